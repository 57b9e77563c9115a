"""What a test does to a module that no peer and no manual would: noise, silence, wrong answers,
losses."""


class Hooks:
    """Part of Module."""

    def start_hooks(self):
        self._hooks = []  # [prefix, times left, raw bytes or None, ms, execute]
        self._drops = []  # [bytes to let through, bytes to lose]
        self._fail_sends = 0

    def inject(self, data, after_ms=0):
        """Put raw bytes on the line, now or later, whatever the module is doing."""
        if after_ms > 0:
            self.clock.call_later(after_ms, self.write, data)
        else:
            self.write(data)

    def mute(self, prefix, times=1, execute=False):
        """The next `times` command lines starting with `prefix` get no answer; they are not
        carried out either, unless `execute`: then all is done but the answer is lost."""
        self._hooks.append([prefix.upper(), times, None, 0, execute])

    def answer(self, prefix, raw, times=1, after_ms=0):
        """The next `times` command lines starting with `prefix` are answered by these bytes and
        not carried out."""
        self._hooks.append([prefix.upper(), times, raw, after_ms, False])

    def fail_send(self, times=1):
        """The next sends end in SEND FAIL; nothing of them reaches the peer."""
        self._fail_sends += times

    def drop_output(self, offset, count):
        """Of what is written from now on, lose `count` bytes after the first `offset`."""
        self._drops.append([offset, count])

    def _hooked(self, text):
        upper = text.upper()
        for hook in self._hooks:
            prefix, times, raw, ms, execute = hook
            if upper.startswith(prefix) or upper[2:].startswith(prefix):
                hook[1] -= 1
                if hook[1] <= 0:
                    self._hooks.remove(hook)
                if raw is not None:
                    self.inject(raw, ms)
                elif execute:
                    self._run_unheard(text)
                return True
        return False

    def _run_unheard(self, text):
        out = self.out
        wait = self.delays["answer"]
        self.delays["answer"] = 0
        self.out = lambda data: None
        self.run(bytes([ord(c) for c in text]))
        self.out = out
        self.delays["answer"] = wait
        self._unheard = self._busy  # a deferred result is still to come

    def _lose(self, data):
        kept = bytearray()
        for byte in data:
            lost = False
            for drop in self._drops:
                if drop[0] > 0:
                    drop[0] -= 1
                else:
                    drop[1] -= 1
                    lost = True
            if not lost:
                kept.append(byte)
            if lost:
                self._drops = [d for d in self._drops if d[1] > 0]
        return bytes(kept)

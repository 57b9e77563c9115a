"""A UART that plays recorded exchanges and allocates nothing: for tests of what the driver costs.

tape = Tape()                        answers everything well: set up, open
tape.record((b"AT+QIRD=0,5\\r", b"...OK\\r\\n"), ...)
tape.rewind()                        from now on exactly these, in this order
assert tape.played()
"""


class Tape:
    """`any`, `readinto` and `write`; `now` is the time, which every `idle()` moves on by 1 ms."""

    def __init__(self, family="BC66"):
        self.now = 0
        self.idle = self._idle  # bound once
        self._opens = b"AT+QIOPEN"
        self._line = bytearray()
        self._commands = None
        self._answers = ()
        self._step = 0
        self._typed = 0  # bytes of the command due that have come
        self._wrong = 0  # bytes that were not the command's
        self._out = b""
        self._at = 0

    def record(self, *exchanges):
        """Pairs of what the driver writes and what the module says to it."""
        self._commands = [bytes(x[0]) for x in exchanges]
        self._answers = [bytes(x[1]) for x in exchanges]
        self.rewind()

    def rewind(self):
        """Start the record again."""
        self._step = self._typed = self._wrong = 0

    def played(self):
        """The whole record was asked for, byte for byte, and all of it was read."""
        return (
            self._step == len(self._commands)
            and not self._typed
            and not self._wrong
            and self._at == len(self._out)
        )

    def say(self, data):
        """The module says this now."""
        self._out = data
        self._at = 0

    def any(self):
        return len(self._out) - self._at

    def readinto(self, buf, n):
        out = self._out
        at = self._at
        if n > len(out) - at:
            n = len(out) - at
        for i in range(n):
            buf[i] = out[at + i]
        self._at = at + n
        return n or None

    def write(self, data):
        if self._commands is None:
            return self._loose(data)
        n = len(data)
        for i in range(n):
            if self._step == len(self._commands):
                self._wrong += 1
                continue
            command = self._commands[self._step]
            if data[i] != command[self._typed]:
                self._wrong += 1
            self._typed += 1
            if self._typed == len(command):
                self.say(self._answers[self._step])
                self._step += 1
                self._typed = 0
        return n

    def _loose(self, data):
        # Outside what is measured: OK to all, and every opening succeeds.
        self._line.extend(data)
        if self._line[-1:] == b"\r":
            line = bytes(self._line)
            self._line = bytearray()
            answer = b"\r\nOK\r\n"
            if line.startswith(self._opens):
                answer += b"\r\n+QIOPEN: %s,0\r\n" % line.split(b",")[1]
            self.say(answer)
        return len(data)

    def _idle(self):
        self.now += 1

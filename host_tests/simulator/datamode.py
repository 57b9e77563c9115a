"""The data mode after a prompt: every byte of the host is payload, until the promised length,
until Ctrl+Z, or until nothing has come for a while."""

from binascii import unhexlify

PARAMETER, CANCELLED = 552, 571

CTRL_Z = 26
ESC = 27


def from_hex(digits):
    """bytes, or None if `digits` are none."""
    try:
        return unhexlify(digits) if len(digits) % 2 == 0 else None
    except ValueError:
        return None


def begin(module, mode):
    """To be called right after the prompt has been written."""
    module._data_mode = mode
    mode.wait_for_input()


class DataMode:
    """One send under way. `give(data)` hands the payload over and tells whether it was taken."""

    def __init__(self, module, size, limit, hexed, give):
        self.module = module
        self.size = size * 2 if hexed else size  # characters to come; 0: until Ctrl+Z
        self.limit = limit * 2 if hexed else limit
        self.hexed = hexed
        self.give = give
        self.data = bytearray()
        self.timer = None

    def wait_for_input(self):
        """After that long without any the send is carried out as it is."""
        module = self.module
        module.clock.cancel(self.timer)
        limit = module.option("qisend/timeout")
        self.timer = module.later(limit, self._send) if limit else None

    def take(self, data, pos):
        """Use up data[pos:] as far as it is payload; returns where the rest begins."""
        self.wait_for_input()
        if self.size and not self.module.esc_cancels_fixed:
            end = min(len(data), pos + self.size - len(self.data))
            self._keep(data[pos:end])
            if len(self.data) == self.size:
                self._send()
            return end
        while pos < len(data):
            byte = data[pos]
            pos += 1
            if byte == ESC:
                self._cancel()
                break
            if byte == CTRL_Z and not self.size:
                self._send()
                break
            self._keep(data[pos - 1 : pos])
            if self.size and len(self.data) == self.size:
                self._send()
                break
        return pos

    def _keep(self, piece):
        if self.module.echomode:
            self.module.write(piece)
        self.data.extend(piece)

    def _cancel(self):
        self._end()
        self._fail(CANCELLED)

    def _end(self):
        self.module._data_mode = None
        self.module.clock.cancel(self.timer)

    def _fail(self, code):
        self.module.last_error = code
        self.module.write(b"\r\nERROR\r\n")
        release(self.module)

    def _send(self):
        module = self.module
        self._end()
        data = bytes(self.data)
        if self.hexed:
            data = from_hex(data)
        if not data or len(self.data) > self.limit:
            self._fail(PARAMETER)
            return
        module.send_pending = True
        wait = module.delays["SEND OK"]
        if wait > 0:
            module.later(wait, self._hand_over, data)
        else:
            self._hand_over(data)

    def _hand_over(self, data):
        module = self.module
        good = self.give(data)
        module.send_pending = False
        if module.prompt_ok and (good or module.prompt_fail_ok):
            module.write(b"\r\nOK\r\n")
        module.write(b"\r\nSEND OK\r\n" if good else b"\r\nSEND FAIL\r\n")
        release(module)


def release(module):
    """Data mode is over: now what was held back may go out."""
    module.in_data_mode = False
    held, module.held = module.held, []
    for frame in held:
        module.urc(frame)

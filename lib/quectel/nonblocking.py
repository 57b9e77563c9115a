"""A socket at timeout 0: buffers of its own, which `poll()` fills and empties."""

from micropython import const

from .modem import fail

_AGAIN = const(-17)  # errors.py
_OPEN = const(2)  # socket.py
_STREAM = const(128)  # bytes of a TCP stream read ahead, and taken to be sent


class Ahead:
    """What socket `s` has received and not been asked for, and has taken and not sent yet.

    The received bytes wait in _in[_pos:_end], at most so many: then QIRD stops, and the
    module's window closes. A datagram is at most HEX_MAX bytes both ways.
    """

    def __init__(self, s) -> None:
        size = s._modem.HEX_MAX if s._udp else _STREAM
        self._s = s
        self._in = bytearray(size)
        self.out = bytearray(size)
        self._pos = 0
        self._end = 0
        self._asked = False

    def refill(self) -> None:
        """Have the socket read ahead when the last bytes have been taken."""
        s = self._s
        if self._asked and s._in is None:
            self._asked = False
            self._pos = 0
            self._end = s._got
        if self._pos >= self._end and s._in is None and s._avail and not s._ms:
            self._asked = True
            s._in = self._in
            s._room = len(self._in)
            s._got = 0

    def take(self, buf, n: int) -> int:
        """Move up to `n` bytes to `buf`. At timeout 0: OSError(EAGAIN) if there are none, 0 at the
        end of the stream."""
        s = self._s
        if s._ms and s._in:
            s._until(_OPEN)  # a read ahead is under way
        self.refill()
        pos = self._pos
        k = min(n, self._end - pos)
        for i in range(k):
            buf[i] = self._in[pos + i]
        self._pos = self._end if s._udp else pos + k
        if not k and not s._ms:
            s._check()
            if not (s._hung and not s._avail and s._in is None):
                fail(_AGAIN, "nothing yet")
        return k

    def send(self, buf, n: int) -> int:
        """Take up to all `n` bytes; OSError(EAGAIN) while the last ones have not left yet."""
        s = self._s
        k = min(n, len(self.out))
        if s._udp and k < n:
            raise ValueError("datagram: at most %d bytes at timeout 0" % k)
        if s._pos < s._end:
            fail(_AGAIN, "not sent yet")
        for i in range(k):
            self.out[i] = buf[i]
        s._out = self.out
        s._pos = s._fails = 0
        s._end = k
        return k

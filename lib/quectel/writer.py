"""What leaves for the module: a command line, with payload in it or behind it.

The bytes are never put together: each piece that the UART takes is made when its turn comes, from
the head, the caller's buffer and a closing CR. So a short write costs nothing, a hex payload needs
no room, and nothing allocates.
"""

from micropython import const

_WRITE = const(256)  # bytes in one go at the most
_DIGITS = b"0123456789ABCDEF"


class Writer:
    """The command on its way to `uart`: head[:length], then the body, then CR."""

    def __init__(self, uart) -> None:
        self.head = b""
        self.length = 0
        self.pending = False  # not all has been written
        self._uart = uart
        self._short = bytearray(24)  # the head of a command that must not allocate
        self._body = None
        self._off = 0  # the body starts at _body[_off]
        self._size = 0  # its bytes on the wire
        self._hexed = False
        self._total = 0
        self._sent = 0
        self._echo = 0  # bytes of the head that have come back
        self._out = bytearray(64)
        view = memoryview(self._out)
        self._views = (view, view[:8], view[:1])  # a slice would allocate: these are all there are

    def text(self, text: str) -> None:
        """A whole command line (allocates)."""
        self.head = (text + "\r").encode()
        self.length = len(self.head)
        self._begin(0)

    def short(self, name: bytes, a: int, b: int, end: bytes) -> None:
        """A command of a name and two numbers."""
        self.head = self._short
        self.length = 0
        self._put(name)
        self._number(a)
        self._put(b",")
        self._number(b)
        self._put(end)
        self._begin(0)

    def body(self, buf, off: int, n: int, hexed: bool) -> None:
        """Then buf[off:off + n], as it is or in hex, and CR."""
        self._body = buf
        self._off = off
        self._hexed = hexed
        self._size = n * 2 if hexed else n
        self._begin(1)

    def data(self, buf, off: int, n: int) -> None:
        """Only buf[off:off + n]: the answer to a prompt."""
        self.length = 0
        self.body(buf, off, n, False)
        self._total = n

    def more(self) -> None:
        """Write what the UART takes, at most 256 bytes; `pending` tells whether that was all."""
        left = _WRITE
        while left > 0 and self._sent < self._total:
            k = self._total - self._sent
            view = self._views[0 if k >= 64 else 1 if k >= 8 else 2]
            k = len(view)
            self._fill(k)
            n = self._uart.write(view)
            if not n:
                return
            self._sent += n
            left -= n
        self.pending = self._sent < self._total

    def drop(self) -> None:
        """Forget the caller's buffer."""
        self._body = None
        self.pending = False
        self._total = 0

    def _begin(self, cr: int) -> None:
        if not cr:
            self._size = 0
        self._total = self.length + self._size + cr
        self._sent = self._echo = 0
        self.pending = True

    def _put(self, text: bytes) -> None:
        for b in text:
            self._short[self.length] = b
            self.length += 1

    def _number(self, n: int) -> None:
        d = 1
        while n // d > 9:
            d *= 10
        while d:
            self._short[self.length] = 48 + n // d % 10
            self.length += 1
            d //= 10

    def _fill(self, k: int) -> None:
        i = self._sent
        for j in range(k):
            x = i - self.length
            if x < 0:
                b = self.head[i]
            elif x >= self._size:
                b = 13
            elif self._hexed:
                b = self._body[self._off + (x >> 1)]
                b = _DIGITS[b & 15 if x & 1 else b >> 4]
            else:
                b = self._body[self._off + x]
            self._out[j] = b
            i += 1

    # -- does a line belong to what was written? --------------------------------------------

    def is_echo(self, p) -> bool:
        """Is the line our own command coming back, whole or cut in two by a URC?"""
        if not p.begins(b"AT"):
            i = self._echo
            if not i or i + p.n >= self.length:
                return False
            for k in range(p.n):
                if p.line[k] != self.head[i + k]:
                    return False
        self._echo += p.n
        return True

    def named(self, p) -> bool:
        """Does the line carry the command's name, and is it no URC of the same name?"""
        line = p.line
        head = self.head
        i = 0
        while line[i] != 58:
            if i >= p.n or i + 3 >= self.length or line[i] | 32 != head[i + 2] | 32:
                return False
            i += 1
        b = head[i + 2]
        if b == 63 and (line[i - 2] == 69 or p.begins(b"+CSCON")):
            # To a read command +CEREG: 0,2 and +CSCON: 0,1 are answers, +CEREG: 2 is a URC.
            return p.num(1) >= 0
        return b < 64 and b != 58 and b != 43

    def is_tcpip(self) -> bool:
        """AT+QI..., QP... or QN...: of these QIGETERROR knows the reason of an ERROR."""
        head = self.head
        return self.length > 6 and head[3] == 81 and head[4] in b"INP"

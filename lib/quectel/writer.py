"""What leaves for the module: a command line, with payload in it or behind it.

The bytes are never put together: each piece that the UART takes is made when its turn comes, from
the head, the caller's buffer and a closing CR. So a short write costs nothing, a hex payload needs
no room, and nothing allocates.
"""

from micropython import const

_BURST = const(256)  # bytes written in one go at the most
_DIGITS = b"0123456789ABCDEF"


class Writer:
    """The sending half of a Channel: head[:n], then the body, then CR."""

    def __init__(self, uart) -> None:
        self.uart = uart
        self.pending = False  # not all has been written
        self.head: bytes | bytearray = b""
        self.name = b""  # +QIRD of AT+QIRD=0,512
        self.n = 0
        self.body: bytes | bytearray | memoryview = b""
        self.off = 0  # the body starts at body[off]
        self.size = 0  # its bytes on the wire
        self.hexed = False
        self._short = bytearray(24)  # the head of a command that must not allocate
        self._sent = 0
        self._total = 0
        self._echo = 0  # bytes of the head that have come back
        self._chunk = bytearray(64)  # bytes on their way in or out
        view = memoryview(self._chunk)
        self._views = (self._chunk, view[:8], view[:1])  # a slice would allocate: these are all

    def line(self, text: str) -> None:
        """A whole command line (allocates)."""
        self.head = (text + "\r").encode()
        self.name = text[2:].split("=")[0].split("?")[0].upper().encode()
        self.n = len(self.head)
        self.emit(0)

    def numbers(self, name: bytes, a: int, b: int, end: int) -> None:
        """A command of a name and two numbers: a below 20, b from 1 to 9999."""
        head = self.head = self._short
        i = 0
        for c in name:
            head[i] = c
            i += 1
        if a > 9:
            head[i] = 49
            i += 1
        head[i] = 48 + a % 10
        head[i + 1] = 44
        i += 2
        d = 1000
        while d > b:
            d //= 10
        while d:
            head[i] = 48 + b // d % 10
            i += 1
            d //= 10
        head[i] = end
        self.n = i + 1
        self.emit(0)

    def emit(self, more: int) -> None:
        """Begin to write the head and `more` bytes behind it."""
        self._sent = self._echo = 0
        self._total = self.n + more
        self.pending = True

    def write(self) -> None:
        """Write what the UART takes, at most 256 bytes; `pending` tells whether that was all."""
        out = self._chunk
        left = _BURST
        while left > 0 and self.pending:
            i = self._sent
            k = self._total - i
            view = self._views[0 if k >= 64 else 1 if k >= 8 else 2]
            k = len(view)
            for j in range(k):
                x = i - self.n
                if x < 0:
                    b = self.head[i]
                elif x >= self.size:
                    b = 13
                elif self.hexed:
                    b = self.body[self.off + (x >> 1)]
                    b = _DIGITS[b & 15 if x & 1 else b >> 4]
                else:
                    b = self.body[self.off + x]
                out[j] = b
                i += 1
            k = self.uart.write(view)
            if not k:
                return
            left -= k
            self._sent += k
            self.pending = self._sent < self._total

    def is_echo(self, p) -> bool:
        """Is the line our own command coming back, whole or cut in two by a URC?"""
        i = self._echo
        if p.begins(b"AT+"):
            i = self.n  # no answer begins so: it is one, though it may be damaged
        else:
            for k in range(p.n):
                if i + 1 >= self.n or p.line[k] != self.head[i]:
                    return False
                i += 1
        self._echo = i if i < self.n else p.n
        return True

    def named(self, p) -> bool:
        """Does the line carry the command's name, and is it no URC of the same name?"""
        name = self.name
        if not p.begins(name) or p.line[len(name)] != 58:
            return False
        if name.endswith(b"REG") or name.endswith(b"CON") or name.endswith(b"PEN"):
            # Of a read command +CEREG: 0,2 and +CSCON: 0,1 are answers, +CEREG: 2 is a URC; so is
            # +QIOPEN: 0,0.
            return self.head.endswith(b"=?\r") or (self.head.endswith(b"?\r") and p.num(1) >= 0)
        return True

"""Bytes in, events out: the wire format of Quectel modules, with no I/O and no clock.

Give it bytes with `feed(buf, n)`, then call `next()` until it returns 0 (NONE):

    1 LINE   a whole line is in `line[:n]`, without its line end: ask `match`, `begins`, `num` ...
    2 HEADER the line announces counted data: set `left` to its length before `next()`
    3 DATA   the last announced byte has been stored
    4 PROMPT `>` at the start of a line, while `prompt` is set

What bytes cannot tell the parser is told: `reading` (the answer to QIRD is due). The data is taken
to be behind CR LF, and as it is; for the other formats, and for pushed data, see formats.py.

Nothing here allocates but `text`; a slice would, so pack_into copies. Counted bytes are never
looked at. A byte is looked at once.
"""

from struct import pack_into

from micropython import const

# What `next` returns
_NONE = const(0)
_LINE = const(1)
_HEADER = const(2)
_DATA = const(3)
_PROMPT = const(4)

_CHUNK = const(64)  # the most bytes worth feeding at once
_SPOILT = const(-99)


class Parser:
    """One module's byte stream. `size`: of the longest line kept, CR LF included.

    A line of QISTATE with the longest host name has 214 bytes.
    """

    oversize = 0  # counters: lines too long,
    garbage = 0  # NULs between lines, and bytes of lines too long

    def __init__(self, size: int = 216) -> None:
        self.line = bytearray(size)
        self.n = 0  # bytes of the line so far; line[:n] is whole after _LINE and _HEADER
        self.blank = 0  # exact CR LF lines since the last line or payload; negative: a broken one
        self.left = 0  # counted bytes still to come,
        self.dest: bytearray | None = None  # where they go: dest[off:]; None drops them
        self.off = 0
        self.prompt = False  # a `>` is due
        self.reading = False  # the answer to QIRD is due, or may still come
        self._buf = self.line  # the bytes being worked on: _buf[_pos:_end]
        self._pos = 0
        self._end = 0
        self._raw = 0  # bytes of the line with everything that is trimmed
        self._over = False  # the line outgrew its buffer
        self._done = False  # the line was handed out: begin another

    # -- bytes in ---------------------------------------------------------------------------

    def feed(self, buf: bytearray, n: int) -> None:
        """Take buf[:n]. The buffer must stay as it is until `next()` has returned NONE."""
        self._buf = buf
        self._pos = 0
        self._end = n

    def next(self) -> int:
        """The next event in what was fed, or NONE."""
        if self._done:
            self._restart()
        while self._pos < self._end:
            if self.left:
                self._take()
                if not self.left:
                    self._restart()
                    return _DATA
            else:
                event = self._scan()
                if event:
                    return event
        return _NONE

    def abort(self) -> None:
        """Forget the payload and the line under way; what follows is read as a new line."""
        self.left = 0
        self.reading = False
        self._restart()

    def _restart(self) -> None:
        self._done = self._over = False
        self.n = self.blank = self._raw = 0

    def _take(self) -> None:
        buf = self._buf
        pos = self._pos
        k = min(self._end - pos, self.left)
        dest = self.dest
        off = self.off
        if dest is not None:
            if pos == 0 and k <= _CHUNK <= self.left and len(buf) >= _CHUNK:
                # One call for any k: what it copies too much stays within the payload's own room
                # and is overwritten by the bytes that belong there.
                pack_into("64s", dest, off, buf)
            else:
                for i in range(k):
                    dest[off + i] = buf[pos + i]
        self.off = off + k
        self._pos = pos + k
        self.left -= k

    # -- lines ------------------------------------------------------------------------------

    def _scan(self) -> int:
        buf = self._buf
        pos = self._pos
        if self.prompt and self.n == 0 and buf[pos] == 62:
            # Its blank, if there is one, goes the way of all blanks at the start of a line.
            self._pos = pos + 1
            self.prompt = False
            return _PROMPT
        lf = buf.find(b"\n", pos, self._end) + 1
        self._keep(lf or self._end)
        if not lf:
            return _NONE
        line = self.line
        n = self.n
        while n and line[n - 1] in b"\r\n":
            n -= 1
        self.n = n
        if self._over:
            # Its tail may look like anything: neither head nor tail is ever read.
            self.oversize += 1
            self._restart()
        elif n:
            self._done = True
            return _HEADER if self._is_header() else _LINE
        else:
            self.blank = self.blank + 1 if self._raw == 2 else _SPOILT
            self._raw = 0
        return _NONE

    def _keep(self, stop: int) -> None:
        buf = self._buf
        pos = self._pos
        line = self.line
        n = self.n
        self._pos = stop
        self._raw += stop - pos
        while pos < stop:
            b = buf[pos]
            pos += 1
            if n or b > 32:
                if n < len(line):
                    line[n] = b
                    n += 1
                    continue
                self._over = True
            elif b:
                continue
            self.garbage += 1
        self.n = n

    def _is_header(self) -> bool:
        return self.reading and self.begins(b"+QIRD: ") and self.num(0) > 0

    # -- what a line says -------------------------------------------------------------------

    def match(self, word: bytes) -> bool:
        """Is the line exactly `word`?"""
        return self.n == len(word) and self.line.startswith(word)

    def begins(self, prefix: bytes) -> bool:
        """Does the line begin with `prefix`?"""
        return self.n >= len(prefix) and self.line.startswith(prefix)

    def field(self, k: int) -> int:
        """Where field `k` after the colon starts, or -1. Commas between quotes do not count."""
        line = self.line
        n = self.n
        i = line.find(b":", 0, n) + 1
        quoted = False
        while k:
            if i >= n:
                return -1
            b = line[i]
            i += 1
            if b == 34:
                quoted = not quoted
            elif b == 44 and not quoted:
                k -= 1
        while i < n and line[i] == 32:
            i += 1
        return i

    def num(self, k: int) -> int:
        """Field `k` as a number; -1 unless it is one to nine plain digits and nothing else."""
        i = start = self.field(k)
        line = self.line
        v = 0
        while 0 <= i < self.n and line[i] != 44:
            b = line[i] - 48
            i += 1
            if not 0 <= b <= 9 or i - start > 9:
                return -1
            v = v * 10 + b
        return v if i > start else -1

    def text(self) -> str:
        """The line as a string, a character for each byte (allocates)."""
        return "".join(map(chr, self.line[: self.n]))

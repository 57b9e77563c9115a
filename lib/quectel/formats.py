"""The parser for what the driver does not choose by itself: QICFG settings, and pushed data.

`view` 1 puts the data behind a comma instead of CR LF, `hexed` sends two hex digits a byte. Loaded
when `option("viewmode", 1)` or `option("dataformat", 0, 1)` asks for one of them.
"""

from micropython import const

from .parser import Parser

# parser.py
_NONE = const(0)
_HEADER = const(2)


class FormatParser(Parser):
    """A Parser that is told the settings: `view`, `hexed` and `fields`; and `push`."""

    def __init__(self, size: int = 216) -> None:
        super().__init__(size)
        self.push = 0  # bit n: connectID n is in direct push mode, the same line announces data
        self.view = 0  # QICFG "viewmode"
        self.hexed = 0  # QICFG "dataformat",x,hexed
        self.fields = 2  # numbers in a QIRD header: 2 with "showlength",1, else 1
        self._commas = 0  # of the line so far
        self._nibble = -1  # the first hex digit of a byte, waiting for its second
        self._quoted = False  # some firmware puts quotes around the digits, not counted

    def _take(self) -> None:
        if not self.hexed:
            return super()._take()
        buf = self._buf
        while self.left and self._pos < self._end:
            b = buf[self._pos]
            self._pos += 1
            if 48 <= b <= 57:
                b -= 48
            elif 97 <= b | 32 <= 102:
                b = (b | 32) - 87
            elif b == 34 and self._nibble < 0:
                self._quoted = True
                continue
            else:
                # Not what was announced: the rest of the line will be taken for a broken trailer.
                self._pos -= 1
                self.left = 0
                return
            if self._nibble < 0:
                self._nibble = b
                continue
            if self.dest is not None:
                self.dest[self.off] = self._nibble << 4 | b
            self.off += 1
            self._nibble = -1
            self.left -= 1

    def _scan(self) -> int:
        buf = self._buf
        if self._quoted and buf[self._pos] == 34:
            self._pos += 1
            self._quoted = False
            return _NONE
        if not self.view:
            return super()._scan()
        # The header has no line end of its own: stop at each comma and look at it.
        end = self._end
        comma = buf.find(b",", self._pos, end) + 1
        lf = buf.find(b"\n", self._pos, end) + 1
        if not comma or (lf and lf < comma):
            event = super()._scan()
            if lf:
                self._commas = 0
            return event
        self._keep(comma)
        self._commas += 1
        if self._is_header():
            self._done = True
            self._commas = 0
            return _HEADER
        return _NONE

    def _is_header(self) -> bool:
        pushed = self.begins(b'+QIURC: "recv",')
        if self._commas != (0 if not self.view else 3 if pushed else self.fields):
            return False
        if not pushed:
            return super()._is_header()
        cid = self.num(1)
        return 0 <= cid < 16 and self.push >> cid & 1 == 1 and self.num(2) > 0


def adopt(channel, name: str, value: int, fields: int = 2) -> None:
    """Have the channel's parser expect what QICFG option `name` is now set to.

    `fields`: numbers in a QIRD header, until "showlength" says otherwise.
    """
    old = channel.parser
    if not isinstance(old, FormatParser):
        new = FormatParser(len(old.line))
        # What has come of a line stays where it is; so does what the parser was told.
        for key in ("line", "n", "blank", "oversize", "garbage", "_raw", "_over", "_done"):
            setattr(new, key, getattr(old, key))
        new.fields = fields
        channel.parser = old = new
    if name == "viewmode":
        old.view = value
    elif name == "dataformat":
        old.hexed = value
    else:
        old.fields = 1 + value

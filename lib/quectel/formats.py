"""The parser for what the driver does not choose by itself: QICFG settings, and pushed data.

`view` 1 puts the data behind a comma instead of CR LF, `hexed` sends two hex digits a byte. Loaded
when `option("viewmode", 1)` or `option("dataformat", 0, 1)` asks for one of them, or push mode is
used (pushparser.py).
"""

from micropython import const

from .parser import Parser

# parser.py
_NONE = const(0)
_HEADER = const(2)
_SPOILT = const(-99)


class FormatParser(Parser):
    """A Parser that is told the settings: `view`, `hexed` and `fields`; and `push`."""

    def __init__(self, size: int = 216) -> None:
        super().__init__(size)
        self.push = 0  # bit n: connectID n is in direct push mode, the same line announces data
        self.sourced = 0  # bit n: and it says from where, as that of a UDP SERVICE does
        self.view = 0  # QICFG "viewmode"
        self.hexed = 0  # QICFG "dataformat",x,hexed
        self.fields = 2  # numbers in a QIRD header: 2 with "showlength",1, else 1
        self._commas = 0  # of the line so far
        self._nibble = -1  # the first hex digit of a byte, waiting for its second
        self._quoted = False  # some firmware puts quotes around the digits, not counted
        self._bad = False  # there was something else than digits

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
                # Not what was announced.
                self._pos -= 1
                self.left = 0
                self._bad = True
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
        cid = self.num(1) if self.push and self.begins(b'+QIURC: "recv",') else -1
        pushed = 0 <= cid < 16 and self.push >> cid & 1
        commas = 0
        if self.view:
            commas = self.fields
            if pushed:
                commas = 5 if self.sourced >> cid & 1 else 3
        if self._commas != commas:
            return False
        return self.num(2) > 0 if pushed else super()._is_header()

    def _restart(self) -> None:
        super()._restart()
        self._commas = 0
        self._nibble = -1
        if self._bad:
            # Digits were missing or damaged: neither trailer nor tail can make that good.
            self._bad = False
            self.blank = _SPOILT

    def abort(self) -> None:
        """As Parser.abort."""
        self._quoted = False
        super().abort()


# All that a parser knows. What has come of a line stays where it is; so does what it was told.
_STATE = (
    "line n blank left dest off prompt reading oversize garbage _raw _over _done "
    "push sourced view hexed fields _commas _nibble _quoted _bad"
)


def exchange(channel, old, new) -> None:
    """Put parser `new` in the place of `old`, which it goes on from. Only between two polls."""
    for key in _STATE.split():
        if hasattr(old, key):
            setattr(new, key, getattr(old, key))
    channel.parser = new


def adopt(channel, name: str, value: int, fields: int = 2) -> None:
    """Have the channel's parser expect what QICFG option `name` is now set to.

    `fields`: numbers in a QIRD header, until "showlength" says otherwise.
    """
    old = channel.parser
    if not isinstance(old, FormatParser):
        new = FormatParser(0)
        new.fields = fields
        exchange(channel, old, new)
        old = new
    if name == "viewmode":
        old.view = value
    elif name == "dataformat":
        old.hexed = value
    else:
        old.fields = 1 + value

"""Where an Outbox is written: blocks that can only be replaced whole (cards and files).

A cut while a block is written may take what was in it. So the page that is being filled is written
to two places in turn, each time with all that is in it, a revision and a CRC: of two revisions one
is always whole. When the page is full it moves to its home, and its last revision is not touched
until the next page has been written once.

    | places | blocks 0 and 1: odd and even revisions of one page; then the homes, a segment each |
    | a page | its bytes; then revision, segment, CRC                                             |
"""

from struct import pack_into, unpack

from micropython import const

from .outbox_log import crc32

_TRAILER = const(12)
_PLACES = const(2)
_VERSION = const(0x0B0C0101)  # CRCs begin with it


class Pages:
    """Segments in blocks of `block` bytes; keeps two of them in memory.

    Subclasses have `_get(i, buf)` and `_set(i, buf)`, which read and write block i.
    """

    unit = 4

    def __init__(self, block: int) -> None:
        self.size = block - _TRAILER  # bytes of a segment
        self.count = 0  # segments there are
        self.wanted = 0  # segments there are to be
        self._page = bytearray(block)  # the page that is being filled
        self._segment = -1  # its segment; -1: none
        self._revision = 0  # its last
        self._other = bytearray(block)  # a page read last
        self._cached = -1  # its segment; -1: none

    def load(self) -> None:
        """Look which page was being filled."""
        self._cached = self._segment = -1
        self._revision = 0
        for i in range(_PLACES):
            self._get(i, self._other)
            revision, segment, crc = unpack("<III", self._other[self.size :])
            if crc != _sum(self._other) or segment >= self.count:
                continue
            if revision > self._revision:
                self._revision = revision
                self._segment = segment
                self._page, self._other = self._other, self._page

    def read(self, segment: int, at: int, n: int) -> bytearray:
        """n bytes of a segment."""
        if segment == self._segment:
            return self._page[at : at + n]
        if segment != self._cached:
            self._cached = -1
            self._get(_PLACES + segment, self._other)
            self._cached = segment
        return self._other[at : at + n]

    def write(self, segment: int, at: int, data) -> None:
        """Put bytes into the page that is being filled, or into one that is to be filled again."""
        if segment != self._segment:
            self._home()
            self._get(_PLACES + segment, self._page)
            self._segment = segment
        self._page[at : at + len(data)] = data
        revision = self._revision + 1
        pack_into("<II", self._page, self.size, revision, segment)
        pack_into("<I", self._page, self.size + 8, _sum(self._page))
        self._set(revision % _PLACES, self._page)
        self._revision = revision

    def erase(self, segment: int) -> None:
        """Begin an empty page; nothing of it is written yet."""
        self._home()
        for i in range(len(self._page)):
            self._page[i] = 0xFF
        self._segment = segment

    def _home(self) -> None:
        if self._segment >= 0:
            if self._cached == self._segment:
                self._cached = -1
            self._set(_PLACES + self._segment, self._page)
            self._segment = -1

    def _get(self, i: int, buf) -> None:
        raise NotImplementedError

    def _set(self, i: int, buf) -> None:
        raise NotImplementedError


def _sum(page) -> int:
    return crc32(memoryview(page)[:-4], _VERSION) & 0xFFFFFFFF

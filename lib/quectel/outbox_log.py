"""Records in pages, written round and round over the segments of a store: what Outbox is made of.

Theory of operation. The store (outbox_files.py, outbox_flash.py, outbox_cards.py,
outbox_memory.py) has segments that are erased whole and then written from front to back, no byte
twice. Page p lies in segment p % pages:

    header  crc, page, first: number of the first record put here, head: that of the oldest live
            record when the page was begun, pages
    record  crc, length, number (low half), stamp: when it was put, or ffffffff; then its bytes
    drop    crc, 8000, 0, head: all records before this number are dropped

    | state         | is found in                                              |
    | newest page   | the highest page number in a valid header                |
    | next number   | behind the last valid record of the newest page          |
    | head          | the last drop in the newest page, else its header        |
    | oldest page   | the last whose first record is not younger than the head |

One write makes a put or a drop true, and its CRC says whether it is whole. Each CRC begins with
where its bytes lie: what looks like a record inside a record is none. What a cut left half written
is written over with zeros, for half-programmed cells may read as anything another time; what comes
later goes behind it. A page is erased when all its records are dropped. One segment is kept for
drops, so that a full box can still be emptied: no drop is longer than a record.
"""

import errno
from struct import pack, pack_into, unpack

from micropython import const

try:
    from binascii import crc32
except ImportError:  # many builds of CircuitPython
    from .outbox_crc import crc32  # type: ignore[assignment]

_VERSION = const(0x0B0C0001)  # of what is written; CRCs begin with it
_HEADER = const(20)
_RECORD = const(12)
_DROP = const(0x8000)  # in place of a length
_STRIDE = const(64)  # bytes looked at at once where nothing is written

_NO_STAMP = const(0xFFFFFFFF)
LEAST = 3  # segments: one for the oldest records, one that is written to, one for drops


def _crc(page: int, at: int, head, data=b"") -> int:
    return crc32(data, crc32(head, crc32(pack("<II", page, at), _VERSION))) & 0xFFFFFFFF


class Records:
    """Numbered records, the oldest of them `_head`, the next one `_next`."""

    def __init__(self, store) -> None:
        if store.wanted < LEAST:
            raise ValueError("capacity: too small")
        self._store = store
        self._unit = store.unit  # records begin at a multiple of this many bytes
        self._size = store.size  # bytes of a segment
        self._top = self._padded(_HEADER)  # where the first record of a page begins
        self.max = self._size - self._top - _RECORD  # bytes of the largest record
        # Records dropped because there was no room or they were too old, since this was made.
        self.lost = 0
        # Records that could not be read since then; if no box was found, segments that were not
        # blank.
        self.damaged = 0
        # What follows is told by the store. False: a write failed half-way, it is to be read anew.
        self._sound = False
        self._pages = 0  # segments in use
        self._page = -1  # the newest page; -1: nothing is written yet
        self._at = 0  # where in it the next record goes
        self._next = 0
        self._head = 0  # equal to next: there is none
        # Where to look for the head: page, offset, and the least number that can be there. When
        # there is none: the newest page. Pages before this one may be erased.
        self._tail = (0, 0, 0)

    # -- what is there ------------------------------------------------------------------------

    def _ready(self) -> None:
        # To be called first: reads the store, at the beginning and after an error.
        if self._sound:
            return
        if self._store is None:
            raise OSError(errno.EBADF, "closed")
        self._store.load()
        newest = (-1, 0, 0, self._store.wanted)
        for segment in range(self._store.count):
            header = self._header(segment)
            if header and header[0] > newest[0]:
                newest = header
        self._page, first, self._head, self._pages = newest
        self._next = first
        if self._page < 0:
            self._at = self._size
            self._tail = (0, self._top, 0)
            self._strangers()
        else:
            self._scan(first)
            self._find_tail(first)
            if self._head == self._next and self._pages != self._store.wanted:
                self._resize()
        self._sound = True

    def _strangers(self) -> None:
        # Nothing of ours is here: what else is there? New memory is all zeros or ones.
        for segment in range(self._pages):
            for byte in self._store.read(segment, 0, _HEADER):
                if 0 < byte < 0xFF:
                    self.damaged += 1
                    break

    def _scan(self, number: int) -> None:
        # The newest page: its last record and drop, and where there is room.
        at = end = self._top
        while at < self._size:
            found = self._read(self._page, at, number)
            if found:
                at, length, number, stamp, _ = found
                if length == _DROP:
                    self._head = max(self._head, stamp)
                else:
                    number += 1
                end = at
            elif self._blank(self._page, at, min(_STRIDE, self._size - at)):
                at += _STRIDE
            else:
                if self._wiped(self._page, at, self._unit):
                    end = at + self._unit
                at += self._unit
        self._at = end
        self._next = max(number, self._head)
        # The header of the next page, if it has been begun; else there is an older page, or none.
        following = (self._page + 1) % self._pages
        if not self._header(following):
            self._wiped(following, 0, self._top)

    def _blank(self, page: int, at: int, n: int) -> bool:
        return self._store.read(page % self._pages, at, n) == b"\xff" * n

    def _wiped(self, page: int, at: int, n: int) -> bool:
        # Writes zeros over what is there, if anything is; tells whether anything was.
        n = min(n, self._size - at)
        if self._blank(page, at, n):
            return False
        if any(self._store.read(page % self._pages, at, n)):
            self._store.write(page % self._pages, at, bytes(n))
        return True

    def _find_tail(self, first: int) -> None:
        page = tail = self._page
        while first > self._head and page > 0 and self._page - page < self._pages - 1:
            page -= 1
            older = self._first(page)
            if older is not None:
                first = older
                tail = page
        self._skip_to(first)
        self._tail = (tail, self._top, first)
        if self._head == self._next:
            self._tail = (self._page, self._at, self._next)

    def _resize(self) -> None:
        # Empty, and another capacity is wanted. The newest header must outlive the next erasure.
        keep = self._page % self._pages
        self._pages = self._store.wanted
        while (self._page + 1) % self._pages == keep:
            self._page += 1
        self._at = self._size
        self._tail = (self._page + 1, self._top, self._next)

    # -- reading ------------------------------------------------------------------------------

    def _walk(self):
        # (page, offset behind it, number, stamp, bytes) of each record, oldest first.
        page, at, number = self._tail
        while page <= self._page:
            newest = page == self._page
            stop = self._next if newest else self._first(page + 1)
            if stop is None:
                stop = self._next
            while at < self._size and number < stop:
                found = self._read(page, at, number)
                if not found:
                    at += self._unit
                    continue
                at, length, low, stamp, data = found
                if length != _DROP and low < stop:
                    number = low + 1
                    if low >= self._head:
                        yield page, at, low, stamp, data
                        if newest:  # there may be more by now
                            stop = self._next
            page += 1
            at = self._top

    def _padded(self, n: int) -> int:
        return (n + self._unit - 1) // self._unit * self._unit

    def _header(self, segment: int):
        # (page, first, head, pages) of the page that is in a segment, or None.
        raw = self._store.read(segment, 0, _HEADER)
        crc, page, first, head, pages = unpack("<IIIII", raw)
        if not LEAST <= pages <= self._store.count or page % pages != segment:
            return None
        return (page, first, head, pages) if crc == _crc(page, 0, raw[4:]) else None

    def _first(self, page: int) -> "int | None":
        # Number of the first record of a page; None: it is not there, or damaged.
        header = self._header(page % self._pages)
        return header[1] if header and header[0] == page and header[3] == self._pages else None

    def _read(self, page: int, at: int, number: int):
        # (offset behind it, length, number, stamp, bytes) of what begins there, or None.
        # `number`: the least that a record can have here.
        if self._size - at < _RECORD:
            return None
        segment = page % self._pages
        raw = self._store.read(segment, at, _RECORD)
        crc, length, low, stamp = unpack("<IHHI", raw)
        n = 0 if length == _DROP else length
        if not length or n > self._size - at - _RECORD:
            return None
        data = bytes(self._store.read(segment, at + _RECORD, n)) if n else b""
        if crc != _crc(page, at, raw[4:], data):
            return None
        number += (low - number) & 0xFFFF if n else 0
        return at + self._padded(_RECORD + n), length, number, stamp, data

    # -- writing ------------------------------------------------------------------------------

    def _fits(self, n: int) -> bool:
        # Is there room for a record of n bytes?
        free = self._free()
        return free > 1 or (free == 1 and self._room(n))

    def _free(self) -> int:
        return self._pages - (self._page - self._tail[0] + 1)

    def _room(self, n: int) -> bool:
        return self._size - self._at >= _RECORD + n

    def _add(self, data, stamp: int) -> None:
        # A record of 1 to `max` bytes that fits.
        self._write(len(data), self._next, stamp, data)
        self._next += 1

    def _skip_to(self, number: int) -> None:
        # No record before `number` can be read.
        if number > self._head:
            self.damaged += number - self._head
            self._head = number
            if number == self._next:
                self._tail = (self._page, self._at, number)

    def _remove(self, n: int) -> None:
        # Drop the n oldest records that can be read.
        left = n
        end = (self._page, self._at, self._next)
        for page, at, number, _, _ in self._walk():
            left -= 1
            if not left:
                end = (page, at, number + 1)
                break
        damaged = end[2] - self._head - n + left
        self._remove_to(end)
        self.damaged += damaged

    def _lose_page(self) -> None:
        # Drop what is left in the oldest page.
        page = self._tail[0] + 1
        while page <= self._page:
            first = self._first(page)
            if first is not None and first > self._head:
                break
            page += 1
        else:
            first = self._next
        lost = first - self._head
        self._remove_to((page, self._top, first))
        self.lost += lost

    def _remove_to(self, tail) -> None:
        # Drop what is before `tail`: page, offset and number.
        page, _, self._head = self._tail = tail
        if page < self._page and self._first(page + 1) == self._head:
            self._tail = (page + 1, self._top, self._head)
        elif self._head == self._next:
            self._tail = (self._page, self._at, self._head)
        if self._room(0):
            self._write(_DROP, 0, self._head)
        elif self._free():
            self._turn(b"")
        else:
            # Only after cut upon cut within one page of drops: else there is room for them all.
            self._lose_page()

    def _write(self, length: int, number: int, stamp: int, data=b"") -> None:
        turn = not self._room(len(data))
        page = self._page + turn
        at = self._top if turn else self._at
        end = min(at + self._padded(_RECORD + len(data)), self._size)
        raw = bytearray(b"\xff" * (end - at))
        pack_into("<HHI", raw, 4, length, number & 0xFFFF, stamp)
        raw[_RECORD : _RECORD + len(data)] = data
        crc = _crc(page, at, memoryview(raw)[4:_RECORD], data)
        pack_into("<I", raw, 0, crc)
        if turn:
            self._turn(raw)
        else:
            self._store_at(at, raw)

    def _turn(self, raw) -> None:
        # Begin a page, with the record or drop `raw`, if any. The head is safe with it.
        page = self._page + 1
        top = bytearray(b"\xff" * self._top)
        pack_into("<IIII", top, 4, page, self._next, self._head, self._pages)
        pack_into("<I", top, 0, _crc(page, 0, memoryview(top)[4:_HEADER]))
        self._sound = False
        self._store.erase(page % self._pages)
        self._page = page
        if self._head == self._next:
            self._tail = (page, self._top, self._head)
        self._store_at(0, top + raw)

    def _store_at(self, at: int, raw) -> None:
        self._sound = False
        self._store.write(self._page % self._pages, at, raw)
        self._sound = True
        self._at = at + len(raw)

"""A durable queue: what was put in is there after a power cut at any byte, until it is dropped.

How it is written, and why that is safe: outbox_log.py. Where: outbox_files.py, outbox_flash.py,
outbox_cards.py, outbox_memory.py.
"""

import errno

from micropython import const

from .outbox_log import Records

_NO_STAMP = const(0xFFFFFFFF)

# What a file system says when it is full; MicroPython's errno has no name for it.
_FULL = getattr(errno, "ENOSPC", errno.ENOMEM)


def _store(where, capacity):
    if isinstance(where, str):
        from .outbox_files import Folder

        return Folder(where, 32_768 if capacity is None else capacity)
    if hasattr(where, "wanted"):  # a store of ours
        return where
    if hasattr(where, "readblocks"):
        from . import outbox_flash

        if outbox_flash.suits(where):
            return outbox_flash.Flash(where, capacity)
        from .outbox_cards import Blocks

        return Blocks(where, capacity)
    from .outbox_memory import Memory

    return Memory(where)


class Outbox(Records):
    """A ring of records of 1 to `box.max` bytes, oldest first, that outlives power cuts.

    `where`: a path (a folder of that name is made; `max` is 980), a block device, with nothing
    else on it (`esp32.Partition` or a part of `rp2.Flash`: 4052; an SD card: 468),
    `machine.RTC()` or a bytearray such as `alarm.sleep_memory` (224; they outlive deep sleep
    only), or a store with measures of your own: `outbox_flash.Flash(...)`,
    `outbox_memory.Memory(...)`. Only one Outbox may be in use for it: what another one puts there
    it does not see, and writes over.
    `capacity`: bytes, of which a record takes its own and 12 to 27 more. None: 32768 in a folder,
    else all there is. A box with records in it keeps the capacity that it was made with.
    `full`: "drop" makes room, a page of the oldest records at a time (4 kB of flash, 1 kB in a
    folder, 512 bytes of a card, 256 of the RTC); "refuse" raises OSError(ENOSPC; where errno has
    none, ENOMEM).
    `max_age_s`: older records are dropped, when the box is read or full. `clock()` gives whole
    seconds, or None while the time is not known: what is put then has no age.

    Errors: ValueError, before anything is written; else OSError, of the device or the file system.
    A put or drop that was cut, or raised OSError, has happened or has not. `lost` counts records
    dropped for want of room or for their age, `damaged` those that could not be read, and, where
    something was that is no box, its segments: the box begins anew there.

    Wear, measured with records of 24 bytes, whatever the capacity. Flash: 48 bytes programmed for
    a put, 16 for a drop, a block erased for 63 of both. littlefs: 1.1 blocks of 4 kB erased and
    1.3 kB programmed for a put, 1.04 and 1.2 kB for a drop. FAT: 3.2 sectors of 512 bytes written
    for a put, 3 for a drop (CircuitPython: one less). SD card alone: 1.1 blocks of 512 bytes for
    a put, 1 for a drop. A drop of many costs as much as of one.
    """

    def __init__(
        self,
        where,
        capacity: "int | None" = None,
        full: str = "drop",
        max_age_s: "int | None" = None,
        clock=None,
    ) -> None:
        if full not in ("drop", "refuse"):
            raise ValueError("full: drop or refuse")
        if max_age_s is not None and clock is None:
            raise ValueError("max_age_s: needs a clock")
        self._refuse = full == "refuse"
        self._max_age = max_age_s
        self._clock = clock
        super().__init__(_store(where, capacity))
        try:
            self._ready()
        except OSError:
            self.close()
            raise

    def put(self, data) -> None:
        """Add a record (bytes, bytearray, memoryview, array); it is safe when this returns.

        OSError(ENOSPC or ENOMEM): it is full, and refuses.
        """
        data = b"" if isinstance(data, str) else bytes(memoryview(data))
        n = len(data)
        if not 0 < n <= self.max:
            raise ValueError("a record is 1 to %d bytes" % self.max)
        self._ready()
        if not self._fits(n):
            self._expire()
        while not self._fits(n):
            if self._refuse:
                raise OSError(_FULL, "the box is full")
            self._lose_page()
        self._add(data, self._now())

    def peek(self) -> "bytes | None":
        """The oldest record, or None."""
        found = self.peek_many(1)
        return found[0] if found else None

    def peek_many(self, max_bytes: int) -> list:
        """The oldest records, together at most `max_bytes` bytes, but one if there is any.

        A record that cannot be read is left out; once it is the oldest, it counts as `damaged`.
        """
        self._ready()
        self._expire()
        found: list = []
        for _, _, number, _, data in self._walk():
            if not found:
                self._skip_to(number)
            max_bytes -= len(data)
            if found and max_bytes < 0:
                break
            found.append(data)
            if max_bytes <= 0:
                break
        if not found:
            self._skip_to(self._next)
        return found

    def drop(self, n: int = 1) -> None:
        """Remove the `n` oldest records: one write. ValueError: there are not so many."""
        self._ready()
        if not 0 <= n <= self._next - self._head or n != int(n):
            raise ValueError("drop: 0 to %d" % (self._next - self._head))
        if n:
            self._remove(n)

    def age(self) -> "int | None":
        """Seconds since the oldest record was put; None: no record, or no time then or now."""
        self._ready()
        for record in self._walk():
            return self._age(record[3])
        return None

    def __len__(self) -> int:
        """How many records; those count that will turn out to be damaged."""
        self._ready()
        return self._next - self._head

    def __iter__(self):
        """The records, oldest first; those put meanwhile too."""
        self._ready()
        for record in self._walk():
            yield record[4]

    def close(self) -> None:
        """Let go of files. A box that is not closed loses nothing."""
        if self._store:
            self._store.close()
            self._store = None
        self._sound = False

    def __enter__(self):
        return self

    def __exit__(self, *error) -> None:
        self.close()

    # -- age ----------------------------------------------------------------------------------

    def _now(self) -> int:
        t = self._clock and self._clock()
        return _NO_STAMP if t is None else int(t) & 0xFFFFFFFF

    def _age(self, stamp: int) -> "int | None":
        t = self._now()
        if t == _NO_STAMP or stamp == _NO_STAMP:
            return None
        age = (t - stamp) & 0xFFFFFFFF
        return 0 if age >> 31 else age  # a clock was set back

    def _expire(self) -> None:
        if self._max_age is None:
            return
        n = 0
        for record in self._walk():
            if (self._age(record[3]) or 0) <= self._max_age:
                break
            n += 1
        if n:
            self._remove(n)
            self.lost += n

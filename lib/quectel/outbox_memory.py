"""Where an Outbox is written: memory that outlives deep sleep, not a power cut.

`machine.RTC()` of the ESP32 (2048 bytes, replaced whole by `memory(bytes)`), or anything with
bytes to set: `alarm.sleep_memory` of CircuitPython, a bytearray. `microcontroller.nvm` outlives
power cuts, but is flash that is erased to change a byte: a cut in that moment may take all of it.
"""

from micropython import const

_SEGMENT = const(256)
_RTC = const(2048)


class Memory:
    """Segments of 256 bytes, or quarters of less than 1024, in bytes start:start + length."""

    unit = 4

    def __init__(self, where, start: int = 0, length: "int | None" = None) -> None:
        self._where = where
        self._whole = hasattr(where, "memory")
        if length is None:
            try:
                length = (_RTC if self._whole else len(where)) - start
            except TypeError:
                raise ValueError("no place for an Outbox")
        self._start = start
        self.size = min(_SEGMENT, length // 16 * 4)  # bytes of a segment
        if self.size < 64:
            raise ValueError("memory: 256 bytes or more")
        self.count = self.wanted = length // self.size
        self._data = where  # or a copy of what the RTC's memory holds

    def load(self) -> None:
        """The RTC's memory is read once."""
        if self._whole:
            self._data = self._all()

    def close(self) -> None:
        """Nothing is open."""

    def _all(self) -> bytearray:
        there = self._where.memory()
        end = self._start + self.count * self.size
        return bytearray(there) + b"\xff" * (end - len(there))

    def read(self, segment: int, at: int, n: int):
        """n bytes of a segment."""
        at += self._start + segment * self.size
        return self._data[at : at + n]

    def write(self, segment: int, at: int, data) -> None:
        """Set bytes."""
        at += self._start + segment * self.size
        if self._whole:
            self._data = self._all()  # what is not ours may have changed
        self._data[at : at + len(data)] = data
        if self._whole:
            self._where.memory(self._data)

    def erase(self, segment: int) -> None:
        """All its bytes become ff."""
        self.write(segment, 0, b"\xff" * self.size)

"""Where an Outbox is written: an SD card, or another device of blocks that are written whole."""

from struct import unpack

from micropython import const

from .outbox_flash import check
from .outbox_log import LEAST
from .outbox_pages import Pages

_PLACES = const(2)  # outbox_pages.py
_TRAILER = const(12)
_PAGES = const(16)  # outbox_log.py: where a header says how many segments are in use
_SYNC = const(3)  # ioctl
_COUNT = const(4)
_SIZE = const(5)


class Blocks(Pages):
    """Segments in a block device without the extended protocol: all that was there is lost.

    `capacity` None: 64 kB, or what there is.
    """

    def __init__(self, device, capacity: "int | None" = None) -> None:
        self._device = device
        if hasattr(device, "ioctl"):
            super().__init__(device.ioctl(_SIZE, 0))
            there = device.ioctl(_COUNT, 0)
        else:  # CircuitPython's sdcardio.SDCard
            super().__init__(512)
            there = device.count()
        size = self.size + _TRAILER
        self.wanted = -(-(65_536 if capacity is None else capacity) // size) + LEAST - 1
        if self.wanted > there - _PLACES:
            if capacity is not None:
                raise ValueError("capacity: up to %d" % ((there - _PLACES - LEAST + 1) * size))
            self.wanted = there - _PLACES
        self._there = there - _PLACES

    def load(self) -> None:
        """Look which page was being filled, and how many segments the box has."""
        self.count = self._there
        super().load()
        (pages,) = unpack("<I", self._page[_PAGES : _PAGES + 4])
        if self._segment < 0 or not self.wanted < pages <= self._there:
            pages = self.wanted
        self.count = pages  # a card may have millions

    def close(self) -> None:
        """Nothing is open."""

    def _get(self, i: int, buf) -> None:
        check(self._device.readblocks(i, buf))

    def _set(self, i: int, buf) -> None:
        check(self._device.writeblocks(i, buf))
        if hasattr(self._device, "ioctl"):
            self._device.ioctl(_SYNC, 0)  # to the medium
        elif hasattr(self._device, "sync"):
            self._device.sync()

"""Where an Outbox is written: flash that is erased in blocks, as a block device.

The extended block protocol: `writeblocks(block, buf, offset)` programs and does not erase,
`ioctl(6, block)` erases. `esp32.Partition`, `rp2.Flash`, most SPI flash drivers.
"""

import errno
import sys

from micropython import const

from .outbox_log import LEAST

_COUNT = const(4)  # ioctl
_SIZE = const(5)
_ERASE = const(6)
_UNIT = const(16)  # what an encrypted ESP32 partition programs at once
# The RP2040 programs pages of 256 bytes; ff leaves a byte of them as it is.
_WINDOW = 256 if sys.platform == "rp2" else _UNIT


def check(answer) -> None:
    """What a device's method returned. Drivers say False, or a negative errno."""
    if answer is False or (answer is not None and answer is not True and answer < 0):
        raise OSError(errno.EIO, "block device")


def suits(device) -> bool:
    """Does this device have the extended protocol?"""
    try:
        check(device.readblocks(0, bytearray(_UNIT), 0))
    except TypeError:
        return False
    return True


class Flash:
    """Segments that are erase blocks. `capacity` None: the whole device.

    `window`: bytes that the device must be given at once, a multiple of 16 (RP2040: 256).
    """

    unit = _UNIT

    def __init__(self, device, capacity: "int | None" = None, window: int = _WINDOW) -> None:
        self._device = device
        self._window = window
        self.size = device.ioctl(_SIZE, 0)  # bytes of a segment
        self.count = device.ioctl(_COUNT, 0)  # segments there are
        # Segments there are to be: two more than the capacity needs, see outbox_log.py.
        self.wanted = self.count if capacity is None else -(-capacity // self.size) + LEAST - 1
        if self.wanted > self.count:
            raise ValueError("capacity: up to %d" % ((self.count - LEAST + 1) * self.size))

    def load(self) -> None:
        """Nothing is kept in memory."""

    def close(self) -> None:
        """Nothing is open."""

    def read(self, segment: int, at: int, n: int) -> bytearray:
        """n bytes of a segment."""
        buf = bytearray(n)
        check(self._device.readblocks(segment, buf, at))
        return buf

    def write(self, segment: int, at: int, data) -> None:
        """Program bytes that are blank, or to zeros any."""
        before = at % self._window
        n = -(-(before + len(data)) // self._window) * self._window
        buf = bytearray(b"\xff" * n)
        buf[before : before + len(data)] = data
        check(self._device.writeblocks(segment, buf, at - before))

    def erase(self, segment: int) -> None:
        """All its bytes become ff."""
        check(self._device.ioctl(_ERASE, segment))

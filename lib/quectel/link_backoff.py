"""How often a module may be rebooted, and the counters of what has failed in a row.

Modules do not like to be rebooted often (EG800Q&EG91xQ manual, figure 1, note 3): three reboots in
a row are free and the next may follow at once; then each waits longer than the last.

    reboot            1  2  3  4       5       6    7    8    9   10 and all that follow
    not before, min   0  0  0  0      10      30   60  120  240  480

The wait runs from the end of one reboot, however it ended, to the beginning of the next. What is
left of it is kept and counted down: so it goes on after a deep sleep, in which ticks mean nothing,
and may be longer than ticks can tell.
"""

from micropython import const

# Seconds before the reboot that follows so many others. Behind the last it doubles.
_WAITS = (0, 0, 0, 0, 600, 1800, 3600)
_LONGEST_S = const(28_800)  # eight hours
_MOST = const(255)  # reboots counted

# What `save` makes: the version, the counters, their CRC.
_VERSION = const(0x51)
_SIZE = const(8)


def wait_s(reboots: int) -> int:
    """Seconds to wait after so many reboots in a row."""
    if reboots < len(_WAITS):
        return _WAITS[reboots]
    return min(_WAITS[-1] << min(reboots - len(_WAITS) + 1, 8), _LONGEST_S)


def _crc(data) -> int:
    # CRC-16/CCITT: x^16 + x^12 + x^5 + 1, from 0xFFFF
    crc = 0xFFFF
    for b in data:
        crc ^= b << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021) & 0xFFFF if crc & 0x8000 else crc << 1
    return crc


class Backoff:
    """The counters of a Link; `clear` begins them anew."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Something has worked to the end: all is forgiven."""
        self.reboots = 0  # made in a row, up to _MOST
        self.rest_ms = 0  # until the next one may be made
        self.undone = 0  # deactivations that failed in a row
        self.unopened = 0  # connections that could not be opened in a row

    def reboot(self) -> None:
        """One is being made. It counts from now on, whatever becomes of it; time does not, till
        it is over."""
        self.reboots = min(self.reboots + 1, _MOST)
        self.undone = 0
        self.unopened = 0
        self.rest_ms = wait_s(self.reboots) * 1000

    def passed(self, ms: int) -> None:
        """So much time has gone by."""
        if self.rest_ms:
            self.rest_ms = max(self.rest_ms - ms, 0)

    def save(self) -> bytes:
        """All of it in 8 bytes."""
        rest = (self.rest_ms + 999) // 1000
        data = bytes(
            (_VERSION, self.reboots, rest >> 8, rest & 255, self.undone, min(self.unopened, 255))
        )
        crc = _crc(data)
        return data + bytes((crc >> 8, crc & 255))

    def load(self, data, elapsed_s: int) -> bool:
        """Take over what `save` made so many seconds ago. False, and no change: it is not that."""
        if not data or len(data) != _SIZE or data[0] != _VERSION:
            return False
        if _crc(data[:6]) != data[6] << 8 | data[7]:
            return False
        rest = data[2] << 8 | data[3]
        if rest > wait_s(data[1]):
            return False
        self.reboots = data[1]
        # Days of sleep in milliseconds would not be a small number.
        self.rest_ms = (rest - min(max(int(elapsed_s), 0), rest)) * 1000
        self.undone = data[4]
        self.unopened = data[5]
        return True

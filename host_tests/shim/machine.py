"""MicroPython's `machine` module, as far as a driver, a board file and a node's script need it."""

import sys
import time

from pin import Pin
from uart import UART

__all__ = ["UART", "Pin"]

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5


def idle():
    """Give the other threads of this computer, or the simulated module's process, a turn."""
    time.sleep(0.0005)


def unique_id():
    return b"\x00host\x00\x00\x01"


def freq(hz=None):
    return 125_000_000


def disable_irq():
    return 0


def enable_irq(state=0):
    pass


def reset_cause():
    return PWRON_RESET


def reset():
    """A board would start over; the host's program ends."""
    sys.exit("machine.reset()")


def soft_reset():
    sys.exit("machine.soft_reset()")


def deepsleep(ms=None):
    """A board wakes up from this by a reset; the host's program ends."""
    sys.exit("machine.deepsleep(%s)" % ("" if ms is None else ms))


def lightsleep(ms=0):
    time.sleep(ms / 1_000)


class WDT:
    def __init__(self, id=0, timeout=5000):
        pass

    def feed(self):
        pass


class RTC:
    """`memory()` lives as long as the process."""

    _memory = b""

    def memory(self, data=None):
        if data is None:
            return RTC._memory
        RTC._memory = bytes(data)

    def datetime(self, when=None):
        if when is None:
            now = time.gmtime()
            return (*now[:3], now[6], *now[3:6], 0)

"""MicroPython's `machine` module, as far as a driver, a board file and a node's script need it.

The environment variable QUECTEL_RTC names the file that stands for what outlives deep sleep: a
script that has called `deepsleep()`, and is started again, finds its RTC memory and the cause of
its reset. Without it both live as long as the process.
"""

import json
import os
import sys
import time

from pin import Pin
from uart import UART, lose_all

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


def _kept():
    """What the file has: "memory", in hex, and "cause", of the reset that is to come."""
    try:
        with open(os.environ["QUECTEL_RTC"]) as file:
            return json.load(file)
    except (KeyError, FileNotFoundError):
        return {}


def _keep(**values):
    path = os.environ.get("QUECTEL_RTC")
    if path:
        values = dict(_kept(), **values)
        with open(path, "w") as file:
            json.dump(values, file)


_cause = _kept().get("cause", PWRON_RESET)
_keep(cause=PWRON_RESET)


def reset_cause():
    return _cause


def reset():
    """A board would start over; the host's program ends."""
    sys.exit("machine.reset()")


def soft_reset():
    sys.exit("machine.soft_reset()")


def deepsleep(ms=None):
    """A board wakes up from this by a reset; the host's program ends, and may be started again."""
    _keep(cause=DEEPSLEEP_RESET)
    sys.exit("machine.deepsleep(%s)" % ("" if ms is None else ms))


def lightsleep(ms=0):
    """The UARTs' clocks stand still meanwhile: what arrives is lost."""
    time.sleep(ms / 1_000)
    lose_all()


class WDT:
    def __init__(self, id=0, timeout=5000):
        pass

    def feed(self):
        pass


class RTC:
    """`memory()` lives as long as the process, or the file of QUECTEL_RTC."""

    _memory = bytes.fromhex(_kept().get("memory", ""))

    def memory(self, data=None):
        if data is None:
            return RTC._memory
        RTC._memory = bytes(data)
        _keep(memory=RTC._memory.hex())
        return None

    def datetime(self, when=None):
        if when is None:
            now = time.gmtime()
            return (*now[:3], now[6], *now[3:6], 0)

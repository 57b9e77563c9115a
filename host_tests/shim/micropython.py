"""MicroPython's `micropython` module, as far as a driver needs it on CPython.

A driver imports `const` before anything else, so importing this also gives `time` its ticks.
"""

import time

_TICKS = 1 << 30  # MicroPython's small integers: ticks wrap here, and programs must cope


def const(value):
    return value


def opt_level(level=None):
    return 0


def alloc_emergency_exception_buf(size):
    pass


def heap_lock():
    """Nothing to lock: CPython's allocations cannot be forbidden."""


def heap_unlock():
    return 0


def heap_locked():
    return 0


def schedule(function, argument):
    function(argument)


def mem_info(verbose=None):
    pass


def ticks_ms():
    return time.monotonic_ns() // 1_000_000 & (_TICKS - 1)


def ticks_us():
    return time.monotonic_ns() // 1_000 & (_TICKS - 1)


def ticks_add(ticks, delta):
    return (ticks + delta) & (_TICKS - 1)


def ticks_diff(end, start):
    """end - start, between -2**29 and 2**29 - 1: right across one wrap."""
    return ((end - start + _TICKS // 2) & (_TICKS - 1)) - _TICKS // 2


def sleep_ms(ms):
    time.sleep(max(ms, 0) / 1_000)


def sleep_us(us):
    time.sleep(max(us, 0) / 1_000_000)


for _function in (ticks_ms, ticks_us, ticks_add, ticks_diff, sleep_ms, sleep_us):
    setattr(time, _function.__name__, _function)

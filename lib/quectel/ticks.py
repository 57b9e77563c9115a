"""The driver's only clock: milliseconds that wrap.

Everything reads it as `ticks.ticks_ms()`, never by name, so a test can put its own clock here.
"""

try:
    from time import ticks_add, ticks_diff, ticks_ms
except ImportError:  # CircuitPython: the same idea under another name, with half the period
    from micropython import const
    from supervisor import ticks_ms

    _PERIOD = const(1 << 29)

    def ticks_add(t, ms):
        """The tick `ms` milliseconds after `t`."""
        return (t + ms) % _PERIOD

    def ticks_diff(a, b):
        """Milliseconds from `b` to `a`, right while they are less than half a period apart."""
        return (a - b + _PERIOD // 2) % _PERIOD - _PERIOD // 2

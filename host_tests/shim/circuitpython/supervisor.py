"""CircuitPython's `supervisor`, as far as the driver knows it: ticks that wrap at 2**29."""

import time

_START = (1 << 29) - 65_000  # as on a board: it wraps 65 seconds after the start


def ticks_ms() -> int:
    """Milliseconds, 0 to 2**29 - 1."""
    return (time.monotonic_ns() // 1_000_000 + _START) % (1 << 29)

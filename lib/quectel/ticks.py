"""The driver's only clock: milliseconds that wrap. A test puts its own `ticks_ms` here."""

try:
    from time import ticks_diff, ticks_ms
except ImportError:
    from .circuitpython import ticks_diff, ticks_ms


def now() -> int:
    """This moment's tick."""
    return ticks_ms()


def since(t: int) -> int:
    """Milliseconds since the tick `t`."""
    return ticks_diff(ticks_ms(), t)

"""What CircuitPython has under other names: the tick counter and the UART."""

from micropython import const
from supervisor import ticks_ms

__all__ = ("BusioUART", "ticks_diff", "ticks_ms")

_PERIOD = const(1 << 29)


def ticks_diff(a: int, b: int) -> int:
    """Milliseconds from `b` to `a`, right while they are less than half a period apart."""
    return (a - b + _PERIOD // 2) % _PERIOD - _PERIOD // 2


class BusioUART:
    """A busio.UART, made with timeout=0, with the methods of machine.UART."""

    def __init__(self, uart) -> None:
        self._uart = uart
        self.write = uart.write

    def any(self) -> int:
        """Bytes that can be read at once."""
        return self._uart.in_waiting

    def readinto(self, buf: bytearray, n: int) -> "int | None":
        """Read up to `n` bytes into `buf` (allocates the slice that busio wants)."""
        return self._uart.readinto(memoryview(buf)[:n])

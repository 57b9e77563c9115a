"""CircuitPython's busio.UART with the methods of machine.UART."""


class MachineUART:
    """`uart`: a busio.UART made with timeout=0."""

    def __init__(self, uart) -> None:
        self._uart = uart
        self.write = uart.write

    def any(self) -> int:
        """Bytes that can be read at once."""
        return self._uart.in_waiting

    def readinto(self, buf: bytearray, n: int) -> "int | None":
        """Read up to `n` bytes into `buf` (allocates the slice that busio wants)."""
        return self._uart.readinto(memoryview(buf)[:n])

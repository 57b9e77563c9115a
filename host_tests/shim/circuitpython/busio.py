"""CircuitPython's `busio.UART`, over the shim's machine.UART: which one, QUECTEL_UART says."""

import machine


class UART:
    """A read gives what has come within `timeout` seconds, or None."""

    def __init__(
        self,
        tx=None,
        rx=None,
        *,
        baudrate=9600,
        timeout=1,
        receiver_buffer_size=64,
    ):
        self._uart = machine.UART(
            0, baudrate, tx=tx, rx=rx, timeout=int(timeout * 1000), rxbuf=receiver_buffer_size
        )

    @property
    def in_waiting(self):
        return self._uart.any()

    def readinto(self, buf):
        return self._uart.readinto(buf)

    def read(self, nbytes=None):
        return self._uart.read(nbytes)

    def write(self, buf):
        if isinstance(buf, str):
            raise TypeError("object with buffer protocol required")
        return self._uart.write(buf)

    def reset_input_buffer(self):
        while self._uart.any():
            self._uart.read()

    def deinit(self):
        self._uart.deinit()

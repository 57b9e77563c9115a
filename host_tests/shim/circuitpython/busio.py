"""CircuitPython's `busio.UART`, over the shim's machine.UART: which one, QUECTEL_UART says."""

import board
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
        self._pins = [pin for pin in (tx, rx) if pin is not None]
        board.claim(*self._pins)
        self._timeout = timeout
        self._uart = machine.UART(
            0, baudrate, tx=tx, rx=rx, timeout=int(timeout * 1000), rxbuf=receiver_buffer_size
        )

    def _alive(self):
        board.check(self._uart)
        return self._uart

    @property
    def timeout(self):
        self._alive()
        return float(self._timeout)

    @timeout.setter
    def timeout(self, seconds):
        self._alive().init(timeout=int(seconds * 1000))
        self._timeout = seconds

    @property
    def in_waiting(self):
        return self._alive().any()

    def readinto(self, buf):
        return self._alive().readinto(buf)

    def read(self, nbytes=None):
        return self._alive().read(nbytes)

    def write(self, buf):
        if isinstance(buf, str):
            raise TypeError("object with buffer protocol required")
        return self._alive().write(buf)

    def reset_input_buffer(self):
        while self._alive().any():
            self._uart.read()

    def deinit(self):
        if self._uart:
            self._uart.deinit()
            self._uart = None
            board.release(*self._pins)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.deinit()

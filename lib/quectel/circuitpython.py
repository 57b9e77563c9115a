"""What CircuitPython has in ways of its own: the tick counter, the UART, and how an object ends.

Loaded where `time` has no ticks, and where a modem is given a busio.UART.
"""

from micropython import const
from supervisor import ticks_ms

__all__ = ("BusioUART", "deinit", "ticks_diff", "ticks_ms")

_PERIOD = const(1 << 29)

_DEFAULT = const(64)  # receiver_buffer_size of a busio.UART that was not told any
_STILL_MS = const(5)  # at 9600 baud five bytes come in that time

# What BusioUART knows of the size of the buffer
_UNKNOWN = const(0)
_STANDS = const(1)  # it holds exactly 64 bytes: do more come?
_TAKING = const(2)  # none came: the last of these 64 will tell
_KNOWN = const(3)  # it has held more, or the warning has been given

_ALREADY = const(-13)  # errors.py
_CLOSED = const(-12)


def ticks_diff(a: int, b: int) -> int:
    """Milliseconds from `b` to `a`, right while they are less than half a period apart."""
    return (a - b + _PERIOD // 2) % _PERIOD - _PERIOD // 2


class BusioUART:
    """A busio.UART, made with timeout=0, with the methods of machine.UART.

    ValueError: it has another timeout, for which every poll would wait. The default is 1 s.

    How large its receive buffer is cannot be asked. The default, 64 bytes, is full 6 ms after the
    board has looked away, and what then comes is lost. That is noticed so: 64 bytes stand there,
    after 5 ms they are still exactly 64, and the last of them ends no line, as a module's own
    output always does. Then, once, a warning is printed. A buffer that has ever held more is
    large enough. An answer of just 64 bytes ends with its line. What can be mistaken is a packet
    of 64 bytes in transparent mode. On an ESP32 the buffer is larger in any case.
    """

    def __init__(self, uart) -> None:
        if getattr(uart, "timeout", 0) != 0:
            raise ValueError("busio.UART: timeout=0 is needed, it is %s" % uart.timeout)
        self._uart = uart
        self.write = uart.write
        self._size = _UNKNOWN
        self._since = 0  # the tick when the 64 bytes were seen first
        self._left = 0  # how many of them have not been read yet
        # Here, as modem.py is not loaded yet when channel.py wants the ticks above.
        from .modem import Modem

        Modem.deinit = deinit  # type: ignore[attr-defined]
        Modem.__enter__ = _enter  # type: ignore[attr-defined]
        Modem.__exit__ = _exit  # type: ignore[attr-defined]

    def any(self) -> int:
        """Bytes that can be read at once; 0 while it is watched whether more come than 64."""
        n = self._uart.in_waiting
        if self._size < _TAKING and n >= _DEFAULT:
            return self._look(n)
        return n

    def _look(self, n: int) -> int:
        from .channel import now, since

        if n > _DEFAULT:
            self._size = _KNOWN
        elif self._size == _UNKNOWN:
            self._size = _STANDS
            self._since = now()
            n = 0
        elif since(self._since) < _STILL_MS:
            n = 0
        else:
            self._size = _TAKING
            self._left = _DEFAULT
        return n

    def readinto(self, buf: bytearray, n: int) -> "int | None":
        """Read up to `n` bytes into `buf` (allocates the slice that busio wants)."""
        n = self._uart.readinto(memoryview(buf)[:n])
        if n and self._size == _TAKING:
            self._left -= n
            if self._left <= 0:
                self._judge(buf[n - 1 + self._left])
        return n

    def _judge(self, last: int) -> None:
        # LF ends a line, a space the prompt.
        self._size = _UNKNOWN
        if last != 10 and last != 32:
            self._size = _KNOWN
            print(
                "quectel: the UART's buffer of 64 bytes has overflowed: make it with "
                "receiver_buffer_size=1024"
            )

    def deinit(self) -> None:
        """Release the UART's pins."""
        self._uart.deinit()


# -- methods of a Modem on a busio.UART: its end as CircuitPython knows it ------------------------


def deinit(modem) -> None:
    """Close the modem's sockets and release its UART and all pins, for others to use.

    It takes as long as closing does, some 20 s where the module does not answer. The module stays
    on, unless a pin that keeps up its supply is released: `power_off()` comes before. After that
    the modem is of no use any more, and a poll raises ValueError: stop the task of `m.aio` first.
    Its sockets raise OSError. It may be called twice.
    """
    if modem._busy:
        from .modem import fail

        fail(_ALREADY, "poll")
    try:
        for s in modem._sockets:
            if s:
                s.settimeout(None)  # then close() waits
                s.close()
    finally:
        _release(modem)


def _release(modem) -> None:
    for op in modem._ops:
        op.cancel()
    for s in modem._sockets:
        if s:
            s._fail(_CLOSED)
    modem._ops = []
    modem._sockets = [None] * modem.IDS
    modem.channel.uart.deinit()
    if modem.power:
        for pin in modem.power.pins.values():
            if hasattr(pin, "deinit"):
                pin.deinit()


def _enter(modem):
    return modem


def _exit(modem, *exception) -> None:
    modem.deinit()

"""MicroPython's `machine.UART`, over what a computer has instead.

`id` says what is at the other end:

- `"/dev/pts/3"`, a pseudo-terminal; `"/dev/ttyUSB0"`, a serial port (needs pyserial);
- `"socket://127.0.0.1:5000"`, a TCP port that carries the bytes;
- an object with `any()`, `readinto(buf, n)` and `write(buf)`, such as a simulated module;
- a number, as on a board: then the environment variable QUECTEL_UART says which of the first two.

As on a board a read returns None when nothing has come within `timeout` ms (0: at once), and a
write may take a part of the data only, or return None when nothing fits. When the other end has
gone, which a board's UART would not notice, OSError(EIO) is raised.
"""

import array
import contextlib
import errno
import fcntl
import os
import select
import socket
import termios
import time
import tty
import weakref

_uarts: "weakref.WeakSet[UART]" = weakref.WeakSet()  # those in use


def lose_all():
    """What has arrived by now, and has not been read, was not received."""
    for uart in tuple(_uarts):
        while uart.any():
            uart.read(uart.any())


class UART:
    def __init__(
        self,
        id,
        baudrate=115200,
        bits=8,
        parity=None,
        stop=1,
        *,
        tx=None,
        rx=None,
        rxbuf=256,
        txbuf=256,
        timeout=0,
        timeout_char=0,
        **options,
    ):
        self.id = id
        self.baudrate = baudrate
        self._timeout = timeout
        self._timeout_char = timeout_char
        self._port = _open(id)
        self._port.set_baud(baudrate)
        _uarts.add(self)

    def init(self, baudrate=None, bits=8, parity=None, stop=1, *, timeout=None, **options):
        if timeout is not None:
            self._timeout = timeout
        self._timeout_char = options.get("timeout_char", self._timeout_char)
        if baudrate is not None:
            self.baudrate = baudrate
            self._port.set_baud(baudrate)

    def deinit(self):
        _uarts.discard(self)
        self._port.close()

    def any(self):
        """How many bytes can be read at once."""
        return self._port.any()

    def readinto(self, buf, nbytes=None):
        room = len(buf) if nbytes is None else min(nbytes, len(buf))
        view = memoryview(buf)
        got = 0
        wait = self._timeout
        while got < room and self._more(wait, got):
            count = self._port.readinto(view[got:room])
            if not count:
                break
            got += count
            wait = self._timeout_char
        return got or None

    def read(self, nbytes=None):
        """`nbytes` bytes, or fewer when the time is up; without a number, what there is."""
        data = bytearray()
        wait = self._timeout
        while (nbytes is None or len(data) < nbytes) and self._more(wait, data):
            part = bytearray(512 if nbytes is None else nbytes - len(data))
            count = self._port.readinto(memoryview(part))
            if not count:
                break
            data += part[:count]
            wait = self._timeout_char
        return bytes(data) or None

    def readline(self):
        line = bytearray()
        wait = self._timeout
        byte = bytearray(1)
        while not line.endswith(b"\n") and self._more(wait, line):
            if not self._port.readinto(memoryview(byte)):
                break
            line += byte
            wait = self._timeout_char
        return bytes(line) or None

    def _more(self, wait, got):
        """Whether there is more to read. If the other end has gone, what it sent comes first."""
        try:
            return self._port.wait(wait)
        except OSError:
            if not got:
                raise
            return False

    def write(self, buf):
        if isinstance(buf, str):
            buf = buf.encode()
        return self._port.write(buf)

    def flush(self):
        pass

    def txdone(self):
        return True

    def sendbreak(self):
        self._port.sendbreak()

    def fileno(self):
        """For `select`; an object in this process has none."""
        return self._port.fileno()

    def __repr__(self):
        return "UART(%r, baudrate=%r)" % (self.id, self.baudrate)


def _open(id):
    if isinstance(id, int):
        where = os.environ.get("QUECTEL_UART")
        if not where:
            raise ValueError(
                "UART(%d): which one that is on this computer, QUECTEL_UART has to say, e.g. "
                "QUECTEL_UART=/dev/pts/3, /dev/ttyUSB0 or socket://127.0.0.1:5000" % id
            )
        id = where
    if not isinstance(id, str):
        return _Object(id)
    if id.startswith("socket://"):
        return _Socket(id)
    if os.path.realpath(id).startswith("/dev/pts/"):
        return _Terminal(id)
    return _Serial(id)


class _Object:
    """A module that lives in this process; its time is its own, so nothing is waited for."""

    def __init__(self, other):
        self._other = other
        self.any = other.any
        self.readinto = other.readinto
        self.write = other.write

    def set_baud(self, baudrate):
        if hasattr(self._other, "init"):
            self._other.init(baudrate=baudrate)

    def wait(self, ms):
        return self._other.any() > 0

    def fileno(self):
        raise OSError(errno.EBADF, "a UART in this process has no file descriptor")

    def sendbreak(self):
        pass

    def close(self):
        pass


class _Descriptor:
    """What the kernel has: `self._fd`, non-blocking, and the steps of poll, read and write."""

    _fd = -1

    def fileno(self):
        return self._fd

    def any(self):
        waiting = self._waiting()
        if not waiting and self._poll(select.POLLIN, 0):
            waiting = self._waiting()  # it came between the two questions
            if not waiting:
                raise _gone()  # readable, and nothing there to read: that is how an end shows
        return waiting

    def wait(self, ms):
        """Whether something can be read within so many milliseconds."""
        deadline = time.monotonic() + ms / 1_000
        while True:
            if self.any():
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._poll(select.POLLIN, left)

    def readinto(self, buf):
        data = self._step(os.read, self._fd, len(buf))
        if data is None:
            return None
        if not data:
            raise _gone()
        buf[: len(data)] = data
        return len(data)

    def write(self, buf):
        return self._step(os.write, self._fd, buf)

    def set_baud(self, baudrate):
        pass

    def sendbreak(self):
        pass

    def _waiting(self):
        count = array.array("i", [0])
        try:
            fcntl.ioctl(self._fd, termios.FIONREAD, count)
        except OSError:
            raise _gone() from None
        return count[0]

    def _poll(self, events, seconds):
        poll = select.poll()
        poll.register(self._fd, events)
        return poll.poll(seconds * 1_000)

    def _step(self, call, *arguments):
        try:
            return call(*arguments)
        except BlockingIOError:
            return None
        except OSError as error:
            if error.errno == errno.EBADF:
                raise
            raise _gone() from None


class _Terminal(_Descriptor):
    def __init__(self, path):
        self._file = open(path, "r+b", buffering=0, opener=_open_terminal)
        self._fd = self._file.fileno()
        tty.setraw(self._fd, termios.TCSANOW)

    def set_baud(self, baudrate):
        # Nothing here runs at that speed, but the other end can ask for it.
        speed = getattr(termios, "B%d" % baudrate, None)
        if speed is not None:
            settings = termios.tcgetattr(self._fd)
            settings[4] = settings[5] = speed
            termios.tcsetattr(self._fd, termios.TCSANOW, settings)

    def close(self):
        self._file.close()
        self._fd = -1


def _open_terminal(path, flags):
    return os.open(path, flags | os.O_NOCTTY | os.O_NONBLOCK)


class _Socket(_Descriptor):
    def __init__(self, address):
        host, _, port = address[len("socket://") :].rstrip("/").rpartition(":")
        if not host or not port.isdigit():
            raise ValueError("%s: socket://HOST:PORT it has to be" % address)
        self._socket = socket.create_connection((host.strip("[]"), int(port)))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        self._fd = self._socket.fileno()

    def close(self):
        self._socket.close()
        self._fd = -1


class _Serial(_Descriptor):
    """A serial port: pyserial sets it up, the rest is as with the others."""

    def __init__(self, path):
        try:
            import serial
        except ImportError:
            raise OSError(errno.ENODEV, "%s needs pyserial: pip install pyserial" % path) from None
        self._serial = serial.Serial(path, timeout=0, write_timeout=0)
        self._fd = self._serial.fileno()

    def set_baud(self, baudrate):
        self._serial.baudrate = baudrate

    def sendbreak(self):
        self._serial.send_break()

    def close(self):
        with contextlib.suppress(OSError):
            self._serial.close()
        self._fd = -1


def _gone():
    return OSError(errno.EIO, "the other end of the UART has gone")

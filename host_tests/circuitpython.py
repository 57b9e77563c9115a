"""A CircuitPython program's surroundings in this process: the stand-ins, Adafruit's libraries, a
modem on a busio.UART, a simulated module on a terminal behind it. For the tests.
"""

import contextlib
import os
import ssl
import sys
import time

from host_tests import adafruit
from host_tests.program import QUICK, program
from host_tests.servers import skip_without
from host_tests.shim import CIRCUITPYTHON

FRESH = ("supervisor", "board", "busio", "digitalio", "quectel.circuitpython")
LIFETIME = ("deinit", "__enter__", "__exit__")  # what circuitpython.py adds to a Modem


def clean():
    """Forget the stand-ins, and what circuitpython.py has added to the modem."""
    from quectel.modem import Modem

    for name in FRESH:
        sys.modules.pop(name, None)
    for name in LIFETIME:
        if name in vars(Modem):
            delattr(Modem, name)


@contextlib.contextmanager
def stand_ins(*more):
    """`busio`, `digitalio`, `board`, `supervisor`, and what lies in the folders `more`, can be
    imported; the driver lives on `supervisor`'s clock."""
    import quectel.channel as channel

    before = list(sys.path), channel.ticks_ms, channel.ticks_diff
    clean()
    sys.path[:0] = [CIRCUITPYTHON, *more]
    try:
        import quectel.circuitpython as cp

        channel.ticks_ms, channel.ticks_diff = cp.ticks_ms, cp.ticks_diff
        yield
    finally:
        sys.path[:], channel.ticks_ms, channel.ticks_diff = before
        clean()


class Board:
    """A board with a modem of `family`, attached; `names` are hosts, name -> port of 127.0.0.1.

    m         the modem
    written   what has left on the UART
    """

    def __init__(self, family, names):
        import busio

        import quectel

        words = []
        for name, port in names.items():
            words += ["--dns", "%s=127.0.0.1:%d" % (name, port)]
        self._stack = contextlib.ExitStack()
        self.process, terminal = self._stack.enter_context(
            program(family, "--pty", "--hold-tcp", *words, *QUICK)
        )
        self.written = written = bytearray()

        class UART(busio.UART):
            def write(self, buf):
                n = busio.UART.write(self, buf)
                written.extend(buf[: n or 0])
                return n

        os.environ["QUECTEL_UART"] = terminal
        try:
            uart = UART(4, 5, baudrate=115200, timeout=0, receiver_buffer_size=1024)
        finally:
            del os.environ["QUECTEL_UART"]
        self.m = getattr(quectel, family)(uart)
        self.m.idle = lambda: time.sleep(0.0005)  # leave the processor to the module
        self.m.power_on()
        self.m.attach(apn="iot.example")

    def count(self, name, call, *arguments):
        """How many commands that begin so leave while `call(*arguments)` lasts; its result."""
        before = len(self.written)
        result = call(*arguments)
        return bytes(self.written[before:]).count(b"AT+" + name.encode()), result

    def close(self):
        self.m.deinit()
        self._stack.close()


@contextlib.contextmanager
def libraries():
    """stand_ins() with Adafruit's libraries; what they keep is forgotten at the end."""
    with stand_ins(skip_without(adafruit.folder)):
        try:
            yield
        finally:
            for name in list(sys.modules):
                if name.startswith(("adafruit_", "circuitpython_typing")):
                    del sys.modules[name]


class SSLContext:
    """CircuitPython's ssl.SSLContext: TLS over any object with a stream socket's methods.

    It loads them all when it wraps, hands them memoryviews, and shakes hands in connect().
    """

    METHODS = "accept bind close connect listen recv_into send settimeout setsockopt".split()

    def __init__(self, cafile):
        self._context = ssl.create_default_context(cafile=str(cafile))

    def wrap_socket(self, sock, *, server_side=False, server_hostname=None):
        if sock.type != 1:
            raise ValueError("a stream socket")
        return _SSLSocket(
            {name: getattr(sock, name) for name in self.METHODS}, self, server_hostname
        )


class _SSLSocket:
    def __init__(self, methods, context, host):
        self._raw = methods
        self._in = ssl.MemoryBIO()
        self._out = ssl.MemoryBIO()
        self._tls = context._context.wrap_bio(self._in, self._out, server_hostname=host)

    def connect(self, address):
        self._raw["connect"](address)
        self._do(self._tls.do_handshake)

    def send(self, data):
        return self._do(self._tls.write, data)

    def recv_into(self, buf, nbytes=0):
        try:
            return self._do(self._tls.read, nbytes or len(buf), buf)
        except ssl.SSLEOFError:
            return 0

    def settimeout(self, seconds):
        self._raw["settimeout"](seconds)

    def close(self):
        self._raw["close"]()

    def _do(self, call, *arguments):
        while True:
            try:
                return call(*arguments)
            except ssl.SSLWantReadError:
                self._flush()
                record = bytearray(300)
                n = self._raw["recv_into"](memoryview(record))
                if n:
                    self._in.write(record[:n])
                else:
                    self._in.write_eof()
            finally:
                self._flush()

    def _flush(self):
        data = memoryview(self._out.read())
        while len(data):
            data = data[self._raw["send"](data) :]

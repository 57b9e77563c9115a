"""The shim's UART over a real pseudo-terminal, a real TCP connection and an object."""

import os
import pty
import select
import socket
import tty

import pytest
from machine import UART

EVERY_BYTE = bytes(range(256))


class PtyLine:
    """A pseudo-terminal: the UART has one end, the test the other."""

    def __init__(self):
        self.fd, self._other = pty.openpty()
        tty.setraw(self._other)
        self.id = os.ttyname(self._other)

    def send(self, data):
        os.write(self.fd, data)

    def receive(self, count):
        data = b""
        while len(data) < count:
            data += os.read(self.fd, count - len(data))
        return data

    def fill(self, uart):
        while uart.write(bytes(4096)):
            pass

    def close(self):
        os.close(self._other)
        os.close(self.fd)


class TcpLine:
    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.id = "socket://127.0.0.1:%d" % self._listener.getsockname()[1]
        self._peer = None

    @property
    def peer(self):
        if self._peer is None:
            self._peer, _ = self._listener.accept()
        return self._peer

    def send(self, data):
        self.peer.sendall(data)

    def receive(self, count):
        data = b""
        while len(data) < count:
            data += self.peer.recv(count - len(data))
        return data

    def fill(self, uart):
        while uart.write(bytes(65536)):
            pass

    def close(self):
        self.peer.close()
        self._listener.close()


@pytest.fixture(params=[PtyLine, TcpLine], ids=["pty", "tcp"])
def line(request):
    line = request.param()
    yield line
    line.close()


@pytest.fixture
def uart(line):
    uart = UART(line.id, 9600, tx=None, rx=None, rxbuf=1024, timeout=0)
    yield uart
    uart.deinit()


def until_readable(uart):
    select.select([uart], [], [])


def read_all(uart, count):
    data = b""
    while len(data) < count:
        until_readable(uart)
        data += uart.read()
    return data


def test_every_byte_passes_unchanged_both_ways(line, uart):
    assert uart.write(EVERY_BYTE) == 256
    assert line.receive(256) == EVERY_BYTE
    line.send(EVERY_BYTE)
    assert read_all(uart, 256) == EVERY_BYTE
    assert uart.any() == 0


def test_nothing_there_is_none_not_empty(uart):
    assert uart.any() == 0
    assert uart.read() is None
    assert uart.read(5) is None
    assert uart.readline() is None
    assert uart.readinto(bytearray(5)) is None


def test_a_timeout_runs_out(line):
    uart = UART(line.id, timeout=1)
    assert uart.read(1) is None
    uart.deinit()


def test_a_timeout_is_long_enough_for_what_comes(line):
    uart = UART(line.id, timeout=60_000, timeout_char=60_000)
    line.send(b"+CSQ: 20,0\r\nOK")
    assert uart.readline() == b"+CSQ: 20,0\r\n"
    assert uart.read(2) == b"OK"
    uart.deinit()


def test_readinto_keeps_to_its_length_and_leaves_the_rest(line, uart):
    line.send(b"abcdef")
    until_readable(uart)
    while uart.any() < 6:
        pass
    buf = bytearray(b"--------")
    assert uart.readinto(buf, 4) == 4
    assert buf == b"abcd----"
    assert uart.any() == 2
    assert uart.readinto(memoryview(buf)[4:]) == 2
    assert buf == b"abcdef--"


def test_write_takes_a_part_then_none_when_nobody_reads(line, uart):
    line.fill(uart)
    assert uart.write(b"more") is None


def test_write_takes_str_as_micropython_does(line, uart):
    assert uart.write("AT\r") == 3
    assert line.receive(3) == b"AT\r"


def test_when_the_other_end_has_gone_it_says_so():
    listener = socket.create_server(("127.0.0.1", 0))
    uart = UART("socket://127.0.0.1:%d" % listener.getsockname()[1])
    peer, _ = listener.accept()
    peer.sendall(b"last")
    peer.close()
    listener.close()
    assert read_all(uart, 4) == b"last"
    until_readable(uart)
    with pytest.raises(OSError, match="has gone"):
        uart.any()
    uart.deinit()


def test_when_the_terminal_has_gone_it_says_so():
    master, slave = pty.openpty()
    uart = UART(os.ttyname(slave))
    os.close(slave)
    os.close(master)
    with pytest.raises(OSError, match="has gone"):
        uart.read()
    uart.deinit()


def test_a_number_is_looked_up_in_the_environment(line, monkeypatch):
    monkeypatch.setenv("QUECTEL_UART", line.id)
    uart = UART(1, 115200)
    uart.write(b"AT\r")
    assert line.receive(3) == b"AT\r"
    uart.deinit()


def test_a_number_nobody_has_explained_is_an_error_that_helps(monkeypatch):
    monkeypatch.delenv("QUECTEL_UART", raising=False)
    with pytest.raises(ValueError, match=r"UART\(1\).*QUECTEL_UART="):
        UART(1, 115200)


def test_a_serial_port_goes_through_pyserial():
    pytest.importorskip("serial")
    import uart as shim

    line = PtyLine()
    port = shim._Serial(line.id)  # what a path outside /dev/pts leads to
    port.set_baud(9600)
    assert port.write(b"AT\r") == 3
    assert line.receive(3) == b"AT\r"
    line.send(b"OK")
    while port.any() < 2:
        pass
    buf = bytearray(2)
    assert port.readinto(memoryview(buf)) == 2
    assert buf == b"OK"
    port.close()
    line.close()


class Module:
    """The least that an in-process module's end of the line has."""

    def __init__(self):
        self.out = bytearray(b"RDY\r\n")
        self.got = b""
        self.baudrate = None

    def init(self, baudrate):
        self.baudrate = baudrate

    def any(self):
        return len(self.out)

    def readinto(self, buf, n=None):
        n = min(len(self.out), len(buf) if n is None else n)
        buf[:n] = self.out[:n]
        del self.out[:n]
        return n or None

    def write(self, buf):
        self.got += bytes(buf[:2])  # takes two at a time
        return min(2, len(buf))


def test_an_object_in_this_process_is_driven_directly():
    module = Module()
    uart = UART(module, 9600)
    assert module.baudrate == 9600
    assert uart.any() == 5
    assert uart.readline() == b"RDY\r\n"
    assert uart.read(1) is None
    assert uart.write(b"AT\r") == 2
    assert module.got == b"AT"
    uart.init(baudrate=57600)
    assert module.baudrate == 57600

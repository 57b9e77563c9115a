"""The board file of a node whose world is another process, at the other end of stdin and stdout.

A request is 0x02, a letter, the length of what follows (two bytes, the lower first); an answer is
a length and as many bytes. All else that is written are lines that the node prints.

    I  bytes for the UART: time goes on     ticks (4), the level of STATUS, bytes from the UART
    P, R  the level of PWRKEY, RESET        nothing
    F  feed the watchdog                    nothing
    S  block, offset, length                bytes of the flash; numbers take four bytes each
    W  block, offset, bytes: program        nothing
    E  block: erase                         nothing
    M  (bytes to write into) RTC memory     what is there
    Q  a quantity is to be measured         it, as text
    N  n: random bytes                      n of them
    Z  milliseconds to sleep                none: this process ends
"""

import os
import struct
import sys

import quectel
from quectel import channel

BLOCKS, BLOCK = 16, 4096
OUT = 256  # bytes that wait for the next I
IN = 1024  # the UART's buffer, as a board has it too

_read = sys.stdin.buffer.readinto
_write = sys.stdout.buffer.write
_head = bytearray(b"\x02   ")
_size = bytearray(2)
_ticks = 0
_status = 0


def take(buf):
    """Fill `buf` from stdin."""
    n = _read(buf)
    while n < len(buf):
        more = _read(memoryview(buf)[n:])
        if not more:
            sys.exit(3)  # the world is gone
        n += more


def ask(letter, *parts):
    """The length of what is answered; the caller takes it."""
    n = 0
    for part in parts:
        n += len(part)
    _head[1] = ord(letter)
    _head[2] = n & 255
    _head[3] = n >> 8
    _write(_head)
    for part in parts:
        _write(part)
    take(_size)
    return _size[0] | _size[1] << 8


def answer(letter, *parts):
    buf = bytearray(ask(letter, *parts))
    if buf:
        take(buf)
    return bytes(buf)


class Line:
    """The UART. What is written leaves at the next idle(): no time passes before."""

    def __init__(self):
        self._out = bytearray(OUT)
        self._n = 0
        self._in = bytearray(IN)
        self._pos = self._end = 0
        self._now = bytearray(5)

    def any(self):
        return self._end - self._pos

    def readinto(self, buf, n):
        k = min(n, self._end - self._pos)
        for i in range(k):
            buf[i] = self._in[self._pos + i]
        self._pos += k
        return k or None

    def write(self, data):
        k = min(len(data), OUT - self._n)
        self._out[self._n : self._n + k] = data if k == len(data) else data[:k]
        self._n += k
        return k or None

    def idle(self):
        """Nothing to do: time goes on."""
        global _ticks, _status
        if self._pos < self._end and not self._n:
            return
        n = ask("I", memoryview(self._out)[: self._n]) - 5
        self._n = 0
        take(self._now)
        _ticks = struct.unpack("<I", self._now)[0]
        _status = self._now[4]
        if n:
            left = self._end - self._pos
            self._in[:left] = self._in[self._pos : self._end]
            self._pos, self._end = 0, left + n
            take(memoryview(self._in)[left : left + n])


class Pad:
    def __init__(self, letter):
        self._letter = letter

    def value(self, level):
        answer(self._letter, bytes([level]))


class Status:
    def value(self):
        return _status


class Dog:
    def feed(self):
        answer("F")


class Device:
    """The flash."""

    def readblocks(self, n, buf, offset=0):
        pos = 0
        while pos < len(buf):
            k = min(len(buf) - pos, 1024)
            ask("S", struct.pack("<III", n, offset + pos, k))
            take(memoryview(buf)[pos : pos + k])
            pos += k

    def writeblocks(self, n, buf, offset=None):
        if offset is None:
            for i in range(len(buf) // BLOCK):
                self.ioctl(6, n + i)
        answer("W", struct.pack("<II", n, offset or 0), buf)

    def ioctl(self, op, arg):
        if op == 4:
            return BLOCKS
        if op == 5:
            return BLOCK
        if op == 6:
            answer("E", struct.pack("<I", arg))
        return 0


def store():
    """Where the outbox lives: in the flash as it is, or in a file on littlefs."""
    device = Device()
    if os.getenv("LIFE_STORE") != "files":
        return device
    import vfs

    try:
        vfs.mount(vfs.VfsLfs2(device), "/flash")
    except OSError:
        vfs.VfsLfs2.mkfs(device)
        vfs.mount(vfs.VfsLfs2(device), "/flash")
    return "/flash/readings.log"


line = Line()


def modem():
    power = quectel.Power(
        Pad("P"), pwrkey_on=0, reset=Pad("R"), reset_on=0, status=Status(), status_on=1
    )
    m = getattr(quectel, os.getenv("LIFE_FAMILY"))(line, power)
    m.idle = line.idle
    return m


def memory(*data):
    return answer("M", *data)


def sleep(ms, feed):
    ask("Z", struct.pack("<I", ms))


def watchdog():
    Dog().feed()
    return Dog()


def measure(number):
    return float(answer("Q"))


def urandom(n):
    return answer("N", bytes([n]))


channel.ticks_ms = lambda: _ticks
STORE = store()
READ_S = int(os.getenv("LIFE_READ_S"))

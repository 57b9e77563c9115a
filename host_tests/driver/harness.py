"""What all driver tests share: a line in three chunkings, virtual time, a modem on a module.

A test takes a `line` (see `runs`) and asks it for what it needs:

    desk = line.desk()                    a running, attached BC66, its network and a modem on it
    desk = line.desk("BC26", banner=True) any family, any knob of the simulated module

Time stands still until something waits: `modem.idle` moves it to the module's next event.
"""

from host_tests.simulator import Cuts, MemoryNetwork, Module, SimUART, VirtualClock
from quectel import channel

CHUNKINGS = ("whole", "bytes", "splits")
SPLITS = 50  # seeds
_LIMIT_MS = 3_600_000  # no test waits an hour, unless it waits for ever
_STEP_MS = 50  # the longest step that time makes while the driver waits

HOST = "198.51.100.7"
PORT = 7

OK = b"\r\nOK\r\n"
ERROR = b"\r\nERROR\r\n"


class Skip(Exception):
    """Raised by a test that cannot run here; its text says why."""


class Line:
    """How the bytes of the module are cut."""

    def __init__(self, name, seed=None):
        self.name = name
        self.seed = seed

    def chunking(self):
        """What SimUART wants: None, 1, or sizes from the seed."""
        if self.name == "whole":
            return None
        return 1 if self.name == "bytes" else Cuts(self.seed)

    def desk(self, family="BC66", **knobs):
        """A module that answers at once, its network, and a modem on it."""
        return Desk(self, family, knobs)

    def cut(self, data):
        """`data` in this line's pieces."""
        if self.name == "whole":
            return [data]
        cuts = self.chunking()
        pieces = []
        while data:
            n = 1 if cuts == 1 else cuts.next()
            pieces.append(data[:n])
            data = data[n:]
        return pieces


def lines():
    """A line of each chunking, for tests that are too long for fifty splits."""
    return Line("whole"), Line("bytes"), Line("splits", 1)


def runs(name):
    """The lines of one chunking: one, or one for each seed."""
    return [Line(name, seed) for seed in range(SPLITS)] if name == "splits" else [Line(name)]


def desk(name="BC66", **knobs):
    """A desk where how the bytes are cut is not the point."""
    return Line("whole").desk(name, **knobs)


def urc(text):
    """A line as a module says it by itself."""
    return b"\r\n" + text.encode() + b"\r\n"


def said(d, name):
    """The command lines so far that begin with AT and `name`, payload and all."""
    return [c for c in d.module.commands if c.startswith("AT" + name)]


def use(clock):
    """Let the driver live on this clock."""
    channel.ticks_ms = lambda: clock.now


def family(name):
    """The driver's class of that name."""
    import quectel

    return getattr(quectel, name)


class Desk:
    """A simulated module, its network, and a modem on it, in virtual time."""

    def __init__(self, line, name, knobs):
        self.clock = VirtualClock()
        self.net = MemoryNetwork(self.clock)
        self.net.ntp_time = (2018, 4, 20, 11, 8, 20, 35, 32)
        knobs.setdefault("delays", 0)
        knobs.setdefault("echo", False)
        limit = knobs.pop("limit_write", None)
        power = knobs.pop("power", None)
        self.module = Module(name, self.clock, self.net, **knobs)
        self.uart = SimUART(self.module, self.clock, line.chunking(), limit_write=limit)
        use(self.clock)
        self.modem = family(name)(self.uart, power)
        self.modem.idle = self.idle

    def idle(self):
        """Nothing to do for the driver: time goes on, to the next thing that happens."""
        assert self.clock.now < _LIMIT_MS, "waited for ever"
        if self.uart.any():
            return
        due = self.clock.next_due()
        self.clock.advance(_STEP_MS if due is None else min(due, _STEP_MS))

    def run(self, ms):
        """Let `ms` milliseconds pass, polling all the while."""
        end = self.clock.now + ms
        while self.clock.now < end or self.uart.any():
            self.modem.poll()
            if not self.uart.any():
                due = self.clock.next_due()
                left = max(end - self.clock.now, 0)
                self.clock.advance(min(left, _STEP_MS if due is None else min(due, _STEP_MS)))

    def until(self, test, ms=200_000):
        """Poll until `test()` is true; fails after `ms` milliseconds."""
        end = self.clock.now + ms
        while not test():
            assert self.clock.now < end, "waited %d ms in vain" % ms
            self.modem.poll()
            self.idle()

    def tcp(self, host=HOST, port=PORT, **options):
        """A connected TCP socket and its peer."""
        return self._open("tcp", 1, host, port, options)

    def udp(self, host=HOST, port=PORT, **options):
        """A connected UDP socket and its peer."""
        return self._open("udp", 2, host, port, options)

    def _open(self, kind, type, host, port, options):
        peer = getattr(self.net, kind)(host, port, **options)
        s = self.socket(type)
        s.connect((host, port))
        return s, peer

    def socket(self, type=1):
        """A new socket on the modem: 1 TCP, 2 UDP."""
        from quectel import SocketPool

        return SocketPool(self.modem).socket(2, type)


def raises(kind, call, *args, **kwargs):
    """The exception of class `kind` that the call raises; fails if it does not."""
    try:
        call(*args, **kwargs)
    except kind as e:
        return e
    raise AssertionError("no %s" % kind.__name__)


def fails(number, call, *args, **kwargs):
    """The OSError with this errno that the call raises."""
    e = raises(OSError, call, *args, **kwargs)
    assert e.errno == number, "errno %r, not %r: %r" % (e.errno, number, e)
    return e

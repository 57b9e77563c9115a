"""Everything around a node: its board, its module, the network, the weather, and the time.

A node's life is a row of starts: power-on, the end of a deep sleep, a watchdog. World is the board
that a start runs on, whether in this process (inside.py) or in a MicroPython of its own
(outside.py). What ends a start is raised by the methods of the board:

    Asleep      deepsleep(): RTC memory keeps what was put there
    Dead        no power, or a dip of it: nothing is kept but the flash
    Barked      the watchdog was not fed, or might as well not have been: RTC memory stays
"""

import random
import re

from host_tests.simulator import MemoryNetwork, SimUART, VirtualClock
from host_tests.simulator.power import OFF

from .field import FieldModule
from .flash import Flash
from .server import Broken, Ledger, Server
from .weather import DAY, HOUR, MINUTE, Weather

TICKS = 1 << 30  # where a board's milliseconds wrap
STEP_MS = 100  # the longest step of the time while the node is awake
WATCHDOG_MS = 8_300  # the longest of an RP2040
AWAKE_MS = 2 * HOUR  # no start is awake that long
GRACE_DAYS = 4  # of calm at the end, in which what is left must arrive
BLOCKS, BLOCK = 16, 4096

COUNTED = ("starts", "cuts", "torn", "brownouts", "stuck", "barks", "boots", "presses", "resets")

KEPT = re.compile(r"reading (\S+):(\d+\.\d) kept")
ACKNOWLEDGED = re.compile(r"reading (\S+):\S+ acknowledged")


class End(BaseException):
    """A start is over."""


class Asleep(End):
    """For `ms` milliseconds."""

    def __init__(self, ms):
        self.ms = ms


class Dead(End):
    """For `ms` milliseconds, until the power is back."""

    def __init__(self, ms):
        self.ms = ms


class Barked(End):
    """At once begins the next."""


class World:
    """`days` of weather, then calm until all that was kept is there."""

    def __init__(self, seed, days, family="BC66", plenty=1):
        self.seed = seed
        self.end = days * DAY
        self.family = family
        self.clock = VirtualClock()
        self.weather = Weather(seed, days, plenty)
        self.random = random.Random("world %s" % seed)
        self.ledger = Ledger()
        self.network = MemoryNetwork(self.clock)
        self.server = Server(self.clock, self.network, self.weather, self.ledger)
        self.module = FieldModule(
            family, self.clock, self.network, powered=False, apn="iot.example"
        )
        self.module.on_boot = self._booted
        self.module.on_unheard = self.ledger.unheard
        self.uart = SimUART(self.module, self.clock, rxbuf=2048)
        self.flash = Flash(BLOCKS, BLOCK, random.Random("flash %s" % seed), self._torn)
        self.memory = b""  # RTC memory
        self.log = None  # a function that hears every line the node says
        self.counts = dict.fromkeys(COUNTED, 0)
        self.awake_ms = 0
        self._ending = None  # the End that the next step of the node raises
        self._off_ms = 0  # how long the power stays away after a torn write
        self._spells = {}  # kind -> how many of them are under way
        self._since = {}  # kind -> when the first of them began
        self.bad_ms = {}  # kind -> how long there was any
        self._levels = {}  # pads that are held
        self._began = 0  # the start
        self._fed = 0  # the watchdog, last; None: it is not in use
        for when, kind, length in self.weather.spells:
            self.clock.call_later(when, self._begin, kind, length)
        self.clock.call_later(self.end, self._calm)

    # -- the weather ------------------------------------------------------------------------

    def _begin(self, kind, length):
        if kind in ("coverage", "server", "sim"):
            if not self._spells.get(kind):
                self._since[kind] = self.clock.now
            self._spells[kind] = self._spells.get(kind, 0) + 1
            self._turn(kind)
            self.clock.call_later(length, self._over, kind)
        elif kind == "torn":
            self.flash.tear_in = self.random.randint(1, 6)
            self._off_ms = length
        else:
            self._accident(kind, length)

    def _over(self, kind):
        self._spells[kind] -= 1
        if not self._spells[kind]:
            lasted = self.clock.now - self._since[kind]
            self.bad_ms[kind] = self.bad_ms.get(kind, 0) + lasted
        self._turn(kind)

    def _turn(self, kind):
        bad = self._spells[kind] > 0
        if self.module.state != OFF:
            self.ledger.excuse(kind)
        if kind == "server":
            self.server.down(bad)
        elif kind == "sim":
            self.module.insert(not bad)
        else:
            self.module.cover(not bad)

    def _accident(self, kind, length):
        module = self.module
        if kind in ("cut", "brownout"):
            self.ledger.excuse(kind)
            self.counts["cuts" if kind == "cut" else "brownouts"] += 1
            self._ending = Dead(length if kind == "cut" else 0)
            if kind == "cut":
                module.power_cut()
            return
        if kind == "stuck":
            self.ledger.excuse(kind)
            self.counts["stuck"] += 1
            self._ending = Barked()
            return
        if module.state == OFF or (kind == "deactivate" and not module.family.host_activates):
            return
        self.ledger.excuse(kind)
        if kind == "reboot":
            module.reboot()
        elif kind == "hang":
            module.hang()
        elif kind == "silence":
            module.hang(length)
        elif kind == "detach":
            module.detached(length)
        elif kind == "deactivate":
            module.deactivated()

    def _booted(self):
        self.counts["boots"] += 1
        if self.clock.now < self.end:
            for kind, when, length in self.weather.accidents():
                self.clock.call_later(when, self._while_on, kind, length, self.counts["boots"])

    def _while_on(self, kind, length, boot):
        if boot == self.counts["boots"] and self.module.state != OFF:
            self._accident(kind, length)

    def _torn(self):
        self.ledger.excuse("torn write")
        self.counts["torn"] += 1
        self._ending = Dead(self._off_ms)
        self.module.power_cut()
        raise self._ending

    def _calm(self):
        self.server.calm = True
        self.flash.tear_in = 0

    # -- the board, while a start lasts -------------------------------------------------------

    def alive(self):
        """Nothing goes on once a start is over, whatever is still run of it."""
        if self._ending:
            raise self._ending

    def ticks(self):
        return (self.clock.now - self._began) % TICKS

    def idle(self):
        """The node has nothing to do: time goes on, to the next thing that happens."""
        self.alive()
        if not self.uart.any():
            due = self.clock.next_due()
            self.clock.advance(STEP_MS if due is None else min(due, STEP_MS))
        if self._fed is not None and self.clock.now - self._fed > WATCHDOG_MS:
            self.counts["barks"] += 1
            self._ending = Barked()
        if self.clock.now - self._began > AWAKE_MS:
            raise Broken("awake for %d minutes" % (AWAKE_MS // MINUTE))
        self.alive()

    def feed(self):
        """The watchdog; the first time starts it."""
        self._fed = self.clock.now

    def pad(self, name, level):
        """Drive PWRKEY or RESET of the module."""
        if not self._ending and self._levels.get(name, 1) != level:
            self._levels[name] = level
            if not level:
                self.counts["presses" if name == "pwrkey" else "resets"] += 1
            getattr(self.module, name)(level)

    def write(self, data):
        return len(data) if self._ending else self.uart.write(data)

    def measure(self):
        self.alive()
        return self.ledger.measure() / 10

    def noise(self, n):
        """Random bytes."""
        return bytes([self.random.randrange(256) for _ in range(n)])

    def said(self, line):
        """A line of the node's own."""
        if self._ending:
            return
        if self.log:
            self.log("%12.3f  %s" % (self.clock.now / 1000, line))
        found = KEPT.match(line)
        if found:
            self.ledger.keep(*found.groups())
        found = ACKNOWLEDGED.match(line)
        if found:
            self.ledger.settle(found.group(1))

    def sleep(self, ms):
        self.alive()
        self._ending = Asleep(ms)
        raise self._ending

    # -- one start after the other ------------------------------------------------------------

    def live(self, start):
        """`start()` runs the node until an End is raised, again and again."""
        while self.clock.now < self.end or self.ledger.missing():
            if self.clock.now > self.end + GRACE_DAYS * DAY:
                raise Broken("never arrived: %s" % self.ledger.missing()[:10])
            self._begin_start()
            try:
                start()
                raise Broken("the node has ended by itself")
            except End as end:
                self._pass(end)

    def _begin_start(self):
        self._ending = None
        self._fed = None
        self._began = self.clock.now
        self.counts["starts"] += 1
        del self.module.commands[:]
        self.server.forget()

    def _pass(self, end):
        """What lies between two starts."""
        self.awake_ms += self.clock.now - self._began
        for name in self._levels:
            if not self._levels[name]:  # whoever held it has let go
                self._levels[name] = 1
                getattr(self.module, name)(1)
        self.uart.read()
        if isinstance(end, Asleep):
            self._ending = None
            until = self.clock.now + end.ms
            while self.clock.now < until and not self._ending:
                due = self.clock.next_due()
                left = until - self.clock.now
                self.clock.advance(left if due is None else min(due, left))
        if isinstance(self._ending, Dead):
            self.memory = b""
            self.clock.advance(self._ending.ms)

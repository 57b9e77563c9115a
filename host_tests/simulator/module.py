"""The simulated module: what one instance is made of. Behaviour is in the files named after it.

    clock = VirtualClock()
    net = MemoryNetwork(clock)
    peer = net.tcp("198.51.100.7", 7)
    m = Module("BC66", clock, net)
    m.connect(sink)             # sink(bytes) is called for every burst the module writes
    m.feed(b"AT+CSQ\\r")
    clock.advance(10)

Runs on CPython and MicroPython.
"""

from . import families
from .at import CommandLine
from .clock import VirtualClock
from .contexts import Contexts
from .hooks import Hooks
from .network import MemoryNetwork
from .opening import Opening
from .power import OFF, RUNNING, Power
from .radio import Radio
from .sleeping import Sleeping
from .sockets import Sockets
from .transparent import Transparent

HERE = ("uart1", "all")  # names of the line this module is tested by


def nowhere(data):
    """Where output goes that nobody is connected to."""


class Module(Sleeping, CommandLine, Power, Radio, Contexts, Sockets, Opening, Transparent, Hooks):
    """One module.

    family    a name in families.NAMES
    clock     a VirtualClock or WallClock; its own VirtualClock if None
    network   a MemoryNetwork or RealNetwork; an empty MemoryNetwork if None
    baud      line rate that SimUART and the servers keep to; 0: bytes take no time
    nvram     a dict that outlives the module; changed in place
    powered   True: on, registered and addressed, nothing left to say; False: off
    attached  False: on, but not registered yet: that follows in its time
    echo      whether ATE1 is in force now; after a boot it is (unless ATE0 was stored)
    delays    a dict that overrides families.DELAYS, or one number for all of them
    apn       the only APN the network accepts; None: any
    sim       False: no SIM card
    roaming   True: registered away from home (5 instead of 1)

    quirks    names in quirks.QUIRKS: firmware that deviates from its manual

    and any of families.KNOBS.
    """

    def __init__(
        self,
        family="BC66",
        clock=None,
        network=None,
        baud=0,
        nvram=None,
        powered=True,
        attached=True,
        echo=True,
        delays=None,
        apn=None,
        sim=True,
        roaming=False,
        quirks=(),
        **knobs,
    ):
        family = families.find(family) if isinstance(family, str) else family
        self.family = family
        self.clock = clock if clock is not None else VirtualClock()
        self.network = network if network is not None else MemoryNetwork()
        if self.network.clock is None:
            self.network.clock = self.clock
        self.baud = baud
        self.nvram = nvram if nvram is not None else {}
        self.apn = apn
        self.sim = sim
        self.roaming = roaming
        self.delays = dict(family.delays)
        if quirks:
            knobs = self._with_quirks(quirks, knobs)
        if isinstance(delays, int):
            for key in self.delays:
                self.delays[key] = delays
        elif delays:
            self.delays.update(delays)
        for name in families.KNOBS:
            setattr(self, name, knobs.pop(name) if name in knobs else getattr(family, name))
        if knobs:
            raise TypeError("no such knob: " + ", ".join(knobs))
        self.out = nowhere
        self.commands = []  # every command line received, as str
        self.junk = 0  # bytes received that were no part of a command line
        self.written = 0  # bytes written to the line, lost ones included
        self.start_hooks()
        self._epoch = 0
        self._pwrkey_timer = None
        self._reset_timer = None
        self._pwrdwn_timer = None
        self.sockets = [None] * family.ids
        self.state = OFF
        self.start_session()
        if powered:
            self.state = RUNNING
            self._unsynced = 0
            self.echo = 1 if echo else 0
            if attached:
                self.attach_at_once()
            else:
                self.attach()

    def _with_quirks(self, names, knobs):
        from . import quirks  # most modules do without

        sets, delays = quirks.settings(names, self.family.name)
        self.delays.update(delays)
        sets.update(knobs)
        return sets

    def start_session(self):
        """Everything a boot resets."""
        stored = self.nvram.get
        self.start_line()
        self.echo = stored("echo", 1)
        self.cmee = stored("cmee", self.family.cmee)
        self.echomode = self.payload_echo
        self.settings = {}  # QICFG options that are not stored: name -> list of values
        self.last_error = 0
        self.clock_set = None  # (ms of the clock, fields) of the last time set
        self.dns_servers = []
        self.sleep_mode = stored("qsclk", self.family.qsclk)
        self.sockets = [None] * self.family.ids
        self.send_pending = False  # between a send and its SEND OK
        self.dns_busy = False
        self.app_ready = self.sim_usable = True
        self.ntp_running = None  # (server, port) while a QNTP is under way
        self.held = []  # URCs that wait for data mode to end
        self.autos = {}  # <connectID> -> settings.AutoSend
        self.urcs_to = stored("urcport", self.urc_port)
        self.start_contexts()
        self.start_opening()
        self.start_transparent()
        self.start_sleeping()
        self.start_radio()

    def connect(self, sink):
        """`sink(bytes)` gets everything written from now on."""
        self.out = sink

    def write(self, data):
        """Put bytes on the line to the host."""
        if self._drops:
            data = self._lose(data)
        self.written += len(data)
        if data:
            self.out(data)

    def option(self, name, index=0):
        """The value of a QICFG option that no family keeps in NVRAM; 0 where there is none."""
        if name in self.settings:
            return self.settings[name][index]
        known = self.family.settings.get(name)
        return known[index][2] if known else 0

    def urc(self, text):
        """A line of the module's own accord."""
        if self.in_data_mode and self.hold_urcs:
            self.held.append(text)
            return
        if self.urcs_to in HERE:
            before = b"" if self.single_crlf else b"\r\n"
            self.write(before + (text.encode() if isinstance(text, str) else text) + b"\r\n")

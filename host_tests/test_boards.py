"""Each board file, as it is copied to a board, switches a simulated module on, off and over.

How a board is wired, the table in its docstring says; that is what is wired here. All that happens
is in one log, in virtual time: what the module's pads are told, and what the line carries.
"""

import contextlib
import importlib.util
import os
import pty
import re
import sys
import tty

import pytest

from host_tests.simulator import Module, SimUART, VirtualClock, families

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BOARDS = os.path.join(ROOT, "boards")
CIRCUITPYTHON = os.path.join(ROOT, "host_tests", "shim", "circuitpython")
NAMES = sorted(name[:-3] for name in os.listdir(BOARDS) if name.endswith(".py"))
WIRED = [name for name in NAMES if name != "unix_pty"]
GENERIC = [name for name in WIRED if name.startswith(("generic_", "circuitpython_"))]
# Whoever has one of these takes the generic file and names it there.
OTHERS = {"ug9x": ("UG96",), "eg91xq": ("EG800Q", "EG916Q")}
STEP_MS = 5  # how often the driver looks at the clock
KEYS = ("PWRKEY", "RESET", "RESET_N", "PWRDWN_N", "PSM_EINT")  # pads that 0 presses

# For how many ms PWRKEY is low to switch on and off, and RESET to restart: hardware designs and
# public drivers, the longer where two differ. None: not known, or there is no such pad.
PULSES = {
    "BC66": (600, None, 100),
    "BC26": (550, None, 100),
    "BC20": (550, None, 100),  # the chip of the BC26
    "UG95": (600, None, 200),
    "UG96": (300, None, 200),
    "EG800Q": (2000, 650, 500),
    "EG915Q": (2000, 3000, 500),
    "EG916Q": (2000, 3000, 500),
    "EG915": (2000, 3000, 500),
    "EC200U": (2000, 3000, None),
    "BG95": (500, 1000, None),
}
LONGEST = {"BG95": (1000, 1500)}  # more than this does something else
PWRDWN_MS = 100
GONE_MS = {"BC": 25_000, "UG": 60_000, "EG": 12_000}  # QPOWD to being off, at most


class BG95(families.find("EG915Q")):
    """What the hardware design of a BG95 says of its PWRKEY."""

    pwrkey_ms = 500
    pwrkey_off_ms = 650
    app_rdy = True


class Wiring:
    """The rows of a board file's table: which pin goes to which pad."""

    ROW = re.compile(r"^    (?:GP)?(\d+)(?: (TX|RX))? +(\w+)(.*)$", re.MULTILINE)

    def __init__(self, name):
        with open(os.path.join(BOARDS, name + ".py"), encoding="utf-8") as file:
            self.source = file.read()
        self.uart = {}  # "TX" or "RX" of the board -> pin
        self.pads = {}  # pin -> (pad, 1 if pin high is pad low)
        self.status = None  # (pin, its level while the module is on, and while it is off)
        for pin, role, pad, how in self.ROW.findall(self.source.split('"""')[1]):
            pin = int(pin)
            if role:
                self.uart[role] = pin
                assert pad == {"TX": "RXD", "RX": "TXD"}[role], "TX and RX are not crossed"
            elif pad in ("STATUS", "VDD_EXT"):
                on = int("pin low is module on" not in how)
                # A transistor pulls to ground, or lets go.
                self.status = pin, on, None if "through a transistor" in how else 1 - on
            else:
                self.pads[pin] = pad, int("through a transistor" in how)

    def has(self, pad):
        return pad in [name for name, _ in self.pads.values()]


CASES = [
    pytest.param(name, module, id=name + ("-" + module if module else ""))
    for name in WIRED
    for module in (None,) + OTHERS.get(name.split("_")[-1], ())
]
SUPPLIED = [case for case in CASES if Wiring(case.values[0]).has("SUPPLY")]
# PWRKEY of a UG95 does not switch off; how long it takes on a BC module or a UG96 is not known.
PRESSED_OFF = [
    case
    for case in CASES
    if Wiring(case.values[0]).status and "bc" not in case.id and "UG96" not in case.id
]


class Bench:
    """A module that is switched off, its clock, and a log of (ms, who, what)."""

    def __init__(self, family):
        from host_tests.simulator import MemoryNetwork

        self.clock = VirtualClock()
        self.module = Module(family, self.clock, MemoryNetwork(self.clock), powered=False)
        self.supplied = True
        # who: a pad (what: its level), "host" (a line), "module" (bytes), "state" (a word)
        self.log = []
        self.pump = lambda: None
        self.sense = lambda: None
        self._listen()

    def _listen(self):
        module = self.module
        feed, connect = module.feed, module.connect
        line = bytearray()

        def fed(data):
            line.extend(data)
            if line.endswith(b"\r"):
                self.note("host", bytes(line))
                line.clear()
            feed(data)

        def connected(sink):
            def out(data):
                self.note("module", bytes(data))
                sink(data)

            connect(out)

        module.feed, module.connect = fed, connected

    def note(self, who, what):
        self.log.append((self.clock.now, who, what))

    def drive(self, pad, level):
        self.note(pad, level)
        module = self.module
        if pad == "SUPPLY":
            self.note("state", module.state)
            self.supplied = bool(level)
            if not level:
                module.power_cut()
        elif self.supplied:
            name = {"RESET_N": "reset", "PWRDWN_N": "pwrdwn"}.get(pad, pad.lower())
            if name != "psm_eint":
                getattr(module, name)(level)
        self.sense()

    def idle(self):
        self.pump()
        self.clock.advance(STEP_MS)
        self.sense()

    def levels(self, pad):
        """What the pad has been told, in order."""
        return [what for _, who, what in self.log if who == pad]

    def pressed(self, pad="PWRKEY"):
        """For how long the pad was held at 0, each time."""
        times = [(ms, what) for ms, who, what in self.log if who == pad]
        return [
            up - down for (down, low), (up, high) in zip(times, times[1:]) if (low, high) == (0, 1)
        ]

    def when(self, who, what):
        """The ms at which it first told, or said, that."""
        for ms, w, x in self.log:
            if w == who and (x == what or (isinstance(x, bytes) and what in x)):
                return ms
        raise AssertionError("never: %s %r" % (who, what))

    def fresh(self):
        self.log = []


@contextlib.contextmanager
def wired(bench, name, monkeypatch):
    """A board whose UART is in this process and whose pins go to the module's pads."""
    import pin
    import uart

    wiring = Wiring(name)
    sim = SimUART(bench.module, bench.clock)
    monkeypatch.setattr(uart, "_open", lambda id: uart._Object(sim))
    monkeypatch.setattr(pin, "_driven", set())
    monkeypatch.setattr(pin, "_levels", {})
    monkeypatch.setattr(pin, "_pulls", {})
    bench.supplied = not wiring.has("SUPPLY")

    def changed(id, level):
        if id in wiring.pads:
            pad, inverted = wiring.pads[id]
            bench.drive(pad, level ^ inverted)

    def sense():
        if wiring.status:
            id, on, off = wiring.status
            pin.Pin.feed(id, on if bench.module.vdd_ext else off)

    bench.sense = sense
    sense()
    listener = pin.Pin.listen(changed)
    if name.startswith("circuitpython"):
        monkeypatch.syspath_prepend(CIRCUITPYTHON)
    try:
        yield wiring
    finally:
        pin.Pin.unlisten(listener)
        for module in ("board", "busio", "digitalio"):
            sys.modules.pop(module, None)


def load(name):
    spec = importlib.util.spec_from_file_location(
        "modem_board", os.path.join(BOARDS, name + ".py")
    )
    board = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(board)
    return board


class Board:
    """A board file at work: the bench, how it is wired, the modem it has made."""

    def __init__(self, name, module, monkeypatch, stack):
        import quectel
        from quectel import channel

        stand = Bench("BC66")  # only to load the file: what class it makes is known after that
        with wired(stand, name, monkeypatch):
            board = load(name)
            if module:
                board.Module = getattr(quectel, module)
            modem = board.modem()
            kind = type(modem)
            if name.startswith("circuitpython"):
                modem.deinit()  # else its pins are in use
        self.kind = kind.__name__
        family = next(c.__name__ for c in kind.__mro__ if c.__name__ in families.NAMES)
        self.bench = Bench(BG95 if self.kind == "BG95" else family)
        monkeypatch.setattr(channel, "ticks_ms", lambda: self.bench.clock.now)
        self.wiring = stack.enter_context(wired(self.bench, name, monkeypatch))
        self.modem = board.modem()
        self.modem.idle = self.bench.idle
        if not self.wiring.has("PWRKEY"):
            self.bench.module.boot()  # such a board starts its module by itself,
            self.bench.clock.advance(20_000)  # long before it is asked for

    def held(self, pad, what):
        """For how long the pad was held, once and for a time that is right."""
        times = self.bench.pressed(pad)
        shortest = PULSES[self.kind][what]
        longest = LONGEST.get(self.kind, {what: shortest * 6 // 5})[what] + STEP_MS
        assert len(times) == 1 and shortest <= times[0] <= longest, (pad, times)


@pytest.fixture
def start(monkeypatch):
    with contextlib.ExitStack() as stack:
        yield lambda name, module: Board(name, module, monkeypatch, stack)


@pytest.mark.parametrize("name,module", CASES)
def test_nothing_is_pressed_when_a_board_starts(name, module, start):
    bench = start(name, module).bench
    assert [pad for pad in KEYS if 0 in bench.levels(pad)] == []
    assert bench.levels("DTR") in ([], [0]), "DTR lets the module sleep"
    assert bench.levels("SUPPLY") in ([], [1]), "a module that is on would lose its supply"


@pytest.mark.parametrize("name,module", CASES)
def test_the_module_is_switched_on(name, module, start):
    board = start(name, module)
    bench = board.bench
    m = board.modem
    m.power_on()
    assert bench.module.running
    if board.wiring.has("PWRKEY"):
        board.held("PWRKEY", 0)
        press = bench.when("PWRKEY", 0)
        if board.wiring.has("SUPPLY"):
            assert bench.when("SUPPLY", 1) <= press
        # Until RDY nothing is sent but questions whether it answers.
        ready = bench.when("module", b"RDY")
        said = [what for ms, who, what in bench.log if who == "host" and press < ms < ready]
        assert set(said) <= {b"AT\r", b"ATE0\r"}
        assert bench.when("host", b"AT+CMEE=1") >= ready
    assert m.attach(timeout_ms=60_000)
    bench.fresh()
    m.power_on()
    assert bench.levels("PWRKEY") == [], "the key was pressed on a module that answers"


@pytest.mark.parametrize("name,module", CASES)
def test_the_module_is_switched_off_before_its_supply(name, module, start):
    board = start(name, module)
    bench = board.bench
    board.modem.power_on()
    bench.fresh()
    board.modem.power_off()
    assert [pad for pad in KEYS if bench.levels(pad)] == []
    bye = bench.when("host", b"AT+QPOWD=" + (b"0" if board.kind[:2] == "BC" else b"1"))
    if board.wiring.has("SUPPLY"):
        assert bench.levels("SUPPLY") == [0] and bye < bench.when("SUPPLY", 0)
        assert bench.levels("state") == ["off"], "the supply was cut from a module that was on"
    for _ in range(1000):
        bench.idle()
    assert bench.module.state == "off"
    if board.wiring.has("PWRKEY"):
        bench.fresh()
        board.modem.power_on()
        board.held("PWRKEY", 0)
        assert bench.module.running


@pytest.mark.parametrize("name,module", SUPPLIED)
def test_without_status_the_supply_stays_on_for_the_longest_time(name, module, start):
    board = start(name, module)
    board.modem.power.pins.pop("status", None)
    board.modem.power_on()
    board.bench.fresh()
    board.modem.power_off()
    waited = board.bench.when("SUPPLY", 0) - board.bench.when("host", b"AT+QPOWD")
    assert GONE_MS[board.kind[:2]] <= waited <= GONE_MS[board.kind[:2]] + 1000


@pytest.mark.parametrize("name,module", CASES)
def test_the_module_is_restarted(name, module, start):
    board = start(name, module)
    bench = board.bench
    board.modem.power_on()
    bench.fresh()
    try:
        board.modem.reset()
    except OSError:
        assert bench.module.app_rdy  # from RDY to APP RDY every command fails
        board.modem.power_on()
    assert bench.module.running and bench.when("module", b"RDY")
    pads = [pad for pad in ("RESET", "RESET_N") if board.wiring.has(pad)]
    for pad in pads:
        board.held(pad, 2)
    assert [pad for pad in KEYS if bench.levels(pad)] == pads


@pytest.mark.parametrize("name,module", PRESSED_OFF)
def test_a_module_that_does_not_answer_is_switched_off_by_a_pin(name, module, start):
    board = start(name, module)
    bench = board.bench
    board.modem.power_on()
    bench.fresh()
    bench.module.mute("AT", 1000)
    board.modem.power_off()
    if board.wiring.has("PWRDWN_N"):
        times = bench.pressed("PWRDWN_N")
        assert len(times) == 1 and PWRDWN_MS <= times[0] <= 2 * PWRDWN_MS + STEP_MS
    else:
        board.held("PWRKEY", 1)
    assert bench.module.state == "off"


# -- a computer -------------------------------------------------------------------------------


@contextlib.contextmanager
def terminal(bench, monkeypatch, folder):
    """A computer: the module is behind a pseudo-terminal, its pads behind a FIFO."""
    near, far = pty.openpty()
    tty.setraw(far)
    fifo = str(folder / "pins")
    os.mkfifo(fifo)
    pins = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
    os.set_blocking(near, False)
    monkeypatch.setenv("QUECTEL_UART", os.ttyname(far))
    monkeypatch.setenv("QUECTEL_PINS", fifo)
    bench.module.connect(lambda data: os.write(near, data))

    def pump():
        with contextlib.suppress(BlockingIOError):
            for line in os.read(pins, 4096).decode().splitlines():
                pad, level = line.split()
                bench.drive(pad, int(level))
        with contextlib.suppress(BlockingIOError):
            bench.module.feed(os.read(near, 4096))

    bench.pump = pump
    try:
        yield
    finally:
        for fd in (near, far, pins):
            os.close(fd)


def test_a_computer_switches_a_module_behind_a_terminal(monkeypatch, tmp_path):
    from quectel import channel

    bench = Bench("BC66")
    monkeypatch.setattr(channel, "ticks_ms", lambda: bench.clock.now)
    with terminal(bench, monkeypatch, tmp_path):
        m = load("unix_pty").modem()
        m.idle = bench.idle
        bench.pump()
        assert [pad for pad in KEYS if 0 in bench.levels(pad)] == []
        m.power_on()
        assert len(bench.pressed()) == 1 and 600 <= bench.pressed()[0] < 700
        assert m.attach(timeout_ms=60_000) == bench.module.family.address
        bench.fresh()
        m.power_on()
        assert bench.levels("PWRKEY") == []
        m.reset()
        assert bench.levels("RESET") == [0, 1] and bench.module.running


def test_a_computer_without_a_fifo_has_no_power_key(monkeypatch):
    near, far = pty.openpty()
    monkeypatch.setenv("QUECTEL_UART", os.ttyname(far))
    monkeypatch.delenv("QUECTEL_PINS", raising=False)
    try:
        assert load("unix_pty").modem().power is None
    finally:
        os.close(near)
        os.close(far)


def test_the_circuitpython_stand_ins_are_as_strict_as_the_real_ones(monkeypatch):
    bench = Bench("BC66")
    with wired(bench, "circuitpython_bc66", monkeypatch):
        import board
        import busio
        import digitalio

        key = digitalio.DigitalInOut(board.GP6)
        with pytest.raises(AttributeError):
            key.value = True
        with pytest.raises(TypeError):
            busio.UART(board.GP4, board.GP5, timeout=0).write("AT\r")

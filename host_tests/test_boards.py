"""Each board file, as it is copied to a board, switches on a simulated module that is off."""

import contextlib
import importlib.util
import os
import pty
import sys
import tty

import pytest

from host_tests.simulator import Module, SimUART, VirtualClock

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BOARDS = os.path.join(ROOT, "boards")
CIRCUITPYTHON = os.path.join(ROOT, "host_tests", "shim", "circuitpython")
NAMES = sorted(name[:-3] for name in os.listdir(BOARDS) if name.endswith(".py"))
# Which pin is wired to which pad, as the tables in the board files have it.
WIRES = {
    "esp32_bc66": {4: "PWRKEY", 5: "RESET"},
    "esp32_bc20": {4: "PWRKEY", 5: "RESET"},
    "pico_bc66": {6: "PWRKEY"},
    "pico_bc26": {6: "PWRKEY", 7: "RESET"},
    "circuitpython_bc66": {6: "PWRKEY"},
}


class Bench:
    """A module that is switched off, its clock, and what its pads were told: (ms, pad, level)."""

    def __init__(self, family):
        from host_tests.simulator import MemoryNetwork

        self.clock = VirtualClock()
        self.module = Module(family, self.clock, MemoryNetwork(self.clock), powered=False)
        self.told = []
        self.pump = lambda: None

    def drive(self, pad, level):
        self.told.append((self.clock.now, pad, level))
        (self.module.pwrkey if pad == "PWRKEY" else self.module.reset)(level)

    def idle(self):
        self.pump()
        self.clock.advance(5)

    def pressed(self):
        """How long PWRKEY was held at 0, each time."""
        levels = [(ms, level) for ms, pad, level in self.told if pad == "PWRKEY"]
        return [
            up - down
            for (down, low), (up, high) in zip(levels, levels[1:])
            if (low, high) == (0, 1)
        ]


@contextlib.contextmanager
def wired(bench, name, monkeypatch):
    """A board whose UART is in this process and whose pins switch the module by transistors."""
    import pin
    import uart

    sim = SimUART(bench.module, bench.clock)
    monkeypatch.setattr(uart, "_open", lambda id: uart._Object(sim))
    monkeypatch.setattr(pin, "_driven", set())
    listener = pin.Pin.listen(
        lambda id, level: id in WIRES[name] and bench.drive(WIRES[name][id], 1 - level)
    )
    if name.startswith("circuitpython"):
        monkeypatch.syspath_prepend(CIRCUITPYTHON)
    try:
        yield
    finally:
        pin.Pin.unlisten(listener)
        for module in ("board", "busio", "digitalio"):
            sys.modules.pop(module, None)


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


def load(name):
    spec = importlib.util.spec_from_file_location(
        "modem_board", os.path.join(BOARDS, name + ".py")
    )
    board = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(board)
    return board


def test_there_are_wires_for_every_board():
    assert sorted(WIRES) + ["unix_pty"] == sorted(NAMES, key=lambda n: (n == "unix_pty", n))


@pytest.mark.parametrize("name", NAMES)
def test_the_board_file_switches_its_module_on(name, monkeypatch, tmp_path):
    from quectel import channel

    bench = Bench("BC66" if name == "unix_pty" else name[-4:].upper())
    monkeypatch.setattr(channel, "ticks_ms", lambda: bench.clock.now)
    if name == "unix_pty":
        surroundings = terminal(bench, monkeypatch, tmp_path)
    else:
        surroundings = wired(bench, name, monkeypatch)
    with surroundings:
        m = load(name).modem()
        assert type(m).__name__ == bench.module.family.name
        assert 0 not in [level for _, _, level in bench.told], "a pad is pressed at start-up"
        m.idle = bench.idle
        m.power_on()
        presses = bench.pressed()
        # The module wants 500 ms; a second press would have switched it off again.
        assert len(presses) == 1 and 500 < presses[0] < 700
        assert bench.module.running
        assert m.attach(timeout_ms=60_000) == bench.module.family.address
        told = len(bench.told)
        m.power_on()
        assert len(bench.told) == told, "the key was pressed on a module that answers"
        m.reset()
        if "RESET" in [pad for _, pad, _ in bench.told[told:]]:
            assert name == "unix_pty" or "RESET" in WIRES[name].values()
        else:
            assert "RESET" not in WIRES[name].values()
        assert bench.module.running


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

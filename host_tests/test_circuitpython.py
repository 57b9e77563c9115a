"""What the driver has of its own for CircuitPython: ticks of another period, another UART, the end
of an object."""

import ast
import contextlib
import errno
import importlib
import os
import subprocess
import sys
import time

import pytest

from host_tests import circuitpython
from host_tests.driver import harness
from host_tests.program import ROOT
from host_tests.simulator import SimUART

WARNING = "receiver_buffer_size=1024"
BOARDS = sorted((ROOT / "boards").glob("circuitpython_*.py"))


@pytest.fixture
def cp():
    with circuitpython.stand_ins():
        yield sys.modules["quectel.circuitpython"]


# -- the clock --------------------------------------------------------------------------------


@pytest.mark.parametrize("then", (0, 1, 1000, (1 << 29) - 1, (1 << 29) - 500))
@pytest.mark.parametrize("passed", (0, 1, 999, 60_000, (1 << 28) - 1))
def test_ticks_are_counted_across_the_wrap(cp, then, passed):
    assert cp.ticks_diff((then + passed) % (1 << 29), then) == passed
    assert cp.ticks_diff(then, (then + passed) % (1 << 29)) == -passed


def test_the_clock_of_a_board_without_time_ticks(cp, monkeypatch):
    from quectel import channel

    for name in ("ticks_ms", "ticks_diff"):
        monkeypatch.delattr(time, name)
    monkeypatch.delitem(sys.modules, "quectel.channel")
    fresh = importlib.import_module("quectel.channel")
    try:
        assert fresh.ticks_ms is sys.modules["supervisor"].ticks_ms
        assert 0 <= fresh.since(fresh.now()) < 60_000
    finally:
        sys.modules["quectel.channel"] = sys.modules["quectel"].channel = channel


# -- a board that has no more than it must ------------------------------------------------------

SMALL = """
import io, sys
del io.IOBase  # many boards are built without
from host_tests.driver.harness import desk
import quectel, os
for name in sorted(os.listdir(os.path.dirname(quectel.__file__))):
    if name.endswith(".py"):
        __import__("quectel." + name[:-3])
assert quectel.channel.ticks_diff is quectel.circuitpython.ticks_diff
d = desk()
s, peer = d.tcp()
s.write(b"one ")
s.write(b"two")
peer.on_data = lambda connection, data: connection.push(b"heard\\n")
print(s.readline(), bytes(peer.received), type(s).__mro__[1:])
"""


def test_all_of_the_library_loads_and_works_on_a_small_build(tmp_path):
    script = tmp_path / "code.py"
    script.write_text(SMALL)
    command = [sys.executable, "-m", "host_tests.shim", "--circuitpython", str(script)]
    done = subprocess.run(
        command,
        cwd=str(ROOT),
        env=dict(os.environ, PYTHONPATH=str(ROOT), PYTHONDONTWRITEBYTECODE="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said = done.stdout.decode()
    assert said == "b'heard\\n' b'one two' (<class 'object'>,)\n" and not done.returncode


# -- the UART ---------------------------------------------------------------------------------


class Busio:
    """A busio.UART on a simulated module: its buffer takes `size` bytes, the rest is lost."""

    timeout = 0.0

    def __init__(self, module, clock, size=64):
        self.sim = SimUART(module, clock, rxbuf=size)
        self.write = self.sim.write
        self.open = True

    @property
    def in_waiting(self):
        return self.sim.any()

    def readinto(self, buf):
        return self.sim.readinto(buf)

    def deinit(self):
        self.open = False


class Fixed:
    """A busio.UART with these bytes in it."""

    timeout = 0.0

    def __init__(self, data):
        self.data = data
        self.write = len

    @property
    def in_waiting(self):
        return len(self.data)

    def readinto(self, buf):
        n = min(len(buf), len(self.data))
        buf[:n] = self.data[:n]
        self.data = self.data[n:]
        return n or None


@pytest.fixture
def clock(cp):
    from host_tests.simulator import VirtualClock

    clock = VirtualClock()
    harness.use(clock)
    return clock


def take(uart, n=64):
    """Read as the channel does: what any() tells, in pieces of at most `n`."""
    got = b""
    while uart.any():
        buf = bytearray(64)
        k = uart.readinto(buf, min(uart.any(), n))
        got += buf[:k]
    return got


def test_busio_gets_no_more_than_is_asked_for(cp):
    uart = cp.BusioUART(Fixed(b"abc"))
    buf = bytearray(b"......")
    assert (uart.any(), uart.readinto(buf, 2), bytes(buf)) == (3, 2, b"ab....")
    assert uart.write(b"xyz") == 3


@pytest.mark.parametrize("seconds", (1, 0.001, None))
def test_a_uart_that_waits_is_refused(cp, seconds):
    import quectel

    uart = Fixed(b"")
    uart.timeout = seconds
    with pytest.raises(ValueError, match="timeout=0"):
        quectel.BC66(uart)


def test_the_default_of_busio_is_refused(cp, monkeypatch):
    import busio
    import uart

    import quectel

    monkeypatch.setattr(uart, "_open", lambda id: uart._Object(SimUART(harness.desk().module)))
    with pytest.raises(ValueError, match="timeout=0"):
        quectel.BC66(busio.UART(4, 5, baudrate=115200))
    with busio.UART(8, 9, baudrate=115200, timeout=0, receiver_buffer_size=1024) as right:
        assert quectel.BC66(right)


@pytest.mark.parametrize("path", BOARDS, ids=[path.stem for path in BOARDS])
def test_boards_have_a_uart_that_does_not_wait_and_room(path):
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    (uart,) = [call for call in calls if ast.unparse(call.func) == "busio.UART"]
    given = {word.arg: ast.literal_eval(word.value) for word in uart.keywords}
    assert given["timeout"] == 0 and given["receiver_buffer_size"] >= 1024


@pytest.mark.parametrize("piece", (64, 16, 5, 1))
def test_a_full_buffer_of_64_bytes_is_noticed(cp, clock, capsys, piece):
    line = Fixed(b"\r\n+QIRD: 100\r\n".ljust(64, b"x"))
    uart = cp.BusioUART(line)
    assert uart.any() == 0  # do more come?
    clock.advance(4)
    assert uart.any() == 0
    clock.advance(1)
    assert len(take(uart, piece)) == 64
    assert capsys.readouterr().out.count(WARNING) == 1
    for _ in range(3):  # once is enough, and nothing is held back any more
        line.data = b"y" * 64
        assert take(uart) == b"y" * 64
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("end", (b"OK\r\n", b"\r\n> "))
def test_an_answer_of_64_bytes_is_no_full_buffer(cp, clock, capsys, end):
    line = Fixed(b"")
    uart = cp.BusioUART(line)
    for _ in range(3):
        line.data = b"\r\n+QIRD: 100\r\n".ljust(64 - len(end), b"x") + end
        assert uart.any() == 0
        clock.advance(5)
        assert take(uart, 16).endswith(end)
    assert capsys.readouterr().out == ""


def test_64_bytes_of_a_longer_answer_are_no_full_buffer(cp, clock, capsys):
    line = Fixed(b"x" * 64)
    uart = cp.BusioUART(line)
    assert uart.any() == 0
    line.data += b"x"
    assert uart.any() == 65 and take(uart) == b"x" * 65
    for _ in range(3):  # it is known to be larger
        line.data = b"x" * 64
        assert uart.any() == 64 and take(uart) == b"x" * 64
        clock.advance(10)
    assert capsys.readouterr().out == ""


def slow_program(size, pause_ms):
    """A modem on a busio.UART at 115200 baud, in a program that looks every `pause_ms` only."""
    import quectel

    d = harness.desk(baud=115200)
    d.uart = Busio(d.module, d.clock, size)
    d.modem = quectel.BC66(d.uart)
    d.modem.idle = lambda: d.clock.advance(pause_ms)
    d.modem.power_on()
    return d


@pytest.mark.parametrize("size, warned", ((64, 1), (1024, 0)))
def test_the_program_that_looks_away_is_told_of_its_buffer(cp, capsys, size, warned):
    d = slow_program(size, 30)
    for _ in range(6):
        with contextlib.suppress(OSError):
            d.modem.command("+QICFG=?")
    assert bool(d.uart.sim.overruns) == bool(warned), "the test is of no use"
    assert capsys.readouterr().out.count(WARNING) == warned


@pytest.mark.parametrize("pause_ms", (1, 2, 3, 5, 6, 7, 11))
def test_no_false_alarm_in_a_bulk_read(cp, capsys, pause_ms):
    data = bytes(range(256)) * 16
    d = slow_program(1024, pause_ms)
    d.modem.attach(apn="iot.example")
    s, peer = d.tcp()
    peer.send(data)
    got = bytearray(len(data))
    view = memoryview(got)
    n = 0
    while n < len(data):
        n += s.recv_into(view[n:])
    assert got == data and not d.uart.sim.overruns
    assert capsys.readouterr().out == ""


# -- the end of an object ---------------------------------------------------------------------


class Pin:
    """A digitalio.DigitalInOut."""

    def __init__(self, value=False):
        self.value = value
        self.open = True

    def deinit(self):
        self.open = False


@pytest.fixture
def bench(cp):
    """A modem on a busio.UART with a socket open; its parts in a desk."""
    import quectel

    d = harness.desk()
    d.uart = Busio(d.module, d.clock)
    d.pins = [Pin(), Pin(), Pin(True)]
    power = quectel.Power(d.pins[0], reset=d.pins[1], supply=d.pins[2])
    d.modem = quectel.BC66(d.uart, power)
    d.modem.idle = lambda: d.clock.advance(1)
    d.modem.power_on()
    d.modem.attach(apn="iot.example")
    return d


def released(d):
    return not d.uart.open and not [pin for pin in d.pins if pin.open]


def test_with_releases_the_uart_and_all_pins(bench):
    with bench.modem as m:
        assert m is bench.modem
        s, peer = bench.tcp()
        s.send(b"21.5")
    assert released(bench)
    assert peer.received == b"21.5" and not peer.connected
    assert harness.said(bench, "+QICLOSE") == ["AT+QICLOSE=%d" % s._id]
    harness.fails(errno.EBADF, s.send, b"x")
    s.close()
    m.deinit()


def test_what_was_written_leaves_before_the_end(bench):
    s, peer = bench.tcp()
    s.settimeout(0)
    s.write(b"one")
    s.write(b" two")
    bench.modem.deinit()
    assert peer.received == b"one two" and released(bench)


def test_with_does_not_swallow_what_is_raised(bench):
    with pytest.raises(KeyError):
        with bench.modem:
            raise KeyError
    assert released(bench)


def test_a_module_that_is_silent_does_not_keep_its_pins(bench):
    s, _ = bench.tcp()
    op = bench.modem.resolve("telemetry.example", wait=False)
    bench.module.mute("AT", 1000)
    start = bench.clock.now
    bench.modem.deinit()
    assert released(bench) and bench.clock.now - start < 30_000
    harness.fails(errno.ECONNABORTED, op.result)
    harness.fails(errno.EBADF, s.recv_into, bytearray(1))


def test_ctrl_c_while_it_closes_releases_all_the_same(bench):
    s, _ = bench.tcp()
    bench.module.mute("AT+QICLOSE", 1)

    def interrupted():
        raise KeyboardInterrupt

    bench.modem.idle = interrupted
    with pytest.raises(KeyboardInterrupt):
        bench.modem.deinit()
    assert released(bench)
    harness.fails(errno.EBADF, s.send, b"x")


def test_not_from_inside_a_poll(bench):
    seen = []

    def heard(line):
        seen.append(harness.fails(errno.EALREADY, bench.modem.deinit))

    bench.modem.on_urc("+CEREG", heard)
    bench.module.urc("+CEREG: 1")
    bench.modem.poll()
    bench.modem.poll()
    assert seen and not released(bench)

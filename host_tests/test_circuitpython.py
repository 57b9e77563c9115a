"""What the driver has of its own for CircuitPython: ticks of another period, another UART."""

import importlib
import sys
import time

import pytest

from host_tests import test_boards


@pytest.fixture
def cp(monkeypatch):
    monkeypatch.syspath_prepend(test_boards.CIRCUITPYTHON)
    for name in ("quectel.circuitpython", "supervisor"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield importlib.import_module("quectel.circuitpython")
    sys.modules.pop("quectel.circuitpython", None)


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


def test_busio_gets_no_more_than_is_asked_for(cp):
    class BusioUART:
        in_waiting = 3

        def readinto(self, buf):
            n = min(len(buf), self.in_waiting)
            buf[:n] = b"abc"[:n]
            return n

        def write(self, buf):
            return len(buf)

    uart = cp.BusioUART(BusioUART())
    buf = bytearray(b"......")
    assert (uart.any(), uart.readinto(buf, 2), bytes(buf)) == (3, 2, b"ab....")
    assert uart.write(b"xyz") == 3

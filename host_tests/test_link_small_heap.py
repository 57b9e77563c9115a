"""Link on a real 32-bit MicroPython with a heap of 64 kB: a module that never comes back.

The module is on the far side of a pipe (life/outside.py); the program prints where the link is.
"""

import os

import pytest

from host_tests import interpreters
from host_tests.driver.test_link_reboots import DAY_MS, MINUTES
from host_tests.life import outside
from host_tests.simulator import MemoryNetwork, Module, SimUART, VirtualClock

STEP_MS = 50  # between two polls; in "wait", where hours pass:
LONG_STEP_MS = 2_000
PROGRAM = """
import gc
gc.threshold(2048)
from modem_board import modem
from quectel import Link
m = modem()
link = Link(m, on_change=lambda link: print(link.state))
while True:
    link.up()
    m.idle()
"""


class DayOver(Exception):
    """It has been seen."""


class Grave:
    """A world for life/outside.py: a module that comes up once, and then is gone for a day."""

    memory = b""

    def __init__(self, family):
        self.family = family
        self.clock = VirtualClock()
        self.module = Module(family, self.clock, MemoryNetwork(self.clock), delays=0)
        self.uart = SimUART(self.module, self.clock)
        self.write = self.uart.write
        self.diary = []  # (ms, state)
        self.pressed = []  # ms of each press of a pin

    def said(self, line):
        self.diary.append((self.clock.now, line))
        if line == "up":
            self.module.power_cut()
            self.module.boot = lambda: None

    def idle(self):
        if self.uart.any():
            return
        state = self.diary[-1][1] if self.diary else ""
        step = LONG_STEP_MS if state == "wait" else STEP_MS
        due = self.clock.next_due()
        self.clock.advance(step if due is None else min(due, step))
        if self.clock.now > DAY_MS:
            raise DayOver

    def ticks(self):
        return self.clock.now

    def pad(self, name, level):
        if not level:
            self.pressed.append(self.clock.now)


@pytest.mark.parametrize("family", ["BC66", "BC26", "EG800Q"])
def test_a_module_that_never_comes_back_in_64_kb(family, tmp_path):
    source = tmp_path / "sensor_node.py"
    source.write_text(PROGRAM)
    world = Grave(family)
    try:
        with outside.program(source=str(source)) as folder:
            node = outside.Outside(world, folder, interpreters.find(32))
            with pytest.raises(DayOver):
                node.start()
    except interpreters.Unavailable as reason:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(reason))
    after = world.diary[1:] + [(world.clock.now, "")]
    reboots = [
        (begin, end) for (begin, state), (end, _) in zip(world.diary, after) if state == "reboot"
    ]
    waits = [later[0] - before[1] for before, later in zip(reboots, reboots[1:])]
    assert len(waits) >= 9
    for ms, minutes in zip(waits, MINUTES):
        assert 0 <= ms - minutes * 60_000 <= LONG_STEP_MS, waits
    for begin, end in reboots:
        assert [ms for ms in world.pressed if begin <= ms <= end], (begin, end, world.diary[-6:])
    assert world.clock.now > DAY_MS

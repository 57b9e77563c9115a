"""The examples in which board and module sleep, as a user runs them: on the stand-in for a board,
with the simulated module on a terminal, a process of its own, and a real server.

An ESP32's deep sleep ends its program: the module goes on, and the program is started again.
"""

import os
import shutil
import socket
import subprocess
import sys
import threading

import pytest

from host_tests.life import inside
from host_tests.life.world import World
from host_tests.program import QUICK, ROOT, program

pytestmark = pytest.mark.waits

PATIENCE = 60  # seconds before a run that hangs is a failure
ASLEEP = 1.5  # seconds after which the module is: a process of its own, on the wall clock
BOARD = """
from machine import UART, Pin

from quectel import {family}, Power

SERVER = "telemetry.example"
SLEEP_S = 0.001
SLEEP_MS = 300
READINGS = 3
{more}


def modem():
    import time

    m = {family}(UART(1, 115200, rxbuf=2048, timeout=0), Power(Pin(4, Pin.OUT, value=0)))
    m.idle = lambda: time.sleep(0.001)
    return m
"""


class Server(threading.Thread):
    """Acknowledges readings by UDP, and gives an order when it is told to."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.readings = []
        self.nodes = []  # the address of each reading's socket
        self.ordered = threading.Event()

    def run(self):
        while True:
            text, node = self.socket.recvfrom(1000)
            if text == b"end":
                return
            if text[:8] == b"reading ":
                self.readings.append(int(text.split()[1]))
                self.nodes.append(node)
                self.socket.sendto(b"ack %d" % self.readings[-1], node)
                if self.order:
                    threading.Timer(self.delay, self.say).start()

    order = b""
    delay = 0.0  # seconds from a reading to an order

    def say(self):
        self.socket.sendto(self.order, self.nodes[-1])
        self.ordered.set()


@pytest.fixture
def server():
    one = Server()
    one.start()
    yield one
    one.socket.sendto(b"end", ("127.0.0.1", one.port))
    one.join(PATIENCE)
    one.socket.close()


class Board:
    """A folder with the example and its board file, and the module it is wired to."""

    def __init__(self, folder, name, family, server, more, delays):
        self.folder = folder
        self.name = name
        shutil.copy(str(ROOT / "examples" / name), str(folder))
        (folder / "modem_board.py").write_text(BOARD.format(family=family, more=more))
        target = "telemetry.example=127.0.0.1:%d" % server.port
        words = [family.lower(), "--pty", "--dns", target, "--delay", "answer=1"] + QUICK
        for delay in delays:
            words += ["--delay", delay]
        self._module = program(*words)
        _, self.terminal = self._module.__enter__()

    def run(self):
        """Run it to its end; what it has printed, line by line."""
        words = [sys.executable, "-m", "host_tests.shim", "--uart", self.terminal]
        done = subprocess.run(
            words + [str(self.folder / self.name)],
            cwd=str(ROOT),
            env=dict(
                os.environ, QUECTEL_RTC=str(self.folder / "rtc"), PYTHONDONTWRITEBYTECODE="1"
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
        )
        return done.stdout.decode().splitlines()

    def stop(self):
        self._module.__exit__(None, None, None)


@pytest.fixture
def board(tmp_path, server):
    made = []

    def make(name, family, more="", delays=()):
        made.append(Board(tmp_path, name, family, server, more, delays))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def deep(number, *more):
    """What a life of esp32_deep_sleep.py prints."""
    end = ["reading %d acknowledged" % number, "sleeping", "machine.deepsleep(1.0)"]
    return list(more) + end


@pytest.mark.parametrize("family", ["BC66", "BC26", "EG915Q"])
def test_esp32_deep_sleep_of_the_board_alone(board, server, family):
    here = board("esp32_deep_sleep.py", family)
    server.order = b"open the valve"  # it comes when nobody listens any more
    server.delay = 1.0
    assert here.run() == deep(1, "connected")
    assert server.ordered.wait(PATIENCE)
    server.order = b""
    assert here.run() == deep(2, "the connection is still there", "order: b'open the valve'")
    assert here.run() == deep(3, "the connection is still there")
    assert server.readings == [1, 2, 3] and len(set(server.nodes)) == 1


@pytest.mark.parametrize(
    "family, again", [("BC66", "connected"), ("BC26", "the connection is still there")]
)
def test_esp32_deep_sleep_of_both(board, server, family, again):
    here = board(
        "esp32_deep_sleep.py", family, "PSM = (3600, 0)\n", ("idle=100", "doze=800", "TAU=1")
    )
    assert here.run() == deep(1, "connected")
    for number in (2, 3):
        threading.Event().wait(ASLEEP)
        assert here.run() == deep(number, again)
    assert server.readings == [1, 2, 3]
    assert len(set(server.nodes)) == (1 if family == "BC26" else 3)


def test_esp32_after_another_program_begins_anew(board, server):
    here = board("esp32_deep_sleep.py", "BC26")
    server.order = b"\xff"  # an order need not be text
    here.run()
    (here.folder / "rtc").write_text('{"memory": "%s"}' % b'["3fa90c", 7]'.hex())
    assert here.run()[-2:] == deep(1)[-2:]
    assert server.readings == [1, 1]


def test_esp32_holds_the_pins_that_drive_the_module(board, server):
    here = board("esp32_deep_sleep.py", "BC26")
    text = (here.folder / "modem_board.py").read_text()
    text = (
        text.replace("Power(Pin(4, Pin.OUT, value=0))", "power()")
        + """

class Pad(Pin):
    def init(self, *mode, hold=None, **more):
        if hold is not None:
            print(self.id, "held" if hold else "let go")
        super().init(*mode, **more)


def power():
    return Power(
        Pad(25, Pin.OUT, value=0), psm_eint=Pad(27, Pin.OUT, value=0), status=Pad(4, Pin.IN)
    )
"""
    )
    (here.folder / "modem_board.py").write_text(text)
    said = here.run()
    assert sorted(said[:2]) == ["25 let go", "27 let go"]
    assert sorted(said[-4:-2]) == ["25 held", "27 held"]
    assert len([line for line in said if line[0].isdigit()]) == 4


def test_esp32_after_a_power_cut_begins_anew(board, server):
    here = board("esp32_deep_sleep.py", "BC26")
    here.run()
    os.remove(str(here.folder / "rtc"))
    assert here.run() == deep(1, "connected")


@pytest.mark.parametrize("family", ["BC26", "UG96"])
def test_rp2040_light_sleep_of_the_board_alone(board, server, family):
    here = board("rp2040_light_sleep.py", family)
    server.order = b"open the valve"
    server.delay = 0.0  # some come with the acknowledgement, some while it sleeps
    said = here.run()
    assert [line for line in said if "order" not in line] == ["connected"] + [
        "reading %d acknowledged" % n for n in (1, 2, 3)
    ]
    assert said.count("order: b'open the valve'") >= 1
    assert server.readings == [1, 2, 3] and len(set(server.nodes)) == 1


@pytest.mark.parametrize("family, connections", [("BC66", 3), ("BC26", 1)])
def test_rp2040_light_sleep_of_both(board, server, family, connections):
    here = board(
        "rp2040_light_sleep.py",
        family,
        "PSM = (3600, 0)\nSLEEP_MS = 1500\n",
        ("idle=100", "doze=800", "TAU=1"),
    )
    said = here.run()
    assert said.count("connected") == connections
    assert [line for line in said if line.endswith(" acknowledged") and "not" not in line] == [
        "reading %d acknowledged" % n for n in (1, 2, 3)
    ]
    assert server.readings == [1, 2, 3]


@pytest.mark.parametrize("silent_ms", [None, 120_000])
def test_rp2040_gets_over_a_module_that_hangs_while_it_sleeps(monkeypatch, silent_ms):
    world = World(1, 1)
    world._begin_start()
    world.server.udp.on_data = lambda node, data: node.push(b"ack " + data.split()[1])
    naps = []

    def nap(ms):
        naps.append(ms)
        if len(naps) == 2:
            world.module.hang(silent_ms)
        world.clock.advance(ms)

    inside.host_tests.shim.install()
    board = inside.board(world, SLEEP_MS=1_000, READINGS=4)
    from quectel import channel

    monkeypatch.setattr(channel, "ticks_ms", world.ticks)
    monkeypatch.setattr("machine.lightsleep", nap)
    monkeypatch.setitem(sys.modules, "modem_board", board)
    said = []
    text = (ROOT / "examples" / "rp2040_light_sleep.py").read_text()
    names = {"__name__": "example", "print": lambda *words: said.append(" ".join(map(str, words)))}
    exec(compile(text, "rp2040_light_sleep.py", "exec"), names)
    assert names["main"]() == 0
    assert [line for line in said if line.endswith(" acknowledged") and "not" not in line] == [
        "reading %d acknowledged" % n for n in (1, 2, 3, 4)
    ]

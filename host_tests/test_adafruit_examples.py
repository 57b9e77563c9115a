"""examples/cp_requests.py and cp_minimqtt.py as a user runs them, unmodified, on CircuitPython's
stand-ins, with a board file of CircuitPython's, a simulated module and real servers."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading

import pytest

from host_tests import adafruit
from host_tests.node import PATIENCE, at
from host_tests.program import QUICK, ROOT, program
from host_tests.servers import free_port, mqtt, skip_without
from host_tests.servers.http import HttpServer
from host_tests.servers.misbehave import Misbehaving
from host_tests.test_readme import BLOCKS

pytestmark = pytest.mark.waits

# Family, board file, and what makes that board's module this one
BOARDS = (
    ("BC66", "circuitpython_bc66.py", ""),
    ("BC26", "circuitpython_bc26.py", ""),
    ("EG800Q", "circuitpython_eg91xq.py", "\nfrom quectel import EG800Q as Module\n"),
)
SETTINGS = "\nREADINGS = 3\nPAUSE_S = 1\nWAIT_S = 2\nTRIES = 1\n"
QUICKLY = "PAUSE_S = 0.1\n"


class Run:
    """An example, or a program's text, under way on a board.

    The module may be `off` until PWRKEY is pressed.
    """

    def __init__(self, folder, name, board, more, *arguments, off=False):
        family, file, settings = board
        text = (ROOT / "boards" / file).read_text()
        (folder / "modem_board.py").write_text(text + settings + SETTINGS + more)
        if "\n" in name:
            (folder / "code.py").write_text(name)
            name = "code.py"
        else:
            shutil.copy(str(ROOT / "examples" / name), str(folder))
        pins = str(folder / "pins")
        words = ("--pty", "--pins", pins) + ("--off",) * off + arguments + tuple(QUICK)
        self._module = program(family, *words)
        self.module, terminal = self._module.__enter__()
        command = [sys.executable, "-u", "-m", "host_tests.shim", "--circuitpython"]
        command += ["--uart", terminal, "--pins", pins, "--pin-names", "6=!PWRKEY,7=!RESET"]
        path = os.pathsep.join((str(ROOT), skip_without(adafruit.folder)))
        self.process = subprocess.Popen(
            command + [str(folder / name)],
            cwd=str(folder),
            env=dict(os.environ, PYTHONPATH=path, PYTHONDONTWRITEBYTECODE="1"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.heard = []
        self._guard = threading.Timer(PATIENCE, self.process.kill)
        self._guard.start()

    def until(self, pattern):
        """Read what it prints up to the line that matches."""
        for line in self.process.stdout:
            self.heard.append(line.decode().strip())
            if re.search(pattern, self.heard[-1]):
                return
        raise AssertionError("ended without %r: %r" % (pattern, self.heard))

    def end(self):
        """Its exit status; `heard` has all it has printed."""
        self.heard += [line.decode().strip() for line in self.process.stdout]
        return self.process.wait()

    def stop(self):
        self._guard.cancel()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self._module.__exit__(None, None, None)


@pytest.fixture
def run(tmp_path):
    made = []

    def start(name, board, more, *arguments, **options):
        made.append(Run(tmp_path, name, board, more, *arguments, **options))
        return made[-1]

    yield start
    for one in made:
        one.stop()


boards = pytest.mark.parametrize("board", BOARDS, ids=[board[0] for board in BOARDS])


@boards
def test_cp_requests(run, board):
    with HttpServer() as server:
        example = run("cp_requests.py", board, QUICKLY, *at(server), off=True)
        assert example.end() == 0, example.heard
    assert [json.loads(body) for _, _, _, body in server.requests] == [
        {"n": n, "t": 21.5 + n / 10} for n in (1, 2, 3)
    ]
    assert {(method, path) for method, path, _, _ in server.requests} == {("POST", "/readings")}
    assert example.heard[-1] == "3 readings posted, 0 failed"


@pytest.mark.parametrize("behaviour", ("stall", "reset"))
def test_cp_requests_with_a_server_that_does_not_answer(run, behaviour):
    with HttpServer(behaviour) as server:
        example = run("cp_requests.py", BOARDS[0], QUICKLY, *at(server))
        example.until("reading 1 failed:")
        server.next_behaviour("normal")
        assert example.end() == 1, example.heard
    assert example.heard[-1] == "2 readings posted, 1 failed"


def test_cp_requests_refused(run):
    refused = "telemetry.example=127.0.0.1:%d" % free_port()
    example = run("cp_requests.py", BOARDS[2], QUICKLY, "--dns", refused)
    assert example.end() == 1
    assert "ECONNREFUSED" in example.heard[1] or "[Errno 111]" in example.heard[1]
    assert example.heard[-1] == "0 readings posted, 3 failed"


@pytest.mark.parametrize("name", ("cp_requests.py", "cp_minimqtt.py"))
def test_a_wrong_apn_is_told(run, name):
    more = '\nAPN = "wrong.example"\nATTACH_S = 1\n'
    example = run(name, BOARDS[2], more, "--apn", "iot.example")
    assert example.end() == 1, example.heard
    assert example.heard[-1].startswith("no network with the APN wrong.example: ")


@boards
def test_the_readmes_program(run, board):
    with HttpServer() as server:
        example = run(BLOCKS["circuitpython"], board, "", *at(server))
        assert example.end() == 0, example.heard
    assert [(method, path, body) for method, path, _, body in server.requests] == [
        ("POST", "/readings", b'{"t": 21.5}')
    ]
    assert example.heard == ["200"]


@boards
def test_cp_minimqtt(run, board):
    skip_without(mqtt.find)
    with mqtt.Mosquitto() as broker, broker.messages("node/17") as there:
        example = run("cp_minimqtt.py", board, "", *at(broker), off=True)
        example.until("reading 1")
        broker.publish("node/17/set", "slower")
        assert example.end() == 0, example.heard
        messages = there.take(3)
    assert [(m[1], m[2]) for m in messages] == [(b"21.6", 1), (b"21.7", 1), (b"21.8", 1)]
    assert "node/17/set is slower" in example.heard and example.heard[-1] == "done"


def test_cp_minimqtt_without_a_broker(run):
    with Misbehaving("reset") as server:
        example = run("cp_minimqtt.py", BOARDS[0], "", *at(server))
        assert example.end() == 1, example.heard
    assert example.heard[-1].startswith("no broker:")


def test_cp_minimqtt_connects_again(run):
    skip_without(mqtt.find)
    with mqtt.Mosquitto() as broker, broker.messages("node/17") as there:
        example = run("cp_minimqtt.py", BOARDS[1], "\nTRIES = 3\n", *at(broker))
        example.until("reading 1")
        # The broker closes the connection of a client whose name another one takes.
        name = re.search(r"as (cpy\d+)", "\n".join(broker.log)).group(1)
        import paho.mqtt.client as paho

        other = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=name)
        other.connect("127.0.0.1", broker.port)
        other.loop_start()
        example.until("connection lost")
        other.loop_stop()
        other.disconnect()
        assert example.end() == 0, example.heard
        readings = [m[1] for m in there.all]
    assert sorted(set(readings)) == [b"21.6", b"21.7", b"21.8"], readings
    assert example.heard.count("connected to telemetry.example") >= 2

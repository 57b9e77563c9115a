"""Scripts for a board, run on this computer, and the ticks they count on."""

import os
import subprocess
import sys
import time

import pytest

from host_tests import shim

ROOT = os.path.dirname(os.path.dirname(shim.FOLDER))

SCRIPT = """
from micropython import const
from time import ticks_add, ticks_diff, ticks_ms
import helper, sys
from machine import UART, Pin
start = ticks_ms()
assert 0 <= ticks_diff(ticks_ms(), start)
print(__name__, sys.argv[1:], helper.VALUE)
"""


@pytest.fixture
def script(tmp_path):
    (tmp_path / "helper.py").write_text("VALUE = 'found'\n")
    path = tmp_path / "node.py"
    path.write_text(SCRIPT)
    return str(path)


def run(*words, **environment):
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )


@pytest.mark.parametrize(
    "end, start, expected",
    [
        (5, 3, 2),
        (3, 5, -2),
        (1, (1 << 30) - 1, 2),  # wrapped in between
        ((1 << 30) - 1, 1, -2),
        ((1 << 29) - 1, 0, (1 << 29) - 1),
        (1 << 29, 0, -(1 << 29)),  # half a turn: no longer told from the past
    ],
)
def test_ticks_diff_is_right_across_the_wrap(end, start, expected):
    assert time.ticks_diff(end, start) == expected


def test_ticks_add_wraps_and_ticks_stay_below_2_to_30(monkeypatch):
    assert time.ticks_add((1 << 30) - 1, 3) == 2
    assert time.ticks_add(2, -3) == (1 << 30) - 1
    monkeypatch.setattr(time, "monotonic_ns", lambda: ((1 << 30) + 7) * 1_000_000 + 999)
    assert time.ticks_ms() == 7
    assert 0 <= time.ticks_us() < 1 << 30


def test_the_modules_are_the_same_under_both_names():
    import machine
    import pin

    import host_tests.shim.pin

    assert machine.Pin is pin.Pin is host_tests.shim.pin.Pin


def test_a_script_runs_as_on_a_board(script):
    done = run("-m", "host_tests.shim", script, "a", "--uart", "b")
    assert (done.stdout, done.stderr) == ("__main__ ['a', '--uart', 'b'] found\n", "")


def test_a_path_alone_is_enough(script):
    done = run(script, "a", PYTHONPATH="lib:host_tests/shim")
    assert (done.stdout, done.stderr) == ("__main__ ['a'] found\n", "")


def test_uart_and_pins_reach_the_script(tmp_path):
    script = tmp_path / "ask.py"
    script.write_text(
        "import os\nprint(*[os.environ['QUECTEL_' + n] for n in ('UART', 'PINS', 'PIN_NAMES')])\n"
    )
    options = ["--uart", "/dev/pts/9", "--pins", "f", "--pin-names", "6=!PWRKEY"]
    assert run("-m", "host_tests.shim", *options, str(script)).stdout == "/dev/pts/9 f 6=!PWRKEY\n"


def test_circuitpython_has_other_modules(tmp_path):
    script = tmp_path / "code.py"
    script.write_text(
        "import board, busio, digitalio, supervisor, time, quectel.channel as c\n"
        "assert c.ticks_ms is supervisor.ticks_ms and not hasattr(time, 'sleep_ms')\n"
        "try:\n    import machine\nexcept ImportError:\n    print('none')\n"
    )
    done = run("-m", "host_tests.shim", "--circuitpython", str(script))
    assert (done.stdout, done.stderr) == ("none\n", "")


def test_a_missing_script_is_one_line_and_status_2():
    done = run("-m", "host_tests.shim", "none.py")
    assert done.returncode == 2
    assert done.stderr == "python3 -m host_tests.shim: no such file: none.py\n"


def test_help_names_every_option():
    text = run("-m", "host_tests.shim", "--help").stdout
    for word in (
        "--uart",
        "--pins",
        "--pin-names",
        "--circuitpython",
        "script",
        "QUECTEL_UART",
        "/dev/pts/",
    ):
        assert word in text

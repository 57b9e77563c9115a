"""The demo, from outside: what it says, its status, and that nothing of it is left behind."""

import contextlib
import os
import re
import signal
import subprocess
import sys

import pytest

from host_tests import interpreters

pytestmark = pytest.mark.waits

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PATIENCE = 200  # seconds until a demo that does not end is a failure; it ends itself before that
DONE = "10 of 10 readings delivered"
COMMAND = [sys.executable, "-B", "-m", "host_tests.demo"]
HURRIED = "import sys, host_tests.demo as d; d.SECONDS = 1; sys.exit(d.main())"

# What the environment asks for; they run side by side, since each of them mostly waits.
RUNS = {
    "plain": (COMMAND, {}),
    "verbose": (COMMAND, {"V": "1"}),
    "wrong": (COMMAND, {"APN": "wrong"}),
    "silent": (COMMAND, {"SILENT": "1"}),
    "hurried": ([sys.executable, "-B", "-c", HURRIED], {}),
    "no micropython": (COMMAND, {"PATH": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent"}),
}


class Run:
    def __init__(self, folder, command, environment):
        self.folder = str(folder)
        self.lines = None
        clean = {k: v for k, v in os.environ.items() if k not in ("V", "APN", "SILENT")}
        clean.update(environment, TMPDIR=self.folder)
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=clean,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
        )

    def until(self, pattern):
        """Read lines up to the one that matches."""
        for line in self.process.stdout:
            if re.search(pattern, line):
                return
        raise AssertionError("ended without " + pattern)

    def end(self):
        """The lines not read yet and the status, once it has ended."""
        if self.lines is None:
            self.lines = self.process.communicate(timeout=PATIENCE)[0].splitlines()
        return self.lines, self.process.returncode

    def left(self):
        """Processes that still name its folder, and files in it."""
        return sorted(using(self.folder)) + os.listdir(self.folder)


def using(folder):
    """{pid: command line} of the processes whose command line or environment names the folder."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):  # it may end while it is looked at
            texts = []
            for name in ("cmdline", "environ"):
                with open("/proc/%s/%s" % (pid, name), "rb") as file:
                    texts.append(file.read())
            if folder.encode() in b"".join(texts) and int(pid) != os.getpid():
                found[int(pid)] = texts[0].decode("utf-8", "replace")
    return found


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """All the runs, under way at once; the interpreter is fetched before, or never."""
    with contextlib.suppress(interpreters.Unavailable):
        interpreters.find(64)
    runs = {
        name: Run(tmp_path_factory.mktemp("demo"), command, environment)
        for name, (command, environment) in RUNS.items()
    }
    yield runs
    for run in runs.values():
        run.process.terminate()
        run.process.communicate()


@pytest.fixture
def one(tmp_path):
    run = Run(tmp_path, COMMAND, {})
    yield run
    run.process.terminate()
    if not run.process.stdout.closed:
        run.process.communicate()


def readings(lines, pattern):
    return [int(n) for n in re.findall(pattern, "\n".join(lines), re.MULTILINE)]


def succeeded(run):
    lines, status = run.end()
    assert (lines[-1], status) == (DONE, 0), "\n".join(lines)
    ten = list(range(1, 11))
    for step in ("kept", "sent", "acknowledged"):
        assert readings(lines, r"^node   \| reading \w+-(\d+):\S+ " + step) == ten
    assert readings(lines, r"^server \| UDP: \w+-(\d+):") == ten[:5]
    assert readings(lines, r"^server \| TCP: \w+-(\d+):") == ten[5:]
    assert run.left() == []
    return lines


def failed(run):
    lines, status = run.end()
    assert status not in (0, None)
    assert DONE not in lines
    assert run.left() == []
    return lines


def test_ten_readings_arrive(started):
    lines = succeeded(started["plain"])
    text = "\n".join(lines)
    for step in ("power on", "registered; address 10."):
        assert "node   | " + step in text
    assert not [line for line in lines if line.startswith(("module | >", "module | <"))]


def test_it_runs_on_micropython_where_there_is_one(started):
    try:
        interpreters.find(64)
    except interpreters.Unavailable as reason:
        pytest.skip(str(reason))
    lines, _ = started["plain"].end()
    assert lines[0].startswith("node   | MicroPython 1.")


def test_verbose_shows_every_at_line_both_ways(started):
    text = "\n".join(succeeded(started["verbose"]))
    assert "module | > AT+QIOPEN=1," in text
    assert "module | < +QIOPEN: 0,0" in text
    assert "module | < RDY" in text


def test_a_wrong_apn_fails_and_says_so(started):
    lines = failed(started["wrong"])
    assert lines[-1] == "0 of 10 readings delivered"
    assert "the network takes the APN iot.example only" in "\n".join(lines)
    assert "registration denied" in "\n".join(lines)


def test_what_nobody_acknowledges_is_not_delivered(started):
    lines = failed(started["silent"])
    assert lines[-1] == "0 of 10 readings delivered"
    assert readings(lines, r"^server \| UDP: \w+-(\d+):") == [1, 2, 3, 4, 5] * 3
    assert readings(lines, r"^server \| TCP: \w+-(\d+):") == list(range(1, 11))


def test_when_the_time_is_up_it_ends(started):
    lines = failed(started["hurried"])
    assert "demo: not finished after 1 seconds" in lines


def test_without_a_micropython_it_runs_on_cpython_and_says_so(started):
    lines = succeeded(started["no micropython"])
    assert lines[0].startswith("demo: WARNING: the node runs on CPython, not on MicroPython: ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_well(one, number):
    one.until("node .* switching the module on")
    one.process.send_signal(number)
    lines = failed(one)
    assert one.process.returncode == 128 + number
    assert "demo: stopped by " + number.name in lines


def test_two_signals_end_it_as_well_as_one(one):
    one.until("node .* switching the module on")
    one.process.send_signal(signal.SIGINT)
    with contextlib.suppress(ProcessLookupError):
        one.process.send_signal(signal.SIGINT)
    assert "demo: stopped by SIGINT" in failed(one)


@pytest.mark.parametrize("who", ["host_tests.simulator", "sensor_node"])
def test_when_a_part_dies_the_rest_ends(one, who):
    one.until(r"-3:\S+ acknowledged")
    parts = [pid for pid, command in using(one.folder).items() if who in command]
    assert parts
    for pid in parts:  # the death of one may end the next
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    lines = failed(one)
    assert re.fullmatch("[3-9] of 10 readings delivered", lines[-1])


def test_when_nobody_reads_any_more_it_ends(one):
    one.until("node .* switching the module on")
    one.process.stdout.close()
    assert one.process.wait(PATIENCE) != 0
    assert one.left() == []

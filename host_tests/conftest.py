"""Runs the tests in host_tests/driver on CPython and on two real MicroPythons.

Those tests are plain functions that know nothing of pytest. Each becomes an item per interpreter
and, if it takes a `line`, per chunking of the bytes: `test_x[cpython-whole]`,
`test_x[micropython32-splits]`. For each MicroPython and test file one process runs all that is
wanted, in the background, while pytest goes on with the items of CPython, which come first.
"""

import importlib
import inspect
import json
import os
import shlex
import subprocess
import sys
import threading

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DRIVER = os.path.join(ROOT, "host_tests", "driver")
HARNESS = "host_tests.driver.harness"
MICROPYTHONS = {"micropython64": 64, "micropython32": 32}
INTERPRETERS = ("cpython",) + tuple(MICROPYTHONS)
FILE_SECONDS = 400  # no file takes nearly as long; a test that hangs must end some time
TAIL = 4000  # characters of a crashed process's output

for _path in (os.path.join(ROOT, "lib"), ROOT):
    if _path not in sys.path:
        sys.path.insert(0, _path)

import host_tests.shim  # noqa: E402
from host_tests import conformance, interpreters, on_micropython  # noqa: E402
from host_tests.node import node  # noqa: E402, F401 (a fixture)

host_tests.shim.install()


class Failed(Exception):
    """A test failed elsewhere; the text is that interpreter's own traceback."""


# ---- what is to run ---------------------------------------------------------------------------


def pytest_pycollect_makeitem(collector, name, obj):
    if not (inspect.isfunction(obj) and name.startswith("test_")):
        return None
    if os.path.dirname(str(collector.path)) != DRIVER:
        return None
    arguments = list(inspect.signature(obj).parameters)
    if arguments == ["line"]:
        chunkings = importlib.import_module(HARNESS).CHUNKINGS
    elif not arguments:
        chunkings = ("",)
    else:
        raise collector.CollectError("%s: a driver test takes `line` or nothing" % name)
    return [
        DriverItem.from_parent(
            collector,
            name="%s[%s]" % (name, "-".join(filter(None, (interpreter, chunking)))),
            test=name,
            function=obj,
            interpreter=interpreter,
            chunking=chunking,
        )
        for interpreter in INTERPRETERS
        for chunking in chunkings
    ]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    order = {name: place for place, name in enumerate(INTERPRETERS)}
    items.sort(key=lambda item: order[getattr(item, "interpreter", "cpython")])


def pytest_collection_finish(session):
    """Only now is it known what -k and the like have left over."""
    if session.config.option.collectonly:
        return
    for interpreter in MICROPYTHONS:
        items = [i for i in session.items if getattr(i, "interpreter", "") == interpreter]
        if items:
            runner = Runner(interpreter)
            for item in items:
                item.job = runner.want(str(item.path), item.test, item.chunking)
            session.config.add_cleanup(runner.stop)
            runner.start()


# ---- what became of it, for the conformance table ---------------------------------------------

_OUTCOMES = {}


def pytest_runtest_logreport(report):
    if report.when == "call":
        conformance.note(_OUTCOMES, report.nodeid, report.outcome)


def pytest_sessionfinish():
    """Only a run of all of it is worth keeping."""
    if _OUTCOMES:
        ways = len(INTERPRETERS) * len(importlib.import_module(HARNESS).CHUNKINGS)
        if conformance.whole(_OUTCOMES, ways):
            conformance.save(_OUTCOMES)


# ---- one test on one interpreter --------------------------------------------------------------


class DriverItem(pytest.Item):
    def __init__(self, *, test, function, interpreter, chunking, **rest):
        super().__init__(**rest)
        self.test = test
        self.function = function
        self.interpreter = interpreter
        self.chunking = chunking
        self.job = None  # on a MicroPython: the Job that has the outcome, or will have it

    def runtest(self):
        if self.interpreter == "cpython":
            self._run_here()
            return
        outcome, text, printed = self.job.outcome(self.test, self.chunking)
        if printed.strip():
            self.add_report_section("call", self.interpreter, printed)
        if outcome == "skipped":
            pytest.skip(text)
        if outcome != "passed":
            raise Failed(text)

    def _run_here(self):
        harness = importlib.import_module(HARNESS)
        line = None
        number = 0
        try:
            if not self.chunking:
                self.function()
            else:
                for line in harness.runs(self.chunking):
                    self.function(line)
                    number += 1
        except harness.Skip as reason:
            pytest.skip(str(reason))
        except BaseException:
            if self.chunking:
                seed = on_micropython.harness_seed(line, number)
                self.add_report_section("call", "chunking", "%s, %s" % (self.chunking, seed))
            raise

    def repr_failure(self, excinfo):
        if isinstance(excinfo.value, Failed):
            return str(excinfo.value).rstrip()
        below = excinfo.traceback.cut(path=self.path)
        if below:
            excinfo.traceback = below
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, self.function.__code__.co_firstlineno - 1, self.name


# ---- the other interpreters -------------------------------------------------------------------


class Runner(threading.Thread):
    """Goes through the files that one MicroPython is to run, one process after the other."""

    def __init__(self, interpreter):
        super().__init__(name=interpreter, daemon=True)
        self.bits = MICROPYTHONS[interpreter]
        self.jobs = {}
        self.stopped = False

    def want(self, path, test, chunking):
        job = self.jobs.setdefault(path, Job(path))
        job.wanted.append(test + ":" + chunking if chunking else test)
        return job

    def run(self):
        try:
            argv = interpreters.find(self.bits)
        except interpreters.Unavailable as reason:
            outcome = "failed" if os.environ.get("CI") == "true" else "skipped"
            for job in self.jobs.values():
                job.end(outcome, "no %d-bit MicroPython: %s" % (self.bits, reason))
            return
        for job in self.jobs.values():
            if not self.stopped:
                job.run(argv)

    def stop(self):
        self.stopped = True
        for job in self.jobs.values():
            job.kill()


class Job:
    """One process: one MicroPython, one test file, all tests of it that are wanted."""

    def __init__(self, path):
        self.path = path
        self.wanted = []
        self.process = None
        self.outcomes = {}  # (test, chunking) -> (outcome, text, what it printed)
        self.rest = None  # outcome and text of what the process did not get to, once it has ended
        self.changed = threading.Condition()

    def outcome(self, test, chunking):
        """Waits until that test has run."""
        with self.changed:
            self.changed.wait_for(lambda: (test, chunking) in self.outcomes or self.rest)
            return self.outcomes.get((test, chunking)) or self.rest + ("",)

    def end(self, outcome, text):
        with self.changed:
            self.rest = (outcome, text)
            self.changed.notify_all()

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()

    def run(self, argv):
        try:
            self.end("failed", self._run(argv))
        except Exception as error:  # else the items would wait for ever
            self.end("failed", "%s: %s" % (type(error).__name__, error))

    def _run(self, argv):
        script = os.path.join("host_tests", "on_micropython.py")
        # Behind everything else: what pytest itself runs meanwhile may live on the wall clock.
        command = ["nice"] + list(argv) + ["-X", "heapsize=16m", script]
        command.append(os.path.relpath(self.path, ROOT))
        self.process = subprocess.Popen(
            command + self.wanted,
            cwd=ROOT,
            env=interpreters.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        timed_out = []
        timer = threading.Timer(FILE_SECONDS, lambda: (timed_out.append(True), self.kill()))
        timer.start()
        try:
            tail = self._read(self.process.stdout)
            status = self.process.wait()
        finally:
            timer.cancel()
        how = (
            "took more than %d s" % FILE_SECONDS if timed_out else "ended with status %d" % status
        )
        return "%s\n%s, before this test had an outcome\n%s" % (shlex.join(command), how, tail)

    def _read(self, stream):
        """Takes in outcomes as they come; what was printed after the last one is returned."""
        printed = ""
        for line in stream:
            text, mark, record = line.decode("utf-8", "replace").partition(on_micropython.RECORD)
            printed = (printed + text)[-TAIL:]
            if not mark:
                continue
            found = json.loads(record)
            with self.changed:
                key = (found["test"], found["chunking"])
                self.outcomes[key] = (found["outcome"], found["text"], printed)
                self.changed.notify_all()
            printed = ""
        return printed

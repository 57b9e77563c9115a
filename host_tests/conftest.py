"""Runs the tests in host_tests/driver on CPython and on two real MicroPythons.

Those tests are plain functions that know nothing of pytest. Each becomes an item per interpreter
and, if it takes a `line`, per chunking of the bytes: `test_x[cpython-whole]`,
`test_x[micropython32-splits]`. For each MicroPython and test file one process runs all that is
wanted, in the background, while pytest goes on with the items of CPython, which come first. So
it is with files whose tests mostly wait, if there are others to go on with: see elsewhere.py.
"""

import importlib
import inspect
import os
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DRIVER = os.path.join(ROOT, "host_tests", "driver")
HARNESS = "host_tests.driver.harness"
MICROPYTHONS = {"micropython64": 64, "micropython32": 32}
INTERPRETERS = ("cpython",) + tuple(MICROPYTHONS)

for _path in (os.path.join(ROOT, "lib"), ROOT):
    if _path not in sys.path:
        sys.path.insert(0, _path)

import host_tests.shim  # noqa: E402
from host_tests import conformance, elsewhere, on_micropython  # noqa: E402
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
    waiting = [item for item in items if item.get_closest_marker("waits")]
    if len(waiting) < len(items) and elsewhere.HERE not in os.environ:
        items[:] = [WaitingItem.instead_of(i) if i in waiting else i for i in items]
    order = {name: place for place, name in enumerate(INTERPRETERS)}
    items.sort(key=lambda item: order[getattr(item, "interpreter", "cpython")])
    items.sort(key=lambda item: isinstance(item, WaitingItem))


def pytest_collection_finish(session):
    """Only now is it known what -k and the like have left over."""
    if session.config.option.collectonly:
        return
    waiting = session.config.waiting = elsewhere.Waiting()
    after = waiting.finished
    others = {name: elsewhere.OnMicroPython(bits, after) for name, bits in MICROPYTHONS.items()}
    for item in session.items:
        if isinstance(item, WaitingItem):
            item.job = waiting.want(str(item.path), item.name)
            item.jobs = waiting
        elif getattr(item, "interpreter", "") in others:
            test = item.test + ":" + item.chunking if item.chunking else item.test
            item.job = others[item.interpreter].want(str(item.path), test)
    for jobs in [waiting] + list(others.values()):
        session.config.add_cleanup(jobs.stop)
        jobs.start()


def pytest_terminal_summary(terminalreporter, config):
    for path, test, text in getattr(getattr(config, "waiting", None), "again", ()):
        name = "%s::%s" % (os.path.relpath(path, ROOT), test)
        terminalreporter.section("failed, and passed when it was run again: " + name)
        terminalreporter.write_line(text)


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


# ---- tests that run elsewhere -----------------------------------------------------------------


def take(item, job, *which):
    """The outcome of a test that has been run by another process, as that of `item`."""
    outcome, text, printed = job.outcome(*which)
    if printed.strip():
        item.add_report_section("call", "printed", printed)
    if outcome == "skipped":
        pytest.skip(text)
    if outcome != "passed":
        raise Failed(text)


class WaitingItem(pytest.Item):
    """A test of a file that waits; `job` has the outcome, or will have it."""

    job = None
    jobs = None  # all of them: some may be run again
    where = None  # as reportinfo tells

    @classmethod
    def instead_of(cls, item):
        far = cls.from_parent(item.parent, name=item.name)
        far.where = item.reportinfo()
        return far

    def runtest(self):
        self.jobs.finished.wait()
        take(self, self.job, self.name)

    def repr_failure(self, excinfo):
        if isinstance(excinfo.value, Failed):
            return str(excinfo.value).rstrip()
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.where


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
        take(self, self.job, self.test, self.chunking)

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

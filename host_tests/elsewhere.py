"""Tests that run in processes of their own, in the background, while pytest goes on with others.

Two kinds: the driver's tests on a MicroPython, a process for each of them and each file; and
files whose tests mostly wait (`pytestmark = pytest.mark.waits`): for real servers, programs and
modules on the wall clock. Those run in pytests of their own, a few at a time.

python -m host_tests.elsewhere host_tests/test_x.py test_a test_b[c]

is such a pytest. Like on_micropython.py it prints a line of JSON for each test that has ended.
"""

import contextlib
import json
import os
import queue
import shlex
import signal
import subprocess
import sys
import threading

from host_tests import interpreters, on_micropython

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HERE = "QUECTEL_TESTS_HERE"  # in the environment: run those that wait in this very process
AT_ONCE = 5  # files that wait: they take a fifth of a processor each
AGAIN_MAX = 8
FILE_SECONDS = 900  # what is fetched for a file counts too; a test that hangs must end some time
GRACE = 10  # seconds in which a pytest that is interrupted ends what its tests have started
TAIL = 4000  # characters of a crashed process's output


class Job:
    """One process, one test file, all tests of it that are wanted."""

    def __init__(self, path):
        self.path = path
        self.wanted = []
        self.process = None
        self.outcomes = {}  # (test, chunking) -> (outcome, text, what it printed)
        self.rest = None  # outcome and text of what the process did not get to, once it has ended
        self.changed = threading.Condition()

    def outcome(self, test, chunking=""):
        """Waits until that test has run: (outcome, text, what it printed)."""
        with self.changed:
            self.changed.wait_for(lambda: (test, chunking) in self.outcomes or self.rest)
            return self.outcomes.get((test, chunking)) or self.rest + ("",)

    def end(self, outcome, text):
        """What has no outcome by now has this one."""
        with self.changed:
            self.rest = (outcome, text)
            self.changed.notify_all()

    def kill(self):
        """Interrupted first: servers, modules and programs of a test under way end with it."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def run(self, argv, environment):
        """Run `argv`, the file and the tests wanted; returns when that has ended."""
        try:
            command = list(argv) + [os.path.relpath(self.path, ROOT)]
            self.end("failed", self._run(command, environment))
        except Exception as error:  # else the items would wait for ever
            self.end("failed", "%s: %s" % (type(error).__name__, error))

    def _run(self, command, environment):
        self.process = subprocess.Popen(
            command + self.wanted,
            cwd=ROOT,
            env=environment,
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


class Jobs:
    """A job for each file of which something is wanted."""

    def __init__(self):
        self.jobs = {}
        self.stopped = False

    def want(self, path, test):
        """Have `test` of the file run too; the Job that will have its outcome."""
        job = self.jobs.setdefault(path, Job(path))
        job.wanted.append(test)
        return job

    def stop(self):
        self.stopped = True
        for job in self.jobs.values():
            job.kill()


class OnMicroPython(Jobs):
    """The driver's tests on the MicroPython of so many bits, one file after the other.

    They take all the processor there is: they begin when the event `after` is set.
    """

    def __init__(self, bits, after):
        super().__init__()
        self.bits = bits
        self.after = after

    def start(self):
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        self.after.wait()
        try:
            argv = interpreters.find(self.bits)
        except interpreters.Unavailable as reason:
            outcome = "failed" if os.environ.get("CI") == "true" else "skipped"
            for job in self.jobs.values():
                job.end(outcome, "no %d-bit MicroPython: %s" % (self.bits, reason))
            return
        # Behind everything else: others live on the wall clock.
        script = os.path.join("host_tests", "on_micropython.py")
        argv = ["nice"] + list(argv) + ["-X", "heapsize=16m", script]
        for job in self.jobs.values():
            if not self.stopped:
                job.run(argv, interpreters.environment())


class Waiting(Jobs):
    """Files whose tests wait, a few at a time; `finished` is set when all have ended.

    A driver that hears nothing for a second gives up, as it should, and a busy machine may stand
    still for longer. So what fails is run once more, alone; `again` has what passed then, and why
    it had failed, for all to see. If more than AGAIN_MAX fail it is not the machine.
    """

    def __init__(self):
        super().__init__()
        self.again = []  # (path, test, text)
        self.finished = threading.Event()
        self._left = AT_ONCE
        self._lock = threading.Lock()

    def start(self):
        todo = queue.SimpleQueue()
        # Those with the most tests take longest: they begin.
        for job in sorted(self.jobs.values(), key=lambda job: -len(job.wanted)):
            todo.put(job)
        for _ in range(AT_ONCE):
            threading.Thread(target=self._run, args=(todo,), daemon=True).start()
        # What lives on the wall clock goes first. Linux knows priorities of threads: those above,
        # and the processes they start, keep theirs.
        if self.jobs and sys.platform == "linux":
            os.setpriority(os.PRIO_PROCESS, 0, max(10, os.getpriority(os.PRIO_PROCESS, 0)))

    def _run(self, todo):
        argv = [sys.executable, "-m", "host_tests.elsewhere"]
        environment = dict(os.environ, **{HERE: "1"})
        while not self.stopped and not todo.empty():
            with contextlib.suppress(queue.Empty):
                todo.get_nowait().run(argv, environment)
        with self._lock:
            self._left -= 1
            last = not self._left
        if last:
            try:
                self._run_again(argv, environment)
            finally:
                self.finished.set()

    def _run_again(self, argv, environment):
        failed = {}
        for job in self.jobs.values():
            for test in job.wanted:
                if job.outcome(test)[0] == "failed":
                    failed.setdefault(job, []).append(test)
        if self.stopped or sum(map(len, failed.values())) > AGAIN_MAX:
            return
        for job, tests in failed.items():
            second = Job(job.path)
            second.wanted = tests
            second.run(argv, environment)
            for test in tests:
                if second.outcome(test)[0] == "passed":
                    self.again.append((job.path, test, job.outcome(test)[1]))
                    job.outcomes[test, ""] = second.outcome(test)


class Reporter:
    """pytest's plugin of such a process: it runs only the tests wanted, and tells of each."""

    def __init__(self, wanted):
        self.out = os.fdopen(os.dup(1), "w")  # pytest captures what goes to sys.stdout
        self.wanted = set(wanted)
        self.outcome = "passed"
        self.text = ""

    def pytest_collection_modifyitems(self, items):
        items[:] = [item for item in items if item.name in self.wanted]
        self.names = {item.nodeid: item.name for item in items}

    def pytest_runtest_logreport(self, report):
        # Of setup, call and teardown: the worst counts.
        if report.failed or (report.skipped and self.outcome == "passed"):
            self.outcome = report.outcome
            self.text += _why(report)
        if report.when == "teardown":
            name = self.names[report.nodeid]
            record = {"test": name, "chunking": "", "outcome": self.outcome, "text": self.text}
            print(on_micropython.RECORD + json.dumps(record), file=self.out, flush=True)
            self.outcome = "passed"
            self.text = ""


def _why(report):
    if report.skipped and isinstance(report.longrepr, tuple):
        return report.longrepr[2].partition("Skipped: ")[2]
    sections = ["---- %s ----\n%s" % section for section in report.sections]
    return "\n".join([report.longreprtext] + sections)


def main(path, *names):
    import pytest

    options = ["-q", "-c", "host_tests/pytest.ini", "--rootdir=.", path]
    return pytest.main(options, plugins=[Reporter(names)])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""A program as a user runs it: on a real MicroPython, with a simulated module on a terminal."""

import re
import select
import shutil
import subprocess
import sys
import threading

import pytest

from host_tests import interpreters
from host_tests.program import QUICK, ROOT, program
from host_tests.servers import skip_without

PATIENCE = 60  # seconds before a run that hangs is a failure


class Node:
    """A program under way in `folder`, which gets its modem_board.py, on a module of `family`.

    `source` is the name of an example, run unmodified, or a program's text. `settings` is put at
    the end of modem_board.py. `arguments` are the simulated module's, e.g. "--dns", "name=...".
    `bits` says which MicroPython; None: CPython, as `python3 -m host_tests.shim`. `heap` is
    MicroPython's, e.g. "64k". `heard` is a list of the lines it has printed so far.
    """

    def __init__(
        self,
        folder,
        source,
        family,
        settings="",
        *arguments,
        bits=64,
        heap=None,
        patience=PATIENCE,
    ):
        self.folder = folder
        self.heard = []
        argv = _interpreter(bits, heap)
        name = self._put(source, settings)
        self._module = program(family, "--pty", *(tuple(arguments) + tuple(QUICK)))
        self.module, self.terminal = self._module.__enter__()
        if bits is None:
            argv = argv + ["--uart", self.terminal, str(folder / name)]
        else:
            argv = argv + [name]
        self.process = subprocess.Popen(
            argv,
            cwd=str(folder if bits else ROOT),
            env=dict(
                interpreters.environment(str(folder)),
                QUECTEL_UART=self.terminal,
                QUECTEL_MODULE=family,
                PYTHONDONTWRITEBYTECODE="1",
            ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._guard = threading.Timer(patience, self.process.kill)
        self._guard.start()

    def _put(self, source, settings):
        board = (ROOT / "boards" / "unix_pty.py").read_text()
        (self.folder / "modem_board.py").write_text(board + settings)
        if "\n" not in source:
            shutil.copy(str(ROOT / "examples" / source), str(self.folder))
            return source
        (self.folder / "node.py").write_text(source)
        return "node.py"

    def until(self, pattern):
        """Read what it prints up to the line that matches; the match."""
        for line in self.process.stdout:
            self.heard.append(line.decode().strip())
            match = re.search(pattern, self.heard[-1])
            if match:
                return match
        raise AssertionError("ended without %r: %r" % (pattern, self.heard))

    def type(self, text):
        """What a person types at its console."""
        self.process.stdin.write(text if isinstance(text, bytes) else text.encode())
        self.process.stdin.flush()

    def port(self):
        """The real port of the listener that the module has opened."""
        ready, _, _ = select.select([self.module.stdout], [], [], PATIENCE)
        assert ready
        line = self.module.stdout.readline().decode()
        return int(re.search(r"127\.0\.0\.1:(\d+)", line).group(1))

    def end(self):
        """Its exit status, when it has ended by itself."""
        rest = self.process.communicate()[0].decode().splitlines()
        self.heard += rest
        return self.process.returncode

    def stop(self):
        self._guard.cancel()
        self.process.kill()
        self.process.communicate()
        self._module.__exit__(None, None, None)


def _interpreter(bits, heap):
    if bits is None:
        return [sys.executable, "-u", "-m", "host_tests.shim"]
    argv = list(skip_without(interpreters.find, bits))
    return argv + (["-X", "heapsize=" + heap] if heap else [])


@pytest.fixture
def node(tmp_path):
    """`node(source, family, settings, *arguments, bits=64)`: a Node that ends with its test."""
    made = []

    def make(source, family, settings="", *arguments, **options):
        folder = tmp_path / ("node%d" % len(made))
        folder.mkdir()
        made.append(Node(folder, source, family, settings, *arguments, **options))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def at(server):
    """The simulated module's arguments that put `server` at telemetry.example, all ports."""
    return "--dns", "telemetry.example=127.0.0.1:%d" % server.port

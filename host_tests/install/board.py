"""A board for mpremote: a MicroPython with a REPL and a file system, on a pseudo-terminal."""

import os
import pty
import shlex
import subprocess
import sys
import tty

from host_tests.install import wasm
from host_tests.interpreters import ROOT

HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = 120  # seconds before a program that hangs is a failure

# mpremote as it is; and with the one change that GitHub is on this computer, see github.py.
MPREMOTE = [sys.executable, "-m", "mpremote"]
WITH_GITHUB = [sys.executable, os.path.join(HERE, "github.py")]

_TREE = """
import os, hashlib
def walk(path):
    for name, kind, *_ in os.ilistdir(path):
        inner = path + "/" + name
        if kind == 0x4000:
            walk(inner)
        else:
            with open(inner, "rb") as file:
                print(inner, hashlib.sha256(file.read()).digest().hex())
walk(%r)
"""


class Board:
    """A board just flashed: nothing on it. `close()` it, or use `with`."""

    def __init__(self):
        argv = wasm.find()
        self._far, self._near = pty.openpty()
        tty.setraw(self._near)
        self.terminal = os.ttyname(self._near)
        self._process = subprocess.Popen(
            [argv[0], os.path.join(HERE, "board.mjs"), argv[1]],
            stdin=self._far,
            stdout=self._far,
        )

    def type(self, line, cwd=ROOT, github=None):
        """Run "mpremote ..." in the folder `cwd`: (status, what it printed).

        `github`: what takes its place.
        """
        name, *words = shlex.split(line)
        assert name == "mpremote"
        # `resume`: no soft reset first, which this MicroPython has not.
        argv = MPREMOTE if github is None else WITH_GITHUB + [github]
        done = subprocess.run(
            argv + ["connect", self.terminal, "resume"] + words,
            cwd=str(cwd),
            env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1", no_proxy="*"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
            timeout=PATIENCE,
        )
        return done.returncode, done.stdout

    def run(self, program):
        """What a program prints there."""
        status, text = self.type("mpremote exec " + shlex.quote(program))
        assert status == 0, text
        return text.strip()

    def files(self, path):
        """{path: SHA-256 in hex} of all files below `path`."""
        return dict(line.split() for line in self.run(_TREE % path).splitlines())

    def close(self):
        self._process.kill()
        self._process.wait()
        os.close(self._far)
        os.close(self._near)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

"""MicroPython's libraries as PyPI has them, unmodified: for tests only, never copied.

They have no setup.py: MicroPython's own installer needed none. So pip fetches and unpacks one,
finds that it cannot build it, and is told to leave what it has unpacked.
"""

import contextlib
import glob
import os
import subprocess
import sys
import tempfile

from host_tests.debian import Unavailable, cache


def find(name, version, module):
    """A folder that has `module`, a path such as "umqtt/simple.py"; or `Unavailable`."""
    folder = os.path.join(cache(), "%s-%s" % (name, version))
    if not os.path.exists(os.path.join(folder, module)):
        os.makedirs(cache(), exist_ok=True)
        _fetch(name, version, module, folder)
    return folder


def _fetch(name, version, module, folder):
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=cache()) as work:
        done = subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check"]
            + ["--no-clean", "--no-deps", "-d", work, "%s==%s" % (name, version)],
            env=dict(os.environ, TMPDIR=work),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        found = glob.glob(os.path.join(glob.escape(work), "*", "*", module))
        if not found:
            said = done.stdout.decode("utf-8", "replace").strip().splitlines() or ["nothing"]
            raise Unavailable("pip does not get %s: %s" % (name, said[-1]))
        with contextlib.suppress(OSError):  # someone else was quicker: theirs is as good
            os.rename(found[0][: -len(module) - 1], folder)

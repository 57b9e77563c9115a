"""Adafruit's CircuitPython libraries, unmodified, fetched once into a folder of their own.

Not into the virtualenv: they pull in Blinka there, whose `board`, `busio` and `micropython` would
stand beside the shim's. What they need of those is in shim/circuitpython.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

from host_tests.debian import Unavailable, cache

REQUIREMENTS = os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "requirements-adafruit.txt"
)
PATIENCE = 300  # seconds


def folder():
    """Where they are, after fetching them if they are not there; `Unavailable`: and why not."""
    with open(REQUIREMENTS, "rb") as file:
        mark = hashlib.sha256(file.read()).hexdigest()[:12]
    path = os.path.join(cache(), "adafruit-" + mark)
    if not os.path.isdir(path):
        os.makedirs(cache(), exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="fetch-", dir=cache()) as work:
            fresh = os.path.join(work, "adafruit")
            _install(fresh)
            if not os.path.isdir(path):  # someone else may have been quicker
                shutil.move(fresh, path)
    return path


def _install(target):
    command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    command += ["--no-deps", "--target", target, "-r", REQUIREMENTS]
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired) as e:
        raise Unavailable("pip: %s" % e)
    if done.returncode:
        raise Unavailable("pip: %s" % done.stdout.decode("utf-8", "replace").strip()[-500:])

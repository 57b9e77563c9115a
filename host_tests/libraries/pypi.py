"""umqtt as it is on PyPI: older than that of the package index, and as unmodified.

The archives were made for MicroPython's own installer: there is nothing in them that pip could
build. It is asked to fetch and unpack them and to leave what it has unpacked; that it then finds
no project there is no harm. What is kept has been looked at: its checksum says that it is that.
"""

import glob
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

from host_tests.debian import Unavailable, cache

PACKAGES = (
    (
        "micropython-umqtt.simple==1.3.4",
        "simple.py",
        "8555d2f654deb8eb0d724f79b0811a78cc94029d070f3d96bbd74288653d63a5",
    ),
    (
        "micropython-umqtt.robust==1.0",
        "robust.py",
        "950d64b9aaa369a9bcc30d2142ba6c03f10e7ed6083cdc2d3921cedee747ffff",
    ),
)
SECONDS = 120
PIP = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-clean"]
PIP += ["--no-deps", "--no-binary", ":all:", "--no-build-isolation", "--dest", "."]


def umqtt():
    """The folder with the package `umqtt` in it, fetched once; Unavailable where it cannot be."""
    folder = os.path.join(cache(), "umqtt-pypi")
    if not os.path.isdir(folder):
        os.makedirs(cache(), exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="fetch-", dir=cache()) as work:
            made = os.path.join(work, "made")
            os.makedirs(os.path.join(made, "umqtt"))
            for package, name, checksum in PACKAGES:
                shutil.copy(_fetch(work, package, name, checksum), os.path.join(made, "umqtt"))
            if not os.path.isdir(folder):
                os.rename(made, folder)
    return folder


def _fetch(work, package, name, checksum):
    try:
        done = subprocess.run(
            [sys.executable] + PIP + [package],
            cwd=work,
            env=dict(os.environ, TMPDIR=work),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable("pip took too long to fetch " + package) from None
    found = glob.glob(os.path.join(work, "pip-*", "*", "umqtt", name))
    if not found:
        said = done.stdout.decode("utf-8", "replace").strip().splitlines()
        raise Unavailable("pip did not fetch %s: %s" % (package, said[-1] if said else "?"))
    with open(found[0], "rb") as file:
        if hashlib.sha256(file.read()).hexdigest() != checksum:
            raise AssertionError("%s is not what it was" % package)
    return found[0]

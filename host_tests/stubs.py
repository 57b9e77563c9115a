"""The stubs of each platform, in a folder of its own that mypy takes for its standard library.

    python3 -m host_tests.stubs     installs them beside the packages of this virtualenv

Only in that place do they work: elsewhere mypy finds CPython's `time` before theirs.
"""

import os
import shutil
import subprocess
import sys

from host_tests.interpreters import ROOT

PACKAGES = {
    "rp2": ("micropython-rp2-stubs", "micropython-stdlib-stubs"),
    "esp32": ("micropython-esp32-stubs", "micropython-stdlib-stubs"),
    "unix": ("micropython-unix-stubs", "micropython-stdlib-stubs"),
    # Adafruit's own, and below them a standard library for what they leave to CPython's.
    "cp": ("circuitpython-typeshed", "circuitpython-stubs"),
}
VERSIONS = os.path.join(ROOT, "host_tests", "requirements-stubs.txt")
PICO = os.path.join("board_definitions", "raspberry_pi_pico", "__init__.pyi")


def folder(platform):
    return os.path.join(sys.prefix, "typings-" + platform)


def install(platform):
    target = folder(platform)
    shutil.rmtree(target, ignore_errors=True)
    # One after the other: packages that have a file in common are no conflict then.
    for package in PACKAGES[platform]:
        pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run(
            pip + ["--target", target, "--upgrade", "-c", VERSIONS, package], check=True
        )
    if platform == "cp":
        _arrange(target)


def _arrange(target):
    """By the names by which they are imported, and the pins of the board in boards/."""
    for name in os.listdir(target):
        if name.endswith("-stubs"):
            os.rename(os.path.join(target, name), os.path.join(target, name[: -len("-stubs")]))
    shutil.copy(os.path.join(target, PICO), os.path.join(target, "board", "__init__.pyi"))


if __name__ == "__main__":
    for one in PACKAGES:
        install(one)

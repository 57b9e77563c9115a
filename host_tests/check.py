"""mypy over all that goes on a board, once for each platform, with that platform's own modules.

    python3 -m host_tests.check

The driver is checked on all of them, a board file on the one that it is for. The examples are for
any board: they are checked on the ESP32, whose stubs have the most modules, unless their name
begins with a platform's.
"""

import fnmatch
import os
import re
import subprocess
import sys

from host_tests import interpreters, stubs
from host_tests.interpreters import ROOT

# By the pattern of a path, first match: where it is checked.
WHERE = (
    ("lib/quectel/*.py", ("rp2", "esp32", "unix", "cp")),
    ("boards/circuitpython_*.py", ("cp",)),
    ("boards/*rp2040*.py", ("rp2",)),
    ("boards/*pico*.py", ("rp2",)),
    ("boards/unix_*.py", ("unix",)),
    ("boards/*.py", ("esp32",)),
    ("examples/cp_*.py", ("cp",)),
    ("examples/rp2040_*.py", ("rp2",)),
    ("examples/*.py", ("esp32",)),
)

# What is right although mypy does not know: platform, file, what is said of it. It has to be.
KNOWN = (
    # What `except ImportError` is for, a line further down.
    ("cp", "lib/quectel/channel.py", r'Module "time" has no attribute "ticks_(ms|diff)"'),
    ("esp32", "examples/esp32_deep_sleep.py", "All conditional function variants"),
    ("esp32", "examples/ntp_clock.py", "Cannot assign to a type"),
    # The stubs have no such attribute; MicroPython has.
    ("esp32", "examples/tls_post.py", '"SSLContext" has no attribute "verify_mode"'),
    # `buffering` is for CPython; the stubs would have to know one interpreter from the other.
    ("unix", "boards/unix_pty.py", 'No overload variant of "open"'),
)


def files(platform):
    """What is checked on it, relative to the repository, sorted."""
    found = []
    for folder in ("lib/quectel", "boards", "examples"):
        for name in os.listdir(os.path.join(ROOT, folder)):
            path = folder + "/" + name
            if name.endswith(".py") and platform in where(path):
                found.append(path)
    return sorted(found)


def where(path):
    return next(there for pattern, there in WHERE if fnmatch.fnmatch(path, pattern))


def start(platform, paths):
    """mypy over these files, under way."""
    typings = stubs.folder(platform)
    if not os.path.isdir(typings):
        raise interpreters.Unavailable("no stubs in %s: make check installs them" % typings)
    cache = os.path.join(interpreters.cache(), "mypy-" + platform)
    argv = [sys.executable, "-m", "mypy", "--config-file", "host_tests/mypy.ini"]
    argv += ["--hide-error-context", "--no-error-summary", "--cache-dir", cache]
    return subprocess.Popen(
        argv + list(paths),
        cwd=ROOT,
        env=dict(os.environ, QUECTEL_TYPINGS=typings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )


def errors(process):
    """The errors that it has found, a line each, and whatever else it has to say but notes."""
    text = process.communicate()[0]
    return [line for line in text.splitlines() if ": note: " not in line]


def surprises(platform, lines):
    """Of these lines those that are not known, and what is known and not there."""
    left = list(lines)
    for name, path, text in KNOWN:
        if name == platform and os.path.exists(os.path.join(ROOT, path)):
            pattern = re.escape(path) + r":\d+: error: " + text
            rest = [line for line in left if not re.match(pattern, line)]
            if rest == left:
                left.append("host_tests/check.py: not found any more: " + pattern)
            else:
                left = rest
    return left


def main():
    status = 0
    try:
        under_way = [(name, start(name, files(name))) for name in stubs.PACKAGES]
    except interpreters.Unavailable as reason:
        print("quectel: %s" % reason, file=sys.stderr)
        return 2
    for platform, process in under_way:
        for line in surprises(platform, errors(process)):
            print("%s [%s]" % (line, platform))
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())

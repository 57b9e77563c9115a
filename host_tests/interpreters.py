"""Find a MicroPython for the driver tests, 64-bit or 32-bit, and fetch it where there is none.

`find(64)` returns the first words of a command line, or raises `Unavailable`. It looks in the
cache, then for an installed `micropython` (64-bit only), then takes the distribution's package
(debian.py). Debian 12 has no such package; there it comes from Debian 13, with its C library.

    python3 -m host_tests.interpreters     fetches both and says what is there
"""

import os
import shutil
import subprocess
import sys

from host_tests import debian
from host_tests.debian import Unavailable, cache

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OLDEST = (1, 24)  # asyncio and tls as the driver uses them; older ones are not tested
BITS = (64, 32)

_PROGRAM = "usr/bin/micropython"
_PROBE = "import sys; print('probe', sys.maxsize, *sys.implementation[1][:3])"


def find(bits):
    """The command that starts a MicroPython of that word size, e.g. `["/usr/bin/micropython"]`."""
    if bits not in BITS:
        raise ValueError("64 or 32")
    argv = _cached(bits) or _installed(bits)
    if argv is None:
        try:
            _fetch(bits)
        except Unavailable as reason:
            raise Unavailable("%s: install MicroPython %d.%d or newer" % ((reason,) + OLDEST))
        argv = _cached(bits)
    if argv is None:
        raise Unavailable("the fetched MicroPython does not run on this machine")
    return argv


def environment(*paths):
    """The environment to start it with: the repository, the driver, `paths`, frozen modules."""
    path = ":".join((ROOT, os.path.join(ROOT, "lib")) + paths + (".frozen",))
    return dict(os.environ, MICROPYPATH=path, MICROPYINSPECT="")


def version(argv):
    """`(word size, (major, minor, micro))`, or None if this is no MicroPython that runs here."""
    try:
        done = subprocess.run(
            list(argv) + ["-c", _PROBE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = done.stdout.decode("ascii", "replace").split()
    if done.returncode or len(words) != 5 or words[0] != "probe":
        return None
    numbers = [int(word) for word in words[1:]]
    return (64 if numbers[0] > 1 << 32 else 32), tuple(numbers[1:])


def _suits(argv, bits):
    found = version(argv)
    return found is not None and found[0] == bits and found[1] >= OLDEST


def _folder(bits):
    return os.path.join(cache(), "micropython-%d" % bits)


def _cached(bits):
    argv = debian.unpacked(_folder(bits), _PROGRAM)
    return argv if argv and _suits(argv, bits) else None


def _installed(bits):
    path = shutil.which("micropython")
    return [path] if bits == 64 and path and _suits([path], bits) else None


def _fetch(bits):
    """Fill `_folder(bits)`."""
    machine = debian.architecture()
    if bits == 32 and machine != "amd64":
        raise Unavailable("the 32-bit MicroPython is fetched on amd64 machines only")
    debian.fetch(
        "micropython",
        _PROGRAM,
        _folder(bits),
        "the driver's tests run on it, %d-bit, as well as on CPython; once, about 15 MB" % bits,
        "i386" if bits == 32 else machine,
        lambda argv: _wrong(argv, bits),
    )


def _wrong(argv, bits):
    """What is wrong with what was fetched, or None."""
    if _suits(argv, bits):
        return None
    found = version(argv)
    is_what = "is %d-bit %s" % found if found else "does not run here"
    return is_what + "; wanted: %d-bit, %d.%d or newer" % ((bits,) + OLDEST)


def main():
    missing = 0
    for bits in BITS:
        try:
            argv = find(bits)
        except Unavailable as reason:
            missing = 1
            print("MicroPython %d-bit: none: %s" % (bits, reason), flush=True)
            continue
        numbers = ".".join(str(number) for number in version(argv)[1])
        print("MicroPython %d-bit: %s, %s" % (bits, numbers, argv[-1]), flush=True)
        listing = os.path.join(_folder(bits), "versions.txt")
        if argv[-1].startswith(_folder(bits)) and os.path.exists(listing):
            with open(listing) as file:
                print("  " + ", ".join(line.strip() for line in file), flush=True)
    return missing


if __name__ == "__main__":
    sys.exit(main())

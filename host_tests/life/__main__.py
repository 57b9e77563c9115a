"""`make year`: examples/sensor_node.py for a year, on the virtual clock, and what became of it.

Environment:
    SEED=n            that one world, instead of a few
    DAYS=n            instead of 365
    MODULE=BC26       another module
    ON=micropython    on a 32-bit MicroPython with a heap of 64 kB (EG800Q: 88 kB); much slower
    V=1               every line that the node prints
"""

import os
import sys

from host_tests import interpreters

from . import inside, outside, report
from .server import Broken
from .world import World

SEEDS = (1, 2, 3, 4)
FAMILIES = ("BC66", "BC26", "EG800Q")


def asked(name, default):
    """A whole number from the environment."""
    text = os.environ.get(name) or default
    if not str(text).isdigit() or not int(text):
        sys.exit("%s: a whole number, not %r" % (name, text))
    return int(text)


def run(world, far):
    if not far:
        return inside.live(world)
    with outside.program() as folder:
        heap = "64k" if world.family.startswith("BC") else "88k"
        node = outside.Outside(world, folder, interpreters.find(32), heap=heap)
        world.live(node.start)


def main():
    seeds = [asked("SEED", 0)] if os.environ.get("SEED") else SEEDS
    days = asked("DAYS", 365)
    family = os.environ.get("MODULE") or FAMILIES[0]
    far = os.environ.get("ON") == "micropython"
    if family not in FAMILIES:
        sys.exit("MODULE: one of " + ", ".join(FAMILIES))
    columns = []
    for seed in seeds:
        world = World(seed, days, family)
        if os.environ.get("V", "") not in ("", "0"):
            world.log = print
        began = sum(os.times()[:4])
        try:
            run(world, far)
        except interpreters.Unavailable as reason:
            sys.exit("make year: %s" % reason)
        except BaseException as e:
            print("seed %d, after %.1f days: %s" % (seed, world.clock.now / 86_400_000, e))
            print("the same again: SEED=%d make year" % seed, flush=True)
            if isinstance(e, Broken):
                return 1
            raise
        cpu = sum(os.times()[:4]) - began
        columns.append(
            (str(seed), report.rows(world) + [("CPU time of all this", "%.0f s" % cpu)])
        )
    print(
        "%s, a reading every 15 minutes, a session every hour, on %s"
        % (family, "a 32-bit MicroPython" if far else "CPython")
    )
    print("\n".join(report.table(columns)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

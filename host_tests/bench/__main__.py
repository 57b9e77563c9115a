"""Prints `name value budget ok|OVER`, a line a figure, then what messages take on the line.

The exit status is 1 if a figure is over."""

import os
import sys

import host_tests.shim
from host_tests import interpreters
from host_tests.bench import sizes


def main():
    status = costs()
    print()
    traffic()
    return status


def costs():
    try:
        rows = sizes.measure()
    except interpreters.Unavailable as reason:
        print("no figures: %s" % reason)
        return 2
    print("%-36s %8s %8s" % ("BC66 sensor node, 32-bit MicroPython", "value", "budget"))
    for row in rows:
        print(row)
    return 1 if any(row.over for row in rows) else 0


def traffic():
    sys.path.insert(0, os.path.join(interpreters.ROOT, "lib"))
    host_tests.shim.install()
    from host_tests.bench import traffic

    print(traffic.HEAD)
    for row in traffic.measure():
        print(row)


if __name__ == "__main__":
    sys.exit(main())

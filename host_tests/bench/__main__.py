"""Prints `name value budget ok|OVER`, a line a figure; the exit status is 1 if one is over."""

import sys

from host_tests import interpreters
from host_tests.bench import sizes


def main():
    try:
        rows = sizes.measure()
    except interpreters.Unavailable as reason:
        print("no figures: %s" % reason)
        return 2
    print("%-36s %8s %8s" % ("BC66 sensor node, 32-bit MicroPython", "value", "budget"))
    for row in rows:
        print(row)
    return 1 if any(row.over for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())

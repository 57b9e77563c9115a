"""Run a script that is meant for a board on this computer. See --help."""

import argparse
import os
import runpy
import sys

import host_tests.shim

ROOT = os.path.dirname(os.path.dirname(host_tests.shim.FOLDER))

EPILOG = """\
The script finds `machine` and `micropython` as on a board, the driver in lib/, and what lies in
boards/ and in its own folder. `UART(1, ...)` is whatever --uart says, for any number.

  python3 -m host_tests.simulator bc66 --pty            prints the name of a terminal, /dev/pts/3
  python3 -m host_tests.shim --uart /dev/pts/3 examples/udp_service.py

With the module's power switched by pins, the simulated module started with --off --pins /tmp/pins:

  python3 -m host_tests.shim --uart /dev/pts/3 --pins /tmp/pins --pin-names 6=!PWRKEY,7=!RESET ...
"""


def arguments(words=None):
    parser = argparse.ArgumentParser(
        prog="python3 -m host_tests.shim",
        description="Run a MicroPython script with CPython, as on a board.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--uart",
        metavar="DEV",
        help="what UART(n) is: /dev/pts/N, /dev/ttyUSB0 or socket://HOST:PORT "
        "(default: $QUECTEL_UART)",
    )
    parser.add_argument(
        "--pins",
        metavar="FIFO",
        help="where changes of named pins are written (default: $QUECTEL_PINS)",
    )
    parser.add_argument(
        "--pin-names",
        metavar="ID=NAME,...",
        help="which pins these are and which pads of the module they drive; !NAME through a "
        "transistor, pin high is pad low (default: $QUECTEL_PIN_NAMES)",
    )
    parser.add_argument(
        "--circuitpython",
        action="store_true",
        help="find `busio`, `digitalio`, `board`, `supervisor` instead, and Adafruit's libraries "
        "where PYTHONPATH says",
    )
    parser.add_argument("script", help="the script to run, as __main__")
    parser.add_argument("args", nargs=argparse.REMAINDER, help="the script's own arguments")
    options = parser.parse_args(words)
    if not os.path.isfile(options.script):
        parser.exit(2, "%s: no such file: %s\n" % (parser.prog, options.script))
    return options


def main(words=None):
    options = arguments(words)
    for name in ("uart", "pins", "pin_names"):
        value = getattr(options, name)
        if value is not None:
            os.environ["QUECTEL_" + name.upper()] = value
    folder = os.path.dirname(os.path.abspath(options.script))
    sys.path[:0] = [folder, os.path.join(ROOT, "boards"), os.path.join(ROOT, "lib")]
    if options.circuitpython:
        host_tests.shim.install_circuitpython()
    else:
        host_tests.shim.install()
    sys.argv = [options.script] + options.args
    runpy.run_path(options.script, run_name="__main__")


if __name__ == "__main__":
    main()

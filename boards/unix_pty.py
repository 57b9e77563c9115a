"""A computer: MicroPython's unix port or CPython, the module behind a terminal.

Copy to modem_board.py. `QUECTEL_UART` names the terminal, `QUECTEL_MODULE` the module (BC66 if not
given), `QUECTEL_PINS` the FIFO that switches a simulated one, if there is one, `QUECTEL_STATUS`
the file that tells whether it is on:

    python3 -m host_tests.simulator bc66 --pty --off --pins /tmp/pins --status /tmp/status

A real module on a USB adapter: first `stty -F /dev/ttyUSB0 115200 raw -echo`. Not tried with one.
"""

import os
import select
import sys
import time

import quectel

OPTIONS = {} if sys.implementation.name == "micropython" else {"buffering": 0}


class Terminal:
    """A terminal in raw mode with the methods of machine.UART."""

    def __init__(self, path):
        self.file = open(path, "r+b", **OPTIONS)
        self.stream = self.file  # what asyncio can wait for
        self.write = self.file.write
        self.poller = select.poll()
        self.poller.register(self.file, select.POLLIN)

    def any(self):
        # How many there are only ioctl would tell; one more can be read for certain.
        return 1 if self.poller.poll(0) else 0

    def readinto(self, buf, n):
        return self.file.readinto(memoryview(buf)[:n])


class Pad:
    """A pin wired straight to one of the module's pads: level 0 presses."""

    def __init__(self, path, name):
        self.path = path
        self.name = name

    def value(self, level):
        with open(self.path, "w") as fifo:
            fifo.write("%s %d\n" % (self.name, level))


class Status:
    """VDD_EXT, or STATUS."""

    def __init__(self, path):
        self.path = path

    def value(self):
        with open(self.path) as file:
            return int(file.read(1))


def modem():
    pins = os.getenv("QUECTEL_PINS")
    status = os.getenv("QUECTEL_STATUS")
    power = None
    if pins:
        power = quectel.Power(
            Pad(pins, "PWRKEY"),
            pwrkey_on=0,
            reset=Pad(pins, "RESET"),
            reset_on=0,
            status=Status(status) if status else None,
        )
    family = getattr(quectel, os.getenv("QUECTEL_MODULE") or "BC66")
    m = family(Terminal(os.getenv("QUECTEL_UART")), power)
    m.idle = lambda: time.sleep(0.001)  # leave the processor to others
    return m

"""The node in this very process, on CPython: its program as it is, its board made of a World."""

import os
import sys
import types

import host_tests.shim

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(ROOT, "examples", "sensor_node.py")


class Pad:
    """A pin of the start it was made in; garbage of an older one drives nothing."""

    def __init__(self, world, name):
        born = world.counts["starts"]
        self.value = lambda level: world.counts["starts"] == born and world.pad(name, level)


class Status:
    def __init__(self, world):
        self.value = lambda: world.module.vdd_ext


class Device:
    """The flash, for as long as there is power."""

    def __init__(self, world):
        self._alive = world.alive
        self._flash = world.flash
        self.readblocks = world.flash.readblocks

    def writeblocks(self, *args):
        self._alive()
        self._flash.writeblocks(*args)

    def ioctl(self, op, arg):
        self._alive()
        return self._flash.ioctl(op, arg)


class Line:
    """The UART."""

    def __init__(self, world):
        self.any = world.uart.any
        self.readinto = world.uart.readinto
        self.write = world.write


class Dog:
    def __init__(self, world):
        self.feed = world.feed
        world.feed()


def board(world, **settings):
    """A modem_board for the node."""
    import quectel

    def modem():
        power = quectel.Power(
            Pad(world, "pwrkey"),
            pwrkey_on=0,
            reset=Pad(world, "reset"),
            reset_on=0,
            status=Status(world),
        )
        m = getattr(quectel, world.family)(Line(world), power)
        m.idle = world.idle
        return m

    def memory(*data):
        world.alive()
        if data:
            world.memory = bytes(data[0])
        return world.memory

    module = types.ModuleType("modem_board")
    vars(module).update(
        modem=modem,
        memory=memory,
        sleep=lambda ms, feed: world.sleep(ms),
        STORE=Device(world),
        watchdog=lambda: Dog(world),
        measure=lambda number: world.measure(),
        urandom=world.noise,
        **settings,
    )
    return module


def source():
    with open(PROGRAM) as file:
        return file.read()


def live(world, program=None, **settings):
    """The whole life of the node, or of another `program`; `settings` of its board file."""
    host_tests.shim.install()
    if os.path.join(ROOT, "lib") not in sys.path:
        sys.path.insert(0, os.path.join(ROOT, "lib"))
    from quectel import channel

    code = compile(program or source(), PROGRAM, "exec")
    before = channel.ticks_ms, sys.modules.get("modem_board")
    channel.ticks_ms = world.ticks
    sys.modules["modem_board"] = board(world, **settings)

    def say(*words):
        world.said(" ".join([str(word) for word in words]))

    try:
        world.live(lambda: exec(code, {"__name__": "__main__", "print": say}))
    finally:
        channel.ticks_ms = before[0]
        del sys.modules["modem_board"]
        if before[1]:
            sys.modules["modem_board"] = before[1]

"""CircuitPython's `digitalio`, over the shim's machine.Pin: its changes can be followed there."""

import board
import machine


class Direction:
    INPUT = 0
    OUTPUT = 1


class Pull:
    UP = machine.Pin.PULL_UP
    DOWN = machine.Pin.PULL_DOWN


class DriveMode:
    PUSH_PULL = machine.Pin.OUT
    OPEN_DRAIN = machine.Pin.OPEN_DRAIN


class DigitalInOut:
    """A pin: an input until it is switched to output."""

    def __init__(self, pin):
        board.claim(pin)
        self._number = pin
        self._pin = machine.Pin(pin, machine.Pin.IN)
        self.direction = Direction.INPUT

    def switch_to_output(self, value=False, drive_mode=DriveMode.PUSH_PULL):
        board.check(self._pin)
        self._pin.init(drive_mode, value=int(value))
        self.direction = Direction.OUTPUT

    def switch_to_input(self, pull=None):
        board.check(self._pin)
        self._pin.init(machine.Pin.IN, -1 if pull is None else pull)
        self.direction = Direction.INPUT

    @property
    def value(self):
        board.check(self._pin)
        return bool(self._pin.value())

    @value.setter
    def value(self, level):
        board.check(self._pin)
        if self.direction != Direction.OUTPUT:
            raise AttributeError("Cannot set value when direction is input.")
        self._pin.value(int(level))

    def deinit(self):
        if self._pin:
            self._pin.init(machine.Pin.IN)
            self._pin = None
            board.release(self._number)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.deinit()

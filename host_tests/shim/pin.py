"""MicroPython's `machine.Pin`. A pin's level can be followed by a simulated module.

In the same process: `Pin.listen(function)`; it is called as `function(id, level)` whenever a pin
is driven to another level. Across processes, through a FIFO that the simulated module reads:

    QUECTEL_PINS=/tmp/pins                    the FIFO
    QUECTEL_PIN_NAMES=6=!PWRKEY,7=RESET       which pin is wired to which pad of the module

A change then writes a line, `PWRKEY 0` or `PWRKEY 1`: the level of the pad. `!` stands for the
transistor that most boards have there: pin high, pad low.
"""

import errno
import os

_levels = {}  # pin id -> the level on it, 0 or 1; the same pin may be named by many Pin objects
_pulls = {}  # pin id -> its resistor, Pin.PULL_UP or PULL_DOWN
_driven = set()  # ids of pins that the program has driven: nobody has been told of other levels
_listeners = []
_fifos = {}  # path -> file descriptor


class Pin:
    IN = 0
    OUT = 1
    OPEN_DRAIN = 2
    PULL_UP = 1
    PULL_DOWN = 2
    IRQ_FALLING = 1
    IRQ_RISING = 2

    def __init__(self, id, mode=-1, pull=-1, *, value=None, **_options):
        self.id = id
        self.mode = Pin.IN
        self.init(mode, pull, value=value)

    def init(self, mode=-1, pull=-1, *, value=None, **_options):
        if mode != -1:
            self.mode = mode
        if pull != -1:
            _pulls[self.id] = pull
            _levels.setdefault(self.id, int(pull == Pin.PULL_UP))
        if value is not None:
            self.value(value)

    def value(self, level=None):
        if level is None:
            return _levels.get(self.id, 0)
        if self.mode != Pin.IN:  # an input only remembers it, on a board as well
            _drive(self.id, 1 if level else 0)

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    high = on
    low = off

    def toggle(self):
        self.value(not self.value())

    def irq(self, handler=None, trigger=0, **_options):
        """Accepted; the handler is never called."""

    def __repr__(self):
        return "Pin(%r)" % (self.id,)

    @staticmethod
    def listen(function):
        """Call `function(id, level)` at every change of a driven pin. Returns the function."""
        _listeners.append(function)
        return function

    @staticmethod
    def unlisten(function):
        _listeners.remove(function)

    @staticmethod
    def feed(id, level):
        """What is wired to the pin puts this level on it, for the program to read.

        None: it lets go, as a transistor does. Then the pin's own resistor decides."""
        if level is None:
            level = _pulls.get(id) == Pin.PULL_UP
        _levels[id] = 1 if level else 0


def _drive(id, level):
    if id in _driven and _levels[id] == level:
        return
    _driven.add(id)
    _levels[id] = level
    for function in tuple(_listeners):
        function(id, level)
    _tell(id, level)


def _tell(id, level):
    path = os.environ.get("QUECTEL_PINS")
    if not path:
        return
    for item in os.environ.get("QUECTEL_PIN_NAMES", "").split(","):
        number, _, name = item.strip().partition("=")
        if name and number == str(id):
            pad = 1 - level if name.startswith("!") else level
            _write(path, b"%s %d\n" % (name.lstrip("!").encode(), pad))


def _write(path, line):
    fifo = _fifos.pop(path, None)
    if fifo is not None:
        try:
            os.write(fifo, line)
            _fifos[path] = fifo
            return
        except OSError:  # its reader has gone; there may be a new one
            os.close(fifo)
    try:
        fifo = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        raise OSError(error.errno, "nobody reads QUECTEL_PINS=" + path) from None
    os.write(fifo, line)
    _fifos[path] = fifo

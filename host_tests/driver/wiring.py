"""A board around the simulated module: which pins are wired to its pads, and when they moved."""

from host_tests.driver.harness import Line

PADS = {
    "pwrkey": "pwrkey",
    "reset": "reset",
    "pwrdwn": "pwrdwn",
    "dtr": "dtr",
    "psm_eint": "psm_eint",
}


class Pin:
    """A pin behind a transistor: 1 pulls the pad low. `moves` gets (ms, name, level)."""

    def __init__(self, name, moves):
        self.name = name
        self.moves = moves
        self.desk = None
        self.level = 0

    def value(self, level=None):
        if self.name == "status":
            return self.desk.module.vdd_ext
        if level is None:
            return self.level
        self.level = level
        self.moves.append((self.desk.clock.now, self.name, level))
        if self.name != "supply":
            getattr(self.desk.module, PADS[self.name])(1 - level)
        elif not level:
            self.desk.module.power_cut()
        return None


def wired(family, names, line=None, **knobs):
    """A desk whose board has these pins, a string; `desk.moves` is what they did."""
    from quectel import Power

    moves = []
    pins = {name: Pin(name, moves) for name in names.split()}
    d = (line or Line("whole")).desk(family, power=Power(**pins), **knobs)
    for name in pins:
        pins[name].desk = d
    d.moves = moves
    d.pins = pins
    return d


def presses(d, name):
    """How long this pin was held, in ms, each time."""
    times = [(ms, level) for ms, pin, level in d.moves if pin == name]
    assert [level for _, level in times] == [1, 0] * (len(times) // 2), times
    return [up[0] - down[0] for down, up in zip(times[::2], times[1::2])]

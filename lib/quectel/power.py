"""The pins that switch a module, and their pulses as steps that `poll()` advances."""

from . import ticks


def _setter(pin):
    # machine.Pin has a method `value`, CircuitPython's DigitalInOut an attribute
    if callable(getattr(pin, "value", None)):
        return pin.value
    return lambda level: setattr(pin, "value", bool(level))


class Power:
    """PWRKEY, RESET and STATUS of a board. `..._on`: the pin level that presses, or means on.

    A transistor between pin and pad inverts: then 1 presses. Any pin may be None.
    """

    def __init__(self, pwrkey=None, pwrkey_on=1, reset=None, reset_on=1, status=None, status_on=1):
        self.pwrkey = pwrkey
        self.reset = reset
        self.status = status
        self._pwrkey_on = pwrkey_on
        self._reset_on = reset_on
        self._status_on = status_on

    def is_on(self) -> "bool | None":
        """What STATUS says; None without that pin."""
        if self.status is None:
            return None
        value = self.status.value
        return (value() if callable(value) else value) == self._status_on

    def press(self, ms: int):
        """Steps that hold PWRKEY for `ms` milliseconds."""
        return _pulse(self.pwrkey, self._pwrkey_on, ms)

    def pulse_reset(self, ms: int):
        """Steps that hold RESET for `ms` milliseconds."""
        return _pulse(self.reset, self._reset_on, ms)


def _pulse(pin, level, ms):
    if pin is None:
        return
    put = _setter(pin)
    put(level)
    t = ticks.ticks_ms()
    try:
        while ticks.ticks_diff(ticks.ticks_ms(), t) < ms:
            yield
    finally:
        put(1 - level)

"""The pins that switch a module. When they are used, and for how long, is in attach.py (on),
shutdown.py (off, reset) and sleep.py (wake)."""

_PINS = "reset pwrdwn status psm_eint dtr supply"


class Power:
    """The pins of a board, each machine.Pin or digitalio.DigitalInOut, or None if it is not wired.

    pwrkey     switches on, and held longer off
    reset      RESET, RESET_N
    pwrdwn     PWRDWN_N of UG95: switches off
    status     an input: STATUS, or VDD_EXT, of the module
    psm_eint   wakes a BC module from deep sleep
    dtr        lets UG and EG modules sleep, and wakes them
    supply     switches the module's supply

    `..._on` is the pin's level that presses, wakes or means on, 1 if not given. A transistor
    between pin and pad inverts: 1 presses. An open-drain pin pulls down itself: 0 presses.
    """

    def __init__(self, pwrkey=None, pwrkey_on: int = 1, **pins) -> None:
        for name in pins:
            if name.replace("_on", "") not in _PINS.split():
                raise ValueError("no pin " + name)
        self.pins = dict(pins, pwrkey=pwrkey, pwrkey_on=pwrkey_on)

    def on(self, name: str, put: "int | None" = None) -> "bool | None":
        """Is pin `name` on? After it was put on by 1, or off by 0. None: it is not wired."""
        pin = self.pins.get(name)
        if pin:
            active = self.pins.get(name + "_on", 1)
            level = pin.value  # a method of machine.Pin, an attribute of DigitalInOut
            if put is None:
                return (level() if callable(level) else level) == active
            put ^= active ^ 1
            if callable(level):
                level(put)
            else:
                pin.value = put
        return None

"""CircuitPython's `board`: the Pico's pins GP0 to GP28, as the numbers that machine.Pin takes."""

for _number in range(29):
    globals()["GP%d" % _number] = _number

_used = set()  # the pins that some object has


def claim(*pins):
    """As the board itself does: a pin is for one object, until that object's deinit()."""
    for pin in pins:
        if pin in _used:
            raise ValueError("GP%d in use" % pin)
    _used.update(pins)


def release(*pins):
    _used.difference_update(pins)


def check(alive):
    """What an object says that is used after its deinit()."""
    if not alive:
        raise ValueError(
            "Object has been deinitialized and can no longer be used. Create a new object."
        )

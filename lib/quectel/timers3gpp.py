"""How 3GPP writes the times of power saving: five bits of a number behind three of its unit.

TS 24.008: T3324, the active time, 10.5.7.3; T3412 extended, the periodic TAU, 10.5.7.4a; eDRX
cycles, 10.5.5.32. Times are in seconds.
"""

from micropython import const

_STEPS_MAX = const(31)

# The units by their bits; None: deactivated, or (T3324) not defined and read as minutes.
T3324 = (2, 60, 360, None, None, None, None, None)
T3412 = (600, 3_600, 36_000, 2, 30, 60, 1_152_000, None)

# eDRX cycles by their bits, in steps of 5.12 s: of LTE, and of NB-IoT, where the other values
# mean 4 steps.
LTE = (1, 2, 4, 8, 12, 16, 20, 24, 28, 32, 64, 128, 256, 512, 0, 0)
NB_IOT = (0, 0, 4, 8, 0, 16, 0, 0, 0, 32, 64, 128, 256, 512, 1_024, 2_048)


def timer(seconds, units: tuple) -> str:
    """The bits of a timer that is `seconds` long, or as little longer as can be said.

    In the coarsest unit that says it exactly. ValueError: negative, or longer than any.
    """
    best = None if seconds else (0, 0, 0)
    for bits, unit in enumerate(units):
        if unit:
            n = int(-(-seconds // unit))
            if 0 < n <= _STEPS_MAX:
                choice = (n * unit, -unit, bits << 5 | n)
                if best is None or choice < best:
                    best = choice
    if best is None:
        raise ValueError("seconds: 0 to %d" % (_STEPS_MAX * max([u or 0 for u in units])))
    return _binary(best[2], 8)


def length(bits: str, units: tuple) -> "int | None":
    """The seconds that a timer's bits say; None: deactivated, or none was given."""
    if not bits:
        return None
    n = int(bits, 2)
    unit = units[n >> 5]
    if unit is None and units is T3324 and n >> 5 != 7:
        unit = 60
    return unit and unit * (n & _STEPS_MAX)


def cycle(seconds, steps: tuple) -> str:
    """The bits of the shortest eDRX cycle of at least `seconds`. ValueError: there is none."""
    wanted = int(seconds * 100 + 0.5)
    for bits, n in enumerate(steps):
        if 0 < wanted <= n * 512:
            return _binary(bits, 4)
    raise ValueError("cycle: up to %s s" % (max(steps) * 512 / 100))


def cycle_length(bits: str, steps: tuple) -> "float | None":
    """The seconds of an eDRX cycle; None if none was given."""
    if not bits:
        return None
    return (steps[int(bits, 2)] or (4 if steps is NB_IOT else steps[13])) * 512 / 100


def _binary(n: int, digits: int) -> str:
    return "".join([str(n >> i & 1) for i in range(digits - 1, -1, -1)])

"""What the network is asked for, so that a module may save power, and what it grants: PSM, eDRX.
Functions that a `Modem` offers as its methods; how the module then sleeps is in sleep.py.
"""

from micropython import const

from .attach import set_up
from .modem import fail
from .services import _first, _of, fields, number
from .timers3gpp import LTE, NB_IOT, T3324, T3412, cycle, cycle_length, length, timer

_RADIO_MS = const(15_000)
_UNSUPPORTED = const(555)  # errors.py


def _lte(modem) -> None:
    if "+CEREG?" not in _of(modem, "REGISTRATION"):
        fail(_UNSUPPORTED, "no PSM or eDRX in 3G")


def psm(modem, tau_s=None, active_s=None):
    """What the network grants, (tau_s, active_s), after asking for it if anything is given.

    tau_s: 2 to 35_712_000, seconds from one life sign of the module to the next (T3412); 0: no
    PSM. active_s: 0 to 11_160, how long it can be reached after each traffic (T3324). A time that
    cannot be said is made as little longer as possible; one that is not given is the network's.
    None in the answer: not granted (yet: it takes some seconds; ask again without arguments). A
    network may grant other values. OSError(EOPNOTSUPP): UG95, UG96.
    """
    text = ""
    if tau_s is not None or active_s is not None:
        if tau_s == 0:
            text = "+CPSMS=0"
        else:
            text = "+CPSMS=1,,,"
            if tau_s is not None:
                text += '"%s"' % timer(tau_s, T3412)
            if active_s is not None:
                text += ',"%s"' % timer(active_s, T3324)
    _lte(modem)
    yield from set_up(modem)
    if text:
        yield from modem._at(text, _RADIO_MS)
    # +CEREG: 4,1,"12AB","0035E5D4",9,,,"00100100","00111000"; below level 4 without the last two
    level = number((yield from _first(modem, "+CEREG?")))
    if level < 4:
        yield from modem._at("+CEREG=4")
    why = None
    try:
        line = fields((yield from modem._at("+CEREG?", _RADIO_MS, True))[-1])
    except OSError as e:
        why = e
    if level < 4:
        yield from modem._at("+CEREG=%d" % level)
    if why:
        raise why
    line += [""] * 9
    return length(line[8], T3412), length(line[7], T3324)


def edrx(modem, cycle_s=None):
    """The eDRX cycle, (asked for, granted) in seconds, after asking for one if it is given.

    cycle_s: up to 10_485.76 on BC modules, 2_621.44 on EG, made longer where it cannot be said; 0:
    no eDRX. So long data for the module may wait for it. None in the answer: off, not granted.
    OSError(EOPNOTSUPP): UG95, UG96.
    """
    steps, act = (LTE, 4) if getattr(type(modem), "CONTEXTS", 0) else (NB_IOT, 5)
    text = ""
    if cycle_s is not None:
        text = "+CEDRXS=0,%d" % act
        if cycle_s:
            text = '+CEDRXS=1,%d,"%s"' % (act, cycle(cycle_s, steps))
    _lte(modem)
    yield from set_up(modem)
    if text:
        yield from modem._at(text, _RADIO_MS)
    line = fields((yield from modem._at("+CEDRXRDP", _RADIO_MS, True))[-1]) + [""] * 3
    return cycle_length(line[1], steps), cycle_length(line[2], steps)

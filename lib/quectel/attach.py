"""From power to an address: functions that a `Modem` offers as its methods.

They are needed for moments only: as .mpy, which is quickly loaded again, this leaves memory after
them.
"""

import sys

from micropython import const

from .modem import fail, quoted
from .ticks import now, since

_RADIO_MS = const(15_000)  # CPIN, CEREG and the like while the radio starts
_LOOK_MS = const(1000)  # between two looks at SIM, registration and address
_ROUNDS = const(5)

# errors.py
_TIMEOUT = const(-6)
_RESET = const(-7)
_OPEN = const(2)  # socket.py


def leave() -> None:
    """Have what is needed for moments only collected as garbage, if it comes from .mpy files."""
    if __file__.endswith(".mpy"):
        for name in ("attach", "opening"):
            if sys.modules.pop("quectel." + name, None):
                delattr(sys.modules["quectel"], name)


def power_on(modem):
    """Bring the module to answer, pressing PWRKEY only if it does not answer already.

    Six rounds of probes; before every second one a press, and up to BOOT_MS for RDY. Never presses
    while STATUS says that the module is on. OSError(ETIMEDOUT): it does not answer.
    """
    rounds = _ROUNDS
    while True:
        try:
            return (yield from set_up(modem))
        except OSError:
            if not rounds:
                raise
        power = modem.power
        if power and power.pwrkey and rounds & 1:
            if not power.status or _level(power.status) != power.status_on:
                yield from _kick(modem, power.pwrkey, power.pwrkey_on, modem.ON_MS)
        rounds -= 1


def _kick(modem, pin, on: int, ms: int):
    # Hold the pin, if there is one, for `ms`; then wait for RDY, or for the time it takes.
    boots = modem._boots
    t = now()
    if pin:
        _level(pin, on)
        try:
            while since(t) < ms:
                yield
        finally:
            _level(pin, 1 - on)
    while boots == modem._boots:
        if since(t) >= modem.BOOT_MS:
            if not pin:
                return  # who knows whether it obeyed
            modem._rebooted()
        yield


def _level(pin, *level):
    # machine.Pin has a method `value`, CircuitPython's DigitalInOut an attribute
    value = pin.value
    if callable(value):
        return value(*level)
    if level:
        pin.value = level[0]
    return value


def set_up(modem):
    """Set what the driver relies on: another program's settings may be in NVRAM."""
    while not modem._known:
        boots = modem._boots
        for text in modem.SETTINGS:
            yield from modem._at(text)
        if hasattr(modem, "_optional"):
            yield from modem._optional()
        yield from audit(modem)
        modem._known = boots == modem._boots


def audit(modem):
    """What has the module open that nobody here owns, and the other way round?"""
    p = modem.channel.parser
    oversize = p.oversize
    lines = yield from modem._at("+QISTATE?")
    # A name may be too long for a line: then nobody is missing.
    alive = 0 if p.oversize == oversize else -1
    hung = 0
    for line in lines:
        state = line[10:].split(",")
        cid = int(state[0])
        alive |= 1 << cid
        hung |= (state[5] != "2") << cid
        if cid < modem.IDS and not modem._sockets[cid]:
            yield from modem._shut(cid)
    for s in modem._sockets:
        if s and s._state == _OPEN:
            s._avail = True
            s._hung = hung >> s._id & 1
            if not alive >> s._id & 1:
                s._fail(_RESET)


def attach(modem, apn: "str | None" = None, timeout_ms: int = 60_000):
    """Wait for SIM, registration (roaming counts) and an address; returns the address.

    `apn`: None leaves what the module has; a new one is stored and costs a restart.
    OSError(ETIMEDOUT) says what was missing to the end: SIM, PIN, registration, address, answer.
    """
    if apn is not None:
        quoted(apn, 99)
    t = now()
    while True:
        try:
            yield from set_up(modem)
            why = (yield from modem._at("+CPIN?", _RADIO_MS, True))[-1]
            if why == "+CPIN: READY":
                if apn:
                    lines = yield from modem._at("+QCGDEFCONT?")
                    if not (lines and ',"%s"' % apn.lower() in lines[-1].lower()):
                        from .services import change_apn

                        yield from change_apn(modem, apn)
                    apn = None
                why = "registration " + (yield from _last(modem, "+CEREG?"))
                if why[-2:] in (" 1", " 5"):
                    address = yield from _last(modem, "+CGPADDR=%d" % modem.CONTEXT)
                    if address.strip("0."):
                        leave()
                        return address
                    why = "no address"
        except OSError as e:
            why = e.args[-1]
        if since(t) >= timeout_ms:
            fail(_TIMEOUT, "not attached: %s" % why)
        pause = now()
        while since(pause) < _LOOK_MS:
            yield


def _last(modem, text: str):
    # What stands behind the first comma of an answer, without quotes.
    lines = yield from modem._at(text, _RADIO_MS, True)
    return (lines[-1] + ",").split(",")[1].strip('"')

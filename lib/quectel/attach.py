"""From power to an address: functions that a `Modem` offers as its methods."""

import errno

from micropython import const

from . import ticks
from .errors import QuectelError
from .modem import quoted
from .operation import operation

_RADIO_MS = const(15_000)  # CPIN, CEREG and the like while the radio starts
_SIM_MS = const(20_000)  # how long a SIM may take to show
_LOOK_MS = const(1000)  # between two looks at SIM, registration and address
_ROUNDS = const(6)


@operation
def power_on(modem) -> None:
    """Bring the module to answer, pressing PWRKEY only if it does not answer already.

    Six rounds of probes; before every second one a press, and up to BOOT_MS for RDY. Never presses
    while STATUS says that the module is on. OSError(ETIMEDOUT): it does not answer.
    """
    rounds = _ROUNDS
    while True:
        try:
            yield from modem._ready()
            return
        except OSError:
            rounds -= 1
            if not rounds:
                raise
        if modem.power is not None and rounds & 1 and not modem.power.is_on():
            boots = modem._boots
            yield from modem.power.press(modem.ON_MS)
            yield from _booted(modem, boots)


@operation
def reset(modem) -> None:
    """Restart the module: by its RESET pin if there is one, else by command."""
    yield from _restart(modem)
    yield from modem._ready()


def _restart(modem):
    boots = modem._boots
    if modem.power is not None and modem.power.reset is not None:
        yield from modem.power.pulse_reset(modem.RESET_MS)
    else:
        try:
            yield from modem._at(modem.RESET)
        except OSError:
            pass  # some reboot at once, without an OK
    yield from _booted(modem, boots)


def _booted(modem, boots: int):
    # RDY, or the time it takes: RDY may get lost.
    t = ticks.ticks_ms()
    while boots == modem._boots:
        if ticks.ticks_diff(ticks.ticks_ms(), t) >= modem.BOOT_MS:
            modem._rebooted()
        yield


@operation
def attach(modem, apn: "str | None" = None, timeout_ms: int = 60_000):
    """Wait for SIM, registration (roaming counts) and an address; returns the address.

    `apn`: None leaves what the module has; a new one is stored and costs a restart.
    OSError(ETIMEDOUT) says what was missing; ENODEV: no SIM; EACCES: the SIM wants a PIN.
    """
    if apn is not None:
        quoted(apn, modem.APN_MAX, "APN")
    t = ticks.ticks_ms()
    while True:
        try:
            yield from modem._ready()
            yield from _sim(modem, t)
            if apn is not None:
                yield from _set_apn(modem, apn)
                apn = None
            stat = yield from _registration(modem)
            address = yield from _address(modem)
            if address and (stat == 1 or stat == 5):
                return address
            why = OSError(
                errno.ETIMEDOUT,
                "not attached: registration %d, %s" % (stat, address or "no address"),
            )
        except OSError as e:
            if e.errno == errno.ENODEV or e.errno == errno.EACCES:
                raise
            why = e
        if ticks.ticks_diff(ticks.ticks_ms(), t) >= timeout_ms:
            raise why
        yield from modem._pause(_LOOK_MS)


def _sim(modem, since: int):
    while True:
        try:
            line = (yield from modem._at("+CPIN?", _RADIO_MS, True))[-1]
            if line == "+CPIN: READY":
                return
            if "PIN" in line[7:] or "PUK" in line:
                raise OSError(errno.EACCES, line)
        except QuectelError:
            line = "no SIM"
        if ticks.ticks_diff(ticks.ticks_ms(), since) >= _SIM_MS:
            raise OSError(errno.ENODEV, line)
        yield from modem._pause(_LOOK_MS)


def _set_apn(modem, apn: str):
    lines = yield from modem._at("+QCGDEFCONT?")
    if not (lines and ',"%s"' % apn.lower() in lines[-1].lower()):
        yield from modem._at('+QCGDEFCONT="IP","%s"' % apn, _RADIO_MS)
        yield from _restart(modem)
        yield from modem._ready()


def _registration(modem):
    lines = yield from modem._at("+CEREG?", _RADIO_MS, True)
    return int(lines[-1].split(",")[1])


def _address(modem):
    lines = yield from modem._at("+CGPADDR=%d" % modem.CONTEXT)
    address = lines[-1].split(",")[-1].strip('"') if lines and "," in lines[-1] else ""
    return address if address.strip("0.") else None


@operation
def registration(modem):
    """The registration status of 3GPP 27.007: 1 home, 5 roaming, 2 searching, 3 denied, 0, 4."""
    yield from modem._ready()
    return (yield from _registration(modem))


@operation
def ip(modem):
    """The module's address as a string, or None without one."""
    yield from modem._ready()
    return (yield from _address(modem))

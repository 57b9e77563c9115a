"""Off, and off and on again.

A module is off after these, each tried where the one before could not be, or did not help:

    step      what                                        ends
    TELL      QPOWD, with the family's argument; if that  OK, or its last words; BOOT_MS between
              has no answer, again: it may have rebooted, the two, or RDY
              or just been woken by the first one
    PRESS     PWRDWN_N, or PWRKEY if STATUS says on       after PWRDWN_MS, OFF_MS
    GONE      the module leaves the network               STATUS off, or its last words; GONE_MS
    SUPPLY    the supply off, where a pin switches it     at once

Last words (POWERED DOWN, NORMAL POWER DOWN) come before the end: where the supply is to be cut and
there is no STATUS, GONE_MS pass in full. PWRKEY is not pressed on a module that may be off: that
would switch it on.
"""

import errno

from micropython import const

from .attach import kick, power_on, press
from .channel import now, pause, since
from .modem import fail

_QPOWD_MS = const(15_000)
_DISCHARGE_MS = const(1_000)  # with the supply off, before it comes back
_RECENT_MS = const(3_000)  # longer than a round of probes
_SWITCHED = const(-2)  # modem._asleep: it is being switched, and no link is to interfere

# channel.py
_CLEAN = const(0)
_POISONED = const(2)

# errors.py
_TIMEOUT = const(-6)
_RESET = const(-7)
_BROKEN = const(-8)
_NO_DEVICE = const(-15)

# What a family that differs says in its class; times in milliseconds, the longer of two sources.
_DEFAULTS = {
    "POWER_OFF": "+QPOWD=0",  # 0 is the normal way on BC modules,
    "OFF_AT_ONCE": "+QPOWD=1",  # 1 the one without a word to the network
    "RESET": "+QRST=1",
    "RESET_MS": 100,  # RESET low 50-100 ms
    "OFF_MS": 1_000,  # PWRKEY low
    "PWRDWN_MS": 200,  # PWRDWN_N low 100 ms at least
    "GONE_MS": 25_000,  # QPOWD to VDD_EXT low: up to 25 s
}


def _of(modem, name: str):
    return getattr(type(modem), name, _DEFAULTS[name])


def has(modem, name: str) -> bool:
    """Is this pin wired?"""
    return modem.power is not None and modem.power.pins.get(name) is not None


def is_on(modem) -> "bool | None":
    """Does STATUS say that the module is on? None without such a pin."""
    return modem.power and modem.power.on("status")


def power_off(modem, force: bool = False):
    """Switch the module off; its sockets are gone (ECONNRESET). It leaves the network first.

    `force`: at once, by the supply, PWRDWN_N or QPOWD's other argument. OSError(ETIMEDOUT): it
    does not answer, and no pin tells or does more; or STATUS stays on.
    """
    try:
        modem._asleep = _SWITCHED
        if not (force and has(modem, "supply")):
            boots = None
            if not (force and has(modem, "pwrdwn")):
                boots = yield from _tell(modem, force)
            for s in modem._sockets:
                if s:
                    s._fail(_RESET)
            if boots is None:
                boots = modem._boots
                yield from _press(modem)
            yield from _gone(modem, boots)
    finally:
        modem._asleep = -1
    if has(modem, "supply"):
        modem.power.on("supply", 0)
    modem._rebooted()
    modem._asleep = modem._boots  # link.py


def _tell(modem, force: bool):
    # `_boots` before the command that has been heeded; None: there is none.
    first = modem._boots
    for once in (True, False):
        boots = modem._boots
        try:
            yield from modem._at(_of(modem, "OFF_AT_ONCE" if force else "POWER_OFF"), _QPOWD_MS)
            return boots
        except OSError as e:
            if e.args[0] == errno.EALREADY and not force:
                raise  # the line is in transparent mode
            if hasattr(e, "code"):
                break
        t = now()
        while once and first == modem._boots and since(t) < modem.BOOT_MS:
            if is_on(modem) is False:
                return None
            yield
    # Some go without an OK, and answer no more.
    return None if first == modem._boots else first


def _press(modem):
    on = is_on(modem)
    if has(modem, "pwrdwn"):
        yield from press(modem, "pwrdwn", _of(modem, "PWRDWN_MS"))
    elif on:
        yield from press(modem, "pwrkey", _of(modem, "OFF_MS"))
    elif on is None and not has(modem, "supply"):
        fail(_TIMEOUT, "no answer: off, or hanging")


def _gone(modem, boots: int):
    supply = has(modem, "supply")
    t = now()
    while since(t) < _of(modem, "GONE_MS"):
        on = is_on(modem)
        if on is False or (on is None and boots != modem._boots and not supply):
            return
        yield
    if is_on(modem) and not supply:
        fail(_TIMEOUT, "STATUS stays on")


def reset(modem):
    """Restart the module: by its RESET pin if there is one, else by command."""
    if not has(modem, "reset"):
        try:
            yield from modem._at(_of(modem, "RESET"))
        except OSError:
            if modem.channel.state == _POISONED:
                raise
            # Some reboot at once, without an OK.
    yield from kick(modem, "reset", _of(modem, "RESET_MS"))
    yield from power_on(modem)


def restart(modem):
    """Off and on again, by all that the pins allow; without pins as `reset`.

    A module that hangs gets RESET, else a long press of PWRKEY, else its supply cut. OSErrors: see
    `power_on` in attach.py.
    """
    if not (has(modem, "pwrkey") or has(modem, "supply")):
        return (yield from reset(modem))
    try:
        try:
            yield from power_off(modem)
            modem._asleep = _SWITCHED
        except OSError as e:
            if e.args[0] == errno.EALREADY:
                raise  # the line is in transparent mode
            modem._asleep = _SWITCHED
            if has(modem, "reset"):
                yield from kick(modem, "reset", _of(modem, "RESET_MS"))
            else:
                yield from press(modem, "pwrkey", _of(modem, "OFF_MS"))
                yield from pause(_DISCHARGE_MS)
                modem._rebooted()
        if has(modem, "supply"):
            yield from pause(_DISCHARGE_MS)
        yield from power_on(modem)
    finally:
        modem._asleep = -1


def no_answer(modem, steps):
    """What has kept `power_on` from its end, as an error; `steps` are what it wanted to do."""
    channel = modem.channel
    on = is_on(modem)
    modem._asleep = -1  # what to do now is a link's affair
    if channel.state == _CLEAN:
        return (yield from steps(modem))  # it does answer: the error is its own
    if channel.state == _POISONED:
        fail(_BROKEN, "stuck in data mode")
    if since(channel._seen) < _RECENT_MS:
        fail(_BROKEN, "noise: another baud rate?")
    if on is False:
        fail(_NO_DEVICE, "STATUS stays off")
    fail(_TIMEOUT, "STATUS is on, but no answer" if on else "no answer")

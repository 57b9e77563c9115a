"""The rows of the recovery ladder: for each state its steps, a function of its name.

They return the next state, if link.py does not end them before: the table is there.
"""

import errno

from micropython import const

from . import rungs
from .attach import set_up

_WATCH_MS = const(60_000)
_SIM_MS = const(20_000)
_LOOK_MS = const(1_000)  # between two questions
_UNDONE = const(3)  # deactivations that fail in a row

# States
SIM = "sim"
REGISTER = "register"
RADIO = "radio"
ACTIVATE = "activate"
DEACTIVATE = "deactivate"
PAUSE = "pause"
UP = "up"
SILENT = "silent"
REBOOT = "reboot"
WAIT = "wait"


def sim(link):
    try:
        yield from link._ask(set_up(link.modem))
        link._left = min(link._left, _SIM_MS)  # UG96: from now on
    except (OSError, ValueError, IndexError):
        pass
    while True:
        try:
            why = yield from link._ask(rungs.sim(link.modem))
            if not why:
                return REGISTER
        except (OSError, ValueError, IndexError) as e:
            why = rungs.NOT_READY if hasattr(e, "code") else rungs.NO_ANSWER
        link._say(why)
        yield from link._rest(_LOOK_MS)


def register(link):
    from . import watch  # which needs our states

    modem = link.modem
    way = rungs.way(modem)
    if way.FIRST and link._apn and link._looked != modem._boots:
        try:
            new = yield from link._ask(way.configure(modem, link._apn))
            link._looked = modem._boots
            if new:
                link.reason = rungs.NEW_APN
                return REBOOT
        except OSError:
            pass  # then with what it has
    while True:
        try:
            link._status = yield from link._ask(watch.status(modem))
            link._cycled = False
            if link._status in (1, 5):
                return ACTIVATE
            link._say(watch.words(link._status))
        except (OSError, ValueError, IndexError):
            link._say(watch.words(-1))
        yield from link._rest(_LOOK_MS)


def radio(link):
    link._cycled = True
    way = rungs.way(link.modem)
    try:
        if not way.FIRST:
            yield from link._ask(way.configure(link.modem, link._apn))
        yield from link._ask(rungs.radio(link.modem))
    except OSError:
        link.reason = rungs.NO_RADIO
        return REBOOT
    return REGISTER


def activate(link):
    way = rungs.way(link.modem)
    link._left = link._limit = way.ACTIVATE_MS
    while True:
        why = rungs.NO_ADDRESS
        try:
            address = yield from link._ask(way.address(link.modem))
            if address:
                link.address = address
                return UP
            final = True
        except (OSError, ValueError, IndexError) as e:
            final = getattr(e, "errno", 0) != errno.ETIMEDOUT
            why = rungs.REFUSED if hasattr(e, "code") else rungs.NO_ANSWER
        registered = link._status in (1, 5)
        if registered:
            link._say(why)
        if final and not link._limit:
            if registered:
                link._refused += 1
            return DEACTIVATE
        yield from link._rest(_LOOK_MS)


def deactivate(link):
    backoff = link.backoff
    way = rungs.way(link.modem)
    while True:
        try:
            if not (yield from link._ask(way.deactivate(link.modem))):
                link.reason = rungs.NO_ANSWER
                return REBOOT
            backoff.undone = 0
            return PAUSE if link._refused else REGISTER
        except OSError as e:
            if hasattr(e, "code"):
                backoff.undone += 1
                if backoff.undone >= _UNDONE:
                    link.reason = rungs.STUCK
                    return REBOOT
        yield from link._rest(_LOOK_MS)


def pause(link):
    while link._quiet < 0:
        yield
    return REGISTER


def reboot(link):
    try:
        yield from rungs.restart(link.modem)
        return SIM
    except (OSError, ValueError, IndexError):
        link.reason = rungs.DEAD
        return REBOOT


def wait(link):
    while True:
        yield from link._rest(_WATCH_MS)
        try:
            if not (yield from link._ask(rungs.sim(link.modem))):
                return SIM
        except (OSError, ValueError, IndexError):
            pass

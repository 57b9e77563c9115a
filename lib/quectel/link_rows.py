"""The rows of the recovery ladder: for each state its steps, a function of its name.

They return the next state, if link.py does not end them before: the table is there.
"""

import errno

from micropython import const

from . import link_steps
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
            why = yield from link._ask(link_steps.sim(link.modem))
            if not why:
                return REGISTER
        except (OSError, ValueError, IndexError) as e:
            why = link_steps.NOT_READY if hasattr(e, "code") else link_steps.NO_ANSWER
        link._say(why)
        yield from link._rest(_LOOK_MS)


def register(link):
    from . import link_watch  # which needs our states

    modem = link.modem
    way = link_steps.way(modem)
    if way.FIRST and link._apn and link._looked != modem._boots:
        try:
            new = yield from link._ask(way.configure(modem, link._apn))
            link._looked = modem._boots
            if new:
                link.reason = link_steps.NEW_APN
                return REBOOT
        except OSError:
            pass  # then with what it has
    while True:
        try:
            link._status = yield from link._ask(link_watch.status(modem))
            link._cycled = False
            if link._status in (1, 5):
                return ACTIVATE
            link._say(link_watch.words(link._status))
        except (OSError, ValueError, IndexError):
            link._say(link_watch.words(-1))
        yield from link._rest(_LOOK_MS)


def radio(link):
    link._cycled = True
    way = link_steps.way(link.modem)
    try:
        if not way.FIRST:
            yield from link._ask(way.configure(link.modem, link._apn))
        yield from link._ask(link_steps.radio(link.modem))
    except OSError:
        link.reason = link_steps.NO_RADIO
        return REBOOT
    return REGISTER


def activate(link):
    way = link_steps.way(link.modem)
    link._left = link._limit = way.ACTIVATE_MS
    while True:
        why = link_steps.NO_ADDRESS
        try:
            address = yield from link._ask(way.address(link.modem))
            if address:
                link.address = address
                return UP
            final = True
        except (OSError, ValueError, IndexError) as e:
            final = getattr(e, "errno", 0) != errno.ETIMEDOUT
            why = link_steps.REFUSED if hasattr(e, "code") else link_steps.NO_ANSWER
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
    way = link_steps.way(link.modem)
    while True:
        try:
            if not (yield from link._ask(way.deactivate(link.modem))):
                link.reason = link_steps.NO_ANSWER
                return REBOOT
            backoff.undone = 0
            return PAUSE if link._refused else REGISTER
        except OSError as e:
            if hasattr(e, "code"):
                backoff.undone += 1
                if backoff.undone >= _UNDONE:
                    link.reason = link_steps.STUCK
                    return REBOOT
        yield from link._rest(_LOOK_MS)


def pause(link):
    while link._quiet < 0:
        yield
    return REGISTER


def reboot(link):
    try:
        yield from link_steps.restart(link.modem)
        return SIM
    except (OSError, ValueError, IndexError):
        link.reason = link_steps.DEAD
        return REBOOT


def wait(link):
    while True:
        yield from link._rest(_WATCH_MS)
        try:
            if not (yield from link._ask(link_steps.sim(link.modem))):
                return SIM
        except (OSError, ValueError, IndexError):
            pass

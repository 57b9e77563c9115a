"""The rows of the recovery ladder: for each state its steps, a function of its name.

They return the next state, if link.py does not end them before: the table is there.
"""

import errno

from micropython import const

from . import rungs

_WATCH_MS = const(60_000)
_LOOK_MS = const(1_000)  # between two questions
_UNDONE = const(3)  # deactivations, and
_UNOPENED = const(5)  # opens that fail in a row

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
    if link._way.FIRST:
        try:
            if (yield from link._ask(link._way.configure(link.modem))):
                link.reason = rungs.NEW_APN
                return REBOOT
        except OSError:
            pass  # then with what it has
    while True:
        try:
            link._status = yield from link._ask(rungs.status(link.modem))
            link._cycled = False
            if link._status in (1, 5):
                return ACTIVATE
            link._say(rungs.words(link._status))
        except (OSError, ValueError, IndexError):
            link._say(rungs.NO_STATUS)
        yield from link._rest(_LOOK_MS)


def radio(link):
    link._cycled = True
    try:
        if not link._way.FIRST:
            yield from link._ask(link._way.configure(link.modem))
        yield from link._ask(rungs.radio(link.modem))
    except OSError:
        link.reason = rungs.NO_RADIO
        return REBOOT
    return REGISTER


def activate(link):
    while True:
        why = rungs.NO_ADDRESS
        try:
            address = yield from link._ask(link._way.address(link.modem))
            if address:
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
    while True:
        try:
            if not (yield from link._ask(link._way.deactivate(link.modem))):
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


def up(link):
    way = link._way
    modem = link.modem
    while True:
        link._nap = _WATCH_MS
        while link._nap:
            if link.backoff.unopened >= _UNOPENED:
                link.backoff.unopened = 0
                link.reason = rungs.UNOPENED
                return DEACTIVATE
            if not way.holds(modem):
                link.reason = rungs.LOST
                return REGISTER
            if link._quiet >= 0:
                link.reason = rungs.NO_ANSWER
                return SILENT
            yield
        try:
            status = yield from link._ask(rungs.status(modem))
        except (OSError, ValueError, IndexError):
            status = -1
        if link._quiet < 0 and status not in (1, 5):
            link.reason = rungs.words(status)
            return REGISTER


def silent(link):
    while True:
        try:
            status = yield from link._ask(rungs.status(link.modem))
            return UP if status in (1, 5) else REGISTER
        except (OSError, ValueError, IndexError):
            if link._quiet < 0:
                return REGISTER
        yield from link._rest(_LOOK_MS)


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

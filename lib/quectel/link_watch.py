"""What a Link does while it is up, its rows UP and SILENT. The other rows have left memory."""

from micropython import const

from .link_rows import DEACTIVATE, REGISTER, SILENT, UP
from .link_steps import LOST, NO_ANSWER, UNOPENED
from .modem import fail

_RADIO_MS = const(15_000)
_WATCH_MS = const(60_000)
_LOOK_MS = const(1_000)  # between two questions
_UNOPENED = const(5)  # opens that fail in a row

_BROKEN = const(-8)  # errors.py

_STATUS = {
    0: "not registered, and not searching",
    2: "searching for a network",
    3: "registration denied: wrong SIM card or APN?",
    4: "no coverage",
}


def words(status: int) -> str:
    """A registration status of 3GPP 27.007 that is neither 1 nor 5, as a reason; -1: none."""
    return _STATUS.get(status, "the module does not tell its registration")


def status(modem):
    """Steps: the registration status, 1 or 5 if any of the family's queries says so."""
    status = -1
    why = None
    for text in getattr(type(modem), "REGISTRATION", ("+CEREG?",)):
        try:
            lines = yield from modem._at(text, _RADIO_MS, True)
        except OSError as e:
            if not hasattr(e, "code"):
                raise
            why = e  # UG9x: no CEREG on 3G
            continue
        field = (lines[-1] + ",").split(",")[1]
        if field in ("1", "5"):
            return int(field)
        if field.isdigit() and (status <= 0 or field == "3"):
            status = int(field)
    if status < 0:
        fail(why or _BROKEN, "registration")
    return status


def closes(head) -> bool:
    """Is that the command that closes a connection?"""
    return bytes(head[:11]) == b"AT+QICLOSE="


def up(link):
    """The row UP. Allocates nothing but for a look at the registration every 60 s."""
    modem = link.modem
    hosted = getattr(type(modem), "CONTEXTS", 0)
    while True:
        link._nap = _WATCH_MS
        while link._nap:
            if link.backoff.unopened >= _UNOPENED:
                link.backoff.unopened = 0
                link.reason = UNOPENED
                return DEACTIVATE
            if hosted and modem.CONTEXT not in modem._active:
                link.reason = LOST
                return REGISTER
            if link._quiet >= 0:
                link.reason = NO_ANSWER
                return SILENT
            yield
        try:
            state = yield from link._ask(status(modem))
        except (OSError, ValueError, IndexError):
            state = -1
        if link._quiet < 0 and state not in (1, 5):
            link.reason = words(state)
            return REGISTER


def silent(link):
    """The row SILENT."""
    while True:
        try:
            state = yield from link._ask(status(link.modem))
            return UP if state in (1, 5) else REGISTER
        except (OSError, ValueError, IndexError):
            if link._quiet < 0:
                return REGISTER
        yield from link._rest(_LOOK_MS)

"""What the recovery ladder says to a module: its commands, and the reasons they give.

The ladder itself is in link.py. Of the two kinds of families one has contexts that the host
activates (`Contexts`), to the other the network gives an address by itself (`Network`).
"""

import errno

from micropython import const

from .modem import fail

_RADIO_MS = const(15_000)  # CPIN, CEREG and the like while the radio starts
_ANSWER_MS = const(60_000)  # figure 1, note 1: whatever it is, it is answered by then
_DEACTIVATE_MS = const(40_000)

_BROKEN = const(-8)  # errors.py

# Reasons
STARTING = "not asked yet"
NO_ANSWER = "the module does not answer"
NOT_READY = "the module refuses commands"
NO_SIM = "no SIM card, or it fails"
LOCKED = "the SIM card wants its PIN"
NO_STATUS = "the module does not tell its registration"
NO_RADIO = "the radio cannot be restarted"
NO_ADDRESS = "registered, but no address"
REFUSED = "the network refuses the context: wrong APN, user or password?"
STUCK = "the context cannot be deactivated"
LOST = "the network has taken the context away"
UNOPENED = "five connections in a row could not be opened"
UNCLOSED = "a connection could not be closed"
NEW_APN = "a new APN is used after a restart"
RESTARTED = "the module has rebooted"
DEAD = "the module does not come back"
TROUBLE = "something unexpected"
STOPPED = "stopped by the program"

# By the status of 3GPP 27.007
_STATUS = {
    0: "not registered, and not searching",
    2: "searching for a network",
    3: "registration denied: wrong SIM card or APN?",
    4: "no coverage",
}

_LOCKS = (11, 12, 17, 18)  # +CME ERROR: PIN, PUK, PIN2, PUK2 wanted


def words(status: int) -> str:
    """A registration status that is neither 1 nor 5."""
    return _STATUS.get(status, NO_STATUS)


def sim(modem):
    """Steps: is there a SIM card? "", or the reason why not."""
    if not modem._known:
        from .attach import set_up

        yield from set_up(modem)
    try:
        said = (yield from modem._at("+CPIN?", _RADIO_MS, True))[-1]
    except OSError as e:
        if not hasattr(e, "code"):
            raise
        return LOCKED if e.code in _LOCKS else NO_SIM
    if said == "+CPIN: READY":
        return ""
    return LOCKED if "PIN" in said[7:] or "PUK" in said else NO_SIM


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


def radio(modem, ms: int = _ANSWER_MS):
    """Steps: the radio off and on again."""
    yield from modem._at("+CFUN=0", ms)
    yield from modem._at("+CFUN=1", ms)


def _answered(steps, command: str):
    # True when they are through, False if it was `command` that had no answer in its time.
    try:
        yield from steps
    except OSError as e:
        if e.errno != errno.ETIMEDOUT or command not in str(e):
            raise
        return False
    return True


def restart(modem):
    """Steps: the surest reboot there is."""
    from .shutdown import restart

    yield from restart(modem)


def closes(head) -> bool:
    """Is that the command that closes a connection?"""
    return bytes(head[:11]) == b"AT+QICLOSE="


class Contexts:
    """The way to the network where the host configures and activates a context (UG9x, EG91xQ)."""

    ACTIVATE_MS = 0  # QIACT has its time, and its no is final
    FIRST = False  # configured when it is activated

    def __init__(self, modem, apn, user: str, password: str, auth) -> None:
        if apn is not None:
            modem.configure_context(modem.CONTEXT, apn, user, password, auth)
        elif user or password or auth:
            raise ValueError("user, password, auth: only with an APN")

    def holds(self, modem) -> bool:
        """Is it still there, as far as the module has told? Allocates nothing."""
        return modem.CONTEXT in modem._active

    def configure(self, modem):
        """Steps: QICSGP."""
        text = modem._configured.get(modem.CONTEXT)
        if text:
            yield from modem._at(text, _RADIO_MS)

    def address(self, modem):
        """Steps: configure and activate what is not up; the address, or None."""
        from .contexts import activate

        addresses = yield from activate(modem, modem.CONTEXT)
        return addresses[0] if addresses else None

    def deactivate(self, modem):
        """Steps: QIDEACT. False: no answer to it in its time."""
        from .contexts import deactivate

        return (yield from _answered(deactivate(modem, modem.CONTEXT), "+QIDEACT"))


class Network:
    """The way to a network that gives an address with the registration (BC66, BC20, BC26)."""

    ACTIVATE_MS = 150_000  # an address is waited for so long
    FIRST = True  # configured before it registers: a wrong APN may be denied

    def __init__(self, modem, apn, user: str, password: str, auth) -> None:
        if user or password or auth:
            raise ValueError("user, password, auth: not on this family")
        self._apn = apn
        self._boots = -1  # the boot in which the APN was looked at last
        if apn is not None:
            from .attach import quoted

            self._apn = quoted(apn, 99)

    def holds(self, modem) -> bool:
        """See Contexts. Here only the registration tells."""
        return True

    def configure(self, modem):
        """Steps: store the APN; True if it was another one, and is used after a restart only."""
        new = False
        if self._apn and self._boots != modem._boots:
            lines = yield from modem._at("+QCGDEFCONT?", _RADIO_MS)
            new = "," + self._apn.lower() not in "".join(lines).lower()
            if new:
                yield from modem._at('+QCGDEFCONT="IP",' + self._apn, _RADIO_MS)
            self._boots = modem._boots
        return new

    def address(self, modem):
        """Steps: the address, or None."""
        lines = yield from modem._at("+CGPADDR=%d" % modem.CONTEXT, _RADIO_MS, True)
        address = (lines[-1] + ",").split(",")[1].strip('"')
        return address if address.strip("0.") else None

    def deactivate(self, modem):
        """Steps: the radio off and on again, as there is nothing smaller. False: no answer."""
        return (yield from _answered(radio(modem, _DEACTIVATE_MS), "+CFUN"))


def way(modem, apn, user: str, password: str, auth):
    """A Contexts or a Network. ValueError: not with this family."""
    kind = Contexts if getattr(type(modem), "CONTEXTS", 0) else Network
    return kind(modem, apn, user, password, auth)

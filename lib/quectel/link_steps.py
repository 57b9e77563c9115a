"""What the recovery ladder says to a module: its commands, and the reasons they give.

The ladder itself is in link.py. Of the two kinds of families one has contexts that the host
activates (`Contexts`), to the other the network gives an address by itself (`Network`).
"""

import errno

from micropython import const

_RADIO_MS = const(15_000)  # CPIN, CEREG and the like while the radio starts
_ANSWER_MS = const(60_000)  # figure 1, note 1: whatever it is, it is answered by then
_DEACTIVATE_MS = const(40_000)
_APN_MAX = const(99)

# Reasons
STARTING = "not asked yet"
NO_ANSWER = "the module does not answer"
NOT_READY = "the module refuses commands"
NO_SIM = "no SIM card, or it fails"
LOCKED = "the SIM card wants its PIN"
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

_LOCKS = (11, 12, 17, 18)  # +CME ERROR: PIN, PUK, PIN2, PUK2 wanted


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


class Contexts:
    """The way to the network where the host configures and activates a context (UG9x, EG91xQ)."""

    ACTIVATE_MS = 0  # QIACT has its time, and its no is final
    FIRST = False  # configured when it is activated

    def check(self, modem, apn, user: str, password: str, auth) -> None:
        """ValueError: not possible. Else it is what `configure` and `address` will use."""
        if apn is not None:
            modem.configure_context(modem.CONTEXT, apn, user, password, auth)
        elif user or password or auth:
            raise ValueError("user, password, auth: only with an APN")

    def configure(self, modem, apn):
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

    def check(self, modem, apn, user: str, password: str, auth) -> None:
        """See Contexts."""
        if user or password or auth:
            raise ValueError("user, password, auth: not on this family")
        if apn is not None:
            from .attach import quoted

            quoted(apn, _APN_MAX)

    def configure(self, modem, apn):
        """Steps: store the APN; True if it was another one, and is used after a restart only."""
        apn = ',"%s"' % apn
        lines = yield from modem._at("+QCGDEFCONT?", _RADIO_MS)
        new = apn.lower() not in "".join(lines).lower()
        if new:
            yield from modem._at('+QCGDEFCONT="IP"' + apn, _RADIO_MS)
        return new

    def address(self, modem):
        """Steps: the address, or None."""
        from .attach import _last

        address = yield from _last(modem, "+CGPADDR=%d" % modem.CONTEXT)
        return address if address.strip("0.") else None

    def deactivate(self, modem):
        """Steps: the radio off and on again, as there is nothing smaller. False: no answer."""
        return (yield from _answered(radio(modem, _DEACTIVATE_MS), "+CFUN"))


def way(modem):
    """A Contexts or a Network."""
    return Contexts() if getattr(type(modem), "CONTEXTS", 0) else Network()

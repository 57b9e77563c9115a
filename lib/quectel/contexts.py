"""PDP contexts: QICSGP, QIACT, QIDEACT. Functions that a `PdpModem` offers as its methods.

A context that the network has taken away is deactivated and activated again when it is next used;
the sockets it had have failed by then.
"""

from micropython import const

from . import attach
from .attach import quoted, set_up
from .channel import now, pause, since
from .modem import fail
from .pdp import context_of
from .services import fields, number

_RADIO_MS = const(15_000)
_LOOK_MS = const(1000)  # between two looks at SIM, registration and address
_NAME_MAX = const(127)  # bytes of a user name or password
_OPENING = const(1)  # socket.py

# errors.py
_TIMEOUT = const(-6)
_UNSUPPORTED = const(555)
_NOT_ALLOWED = const(572)

# Authentication by name
AUTH = {"none": 0, "pap": 1, "chap": 2, "either": 3}
# Context types by name
TYPES = {"ipv4": 1, "ipv6": 2, "ipv4v6": 3}


def configure_context(
    modem, cid: int, apn: str, user: str = "", password: str = "", auth=0, type=1
) -> None:
    """What context `cid` is to be when it is next activated.

    `auth`: 0 none, 1 PAP, 2 CHAP, 3 either, or these as words; user and password: up to 127 bytes.
    `type`: 1 IPv4, 2 IPv6, 3 both, or "ipv4", "ipv6", "ipv4v6". ValueError: not on this family.
    """
    auth = AUTH.get(auth, auth)
    type = TYPES.get(type, type)
    _known(modem, cid)
    if type not in modem.TYPES:
        raise ValueError("context type %s" % type)
    if auth not in (0, 1, 2, 3):
        raise ValueError("auth: none, pap, chap or either")
    modem._configured[cid] = "+QICSGP=%d,%d,%s,%s,%s,%d" % (
        cid,
        type,
        quoted(apn, 99) if apn else '""',
        _secret(user),
        _secret(password),
        auth,
    )


def _known(modem, cid: int = 1) -> None:
    if not hasattr(modem, "_configured"):
        fail(_UNSUPPORTED, "contexts")  # this family's network sets them up
    if not 0 < cid <= modem.CONTEXTS:
        raise ValueError("context: 1 to %d" % modem.CONTEXTS)


def _secret(text: str) -> str:
    # As `quoted`, but what it is does not get into an error.
    if text:
        try:
            return quoted(text, _NAME_MAX)
        except ValueError:
            pass
        raise ValueError("user or password: up to 127 plain characters")
    return '""'


def contexts(modem):
    """The contexts that are up: a list of (contextID, type, addresses), by QIACT?."""
    _known(modem)
    yield from set_up(modem)
    found = []
    for line in (yield from modem._at("+QIACT?", _RADIO_MS)):
        line = fields(line)
        if line[1] == "1":
            found.append((number(line[0]), number(line[2]), tuple(line[3:])))
    modem._active = [context[0] for context in found]
    return found


def activate(modem, cid: int = 1):
    """Activate context `cid`, if it is not up, as `configure_context` says or as it is stored.

    Returns its addresses. QuectelError: the network refuses, or three contexts are up.
    """
    _known(modem, cid)
    while modem._activating:
        yield  # sockets that open together: the second QIACT would be an error
    modem._activating = True
    try:
        addresses = yield from _addresses(modem, cid)
        if not addresses:
            yield from _bring_up(modem, cid)
            addresses = yield from _addresses(modem, cid)
        return addresses
    finally:
        modem._activating = False


def _addresses(modem, cid: int):
    for context in (yield from contexts(modem)):
        if context[0] == cid:
            return context[2]
    return ()


def _bring_up(modem, cid: int):
    if cid in modem._lost:
        yield from deactivate(modem, cid)
    if cid in modem._configured:
        try:
            yield from modem._at(modem._configured[cid], _RADIO_MS)
        except OSError as e:
            # Its text is the command, with the password in it.
            fail(getattr(e, "code", _TIMEOUT), "+QICSGP=%d" % cid)
    text = "+QIACT=%d" % cid
    try:
        yield from modem._at(text, modem.ACTIVATE_MS)
    except OSError as e:
        code = getattr(e, "code", None)
        if code is None:
            raise
        if code == _NOT_ALLOWED:
            # A network that allows one context: another one, of the module's own, is up.
            yield from _leave_only(modem, cid)
            yield from modem._at(text, modem.ACTIVATE_MS)
        elif not (yield from _addresses(modem, cid)):  # else: it was up already, which is an ERROR
            raise


def _leave_only(modem, cid: int):
    for line in (yield from modem._at("+CGACT?", _RADIO_MS)):
        other, state = fields(line)[:2]
        if state == "1" and number(other) != cid and number(other) not in modem._active:
            yield from modem._at("+CGACT=0," + other, modem.DEACTIVATE_MS)


def deactivate(modem, cid: int = 1):
    """Deactivate context `cid`; its sockets fail with ECONNABORTED."""
    _known(modem, cid)
    yield from set_up(modem)
    modem._deactivated('+QIURC: "pdpdeact",%d' % cid)
    try:
        yield from modem._at("+QIDEACT=%d" % cid, modem.DEACTIVATE_MS)
    except OSError as e:
        if not hasattr(e, "code") or (yield from _addresses(modem, cid)):
            raise
        # ERROR, because it was not up
    while cid in modem._lost:
        modem._lost.remove(cid)
    for i, s in enumerate(modem._sockets):
        if s and context_of(s) == cid:
            modem._sockets[i] = None


def _attach(modem, apn: "str | None" = None, timeout_ms: int = 60_000):
    # See PdpModem.attach.
    if apn is not None:
        configure_context(modem, modem.CONTEXT, apn)
    t = now()
    while True:
        try:
            yield from set_up(modem)
            why = (yield from modem._at("+CPIN?", _RADIO_MS, True))[-1]
            if why == "+CPIN: READY":
                why = yield from _registered(modem)
                if not why:
                    addresses = yield from activate(modem, modem.CONTEXT)
                    if addresses:
                        return addresses[0]
                    why = "no address"
        except (OSError, ValueError, IndexError) as e:  # the last two: an answer without sense
            why = e.args[-1]
        if since(t) >= timeout_ms:
            fail(_TIMEOUT, "not attached: %s" % why)
        yield from pause(_LOOK_MS)


def _registered(modem):
    # "", or what the module says instead.
    why = ""
    for text in modem.REGISTRATION:
        state = yield from attach._last(modem, text)
        if state in ("1", "5"):
            return ""
        why = "registration " + state
    return why


# -- sockets -------------------------------------------------------------------------------------


class _Opening:
    # The modem as attach.connect sees it: `_start` activates the socket's context first.
    def __init__(self, modem, s) -> None:
        self._modem = modem
        self._s = s
        self.CONTEXT = s._context
        end = ",%d,0" % getattr(s, "_local", 0)
        self._ends = (end, end if 2 in modem.TYPES else None)

    def _start(self, steps):
        return self._modem._start(activated(self._modem, self._s, steps))


def connect(modem, s, address) -> None:
    """Socket.connect."""
    if context_of(s) is None:
        s._context = modem.CONTEXT
    if s._udp and hasattr(s, "_local"):
        fail(_UNSUPPORTED, "connect after bind")  # it is a UDP SERVICE by now
    attach.connect(_Opening(modem, s), s, address)
    s._port = address[1]


def activated(modem, s, steps):
    """`steps` that open Socket `s`, when its context is up."""
    try:
        yield from set_up(modem)
        if s._context not in modem._active:
            yield from activate(modem, s._context)
    except Exception as e:
        yield from s._closing(e)
        return
    if s._state == _OPENING:
        yield from steps

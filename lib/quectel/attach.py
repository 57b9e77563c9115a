"""From power to an address, and to an open socket.

The first functions are methods of a `Modem`, `connect` is that of a `Socket`. They are needed for
moments only: as .mpy, which is quickly loaded again, this leaves memory after them.
"""

import sys

from micropython import const

from .channel import now, since
from .modem import fail

_RADIO_MS = const(15_000)  # CPIN, CEREG and the like while the radio starts
_LOOK_MS = const(1000)  # between two looks at SIM, registration and address
_ROUNDS = const(5)

_HOST_MAX = const(150)

# socket.py
_OPENING = const(1)
_OPEN = const(2)
_DEAD = const(3)

# errors.py
_TIMEOUT = const(-6)
_RESET = const(-7)
_NOT_CONNECTED = const(-10)
_NO_MEMORY = const(-11)
_ALREADY = const(-13)
_IN_PROGRESS = const(-14)


def quoted(text: str, limit: int) -> str:
    """`text` between quotes. ValueError if that is not possible, before anything is written."""
    n = len(text)
    for c in text:
        if not " " <= c <= "~" or c == '"':
            n = 0
    if not 0 < n <= limit:
        raise ValueError("not 1-%d plain characters: %r" % (limit, text))
    return '"' + text + '"'


def leave() -> None:
    """Have this file collected as garbage until it is needed again, if it is an .mpy."""
    if __file__.endswith("mpy") and sys.modules.pop(__name__, None):
        del sys.modules["quectel"].attach


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
    while boots == modem._boots and since(t) < modem.BOOT_MS:
        yield
    if boots == modem._boots:
        modem._rebooted()  # who knows


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
        if modem._optional:
            yield from modem._optional()
        yield from audit(modem)
        modem._known = boots == modem._boots


def audit(modem):
    """What has the module open that nobody here owns, and the other way round?"""
    states = {}
    for line in (yield from modem._at("+QISTATE?")):
        line = line[10:].split(",")
        states[int(line[0])] = line[5]
    for cid in range(modem.IDS):
        s = modem._sockets[cid]
        state = states.get(cid)
        if not s:
            if state:
                modem._sockets[cid] = False  # nobody's, and not free
        elif s._state == _OPEN:
            s._avail = True
            if not state:
                s._fail(_RESET)
            else:
                s._hung = state not in modem._alive
    for cid in range(modem.IDS):
        if modem._sockets[cid] is False:
            yield from modem._shut(cid)


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
                    if ',"%s"' % apn.lower() not in "".join(lines).lower():
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
        except (OSError, ValueError, IndexError) as e:  # the last two: an answer without sense
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


# -- sockets -------------------------------------------------------------------------------------


def connect(modem, s, address) -> None:
    """Socket.connect."""
    host, port = address
    text = '+QIOPEN=%d,#,"%s",%s,%d,0,0'
    text %= (modem.CONTEXT, "UDP" if s._udp else "TCP", quoted(host, _HOST_MAX), port)
    six = modem._ipv6 if ":" in host else ""
    if not 0 < port < 65536 or six is None:
        raise ValueError("port or IPv6")
    if s._state <= _DEAD:
        fail(_ALREADY, host)
    s._state = _OPENING
    s._host = host
    modem._start(_open(s, text + six))
    if not s._ms:
        fail(_IN_PROGRESS, host)
    s._until(_OPENING)
    s._check()


def _open(s, text: str):
    # `text` has a # for the connectID
    modem = s._modem
    try:
        yield from set_up(modem)
        ids = modem._sockets
        if None not in ids:
            fail(_NO_MEMORY, "no connectID")
        s._id = cid = ids.index(None)
        ids[cid] = s
        text = text.replace("#", str(cid), 1)
        try:
            yield from modem._at(text)
        except OSError as e:
            from .errors import reopen

            yield from reopen(s, e, text)
        t = now()
        while s._why == _NOT_CONNECTED and s._state == _OPENING:
            if since(t) >= modem.OPEN_MS:
                s._why = _TIMEOUT
            yield
        why = s._why
    except Exception as e:
        why = e
    if why or s._state != _OPENING:
        # A failed open keeps the id in use until QICLOSE (manuals, 2.1.1).
        yield from s._closing(why)
    else:
        s._state = _OPEN
    leave()

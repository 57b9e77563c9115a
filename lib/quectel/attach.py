"""From power to an address, and to an open socket.

The first functions are methods of a `Modem`, `connect` is that of a `Socket`. They are needed for
moments only: as .mpy, which is quickly loaded again, this leaves memory after them.
"""

import sys

from micropython import const

from .channel import now, pause, since
from .modem import fail

_RADIO_MS = const(15_000)  # CPIN, CEREG and the like while the radio starts
_LOOK_MS = const(1000)  # between two looks at SIM, registration and address
_ROUNDS = const(6)  # of probes in power_on
_SILENT_MS = const(1000)  # a round of probes without a byte takes 1500 ms

_HOST_MAX = const(150)

# socket.py
_OPENING = const(1)
_OPEN = const(2)
_DEAD = const(3)

# errors.py
_TIMEOUT = const(-6)
_NOT_CONNECTED = const(-10)
_ALREADY = const(-13)
_IN_PROGRESS = const(-14)


def quoted(text: str, limit: int) -> str:
    """`text` between quotes. ValueError if that is not possible, before anything is written."""
    if not 0 < len(text) <= limit or '"' in text or min(text) < " " or max(text) > "~":
        raise ValueError("1-%d plain characters: %r" % (limit, text))
    return '"' + text + '"'


def leave() -> None:
    """Have this file collected as garbage until it is needed again, if it is an .mpy."""
    if "mpy" in __file__ and sys.modules.pop(__name__, None):
        del sys.modules["quectel"].attach


def power_on(modem, resume: bool = False):
    """Bring the module to answer, pressing PWRKEY only if it is silent and STATUS not on.

    Six rounds of probes; after every second one a press, if PWRKEY is wired, and up to BOOT_MS
    for RDY.
    `resume`: what the module has open stays so, see take_over in resume.py, and is returned.

    OSError: ENODEV (STATUS stays off, PWRKEY does nothing), EIO (noise: another baud rate?),
    ETIMEDOUT (no answer), or what it answers.
    """
    power = modem.power
    channel = modem.channel
    if power:
        power.on("supply", 1)
    modem._known = False
    steps = set_up
    if resume:
        from .resume import take_over as steps
    for n in range(_ROUNDS):
        failed = channel.failed
        while not channel.ready():
            if failed != channel.failed:
                break
            yield
        else:
            try:
                return (yield from steps(modem))
            except Exception:
                pass
        on = power and power.on("status")
        if since(channel._seen) < _SILENT_MS:
            yield from pause(_LOOK_MS)  # it says something: it is on, and starting
        elif not n & 1:
            # No press where STATUS says on, nor at first where nothing says that it is off: it may
            # be starting by itself, or have been woken by the probe. It gets the time for that.
            yield from kick(modem, "" if on or n < (on is None) else "pwrkey", modem.ON_MS)
    from .shutdown import no_answer

    return (yield from no_answer(modem, steps))


def kick(modem, name: str, ms: int):
    """Steps: press a pin, if it is wired; then wait for RDY, or for the time it takes."""
    boots = modem._boots
    t = now()
    yield from press(modem, name, ms)
    while boots == modem._boots and since(t) < modem.BOOT_MS:
        yield
    modem._rebooted()  # or who knows


def press(modem, name: str, ms: int):
    """Steps that hold a pin, if it is wired, for `ms` milliseconds."""
    power = modem.power
    if power:
        power.on(name, 1)
        try:
            yield from pause(ms)
        finally:
            power.on(name, 0)


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
    """What has the module open that nobody here owns, and the other way round? See audit.py."""
    lines = yield from modem._at("+QISTATE?")
    if lines or any(modem._sockets):
        from .audit import settle

        yield from settle(modem, lines)


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
            if ": READY" in why:  # and not NOT READY
                if apn:
                    lines = yield from modem._at("+QCGDEFCONT?")
                    if ',"%s"' % apn.lower() not in "".join(lines).lower():
                        from .services import change_apn

                        yield from change_apn(modem, apn)
                    apn = None
                why = "registration " + (yield from _last(modem, "+CEREG?"))
                if why[-2:] in (" 1", " 5"):
                    address = yield from _last(modem, "+CGPADDR=1")
                    if address.strip("0."):
                        leave()
                        return address
                    why = "no address"
        except Exception as e:  # if not an OSError, then of an answer without sense
            why = e.args[-1]
        if since(t) >= timeout_ms:
            fail(_TIMEOUT, "not attached: %s" % why)
        yield from pause(_LOOK_MS)


def _last(modem, text: str):
    # What stands behind the first comma of an answer, without quotes.
    lines = yield from modem._at(text, _RADIO_MS, True)
    return (lines[-1] + ",").split(",")[1].strip('"')


# -- sockets -------------------------------------------------------------------------------------


def connect(modem, s, address) -> None:
    """Socket.connect."""
    host, port = address
    text = '+QIOPEN=%d,#,"%s",%s,%d'
    text %= (modem.CONTEXT, "UDP" if s._udp else "TCP", quoted(host, _HOST_MAX), port)
    end = modem._ends[":" in host]
    if not 0 < port < 65536 or end is None:
        raise ValueError("port or IPv6")
    if s._state <= _DEAD:
        fail(_ALREADY, host)
    s._state = _OPENING
    s._host = host
    modem._start(_open(s, text + end))
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
        s._id = cid = ids.index(None)
        ids[cid] = s
        yield from modem._at(text.replace("#", str(cid), 1))
        t = now()
        while s._why == _NOT_CONNECTED and s._state == _OPENING:
            if since(t) >= modem.OPEN_MS:
                s._why = _TIMEOUT
            yield
        why = s._why
    except Exception as e:
        why = e
    if why or s._state != _OPENING:
        from .reopen import not_open

        yield from not_open(s, why, text)
    else:
        s._state = _OPEN
    leave()

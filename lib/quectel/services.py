"""What a module can be asked: functions that a `Modem` offers as its methods.

Those marked with @operation block, or with `wait=False` return an Operation. All of them raise
OSError: ETIMEDOUT, or QuectelError with the module's code.
"""

import errno

from micropython import const

from . import ticks
from .errors import QuectelError
from .modem import _Answer, quoted
from .operation import operation

_LOCAL_MS = const(1000)
_RADIO_MS = const(15_000)
_DNS_MS = const(60_000)
_NTP_MS = const(125_000)
_GAP_MS = const(2_000)  # an answer of several URCs is over when none has come for so long
_NAME_MAX = const(150)
_URCS_MAX = const(8)
_LOST = const(569)


def fields(line: str) -> list:
    """What stands between the commas of an answer, quotes off; a comma in quotes is none."""
    out = [""]
    quoted = False
    for c in line[line.find(":") + 1 :].strip() if line.startswith("+") else line:
        if c == '"':
            quoted = not quoted
        elif c == "," and not quoted:
            out.append("")
        else:
            out[-1] += c
    return [field.strip() for field in out]


# -- identity and signal ----------------------------------------------------------------------


def _first(modem, text: str):
    yield from modem._ready()
    lines = yield from modem._at(text, _RADIO_MS, True)
    return fields(lines[-1])[0]


@operation
def imei(modem):
    """The IMEI, a string of 15 digits."""
    return (yield from _first(modem, modem.IMEI))


@operation
def imsi(modem):
    """The SIM's IMSI."""
    return (yield from _first(modem, "+CIMI"))


@operation
def iccid(modem):
    """The SIM's ICCID."""
    return (yield from _first(modem, "+QCCID"))


@operation
def firmware(modem):
    """The firmware's revision, as in "BC66NBR01A07"."""
    revision = yield from _first(modem, "+CGMR")
    return revision.split(":")[-1].strip()


@operation
def signal(modem):
    """Received signal strength in dBm, -113 to -51; None while it is not known (+CSQ: 99)."""
    rssi = int((yield from _first(modem, "+CSQ")))
    return None if rssi > 31 else 2 * rssi - 113


@operation
def last_error(modem):
    """(code, text) of the last TCP/IP command that failed; code 0: none has (QIGETERROR)."""
    lines = yield from modem._at("+QIGETERROR", _LOCAL_MS, True)
    code, text = fields(lines[-1])[:2]
    return int(code), text


# -- names, time, ping --------------------------------------------------------------------------


class _Heard(_Answer):
    # The result may come before the OK, or without one: to these commands it is a URC either way.
    def __init__(self, modem) -> None:
        super().__init__()
        self._modem = modem

    def _info(self, parser) -> None:
        self._modem._urc(parser)


def _ask(modem, text: str, *prefixes):
    # Start a command whose result comes in URCs with these prefixes, into modem._heard.
    while modem._expect:
        yield  # another one is under way
    modem._expect = prefixes
    modem._heard.clear()
    try:
        yield from modem._at(text, _RADIO_MS, False, _Heard(modem))
    except OSError:
        if not modem._heard:
            raise


def _next(modem, ms: int):
    # The fields of the next URC, or None after `ms` milliseconds without one.
    t = ticks.ticks_ms()
    while not modem._heard:
        if ticks.ticks_diff(ticks.ticks_ms(), t) >= ms:
            return None
        yield
    return fields(modem._heard.pop(0))


def _code(field: str, what: str) -> None:
    if int(field):
        raise QuectelError(int(field), what)


@operation
def resolve(modem, host: str):
    """All addresses of a name, as the module's DNS says. QuectelError 565: there is none."""
    text = "+QIDNSGIP=%d,%s" % (modem.CONTEXT, quoted(host, _NAME_MAX, "host"))
    yield from modem._ready()
    try:
        yield from _ask(modem, text, b'+QIURC: "dnsgip",', b"+QIDNSGIP: ")
        head = yield from _next(modem, _DNS_MS)
        if head is None:
            raise OSError(errno.ETIMEDOUT, host)
        skip = 1 if head[0] == "dnsgip" else 0
        _code(head[skip], host)
        addresses = []
        while len(addresses) < int(head[skip + 1]):
            line = yield from _next(modem, _GAP_MS)
            if line is None:
                break
            addresses.append(line[skip])
        return addresses
    finally:
        modem._expect = ()


@operation
def ntp(modem, server: str, port: int = 123):
    """The time from an NTP server: (year, month, day, hour, minute, second, offset).

    offset: the zone in quarter hours as the module says it, None if it does not. Some firmware
    gives UTC and the local offset with it: see the README.
    """
    text = "+QNTP=%d,%s,%d" % (modem.CONTEXT, quoted(server, _NAME_MAX, "server"), port)
    yield from modem._ready()
    try:
        yield from _ask(modem, text, b"+QNTP: ")
        line = yield from _next(modem, _NTP_MS)
    finally:
        modem._expect = ()
    if line is None:
        raise OSError(errno.ETIMEDOUT, server)
    _code(line[0], server)
    return parse_time(line[1])


def parse_time(text: str) -> tuple:
    """A module's time in any of its forms: see `ntp`.

    18/04/20,11:08:20:35+32   2019/07/21,06:10:59+00   23/11/02,07:05:09   .../...,..:..:..GMT+32
    """
    text = text.replace("GMT", "").replace(" ", "")
    date, _, time = text.partition(",")
    offset = None
    for sign in "+-":
        if sign in time:
            time, _, zone = time.partition(sign)
            offset = int(sign + zone)
    year, month, day = [int(x) for x in date.split("/")]
    hour, minute, second = [int(x) for x in time.split(":")[:3]]
    return (year if year > 99 else year + 2000, month, day, hour, minute, second, offset)


@operation
def ping(modem, host: str, count: int = 4, timeout_s: int = 4):
    """Ping `host` 1 to 10 times, each for 1 to 255 s: (replies, summary).

    replies: a list of (address, bytes, milliseconds, ttl), None for one that was lost.
    summary: (sent, received, lost, min, max, avg), the last three None if all were lost.
    """
    if not (0 < count < 11 and 0 < timeout_s < 256):
        raise ValueError("count: 1 to 10, timeout_s: 1 to 255")
    host = quoted(host, _NAME_MAX, "host")
    yield from modem._ready()
    replies = []
    try:
        yield from _ask(
            modem, "+QPING=%d,%s,%d,%d" % (modem.CONTEXT, host, timeout_s, count), b"+QPING: "
        )
        ms = _DNS_MS
        while True:
            line = yield from _next(modem, ms)
            if line is None or (len(replies) == count and len(line) == 1):
                break
            ms = timeout_s * 1000 + _RADIO_MS
            if len(line) == 1:
                if int(line[0]) >= 550 and int(line[0]) != _LOST:
                    raise QuectelError(int(line[0]), host)
                replies.append(None)
            elif line[1].isdigit():
                numbers = [int(x) for x in line[1:]]
                return replies, tuple((numbers + [None] * 3)[:6])
            else:
                replies.append((line[1], int(line[2]), int(line[3]), int(line[4])))
    finally:
        modem._expect = ()
    if not replies:
        raise OSError(errno.ETIMEDOUT, host)
    return replies, _summary(replies)


def _summary(replies: list) -> tuple:
    times = [r[2] for r in replies if r]
    n = len(times)
    rest = (min(times), max(times), sum(times) // n) if n else (None, None, None)
    return (len(replies), n, len(replies) - n) + rest


@operation
def dns_servers(modem, primary: "str | None" = None, secondary: "str | None" = None):
    """The DNS servers, after setting them if any is given; lost at reset and deep sleep.

    OSError(EOPNOTSUPP): this family has no command for it.
    """
    text = "+QIDNSCFG=%d" % modem.CONTEXT
    for address in (primary, secondary):
        if address is not None:
            text += "," + quoted(address, 39, "address")
    yield from modem._ready()
    if not modem.DNS_CONFIG:
        raise OSError(errno.EOPNOTSUPP)
    if primary is not None:
        yield from modem._at(text)
    lines = yield from modem._at("+QIDNSCFG=%d" % modem.CONTEXT)
    return tuple(fields(lines[-1])[1:]) if lines else ()


# -- settings and state -------------------------------------------------------------------------


@operation
def option(modem, name: str, *values: int):
    """An option of QICFG as a tuple of numbers, after setting it if values are given.

    What is set holds for this modem object: it is set again when the module has rebooted.
    QuectelError 552: the module has no such option, or not with such values.
    """
    text = "+QICFG=" + quoted(name, 30, "option")
    for value in values:
        if not 0 <= value < 1 << 30:
            raise ValueError("option: numbers only")
    yield from modem._ready()
    if values:
        setting = text + "".join([",%d" % value for value in values])
        yield from modem._at(setting)
        kept = [s for s in modem.SETTINGS if not s.startswith(text)]
        modem.SETTINGS = tuple(kept + [setting])
    lines = yield from modem._at(text, _LOCAL_MS, True)
    now = tuple([int(x) for x in fields(lines[-1])[1:]])
    if name in ("dataformat", "viewmode", "showlength"):
        from .formats import adopt

        adopt(modem.channel, name, now[-1])
    return now


@operation
def sockets(modem):
    """What the module has open, by QISTATE: a list of
    (connectID, "TCP" or "UDP", host, remote port, local port, state, context, access mode).

    state: 0 initial, 1 opening, 2 connected, 3 closing, 4 closed by the peer (BC26).
    """
    yield from modem._ready()
    lines = yield from modem._at("+QISTATE?")
    return [tuple([int(x) if x.isdigit() else x for x in fields(line)]) for line in lines]


@operation
def command(modem, text: str, timeout_ms: int = _LOCAL_MS):
    """Any AT command, with or without its AT: the list of its information lines.

    ValueError: more than one line of text, or a command that carries data (use a socket).
    """
    if text[:2].upper() == "AT":
        text = text[2:]
    if text.count('"') & 1 or not all([" " <= c <= "~" for c in text]):
        raise ValueError("not one AT command: %r" % text)
    name = text.upper()
    if name.startswith("+QIRD=") or name.startswith("+QISEND"):
        if not (name.endswith("?") or name.endswith(",0")):
            raise ValueError("payload goes through a socket")
    return (yield from modem._at(text, timeout_ms))


@operation
def power_off(modem):
    """AT+QPOWD, which lets the module leave the network; its sockets are gone."""
    yield from modem._at(modem.POWER_OFF, _RADIO_MS)
    modem._rebooted()


def on_urc(modem, prefix: str, callback) -> None:
    """Call `callback(line)` for every unsolicited line that begins with `prefix`.

    It runs inside `poll()`: it must be short, and must not wait for the module. What it raises is
    dropped and counted. None as callback takes the prefix off again. OSError(ENOMEM) after 8.
    """
    wanted = prefix.encode()
    urcs = [u for u in modem._urcs if u[0] != wanted]
    if callback is not None:
        if len(urcs) >= _URCS_MAX:
            raise OSError(errno.ENOMEM)
        urcs.append((wanted, callback))
    modem._urcs = urcs


def stats(modem) -> dict:
    """Counters since construction: what was dropped, and how often the line was recovered."""
    c = modem.channel
    p = c.parser
    return {
        "dropped": c.dropped,
        "oversize": p.oversize,
        "garbage": p.garbage,
        "unknown": modem.unknown,
        "stray": c.stray,
        "timeouts": c.timeouts,
        "resyncs": c.resyncs,
    }

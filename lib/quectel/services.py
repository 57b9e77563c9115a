"""What a module can be asked: functions that a `Modem` offers as its methods.

As methods the generators block, or with `wait=False` return an Operation. All of them raise
OSError: ETIMEDOUT, or QuectelError with the module's code.
"""

from micropython import const

from .attach import _last, quoted, set_up
from .channel import now, since
from .modem import fail

_LOCAL_MS = const(1000)
_RADIO_MS = const(15_000)
_DNS_MS = const(60_000)
_NTP_MS = const(125_000)
_GAP_MS = const(2_000)  # an answer of several URCs is over when none has come for so long
_NAME_MAX = const(150)
_URCS_MAX = const(8)
_LINE_MAX = const(400)  # characters of a command
_HEARD = const(16)  # URCs kept of one answer
_LOST = const(569)
_UNSUPPORTED = const(555)

# What a family that differs says in its class.
_DEFAULTS = {
    "IMEI": "+CGSN=1",
    "REGISTRATION": ("+CEREG?",),  # one of them says 1 or 5
}

# errors.py
_TIMEOUT = const(-6)
_BROKEN = const(-8)
_NO_MEMORY = const(-11)


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


def _of(modem, name: str):
    return getattr(type(modem), name, _DEFAULTS[name])


def number(field: str) -> int:
    """A field that must be plain digits. OSError(EIO) if it is not."""
    if not field.isdigit():
        fail(_BROKEN, "no number: " + field)
    return int(field)


# -- identity and signal ----------------------------------------------------------------------


def _first(modem, text: str):
    yield from set_up(modem)
    lines = yield from modem._at(text, _RADIO_MS, True)
    return fields(lines[-1])[0]


def imei(modem):
    """The IMEI, a string of 15 digits."""
    return (yield from _first(modem, _of(modem, "IMEI")))


def imsi(modem):
    """The SIM's IMSI."""
    return (yield from _first(modem, "+CIMI"))


def iccid(modem):
    """The SIM's ICCID."""
    return (yield from _first(modem, "+QCCID"))


def firmware(modem):
    """The firmware's revision, as in "BC66NBR01A07"."""
    revision = yield from _first(modem, "+CGMR")
    return revision.split(":")[-1].strip()


def signal(modem):
    """Received signal strength in dBm, -113 to -51; None while it is not known (+CSQ: 99)."""
    rssi = number((yield from _first(modem, "+CSQ")))
    return None if rssi > 31 else 2 * rssi - 113


def last_error(modem):
    """(code, text) of the last TCP/IP command that failed; code 0: none has (QIGETERROR)."""
    lines = yield from modem._at("+QIGETERROR", _LOCAL_MS, True)
    code, text = fields(lines[-1])[:2]
    return number(code), text


def registration(modem):
    """The registration status of 3GPP 27.007: 1 home, 5 roaming, 2 searching, 3 denied, 0, 4."""
    yield from set_up(modem)
    state = 0
    for text in _of(modem, "REGISTRATION"):
        state = number((yield from _last(modem, text)))
        if state in (1, 5):
            break
    return state


def ip(modem):
    """The module's address as a string, or None without one."""
    yield from set_up(modem)
    address = yield from _last(modem, "+CGPADDR=%d" % modem.CONTEXT)
    return address if address.strip("0.") else None


# -- names, time, ping --------------------------------------------------------------------------


def _online(modem):
    # Set up; and where contexts are the host's affair, the one that services use is up.
    yield from set_up(modem)
    if getattr(type(modem), "CONTEXTS", 0) and modem.CONTEXT not in modem._active:
        from .contexts import activate

        yield from activate(modem, modem.CONTEXT)


class _Heard:
    # The URCs that answer a command; listening ends with `end`.
    def __init__(self, modem, *prefixes) -> None:
        self._modem = modem
        self._lines: list = []
        self._mine = [(prefix, self._add) for prefix in prefixes]

    def _add(self, line: str) -> None:
        if len(self._lines) < _HEARD:
            self._lines.append(line)

    def end(self) -> None:
        if getattr(self._modem, "_asking", None) is self:
            self._modem._asking = None
            self._modem._urcs = tuple([u for u in self._modem._urcs if u not in self._mine])

    def ask(self, text: str):
        # The result may come before the OK, or without one.
        modem = self._modem
        op = yield
        op.lines = []  # those of a command before it are no answer, if this one never leaves
        while getattr(modem, "_asking", None):
            yield  # one at a time: nothing in an answer says whose it is
        modem._asking = self
        modem._urcs += tuple(self._mine)
        try:
            yield from modem._at(text, _RADIO_MS)
        except OSError:
            if not op.lines:
                raise
        self._lines[:0] = op.lines

    def next(self, ms: int, what: str = ""):
        # The fields of the next URC; after `ms` without one None, or ETIMEDOUT for `what`.
        t = now()
        while not self._lines:
            if since(t) >= ms:
                if what:
                    fail(_TIMEOUT, what)
                return None
            yield
        return fields(self._lines.pop(0))


def _check(field: str, what: str) -> None:
    if number(field):
        fail(number(field), what)


def resolve(modem, host: str):
    """All addresses of a name, as the module's DNS says. QuectelError 565: there is none."""
    text = "+QIDNSGIP=%d,%s" % (modem.CONTEXT, quoted(host, _NAME_MAX))
    yield from _online(modem)
    heard = _Heard(modem, b'+QIURC: "dnsgip",', b"+QIDNSGIP: ")
    try:
        yield from heard.ask(text)
        head = yield from heard.next(_DNS_MS, host)
        skip = 1 if head[0] == "dnsgip" else 0
        _check(head[skip], host)
        addresses: list = []
        while len(addresses) < number(head[skip + 1]):
            line = yield from heard.next(_GAP_MS)
            if line is None:
                break
            addresses.append(line[skip])
        return addresses
    finally:
        heard.end()


def ntp(modem, server: str, port: int = 123):
    """The time from an NTP server: (year, month, day, hour, minute, second, offset).

    offset: the zone in quarter hours as the module says it, None if it does not. Some firmware
    gives UTC and the local offset with it: see the README.
    """
    if not 0 < port < 65536:
        raise ValueError("port: 1 to 65535")
    text = "+QNTP=%d,%s,%d" % (modem.CONTEXT, quoted(server, _NAME_MAX), port)
    yield from _online(modem)
    heard = _Heard(modem, b"+QNTP: ")
    try:
        yield from heard.ask(text)
        line = yield from heard.next(_NTP_MS, server)
    finally:
        heard.end()
    _check(line[0], server)
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


def ping(modem, host: str, count: int = 4, timeout_s: int = 4):
    """Ping `host` 1 to 10 times, each for 1 to 255 s: (replies, summary).

    replies: a list of (address, bytes, milliseconds, ttl), None for one that was lost.
    summary: (sent, received, lost, min, max, avg), the last three None if all were lost.
    """
    if not (0 < count < 11 and 0 < timeout_s < 256):
        raise ValueError("count: 1 to 10, timeout_s: 1 to 255")
    host = quoted(host, _NAME_MAX)
    yield from _online(modem)
    replies: list = []
    heard = _Heard(modem, b"+QPING: ")
    try:
        yield from heard.ask("+QPING=%d,%s,%d,%d" % (modem.CONTEXT, host, timeout_s, count))
        ms = _DNS_MS
        while True:
            line = yield from heard.next(ms)
            if line is None or (len(replies) == count and len(line) == 1):
                break
            ms = timeout_s * 1000 + _RADIO_MS
            if len(line) == 1:
                code = number(line[0])
                if code >= 550 and code != _LOST:
                    fail(code, host)
                replies.append(None)
            elif line[1].isdigit():
                numbers = [number(x) for x in line[1:]]
                return replies, tuple((numbers + [None] * 3)[:6])
            else:
                replies.append((line[1],) + tuple([number(x) for x in line[2:5]]))
    finally:
        heard.end()
    if not replies:
        fail(_TIMEOUT, host)
    return replies, _summary(replies)


def _summary(replies: list) -> tuple:
    times = [r[2] for r in replies if r]
    n = len(times)
    rest = (min(times), max(times), sum(times) // n) if n else (None, None, None)
    return (len(replies), n, len(replies) - n) + rest


def dns_servers(modem, primary: "str | None" = None, secondary: "str | None" = None):
    """The DNS servers, after setting them if any is given; lost at reset and deep sleep.

    `primary` may be a list of both. OSError(EOPNOTSUPP): this family has no command for it.
    """
    if isinstance(primary, (list, tuple)):
        primary, secondary = (list(primary) + [None])[:2]
    text = "+QIDNSCFG=%d" % modem.CONTEXT
    for address in (primary, secondary):
        if address is not None:
            text += "," + quoted(address, 39)
    yield from _online(modem)
    if not getattr(modem, "_dns_config", False):
        fail(_UNSUPPORTED, "QIDNSCFG")
    if primary is not None:
        yield from modem._at(text)
    lines = yield from modem._at("+QIDNSCFG=%d" % modem.CONTEXT)
    return tuple(fields(lines[-1])[1:]) if lines else ()


# -- settings and state -------------------------------------------------------------------------


def option(modem, name: str, *values: "int | str"):
    """An option of QICFG as a tuple of numbers and strings, after setting it if values are given.

    What is set holds for this modem object: it is set again when the module has rebooted. Not so
    "send/auto", which is of one connection, and whose first value, its connectID, reads it.
    ValueError: this family has no such option, or not with such values. QuectelError: the module's
    firmware has not.
    """
    from .options import option

    return option(modem, name, *values)


def sockets(modem):
    """What the module has open, by QISTATE: a list of
    (connectID, type, host, remote port, local port, state, context, access mode[, server, UART]).

    type: "TCP", "UDP", "TCP LISTENER", "TCP INCOMING", "UDP SERVICE"; server: the connectID of the
    listener. state: 0 initial, 1 opening, 2 connected; BC: 3 closing, 4 closed by the peer (BC26);
    others: 3 listening (UG96: connected too), 4 closing.
    """
    yield from set_up(modem)
    found = []
    for line in (yield from modem._at("+QISTATE?")):
        entry = [int(x) if x.isdigit() else x for x in fields(line)]
        if len(entry) > 8:
            entry[7], entry[8] = entry[8], entry[7]
        found.append(tuple(entry))
    return found


def socket_state(modem, s):
    """The <socket_state> of a Socket by QISTATE, 0 without a connectID; see `sockets`."""
    if s._id < 0 or modem._sockets[s._id] is not s:
        return 0
    lines = yield from modem._at("+QISTATE=1,%d" % s._id)
    return number(fields(lines[-1])[5]) if lines else 0


def socket_sent(modem, s):
    """(total, acknowledged, unacknowledged) bytes of a Socket by QISEND=id,0.

    OSError(EOPNOTSUPP): this family, or its firmware, has no such query.
    """
    yield from set_up(modem)
    if not modem.PROMPT_MAX:
        fail(_UNSUPPORTED, "QISEND=id,0")
    s._check()
    lines = yield from modem._at("+QISEND=%d,0" % s._id, _LOCAL_MS, True)
    return tuple([number(x) for x in fields(lines[-1])])


def command(modem, text: str, timeout_ms: int = _LOCAL_MS):
    """Any AT command, with or without its AT: the list of its information lines.

    ValueError: more than one line of text, or a command that carries data (use a socket).
    """
    if text[:2].upper() == "AT":
        text = text[2:]
    if len(text) > _LINE_MAX or text.count('"') & 1 or not all([" " <= c <= "~" for c in text]):
        raise ValueError("not one AT command: %r" % text[:_LINE_MAX])
    for part in text.upper().split(";"):
        name = part.strip()
        if name.startswith("+QIRD=") or name.startswith("+QISEND"):
            if not (name.endswith("?") or name.endswith(",0")):
                raise ValueError("payload goes through a socket")
    name = text.split("=")[0]
    return (yield from modem._at(name.upper() + text[len(name) :], timeout_ms))


def change_apn(modem, apn: str):
    """Store an APN, which costs a restart; `attach` does it where it is needed."""
    from .shutdown import reset

    yield from modem._at('+QCGDEFCONT="IP",' + quoted(apn, 99), _RADIO_MS)
    yield from reset(modem)


def on_urc(modem, prefix: str, callback) -> None:
    """Call `callback(line)` for every unsolicited line that begins with `prefix`.

    It runs inside `poll()`: it must be short, and must not wait for the module. What it raises is
    dropped and counted. None as callback takes the prefix off again. OSError(ENOMEM) after 8.
    An empty prefix hears answers without a name (AT+CIMI) too.
    """
    wanted = prefix.encode()
    urcs = [u for u in modem._urcs if u[0] != wanted]
    if callback is not None:
        if len(urcs) >= _URCS_MAX:
            fail(_NO_MEMORY, "on_urc")
        urcs.append((wanted, callback))
    modem._urcs = tuple(urcs)


def hear(modem, p) -> bool:
    """Hand a line to the callbacks of `on_urc` that want it; True if one does."""
    heard = False
    if p.begins(b"AT+") or bytes(p.line[: p.n]) in modem.channel.head:
        return heard  # echo
    for prefix, callback in modem._urcs:
        if p.begins(prefix):
            # Who wants all lines must not take an answer that has no name from its command.
            heard = heard or len(prefix) > 0 or p.line[0] == 43
            try:
                callback(p.text())
            except Exception:
                modem.channel.dropped += 1
    return heard


def stats(modem) -> dict:
    """Counters since construction: what was dropped, and how often the line was recovered."""
    c = modem.channel
    p = c.parser
    return {
        "dropped": c.dropped,
        "oversize": p.oversize,
        "garbage": p.garbage,
        "unknown": c.unknown,
        "stray": c.stray,
        "timeouts": c.timeouts,
        "resyncs": c.resyncs,
    }

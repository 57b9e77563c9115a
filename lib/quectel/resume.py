"""Taking over a module that is still up when the board's own sleep has ended.

What the board knew is gone; what the module has open is not. So that is asked, before anybody
closes it as a stranger's:

    in the module                          becomes
    TCP or UDP client, connected, buffer   a Socket, which receives what has come meanwhile
    UDP client in push mode                the same; what was pushed while nobody listened is lost
    TCP client in push, transparent mode   closed: its stream has a hole
    anything else                          closed: listeners and what came in by them, UDP
                                           services, what is opening or closing, or has no context

The board is taken to have slept between two commands: what it had read ahead, or half written, is
not in the module.
"""

from micropython import const

from .attach import power_on, set_up
from .channel import pause
from .services import fields, number
from .sleep import hosted, rouse
from .socket import Socket

_GUARD_MS = const(1100)  # before and after +++, as in switching.py
_RADIO_MS = const(15_000)
_OPEN = const(2)  # socket.py
_OK = b"\r\nOK\r\n"
_TAIL = const(128)  # bytes: URCs may come behind it


def _resume(modem):
    # power_on(resume=True) of an UG9x or EG91xQ: its probes are for the module, not for a peer.
    modem._holed = yield from _out_of_transparent(modem)
    return (yield from power_on(modem, True))


def take_over(modem):
    """Steps of `power_on(resume=True)`: wakes and sets up the module; the Sockets it has open.

    To be called before anything is written to the module. OSError(ETIMEDOUT): no answer.
    """
    holed = modem._holed if hosted(modem) else False
    if holed is None:
        holed = yield from _out_of_transparent(modem)
    yield from rouse(modem)
    if hosted(modem):
        yield from _contexts(modem)
    adopted = []
    for line in (yield from modem._at("+QISTATE?")):
        s = yield from _adopt(modem, fields(line), holed)
        if s:
            adopted.append(s)
    modem._known = False
    yield from set_up(modem)  # closes the others
    return [s for s in adopted if s._state == _OPEN]


def _contexts(modem):
    # Those that are up; a socket of another means that the network has taken it away.
    modem._active = []
    for line in (yield from modem._at("+QIACT?", _RADIO_MS)):
        cid, state = fields(line)[:2]
        if state == "1":
            modem._active.append(number(cid))


def _adopt(modem, entry: list, holed: bool):
    # The Socket of a line of QISTATE, None if it is to be closed.
    cid = number(entry[0])
    kind = entry[1]
    context = number(entry[6])
    alive = entry[5] in getattr(type(modem), "_alive", "2")  # connected, as in audit.py
    by_host = hosted(modem)
    mode = entry[8 if by_host else 7]
    if by_host and context not in modem._active:
        if context not in modem._lost:
            modem._lost.append(context)
        return None
    if kind not in ("TCP", "UDP") or not alive or modem._sockets[cid]:
        return None
    if mode != "0" or holed:
        if kind == "TCP":
            return None
        try:
            yield from modem._at("+QISWTMD=%d,0" % cid)
        except OSError as e:
            if not hasattr(e, "code"):
                raise
            return None
    s = Socket(modem, 2 if kind == "UDP" else 1)
    s._id = cid
    s._host = entry[2]
    s._state = _OPEN
    if by_host:
        s._context = context
        s._port = number(entry[3])
    modem._sockets[cid] = s
    return s


# -- transparent mode -----------------------------------------------------------------------------


class _Nothing:
    # The channel's UART while a peer would get what it writes.
    def any(self) -> int:
        return 0

    def readinto(self, buf, n):
        return None

    def write(self, data):
        return None


def _out_of_transparent(modem):
    # +++ between two silences, and what it leaves on the line where it was no escape ended by CR.
    # True if the module says OK to it: then a socket had the line, and nobody heard it.
    channel = modem.channel
    if modem._boots or getattr(channel, "raw", channel) is not None:
        return False
    uart = channel.uart
    channel.uart = _Nothing()
    try:
        yield from _listen(uart)
        yield from _write(uart, b"+++")
        tail = yield from _listen(uart)
        yield from _write(uart, b"\r")
    finally:
        channel.uart = uart
    return _OK in tail


def _listen(uart):
    # The last bytes that come within the guard time.
    tail = b""
    chunk = bytearray(64)
    for _ in pause(_GUARD_MS):
        for _ in range(4):  # 256 bytes
            n = uart.readinto(chunk, min(uart.any(), len(chunk))) if uart.any() else 0
            tail = (tail + bytes(chunk[:n]))[-_TAIL:]
        yield
    return tail


def _write(uart, data: bytes):
    while data:
        data = data[uart.write(data) or 0 :]
        if data:
            yield

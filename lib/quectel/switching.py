"""Into transparent mode and out of it: steps of operations, for transparent.py.

Out of it is not certain before the module says OK, and that may be payload. It is believed when
nothing but URCs follow it, and +++ has had its second of silence: then a real OK would have come
after one of the peer's. NO CARRIER is believed when +++ is not answered at all; what it means, a
QISTATE tells. After anything else no text is written: the peer would get it.

Each switch has an audit behind it: URCs of other sockets may be lost in transparent mode.
"""

from micropython import const

from .attach import audit
from .buffers import Ahead
from .channel import now, since
from .modem import Modem, fail

# transparent.py
_WAIT = const(0)
_ASK = const(1)
_ESCAPE = const(2)
_RAW = const(3)
_LEFT = const(4)
_ENDED = const(5)
_CARRIER = const(1)
_OK = const(2)
_TAIL_OTHER = const(4)

_PLUSES = b"+++"
_GUARD_MS = const(1100)  # manuals, 1.2: 1 s; two clocks are not the same
_OK_MS = const(3000)  # after +++: its second of silence, and time to answer
_SETTLE_MS = const(300)  # nothing more comes after OK
_TRIES = const(3)
_STILL_MS = const(15_000)  # until the others have nothing in flight
_CONNECT_MS = const(5_000)
_ROOM = const(64)  # in the ring, for what comes in one piece with CONNECT
_READ_MAX = const(1500)

_POISONED = const(2)  # channel.py
_OPEN = const(2)  # socket.py

# errors.py
_RESET = const(-7)
_BROKEN = const(-8)
_ALREADY = const(-13)
_AGAIN = const(-17)


# -- in -------------------------------------------------------------------------------------------


def entering(t):
    """QISWTMD, or ATO if the module was in this stream's transparent mode last."""
    s = t._s
    modem = s._modem
    channel = modem.channel
    try:
        yield from _still(modem)
        t.phase = _ASK
        yield from _unread(t)
        s._ahead = t
        texts = ["+QISWTMD=%d,2" % s._id]
        if getattr(channel, "last", None) is t and t.boots == modem._boots:
            texts.insert(0, "O")
        if t._dtr is not None:
            t._dtr.on("dtr", 1)
            yield from Modem._at(modem, "&D1")
        yield from _connect(t, texts)
    except Exception:
        if t.phase < _ESCAPE:
            t.over()
        raise


def _still(modem):
    op = yield
    t = now()
    while _busy(modem, op):
        if since(t) >= _STILL_MS:
            fail(_ALREADY, "the modem is busy")
        yield


def _busy(modem, mine) -> bool:
    for op in modem._ops:
        if not (op.done or op is mine or getattr(op, "rests", False)):
            return True
    for s in modem._sockets:
        if s and s._state == _OPEN and (s._busy or s._pos < s._end):
            return True
    return False


def _unread(t):
    # What the socket has read ahead, and what the module has buffered, go into the ring.
    s = t._s
    ring = t._ring
    inner = t._inner
    s._ahead = None  # it would read ahead for itself
    if isinstance(inner, Ahead):
        if inner._asked:
            if s._in is None:
                inner._pos = 0
                inner._end = s._got
            inner._asked = False
            s._in = None
        while inner._from < inner._to and ring.room():
            t._chunk[0] = inner.kept[inner._from]
            inner._from += 1
            ring.put(t._chunk, 1)
        while inner._pos < inner._end:
            if not ring.room():
                break
            t._chunk[0] = inner._in[inner._pos]
            inner._pos += 1
            ring.put(t._chunk, 1)
    while True:
        s._check()
        room = ring.room()
        if room < (_READ_MAX if s._udp and s._avail else _ROOM):
            s._ahead = t
            fail(_AGAIN, "receive what has come first")
        if not s._avail:
            return
        s._got = 0
        s._room = min(room, _READ_MAX)
        s._in = buf = bytearray(s._room)
        while s._in is not None and (s._busy or s._avail):
            yield
        s._in = None
        ring.put(buf, s._got)


def _connect(t, texts: list):
    modem = t._modem
    known = t._ring.n
    why = None
    for text in texts:
        t.asks = ("AT" + text + "\r").encode()
        try:
            yield from Modem._at(modem, text, _CONNECT_MS)
            t.boots = modem._boots
            return
        except OSError as e:
            why = e
        if modem.channel.state == _POISONED:
            # Transparent mode may have begun. What has come since then nobody can tell.
            t.connected()
            t._s._fail(_BROKEN)
            yield from _left(t, _TRIES)
            t._ring.cut(t._ring.n - known)
            break
    raise why


# -- out ------------------------------------------------------------------------------------------


def leaving(t):
    """DTR or +++, then the channel's probe, then audit."""
    modem = t._modem
    while t.phase < _RAW:
        yield  # it is entering, or finds out: that ends
    if t.phase == _RAW:
        hidden = yield from _left(t, _TRIES)
        if t._dtr is not None and not hidden:
            yield from modem._at("+QISWTMD=%d,0" % t._s._id)  # the manuals promise it for +++ only
        yield from _judge(t, hidden)


def doubting(t):
    """NO CARRIER has come, and then nothing: is it payload?"""
    try:
        hidden = yield from _left(t, 1, _WAIT)
        back = yield from _judge(t, hidden)
    except OSError:
        if t.phase == _RAW:
            return  # there came more: it was
        if t.phase == _WAIT:
            t.phase = _LEFT
        raise
    if back:
        t._modem.channel.raw = t
        yield from entering(t)


def _judge(t, hidden):
    # Does the connection still work? Then `hidden` is payload, else NO CARRIER and URCs.
    s = t._s
    alive = not hidden
    try:
        yield from audit(t._modem)
        alive = alive or (s._state == _OPEN and not s._hung)
    finally:
        if not alive:
            t.phase = _ENDED
            s._hung = True
            _news(t, hidden)
        elif hidden:
            t._ring.put(hidden, len(hidden))
    return alive and s._state == _OPEN


def _left(t, tries: int, phase: int = _LEFT):
    # Out of transparent mode, for certain. Returns the end of what came, if it says NO CARRIER.
    t.phase = _ESCAPE
    said = yield from _escape(t, tries)
    if not said:
        t.phase = _RAW
        t._believe()
        fail(_BROKEN, "transparent mode: no answer")
    ring = t._ring
    hidden = ring.cut(ring.n - t._mark)
    t.over(phase)
    t._modem.channel._soil(0)
    if said == _CARRIER:
        return hidden
    _news(t, hidden)
    return b""


def _news(t, hidden: bytearray) -> None:
    # URCs that came right behind the word.
    i = hidden.find(b"\r\n+")
    if i >= 0:
        t._modem.channel.parser.feed(hidden[i:], len(hidden) - i)


def _escape(t, tries: int):
    # What the module said to the last try; 0: nothing certain.
    t._o = 0
    if t._dtr is not None:
        t._listening = True
        t._dtr.on("dtr", 0)
        said = yield from _answer(t, 0)
        t._dtr.on("dtr", 1)
        if said:
            return said
    while tries:
        tries -= 1
        while t._quiet() < _GUARD_MS:
            yield from _same(t)
        t._listening = True
        done = 0
        while done < len(_PLUSES):
            done += t._uart.write(_PLUSES[done:]) or 0
            t._sent(3, -1)
            if done < len(_PLUSES):
                yield from _same(t)
        said = yield from _answer(t, _GUARD_MS)
        if said:
            return said
    return 0


def _answer(t, guard: int):
    start = now()
    while since(start) < _OK_MS:
        if t._said == _OK and t._tail != _TAIL_OTHER:
            if since(t._seen) >= _SETTLE_MS and since(start) >= guard + _SETTLE_MS:
                return _OK
        yield from _same(t)
    # Nothing at all has come: what it said before was its own.
    return t._said if since(t._seen) >= _OK_MS else 0


def _same(t):
    yield
    if t.phase != _ESCAPE:
        fail(_RESET, "reset")

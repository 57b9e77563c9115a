"""Direct push: what arrives is said at once, and waits here until it is received.

    s.access_mode()           0 buffer mode, 1 direct push
    s.access_mode(1, 3000)    to push mode, with room for 3000 bytes; 1500 if nothing is said
    s.access_mode(0)          back to buffer mode

There is nothing in push mode that could stop the module. What does not fit is lost, and counted in
`s.lost`: of UDP whole datagrams, and that is all; a TCP stream still gives what had come before,
and has failed then, with ENOMEM. So does every stream in push mode, with EIO, when bytes are lost
on the line: pushparser.py.
"""

from micropython import const

from .buffers import Ahead
from .channel import now, since
from .modem import fail
from .pushparser import prepare
from .ring import Ring

# What is an Ahead's stays the socket's.
_TAKEN_OVER = "_s out kept _from _to _in _pos _end _asked polled _direct looked told shut _since"
_SIZE = const(1500)  # room, if nothing is said: for the largest frame
_SIZE_MAX = const(32_767)
_LEAD = const(3)  # before a datagram: its length, two bytes, and that of the text of its source
_SOURCE = const(48)  # "ip",port at its longest
_LOCAL_MS = const(1000)
_DRAIN_MS = const(5000)  # data that comes so fast that there is no end to it is read afterwards
_FRAME_MAX = const(1500)  # pushparser.py
_READ = const(0)  # channel.py
_OPEN = const(2)  # socket.py
_NEW = const(4)

# errors.py
_ERROR = const(-1)
_TIMEOUT = const(-6)
_BROKEN = const(-8)
_ABORTED = const(-9)
_NO_MEMORY = const(-11)
_ALREADY = const(-13)
_IN_PROGRESS = const(-14)
_AGAIN = const(-17)


class Push(Ahead):
    """What has been pushed to socket `s` and not been received yet.

    on      locked   what recv_into gets
    True    False    what is in the ring, and waits for more
    any     True     nothing: the mode is being switched, and older bytes may still come
    False   False    what is left in the ring, then what QIRD brings
    """

    def __init__(self, s, size: int, sourced: bool = False) -> None:
        old = s._ahead
        if old:
            # Its send may be under way, and its read.
            for name in _TAKEN_OVER.split():
                setattr(self, name, getattr(old, name))
        else:
            super().__init__(s)
        if s._udp:
            size += _LEAD + _SOURCE if sourced else _LEAD
        self.ring = Ring(size)
        self.sourced = sourced
        self.source: bytes | bytearray = b""  # `"ip",port` of the last datagram; also in s._source
        self.on = False
        self.locked = False
        self._n = 0  # bytes of the frame under way, with its lead; 0: there is none, or it is lost
        self._done = 0  # those that have their place
        self._mark = 0  # bytes in the ring when QISWTMD left
        self._source = b""  # of the datagram that QIRD has brought
        self._errand: _Errand | None = None  # a command that is out

    # -- frames: written where the ring is free, they count when they are whole --------------

    def begin(self, p, n: int, source: int, length: int) -> None:
        """A frame of `n` bytes begins; its source is in p.line[source:], if there is one."""
        s = self._s
        lead = 0
        if s._udp:
            lead = _LEAD + (length if self.sourced and length > 0 else 0)
        if s._state != _OPEN or lead + n > self.ring.room():
            self._lose()
            return
        self._n = lead + n
        self._done = lead
        if lead:
            self._set(0, n >> 8)
            self._set(1, n & 255)
            self._set(2, lead - _LEAD)
            for i in range(_LEAD, lead):
                self._set(i, p.line[source + i - _LEAD])

    def place(self, p, n: int) -> int:
        """Have the parser store the next of `n` bytes; returns how many it can at once."""
        if self._n:
            ring = self.ring
            size = len(ring._data)
            p.to = ring._data
            p.at = (ring._first + ring.n + self._done) % size
            n = min(n, size - p.at)
            self._done += n
        return n

    def end(self) -> None:
        """The frame is whole."""
        self.ring.n += self._n
        self._n = 0

    def broken(self, mine: bool) -> None:
        """Bytes have been lost, and the frame under way if it was `mine`."""
        s = self._s
        self._n = 0
        if mine:
            s.lost += 1
        if s._state == _OPEN and not s._udp:
            s._fail(_BROKEN)

    def _set(self, i: int, b: int) -> None:
        ring = self.ring
        ring._data[(ring._first + ring.n + i) % len(ring._data)] = b

    def _lose(self) -> None:
        s = self._s
        s.lost += 1
        if s._state == _OPEN and not s._udp:
            s._fail(_NO_MEMORY)

    # -- as Ahead ---------------------------------------------------------------------------

    def _refill(self) -> None:
        if not (self.on or self.locked):
            super()._refill()

    def waiting(self) -> bool:
        """As Ahead.waiting."""
        if self.locked or not self.on:
            return super().waiting() and not self.locked
        return self.left() or self._s._hung

    def left(self) -> bool:
        """As Ahead.left."""
        return self.ring.n > 0 or super().left()

    def _take(self, buf, n: int) -> int:
        # Of UDP one datagram; waits for them in push mode.
        s = self._s
        t = now()
        while n:
            if not self.locked:
                k = self._out(buf, n)
                if k:
                    return k
                if not self.on:
                    return super()._take(buf, n)
            s._check()
            if s._hung and not self.locked:
                s._avail = False  # there is nothing to ask QIRD for
                break
            if not s._ms:
                fail(_AGAIN, "nothing yet")
            if 0 < s._ms <= since(t):
                fail(_TIMEOUT, s._host)
            s._modem._spin()
        return 0

    def _out(self, buf, n: int) -> int:
        ring = self.ring
        if not self._s._udp or not ring.n:
            return ring.take(buf, n)
        data = ring._data
        i = ring._first
        size = len(data)
        length = data[i] << 8 | data[(i + 1) % size]
        more = data[(i + 2) % size]
        if self.sourced:
            self.source = self._s._source = bytearray(more)
        ring.take(None, _LEAD)
        ring.take(self.source, more)
        k = ring.take(buf, min(n, length))
        ring.take(None, length - k)
        return k

    # -- switching: steps of an operation ---------------------------------------------------

    def switch(self, mode: int):
        """QISWTMD. What the module still holds is read before, as it is older than what follows.

        OSError(ENOMEM): more than there is room for; receive it first. Nothing is lost then.
        """
        s = self._s
        if self.locked:
            fail(_ALREADY, s._host)
        self.locked = True
        try:
            if mode:
                yield from self._settle()
                s._avail = True
            t = now()
            while mode and s._avail and since(t) < _DRAIN_MS:
                yield from self._fetch()
                yield from self._ready()
            yield from self._ready()
            errand = self._errand = _Errand(self, mode)
            self._mark = self.ring.n
            self._attend(True, s._id if mode else -1)
            s._modem.channel.start(errand, "AT+QISWTMD=%d,%d" % (s._id, mode), _LOCAL_MS)
            yield from self._end_of(errand)
            more = mode == 1
            while more:
                # What has come since, before push mode began; that URC may have been lost.
                more = yield from self._fetch_late()
        finally:
            self.locked = False
            if self._errand:
                s._fail(_ABORTED)

    def _switched(self, mode: int, code: int) -> None:
        # In the very moment of the result: the next byte may be a frame's. Without a result nobody
        # knows, and to take lines for frames is less of a danger than the other way round.
        s = self._s
        if not code:
            self.on = mode == 1
            s._avail = s._avail or not self.on
        elif code < _ERROR:
            self.on = True
            s._fail(code)
        self._attend(self.on, -1)

    def _attend(self, on: bool, switching: int) -> None:
        s = self._s
        parser = s._modem.channel.parser
        parser.attend(s._id, self if on else None, self.sourced)
        parser.switching = switching

    def _ready(self):
        # Until a command may leave, as Modem._at.
        channel = self._s._modem.channel
        failed = channel.failed
        while not channel.ready():
            if channel.failed != failed:
                fail(_TIMEOUT, "no answer")
            yield
        self._s._check()

    def _end_of(self, errand):
        while errand.code is None:
            yield
        self._errand = None
        if errand.code:
            fail(errand.code, self._s._host)

    def _settle(self):
        # Until no read of the socket's own is under way; what it brought is the oldest.
        s = self._s
        while s._busy or s._drain or (s._in is not None and s._avail):
            yield from self._ready()
            yield
        if self._asked:
            self._asked = False
            self._pos = 0
            self._end = s._got if s._in is None else 0
            s._in = None
        pos = self._pos
        n = self._end - pos
        if n and (s._udp or self._room() >= n):
            self._pos = self._end
            self._add(memoryview(self._in)[pos:], n, getattr(s, "_source", b""))
        if self._pos < self._end:
            fail(_NO_MEMORY, s._host)

    def _room(self) -> int:
        return self.ring.room() - (_LEAD if self._s._udp else 0)

    def _add(self, data, n: int, source=b"") -> None:
        # A stretch of the stream, or a datagram, that has not been pushed.
        if not self._s._udp:
            if self.ring.put(data, n) < n:
                self._lose()
            return
        if not self.sourced:
            source = b""
        if self._room() < n + len(source):
            self._lose()
        else:
            self.ring.put((n >> 8, n & 255, len(source)), _LEAD)
            self.ring.put(source, len(source))
            self.ring.put(data, n)

    def _fetch(self):
        # One QIRD into the ring.
        s = self._s
        n = self._room()
        if not s._udp and n <= 0:
            fail(_NO_MEMORY, s._host)
        data = bytearray(_FRAME_MAX if s._udp else min(n, s._modem.READ_MAX))
        try:
            n = yield from self._qird(data)
        except OSError:
            if not s._hung or s._state != _OPEN:
                raise
            return  # closed, and read empty
        if n:
            self._add(data, n, self._source)

    def _qird(self, data):
        # Returns how many bytes there were; of UDP one datagram.
        s = self._s
        off = 0
        while True:
            yield from self._ready()
            s._avail = False
            errand = self._errand = _Errand(self)
            if self.sourced:
                errand.stand_in(s._modem.channel.services)
            n = min(len(data) - off, s._modem.READ_MAX)
            s._modem.channel.transfer(errand, _READ, s._id, n, data, off)
            yield from self._end_of(errand)
            off += errand.got
            self._source = errand._source
            if errand.got:
                s._avail = True
            if not s._udp or errand.rem <= 0 or off == len(data):
                return off

    def _fetch_late(self):
        # What had come before push mode began, and has been read only now. Is there more?
        s = self._s
        known = s._avail and not s._hung
        data = bytearray(_FRAME_MAX)
        try:
            n = yield from self._qird(data)
        except OSError:
            # Not all firmware may let it be read in push mode.
            if known or s._state != _OPEN:
                self._lose_late()
            return False
        while self._n:
            yield  # a frame is being written behind the others
        if s._udp:
            if n:
                self._add(data, n, self._source)
        elif n:
            self._insert(data, n)
        return n > 0 and s._state == _OPEN

    def _insert(self, data, n: int) -> None:
        ring = self.ring
        before = bytearray(self._mark)
        ring.take(before, self._mark)
        after = bytearray(ring.n)
        ring.take(after, ring.n)
        ring.put(before, self._mark)
        self._mark += n
        self._add(data, n)
        if self._s._state == _OPEN:
            self._add(after, len(after))

    def _lose_late(self) -> None:
        # What has been pushed since cannot be delivered: there is a hole before it.
        s = self._s
        s.lost += 1
        if not s._udp:
            self._n = 0
            self.ring.n = min(self.ring.n, self._mark)
            if s._state == _OPEN:
                s._fail(_BROKEN)


class _Errand:
    # The owner of a command for a Push: a QISWTMD to `mode`, or a QIRD.
    def __init__(self, push, mode: int = -1) -> None:
        self.lines: list = []
        self.code: int | None = None
        self.got = 0
        self.rem = -1
        self._push = push
        self._mode = mode
        self._udp = push._s._udp
        self._source = b""
        self._state = _OPEN
        self._services: list = []

    def stand_in(self, services: list) -> None:
        # For a UDP SERVICE, as pdp.py knows them: its answer says from where.
        self._services = services
        services.append(self)

    def _finish(self, code: int) -> None:
        push = self._push
        s = push._s
        if self in self._services:
            self._services.remove(self)
        if self._mode >= 0:
            push._switched(self._mode, code)
        else:
            self.got = s._modem.channel.got
            self.rem = s._modem.channel.rem
            if code < _ERROR:
                s._fail(code)
        self.code = code


def steps(s, mode: int, size: int = _SIZE):
    """Steps of access_mode(mode, size), for those who cannot wait."""
    yield  # an operation's first step may be taken in the middle of a poll
    prepare(s._modem)
    s._check()
    push = s._ahead
    if hasattr(push, "settled"):
        push = push.settled()  # it has been in transparent mode
    if not isinstance(push, Push):
        if not mode:
            return 0
        push = s._ahead = Push(s, size, s in getattr(s._modem.channel, "services", ()))
    if push.on != (mode == 1):
        yield from push.switch(mode)
    return mode


def access_mode(s, mode: int = -1, size: int = _SIZE) -> int:
    """`Socket.access_mode`. Waits for the module, whatever the timeout is.

    `size`: bytes that can wait to be received, fixed when the socket is first switched to push.
    Between bind() and listen() it is the mode of the connections that come in, each with such room
    (EG; those of a UG begin in buffer mode).
    OSError: ENOTCONN, ENOMEM (more waits in the module than that: receive it first), ETIMEDOUT,
    after which the socket has failed; QuectelError (EIO and others): the module says no.
    """
    push = s._ahead
    if mode == -1:
        return 1 if isinstance(push, Push) and push.on else 0
    if mode == 2:
        raise ValueError("transparent: see s.transparent()")
    if mode not in (0, 1) or not 0 < size <= _SIZE_MAX:
        raise ValueError("access_mode: 0, 1 or 1, size")
    if mode and s._state == _NEW and hasattr(s, "_local") and not s._udp:
        s._push = size  # for listener.py
        return mode
    s._check()
    if s._state != _OPEN:
        fail(_IN_PROGRESS, s._host)
    modem = s._modem
    op = modem._start(steps(s, mode, size))
    try:
        while not op.done:
            modem._spin()
    finally:
        op.cancel()
    return op.result()


def adopt_push(s, size: int = _SIZE, sourced: bool = False) -> Push:
    """Make `s` a socket in push mode, whose connection is in it already: a listener's child, a
    UDP SERVICE opened so. `sourced`: each datagram comes with its source.

    The parser must know of frames by then: call `prepare(modem)` before the listener is opened.
    """
    push = s._ahead = Push(s, size, sourced)
    prepare(s._modem).attend(s._id, push, sourced)
    push.on = True
    return push

"""Transparent mode (UG9x, EG91xQ): the line belongs to one socket, and every byte is payload.

    raw = s.transparent()     a stream: readinto, read, write, any; it keeps the socket's timeout
    raw.leave()               s.send and s.recv work again; what was not read is received first
    raw.resume()

`with s.transparent() as raw:` leaves at its end. Meanwhile commands, and other sockets, fail with
OSError(EALREADY) before a byte is written. How the module cuts what it is given into packets is
an option: m.option("transpktsize", bytes) and m.option("transwaittm", tenths of a second).

    phase     what goes on                                            ends
    WAIT      others still have something in flight                   ASK
    ASK       what the module has buffered is read; QISWTMD or ATO    CONNECT: RAW; error: LEFT
    RAW       bytes both ways                                         leave(), or a doubt: ESCAPE
    ESCAPE    +++ or DTR; nothing is given out                        LEFT, RAW; ENDED
    LEFT      buffer mode again                                       resume(): WAIT
    ENDED     the connection is gone

What the module says itself is looked for at the end of what came (incoming.py). What cannot be
told from payload is payload: after a reboot the reader gets RDY and all, what is written is taken
for commands, and leave() finds that there is no answer.
"""

from micropython import const

from .channel import now, since
from .incoming import Incoming
from .modem import Modem, fail
from .power import Power

# phase
_WAIT = const(0)
_ASK = const(1)
_ESCAPE = const(2)
_RAW = const(3)
_LEFT = const(4)
_ENDED = const(5)

_CHUNK = const(64)
_BURST = const(256)  # bytes read in one poll at the most, and
_DIRECT = const(1024)  # by one readinto
_DOUBT_MS = const(1000)  # silence behind NO CARRIER
# +++ between two silences of 1 s is a command. As payload it gets a longer silence in between.
_REST_MS = const(500)  # what might be taken for 1 s of silence
_APART_MS = const(1500)  # surely more than 1 s
# A UART that does not tell (txdone) when it has sent all may have so much in its buffer, and need
# 1 ms for each byte, which is 9600 baud.
_LAG_MAX = const(1024)

_POISONED = const(2)  # channel.py
_OPEN = const(2)  # socket.py

# errors.py
_ERROR = const(-1)
_TIMEOUT = const(-6)
_BROKEN = const(-8)
_NOT_CONNECTED = const(-10)
_ALREADY = const(-13)
_UNSUPPORTED = const(555)


def transparent(s, dtr=None) -> "Transparent":
    """Socket.transparent: blocks until the module has said CONNECT.

    `dtr`: a pin that is wired to the module's DTR, which is then used to leave. OSError:
    EOPNOTSUPP (BC modules), ENOTCONN, EALREADY (another socket has the line, or something goes
    on), EAGAIN (more is buffered than fits the ring: receive it first), ETIMEDOUT, QuectelError.
    """
    channel = s._modem.channel
    if not hasattr(channel, "raw"):
        fail(_UNSUPPORTED, "transparent")
    if s._state != _OPEN:
        s._check()
        fail(_NOT_CONNECTED, s._host)
    raw = channel.raw
    if raw is None:
        raw = s._ahead
        if not isinstance(raw, Transparent):
            raw = Transparent(s)
        raw._dtr = dtr and Power(dtr=dtr, dtr_on=0)  # the pad is on at 0
        raw.resume()
    elif raw._s is s:
        raw._finished(raw._op)  # an exception broke off the wait for it
    else:
        fail(_ALREADY, "transparent mode")
    return raw


class _Nothing:
    # The channel's UART while the line is not its own: poll() asks `any`, and so does our work.
    def __init__(self, pump) -> None:
        self.any = pump

    def readinto(self, buf, n):
        return None

    def write(self, data):
        return None


class Transparent(Incoming):
    """The raw bytes of a socket, and its `_ahead` (buffers.py) for those that are left over.

    readinto, read, write and any allocate nothing but what they return.
    """

    def __init__(self, s) -> None:
        super().__init__()
        modem = s._modem
        self.phase = _LEFT
        self.asks = b""  # the command that CONNECT answers
        self.boots = 0  # of the modem, when CONNECT came
        self.out = s._ahead and s._ahead.out  # as Ahead.out
        self._s = s
        self._modem = modem
        self._dtr: Power | None = None
        self._inner = s._ahead  # the Ahead that was there
        self._op = None  # the operation that enters, or finds out; the last one
        self._bye = None  # and the one that leaves
        self._uart = modem.channel.uart
        self._chunk = modem.channel._chunk  # not in use by the channel when it is by us
        self._views = modem.channel._views
        self._nothing = _Nothing(self._pump)
        self._txdone = getattr(self._uart, "txdone", None)
        self._over = False  # the ring was too small: from there on all is lost
        # written
        self._wrote = 0  # when the last byte was written,
        self._lag = 0  # how long after that it may still be on its way, ms
        self._rested = True  # so long ago that it is silence
        self._run = 0  # pluses since the last silence; -1: there was something else

    # -- the stream -------------------------------------------------------------------------

    def any(self) -> int:
        """How many bytes can be read at once."""
        self._pump()
        return 0 if self.phase in (_ESCAPE, _LEFT) else self._visible()

    def readinto(self, buf, n: int = 0) -> "int | None":
        """Wait for bytes, put at most `n` of them into `buf`; returns the count, 0 at the end.

        None: there are none, at timeout 0. OSError: ETIMEDOUT, ECONNRESET, EIO (bytes were lost),
        ENOTCONN after leave().
        """
        n = min(n or len(buf), len(buf))
        t = now()
        while n:
            k = self._take(buf, n)
            if k:
                return k
            if self._closed():
                return 0
            ms = self._s._ms
            if not ms:
                return None
            if 0 < ms <= since(t):
                fail(_TIMEOUT, self._s._host)
            Modem._spin(self._modem)
        return 0

    def read(self, n: int) -> "bytes | None":
        """As readinto; b"" at the end."""
        buf = bytearray(n)
        k = self.readinto(buf, n)
        return k if k is None else bytes(buf[:k])

    def write(self, buf) -> "int | None":
        """Write all of `buf`; at timeout 0 as much as the UART takes, None if nothing.

        `+++` that stands alone is written with a pause in it, so that it is payload. OSError:
        ETIMEDOUT if nothing could be written, ECONNRESET, EIO, ENOTCONN after leave().
        """
        if isinstance(buf, str):
            buf = buf.encode()
        n = len(buf)
        pos = 0
        t = now()
        while pos < n:
            if self._closed():
                fail(_NOT_CONNECTED, "the peer has closed")
            k = self._put(buf, pos, n)
            pos += k
            if not k:
                ms = self._s._ms
                if not ms or 0 < ms <= since(t):
                    if pos or not ms:
                        return pos or None
                    fail(_TIMEOUT, self._s._host)
                Modem._spin(self._modem)
        return pos

    def resume(self, wait: bool = True):
        """Back to transparent mode after leave(), by ATO or QISWTMD. See leave() for `wait`."""
        if self.phase == _ENDED:
            fail(_NOT_CONNECTED, "the peer has closed")
        if self.phase == _LEFT:
            from .switching import entering

            s = self._s
            s._check()
            channel = self._modem.channel
            if channel.raw is not None:
                fail(_ALREADY, "transparent mode")
            if s._ahead is not self:
                self._inner = s._ahead
            channel.raw = self
            self.phase = _WAIT
            self._op = self._modem._start(entering(self))
        return self._finished(self._op) if wait else self._op

    def leave(self, wait: bool = True):
        """Back to commands and to buffer mode, by DTR or +++: takes about 3 s.

        OSError(EIO): the module does not answer. Nothing has changed then, but that the peer may
        have got the +++; m.reset() by a RESET pin helps, or restarted(). `wait=False` returns an
        Operation, which must not be cancelled.
        """
        if self.phase < _LEFT and (self._bye is None or self._bye.done):
            from .switching import leaving

            self._bye = self._modem._start(leaving(self))
        elif self._bye is None or self._bye.done:
            return None
        return self._finished(self._bye) if wait else self._bye

    def close(self) -> None:
        """leave(), and close the socket."""
        try:
            self.leave()
        finally:
            self._s.close()

    def restarted(self) -> None:
        """Say that the module has been restarted in another way than by m.reset()."""
        self._modem._rebooted()

    def __enter__(self):
        return self

    def __exit__(self, *exc) -> None:
        self.leave()

    def _finished(self, op):
        # The operation goes on when an exception breaks off the wait for it.
        while not op.done:
            Modem._spin(self._modem)
        return op.result()

    def _closed(self) -> bool:
        # Has it ended? OSError if it has failed, or is not there.
        if self.phase >= _LEFT or self._s._state > _OPEN:
            if self.phase == _ENDED:
                return True
            self._s._check()
            fail(_NOT_CONNECTED, "not in transparent mode")
        return False

    # -- bytes in ---------------------------------------------------------------------------

    def _pump(self) -> int:
        # What poll() does for us, in the place of the channel's uart.any().
        uart = self._uart
        left = _BURST if self._modem.channel.uart is self._nothing else 0
        while left > 0:
            n = min(uart.any(), left, _CHUNK)
            if self.phase == _RAW:
                room = self._ring.room()
                if not room:
                    self._believe()  # so much is not what a module says
                n = min(n, room)
            if n:
                n = uart.readinto(self._chunk, n)
            if not n:
                break
            left -= n
            self._more(self._chunk, n)
        self._age()
        if not self._rested and self._quiet() >= _APART_MS:
            self._rested = True
        if self.phase == _RAW and self._said and since(self._seen) >= _DOUBT_MS:
            from .switching import doubting

            self._op = self._modem._start(doubting(self))
        return 0

    def _more(self, buf, n: int) -> None:
        lost = n
        if self._over:
            self._watch(buf, n, self._ring.n + _CHUNK)  # behind all that is kept
        else:
            lost = self._came(buf, n)
        if lost:
            self._over = True
            self._s.lost += lost
            self._s._fail(_BROKEN)

    def _take(self, buf, n: int) -> int:
        # Up to n bytes into buf, 0 if there are none to give out.
        if self.phase == _LEFT:
            return 0  # they are the socket's
        if self.phase == _RAW and not (self._ring.n or self._k) and type(buf) is bytearray:
            # Without the ring
            n = min(self._uart.any(), n, _DIRECT)
            n = n and self._uart.readinto(buf, n)
            return self._keep_end(buf, n) if n else 0
        self._pump()
        return 0 if self.phase == _ESCAPE else self._out(buf, n)

    # -- bytes out --------------------------------------------------------------------------

    def _quiet(self) -> int:
        # For how long, at least, nothing has left.
        if self._txdone is not None and not self._txdone():
            self._wrote = now()
        return since(self._wrote) - self._lag

    def _put(self, buf, pos: int, end: int) -> int:
        # Write some of buf[pos:end]; how much.
        if self.phase != _RAW or self._said:
            return 0
        if self._rested or (self._run < 0 and since(self._wrote) >= _REST_MS):
            self._run = 0
        i = pos
        while i < end and buf[i] == 43:
            i += 1
        pluses = i - pos
        if i == end and self._run >= 0:
            # Never three of them and nothing else
            end = min(end, pos + 2 - self._run)
        if not pos and end == len(buf):
            k = self._uart.write(buf) or 0
        elif end > pos:
            k = self._piece(buf, pos, end - pos)
        else:
            return 0
        if k:
            self._sent(k, self._run + k if 0 <= self._run and k <= pluses else -1)
        return k

    def _sent(self, n: int, run: int) -> None:
        if self._txdone is None:
            self._lag = min(max(-self._quiet(), 0) + n, _LAG_MAX)
        self._run = run
        self._rested = False
        self._wrote = now()

    def _piece(self, buf, pos: int, n: int) -> int:
        view = self._views[0 if n >= 64 else 1 if n >= 8 else 2]
        for i in range(len(view)):
            self._chunk[i] = buf[pos + i]
        return self._uart.write(view) or 0

    # -- what the modem, the channel and the socket ask ---------------------------------------

    def refuse(self, phase: int) -> None:
        """OSError(EALREADY) from `phase` on, as long as the line is not the channel's."""
        if phase <= self.phase <= _RAW:
            fail(_ALREADY, "transparent mode")

    def answer(self, p) -> bool:
        """A line has come while the command `asks` is out. Does that take care of it?"""
        channel = self._modem.channel
        if p.begins(b"CONNECT"):
            self.connected()
            channel._finish(0)
        elif p.match(b"NO CARRIER"):
            channel._finish(_ERROR)
        else:
            return p.match(b"OK")  # it ends with CONNECT
        return True

    def connected(self) -> None:
        """From here on the line is ours: what the parser has not looked at, and all that comes."""
        channel = self._modem.channel
        channel.last = self
        channel.state = _POISONED
        channel.uart = self._nothing
        self.phase = _RAW
        self._sent(0, 0)
        p = channel.parser
        rest = p._buf[p._pos : p._end]
        p._pos = p._end
        self._more(bytearray(rest), len(rest))

    def over(self, phase: int = _LEFT) -> None:
        """The line is the channel's again. The module takes commands, or is about to be reset."""
        channel = self._modem.channel
        self.phase = phase
        self._believe()
        channel.raw = None
        if channel.uart is self._nothing:
            channel.uart = self._uart
            channel.parser.abort()
            while self._uart.any() and self._uart.readinto(self._chunk, _CHUNK):
                pass

    def shuts(self, cid: int):
        """Steps before QICLOSE of `cid`; returns whether it is to be written."""
        if self.phase < _ASK:
            return True
        try:
            if self._s._modem._sockets[cid] is self._s:
                from .switching import leaving

                yield from leaving(self)
                return True
        except OSError:
            pass
        # Nobody's, and not free: the audit after leave() closes it.
        self._modem._sockets[cid] = False
        return False

    # -- as buffers.Ahead -----------------------------------------------------------------

    def refill(self) -> None:
        """As Ahead.refill."""
        if self._inner and self.phase == _LEFT:
            self._inner.refill()

    def take(self, buf, n: int) -> int:
        """As Ahead.take: first what came in transparent mode."""
        self.refuse(_WAIT)
        s = self._s
        if self._ring.n:
            return self._ring.take(buf, n)
        inner = self._wanted()
        if s._ahead is self:
            s._ahead = inner
        return inner.take(buf, n) if inner else 0

    def send(self, buf, n: int) -> int:
        """As Ahead.send."""
        self.refuse(_WAIT)
        inner = self._wanted()
        self.out = inner.out
        return inner.send(buf, n)

    def settled(self):
        """The Ahead that takes its place, if transparent mode has been left: what has not been
        read comes first there. Else itself."""
        if self.phase != _LEFT:
            return self
        from .buffers import Ahead

        s = self._s
        inner = self._inner or Ahead(s)
        n = self._ring.n
        kept = bytearray(n)
        self._ring.take(kept, n)
        kept.extend(memoryview(inner.kept)[inner._from : inner._to])
        inner.kept = kept
        inner._from = 0
        inner._to = len(kept)
        self._inner = s._ahead = inner
        return inner

    def _wanted(self):
        if not self._inner and not self._s._ms:
            from .buffers import Ahead

            self._inner = Ahead(self._s)
        return self._inner

"""TCP and UDP sockets in buffer mode, with the face of MicroPython's and CircuitPython's own.

A socket holds at most one send and one receive request; `Modem.poll()` turns them into QISEND and
QIRD, one command for one socket at a time. A method that blocks makes a request and polls.

    state     what it means                        ends
    NEW       no connectID                         connect()
    OPENING   QIOPEN is out                        +QIOPEN: id,0: OPEN; else DEAD
    OPEN      after a closed URC `_hung` is set    a failure, or close(): DEAD
    DEAD      `_why` says what happened

Blocking send and recv_into allocate nothing. A buffer is used only while the call lasts; at
timeout 0, and where it is read and written as a stream, data goes through buffers of the socket's
own, see buffers.py. Where the other methods are says further.py.
"""

from micropython import const

from .channel import now, since
from .modem import fail

try:
    from io import IOBase  # what makes an object a stream for MicroPython's own code

    if hasattr(IOBase, "seek"):
        IOBase = object  # type: ignore  # CPython's: its methods would hide ours
except ImportError:
    IOBase = object  # type: ignore

_OPENING = const(1)
_OPEN = const(2)
_DEAD = const(3)
_NEW = const(4)

# channel.py: forms of transfer
_READ = const(0)
_TEXT = const(1)
_HEX = const(2)
_PROMPTED = const(3)

# errors.py
_SEND_FAIL = const(-2)
_TIMEOUT = const(-6)
_NOT_CONNECTED = const(-10)
_NO_MEMORY = const(-11)
_CLOSED = const(-12)


class SocketPool:
    """Stands in for the `socket` module and for CircuitPython's pool, on one modem."""

    AF_INET = 2
    SOCK_STREAM = 1
    SOCK_DGRAM = 2

    def __init__(self, modem) -> None:
        self._modem = modem

    def __getattr__(self, name: str) -> int:
        from . import pool

        return getattr(pool, name)

    def socket(self, af: int = 2, type: int = 1, proto: int = 0) -> "Socket":
        """A new socket. It takes one of the module's connectIDs when it connects."""
        if not 0 < type < 3:
            raise ValueError("type")
        return Socket(self._modem, type)

    def getaddrinfo(self, host: str, port: int, af: int = 0, type: int = 0, *flags) -> list:
        """One entry with the name as it is: the module looks it up when the socket connects."""
        return [(2, type or 1, 0, "", (host, port))]


class Socket(IOBase):
    """One TCP or UDP client. Times are seconds, as with any socket; None waits for ever."""

    # Here and not in the object what poll() does not set: it may not allocate.
    _host = ""
    _id = -1  # connectID
    _state = _NEW
    _ms = -1  # timeout: -1 for ever, 0 never wait
    _ahead = None  # buffers.py
    _out: "bytes | bytearray | memoryview | None" = None

    def __init__(self, modem, type: int = 1) -> None:
        self.lost = 0  # "buff full" reports: each means that the module has dropped data
        self._modem = modem
        self._udp = type == 2
        # The <err> of +QIOPEN, when it has come; DEAD: for `fail`
        self._why: int | OSError = _NOT_CONNECTED
        self._busy = False  # the channel works on a command of ours
        self._pos = 0  # bytes to send: _out[_pos:_end]
        self._end = 0
        self._form = _READ  # of the command in flight,
        self._piece = 0  # and the bytes it sends
        self._fails = 0  # SEND FAILs in a row
        self._held = False  # until it is time to try again (errors.py)
        self._in = None  # where to receive; None: nobody asks
        self._room = 0  # and how much
        self._got = 0  # bytes received so far
        self._avail = False  # the module may hold data for us
        self._drain = False  # the rest of a datagram that did not fit is to be dropped
        self._hung = False  # the peer has closed

    def __getattr__(self, name: str):
        from .further import method

        return method(self, name)

    # -- opening and closing ----------------------------------------------------------------

    def connect(self, address) -> None:
        """Open a connection to (host, port); the host may be a name.

        OSError: ECONNREFUSED, EHOSTUNREACH (no such name, no network), ETIMEDOUT, ENOMEM (no
        connectID is free); EINPROGRESS at timeout 0: the opening goes on, `send` tells.
        """
        self._modem.connect(self, address)

    def close(self) -> None:
        """Close the connection and free its connectID. Waits for that unless the timeout is 0.

        Never fails, and may be called twice. What send() has taken is sent first.
        """
        modem = self._modem
        op = modem._start(self._closing(_CLOSED))
        while self._ms and not op.done and not modem._busy:
            modem._spin()

    def _closing(self, why):
        modem = self._modem
        while self._state == _OPEN:
            if self._pos >= self._end:
                self._fail(why)
            else:
                yield
        if modem._sockets[self._id] is self:
            yield from modem._shut(self._id)
        self._fail(why)

    def __enter__(self):
        return self

    def __exit__(self, *exc) -> None:
        self.close()

    def settimeout(self, seconds: "float | None") -> None:
        """None: wait for ever. 0: never wait, OSError(EAGAIN) instead. Else ETIMEDOUT after it."""
        self._ms = -1 if seconds is None else int(seconds * 1000)
        if not self._ms:
            self._buffers()

    # -- sending and receiving --------------------------------------------------------------

    def send(self, buf) -> int:
        """Send bytes; returns how many were taken: all of them, or fewer at timeout 0.

        A UDP datagram goes in one piece: ValueError if it is too long for that. OSError: EAGAIN
        (the module's buffer is full), ETIMEDOUT, ENOTCONN, ECONNRESET.
        """
        if isinstance(buf, str):
            buf = buf.encode()
        n = len(buf)
        self._check()
        if not self._ms:
            return self._ahead.send(buf, n)  # type: ignore[attr-defined]
        self._until(_READ)  # what was taken at timeout 0 goes first
        if self._udp and n and self._plan(buf, 0, n) < n:
            raise ValueError("too long")
        self._out = buf
        self._pos = 0
        self._end = n
        self._until(_READ)
        if n and not self._pos:
            fail(_SEND_FAIL, self._host)
        return self._pos

    def recv_into(self, buf, nbytes: int = 0) -> int:
        """Receive into `buf`, at most `nbytes` if given; returns the count, 0 at the end.

        From UDP one datagram, whose rest is dropped if it does not fit. OSError: ETIMEDOUT, EAGAIN
        at timeout 0, ENOTCONN, ECONNRESET, EIO (the line lost bytes of this socket's data).
        """
        n = min(nbytes or len(buf), len(buf))
        if self._ahead:
            k = self._ahead.take(buf, n)
            if k or not self._ms:
                return k
        self._check()
        self._room = n
        self._got = 0
        if n and (self._avail or not self._hung):
            self._in = buf
            self._until(_OPEN)
        return self._got

    def _until(self, what: int) -> None:
        # Wait: until it is open (_OPENING), has received (_OPEN), or else has sent. An exception
        # takes the request back: it may not outlive the caller's buffer.
        t = now()
        try:
            while (
                self._state == what
                if what == _OPENING
                else self._in
                if what
                else self._pos < self._end
            ):
                # A command in flight is never broken off: it uses the buffer.
                if not self._busy and 0 < self._ms <= since(t):
                    fail(_TIMEOUT, self._host)
                self._modem._spin()
                self._check()
        except BaseException:
            self._let_go(what)
            raise

    def _plan(self, buf, pos: int, end: int) -> int:
        # How many bytes of buf[pos:end] go into the next command; sets its form. Text only where
        # every byte is safe without quotes: letters, digits and - . / : _
        modem = self._modem
        n = i = min(end - pos, modem.INLINE_MAX)
        while i:
            i -= 1
            b = buf[pos + i]
            if not (97 <= b | 32 <= 122 or 45 <= b <= 58 or b == 95):
                n = i = 0
        self._form = _TEXT if n else _PROMPTED if modem.PROMPT_MAX else _HEX
        return n or min(end - pos, modem.PROMPT_MAX or modem.HEX_MAX)

    # -- what poll() does for it ------------------------------------------------------------

    def _serve(self, channel) -> bool:
        # Returns whether there is something to do, and does it if the channel is ready.
        if self._ahead:
            self._ahead.refill()
        if self._busy or self._state != _OPEN:
            return False
        n = 0
        if self._pos < self._end and not self._held:
            n = self._plan(self._out, self._pos, self._end)
        if not n and not self._drain and not (self._in and self._avail):
            return False
        if channel.ready():
            self._busy = True
            self._piece = n
            if n:
                channel.transfer(self, self._form, self._id, n, self._out, self._pos)
            else:
                # A recv URC during the command sets it again: nothing is missed.
                self._avail = False
                n = self._modem.READ_MAX
                n = min(self._room - self._got, n) or n
                buf = None if self._drain else self._in
                channel.transfer(self, _READ, self._id, n, buf, self._got)
        return True

    def _finish(self, code: int) -> None:
        self._busy = False
        if self._state != _OPEN:
            return
        if code:
            self._refused(code)
        elif self._piece:
            self._pos += self._piece
            self._fails = 0
        else:
            channel = self._modem.channel
            n = channel.got
            more = self._udp and channel.rem > 0
            if n:
                self._avail = True
            if self._drain:
                self._drain = more
                return
            self._got += n
            if not more or self._got >= self._room:
                self._drain = more
                if n or (self._hung and not self._avail):
                    self._in = None

    # -- what URCs do to it -----------------------------------------------------------------

    def _urc(self, p, b: int) -> bool:
        # b: what its name starts with. Returns whether it makes sense.
        if b == 79:  # +QIOPEN
            why = p.num(1)
            if why >= 0 and self._state == _OPENING:
                self._why = why
            return why >= 0
        if self._state == _OPEN:  # while opening, closed means the last tenant of this id
            self._avail = True
            if b == 99:  # closed
                self._hung = True
            elif p.line[p.n - 1] == 34:  # "buff full"
                self.lost += 1
                if not self._udp:
                    self._fail(_NO_MEMORY)  # there is a hole in the stream
        return True

    def _fail(self, why) -> None:
        if self._state != _DEAD:
            self._state = _DEAD
            self._why = why

    def _check(self) -> None:
        if self._state > _OPEN:
            fail(self._why, self._host)

"""TCP and UDP sockets in buffer mode, with the face of MicroPython's and CircuitPython's own.

A socket holds at most one send and one receive request; `Modem.poll()` turns them into QISEND and
QIRD, one command for one socket at a time. A method that blocks makes a request and polls.

    state     what it means                        ends
    NEW       no connectID                         connect()
    OPENING   QIOPEN is out                        +QIOPEN: id,0: OPEN; else DEAD
    OPEN      after a closed URC `_hung` is set    a failure: DEAD
    DEAD      `_errno` and `_code` say why         close()
    SHUT      the connectID is free at CLOSE OK

Blocking send and recv_into allocate nothing. A buffer is used only while the call lasts; at timeout
0 data goes through buffers of the socket's own, see nonblocking.py.
"""

import errno

from micropython import const

from . import ticks
from .errors import QuectelError, failure
from .modem import quoted

_STREAM = const(1)
_DGRAM = const(2)
_AF_INET = const(2)

_NEW = const(0)
_OPENING = const(1)
_OPEN = const(2)
_DEAD = const(3)
_SHUT = const(4)

# channel.py
_TIMEOUT = const(-2)
_SEND_FAIL = const(-4)

_HOST_MAX = const(150)
_BACK_OFF_MS = const(250)  # after SEND FAIL; doubled each time
_TRIES = const(5)
_BLOCKED = const(551)
_USED = const(563)
_BUSY = const(568)

# The forms of one piece of data
_INLINE = const(0)
_HEX = const(1)
_PROMPTED = const(2)

# What is safe in AT+QISEND=id,n,data without quotes: `"` `,` `;` and control bytes are not, nor is
# a blank at either end. JSON is not: BC26 manual, 2.1.4, note 3.
_SAFE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/?=&%+@#*()- "


class SocketPool:
    """Stands in for the `socket` module and for CircuitPython's pool, on one modem."""

    AF_INET = 2
    AF_INET6 = 10
    SOCK_STREAM = 1
    SOCK_DGRAM = 2
    IPPROTO_TCP = 6
    IPPROTO_UDP = 17

    def __init__(self, modem) -> None:
        self._modem = modem

    def socket(self, af: int = _AF_INET, type: int = _STREAM, proto: int = 0) -> "Socket":
        """A new socket. It takes one of the module's connectIDs when it connects."""
        return Socket(self._modem, type)

    def getaddrinfo(self, host: str, port: int, af=0, type=0, proto=0, flags=0) -> list:
        """One entry with the name as it is: the module looks it up when the socket connects."""
        return [(_AF_INET, type or _STREAM, proto, "", (host, port))]


class Socket:
    """One TCP or UDP client. Times are seconds, as with any socket; None waits for ever."""

    def __init__(self, modem, type: int = _STREAM) -> None:
        self.lost = 0  # "buff full" reports: each means that the module has dropped data
        self._modem = modem
        self._udp = type == _DGRAM
        self._id = -1  # connectID
        self._state = _NEW
        self._ms = -1  # timeout: -1 for ever, 0 never wait
        self._errno = 0  # why it is dead,
        self._code = 0  # and the module's code for it, if it gave one
        self._error = -1  # the <err> of +QIOPEN; -1 until it comes
        self._busy = False  # the channel works on a command of ours
        self._out = None  # bytes to send: _out[_pos:_end]
        self._pos = 0
        self._end = 0
        self._piece = 0  # bytes of the command in flight; 0: it is a QIRD
        self._form = _INLINE
        self._fails = 0  # SEND FAILs in a row
        self._again = 0  # tick of the next try
        self._in = None  # where to receive; None: nobody asks
        self._room = 0  # and how much
        self._got = 0  # bytes received so far
        self._avail = False  # the module may hold data for us
        self._drain = False  # the rest of a datagram that did not fit is to be dropped
        self._hung = False  # the peer has closed
        self._ahead = None  # nonblocking.py

    # -- opening and closing ----------------------------------------------------------------

    def connect(self, address) -> None:
        """Open a connection to (host, port); the host may be a name.

        OSError: ECONNREFUSED, EHOSTUNREACH (no such name, no network), ETIMEDOUT, ENOMEM (no
        connectID is free); EINPROGRESS at timeout 0: the opening goes on, `send` tells.
        """
        host, port = address
        quoted(host, _HOST_MAX, "host")
        if not 0 < port < 65536:
            raise ValueError("port: 1 to 65535")
        if ":" in host and not self._modem.IPV6:
            raise ValueError("host: no IPv6 here")
        if self._state:
            raise OSError(errno.EALREADY)
        self._state = _OPENING
        op = self._modem._start(self._open(host, port))
        if not self._ms:
            raise OSError(errno.EINPROGRESS)
        try:
            t = ticks.ticks_ms()
            while not op.done:
                self._spin(t)
        finally:
            if not op.done:
                op.cancel()
                self._fail(errno.ECONNABORTED)
                self._release()
        op.result()

    def _open(self, host: str, port: int):
        modem = self._modem
        try:
            yield from modem._ready()
            self._claim()
            kind = "UDP" if self._udp else "TCP"
            text = '+QIOPEN=%d,%d,"%s","%s",%d,0,0' % (modem.CONTEXT, self._id, kind, host, port)
            if ":" in host:
                text += ",1"
            try:
                yield from modem._at(text)
            except QuectelError as e:
                if e.code != _USED:
                    raise
                yield from modem._at("+QICLOSE=%d" % self._id, modem.CLOSE_MS)
                yield from modem._at(text)
            t = ticks.ticks_ms()
            while self._error < 0:
                self._check()
                if ticks.ticks_diff(ticks.ticks_ms(), t) >= modem.OPEN_MS:
                    raise OSError(errno.ETIMEDOUT)
                yield
            if self._error:
                raise QuectelError(self._error, host)
            self._state = _OPEN
        except OSError as e:
            # Whatever went wrong, the id stays in use until QICLOSE (manuals, 2.1.1).
            self._fail(e.errno, getattr(e, "code", 0))
            yield from self._closing()
            raise

    def _claim(self) -> None:
        sockets = self._modem._sockets
        if None not in sockets:
            raise OSError(errno.ENOMEM)
        self._id = sockets.index(None)
        sockets[self._id] = self

    def close(self) -> None:
        """Close the connection and free its connectID. Waits for that unless the timeout is 0.

        Never fails, and may be called twice. What send() has taken is sent first.
        """
        if self._state != _SHUT:
            op = self._release()
            if self._ms and not self._modem._polling:
                try:
                    self._modem._wait(op)
                except OSError:
                    pass

    def _release(self):
        return self._modem._start(self._closing())

    def _closing(self):
        modem = self._modem
        while self._state == _OPEN and self._pos < self._end:
            yield
        self._state = _SHUT if self._state != _DEAD else _DEAD
        if self._id >= 0 and modem._sockets[self._id] is self:
            yield from modem._shut(self._id)

    def __enter__(self):
        return self

    def __exit__(self, *exc) -> None:
        self.close()

    def settimeout(self, seconds: "float | None") -> None:
        """None: wait for ever. 0: never wait, OSError(EAGAIN) instead. Else ETIMEDOUT after it."""
        self._ms = -1 if seconds is None else int(seconds * 1000)
        if not self._ms and self._ahead is None:
            from .nonblocking import Ahead

            self._ahead = Ahead(self, self._modem.HEX_MAX if self._udp else 128)

    def setblocking(self, flag: bool) -> None:
        """settimeout(None) or settimeout(0)."""
        self.settimeout(None if flag else 0)

    # -- sending ----------------------------------------------------------------------------

    def send(self, buf) -> int:
        """Send bytes; returns how many were taken: all of them, or fewer at timeout 0.

        A UDP datagram goes in one piece: ValueError if it is too long for that. OSError: EAGAIN
        (the module's buffer is full), ETIMEDOUT, ENOTCONN, ECONNRESET.
        """
        n = len(buf)
        if self._udp and n:
            self._plan(buf, 0, n)
            if self._piece < n:
                raise ValueError("datagram: at most %d such bytes" % self._piece)
        self._check_open()
        if not self._ms:
            return self._ahead.send(buf, n)
        t = ticks.ticks_ms()
        try:
            while self._pos < self._end:  # what was taken at timeout 0 goes first
                self._spin(t)
            self._out = buf
            self._pos = 0
            self._end = n
            while self._pos < self._end:
                if self._fails > _TRIES:
                    if self._pos:
                        break
                    raise failure(_SEND_FAIL, "send")
                self._spin(t)
            return self._pos
        finally:
            if self._out is buf:
                self._let_go()
                self._out = None
                self._end = self._fails = 0

    def sendall(self, buf) -> None:
        """Send all of `buf`."""
        view = memoryview(buf)
        while len(view):
            view = view[self.send(view) :]

    def _plan(self, buf, pos: int, end: int) -> None:
        # How much of buf[pos:end] goes into the next command, and in which form.
        modem = self._modem
        n = min(end - pos, modem.INLINE_MAX)
        i = pos
        while i < pos + n and buf[i] in _SAFE:
            i += 1
        if i == pos + n and buf[pos] != 32 and buf[i - 1] != 32:
            self._form = _INLINE
        elif modem.PROMPT_MAX:
            self._form = _PROMPTED
            n = min(end - pos, modem.PROMPT_MAX)
        else:
            self._form = _HEX
            n = min(n, modem.HEX_MAX)
        self._piece = n

    # -- receiving --------------------------------------------------------------------------

    def recv_into(self, buf, nbytes: int = 0) -> int:
        """Receive into `buf`, at most `nbytes` if given; returns the count, 0 at the end.

        From UDP one datagram, whose rest is dropped if it does not fit. OSError: ETIMEDOUT, EAGAIN
        at timeout 0, ENOTCONN, ECONNRESET, EIO (the line lost bytes of this socket's data).
        """
        n = min(nbytes or len(buf), len(buf))
        if self._ahead is not None:
            k = self._ahead.take(buf, n)
            if k or not self._ms:
                return k
        if not n:
            return 0
        self._check_open()
        t = ticks.ticks_ms()
        try:
            self._ask(buf, n)
            while self._in is not None:
                self._spin(t)
            return self._got
        finally:
            if self._in is not None:
                self._let_go()
                self._in = None

    def recv(self, n: int) -> bytes:
        """Receive at most `n` bytes; b"" at the end."""
        buf = bytearray(n)
        n = self.recv_into(buf)
        return bytes(memoryview(buf)[:n])

    def _ask(self, buf, n: int) -> None:
        self._room = n
        self._got = 0
        self._in = buf

    # -- what poll() does for it ------------------------------------------------------------

    def _wants(self) -> bool:
        if self._busy or self._state != _OPEN:
            return False
        if self._ahead is not None:
            self._ahead.refill()
        return self._wants_send() or self._drain or (self._in is not None and self._avail)

    def _wants_send(self) -> bool:
        if self._pos >= self._end or self._modem.channel.owed:
            return False
        return not self._fails or ticks.ticks_diff(ticks.ticks_ms(), self._again) >= 0

    def _serve(self, channel) -> None:
        self._busy = True
        if self._wants_send():
            self._plan(self._out, self._pos, self._end)
            if self._form == _PROMPTED:
                channel.prompted_send(self, self._id, self._out, self._pos, self._piece)
            else:
                hexed = self._form == _HEX
                channel.send(self, self._id, self._out, self._pos, self._piece, hexed)
            return
        self._piece = 0
        # A recv URC during the command sets it again: nothing is missed.
        self._avail = False
        limit = self._modem.READ_MAX
        if self._drain:
            channel.read(self, self._id, limit, None, 0)
        else:
            n = min(self._room - self._got, limit)
            channel.read(self, self._id, n, self._in, self._got)

    def _finish(self, code: int) -> None:
        self._busy = False
        if self._state != _OPEN:
            return
        if self._piece:
            if code == 0:
                self._pos += self._piece
                self._fails = 0
                # Behind a prompt the firmware prints no recv URC, and none later.
                self._avail |= self._form == _PROMPTED
                return
            if code == _SEND_FAIL or code == _BLOCKED or code == _BUSY:
                self._again = ticks.ticks_add(ticks.ticks_ms(), _BACK_OFF_MS << self._fails)
                self._fails += 1
                return
        elif code == 0:
            return self._received(self._modem.channel)
        elif code > 0 and self._hung:
            self._in = None  # closed, and read empty
            return
        e = failure(code, "")
        self._fail(e.errno, max(code, 0))
        if code == _TIMEOUT and self._piece:
            # Only QICLOSE ends the module's own waiting for this send.
            self._release()

    def _received(self, channel) -> None:
        n = channel.got
        more = n and self._udp and channel.rem > 0
        if n:
            self._avail = True
        if self._drain:
            self._drain = more
            return
        self._got += n
        if n:
            if more and self._got < self._room:
                return
            self._drain = more
        elif not self._hung or self._avail:
            return
        self._in = None

    # -- what URCs do to it -----------------------------------------------------------------

    def _opened(self, err: int) -> None:
        if self._state == _OPENING:
            self._error = err

    def _arrived(self, p) -> None:
        self._avail = True
        i = p.field(2)
        if i > 0 and p.line[i] == 34:  # "buff full"
            self.lost += 1

    def _hung_up(self) -> None:
        # While opening it is the last tenant of this id that is meant.
        if self._state == _OPEN:
            self._hung = self._avail = True

    def _audited(self, alive: int) -> None:
        if self._state == _OPEN:
            self._avail = True
            if not alive >> self._id & 1:
                self._fail(errno.ECONNRESET)

    # -- errors -----------------------------------------------------------------------------

    def _fail(self, number: int, code: int = 0) -> None:
        if self._state < _DEAD:
            self._state = _DEAD
            self._errno = number
            self._code = code

    def _check(self) -> None:
        if self._state >= _DEAD:
            raise QuectelError(self._code) if self._code else OSError(self._errno or errno.EBADF)

    def _check_open(self) -> None:
        self._check()
        if self._state != _OPEN:
            raise OSError(errno.EAGAIN if self._state else errno.ENOTCONN)

    def _spin(self, since: int) -> None:
        # One turn of a wait. A command in flight is never broken off: it uses the caller's buffer.
        self._modem._spin()
        self._check()
        if self._ms > 0 and not self._busy:
            if ticks.ticks_diff(ticks.ticks_ms(), since) >= self._ms:
                raise OSError(errno.ETIMEDOUT)

    def _let_go(self) -> None:
        # An exception broke off a call while a command uses the caller's buffer.
        if self._busy:
            self._busy = False
            self._modem.channel.forget(self)
            self._fail(errno.ECONNABORTED)

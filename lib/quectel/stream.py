"""The stream protocol: what MicroPython's own code, and programs written for its sockets, call.

Methods of a Socket. None means "nothing now" at timeout 0, b"" and 0 the end; what fails raises
OSError. What is written gathers, and what is read for a line waits, in buffers.py.

C hands `readinto` and `write` a buffer that is gone when they return: nothing keeps it.
"""

import errno

from micropython import const

from .buffers import Ahead
from .channel import now, since

_READ = const(0)  # channel.py

# socket.py
_OPENING = const(1)
_OPEN = const(2)
_NEW = const(4)

_CLOSED = const(-12)  # errors.py

# py/stream.h: requests, and what POLL answers
_FLUSH = const(1)
_POLL = const(3)
_CLOSE = const(4)
_RD = const(1)
_WR = const(4)
_ERR = const(8)
_HUP = const(16)
_NVAL = const(32)
_ALWAYS = const(56)  # ERR, HUP and NVAL are told without being asked for

_LINES = const(512)  # bytes asked for at once where a line is looked for, or the end;
_DATAGRAM = const(1500)  # of UDP: what does not fit would be dropped


# -- reading ------------------------------------------------------------------------------------


def readinto(s, buf, nbytes: int = -1) -> "int | None":
    """As recv_into, but None where that has EAGAIN."""
    return _receive(s, buf if nbytes < 0 else memoryview(buf)[:nbytes], now())


def read(s, n: "int | None" = -1) -> "bytes | None":
    """Exactly `n` bytes, fewer at the end of the stream or at timeout 0; one datagram of UDP. All
    up to the end if `n` is left out.

    The timeout is for the `n` bytes together. What had come before an error is read again.
    """
    if n is None or n < 0:
        return _read_all(s)
    data = bytearray(n)
    view = memoryview(data)
    t = now()
    got = 0
    k: int | None = 0
    while got < n:
        try:
            k = _receive(s, view[got:], t)
        except OSError:
            _keep(s, view[:got])
            raise
        if not k:
            break
        got += k
        if s._udp:
            break
    return None if k is None and not got else bytes(view[:got])


def _read_all(s) -> "bytes | None":
    # Each piece has the timeout for itself: how much will come nobody knows.
    data = bytearray()
    piece = bytearray(_DATAGRAM if s._udp else _LINES)
    while True:
        try:
            k = _receive(s, piece, now())
        except OSError:
            _keep(s, data)
            raise
        if k:
            data.extend(memoryview(piece)[:k])
        if not k or s._udp:
            return None if k is None and not data else bytes(data)


def readline(s, n: int = -1) -> "bytes | None":
    """Up to and with the next newline, at most `n` bytes; without one at the end of the stream or
    at timeout 0.

    The timeout is for the whole line. What had come before an error is read again.
    """
    ahead = s._buffers()
    line = b""
    if not isinstance(ahead, Ahead):
        s.recv_into(bytearray(1))  # says why not: a listener, transparent mode
    if not n:
        return line
    t = now()
    while True:
        if ahead._from >= ahead._to:
            try:
                k = _fill(s, ahead, t)
            except OSError:
                _keep(s, line)
                raise
            if not k:
                return None if k is None and not line else line
        start = ahead._from
        end = ahead.kept.find(b"\n", start, ahead._to) + 1 or ahead._to
        if n >= 0:
            end = min(end, start + n - len(line))
        line += bytes(memoryview(ahead.kept)[start:end])
        ahead._from = end
        if len(line) == n or line.endswith(b"\n"):
            return line


def _fill(s, ahead, t: int) -> "int | None":
    # What comes next into the empty window of lines.
    n = _DATAGRAM if s._udp else _LINES
    if len(ahead.kept) < n:
        ahead.kept = bytearray(n)
    k = _receive(s, ahead.kept, t)
    ahead._from = 0
    ahead._to = k or 0
    return k


def _keep(s, data) -> None:
    # They were read in vain, and come first next time.
    ahead = s._buffers()
    if len(data):
        kept = bytearray(data)
        kept.extend(memoryview(ahead.kept)[ahead._from : ahead._to])
        ahead.kept = kept
        ahead._from = 0
        ahead._to = len(kept)


def _receive(s, buf, t: int) -> "int | None":
    # recv_into with what is left of a timeout that began at `t`; None: nothing now.
    ms = s._ms
    if not ms or s._pos < s._end:
        _pump(s._modem)
    if not len(buf):
        return 0
    if not ms:
        ahead = s._buffers()
        if isinstance(ahead, Ahead) and not ahead.waiting():
            s._check()
            return None
    elif 0 < len(buf) < _LINES and not s._udp and isinstance(s._buffers(), Ahead):
        # A byte, or the header of a record: what comes behind it is fetched in the same QIRD.
        ahead = s._ahead
        if ahead._from >= ahead._to:
            k = _fill(s, ahead, t)
            if not k:
                return k
        return ahead.take(buf, len(buf))
    elif ms > 0:
        s._ms = max(ms - since(t), 1)
    try:
        return s.recv_into(buf)
    except OSError as e:
        if ms or e.errno != errno.EAGAIN:
            raise
        return None
    finally:
        s._ms = ms


def _pump(modem) -> None:
    # A poll, and another one if it has begun a command: to have it leave.
    modem.poll()
    if modem.channel.pending:
        modem.poll()


# -- writing ------------------------------------------------------------------------------------


def write(s, buf, *window) -> "int | None":
    """write(buf), write(buf, n), write(buf, start, n): bytes of a stream, or a string. They leave
    together with what is written next, see buffers.py; of UDP each write is a datagram.

    Returns how many were taken: all, but at timeout 0 those there is room for, None if there is
    none. OSError: what was taken before could not be sent.
    """
    if isinstance(buf, str):
        buf = buf.encode()
    if window:
        start = window[0] if len(window) > 1 else 0
        buf = memoryview(buf)[start : start + window[-1]]
    s._check()
    ahead = s._buffers()
    if not s._udp and isinstance(ahead, Ahead):
        return ahead.gather(buf, len(buf))
    try:
        return s.send(buf)
    except OSError as e:
        if s._ms or e.errno != errno.EAGAIN:
            raise
        return None


def flush(s) -> None:
    """Send what write() has taken; at timeout 0 only begin to."""
    if not s._ms:
        _pump(s._modem)
    elif s._pos < s._end:
        s._until(_READ)


# -- what C asks --------------------------------------------------------------------------------


def makefile(s, *args, **more):
    """The socket itself is what a file would be."""
    return s


def ioctl(s, request: int, arg: int) -> int:
    """py/stream.h's ioctl. POLL polls the modem, CLOSE closes in the next poll: it may be called
    by the garbage collector, when nothing can be allocated. Unknown requests: -EINVAL."""
    if request == _POLL:
        return _ready(s, arg)
    if request == _CLOSE:
        _shut(s)
        return 0
    if request == _FLUSH:
        flush(s)
        return 0
    return -errno.EINVAL


def _shut(s) -> None:
    try:
        ahead = s._buffers()
    except MemoryError:
        s._fail(_CLOSED)  # it has no buffers yet; its connectID is free when one is needed
        return
    if isinstance(ahead, Ahead):
        ahead.shut = True
    else:
        s.close()


def _ready(s, wanted: int) -> int:
    # RD: reading would not wait. WR: writing would not. After that the unasked ones.
    try:
        _pump(s._modem)
        flags = _flags(s, wanted)
    except Exception:  # it would go through poll() of select, and end asyncio's loop
        flags = _ERR | _HUP
    return flags & (wanted | _ALWAYS)


def _flags(s, wanted: int) -> int:
    if s._state == _NEW:
        return _WR if s._udp else _HUP
    if s._state > _OPEN:
        return _NVAL if s._why == _CLOSED else _RD | _WR | _ERR | _HUP
    ahead = s._buffers()
    if not hasattr(ahead, "waiting"):
        return _NVAL  # in transparent mode its stream is another one
    ahead.looked = now()
    if s._state == _OPENING:
        return 0
    ahead.told = True
    flags = 0
    if wanted & _RD:
        if not ahead.polled:
            ahead.polled = True
            ahead.eager()
        if ahead.waiting():
            flags = _RD
    if wanted & _WR and ahead.room():
        flags |= _WR
    return flags

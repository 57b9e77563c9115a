"""A socket's own buffers: for timeout 0, where `poll()` fills and empties them, and for streams.

    kept[_from:_to]   read for a line, and not asked for yet: first of all
    _in[_pos:_end]    read ahead: at timeout 0, or once ioctl has been asked about reading
    out               taken and not sent yet: what leaves is s._out[s._pos:s._end], as of any send

Small writes gather in `out`. What lies there leaves as one command in the next `poll()`: with any
read, with close, with another socket's doings, or with the next write after a while.
"""

from micropython import const

from .channel import now, since
from .modem import fail
from .socket import Socket

_AGAIN = const(-17)  # errors.py
_CLOSED = const(-12)
_READ = const(0)  # channel.py
_OPEN = const(2)  # socket.py
_STREAM = const(512)  # bytes of each buffer of a TCP socket; one QISENDEX of a BC66
_GATHER_MS = const(100)  # writes that come later than this belong to something else


def _buffers(s) -> "Ahead":
    # What `s` has them in, made at the first need.
    ahead = s._ahead
    if not ahead:
        ahead = s._ahead = Ahead(s)
    elif hasattr(ahead, "settled"):
        ahead = ahead.settled()  # it has been in transparent mode
    elif not s._ms and isinstance(ahead, Ahead):
        ahead.eager()
    return ahead


def _closing(s, why):
    # In the place of Socket._closing once there are buffers. Of a module that does not answer it
    # does not wait for ever that what lies there is sent.
    modem = s._modem
    failed = modem.channel.failed
    while s._state == _OPEN:
        if s._pos >= s._end or failed != modem.channel.failed:
            s._fail(why)
        else:
            yield
    if modem._sockets[s._id] is s:
        yield from modem._shut(s._id)
    s._fail(why)


class Ahead:
    """What socket `s` has received and not been asked for, and has taken and not sent yet.

    A datagram is at most HEX_MAX bytes both ways.
    """

    def __init__(self, s) -> None:
        self._s = s
        self.out = bytearray(s._modem.HEX_MAX if s._udp else _STREAM)
        self.kept = b""  # a buffer once there has been a line
        self._from = 0
        self._to = 0
        self._in: bytearray | None = None  # made when something is to be read ahead
        self._pos = 0
        self._end = 0
        self._asked = False  # the receive request of the socket is ours
        self.polled = False  # read ahead at any timeout, and not only at 0,
        self._direct = False  # but not beside a receive that waits with a buffer of its own
        self.looked = 0  # when ioctl was asked last, if ever;
        self.told = False  # it has said that the socket is open, or somebody has read
        self.shut = False  # ioctl wants it closed, as soon as something can be allocated
        self._since = now()  # when the first byte came into the empty `out`
        if not s._ms:
            self.eager()

    def eager(self) -> None:
        """Make room to read ahead. When it is full QIRD stops, and the module's window closes."""
        if not self._in:
            self._in = bytearray(len(self.out))

    # -- received ---------------------------------------------------------------------------

    def refill(self) -> None:
        """Do what has become due: read ahead when the last bytes have been taken, or close."""
        if self.shut:
            self.shut = False
            self._s._modem._start(self._s._closing(_CLOSED))
        self._refill()

    def _refill(self) -> None:
        s = self._s
        if self._asked and s._in is None:
            self._asked = False
            self._pos = 0
            self._end = s._got
        if self._direct or (s._ms and not self.polled):
            return
        if self._pos >= self._end and s._in is None and s._avail:
            self._asked = True
            s._in = self._in
            s._room = len(self._in)
            s._got = 0

    def waiting(self) -> bool:
        """Is there something that can be taken at once, the end of the stream included?"""
        s = self._s
        self._direct = False
        self.refill()
        return self.left() or (s._hung and not s._avail and s._in is None)

    def left(self) -> bool:
        """Are there bytes that have been read and not been asked for?"""
        self._refill()
        return self._from < self._to or self._pos < self._end

    def take(self, buf, n: int) -> int:
        """Move up to `n` bytes to `buf`. 0: the end of the stream, or, at a timeout that is not 0,
        QIRD has to be asked. At timeout 0: OSError(EAGAIN) if there are none."""
        if self._s._state == _OPEN:
            self.told = True
        k = min(n, self._to - self._from)
        if k > 0:
            _copy(self.kept, self._from, buf, 0, k)
            self._from += k
            return k
        return self._take(buf, n)

    def _take(self, buf, n: int) -> int:
        s = self._s
        self._direct = False
        self.refill()
        if s._ms and s._in:
            s._until(_OPEN)  # a read ahead is under way, maybe since just now
            self.refill()
        pos = self._pos
        k = min(n, self._end - pos)
        _copy(self._in, pos, buf, 0, k)
        self._pos = self._end if s._udp else pos + k
        if not k and s._ms:
            self._direct = True
        elif not k:
            s._check()
            if not (s._hung and not s._avail and s._in is None):
                fail(_AGAIN, "nothing yet")
        return k

    # -- to be sent -------------------------------------------------------------------------

    def send(self, buf, n: int) -> int:
        """Take up to all `n` bytes; OSError(EAGAIN) while the last ones have not left yet."""
        s = self._s
        k = min(n, len(self.out))
        if s._udp and k < n:
            raise ValueError("datagram: at most %d bytes at timeout 0" % k)
        if s._pos < s._end:
            fail(_AGAIN, "not sent yet")
        self._empty()
        self._append(buf, k)
        return k

    def room(self) -> int:
        """How many bytes can be taken at once; of UDP none until the last datagram has left."""
        s = self._s
        if s._pos >= s._end:
            self._empty()
        elif s._udp:
            return 0
        return len(self.out) - s._end

    def gather(self, buf, n: int) -> "int | None":
        """Take bytes of a stream, which leave with others: all, at timeout 0 those there is room
        for, None if there is none. OSError: what was taken before cannot be sent."""
        s = self._s
        room = self.room()
        if s._ms:
            if s._end and (n > room or since(self._since) >= _GATHER_MS):
                s._until(_READ)
                room = self.room()
            if n > room:
                view = memoryview(buf)
                while len(view):
                    view = view[Socket.send(s, view) :]
                return n
        elif n and not room:
            return None
        n = min(n, room)
        self._append(buf, n)
        return n

    def _empty(self) -> None:
        s = self._s
        s._out = self.out
        s._pos = s._end = s._fails = 0
        self._since = now()

    def _append(self, buf, n: int) -> None:
        _copy(buf, 0, self.out, self._s._end, n)
        self._s._end += n


def _copy(source, i: int, target, j: int, n: int) -> None:
    # Byte by byte: a slice would allocate, and its store into a large buffer moves all behind it.
    for k in range(n):
        target[j + k] = source[i + k]

"""TCP LISTENER: a socket that others connect to. Methods of a `Socket`, see further.py.

    s.bind(("", 2020)); s.listen()      opens it
    child, address = s.accept()         a connected Socket

The module chooses the connectID of each connection, and tells it by a URC: "incoming" when it has
accepted it by itself, "accept" when `option("tcp/accept", 0)` leaves that to us, and then accept()
or refuse() say so with QIACCEPT. What it had no connectID left for counts in `s.lost`.
"""

from micropython import const

from . import attach
from .channel import now, since
from .contexts import activated
from .modem import fail
from .pdp import context_of
from .services import fields
from .socket import Socket

# socket.py
_OPENING = const(1)
_OPEN = const(2)
_NEW = const(4)

# errors.py
_TIMEOUT = const(-6)
_RESET = const(-7)
_NOT_CONNECTED = const(-10)
_ALREADY = const(-13)
_AGAIN = const(-17)
_UNSUPPORTED = const(555)
_USED = const(563)

_ACCEPT_MS = const(10_000)


def bind(s, address) -> None:
    """The local port, 1 to 65535, that `listen` opens, or a client connects from; the host in
    `address` means nothing."""
    port = address[1]
    if not 0 < port < 65536:
        raise ValueError("port: 1 to 65535")
    if s._state != _NEW:
        fail(_ALREADY, "bind")
    s._local = port
    if not _serves(s):
        s.connect = lambda address: attach.connect(_From(s._modem, port), s, address)
    elif context_of(s) is None:
        s._context = s._modem.CONTEXT


def _serves(s) -> bool:
    return getattr(type(s._modem), "CONTEXTS", 0) > 0


class _From:
    # A modem without servers, as attach.connect sees it: a client gets a local port.
    def __init__(self, modem, port: int) -> None:
        self.CONTEXT = modem.CONTEXT
        self._start = modem._start
        self._ends = [end and end.replace("0", str(port), 1) for end in modem._ends]


def open_server(s, kind: str) -> None:
    """Open `kind` of server on the port that bind() gave: until it is open, or EINPROGRESS."""
    modem = s._modem
    mode = 1 if hasattr(s, "_push") else 0
    if mode:
        from .push import prepare

        prepare(modem)
    text = '+QIOPEN=%d,#,"%s","127.0.0.1",0,%d,%d' % (s._context, kind, s._local, mode)
    s._state = _OPENING
    s._host = "%s %d" % (kind, s._local)
    modem._start(activated(modem, s, attach._open(s, text)))
    if s._ms or hasattr(s, "_door"):
        s._until(_OPENING)
        s._check()


def listen(s, backlog: int = 0) -> None:
    """Open the listener, which takes as many connections as the module has connectIDs left.

    QuectelError: the port is taken (574), the context cannot be activated ...
    """
    if s._udp or not hasattr(s, "_local"):
        raise ValueError("listen: a TCP socket after bind()")
    if not _serves(s):
        fail(_UNSUPPORTED, "listen")
    if s._state != _NEW:
        fail(_ALREADY, "listen")
    _Door(s)
    open_server(s, "TCP LISTENER")


def accept(s) -> tuple:
    """(Socket, (address, port)) of the next connection. OSError: EAGAIN, ETIMEDOUT as by timeout.

    The new socket waits for ever, as any new one.
    """
    door = _door(s)
    modem = s._modem
    t = now()
    while not door.queue:
        s._check()
        if door.op and door.op.done:
            op = door.op
            door.op = None
            op.result()
        if door.asked and not door.op:
            door.asked -= 1
            door.op = modem._start(_answer(s, 1))
        if not s._ms or 0 < s._ms <= since(t):
            fail(_TIMEOUT if s._ms else _AGAIN, s._host)
        modem._spin()
    return door.queue.pop(0)


def refuse(s) -> bool:
    """Refuse the next connection that asks to be accepted ("tcp/accept",0); False if none does."""
    door = _door(s)
    s._check()
    if not door.asked:
        return False
    door.asked -= 1
    op = s._modem._start(_answer(s, 0))
    while s._ms and not op.done:
        s._modem._spin()
    if op.done:
        op.result()
    return True


def _door(s):
    if not hasattr(s, "_door"):
        fail(_UNSUPPORTED, "not listening")
    return s._door


def _answer(s, yes: int):
    # QIACCEPT; the module tells the new connectID after the OK.
    modem = s._modem
    door = s._door
    while modem._accepting:
        yield
    modem._accepting = s
    try:
        n = len(door.queue)
        yield from modem._at("+QIACCEPT=%d,%d" % (s._id, yes), _ACCEPT_MS)
        t = now()
        while yes and n == len(door.queue) and s._state == _OPEN:
            if since(t) >= _ACCEPT_MS:
                fail(_TIMEOUT, s._host)
            yield
    finally:
        modem._accepting = None


class _Door:
    # Where connections to the listener `s` arrive.
    def __init__(self, s) -> None:
        self._s = s
        self.queue: list = []  # (Socket, address) that accept() has not handed out
        self.asked = 0  # connections that wait for our QIACCEPT
        self.op = None  # the QIACCEPT under way
        self._close = s.close
        modem = s._modem
        # Former listeners of this modem that have been closed hear no more.
        kept = [u for u in modem._urcs if not _deaf(u[1])]
        for prefix in (b'+QIURC: "incoming', b'+QIURC: "accept",', b"+QIACCEPT: "):
            kept.append((prefix, self))
        modem._urcs = tuple(kept)
        s._door = self
        s._ahead = self
        s.close = self.close
        s.send = s.recv_into = _no_data

    # As the socket's Ahead (buffers.py): a listener has no data to be asked for.
    out = None
    polled = True

    def refill(self) -> None:
        self._s._avail = False

    def waiting(self) -> bool:
        """Has accept() something to do?"""
        op = self.op
        return len(self.queue) > 0 or (op.done if op else self.asked > 0)

    def room(self) -> int:
        return 0

    def __call__(self, line: str) -> None:
        # One of our URCs. The connection must have its Socket before the next line is read.
        s = self._s
        if s._state != _OPEN:
            return
        word, *rest = fields(line)
        if word == "incoming full":
            s.lost += 1
        elif word == "incoming":
            if int(rest[1]) == s._id:
                self._admit(int(rest[0]), rest[2], int(rest[3]))
        elif word == "accept":
            if int(rest[0]) == s._id:
                self.asked += 1
        elif s._modem._accepting is s:
            self._admit(int(word), rest[0], int(rest[1]))

    def _admit(self, cid: int, host: str, port: int) -> None:
        s = self._s
        modem = s._modem
        if not 0 <= cid < modem.IDS:
            return
        other = modem._sockets[cid]
        if other:
            # Ours was just going to open with this id, or is closed without our knowing.
            other._fail(_USED if other._state == _OPENING else _RESET)
        child = Socket(modem)
        child._id = cid
        child._host = host
        child._context = s._context
        child._state = _OPEN
        modem._sockets[cid] = child
        if hasattr(s, "_push") and modem.INHERIT:
            from .push import adopt_push

            adopt_push(child, s._push)
        self.queue.append((child, (host, port)))

    def close(self) -> None:
        """Socket.close; connections that nobody accepted are closed too."""
        self._close()
        while self.queue:
            self.queue.pop()[0].close()


def _no_data(*args) -> None:
    fail(_NOT_CONNECTED, "a listener")


def _deaf(callback) -> bool:
    return isinstance(callback, _Door) and callback._s._state not in (_OPENING, _OPEN)

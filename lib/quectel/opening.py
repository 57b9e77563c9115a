"""How a socket gets its connection. As attach.py, this leaves memory again when it is done."""

from micropython import const

from .attach import leave, set_up
from .modem import fail, quoted
from .ticks import now, since

_HOST_MAX = const(150)

# socket.py
_OPENING = const(1)
_OPEN = const(2)

# errors.py
_TIMEOUT = const(-6)
_NO_MEMORY = const(-11)
_ALREADY = const(-13)
_IN_PROGRESS = const(-14)
_UNSUPPORTED = const(555)
_USED = const(563)


def connect(s, address) -> None:
    """Socket.connect."""
    host, port = address
    modem = s._modem
    quoted(host, _HOST_MAX)
    if not 0 < port < 65536 or (":" in host and not getattr(modem, "_ipv6", 0)):
        raise ValueError("address: %r" % (address,))
    if s._state:
        fail(_ALREADY, host)
    s._state = _OPENING
    s._host = host
    modem._start(_open(s, port))
    if not s._ms:
        fail(_IN_PROGRESS, host)
    s._until(_OPENING)
    s._check()


def _open(s, port: int):
    modem = s._modem
    host = s._host
    try:
        if not modem._known:
            yield from set_up(modem)
        ids = modem._sockets
        if None not in ids:
            fail(_NO_MEMORY, "no connectID is free")
        s._id = cid = ids.index(None)
        ids[cid] = s
        text = '+QIOPEN=%d,%d,"%s","%s",%d,0,0'
        text %= (modem.CONTEXT, cid, "UDP" if s._udp else "TCP", host, port)
        if ":" in host:
            if not modem._ipv6:
                fail(_UNSUPPORTED, host)
            text += ",1"
        try:
            yield from modem._at(text)
        except OSError as e:
            if getattr(e, "code", 0) != _USED:
                raise
            yield from modem._shut(cid)
            ids[cid] = s
            yield from modem._at(text)
        t = now()
        while s._why == -1 and s._state == _OPENING:
            if since(t) >= modem.OPEN_MS:
                s._why = _TIMEOUT
            yield
        why = s._why
    except OSError as e:
        why = e
    if why or s._state != _OPENING:
        # A failed open keeps the id in use until QICLOSE (manuals, 2.1.1).
        yield from s._closing(why)
    else:
        s._state = _OPEN
    leave()

"""Methods of a Socket beyond connect, send and recv_into, of a few lines each.

Those that need more have files of their own: further.py says which.
"""

from micropython import const

_RESET = const(-7)  # errors.py


def recv(s, n: int) -> bytes:
    """Receive at most `n` bytes; b"" at the end. Otherwise as recv_into."""
    buf = bytearray(n)
    n = s.recv_into(buf)
    return bytes(memoryview(buf)[:n])


def context(s, cid: int) -> None:
    """Use PDP context `cid` from connect(), bind() on; it is activated when needed."""
    if not 0 < cid <= getattr(type(s._modem), "CONTEXTS", 1):
        raise ValueError("context %d" % cid)
    s._context = cid


def state(s) -> int:
    """The <socket_state> by QISTATE, 0 without a connectID: see `Modem.sockets` in services.py."""
    return s._modem.socket_state(s)


def getpeername(s) -> tuple:
    """(host, port) of the far end, by QISTATE. OSError(ENOTCONN), or why it has failed."""
    s._check()
    found = [entry for entry in s._modem.sockets() if entry[0] == s._id]
    if not found:
        s._fail(_RESET)
    s._check()
    return found[0][2:4]


def sent(s) -> tuple:
    """(total, acknowledged, unacknowledged) bytes, by QISEND=id,0; not on BC66."""
    return s._modem.socket_sent(s)


def access_mode(s, *mode) -> int:
    """0 buffer, 1 direct push; after switching to it if it is given. See push.py."""
    from . import push

    return push.access_mode(s, *mode)


def sendall(s, buf) -> None:
    """Send all of `buf`."""
    view = memoryview(buf)
    while len(view):
        view = view[s.send(view) :]


def setblocking(s, flag: bool) -> None:
    """settimeout(None) or settimeout(0)."""
    s.settimeout(None if flag else 0)


def setsockopt(s, *args) -> None:
    """Accepted for the programs that call it; the module has nothing to set here."""

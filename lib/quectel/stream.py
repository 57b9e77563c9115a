"""What programs expect of a socket beyond send and recv: its methods, loaded when first used."""

from .modem import fail


def state(s) -> int:
    """0 initial, 1 opening, 2 connected, 3 closing, 4 closed by the peer (BC26), by QISTATE."""
    return s._modem.socket_state(s)


def sent(s) -> tuple:
    """(total, acknowledged, unacknowledged) bytes, by QISEND=id,0; not on BC66."""
    return s._modem.socket_sent(s)


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
    return


def transparent(s, dtr=None):
    """A stream of raw bytes over this socket, see transparent.py; not on BC modules: EOPNOTSUPP.

    `dtr`: a pin that is wired to the module's DTR, which is then used to leave.
    """
    if not hasattr(s._modem.channel, "raw"):
        fail(555, "transparent mode")
    from .transparent import enter

    return enter(s, dtr)

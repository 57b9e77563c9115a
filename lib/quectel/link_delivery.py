"""Connections of a Link: opened with the failures counted, and asked whether data has arrived.

EG800Q&EG91xQ manual, figure 1: five openings that fail in a row; acknowledged within two minutes.
"""

import errno

from micropython import const

from .channel import now, since
from .modem import fail

_TRIES = const(24)
_TRY_MS = const(5_000)

_PORT_MAX = const(65_535)
_HOST_MAX = const(150)

# socket.py
_OPENING = const(1)
_OPEN = const(2)

# errors.py
_TIMEOUT = const(-6)
_ABORTED = const(-9)


def opening(link, address, type: int, timeout_s):
    """Steps of Link.open."""
    from .attach import quoted
    from .link import UP
    from .socket import SocketPool

    modem = link.modem
    host, port = address
    quoted(host, _HOST_MAX)
    if not 0 < port <= _PORT_MAX:
        raise ValueError("port")
    s = SocketPool(modem).socket(2, type)
    if link.state != UP:
        raise OSError(errno.EHOSTUNREACH, link.reason)
    s._ms = 0  # or connect() would wait
    try:
        modem.connect(s, address)
    except OSError as e:
        if e.errno != errno.EINPROGRESS:
            raise
    s.settimeout(timeout_s)
    t = now()
    try:
        while s._state == _OPENING:
            if 0 < s._ms <= since(t):
                fail(_TIMEOUT, host)
            yield
    finally:
        if s._state == _OPENING:
            s._fail(_ABORTED)  # given up: the opening closes it
    if s._state != _OPEN and _refused(s._why):
        link.backoff.unopened += 1
    s._check()
    link.backoff.unopened = 0
    return s


def _refused(why) -> bool:
    # By the module or in the module's own time; not: no connectID is free, it has rebooted ...
    return hasattr(why, "code") or (isinstance(why, int) and (why == _TIMEOUT or why > 0))


def delivering(link, s):
    """Steps of Link.delivered."""
    from .services import socket_sent

    while s._state == _OPENING or (s._state == _OPEN and s._pos < s._end):
        yield  # taken, at timeout 0, and not sent yet
    s._check()
    if s._udp or not link.modem.PROMPT_MAX:
        return
    for _ in range(_TRIES):
        t = now()
        try:
            if not (yield from socket_sent(link.modem, s))[2]:
                link.ok()
                return
        except (OSError, ValueError, IndexError):
            s._check()  # asked in vain, unless that was the end of it
        while since(t) < _TRY_MS:
            yield
    yield from s._closing(_TIMEOUT)
    fail(_TIMEOUT, "not acknowledged: " + s._host)

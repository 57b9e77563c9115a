"""Connections that nobody can close any more. Asked when all connectIDs are in use.

MicroPython tells nobody that an object is gone, and some programs close none before the next one.
So these are taken for gone:

    a socket that has failed             umqtt, when it reconnects
    one at its end, and read to it       the same
    one to be closed by the next poll    TLS, by the garbage collector
    one that asyncio waited for, until   a task that is cancelled while it connects asks no more;
    some time ago                        nor one, after a while, whose connection has ended
    if there are none of these: one      TLS that refuses a certificate drops the socket below it
    that has ended, and is not read

What is taken has failed with ECONNRESET, should somebody have it after all.
"""

import gc

from micropython import const

from .channel import since

_DEAD = const(3)  # socket.py
_RESET = const(-7)  # errors.py
_GONE_MS = const(5000)  # a task that waits for a connection asks after it more often than that,
_FORGOTTEN_MS = const(60_000)  # and one with a connection that has ended will read what is left


def reclaim(modem):
    """Steps that free connectIDs; they return whether there is one now."""
    gc.collect()  # C closes what lies below a TLS socket that nobody has
    for unread in (False, True):
        found = False
        for cid, s in enumerate(modem._sockets):
            if s and (s._state == _DEAD or _abandoned(s) or _ended(s, unread)):
                modem._sockets[cid] = False
                s._fail(_RESET)
                yield from modem._shut(cid)
                found = True
                if unread:
                    break
        if found:
            return True
    return False


def _looked(s) -> int:
    return getattr(s._ahead, "looked", 0)


def _abandoned(s) -> bool:
    if _looked(s) and (s._hung or not s._ahead.told):
        return since(_looked(s)) >= (_FORGOTTEN_MS if s._ahead.told else _GONE_MS)
    return getattr(s._ahead, "shut", False)


def _ended(s, unread: bool) -> bool:
    if not s._hung or s._in is not None or s._busy:
        return False
    return not s._avail or (unread and not _looked(s))

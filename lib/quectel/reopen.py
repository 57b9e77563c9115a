"""A connection that could not be opened: perhaps it can, once a connectID has been freed.

MicroPython tells nobody that an object is gone, and some programs close none before the next one.
So, when all connectIDs are in use, these are taken for gone:

    a socket that has failed             umqtt, when it reconnects
    one at its end, and read to it       the same
    one to be closed by the next poll    TLS, by the garbage collector; its last words go first
    one that asyncio waited for, until   a task that is cancelled while it connects asks no more;
    some time ago                        nor one, after a while, whose connection has ended
    if there are none of these: one      TLS that refuses a certificate drops the socket below it
    that has ended, and is not read

What is taken has failed with ECONNRESET, should somebody have it after all.
"""

import gc

from micropython import const

from .channel import since
from .errors import failure

# socket.py
_OPENING = const(1)
_DEAD = const(3)

# errors.py
_RESET = const(-7)
_NOT_CONNECTED = const(-10)
_NO_MEMORY = const(-11)
_CLOSED = const(-12)
_USED = const(563)

_GONE_MS = const(5000)  # a task that waits for a connection asks after it more often than that,
_FORGOTTEN_MS = const(60_000)  # and one with a connection that has ended will read what is left


def not_open(s, why, text: str):
    """Steps after a QIOPEN, `text`, has ended with `why`: once more if its connectID was in use.

    Else the end of it: a failed open keeps the id in use until QICLOSE (manuals, 2.1.1).
    """
    again = why == _USED or getattr(why, "code", 0) == _USED
    if s._id < 0 and None not in s._modem._sockets:
        why = failure(_NO_MEMORY, "no connectID")
        again = yield from _reclaim(s._modem)
    if again and s._state == _OPENING and not s._fails:
        from .attach import _open

        s._fails = 1
        s._why = _NOT_CONNECTED
        if s._id >= 0:
            yield from s._modem._shut(s._id)
        yield from _open(s, text)
    else:
        s._fails = 0
        yield from s._closing(why)


def _reclaim(modem):
    # Steps that free connectIDs; they return whether there is one now.
    gc.collect()  # C closes what lies below a TLS socket that nobody has
    found = False
    for s in modem._sockets:
        if s and getattr(s._ahead, "shut", False):
            s._ahead.shut = False
            yield from s._closing(_CLOSED)
            found = True
    if found:
        return True
    for unread in (False, True):
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
    if not _looked(s):
        return False
    used = s._ahead.told or s._out is not None
    return (s._hung or not used) and since(_looked(s)) >= (_FORGOTTEN_MS if used else _GONE_MS)


def _ended(s, unread: bool) -> bool:
    if not s._hung or s._in is not None or s._busy:
        return False
    left = s._avail or (hasattr(s._ahead, "left") and s._ahead.left())
    return not left or (unread and not _looked(s))

"""What failures mean to a program that knows sockets, and what the driver does about some of them.

Loaded when something fails for the first time.
"""

import errno

from micropython import const

from .channel import pause

_ERROR = const(-1)
_OPENING = const(1)  # socket.py
_SEND_FAIL = const(-2)
_TIMEOUT = const(-6)
_BROKEN = const(-8)
_ABORTED = const(-9)
_NO_MEMORY = const(-11)
_BLOCKED = const(551)
_BUSY = const(568)
_ASK_MS = const(600)
_TRIES = const(5)  # sends of the same bytes after SEND FAIL,
_BACK_OFF_MS = const(125)  # this long after it, doubled at each

# Codes 550 to 574 (the same in all five manuals, table 1) in their order, a letter each.
_CODES = "abcddeffgghiafbijkblhhmcf"
# The letters. Only names that MicroPython's and CircuitPython's errno both have.
_NAMES = (
    "EIO EAGAIN EINVAL ENOMEM EOPNOTSUPP EADDRINUSE ECONNRESET ECONNABORTED EHOSTUNREACH "
    "ECONNREFUSED ENOTCONN ETIMEDOUT EACCES EALREADY EINPROGRESS EBADF ENODEV"
)
# The drivers' own codes -6, -7, ...: see `fail`
_OWN = "lgahkdpnoqmb"


def _errno(letter: str) -> int:
    return getattr(errno, _NAMES.split()[ord(letter) - 97])


class QuectelError(OSError):
    """The module said no. `errno` is what sockets use, `code` is what the module said.

    `code`: 550 to 574 (TCP/IP), the number of a `+CME ERROR`, or -1 for a bare `ERROR`.
    """

    def __init__(self, code: int, text: str = "") -> None:
        letter = _CODES[code - 550] if 550 <= code <= 574 else "a"
        super().__init__(_errno(letter), "%s: error %d" % (text, code))
        self.code = code


def failure(code, text: str = "") -> OSError:
    """The exception for a code of channel.py or of the module, or for an answer without sense."""
    if isinstance(code, Exception):
        code = _NO_MEMORY if isinstance(code, MemoryError) else _BROKEN
    if code >= -1:
        return QuectelError(code, text)
    return OSError(_errno(_OWN[-6 - code] if code < -5 else "b"), text)


def _refused(s, code: int) -> None:
    """A command of Socket `s` ended with `code`."""
    if s._piece:
        _unsent(s, code)
    else:
        s._in = None
        if code < 0 or not s._hung:  # else: closed, and read empty
            s._fail(code)


def _unsent(s, code: int) -> None:
    # The same bytes again later, or the end of it.
    if code == _SEND_FAIL or code == _BLOCKED or code == _BUSY:
        s._fails += 1
        if s._fails <= _TRIES:
            s._held = True
            s._modem._start(_hold(s, _BACK_OFF_MS << s._fails))
            return
        s._fails = 0
        if _forget(s):
            return  # send() says how much was taken
        code = _ABORTED  # it had been taken already
    s._fail(code)
    if code == _TIMEOUT:
        # Only QICLOSE ends the module's own waiting for this send; it gets the channel before any
        # other send can, so that a late SEND OK has nobody to be taken by.
        s._modem._start(s._closing(code))


def _hold(s, ms: int):
    yield from pause(ms)
    s._held = False


def _forget(s) -> bool:
    # What is still to be sent, unless it is in a buffer of the socket's own (buffers.py).
    mine = s._ahead and s._out is s._ahead.out
    if not mine:
        s._end = s._pos
    return not mine


def _let_go(s, what: int) -> None:
    """An exception broke off Socket._until(what): the caller's buffer may be gone at once."""
    if what == _OPENING or s._busy:
        _abandon(s)
    if what:
        if s._in is not None and s._udp and s._got:
            s._drain = True  # its first part is lost: the rest is no datagram
            s._got = 0
        s._in = None
        s._avail = True  # its recv URC may have been lost: the next one asks the module
    else:
        _forget(s)


def _abandon(s) -> None:
    # A command is out that uses the caller's buffer, or opens.
    s._fail(_ABORTED)
    channel = s._modem.channel
    owner = channel._owner
    if s is (owner.owner if isinstance(owner, _Reason) else owner):
        if channel._asked > 0:
            channel._break(_TIMEOUT)  # a QIRD: its data may be half in
        else:
            channel._soil(_TIMEOUT)
            # Its SEND OK may still come, and must not be taken for another's: see `_unsent`.
            s._modem._start(s._closing(_ABORTED))


def broken(channel, code: int) -> None:
    """The count and the bytes disagree: nothing is a line until there has been silence."""
    channel.parser.abort()
    channel._mute = True
    channel.dropped += 1
    modem = channel._modem
    if modem._known:
        # URCs may have been lost: what is still open?
        modem.audit(wait=False)
    channel._soil(code)


class _Reason:
    """Owner of a QIGETERROR that is out in the name of another, and passes on what it says."""

    def __init__(self, owner) -> None:
        self.owner = owner
        self.lines: list = []

    def _finish(self, code: int) -> None:
        if code >= _TIMEOUT:
            # +QIGETERROR: 552,"invalid parameters"
            number = "".join(self.lines[:1])[13:].split(",")[0]
            code = int(number) if not code and number.isdigit() else _ERROR
        self.owner._finish(code or _ERROR)


def ask(channel) -> None:
    """After ERROR: ask for the reason in the owner's name (QIGETERROR; manuals, 2.1.12).

    It knows that of TCP/IP commands only: AT+QI..., AT+QP..., AT+QN...
    """
    owner = channel._owner
    if isinstance(owner, _Reason) or bytes(channel.head[2:5]) not in (b"+QI", b"+QP", b"+QN"):
        return channel._finish(_ERROR)
    channel.start(_Reason(owner), "AT+QIGETERROR", _ASK_MS)

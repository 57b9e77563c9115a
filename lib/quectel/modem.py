"""The modem: its loop, its operations, its settings, and what its URCs mean.

Every operation is a generator (operation.py). Getting to the network is in attach.py, the services
are in services.py; both are loaded when one of their functions is first used.
"""

import errno

from micropython import const

from . import ticks
from .channel import Channel
from .errors import failure
from .operation import Operation

_LOCAL_MS = const(1000)  # manuals: 300 ms; a busy module has been seen to take longer
_HEARD = const(16)  # lines kept for a service that waits for URCs

_ATTACH = "attach power_on reset registration ip"
_SERVICES = (
    "signal imei imsi iccid firmware last_error resolve ping ntp dns_servers option sockets "
    "command on_urc stats power_off"
)


def quoted(text: str, limit: int, what: str) -> str:
    """`text` between quotes. ValueError if that is not possible, before anything is written."""
    if not 0 < len(text) <= limit:
        raise ValueError("%s: 1 to %d characters" % (what, limit))
    for c in text:
        if not " " <= c <= "~" or c == '"':
            raise ValueError("%s: no %r in it" % (what, c))
    return '"' + text + '"'


class _Answer:
    # Owns one command: its information lines, then how it ended.
    def __init__(self) -> None:
        self.lines = []
        self.code = None

    def _info(self, parser) -> None:
        self.lines.append(parser.text())

    def _finish(self, code: int) -> None:
        self.code = code


class Modem:
    """What all families share. A family is a subclass that is mostly data, see bc66.py.

    `uart`: anything with any/readinto/write, or CircuitPython's busio.UART, at timeout 0.
    `power`: a `Power`, or None where nothing switches the module.
    `idle`, when set, is called over and over while a method waits: feed a watchdog, sleep a bit.
    """

    CHANNEL = Channel
    CONTEXT = 1
    PROMPT_MAX = 0  # bytes behind one prompt; 0: has none
    IPV6 = False
    DNS_CONFIG = False

    def __init__(self, uart, power=None) -> None:
        self.channel = self.CHANNEL(uart, self)
        self.power = power
        self.idle = None
        self.unknown = 0  # counter: lines and ids that mean nothing to us
        self._sockets = [None] * self.IDS  # by connectID: who has it, until QICLOSE has freed it
        self._turn = 0  # the connectID served last
        self._operations = []  # under way
        self._urcs = []  # (prefix, callback) pairs of on_urc
        self._expect = ()  # prefixes of the URCs a service waits for,
        self._heard = []  # and the lines that came
        self._known = False  # the module is set up as we need it
        self._boots = 0  # how often it has rebooted under us
        self._dubious = False  # URCs may have been lost: ask the module what is still open
        self._polling = False

    def __getattr__(self, name: str):
        if name in _ATTACH.split():
            from . import attach as home
        elif name in _SERVICES.split():
            from . import services as home
        else:
            raise AttributeError(name)
        function = getattr(home, name)
        return lambda *args, **kwargs: function(self, *args, **kwargs)

    # -- the loop ---------------------------------------------------------------------------

    def poll(self) -> None:
        """Advance everything by one step. Never blocks; reads at most 256 bytes."""
        if self._polling:
            return
        self._polling = True
        try:
            self.channel.poll()
            if self._dubious and self._known and not self._operations:
                self._operations.append(Operation(self._audit()))
            for op in self._operations:
                if not op.done:
                    op._step()
                if op.done:
                    self._operations.remove(op)
                    break
            self._serve()
        finally:
            self._polling = False

    def _serve(self) -> None:
        # One command for one socket, and another's turn next.
        n = len(self._sockets)
        i = self._turn
        for _ in range(n):
            i = (i + 1) % n
            s = self._sockets[i]
            if s is not None and s._wants():
                if self.channel.ready():
                    self._turn = i
                    s._serve(self.channel)
                return

    def _start(self, steps) -> Operation:
        op = Operation(steps)
        op._step()
        if isinstance(op._error, ValueError):
            raise op._error
        if not op.done:
            self._operations.append(op)
        return op

    def _wait(self, op: Operation):
        try:
            while not op.done:
                self._spin()
        finally:
            op.cancel()
        return op.result()

    def _spin(self) -> None:
        if self._polling:
            raise OSError(errno.EALREADY, "a callback must not wait")
        self.poll()
        if self.idle is not None:
            self.idle()

    # -- steps of operations ----------------------------------------------------------------

    def _at(self, text: str, ms: int = _LOCAL_MS, need: bool = False, answer=None):
        channel = self.channel
        failed = channel.failed
        while not channel.ready():
            if channel.failed != failed:
                raise OSError(errno.ETIMEDOUT, "the module does not answer")
            if channel.stuck():
                raise OSError(errno.EIO, "stuck in data mode: reset()")
            yield
        if answer is None:
            answer = _Answer()
        channel.start(answer, "AT" + text, ms, need)
        while answer.code is None:
            yield
        if answer.code:
            raise failure(answer.code, text)
        return answer.lines

    def _pause(self, ms: int):
        t = ticks.ticks_ms()
        while ticks.ticks_diff(ticks.ticks_ms(), t) < ms:
            yield

    def _ready(self):
        # Every setting the driver relies on is set: another program's may be in NVRAM.
        while not self._known:
            boots = self._boots
            for text in self.SETTINGS:
                yield from self._at(text)
            yield from self._optional()
            yield from self._audit()
            self._known = boots == self._boots

    def _optional(self):
        # For families: settings that old firmware refuses.
        yield from ()

    def _audit(self):
        # What has the module open that nobody here owns, and the other way round?
        self._dubious = False
        lines = yield from self._at("+QISTATE?")
        alive = 0
        for line in lines:
            cid = int(line[10:].split(",")[0])
            alive |= 1 << cid
            if cid < self.IDS and self._sockets[cid] is None:
                yield from self._shut(cid)
        for s in self._sockets:
            if s is not None:
                s._audited(alive)

    def _shut(self, cid: int):
        # QICLOSE; the id is free again after it, whatever the module says of it.
        try:
            yield from self._at("+QICLOSE=%d" % cid, self.CLOSE_MS)
        except OSError:
            pass
        self.channel.owed = False
        self._sockets[cid] = None

    # -- what the module says by itself -----------------------------------------------------

    def _word(self, p) -> bool:
        # RDY with garbage glued to it, APP RDY, POWERED DOWN, NORMAL POWER DOWN
        return p.ends(b"RDY") or p.ends(b"POWERED DOWN") or p.ends(b"POWER DOWN")

    def _urc(self, p) -> None:
        known = self._socket_urc(p)
        for prefix in self._expect:
            if p.begins(prefix) and len(self._heard) < _HEARD:
                self._heard.append(p.text())
                known = True
        for prefix, callback in self._urcs:
            if p.begins(prefix):
                known = True
                try:
                    callback(p.text())
                except Exception:
                    self.channel.dropped += 1
        if p.line[0] != 43 and self._word(p):
            self._rebooted()
        elif not known:
            self.unknown += 1

    def _socket_urc(self, p) -> bool:
        s = None
        if p.begins(b"+QIOPEN: "):
            s = self._by_id(p.num(0))
            if s is not None:
                s._opened(p.num(1))
        elif p.begins(b'+QIURC: "recv",'):
            s = self._by_id(p.num(1))
            if s is not None:
                s._arrived(p)
        elif p.begins(b'+QIURC: "closed",'):
            s = self._by_id(p.num(1))
            if s is not None:
                s._hung_up()
        return s is not None

    def _by_id(self, cid: int):
        return self._sockets[cid] if 0 <= cid < len(self._sockets) else None

    def _rebooted(self) -> None:
        self._boots += 1
        self._known = self._dubious = False
        for i in range(len(self._sockets)):
            s = self._sockets[i]
            self._sockets[i] = None
            if s is not None:
                s._fail(errno.ECONNRESET)
        self.channel.reset()

    def _doubt(self) -> None:
        # Lines were lost: a recv or closed may have been among them.
        self._dubious = True

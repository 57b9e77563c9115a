"""The modem: its loop, its operations, and what its URCs mean.

An operation is a generator that `poll()` advances and that owns one command at a time; each of its
`yield`s hands it the Operation that runs it. Those that get to the network are in attach.py, where
the others are says methods.py: their functions are the methods of a Modem, loaded at first use.
"""

from micropython import const

from .channel import Channel

_LOCAL_MS = const(1000)  # manuals: 300 ms; a busy module has been seen to take longer

_POISONED = const(2)  # channel.py

# errors.py
_TIMEOUT = const(-6)
_RESET = const(-7)
_ABORTED = const(-9)
_ALREADY = const(-13)
_IN_PROGRESS = const(-14)


def fail(why, text: str = "") -> None:
    """Raise `why`: an OSError, or the one for a code of errors.py or of the module.

    Any other exception is an answer that made no sense: a number that is none, a missing field.
    """
    if not isinstance(why, OSError):
        from .errors import failure

        why = failure(why, text)
    raise why


class Operation:
    """An operation under way: poll its modem until `done`, then ask `result()`.

    While a command of its is out, `lines` takes the information lines and `code` how it ends.
    """

    done = False
    _value: object
    _why: "int | Exception" = 0  # it failed: an exception or a code

    def __init__(self, steps) -> None:
        self._steps = steps

    def result(self):
        """What the operation returned. OSError: what it failed with; EINPROGRESS: not done yet."""
        why = self._why if self.done else _IN_PROGRESS
        if why:
            fail(why)
        return self._value

    def cancel(self) -> None:
        """Give it up. A command that has left is still waited for, and ignored."""
        if not self.done:
            self.done = True
            self._why = _ABORTED
            self._steps.close()

    def _step(self, op) -> None:
        try:
            self._steps.send(op)
            return
        except StopIteration as e:
            self._value = e.value
        except Exception as e:
            self._why = e
        self.done = True

    def _finish(self, code: int) -> None:
        self.code = code


class Modem:
    """What all families share. A family is a subclass that is mostly data, see bc66.py.

    `uart`: anything with any/readinto/write, or CircuitPython's busio.UART, at timeout 0.
    `power`: a `Power`, or None where nothing switches the module.
    `idle`, when set, is called over and over while a method waits: feed a watchdog, sleep a bit.

    Methods that take time block, or with `wait=False` return an Operation.
    """

    CHANNEL = Channel
    CONTEXT = 1
    CLOSE_MS = 10_000  # CLOSE OK has been seen 5.5 s late
    PROMPT_MAX = 0  # bytes behind one prompt; 0: has none
    _optional: object = None  # a method: steps for settings that not all firmware has
    _ends: tuple = (",0,0", None)  # what QIOPEN ends with, and that of an IPv6 address, if it can

    idle = None
    _boots = 0  # how often it has rebooted under us
    _known = False  # the module is set up as we need it
    _busy = False  # in poll()
    _turn = 0  # the connectID looked at last
    _urcs: tuple = ()  # (prefix, callback) pairs of on_urc, and of services that wait

    def __init__(self, uart, power=None) -> None:
        self.channel = self.CHANNEL(uart, self)
        self.power = power
        # By connectID: who has it, until QICLOSE has freed it; False: nobody, but not free
        self._sockets: list = [None] * self.IDS
        self._ops: list = []  # under way

    def __getattr__(self, name: str):
        from . import attach as home

        if not hasattr(home, name):
            from . import methods as home  # type: ignore[no-redef]
        service = getattr(home, name)
        if isinstance(service, type):
            return service(self)  # what is no method: m.socket, m.aio

        def method(*args, wait=True, **more):
            steps = service(self, *args, **more)
            if not hasattr(steps, "send"):
                return steps
            op = self._start(steps)
            if not wait:
                return op
            try:
                while not op.done:
                    self._spin()
            finally:
                op.cancel()
            return op.result()

        return method

    def _start(self, steps) -> Operation:
        op = Operation(steps)
        op._step(None)
        if isinstance(op._why, ValueError):
            raise op._why
        self._ops.append(op)
        return op

    def poll(self) -> None:
        """Advance everything by one step. Never blocks; reads at most 256 bytes."""
        if self._busy:
            return
        self._busy = True
        try:
            channel = self.channel
            channel.poll()
            # Operations first: a QICLOSE must go before any other socket's send (errors.py).
            for op in self._ops:
                if op.done:
                    self._ops.remove(op)
                    break  # the list has moved; the others step in the next poll
                op._step(op)
            for _ in self._sockets:
                # One command for one socket, and another's turn next.
                self._turn = (self._turn + 1) % self.IDS
                s = self._sockets[self._turn]
                if s and s._serve(channel):
                    break
        finally:
            self._busy = False

    def _spin(self) -> None:
        if self._busy:
            fail(_ALREADY, "poll")
        self.poll()
        if self.idle:
            self.idle()

    # -- steps of operations ----------------------------------------------------------------

    def _at(self, text: str, ms: int = _LOCAL_MS, need: bool = False):
        # One command: its information lines, or OSError.
        channel = self.channel
        failed = channel.failed
        op = yield
        while not channel.ready():
            if channel.failed != failed:
                # POISONED: stuck in data mode, only a reset helps (prompt.py); that is _BROKEN
                fail(_TIMEOUT - (channel.state & _POISONED), "no answer")
            yield
        op.lines = []
        op.code = None
        channel.start(op, "AT" + text, ms, need)
        while op.code is None:
            yield
        if op.code:
            fail(op.code, text)
        return op.lines

    def _shut(self, cid: int):
        # QICLOSE; the id is free again after it, whatever the module says of it.
        owner = self._sockets[cid]
        try:
            yield from self._at("+QICLOSE=%d" % cid, self.CLOSE_MS)
        except OSError:
            pass
        if self._sockets[cid] is owner:
            self._sockets[cid] = None

    # -- what the module says by itself -----------------------------------------------------

    def _urc(self, p):
        # Every line that is no answer; returns whether it means something to us.
        known = self._urcs and self.hear(p)
        b = 0
        if p.begins(b"+QIOPEN: "):
            b = 79
        elif p.begins(b'+QIURC: "'):
            b = p.line[9]
        if b in b"Ocr":  # or closed, or recv
            cid = p.num(b != 79)
            s = 0 <= cid < self.IDS and self._sockets[cid]
            if s and s._urc(p, b):
                known = True
        # RDY with garbage glued to it, APP RDY, POWERED DOWN, NORMAL POWER DOWN
        n = p.n
        if p.line[0] != 43 and (
            p.line.find(b"RDY", n - 3, n) >= 0 or p.line.find(b" DOWN", n - 5, n) >= 0
        ):
            self._rebooted()
            known = True
        return known

    def _rebooted(self) -> None:
        self._boots += 1
        self._known = False
        for s in self._sockets:
            if s:
                s._fail(_RESET)
        self._sockets = [None] * self.IDS
        self.channel.reset()

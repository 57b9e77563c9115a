"""The channel of modules that take payload behind a `>`, and the way out when that goes wrong.

    phase     what goes on                        ends
    PROMPT    AT+QISEND=id,n is out               `>`: the data, then ANSWER; an error; else LISTEN
    LISTEN    POISONED: does the prompt come yet? quiet: Esc is written, ESCAPE; a result: GAP
    ESCAPE    has Esc ended the data mode?        a result, or no prompt was seen: GAP; else IDLE

POISONED and IDLE is stuck: a prompt was seen, Esc was taken for data, and any text would go to the
peer. Only a reset of the module gets out of it. When all the data has left and only the result is
missing, the module has its count: that is DIRTY, as with any command.
"""

from micropython import const

from .channel import Channel

# channel.py
_POISONED = const(2)
_IDLE = const(0)
_ANSWER = const(1)
_SETTLE = const(5)
_BROKEN = const(-8)
_SEND_OK = const(-3)
_FORM = const(3)

_PROMPT = const(2)
_LISTEN = const(6)
_ESCAPE = const(7)

_PROMPT_MS = const(5_000)
_SEND_MS = const(15_000)
_QUIET_MS = const(1_000)


def echo_off(modem):
    """Steps that turn off the echo of what follows a prompt; True if the firmware knows how.

    An echo of payload cannot be told from an answer: without this there is no prompt.
    """
    try:
        yield from modem._at('+QICFG="echomode",0')
        return True
    except OSError as e:
        if not hasattr(e, "code"):
            raise
        return False


class PromptChannel(Channel):
    """A Channel that can also send behind the prompt: form 3 of `transfer`."""

    def __init__(self, uart, modem) -> None:
        super().__init__(uart, modem)
        self._open = False  # data mode: the prompt was seen, no result since
        self.send_hex = False  # QICFG "dataformat",1: what is behind the prompt is hex digits

    def ready(self) -> bool:
        """As Channel.ready; what is stuck counts as a failed recovery."""
        if self.state == _POISONED and self.phase == _IDLE:
            self.failed += 1
            return False
        return super().ready()

    def transfer(self, owner, form: int, cid: int, n: int, buf, off: int) -> None:
        """As Channel.transfer."""
        # super() would allocate, with so many arguments.
        Channel.transfer(self, owner, form, cid, n, buf, off)
        if form == _FORM:
            if self.send_hex:
                self.hexed = True
                self.size = n << 1
            self.emit(0)
            self._wait(_PROMPT, _PROMPT_MS)

    def poll(self) -> None:
        """As Channel.poll; a prompt only counts when the whole command has left."""
        if self.phase == _PROMPT and not self.pending:
            self.parser.prompt = True
        super().poll()

    def _prompted(self) -> None:
        # From here on the module takes everything for payload, until it has its count.
        self._open = True
        if self.phase == _PROMPT:
            # Behind a prompt firmware prints no recv URC, for whatever socket, and none later.
            for s in self._modem._sockets:
                if s:
                    s._avail = True
            self.n = 0
            self.emit(self.size)
            self._wait(_ANSWER, _SEND_MS)

    def _final(self, r: int) -> None:
        opened = self._open
        self._open = False
        if self.phase >= _LISTEN:
            self.stray += 1
            self._soil(_BROKEN)
        elif opened and self.pending:
            # It gives up in the middle of the data: where it stands is anybody's guess.
            self._soil(_BROKEN if r == 0 or r == _SEND_OK else r)
        else:
            if self.phase == _PROMPT:
                self._wait(_ANSWER, _SEND_MS)
            super()._final(r)

    def _expired(self) -> None:
        phase = self.phase
        if phase == _LISTEN:
            self.body = b"\x1b"
            self.n = self.off = 0
            self.size = 1
            self.hexed = False
            self.emit(1)
            self._wait(_ESCAPE, _QUIET_MS)
        elif phase == _ESCAPE:
            self.parser.prompt = False
            if self._open:
                self.phase = _IDLE
            else:
                self._soil(0)
        else:
            super()._expired()

    def _soil(self, code: int) -> None:
        # Behind a command whose data phase may be open no text may follow.
        if self.phase == _PROMPT or (self._open and self.pending):
            self.state = _POISONED
            self._wait(_LISTEN, _QUIET_MS)
            self._finish(code)
            self.parser.prompt = True
        else:
            self._open = False
            if self.phase > _SETTLE:
                self.phase = _IDLE
            super()._soil(code)

    def reset(self) -> None:
        """As Channel.reset; it is what ends POISONED."""
        self._open = False
        super().reset()

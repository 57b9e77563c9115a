"""The channel of modules that take payload behind a `>`, and the way out when that goes wrong.

    phase     what goes on                        ends
    PROMPT    AT+QISEND=id,n is out               `>`: the data, then ANSWER; an error; else LISTEN
    LISTEN    POISONED: does the prompt come yet? quiet: Esc is written, ESCAPE; a result: GAP
    ESCAPE    has Esc ended the data mode?        a result, or no prompt was ever seen: GAP; else IDLE

POISONED and IDLE is stuck: a prompt was seen, Esc was taken for data, and any text would go to the
peer. Only a reset of the module gets out of it.
"""

from micropython import const

from .channel import Channel

_POISONED = const(2)  # channel.py
_IDLE = const(0)
_ANSWER = const(1)
_BROKEN = const(-5)
_SEND_OK = const(-6)

_PROMPT = const(2)
_LISTEN = const(6)
_ESCAPE = const(7)

_PROMPT_MS = const(5_000)
_SEND_MS = const(15_000)
_QUIET_MS = const(1_000)


class PromptChannel(Channel):
    """A Channel that can also send behind the prompt."""

    def __init__(self, uart, modem) -> None:
        super().__init__(uart, modem)
        self._buf = None  # what to write behind the prompt: _buf[_off:_off + _n]
        self._off = 0
        self._n = 0
        self._open = False  # data mode: the prompt was seen, no result since

    def prompted_send(self, owner, cid: int, buf, off: int, n: int) -> None:
        """AT+QISEND=cid,n, and behind its prompt buf[off:off + n]."""
        self.writer.short(b"AT+QISEND=", cid, n, b"\r")
        self._launch(owner, _PROMPT_MS, _SEND_OK)
        self._phase = _PROMPT
        self._buf = buf
        self._off = off
        self._n = n
        self._open = False

    def poll(self) -> None:
        """As Channel.poll; a prompt only counts when the whole command has left."""
        if self._phase == _PROMPT and not self.writer.pending:
            self.parser.prompt = True
        super().poll()

    def stuck(self) -> bool:
        """Only a reset of the module helps."""
        return self.state == _POISONED and self._phase == _IDLE

    def _prompted(self) -> None:
        # From here on the module takes everything for payload, until it has its count.
        self._open = True
        if self._phase == _PROMPT:
            self.writer.data(self._buf, self._off, self._n)
            self._wait(_ANSWER, _SEND_MS)

    def _on_result(self, r: int) -> None:
        opened = self._open
        self._open = False
        if self._phase >= _LISTEN:
            self.stray += 1
            self._soil()
        elif opened and self.writer.pending:
            # It gives up in the middle of the data: where it stands is anybody's guess.
            self._give_up(_BROKEN if r == 0 or r == _SEND_OK else r)
        else:
            super()._on_result(r)

    def _expired(self, now: int) -> None:
        phase = self._phase
        if phase == _LISTEN:
            self.writer.data(b"\x1b", 0, 1)
            self._wait(_ESCAPE, _QUIET_MS)
        elif phase == _ESCAPE:
            self.parser.prompt = False
            if self._open:
                self._phase = _IDLE
            else:
                self._soil()
        else:
            super()._expired(now)

    def _give_up(self, code: int) -> None:
        # Behind a command whose data phase may be open no text may follow.
        if self._phase == _PROMPT or self._open:
            self._finish(code)
            self.state = _POISONED
            self.parser.prompt = True
            self._wait(_LISTEN, _QUIET_MS)
        else:
            super()._give_up(code)

    def _finish(self, code: int) -> None:
        self._buf = None
        super()._finish(code)

    def reset(self) -> None:
        """As Channel.reset; it is what ends POISONED."""
        self._open = False
        super().reset()

"""One AT command in flight on a UART, and the certainty that an answer is its own.

What the channel knows about the module is its state:

    CLEAN     nothing is owed to us: the next answer belongs to the next command
    DIRTY     an answer may still be on its way; no command leaves
    POISONED  the module may take what we write for payload, and send it to the peer (prompt.py)

It begins DIRTY, and gets DIRTY by a timeout, a broken payload, a second final result, a reboot.

    phase     what goes on                 ends
    IDLE      nothing; if not CLEAN: given up, until `ready()` asks again
    ANSWER    a command is out             a final result, or the deadline
    GAP       no byte for _GAP_MS?         yes: PROBE
    PROBE     ATE0 is out                  OK as the only result: SETTLE; else GAP, _TRIES times
    SETTLE    does a second result come?   no: CLEAN, IDLE; yes: GAP

A module works on one command after the other. So a late result comes before the probe's own, or
within the probe's answer time after it: both are caught, and none can reach the next command.
"""

from micropython import const

from . import ticks
from .parser import Parser
from .writer import Writer

CLEAN = const(0)
DIRTY = const(1)
POISONED = const(2)

# How a command ends: 0, a positive code that the module gave, or one of these (and errors.py)
_ERROR = const(-1)
_TIMEOUT = const(-2)
_RESET = const(-3)
_SEND_FAIL = const(-4)
_BROKEN = const(-5)  # the answer was not what the manual promises
_SEND_OK = const(-6)
_CLOSE_OK = const(-7)
_NO_RESULT = const(-8)

_IDLE = const(0)
_ANSWER = const(1)
_GAP = const(3)  # from here on the channel works for itself; 2 is prompt.py's
_PROBE = const(4)
_SETTLE = const(5)

# parser.py
_LINE = const(1)
_HEADER = const(2)
_DATA = const(3)

_GAP_MS = const(200)
_LOCAL_MS = const(300)  # manuals: maximum response time of a local command
_READ_MS = const(1500)
_SEND_MS = const(15_000)  # SEND OK: seconds, when the radio link must be set up first
_STALL_MS = const(1000)  # a counted payload that stands still this long is cut
_TRIES = const(3)
_POLL = const(256)  # bytes read in one go at the most

_OK_DUE = const(1)
_SECOND_DUE = const(2)


class Channel:
    """The UART with its parser and writer. `modem` hears of URCs (`_urc`) and of doubt (`_doubt`).

    The owner of a command hears `_info(parser)` for each information line, then `_finish(code)`.
    """

    def __init__(self, uart, modem) -> None:
        if not hasattr(uart, "any"):
            from .busio import MachineUART

            uart = MachineUART(uart)
        self.parser = Parser()
        self.writer = Writer(uart)
        self.state = DIRTY
        self.got = 0  # bytes the last QIRD brought
        self.rem = -1  # bytes it left in its node, -1 if the module did not say
        self.trailer = 2  # CR LFs between QIRD data and OK; 1 where modules leave out the blank line
        self.both = True  # OK comes as well as SEND OK and CLOSE OK
        self.owed = False  # a send timed out: its SEND OK may come, so no other may wait for one
        self.failed = 0  # counters: recoveries given up,
        self.resyncs = 0  # recoveries that worked,
        self.timeouts = 0  # commands without an answer,
        self.stray = 0  # results nobody waited for,
        self.dropped = 0  # lines of a broken payload, and answers that made no sense
        self._uart = uart
        self._modem = modem
        self._chunk = bytearray(128)
        self._phase = _IDLE
        self._deadline = 0
        self._seen = ticks.ticks_ms()  # when the last byte came
        self._owner = None
        self._second = 0  # _SEND_OK or _CLOSE_OK where OK alone does not end the command
        self._due = 0  # which of the two are still to come
        self._need = False  # OK without information is no answer
        self._asked = 0  # bytes a QIRD may bring
        self._asking = False  # QIGETERROR is out in the owner's name,
        self._code = _ERROR  # and this is what it said
        self._trail = False  # QIRD data is in; its trailer is due
        self._mute = False  # lines are the rests of a broken payload
        self._tries = 0

    # -- commands ---------------------------------------------------------------------------

    def ready(self) -> bool:
        """May a command leave now? Asking starts the recovery of a channel that had given up."""
        if self._phase == _IDLE:
            if self.state == CLEAN:
                return True
            if self.state == DIRTY:
                self._soil()
        return False

    def stuck(self) -> bool:
        """Only a reset of the module helps (prompt.py)."""
        return False

    def start(self, owner, text: str, ms: int, need: bool = False) -> None:
        """Any command that a final result ends, CLOSE OK for QICLOSE. `need`: it has an answer."""
        self.writer.text(text)
        second = _CLOSE_OK if self.both and text.startswith("AT+QICLOSE=") else 0
        self._launch(owner, ms, second)
        self._need = need

    def read(self, owner, cid: int, n: int, dest, off: int) -> None:
        """QIRD: at most `n` bytes of connection `cid` into dest[off:]; then see `got` and `rem`."""
        self.writer.short(b"AT+QIRD=", cid, n, b"\r")
        self._launch(owner, _READ_MS, 0)
        self._need = self.parser.reading = True
        self.parser.dest = dest
        self.parser.off = off
        self._asked = n
        self.got = 0
        self.rem = -1

    def send(self, owner, cid: int, buf, off: int, n: int, hexed: bool) -> None:
        """QISEND, or QISENDEX in hex, of buf[off:off + n]."""
        self.writer.short(b"AT+QISENDEX=" if hexed else b"AT+QISEND=", cid, n, b",")
        self.writer.body(buf, off, n, hexed)
        self._launch(owner, _SEND_MS, _SEND_OK)

    def forget(self, owner) -> None:
        """The owner and its buffer are going away in the middle of a command."""
        if self._owner is owner:
            self.parser.abort()
            self._mute = True
            self._modem._doubt()
            self._give_up(_TIMEOUT)

    def reset(self) -> None:
        """The module has rebooted: the command under way is lost, and nothing else is owed."""
        self.parser.abort()
        self._mute = self._trail = self.owed = False
        self._soil()
        self._finish(_RESET)

    def _launch(self, owner, ms: int, second: int) -> None:
        self._owner = owner
        self._second = second
        self._due = _OK_DUE
        if second:
            self._due = _OK_DUE | _SECOND_DUE if self.both else _SECOND_DUE
        self._need = self._asking = self._trail = False
        self._asked = 0
        self._wait(_ANSWER, ms)

    def _wait(self, phase: int, ms: int) -> None:
        self._phase = phase
        self._deadline = ticks.ticks_add(ticks.ticks_ms(), ms)

    # -- poll -------------------------------------------------------------------------------

    def poll(self) -> None:
        """Read at most 256 bytes, write at most 256, look at the clock. Never waits."""
        p = self.parser
        uart = self._uart
        left = _POLL
        self._drain()
        while left > 0:
            n = uart.any()
            if n:
                n = uart.readinto(self._chunk, p.want(min(n, left)))
            if not n:
                break
            self._seen = ticks.ticks_ms()
            left -= n
            p.feed(self._chunk, n)
            self._drain()
        if self.writer.pending:
            self.writer.more()
        if p.left or self._phase:
            now = ticks.ticks_ms()
            if p.left:
                if ticks.ticks_diff(now, self._seen) >= _STALL_MS:
                    self._break()
            elif ticks.ticks_diff(now, self._deadline) >= 0:
                self._expired(now)

    def _drain(self) -> None:
        p = self.parser
        while True:
            event = p.next()
            if not event:
                return
            if event == _LINE:
                self._line()
            elif event == _HEADER:
                self._header()
            elif event == _DATA:
                p.reading = False
                if p.bad:
                    self._break()
                else:
                    self._need = False
                    self._trail = True
                    self._wait(self._phase, _LOCAL_MS)
            else:
                self._prompted()

    def _header(self) -> None:
        p = self.parser
        n = p.num(0)
        if self._phase != _ANSWER or n > self._asked:
            return self._break()
        self.got = n
        self.rem = p.num(1)
        p.payload(n)

    def _line(self) -> None:
        p = self.parser
        if self._trail:
            # The only checksum there is: after the counted bytes nothing but the line ends.
            self._trail = False
            if p.blank < self.trailer:
                self._break()
        if self._mute:
            self.dropped += 1
            return
        result = self._result()
        if result != _NO_RESULT:
            self._on_result(result)
        elif self.writer.is_echo(p):
            return
        elif self._phase != _ANSWER or not self._is_mine():
            self._modem._urc(p)
        elif self._asking:
            self._code = p.num(0)
        elif not self._asked:
            self._need = False
            self._owner._info(p)
        elif p.num(0) == 0:
            self._need = False
        else:
            self.dropped += 1

    def _is_mine(self) -> bool:
        # A line belongs to the command if it carries the command's name, or no name at all.
        p = self.parser
        if p.line[0] == 43:
            return self.writer.named(p)
        return not (self._second or self._asked or self._modem._word(p))

    def _result(self) -> int:
        p = self.parser
        b = p.line[0]
        if b == 43:
            if p.begins(b"+CME ERROR:") or p.begins(b"+CMS ERROR:"):
                return p.num(0) if p.num(0) > 0 else _ERROR
        elif p.match(b"OK"):
            return 0
        elif p.match(b"ERROR"):
            return _ERROR
        elif p.match(b"SEND OK"):
            return _SEND_OK
        elif p.match(b"SEND FAIL"):
            return _SEND_FAIL
        elif p.match(b"CLOSE OK"):
            return _CLOSE_OK
        return _NO_RESULT

    def _on_result(self, r: int) -> None:
        if self._phase >= _GAP:
            self._on_own_result(r)
        elif self._owner is None or self.writer.pending:
            # Nobody waits, or the command has not even left.
            self.stray += 1
            if r == _SEND_OK or r == _SEND_FAIL:
                self.owed = False
            elif r >= _ERROR and self.state == CLEAN:
                self._give_up(_BROKEN)
        elif r == 0 or r == self._second:
            self._due &= ~(_SECOND_DUE if r else _OK_DUE)
            if self._asking:
                self._finish(self._code if self._code > 0 else _ERROR)
            elif not self._due:
                if self._need:
                    # An OK without the answer it belongs to is somebody else's OK.
                    self._soil()
                self._finish(_BROKEN if self._need else 0)
            elif r:
                # SEND OK before OK: the OK must be in before anything else leaves.
                self._wait(_ANSWER, _LOCAL_MS)
        elif r == _ERROR and not self._asking and self.writer.is_tcpip():
            self._ask()
        elif r >= _ERROR or (r == _SEND_FAIL and self._second == _SEND_OK):
            self._finish(_ERROR if self._asking else r)
        else:
            self.stray += 1

    def _ask(self) -> None:
        # TCP/IP commands keep the reason of an ERROR for QIGETERROR (manuals, 2.1.12).
        p = self.parser
        p.reading = p.prompt = False
        self._asking = True
        self._code = _ERROR
        self._second = self._asked = 0
        self.writer.text("AT+QIGETERROR")
        self._wait(_ANSWER, _LOCAL_MS * 2)

    def _finish(self, code: int) -> None:
        owner = self._owner
        p = self.parser
        self._owner = p.dest = None
        p.reading = p.prompt = False
        self.writer.drop()
        if self._phase < _GAP:
            self._phase = _IDLE
        if owner is not None:
            owner._finish(code)

    def _prompted(self) -> None:
        self.dropped += 1  # only prompt.py ever expects one

    # -- recovery ---------------------------------------------------------------------------

    def _expired(self, now: int) -> None:
        phase = self._phase
        if phase == _GAP:
            quiet = ticks.ticks_diff(now, self._seen)
            if quiet < _GAP_MS:
                self._wait(_GAP, _GAP_MS - quiet)
            else:
                self._mute = False
                self.writer.text("ATE0")
                self._wait(_PROBE, _LOCAL_MS)
        elif phase == _PROBE:
            self._again()
        elif phase == _SETTLE:
            self.state = CLEAN
            self._phase = _IDLE
            self.resyncs += 1
        elif self._second and not self._due & _SECOND_DUE:
            self._give_up(0)
        else:
            self.timeouts += 1
            self.owed = self._second == _SEND_OK
            self._give_up(_ERROR if self._asking else _TIMEOUT)

    def _give_up(self, code: int) -> None:
        self._soil()
        self._finish(code)

    def _soil(self) -> None:
        self.state = DIRTY
        self._tries = _TRIES
        self._wait(_GAP, _GAP_MS)

    def _again(self) -> None:
        self._tries -= 1
        if self._tries > 0:
            self._wait(_GAP, _GAP_MS)
        else:
            self.failed += 1
            self._phase = _IDLE

    def _on_own_result(self, r: int) -> None:
        if self._phase == _PROBE and r == 0:
            self._wait(_SETTLE, _LOCAL_MS)
        else:
            self.stray += 1
            if self._phase != _GAP:
                self._again()

    def _break(self) -> None:
        """The count and the bytes disagree: nothing is a line until there has been silence."""
        self.parser.abort()
        self._trail = False
        self._mute = True
        self.dropped += 1
        self._modem._doubt()
        self._give_up(_BROKEN)

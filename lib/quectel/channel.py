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

from .parser import Parser

try:
    from time import ticks_diff, ticks_ms
except ImportError:
    from .circuitpython import ticks_diff, ticks_ms

# state
_CLEAN = const(0)
_DIRTY = const(1)

# phase
_IDLE = const(0)
_ANSWER = const(1)
_GAP = const(3)  # from here on the channel works for itself; 2 is prompt.py's
_PROBE = const(4)
_SETTLE = const(5)

# How a command ends: 0, a positive code that the module gave, or one of these (errors.py).
# The first five are final results: minus their place in _RESULTS.
_ERROR = const(-1)
_SEND_FAIL = const(-2)
_SEND_OK = const(-3)
_CLOSE_OK = const(-4)
_NO_RESULT = const(-5)
_TIMEOUT = const(-6)
_RESET = const(-7)
_BROKEN = const(-8)  # the answer was not what the manual promises
_NO_MEMORY = const(-11)
_RESULTS = (b"OK", b"ERROR", b"SEND FAIL", b"SEND OK", b"CLOSE OK")

# What a command is still to bring before its OK is its own
_OK_DUE = const(1)
_SECOND_DUE = const(2)  # SEND OK or CLOSE OK
_INFO_DUE = const(4)

# parser.py
_LINE = const(1)
_HEADER = const(2)
_DATA = const(3)

_GAP_MS = const(200)
_LOCAL_MS = const(300)  # manuals: maximum response time of a local command
_READ_MS = const(1500)
_SEND_MS = const(15_000)  # SEND OK: seconds, when the radio link must be set up first
_TRAILER = const(2)  # CR LFs between QIRD data and OK
_TRIES = const(3)
_BURST = const(256)  # bytes read, and written, in one go at the most

# The forms of `transfer`: read, send as text, send in hex, send behind a prompt (prompt.py)
_READ = const(0)
_HEX = const(2)
_NAMES = (b"AT+QIRD=", b"AT+QISEND=", b"AT+QISENDEX=", b"AT+QISEND=")
# Commands that have URCs of the same name
_URCS = b"+CREG+CGREG+CEREG+CSCON+QIOPEN"


def now() -> int:
    """This moment's tick: the driver's only clock. A test puts its own `ticks_ms` here."""
    return ticks_ms()


def since(t: int) -> int:
    """Milliseconds since the tick `t`; they wrap, so not for times over six days."""
    return ticks_diff(ticks_ms(), t)


def pause(ms: int):
    """Steps of an operation that wait `ms` milliseconds."""
    t = now()
    while since(t) < ms:
        yield


class Channel:
    """The UART with its parser and writer. `modem` hears of each line that is no answer (`_urc`).

    The owner of a command has `lines` for its information lines, and hears `_finish(code)`.
    """

    # Here and not in the object, where they would take room before they count anything:
    failed = 0  # recoveries given up
    dropped = 0  # lines of a broken payload, and answers that made no sense
    unknown = 0  # lines that mean nothing to us
    stray = 0  # results nobody waited for
    timeouts = 0  # commands without an answer
    resyncs = 0  # recoveries that worked

    def __init__(self, uart, modem) -> None:
        if not hasattr(uart, "any"):
            from .circuitpython import BusioUART

            uart = BusioUART(uart)
        self.parser = Parser()
        self.uart = uart
        self.state = _DIRTY
        self.phase = _IDLE
        self.got = 0  # bytes the last QIRD brought
        self.rem = -1  # bytes it left in its node, -1 if the module did not say
        # What leaves: head[:n], then the body from `off` on, then CR.
        self.head: bytes | bytearray = b""
        self.n = 0
        self.body: bytes | bytearray | memoryview = b""
        self.off = 0
        self.size = 0  # bytes of the body on the wire
        self.hexed = False  # it goes in hex
        self.pending = False  # not all of that has been written
        self._short = bytearray(24)  # the head of a command that must not allocate
        self._sent = 0
        self._total = 0
        self._chunk = bytearray(64)  # bytes on their way in or out
        view = memoryview(self._chunk)
        self._views = (self._chunk, view[:8], view[:1])  # a slice would allocate: these are all
        self._modem = modem
        self._start = 0  # the phase ends _ms after this tick
        self._ms = 0
        self._seen = now()  # when the last byte came
        self._owner = None  # an Operation or a Socket
        self._second = 0  # _SEND_OK or _CLOSE_OK where OK alone does not end the command
        self._due = 0
        self._asked = 0  # bytes a QIRD may bring; -1: the owner wants to hear information lines
        self._trail = False  # QIRD data is in; its trailer is due
        self._mute = False  # lines are the rests of a broken payload
        self._tries = 0

    # -- what leaves: the head, the body, CR ------------------------------------------------
    #
    # The bytes are never put together: each piece that the UART takes is made when its turn comes.
    # So a short write costs nothing, a hex payload needs no room, and nothing allocates.

    def line(self, text: str) -> None:
        """A whole command line (allocates)."""
        self.head = (text + "\r").encode()
        self.n = len(self.head)
        self.emit(0)

    def _numbers(self, name: bytes, a: int, b: int, end: int) -> None:
        # A command of a name and two numbers: a below 20, b from 1 to 9999.
        head = self.head = self._short
        i = 0
        for c in name:
            head[i] = c
            i += 1
        if a > 9:
            head[i] = 49
            i += 1
        head[i] = 48 + a % 10
        head[i + 1] = 44
        i += 2
        d = 1000
        while d > b:
            d //= 10
        while d:
            head[i] = 48 + b // d % 10
            i += 1
            d //= 10
        head[i] = end
        self.n = i + 1
        self.emit(0)

    def emit(self, more: int) -> None:
        """Begin to write the head and `more` bytes behind it."""
        self._sent = 0
        self._total = self.n + more
        self.pending = True

    def write(self) -> None:
        """Write what the UART takes, at most 256 bytes; `pending` tells whether that was all."""
        out = self._chunk
        left = _BURST
        while left > 0 and self.pending:
            i = self._sent
            k = self._total - i
            view = self._views[0 if k >= 64 else 1 if k >= 8 else 2]
            k = len(view)
            for j in range(k):
                x = i - self.n
                if x < 0:
                    b = self.head[i]
                elif x >= self.size:
                    b = 13
                elif self.hexed:
                    b = self.body[self.off + (x >> 1)]
                    b = b & 15 if x & 1 else b >> 4
                    b += 48 if b < 10 else 55
                else:
                    b = self.body[self.off + x]
                out[j] = b
                i += 1
            k = self.uart.write(view)
            if not k:
                return
            left -= k
            self._sent += k
            self.pending = self._sent < self._total

    def _named(self, p) -> bool:
        # Does the line carry the command's name, and is it no URC of the same name?
        head = self.head
        i = 2
        while head[i] == p.line[i - 2] and i + 1 < self.n:
            i += 1
        if p.line[i - 2] != 58 or head[i] not in b"=?\r":
            return False
        # To AT+CEREG? +CEREG: 0,2 is the answer, +CEREG: 2 is a URC; so is +QIOPEN: 0,0.
        if head[2:i] in _URCS and head[i : i + 2] != b"=?":
            return head[i] == 63 and p.num(1) >= 0
        return True

    # -- commands ---------------------------------------------------------------------------

    def ready(self) -> bool:
        """May a command leave now? Asking starts the recovery of a channel that had given up."""
        if not self.phase and self.state == _DIRTY:
            self._soil(0)
        return not self.phase and self.state == _CLEAN

    def start(self, owner, text: str, ms: int, need: bool = False) -> None:
        """Any command that a final result ends, CLOSE OK for QICLOSE. `need`: it has an answer."""
        self.line(text)
        self._launch(owner, ms, "+QICLOSE=" in text and _CLOSE_OK)
        if need:
            self._due |= _INFO_DUE

    def transfer(self, owner, form: int, cid: int, n: int, buf, off: int) -> None:
        """QIRD of at most `n` bytes into buf[off:], None drops them; or send buf[off:off + n].

        After QIRD see `got` and `rem`.
        """
        self._numbers(_NAMES[form], cid, n, b"\r,,\r"[form])
        if form == _READ:
            self._launch(owner, _READ_MS, 0)
            p = self.parser
            p.reading = True
            p.dest = buf
            p.off = off
            self._due |= _INFO_DUE
            self._asked = n
            self.got = 0
            self.rem = -1
        else:
            self._launch(owner, _SEND_MS, _SEND_OK)
            self._asked = 0
            self.body = buf
            self.off = off
            self.hexed = form == _HEX
            self.size = n << 1 if form == _HEX else n
            self.emit(self.size + 1)

    def reset(self) -> None:
        """The module has rebooted: the command under way is lost, and nothing else is owed."""
        self.parser.abort()
        self._mute = False
        self.phase = _IDLE  # a recovery begins from the start
        self._soil(_RESET)

    def _launch(self, owner, ms: int, second: int) -> None:
        self._owner = owner
        self._second = second
        self._due = _OK_DUE | _SECOND_DUE if second else _OK_DUE
        self._asked = -1
        self.parser.reading = False
        self._wait(_ANSWER, ms)

    def _wait(self, phase: int, ms: int) -> None:
        self.phase = phase
        self._start = now()
        self._ms = ms

    # -- poll -------------------------------------------------------------------------------

    def poll(self) -> None:
        """Read at most 256 bytes, write at most 256, look at the clock. Never waits."""
        p = self.parser
        left = _BURST
        while True:
            event = p.next()
            if event == _LINE:
                self._line()
            elif event == _HEADER:
                self.got = p.num(0)
                self.rem = p.num(1)
                if self.got > self._asked:
                    self._break(_BROKEN)
                else:
                    p.left = self.got  # in recovery: of a QIRD that timed out, to nowhere
            elif event == _DATA:
                if self.phase == _ANSWER:
                    p.reading = False
                    self._due = _OK_DUE
                    self._trail = True
                    self._wait(_ANSWER, _LOCAL_MS)
            elif event:
                self._prompted()  # type: ignore[attr-defined]  # only in prompt.py
            else:
                n = left > 0 and self.uart.any()
                if n:
                    # Payload is fed from its start on, and not much of it together with its
                    # header: the rest of that chunk would be copied byte by byte.
                    k = p.left or (16 if p.reading else 64)
                    n = self.uart.readinto(self._chunk, min(n, left, k, 64))
                if not n:
                    break
                self._seen = now()
                left -= n
                p.feed(self._chunk, n)
        if self.pending:
            self.write()
            self._start = now()
        if p.left:
            self._start = self._seen  # counted data may take its time, but not stand still
        if (self.phase or p.left) and since(self._start) >= self._ms:
            self._expired()

    def _line(self) -> None:
        p = self.parser
        plus = p.line[0] == 43
        if self._trail:
            # The only checksum there is: after the counted bytes the line ends, then OK. A URC may
            # come between. Behind a 0 that was another number once, data would come.
            self._trail = not p.match(b"OK")
            if (self.got and p.blank < _TRAILER) or (not plus and self._trail):
                self._break(_BROKEN)
        if self._mute:
            self.dropped += 1
            return
        wanted = self.phase == _ANSWER and self._asked < 0
        result = 0
        if plus:
            result = _NO_RESULT
            if p.line.find(b" ERROR", 0, p.n) == 4:  # +CME, +CMS
                result = max(p.num(0), 0) or _ERROR
        else:
            while result > _NO_RESULT and not p.match(_RESULTS[-result]):
                result -= 1
        if result != _NO_RESULT:
            self._final(result)
        elif wanted and plus and self._named(p):
            self._info(True)
        elif p.begins(b"+QIRD:"):
            if p.num(0):
                self._break(_BROKEN)  # no number: what follows is payload, of unknown length
            else:
                self._due = _OK_DUE  # +QIRD: 0
                self._trail = self.phase == _ANSWER
        elif self._modem._urc(p):
            return
        elif wanted:
            self._info(not plus)  # CGSN, ATI ... put no name before their answers
        elif not p.begins(b"AT"):
            self.unknown += 1

    def _info(self, ours: bool) -> None:
        try:
            text = self.parser.text()
            if text.startswith("AT+") or text.encode() in self.head:
                return  # echo, maybe damaged, or cut in two by a URC
            if ours:
                self._due &= ~_INFO_DUE
                self._owner.lines.append(text)  # type: ignore[attr-defined]
            else:
                self.unknown += 1
        except MemoryError:
            self._soil(_NO_MEMORY)

    def _final(self, r: int) -> None:
        if self.phase == _PROBE and r == 0 and not self.pending:
            return self._wait(_SETTLE, _LOCAL_MS)
        if self.phase >= _GAP or self._owner is None or self.pending:
            # Nobody waits, or the command has not even left.
            self.stray += 1
            if r >= _ERROR and self.phase != _GAP:
                self._soil(_BROKEN)
        elif r == 0 or r == self._second:
            self._due &= ~(_SECOND_DUE if r else _OK_DUE)
            if self._due == _OK_DUE:
                # SEND OK before OK: the OK must be in before anything else leaves.
                self._wait(_ANSWER, _LOCAL_MS)
            elif self._due == _INFO_DUE:
                # An OK without the answer it belongs to is somebody else's OK.
                self._soil(_BROKEN)
            elif not self._due:
                self._finish(0)
        elif r == _ERROR:
            from .errors import ask

            ask(self)
        elif r >= _ERROR or (r == _SEND_FAIL and self._second == _SEND_OK):
            self._finish(r)
        else:
            self.stray += 1

    def _finish(self, code: int) -> None:
        owner = self._owner
        p = self.parser
        self._owner = p.dest = None
        self.body = b""
        p.prompt = self.pending = False
        if self.phase < _GAP:
            self.phase = _IDLE
        if owner is not None:
            owner._finish(code)

    # -- recovery ---------------------------------------------------------------------------

    def _expired(self) -> None:
        phase = self.phase
        if self.parser.left or self._trail:
            self._break(_BROKEN)
        elif phase == _GAP:
            quiet = abs(since(self._seen))  # ticks wrap: a silence of days may look negative
            if quiet < _GAP_MS:
                return self._wait(_GAP, _GAP_MS - quiet)
            self._mute = False
            if self._tries:
                self._tries -= 1
                self.line("ATE0")
                self._wait(_PROBE, _LOCAL_MS)
            else:
                self.failed += 1
                self.phase = _IDLE
        elif phase == _PROBE:
            self._wait(_GAP, 0)
        elif phase == _SETTLE:
            self.state = _CLEAN
            self.phase = _IDLE
            self.resyncs += 1
        elif self._second and not self._due & _SECOND_DUE:
            self._soil(0)
        else:
            self.timeouts += 1
            self._soil(_TIMEOUT)

    def _soil(self, code: int) -> None:
        # DIRTY; what is under way ends with `code`.
        if self.phase < _GAP:
            self._tries = _TRIES
        self.state = _DIRTY
        self._trail = False
        self._wait(_GAP, _GAP_MS)
        self._finish(code)

    def _break(self, code: int) -> None:
        from .errors import broken

        broken(self, code)

"""Push frames: a parser that puts them where they belong, unseen by the channel.

    +QIURC: "recv",id,n CR LF data CR LF       of a UDP SERVICE: "recv",id,n,"ip",port

    _rest    `left` counts                     ends
    -2       no frame, but what QIRD brings    the header of an id in push mode
    > 0      a piece of a frame, not the last  it is in: the next piece (a ring has two ends)
    0        its last piece                    it is in: the tail
    -1       the tail                          it is CR LF: the receiver may have the frame

That tail is the only checksum: nothing of a frame is handed over before it. A frame that stands
still, or ends otherwise, or a header that cannot be read, means that bytes have been lost, and
with them perhaps whole frames of others: then every stream in push mode has failed. What it cannot
tell: a loss that ends where there happens to be a CR LF, and that of a whole frame.
"""

from micropython import const

from .formats import FormatParser, exchange
from .parser import Parser

# parser.py
_NONE = const(0)
_LINE = const(1)
_HEADER = const(2)
_DATA = const(3)

_NO_FRAME = const(-2)
_TAIL = const(-1)

_BROKEN = const(-8)  # errors.py
_OPENING = const(1)  # socket.py

_FRAME_MAX = const(1500)  # EG800Q/EG91xQ 2.4.2; and no packet is larger
_STALL_MS = const(1500)
_TRAILER = const(2)  # channel.py


class PushParser(FormatParser):
    """A FormatParser that knows who takes the frames of each connectID."""

    def __init__(self, channel, modem) -> None:
        super().__init__(0)  # it goes on from another one
        # By connectID: a Push. None with the bit in `push`: to nowhere
        self.takers: list = [None] * modem.IDS
        self.short = False  # in buffer mode the recv URC has no length
        self._channel = channel
        self._modem = modem
        # The connectID whose QISWTMD to push mode is out, or -1: it may be in either mode. If the
        # same line stands for both, what follows tells: CR LF, as before the OK, or data.
        self.switching = -1
        self._held = False  # such a line has come, and nothing behind it yet
        self._who = None  # who takes the frame under way
        self._rest = _NO_FRAME
        self._ends = bytearray(2)  # the tail
        self._unknown = channel.unknown  # when the last line was looked at
        # Where the frame goes: to[at:]. `dest` is that of QIRD, which may come and go meanwhile.
        self.to: bytearray | None = None
        self.at = 0
        # What is put back after a frame: how many blank lines there were before it,
        self._blanks = 0
        # and the channel's deadline, while the phase is still the same
        self._phase = 0
        self._start = 0
        self._ms = 0

    # -- who gets what ----------------------------------------------------------------------

    def attend(self, cid: int, who, sourced: bool = False) -> None:
        """From this byte on connectID `cid` is in push mode, and `who` takes its frames; None: it
        is in buffer mode. `sourced`: its headers say where a datagram comes from."""
        bit = 1 << cid
        self.takers[cid] = who
        self._unknown = self._channel.unknown
        self.push = self.push | bit if who else self.push & ~bit
        self.sourced = self.sourced | bit if who and sourced else self.sourced & ~bit

    def sweep(self) -> None:
        """Let go of those whose connection is over. The bits stay: see `_pushes`."""
        for cid in range(len(self.takers)):
            who = self.takers[cid]
            if who and self._modem._sockets[cid] is not who._s:
                self.takers[cid] = None

    def _pushes(self, cid: int) -> bool:
        # Is it in push mode? The bit outlives the connection, for what the module may still say of
        # it, until the next tenant of the id is connected: that one begins in buffer mode.
        who = self.takers[cid]
        s = self._modem._sockets[cid]
        if s and not (who and s is who._s) and (s._state != _OPENING or s._why == 0):
            self.attend(cid, None)
            return False
        return True

    # -- the parser's face ------------------------------------------------------------------

    def next(self) -> int:
        """As Parser.next, but for frames."""
        if self._done and self.push and not self._held:
            self._inspect()
        if self._rest != _NO_FRAME:
            self._watch()
        while True:
            if self._held:
                if self._pos >= self._end:
                    return _NONE
                self._held = False
                if self._buf[self._pos] == 13:
                    return _LINE
                self._begin()
            event = super().next()
            if self._rest == _NO_FRAME:
                if event != _HEADER or self.line[3] == 82:  # +QIRD, not +QIURC
                    return event
                if self.num(1) == self.switching and not (self.view or self.short):
                    self._held = True
                else:
                    self._begin()
            elif event == _DATA:
                if self.blank < 0:
                    self._break()  # that was no hex
                else:
                    self._piece()
            else:
                return event

    def abort(self) -> None:
        """As Parser.abort: also the frame under way, and all streams in push mode, are lost."""
        who = self._who
        self._held = False
        if self._rest != _NO_FRAME:
            self._leave()
        super().abort()
        self._fail_all(who)
        if not any(self._modem._sockets):
            self.push = self.sourced = 0  # a reboot

    def _fail_all(self, who=None) -> None:
        for taker in self.takers:
            if taker:
                taker.broken(taker is who)

    def _is_header(self) -> bool:
        if not super()._is_header():
            return False
        if self.line[3] == 82:
            return True
        # While the channel waits for silence nothing is what it looks like.
        return not self._channel._mute and self._pushes(self.num(1))

    def _scan(self) -> int:
        lost = self.oversize
        event = super()._scan()
        if lost != self.oversize and self.push:
            self._break()  # no line is that long: this was payload, whose header is lost
        return event

    def _take(self) -> None:
        if self._rest == _NO_FRAME:
            return super()._take()
        dest = self.dest
        off = self.off
        self.dest = self.to
        self.off = self.at
        if self._rest != _TAIL:
            super()._take()
        else:
            if self._quoted and self._buf[self._pos] == 34:
                self._pos += 1
                self._quoted = False
            Parser._take(self)  # no hex here
        self.at = self.off
        self.dest = dest
        self.off = off

    # -- a frame ----------------------------------------------------------------------------

    def _begin(self) -> None:
        channel = self._channel
        cid = self.num(1)
        n = self.num(2)
        source = self.field(3)
        # Behind the data of a QIRD its trailer comes first, as before any other line. A header
        # with more or less than is expected in it belongs to other settings.
        if (
            n > _FRAME_MAX
            or (channel._trail and channel.got and self.blank < (1 if self.short else _TRAILER))
            or (0 <= source < self.n) != (self.sourced >> cid & 1 == 1)
        ):
            return self._break()
        self._blanks = self.blank
        self._phase = -1
        self._watch()
        who = self._who = self.takers[cid]
        if who is not None:
            # In view mode the line ends with a comma.
            who.begin(self, n, source, self.n - (1 if self.view else 0) - source)
        self._rest = n
        self._piece()

    def _watch(self) -> None:
        # A command may begin during a frame, and its deadline is not the frame's.
        channel = self._channel
        if channel.phase != self._phase or channel._ms != _STALL_MS:
            self._phase = channel.phase
            self._start = channel._start
            self._ms = channel._ms
            channel._ms = _STALL_MS

    def _piece(self) -> None:
        rest = self._rest
        if rest > 0:
            self.to = None
            self.left = rest if self._who is None else self._who.place(self, rest)
            self._rest = rest - self.left
        elif rest == 0:
            self._rest = _TAIL
            self.to = self._ends
            self.at = 0
            self.left = 2
        elif self._ends[0] == 13 and self._ends[1] == 10:
            who = self._who
            self._leave()
            if who is not None:
                who.end()
        else:
            self._break()

    def _leave(self) -> None:
        channel = self._channel
        self._who = None
        self._rest = _NO_FRAME
        self.to = None
        self.blank = self._blanks
        if channel.phase == self._phase:
            channel._start = self._start
            channel._ms = self._ms

    def _break(self) -> None:
        channel = self._channel
        if not channel._mute:
            channel._break(_BROKEN)

    # -- lines that should not be -----------------------------------------------------------
    #
    # When bytes of a header are lost, what follows is payload, which the peer has written, and
    # must not be read as lines. So the last line is looked at once more before the next one. And
    # a line that no module says means at least that something has been lost.

    def _inspect(self) -> None:
        unknown = self._channel.unknown
        strange = unknown != self._unknown
        self._unknown = unknown
        if self.begins(b'+QIURC: "recv",'):
            if self._unreadable():
                self._break()
        elif self._torn(strange):
            self._break()
        elif strange and self.line[0] != 43:
            self._fail_all()

    def _unreadable(self) -> bool:
        # A recv URC that was not taken for a header; "buff full" and buffer mode's own are good.
        if self.line[self.n - 1] == 34:
            return False
        cid = self.num(1)
        if not 0 <= cid < len(self.takers):
            return True
        if not (self.push >> cid & 1 and self._pushes(cid)) or self.num(2) == 0:
            return False
        who = self.takers[cid]
        return not (who and who.locked)  # while the mode is switched both are good

    def _torn(self, strange: bool) -> bool:
        # Is the line what is left of a header? `strange`: it has meant nothing to the channel.
        line = self.line
        n = self.n
        if line[0] != 43:
            # No answer without a name has a comma in it.
            return line.find(b",", 0, n) >= 0 and not self.begins(b"AT")
        if self.begins(b"+QIURC:"):
            if self.begins(b'+QIURC: "closed",'):
                return False
            word = line[9] if n > 9 and self.begins(b'+QIURC: "') else 0
            # The channel looks at the first letter only; incoming, pdpdeact, dnsgip, accept
            return word in b"rc" or (strange and word not in b"ipda")
        return strange and (line.find(b":", 0, n) < 0 or line.find(b"recv", 0, n) >= 0)


def prepare(modem) -> PushParser:
    """The modem's parser, made one that knows frames. Not to be called from within a URC's
    callback, unless it has been called before."""
    channel = modem.channel
    p = channel.parser
    if not isinstance(p, PushParser):
        old = p
        p = PushParser(channel, modem)
        p.short = True
        p.fields = 1
        for text in modem.SETTINGS:
            if text == '+QICFG="recvind",1':
                p.short = False
            if '"showlength"' in text:
                p.short = False
                p.fields = 2 if text.endswith("1") else 1
        exchange(channel, old, p)
    p.sweep()
    return p

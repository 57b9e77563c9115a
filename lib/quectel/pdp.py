"""What modules share whose host sets up the PDP contexts itself: UG9x, EG91xQ.

They send behind a prompt only, and SEND OK comes without an OK; QICLOSE ends with OK alone; the
data of QIRD is followed by one CR LF or by two; a datagram is read whole, whatever was asked for.
The contexts are in contexts.py.
"""

from micropython import const

from .channel import now, since
from .modem import Modem
from .prompt import PromptChannel

# channel.py
_POISONED = const(2)
_IDLE = const(0)
_ANSWER = const(1)
_SECOND_DUE = const(2)
_SEND_OK = const(-3)
_READ = const(0)
_PROMPTED = const(3)

_READ_MAX = const(1500)
_BROKEN_DOWN = const(570)  # PDP context broken down

# transparent.py: phases from which on it refuses
_ASK = const(1)
_RAW = const(3)


def context_of(s) -> "int | None":
    """The contextID that Socket `s` uses, None before it is known."""
    return getattr(s, "_context", None)


class PdpChannel(PromptChannel):
    """A PromptChannel for the newer commands.

    In transparent mode `uart` is one that takes and gives nothing, see transparent.py.
    """

    raw = None  # the Transparent that has the line, or is about to get it

    def __init__(self, uart, modem) -> None:
        super().__init__(uart, modem)
        self._whole: bytearray | None = None  # a datagram; made when the first one is read
        # Where as much of it goes as there is room for: _into[_at:_at + _room]
        self._into: bytearray | None = None
        self._at = 0
        self._room = 0
        self.services: list = []  # the Sockets that are UDP services (datagrams.py)
        self._source = b""  # who sent the datagram that is being read from one: "address",port

    def _launch(self, owner, ms: int, second: int) -> None:
        super()._launch(owner, ms, second)
        if second == _SEND_OK:
            self._due = _SECOND_DUE
        else:
            self._second = 0
            self._due &= ~_SECOND_DUE

    def transfer(self, owner, form: int, cid: int, n: int, buf, off: int) -> None:
        """As Channel.transfer."""
        if form == _READ and owner._udp and not self._modem._stream(owner):
            self._source = b""
            if self._whole is None:
                self._whole = bytearray(_READ_MAX)
            self._into = buf
            self._at = off
            self._room = n
            n = _READ_MAX
            buf = self._whole
            off = 0
        PromptChannel.transfer(self, owner, form, cid, n, buf, off)
        if hasattr(self.parser, "fields"):
            # View mode 1: the data is behind the last one. +QIRD: 4,"192.0.2.2",7,
            self.parser.fields = 3 if owner in self.services else 1
        if form == _PROMPTED and owner in self.services:
            self.head = ("AT+QISEND=%d,%d,%s\r" % (cid, n, owner._to)).encode()
            self.n = len(self.head)
            self.emit(0)

    def _wait(self, phase: int, ms: int) -> None:
        super()._wait(phase, ms)
        if self._trail and self._owner in self.services:
            # The data is in, and its header still stands in the line: +QIRD: 4,"192.0.2.2",7
            line = self.parser.line
            start = line.find(b",") + 1
            end = line.find(b",", start) + 1
            while 48 <= line[end] <= 57:
                end += 1
            self._source = bytes(line[start:end])

    def _switching(self) -> bool:
        raw = self.raw
        return raw is not None and self.phase == _ANSWER and raw.asks == self.head

    def _line(self) -> None:
        p = self.parser
        if self._trail and p.blank == 1:
            p.blank = 2
        if not self._switching() or not self.raw.answer(p):  # type: ignore[attr-defined]
            super()._line()

    def _soil(self, code: int) -> None:
        if self._switching():
            # CONNECT may still come, or was garbled: any text may go to the peer.
            self.state = _POISONED
            self.phase = _IDLE
            self._finish(code)
        else:
            super()._soil(code)

    def _finish(self, code: int) -> None:
        into = self._into
        if into is not None:
            self._into = None
            if not code:
                if self._source:
                    self._owner._source = self._source  # type: ignore[attr-defined]
                self.got = min(self.got, self._room)
                for i in range(self.got):
                    into[self._at + i] = self._whole[i]
        super()._finish(code)


class PdpModem(Modem):
    """A Modem with contexts. A family is a subclass that is data, see eg91xq.py."""

    channel: PdpChannel
    CHANNEL = PdpChannel
    IDS = 12  # connectID 0-11
    INLINE_MAX = 0
    HEX_MAX = 1460  # bytes of a datagram at timeout 0
    PROMPT_MAX = 1460  # bytes behind one prompt
    READ_MAX = _READ_MAX
    OPEN_MS = 150_000
    CLOSE_MS = 11_000  # the module gives up by itself after 10 s
    ACTIVATE_MS = 150_000
    DEACTIVATE_MS = 40_000
    CONTEXTS = 15  # contextID 1-15
    TYPES: tuple = (1,)  # context types: 1 IPv4, 2 IPv6, 3 both
    IMEI = "+CGSN"
    POWER_OFF = "+QPOWD=1"  # the normal way,
    OFF_AT_ONCE = "+QPOWD=0"  # and the other
    RESET = "+CFUN=1,1"
    REGISTRATION: tuple = ("+CEREG?", "+CGREG?")  # one of them says 1 or 5
    INHERIT = True  # who connects to a listener gets its access mode
    URC_PORT = ""  # the command that sends URCs to this UART, if the firmware knows it
    _alive = "23"  # 3 listening; firmware of UG96 says it of clients that are connected
    _dns_config = True
    _activating = False  # an operation brings a context up
    _holed: "bool | None" = None  # did a transparent connection have the line? resume.py

    def __init__(self, uart, power=None) -> None:
        super().__init__(uart, power)
        self._configured: dict = {}  # contextID -> the command that configures it
        self._active: list = []  # contextIDs that are up, as far as we know
        self._lost: list = []  # contextIDs that the network has taken away, before QIDEACT
        self._accepting = None  # the listener whose QIACCEPT is out
        self._options: dict = {}  # what `option` has set or read: name -> values (options.py)
        self._urcs = (
            (b'+QIURC: "pdpdeact",', self._deactivated),
            (b"+QICLOSE: ", self._closed),
        )

    def attach(self, *args, **more):
        """Wait for SIM, registration and an address; see Modem.attach in attach.py.

        `apn`: configures context 1 with it. A failed activation is tried again until the timeout.
        """
        return self._attach(*args, **more)

    def connect(self, s, address) -> None:
        """Socket.connect, after its context has been activated."""
        from .contexts import connect

        connect(self, s, address)

    def power_on(self, resume: bool = False, **more):
        """As in attach.py; refused in transparent mode, where silence means nothing."""
        if self.channel.raw is not None:
            self.channel.raw.refuse(_ASK)
        if self.power:
            self.power.on("dtr", 1)  # or one that sleeps lightly may hear nothing, and be pressed
        return self.__getattr__("_resume" if resume else "power_on")(**more)

    def reset(self, **more):
        """As in services.py; by the RESET pin it ends transparent mode too."""
        raw = self.channel.raw
        if raw is not None and self.power and self.power.pins.get("reset"):
            raw.over()
        return self.__getattr__("reset")(**more)

    def _at(self, *args):
        raw = self.channel.raw
        if raw is not None:
            raw.refuse(_ASK)
        return Modem._at(self, *args)

    def _spin(self) -> None:
        raw = self.channel.raw
        if raw is not None:
            raw.refuse(_RAW)
        Modem._spin(self)

    def _stream(self, s) -> bool:
        # Is what UDP socket `s` receives read as a stream, without an end to a datagram?
        services = self.channel.services
        return self._options.get("udp/readmode") == (1,) and s not in services

    def _optional(self):  # type: ignore[override]
        if self.URC_PORT:
            try:
                yield from self._at(self.URC_PORT)
            except OSError as e:
                if not hasattr(e, "code"):
                    raise

    def _shut(self, cid: int):
        raw = self.channel.raw
        if raw is not None and not (yield from raw.shuts(cid)):
            return
        yield from Modem._shut(self, cid)
        if self._options.get("close/mode") == (1,) and self._sockets[cid] is None:
            # OK was not all: the id is free after +QICLOSE: id,0
            self._sockets[cid] = False
            t = now()
            while self._sockets[cid] is False and since(t) < self.CLOSE_MS:
                yield
            self._closed("+QICLOSE: %d" % cid)

    def _closed(self, line: str) -> None:
        cid = int(line[10:].split(",")[0])
        if self._sockets[cid] is False:
            self._sockets[cid] = None

    def _rebooted(self) -> None:
        self._active = []
        self._lost = []
        self.channel.services.clear()
        if self.channel.raw is not None:
            self.channel.raw.over()
        super()._rebooted()

    def _deactivated(self, line: str) -> None:
        # Its sockets are dead, and their ids in use until QIDEACT.
        cid = int(line[len('+QIURC: "pdpdeact",') :])
        self._lost.append(cid)
        if cid in self._active:
            self._active.remove(cid)
        for s in self._sockets:
            if s and context_of(s) == cid:
                s._fail(_BROKEN_DOWN)

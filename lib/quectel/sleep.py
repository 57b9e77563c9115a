"""The module sleeps, and wakes. Functions that a `Modem` offers as its methods.

    m.psm(86_400, 20)     what the network is asked for: psm.py
    m.sleep()             from now on the module may sleep whenever it can
    m.wake()              and now it may not

A module that sleeps does not hear the first that is written to it, and says nothing of that. So
while it may sleep, a command that leaves after the line has been silent for a while, or behind the
module's own word that it enters PSM, is preceded by the channel's recovery (channel.py): what is
lost is its probe. Wary, below, sees to that, in the place of the channel's `ready`:

    in place from      to
    sleep(), qsclk(1)  wake(), qsclk(0)

A command that meets a module whose sleep nobody has asked for runs into its timeout; the next one
works. wake() takes care of that too.

What wakes: PSM_EINT, DTR, else a byte. After BC66's deep sleep that is a reboot, with all that a
reboot means; BC26 keeps its UDP sockets, and loses its echo setting and DNS servers.
"""

from micropython import const

from .attach import press, set_up
from .channel import now, since
from .modem import fail
from .services import number
from .shutdown import has

_LOCAL_MS = const(1_000)
_EINT_MS = const(300)  # PSM_EINT low: pulses of 100 to 300 ms are in use
_WAKE_MS = const(3_000)  # from light sleep, at the most
_PRESS_MS = const(100)  # PWRKEY low, which wakes; 500 ms would switch a module on, or off
_SILENT_MS = const(2_000)  # the line: who may sleep may be asleep
_EVENT = b'+QNBIOTEVENT: "ENTER'

# channel.py
_CLEAN = const(0)
_DIRTY = const(1)
_POISONED = const(2)

# errors.py
_TIMEOUT = const(-6)
_ALREADY = const(-13)
_UNSUPPORTED = const(555)


def hosted(modem) -> bool:
    """Is it an UG9x or EG91xQ, whose contexts are the host's affair, and which sleep by DTR?"""
    return getattr(type(modem), "CONTEXTS", 0) > 0


def qsclk(modem, n: "int | None" = None):
    """What AT+QSCLK says, after setting it if `n` is given: 0 awake, 1 sleep, BC: 2 light sleep.

    `sleep` and `wake` set it, and do what belongs to it.
    """
    if n is not None:
        if n not in ((0, 1) if hosted(modem) else (0, 1, 2)):
            raise ValueError("QSCLK: %r" % n)
        yield from modem._at("+QSCLK=%d" % n)
        if n:
            _beware(modem).told = True
        else:
            _trust(modem)
    return number((yield from modem._at("+QSCLK?", _LOCAL_MS, True))[-1][8:])


# -- to sleep -------------------------------------------------------------------------------------


class _Wary:
    # A channel's `ready`, and what hears the module say that it enters PSM.
    def __init__(self, channel) -> None:
        self.told = False  # whatever the silence: it may be asleep
        self.entered = False  # it has said that it enters PSM
        self._channel = channel

    def __call__(self) -> bool:
        channel = self._channel
        # Ticks wrap: a silence of days may look negative.
        if self.told or not 0 <= since(channel._seen) < _SILENT_MS:
            if _doubt(channel):
                self.told = False
        return type(channel).ready(channel)

    def hear(self, line: str) -> None:
        self.told = self.entered = True


def _doubt(channel) -> bool:
    # A CLEAN channel that works on nothing becomes one that has given up: the probe goes first.
    doubted = channel.state == _CLEAN and not channel.phase
    if doubted:
        channel.state = _DIRTY
    return doubted


def _beware(modem) -> _Wary:
    channel = modem.channel
    if not isinstance(channel.ready, _Wary):
        channel.ready = _Wary(channel)
        modem._urcs += ((_EVENT, channel.ready.hear),)
    return channel.ready


def _trust(modem) -> None:
    channel = modem.channel
    if isinstance(channel.ready, _Wary):
        del channel.ready
        modem._urcs = tuple([u for u in modem._urcs if u[0] != _EVENT])


def sleep(modem, timeout_s: int = 0):
    """Let the module sleep whenever it can; it does not say when, unless that is waited for.

    BC: deeply, as soon as it is in PSM, which psm() asks for. UG, EG: lightly, when DTR is let go;
    where power has no `dtr`, what that pad is wired to decides. Its sockets stay open, but those
    of a BC66 are gone with its deep sleep (ECONNRESET, on waking).

    timeout_s: wait so long until a BC module says that it is in PSM; ETIMEDOUT: not yet, but it
    may any time. OSError(EALREADY): something keeps it awake: an operation, or unsent data; on
    BC26 and BC20 a TCP socket. EOPNOTSUPP: UG and EG do not say. Sending, or any command, wakes it
    too, and leaves it free to sleep again.
    """
    mine = yield
    why = _at_work(modem, mine)
    if why:
        fail(_ALREADY, why)
    if timeout_s and hosted(modem):
        fail(_UNSUPPORTED, "ENTER PSM")
    if not hosted(modem):
        try:
            yield from modem._at("+QNBIOTEVENT=1,1")
        except OSError as e:
            if not hasattr(e, "code"):
                raise  # else: firmware that does not say it
    wary = _beware(modem)
    wary.entered = False
    yield from modem._at("+QSCLK=1")
    modem._known = False
    modem._asleep = modem._boots  # link.py
    if has(modem, "dtr"):
        modem.power.on("dtr", 0)
    t = now()
    wary.told = True  # it may be asleep by now
    while timeout_s and not wary.entered:
        if since(t) >= timeout_s * 1000:
            fail(_TIMEOUT, "not in PSM")
        yield


def _at_work(modem, mine) -> str:
    # What would wake it again at once, or is against its sleeping at all.
    for op in modem._ops:
        if not op.done and op is not mine and not getattr(op, "rests", False):
            return "an operation goes on"
    tcp = getattr(type(modem), "_optional", None) and not hosted(modem)  # BC26; BC20: one chip
    for cid, s in enumerate(modem._sockets):
        if s:
            if s._ahead:
                s._ahead.refill()
            if s._busy or s._pos < s._end or (s._in is not None and s._avail):
                return "socket %d is at work" % cid
            if tcp and not s._udp:
                return "socket %d: TCP keeps the module awake" % cid
    return ""


# -- and up ---------------------------------------------------------------------------------------


def rouse(modem):
    """Steps: wake the module, and have it stay awake.

    What was never asleep takes no harm. PWRKEY is only pressed if nothing answers, and too short
    for what is on, or off. A BC module may have to start anew: that takes up to BOOT_MS.
    """
    ms = _WAKE_MS if hosted(modem) else modem.BOOT_MS
    channel = modem.channel
    _doubt(channel)
    if has(modem, "dtr"):
        modem.power.on("dtr", 1)
    pin = "psm_eint" if has(modem, "psm_eint") else ""
    t = now()
    while True:
        if pin:
            yield from press(modem, pin, _PRESS_MS if pin == "pwrkey" else _EINT_MS)
        try:
            yield from modem._at("+QSCLK=0")
            return _trust(modem)
        except OSError as e:
            if hasattr(e, "code"):
                return _trust(modem)  # it knows no sleep
            if channel.state == _POISONED or since(t) >= ms:
                raise
        if not pin and not hosted(modem) and has(modem, "pwrkey"):
            pin = "pwrkey"


def wake(modem):
    """Wake the module, and keep it awake until `sleep`. Does no harm to one that is awake.

    Its sockets' data that came meanwhile can be received now. If waking was a reboot (BC66) they
    have failed (ECONNRESET), and `attach` waits for the address. DNS servers that were set are to
    be set again. OSError(ETIMEDOUT): it does not answer, and may be off.
    """
    try:
        yield from rouse(modem)
    finally:
        modem._asleep = -1  # even if it is dead: then that is the link's affair
    modem._known = False
    yield from set_up(modem)

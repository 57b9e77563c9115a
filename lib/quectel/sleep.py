"""Saving power: PSM, eDRX, sleep. Functions that a `Modem` offers as its methods.

    m.psm(86_400, 20)     ask the network: be heard of once a day, stay reachable for 20 s
    m.sleep()             from now on the module may sleep whenever it can
    m.wake()              and now it may not

A module that sleeps does not hear the first that is written to it, and says nothing of that. So
whatever tells that it may be asleep marks the channel as one that has given up (DIRTY and idle,
channel.py): before the next command, whose ever it is, goes the probe, and that is what is lost.
A command that meets a module whose sleep nobody has told of runs into its timeout; the next works.

    what tells       when
    sleep()          it has said AT+QSCLK=1
    +QNBIOTEVENT     the module's own word that PSM begins; sleep() has it said
    wake()           always: nobody may have known

What wakes: PSM_EINT, DTR, else a byte. After BC66's deep sleep that is a reboot, with all that a
reboot means; BC26 keeps its UDP sockets, and loses its echo setting and DNS servers.
"""

from micropython import const

from .attach import press, set_up
from .channel import now, since
from .modem import Operation, fail
from .services import _first, _of, fields, number
from .timers3gpp import LTE, NB_IOT, T3324, T3412, cycle, cycle_length, length, timer

_RADIO_MS = const(15_000)
_EINT_MS = const(300)  # PSM_EINT low: pulses of 100 to 300 ms are in use
_WAKE_MS = const(3_000)  # the UART of a BC66 is dead for 1 s at least; 2 s is the advice
_PRESS_MS = const(100)  # PWRKEY low, which wakes; 500 ms would switch a module on, or off
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


def _lte(modem) -> None:
    if "+CEREG?" not in _of(modem, "REGISTRATION"):
        fail(_UNSUPPORTED, "no PSM or eDRX in 3G")


def _has(modem, name: str) -> bool:
    return modem.power is not None and modem.power.on(name) is not None


# -- what the network is asked for ----------------------------------------------------------------


def psm(modem, tau_s=None, active_s=None):
    """What the network grants, (tau_s, active_s), after asking for it if anything is given.

    tau_s: 2 to 35_712_000, seconds from one life sign of the module to the next (T3412); 0: no
    PSM. active_s: 0 to 11_160, how long it can be reached after each traffic (T3324). A time that
    cannot be said is made as little longer as possible; one that is not given is the network's.
    None in the answer: not granted (yet: it takes some seconds; ask again without arguments). A
    network may grant other values. OSError(EOPNOTSUPP): UG95, UG96.
    """
    text = ""
    if tau_s is not None or active_s is not None:
        if tau_s == 0:
            text = "+CPSMS=0"
        else:
            text = "+CPSMS=1,,,"
            if tau_s is not None:
                text += '"%s"' % timer(tau_s, T3412)
            if active_s is not None:
                text += ',"%s"' % timer(active_s, T3324)
    _lte(modem)
    yield from set_up(modem)
    if text:
        yield from modem._at(text, _RADIO_MS)
    # +CEREG: 4,1,"12AB","0035E5D4",9,,,"00100100","00111000"; below level 4 without the last two
    level = number((yield from _first(modem, "+CEREG?")))
    if level < 4:
        yield from modem._at("+CEREG=4")
    why = None
    try:
        line = fields((yield from modem._at("+CEREG?", _RADIO_MS, True))[-1])
    except OSError as e:
        why = e
    if level < 4:
        yield from modem._at("+CEREG=%d" % level)
    if why:
        raise why
    line += [""] * 9
    return length(line[8], T3412), length(line[7], T3324)


def edrx(modem, cycle_s=None):
    """The eDRX cycle, (asked for, granted) in seconds, after asking for one if it is given.

    cycle_s: up to 10_485.76 on BC modules, 2_621.44 on EG, made longer where it cannot be said; 0:
    no eDRX. So long data for the module may wait for it. None in the answer: off, not granted.
    OSError(EOPNOTSUPP): UG95, UG96.
    """
    steps, act = (LTE, 4) if hosted(modem) else (NB_IOT, 5)
    text = ""
    if cycle_s is not None:
        text = "+CEDRXS=0,%d" % act
        if cycle_s:
            text = '+CEDRXS=1,%d,"%s"' % (act, cycle(cycle_s, steps))
    _lte(modem)
    yield from set_up(modem)
    if text:
        yield from modem._at(text, _RADIO_MS)
    line = fields((yield from modem._at("+CEDRXRDP", _RADIO_MS, True))[-1]) + [""] * 3
    return cycle_length(line[1], steps), cycle_length(line[2], steps)


def qsclk(modem, n: "int | None" = None):
    """What AT+QSCLK says, after setting it if `n` is given: 0 awake, 1 sleep, BC: 2 light sleep.

    `sleep` and `wake` set it, and do what belongs to it.
    """
    if n is not None and n not in ((0, 1) if hosted(modem) else (0, 1, 2)):
        raise ValueError("QSCLK: %r" % n)
    if n is not None:
        yield from modem._at("+QSCLK=%d" % n)
    n = number((yield from modem._at("+QSCLK?", _RADIO_MS, True))[-1][8:])
    if n == 1:
        doubt(modem.channel)
    return n


# -- to sleep -------------------------------------------------------------------------------------


def doubt(channel) -> None:
    """What leaves next may find the module asleep: the channel's probe goes first."""
    if channel.state == _CLEAN and not channel.phase:
        channel.state = _DIRTY


class _Doze:
    # Hears the module say that it enters PSM, be it in the middle of an answer.
    def __init__(self, modem) -> None:
        self.entered = False
        self._modem = modem
        modem._urcs += ((_EVENT, self),)

    def __call__(self, line: str) -> None:
        self.entered = True
        op = Operation(self._doubting())
        op._step(None)
        if not op.done:
            # Before all others: the one whose answer this is may have the next command ready.
            self._modem._ops.insert(0, op)

    def _doubting(self):
        channel = self._modem.channel
        while channel.phase:
            yield
        doubt(channel)


def sleep(modem, timeout_s: int = 0):
    """Let the module sleep whenever it can; it does not say when, unless that is waited for.

    BC: deeply, as soon as it is in PSM, which psm() asks for. UG, EG: lightly, when DTR is let go;
    where power has no `dtr`, what that pad is wired to decides. Its sockets stay open, but those of
    a BC66 are gone with its deep sleep (ECONNRESET, on waking).

    timeout_s: wait so long until a BC module says that it is in PSM; ETIMEDOUT: not yet, but it
    may any time. OSError(EALREADY): something keeps it awake: an operation, or unsent data; on
    BC26 and BC20 a TCP socket. EOPNOTSUPP: UG and EG do not say. Sending, or any command, wakes it
    too, but takes longer than `wake`, and leaves it free to sleep again.
    """
    mine = yield
    why = _at_work(modem, mine)
    if why:
        fail(_ALREADY, why)
    if timeout_s and hosted(modem):
        fail(_UNSUPPORTED, "ENTER PSM")
    doze = None
    if not hosted(modem):
        doze = yield from _events(modem)
    yield from modem._at("+QSCLK=1")
    modem._known = False
    if _has(modem, "dtr"):
        modem.power.on("dtr", 0)
    doubt(modem.channel)
    t = now()
    while timeout_s and not doze.entered:
        if since(t) >= timeout_s * 1000:
            fail(_TIMEOUT, "not in PSM")
        yield


def _at_work(modem, mine) -> str:
    # What would wake it again at once, or is against its sleeping at all.
    for op in modem._ops:
        if not op.done and op is not mine:
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


def _events(modem):
    heard = [doze for prefix, doze in modem._urcs if prefix == _EVENT]
    doze = heard[0] if heard else _Doze(modem)
    doze.entered = False
    try:
        yield from modem._at("+QNBIOTEVENT=1,1")
    except OSError as e:
        if not hasattr(e, "code"):
            raise  # else: firmware that does not say it
    return doze


# -- and up ---------------------------------------------------------------------------------------


def rouse(modem, ms: int = _WAKE_MS):
    """Steps: wake the module, and have it stay awake; tries for about `ms` milliseconds.

    What was never asleep takes no harm. PWRKEY is only pressed if nothing answers.
    """
    channel = modem.channel
    doubt(channel)
    if _has(modem, "dtr"):
        modem.power.on("dtr", 1)
    eint = _has(modem, "psm_eint")
    if eint:
        yield from press(modem, "psm_eint", _EINT_MS)
    key = not eint and not hosted(modem) and _has(modem, "pwrkey")
    t = now()
    while True:
        try:
            yield from modem._at("+QSCLK=0")
            return
        except OSError as e:
            if hasattr(e, "code"):
                return  # it knows no sleep
            if channel.state == _POISONED or since(t) >= ms:
                raise
        if key:
            key = False
            yield from press(modem, "pwrkey", _PRESS_MS)


def wake(modem):
    """Wake the module, and keep it awake until `sleep`. Does no harm to one that is awake.

    Its sockets' data that came meanwhile can be received now. If waking was a reboot (BC66) they
    have failed (ECONNRESET), and `attach` waits for the address. DNS servers that were set are to
    be set again. OSError(ETIMEDOUT): it does not answer, and may be off.
    """
    yield from rouse(modem, modem.BOOT_MS)
    modem._known = False
    yield from set_up(modem)

"""Saving power: PSM and eDRX as module and network agree on them, sleep, and what ends it.

    radio       what goes on                                          ends
    connected   traffic both ways at once                             "idle" after the last of it
    idle        paged, every eDRX cycle if one was granted            traffic; T3324: PSM
    PSM         deaf                                                  traffic of ours; T3412: TAU

With AT+QSCLK=1 the module sleeps when the line has been quiet for "doze" and nothing keeps it: BC
while the radio is in PSM, deeply (power.py); UG and EG while DTR is high, lightly: then they work
on, and only what the host writes is lost.

From 3GPP: the timers and their values, the answers of CPSMS, CEDRXS, CEDRXRDP. From the field: the
events, what wakes, what is lost. Guesses: how long "doze" and "wake" are; that light sleep ends
with a byte, as deep sleep does (knob `byte_wakes`); that an EG has CPSMS; that what is asked for
is kept in NVRAM and QNBIOTEVENT is not; that a TAU goes unheard unless data has waited for it.
"""

from .at import EXECUTE, FAIL, READ, TEST, WRITE, fields, number
from .power import ASLEEP

CME_PARAMETER = 50

# Seconds of one step, by the three bits of the unit; None: deactivated (24.008, 10.5.7.3 and 4a).
T3324 = (2, 60, 360, 60, 60, 60, 60, None)
T3412 = (600, 3600, 36000, 2, 30, 60, 1152000, None)
# What the network takes where nothing was asked for, as in a trace of a BC66
USUAL = ("00000001", "00111000")

# eDRX cycles in steps of 5.12 s (24.008, 10.5.5.32); what does not apply counts as the second row.
WB = (1, 2, 4, 8, 12, 16, 20, 24, 28, 32, 64, 128, 256, 512, 512, 512)
NB = (4, 4, 4, 8, 4, 16, 4, 4, 4, 32, 64, 128, 256, 512, 1024, 2048)
NB_IOT = 5  # <AcT>

AGAIN = 1000  # ms until the next look whether something still keeps it awake


def seconds(bits, units):
    """What a timer of eight bits stands for; None if it is deactivated."""
    unit = units[int(bits[:3], 2)]
    return None if unit is None else unit * int(bits[3:], 2)


class Sleeping:
    """Part of Module, and the first: bytes and pads pass here before they get anywhere."""

    _t3324 = _t3412 = _doze = None  # timers that a reboot stops, and falling asleep does not

    def start_sleeping(self):
        """After a boot. What was asked for is in NVRAM; the network grants it at registration."""
        for timer in (self._t3324, self._t3412, self._doze):
            self.clock.cancel(timer)
        self.psm_events = 0  # QNBIOTEVENT
        self.psm_granted = None  # (T3324, T3412) in bits
        self.edrx_granted = None  # bits
        self.in_psm = False
        self.dozing = False  # light sleep
        self.eint_level = 1
        self._fed = self.clock.now  # when the host last sent something
        self._unsent = []  # (socket, data) that waits in the network

    @property
    def saving(self):
        """Whether it matters when the radio goes idle."""
        return self.psm_granted is not None or self.edrx_granted is not None

    # -- the network ------------------------------------------------------------------------

    def negotiate(self):
        """At registration and at each TAU: what is asked for, and what becomes of it."""
        mode, tau, active = self.nvram.get("cpsms", (0, "", ""))
        grant = self.psm_grant
        if mode != 1 or grant is False:
            self.psm_granted = None
        else:
            self.psm_granted = grant or (active or USUAL[0], tau or USUAL[1])
        mode, bits = self.nvram.get("cedrxs", (0, ""))
        self.edrx_granted = None
        if mode and self.edrx_grant is not False:
            self.edrx_granted = self.edrx_grant or bits

    def update(self):
        """A TAU."""
        if self.ip is not None:
            self.negotiate()
            self.active()

    def radio_released(self):
        """The radio has gone idle: T3324 and T3412 begin."""
        if self.psm_granted is None:
            return
        active = seconds(self.psm_granted[0], T3324)
        tau = seconds(self.psm_granted[1], T3412)
        later = self.clock.call_later
        if active is not None:
            self._t3324 = later(active * 1000, self._enter_psm)
        if tau:
            self._t3412 = later(tau * 1000, self.update)

    def radio_up(self):
        """There is traffic: the network hears of the module, and lets go of what has waited."""
        self.clock.cancel(self._t3324)
        self.clock.cancel(self._t3412)
        if self.in_psm:
            self.in_psm = False
            self._event("EXIT PSM")
        waiting, self._unsent = self._unsent, []
        if waiting:
            wait = 0
            if self.state == ASLEEP:
                self.wake()
                wait = self.delays["wake"]
            for socket, data in waiting:
                self.clock.call_later(wait, socket.arrived, data)

    def reachable(self, socket, data):
        """Does data get through now? If not, it is lost, or comes later."""
        if self.connected_mode and self.running:
            return True
        if self.in_psm or self.state == ASLEEP:
            if self.psm_downlink == "waits":
                self._unsent.append((socket, data))
            return False
        if self.edrx_granted is not None:
            cycle = self._cycle()
            self.clock.call_later(cycle - self.clock.now % cycle, self._page, socket, data)
            return False
        return self.running

    def _cycle(self):
        table = NB if self.family.edrx_act == NB_IOT else WB
        return table[int(self.edrx_granted, 2)] * 5120

    def _page(self, socket, data):
        if not self.in_psm and self.running:
            self.active()
        socket.arrived(data)

    def psm_fields(self, level):
        """What +CEREG says of it at level 4 and 5."""
        cause = ",0,0" if level == 5 else ""
        if self.psm_granted is None:
            return cause
        return '%s,"%s","%s"' % ((cause or ",,",) + tuple(self.psm_granted))

    # -- asleep and awake -------------------------------------------------------------------

    def _event(self, name):
        if self.psm_events and self.running:
            self.urc('+QNBIOTEVENT: "%s"' % name)

    def _enter_psm(self):
        self.in_psm = True
        self._event("ENTER PSM")
        self.consider_sleep()

    def consider_sleep(self):
        """Sleep now if nothing keeps the module awake; else look again."""
        self.clock.cancel(self._doze)
        deep = self.family.deep_sleeps
        wants = self.in_psm if deep else self.dtr_level
        if self.sleep_mode != 1 or not wants or not self.running or self.dozing:
            return
        wait = self._fed + self.delays["doze"] - self.clock.now
        if wait <= 0:
            if self._busy or self._data_mode is not None or self._line:
                wait = AGAIN
            elif deep:
                wait = 0 if self.deep_sleep() else AGAIN
            else:
                self.dozing = True
        if wait > 0:
            self._doze = self.clock.call_later(wait, self.consider_sleep)

    def feed(self, data):
        self._fed = self.clock.now
        if self.dozing or (self.state == ASLEEP and not self.byte_wakes):
            self.junk += len(data)
            if self.dozing and self.byte_wakes:
                self._stir()
            return
        self.take_in(data)
        self.consider_sleep()

    def _stir(self):
        self.later(self.delays["wake"], self.woken)

    def woken(self):
        """From sleep of either kind that keeps the module's state."""
        self.dozing = False
        self._fed = self.clock.now
        self.consider_sleep()

    def dtr(self, level):
        """Drive DTR; 0 is its active level, and keeps UG and EG awake."""
        self.drive_dtr(level)
        if not level and self.dozing:
            self._stir()
        self.consider_sleep()

    def psm_eint(self, level):
        """Drive PSM_EINT: its falling edge ends deep sleep."""
        before, self.eint_level = self.eint_level, level
        if before and not level:
            self.wake()


def bits_of(text, length):
    """Are these so many binary digits?"""
    return len(text) == length and not text.replace("0", "").replace("1", "")


def cpsms(module, kind, args):
    """0 off, 1 on, 2 off and forgotten; the second and third parameter are of no use here."""
    mode, tau, active = module.nvram.get("cpsms", (0, "", ""))
    if kind == TEST:
        module.info('+CPSMS: (0-2),,,("00000000"-"11111111"),("00000000"-"11111111")')
    elif kind == READ:
        module.info('+CPSMS: 1,,,"%s","%s"' % (tau, active) if mode == 1 else "+CPSMS: 0")
    elif kind == WRITE:
        given = (fields(args) or [""]) + [""] * 4
        mode = number(given[0], 0, 2)
        if mode < 0 or len(given) > 9:
            return CME_PARAMETER
        for timer in given[3:5]:
            if timer and not bits_of(timer, 8):
                return CME_PARAMETER
        if mode == 2:
            tau = active = ""
        module.nvram["cpsms"] = (mode, given[3] or tau, given[4] or active)
        module.afterwards(module.delays["TAU"], module.update)
    else:
        return FAIL
    return None


def cedrxs(module, kind, args):
    """0 off, 1 on, 2 on (its URC is not played), 3 off and forgotten."""
    act = module.family.edrx_act
    mode, bits = module.nvram.get("cedrxs", (0, ""))
    if kind == TEST:
        module.info('+CEDRXS: (0-3),(%d),("0000"-"1111")' % act)
    elif kind == READ:
        module.info('+CEDRXS: %d,"%s"' % (act, bits or "0000"))
    elif kind == WRITE:
        given = (fields(args) or [""]) + ["", ""]
        mode = number(given[0], 0, 3)
        if mode < 0 or len(given) > 5 or number(given[1], act, act, act) < 0:
            return CME_PARAMETER
        bits = given[2] or bits or "0010"
        if not bits_of(bits, 4):
            return CME_PARAMETER
        module.nvram["cedrxs"] = (mode % 3, bits)
        module.afterwards(module.delays["TAU"], module.update)
    else:
        return FAIL
    return None


def cedrxrdp(module, kind, args):
    """<AcT>, requested, granted, paging time window; 0: the cell pages as usual."""
    if kind not in (EXECUTE, READ):
        return None if kind == TEST else FAIL
    mode, bits = module.nvram.get("cedrxs", (0, ""))
    line = "+CEDRXRDP: 0"
    if mode:
        line = '+CEDRXRDP: %d,"%s"' % (module.family.edrx_act, bits)
        if module.edrx_granted is not None:
            line += ',"%s","0011"' % module.edrx_granted
    module.info(line)
    return None


def qnbiotevent(module, kind, args):
    """<enable>,1: say when the radio enters PSM and leaves it."""
    if kind == TEST:
        module.info("+QNBIOTEVENT: (0,1),(1)")
    elif kind == READ:
        module.info("+QNBIOTEVENT: %d,1" % module.psm_events)
    elif kind == WRITE:
        given = fields(args) or [""]
        on = number(given[0], 0, 1)
        if on < 0 or len(given) > 2 or (len(given) == 2 and given[1] != "1"):
            return CME_PARAMETER
        module.psm_events = on
    else:
        return FAIL
    return None


COMMANDS = {
    "+CPSMS": cpsms,
    "+CEDRXS": cedrxs,
    "+CEDRXRDP": cedrxrdp,
    "+QNBIOTEVENT": qnbiotevent,
}

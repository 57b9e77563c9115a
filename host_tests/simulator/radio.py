"""SIM, registration, address: what the network does by itself, and the commands about it."""

from .at import EXECUTE, FAIL, READ, TEST, WRITE, fields, number

SEARCHING, HOME, DENIED, ROAMING = 2, 1, 3, 5
CME_SIM_MISSING = 10
CME_PARAMETER = 50


class Radio:
    """Part of Module. `stat` is CEREG's; `ip` the address, or None."""

    def start_radio(self):
        self.fun = 1
        self.stat = 0
        self.ip = None
        self.cereg = 0  # the level of +CEREG URCs and answers
        self.creg = self.cgreg = 0  # the same, where the family has those commands
        self.cscon = 0
        self.connected_mode = 0  # RRC, as +CSCON tells it
        self._idle_timer = None
        self._radio_timer = None
        # What the next attach asks for: the stored default, unless CGDCONT says otherwise.
        # QCGDEFCONT
        # therefore takes a reboot.
        self.pdp = (self.nvram.get("pdp_type", "IP"), self.nvram.get("apn", ""))

    def sim_ready(self):
        self.urc("+CPIN: READY" if self.sim else "+CPIN: NOT READY")
        self.attach()

    def attach(self):
        """Search, register, get an address; each step in its time."""
        if not self.sim or not self.fun:
            return
        self.clock.cancel(self._radio_timer)
        self._set_stat(SEARCHING)
        self._radio_timer = self.later(self.delays["register"], self._registered)

    def _registered(self):
        if not self._apn_right():
            self._set_stat(DENIED)
            return
        self.negotiate()
        self._set_stat(ROAMING if self.roaming else HOME)
        self.active()
        self.default_bearer_up()
        self._radio_timer = self.later(self.delays["ip"], self._addressed)

    def _addressed(self):
        self.ip = self.family.address
        if self.family.announces_ip:
            self.urc("+IP: " + self.ip)

    def attach_at_once(self):
        """As if all of that had happened before anyone listened."""
        if self.sim and self._apn_right():
            self.negotiate()
            self.stat = ROAMING if self.roaming else HOME
            self.ip = self.family.address
            self.default_bearer_up()
        elif self.sim:
            self.stat = DENIED

    def _apn_right(self):
        if self.family.host_activates:
            return True  # registration asks for no APN, activation does
        return self.apn is None or self.pdp[1].lower() == self.apn.lower()

    def detach(self, stat=0):
        """The network is gone, or the host has asked for it: sockets die, the address is lost."""
        self.clock.cancel(self._radio_timer)
        self._radio_timer = None
        self.ip = None
        self.lose_contexts()
        self.lose_all()
        self._set_stat(stat)

    def _set_stat(self, stat):
        if stat != self.stat:
            self.stat = stat
            for name in self.family.registrations:
                level = getattr(self, name)
                if level:
                    self.urc("+%s: %s" % (name.upper(), self.registration(level)))

    def registration(self, level):
        text = str(self.stat)
        if self.stat in (HOME, ROAMING) and level >= 2:
            text += ',"%s","%s",%d' % (self.family.cell + (self.family.act,))
            if level >= 4:
                text += self.psm_fields(level)
        elif self.stat == DENIED and level in (3, 5):
            text += ",,,,0,15"
        return text

    def active(self):
        """There is traffic: the radio connection comes up if it was down, and goes a while
        later."""
        if not self.cscon and not self.saving:
            return
        if not self.connected_mode:
            self.connected_mode = 1
            if self.cscon and self.running:
                self.urc("+CSCON: 1")
        self.radio_up()
        self.clock.cancel(self._idle_timer)
        self._idle_timer = self.later(self.delays["idle"], self._idle)

    def _idle(self):
        self.connected_mode = 0
        if self.cscon and self.running:
            self.urc("+CSCON: 0")
        self.radio_released()


def registration_command(name, highest):
    """+CREG, +CGREG or +CEREG."""

    def command(module, kind, args):
        if kind == TEST:
            module.info("+%s: (0-%d)" % (name.upper(), highest))
        elif kind == READ:
            level = getattr(module, name)
            module.info("+%s: %d,%s" % (name.upper(), level, module.registration(level)))
        elif kind == WRITE:
            level = number(text(args), 0, highest)
            if level < 0:
                return CME_PARAMETER
            setattr(module, name, level)
        else:
            return FAIL
        return None

    return command


def cscon(module, kind, args):
    if kind == TEST:
        module.info("+CSCON: (0-1)")
    elif kind == READ:
        module.info("+CSCON: %d,%d" % (module.cscon, module.connected_mode))
    elif kind == WRITE:
        level = number(text(args), 0, 1)
        if level < 0:
            return CME_PARAMETER
        module.cscon = level
    else:
        return FAIL
    return None


def cpin(module, kind, args):
    if kind == TEST:
        return None
    if not module.sim or not module.fun:
        return CME_SIM_MISSING
    if kind == READ:
        module.info("+CPIN: READY")
        return None
    return FAIL


def cfun(module, kind, args):
    if kind == TEST:
        module.info("+CFUN: (0,1,4),(0-1)")
    elif kind == READ:
        module.info("+CFUN: %d" % module.fun)
    elif kind == WRITE:
        given = fields(args) or [""]
        fun = number(given[0], 0, 4)
        restart = number(given[1], 0, 1) if len(given) == 2 else 0
        if fun not in (0, 1, 4) or restart < 0 or len(given) > 2:
            return CME_PARAMETER
        if restart:
            module.afterwards(module.delays["restart"], module.boot)
        else:
            set_fun(module, fun)
    else:
        return FAIL
    return None


def set_fun(module, fun):
    before = module.fun
    module.fun = fun
    if fun != 1:
        module.detach()
    elif before == 0:
        module.afterwards(module.delays["+CPIN"], module.sim_ready)
    elif before == 4:
        module.attach()


def cgatt(module, kind, args):
    if kind == TEST:
        module.info("+CGATT: (0-1)")
    elif kind == READ:
        module.info("+CGATT: %d" % (1 if module.stat in (HOME, ROAMING) else 0))
    elif kind == WRITE:
        on = number(text(args), 0, 1)
        if on < 0:
            return CME_PARAMETER
        if not on:
            module.detach()
        elif module.stat not in (HOME, ROAMING):
            module.attach()
    else:
        return FAIL
    return None


def cgact(module, kind, args):
    if kind == TEST:
        module.info("+CGACT: (0-1)")
    elif kind == READ:
        module.info("+CGACT: 1,%d" % (1 if module.ip else 0))
    elif kind == WRITE:
        given = fields(args) or [""]
        # The one context comes and goes with the registration; asking for what is the case is all
        # one can do.
        if number(given[0], 0, 1) != (1 if module.ip else 0):
            return CME_PARAMETER
    else:
        return FAIL
    return None


def cgpaddr(module, kind, args):
    if kind == TEST:
        module.info("+CGPADDR: (1)")
        return None
    if kind == WRITE and number(text(args), 1, 1) < 0:
        return CME_PARAMETER
    if module.ip:
        module.info('+CGPADDR: 1,"%s"' % module.ip)
    elif kind == WRITE:
        module.info("+CGPADDR: 1")
    return None


def cops(module, kind, args):
    if kind == READ:
        here = module.stat in (HOME, ROAMING)
        module.info(
            '+COPS: 0,2,"%s",%d' % (module.family.operator, module.family.act)
            if here
            else "+COPS: 0"
        )
        return None
    if kind == WRITE:
        return None if number((fields(args) or [""])[0], 0, 2) >= 0 else CME_PARAMETER
    return FAIL


def csq(module, kind, args):
    if kind == TEST:
        module.info("+CSQ: (0-31,99),(0-7,99)")
    elif kind == EXECUTE:
        module.info("+CSQ: 25,0" if module.stat in (HOME, ROAMING) else "+CSQ: 99,99")
    else:
        return FAIL
    return None


def qcgdefcont(module, kind, args):
    stored = module.nvram
    if kind == TEST:
        module.info('+QCGDEFCONT: ("IP","IPV6","IPV4V6"),,,')
    elif kind == READ:
        line = '+QCGDEFCONT: "%s"' % stored.get("pdp_type", "IP")
        if stored.get("apn"):
            line += ',"%s"' % stored["apn"]
        if stored.get("user"):
            line += ',"%s","%s"' % (stored["user"], stored.get("password", ""))
        module.info(line)
    elif kind == WRITE:
        given = fields(args)
        if not given or len(given) > 4 or given[0] not in ("IP", "IPV6", "IPV4V6"):
            return CME_PARAMETER
        given = given + [""] * (4 - len(given))
        stored["pdp_type"], stored["apn"], stored["user"], stored["password"] = given
    else:
        return FAIL
    return None


def cgdcont(module, kind, args):
    if kind == TEST:
        module.info('+CGDCONT: (1),("IP","IPV6","IPV4V6"),,,(0),(0)')
    elif kind == READ:
        module.info('+CGDCONT: 1,"%s","%s",,0,0' % module.pdp)
    elif kind == WRITE:
        given = fields(args)
        if not given or number(given[0], 1, 1) < 0:
            return CME_PARAMETER
        if len(given) > 1 and given[1] not in ("IP", "IPV6", "IPV4V6"):
            return CME_PARAMETER
        if len(given) > 1:
            module.pdp = (given[1], given[2] if len(given) > 2 else "")
    else:
        return FAIL
    return None


def qeng(module, kind, args):
    if kind == TEST:
        module.info("+QENG: (0-3)")
        return None
    if kind != WRITE or number(text(args), 0, 0) < 0:
        return CME_PARAMETER
    module.info('+QENG: 0,1839,2,481,"%s",-85,-6,-78,5,3,"%s",0,,0' % module.family.cell[::-1])
    return None


def text(args):
    """The only field of `args`; something no number is if there are more."""
    given = fields(args)
    return given[0] if given and len(given) == 1 and given[0] else "?"


COMMANDS = {
    "+CEREG": registration_command("cereg", 5),
    "+CREG": registration_command("creg", 2),
    "+CGREG": registration_command("cgreg", 2),
    "+CSCON": cscon,
    "+CPIN": cpin,
    "+CFUN": cfun,
    "+CGATT": cgatt,
    "+CGACT": cgact,
    "+CGPADDR": cgpaddr,
    "+COPS": cops,
    "+CSQ": csq,
    "+QCGDEFCONT": qcgdefcont,
    "+CGDCONT": cgdcont,
    "+QENG": qeng,
}

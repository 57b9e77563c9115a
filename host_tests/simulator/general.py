"""Commands about the module itself: identity, settings of the line, clock, power."""

from .at import EXECUTE, FAIL, READ, TEST, WRITE, fields, number
from .radio import CME_PARAMETER, CME_SIM_MISSING

RATES = (0, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
STORED = ("echo", "cmee")  # what AT&W keeps and AT&F takes back


def echo(module, kind, args):
    value = number(args, 0, 1, 0)
    if value < 0:
        return FAIL
    module.echo = value
    return None


def verbose(module, kind, args):
    return None if number(args, 1, 1, 1) == 1 else FAIL


def identify(module, kind, args):
    if args:
        return FAIL
    maker, name, revision = module.family.identity
    module.info(maker)
    module.info(name % module.family.name)
    module.info(revision % module.family.revision)
    return None


def factory(module, kind, args):
    module.echo = 1
    module.cmee = module.family.cmee
    return None


def store(module, kind, args):
    module.nvram["echo"] = module.echo
    module.nvram["cmee"] = module.cmee
    return None


def recall(module, kind, args):
    module.echo = module.nvram.get("echo", 1)
    module.cmee = module.nvram.get("cmee", module.family.cmee)
    return None


def _setting(name, high, test):
    """The command of a plain number that is read and written and nothing more."""

    def command(module, kind, args):
        if kind == TEST:
            module.info("+%s: %s" % (name.upper(), test))
        elif kind == READ:
            module.info("+%s: %d" % (name.upper(), getattr(module, name)))
        elif kind == WRITE:
            given = fields(args)
            value = number(given[0], 0, high) if given and len(given) == 1 else -1
            if value < 0:
                return CME_PARAMETER
            setattr(module, name, value)
        else:
            return FAIL
        return None

    return command


def qsclk(module, kind, args):
    """0 stays awake, 1 light and deep sleep, 2 light sleep only; stored by itself."""
    highest = 2 if module.family.deep_sleeps else 1
    if kind == TEST:
        module.info("+QSCLK: (0-%d)" % highest)
    elif kind == READ:
        module.info("+QSCLK: %d" % module.sleep_mode)
    elif kind == WRITE:
        given = fields(args)
        value = number(given[0], 0, highest) if given and len(given) == 1 else -1
        if value < 0:
            return CME_PARAMETER
        module.sleep_mode = module.nvram["qsclk"] = value
        module.afterwards(0, module.consider_sleep)
    else:
        return FAIL
    return None


def _line(prefix, attribute, needs_sim=False):
    """The command that tells one fixed line."""

    def command(module, kind, args):
        if kind == TEST:
            return None
        if kind not in (EXECUTE, READ):
            return FAIL
        if needs_sim and not module.sim:
            return CME_SIM_MISSING
        plain = module.family.plain_identity and attribute in ("revision", "name")
        module.info(("" if plain else prefix) + getattr(module.family, attribute))
        return None

    return command


def cgsn(module, kind, args):
    """Plain in the execution form; with a type, as 27.007 has it: 0 and 2 differ only in length
    here."""
    imei = module.family.imei
    if kind == TEST:
        module.info("+CGSN: (0-3)")
    elif kind == EXECUTE:
        module.info(imei)
    elif kind == WRITE and module.family.cgsn_types:
        given = fields(args)
        which = number(given[0], 0, 3) if given and len(given) == 1 else -1
        if which < 0:
            return CME_PARAMETER
        module.info('+CGSN: "%s"' % (imei, imei, imei[:14] + "01", "01")[which])
    else:
        return FAIL
    return None


def cimi(module, kind, args):
    if kind == TEST:
        return None
    if not module.sim:
        return CME_SIM_MISSING
    if kind != EXECUTE:
        return FAIL
    module.info(module.family.imsi)
    return None


def cclk(module, kind, args):
    """Before the first synchronisation a clock of the year 2004; afterwards the time set last,
    going on."""
    if kind != READ:
        return None if kind == TEST else FAIL
    set_at, now = module.clock_set or (0, (2004, 1, 1, 0, 0, 0, 0, 0))
    now = later(now, (module.clock.now - set_at) // 1000)
    stamp = (now[0] % 100,) + now[1:6] + ("%+03d" % now[7],)
    module.info("+CCLK: " + module.family.clock_format % stamp)
    return None


def later(fields, seconds):
    """(year, month, day, hour, minute, second, ...) that many seconds on."""
    year, month, day, hour, minute, second = fields[:6]
    second += seconds
    minute += second // 60
    hour += minute // 60
    day += hour // 24
    while True:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        days = (
            29
            if month == 2 and leap
            else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
        )
        if day <= days:
            break
        day -= days
        month += 1
        if month > 12:
            month = 1
            year += 1
    return (year, month, day, hour % 24, minute % 60, second % 60) + tuple(fields[6:])


def ipr(module, kind, args):
    """The rate changes after the OK, and is kept; 0 leaves it to the module to find out."""
    if kind == TEST:
        module.info("+IPR: (0,%s)" % ",".join([str(r) for r in RATES[1:]]))
    elif kind == READ:
        module.info("+IPR: %d" % module.nvram.get("ipr", 0))
    elif kind == WRITE:
        given = fields(args)
        rate = number(given[0], 0, 921600) if given and len(given) == 1 else -1
        if rate not in RATES:
            return CME_PARAMETER
        module.nvram["ipr"] = rate
        if rate and module.baud:
            module.afterwards(0, setattr, module, "baud", rate)
    else:
        return FAIL
    return None


def qpowd(module, kind, args):
    """One argument says goodbye to the network first, the other does not; which is which depends
    on the family."""
    family = module.family
    if kind == TEST:
        module.info("+QPOWD: (0-1)")
    elif kind == WRITE or (kind == EXECUTE and family.qpowd_says):
        given = fields(args) if kind == WRITE else [str(family.qpowd_normal)]
        how = number(given[0], 0, 1) if given and len(given) == 1 else -1
        if how < 0:
            return CME_PARAMETER
        if how == family.qpowd_normal:
            module.afterwards(0, module.say_goodbye)
        else:
            module.afterwards(0, module.power_off_at_once)
    else:
        return FAIL
    return None


def qrst(module, kind, args):
    if kind == TEST:
        module.info("+QRST: (1)")
    elif kind == WRITE and args == b"1":
        module.afterwards(module.delays["restart"], module.boot)
    else:
        return CME_PARAMETER
    return None


COMMANDS = {
    "E": echo,
    "V": verbose,
    "I": identify,
    "&F": factory,
    "&W": store,
    "Z": recall,
    "+CMEE": _setting("cmee", 1, "(0,1)"),
    "+CGSN": cgsn,
    "+CIMI": cimi,
    "+CCID": _line("+CCID: ", "iccid", True),
    "+QCCID": _line("+QCCID: ", "iccid", True),
    "+NCCID": _line("+NCCID: ", "iccid", True),
    "+CGMR": _line("Revision: ", "revision"),
    "+CGMM": _line("Quectel_", "name"),
    "+CCLK": cclk,
    "+QSCLK": qsclk,
    "+IPR": ipr,
    "+QPOWD": qpowd,
    "+QRST": qrst,
}

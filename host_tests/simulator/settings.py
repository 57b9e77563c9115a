"""+QICFG where nothing of it is stored: a table of options, and "send/auto"."""

from .at import FAIL, TEST, WRITE, fields, number
from .datamode import from_hex
from .send import taken
from .sockets import CONNECTED

PARAMETER = 552

# name -> (low, high, at first) of each value
UMTS = {
    "transpktsize": ((1, 1460, 1024),),
    "transwaittm": ((0, 20, 2),),
    "dataformat": ((0, 1, 0), (0, 1, 0)),
    "viewmode": ((0, 1, 0),),
}

LTE = {
    "transpktsize": ((1, 1460, 1024),),
    "transwaittm": ((0, 20, 2),),
    "tcp/retranscfg": ((3, 20, 12), (5, 1000, 600)),
    "tcp/accept": ((0, 1, 1),),
    "passiveclosed": ((0, 1, 0),),
    "dataformat": ((0, 1, 0), (0, 1, 0)),
    "viewmode": ((0, 1, 0),),
    "qisend/timeout": ((0, 3600, 0),),
    "recvind": ((0, 1, 0),),
    "formatcfg": ((0, 1, 0),),
    "close/mode": ((0, 1, 0),),
    "udp/sendmode": ((0, 1, 0),),
    "udp/readmode": ((0, 1, 0),),
    "tcp/keepalive": ((0, 1, 0), (1, 120, 1), (25, 100, 25), (3, 10, 3)),
    "tcp/delay_ack": ((0, 1, 1),),
    "dns/cache": ((0, 1, 1),),
    "tcp/twrecycle": ((2, 60000, 2),),
    "dns/retry": ((1, 4, 2), (100, 2000, 200)),
    "send/buffersize": ((1460, 4096, 1460),),
    "windows/scale": ((0, 1, 1),),
}

# Options whose later values may be left out, and then stay.
SHORTER = ("tcp/keepalive", "dns/retry")

# In the order of the manual's test form, where it is not the table's.
AUTO_FORM = '"send/auto",(1-11),(0,20-86400),<msg_auto>,(0-2),(0-10)'
AUTO_AFTER = "qisend/timeout"
AUTO_MAX = 256  # bytes


def listed(module):
    """The test form's lines."""
    known = module.family.settings
    order = module.family.settings_order or sorted(known)
    for name in order:
        ranges = ["(%s)" % spelled(low, high) for low, high, _ in known[name]]
        shown = "window/scale" if name == "windows/scale" else name  # as the manual has it
        module.info('+QICFG: "%s",%s' % (shown, ",".join(ranges)))
        if name == AUTO_AFTER:
            module.info("+QICFG: " + AUTO_FORM)


def spelled(low, high):
    return "0,1" if (low, high) == (0, 1) else "%d-%d" % (low, high)


def qicfg(module, kind, args):
    if kind == TEST:
        listed(module)
        return None
    if kind != WRITE:
        return FAIL
    module.last_error = 0
    given = fields(args)
    if not given:
        return PARAMETER
    name = given[0].lower()
    known = module.family.settings
    if name == "send/auto" and AUTO_AFTER in known:
        return send_auto(module, given[1:])
    if name not in known:
        return PARAMETER
    if len(given) == 1:
        values = [str(module.option(name, i)) for i in range(len(known[name]))]
        module.info('+QICFG: "%s",%s' % (name, ",".join(values)))
        return None
    return set_values(module, name, known[name], given[1:])


def set_values(module, name, ranges, given):
    if len(given) > len(ranges) or (len(given) < len(ranges) and name not in SHORTER):
        return PARAMETER
    values = [module.option(name, i) for i in range(len(ranges))]
    for i in range(len(given)):
        low, high, _ = ranges[i]
        values[i] = number(given[i], low, high, values[i])
        if values[i] < 0:
            return PARAMETER
    module.settings[name] = values
    return None


class AutoSend:
    """What is sent on one <connectID> every so often, without a word to the host."""

    def __init__(self, module, sid):
        self.module = module
        self.sid = sid
        self.period = 60  # seconds; 0: not at all
        self.text = ""
        self.form = 1
        self.tries = 0
        self._failed = 0
        self._timer = None

    def start(self):
        self._failed = 0
        self.module.clock.cancel(self._timer)
        self._timer = None
        if self.period and self.text:
            self._timer = self.module.later(self.period * 1000, self._send)

    def _send(self):
        socket = self.module.sockets[self.sid]
        data = payload(self.text, self.form)
        if socket is not None and socket.state == CONNECTED and socket.inbox is not None:
            if not socket.addressed and taken(self.module, socket, data):
                self._failed = 0
            else:
                self._failed += 1
        if self._failed <= self.tries:
            self._timer = self.module.later(self.period * 1000, self._send)


def payload(text, form):
    """bytes, or None: a plain string (2) or the digits of one."""
    return text.encode() if form == 2 else from_hex(text.encode())


def send_auto(module, given):
    """[connectID[,period[,message][,format][,tries]]]"""
    sid = number(given[0], 1, module.family.ids - 1) if given else -1
    if sid < 0 or len(given) > 5:
        return PARAMETER
    if sid not in module.autos:
        module.autos[sid] = AutoSend(module, sid)
    auto = module.autos[sid]
    if len(given) == 1:
        shown = (sid, auto.period, auto.text, auto.form, auto.tries)
        module.info('+QICFG: "send/auto",%d,%d,"%s",%d,%d' % shown)
        return None
    given = given + [""] * (5 - len(given))
    period = number(given[1], 0, 86400, auto.period)
    form = number(given[3], 0, 2, auto.form)
    tries = number(given[4], 0, 10, auto.tries)
    text = given[2] or auto.text
    data = payload(text, form) if form >= 0 else None
    if min(period, tries) < 0 or 0 < period < 20 or data is None or len(data) > AUTO_MAX:
        return PARAMETER
    auto.period, auto.text, auto.form, auto.tries = period, text, form, tries
    auto.start()
    return None


COMMANDS = {"+QICFG": qicfg}

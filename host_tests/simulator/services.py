"""+QPING, +QNTP, +QIDNSGIP, +QIDNSCFG: each says OK first and tells the outcome later."""

from .at import FAIL, READ, WRITE, fields, number
from .network import literal
from .sockets import good_host

PARAMETER, UNSUPPORTED, NO_CONTEXT, DNS_BUSY, TIMEOUT = 552, 555, 561, 564, 569


def arguments(module, args, least, most):
    """(fields, error code) of a command that starts with a context and a host."""
    module.last_error = 0
    given = fields(args)
    if not given or not least <= len(given) <= most:
        return None, PARAMETER
    context = number(given[0], 1, module.family.contexts)
    if context < 0 or not good_host(given[1]):
        return None, PARAMETER
    if module.context_ip(context) is None:
        return None, NO_CONTEXT
    return given + [""] * (most - len(given)), 0


class Ping:
    """One +QPING under way."""

    def __init__(self, module, host, timeout_ms, count, size):
        self.module = module
        self.host = host
        self.address = None
        self.timeout_ms = timeout_ms
        self.count = count
        self.size = size
        self.sent = 0
        self.received = 0
        self.lowest = self.highest = self.average = self.total = 0

    def start(self):
        self.module.active()
        self.module.network.resolve(self.host, self._resolved)

    def _resolved(self, code, addresses, ttl):
        if code:
            self.module.last_error = code
            self.module.urc("+QPING: %d" % code)
            return
        self.address = addresses[0]
        self._request()

    def _request(self):
        self.sent += 1
        self.module.network.ping(self.address, self.size, self.timeout_ms, self._answered)

    def _answered(self, ms, ttl):
        module = self.module
        if not module.running:
            return
        if ms is None:
            module.urc("+QPING: %d" % TIMEOUT)
        else:
            self._count(ms)
            module.urc('+QPING: 0,"%s",%d,%d,%d' % (self.address, self.size, ms, ttl))
        if self.sent < self.count:
            module.later(module.delays["ping"], self._request)
            return
        line = "+QPING: 0,%d,%d,%d" % (self.sent, self.received, self.sent - self.received)
        if self.received:
            line += ",%d,%d,%d" % (self.lowest, self.highest, self.average)
        module.urc(line)

    def _count(self, ms):
        # Of the NB-IoT manuals' 192, 240, 241, 479 the average runs along in whole numbers and
        # gives 287; the EG manual's is 288.
        self.total += ms
        if self.module.family.ping_average_runs:
            self.average = (self.average * self.received + ms) // (self.received + 1)
        else:
            self.average = self.total // (self.received + 1)
        self.lowest = min(self.lowest, ms) if self.received else ms
        self.highest = max(self.highest, ms)
        self.received += 1


def qping(module, kind, args):
    if kind != WRITE:
        return FAIL
    given, code = arguments(module, args, 2, 5 if module.family.ping_sized else 4)
    if code:
        return code
    timeout = number(given[2], 1, 255, 4)
    count = number(given[3], 1, 10, 4)
    size = number(given[4], 32, 200, 32) if module.family.ping_sized else 32
    if min(timeout, count, size) < 0:
        return PARAMETER
    if module.cgact_lies:
        module.afterwards(module.delays["+QPING"], module.urc, "+QPING: 559")
        return None
    module.afterwards(
        module.delays["+QPING"], Ping(module, given[1], timeout * 1000, count, size).start
    )
    return None


def qntp(module, kind, args):
    if kind == READ and module.family.host_activates:
        if module.ntp_running:
            module.info('+QNTP: "%s",%d' % module.ntp_running)
        return None
    if kind != WRITE:
        return FAIL
    given, code = arguments(module, args, 2, 4)
    if code:
        return code
    port = number(given[2], 1, 65535, 123)
    keep = number(given[3], 0, 1, module.family.ntp_sets_clock)
    if port < 0 or keep < 0:
        return PARAMETER
    if module.family.ntp_port not in (None, port):
        return UNSUPPORTED
    epoch = module._epoch
    module.ntp_running = (given[1], port)

    def ask():
        module.active()
        module.network.time(given[1], port, answered)

    def answered(code, now):
        if epoch != module._epoch:
            return
        module.ntp_running = None
        if code:
            module.last_error = code
            module.urc("+QNTP: %d" % code)
            return
        if keep:
            module.clock_set = (module.clock.now, now)
        module.urc("+QNTP: 0," + stamp(module, now))

    module.afterwards(module.delays["+QNTP"], ask)
    return None


def stamp(module, now):
    """The time as +QNTP tells it, quoted."""
    if module.local_time:
        return '"%02d/%02d/%02d,%02d:%02d:%02d"' % ((now[0] % 100,) + tuple(now[1:6]))
    form = module.family.ntp_format
    now = [now[i] for i in module.family.ntp_fields]
    if "%04d" not in form:
        now[0] %= 100
    if module.ntp_zone is not None:
        now[-1] = module.ntp_zone
    return form % tuple(now)


def qidnsgip(module, kind, args):
    if kind != WRITE:
        return FAIL
    given, code = arguments(module, args, 2, 2)
    if code:
        return code
    if module.dns_busy:
        return DNS_BUSY
    module.dns_busy = True
    epoch = module._epoch

    def ask():
        module.active()
        module.network.resolve(given[1], answered)

    def answered(code, addresses, ttl):
        if epoch != module._epoch:
            return
        module.dns_busy = False
        if code:
            module.last_error = code
            bare = "+QIDNSGIP: %d" if module.dnsgip_bare else '+QIURC: "dnsgip",%d'
            module.urc(bare % code)
            return
        head = '+QIURC: "dnsgip",0,%d,%d' % (len(addresses), ttl)
        if module.dnsgip_bare:
            module.urc("\r\n".join([head] + ['+QIURC: "dnsgip","%s"' % a for a in addresses]))
            return
        module.urc(head)
        for address in addresses:
            module.urc('+QIURC: "dnsgip","%s"' % address)

    module.afterwards(module.delays["+QIDNSGIP"], ask)
    return None


def qidnscfg(module, kind, args):
    """Servers for the session; a reset or deep sleep forgets them."""
    if kind != WRITE:
        return FAIL
    module.last_error = 0
    given = fields(args)
    if not given or len(given) > 3 or number(given[0], 1, module.family.contexts) < 0:
        return PARAMETER
    context = number(given[0], 1, module.family.contexts)
    for server in given[1:]:
        if not literal(server):
            return PARAMETER
    if module.family.host_activates:
        return dns_of_context(module, context, given[1:])
    if context != 1:
        return NO_CONTEXT
    if len(given) == 1:
        if module.dns_servers:
            module.info("+QIDNSCFG: 1," + ",".join(['"%s"' % s for s in module.dns_servers]))
        return None
    if module.ip is None:
        return NO_CONTEXT
    module.dns_servers = given[1:]
    return None


def dns_of_context(module, cid, servers):
    """As long as the context is active; the network's own servers at first."""
    if module.context_ip(cid) is None:
        return NO_CONTEXT
    context = module.context(cid)
    if servers:
        context.dns = servers + context.dns[len(servers) :]
    else:
        module.info("+QIDNSCFG: %d," % cid + ",".join(['"%s"' % s for s in context.dns]))
    return None


COMMANDS = {"+QPING": qping, "+QNTP": qntp, "+QIDNSGIP": qidnsgip, "+QIDNSCFG": qidnscfg}

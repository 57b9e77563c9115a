"""+QPING, +QNTP, +QIDNSGIP, +QIDNSCFG: each says OK first and tells the outcome later."""

from .at import FAIL, WRITE, fields, number
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
    if context != 1 or module.ip is None:
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
        self.lowest = self.highest = self.average = 0

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
        # The average runs along in whole numbers: the manual's 192, 240, 241, 479 give 287 that
        # way, not 288.
        self.average = (self.average * self.received + ms) // (self.received + 1)
        self.lowest = min(self.lowest, ms) if self.received else ms
        self.highest = max(self.highest, ms)
        self.received += 1


def qping(module, kind, args):
    if kind != WRITE:
        return FAIL
    given, code = arguments(module, args, 2, 5)
    if code:
        return code
    timeout = number(given[2], 1, 255, 4)
    count = number(given[3], 1, 10, 4)
    size = number(given[4], 32, 200, 32)
    if min(timeout, count, size) < 0:
        return PARAMETER
    module.afterwards(
        module.delays["+QPING"], Ping(module, given[1], timeout * 1000, count, size).start
    )
    return None


def qntp(module, kind, args):
    if kind != WRITE:
        return FAIL
    given, code = arguments(module, args, 2, 4)
    if code:
        return code
    port = number(given[2], 1, 65535, 123)
    keep = number(given[3], 0, 1, 0)
    if port < 0 or keep < 0:
        return PARAMETER
    if module.family.ntp_port not in (None, port):
        return UNSUPPORTED
    epoch = module._epoch

    def ask():
        module.active()
        module.network.time(given[1], port, answered)

    def answered(code, now):
        if epoch != module._epoch:
            return
        if code:
            module.last_error = code
            module.urc("+QNTP: %d" % code)
            return
        if keep:
            module.clock_set = (module.clock.now, now)
        stamp = "%02d/%02d/%02d,%02d:%02d:%02d:%02d%+03d" % ((now[0] % 100,) + tuple(now[1:]))
        module.urc('+QNTP: 0,"%s"' % stamp)

    module.afterwards(module.delays["+QNTP"], ask)
    return None


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
            module.urc('+QIURC: "dnsgip",%d' % code)
            return
        module.urc('+QIURC: "dnsgip",0,%d,%d' % (len(addresses), ttl))
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
    if given[0] != "1":
        return NO_CONTEXT
    if len(given) == 1:
        if module.dns_servers:
            module.info("+QIDNSCFG: 1," + ",".join(['"%s"' % s for s in module.dns_servers]))
        return None
    for server in given[1:]:
        if not literal(server):
            return PARAMETER
    if module.ip is None:
        return NO_CONTEXT
    module.dns_servers = given[1:]
    return None


COMMANDS = {"+QPING": qping, "+QNTP": qntp, "+QIDNSGIP": qidnsgip, "+QIDNSCFG": qidnscfg}

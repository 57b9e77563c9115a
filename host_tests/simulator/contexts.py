"""PDP contexts where the host sets them up and activates them: +QICSGP, +QIACT, +QIDEACT, and
27.007's view of the same contexts: +CGDCONT, +CGACT, +CGPADDR.

On the NB-IoT families the network does all that; there, only `context_ip()` matters.
"""

from .at import DEFER, EXECUTE, FAIL, READ, WRITE, fields, number
from .radio import CME_PARAMETER, HOME, ROAMING

INACTIVE, ACTIVE, LOST = range(3)  # LOST: the network has taken it back, the host not yet
V4, V6, V4V6 = 1, 2, 3

TYPES = {"IP": V4, "IPV6": V6, "IPV4V6": V4V6}
NAMES = {V4: "IP", V6: "IPV6", V4V6: "IPV4V6"}

PARAMETER, NO_CONTEXT, BROKEN, NOT_ALLOWED, NO_APN = 552, 561, 570, 572, 573

MOST_ACTIVE = 3
LONGEST_CREDENTIAL = 127


class Context:
    """One <contextID>: its profile and its state."""

    def __init__(self, cid, stored=None):
        self.cid = cid
        self.defined = stored is not None
        self.kind, self.apn, self.user, self.password, self.auth = stored or (V4, "", "", "", 0)
        self.state = INACTIVE
        self.addresses = []
        self.dns = []

    def profile(self):
        return [self.kind, self.apn, self.user, self.password, self.auth]


class Contexts:
    """Part of Module."""

    def start_contexts(self):
        self.contexts = {}  # cid -> Context, those asked for so far
        self.bearers = []  # cids that are up for CGACT; the default bearer needs no QIACT

    def context(self, cid):
        if cid not in self.contexts:
            stored = self.nvram.get("context%d" % cid)
            self.contexts[cid] = Context(cid, stored)
        return self.contexts[cid]

    def context_ip(self, cid):
        """The first address of an active context, or None."""
        if not self.family.host_activates:
            return self.ip if cid == 1 else None
        context = self.contexts.get(cid)
        if context is None or context.state != ACTIVE or not context.addresses:
            return None
        return context.addresses[0]

    def lose_context(self, cid):
        """The network deactivates an active context: its sockets are dead, and it stays unusable
        until QIDEACT."""
        context = self.context(cid)
        if context.state != ACTIVE:
            return
        self.take_down(context, LOST)
        self.urc('+QIURC: "pdpdeact",%d' % cid)

    def lose_contexts(self):
        for cid in sorted(self.contexts):
            self.lose_context(cid)
        self.bearers = []

    def take_down(self, context, state):
        context.state = state
        context.addresses = []
        context.dns = []
        if context.cid in self.bearers:
            self.bearers.remove(context.cid)
        for socket in self.sockets:
            if socket is not None and socket.context == context.cid:
                socket.context_lost()

    def default_bearer_up(self):
        """As part of the attach, where the network is asked for one then."""
        cid = self.default_bearer
        if self.family.host_activates and cid and cid not in self.bearers:
            self.bearers.append(cid)


def context_of(module, field):
    """The Context a <contextID> names, or None."""
    cid = number(field, 1, module.family.contexts)
    return module.context(cid) if cid > 0 else None


def qicsgp(module, kind, args):
    if kind != WRITE:
        return FAIL
    module.last_error = 0
    given = fields(args)
    context = context_of(module, given[0]) if given else None
    if context is None:
        return PARAMETER
    if len(given) == 1:
        module.info('+QICSGP: %d,"%s","%s","%s",%d' % tuple(context.profile()))
        return None
    if not 3 <= len(given) <= 6:
        return PARAMETER
    given = given + [""] * (6 - len(given))
    pdp_type = number(given[1], 1, V4V6 if module.family.ipv6 else V4)
    auth = number(given[5], 0, 3, 0)
    if pdp_type < 0 or auth < 0 or max(len(given[3]), len(given[4])) > LONGEST_CREDENTIAL:
        return PARAMETER
    define(module, context, (pdp_type, given[2], given[3], given[4], auth))
    return None


def define(module, context, profile):
    context.kind, context.apn, context.user, context.password, context.auth = profile
    context.defined = True
    if module.family.contexts_stored:
        module.nvram["context%d" % context.cid] = context.profile()


def qiact(module, kind, args):
    if kind == READ:
        for cid in sorted(module.contexts):
            context = module.contexts[cid]
            if context.state == ACTIVE:
                module.info(
                    "+QIACT: %d,1,%d" % (cid, context.kind)
                    + "".join([',"%s"' % a for a in context.addresses])
                )
        return None
    if kind != WRITE:
        return FAIL
    module.last_error = 0
    context = context_of(module, args_field(args))
    if context is None:
        return PARAMETER
    module.later(module.delays["+QIACT"], activated, module, context)
    return DEFER


def activated(module, context):
    """What the network has said to it, in the end."""
    code = refusal(module, context)
    if not code:
        come_up(module, context)
    module.finish(code)


def refusal(module, context):
    """None, or why this context cannot be activated."""
    if context.state != INACTIVE:
        return NOT_ALLOWED if context.state == ACTIVE else BROKEN
    if module.stat not in (HOME, ROAMING):
        return NO_CONTEXT
    if module.one_pdp and [cid for cid in module.bearers if cid != context.cid]:
        return NOT_ALLOWED
    if len([c for c in module.contexts.values() if c.state == ACTIVE]) >= MOST_ACTIVE:
        return NO_CONTEXT
    if module.apn is not None and context.apn.lower() != module.apn.lower():
        return NO_CONTEXT if context.apn else NO_APN
    return None


def come_up(module, context):
    context.state = ACTIVE
    context.addresses = []
    if context.kind != V6:
        context.addresses.append(module.family.address_v4 % context.cid)
    if context.kind != V4:
        context.addresses.append(module.family.address_v6 % context.cid)
    context.dns = list(module.family.dns)
    if context.cid not in module.bearers:
        module.bearers.append(context.cid)
    module.active()


def qideact(module, kind, args):
    if kind != WRITE:
        return FAIL
    module.last_error = 0
    context = context_of(module, args_field(args))
    if context is None:
        return PARAMETER
    module.later(module.delays["+QIDEACT"], deactivated, module, context)
    return DEFER


def deactivated(module, context):
    module.take_down(context, INACTIVE)
    for sid in range(len(module.sockets)):
        socket = module.sockets[sid]
        if socket is not None and socket.context == context.cid:
            module.sockets[sid] = None
    module.finish(None)


def args_field(args):
    """The only parameter, or one that is out of every range."""
    given = fields(args)
    return given[0] if given and len(given) == 1 and given[0] else "?"


# 27.007's commands


def cgdcont(module, kind, args):
    if kind == READ:
        for cid in range(1, module.family.contexts + 1):
            context = module.context(cid)
            if context.defined:
                shown = (cid, NAMES[context.kind], context.apn)
                module.info('+CGDCONT: %d,"%s","%s","0.0.0.0",0,0' % shown)
        return None
    if kind != WRITE:
        return FAIL
    given = fields(args)
    context = context_of(module, given[0]) if given else None
    if context is None:
        return CME_PARAMETER
    if len(given) == 1:
        context.defined = False
        return None
    if given[1] not in TYPES:
        return CME_PARAMETER
    apn = given[2] if len(given) > 2 else ""
    define(module, context, (TYPES[given[1]], apn, context.user, context.password, context.auth))
    return None


def cgact(module, kind, args):
    if kind == READ:
        for cid in range(1, module.family.contexts + 1):
            if module.context(cid).defined or cid in module.bearers:
                up = cid in module.bearers and not module.cgact_lies
                module.info("+CGACT: %d,%d" % (cid, 1 if up else 0))
        return None
    if kind != WRITE:
        return FAIL
    given = fields(args)
    on = number(given[0], 0, 1) if given else -1
    context = context_of(module, given[1]) if on >= 0 and len(given) == 2 else None
    if context is None:
        return CME_PARAMETER
    module.later(module.delays["+QIACT" if on else "+QIDEACT"], bearer_set, module, context, on)
    return DEFER


def bearer_set(module, context, on):
    if on and context.cid not in module.bearers:
        module.bearers.append(context.cid)
    elif not on and context.state == ACTIVE:
        module.lose_context(context.cid)
    elif not on and context.cid in module.bearers:
        module.bearers.remove(context.cid)
    module.finish(None)


def cgpaddr(module, kind, args):
    if kind not in (EXECUTE, READ, WRITE):
        return FAIL
    chosen = range(1, module.family.contexts + 1)
    if kind == WRITE:
        context = context_of(module, args_field(args))
        if context is None:
            return CME_PARAMETER
        chosen = (context.cid,)
    for cid in chosen:
        addresses = module.context(cid).addresses
        if not addresses and cid in module.bearers:
            addresses = [module.family.address_v4 % cid]
        if addresses:
            module.info("+CGPADDR: %d" % cid + "".join([',"%s"' % a for a in addresses]))
        elif kind == WRITE:
            module.info('+CGPADDR: %d,"0.0.0.0"' % cid)
    return None


COMMANDS = {
    "+QICSGP": qicsgp,
    "+QIACT": qiact,
    "+QIDEACT": qideact,
    "+CGDCONT": cgdcont,
    "+CGACT": cgact,
    "+CGPADDR": cgpaddr,
}

"""Sockets where the host activates contexts: +QIOPEN and +QICLOSE, and what a connection is there.
Listeners and UDP services are in `listener.py`, transparent mode is in `transparent.py`."""

from . import inbox
from .at import DEFER, FAIL, READ, WRITE, fields, number
from .sockets import CONNECTED, INITIAL, OPENING, Socket, good_host, local_port_used, refuse

LISTENING, CLOSING = 3, 4

BUFFER, PUSH, TRANSPARENT = range(3)

PARAMETER, NO_CONTEXT, ID_USED, CONNECT_FAILED, SOCKET_CLOSED = 552, 561, 563, 566, 567
BROKEN, PORT_BUSY = 570, 574

KINDS = ("TCP", "UDP", "TCP LISTENER", "UDP SERVICE")
CLOSE_TIMEOUT = 10  # seconds


class Client(Socket):
    """A "TCP" or "UDP" <connectID>; base of the other kinds too."""

    addressed = False  # each datagram has its own far end
    whole = False  # QIRD gives a datagram as it came, whatever the length asked for

    def __init__(self, module, sid, service, context, host, port, local_port, mode):
        Socket.__init__(self, module, sid, service[:3], host, port, local_port, mode)
        self.service = service
        self.context = context
        self.server = sid  # the listener a connection came in by
        self.shown_port = local_port or module.next_port()
        stream = self.kind == "TCP"
        self.inbox = inbox.Inbox(
            stream or module.option("udp/readmode") == 1, stream and not module.tell_full
        )
        self.acked = 0  # as told last, for when the connection is gone
        self.transparent = None  # transparent.Line, while this socket has the line

    def received(self, data):
        if self.transparent is not None:
            self.inbox.total += len(data)
            self.module.write(data)
        else:
            inbox.deliver(self.module, self, data)

    def tell_opened(self, code):
        if self.mode == TRANSPARENT:
            self.module.connected_line(self, code)
        else:
            Socket.tell_opened(self, code)

    def tell_closed(self):
        if self.transparent is not None:
            self.transparent.carrier_lost()
        else:
            Socket.tell_closed(self)
            if self.module.option("passiveclosed"):
                self.module.release(self)

    def context_lost(self):
        if self.state == OPENING:
            self.opened(BROKEN)
        elif self.state != INITIAL:
            self.state = CLOSING
        if self.transparent is not None:
            self.transparent.carrier_lost()
        self.drop()

    def shown_host(self):
        return self.host if self.module.show_domain else self.address

    def shown_state(self):
        if self.module.state3 and self.state in (CONNECTED, CLOSING):
            return 3 if self.state == CONNECTED else 5
        return self.state


class Opening:
    """Part of Module."""

    def start_opening(self):
        self._next_port = 65514
        self._opens = 0

    def next_port(self):
        """A local port of the module's own choice."""
        self._next_port -= 1
        return self._next_port + 1

    def release(self, socket):
        """Its id is free again."""
        if self.sockets[socket.id] is socket:
            self.sockets[socket.id] = None
            socket.state = INITIAL
            socket.drop()


def qiopen(module, kind, args):
    if kind == READ and module.family.open_readable:
        return None
    if kind != WRITE:
        return FAIL
    module.last_error = 0
    given = fields(args)
    if not given or not 5 <= len(given) <= 7:
        return PARAMETER
    given = given + [""] * (7 - len(given))
    context = number(given[0], 1, module.family.contexts)
    sid = number(given[1], 0, module.family.ids - 1)
    service = given[2].upper()
    mode = number(given[6], 0, 2, 0)
    local = number(given[5], 0, 65535, 0)
    port = number(given[4], 0, 65535)
    if min(context, sid, mode, local, port) < 0 or service not in KINDS:
        return PARAMETER
    serves = service in ("TCP LISTENER", "UDP SERVICE")
    if not local if serves else (not port or not good_host(given[3])):
        return PARAMETER
    if module.lost_opens and module._opens >= module.lost_opens:
        return PARAMETER
    module._opens += 1
    code = unavailable(module, context, sid, service, local)
    if code:
        if mode == TRANSPARENT and not serves:
            return code
        return refuse(module, sid, code)
    make = module.family.services[service]
    socket = make(module, sid, service, context, given[3], port, local, mode)
    module.sockets[sid] = socket
    socket.timer = module.later(module.family.open_ms, socket.opened, CONNECT_FAILED)
    if mode == TRANSPARENT and not serves:
        module.later(module.delays["+QIOPEN"], socket.start, ":" in module.context_ip(context))
        return DEFER
    module.afterwards(module.delays["+QIOPEN"], socket.start, ":" in module.context_ip(context))
    return None


def unavailable(module, context, sid, service, local):
    """0, or why this cannot even be tried."""
    if module.context_ip(context) is None:
        return NO_CONTEXT
    if module.sockets[sid] is not None:
        return ID_USED
    if local and local_port_used(module, service[:3], local):
        return PORT_BUSY
    return 0


def qiclose(module, kind, args):
    """The result comes when the far end has answered the FIN, or has not in time."""
    if kind != WRITE:
        return FAIL
    module.last_error = 0
    given = fields(args)
    if not given or len(given) > (2 if module.family.close_timeout else 1):
        return PARAMETER
    sid = number(given[0], 0, module.family.ids - 1)
    timeout = number(given[1], 0, 65535) if len(given) == 2 else CLOSE_TIMEOUT
    if sid < 0 or timeout < 0:
        return PARAMETER
    socket = module.sockets[sid]
    if socket is None:
        return None if module.close_unused_ok else SOCKET_CLOSED
    wait = module.delays["+QICLOSE"]
    if socket.state == CONNECTED and getattr(socket.connection, "lingers", False):
        wait = timeout * 1000
    elif timeout == 0:
        wait = 0
    socket.state = CLOSING
    socket.drop()
    if module.option("close/mode"):
        module.afterwards(wait, closed_by_urc, module, socket)
        return None
    module.later(wait, closed, module, socket)
    return DEFER


def closed(module, socket):
    module.release(socket)
    if module.closed_again:
        module.afterwards(0, Socket.tell_closed, socket)
    module.finish(None)


def closed_by_urc(module, socket):
    module.release(socket)
    module.urc("+QICLOSE: %d,0" % socket.id)


COMMANDS = {"+QIOPEN": qiopen, "+QICLOSE": qiclose}

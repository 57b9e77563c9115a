"""Where the module is called: "TCP LISTENER" and what comes in by it, +QIACCEPT, "UDP SERVICE"."""

from . import inbox
from .at import FAIL, WRITE, fields, number
from .opening import BROKEN, CLOSING, LISTENING, TRANSPARENT, Client
from .sockets import CONNECTED, INITIAL, OPENING, Socket

PARAMETER, BIND_FAILED, ACCEPT_FAILED, ID_USED, SOCKET_CLOSED = 552, 556, 560, 563, 567

MOST_WAITING = 5  # callers the host has not decided about


class Bound(Client):
    """A <connectID> with a local port and no far end of its own."""

    bound_state = CONNECTED

    def __init__(self, *args):
        Client.__init__(self, *args)
        self.port = 0

    def start(self, v6):
        if self.state != OPENING:
            return
        self.connection = self.module.network.listen(self.kind, self.local_port, self)
        if self.connection is None:
            self.opened(BIND_FAILED)
            return
        self.opened(0)
        self.state = self.bound_state

    def tell_opened(self, code):
        Socket.tell_opened(self, code)  # nobody to be connected to, whatever the mode

    def shown_host(self):
        return self.module.context_ip(self.context) or "0.0.0.0"

    def shown_state(self):
        return self.state

    def context_lost(self):
        if self.state == OPENING:
            self.opened(BROKEN)
        elif self.state != INITIAL:
            self.state = CLOSING
        self.drop()


class Listener(Bound):
    bound_state = LISTENING

    def __init__(self, *args):
        Bound.__init__(self, *args)
        self.inbox = None
        self.callers = []  # (connection, address, port), to be accepted or refused by the host

    def incoming(self, connection, address, port):
        """The network calls this."""
        module = self.module
        if self.state != LISTENING or not module.running:
            connection.close()
            return
        module.active()
        if module.option("tcp/accept") == 0 and "tcp/accept" in module.family.settings:
            if len(self.callers) >= MOST_WAITING:
                self.turn_away(connection)
                return
            self.callers.append((connection, address, port))
            module.urc('+QIURC: "accept",%d' % self.id)
            return
        sid = free_id(module)
        if sid is None:
            self.turn_away(connection)
            return
        child = self.take_in(sid, connection, address, port)
        module.urc('+QIURC: "incoming",%d,%d,"%s",%d' % (sid, self.id, address, port))
        child.settle()

    def turn_away(self, connection):
        connection.close()
        self.module.urc('+QIURC: "incoming full"')

    def take_in(self, sid, connection, address, port):
        child = Incoming(self, sid, connection, address, port)
        self.module.sockets[sid] = child
        return child

    def drop(self):
        for connection, _, _ in self.callers:
            connection.close()
        self.callers = []
        Bound.drop(self)


class Incoming(Client):
    """A connection that came in by a listener."""

    def __init__(self, listener, sid, connection, address, port):
        module = listener.module
        mode = listener.mode if module.family.incoming_keeps_mode else 0
        Client.__init__(
            self,
            module,
            sid,
            "TCP INCOMING",
            listener.context,
            address,
            port,
            listener.local_port,
            mode,
        )
        self.server = listener.id
        self.state = CONNECTED
        self.connection = connection

    def settle(self):
        """The host has been told of it: data may come."""
        if self.mode == TRANSPARENT:
            self.module.incoming_line(self)
        self.connection.owned_by(self)


class UDPService(Bound):
    """Datagrams from and to anybody."""

    addressed = True
    whole = True

    def __init__(self, *args):
        Bound.__init__(self, *args)
        self.inbox = inbox.Inbox(False)

    def arrived_from(self, data, address, port):
        """The network calls this."""
        module = self.module
        if self.state == CONNECTED and module.running:
            module.active()
            inbox.deliver(module, self, data, address, port)


def free_id(module):
    """The <connectID> of the next connection that comes in, or None."""
    ids = list(range(module.family.ids))
    if module.incoming_ids == "top":
        ids.reverse()
    for sid in ids:
        if module.sockets[sid] is None:
            return sid
    return None


def qiaccept(module, kind, args):
    if kind != WRITE:
        return FAIL
    module.last_error = 0
    given = fields(args)
    if not given or not 2 <= len(given) <= 3:
        return PARAMETER
    listener = number(given[0], 0, module.family.ids - 1)
    accept = number(given[1], 0, 1)
    wanted = number(given[2], 0, module.family.ids - 1) if len(given) == 3 else None
    if listener < 0 or accept < 0 or wanted == -1:
        return PARAMETER
    listener = module.sockets[listener]
    if listener is None or listener.service != "TCP LISTENER":
        return SOCKET_CLOSED
    if not listener.callers:
        return ACCEPT_FAILED
    if not accept:
        listener.callers.pop(0)[0].close()
        return None
    sid = wanted if wanted is not None else free_id(module)
    if sid is None or module.sockets[sid] is not None:
        return ID_USED
    connection, address, port = listener.callers.pop(0)
    child = listener.take_in(sid, connection, address, port)
    module.afterwards(module.delays["+QIACCEPT"], accepted, module, child)
    return None


def accepted(module, child):
    module.urc('+QIACCEPT: %d,"%s",%d' % (child.id, child.address, child.port))
    if module.sockets[child.id] is child and child.connection is not None:
        child.settle()


SERVICES = {"TCP": Client, "UDP": Client, "TCP LISTENER": Listener, "UDP SERVICE": UDPService}

COMMANDS = {"+QIACCEPT": qiaccept}

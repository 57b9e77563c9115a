"""Sockets: +QIOPEN, +QICLOSE, +QISTATE, and what peers do to them."""

from .at import FAIL, READ, WRITE, fields, number
from .network import literal
from .receive import deliver

INITIAL, OPENING, CONNECTED, CLOSING = range(4)

PARAMETER, UNSUPPORTED, NO_CONTEXT, ID_USED, CONNECT_FAILED, SOCKET_CLOSED = (
    552,
    555,
    561,
    563,
    566,
    567,
)
PORT_BUSY = 574


class Socket:
    """One <connectID> in use: from QIOPEN, whatever comes of it, to CLOSE OK. It is the
    network's `owner`."""

    def __init__(self, module, sid, kind, host, port, local_port, mode):
        self.module = module
        self.id = sid
        self.context = 1
        self.kind = kind  # the network's: "TCP" or "UDP"
        self.host = host
        self.address = host  # until a name is resolved
        self.port = port
        self.local_port = local_port
        self.mode = mode  # 0 buffer, 1 push
        self.state = OPENING
        self.connection = None
        self.nodes = []  # received and unread: each one datagram, or one piece of the stream
        self.backlog = []  # with hold_tcp: pieces the peer has not been able to send yet
        self.sent = 0
        self.timer = None
        self.closing = False  # QICLOSE has been answered, CLOSE OK has not

    def start(self, v6):
        """Begin to connect, some time after the OK."""
        if self.state == OPENING:
            self.module.active()
            self.module.network.resolve(self.host, self._resolved, v6)

    def _resolved(self, code, addresses, ttl):
        if self.state != OPENING:
            return
        if code:
            self.opened(code)
            return
        self.address = addresses[0]
        self.connection = self.module.network.connect(
            self.kind, self.address, self.port, self.local_port, self
        )

    # What the network calls

    def opened(self, code):
        if self.state != OPENING:
            return
        module = self.module
        module.clock.cancel(self.timer)
        self.state = INITIAL if code else CONNECTED
        if code:
            self.drop()
            module.last_error = code
        self.tell_opened(code)

    def tell_opened(self, code):
        self.module.urc("+QIOPEN: %d,%d" % (self.id, code))

    def arrived(self, data):
        module = self.module
        if self.state != CONNECTED or not module.reachable(self, data):
            return
        module.active()
        if self.kind == "UDP":
            self.received(data)
            return
        size = module.family.segment
        for start in range(0, len(data), size):
            self.received(data[start : start + size])

    def received(self, data):
        """A datagram or a piece of the stream."""
        deliver(self.module, self, data)

    def gone(self):
        """The peer has closed, or the network has failed; what has been received can still be
        read."""
        if self.state == CONNECTED:
            self.state = self.module.family.peer_closed_state
            self.tell_closed()

    def tell_closed(self):
        self.module.urc('+QIURC: "closed",%d' % self.id)

    def context_lost(self):
        if self.state == OPENING:
            self.opened(CONNECT_FAILED)
        elif self.kind == "TCP":
            self.gone()
        self.drop()

    def drop(self):
        """Let go of the connection without a word to the host."""
        self.module.clock.cancel(self.timer)
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()


class Sockets:
    """Part of Module."""

    def socket(self, sid):
        """The socket of that id, or None."""
        return self.sockets[sid]

    def close_all(self):
        """Power or reset: no URC."""
        for socket in self.sockets:
            if socket is not None:
                socket.state = INITIAL
                socket.drop()
        self.sockets = [None] * self.family.ids

    def lose_all(self):
        """The network is gone: each connection is told closed, each attempt fails."""
        for socket in self.sockets:
            if socket is not None and not self.family.host_activates:
                socket.context_lost()


def qiopen(module, kind, args):
    if kind != WRITE:
        return FAIL
    module.last_error = 0
    given = fields(args)
    if not given or not 5 <= len(given) <= 8:
        return PARAMETER
    given = given + [""] * (8 - len(given))
    context = number(given[0], 1, module.family.contexts)
    sid = number(given[1], 0, module.family.ids - 1)
    service = given[2].upper()
    host = given[3]
    port = number(given[4], 1, 65535)
    local = number(given[5], 0, 65535, 0)
    mode = number(given[6], 0, 1, module.nvram.get("mode%d" % sid, 0))
    v6 = number(given[7], 0, 1, 0)
    if (
        min(context, sid, port, local, mode, v6) < 0
        or service not in ("TCP", "UDP")
        or not good_host(host)
    ):
        return PARAMETER
    if v6 and not module.family.ipv6:
        return UNSUPPORTED
    if context != 1 or module.ip is None:
        return NO_CONTEXT
    if module.sockets[sid] is not None:
        return refuse(module, sid, ID_USED)
    if local and local_port_used(module, service, local):
        return PORT_BUSY
    socket = Socket(module, sid, service, host, port, local, mode)
    module.sockets[sid] = socket
    socket.timer = module.later(module.family.open_ms, socket.opened, CONNECT_FAILED)
    module.afterwards(module.delays["+QIOPEN"], socket.start, v6 == 1)
    return None


def refuse(module, sid, code):
    """By URC, or by ERROR, as the firmware has it."""
    if not module.used_id_urc:
        return code
    module.last_error = code
    module.afterwards(0, module.urc, "+QIOPEN: %d,%d" % (sid, code))
    return None


def good_host(host):
    if not 0 < len(host) <= 150:
        return False
    for c in host:
        if not "!" <= c <= "~":
            return False
    return True


def local_port_used(module, kind, port):
    for socket in module.sockets:
        if socket is not None and socket.kind == kind and socket.local_port == port:
            return True
    return False


def used_socket(module, field):
    """(socket, error code) for a <connectID> as typed."""
    sid = number(field, 0, module.family.ids - 1)
    if sid < 0:
        return None, PARAMETER
    socket = module.sockets[sid]
    if socket is None:
        return None, SOCKET_CLOSED
    return socket, 0


def qiclose(module, kind, args):
    if kind != WRITE:
        return FAIL
    module.last_error = 0
    given = fields(args)
    if not given or len(given) != 1:
        return PARAMETER
    socket, code = used_socket(module, given[0])
    if code == SOCKET_CLOSED and module.close_unused_ok:
        return None
    if code == 0 and socket.closing:
        code = SOCKET_CLOSED
    if code:
        return code
    socket.closing = True
    socket.state = CLOSING
    socket.drop()
    module.afterwards(module.delays["CLOSE OK"], closed, module, socket)
    return None


def closed(module, socket):
    if module.sockets[socket.id] is socket:
        module.sockets[socket.id] = None
        module.write(b"\r\nCLOSE OK\r\n")
        if module.closed_again:
            socket.tell_closed()


def qistate(module, kind, args):
    if kind not in (READ, WRITE):
        return FAIL
    module.last_error = 0
    chosen = module.sockets
    if kind == WRITE:
        given = fields(args)
        if not given or len(given) != 2:
            return PARAMETER
        by_id = number(given[0], 0, 1)
        which = (
            number(given[1], 0, module.family.ids - 1)
            if by_id
            else number(given[1], 1, module.family.contexts)
        )
        if by_id < 0 or which < 0:
            return PARAMETER
        if by_id:
            chosen = [module.sockets[which]]
        elif which != 1:
            chosen = ()
    for socket in chosen:
        if socket is not None:
            host = (
                socket.host if module.show_domain and not literal(socket.host) else socket.address
            )
            module.info(
                '+QISTATE: %d,"%s","%s",%d,%d,%d,1,%d'
                % (
                    socket.id,
                    socket.kind,
                    host,
                    socket.port,
                    socket.local_port,
                    socket.state,
                    socket.mode,
                )
            )
    return None


COMMANDS = {"+QIOPEN": qiopen, "+QICLOSE": qiclose, "+QISTATE": qistate}

"""From the peer to the host, where the host activates contexts: the receive buffer, the recv URC,
push frames, +QIRD."""

from binascii import hexlify

from .at import FAIL, WRITE, fields, number

PARAMETER, NOT_ALLOWED, SOCKET_CLOSED = 552, 572, 567


class Inbox:
    """What has been received and not been read. A stream is read across the borders of what the
    network delivered, a datagram is not; a UDP service gives each as a whole, with its sender."""

    def __init__(self, stream, waits=False):
        self.stream = stream
        self.waits = waits  # what finds no room is not lost: the peer keeps it
        self.chunks = []  # [data, sender's address, port]
        self.backlog = []  # not yet in the module
        self.unread = 0
        self.total = 0
        self.signalled = False  # the host has been told, and has not read all since

    def put(self, data, address, port, limit):
        """False if it is lost."""
        if self.backlog or self.unread + len(data) > limit:
            if self.waits:
                self.backlog.append(data)
            return self.waits
        self._add(data, address, port)
        return True

    def _add(self, data, address, port):
        self.chunks.append([data, address, port])
        self.unread += len(data)
        self.total += len(data)

    def take(self, size):
        """(data, address, port) of at most `size` bytes, data b"" if there is nothing."""
        if not self.chunks:
            return b"", "", 0
        first, address, port = self.chunks[0]
        data = first[:size]
        self._shorten(data)
        while self.stream and len(data) < size and self.chunks:
            more = self.chunks[0][0][: size - len(data)]
            self._shorten(more)
            data += more
        self.unread -= len(data)
        if not self.unread:
            self.signalled = False
        return data, address, port

    def _shorten(self, data):
        rest = self.chunks[0][0][len(data) :]
        if rest:
            self.chunks[0][0] = rest
        else:
            self.chunks.pop(0)

    def refill(self, limit):
        """Let in what has waited outside; True if anything was."""
        more = False
        while self.backlog and self.unread + len(self.backlog[0]) <= limit:
            self._add(self.backlog.pop(0), "", 0)
            more = True
        return more


def shown(module, data):
    """Payload as it goes out to the host ("dataformat")."""
    if not module.option("dataformat", 1):
        return data
    return hexlify(data).upper() if module.hex_upper else hexlify(data)


def separator(module):
    return b"," if module.option("viewmode") else b"\r\n"


def deliver(module, socket, data, address="", port=0):
    """A datagram, or a piece of the stream, has come in buffer or in push mode."""
    if socket.mode == 1:
        socket.inbox.total += len(data)
        header = '+QIURC: "recv",%d,%d' % (socket.id, len(data))
        if address:
            header += ',"%s",%d' % (address, port)
        module.urc(header.encode() + separator(module) + shown(module, data))
    elif socket.inbox.put(data, address, port, module.receive_buffer):
        signal(module, socket)
    elif module.tell_full:
        module.urc('+QIURC: "recv",%d,"buff full"' % socket.id)


def signal(module, socket):
    """The recv URC: once, until all has been read."""
    inbox = socket.inbox
    if inbox.signalled or not inbox.chunks:
        return
    inbox.signalled = True
    if module.in_data_mode and module.swallow_recv:
        return  # and as the buffer is not empty any more, none follows
    line = '+QIURC: "recv",%d' % socket.id
    if module.recv_length or module.option("recvind"):
        line += ",%d" % inbox.unread
    module.urc(line)


def qird(module, kind, args):
    if kind != WRITE:
        return FAIL
    module.last_error = 0
    given = fields(args)
    if not given or len(given) > 2:
        return PARAMETER
    sid = number(given[0], 0, module.family.ids - 1)
    size = module.family.read_max
    if len(given) == 2:
        size = number(given[1], 0, size)
    if sid < 0 or size < 0:
        return PARAMETER
    socket = module.sockets[sid]
    if socket is None:
        return SOCKET_CLOSED
    inbox = socket.inbox
    if inbox is None:
        return NOT_ALLOWED  # a listener receives nothing itself
    if size == 0:
        counts = (inbox.total, inbox.total - inbox.unread, inbox.unread)
        module.info("+QIRD: %d,%d,%d" % counts)
        return None
    data, address, port = inbox.take(size if not socket.whole else inbox.unread)
    if inbox.refill(module.receive_buffer):
        module.afterwards(0, signal, module, socket)
    header = "+QIRD: %d" % len(data)
    if not data:
        module.info(header)
        return None
    if address:
        header += ',"%s",%d' % (address, port)
    module.info(header.encode() + separator(module) + shown(module, data))
    if not module.blank_before_ok:
        module.glue_final()
    return None


COMMANDS = {"+QIRD": qird}

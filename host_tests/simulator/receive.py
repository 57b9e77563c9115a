"""From the peer to the host: nodes, the recv URC, +QIRD, +QISWTMD, push mode."""

from binascii import hexlify

from .at import FAIL, READ, WRITE, fields, number

PARAMETER, SOCKET_CLOSED = 552, 567


def shown(module, data):
    """Payload as it goes out to the host: as it is, or as hex digits ("dataformat")."""
    if not module.nvram.get("recv_format", 0):
        return data
    return hexlify(data).upper() if module.hex_upper else hexlify(data)


def deliver(module, socket, data):
    """A datagram or a piece of the stream has come."""
    if socket.mode == 1:
        push(module, socket, data)
        return
    nodes = socket.nodes
    if len(nodes) >= module.max_nodes:
        if module.hold_tcp and socket.kind == "TCP":
            socket.backlog.append(data)
            return
        module.urc('+QIURC: "recv",%d,"buff full"' % socket.id)
        return
    nodes.append(data)
    # One URC, when the buffer was empty. Firmware prints none while the host is in data mode, and
    # then
    # none later either, as the buffer is no longer empty: only QIRD finds this data.
    if len(nodes) == 1 and not (module.in_data_mode and module.swallow_recv):
        line = '+QIURC: "recv",%d' % socket.id
        if module.recv_length or module.nvram.get("showlength", 0):
            line += ",%d" % len(data)
        module.urc(line)


def push(module, socket, data):
    line = '+QIURC: "recv",%d' % socket.id
    if module.push_length or module.nvram.get("showlength", 0):
        line += ",%d" % len(data)
    separator = b"," if module.nvram.get("viewmode", 0) else b"\r\n"
    frame = line.encode() + separator + shown(module, data)
    if module.in_data_mode:
        module.held.append(frame)
    else:
        module.urc(frame)


def qird(module, kind, args):
    if kind != WRITE:
        return FAIL
    module.last_error = 0
    given = fields(args)
    if not given or len(given) != 2:
        return PARAMETER
    sid = number(given[0], 0, module.family.ids - 1)
    size = number(given[1], 1, module.family.read_max)
    if sid < 0 or size < 0:
        return PARAMETER
    socket = module.sockets[sid]
    if socket is None:
        return SOCKET_CLOSED
    if not socket.nodes:
        module.info("+QIRD: 0")
        return None
    # From one node only, however little it holds; what is told to remain is the rest of that node.
    node = socket.nodes[0]
    data = node[:size]
    rest = node[size:]
    if rest:
        socket.nodes[0] = rest
    else:
        socket.nodes.pop(0)
        if socket.backlog:
            socket.nodes.append(socket.backlog.pop(0))
    header = "+QIRD: %d" % len(data)
    if module.nvram.get("showlength", 0):
        header += ",%d" % len(rest)
    separator = b"," if module.nvram.get("viewmode", 0) else b"\r\n"
    module.info(header.encode() + separator + shown(module, data))
    if not module.blank_before_ok:
        module.glue_final()
    return None


def qiswtmd(module, kind, args):
    """At once, and kept as the default of that id's next QIOPEN."""
    if kind == READ:
        return None
    if kind != WRITE:
        return FAIL
    module.last_error = 0
    given = fields(args)
    if not given or len(given) != 2:
        return PARAMETER
    sid = number(given[0], 0, module.family.ids - 1)
    mode = number(given[1], 0, 1)
    if sid < 0 or mode < 0:
        return PARAMETER
    if module.sockets[sid] is None:
        return SOCKET_CLOSED
    module.sockets[sid].mode = mode
    module.nvram["mode%d" % sid] = mode
    return None


COMMANDS = {"+QIRD": qird, "+QISWTMD": qiswtmd}

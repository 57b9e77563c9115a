"""From the host to the peer, on the NB-IoT families: +QISEND in its forms, +QISENDEX."""

from .at import FAIL, PROMPT, WRITE, fields, number
from .datamode import DataMode, begin, from_hex
from .sockets import CONNECTED, OPENING, used_socket

PARAMETER, SOCKET_CLOSED, NOT_ALLOWED, BUSY = 552, 567, 572, 568


def qisend(module, kind, args):
    if kind != WRITE:
        return FAIL
    module.last_error = 0
    comma = args.find(b",")
    second = args.find(b",", comma + 1) if comma >= 0 else -1
    if second >= 0:
        return inline(module, args, second)
    if not module.family.prompt_max:
        return PARAMETER
    return with_prompt(module, args)


def inline(module, args, comma):
    """AT+QISEND=id,length,data"""
    given = fields(args[:comma])
    hexed = module.family.send_hex and module.nvram.get("send_format", 0)
    limit = module.family.inline_hex_max if hexed else module.family.inline_max
    size = number(given[1], 1, limit) if given and len(given) == 2 else -1
    if size < 0:
        return PARAMETER
    socket, code = used_socket(module, given[0])
    if code:
        return code
    data = unquoted(args[comma + 1 :], module.family.quotes_inside)
    if data is not None and hexed:
        data = from_hex(data)
    if data is None or len(data) != size:
        return PARAMETER
    return send(module, socket, data)


def unquoted(data, quotes_inside):
    """The data of an inline send, or None. Without quotes around it a comma would start another
    parameter."""
    if len(data) >= 2 and data[0] == 34 and data[-1] == 34:
        data = data[1:-1]
        return data if quotes_inside or b'"' not in data else None
    if b"," in data or b'"' in data:
        return None
    return data


def qisendex(module, kind, args):
    if kind != WRITE:
        return FAIL
    module.last_error = 0
    given = fields(args)
    if not given or len(given) != 3:
        return PARAMETER
    size = number(given[1], 1, module.family.inline_hex_max)
    if size < 0:
        return PARAMETER
    socket, code = used_socket(module, given[0])
    if code:
        return code
    try:
        data = from_hex(given[2].encode())
    except UnicodeError:
        data = None
    if data is None or len(data) != size:
        return PARAMETER
    return send(module, socket, data)


def sendable(module, socket):
    """0, or the error that forbids a send now."""
    if socket.state != CONNECTED:
        return NOT_ALLOWED if socket.state == OPENING else SOCKET_CLOSED
    return BUSY if module.send_pending else 0


def send(module, socket, data):
    code = sendable(module, socket)
    if code:
        return code
    module.send_pending = True
    module.afterwards(module.delays["SEND OK"], hand_over, module, socket, data)
    return None


def taken(module, socket, data):
    """Give the data to the stack; False if it has no room for it, or the connection has gone
    meanwhile."""
    if module._fail_sends:
        module._fail_sends -= 1
        return False
    if socket.state != CONNECTED or socket.connection is None:
        return False
    if (
        socket.kind == "TCP"
        and socket.sent - socket.connection.acked + len(data) > module.tx_buffer
    ):
        return False
    socket.sent += len(data)
    module.active()
    socket.connection.send(data)
    return True


def hand_over(module, socket, data):
    good = taken(module, socket, data)
    module.send_pending = False
    module.write(b"\r\nSEND OK\r\n" if good else b"\r\nSEND FAIL\r\n")


# The prompt forms


def with_prompt(module, args):
    """AT+QISEND=id (up to Ctrl+Z), =id,length, and =id,0, which asks what has been
    acknowledged."""
    given = fields(args)
    if not given:
        return PARAMETER
    hexed = module.nvram.get("send_format", 0)
    limit = module.family.prompt_hex_max if hexed else module.family.prompt_max
    size = number(given[1], 0, limit) if len(given) == 2 else 0
    if size < 0:
        return PARAMETER
    socket, code = used_socket(module, given[0])
    if code:
        return code
    if len(given) == 2 and size == 0:
        return acknowledged(module, socket)
    code = sendable(module, socket)
    if code:
        return code
    module.in_data_mode = True
    mode = DataMode(module, size, limit, hexed, lambda data: taken(module, socket, data))
    module.afterwards(0, begin, module, mode)
    return PROMPT


def acknowledged(module, socket):
    acked = (
        socket.connection.acked if socket.kind == "TCP" and socket.connection is not None else 0
    )
    missing = socket.sent - acked if socket.kind == "TCP" else 0
    module.info("+QISEND: %d,%d,%d" % (socket.sent, acked, missing))
    return None


COMMANDS = {"+QISEND": qisend, "+QISENDEX": qisendex}

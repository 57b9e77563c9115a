"""From the host to the peer, where the host activates contexts: +QISEND, which always prompts,
+QISENDEX and +QISDE; and what "send/auto" sends by itself."""

from .at import DEFER, FAIL, PROMPT, READ, WRITE, fields, number
from .datamode import DataMode, begin, from_hex
from .network import literal
from .send import sendable, taken
from .sockets import CONNECTED

PARAMETER, SOCKET_CLOSED, NOT_ALLOWED = 552, 567, 572

HEX_MAX = 512  # bytes in one QISENDEX


def qisend(module, kind, args):
    """=id; =id,length; =id,0, which asks what is acknowledged; =id,length,address,port."""
    if kind != WRITE:
        return FAIL
    module.last_error = 0
    given = fields(args)
    if not given or len(given) not in (1, 2, 4):
        return PARAMETER
    hexed = module.option("dataformat", 0)
    limit = module.option("send/buffersize") or module.family.prompt_max
    if hexed:
        limit //= 2
    sid = number(given[0], 0, module.family.ids - 1)
    size = number(given[1], 0, limit) if len(given) > 1 else 0
    if sid < 0 or size < 0:
        return PARAMETER
    socket = module.sockets[sid]
    if socket is None:
        return SOCKET_CLOSED
    if socket.inbox is None:
        return NOT_ALLOWED  # a listener
    if len(given) == 2 and size == 0:
        return acknowledged(module, socket)
    if socket.addressed != (len(given) == 4):
        return PARAMETER
    give = lambda data: taken(module, socket, data)
    if socket.addressed:
        port = number(given[3], 1, 65535)
        if not size or port < 0 or not literal(given[2]):
            return PARAMETER
        give = lambda data: sent_to(module, socket, data, given[2], port)
    code = sendable(module, socket)
    if code:
        return code
    module.in_data_mode = True
    module.afterwards(0, begin, module, DataMode(module, size, limit, hexed, give))
    return PROMPT


def acknowledged(module, socket):
    """A datagram is as good as acknowledged when it has been sent."""
    acked = socket.sent
    if socket.kind == "TCP":
        if socket.connection is not None:
            socket.acked = socket.connection.acked
        acked = socket.acked
    module.info("+QISEND: %d,%d,%d" % (socket.sent, acked, socket.sent - acked))
    return None


def sent_to(module, socket, data, address, port):
    """As send.taken(), for a UDP service."""
    if module._fail_sends:
        module._fail_sends -= 1
        return False
    if socket.state != CONNECTED or socket.connection is None:
        return False
    socket.sent += len(data)
    module.active()
    socket.connection.send(data, address, port)
    return True


def qisendex(module, kind, args):
    if kind != WRITE:
        return FAIL
    module.last_error = 0
    given = fields(args)
    if not given or len(given) != 2:
        return PARAMETER
    sid = number(given[0], 0, module.family.ids - 1)
    try:
        data = from_hex(given[1].encode())
    except UnicodeError:
        data = None
    if sid < 0 or not data or len(data) > HEX_MAX:
        return PARAMETER
    socket = module.sockets[sid]
    if socket is None:
        return SOCKET_CLOSED
    if socket.inbox is None or socket.addressed:
        return NOT_ALLOWED
    code = sendable(module, socket)
    if code:
        return code
    module.send_pending = True
    module.later(module.delays["SEND OK"], hand_over, module, socket, data)
    return DEFER


def hand_over(module, socket, data):
    good = taken(module, socket, data)
    module.send_pending = False
    ok = b"\r\nOK\r\n" if module.prompt_ok and good else b""
    module.finish(ok + (b"\r\nSEND OK\r\n" if good else b"\r\nSEND FAIL\r\n"))


def qisde(module, kind, args):
    if kind == READ:
        module.info("+QISDE: %d" % module.echomode)
        return None
    if kind != WRITE:
        return FAIL
    module.last_error = 0
    given = fields(args)
    value = number(given[0], 0, 1) if given and len(given) == 1 else -1
    if value < 0:
        return PARAMETER
    module.echomode = value
    return None


COMMANDS = {"+QISEND": qisend, "+QISENDEX": qisendex, "+QISDE": qisde}

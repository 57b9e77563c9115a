"""Transparent mode: the line belongs to one connection, byte for byte, until `+++` between two
silences, DTR, or the loss of the connection. +QISWTMD, ATO, AT&D."""

from .at import FAIL, WRITE, fields, number
from .datamode import release
from .opening import BUFFER, CLOSING, TRANSPARENT
from .send import taken
from .sockets import CONNECTED

PARAMETER, SOCKET_CLOSED, NOT_ALLOWED = 552, 567, 572

GUARD = 1000  # ms of silence before and after +++, and the most it may take itself
RETRY = 100  # ms until the next attempt when the stack has no room

CONNECT = b"\r\nCONNECT\r\n"
NO_CARRIER = b"\r\nNO CARRIER\r\n"


class Line:
    """The line while it belongs to `socket`."""

    def __init__(self, module, socket):
        self.module = module
        self.socket = socket
        self.waiting = bytearray()  # from the host, not yet a packet
        self.pluses = 0  # so many that may be an escape
        self._first_plus = 0  # when the first of them came
        self._last = module.clock.now  # when the host sent something
        self._timer = None  # until what is waiting becomes a packet
        self._guard = None  # until the pluses have turned out to be an escape, or data

    def take(self, data, pos):
        """Bytes of the host; all of them are used up."""
        now = self.module.clock.now
        quiet = now - self._last >= GUARD
        self._last = now
        piece = data[pos:]
        if (quiet or self.pluses) and self._escape_so_far(piece, now):
            self.module.clock.cancel(self._guard)
            self._guard = self.module.later(GUARD, self._silence)
        else:
            self._flush_pluses()
            self._collect(piece)
        return len(data)

    def _escape_so_far(self, piece, now):
        if piece != b"+++"[: len(piece)] or self.pluses + len(piece) > 3:
            return False
        if not self.pluses:
            self._first_plus = now
        elif now - self._first_plus > GUARD:
            return False
        self.pluses += len(piece)
        return True

    def _silence(self):
        if self.pluses == 3:
            self.leave()
        else:
            self._flush_pluses()

    def _flush_pluses(self):
        if self.pluses:
            self.module.clock.cancel(self._guard)
            count, self.pluses = self.pluses, 0
            self._collect(b"+" * count)

    def _collect(self, piece):
        self.waiting.extend(piece)
        size = self.module.option("transpktsize")
        while len(self.waiting) >= size:
            if not self._packet(size):
                return
        self.module.clock.cancel(self._timer)
        self._timer = None
        if self.waiting:
            wait = self.module.option("transwaittm") * 100
            if wait:
                self._timer = self.module.later(wait, self._flush)
            else:
                self._flush()

    def _packet(self, size):
        if not taken(self.module, self.socket, bytes(self.waiting[:size])):
            self.module.clock.cancel(self._timer)
            self._timer = self.module.later(RETRY, self._collect, b"")
            return False
        self.waiting = self.waiting[size:]
        return True

    def _flush(self):
        while self.waiting and self._packet(self.module.option("transpktsize")):
            pass

    def leave(self):
        """Back to commands; the connection stays, in buffer mode."""
        self.pluses = 0
        self._flush()
        self._end()
        self.module.last_line = self.socket
        self.module.write(b"\r\nOK\r\n")
        release(self.module)

    def carrier_lost(self):
        self._end()
        self.module.write(NO_CARRIER)
        release(self.module)

    def _end(self):
        module = self.module
        module.clock.cancel(self._timer)
        module.clock.cancel(self._guard)
        module._data_mode = None
        module.line = None
        self.socket.transparent = None
        self.socket.mode = BUFFER


class Transparent:
    """Part of Module."""

    def start_transparent(self):
        self.line = None  # the Line in force
        self.last_line = None  # the socket ATO goes back to
        self.dtr_mode = self.nvram.get("dtr_mode", self.family.dtr_mode)
        self.dtr_level = 0

    def drive_dtr(self, level):
        """DTR, as far as the line is concerned: what going inactive does AT&D tells."""
        before, self.dtr_level = self.dtr_level, level
        if before or not level or self.line is None or not self.running:
            return
        if self.dtr_mode == 1:
            self.line.leave()
        elif self.dtr_mode == 2:
            socket = self.line.socket
            self.line.carrier_lost()
            socket.state = CLOSING
            socket.drop()

    def connected_line(self, socket, code):
        """The outcome of a QIOPEN in transparent mode, which has not been answered yet."""
        if not code:
            self.afterwards(0, self.enter_line, socket)
        self.finish(code or CONNECT)

    def incoming_line(self, socket):
        """A connection came in by a listener in transparent mode; only one can have the line."""
        if self.line is not None or self.in_data_mode or self._busy:
            socket.mode = BUFFER
            return
        self.write(CONNECT)
        self.enter_line(socket)

    def enter_line(self, socket):
        if socket.state != CONNECTED or self.sockets[socket.id] is not socket:
            self.write(NO_CARRIER)
            return
        socket.mode = TRANSPARENT
        socket.transparent = self.line = self._data_mode = Line(self, socket)
        self.in_data_mode = True
        unread = socket.inbox.take(socket.inbox.unread)[0]
        if unread:
            self.write(unread)


def ato(module, kind, args):
    socket = module.last_line
    if args not in ("", "0"):
        return FAIL
    if socket is None or socket.state != CONNECTED:
        return NO_CARRIER
    module.afterwards(0, module.enter_line, socket)
    return CONNECT


def at_d(module, kind, args):
    value = number(args, 0, 2, 0)
    if value < 0:
        return FAIL
    module.dtr_mode = value
    return None


def qiswtmd(module, kind, args):
    if kind != WRITE:
        return FAIL
    module.last_error = 0
    given = fields(args)
    if not given or len(given) != 2:
        return PARAMETER
    sid = number(given[0], 0, module.family.ids - 1)
    mode = number(given[1], 0, 2)
    if sid < 0 or mode < 0:
        return PARAMETER
    socket = module.sockets[sid]
    if socket is None:
        return SOCKET_CLOSED
    if mode != TRANSPARENT:
        socket.mode = mode
        return None
    if socket.addressed or socket.inbox is None:
        return NOT_ALLOWED
    if socket.state != CONNECTED:
        return SOCKET_CLOSED
    module.afterwards(0, module.enter_line, socket)
    return CONNECT


COMMANDS = {"+QISWTMD": qiswtmd, "O": ato, "&D": at_d}

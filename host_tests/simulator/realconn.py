"""One connection of RealNetwork: a real TCP or UDP socket on one side, on the other the face that
network.py describes. CPython only."""

import asyncio
import struct
import sys


def unsent(sock):
    """Bytes the kernel holds that the peer has not acknowledged; 0 where it cannot be asked."""
    if not sys.platform.startswith("linux"):
        return 0
    import fcntl
    import termios

    return struct.unpack("i", fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, b"\0\0\0\0"))[0]


class RealConnection(asyncio.Protocol):
    """One socket; protocol for asyncio and connection for the module in one."""

    def __init__(self, owner):
        self.owner = owner
        self.transport = None
        self.sent = 0
        self._acked = 0  # as last asked for; stays true when the peer has gone

    def opened(self, code):
        if self.owner is not None:
            self.owner.opened(code)

    # The module's side

    def send(self, data):
        if self._usable():
            self.sent += len(data)
            self.transport.write(data)

    @property
    def acked(self):
        if self._usable():
            waiting = self.transport.get_write_buffer_size()
            self._acked = self.sent - waiting - unsent(self.transport.get_extra_info("socket"))
        return self._acked

    def close(self):
        self.owner = None
        if self.transport is not None:
            self.transport.close()

    def _usable(self):
        return self.transport is not None and not self.transport.is_closing()

    # asyncio's side

    def connection_made(self, transport):
        self.transport = transport
        if self.owner is None:
            transport.abort()
        else:
            self.opened(0)

    def data_received(self, data):
        if self.owner is not None:
            self.owner.arrived(data)

    def eof_received(self):
        self._acked = self.acked  # the last moment to ask: asyncio closes the socket next

    def connection_lost(self, exc):
        if self.owner is not None:
            self.owner.gone()


class RealDatagrams(RealConnection):
    """The same for UDP. A refusal by the peer's host is no news to a module."""

    def send(self, data):
        if self._usable():
            self.transport.sendto(data)

    def datagram_received(self, data, source):
        if self.owner is not None and data:
            self.owner.arrived(data)

    def error_received(self, exc):
        pass

    def connection_lost(self, exc):
        pass


class DialledIn(RealConnection):
    """A connection that a client has made to a listener (reallisten.py). Until somebody owns it,
    what arrives waits: the first piece here, the rest with the kernel and the client."""

    def __init__(self, loop, introduce):
        super().__init__(None)
        self.loop = loop
        self.introduce = introduce  # fn(connection), when it is there; says whether it is wanted
        self.heard = False  # an owner hears what happens as it happens
        self.waiting = b""  # what came before
        self.lost = False

    # The module's side

    def owned_by(self, owner):
        """From now on `owner` hears what arrives, first of all what has been waiting."""
        self.owner = owner
        self.loop.call_soon(self._catch_up)

    def _catch_up(self):
        if self.owner is None or self.heard:
            return
        self.heard = True
        waiting, self.waiting = self.waiting, b""
        if waiting:
            self.owner.arrived(waiting)
        if self.lost:
            super().connection_lost(None)
        elif self._usable():  # else the owner has closed it just now
            self.transport.resume_reading()

    # asyncio's side

    def connection_made(self, transport):
        self.transport = transport
        if not self.introduce(self):
            transport.abort()

    def data_received(self, data):
        if self.heard:
            super().data_received(data)
        elif self._usable():
            self.waiting += data
            self.transport.pause_reading()

    def connection_lost(self, exc):
        self.lost = True
        if self.heard:
            super().connection_lost(exc)

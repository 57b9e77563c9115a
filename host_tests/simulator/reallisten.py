"""What RealNetwork.listen() gives: a TCP listener or a UDP service of the module on a real port
of the loopback interface. CPython only.

Only this computer's programs can reach it. The real port is the module's own where that can be
had; for a port below 1024, and for one that another program uses, it is any free one.
"""

import socket

from .realconn import DialledIn

LOOPBACK = "127.0.0.1"
BACKLOG = 16


def bound(kind, port):
    """A socket on the loopback interface, at `port` if possible, or None if there is none to be
    had at all. Ports below 1024 are never tried: the host's own services live there, and most
    users may not have them."""
    for candidate in (port, 0):
        if 0 < candidate < 1024:
            continue
        sock = socket.socket(
            socket.AF_INET, socket.SOCK_STREAM if kind == "TCP" else socket.SOCK_DGRAM
        )
        try:
            if kind == "TCP":
                # Connections of a run before this one may still be on their way out.
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((LOOPBACK, candidate))
            if kind == "TCP":
                sock.listen(BACKLOG)
            sock.setblocking(False)
            return sock
        except OSError:
            sock.close()
    return None


class Listener:
    """TCP. For each client `owner.incoming(connection, address, port)`."""

    def __init__(self, network, sock, owner, forget):
        self.network = network
        self.owner = owner
        self.real_port = sock.getsockname()[1]
        self._sock = sock
        self._forget = forget
        network.loop.add_reader(sock, self._acceptable)

    def close(self):
        """No more clients; those that are in stay."""
        if self.owner is not None:
            self.owner = None
            self.network.loop.remove_reader(self._sock)
            self._sock.close()
            self._forget()

    def _acceptable(self):
        try:
            sock, (address, port) = self._sock.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # the client has given up already
        sock.setblocking(False)

        def introduce(connection):
            if self.owner is None:
                return False
            self.owner.incoming(connection, address, port)
            return True

        loop = self.network.loop
        connection = DialledIn(loop, introduce)
        self.network.spawn(loop.connect_accepted_socket(lambda: connection, sock))


class Service:
    """UDP. `send(data, address, port)` to anyone; `owner.arrived_from(data, address, port)` for
    each datagram from this computer, and for answers from those that something was sent to.

    An answer from a mapped address comes as from the address and the port it was sent to."""

    def __init__(self, network, sock, owner, forget):
        self.network = network
        self.owner = owner
        self.real_port = sock.getsockname()[1]
        self._sock = sock
        self._forget = forget
        self._outside = {}  # address family -> socket for peers on other computers
        self._asked = {}  # real (address, port) -> (address, port) as the module knows it
        network.loop.add_reader(sock, self._readable, sock)

    def send(self, data, address, port):
        """A datagram that cannot be sent is lost, as any may be."""
        if self.owner is None:
            return
        known, real = self.network.real(address, port)
        if real is None:
            return
        self._asked[real] = known
        try:
            self._socket_to(real[0]).sendto(data, real)
        except OSError:
            pass

    def _socket_to(self, address):
        # One that is bound to the loopback interface reaches nobody beyond it.
        if address.startswith("127."):
            return self._sock
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        if family not in self._outside:
            sock = socket.socket(family, socket.SOCK_DGRAM)
            sock.setblocking(False)
            sock.bind(("", 0))
            self._outside[family] = sock
            self.network.loop.add_reader(sock, self._readable, sock)
        return self._outside[family]

    def _readable(self, sock):
        try:
            data, source = sock.recvfrom(65536)
        except OSError:
            return
        known = self._asked.get(source[:2])
        if known is None and sock is self._sock:
            known = source
        if data and known is not None:
            self.owner.arrived_from(data, *known)

    def close(self):
        if self.owner is not None:
            self.owner = None
            for sock in (self._sock, *self._outside.values()):
                self.network.loop.remove_reader(sock)
                sock.close()
            self._forget()

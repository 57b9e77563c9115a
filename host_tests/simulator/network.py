"""A network in memory: peers that a test scripts, on the module's own clock.

The face a module uses (and `realnet.py` offers over real sockets) is small:

- `network.clock`: the clock, set by the module if it is None;
- `resolve(name, done, v6=False)`: later calls `done(code, addresses, ttl)`, code 0 or 565;
- `connect(kind, address, port, local_port, owner)` -> connection, kind "TCP" or "UDP"; later calls
  `owner.opened(code)`, code 0 or 566; then `owner.arrived(data)` (one datagram, or any piece of
  the stream) and `owner.gone()` when the peer has closed or reset;
- `listen(kind, port, owner)` -> a handle with `close()`, or None if the port is taken. TCP: for
  every dial-in it later calls `owner.incoming(connection, address, port)`; that connection is like
  one from `connect`, except that what arrives waits until `connection.owned_by(socket)`. UDP: it
  calls `owner.arrived_from(data, address, port)`, and the handle has `send(data, address, port)`;
- `connection.send(data)`; `connection.acked`, bytes of the stream the peer's TCP has acknowledged;
  `connection.close()`, after which the owner hears nothing more;
- `ping(address, size, timeout_ms, done)`: later calls `done(ms, ttl)`, ms None if it was lost;
- `time(server, port, done)`: later calls `done(code, fields)`, fields (year, month, day, hour,
  minute, second, hundredths, zone in quarters of an hour).

Everything that happens in answer to a call happens later, never inside it: a module's own output
comes first. Runs on CPython and MicroPython.
"""

from .callers import Bound, Caller, Listening


def literal(host):
    """True if `host` is an IPv4 or IPv6 address, not a name."""
    if ":" in host:
        return True
    parts = host.split(".")
    if len(parts) != 4:
        return False
    for part in parts:
        if not part.isdigit() or len(part) > 3 or int(part) > 255:
            return False
    return True


class Connection:
    """One connection between a module's socket and a peer, seen from the peer's side too."""

    def __init__(self, peer, owner, local_port):
        self.peer = peer
        self.owner = owner
        self.local_port = local_port
        self.open = False
        self.closed_by_module = False
        self.lingers = peer.lingers  # the module's FIN gets no answer
        self.received = peer.empty()
        self.acked = 0

    # The module's side

    def send(self, data):
        peer = self.peer
        peer.take(self, data)
        if peer.echo:
            self.push(data)
        if peer.on_data:
            peer.clock.call_later(0, peer.on_data, self, data)

    def close(self):
        self.owner = None
        if self.open:
            self.open = False
            self.closed_by_module = True

    # The peer's side

    def push(self, data):
        """Send to the module, `delay_ms` from now."""
        peer = self.peer
        peer.clock.call_later(peer.delay_ms, self._arrive, bytes(data))

    def shut(self):
        """Close (or reset) from the peer's end, after everything pushed before."""
        self.peer.clock.call_later(self.peer.delay_ms, self._gone)

    def establish(self):
        if self.owner is None:
            return
        self.open = True
        self.owner.opened(0)
        waiting, self.peer.waiting = self.peer.waiting, []
        for data in waiting:
            self.push(data)
        if self.peer.on_open:
            self.peer.on_open(self)

    def refuse(self):
        if self.owner is not None:
            self.owner.opened(566)

    def _arrive(self, data):
        if self.open and self.owner is not None:
            self.owner.arrived(data)

    def _gone(self):
        if self.open and self.owner is not None:
            self.open = False
            self.owner.gone()


class Peer:
    """What TCP and UDP peers have in common. Options are plain attributes; change them at any
    time."""

    def __init__(self, network, options):
        self.network = network
        self.refuse = False  # answers a connection with a reset
        self.silent = False  # never answers a connection at all
        self.connect_ms = 0
        self.delay_ms = 0  # from the peer to the module
        self.echo = False
        self.lingers = False  # TCP: does not answer when the module closes
        self.accept_window = None  # TCP: bytes acknowledged in total before it stops; None: all
        self.on_open = None  # fn(connection)
        self.on_data = None  # fn(connection, data): a small server
        for name in options:
            if not hasattr(self, name):
                raise TypeError("peer has no option " + name)
            setattr(self, name, options[name])
        self.connections = []
        self.waiting = []  # sent before anyone was connected
        self.received = self.empty()

    @property
    def clock(self):
        return self.network.clock

    @property
    def connection(self):
        """The latest connection, or None."""
        return self.connections[-1] if self.connections else None

    @property
    def connected(self):
        return bool(self.connections) and self.connections[-1].open

    def send(self, data):
        """Send to the latest connection; before there is one, TCP data waits for it."""
        if self.connected:
            self.connections[-1].push(data)
        else:
            self.waiting.append(bytes(data))

    def admit(self, owner, local_port):
        connection = Connection(self, owner, local_port)
        self.connections.append(connection)
        if not self.silent:
            act = connection.refuse if self.refuse else connection.establish
            self.clock.call_later(self.connect_ms, act)
        return connection


class TCPPeer(Peer):
    """`received` is a bytearray: everything the module sent, over all connections."""

    def empty(self):
        return bytearray()

    def take(self, connection, data):
        connection.received.extend(data)
        self.received.extend(data)
        self.accept(0)

    def accept(self, more):
        """Acknowledge `more` bytes beyond the window so far."""
        if self.accept_window is not None:
            self.accept_window += more
        for connection in self.connections:
            size = len(connection.received)
            window = self.accept_window
            connection.acked = size if window is None or window > size else window

    def close(self):
        if self.connected:
            self.connections[-1].shut()

    reset = close  # a module tells its host the same for both


class UDPPeer(Peer):
    """`received` is a list of datagrams."""

    def empty(self):
        return []

    def take(self, connection, data):
        connection.received.append(bytes(data))
        self.received.append(bytes(data))


class Nobody(UDPPeer):
    """Where datagrams go that nobody listens for."""

    def take(self, connection, data):
        pass


class MemoryNetwork:
    """`tcp(host, port)` and `udp(host, port)` make peers; `dns`, `rtt`, `ntp` script the rest."""

    def __init__(self, clock=None):
        self.clock = clock
        self.dns = {}  # name -> [addresses]; a name not in here does not resolve
        self.ttl = 600  # seconds, as told in a DNS answer
        self.dns_ms = 0
        self.rtt = [50]  # ms of each ping in turn, the last one for ever; None is a lost one
        self.ping_ttl = 64
        self.ntp_time = (2024, 5, 17, 12, 0, 0, 0, 0)  # None: no server answers
        self.ntp_ms = 0
        self._peers = {}
        self._named = 0
        self._listening = {}  # (kind, port) -> Listening or Bound

    def tcp(self, host, port, **options):
        return self._add("TCP", host, port, TCPPeer(self, options))

    def udp(self, host, port, **options):
        return self._add("UDP", host, port, UDPPeer(self, options))

    def _add(self, kind, host, port, peer):
        if not literal(host) and host not in self.dns:
            self._named += 1
            self.dns[host] = ["198.51.100.%d" % self._named]
        for address in [host] if literal(host) else self.dns[host]:
            self._peers[(kind, address, port)] = peer
        return peer

    # The module's face

    def resolve(self, name, done, v6=False):
        if literal(name):
            self.clock.call_later(0, done, 0, [name], 0)
            return
        found = [a for a in self.dns.get(name.lower(), self.dns.get(name, ())) if (":" in a) == v6]
        self.clock.call_later(self.dns_ms, done, 0 if found else 565, found, self.ttl)

    def connect(self, kind, address, port, local_port, owner):
        peer = self._peers.get((kind, address, port))
        if peer is None:
            peer = Nobody(self, {"refuse": kind == "TCP"})
        return peer.admit(owner, local_port)

    def listen(self, kind, port, owner):
        if (kind, port) in self._listening:
            return None
        handle = (Listening if kind == "TCP" else Bound)(self, kind, port, owner)
        self._listening[(kind, port)] = handle
        return handle

    # The far end's side of that

    def dial(self, port, host="203.0.113.9", from_port=50000):
        """A client that connects to a listener of the module."""
        caller = Caller(self, host, from_port)
        self.clock.call_later(0, caller.connect, port)
        return caller

    def datagram(self, port, data, host="203.0.113.9", from_port=50000):
        """A datagram to a UDP service of the module; what the module sends back reaches
        `udp(host, from_port)`."""
        self.clock.call_later(0, self._datagram, port, bytes(data), host, from_port)

    def _datagram(self, port, data, host, from_port):
        handle = self._listening.get(("UDP", port))
        if handle is not None:
            handle.owner.arrived_from(data, host, from_port)

    def ping(self, address, size, timeout_ms, done):
        rtt = self.rtt.pop(0) if len(self.rtt) > 1 else self.rtt[0]
        if rtt is None or rtt > timeout_ms:
            self.clock.call_later(timeout_ms, done, None, 0)
        else:
            self.clock.call_later(rtt, done, rtt, self.ping_ttl)

    def time(self, server, port, done):
        self.clock.call_later(self.ntp_ms, done, 0 if self.ntp_time else 569, self.ntp_time)

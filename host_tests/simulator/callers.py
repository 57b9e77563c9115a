"""The other direction of the network in memory: those who dial in to a listener of the module, and
those who send datagrams to a UDP service of it. Used by `network.py`, made by its `listen()`,
`dial()` and `datagram()`.
"""


class Listening:
    """A port the module listens on."""

    def __init__(self, network, kind, port, owner):
        self.network = network
        self.key = (kind, port)
        self.owner = owner

    def close(self):
        if self.network._listening.get(self.key) is self:
            del self.network._listening[self.key]


class Bound(Listening):
    """A port the module takes datagrams at, from anybody."""

    def send(self, data, address, port):
        network = self.network
        peer = network._peers.get(("UDP", address, port))
        if peer is None:
            return
        peer.received.append(bytes(data))
        back = Return(network, self.key[1], address, port)
        if peer.echo:
            back.push(data)
        if peer.on_data:
            network.clock.call_later(0, peer.on_data, back, bytes(data))


class Return:
    """What a UDP peer's `on_data` gets to answer a UDP service with."""

    def __init__(self, network, port, host, from_port):
        self.network = network
        self.port = port
        self.host = host
        self.from_port = from_port

    def push(self, data):
        self.network.datagram(self.port, data, self.host, self.from_port)


class Caller:
    """A client that dials in, as a test sees it. `refused`: nobody listens, or the module has
    turned it away."""

    def __init__(self, network, host, port):
        self.network = network
        self.host = host
        self.port = port
        self.received = bytearray()
        self.open = False
        self.refused = False
        self.lingers = False
        self._link = None
        self._unsent = []

    def connect(self, port):
        handle = self.network._listening.get(("TCP", port))
        if handle is None:
            self.refused = True
            return
        self.open = True
        self._link = Link(self)
        handle.owner.incoming(self._link, self.host, self.port)
        unsent, self._unsent = self._unsent, []
        for data in unsent:
            self.send(data)

    def send(self, data):
        """Data for the module; before there is a connection it waits for that."""
        if self._link is None:
            self._unsent.append(bytes(data))
        else:
            self.network.clock.call_later(0, self._link.arrive, bytes(data))

    def close(self):
        """After everything sent before."""
        if self._link is not None:
            self.network.clock.call_later(0, self._link.end)


class Link:
    """The module's end of a connection that was dialled in."""

    def __init__(self, caller):
        self.caller = caller
        self.owner = None
        self.acked = 0
        self._closed = False
        self._waiting = []  # arrived while nobody owned it; None is the end

    @property
    def lingers(self):
        return self.caller.lingers

    def owned_by(self, owner):
        self.owner = owner
        waiting, self._waiting = self._waiting, []
        for data in waiting:
            self.caller.network.clock.call_later(
                0, self.end if data is None else self.arrive, data
            )

    def send(self, data):
        if self.caller.open:
            self.caller.received.extend(data)
            self.acked += len(data)

    def close(self):
        self._closed = True
        if self.owner is None:
            self.caller.refused = True
        self.owner = None
        self.caller.open = False

    def arrive(self, data):
        if self._closed:
            return
        if self.owner is None:
            self._waiting.append(data)
        else:
            self.owner.arrived(data)

    def end(self, nothing=None):
        if self._closed:
            return
        if self.owner is None:
            self._waiting.append(None)
            return
        self.caller.open = False
        self._closed = True
        self.owner.gone()

"""UDP: a server that acknowledges, and a road on which datagrams get lost."""

import socket

from host_tests.servers import HOST, Threaded


class UdpServer(Threaded):
    """Answers each datagram with what `answer(data)` makes of it; None: not at all.

    `received` is a list of what came.
    """

    kind = socket.SOCK_DGRAM

    def __init__(self, answer=lambda data: b"ack " + data):
        super().__init__()
        self.answer = answer
        self.received = []

    def serve(self, data, address):
        self.received.append(data)
        text = self.answer(data)
        if text is not None:
            self.listener.sendto(text, address)


class Lossy(Threaded):
    """A relay to the UDP server at `target`, a port, that loses what it is told to lose.

    `there` and `back` are numbers of datagrams, from 0, that are lost on the way. `seen` counts
    what came from the client, lost or not. It serves one client at a time, the latest.
    """

    kind = socket.SOCK_DGRAM

    def __init__(self, target, there=(), back=()):
        super().__init__()
        self.target = (HOST, target)
        self.lose = {True: set(there), False: set(back)}
        self.count = {True: 0, False: 0}
        self.client = None

    @property
    def seen(self):
        return self.count[True]

    def serve(self, data, address):
        outward = address != self.target
        if outward:
            self.client = address
        lost = self.count[outward] in self.lose[outward]
        self.count[outward] += 1
        if not lost:
            self.listener.sendto(data, self.target if outward else self.client)

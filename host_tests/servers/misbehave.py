"""What a server can do to its client: one place for all protocols over TCP.

"normal"  answers and closes
"stall"   never answers, and keeps the connection
"reset"   resets the connection instead of answering
"early"   closes in the middle of its answer
"drip"    answers a byte at a time
"""

import socket
import struct

from host_tests.servers import Threaded

BEHAVIOURS = ("normal", "stall", "reset", "early", "drip")


def reset(connection):
    """Close with a RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def answer(connection, data, behaviour, pause, stopped):
    """Send `data` as `behaviour` says; `stopped` ends a stall or a drip of `pause` seconds."""
    if behaviour == "normal":
        connection.sendall(data)
    elif behaviour == "stall":
        stopped.wait()
    elif behaviour == "reset":
        reset(connection)
    elif behaviour == "early":
        connection.sendall(data[: len(data) // 2])
    elif behaviour == "drip":
        for at in range(len(data)):
            connection.sendall(data[at : at + 1])
            if stopped.wait(pause):
                return
    else:
        raise ValueError(behaviour)


class Misbehaving(Threaded):
    """Waits for the client's first bytes, if `listens`, then gives `data` as `behaviour` says.

    `received` is what came, a list of bytes, one for each connection.
    """

    def __init__(self, behaviour, data=b"never mind\r\n", pause=0.2, listens=True):
        super().__init__()
        if behaviour not in BEHAVIOURS:
            raise ValueError(behaviour)
        self.behaviour = behaviour
        self.data = data
        self.pause = pause
        self.listens = listens
        self.received = []

    def next_behaviour(self, behaviour):
        """What following connections meet."""
        if behaviour not in BEHAVIOURS:
            raise ValueError(behaviour)
        self.behaviour = behaviour

    def serve(self, connection):
        behaviour = self.behaviour
        if self.listens:
            self.received.append(connection.recv(4096))
        answer(connection, self.data, behaviour, self.pause, self.stopped)

"""A road to a TCP server on which connections end badly, in the middle of any protocol."""

import socket
import threading

from host_tests.servers import HOST, Threaded, free_port
from host_tests.servers.misbehave import BEHAVIOURS, reset


class Relay(Threaded):
    """Passes everything on to the server at `target`, a port, and back.

    `plan((behaviour, n), ...)` says what happens to the next connections, each, when `n` bytes
    have come back from the server: "stall" passes nothing more, "reset" and "early" end it, "drip"
    passes the rest a byte at a time, every `pause` seconds. Those after them are left alone.
    """

    def __init__(self, target, pause=0.02):
        super().__init__()
        self.target = target
        self.pause = pause
        self.connections = 0
        self._plan = []

    def plan(self, *pairs):
        """What the next connections meet, from now on."""
        for behaviour, _ in pairs:
            if behaviour not in BEHAVIOURS:
                raise ValueError(behaviour)
        self._plan = list(pairs)

    def serve(self, connection):
        behaviour, n = self._plan.pop(0) if self._plan else ("normal", 0)
        self.connections += 1
        with socket.create_connection((HOST, self.target)) as server:
            out = threading.Thread(target=self._out, args=(connection, server), daemon=True)
            out.start()
            try:
                self._back(server, connection, behaviour, n)
            finally:
                # The other thread, waiting in recv, would keep the connection from being closed.
                connection.shutdown(socket.SHUT_RD)
                out.join()
                if behaviour == "reset":
                    reset(connection)

    @staticmethod
    def _out(client, server):
        try:
            while True:
                data = client.recv(4096)
                if not data:
                    server.shutdown(socket.SHUT_WR)
                    return
                server.sendall(data)
        except OSError:  # one of them has gone: the other way finds that too
            pass

    def _back(self, server, client, behaviour, n):
        if behaviour != "normal":
            while n > 0:
                data = server.recv(n)
                if not data:
                    return
                client.sendall(data)
                n -= len(data)
            if behaviour == "stall":
                self.stopped.wait()
            if behaviour == "reset":
                server.recv(1)  # what the client asks next is on its way
            if behaviour != "drip":
                return
        size = 1 if behaviour == "drip" else 4096
        while True:
            data = server.recv(size)
            if not data:
                client.shutdown(socket.SHUT_WR)
                return
            client.sendall(data)
            if size == 1 and self.stopped.wait(self.pause):
                return


class Closed:
    """No server at all: a port where nobody listens."""

    def __init__(self):
        self.port = free_port()

"""A TCP server that echoes lines."""

from host_tests.servers import Threaded


class EchoServer(Threaded):
    """`received` is a list of all lines that came, with their ends; `tls` a server's context."""

    def __init__(self, tls=None):
        super().__init__()
        self.tls = tls
        self.received = []

    def serve(self, connection):
        if self.tls:
            connection = self.tls.wrap_socket(connection, server_side=True)
        with connection.makefile("rb") as file:
            for line in file:
                self.received.append(line)
                connection.sendall(line)
        connection.close()

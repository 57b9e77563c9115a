"""A TCP server: whoever connects to port 2020 gets back what it sends. UG95, UG96, EG800Q, EG915Q,
EG916Q, with a SIM whose address can be reached from outside.

Several clients at once, in one loop that never waits: every socket has timeout 0.
"""

import errno
import sys

import modem_board
from modem_board import modem

from quectel import SocketPool

APN = getattr(modem_board, "APN", "iot.example")
PORT = getattr(modem_board, "PORT", 2020)
CLIENTS = getattr(modem_board, "CLIENTS", None)  # how many to serve; None: for ever


class Client:
    def __init__(self, sock, address):
        self.sock = sock
        self.address = address
        self.rest = b""  # received and not sent back yet
        sock.settimeout(0)
        print("client", address)

    def step(self):
        """Send on what waits, else receive; True when the client has gone."""
        try:
            if self.rest:
                self.rest = self.rest[self.sock.send(self.rest) :]
            else:
                self.rest = self.sock.recv(256)
                if not self.rest:
                    return True
        except OSError as e:
            if e.args[0] != errno.EAGAIN:
                print("client lost:", e)
                return True
        return False


def serve(m, listener):
    clients = []
    served = 0
    while CLIENTS is None or served < CLIENTS:
        m.poll()
        if m.idle:
            m.idle()
        try:
            clients.append(Client(*listener.accept()))
        except OSError as e:
            if e.args[0] != errno.EAGAIN:
                raise
        for client in [c for c in clients if c.step()]:
            client.sock.close()
            clients.remove(client)
            served += 1
            print("served", served)


def main():
    m = modem()
    m.power_on()
    print("address", m.attach(apn=APN))
    listener = SocketPool(m).socket()
    listener.bind(("", PORT))
    listener.listen()
    print("listening on port", PORT)
    listener.settimeout(0)
    serve(m, listener)
    listener.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A receiver in direct push mode: the module hands over what the server sends, without being
asked. Any family.

It saves a round trip for each piece, and has no way to make the server wait: the program must be
quick to take what comes, or have room for it (4,096 bytes here). What did not fit ends the
connection and is counted in `lost`.
"""

import sys

import modem_board
from modem_board import modem

from quectel import SocketPool

APN = getattr(modem_board, "APN", "iot.example")
SERVER = getattr(modem_board, "SERVER", "telemetry.example")
PORT = getattr(modem_board, "PORT", 5684)
ROOM = 4096


def main():
    m = modem()
    m.power_on()
    print("address", m.attach(apn=APN))
    s = SocketPool(m).socket()
    s.connect((SERVER, PORT))
    s.access_mode(1, ROOM)
    s.sendall(b"subscribe\n")
    print("waiting for lines")
    rest = b""
    lines = 0
    while True:
        part = s.recv(256)
        if not part:
            break
        *whole, rest = (rest + part).split(b"\n")
        for line in whole:
            lines += 1
            print("line", line.decode())
    print("%d lines, then the server closed; lost %d" % (lines, s.lost))
    s.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

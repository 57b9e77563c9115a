"""A sensor node: ten readings to a server, by UDP and by TCP in turn, each one acknowledged.

Copy a file of boards/ to the board as modem_board.py, put your server's name into it, and run
this. The server gets `reading 1 21.6` and answers `ack 1`; over TCP each ends with a line feed.
"""

import sys

import modem_board
from modem_board import modem
from quectel import SocketPool

# What is true of this device and no other may stand in modem_board.py.
APN = getattr(modem_board, "APN", "iot.example")
ATTACH_MS = getattr(modem_board, "ATTACH_MS", 120_000)
SERVER = getattr(modem_board, "SERVER", "telemetry.example")
UDP_PORT = getattr(modem_board, "UDP_PORT", 5683)
TCP_PORT = getattr(modem_board, "TCP_PORT", 5684)
ACK_S = getattr(modem_board, "ACK_S", 5)  # how long an acknowledgement may take

READINGS = 10
TRIES = 3


def measure(number):
    return 21.5 + number / 10  # put your sensor here


def acknowledged(s, number):
    """Wait for `ack number`, passing over late answers to earlier tries."""
    wanted = b"ack %d" % number
    got = b""
    while wanted not in got.split(b"\n"):
        part = s.recv(64)  # OSError(ETIMEDOUT) after ACK_S seconds
        if not part:
            raise OSError("the server has closed the connection")
        got += part


def send(pool, kind, port, number, text):
    """Open a socket, send one reading, wait for its acknowledgement, close."""
    with pool.socket(pool.AF_INET, kind) as s:
        s.settimeout(ACK_S)
        s.connect(pool.getaddrinfo(SERVER, port)[0][-1])
        s.sendall(text)
        print("reading %d sent: %s" % (number, text.decode().strip()))
        acknowledged(s, number)


def deliver(pool, number):
    """Send one reading, up to TRIES times. True if the server has acknowledged it."""
    text = b"reading %d %.1f" % (number, measure(number))
    for _ in range(TRIES):
        try:
            if number % 2:
                send(pool, pool.SOCK_DGRAM, UDP_PORT, number, text)
            else:
                send(pool, pool.SOCK_STREAM, TCP_PORT, number, text + b"\n")
            print("reading %d acknowledged" % number)
            return True
        except OSError as e:
            print("reading %d not delivered: %s" % (number, e))
    return False


def main():
    m = modem()
    print("switching the module on")
    m.power_on()
    print("power on; attaching with APN", APN)
    address = m.attach(apn=APN, timeout_ms=ATTACH_MS)
    print("registered,", "roaming" if m.registration() == 5 else "home network")
    print("address", address)
    pool = SocketPool(m)
    delivered = 0
    for number in range(1, READINGS + 1):
        delivered += deliver(pool, number)
    print("%d of %d readings delivered" % (delivered, READINGS))
    return 0 if delivered == READINGS else 1


if __name__ == "__main__":
    sys.exit(main())

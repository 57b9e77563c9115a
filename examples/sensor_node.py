"""A sensor node: ten readings to a server, by UDP and by TCP in turn, each one acknowledged.

Copy a file of boards/ to the board as modem_board.py, put your server into it, and run this. The
server gets `reading 1 21.6` and answers `ack 1`; the answer, and a reading by TCP, end with LF.
"""

import sys

import modem_board
from modem_board import modem

from quectel import SocketPool

# What is true of this device and of no other may stand in modem_board.py.
APN = getattr(modem_board, "APN", "iot.example")
ATTACH_MS = getattr(modem_board, "ATTACH_MS", 120_000)
SERVER = getattr(modem_board, "SERVER", "telemetry.example")
UDP_PORT = getattr(modem_board, "UDP_PORT", 5683)
TCP_PORT = getattr(modem_board, "TCP_PORT", 5684)
ACK_S = getattr(modem_board, "ACK_S", 5)  # how long an acknowledgement may take

READINGS = 10
TRIES = 3


def measure(number):
    return 21.5 + number / 10  # your sensor goes here


def exchange(pool, number, text):
    """Send one reading through a socket of its own and wait for its `ack`."""
    udp = number % 2
    with pool.socket(pool.AF_INET, pool.SOCK_DGRAM if udp else pool.SOCK_STREAM) as s:
        s.settimeout(ACK_S)
        s.connect(pool.getaddrinfo(SERVER, UDP_PORT if udp else TCP_PORT)[0][-1])
        s.send(text if udp else text + b"\n")
        print("reading %d sent" % number)
        got = b""
        while b"ack %d\n" % number not in got:
            part = s.recv(64)  # OSError(ETIMEDOUT) after ACK_S seconds
            if not part:
                raise OSError("the server has closed the connection")
            got += part


def deliver(pool, number):
    """Up to TRIES times; True if the server has acknowledged the reading."""
    text = b"reading %d %.1f" % (number, measure(number))
    for _ in range(TRIES):
        try:
            exchange(pool, number, text)
            print("reading %d acknowledged" % number)
            return True
        except OSError as e:
            print("reading %d not acknowledged: %s" % (number, e))
    return False


def main():
    m = modem()
    delivered = 0
    try:
        print("switching the module on")
        m.power_on()
        print("power on; attaching with APN", APN)
        address = m.attach(apn=APN, timeout_ms=ATTACH_MS)
        print("registered")
        print("address", address)
        pool = SocketPool(m)
        for number in range(1, READINGS + 1):
            if not deliver(pool, number):
                break  # the server is away: the rest would only cost time and power
            delivered += 1
    except OSError as e:
        print("giving up:", e)
    print("%d of %d readings delivered" % (delivered, READINGS))
    return 0 if delivered == READINGS else 1


if __name__ == "__main__":
    sys.exit(main())

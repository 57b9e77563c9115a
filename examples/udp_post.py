"""Readings by UDP, each sent until the server has said that it has it. Any family.

One datagram there and one back: nothing costs less on NB-IoT. A reading has a number, by which the
server knows one that comes twice:

    1 21.6        the server answers: ack 1

Whatever stands below in capitals may stand in modem_board.py instead.
"""

import errno
import sys

import modem_board
from modem_board import modem

from quectel import SocketPool
from quectel.channel import now, since

APN = getattr(modem_board, "APN", "iot.example")
ATTACH_S = getattr(modem_board, "ATTACH_S", 120)  # how long the way to the network may take
SERVER = getattr(modem_board, "SERVER", "telemetry.example")
PORT = getattr(modem_board, "PORT", 5683)
READINGS = getattr(modem_board, "READINGS", 3)
ACK_S = getattr(modem_board, "ACK_S", 10)  # NB-IoT takes seconds, where it is bad more than ten
TRIES = getattr(modem_board, "TRIES", 3)


def measure(number):
    return 21.5 + number / 10  # your sensor goes here


def post(s, number):
    """Send a reading until it is acknowledged; OSError(ETIMEDOUT) if it never is."""
    for n in range(TRIES):
        s.send(b"%d %.1f" % (number, measure(number)))
        try:
            return hear(s, b"ack %d" % number)
        except OSError as e:
            if e.errno != errno.ETIMEDOUT:
                raise
            print("reading %d: no answer to datagram %d of %d" % (number, n + 1, TRIES))
    raise OSError(errno.ETIMEDOUT, "%s is silent" % SERVER)


def hear(s, ack):
    t = now()
    while s.recv(64) != ack:  # a late answer, to a datagram before
        if since(t) > ACK_S * 1000:
            raise OSError(errno.ETIMEDOUT)


def main():
    m = modem()
    try:
        m.power_on()
        print("address", m.attach(apn=APN, timeout_ms=ATTACH_S * 1000))
    except OSError as e:
        print("no network with the APN %s: %s" % (APN, e))
        return 1
    pool = SocketPool(m)
    try:
        with pool.socket(pool.AF_INET, pool.SOCK_DGRAM) as s:
            s.settimeout(ACK_S)
            s.connect((SERVER, PORT))
            for number in range(1, READINGS + 1):
                post(s, number)
                print("reading %d acknowledged" % number)
    except OSError as e:
        print("not delivered: %s" % e)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

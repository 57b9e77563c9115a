"""A UDP service: whoever sends a datagram to port 3030 gets a reading back. UG95, UG96, EG800Q,
EG915Q, EG916Q, with a SIM whose address can be reached from outside.
"""

import sys

import modem_board
from modem_board import modem

from quectel import SocketPool

APN = getattr(modem_board, "APN", "iot.example")
PORT = getattr(modem_board, "PORT", 3030)
QUESTIONS = getattr(modem_board, "QUESTIONS", None)  # how many to answer; None: for ever


def measure(number):
    return 21.5 + number / 10  # your sensor goes here


def main():
    m = modem()
    m.power_on()
    print("address", m.attach(apn=APN))
    pool = SocketPool(m)
    service = pool.socket(pool.AF_INET, pool.SOCK_DGRAM)
    service.bind(("", PORT))
    print("service on port", PORT)
    buf = bytearray(64)
    number = 0
    while QUESTIONS is None or number < QUESTIONS:
        n, address = service.recvfrom_into(buf)
        number += 1
        print("question %d from %s:%d" % ((number,) + address), bytes(buf[:n]))
        service.sendto(b"reading %d %.1f" % (number, measure(number)), address)
    service.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

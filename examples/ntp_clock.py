"""The board's clock, set by an NTP server that the module asks. Any family.

The clock shows what the module says: UTC, or the local time. Some firmware says UTC and with it
the zone of the network (see the README): the zone is shown, and nothing is made of it.
CircuitPython has rtc.RTC instead of machine.RTC. Whatever stands below in capitals may stand in
modem_board.py instead.
"""

import sys
import time

import modem_board
from modem_board import modem

try:
    from machine import RTC
except ImportError:  # a computer
    RTC = None

APN = getattr(modem_board, "APN", "iot.example")
ATTACH_S = getattr(modem_board, "ATTACH_S", 120)  # how long the way to the network may take
NTP_SERVER = getattr(modem_board, "NTP_SERVER", "pool.ntp.org")
TRIES = getattr(modem_board, "TRIES", 3)


def ask(m):
    for left in reversed(range(TRIES)):
        try:
            return m.ntp(NTP_SERVER)
        except OSError as e:
            if not left:
                raise
            print("no time yet: %s" % e)  # a datagram may get lost


def set_clock(year, month, day, hour, minute, second):
    noon = time.mktime((year, month, day, 12, 0, 0, 0, 0, -1))
    weekday = time.localtime(noon)[6]
    RTC().datetime((year, month, day, weekday, hour, minute, second, 0))


def main():
    m = modem()
    try:
        m.power_on()
        print("address", m.attach(apn=APN, timeout_ms=ATTACH_S * 1000))
    except OSError as e:
        print("no network with the APN %s: %s" % (APN, e))
        return 1
    try:
        *when, zone = ask(m)
    except OSError as e:
        print("no time from %s: %s" % (NTP_SERVER, e))
        return 1
    zone = "not said" if zone is None else "%+d quarters of an hour" % zone
    print("%04d-%02d-%02d %02d:%02d:%02d, zone" % tuple(when), zone)
    if RTC:
        set_clock(*when)
        print("the clock is set")
    else:
        print("there is no clock to set here")
    return 0


if __name__ == "__main__":
    sys.exit(main())

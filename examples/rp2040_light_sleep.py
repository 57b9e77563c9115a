"""An RP2040 that sleeps lightly between two readings: it goes on where it was, with all it knows.

Copy a file of boards/ to the board as modem_board.py, put your server into it, and run this.

In light sleep the UART's clock stands still: what the module says then is lost, or arrives as
garbage. So `m.sleep()` comes first, though the module may well stay awake, and `m.wake()` last: it
brings the line back into step, sets up what was lost, and has each socket asked for data that no
URC has told of. A light sleep lasts up to about 72 minutes. No watchdog may run out in it: an
RP2040 does not get over that.

The server gets `reading 7 21.6` by UDP and answers `ack 7`; it may send other lines at any time.
"""

import sys

import machine
import modem_board
from modem_board import modem

from quectel import SocketPool

# What is true of this device and of no other may stand in modem_board.py.
APN = getattr(modem_board, "APN", "iot.example")
SERVER = getattr(modem_board, "SERVER", "telemetry.example")
PORT = getattr(modem_board, "PORT", 5683)
SLEEP_MS = getattr(modem_board, "SLEEP_MS", 900_000)
PSM = getattr(modem_board, "PSM", None)  # as in (86_400, 10): the module is to sleep deeply too
ACK_S = getattr(modem_board, "ACK_S", 10)
READINGS = getattr(modem_board, "READINGS", 1_000_000)
TRIES = 3


def measure(number):
    return 21.5 + number / 10  # your sensor goes here


def exchange(s, number):
    """Send a reading, and wait until it is acknowledged; what else comes is an order."""
    s.send(b"reading %d %.1f" % (number, measure(number)))
    while True:
        line = s.recv(100)
        if line == b"ack %d" % number:
            print("reading %d acknowledged" % number)
            return
        print("order:", line)


def connect(m):
    s = SocketPool(m).socket(SocketPool.AF_INET, SocketPool.SOCK_DGRAM)
    s.settimeout(ACK_S)
    s.connect((SERVER, PORT))
    print("connected")
    return s


def deliver(m, s, number):
    """Up to TRIES times, on a new socket if the last one fails (that of a BC66 does, after its
    deep sleep); the socket, None if all that was in vain."""
    for _ in range(TRIES):
        try:
            if s is None:
                m.attach(apn=APN)
                s = connect(m)
            exchange(s, number)
            return s
        except OSError as e:
            print("reading %d not acknowledged: %s" % (number, e))
            if s is not None:
                s.close()
                s = None
    return s


def begin(m):
    m.power_on()
    if PSM:
        m.qsclk(0)  # a BC module comes with 1, and sleeps as soon as it has PSM
        m.psm(*PSM)


def tried(step, *words):
    """Did it work?"""
    try:
        step(*words)
        return True
    except OSError as e:
        print("the module:", e)
        return False


def main():
    m = modem()
    s = None
    ready = tried(begin, m)
    for number in range(1, READINGS + 1):
        if number > 1:
            machine.lightsleep(SLEEP_MS)
            # One that hangs is switched off and on.
            ready = tried(m.wake) or (tried(m.restart) and tried(begin, m))
        if ready:
            s = deliver(m, s, number)
            tried(m.sleep)
    return 0 if s else 1


if __name__ == "__main__":
    sys.exit(main())

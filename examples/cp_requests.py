"""Readings by HTTP with Adafruit's requests library. CircuitPython, any module.

Onto CIRCUITPY: lib/quectel into lib, a file of boards/circuitpython_... as modem_board.py, this as
code.py, and from Adafruit's bundle adafruit_requests and adafruit_connection_manager into lib.

Each reading is a POST, one QISEND of the module; the connection is kept from one to the next. One
that fails is told and left out, and the next one is tried all the same.
"""

import sys
import time

import adafruit_requests
import modem_board
from modem_board import modem

from quectel import StreamPool

APN = getattr(modem_board, "APN", "iot.example")
ATTACH_S = getattr(modem_board, "ATTACH_S", 120)  # how long the way to the network may take
URL = getattr(modem_board, "URL", "http://telemetry.example/readings")
READINGS = getattr(modem_board, "READINGS", None)  # how many; None: for ever
PAUSE_S = getattr(modem_board, "PAUSE_S", 60)
WAIT_S = getattr(modem_board, "WAIT_S", 60)  # for each answer, and each byte of it


def measure(number):
    return 21.5 + number / 10  # your sensor goes here


def post(session, number):
    reading = {"n": number, "t": measure(number)}
    try:
        with session.post(URL, json=reading, timeout=WAIT_S) as answer:
            print("reading", number, "answer", answer.status_code, answer.text)
            return answer.status_code < 300
    except (OSError, ValueError, RuntimeError, adafruit_requests.OutOfRetries) as e:
        # The cause is only known to CPython; CircuitPython drops it.
        print("reading", number, "failed:", getattr(e, "__cause__", None) or e)
    return False


def post_all(m):
    session = adafruit_requests.Session(StreamPool(m))
    number = 0
    failed = 0
    while READINGS is None or number < READINGS:
        if number:
            time.sleep(PAUSE_S)
        number += 1
        failed += not post(session, number)
    return failed


def main():
    with modem() as m:
        try:
            m.power_on()
            print("address", m.attach(apn=APN, timeout_ms=ATTACH_S * 1000))
        except OSError as e:
            print("no network with the APN %s: %s" % (APN, e))
            return 1
        failed = post_all(m)
    print(READINGS - failed, "readings posted,", failed, "failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

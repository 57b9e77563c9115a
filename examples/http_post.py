"""Readings by HTTP: `requests`, as it comes with MicroPython, over the module. Any family.

A board without it: `mpremote mip install requests`. It opens a connection for each request, which
costs seconds on NB-IoT; udp_post.py and coap_post.py cost less. An https:// URL works, but
`requests` does not look at the server's certificate: see tls_post.py. Whatever stands below in
capitals may stand in modem_board.py instead.
"""

import sys

import modem_board
from modem_board import modem

APN = getattr(modem_board, "APN", "iot.example")
ATTACH_S = getattr(modem_board, "ATTACH_S", 120)  # how long the way to the network may take
URL = getattr(modem_board, "URL", "http://telemetry.example/readings")
READINGS = getattr(modem_board, "READINGS", 3)
WAIT_S = getattr(modem_board, "WAIT_S", 60)  # for each answer, and each byte of it


def measure(number):
    return 21.5 + number / 10  # your sensor goes here


def post(requests, number):
    """Whether the server has taken it."""
    answer = requests.post(URL, json={"n": number, "t": measure(number)}, timeout=WAIT_S)
    try:
        print("reading %d: %d %s" % (number, answer.status_code, answer.text))
        return 200 <= answer.status_code < 300
    finally:
        answer.close()  # it has one of the module's few connections


def main():
    m = modem()
    try:
        m.power_on()
        print("address", m.attach(apn=APN, timeout_ms=ATTACH_S * 1000))
    except OSError as e:
        print("no network with the APN %s: %s" % (APN, e))
        return 1
    m.install_socket()
    try:
        import requests  # not before: it takes the socket module that it finds
    except ImportError:
        print("requests is missing: mpremote mip install requests")
        return 1
    try:
        taken = [post(requests, number) for number in range(1, READINGS + 1)]
    except (OSError, ValueError, IndexError) as e:  # the last two: an answer that is cut short
        print("not delivered: %r" % e)
        return 1
    return 0 if all(taken) else 1


if __name__ == "__main__":
    sys.exit(main())

"""`ntptime`: one datagram of 48 bytes there and back, on a socket that never connects."""

import socket
import struct


def ask(host, port, timeout=1):
    """Seconds since 1970. OSError(ETIMEDOUT) when nobody answers."""
    question = bytearray(48)
    question[0] = 0x23
    address = socket.getaddrinfo(host, port)[0][-1]
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        s.settimeout(timeout)
        assert s.sendto(question, address) == 48
        answer = s.recv(48)
    finally:
        s.close()
    return struct.unpack("!I", answer[40:44])[0] - 2208988800


def main(host, port):
    for _ in range(7):  # more than there are connectIDs
        print("time", ask(host, port))


def silent(host, port, good, number):
    """Nobody answers at the first port; the second has a server."""
    try:
        ask(host, port)
    except OSError as e:
        print("error", e.errno)
    print("time", ask(good, number))

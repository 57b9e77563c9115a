"""`microCoAPy`: a POST of CoAP in one datagram; recvfrom() at timeout 0, where any exception is
"nothing yet"."""

import os
import socket
import time


def packet(number, path, payload):
    """A confirmable POST, RFC 7252."""
    data = bytearray((0x40, 2, number >> 8, number & 255))
    delta = 11  # Uri-Path
    for part in path.split("/"):
        data.append(delta << 4 | len(part))
        data.extend(part.encode())
        delta = 0
    data.append(0xFF)
    data.extend(payload)
    return data


def nothing(s):
    """One look: (bytes, address), or (None, None)."""
    s.setblocking(False)
    try:
        return s.recvfrom(1024)
    except Exception:
        return None, None
    finally:
        s.setblocking(True)


def post(s, host, port, payload):
    """The code and the payload of the answer, its class and detail as in 2.04."""
    number = os.urandom(1)[0] << 8 | os.urandom(1)[0]
    address = socket.getaddrinfo(host, port)[0][-1]
    assert s.sendto(packet(number, "readings", payload), address) > 0
    for _ in range(2000):
        data, source = nothing(s)
        if data:
            assert (data[2] << 8 | data[3]) == number and source
            return data[1] >> 5, data[1] & 31
        time.sleep_ms(2)
    raise OSError(110)


def main(host, port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    print("nothing yet:", nothing(s)[0])
    for n in range(3):
        print("post %d.%02d" % post(s, host, port, b"21.%d" % n))
    s.close()


def bound(host, port):
    """As Coap.start() does it: on a port of one's own."""
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("", 5683))
    print("nothing yet:", nothing(s)[0])
    print("post %d.%02d" % post(s, host, port, b"21.5"))
    s.close()

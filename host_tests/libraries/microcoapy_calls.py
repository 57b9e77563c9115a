"""`microCoAPy`, on a socket given to it."""

import socket

import microcoapy


def main(host, port):
    codes = []
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.isUnixCompatible = lambda: True  # some versions ask: sendto() takes (host, port)
    client = microcoapy.Coap()
    client.debug = False
    # Its name, as documented and, in some versions, as in the code.
    client.responseCallback = client.resposeCallback = lambda packet, sender: codes.append(packet)
    client.setCustomSocket(s)
    for n in range(3):
        assert client.post(host, port, "readings", b"21.%d" % n)
        client.poll(5000)
    client.stop()
    print("codes", ["%d.%02d" % (p.method >> 5, p.method & 31) for p in codes])

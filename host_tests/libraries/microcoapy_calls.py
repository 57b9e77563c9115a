"""`microCoAPy`, on a socket given to it: BC66 and BC26 cannot be bound to a port."""

import socket

import microcoapy


def main(host, port):
    codes = []
    client = microcoapy.Coap()
    client.debug = False
    client.responseCallback = lambda packet, sender: codes.append(packet.method)
    client.setCustomSocket(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    for n in range(3):
        client.post(host, port, "readings", b"21.%d" % n)
        client.poll(5000)
    client.stop()
    print("codes", ["%d.%02d" % (c >> 5, c & 31) for c in codes])

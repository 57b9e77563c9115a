"""`umqtt.simple`: MQTT 3.1.1 in small writes, some with a length, some of str; reads of exactly n.

A publish of QoS 0 is 4 writes. `read(1)` is None when nothing has come.
"""

import socket
import struct
import time


class Refused(Exception):
    """The broker's code in CONNACK."""


class Client:
    def __init__(self, name, host, port):
        self.name = name
        self.host = host
        self.port = port
        self.s = None
        self.id = 0  # of the last packet that wants an acknowledgement
        self.got = []  # (topic, message) pairs

    def connect(self, clean=True, timeout=None):
        self.s = socket.socket()
        address = socket.getaddrinfo(self.host, self.port)[0][-1]
        self.s.settimeout(timeout)
        self.s.connect(address)
        rest = 10 + 2 + len(self.name)
        # The buffer is longer than what is to leave.
        self.s.write(bytearray((0x10, rest, 0, 0, 0)), 2)
        self.s.write(b"\0\4MQTT\4" + bytes((clean << 1,)) + b"\0\0")
        self._text(self.name)
        reply = self.s.read(4)
        if len(reply) < 4:
            raise OSError("no CONNACK")
        assert reply[:2] == b"\x20\x02", reply
        if reply[3]:
            raise Refused(reply[3])
        return reply[2]

    def _text(self, text):
        self.s.write(struct.pack("!H", len(text)))
        self.s.write(text)

    def publish(self, topic, message, qos=0):
        rest = 2 + len(topic) + len(message) + 2 * qos
        packet = bytearray(4)
        packet[0] = 0x30 | qos << 1
        n = 1
        while rest > 127:
            packet[n] = rest & 127 | 128
            rest >>= 7
            n += 1
        packet[n] = rest
        self.s.write(packet, n + 1)
        self._text(topic)
        if qos:
            self.id += 1
            struct.pack_into("!H", packet, 0, self.id)
            self.s.write(packet, 2)
        self.s.write(message)
        while qos:
            if self.wait() == 0x40:
                assert self.s.read(1) == b"\2"
                if struct.unpack("!H", self.s.read(2))[0] == self.id:
                    return

    def subscribe(self, topic):
        self.id += 1
        self.s.write(struct.pack("!BBH", 0x82, 2 + 2 + len(topic) + 1, self.id))
        self._text(topic)
        self.s.write(b"\1")
        while self.wait() != 0x90:
            pass
        reply = self.s.read(4)
        assert reply == b"\3" + struct.pack("!H", self.id) + b"\1", reply

    def ping(self):
        self.s.write(b"\xc0\0")

    def check(self):
        """What has come, without waiting; None is nothing."""
        self.s.setblocking(False)
        return self.wait()

    def wait(self):
        first = self.s.read(1)
        self.s.setblocking(True)
        if first is None:
            return None
        if first == b"":
            raise OSError(-1)
        kind = first[0]
        if kind == 0xD0:
            assert self.s.read(1) == b"\0"
            self.got.append("ping")
        if kind & 0xF0 == 0x30:
            self._message(kind)
        return kind

    def _message(self, kind):
        left = shift = 0
        more = 128
        while more & 128:
            more = self.s.read(1)[0]
            left |= (more & 127) << shift
            shift += 7
        n = struct.unpack("!H", self.s.read(2))[0]
        topic = self.s.read(n)
        left -= 2 + n
        if kind & 6:
            number = self.s.read(2)
            left -= 2
        message = self.s.read(left)
        assert len(message) == left
        self.got.append((topic, message))
        if kind & 6:
            self.s.write(b"\x40\2" + number)

    def disconnect(self):
        self.s.write(b"\xe0\0")
        self.s.close()


def until(client, n):
    """Look for messages as a program's loop does, until `n` are there."""
    while len(client.got) < n:
        client.check()
        time.sleep_ms(5)


def main(host, port):
    client = Client("contract", host, port)
    client.connect()
    print("nothing yet:", client.check())
    client.publish("out", "text")
    client.publish(b"out", b"\0\r\nOK\r\n\x1a\xff")
    client.publish("out", b"acknowledged", qos=1)
    client.publish("out", b"y" * 600, qos=1)
    client.subscribe("in")
    for message in (b"first", b"z" * 300):
        client.publish("in", message)
    client.ping()
    until(client, 3)
    for one in client.got:
        print("got", one if one == "ping" else (one[0], len(one[1])))
    client.disconnect()
    client.s.close()  # twice is once


def connect(*places):
    """What connect() comes to at each (host, port)."""
    for host, port in places:
        client = Client("contract", host, port)
        try:
            print("connected", client.connect(timeout=2))
            client.disconnect()
        except OSError as e:
            print("OSError", e.args[0])
            client.s.close()

"""What goes over the line for one message: QISEND commands, and AT commands in all.

Each AT command is a round trip: the next one leaves when it has been answered. Counted at the
simulated module, in virtual time: the figures are the same on every machine. The programs are
those of contracts/, so the calls are what libraries make. Runs on CPython and MicroPython.
"""

from host_tests.contracts import microcoapy, requests_http, umqtt_simple
from host_tests.driver.harness import desk

FAMILIES = ("BC66", "BC26", "EG800Q")
HOST = "telemetry.example"
BODY = b'{"t": 21.5, "rh": 48.2, "p": 1013.2, "v": 3.61, "n": 123456}'
READING = b"21.5"


class Row:
    """What one message takes. `sends` and `commands` are those of the message alone, on a
    connection that is there, its answer included; `all` adds connecting and closing."""

    def __init__(self, name, family, sends, commands, all):
        self.name = name
        self.family = family
        self.sends = sends
        self.commands = commands
        self.all = all

    def __str__(self):
        return "%-32s %-8s %6d %8d %8d" % (
            self.name,
            self.family,
            self.sends,
            self.commands,
            self.all,
        )


HEAD = "%-32s %-8s %6s %8s %8s" % (
    "AT commands per message",
    "module",
    "QISEND",
    "message",
    "in all",
)


# -- servers ------------------------------------------------------------------------------------


def web(connection, data):
    """Answers when the whole body is there, and closes."""
    if bytes(connection.peer.received).endswith(BODY):
        connection.push(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")
        connection.shut()


def broker(connection, data):
    """MQTT 3.1.1, enough of it: whole packets come, as each is one command or behind one."""
    received = bytes(connection.peer.received)
    connection.peer.received[:] = b""
    while received:
        packet, received = received[: 2 + received[1]], received[2 + received[1] :]
        kind = packet[0] >> 4
        if kind == 1:
            connection.push(b"\x20\2\0\0")
        elif kind == 3 and packet[0] & 6:
            at = 4 + (packet[2] << 8 | packet[3])
            connection.push(b"\x40\2" + packet[at : at + 2])


def coap(connection, data):
    """2.04 Changed, in the acknowledgement."""
    connection.push(bytes((0x60, 0x44)) + bytes(data[2:4]))


# -- messages: each yields when it has connected, and when the message is through ----------------


def http_post(socket):
    requests_http.socket = socket
    s = requests_http.begin(HOST, 80)
    yield
    status, body = requests_http.send(s, HOST, BODY)
    assert status == 200 and body == b"ok"
    yield
    s.close()


def mqtt_publish(socket, qos=0):
    umqtt_simple.socket = socket
    client = umqtt_simple.Client("node", HOST, 1883)
    client.connect()
    yield
    client.publish("readings", READING, qos)
    client.s.flush()
    yield
    client.disconnect()


def mqtt_acknowledged(socket):
    return mqtt_publish(socket, 1)


def coap_post(socket):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(5)
    s.connect((HOST, 5683))
    yield
    s.send(microcoapy.packet(7, "readings", READING))
    assert s.recv(64)[1] == 0x44
    yield
    s.close()


def datagram(socket):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(5)
    s.connect((HOST, 7))
    yield
    s.send(READING)
    yield
    s.close()


MESSAGES = (
    ("HTTP POST, 60-byte body", http_post, "tcp", web, 80),
    ("MQTT publish, QoS 0", mqtt_publish, "tcp", broker, 1883),
    ("MQTT publish, QoS 1", mqtt_acknowledged, "tcp", broker, 1883),
    ("CoAP POST, confirmable", coap_post, "udp", coap, 5683),
    ("UDP datagram", datagram, "udp", None, 7),
)


def count(d, name, message, kind, server, port):
    """A Row, from desk `d`."""
    getattr(d.net, kind)(HOST, port, on_data=server)
    d.modem.attach()
    commands = d.module.commands
    marks = [len(commands)]
    for _ in message(d.modem.socket):
        marks.append(len(commands))
    marks.append(len(commands))
    start, ready, through, end = marks
    sends = [c for c in commands[ready:through] if c.startswith("AT+QISEND")]
    return Row(name, type(d.modem).__name__, len(sends), through - ready, end - start)


def measure():
    """A Row for every message on every family."""
    return [count(desk(family), *message) for message in MESSAGES for family in FAMILIES]

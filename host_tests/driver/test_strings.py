"""No string of a program can put a command of its own on the line, or a second line.

Each bad string is a ValueError, and not one byte is written. What is accepted leaves as one line:
one CR, at its end, and balanced quotes.
"""

from host_tests.driver.harness import Line, raises

# What no string may hold
HOSTILE = [
    before + bad + after
    for before in ("", "a.example", '"', "iot.")
    for bad in ('"', "\r", "\n", "\0", "\x1a", "\x1b", "\x08", "\x7f", "\xe9", "\u20ac")
    for after in ("", ",80", "AT+QPOWD=1\r", "b")
]
EMPTY_OR_LONG = ("", "x" * 1000, "a." * 4000)
# What is odd, and may be accepted: then it must leave as one line.
ODD = (
    "a",
    "a.example",
    "198.51.100.7",
    "a b",
    "a,b",
    "a;b",
    ";",
    ",",
    "'",
    "AT",
    "+++",
    "> ",
    "OK",
    "a\\b",
    "a%00b",
    "~",
    "x" * 63,
    "x" * 99,
    "x" * 100,
    "x" * 150,
    "x" * 151,
)
FAMILIES = ("BC66", "BC20", "BC26")


class Wire:
    """A desk that keeps the bytes that the module gets, and never waits for an answer."""

    def __init__(self, family="BC66"):
        self.desk = Line("whole").desk(family)
        self.modem = self.desk.modem
        self.modem.signal()  # set up
        self.bytes = bytearray()
        write = self.desk.module.feed

        def feed(data):
            self.bytes.extend(data)
            write(data)

        self.desk.module.feed = feed

    def silent(self, call, *args):
        """ValueError, and nothing is written: not then, and not later."""
        seen = len(self.desk.module.commands)
        try:
            call(*args)
            raise AssertionError("accepted: %r" % (args,))
        except ValueError:
            pass
        self.desk.run(20)
        module = self.desk.module
        assert not self.bytes and len(module.commands) == seen and not module.junk, args

    def whole(self, call, *args):
        """Either that, or what was written are whole lines, one CR each, with balanced quotes."""
        self.bytes[:] = b""
        try:
            call(*args)
        except (ValueError, OSError):
            pass
        self.desk.run(20)
        data = bytes(self.bytes)
        if data:
            assert data[-1:] == b"\r" and b"\n" not in data, data
        for text in data.split(b"\r")[:-1]:
            assert text.count(b'"') % 2 == 0, text
            assert text.startswith(b"AT"), text
            for b in text:
                assert 32 <= b <= 126, text
        return [text for text in data.split(b"\r") if text]


def hosts(wire):
    """The calls that take a host's name."""

    def connect(host):
        s = wire.desk.socket()
        s.settimeout(0.5)
        s.connect((host, 80))

    modem = wire.modem
    return (
        connect,
        modem.resolve,
        modem.ping,
        modem.ntp,
        lambda host: modem.resolve(host, wait=False),
        lambda host: modem.ping(host, wait=False),
        lambda host: modem.ntp(host, wait=False),
    )


def test_host_names():
    for family in FAMILIES:
        wire = Wire(family)
        for call in hosts(wire):
            for host in HOSTILE:
                wire.silent(call, host)
            for host in EMPTY_OR_LONG:
                wire.silent(call, host)


def test_host_names_before_anything_is_known_of_the_module():
    d = Line("whole").desk()
    for host in HOSTILE:
        raises(ValueError, d.socket().connect, (host, 80))
        raises(ValueError, d.modem.resolve, host)
    d.run(1000)
    assert d.module.commands == [] and d.module.junk == 0


def test_ports():
    wire = Wire()
    for port in (0, -1, 65536, 1 << 40):
        wire.silent(wire.desk.socket().connect, ("a.example", port))
    for port in (0, -1, 65536, 1 << 40):
        wire.silent(wire.modem.ntp, "a.example", port)


def test_apns():
    wire = Wire()
    for apn in HOSTILE:
        wire.silent(wire.modem.attach, apn)
    for apn in EMPTY_OR_LONG + ("x" * 100,):
        wire.silent(wire.modem.attach, apn)


def test_dns_servers():
    wire = Wire("BC26")
    for address in HOSTILE:
        wire.silent(wire.modem.dns_servers, address)
        wire.silent(wire.modem.dns_servers, "192.0.2.1", address)
    for address in EMPTY_OR_LONG:
        wire.silent(wire.modem.dns_servers, address)


def test_option_names_and_values():
    wire = Wire()
    for name in HOSTILE:
        wire.silent(wire.modem.option, name)
        wire.silent(wire.modem.option, name, 1)
    for name in EMPTY_OR_LONG:
        wire.silent(wire.modem.option, name)
    for value in (-1, 1 << 40):
        wire.silent(wire.modem.option, "viewmode", value)


def test_commands():
    wire = Wire()
    for text in (
        "+CSQ\r",
        "+CSQ\rAT+QPOWD=1",
        "+CSQ\n",
        "+CSQ\0",
        "+CSQ\x1a",
        "+CSQ\x1b",
        "+CSQ\x08",
        "+CSQ\xe9",
        '+QICFG="viewmode',
        'AT+QIOPEN=1,0,"TCP","a"b"',
        "+X=" + "1" * 5000,
    ):
        wire.silent(wire.modem.command, text)


def test_commands_that_carry_payload():
    # Their answers hold bytes that are no lines, or they wait for bytes that are none.
    wire = Wire("BC26")
    for text in (
        "+QIRD=0,512",
        "AT+QIRD=0,512",
        "at+qird=0,512",
        "+QISEND=0",
        "+QISEND=0,5",
        "+QISEND=0,5,hello",
        "+QISENDEX=0,1,00",
        "E0;+QISEND=0,5",
        "+CSQ;+QIRD=0,512",
        " +QISEND=0,5",
    ):
        wire.silent(wire.modem.command, text)


def test_what_is_accepted_is_one_line():
    for family in FAMILIES:
        wire = Wire(family)
        modem = wire.modem
        for call in (modem.resolve, modem.ping, modem.ntp, modem.option):
            for text in ODD:
                wire.whole(call, text)
        for text in ODD:
            wire.whole(modem.command, "+" + text)


def test_what_is_accepted_is_one_line_in_connect():
    wire = Wire()
    connect = hosts(wire)[0]
    for host in ODD:
        lines = wire.whole(connect, host)
        assert len([x for x in lines if x.startswith(b"AT+QIOPEN")]) <= 1
        wire.desk.run(500)


def test_payload_is_no_line_either(line):
    d = line.desk()
    s, peer = d.tcp()
    n = len(d.module.commands)
    for text in HOSTILE:
        data = bytes([ord(c) & 255 for c in text])
        s.send(data)
        assert peer.received == data
        peer.received[:] = b""
    assert d.module.junk == 0
    for command in d.module.commands[n:]:
        assert command.startswith("AT+QISEND")

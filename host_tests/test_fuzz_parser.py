"""Random bytes into the parsers and a whole modem: no exception, bounded memory, any chunking.

On CPython with hypothesis; portable tests with seeds of their own: driver/test_invariants.py.
"""

import host_tests.shim

host_tests.shim.install()

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from host_tests.driver import harness
from host_tests.driver.events import events, guard, rewire
from quectel.formats import FormatParser
from quectel.parser import Parser

PIECES = st.sampled_from(
    [
        b"\r\n",
        b"\n",
        b"\r",
        b"OK",
        b"ERROR",
        b"SEND OK",
        b"CLOSE OK",
        b"> ",
        b",",
        b'"',
        b":",
        b"0",
        b"7",
        b"\r\nOK\r\n",
        b"\r\nERROR\r\n",
        b"\r\nSEND FAIL\r\n",
        b"\r\n+CME ERROR: 3\r\n",
        b"\r\n+QIRD: 5,0\r\nhello\r\n\r\nOK\r\n",
        b"\r\n+QIRD: 300,",
        b"+QIRD: ",
        b"+QIRD: 0\r\n",
        b'\r\n+QIURC: "recv",0,4\r\n',
        b'\r\n+QIURC: "closed",0\r\n',
        b'+QIURC: "',
        b"\r\n+QIOPEN: 0,0\r\n",
        b"\r\n+QIGETERROR: 0,ok\r\n",
        b"\r\n+QISTATE: 0,",
        b"\r\n+QISTATE: x\r\n",
        b"\r\n+CSQ: 1,2\r\n",
        b"\r\nRDY\r\n",
        b"AT",
        b"ATE0",
        b"x" * 200,
        bytes(40),
    ]
)
STREAM = st.lists(PIECES | st.binary(max_size=12), max_size=40).map(b"".join)
FIXED = {"deadline": None, "database": None, "derandomize": True}  # the same examples in every run
SLOW = settings(max_examples=150, suppress_health_check=list(HealthCheck), **FIXED)


def cuts(data, sizes):
    """`data` in pieces of these sizes, over and over."""
    out = []
    i = 0
    while data:
        n = sizes[i % len(sizes)]
        i += 1
        out.append(data[:n])
        data = data[n:]
    return out


@settings(max_examples=400, **FIXED)
@given(data=STREAM, sizes=st.lists(st.integers(1, 60), min_size=1, max_size=6), told=st.booleans())
def test_parser(data, sizes, told):
    seen = []
    for pieces in ([data], cuts(data, sizes), cuts(data, [1])):
        p = Parser(64)
        p.reading = p.prompt = told
        seen.append((events(pieces, p, 1000), p.oversize, p.garbage, p.n, p.left))
        assert len(p.line) == 64
        assert 0 <= p.n <= 64
    assert seen[0] == seen[1] == seen[2]


@settings(max_examples=400, **FIXED)
@given(
    data=STREAM,
    sizes=st.lists(st.integers(1, 60), min_size=1, max_size=6),
    view=st.integers(0, 1),
    hexed=st.integers(0, 1),
    fields=st.integers(1, 2),
    push=st.integers(0, 3),
)
def test_format_parser(data, sizes, view, hexed, fields, push):
    seen = []
    for pieces in ([data], cuts(data, sizes), cuts(data, [1])):
        p = FormatParser(64)
        p.reading = True
        p.view, p.hexed, p.fields, p.push = view, hexed, fields, push
        seen.append((events(pieces, p, 1000), p.oversize, p.garbage, p.left))
        assert len(p.line) == 64
    assert seen[0] == seen[1] == seen[2]


@settings(max_examples=200, **FIXED)
@given(data=st.binary(max_size=80))
def test_questions_about_any_line(data):
    p = Parser(64)
    p.feed(bytearray(data + b"\n"), len(data) + 1)
    while p.next():
        for k in range(5):
            assert -1 <= p.num(k) <= 999_999_999
            assert -1 <= p.field(k) <= p.n
        assert len(p.text()) == p.n
        for word in (b"", b"OK", bytes(p.line[: p.n]), bytes(p.line) + b"x"):
            assert p.match(word) == (bytes(p.line[: p.n]) == word)
            assert p.begins(word) == bytes(p.line[: p.n]).startswith(word)


class Babbler:
    """A UART that says what hypothesis has thought of, whatever it is asked."""

    baud = 0

    def __init__(self, data):
        self.data = data

    def any(self):
        return len(self.data)

    def readinto(self, buf, n):
        n = min(n, len(self.data))
        buf[:n] = self.data[:n]
        self.data = self.data[n:]
        return n or None

    def write(self, data):
        return len(data)


def attempt(call, *args):
    try:
        call(*args)
    except OSError:
        pass


@SLOW
@given(first=STREAM, parts=st.lists(STREAM, min_size=6, max_size=6), prompt=st.booleans())
def test_modem_that_hears_anything(first, parts, prompt):
    desk = guard(harness.Line("whole").desk("BC26" if prompt else "BC66"))
    s, peer = desk.tcp()
    s.settimeout(1)
    desk.modem.on_urc("+", lambda text: None)
    fed = []
    feed = desk.module.feed

    def feed_and_babble(data):
        # Each burst from the driver brings more nonsense, beside the module's own answer.
        if parts:
            desk.module.inject(parts.pop())
        fed.append(len(data))
        feed(data)

    desk.module.feed = feed_and_babble
    desk.module.inject(first)
    attempt(s.recv, 20)
    attempt(s.send, b"\0\1")
    attempt(desk.modem.signal)
    attempt(desk.modem.sockets)
    peer.send(b"hello")
    attempt(s.recv, 20)
    attempt(s.close)
    assert len(desk.modem.channel.parser.line) <= 256
    desk.module.feed = feed
    desk.module.inject(b"\r\n")
    desk.run(20_000)
    if not desk.module.in_data_mode and not prompt:
        attempt(desk.modem.command, "+CSQ")
        assert desk.modem.command("+CSQ") == ["+CSQ: 25,0"]


@SLOW
@given(data=STREAM)
def test_modem_whose_module_only_babbles(data):
    desk = harness.Line("whole").desk()
    desk.uart = Babbler(data)
    rewire(desk, desk.uart)
    for call in (desk.modem.signal, desk.modem.sockets, desk.modem.imei, desk.modem.registration):
        attempt(call)
    s = desk.socket()
    s.settimeout(2)
    attempt(s.connect, ("198.51.100.7", 7))
    attempt(s.recv, 10)
    assert desk.uart.any() == 0

"""Promises about every input, each tried on many: chunking, opacity, recovery, attribution, loss.

The names are those of the fault catalogue: I2 same events for every chunking, I5 payload is
opaque, I10 no injection, I11 one socket's fault is only its own. I6 to I8 are in
test_invariants_loss.py; I4, that no byte is looked at twice, in host_tests/test_parser_work.py.
"""

from host_tests.driver.events import Dice, events, noise, reader, rewire, up
from host_tests.driver.harness import Line
from quectel.formats import FormatParser
from quectel.parser import Parser

WORDS = (
    b"OK",
    b"ERROR",
    b"SEND OK",
    b"+CME ERROR: 50",
    b'+QIURC: "recv",1,7',
    b'+QIURC: "closed",2',
    b'+CEREG: 5,"12AB",,,0',
    b"RDY",
    b">",
    b"",
    b"\0\0",
    b"+QIRD: 0",
    b"+QIRD: 99999999999999999999",
    b"x" * 300,
    b'+QPING: 0,"1.2.3.4",32,930,51',
)


def stream(seed, size):
    """A long mixed stream: all kinds of lines, QIRD with any payload, noise, odd line ends."""
    dice = Dice(seed)
    out = b""
    while len(out) < size:
        kind = dice(6)
        if kind < 3:
            out += b"\r\n" + WORDS[dice(len(WORDS))] + (b"\r\n", b"\n", b"\r\r\n")[dice(3)]
        elif kind < 5:
            data = noise(seed + dice(99), 1 + dice(90))
            if dice(2):
                data = b"\r\n".join(WORDS[dice(5) : 9])
            out += b"\r\n+QIRD: %d,%d\r\n" % (len(data), dice(3)) + data + b"\r\n\r\nOK\r\n"
        else:
            out += noise(seed + dice(99), dice(20))
    return out


# -- I2: chunking -------------------------------------------------------------------------------


def counters(p):
    return (p.oversize, p.garbage, p.left, p.n, p.blank)


def test_I2_long_streams_in_any_chunking(line):
    for seed in range(3):
        data = stream(seed, 900)
        whole = reader(Parser(128))
        whole.prompt = True
        want = events([data], whole)
        p = reader(Parser(128))
        p.prompt = True
        assert events(line.cut(data), p) == want, seed
        assert counters(p) == counters(whole)
        assert len(want) > 20


def test_I2_short_stream_cut_at_every_pair_of_places():
    data = b"\n> \r\n+QIRD: 5,0\r\n\r\nO>\r\r\nOK\r\n+X\r"
    whole = reader(Parser(16))
    whole.prompt = True
    want = events([data], whole)
    assert len(want) == 4
    for i in range(len(data) + 1):
        for j in range(i, len(data) + 1):
            p = reader(Parser(16))
            p.prompt = True
            assert events([data[:i], data[i:j], data[j:]], p) == want, (i, j)
            assert counters(p) == counters(whole)


def test_I2_other_formats_cut_anywhere():
    for view, hexed, data in (
        (1, 0, b'\r\n+QIRD: 5,0,a,\r\n>\r\n\r\nOK\r\n+QIURC: "recv",1,3,a\nc\r\n'),
        (0, 1, b'\r\n+QIRD: 3,0\r\n0aFf10\r\n\r\nOK\r\n+QIURC: "recv",1,2\r\n4f4B\r\n'),
        (1, 1, b'\r\n+QIRD: 3,0,"0aFf10"\r\n\r\nOK\r\n+QIURC: "recv",1,2,"4f4b"\r\n'),
    ):
        want = None
        for i in range(len(data) + 1):
            p = reader(FormatParser())
            p.push = 2
            p.view = view
            p.hexed = hexed
            got = events([data[:i], data[i:]], p)
            want = want or got
            assert got == want, (view, hexed, i)
        kinds = [e[0] for e in want]
        assert kinds == ["header", "data", "line", "header", "data"], want


def test_I2_fed_as_the_driver_feeds_it(line):
    # The channel decides how much is fed: it may not change what is seen.
    data = stream(9, 1500)
    plain = reader(Parser(128))
    want = events([data], plain)
    p = reader(Parser(128))
    got = []
    chunk = bytearray(64)
    for piece in line.cut(data):
        while piece:
            k = min(len(piece), 64, p.left or (16 if p.reading else 64))
            assert 0 < k <= len(piece)
            chunk[:k] = piece[:k]
            drain(p, chunk, k, got)
            piece = piece[k:]
    assert got == want


def drain(p, chunk, k, out):
    p.feed(chunk, k)
    while True:
        event = p.next()
        if event == 0:
            return
        if event == 3:
            out.append(("data", bytes(p.dest[: p.off])))
            p.dest = None
        elif event == 4:
            out.append(("prompt",))
        else:
            out.append(("line" if event == 1 else "header", bytes(p.line[: p.n])))
            if event == 2:
                p.dest = bytearray(p.num(0))
                p.off = 0
                p.left = p.num(0)


# -- I5: opacity --------------------------------------------------------------------------------


def test_I5_any_payload_both_ways(line):
    desk = up(line)
    s, peer = desk.tcp()
    heard = []
    desk.modem.on_urc("", heard.append)
    before = desk.modem.stats()
    for seed in range(3):
        data = stream(seed + (line.seed or 0), 200)[:400]
        peer.send(data)
        got = b""
        while len(got) < len(data):
            got += s.recv(len(data) - len(got))
        assert got == data
        assert s.send(data) == len(data)
        assert bytes(peer.received).endswith(data)
    assert [h for h in heard if not h.startswith('+QIURC: "recv",0,')] == []
    assert desk.modem.stats() == before


# -- I10: injection -----------------------------------------------------------------------------


ODD = "ab.1-\"',;\r\n\0\x1a\x1b\x08\x7f\xe9 >=?AT+"


def given(m, text):
    """Calls that put `text` into a command."""
    return (
        lambda: m.resolve(text, wait=False),
        lambda: m.ntp(text, wait=False),
        lambda: m.ping(text, wait=False),
        lambda: m.option(text, wait=False),
        lambda: m.command("+COPS=4,2," + text, wait=False),
    )


def test_I10_what_is_accepted_makes_one_line():
    dice = Dice(10)
    desk = up(Line("whole"))
    feed = desk.module.feed
    wrote = []
    accepted = refused = 0
    for _ in range(150):
        text = "".join([ODD[dice(len(ODD))] for _ in range(1 + dice(6))])
        for call in given(desk.modem, text):
            wrote.clear()
            desk.module.feed = wrote.append
            op = None
            try:
                op = call()
                accepted += 1
            except ValueError:
                refused += 1
            desk.run(150)
            desk.module.feed = feed
            out = b"".join(wrote)
            if op is None:
                assert out == b"", text
                continue
            assert out.count(b"\r") == 1 and out.endswith(b"\r"), (text, out)
            assert out.count(b'"') % 2 == 0, (text, out)
            assert min(out[:-1]) >= 32 and max(out) < 127, (text, out)
            desk.module.inject(b"\r\nERROR\r\n")
            while not op.done:
                desk.run(1_000)
            desk.run(2_000)
    assert accepted > 50 and refused > 50


# -- I11: neighbours ----------------------------------------------------------------------------


def test_I11_one_socket_fails_and_the_others_do_not(line):
    for fault in range(4):
        desk = up(line)
        a, peer_a = desk.tcp()
        b, peer_b = desk.tcp(port=8)
        c, peer_c = desk.udp(port=9)
        peer_b.send(b"before")
        if fault == 0:
            desk.module.answer("AT+QIRD=0", b"\r\n+QIRD: 50,0\r\nabc")
        elif fault == 1:
            desk.module.answer("AT+QIRD=0", b"\r\n+QIRD: 4,0\r\nabcdefgh\r\n\r\nOK\r\n")
        elif fault == 2:
            desk.module.answer("AT+QIRD=0", b"\r\nERROR\r\n")
        else:
            desk.module.mute("AT+QIRD=0")
        peer_a.send(b"x")
        try:
            a.recv(60)
            raise AssertionError("no OSError")
        except OSError:
            pass
        peer_b.send(b", after")
        peer_c.send(b"datagram")
        got = b""
        while len(got) < 13:
            got += b.recv(20)
        assert got == b"before, after"
        assert c.recv(20) == b"datagram"
        assert b.send(b"\0b") == 2 and c.send(b"\0c") == 2
        assert bytes(peer_b.received) == b"\0b" and peer_c.received == [b"\0c"]


def test_I11_a_new_modem_object_takes_over(line):
    # The host restarted, the module did not: its sockets are closed, and the ids are free.
    desk = up(line)
    desk.tcp()
    desk.tcp(port=8)
    rewire(desk, desk.uart)
    desk.modem.ip()
    closed = [c for c in desk.module.commands if "QICLOSE" in c]
    assert closed == ["AT+QICLOSE=0", "AT+QICLOSE=1"]
    s, peer = desk.tcp(port=9)
    assert desk.module.commands[-1].startswith("AT+QIOPEN=1,0,")
    assert s.send(b"x") == 1

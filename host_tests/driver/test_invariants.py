"""Promises about every input, each tried on many: chunking, opacity, recovery, attribution, loss.

The names are those of the fault catalogue: I2 same events for every chunking, I5 payload is opaque,
I6 recovery from any prefix, I7 no stale attribution, I8 what is delivered is a prefix of what was
sent or the socket has failed, I10 no injection, I11 one socket's fault leaves the others alone.
I4, that no byte is looked at twice, is in host_tests/test_parser_work.py.
"""

import errno

from host_tests.driver.events import events, noise, reader, rewire, up
from host_tests.driver.harness import HOST, Line
from quectel.formats import FormatParser
from quectel.parser import Parser

CSQ = ["+CSQ: 25,0"]
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


class Dice:
    """Numbers that look like chance, the same ones on every interpreter."""

    def __init__(self, seed):
        self.x = seed * 2654 % 65537 + 1
        self(7)

    def __call__(self, n):
        """0 to n - 1."""
        self.x = self.x * 75 % 65537
        return self.x // 5 % n


def stream(seed, size):
    """A long mixed stream: lines of all kinds, answers to QIRD with any payload, noise, bad ends."""
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
    # `want` decides how much is fed: it may not change what is seen.
    data = stream(9, 1500)
    plain = reader(Parser(128))
    want = events([data], plain)
    p = reader(Parser(128))
    got = []
    chunk = bytearray(64)
    for piece in line.cut(data):
        while piece:
            k = p.want(min(len(piece), 64))
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
                p.payload(p.num(0))


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


# -- I6: recovery -------------------------------------------------------------------------------


class Cutter:
    """Lets `k` bytes of the module through, then none, until it is healed."""

    def __init__(self, module, k):
        self.k = k
        self.passed = 0
        self._out = module.out
        module.connect(self)

    def __call__(self, data):
        n = len(data) if self.k is None else max(min(self.k - self.passed, len(data)), 0)
        self.passed += n
        if n:
            self._out(data[:n])


def session(desk):
    """A bit of everything, each thing for itself: a failure ends only that."""
    made = []

    def connected():
        desk.net.tcp(HOST, 7)
        made.append(desk.socket())
        made[0].settimeout(3)
        made[0].connect((HOST, 7))

    for step in (
        connected,
        lambda: desk.modem.command("+CEREG?"),
        lambda: made[0].send(b"text_"),
        lambda: desk.net._peers[("TCP", HOST, 7)].send(b"\r\nOK\r\n\r\nRDY\r\n0123456789"),
        lambda: made[0].recv(30),
        lambda: made[0].send(b"\0\1\2\3"),
        lambda: desk.modem.resolve("b.example"),
        lambda: made[0].close(),
    ):
        try:
            step()
        except (OSError, IndexError):
            pass


def test_I6_any_prefix_of_a_session():
    for family in ("BC66", "BC26"):
        desk = up(Line("whole"), family)
        cutter = Cutter(desk.module, None)
        session(desk)
        total = cutter.passed
        assert total > 150
        for k in range(0, total, 5):
            recovered(family, k)


def recovered(family, k):
    desk = up(Line("splits", k), family)
    cutter = Cutter(desk.module, k)
    session(desk)
    cutter.k = None
    desk.run(1000)
    t = desk.clock.now
    got = None
    for _ in range(2):
        try:
            got = desk.modem.command("+CSQ")
            break
        except OSError:
            pass
    assert got == CSQ, (family, k)
    assert desk.clock.now - t < 6_000, (family, k)
    s, peer = desk.tcp(port=8)
    peer.send(b"fine")
    assert s.recv(9) == b"fine", (family, k)


def test_I6_any_noise(line):
    desk = up(line)
    for seed in range(4):
        desk.module.inject(noise(seed + 10 * (line.seed or 0), 150))
        desk.run(300)
        desk.module.inject(b"\r\n")
        t = desk.clock.now
        assert desk.modem.command("+CSQ") == CSQ
        assert desk.clock.now - t < 3_000


# -- I7: attribution ----------------------------------------------------------------------------

ANSWERS = (
    ("+CSQ", CSQ),
    ("+CGMM", ["Quectel_BC66"]),
    ("+CPIN?", ["+CPIN: READY"]),
    ("+CGPADDR=1", ['+CGPADDR: 1,"10.16.32.48"']),
    ("+CSCON=0", []),
    ("+CIMI", ["460111174590523"]),
)


def test_I7_answers_at_random_delays(line):
    dice = Dice(line.seed or 7)
    desk = up(line)
    for _ in range(12):
        text, want = ANSWERS[dice(len(ANSWERS))]
        name = text.split("=")[0].split("?")[0]
        desk.module.delays["AT" + name] = (0, 250, 290, 300, 310, 420, 800, 1500)[dice(8)]
        try:
            assert desk.modem.command(text, 300) == want
        except OSError as e:
            assert e.args[0] == errno.ETIMEDOUT
        desk.run((0, 30, 200, 450)[dice(4)])


def test_I7_reads_at_random_delays(line):
    # Whatever is late, no socket ever gets another one's data, and none gets its own twice.
    dice = Dice(100 + (line.seed or 7))
    desk = up(line)
    pairs = [desk.tcp(port=7 + i) for i in range(3)]
    sent = [b"", b"", b""]
    got = [b"", b"", b""]
    dead = [False, False, False]
    for round in range(8):
        i = dice(3)
        s, peer = pairs[i]
        s.settimeout(1)
        data = b"%d:%d;" % (i, round)
        peer.send(data)
        sent[i] += data
        desk.module.delays["AT+QIRD"] = (0, 0, 400, 1400, 1600, 2500)[dice(6)]
        try:
            got[i] += s.recv(40)
        except OSError:
            dead[i] = True
    desk.module.delays["AT+QIRD"] = 0
    desk.run(3000)
    for i in range(3):
        assert sent[i].startswith(got[i]), (sent[i], got[i])


# -- I8: loss -----------------------------------------------------------------------------------


def lossy(data, at, k):
    """Read `data` while the module's answer loses `k` bytes at `at`: what came, and how it ended."""
    desk = up(Line("whole"))
    s, peer = desk.tcp()
    s.settimeout(4)
    peer.send(data)
    desk.run(10)
    desk.module.drop_output(at, k)
    got = b""
    try:
        while len(got) < len(data):
            piece = s.recv(100)
            assert piece, "an end of the stream that is none"
            got += piece
    except OSError as e:
        return got, e.args[0]
    return got, 0


def test_I8_bytes_lost_anywhere_in_an_answer():
    data = b"\r\n0123\r\n\r\nOK\r\n45"
    size = len(b"\r\n+QIRD: 16,0\r\n" + data + b"\r\n\r\nOK\r\n")
    for at in range(size):
        for k in (1, 2, 3, 4, 6, 8, 13, 40):
            got, why = lossy(data, at, k)
            assert data.startswith(got), (at, k, got)
            assert got == data or why, (at, k)


def test_I8_bytes_lost_in_several_places():
    data = noise(8, 40)
    for seed in range(40):
        dice = Dice(seed)
        desk = up(Line("splits", seed))
        s, peer = desk.tcp()
        s.settimeout(4)
        peer.send(data)
        peer.send(data)
        desk.run(10)
        at = 0
        for _ in range(1 + dice(3)):
            at += dice(30)
            desk.module.drop_output(at, 1 + dice(5))
        got = b""
        try:
            while len(got) < 80:
                piece = s.recv(17)
                assert piece
                got += piece
        except OSError:
            pass
        assert (data + data).startswith(got), seed


# -- I10: injection -----------------------------------------------------------------------------


def test_I10_what_is_accepted_makes_one_line():
    dice = Dice(10)
    desk = up(Line("whole"))
    m = desk.modem
    odd = "ab.1-\"',;\r\n\0\x1a\x1b\x08\x7f\xe9 >=?AT+"
    accepted = refused = 0
    for _ in range(150):
        text = "".join([odd[dice(len(odd))] for _ in range(1 + dice(6))])
        for call in (
            lambda: m.resolve(text, wait=False),
            lambda: m.ntp(text, wait=False),
            lambda: m.ping(text, wait=False),
            lambda: m.option(text, wait=False),
            lambda: m.command("+COPS=4,2," + text, wait=False),
        ):
            wrote = []
            feed = desk.module.feed
            desk.module.feed = lambda data: wrote.append(data)
            try:
                op = call()
                accepted += 1
            except ValueError:
                op = None
                refused += 1
            desk.run(150)
            desk.module.feed = feed
            out = b"".join(wrote)
            if op is None:
                assert out == b"", text
            else:
                assert out.count(b"\r") == 1 and out.endswith(b"\r"), (text, out)
                assert out.count(b'"') % 2 == 0, (text, out)
                assert min(out[:-1]) >= 32 and max(out) < 127, (text, out)
                desk.module.inject(b"\r\nERROR\r\n")
                desk.until(lambda: op.done, 400_000)
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
    s, peer = desk.tcp(port=9)
    assert desk.module.commands[-1].startswith("AT+QIOPEN=1,0,")
    assert s.send(b"x") == 1

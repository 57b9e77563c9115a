"""F26 to F34: counted data. Every byte arrives as it was sent, or the socket fails."""

import errno

from host_tests.driver.events import events, fails, lines, noise, reader, up
from host_tests.driver.harness import raises
from quectel.formats import FormatParser

HOSTILE = (
    b'\r\nOK\r\n\r\nERROR\r\n+QIURC: "closed",0\r\n\r\n+QIURC: "closed",1\r\n> \r\n>\r\n'
    b"NO CARRIER\r\n\r\nRDY\r\n\r\nPOWERED DOWN\r\n\r\nSEND OK\r\n\r\nSEND FAIL\r\n"
    b"\r\nCLOSE OK\r\n+QIRD: 5\r\nx\x1a\x1b\0+QIOPEN: 0,566\r\n+CME ERROR: 3\r\n\r\n\r\n"
)
EVERY = bytes([b for b in range(256)])


def qird(data, rem=0, n=None):
    return (
        b"\r\n+QIRD: %d,%d\r\n" % (len(data) if n is None else n, rem) + data + b"\r\n\r\nOK\r\n"
    )


def receive(s, n):
    """`n` bytes, however many calls that takes."""
    out = b""
    while len(out) < n:
        piece = s.recv(n - len(out))
        assert piece, "the stream ended after %d bytes" % len(out)
        out += piece
    return out


# -- F26: opaque --------------------------------------------------------------------------------


def test_F26_parser_payload_makes_no_events(line):
    for data in (HOSTILE, EVERY, b"\r\n", b"\n", b"\r", b"\0", b">", b"\r\n\r\nOK\r\n"):
        p = reader()
        p.prompt = True
        head = b"+QIRD: %d,0" % len(data)
        got = events(line.cut(b"\r\n" + head + b"\r\n" + data + b"\r\n\r\nOK\r\n"), p)
        assert got == [("header", head), ("data", data)] + lines(b"OK")
        assert (p.oversize, p.garbage) == (0, 0)


def test_F26_received_payload_is_opaque(line):
    desk = up(line)
    a, peer_a = desk.tcp()
    b, peer_b = desk.udp(port=8)
    heard = []
    desk.modem.on_urc("", heard.append)
    before = desk.modem.stats()
    peer_a.send(HOSTILE)
    assert receive(a, len(HOSTILE)) == HOSTILE
    peer_b.send(EVERY)
    assert b.recv(300) == EVERY
    assert [h for h in heard if not h.startswith('+QIURC: "recv",')] == []
    assert desk.modem.stats() == before
    assert a.send(b"x") == 1 and b.send(b"x") == 1


def test_F26_sent_payload_is_opaque(line):
    for family in ("BC66", "BC26"):
        desk = up(line, family)
        s, peer = desk.udp()
        before = desk.modem.stats()
        assert s.send(HOSTILE) == len(HOSTILE)
        assert s.send(EVERY) == 256
        assert peer.received == [HOSTILE, EVERY]
        assert desk.modem.stats() == before


# -- F27: nothing there -------------------------------------------------------------------------


def test_F27_zero_is_no_end_of_the_stream(line):
    desk = up(line)
    s, peer = desk.tcp()
    desk.module.inject(b'\r\n+QIURC: "recv",0\r\n')
    s.settimeout(2)
    fails(errno.ETIMEDOUT, s.recv, 10)
    peer.send(b"later")
    assert s.recv(10) == b"later"


def test_F27_zero_ends_the_asking(line):
    desk = up(line)
    s, peer = desk.tcp()
    desk.module.inject(b'\r\n+QIURC: "recv",0\r\n')
    s.settimeout(30)
    fails(errno.ETIMEDOUT, s.recv, 10)
    assert [c for c in desk.module.commands if "QIRD" in c] == ["AT+QIRD=0,10"]


def test_F27_news_during_the_read_is_not_lost(line):
    zero = b"\r\n+QIRD: 0\r\n"
    news = b'\r\n+QIURC: "recv",0,4\r\n'
    ok = b"\r\nOK\r\n"
    for raw in (zero + news + ok, zero + ok + news, news + zero + ok):
        desk = up(line)
        s, peer = desk.tcp()
        s.settimeout(5)
        desk.module.answer("AT+QIRD", raw)
        desk.module.answer("AT+QIRD", qird(b"late"))
        desk.module.inject(b'\r\n+QIURC: "recv",0\r\n')
        assert s.recv(10) == b"late"


def test_F27_parser_zero_announces_nothing(line):
    for raw in (b"+QIRD: 0", b"+QIRD: 0,0", b"+QIRD: 000"):
        assert events(line.cut(raw + b"\r\n\r\nOK\r\n"), reader()) == lines(raw, b"OK")


# -- F28: more than was asked for ---------------------------------------------------------------


def test_F28_more_than_asked_fails_the_socket(line):
    for n in (11, 513, 1501, 65535, 999_999_999):
        desk = up(line)
        s, peer = desk.tcp()
        other, peer_other = desk.tcp(port=8)
        data = b'\r\n+QIURC: "closed",1\r\n' * 2
        desk.module.answer("AT+QIRD", qird(data, 0, n))
        peer.send(b"x")
        buf = bytearray(b"." * 40)
        fails(errno.EIO, s.recv_into, buf, 10)
        assert buf == b"." * 40
        assert desk.modem.command("+CSQ") == ["+CSQ: 25,0"]
        peer_other.send(b"unharmed")
        assert other.recv(20) == b"unharmed"


def test_F28_never_more_than_asked_is_written(line):
    desk = up(line)
    s, peer = desk.tcp()
    peer.send(b"0123456789" * 60)
    buf = bytearray(b"." * 600)
    for n in (1, 2, 3, 7, 127, 128, 129):
        for i in range(600):
            buf[i] = 46
        got = s.recv_into(buf, n)
        assert 0 < got <= n
        assert buf[n:] == b"." * (600 - n)


# -- F29, F30, F31: bytes missing ---------------------------------------------------------------


def test_F29_payload_that_stops(line):
    for k in (0, 1, 9, 19):
        desk = up(line)
        s, peer = desk.tcp()
        desk.module.answer("AT+QIRD", qird(b"0123456789ABCDEFGHIJ")[: 15 + k])
        peer.send(b"x")
        t = desk.clock.now
        fails(errno.EIO, s.recv, 20)
        assert desk.clock.now - t <= 2_000
        fails(errno.EIO, s.send, b"x")
        assert desk.modem.command("+CSQ") == ["+CSQ: 25,0"]
        s.close()
        s, peer = desk.tcp(port=8)
        assert s.send(b"again") == 5


def test_F29_payload_that_only_hesitates(line):
    desk = up(line)
    s, peer = desk.tcp()
    raw = qird(HOSTILE[:100])
    desk.module.answer("AT+QIRD", raw[:40])
    for i in range(40, len(raw)):
        desk.module.inject(raw[i : i + 1], 800 + (i - 39) * 30)
    peer.send(b"x")
    assert receive(s, 100) == HOSTILE[:100]


def test_F30_bytes_lost_within_the_payload(line):
    for k in (1, 2, 3, 4, 5, 7, 8, 9, 10, 20):
        desk = up(line)
        s, peer = desk.tcp()
        other, peer_other = desk.tcp(port=8)
        peer.send(noise(k, 60))
        desk.run(10)
        desk.module.drop_output(20, k)
        fails(errno.EIO, s.recv, 60)
        fails(errno.EIO, s.recv, 60)
        assert desk.modem.command("+CSQ") == ["+CSQ: 25,0"], k
        assert other.send(b"unharmed") == 8


def test_F30_a_count_that_was_damaged_to_0(line):
    for family, rest in (("BC66", b""), ("BC66", b",0"), ("EG800Q", b"")):
        for data in (b"data", b"\xff" * 30, b"line\r\nline\r\n"):
            desk = up(line, family)
            s, peer = desk.tcp()
            desk.module.answer(
                "AT+QIRD", b"\r\n+QIRD: 0" + rest + b"\r\n" + data + b"\r\n\r\nOK\r\n"
            )
            peer.send(b"x")
            fails(errno.EIO, s.recv, 60)
            assert desk.modem.command("+CSQ") == ["+CSQ: 25,0"]


def test_F30_nothing_to_read_and_a_urc_before_the_ok(line):
    desk = up(line)
    s, peer = desk.tcp()
    desk.module.answer("AT+QIRD", b"\r\n+QIRD: 0\r\n\r\n+CEREG: 1\r\n\r\nOK\r\n")
    peer.send(b"data")
    s.settimeout(5)
    desk.clock.call_later(1000, desk.module.inject, b'\r\n+QIURC: "recv",0\r\n')
    assert s.recv(60) == b"data"


def test_F30_trailer_that_is_damaged(line):
    data = b"0123456789"
    head = b"\r\n+QIRD: 10,0\r\n"
    for tail in (
        b"\n\r\nOK\r\n",
        b"\r\nx\r\nOK\r\n",
        b"x\r\n\r\nOK\r\n",
        b"\r\n\r\r\nOK\r\n",
        b"OK\r\n",
        b"\nOK\r\n",
        b"\r\n\r\nXOK\r\n",
    ):
        desk = up(line)
        s, peer = desk.tcp()
        desk.module.answer("AT+QIRD", head + data + tail)
        peer.send(b"x")
        raises(OSError, s.recv, 10)
        assert desk.modem.command("+CSQ") == ["+CSQ: 25,0"], tail


def test_F30_rest_of_a_broken_payload_is_no_line(line):
    desk = up(line)
    s, peer = desk.tcp()
    other, peer_other = desk.tcp(port=8)
    heard = []
    desk.modem.on_urc("", heard.append)
    rest = b'\r\n+QIURC: "closed",1\r\n\r\nRDY\r\n\r\nOK\r\n'
    desk.module.answer("AT+QIRD", b"\r\n+QIRD: 10,0\r\n0123456789abc" + rest)
    peer.send(b"x")
    fails(errno.EIO, s.recv, 10)
    desk.run(1000)
    assert heard == ['+QIURC: "recv",0,1']
    assert other.send(b"unharmed") == 8


def test_F31_digits_lost_in_the_header(line):
    data = HOSTILE[:146]
    for n in (1, 4, 6, 14, 16, 46):
        desk = up(line)
        s, peer = desk.tcp()
        other, peer_other = desk.tcp(port=8)
        desk.module.answer("AT+QIRD", qird(data, 0, n))
        peer.send(b"x")
        fails(errno.EIO, s.recv, 400)
        assert desk.modem.command("+CSQ") == ["+CSQ: 25,0"]
        assert other.send(b"unharmed") == 8


def test_F31_header_that_cannot_be_read(line):
    # The payload behind it must not become lines.
    for head in (b"+QIRD: ,0", b"+QIRD: 1x6,0", b"+QIRD: \xff46,0", b"+QIRD:"):
        desk = up(line)
        s, peer = desk.tcp()
        other, peer_other = desk.tcp(port=8)
        heard = []
        desk.modem.on_urc("", heard.append)
        desk.module.answer("AT+QIRD", b"\r\n" + head + b"\r\n" + HOSTILE + b"\r\n\r\nOK\r\n")
        peer.send(b"x")
        raises(OSError, s.recv, 400)
        desk.run(1000)
        assert heard == ['+QIURC: "recv",0,1'], head
        assert other.send(b"unharmed") == 8


# -- F32: push ----------------------------------------------------------------------------------


def test_F32_parser_blocks_back_to_back(line):
    p = FormatParser()
    p.push = 0b11
    a = HOSTILE
    raw = b'\r\n+QIURC: "recv",0,%d\r\n' % len(a) + a + b'\r\n\r\n+QIURC: "recv",1,3\r\n\r\n\n\r\n'
    raw += b'+QIURC: "recv",0,1\r\n>\r\n+QIURC: "closed",0\r\n\r\nOK\r\n'
    assert events(line.cut(raw), p) == [
        ("header", b'+QIURC: "recv",0,%d' % len(a)),
        ("data", a),
        ("header", b'+QIURC: "recv",1,3'),
        ("data", b"\r\n\n"),
        ("header", b'+QIURC: "recv",0,1'),
        ("data", b">"),
    ] + lines(b'+QIURC: "closed",0', b"OK")


def test_F32_parser_urc_right_behind_a_block(line):
    p = FormatParser()
    p.push = 1
    got = events(line.cut(b'+QIURC: "recv",0,2\r\nab+QIURC: "closed",0\r\n'), p)
    assert got == [("header", b'+QIURC: "recv",0,2'), ("data", b"ab")] + lines(
        b'+QIURC: "closed",0'
    )


def test_F32_parser_same_line_in_buffer_mode_has_no_data(line):
    p = FormatParser()
    p.push = 0b10
    got = events(line.cut(b'\r\n+QIURC: "recv",0,12\r\n\r\nOK\r\n'), p)
    assert got == lines(b'+QIURC: "recv",0,12', b"OK")


# -- F33, F34: readers slow and small -----------------------------------------------------------


def test_F33_nobody_reads_nothing_is_asked_for(line):
    desk = up(line, hold_tcp=True)
    s, peer = desk.tcp()
    for i in range(30):
        peer.send(noise(i, 40))
    sent = len(desk.module.commands)
    desk.run(5000)
    assert desk.module.commands[sent:] == []
    assert receive(s, 1200) == b"".join([noise(i, 40) for i in range(30)])


def test_F33_reading_ahead_stops_when_its_buffer_is_full(line):
    desk = up(line, hold_tcp=True)
    s, peer = desk.tcp()
    s.settimeout(0)
    for i in range(30):
        peer.send(noise(i, 40))
    sent = len(desk.module.commands)
    fails(errno.EAGAIN, s.recv, 1)
    desk.run(5000)
    assert len(desk.module.commands) - sent <= 2
    got = b""
    while len(got) < 1200:
        try:
            got += s.recv(7)
        except OSError as e:
            assert e.args[0] == errno.EAGAIN
            desk.run(10)
    assert got == b"".join([noise(i, 40) for i in range(30)])


def test_F34_never_more_than_asked(line):
    desk = up(line)
    s, peer = desk.tcp()
    data = noise(34, 1500)
    peer.send(data)
    assert s.recv(5) == data[:5]
    assert s.recv(1) == data[5:6]
    buf = bytearray(100)
    assert s.recv_into(buf, 3) == 3
    assert buf[:4] == data[6:9] + b"\0"
    reads = [c for c in desk.module.commands if "QIRD" in c]
    assert reads == ["AT+QIRD=0,5", "AT+QIRD=0,1", "AT+QIRD=0,3"]
    assert receive(s, 1491) == data[9:]

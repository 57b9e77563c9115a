"""StreamPool: many small sends leave as one, small receives share one QIRD; else as ever."""

import errno

from host_tests.driver.harness import HOST, PORT, Line, desk, fails, raises, said
from quectel import SocketPool, StreamPool

FAMILIES = ("BC66", "BC26", "EG800Q")
EVERY = bytes(range(256))
REQUEST = (b"GET", b" /", b"reading", b" HTTP/1.1\r\n", b"Host", b": ", b"x", b"\r\n", b"\r\n")


def opened(line, family="BC66", seconds=10, **knobs):
    """A desk, a connected TCP socket of a StreamPool, and its peer."""
    d = line.desk(family, **knobs)
    peer = d.net.tcp(HOST, PORT)
    s = StreamPool(d.modem).socket()
    s.settimeout(seconds)
    s.connect((HOST, PORT))
    return d, s, peer


def asked(d):
    return len(said(d, "+QIRD"))


def exactly(s, n, piece):
    """So many bytes, received in small pieces."""
    got = b""
    while len(got) < n:
        buf = bytearray(min(piece, n - len(got)))
        k = s.recv_into(buf)
        assert k, "the end after %d of %d bytes" % (len(got), n)
        got += bytes(buf[:k])
    return got


# -- sending ------------------------------------------------------------------------------------


def test_a_request_in_many_sends_is_one_qisend(line):
    for family in FAMILIES:
        d, s, peer = opened(line, family)
        peer.on_data = lambda connection, data: connection.push(b"HTTP/1.1 200 OK\r\n")
        for part in REQUEST:
            assert s.send(part) == len(part)
        assert s.recv(1) == b"H"
        assert peer.received == b"".join(REQUEST)
        assert len(said(d, "+QISEND")) == 1


def test_views_bytearrays_and_strings_may_change_after_send(line):
    d, s, peer = opened(line)
    buf = bytearray(b"one ")
    s.send(buf)
    s.send(memoryview(buf)[:2])
    buf[:] = b"XXXX"
    s.send("two")
    s.close()
    assert peer.received == b"one ontwo"


def test_more_than_fits_leaves_in_order(line):
    d, s, peer = opened(line, "BC26")
    whole = b""
    for n in (500, 20, 1, 1500, 3):
        part = (EVERY * 6)[n % 7 : n % 7 + n]
        assert s.send(part) == n
        whole += part
    s.close()
    assert peer.received == whole


def test_at_timeout_0_what_has_no_room_is_again(line):
    d, s, peer = opened(line)
    s.settimeout(0)
    assert s.send(b"x" * 600) == 512
    fails(errno.EAGAIN, s.send, b"y")
    d.until(lambda: len(peer.received) == 512)
    d.run(100)
    assert s.send(b"y") == 1


def test_what_cannot_be_sent_is_told(line):
    d, s, peer = opened(line)
    s.send(b"lost")
    d.module.reboot()
    d.run(2000)
    fails(errno.ECONNRESET, s.send, b"more")
    fails(errno.ECONNRESET, s.recv_into, bytearray(1))


def test_before_connect_it_is_not_connected():
    d = desk()
    s = StreamPool(d.modem).socket()
    fails(errno.ENOTCONN, s.send, b"x")
    fails(errno.ENOTCONN, s.recv_into, bytearray(1))


def test_datagrams_are_as_ever(line):
    d = line.desk("EG800Q")
    peer = d.net.udp(HOST, PORT, echo=True)
    s = StreamPool(d.modem).socket(2, SocketPool.SOCK_DGRAM)
    s.settimeout(10)
    s.connect((HOST, PORT))
    s.send(b"one")
    s.send(b"two")
    assert peer.received == [b"one", b"two"]
    assert (s.recv(10), s.recv(10)) == (b"one", b"two")


# -- receiving ----------------------------------------------------------------------------------


def test_small_pieces_share_one_qird(line):
    for family in FAMILIES:
        d, s, peer = opened(line, family)
        peer.send(EVERY)
        assert exactly(s, 256, 32) == EVERY
        assert asked(d) <= 3  # more when the module tells of the bytes one chunk at a time


def test_small_and_large_pieces_in_turn(line):
    d, s, peer = opened(line, "EG800Q")
    text = EVERY * 8
    peer.send(text)
    got = b""
    for n in (1, 40, 700, 3, 512, 2, 600, 190):
        got += exactly(s, n, n)
    assert got == text


def test_lines_and_pieces_in_turn(line):
    d, s, peer = opened(line, "BC26")
    peer.send(b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n" + EVERY + b"end\n")
    assert exactly(s, 5, 5) == b"HTTP/"
    assert s.readline() == b"1.1 200 OK\r\n"
    assert exactly(s, 3, 1) == b"A: "
    assert s.readline() == b"b\r\n"
    assert s.read(2) == b"\r\n"
    assert exactly(s, 256, 50) == EVERY
    assert s.recv(10) == b"end\n"


def test_what_has_come_is_read_before_the_end(line):
    d, s, peer = opened(line)
    peer.send(b"0123456789")
    peer.close()
    assert exactly(s, 10, 3) == b"0123456789"
    assert s.recv(3) == b"" and s.recv(3) == b""


def test_nothing_in_time_is_a_timeout(line):
    d, s, peer = opened(line)
    s.settimeout(1)
    fails(errno.ETIMEDOUT, s.recv_into, bytearray(1))
    peer.send(b"late")
    assert exactly(s, 4, 1) == b"late"


def test_at_timeout_0_nothing_is_again(line):
    d, s, peer = opened(line)
    s.settimeout(0)
    buf = bytearray(2)
    fails(errno.EAGAIN, s.recv_into, buf)
    peer.send(b"abc")
    d.run(500)
    assert (s.recv_into(buf), bytes(buf)) == (2, b"ab")
    assert (s.recv_into(buf), buf[:1]) == (1, b"c")
    fails(errno.EAGAIN, s.recv_into, buf)


def test_nbytes_is_the_most(line):
    d, s, peer = opened(line)
    peer.send(b"abcdef")
    buf = bytearray(b"......")
    assert (s.recv_into(buf, 2), bytes(buf)) == (2, b"ab....")
    assert s.recv_into(bytearray(0)) == 0
    assert exactly(s, 4, 4) == b"cdef"


# -- the rest -----------------------------------------------------------------------------------


def test_transparent_mode_and_back():
    d, s, peer = opened(Line("whole"), "EG800Q")
    with s.transparent() as raw:
        raw.write(b"raw")
        d.until(lambda: peer.received == b"raw")
        fails(errno.EALREADY, s.send, b"x")
    assert s.send(b"buffered") == 8
    s.flush()
    assert peer.received == b"rawbuffered"


def test_direct_push(line):
    d, s, peer = opened(line, "EG800Q")
    s.access_mode(1)
    peer.send(EVERY)
    assert exactly(s, 256, 7) == EVERY
    s.send(b"one ")
    s.send(b"two")
    s.close()
    assert peer.received == b"one two"


def test_a_radio_that_does_tls_it_is_not():
    d = desk()
    s = StreamPool(d.modem).socket()
    fails(errno.EOPNOTSUPP, s.connect, ("telemetry.example", 443), 2)
    assert said(d, "+QIOPEN") == []
    raises(ValueError, StreamPool(d.modem).socket, 2, 3)

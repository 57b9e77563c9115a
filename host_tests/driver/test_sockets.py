"""Sockets: ids, the three ways to wait, datagrams, the end of a stream, and everything that fails.

Each failure ends in the errno that any socket would give, and leaves the other sockets alone.
"""

import errno

from host_tests.driver.harness import ERROR, HOST, OK, PORT, desk, fails, raises, said
from host_tests.simulator import Cuts
from quectel import QuectelError, SocketPool

TEXT = b"0123456789abcdef"
BINARY = bytes(range(256))


def error(code):
    """Answers to QIGETERROR with this."""
    return b"\r\n+QIGETERROR: %d,text\r\n" % code + OK


# -- ids --------------------------------------------------------------------------------------


def test_five_at_once(line):
    d = line.desk()
    pairs = [d.tcp(port=7 + i) if i % 2 else d.udp(port=7 + i) for i in range(5)]
    for i in range(5):
        s, peer = pairs[i]
        s.send(b"to %d" % i)
        peer.send(b"from %d" % i)
    for i in range(5):
        s, peer = pairs[i]
        assert s.recv(20) == b"from %d" % i
        got = peer.received if i % 2 else peer.received[0]
        assert got == b"to %d" % i


def test_a_sixth_is_enomem_and_a_closed_one_makes_room():
    d = desk()
    pairs = [d.tcp(port=7 + i) for i in range(5)]
    fails(errno.ENOMEM, d.socket().connect, (HOST, PORT))
    pairs[3][0].close()
    d.tcp(port=20)
    assert said(d, "+QIOPEN")[-1].startswith("AT+QIOPEN=1,3,")


def test_sockets_that_nobody_can_use_any_more_make_room():
    # umqtt connects anew without closing the socket that has failed, or was at its end.
    for family in ("BC66", "EG800Q"):
        d = desk(family)
        pairs = [d.tcp(port=7 + i) for i in range(d.modem.IDS)]
        pairs[1][1].close()
        assert pairs[1][0].recv(10) == b""
        pairs[2][1].send(b"unread")
        pairs[2][1].close()
        pairs[3][0]._fail(-7)
        d.run(100)
        first, _ = d.tcp(port=30)
        d.tcp(port=31)
        assert len(said(d, "+QICLOSE")) == 2
        # Only when there are no others: one that the peer has closed, and that is not read.
        d.tcp(port=32)
        assert len(said(d, "+QICLOSE")) == 3
        d.net.tcp(HOST, 33)
        fails(errno.ENOMEM, d.socket().connect, (HOST, 33))
        for s, _ in pairs[1:4]:
            fails(errno.ECONNRESET, s.recv, 10)
            s.close()
        assert len(said(d, "+QICLOSE")) == 3
        assert first.send(b"x") == 1


def test_what_the_module_has_dropped_fails_a_stream(line):
    # "buff full": nothing would tell the hole from the stream.
    for family in ("BC66", "BC26"):
        d = line.desk(family)
        s, peer = d.tcp()
        other, _ = d.tcp(port=8)
        sent = b""
        for i in range(200):
            peer.send(b"%03d" % i)
            sent += b"%03d" % i
        d.run(100)
        e = None
        while e is None:
            try:
                part = s.recv(100)
                assert sent.startswith(part)
                sent = sent[len(part) :]
            except OSError as error:
                e = error
        assert e.errno == errno.ENOMEM and s.lost
        assert other.send(b"x") == 1


def test_an_id_is_used_again_only_after_close_ok(line):
    d = line.desk(delays={"CLOSE OK": 2000, "answer": 0})
    s, _ = d.tcp()
    s.settimeout(0)
    s.close()
    d.net.tcp(HOST, 8)
    d.socket().connect((HOST, 8))  # while CLOSE OK is due
    assert said(d, "+QIOPEN")[-1].startswith("AT+QIOPEN=1,1,")
    d.run(3000)
    d.tcp(port=9)
    assert said(d, "+QIOPEN")[-1].startswith("AT+QIOPEN=1,0,")


def test_563_closes_what_is_there_and_opens_again(line):
    d = line.desk()
    d.modem.signal()
    d.net.tcp(HOST, 99)
    d.module.feed(b'AT+QIOPEN=1,0,"TCP","%s",99\r' % HOST.encode())  # behind the driver's back
    d.run(50)
    s, peer = d.tcp()
    assert s.send(TEXT) == 16 and peer.received == TEXT
    assert said(d, "+QICLOSE") == ["AT+QICLOSE=0"]


def test_563_for_ever_is_eaddrinuse():
    d = desk()
    d.modem.signal()
    d.module.answer("AT+QIOPEN", ERROR, times=9)
    d.module.answer("AT+QIGETERROR", error(563), times=99)
    assert fails(errno.EADDRINUSE, d.socket().connect, (HOST, PORT)).code == 563
    assert len(said(d, "+QIOPEN")) <= 2


def test_a_failed_open_frees_its_id():
    d = desk()
    d.net.tcp(HOST, PORT, refuse=True)
    for _ in range(6):
        fails(errno.ECONNREFUSED, d.socket().connect, (HOST, PORT))
    d.run(1000)
    assert d.modem.sockets() == []
    for i in range(5):
        d.tcp(port=20 + i)


# -- opening ----------------------------------------------------------------------------------


def test_a_name_that_does_not_resolve():
    d = desk()
    assert fails(errno.EHOSTUNREACH, d.socket().connect, ("no.example", 80)).code == 565


def test_refused():
    d = desk()
    d.net.tcp(HOST, PORT, refuse=True)
    s = d.socket()
    assert fails(errno.ECONNREFUSED, s.connect, (HOST, PORT)).code == 566
    fails(errno.ECONNREFUSED, s.send, b"x")
    fails(errno.ECONNREFUSED, s.recv, 1)
    s.close()


def test_a_silent_peer_is_given_up_after_the_sockets_timeout():
    d = desk()
    d.net.tcp(HOST, PORT, silent=True)
    s = d.socket()
    s.settimeout(3)
    d.modem.signal()
    t = d.clock.now
    fails(errno.ETIMEDOUT, s.connect, (HOST, PORT))
    assert 3000 <= d.clock.now - t <= 3500
    d.run(1000)
    assert d.modem.sockets() == [] and said(d, "+QICLOSE") == ["AT+QICLOSE=0"]


def test_open_says_what_it_failed_with_on_every_code():
    for code, number in (
        (550, errno.EIO),
        (552, errno.EINVAL),
        (553, errno.ENOMEM),
        (561, errno.EHOSTUNREACH),
        (569, errno.ETIMEDOUT),
        (572, errno.EACCES),
    ):
        d = desk()
        d.module.answer("AT+QIOPEN", OK + b"\r\n+QIOPEN: 0,%d\r\n" % code)
        e = fails(number, d.socket().connect, (HOST, PORT))
        assert isinstance(e, QuectelError) and e.code == code


def test_before_connect():
    d = desk()
    s = d.socket()
    fails(errno.ENOTCONN, s.send, b"x")
    fails(errno.ENOTCONN, s.recv, 1)
    s.close()
    assert d.module.commands == []


def test_connect_twice():
    d = desk()
    s, _ = d.tcp()
    raises(OSError, s.connect, (HOST, PORT))
    assert len(said(d, "+QIOPEN")) == 1
    assert s.send(b"x") == 1


def test_getaddrinfo_asks_nobody():
    d = desk()
    pool = SocketPool(d.modem)
    ((af, kind, proto, name, address),) = pool.getaddrinfo("a.example", 80, 0, pool.SOCK_STREAM)
    assert (af, kind, address) == (pool.AF_INET, pool.SOCK_STREAM, ("a.example", 80))
    assert d.module.commands == []
    peer = d.net.tcp("a.example", 80, echo=True)
    s = pool.socket(af, kind, proto)
    s.connect(address)
    s.send(TEXT)
    assert s.recv(30) == TEXT and peer.received == TEXT


# -- three ways to wait -----------------------------------------------------------------------


def test_blocking_for_ever(line):
    d = line.desk()
    s, peer = d.tcp(delay_ms=20_000 if line.name == "whole" else 2000)
    peer.send(TEXT)
    assert s.recv(30) == TEXT


def test_a_timeout():
    d = desk()
    s, peer = d.tcp()
    s.settimeout(1.5)
    t = d.clock.now
    fails(errno.ETIMEDOUT, s.recv, 30)
    assert 1500 <= d.clock.now - t <= 1700
    peer.send(TEXT)
    assert s.recv(30) == TEXT  # nothing is lost by it


def test_timeout_0(line):
    d = line.desk()
    peer = d.net.tcp(HOST, PORT)
    s = d.socket()
    s.settimeout(0)
    fails(errno.EINPROGRESS, s.connect, (HOST, PORT))
    d.run(1500)
    fails(errno.EAGAIN, s.recv, 30)
    peer.send(TEXT * 20)
    fails(errno.EAGAIN, s.recv, 30)
    got = b""
    while len(got) < 320:
        d.run(10)
        try:
            got += s.recv(50)
        except OSError as e:
            assert e.errno == errno.EAGAIN
    assert got == TEXT * 20
    assert s.send(TEXT) == 16
    fails(errno.EAGAIN, s.send, TEXT)  # it has not left yet
    d.run(100)
    assert peer.received == TEXT
    peer.close()
    d.run(100)
    assert s.recv(9) == b"" and s.recv(9) == b""


def test_timeout_0_refused():
    d = desk()
    d.net.tcp(HOST, PORT, refuse=True)
    s = d.socket()
    s.setblocking(False)
    fails(errno.EINPROGRESS, s.connect, (HOST, PORT))
    d.run(3000)
    fails(errno.ECONNREFUSED, s.send, b"x")
    fails(errno.ECONNREFUSED, s.recv, 1)


def test_timeout_0_then_blocking(line):
    d = line.desk()
    s, peer = d.tcp(echo=True)
    s.settimeout(0)
    s.send(TEXT)
    s.settimeout(None)
    s.send(BINARY)  # goes behind what was taken
    got = b""
    while len(got) < 272:
        got += s.recv(300)
    assert got == TEXT + BINARY == bytes(peer.received)


def test_step_by_step(line):
    d = line.desk()
    op = d.modem.signal(wait=False)
    fails(errno.EINPROGRESS, op.result)
    turns = 0
    while not op.done:
        d.modem.poll()
        d.idle()
        turns += 1
    assert turns > 3 and op.result() == -63 and op.result() == -63


def test_an_operation_given_up_leaves_the_line_clean(line):
    d = line.desk(delays={"answer": 200})
    d.modem.signal()
    op = d.modem.imei(wait=False)
    d.run(50)
    op.cancel()
    fails(errno.ECONNABORTED, op.result)
    assert d.modem.signal() == -63  # and no IMEI


def test_polled_every_half_second():
    d = desk()
    d.modem.idle = lambda: d.clock.advance(500)
    s, peer = d.tcp(echo=True)
    s.send(TEXT)
    assert s.recv(30) == TEXT


# -- the end ----------------------------------------------------------------------------------


def test_closed_with_leftover_data(line):
    d = line.desk()
    s, peer = d.tcp()
    s.settimeout(9)
    peer.send(TEXT * 10)
    peer.send(BINARY)
    peer.close()
    got = b""
    while True:
        part = s.recv(100)
        if not part:
            break
        got += part
    assert got == TEXT * 10 + BINARY
    assert s.recv(9) == b""
    raises(OSError, s.send, b"x")


def test_read_until_the_module_says_0(line):
    d = line.desk()
    s, peer = d.tcp()
    s.settimeout(1)
    for _ in range(3):
        peer.send(TEXT)
    d.run(10)
    for _ in range(3):
        assert s.recv(100) == TEXT
    fails(errno.ETIMEDOUT, s.recv, 100)
    assert len(said(d, "+QIRD")) == 4  # the last one said 0: only now may a new URC come
    peer.send(b"more")
    assert s.recv(100) == b"more"


def test_with_statement_and_close_twice():
    d = desk()
    peer = d.net.tcp(HOST, PORT)
    with d.socket() as s:
        s.connect((HOST, PORT))
        s.send(TEXT)
    assert not peer.connected and d.modem.sockets() == []
    s.close()
    assert said(d, "+QICLOSE") == ["AT+QICLOSE=0"]
    for call in (lambda: s.send(b"x"), lambda: s.recv(1), lambda: s.connect((HOST, PORT))):
        raises(OSError, call)


def test_close_sends_what_was_taken(line):
    d = line.desk(delays={"SEND OK": 300, "answer": 0})
    s, peer = d.tcp()
    s.settimeout(0)
    s.send(TEXT)
    s.close()
    d.run(2000)
    assert peer.received == TEXT and said(d, "+QICLOSE") == ["AT+QICLOSE=0"]


def test_a_closed_urc_does_not_touch_the_others(line):
    d = line.desk()
    a, one = d.tcp()
    b, two = d.tcp(port=8)
    one.close()
    two.send(TEXT)
    assert b.recv(30) == TEXT and a.recv(30) == b""
    assert b.send(TEXT) == 16


# -- sends that fail --------------------------------------------------------------------------


def test_send_fail_error_and_pending_are_three_things(line):
    d = line.desk()
    full, _ = d.tcp()
    gone, _ = d.tcp(port=8)
    busy, peer = d.tcp(port=9)
    d.module.fail_send(99)
    fails(errno.EAGAIN, full.send, TEXT)
    d.module.start_hooks()
    d.module.answer("AT+QISEND=1", ERROR)
    d.module.answer("AT+QIGETERROR", error(567))
    fails(errno.ENOTCONN, gone.send, TEXT)
    d.module.answer("AT+QISEND=2", ERROR)
    d.module.answer("AT+QIGETERROR", error(568))
    assert busy.send(TEXT) == 16 and peer.received == TEXT
    assert full.send(TEXT) == 16  # it was full, no more than that
    fails(errno.ENOTCONN, gone.send, TEXT)


def test_no_send_ok_is_etimedout_and_never_sent_twice(line):
    d = line.desk()
    s, peer = d.tcp()
    other, two = d.tcp(port=8)
    d.module.mute("AT+QISEND=0", execute=True)
    m = d.module
    write = m.write
    m.write = lambda data: None if b"SEND OK" in data else write(data)
    fails(errno.ETIMEDOUT, s.send, TEXT)
    m.write = write
    assert peer.received == TEXT and len(said(d, "+QISEND=0")) == 1
    fails(errno.ETIMEDOUT, s.send, TEXT)
    assert other.send(TEXT) == 16 and two.received == TEXT


def test_send_nothing():
    d = desk()
    s, _ = d.tcp()
    n = len(d.module.commands)
    assert s.send(b"") == 0
    assert len(d.module.commands) == n


def test_sendall_and_send_of_any_buffer(line):
    d = line.desk()
    s, peer = d.tcp()
    s.sendall(memoryview(bytearray(BINARY * 5)))
    assert s.send(bytearray(TEXT)) == 16
    assert peer.received == BINARY * 5 + TEXT


def test_a_uart_that_takes_a_few_bytes_at_a_time(line):
    for family in ("BC66", "BC26"):
        for limit in (1, 7, Cuts(5)):
            d = line.desk(family, limit_write=limit)
            s, peer = d.tcp()
            s.send(TEXT)
            s.send(BINARY)
            assert peer.received == TEXT + BINARY
            assert d.module.junk == 0


def test_recv_into_takes_no_more_than_asked(line):
    d = line.desk()
    s, peer = d.tcp()
    peer.send(TEXT)
    buf = bytearray(b"." * 20)
    assert s.recv_into(buf, 5) == 5
    assert bytes(buf) == b"01234" + b"." * 15
    assert s.recv_into(buf) == 11
    assert s.recv_into(bytearray(0)) == 0


def test_a_client_from_a_port_of_its_own(line):
    # bind() of a client; microCoAPy binds, and then sends.
    for family in ("BC66", "BC26", "BC20", "EG800Q", "UG96"):
        d = line.desk(family)
        d.net.tcp(HOST, 7, echo=True)
        s = d.socket()
        s.bind(("", 4711))
        s.connect((HOST, 7))
        assert said(d, "+QIOPEN")[-1].endswith('"TCP","%s",7,4711,0' % HOST)
        s.send(b"x")
        assert s.recv(1) == b"x"
        fails(errno.EALREADY, s.bind, ("", 4712))
        u = d.socket(2)
        u.bind(("", 5683))
        d.net.udp(HOST, 9, echo=True)
        assert u.sendto(b"hello", (HOST, 9)) == 5
        u.settimeout(5)
        assert u.recvfrom(10)[0] == b"hello"
        assert ",5683," in said(d, "+QIOPEN")[-1]


def test_a_port_that_is_none():
    for family in ("BC66", "EG800Q"):
        d = desk(family)
        for port in (0, -1, 65536):
            for kind in (1, 2):
                raises(ValueError, d.socket(kind).bind, ("", port))
        assert d.module.commands == []

"""The stream protocol: what MicroPython's own code, and programs for its sockets, rely on."""

import errno
import io
import sys

from host_tests.driver.harness import HOST, PORT, Line, Skip, desk, fails, raises, said
from quectel import SocketPool

RD, WR, ERR, HUP, NVAL = 1, 4, 8, 16, 32
FLUSH, POLL, CLOSE, FILENO = 1, 3, 4, 10
FAMILIES = ("BC66", "BC26", "EG800Q")
EVERY = bytes(range(256))

REQUEST = (
    (b"POST", b" /", "readings", b" HTTP/1.0\r\n", "Host", b": ", "telemetry.example", b"\r\n")
    + ("Content-Type", b": application/json\r\n", "Content-Length", b": ", "60", b"\r\n\r\n")
    + (b"x" * 60,)
)
WHOLE = b"".join([part.encode() if isinstance(part, str) else part for part in REQUEST])


def sends(d):
    return len(said(d, "+QISEND"))


def pushed(line, family="BC66", text=b"", seconds=10, close=False, **knobs):
    """A desk and a socket to which the server has sent `text`."""
    d = line.desk(family, **knobs)
    s, peer = d.tcp()
    s.settimeout(seconds)
    if text:
        peer.send(text)
    if close:
        peer.close()
    return d, s, peer


def ready(d, s, wanted):
    """Polls until ioctl says one of these."""
    d.until(lambda: s.ioctl(POLL, wanted))


def silent(d):
    """The module hears nothing any more, and the driver has noticed."""
    d.module.feed = lambda data: None
    fails(errno.ETIMEDOUT, d.modem.command, "+CSQ")


# -- writing: small writes leave together ---------------------------------------------------------


def test_a_request_of_many_writes_is_one_qisend(line):
    for family in FAMILIES:
        d, s, peer = pushed(line, family)
        for part in REQUEST:
            assert s.write(part) == len(part)
        assert sends(d) == 0
        peer.on_data = lambda connection, data: connection.push(b"HTTP/1.0 200 OK\r\n")
        assert s.readline() == b"HTTP/1.0 200 OK\r\n"
        assert sends(d) == 1 and peer.received == WHOLE


def test_the_next_poll_sends_what_has_gathered():
    d, s, peer = pushed(Line("whole"))
    s.write(b"one ")
    s.write(b"two")
    d.run(100)
    assert peer.received == b"one two" and sends(d) == 1


def test_flush_waits_until_it_has_left(line):
    d, s, peer = pushed(line, "BC26")
    s.write(b"one ")
    s.write(b"two")
    s.flush()
    assert peer.received == b"one two" and sends(d) == 1
    s.flush()
    assert sends(d) == 1


def test_close_sends_it_first(line):
    d, s, peer = pushed(line)
    s.write(b"last words")
    s.close()
    assert peer.received == b"last words"
    names = [c[:10] for c in d.module.commands if c[:6] == "AT+QIS" or "CLOSE" in c]
    assert names[-1] == "AT+QICLOSE"


def test_close_does_not_wait_for_ever_for_a_module_that_is_silent():
    for family in FAMILIES:
        d, s, peer = pushed(Line("whole"), family, seconds=None)
        silent(d)
        s.write(b"never")
        start = d.clock.now
        s.close()
        assert d.clock.now - start < 30_000
        fails(errno.EBADF, s.write, b"x")


def test_a_full_buffer_is_sent(line):
    d, s, peer = pushed(line, "EG800Q")
    for _ in range(30):
        assert s.write(EVERY[:100]) == 100
    assert 5 <= sends(d) <= 6
    s.flush()
    assert peer.received == EVERY[:100] * 30


def test_what_is_larger_than_the_buffer_needs_none(line):
    d, s, peer = pushed(line, "EG800Q")
    s.write(b"head")
    assert s.write(EVERY * 10) == 2560
    assert peer.received == b"head" + EVERY * 10
    assert sends(d) == 1 + 2  # the head; 1460 bytes each


def test_send_after_write_keeps_the_order(line):
    for family in FAMILIES:
        d, s, peer = pushed(line, family)
        s.write(b"first ")
        assert s.send(b"second ") == 7
        assert peer.received == b"first second "
        s.write(b"third ")
        s.sendall(b"fourth")
        assert peer.received == b"first second third fourth"


def test_a_write_after_a_while_does_not_wait_for_more():
    # As of a program that sleeps between two messages, and does nothing else with the modem.
    d, s, peer = pushed(Line("whole"))
    s.write(b"monday")
    d.clock.advance(200)
    s.write(b"tuesday")
    assert peer.received == b"monday"


def test_windows_and_strings(line):
    d, s, peer = pushed(line)
    assert s.write(b"abcdef", 3) == 3
    assert s.write(bytearray(b"abcdef"), 3, 2) == 2
    assert s.write(memoryview(b"xyz")) == 3
    assert s.write("\u00e9") == 2
    assert s.write(b"") == 0
    s.flush()
    assert peer.received == b"abcdexyz\xc3\xa9"


def test_the_buffer_it_was_given_is_not_kept(line):
    # MicroPython's TLS hands over a piece of the C stack.
    d, s, peer = pushed(line)
    buf = bytearray(b"record")
    s.write(buf)
    for i in range(6):
        buf[i] = 0
    s.flush()
    assert peer.received == b"record"


def test_each_write_to_udp_is_a_datagram():
    for family in FAMILIES:
        d = desk(family)
        s, peer = d.udp()
        s.write(b"one")
        s.write("two")
        assert peer.received == [b"one", b"two"]


def test_what_cannot_be_sent_is_told_by_the_next_call():
    d, s, peer = pushed(Line("whole"))
    s.write(b"lost")
    peer.reset()
    d.run(1000)
    for call in (s.flush, s.read, s.readline):
        assert raises(OSError, call).errno in (errno.ECONNRESET, errno.ENOTCONN, errno.EIO)
    raises(OSError, s.write, b"more")


def test_writing_where_nothing_is_open():
    d = desk()
    s = d.socket()
    fails(errno.ENOTCONN, s.write, b"x")
    fails(errno.ENOTCONN, s.read, 1)
    fails(errno.ENOTCONN, s.readline)


def test_timeout_0_takes_what_there_is_room_for(line):
    d, s, peer = pushed(line, "BC26")
    s.settimeout(0)
    assert s.write(EVERY * 4) == 512
    assert s.write(b"more") is None
    d.run(2000)
    assert s.write(b"more") == 4
    s.flush()
    d.run(2000)
    assert peer.received == EVERY * 2 + b"more"


# -- reading --------------------------------------------------------------------------------------


def test_read_is_exact(line):
    for family in FAMILIES:
        d, s, peer = pushed(line, family, b"ab")
        d.clock.call_later(3000, peer.send, EVERY)
        assert s.read(4) == b"ab\x00\x01"
        assert s.read(254) == EVERY[2:]
        assert s.read(0) == b""


def test_read_to_the_end(line):
    for family in FAMILIES:
        d, s, peer = pushed(line, family, EVERY * 5, close=True)
        assert s.read(3) == EVERY[:3]
        assert s.read() == (EVERY * 5)[3:]
        assert s.read() == s.read(5) == s.readline() == b"" and s.readinto(bytearray(3)) == 0


def test_fewer_at_the_end(line):
    d, s, peer = pushed(line, "BC66", b"abc", close=True)
    assert s.read(10) == b"abc"


def test_read_of_udp_is_a_whole_datagram():
    for family in FAMILIES:
        d = desk(family)
        s, peer = d.udp()
        s.settimeout(5)
        for call, end in ((s.read, b""), (s.readline, b"\n")):
            peer.send(b"x" * 700 + end)
            peer.send(b"next" + end)
            assert call() == b"x" * 700 + end
            assert call() == b"next" + end


def test_a_datagram_that_was_read_in_part_is_gone():
    # The timeout, between its two QIRDs; its rest is not a datagram.
    for family in ("BC66", "BC26"):
        for polled in (False, True):
            d = desk(family, delays={"answer": 150, "AT+CSQ": 3000})
            s, peer = d.udp()
            s.settimeout(3)
            if polled:
                s.ioctl(POLL, RD)
                s._ahead._in = bytearray(700)

            between = []

            def idle(d=d, s=s, between=between):
                d.idle()
                if s._busy and s._in is not None and not between:
                    between.append(d.modem.command("+CSQ", wait=False))
                    d.clock.advance(2900)

            d.modem.idle = idle
            peer.send(b"x" * 700)
            peer.send(b"next")
            fails(errno.ETIMEDOUT, s.recv, 900)
            d.run(5000)
            assert s.recv(900) == b"next"


def test_nothing_is_asked_for():
    d, s, peer = pushed(Line("whole"), seconds=None)
    assert s.read(0) == s.readline(0) == b"" and s.readinto(bytearray(0)) == 0


def test_lines(line):
    text = b"HTTP/1.0 200 OK\r\nA: b\n\n" + b"x" * 700 + b"\nbody"
    for family in FAMILIES:
        d, s, peer = pushed(line, family, text, close=True)
        assert s.readline() == b"HTTP/1.0 200 OK\r\n"
        assert s.readline(2) == b"A:"
        assert s.readline(100) == b" b\n"
        assert s.readline() == b"\n"
        assert s.readline() == b"x" * 700 + b"\n"
        assert s.readline() == b"body"
        assert s.readline() == b""


def test_what_a_line_leaves_over_comes_first(line):
    for how in ("read", "recv", "recv_into", "readinto"):
        d, s, peer = pushed(line, "BC26", b"head\n\0body")
        assert s.readline() == b"head\n"
        buf = bytearray(5)
        if how in ("read", "recv"):
            buf = getattr(s, how)(5)
        else:
            assert getattr(s, how)(buf) == 5
        assert buf == b"\0body"


def test_one_line_is_one_qird():
    d, s, peer = pushed(Line("whole"), "EG800Q", b"x" * 400 + b"\n" + b"y" * 99)
    s.readline()
    assert s.read(99) == b"y" * 99
    assert len(said(d, "+QIRD")) == 1


def test_small_reads_share_a_qird(line):
    # umqtt reads a packet as 1, 1 and 2 bytes, TLS a record as 5 and the rest.
    for family in FAMILIES:
        d, s, peer = pushed(line, family, b"@\2\0\1" + EVERY[:100])
        buf = bytearray(2)
        assert s.read(1) + s.read(1) == b"@\2"
        assert s.readinto(buf) == 2 and buf == b"\0\1"
        assert s.read(50) == EVERY[:50]
        assert len(said(d, "+QIRD")) == 1
        assert s.recv(100) == EVERY[50:100]
        assert s.read(0) == b"" and s.readinto(bytearray(0)) == 0


def test_readinto_takes_a_part(line):
    d, s, peer = pushed(line, "BC66", b"abcdef")
    buf = bytearray(4)
    assert s.readinto(buf, 2) == 2 and buf == b"ab\0\0"
    assert s.readinto(buf) == 4 and buf == b"cdef"


def test_the_timeout_is_for_the_whole_line():
    # A byte a second would keep a timeout that begins anew with each byte from ever coming.
    for call, wanted in (("readline", b"....."), ("read", b".....")):
        d, s, peer = pushed(Line("whole"), seconds=5)
        for i in range(30):
            d.clock.call_later(i * 1000, peer.send, b".")
        start = d.clock.now
        args = (30,) if call == "read" else ()
        fails(errno.ETIMEDOUT, getattr(s, call), *args)
        assert 5000 <= d.clock.now - start < 7000
        # and nothing of it is lost
        s.settimeout(60)
        got = s.read(30)
        assert got == b"." * 30 and got.startswith(wanted)


def test_a_line_broken_off_is_read_again(line):
    d, s, peer = pushed(line, "BC66", b"half a ", seconds=2)
    fails(errno.ETIMEDOUT, s.readline)
    peer.send(b"line\nnext")
    assert s.readline() == b"half a line\n"
    assert s.read(4) == b"next"


def test_without_a_timeout_it_ends_when_the_module_reboots():
    for family in FAMILIES:
        d, s, peer = pushed(Line("whole"), family, b"half", seconds=None)
        d.clock.call_later(5000, d.module.reboot)
        fails(errno.ECONNRESET, s.readline)


def test_timeout_0_gives_none_while_there_is_nothing(line):
    for family in FAMILIES:
        d, s, peer = pushed(line, family)
        s.setblocking(False)
        assert s.read(1) is None and s.read() is None
        assert s.readline() is None and s.readinto(bytearray(1)) is None
        fails(errno.EAGAIN, s.recv, 1)
        peer.send(b"ab\ncd")
        d.run(500)
        assert s.readline() == b"ab\n"
        assert s.read(10) == b"cd"
        assert s.read(10) is None
        peer.send(b"ef")
        peer.close()
        d.run(500)
        assert s.readline() == b"ef"
        assert s.readline() == b"" and s.read(1) == b"" and s.readinto(bytearray(1)) == 0


def test_a_program_that_only_looks_now_and_then_gets_it():
    # umqtt's check_msg: setblocking(False), read(1), setblocking(True)
    d, s, peer = pushed(Line("whole"), seconds=None)
    peer.send(b"\x30\x02")
    looks = 0
    while True:
        s.setblocking(False)
        first = s.read(1)
        s.setblocking(True)
        if first is not None:
            break
        looks += 1
        d.clock.advance(1000)
    assert first == b"\x30" and s.read(1) == b"\x02"
    assert looks <= 2


def test_push_mode_reads_and_writes_the_same(line):
    for family in FAMILIES:
        d, s, peer = pushed(line, family)
        s.access_mode(1)
        peer.send(b"head\nab")
        assert s.readline() == b"head\n"
        peer.send(EVERY)
        assert s.read(2 + 256) == b"ab" + EVERY
        for part in REQUEST:
            s.write(part)
        s.flush()
        assert peer.received == WHOLE and sends(d) == 1
        peer.send(b"one\ntwo\n")
        assert s.readline() == b"one\n"
        s.access_mode(0)
        peer.send(b"three\n")
        assert [s.readline(), s.readline()] == [b"two\n", b"three\n"]
        peer.send(b"four\nfive\n")
        assert s.readline() == b"four\n"
        s.access_mode(1)
        peer.send(b"six\n")
        assert [s.readline(), s.readline()] == [b"five\n", b"six\n"]
        assert s.lost == 0


# -- ioctl ----------------------------------------------------------------------------------------


def test_poll_tells_what_would_not_wait(line):
    for family in FAMILIES:
        d = line.desk(family, delays={"+QIOPEN": 700, "answer": 0})
        peer = d.net.tcp(HOST, PORT)
        s = d.socket()
        assert s.ioctl(POLL, RD | WR) == HUP  # never connected
        s.settimeout(0)
        fails(errno.EINPROGRESS, s.connect, (HOST, PORT))
        assert s.ioctl(POLL, RD | WR) == 0
        ready(d, s, RD | WR)
        assert s.ioctl(POLL, RD | WR) == WR and s.ioctl(POLL, RD) == 0
        assert s.write(EVERY * 2) == 512
        assert s.ioctl(POLL, WR) == 0  # there is no room
        ready(d, s, WR)
        peer.send(b"x")
        ready(d, s, RD)
        assert s.ioctl(POLL, RD | WR) == RD | WR
        assert s.read(1) == b"x"
        assert s.ioctl(POLL, RD) == 0
        peer.close()
        ready(d, s, RD)
        assert s.ioctl(POLL, RD | WR) == RD | WR  # the end, not a failure
        assert s.read(1) == b""
        s.close()
        assert s.ioctl(POLL, RD | WR) == NVAL


def test_poll_of_one_that_is_refused():
    d = desk()
    s = d.socket()
    s.settimeout(0)
    fails(errno.EINPROGRESS, s.connect, (HOST, 9))
    ready(d, s, WR)
    assert s.ioctl(POLL, RD | WR) == RD | WR | ERR | HUP
    assert raises(OSError, s.write, b"x").errno == raises(OSError, s.read, 1).errno


def test_poll_pumps_and_reads_ahead_at_any_timeout():
    for family in FAMILIES:
        d, s, peer = pushed(Line("whole"), family, b"hello", seconds=5)
        for _ in range(1000):
            if s.ioctl(POLL, RD):
                break
            d.clock.advance(1)
        assert s.ioctl(POLL, RD) == RD
        assert s.recv(10) == b"hello"


def test_receiving_between_polls(line):
    # recv_into took the place of a read ahead that had just begun: the next one gave old bytes.
    for family in FAMILIES:
        d, s, peer = pushed(line, family, seconds=5)
        s.ioctl(POLL, RD)
        for i in range(6):
            data = bytes([65 + i]) * 40
            peer.send(data)
            if i & 1:
                s.ioctl(POLL, RD)
            assert s.read(40) == data


def test_poll_of_udp():
    d = desk("EG800Q")
    s, peer = d.udp()
    s.settimeout(0)
    assert s.ioctl(POLL, RD | WR) == WR
    peer.send(b"datagram")
    ready(d, s, RD)
    assert s.recv(100) == b"datagram"
    assert s.ioctl(POLL, RD) == 0


def test_udp_is_not_writable_while_a_datagram_waits():
    # send would say EAGAIN, and who polls and tries again would turn in circles.
    for family in FAMILIES:
        d = desk(family)
        s, peer = d.udp()
        s.settimeout(0)
        assert s.send(b"a") == 1
        assert s.ioctl(POLL, WR) == 0
        fails(errno.EAGAIN, s.send, b"b")
        ready(d, s, WR)
        assert s.send(b"b") == 1


def test_poll_of_a_listener():
    d = desk("EG800Q")
    s = d.socket()
    s.bind(("", 2020))
    s.listen()
    assert s.ioctl(POLL, RD | WR) == 0
    d.net.dial(2020)
    ready(d, s, RD)
    child, address = s.accept()
    assert s.ioctl(POLL, RD) == 0
    child.close()
    s.close()


def test_a_listener_is_no_stream():
    d = desk("EG800Q")
    s = d.socket()
    s.bind(("", 2020))
    s.listen()
    s.settimeout(1)
    for call in (s.readline, s.read, lambda: s.write(b"x"), lambda: s.readinto(bytearray(1))):
        fails(errno.ENOTCONN, call)


def test_unknown_requests_are_negative():
    # 0 to GET_FILENO would mean "poll standard input".
    d, s, peer = pushed(Line("whole"))
    for request in (0, 2, FILENO, 5, 11, 99):
        assert s.ioctl(request, 0) < 0
    s.write(b"x")
    assert s.ioctl(FLUSH, 0) == 0 and peer.received == b"x"


def test_close_by_ioctl_happens_in_the_next_poll(line):
    for family in FAMILIES:
        d, s, peer = pushed(line, family)
        s.write(b"bye")
        assert s.ioctl(CLOSE, 0) == 0
        assert said(d, "+QICLOSE") == []
        d.run(2000)
        assert peer.received == b"bye" and len(said(d, "+QICLOSE")) == 1
        fails(errno.EBADF, s.write, b"x")
        d.tcp(port=8)
        assert d.modem._sockets[0] is not None  # the connectID has been free again


def test_close_by_ioctl_of_one_that_has_failed():
    d, s, peer = pushed(Line("whole"), "EG800Q")
    s.write(b"x")
    s.flush()
    s._fail(-7)
    s.ioctl(CLOSE, 0)
    d.run(2000)
    assert d.modem._sockets[0] is None and len(said(d, "+QICLOSE")) == 1


def another(d, port=99):
    """A connection more, at once."""
    d.net.tcp(HOST, port)
    s = d.socket()
    s.settimeout(30)
    s.connect((HOST, port))
    return s


def test_close_by_ioctl_sends_first_where_the_connectid_is_needed_at_once():
    d, s, peer = pushed(Line("whole"))
    others = [d.tcp(port=100 + i) for i in range(4)]
    s.write(b"bye")
    s.ioctl(CLOSE, 0)
    another(d)
    assert peer.received == b"bye"
    assert all([other[0].ioctl(POLL, WR) == WR for other in others])


def test_what_waits_to_be_read_is_not_at_its_end():
    # A connection more takes the id of one that has been read empty, not of this one: its body
    # lies behind a line, and all else has been read ahead.
    d, s, peer = pushed(Line("whole"), "BC66", b"head\nbody", seconds=0)
    d.run(1000)
    assert s.readline() == b"head\n"
    others = [d.tcp(port=100 + i) for i in range(4)]
    peer.close()
    others[3][1].close()
    d.run(2000)
    assert others[3][0].recv(1) == b""
    another(d)
    assert s.read() == b"body" and s.read() == b""


def test_a_socket_that_was_polled_only_while_it_opened_is_not_abandoned():
    for use in ("write", "send", "recv"):
        d = desk()
        d.run(1000)
        peer = d.net.tcp(HOST, PORT)
        s = d.socket()
        s.settimeout(0)
        fails(errno.EINPROGRESS, s.connect, (HOST, PORT))
        assert s.ioctl(POLL, WR) == 0
        d.run(3000)
        s.settimeout(10)
        if use == "recv":
            peer.send(b"x")
            assert s.recv(1) == b"x"
        else:
            getattr(s, use)(b"x")
        for i in range(4):
            d.tcp(port=100 + i)
        d.run(6000)
        fails(errno.ENOMEM, another, d)
        assert s.send(b"y") == 1


def test_close_by_ioctl_allocates_nothing():
    if sys.implementation.name != "micropython":
        raise Skip("only MicroPython has a heap to lock")
    import micropython

    d, s, peer = pushed(Line("whole"))
    s.write(b"x")
    micropython.heap_lock()
    answer = s.ioctl(CLOSE, 0)
    micropython.heap_unlock()
    assert answer == 0
    d.run(2000)
    assert d.modem._sockets[0] is None
    unused = [d.tcp(port=100 + i)[0] for i in range(5)]
    micropython.heap_lock()
    answer = unused[0].ioctl(CLOSE, 0)
    micropython.heap_unlock()
    assert answer == 0
    fails(errno.EBADF, unused[0].send, b"x")
    another(d)


def test_it_is_a_stream_for_code_in_c():
    if sys.implementation.name != "micropython":
        raise Skip("CPython has no stream protocol")
    import select

    d, s, peer = pushed(Line("whole"), "BC66", b"abc", seconds=0)
    assert isinstance(s, io.IOBase)
    poller = select.poll()
    poller.register(s, select.POLLIN)
    d.run(1000)
    assert [event for _, event in poller.poll(0)] == [select.POLLIN]
    poller.unregister(s)


# -- the rest of what programs call ---------------------------------------------------------------


def test_makefile_type_and_with():
    d = desk()
    s, peer = d.tcp()
    assert s.makefile("rwb", buffering=0) is s
    assert s.type == 1 and d.socket(2).type == 2
    with s as same:
        assert same is s
    fails(errno.EBADF, s.write, b"x")
    raises(AttributeError, getattr, s, "fileno")
    raises(AttributeError, getattr, s, "nonsense")


def test_the_pool_has_the_names_of_the_module():
    pool = SocketPool(desk().modem)
    names = ("AF_INET", "AF_INET6", "SOCK_STREAM", "SOCK_DGRAM", "IPPROTO_TCP", "IPPROTO_UDP")
    assert [getattr(pool, name) for name in names] == [2, 10, 1, 2, 6, 17]
    assert pool.SOL_SOCKET and pool.SO_REUSEADDR
    assert not hasattr(pool, "set_interface") and not hasattr(pool, "timeout")
    assert {pool: 1}[pool] == 1


def test_install_socket():
    d = desk()
    kept = sys.modules.get("socket"), sys.modules.get("usocket")
    try:
        pool = d.modem.install_socket()
        import socket

        assert socket is pool
        info = socket.getaddrinfo("telemetry.example", 80, 0, socket.SOCK_STREAM)
        assert info == [(2, 1, 0, "", ("telemetry.example", 80))]
        assert said(d, "+QIDNSGIP") == []
    finally:
        restore(kept)
    assert isinstance(d.modem.socket, SocketPool)


def test_install_socket_that_resolves():
    d = desk()
    d.net.udp("telemetry.example", 80)
    kept = sys.modules.get("socket"), sys.modules.get("usocket")
    try:
        pool = d.modem.install_socket(resolve=True)
        info = pool.getaddrinfo("telemetry.example", 80)
        assert info[0][-1] == (d.modem.resolve("telemetry.example")[0], 80)
        count = len(said(d, "+QIDNSGIP"))
        assert pool.getaddrinfo("192.0.2.7", 80)[0][-1] == ("192.0.2.7", 80)
        assert len(said(d, "+QIDNSGIP")) == count
        fails(errno.EHOSTUNREACH, pool.getaddrinfo, "nobody.example", 80)
    finally:
        restore(kept)


def restore(kept):
    for name, module in zip(("socket", "usocket"), kept):
        if module is None:
            sys.modules.pop(name, None)
        else:
            sys.modules[name] = module

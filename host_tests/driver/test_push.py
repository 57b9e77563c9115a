"""Direct push mode: switching to it and back, what arrives in it, and how it is received."""

import errno

from host_tests.driver.events import noise, up
from host_tests.driver.harness import OK, fails, raises, said
from host_tests.driver.test_faults_payload import EVERY, HOSTILE, qird, receive
from host_tests.simulator import families
from quectel import QuectelError

FAKE = b'\r\n+QIURC: "recv",0,500\r\n' + HOSTILE + b'\r\n+QIURC: "recv",1,3\r\nabc\r\n'


def _known(names):
    out = []
    for name in names:
        try:
            families.find(name)
            out.append(name)
        except (KeyError, ValueError):
            pass
    return out


BC = ["BC66", "BC20", "BC26"]
FAMILIES = BC + _known(["EG800Q", "UG96"])


def pushing(line, family="BC66", kind="tcp", size=1500, **knobs):
    """A desk, a socket in push mode, and its peer."""
    desk = up(line, family, **knobs)
    s, peer = getattr(desk, kind)()
    assert s.access_mode(1, size) == 1
    return desk, s, peer


def frame(data, cid=0):
    return b'\r\n+QIURC: "recv",%d,%d\r\n' % (cid, len(data)) + data + b"\r\n"


# -- every family -------------------------------------------------------------------------------


def test_a_stream(line):
    for family in FAMILIES:
        desk, s, peer = pushing(line, family)
        before = desk.modem.stats()
        for data in (b"x", HOSTILE, EVERY, FAKE, b"\r\n", b"\0", b">", b"> "):
            peer.send(data)
            assert receive(s, len(data)) == data, family
        assert s.send(HOSTILE) == len(HOSTILE)
        peer.send(b"one")
        peer.send(b"two")
        assert receive(s, 6) == b"onetwo"
        assert said(desk, "+QIRD") == ["AT+QIRD=0,%d" % desk.modem.READ_MAX] * 2
        assert bytes(peer.received) == HOSTILE and s.lost == 0
        assert desk.modem.stats() == before


def test_datagrams(line):
    for family in FAMILIES:
        desk, s, peer = pushing(line, family, "udp")
        before = desk.modem.stats()
        sent = (b"x", HOSTILE, EVERY, FAKE, b"\r\n", b"> ")
        for data in sent:
            peer.send(data)
        desk.run(100)
        for data in sent:
            assert s.recv(1500) == data, family
        assert s.send(EVERY) == 256
        assert peer.received == [EVERY] and s.lost == 0
        assert desk.modem.stats() == before


def test_of_a_datagram_that_does_not_fit_the_rest_is_dropped(line):
    desk, s, peer = pushing(line, kind="udp")
    peer.send(b"0123456789")
    peer.send(b"next")
    desk.run(10)
    assert s.recv(4) == b"0123"
    assert s.recv(10) == b"next"


def test_the_ring_goes_round(line):
    desk, s, peer = pushing(line, size=100)
    u, other = desk.udp(port=8)
    u.access_mode(1, 100)
    for i in range(30):
        data = noise(i, 1 + i * 7 % 97)
        peer.send(data)
        other.send(data)
        assert receive(s, len(data)) == data
        assert u.recv(100) == data
    assert s.lost == u.lost == 0


def test_two_streams_and_one_in_buffer_mode(line):
    desk, a, peer_a = pushing(line)
    b, peer_b = desk.tcp(port=8)
    c, peer_c = desk.tcp(port=9)
    assert (b.access_mode(1), c.access_mode()) == (1, 0)
    for i in range(8):
        peer_a.send(b"a%d" % i * 20)
        peer_b.send(b"b%d" % i * 20)
        peer_c.send(b"c%d" % i * 20)
    assert receive(c, 320) == b"".join([b"c%d" % i * 20 for i in range(8)])
    assert receive(b, 320) == b"".join([b"b%d" % i * 20 for i in range(8)])
    assert receive(a, 320) == b"".join([b"a%d" % i * 20 for i in range(8)])


def test_hex_and_comma(line):
    for family in FAMILIES:
        for view, hexed in ((1, 0), (0, 1), (1, 1)):
            for first in (True, False):
                desk = up(line, family)
                s, peer = desk.tcp()
                if not first:
                    s.access_mode(1)
                desk.modem.option("viewmode", view)
                desk.modem.option("dataformat", 0, hexed)
                if first:
                    s.access_mode(1)
                other, peer_other = desk.tcp(port=8)
                for data in (b"x", HOSTILE[:100], EVERY, FAKE[:50]):
                    peer.send(data)
                    peer_other.send(data)
                    assert receive(s, len(data)) == data, (family, view, hexed)
                    assert receive(other, len(data)) == data, (family, view, hexed)
                assert s.lost == 0


def test_sending_while_frames_arrive(line):
    for family in FAMILIES:
        desk, s, peer = pushing(line, family, echo=False)
        peer.on_data = lambda connection, data: connection.push(b"<" + data + b">")
        for i in range(5):
            data = noise(i, 60)
            assert s.send(data) == 60
            assert receive(s, 62) == b"<" + data + b">", family


def test_timeout_0(line):
    desk, s, peer = pushing(line)
    s.settimeout(0)
    fails(errno.EAGAIN, s.recv, 10)
    assert s.send(b"\0hello") == 6
    peer.send(FAKE)
    desk.run(500)
    assert s.recv(1500) == FAKE
    fails(errno.EAGAIN, s.recv, 10)
    assert peer.received == b"\0hello"
    s.settimeout(1)
    peer.send(b"more")
    assert s.recv(10) == b"more"
    assert len(said(desk, "+QIRD")) == 2


def test_timeouts(line):
    desk, s, peer = pushing(line)
    s.settimeout(0.5)
    t = desk.clock.now
    fails(errno.ETIMEDOUT, s.recv, 10)
    assert 500 <= desk.clock.now - t < 700
    peer.send(b"late")
    assert s.recv(10) == b"late"
    assert s.recv_into(bytearray(0)) == 0


# -- the end ------------------------------------------------------------------------------------


def test_closed_with_data_left(line):
    for family in FAMILIES:
        for timeout in (None, 5, 0):
            desk, s, peer = pushing(line, family)
            peer.send(b"farewell")
            desk.run(10)
            peer.connection.shut()
            desk.run(1_000)
            s.settimeout(timeout)
            assert receive(s, 8) == b"farewell"
            assert s.recv(10) == b"" and s.recv(10) == b""
            s.settimeout(5)
            assert s.recv(10) == b""
            s.close()
            assert len(said(desk, "+QIRD")) == 2


def test_closed_while_waiting(line):
    desk, s, peer = pushing(line)
    desk.clock.call_later(1_000, peer.connection.shut)
    assert s.recv(10) == b""


def test_the_next_tenant_of_an_id_begins_in_buffer_mode(line):
    for family in FAMILIES:
        desk, s, peer = pushing(line, family)
        peer.send(b"x")
        desk.run(10)
        s.close()
        # What the module may still have said of the old one is no line.
        desk.module.inject(frame(HOSTILE))
        desk.run(10)
        before = desk.modem.stats()
        s, peer = desk.tcp(port=8)
        assert s.access_mode() == 0
        peer.send(EVERY)
        assert receive(s, 256) == EVERY, family
        assert desk.modem.stats() == before
        s.access_mode(1)
        peer.send(EVERY)
        assert receive(s, 256) == EVERY, family


def test_a_reboot(line):
    for family in FAMILIES:
        desk, s, peer = pushing(line, family)
        peer.send(b"before")
        desk.run(10)
        desk.module.reboot()
        desk.run(20_000)
        assert s.recv(10) == b"before"
        fails(errno.ECONNRESET, s.recv, 10)
        s.close()
        desk.modem.attach()
        s, peer = desk.tcp(port=8)
        peer.send(b"after")
        assert receive(s, 5) == b"after"


# -- switching ----------------------------------------------------------------------------------


def test_the_mode_can_be_asked(line):
    desk = up(line)
    s, peer = desk.tcp()
    assert s.access_mode() == 0 and s.access_mode(0) == 0
    assert said(desk, "+QISWTMD") == []
    assert s.access_mode(1) == 1 and s.access_mode() == 1 and s.access_mode(1) == 1
    assert s.access_mode(0) == 0 and s.access_mode() == 0
    assert said(desk, "+QISWTMD") == ["AT+QISWTMD=0,1", "AT+QISWTMD=0,0"]


def test_misuse(line):
    desk = up(line)
    s, peer = desk.tcp()
    assert "s.transparent()" in str(raises(ValueError, s.access_mode, 2))
    for wrong in ((3,), (-2,), (1, 0), (1, -1), (1, 40_000)):
        raises(ValueError, s.access_mode, *wrong)
    fails(errno.ENOTCONN, desk.socket().access_mode, 1)
    s.close()
    raises(OSError, s.access_mode, 1)
    assert said(desk, "+QISWTMD") == []


def test_back_and_forth_with_data_on_its_way(line):
    for family in FAMILIES:
        for timeout in (None, 0):
            desk = up(line, family, delays={"answer": 10})
            s, peer = desk.tcp()
            s.settimeout(timeout)
            for i in range(120):
                desk.clock.call_later(7 + i * 17, peer.send, b"<%03d\r\nOK\r\n>" % i)
            got = b""
            for mode in (1, 0, 1, 0, 1):
                s.access_mode(mode, 1500)
                s.settimeout(5)
                for _ in range(8):
                    got += s.recv(9)
                s.settimeout(timeout)
            s.settimeout(5)
            got += receive(s, 120 * 11 - len(got))
            assert got == b"".join([b"<%03d\r\nOK\r\n>" % i for i in range(120)]), family
            assert s.lost == 0


def test_a_frame_right_behind_the_ok(line):
    desk = up(line)
    s, peer = desk.tcp()
    desk.module.answer("AT+QISWTMD", OK + frame(FAKE) + frame(b"2"))
    s.access_mode(1)
    assert receive(s, len(FAKE) + 1) == FAKE + b"2"


def test_a_frame_before_the_ok(line):
    # The module has switched already, and says so later.
    for family in FAMILIES:
        desk = up(line, family)
        s, peer = desk.tcp()
        desk.module.answer("AT+QISWTMD", frame(b"1") + frame(HOSTILE[2:]) + OK + frame(HOSTILE))
        s.access_mode(1)
        assert receive(s, 2 * len(HOSTILE) - 1) == b"1" + HOSTILE[2:] + HOSTILE, family


def test_a_recv_urc_that_was_lost(line):
    # The data is older than what is pushed.
    desk = up(line)
    s, peer = desk.tcp()
    desk.module.answer("AT+QIRD", b"\r\n+QIRD: 0\r\n" + OK)
    desk.module.answer("AT+QISWTMD", OK + frame(b"third"))
    desk.module.answer("AT+QIRD", qird(b"first "))
    desk.module.answer("AT+QIRD", frame(b" and ") + qird(b"second "))
    s.access_mode(1)
    assert receive(s, 23) == b"first second third and "


def test_there_is_no_end_to_what_comes(line):
    desk = up(line, delays={"answer": 100})
    u, peer = desk.udp()
    for i in range(80):
        desk.clock.call_later(i * 90, peer.send, b"%d" % i)
    t = desk.clock.now
    assert u.access_mode(1) == 1
    assert desk.clock.now - t < 10_000
    peer.send(b"last")
    while u.recv(10) != b"last":
        pass


def test_a_frame_right_before_the_ok(line):
    desk, s, peer = pushing(line)
    desk.module.answer("AT+QISWTMD", frame(FAKE) + OK + b'\r\n+QIURC: "recv",0,4\r\n')
    desk.module.answer("AT+QIRD", qird(b"last"))
    s.access_mode(0)
    assert receive(s, len(FAKE) + 4) == FAKE + b"last"


def test_a_recv_urc_right_before_the_ok(line):
    for kind in ("tcp", "udp"):
        desk = up(line)
        s, peer = getattr(desk, kind)()
        peer.send(b"first ")
        desk.run(10)
        desk.module.answer("AT+QISWTMD", b'\r\n+QIURC: "recv",0,6\r\n' + OK + frame(b"third "))
        desk.module.answer("AT+QIRD", qird(b"first "))
        desk.module.answer("AT+QIRD", b"\r\n+QIRD: 0\r\n" + OK)
        desk.module.answer("AT+QIRD", qird(b"second"))
        desk.module.answer("AT+QIRD", b"\r\n+QIRD: 0\r\n" + OK + frame(b"fourth"))
        s.access_mode(1)
        desk.run(10)
        got = [s.recv(6) for _ in range(4)]
        wanted = [b"first ", b"second", b"third ", b"fourth"]
        assert got == wanted if kind == "tcp" else sorted(got) == sorted(wanted)


def test_more_waits_than_there_is_room_for(line):
    desk = up(line)
    s, peer = desk.tcp()
    for i in range(5):
        peer.send(noise(i, 100))
    desk.run(10)
    fails(errno.ENOMEM, s.access_mode, 1, 250)
    assert s.access_mode() == 0
    assert receive(s, 500) == b"".join([noise(i, 100) for i in range(5)])
    assert s.access_mode(1) == 1
    peer.send(b"more")
    assert receive(s, 4) == b"more"


def test_the_module_refuses(line):
    desk = up(line)
    s, peer = desk.tcp()
    peer.send(b"one")
    desk.run(10)
    desk.module.answer("AT+QISWTMD", b"\r\nERROR\r\n")
    raises(QuectelError, s.access_mode, 1)
    assert s.access_mode() == 0
    peer.send(b"two")
    assert receive(s, 6) == b"onetwo"
    s.access_mode(1)
    desk.module.answer("AT+QISWTMD", b"\r\nERROR\r\n")
    raises(QuectelError, s.access_mode, 0)
    assert s.access_mode() == 1
    peer.send(HOSTILE)
    assert receive(s, len(HOSTILE)) == HOSTILE


def test_a_read_ahead_is_kept(line):
    for already in (0, 60, 130, 400):
        desk = up(line, delays={"answer": 50})
        s, peer = desk.tcp()
        s.settimeout(0)
        peer.send(EVERY)
        desk.run(already)
        assert s.send(b"\0meanwhile") == 10
        s.access_mode(1)
        peer.send(FAKE)
        desk.run(1_000)
        assert receive(s, 256 + len(FAKE)) == EVERY + FAKE
        assert peer.received == b"\0meanwhile"


def test_a_listeners_child(line):
    from quectel.push import adopt_push, prepare

    desk = up(line)
    s, peer = desk.tcp()
    prepare(desk.modem)
    desk.module.sockets[0].mode = 1
    adopt_push(s)
    peer.send(HOSTILE)
    assert receive(s, len(HOSTILE)) == HOSTILE
    assert s.access_mode() == 1 and said(desk, "+QISWTMD") == []

"""Transparent mode when things go wrong, lost words, forged words, reboots, interruptions; and
what everything else may do meanwhile."""

import errno

from host_tests.driver.events import fails, noise
from host_tests.driver.harness import raises, said, urc
from host_tests.driver.test_transparent import FAMILIES, NO_CARRIER, Pin, read, up, works

# -- going in and out ----------------------------------------------------------------------------


def test_connect_is_lost(line):
    # The module is in transparent mode, and nobody knows: not a word may be written.
    d, s, peer = up(line)
    d.module.mute("+QISWTMD", execute=True)
    peer.send(b"x")
    d.run(100)
    fails(errno.ETIMEDOUT, s.transparent)
    assert bytes(peer.received) == b"" and d.modem.channel.raw is None
    assert s.recv(5) == b"x"
    fails(errno.EIO, s.recv, 1)
    s.close()
    assert d.modem.imei() and not peer.connected


def test_a_module_that_says_nothing_at_all_gets_no_text(line):
    d, s, peer = up(line)
    d.module.mute("+QISWTMD")
    fails(errno.EIO, s.transparent)
    assert b"".join([w[1] for w in d.wrote]).endswith(b"AT+QISWTMD=0,2\r" + b"+++" * 3)
    fails(errno.EALREADY, d.modem.imei)


def test_more_than_the_ring_holds_is_never_silently_lost(line):
    d, s, peer = up(line)
    data = noise(2, 6000)
    raw = s.transparent()
    d.clock.call_later(1200, peer.send, data)
    raw.leave()
    assert s.lost >= 6000 - 2048
    got = b""
    while len(got) < 2048:
        got += s.recv(500)
    assert got == data[:2048]
    fails(errno.EIO, s.recv, 1)
    s.close()
    assert not peer.connected and d.modem.imei()


def test_a_leave_that_is_never_answered(line):
    d, s, peer = up(line)
    raw = s.transparent()
    d.module.line.leave = d.module.line._flush_pluses
    fails(errno.EIO, raw.leave)
    d.run(500)
    assert bytes(peer.received) == b"+++" * 3
    fails(errno.EALREADY, d.modem.imei)
    raw.write(b"goes on")
    peer.send(b"as before")
    assert read(raw, 9) == b"as before"
    d.run(500)
    assert bytes(peer.received) == b"+++" * 3 + b"goes on"
    del d.module.line.leave
    raw.leave()
    works(d, s, peer)


def test_an_exception_does_not_break_off_leaving(line):
    d, s, peer = up(line)
    raw = s.transparent()
    idle = d.modem.idle
    steps = [0]

    def interrupted():
        steps[0] += 1
        if steps[0] == 30:
            raise KeyboardInterrupt
        idle()

    d.modem.idle = interrupted
    raises(KeyboardInterrupt, raw.leave)
    raw.leave()
    works(d, s, peer)


def test_an_exception_does_not_break_off_entering(line):
    d, s, peer = up(line, delays={"answer": 300})

    def interrupted():
        raise KeyboardInterrupt

    idle, d.modem.idle = d.modem.idle, interrupted
    raises(KeyboardInterrupt, s.transparent)
    d.modem.idle = idle
    with s.transparent() as raw:
        raw.write(b"x")
    assert bytes(peer.received) == b"x"
    works(d, s, peer)


def test_an_endless_stream_of_oks(line):
    d, s, peer = up(line)
    raw = s.transparent()
    for i in range(80):
        d.clock.call_later(i * 70, peer.send, b"\r\nOK\r\n")
    raw.leave()
    got = b""
    while len(got) < 480:
        got += s.recv(100)
    assert got == b"\r\nOK\r\n" * 80 and bytes(peer.received) == b""
    works(d, s, peer)


def leaving_late(d, ms):
    line = d.module.line
    leave = line.leave
    line.leave = lambda: d.clock.call_later(ms, leave)


def test_an_ok_of_the_peer_before_a_late_one(line):
    d, s, peer = up(line)
    raw = s.transparent()
    leaving_late(d, 250)
    d.run(2000)
    d.clock.call_later(1080, peer.send, b"\r\nOK\r\n")
    raw.leave()
    assert s.recv(10) == b"\r\nOK\r\n"
    works(d, s, peer)


def test_an_ok_of_the_peer_instead_of_one(line):
    for text in (b"\r\nOK\r\nand more", b"\r\nOK\r\n\r\nNO CARRIER\r\n"):
        d, s, peer = up(line)
        raw = s.transparent()
        line_ = d.module.line
        line_.leave = line_._flush_pluses
        d.run(2000)
        d.clock.call_later(1200, peer.send, text)
        d.clock.call_later(2000, delattr, line_, "leave")
        raw.leave()
        d.run(500)
        got = b""
        while len(got) < len(text):
            got += s.recv(100)
        assert got == text and bytes(peer.received) == b"+++"
        works(d, s, peer)


# -- NO CARRIER ---------------------------------------------------------------------------------


def test_the_peer_closes(line):
    for family in FAMILIES:
        d, s, peer = up(line, family)
        raw = s.transparent()
        peer.send(b"bye\r\n")
        peer.close()
        assert read(raw, 5) == b"bye\r\n"
        t = d.clock.now
        assert raw.read(5) == b"" and raw.readinto(bytearray(5)) == 0
        assert d.clock.now - t < 8000
        t = d.clock.now
        assert d.modem.imei() and d.clock.now - t < 1000 and d.modem.channel.raw is None
        fails(errno.ENOTCONN, raw.write, b"x")
        raw.leave()
        fails(errno.ENOTCONN, raw.resume)
        assert s.recv(5) == b""
        s.close()
        assert said(d, "+QICLOSE") == ["AT+QICLOSE=0"]
        assert d.tcp(port=9) and d.modem.imei()


def test_the_peer_closes_after_the_same_words(line):
    d, s, peer = up(line)
    raw = s.transparent()
    peer.send(b"\r\nNO CARRIER")
    peer.close()
    assert read(raw, 12) == b"\r\nNO CARRIER"
    assert raw.read(5) == b""


def test_no_carrier_comes_slowly(line):
    d, s, peer = up(line, baud=9600)
    d.uart.baudrate = 9600
    raw = s.transparent()
    peer.close()
    for _ in range(40):
        d.clock.advance(1)
        assert raw.any() == 0
    assert raw.read(50) == b""
    s.close()


def test_nothing_is_written_while_in_doubt(line):
    d, s, peer = up(line)
    raw = s.transparent()
    s.settimeout(0)
    peer.send(NO_CARRIER)
    d.run(200)
    assert raw.any() == 0 and raw.write(b"AT+CFUN=0\r") is None
    s.settimeout(30)
    assert raw.write(b"x") == 1
    assert read(raw, len(NO_CARRIER)) == NO_CARRIER
    d.run(500)
    assert bytes(peer.received) == b"x"


def test_the_context_is_lost(line):
    for family in FAMILIES:
        d, s, peer = up(line, family)
        raw = s.transparent()
        d.module.lose_context(1)
        assert raw.read(5) == b""
        d.run(1000)
        assert 1 not in d.modem._active
        works(d, *d.tcp(port=9))


def test_no_carrier_as_payload(line):
    for text in (NO_CARRIER, NO_CARRIER * 2, NO_CARRIER + urc('+QIURC: "closed",0')):
        d, s, peer = up(line)
        raw = s.transparent()
        peer.send(b"x" + text)
        t = d.clock.now
        assert read(raw, 1 + len(text)) == b"x" + text
        assert d.clock.now - t < 6000
        assert raw.write(b"y") == 1
        d.run(500)
        assert bytes(peer.received) == b"y" and not s._hung
        assert d.module.commands[-1] == "ATO"
        raw.leave()
        works(d, s, peer)


def test_no_carrier_with_more_behind_it(line):
    d, s, peer = up(line)
    raw = s.transparent()
    for ms in (0, 40, 300, 900):
        peer.send(b"\r\nNO CAR")
        d.run(ms)
        peer.send(b"RIER\r\n")
        d.run(ms)
        peer.send(b"more")
        assert read(raw, 18) == NO_CARRIER + b"more"
    assert "ATE0" not in d.module.commands[-3:] and bytes(peer.received) == b""


def test_a_forged_end_of_any_length(line):
    d, s, peer = up(line)
    raw = s.transparent()
    data = NO_CARRIER + urc('+QIURC: "closed",0') + noise(5, 4000)
    peer.send(data)
    assert read(raw, len(data)) == data


def test_the_peer_closes_while_leaving(line):
    for ms in (300, 1200, 2000, 2250):
        d, s, peer = up(line)
        raw = s.transparent(Pin(d, works=False)) if ms == 300 else s.transparent()
        peer.send(b"rest")
        d.clock.call_later(ms, peer.close)
        raw.leave()
        d.run(1000)
        assert s.recv(10) == b"rest"
        assert s.recv(10) == b""
        s.close()
        assert d.modem.imei()


# -- reboot -------------------------------------------------------------------------------------


def test_a_reboot_cannot_be_told_from_payload(line):
    d, s, peer = up(line)
    raw = s.transparent()
    d.module.boot()
    d.run(20_000)
    got = b""
    while raw.any():
        got += raw.read(100)
    assert b"RDY" in got
    fails(errno.EIO, raw.leave)
    fails(errno.EALREADY, d.modem.imei)
    raw.restarted()
    fails(errno.ECONNRESET, s.send, b"x")
    assert d.modem.imei()
    works(d, *d.tcp(port=9))


def test_the_reset_pin_ends_it(line):
    from quectel import Power

    class Reset:
        def value(self, level):
            d.module.reset(1 - level)

    d, s, peer = up(line, power=Power(reset=Reset()))
    raw = s.transparent()
    peer.send(b"\r\nRDY\r\n")
    n = len(d.wrote)
    d.modem.reset()
    assert b"".join([w[1] for w in d.wrote[n:]]).startswith(b"ATE0\r")
    fails(errno.ECONNRESET, raw.read, 1)
    works(d, *d.tcp(port=9))
    assert bytes(peer.received) == b""


# -- the others meanwhile -------------------------------------------------------------------------


def test_commands_and_other_sockets_are_refused(line):
    d, s, peer = up(line)
    other, second = d.tcp(port=8)
    raw = s.transparent()
    n = len(d.wrote)
    for call in (d.modem.imei, d.modem.reset, d.modem.power_off, d.modem.sockets):
        fails(errno.EALREADY, call)
    fails(errno.EALREADY, d.modem.command, "+CSQ")
    for start in (d.modem.imei, d.modem.reset, d.modem.audit):
        op = start(wait=False)
        assert op.done
        fails(errno.EALREADY, op.result)
    fails(errno.EALREADY, d.socket().connect, ("192.0.2.1", 1))
    for each in (s, other):
        fails(errno.EALREADY, each.send, b"x")
        fails(errno.EALREADY, each.recv, 1)
    fails(errno.EALREADY, other.transparent)
    second.send(b"news")
    d.run(1000)
    assert len(d.wrote) == n
    raw.leave()
    assert other.recv(10) == b"news"
    works(d, other, second)
    works(d, s, peer)
    assert d.modem.imei()


def test_a_socket_at_timeout_0_waits_for_its_turn(line):
    d, s, peer = up(line)
    other, second = d.tcp(port=8)
    other.settimeout(0)
    raw = s.transparent()
    assert other.send(b"later") == 5
    fails(errno.EAGAIN, other.recv, 5)
    d.run(500)
    raw.leave()
    d.run(1000)
    assert bytes(second.received) == b"later" and bytes(peer.received) == b""


def test_others_are_done_before_it_begins(line):
    d, s, peer = up(line)
    other, second = d.tcp(port=8)
    other.settimeout(0)
    op = d.modem.ping("192.0.2.1", 2, wait=False)
    assert other.send(b"first") == 5
    raw = s.transparent()
    assert op.done and bytes(second.received) == b"first"
    raw.leave()


def test_another_socket_is_closed_meanwhile(line):
    d, s, peer = up(line)
    other, second = d.tcp(port=8)
    raw = s.transparent()
    other.close()
    assert second.connected
    raw.leave()
    assert not second.connected and said(d, "+QICLOSE") == ["AT+QICLOSE=1"]


def test_closing_the_socket_leaves_first(line):
    for way in range(3):
        d, s, peer = up(line)
        raw = s.transparent()
        raw.write(b"x")
        if way == 0:
            s.close()
        elif way == 1:
            raw.close()
        else:
            with s, s.transparent():
                pass
        assert not peer.connected and bytes(peer.received) == b"x"
        fails(errno.EBADF, s.send, b"x")
        assert d.modem.imei()

"""The board comes back from its own deep sleep, and the module is still up: what it has open is
taken over, or closed; and what came meanwhile is received."""

import errno

from host_tests.driver.events import guard
from host_tests.driver.harness import HOST, Line, desk, fails, said, use
from host_tests.driver.test_sleep import ASLEEP_MS, DELAYS, HOUR, Pin
from quectel import Power

FAMILIES = ("BC66", "BC26", "EG915Q", "UG96")


def before(line, family="BC26", **knobs):
    """A desk whose modem is set up, for the life before the board's sleep."""
    d = guard(line.desk(family, delays=DELAYS, **knobs))
    d.modem.ip()
    d.modem.attach()
    return d


def back(d, ms=60_000, power=None):
    """The board sleeps for `ms` and starts anew: a new modem that knows of nothing. What it has
    adopted."""
    d.clock.advance(ms)
    while d.uart.any():  # nobody has heard that
        d.uart.read()
    d.module.commands.clear()
    d.modem = type(d.modem)(d.uart, power)
    guard(d)
    return take_over(d)


def take_over(d):
    from quectel import resume

    op = d.modem._start(resume.take_over(d.modem))
    d.until(lambda: op.done)
    return op.result()


def by_port(sockets):
    return {s.getpeername()[1]: s for s in sockets}


# -- adopted --------------------------------------------------------------------------------------


def test_a_connected_socket_is_taken_over_and_what_came_is_received(line):
    for family in FAMILIES:
        d = before(line, family)
        s, peer = d.tcp()
        u, other = d.udp(port=8)
        s.send(b"before")
        peer.send(b"while it slept")
        other.send(b"a datagram")
        sockets = by_port(back(d))
        assert sorted(sockets) == [7, 8]
        t, u = sockets[7], sockets[8]
        assert t.getpeername() == (HOST, 7)
        assert t.recv(50) == b"while it slept"
        assert u.recv(50) == b"a datagram"
        assert t.send(b", after") == 7 and u.send(b"x") == 1
        assert peer.received == b"before, after" and other.received == [b"x"]
        assert said(d, "+QICLOSE") == [] and said(d, "+QIOPEN") == []


def test_their_ids_are_in_use_and_the_next_socket_gets_another(line):
    for family in FAMILIES:
        d = before(line, family)
        d.tcp()
        back(d)
        s, peer = d.udp(port=9)
        assert said(d, "+QIOPEN")[0].startswith("AT+QIOPEN=1,1,")
        assert said(d, "+QIACT=") == []  # the context is known to be up
        assert s.send(b"x") == 1 and peer.received == [b"x"]


def test_an_adopted_socket_can_be_closed():
    for family in FAMILIES:
        d = before(Line("whole"), family)
        _, peer = d.tcp()
        (s,) = back(d)
        s.close()
        assert said(d, "+QICLOSE") == ["AT+QICLOSE=0"] and not peer.connected
        d.tcp(port=8)
        assert said(d, "+QIOPEN")[-1].startswith("AT+QIOPEN=1,0,")


def test_settings_are_set_again(line):
    d = before(line)
    d.udp()
    d.module.nvram["showlength"] = 0
    d.module.nvram["recv_format"] = 1
    d.module.echo = 1
    (s,) = back(d)
    assert d.module.nvram["showlength"] == 1 and not d.module.echo
    d.module.sockets[0].arrived(b"in plain")
    assert s.recv(20) == b"in plain"


def test_the_name_that_was_connected_to():
    d = guard(desk("BC26", delays=DELAYS))
    d.udp("telemetry.example", 5683)
    (s,) = back(d)
    assert s.getpeername() == ("telemetry.example", 5683)
    s.close()
    fails(errno.EBADF, s.getpeername)


# -- closed ---------------------------------------------------------------------------------------


def test_what_the_peer_has_closed_is_closed(line):
    for family in FAMILIES:
        d = before(line, family)
        _, peer = d.tcp()
        peer.close()
        assert back(d) == []
        assert said(d, "+QICLOSE") == ["AT+QICLOSE=0"]
        assert d.modem._sockets == [None] * d.modem.IDS


def test_what_is_half_open_is_closed(line):
    for family in ("BC26", "EG915Q"):
        d = before(line, family)
        d.net.tcp(HOST, 7, connect_ms=3_000_000)
        d.socket().settimeout(0)
        d.modem.command('+QIOPEN=1,0,"TCP","%s",7,0,0' % HOST)
        assert back(d, 1_000) == []
        assert said(d, "+QICLOSE") == ["AT+QICLOSE=0"]


def test_listeners_services_and_who_came_in_are_closed(line):
    for family in ("EG800Q", "UG96"):
        d = before(line, family)
        listener = d.socket()
        listener.bind(("", 2020))
        listener.listen(1)
        service = d.socket(2)
        service.bind(("", 3030))
        d.net.dial(2020)
        d.run(1_000)
        d.udp()
        sockets = back(d)
        assert [s.getpeername() for s in sockets] == [(HOST, 7)]
        assert len(d.modem.sockets()) == 1


def test_a_stream_that_was_pushed_has_a_hole_and_is_closed(line):
    for family in ("BC66", "EG915Q"):
        d = before(line, family)
        s, _ = d.tcp()
        s.access_mode(1)
        u, other = d.udp(port=8)
        u.access_mode(1)
        (v,) = back(d)
        assert v.getpeername() == (HOST, 8)
        assert said(d, "+QICLOSE") == ["AT+QICLOSE=0"]
        assert said(d, "+QISWTMD") == ["AT+QISWTMD=1,0"]
        other.send(b"in buffer mode again")
        assert v.recv(30) == b"in buffer mode again"


def test_no_text_gets_to_the_peer_of_a_transparent_connection(line):
    for family in ("EG915Q", "UG96"):
        d = before(line, family)
        s, peer = d.tcp()
        raw = s.transparent()
        raw.write(b"the last of it")
        d.run(500)
        for noise in (b"", b"\r\nOK\r\n", b"\r\nRDY\r\n", b"\r\nERROR\r\n"):
            if noise:
                d.clock.call_later(60_500, peer.send, noise)
        assert back(d) == []  # its stream has a hole
        assert peer.received == b"the last of it"
        assert d.modem.sockets() == []


def test_a_context_that_the_network_has_taken_away():
    d = before(Line("whole"), "EG915Q")
    d.udp()
    d.module.lose_contexts()
    assert back(d) == []
    s, peer = d.udp(port=8)
    assert said(d, "+QIDEACT") == ["AT+QIDEACT=1"] and said(d, "+QIACT=") == ["AT+QIACT=1"]
    assert s.send(b"x") == 1 and peer.received == [b"x"]


def test_nothing_is_open():
    for family in FAMILIES:
        d = before(Line("whole"), family)
        assert back(d) == [] and said(d, "+QICLOSE") == []
        d.udp()


# -- both have slept ------------------------------------------------------------------------------


def test_a_bc26_that_sleeps_too_is_woken_and_has_kept_its_udp_sockets(line):
    for pins in ("", "psm_eint"):
        d = before(line, "BC26", psm_downlink="waits")
        d.modem.psm(HOUR, 10)
        u, peer = d.udp()
        d.modem.sleep()
        d.clock.advance(ASLEEP_MS)
        peer.send(b"in its sleep")
        power = Power(psm_eint=Pin(d.clock, d.module.psm_eint)) if pins else None
        (s,) = back(d, power=power)
        assert d.module.running and d.module.sleep_mode == 0
        s.send(b"x")
        assert peer.received == [b"x"]
        assert s.recv(20) == b"in its sleep"


def test_a_bc66_that_sleeps_too_has_nothing_left(line):
    d = before(line, "BC66")
    d.modem.psm(HOUR, 10)
    d.udp()
    d.modem.sleep()
    d.clock.advance(ASLEEP_MS)
    assert d.module.state == "asleep"
    assert back(d) == []
    d.modem.attach()
    s, peer = d.udp(port=8)
    assert s.send(b"x") == 1 and peer.received == [b"x"]


def test_an_eg_that_sleeps_lightly_is_woken_by_dtr(line):
    d = before(line, "EG915Q")
    pin = Pin(d.clock, d.module.dtr)
    d.modem.power = Power(dtr=pin)
    s, peer = d.tcp()
    d.modem.sleep()
    d.clock.advance(ASLEEP_MS)
    assert d.module.dozing
    peer.send(b"in its sleep")
    (s,) = back(d, power=Power(dtr=pin))
    assert s.recv(20) == b"in its sleep" and not d.module.dozing


def test_a_module_that_is_off_or_dead():
    for family in FAMILIES:
        d = before(Line("whole"), family)
        d.module.power_cut()
        t = d.clock.now
        fails(errno.ETIMEDOUT, back, d)
        assert d.clock.now - t < 70_000


def test_a_module_that_has_rebooted_meanwhile(line):
    for family in FAMILIES:
        d = before(line, family)
        d.tcp()
        d.clock.call_later(1_000, d.module.reboot)
        assert back(d) == []
        d.modem.attach()
        s, peer = d.udp(port=8)
        assert s.send(b"x") == 1


# -- power_on(resume=True) ------------------------------------------------------------------------


def test_power_on_resumes(line):
    for family in FAMILIES:
        d = before(line, family)
        s, peer = d.udp()
        peer.send(b"meanwhile")
        d.clock.advance(60_000)
        d.modem = type(d.modem)(d.uart)
        guard(d)
        use(d.clock)
        (s,) = d.modem.power_on(resume=True)
        assert s.recv(20) == b"meanwhile"


def test_power_on_resumes_without_a_word_to_the_peer_of_a_transparent_connection(line):
    for family in ("EG915Q", "UG96"):
        d = before(line, family)
        s, peer = d.tcp()
        s.transparent().write(b"the last of it")
        d.run(500)
        d.clock.advance(60_000)
        pins = [Pin(d.clock, d.module.pwrkey)]
        d.modem = type(d.modem)(d.uart, Power(pins[0]))
        guard(d)
        use(d.clock)
        assert d.modem.power_on(resume=True) == []  # its stream has a hole
        assert peer.received == b"the last of it" and pins[0].log == []
        assert d.modem.sockets() == []

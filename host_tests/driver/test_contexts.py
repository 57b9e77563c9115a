"""PDP contexts, where the host sets them up: EG800Q and UG96 (QICSGP, QIACT, QIDEACT)."""

import errno

from host_tests.driver.events import fails, guard
from host_tests.driver.harness import raises, said
from quectel import QuectelError

ADDRESS = "10.7.157.1"


def up(line, family="EG800Q", **knobs):
    desk = guard(line.desk(family, **knobs))
    desk.modem.registration()
    return desk


def test_attach_configures_and_activates(line):
    for family in ("EG800Q", "UG96"):
        d = up(line, family)
        assert d.modem.attach(apn="iot.example") == ADDRESS
        assert said(d, "+QICSGP") == ['AT+QICSGP=1,1,"iot.example","","",0']
        assert said(d, "+QIACT=") == ["AT+QIACT=1"]
        assert d.modem.contexts() == [(1, 1, (ADDRESS,))]
        assert d.modem.ip() == ADDRESS
        assert d.modem.attach() == ADDRESS  # it is up: nothing more is activated
        assert len(said(d, "+QIACT=")) == 1


def test_attach_with_a_wrong_apn_says_what_failed(line):
    d = up(line, apn="right")
    e = fails(errno.ETIMEDOUT, d.modem.attach, apn="wrong", timeout_ms=10_000)
    assert "QIACT=1" in str(e) and "561" in str(e)
    assert d.modem.attach(apn="right") == ADDRESS


def test_attach_while_not_registered(line):
    d = guard(line.desk("UG96", attached=False, delays={"register": 5_000}))
    assert d.modem.attach(apn="iot.example") == ADDRESS
    assert d.clock.now >= 5_000 and said(d, "+CGREG?")


def test_configure_takes_all_that_the_manual_has(line):
    d = up(line)
    long = "u" * 127
    d.modem.configure_context(15, "a.b", long, long, auth="chap", type="ipv4v6")
    assert len(d.modem.activate(15)) == 2
    assert said(d, "+QICSGP") == ['AT+QICSGP=15,3,"a.b","%s","%s",2' % (long, long)]
    assert d.modem.contexts()[0][:2] == (15, 3)


def test_configure_refuses_before_anything_is_written(line):
    for family, last in (("EG800Q", 15), ("UG96", 20)):
        d = up(line, family)
        n = len(d.module.commands)
        configure = d.modem.configure_context
        for args in (
            (0, "apn"),
            (last + 1, "apn"),
            (1, 'a"b'),
            (1, "a\rAT"),
            (1, "x" * 100),
            (1, "apn", "u" * 128),
            (1, "apn", "u", "p" * 128),
            (1, "apn", "u", 'p"'),
            (1, "apn", "u", "p", 4),
            (1, "apn", "u", "p", 0, 4),
            (1, "apn", "u", "p", 0, "ipx"),
        ):
            raises(ValueError, configure, *args)
        raises(ValueError, d.modem.activate, last + 1)
        raises(ValueError, d.modem.deactivate, 0)
        d.run(100)
        assert len(d.module.commands) == n
    raises(ValueError, configure, 1, "apn", "", "", 0, "ipv6")  # UG96: IPv4 only


def test_a_password_gets_into_no_error(line):
    d = up(line)
    d.modem.configure_context(1, "apn", "joe", "secret99", 1)
    d.module.answer("AT+QICSGP", b"\r\nERROR\r\n")
    e = raises(OSError, d.modem.activate)
    assert "secret" not in repr(e) and "QICSGP=1" in str(e)
    e = raises(ValueError, d.modem.configure_context, 1, "apn", "joe", "secret\n99")
    assert "secret" not in repr(e)


def test_three_contexts_and_no_fourth(line):
    d = up(line)
    for cid in (1, 2, 15):
        d.modem.activate(cid)
    e = raises(QuectelError, d.modem.activate, 4)
    assert e.code == 561
    assert [c[0] for c in d.modem.contexts()] == [1, 2, 15]


def test_what_is_up_is_not_activated_again(line):
    d = up(line)
    d.modem.command("+QIACT=1", 1000)
    assert d.modem.activate() == (ADDRESS,)
    assert len(said(d, "+QIACT=")) == 1


def test_already_active_is_no_error(line):
    # QIACT? has not said so the first time.
    d = up(line)
    d.modem.command("+QIACT=1", 1000)
    d.module.answer("AT+QIACT?", b"\r\nOK\r\n")
    d.module.answer("AT+QIACT=1", b"\r\nERROR\r\n")
    d.module.answer(
        "AT+QIGETERROR", b"\r\n+QIGETERROR: 561, activate PDP context failed\r\n\r\nOK\r\n"
    )
    assert d.modem.activate() == (ADDRESS,)


def test_572_another_context_must_go_first(line):
    d = up(line, one_pdp=True, default_bearer=9)
    assert d.modem.activate() == (ADDRESS,)
    assert said(d, "+CGACT") == ["AT+CGACT?", "AT+CGACT=0,9"]
    assert len(said(d, "+QIACT=1")) == 2


def test_activation_may_take_150_s(line):
    d = guard(line.desk("EG800Q", delays={"+QIACT": 149_000}))
    assert d.modem.activate() == (ADDRESS,)
    d.module.mute("AT+QIACT=2")
    t = d.clock.now
    fails(errno.ETIMEDOUT, d.modem.activate, 2)
    assert 150_000 <= d.clock.now - t < 155_000


def test_a_socket_opens_its_context(line):
    for family in ("EG800Q", "UG96"):
        d = up(line, family)
        s, peer = d.tcp()
        assert said(d, "+QIACT=") == ["AT+QIACT=1"]
        assert s.send(b"x") == 1
        d.tcp(port=8)
        assert len(said(d, "+QIACT=")) == 1


def test_sockets_in_two_contexts(line):
    d = up(line)
    d.net.tcp("198.51.100.7", 7)
    s = d.socket()
    s.context(2)
    s.connect(("198.51.100.7", 7))
    other, peer = d.tcp(port=8)
    assert [c[:13] for c in said(d, "+QIOPEN")] == ["AT+QIOPEN=2,0", "AT+QIOPEN=1,1"]
    assert [entry[6] for entry in d.modem.sockets()] == [2, 1]
    d.module.lose_context(2)
    d.run(100)
    e = raises(QuectelError, s.send, b"x")
    assert e.args[0] == errno.ECONNABORTED and e.code == 570
    assert other.send(b"unharmed") == 8
    raises(ValueError, s.context, 16)


def test_at_timeout_0_activation_goes_on_in_the_background(line):
    d = up(line)
    peer = d.net.tcp("198.51.100.7", 7)
    s = d.socket()
    s.settimeout(0)
    fails(errno.EINPROGRESS, s.connect, ("198.51.100.7", 7))
    d.until(lambda: peer.connected)
    d.run(300)
    assert s.send(b"x") == 1


def test_a_socket_whose_context_does_not_come_up_fails(line):
    d = up(line, apn="right")
    d.modem.configure_context(1, "wrong")
    d.net.tcp("198.51.100.7", 7)
    e = raises(QuectelError, d.socket().connect, ("198.51.100.7", 7))
    assert e.code == 561 and not said(d, "+QIOPEN")
    d.modem.configure_context(1, "right")
    d.socket().connect(("198.51.100.7", 7))


def test_pdpdeact_fails_the_sockets_and_the_next_use_reactivates(line):
    for family in ("EG800Q", "UG96"):
        d = up(line, family)
        a, peer = d.tcp()
        b, peer = d.udp(port=8)
        d.module.lose_context(1)
        d.run(100)
        for call in (a.send, b.send):
            fails(errno.ECONNABORTED, call, b"x")
        fails(errno.ECONNABORTED, a.recv, 9)
        s, peer = d.tcp(port=9)
        assert said(d, "+QIDEACT") == ["AT+QIDEACT=1"]
        assert said(d, "+QIOPEN")[-1].startswith("AT+QIOPEN=1,0,")  # all its ids are free again
        assert s.send(b"x") == 1
        a.close()
        b.close()
        assert s.send(b"x") == 1


def test_services_activate_it_too(line):
    d = up(line)
    d.net.dns["a.example"] = ["198.51.100.7"]
    for call in (
        lambda: d.modem.resolve("a.example"),
        lambda: d.modem.ping("198.51.100.7", 1),
        lambda: d.modem.ntp("198.51.100.7"),
        lambda: d.modem.dns_servers(),
    ):
        n = len(said(d, "+QIACT="))
        assert call()
        assert call()
        assert len(said(d, "+QIACT=")) == n + 1
        d.module.lose_context(1)
        d.run(100)


def test_pdpdeact_without_sockets(line):
    d = up(line)
    d.modem.activate()
    d.module.lose_context(1)
    d.run(100)
    assert d.modem.contexts() == []
    assert d.modem.activate() == (ADDRESS,)
    assert said(d, "+QIDEACT") == ["AT+QIDEACT=1"]


def test_deactivate_ends_its_sockets(line):
    d = up(line)
    s, peer = d.tcp()
    d.modem.deactivate()
    fails(errno.ECONNABORTED, s.send, b"x")
    assert d.modem.contexts() == [] and d.modem.sockets() == []
    d.modem.deactivate()  # what is down stays down


def test_deactivation_may_take_40_s(line):
    d = guard(line.desk("EG800Q", delays={"+QIDEACT": 39_000}))
    d.modem.activate()
    d.modem.deactivate()
    d.modem.activate()
    d.module.mute("AT+QIDEACT")
    t = d.clock.now
    fails(errno.ETIMEDOUT, d.modem.deactivate)
    assert 40_000 <= d.clock.now - t < 45_000


def test_after_a_reboot_the_context_is_activated_again(line):
    d = up(line)
    d.modem.attach(apn="iot.example")
    s, peer = d.tcp()
    d.module.reboot()
    d.run(10_000)
    fails(errno.ECONNRESET, s.send, b"x")
    s, peer = d.tcp(port=8)
    assert len(said(d, "+QIACT=")) == 2 and len(said(d, "+QICSGP")) == 2
    assert s.send(b"x") == 1


def test_other_families_have_none(line):
    d = line.desk("BC66")
    for call in (d.modem.activate, d.modem.deactivate, d.modem.contexts):
        fails(errno.EOPNOTSUPP, call)
    fails(errno.EOPNOTSUPP, d.modem.configure_context, 1, "apn")
    assert d.module.commands == []

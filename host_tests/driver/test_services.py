"""What a modem can be asked: each result, and each way in which it fails."""

import errno

from host_tests.driver.harness import ERROR, HOST, OK, PORT, desk, fails, raises, said, urc
from quectel import QuectelError

IP = "10.16.32.48"


# -- identity and state -----------------------------------------------------------------------


def test_who_it_is(line):
    for family in ("BC66", "BC20", "BC26"):
        d = line.desk(family)
        m = d.modem
        assert m.imei() == "867997030000017"
        assert m.imsi() == "460111174590523"
        assert m.iccid() == "89860317492039041234"
        assert m.firmware() == d.module.family.revision
        assert m.signal() == -63
        assert m.registration() == 1
        assert m.ip() == IP


def test_forms_of_the_same_answer(line):
    d = line.desk()
    m = d.modem
    for text in ('+CGSN: "867997030000017"', "+CGSN: 867997030000017", "867997030000017"):
        d.module.answer("AT+CGSN", urc(text) + OK)
        assert m.imei() == "867997030000017"
    for text in ("Revision: BC66NBR01A07", "BC66NBR01A07", "+CGMR: BC66NBR01A07"):
        d.module.answer("AT+CGMR", urc(text) + OK)
        assert m.firmware() == "BC66NBR01A07"


def test_signal():
    d = desk()
    for text, dbm in (("0,99", -113), ("31,0", -51), ("99,99", None), ("12", -89)):
        d.module.answer("AT+CSQ", urc("+CSQ: " + text) + OK)
        assert d.modem.signal() == dbm


def test_without_a_sim():
    d = desk(sim=False)
    for call in (d.modem.imsi, d.modem.iccid):
        assert raises(QuectelError, call).code == 10
    assert d.modem.imei() == "867997030000017"
    assert d.modem.signal() is None
    assert d.modem.registration() == 0 and d.modem.ip() is None


def test_an_answer_that_is_none(line):
    d = line.desk()
    d.modem.signal()
    for raw in (OK, urc("+CSQ: ") + OK, urc("+CSQ: x,y") + OK):
        d.module.answer("AT+CSQ", raw)
        raises(OSError, d.modem.signal)
    assert d.modem.signal() == -63


def test_no_answer():
    d = desk()
    d.modem.signal()
    d.module.mute("AT+CGSN")
    fails(errno.ETIMEDOUT, d.modem.imei)
    assert d.modem.imei() == "867997030000017"


def test_registration():
    d = desk()
    for stat in range(6):
        d.module.answer("AT+CEREG?", urc("+CEREG: 0,%d" % stat) + OK)
        assert d.modem.registration() == stat
    d.module.answer("AT+CEREG?", urc('+CEREG: 2,5,"12AB","0035E5D4",9') + OK)
    assert d.modem.registration() == 5


def test_ip_in_its_forms():
    d = desk()
    for text, address in (
        ('+CGPADDR: 1,"10.0.0.9"', "10.0.0.9"),
        ("+CGPADDR: 1,10.0.0.9", "10.0.0.9"),
        ("+CGPADDR: 1", None),
        ('+CGPADDR: 1,"0.0.0.0"', None),
    ):
        d.module.answer("AT+CGPADDR", urc(text) + OK)
        assert d.modem.ip() == address


# -- attach -----------------------------------------------------------------------------------


def test_attach_waits_for_all_of_it(line):
    d = line.desk(attached=False, delays={"register": 2000, "ip": 500, "answer": 0})
    assert d.modem.attach() == IP
    assert d.clock.now >= 2500


def test_attach_roaming():
    d = desk(roaming=True)
    assert d.modem.attach() == IP and d.modem.registration() == 5


def test_attach_stores_a_new_apn_and_restarts(line):
    d = line.desk(apn="iot.example", delays={"boot": 1500, "answer": 0})
    assert d.modem.attach(apn="iot.example") == IP
    assert said(d, "+QCGDEFCONT=") == ['AT+QCGDEFCONT="IP","iot.example"']
    n = len(said(d, "+QRST"))
    assert d.modem.attach(apn="iot.example") == IP  # it is stored: no restart
    assert d.modem.attach(apn="IOT.example") == IP  # modules change the case
    assert len(said(d, "+QRST")) == n == 1


def test_attach_with_a_wrong_apn_times_out_and_says_why():
    d = desk(apn="iot.example")
    e = fails(errno.ETIMEDOUT, d.modem.attach, apn="wrong.example", timeout_ms=20_000)
    assert "registration 3" in str(e)
    assert 20_000 <= d.clock.now <= 26_000
    assert d.modem.attach(apn="iot.example") == IP


def test_attach_without_a_sim():
    d = desk(sim=False)
    e = fails(errno.ETIMEDOUT, d.modem.attach, timeout_ms=20_000)
    assert "+CPIN?: error 10" in str(e)
    assert 20_000 <= d.clock.now <= 25_000
    d.module.sim = True
    d.module.attach_at_once()
    assert d.modem.attach() == IP


def test_attach_with_a_sim_that_is_late():
    d = desk()
    d.module.answer("AT+CPIN?", b"\r\n+CME ERROR: 14\r\n", times=3)  # SIM busy
    assert d.modem.attach() == IP


def test_attach_with_a_sim_that_wants_a_pin():
    for text in ("SIM PIN", "SIM PUK", "SIM PIN2"):
        d = desk()
        d.module.answer("AT+CPIN?", urc("+CPIN: " + text) + OK, times=99)
        assert text in str(fails(errno.ETIMEDOUT, d.modem.attach, timeout_ms=5000))


def test_attach_without_an_address():
    d = desk()
    d.module.ip = None
    e = fails(errno.ETIMEDOUT, d.modem.attach, timeout_ms=5000)
    assert "no address" in str(e)


def test_attach_to_a_module_that_is_not_there():
    d = desk(powered=False)
    fails(errno.ETIMEDOUT, d.modem.attach, timeout_ms=10_000)
    assert d.clock.now < 20_000


# -- what another program has left behind -----------------------------------------------------


def test_sockets_left_open_are_closed_first(line):
    nvram = {}
    d = line.desk(nvram=nvram)
    for i in range(3):
        d.tcp(port=7 + i)
    assert len([s for s in d.module.sockets if s]) == 3
    from quectel import BC66

    m = BC66(d.uart)  # the host has restarted, the module has not
    m.idle = d.idle
    assert m.sockets() == []
    assert said(d, "+QICLOSE") == ["AT+QICLOSE=0", "AT+QICLOSE=1", "AT+QICLOSE=2"]


def test_settings_of_another_program_are_overcome(line):
    for family in ("BC66", "BC20", "BC26"):
        nvram = {"viewmode": 1, "send_format": 1, "recv_format": 1, "showlength": 0, "echo": 1}
        d = line.desk(family, nvram=nvram, echo=True)
        s, peer = d.tcp(echo=True)
        for data in (b"text", bytes(range(256))):
            s.send(data)
            assert s.recv(300) == data


def test_they_are_overcome_again_after_a_reboot(line):
    nvram = {}
    d = line.desk(nvram=nvram, delays={"boot": 500, "answer": 0})
    d.modem.signal()
    nvram["viewmode"] = nvram["recv_format"] = 1
    d.module.reboot()
    d.run(5000)
    d.modem.attach()
    s, peer = d.tcp()
    peer.send(b"text")
    assert s.recv(300) == b"text"


# -- names, time, ping ------------------------------------------------------------------------


def test_resolve_in_its_forms(line):
    d = line.desk()
    for raw in (
        urc('+QIURC: "dnsgip",0,2,600')
        + urc('+QIURC: "dnsgip","192.0.2.1"')
        + urc('+QIURC: "dnsgip","192.0.2.2"'),
        b'\r\n+QIURC: "dnsgip",0,2,600\r\n+QIURC: "dnsgip","192.0.2.1"\r\n'
        b'+QIURC: "dnsgip","192.0.2.2"\r\n',
        urc("+QIDNSGIP: 0,2,600") + urc("+QIDNSGIP: 192.0.2.1") + urc("+QIDNSGIP: 192.0.2.2"),
    ):
        d.module.answer("AT+QIDNSGIP", OK + raw)
        assert d.modem.resolve("a.example") == ["192.0.2.1", "192.0.2.2"]
    assert d.modem.resolve("192.0.2.7") == ["192.0.2.7"]


def test_resolve_fails():
    d = desk()
    assert fails(errno.EHOSTUNREACH, d.modem.resolve, "no.example").code == 565
    d.module.answer("AT+QIDNSGIP", OK + urc("+QIDNSGIP: 565"))
    assert fails(errno.EHOSTUNREACH, d.modem.resolve, "no.example").code == 565
    d.module.answer("AT+QIDNSGIP", ERROR)
    d.module.answer("AT+QIGETERROR", urc("+QIGETERROR: 564,DNS busy") + OK)
    assert fails(errno.EAGAIN, d.modem.resolve, "a.example").code == 564
    d.module.answer("AT+QIDNSGIP", OK)
    t = d.clock.now
    fails(errno.ETIMEDOUT, d.modem.resolve, "a.example")
    assert 60_000 <= d.clock.now - t <= 61_000


def test_two_names_at_once(line):
    d = line.desk()
    d.net.dns["a.example"] = ["192.0.2.1"]
    d.net.dns["b.example"] = ["192.0.2.2", "192.0.2.3"]
    a = d.modem.resolve("a.example", wait=False)
    b = d.modem.resolve("b.example", wait=False)
    d.until(lambda: a.done and b.done)
    assert a.result() == ["192.0.2.1"] and b.result() == ["192.0.2.2", "192.0.2.3"]


def test_ntp_in_all_forms(line):
    d = line.desk()
    for text, value in (
        ("18/04/20,11:08:20:35+32", (2018, 4, 20, 11, 8, 20, 32)),
        ("23/11/02,07:05:09", (2023, 11, 2, 7, 5, 9, None)),
        ("2026/07/03,00:56:27+32", (2026, 7, 3, 0, 56, 27, 32)),
        ("2019/07/21,06:10:59+00", (2019, 7, 21, 6, 10, 59, 0)),
        ("19/06/11,11:08:20:35-20", (2019, 6, 11, 11, 8, 20, -20)),
        ("2021/03/04,10:20:30GMT+32", (2021, 3, 4, 10, 20, 30, 32)),
        ("18/04/20,11:08:20 +32", (2018, 4, 20, 11, 8, 20, 32)),
    ):
        d.module.answer("AT+QNTP", OK + urc('+QNTP: 0,"%s"' % text))
        assert d.modem.ntp("ntp.example") == value


def test_ntp_fails():
    d = desk()
    d.net.ntp_time = None
    assert fails(errno.ETIMEDOUT, d.modem.ntp, "ntp.example").code == 569
    for text in ("+QNTP: 565", "+QNTP: 565,"):
        d.module.answer("AT+QNTP", OK + urc(text))
        assert fails(errno.EHOSTUNREACH, d.modem.ntp, "ntp.example").code == 565
    for text in ("+QNTP: 0", '+QNTP: 0,""', '+QNTP: 0,"now"', "+QNTP: x"):
        d.module.answer("AT+QNTP", OK + urc(text))
        fails(errno.EIO, d.modem.ntp, "ntp.example")
    d.module.answer("AT+QNTP", OK)
    t = d.clock.now
    fails(errno.ETIMEDOUT, d.modem.ntp, "ntp.example")
    assert 60_000 <= d.clock.now - t <= 126_000


def test_a_service_whose_command_cannot_leave_says_so():
    """After a timeout the module does not answer any more: EIO was told, for want of lines."""
    for name in ("BC66", "EG800Q"):
        d = desk(name)
        d.modem.attach()
        d.module.answer("AT+QNTP", b"")
        fails(errno.ETIMEDOUT, d.modem.ntp, "pool.ntp.org")
        d.module.answer("ATE0", b"", 3)
        fails(errno.ETIMEDOUT, d.modem.ntp, "pool.ntp.org")


def test_ping(line):
    d = line.desk()
    d.net.rtt = [30, None, 50, 40]
    replies, summary = d.modem.ping(HOST, timeout_s=1)
    assert replies == [(HOST, 32, 30, 64), None, (HOST, 32, 50, 64), (HOST, 32, 40, 64)]
    assert summary == (4, 3, 1, 30, 50, 40)
    d.net.rtt = [None]
    assert d.modem.ping(HOST, 2, 1) == ([None, None], (2, 0, 2, None, None, None))


def test_ping_without_a_summary(line):
    # BG770A ends with a code alone, BC260Y with summary code 2: the replies tell all.
    d = line.desk()
    one = urc('+QPING: 0,"192.0.2.1",32,30,64')
    for last in (urc("+QPING: 0"), urc("+QPING: 2"), b""):
        d.module.answer("AT+QPING", OK + one + one + last)
        replies, summary = d.modem.ping("192.0.2.1", 2, 1)
        assert replies == [("192.0.2.1", 32, 30, 64)] * 2
        assert summary == (2, 2, 0, 30, 30, 30)


def test_ping_fails():
    d = desk()
    for code, number in ((565, errno.EHOSTUNREACH), (561, errno.EHOSTUNREACH)):
        d.module.answer("AT+QPING", OK + urc("+QPING: %d" % code))
        assert fails(number, d.modem.ping, HOST).code == code
    d.module.answer("AT+QPING", urc("+QPING: 561"))  # seen without an OK
    assert fails(errno.EHOSTUNREACH, d.modem.ping, HOST).code == 561
    d.module.answer("AT+QPING", OK)
    fails(errno.ETIMEDOUT, d.modem.ping, HOST)


def test_services_need_an_address():
    d = desk(attached=False, delays={"register": 3_600_000, "answer": 0})
    for call in (
        lambda: d.modem.resolve("a.example"),
        lambda: d.modem.ntp("a.example"),
        lambda: d.modem.ping(HOST),
        lambda: d.socket().connect((HOST, PORT)),
    ):
        assert fails(errno.EHOSTUNREACH, call).code == 561

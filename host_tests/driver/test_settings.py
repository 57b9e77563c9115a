"""Settings, errors, any command, URCs, counters: the services that look at the driver itself."""

import errno

from host_tests.driver.harness import ERROR, HOST, OK, PORT, desk, fails, raises, said, urc
from quectel import QuectelError

# What every code of the manuals' table 1 means to a program that knows sockets
CODES = {
    550: errno.EIO,
    551: errno.EAGAIN,
    552: errno.EINVAL,
    553: errno.ENOMEM,
    554: errno.ENOMEM,
    555: errno.EOPNOTSUPP,
    556: errno.EADDRINUSE,
    557: errno.EADDRINUSE,
    558: errno.ECONNRESET,
    559: errno.ECONNRESET,
    560: errno.ECONNABORTED,
    561: errno.EHOSTUNREACH,
    562: errno.EIO,
    563: errno.EADDRINUSE,
    564: errno.EAGAIN,
    565: errno.EHOSTUNREACH,
    566: errno.ECONNREFUSED,
    567: errno.ENOTCONN,
    568: errno.EAGAIN,
    569: errno.ETIMEDOUT,
    570: errno.ECONNABORTED,
    571: errno.ECONNABORTED,
    572: errno.EACCES,
    573: errno.EINVAL,
    574: errno.EADDRINUSE,
}


# -- options ----------------------------------------------------------------------------------


def test_option_reads_and_sets(line):
    d = line.desk("BC26")
    m = d.modem
    assert m.option("viewmode") == (0,)
    assert m.option("viewmode", 1) == (1,) and m.option("viewmode") == (1,)
    assert m.option("dataformat") == (0, 0)
    assert m.option("dataformat", 0, 1) == (0, 1)
    assert m.option("echomode") == (0,)


def test_option_holds_after_a_reboot():
    d = desk(delays={"boot": 500, "answer": 0})
    d.modem.option("viewmode", 1)
    d.module.nvram["viewmode"] = 0
    d.module.reboot()
    d.run(3000)
    assert d.modem.option("viewmode") == (1,)


def test_option_of_one_modem_is_not_anothers():
    a = desk()
    a.modem.option("viewmode", 1)
    b = desk(nvram={"viewmode": 1})
    assert b.modem.option("viewmode") == (0,)


def test_option_that_is_none():
    d = desk()
    raises(ValueError, d.modem.option, "tcp/keepalive", 1, 2, 30, 3)
    raises(ValueError, d.modem.option, "viewmode", 2)
    assert d.modem.option("viewmode") == (0,)


def test_dns_servers(line):
    d = line.desk("BC26")
    assert d.modem.dns_servers() == ()
    assert d.modem.dns_servers("192.0.2.1", "192.0.2.2") == ("192.0.2.1", "192.0.2.2")
    assert d.modem.dns_servers(["192.0.2.3"])[0] == "192.0.2.3"
    assert d.modem.dns_servers(["192.0.2.1", "192.0.2.2"]) == ("192.0.2.1", "192.0.2.2")
    assert raises(QuectelError, d.modem.dns_servers, "no address").code == 552


def test_dns_servers_on_a_family_without():
    fails(errno.EOPNOTSUPP, desk().modem.dns_servers)


def test_sockets(line):
    d = line.desk()
    assert d.modem.sockets() == []
    d.tcp()
    d.udp(port=8)
    assert d.modem.sockets() == [
        (0, "TCP", HOST, PORT, 0, 2, 1, 0),
        (1, "UDP", HOST, 8, 0, 2, 1, 0),
    ]


# -- errors -----------------------------------------------------------------------------------


def test_each_code_has_its_errno():
    d = desk()
    d.modem.signal()
    for code in CODES:
        d.module.answer("AT+QICFG", ERROR)
        d.module.answer("AT+QIGETERROR", urc("+QIGETERROR: %d,text" % code) + OK)
        e = fails(CODES[code], d.modem.option, "viewmode")
        assert isinstance(e, QuectelError) and e.code == code, code


def test_a_bare_error_is_asked_about(line):
    d = line.desk()
    assert raises(QuectelError, d.modem.command, '+QICFG="no such"').code == 552
    assert said(d, "+QIGETERROR") == ["AT+QIGETERROR"]


def test_an_error_of_another_command_is_not():
    d = desk()
    d.modem.signal()
    e = raises(QuectelError, d.modem.command, "+NONE")
    assert e.code == -1 and e.errno == errno.EIO
    assert said(d, "+QIGETERROR") == []


def test_qigeterror_fails_too(line):
    d = line.desk()
    d.modem.signal()
    for raw in (ERROR, b"\r\n+CME ERROR: 4\r\n", OK, urc("+QIGETERROR: ") + OK):
        d.module.answer("AT+QICFG", ERROR)
        d.module.answer("AT+QIGETERROR", raw)
        assert raises(QuectelError, d.modem.option, "viewmode").code == -1
    d.module.answer("AT+QICFG", ERROR)
    d.module.mute("AT+QIGETERROR")
    raises(OSError, d.modem.option, "viewmode")
    assert d.modem.option("viewmode") == (0,)


def test_cme_errors(line):
    d = line.desk()
    d.modem.signal()
    for raw, code in (
        (b"\r\n+CME ERROR: 50\r\n", 50),
        (b"\r\n+CME ERROR: SIM busy\r\n", -1),
        (b"\r\n+CME ERROR:\r\n", -1),
        (b"\r\n+CMS ERROR: 500\r\n", 500),
        (b"\r\n+CME ERROR: 552\r\n", 552),
    ):
        d.module.answer("AT+CIMI", raw)
        e = raises(QuectelError, d.modem.imsi)
        assert e.code == code and e.errno


def test_last_error(line):
    d = line.desk("BC26")
    assert d.modem.last_error() == (0, "operation successful")
    d.module.last_error = 566
    assert d.modem.last_error() == (566, "socket connection failed")
    for text in ("552,invalid parameters", "552, invalid parameters"):
        d.module.answer("AT+QIGETERROR", urc("+QIGETERROR: " + text) + OK)
        assert d.modem.last_error() == (552, "invalid parameters")


# -- any command, and what comes by itself ----------------------------------------------------


def test_command(line):
    d = line.desk()
    assert d.modem.command("+CSQ") == d.modem.command("AT+CSQ") == ["+CSQ: 25,0"]
    assert d.modem.command("") == d.modem.command("AT") == []
    assert d.modem.command("I")[0] == "Quectel_Ltd"
    assert d.modem.command('+QICFG="viewmode"') == ['+QICFG: "viewmode",0']
    d.module.answer("AT+SLOW", OK, after_ms=4000)
    assert d.modem.command("+SLOW", timeout_ms=5000) == []
    d.module.answer("AT+SLOW", OK, after_ms=400)
    fails(errno.ETIMEDOUT, d.modem.command, "+SLOW", timeout_ms=300)
    assert d.modem.command("+CSQ") == ["+CSQ: 25,0"]


def test_command_with_bytes_that_are_no_text(line):
    d = line.desk()
    d.module.answer("AT+ODD", b"\r\n+ODD: \x80\xff\xe9\r\n" + OK)
    assert d.modem.command("+ODD") == ["+ODD: \x80\xff\xe9"]


def test_on_urc(line):
    d = line.desk()
    heard = []
    d.modem.on_urc("+CEREG", heard.append)
    d.modem.command("+CEREG=1")
    d.module.detach(2)
    d.run(50)
    assert heard == ["+CEREG: 2"]
    d.modem.command("+CSQ")
    assert d.modem.registration() == 2 and heard == ["+CEREG: 2"]
    d.modem.on_urc("+CEREG", None)
    d.module.inject(urc("+CEREG: 1"))
    d.run(50)
    assert heard == ["+CEREG: 2"]


def test_on_urc_may_raise_and_may_not_wait(line):
    d = line.desk()
    caught = []

    def waits(text):
        try:
            d.modem.signal()
        except OSError as e:
            caught.append(e.errno)

    def raises_it(text):
        raise KeyError(text)

    d.modem.on_urc("+WAIT", waits)
    d.modem.on_urc("+RAISE", raises_it)
    d.modem.signal()
    d.module.inject(urc("+RAISE: 1") + urc("+WAIT: 1"))
    d.run(50)
    assert caught == [errno.EALREADY]
    assert d.modem.stats()["dropped"] == 1
    assert d.modem.signal() == -63


def test_on_urc_has_eight_places():
    d = desk()
    for i in range(8):
        d.modem.on_urc("+URC%d" % i, print)
    fails(errno.ENOMEM, d.modem.on_urc, "+URC8", print)
    d.modem.on_urc("+URC0", None)
    d.modem.on_urc("+URC8", print)


def test_stats(line):
    d = line.desk()
    d.modem.signal()
    names = ("dropped", "oversize", "garbage", "unknown", "stray", "timeouts", "resyncs")
    stats = d.modem.stats()
    assert sorted(stats) == sorted(names)
    assert stats["resyncs"] == 1 and sum(stats.values()) == 1  # how it got in touch
    d.module.inject(urc("+NEW: 1") + urc("x" * 300))
    d.run(50)
    d.module.inject(b"\r\nSEND OK\r\n")
    d.run(50)
    d.module.mute("AT+CSQ")
    fails(errno.ETIMEDOUT, d.modem.command, "+CSQ")
    d.modem.signal()
    stats = d.modem.stats()
    for name in ("unknown", "oversize", "stray", "timeouts"):
        assert stats[name] == 1, (name, stats)
    assert stats["resyncs"] == 2 and stats["garbage"] > 0

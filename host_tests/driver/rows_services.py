"""What each row demands of the driver: services, receiving, what the module says by itself.

See rows.py.
"""

import errno

from host_tests.driver.harness import ERROR, HOST, OK, fails, raises, said, urc
from host_tests.driver.rows import BINARY, TEXT, desk, refused

# In the manuals of BC66 and BC20: YY/MM/DD,hh:mm:ss and the zone, and what it is
TIMES = (
    ("18/04/20,11:08:20:35+32", (2018, 4, 20, 11, 8, 20, 32)),  # the example
    ("18/04/20,11:08:20 +32", (2018, 4, 20, 11, 8, 20, 32)),  # the text
    ("18/04/20,11:08:20-48", (2018, 4, 20, 11, 8, 20, -48)),
    ("18/04/20,11:08:20+56", (2018, 4, 20, 11, 8, 20, 56)),
)


def no_transparent_mode(line, family):
    d = desk(line, family)
    s, peer = d.tcp()
    assert not hasattr(s, "transparent") or fails(errno.EOPNOTSUPP, s.transparent)
    s.send(b"+++")
    d.run(2000)
    assert peer.received == b"+++" and d.module.junk == 0
    assert said(d, "+QISEND")


def qicfg(line, family, more=()):
    d = desk(line, family, nvram={"send_format": 1, "recv_format": 1, "viewmode": 1})
    s, peer = d.tcp()
    peer.send(BINARY)
    assert s.recv(300) == BINARY
    m = d.modem
    assert m.option("dataformat") == (0, 0) and m.option("viewmode") == (0,)
    assert m.option("showlength") == (1,)
    asked = said(d, "+QICFG")
    raises(ValueError, m.option, "tcp/keepalive")
    assert said(d, "+QICFG") == asked
    for name in more:
        assert m.option(name) == (0,)


def qicfg_no_echomode(line, family):
    d = desk(line, family)
    refused(d.modem.option, "echomode")


def qicfg_formats(line, family):
    # Any of the module's formats may be chosen, and holds after a reboot.
    for settings in (
        (("viewmode", 1),),
        (("dataformat", 0, 1),),
        (("showlength", 0), ("viewmode", 1), ("dataformat", 0, 1)),
    ):
        d = desk(line, family)
        for setting in settings:
            assert d.modem.option(*setting) == setting[1:]
        for _ in range(2):
            s, peer = d.tcp()
            peer.send(BINARY)
            assert s.recv(300) == BINARY
            d.module.nvram.clear()
            d.module.reboot()
            d.run(50)


def qping(line, family):
    d = desk(line, family)
    d.modem.ping(HOST, count=2, timeout_s=3)
    assert said(d, "+QPING") == ['AT+QPING=1,"198.51.100.7",3,2']
    d.modem.ping(HOST, count=10, timeout_s=255)
    for bad in ({"count": 0}, {"count": 11}, {"timeout_s": 0}, {"timeout_s": 256}):
        raises(ValueError, d.modem.ping, HOST, **bad)
    assert len(said(d, "+QPING")) == 2


def ping_answer(line, family, average=287):
    d = desk(line, family)
    d.net.rtt = [192, 240, 241, 479]  # the manuals' own example
    replies, summary = d.modem.ping(HOST)
    assert replies == [(HOST, 32, ms, 64) for ms in (192, 240, 241, 479)]
    assert summary == (4, 4, 0, 192, 479, average)
    d.net.rtt = [50, None, 70]
    replies, summary = d.modem.ping(HOST, count=3, timeout_s=1)
    assert replies == [(HOST, 32, 50, 64), None, (HOST, 32, 70, 64)]
    assert summary == (3, 2, 1, 50, 70, 60)
    t = d.clock.now
    e = fails(errno.EHOSTUNREACH, d.modem.ping, "nowhere.example")
    assert e.code == 565 and d.clock.now - t < 1000  # nothing follows it


def qntp(line, family, stamps):
    d = desk(line, family)
    for stamp, value in stamps:
        d.module.answer("AT+QNTP", OK + urc('+QNTP: 0,"%s"' % stamp))
        assert d.modem.ntp("ntp5.aliyun.com") == value
    assert said(d, "+QNTP")[0] == 'AT+QNTP=1,"ntp5.aliyun.com",123'
    d.module.answer("AT+QNTP", OK + urc("+QNTP: 565"))
    assert fails(errno.EHOSTUNREACH, d.modem.ntp, "ntp.example").code == 565


def qidnsgip(line, family):
    d = desk(line, family)
    addresses = ["198.51.100.%d" % i for i in range(4)]
    d.net.dns["a.example"] = addresses
    assert d.modem.resolve("a.example") == addresses
    assert said(d, "+QIDNSGIP") == ['AT+QIDNSGIP=1,"a.example"']
    assert fails(errno.EHOSTUNREACH, d.modem.resolve, "b.example").code == 565
    assert d.modem.resolve("a.example") == addresses


def qidnscfg(line, family):
    d = desk(line, family, attached=False, delays={"register": 3000, "answer": 0})
    fails(errno.EHOSTUNREACH, d.modem.dns_servers, "192.0.2.1")  # only after +IP:
    d.modem.attach()
    assert d.modem.dns_servers() == ()
    assert d.modem.dns_servers("218.2.2.2", "8.8.8.8") == ("218.2.2.2", "8.8.8.8")
    assert d.modem.dns_servers() == ("218.2.2.2", "8.8.8.8")
    assert d.modem.dns_servers("192.0.2.1") == ("192.0.2.1",)
    assert said(d, "+QIDNSCFG")[-2:] == ['AT+QIDNSCFG=1,"192.0.2.1"', "AT+QIDNSCFG=1"]
    d.module.reboot()
    d.run(9000)
    assert d.modem.dns_servers() == ()  # lost on reset


def no_qidnscfg(line, family):
    d = desk(line, family)
    fails(errno.EOPNOTSUPP, d.modem.dns_servers, "192.0.2.1")
    fails(errno.EOPNOTSUPP, d.modem.dns_servers)
    assert not said(d, "+QIDNSCFG")


def never(line, family, name):
    """A command of other families only: no session ever has it."""
    d = desk(line, family)
    d.modem.attach()
    s, peer = d.tcp(echo=True)
    s.send(BINARY)
    assert s.recv(300) == BINARY
    s.close()
    d.modem.reset()
    assert not said(d, name)
    fails(errno.EOPNOTSUPP, s.accept)


def qigeterror(line, family, text="socket connect failed", good="operation successful"):
    d = desk(line, family)
    d.modem.signal()
    assert d.modem.last_error() == (0, good)
    d.module.answer("AT+QIOPEN", ERROR)
    d.module.answer("AT+QIGETERROR", urc("+QIGETERROR: 566,socket connect failed") + OK)
    assert fails(errno.ECONNREFUSED, d.socket().connect, (HOST, 7)).code == 566
    d.run(1000)
    d.module.last_error = 566
    assert d.modem.last_error() == (566, text)
    d.module.answer("AT+QIGETERROR", urc("+QIGETERROR: 552, invalid parameters") + OK)
    assert d.modem.last_error() == (552, "invalid parameters")


def default_answer_time(line, family):
    d = desk(line, family)
    d.modem.signal()
    d.module.answer("AT+CSQ", urc("+CSQ: 25,0") + OK, after_ms=300)
    assert d.modem.command("+CSQ") == ["+CSQ: 25,0"]
    s, _ = d.tcp()
    d.module.inject(urc('+QIURC: "recv",0,16'))
    d.module.answer("AT+QIRD", urc("+QIRD: 16,0") + TEXT + b"\r\n" + OK, after_ms=300)
    assert s.recv(30) == TEXT
    d.module.mute("AT+CSQ")
    t = d.clock.now
    fails(errno.ETIMEDOUT, d.modem.command, "+CSQ")
    assert 300 <= d.clock.now - t <= 2000
    assert d.modem.command("+CSQ") == ["+CSQ: 25,0"]


# -- receiving --------------------------------------------------------------------------------


def qird(line, family):
    d = desk(line, family)
    s, peer = d.tcp()
    peer.send(TEXT * 40)
    got = s.recv(2000)
    assert said(d, "+QIRD") == ["AT+QIRD=0,512"]
    got += s.recv(5)
    assert said(d, "+QIRD")[-1] == "AT+QIRD=0,5" and len(got) == 517
    got += s.recv(2000)
    assert got == TEXT * 40


def qird_header(line, family):
    d = desk(line, family)
    s, _ = d.tcp()
    for header in ("+QIRD: 5", "+QIRD: 5,0"):
        d.module.answer("AT+QIRD", urc(header) + b"hello\r\n" + OK)
        d.module.inject(urc('+QIURC: "recv",0,5'))
        assert s.recv(9) == b"hello"
    d.module.answer("AT+QIRD", urc("+QIRD: 0") + OK)
    s.settimeout(2)
    fails(errno.ETIMEDOUT, s.recv, 9)
    d.module.inject(urc('+QIURC: "recv",0,5'))
    d.module.answer("AT+QIRD", urc("+QIRD: 5") + b"again\r\n" + OK)
    assert s.recv(9) == b"again"


def rem(line, family):
    d = desk(line, family)
    s, peer = d.tcp()
    u, other = d.udp(port=8)
    for p in (peer, other):
        p.send(b"0123456789")
        p.send(b"ab")
    assert s.recv(8) == b"01234567"
    assert u.recv(8) == b"01234567"
    # What remains of the node: the stream's next bytes, the end of a datagram that did not fit.
    assert s.recv(8) == b"89" and s.recv(8) == b"ab"
    assert u.recv(8) == b"ab"


# -- what the module says by itself -----------------------------------------------------------


def closed_urc(line, family):
    d = desk(line, family)
    s, peer = d.tcp()
    s.settimeout(5)
    peer.send(TEXT * 40)
    peer.close()
    d.run(50)
    assert s.recv(700) + s.recv(700) == TEXT * 40
    assert s.recv(9) == b"" and s.recv(9) == b""
    assert not said(d, "+QICLOSE")
    s.close()
    assert said(d, "+QICLOSE") == ["AT+QICLOSE=0"] and d.modem.sockets() == []


def recv_urc(line, family):
    d = desk(line, family)
    s, peer = d.tcp()
    for shown in (1, 0):  # with its length, and without
        d.module.nvram["showlength"] = shown
        peer.send(TEXT)
        assert s.recv(30) == TEXT
        d.run(50)
    d.module.inject(urc('+QIURC: "recv",3,12'))  # nobody has id 3
    d.run(50)
    assert d.modem.stats()["unknown"] == 1


def recv_urc_in_view_1(line, family):
    d = desk(line, family)
    d.modem.option("viewmode", 1)
    s, peer = d.tcp()
    peer.send(b",1,,\r\nOK\r\n" + BINARY)
    assert s.recv(300) == b",1,,\r\nOK\r\n" + BINARY


def recv_urc_not_repeated(line, family):
    d = desk(line, family)
    s, peer = d.tcp()
    for _ in range(3):
        peer.send(TEXT)
    d.run(50)  # one URC for all three
    assert s.recv(30) + s.recv(30) + s.recv(30) == TEXT * 3
    d.run(50)
    peer.send(b"more")
    assert s.recv(30) == b"more"


def buff_full(line, family):
    d = desk(line, family, max_nodes=2)
    u, peer = d.udp()
    for text in (b"one", b"two", b"three"):
        peer.send(text)
    d.run(50)
    assert u.lost == 1
    assert u.recv(9) == b"one" and u.recv(9) == b"two"
    peer.send(b"four")
    assert u.recv(9) == b"four" and u.lost == 1


def nothing_survives_sleep(line, family):
    d = desk(line, family, delays={"boot": 1500})
    s, _ = d.udp()
    d.module.deep_sleep()
    raises(OSError, s.send, TEXT)  # it wakes the module, and is lost
    d.run(3000)
    raises(OSError, s.send, TEXT)
    s.close()
    d.modem.attach()
    u, peer = d.udp(port=8)
    assert u.send(TEXT) == 16 and peer.received == [TEXT]


def udp_survives_sleep(line, family):
    d = desk(line, family)
    s, peer = d.udp()
    s.send(TEXT)
    d.module.deep_sleep()
    raises(OSError, d.modem.command, "")  # it wakes the module, and is lost
    assert s.send(TEXT) == 16 and peer.received == [TEXT, TEXT]
    peer.send(TEXT)
    assert s.recv(30) == TEXT

"""What each row demands of the driver on UG9x and EG91xQ: receiving, services, servers.

See rows_pdp.py.
"""

import errno

from host_tests.driver.harness import ERROR, HOST, OK, fails, raises, said, urc
from host_tests.driver.rows import BINARY, TEXT, patient
from host_tests.driver.rows import desk as up
from quectel import QuectelError

CALLER = ("203.0.113.9", 54091)


def service(d, port=3030):
    """A UDP service."""
    s = d.socket(2)
    s.bind(("", port))
    return s


def listener(d, port=2020):
    s = d.socket()
    s.bind(("", port))
    s.listen()
    return s


# -- UDP services -------------------------------------------------------------------------------


def udp_service_send(line, family):
    d = up(line, family)
    peer = d.net.udp("192.0.2.7", 6969)
    s = service(d)
    payload = (BINARY * 6)[:1460]
    assert s.sendto(b"1234567890", ("192.0.2.7", 6969)) == 10
    assert s.sendto(payload, ("192.0.2.7", 6969)) == 1460
    raises(ValueError, s.sendto, payload + b"x", ("192.0.2.7", 6969))
    assert said(d, "+QISEND") == [
        'AT+QISEND=0,10,"192.0.2.7",6969',
        'AT+QISEND=0,1460,"192.0.2.7",6969',
    ]
    assert peer.received == [b"1234567890", payload]


def udp_service_send_by_name(line, family):
    # The module wants an address in dots.
    d = up(line, family)
    d.net.dns["a.example"] = [HOST]
    peer = d.net.udp(HOST, 7)
    s = service(d)
    s.sendto(TEXT, ("a.example", 7))
    assert said(d, "+QISEND") == ['AT+QISEND=0,16,"198.51.100.7",7'] and peer.received == [TEXT]


# -- receiving ----------------------------------------------------------------------------------


def qird(line, family):
    d = up(line, family)
    s, peer = d.tcp()
    data = BINARY * 6
    peer.send(data)
    got = s.recv(2000)
    assert said(d, "+QIRD") == ["AT+QIRD=0,1500"] and len(got) == 1500
    got += s.recv(5)
    assert said(d, "+QIRD")[-1] == "AT+QIRD=0,5" and len(got) == 1505
    assert got + s.recv(2000) == data


def qird_totals(line, family):
    d = up(line, family)
    s, peer = d.tcp()
    peer.send(b"0123456789")
    assert s.recv(4) == b"0123"
    assert d.modem.command("+QIRD=0,0") == ["+QIRD: 10,4,6"]
    assert s.recv(9) == b"456789"


def qird_of_a_service(line, family):
    d = up(line, family)
    s = service(d)
    d.net.datagram(3030, BINARY, "10.7.76.34", 7687)
    d.net.datagram(3030, b"AAAA", "10.7.76.35", 7688)
    # One whole datagram, whatever was asked for; what does not fit is gone.
    assert s.recvfrom(10) == (BINARY[:10], ("10.7.76.34", 7687))
    assert s.recvfrom(1500) == (b"AAAA", ("10.7.76.35", 7688))


def qird_header(line, family):
    d = up(line, family)
    s, _ = d.tcp()
    d.module.inject(urc('+QIURC: "recv",0'))
    d.module.answer("AT+QIRD", urc("+QIRD: 5") + b"hello\r\n" + OK)
    assert s.recv(9) == b"hello"
    d.module.answer("AT+QIRD", urc("+QIRD: 0") + OK)
    s.settimeout(2)
    fails(errno.ETIMEDOUT, s.recv, 9)
    d.module.inject(urc('+QIURC: "recv",0'))
    d.module.answer("AT+QIRD", b"\r\n+QIRD: 5\r\nagain\r\nOK\r\n")  # without the empty line
    assert s.recv(9) == b"again"


def no_rem(line, family):
    # What is left in the module is found by reading on.
    d = up(line, family)
    s, peer = d.tcp()
    u, other = d.udp(port=8)
    for p in (peer, other):
        p.send(b"0123456789")
        p.send(b"ab")
    d.run(50)
    got = b""
    while len(got) < 12:
        got += s.recv(5)
    assert got == b"0123456789ab"
    assert u.recv(8) == b"01234567" and u.recv(8) == b"ab"  # of a datagram the rest is dropped
    raises(ValueError, d.modem.option, "showlength")


# -- settings -----------------------------------------------------------------------------------


def qicfg(line, family, options):
    d = up(line, family)
    m = d.modem
    for name, first, other in options:
        assert m.option(name) == first, name
        assert m.option(name, *other) == other, name
        assert m.option(name) == other, name
        m.option(name, *first)


def qicfg_not_kept(line, family):
    # The module forgets at a reboot; what the program has set is set again.
    d = up(line, family)
    d.modem.option("transwaittm", 7)
    d.module.reboot()
    d.run(20_000)
    assert d.module.option("transwaittm") == 2
    assert d.modem.option("transwaittm") == (7,)
    assert d.modem.option("transpktsize") == (1024,)


def qicfg_any_format(line, family):
    for setting in (("viewmode", 1), ("dataformat", 0, 1)):
        d = up(line, family)
        assert d.modem.option(*setting) == setting[1:]
        s, peer = d.tcp()
        peer.send(BINARY)
        assert s.recv(300) == BINARY


def send_auto(line, family):
    d = up(line, family)
    for port in (7, 8):
        s, peer = d.tcp(port=port)
    assert d.modem.option("send/auto", 1, 20, "3132", 1, 3) == (1, 20, "3132", 1, 3)
    d.run(41_000)
    assert peer.received == b"1212"
    for bad in ((0, 20), (12, 20), (1, 19), (1, 86401)):
        raises(ValueError, d.modem.option, "send/auto", *bad)


def qisde(line, family):
    # Another program, or the firmware's default, has the echo on: it is turned off.
    for knobs in ({"payload_echo": 1}, {}):
        d = up(line, family, **knobs)
        s, peer = d.tcp(echo=True)
        s.send(b"\r\nERROR\r\nOK\r\n")
        assert s.recv(30) == peer.received == b"\r\nERROR\r\nOK\r\n"
        assert said(d, "+QISDE") == ["AT+QISDE=0"]
        assert d.modem.command("+QISDE?") == ["+QISDE: 0"]


# -- services -----------------------------------------------------------------------------------


def no_ping_size(line, family):
    d = up(line, family)
    d.net.rtt = [40]
    d.modem.ping(HOST, count=10, timeout_s=255)
    assert said(d, "+QPING") == ['AT+QPING=1,"198.51.100.7",255,10']
    assert raises(QuectelError, d.modem.command, '+QPING=1,"198.51.100.7",4,4,64').code == 552


def qntp(line, family, stamps):
    d = up(line, family)
    for stamp, value in stamps:
        d.module.answer("AT+QNTP", OK + urc('+QNTP: 0,"%s"' % stamp))
        assert d.modem.ntp("ntp.example") == value
    assert said(d, "+QNTP")[0] == 'AT+QNTP=1,"ntp.example",123'
    d.module.answer("AT+QNTP", OK + urc("+QNTP: 565"))
    assert fails(errno.EHOSTUNREACH, d.modem.ntp, "ntp.example").code == 565


def qntp_of_the_module(line, family):
    d = up(line, family)
    d.net.ntp_time = (2019, 7, 21, 6, 10, 59, 0, 0)
    assert d.modem.ntp("ntp.example") == (2019, 7, 21, 6, 10, 59, 0)


def qntp_125_s(line, family):
    for ms, good in ((124_000, True), (127_000, False)):
        d = up(line, family)
        patient(d)
        d.net.ntp_ms = ms
        t = d.clock.now
        if good:
            assert d.modem.ntp("ntp.example")[0] == 2018 and d.clock.now - t >= ms
            continue
        fails(errno.ETIMEDOUT, d.modem.ntp, "ntp.example")
        assert 125_000 <= d.clock.now - t < 127_000


def qntp_under_way(line, family):
    d = up(line, family)
    d.net.ntp_ms = 5000
    op = d.modem.ntp("ntp.example", wait=False)
    d.run(1000)
    assert d.modem.command("+QNTP?") == ['+QNTP: "ntp.example",123']
    d.run(5000)
    assert op.result()[:3] == (2018, 4, 20)
    assert d.modem.command("+QNTP?") == []


def qidnsgip_60_s(line, family):
    for ms, good in ((59_000, True), (61_500, False)):
        d = up(line, family)
        patient(d)
        d.net.dns["a.example"] = [HOST]
        d.net.dns_ms = ms
        t = d.clock.now
        if good:
            assert d.modem.resolve("a.example") == [HOST] and d.clock.now - t >= ms
            continue
        fails(errno.ETIMEDOUT, d.modem.resolve, "a.example")
        assert 60_000 <= d.clock.now - t < 61_500


def qidnscfg(line, family):
    d = line.desk(family)
    m = d.modem
    assert said(d, "+QIACT=") == []  # the context must be active: it is activated
    assert m.dns_servers() == ("198.51.100.53", "198.51.100.54")
    assert m.dns_servers("218.2.2.2", "8.8.8.8") == ("218.2.2.2", "8.8.8.8")
    assert m.dns_servers("192.0.2.1")[0] == "192.0.2.1"
    assert said(d, "+QIACT=") == ["AT+QIACT=1"]
    assert said(d, "+QIDNSCFG")[-2:] == ['AT+QIDNSCFG=1,"192.0.2.1"', "AT+QIDNSCFG=1"]


# -- servers ------------------------------------------------------------------------------------


def accepted(d, s, data=BINARY):
    """One connection that comes in, both ways."""
    caller = d.net.dial(2020, *CALLER)
    child, address = s.accept()
    assert address == CALLER
    child.send(data)
    caller.send(data)
    assert child.recv(300) == caller.received == data
    return child


def no_qiaccept(line, family):
    # The module accepts by itself, always.
    d = up(line, family)
    s = listener(d)
    child = accepted(d, s)
    fails(errno.EOPNOTSUPP, child.accept)
    assert said(d, "+QIACCEPT") == []


def qiaccept(line, family):
    d = up(line, family)
    d.modem.option("tcp/accept", 0)
    s = listener(d)
    accepted(d, s)
    assert said(d, "+QIACCEPT") == ["AT+QIACCEPT=0,1"]
    assert s.refuse() is False
    caller = d.net.dial(2020)
    d.run(50)
    assert s.refuse() is True and caller.refused
    assert said(d, "+QIACCEPT")[1:] == ["AT+QIACCEPT=0,0"]


def accept_urc(line, family):
    d = up(line, family)
    d.modem.option("tcp/accept", 0)
    s = listener(d)
    s.settimeout(0)
    fails(errno.EAGAIN, s.accept)
    d.module.inject(urc('+QIURC: "accept",5'))  # of a listener that is none of ours
    d.run(50)
    assert s.refuse() is False
    d.net.dial(2020, *CALLER)
    d.run(100)
    fails(errno.EAGAIN, s.accept)  # now QIACCEPT is sent
    d.run(500)
    assert s.accept()[1] == CALLER


def incoming_urc(line, family, cid):
    d = up(line, family)
    s = listener(d)
    child = accepted(d, s)
    assert [e[:2] for e in d.modem.sockets()] == [(0, "TCP LISTENER"), (cid, "TCP INCOMING")]
    child.close()
    assert said(d, "+QICLOSE") == ["AT+QICLOSE=%d" % cid]


def incoming_full(line, family):
    d = up(line, family)
    s = listener(d)
    callers = [d.net.dial(2020, from_port=50_000 + i) for i in range(12)]
    d.run(100)
    assert s.lost == 1 and [c.refused for c in callers] == [False] * 11 + [True]
    children = [s.accept()[0] for _ in range(11)]
    fails(errno.ENOMEM, d.socket().connect, (HOST, 7))
    children[0].close()
    accepted(d, s)


def pdpdeact(line, family):
    d = up(line, family)
    s, _ = d.tcp()
    other = d.socket()
    other.context(2)
    peer = d.net.tcp(HOST, 8)
    other.connect((HOST, 8))
    d.module.lose_context(1)
    d.run(50)
    for call in (s.send, s.recv_into):
        assert fails(errno.ECONNABORTED, call, bytearray(9)).code == 570
    assert other.send(TEXT) == 16 and peer.received == TEXT  # the other context's
    d.tcp(port=9)
    assert said(d, "+QIDEACT") == ["AT+QIDEACT=1"]
    assert [e[0] for e in d.modem.sockets()] == [0, 1]  # the dead one's id is free again


# -- what the module says by itself -------------------------------------------------------------


def recv_urc(line, family):
    d = up(line, family)
    s, peer = d.tcp()
    u, other = d.udp(port=8)
    for _ in range(2):
        peer.send(TEXT)
        assert s.recv(30) == TEXT
        other.send(b"datagram")
        assert u.recv(30) == b"datagram"
    d.module.inject(urc('+QIURC: "recv",9'))  # nobody has id 9
    d.run(50)
    assert d.modem.stats()["unknown"] == 1


def recvind(line, family):
    # With a length in it the URC still has no data behind it.
    d = up(line, family)
    d.modem.option("recvind", 1)
    s, peer = d.tcp()
    for data in (TEXT, BINARY):
        peer.send(data)
        assert s.recv(300) == data
    assert len(said(d, "+QIRD")) == 2


def recvind_of_another(line, family):
    d = up(line, family, recv_length=True)
    s, peer = d.tcp()
    peer.send(TEXT)
    assert s.recv(30) == TEXT


def recv_urc_not_repeated(line, family):
    d = up(line, family)
    s, peer = d.tcp()
    for _ in range(3):
        peer.send(TEXT)
    d.run(50)  # one URC for all three
    got = b""
    while len(got) < 48:
        got += s.recv(10)
    assert got == TEXT * 3
    d.run(50)
    peer.send(b"more")
    assert s.recv(30) == b"more"


def no_sleep(line, family):
    # These manuals say nothing of it; a session does without.
    d = up(line, family)
    s, _ = d.tcp(echo=True)
    s.send(TEXT)
    d.run(60_000)
    assert s.recv(30) == TEXT
    for name in ("+QSCLK", "+CPSMS", "+CEDRXS"):
        assert said(d, name) == []


def answer_time(line, family):
    # Per command: a local one's answer is due at once, others have been given time above.
    d = up(line, family)
    d.module.answer("AT+CSQ", urc("+CSQ: 25,0") + OK, after_ms=300)
    assert d.modem.command("+CSQ") == ["+CSQ: 25,0"]
    d.module.answer("AT+COPS", urc("+COPS: 0") + OK, after_ms=59_000)
    assert d.modem.command("+COPS?", timeout_ms=60_000) == ["+COPS: 0"]
    d.module.mute("AT+CSQ")
    t = d.clock.now
    fails(errno.ETIMEDOUT, d.modem.command, "+CSQ")
    assert 300 <= d.clock.now - t <= 2000
    assert d.modem.command("+CSQ") == ["+CSQ: 25,0"]


def prompt_time(line, family):
    d = up(line, family, delays={"answer": 0, "+QIOPEN": 0, "AT+QISEND": 4000, "SEND OK": 10_000})
    s, peer = d.tcp()
    t = d.clock.now
    assert s.send(BINARY) == 256 and peer.received == BINARY
    assert d.clock.now - t >= 14_000


def error_of_opening(line, family):
    d = up(line, family)
    d.module.answer("AT+QIOPEN", ERROR)
    d.module.answer("AT+QIGETERROR", urc("+QIGETERROR: 574, port busy") + OK)
    assert fails(errno.EADDRINUSE, d.socket(2).bind, ("", 3030)).code == 574

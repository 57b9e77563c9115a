"""What each row of the manuals' comparison demands of the driver on UG95/UG96 and EG800Q/EG91xQ.

A body a row; test_rows_ug96.py and test_rows_eg800q.py say which holds where. Here are contexts
and ids, opening, closing, sending; the rest is in rows_pdp_services.py and rows_modes.py, and
what these families share with the BC modules in rows.py.
"""

import errno

from host_tests.driver.harness import ERROR, HOST, OK, PORT, fails, raises, said, urc
from host_tests.driver.rows import BINARY, TEXT, patient
from quectel import QuectelError

V6 = "2001:db8::1"
NAME = "u" * 127  # the longest user name or password


def session(line, family):
    """What every program does: attach, a connection, close."""
    d = line.desk(family)
    assert d.modem.attach(apn="internet") == "10.7.157.1"
    s, peer = d.tcp(echo=True)
    assert s.send(BINARY) == 256
    assert s.recv(300) == BINARY and peer.received == BINARY
    s.close()
    assert d.modem.sockets() == [] and not peer.connected


def took(d, call, *args):
    """How many milliseconds the call takes, whatever comes of it."""
    t = d.clock.now
    try:
        call(*args)
    except OSError:
        pass
    return d.clock.now - t


# -- contexts and ids -------------------------------------------------------------------------


def context_id(line, family, last):
    d = line.desk(family)
    d.net.tcp(HOST, PORT)
    for cid in (1, last):
        s = d.socket()
        s.context(cid)
        s.connect((HOST, PORT))
    assert [c[:14] for c in said(d, "+QIOPEN")] == ["AT+QIOPEN=1,0,", "AT+QIOPEN=%d,1" % last]
    assert [context[0] for context in d.modem.contexts()] == [1, last]


def context_id_outside(line, family, last):
    d = line.desk(family)
    m = d.modem
    for cid in (0, last + 1):
        raises(ValueError, m.configure_context, cid, "internet")
        for call in (m.activate, m.deactivate, d.socket().context):
            raises(ValueError, call, cid)
    assert d.module.commands == []


def three_at_once(line, family):
    d = line.desk(family)
    m = d.modem
    for cid in (1, 2, 3):
        assert m.activate(cid) == ("10.7.157.%d" % cid,)
    assert raises(QuectelError, m.activate, 4).code == 561
    m.deactivate(2)
    assert m.activate(4) == ("10.7.157.4",)
    assert [context[0] for context in m.contexts()] == [1, 3, 4]


def service_types(line, family):
    d = line.desk(family)
    d.tcp()
    d.udp(port=8)
    listener = d.socket(1)
    listener.bind(("", 2020))
    listener.listen()
    d.socket(2).bind(("", 3030))
    assert [c[10:] for c in said(d, "+QIOPEN")] == [
        '1,0,"TCP","198.51.100.7",7,0,0',
        '1,1,"UDP","198.51.100.7",8,0,0',
        '1,2,"TCP LISTENER","127.0.0.1",0,2020,0',
        '1,3,"UDP SERVICE","127.0.0.1",0,3030,0',
    ]
    raises(ValueError, d.socket, 3)  # SOCK_RAW


def no_ipv6(line, family):
    d = line.desk(family)
    m = d.modem
    raises(ValueError, d.socket().connect, (V6, 7))
    for type in ("ipv6", "ipv4v6", 2, 3):
        raises(ValueError, m.configure_context, 1, "internet", type=type)
    assert d.module.commands == []
    m.configure_context(1, "internet", type="ipv4")
    m.activate()
    assert m.contexts() == [(1, 1, ("10.7.157.1",))]


def ipv6_types(line, family):
    d = line.desk(family)
    m = d.modem
    four, six = "10.7.157.%d", "2001:db8:7:157::%d"
    wanted = (
        (1, "ipv4", (four % 1,)),
        (2, "ipv6", (six % 2,)),
        (3, "ipv4v6", (four % 3, six % 3)),
    )
    for number, word, addresses in wanted:
        m.configure_context(number, "internet", type=word)
        assert m.activate(number) == addresses
    assert m.contexts() == [(n, n, addresses) for n, _, addresses in wanted]
    assert said(d, "+QICSGP")[2] == 'AT+QICSGP=3,3,"internet","","",0'
    for bad in (0, 4, "ipv5"):
        raises(ValueError, m.configure_context, 1, "internet", type=bad)


def ipv6_connection(line, family):
    d = line.desk(family)
    d.modem.configure_context(1, "internet", type="ipv6")
    s, peer = d.tcp(V6, 7, echo=True)
    # No protocol_type behind it, as the BC26 has one.
    assert said(d, "+QIOPEN") == ['AT+QIOPEN=1,0,"TCP","2001:db8::1",7,0,0']
    s.send(TEXT)
    assert s.recv(30) == TEXT and d.modem.sockets()[0][2] == V6


def set_up(line, family):
    delays = {"register": 3000, "answer": 0, "ip": 0}
    d = line.desk(family, attached=False, apn="internet", delays=delays)
    assert d.modem.attach(apn="internet") == "10.7.157.1"
    assert d.clock.now >= 3000
    writes = [c for c in said(d, "+QI") if c.startswith("AT+QICSGP=") or c.startswith("AT+QIACT=")]
    assert writes == ['AT+QICSGP=1,1,"internet","","",0', "AT+QIACT=1"]
    assert d.modem.contexts() == [(1, 1, ("10.7.157.1",))]
    d.modem.deactivate()
    assert said(d, "+QIDEACT") == ["AT+QIDEACT=1"] and d.modem.contexts() == []


def set_up_by_connect(line, family):
    d = line.desk(family)
    s, _ = d.tcp()
    assert said(d, "+QIACT=") == ["AT+QIACT=1"]
    d.modem.deactivate()
    fails(errno.ECONNABORTED, s.send, TEXT)
    d.tcp()  # which activates it again, and has the id that was freed
    assert len(said(d, "+QIACT=")) == 2 and said(d, "+QIOPEN")[1].startswith("AT+QIOPEN=1,0,")


def activation_150_s(line, family):
    for ms, good in ((149_000, True), (151_500, False)):
        d = line.desk(family, delays={"answer": 0, "+QIACT": ms})
        d.modem.contexts()
        patient(d)
        t = d.clock.now
        if good:
            assert d.modem.activate() and d.clock.now - t >= ms
            continue
        fails(errno.ETIMEDOUT, d.modem.activate)
        assert 150_000 <= d.clock.now - t <= 152_000


def deactivation_40_s(line, family):
    for ms, good in ((39_000, True), (41_500, False)):
        d = line.desk(family, delays={"answer": 0, "+QIDEACT": ms})
        patient(d)
        d.modem.activate()
        t = d.clock.now
        if good:
            d.modem.deactivate()
            assert d.clock.now - t >= ms
            continue
        fails(errno.ETIMEDOUT, d.modem.deactivate)
        assert 40_000 <= d.clock.now - t <= 42_000


def nothing_else_meanwhile(line, family):
    d = line.desk(family, delays={"answer": 0, "+QIACT": 20_000})
    m = d.modem
    m.signal()
    op = m.activate(2, wait=False)
    d.run(500)
    other = m.signal(wait=False)
    d.run(19_000)
    assert d.module.commands[-1] == "AT+QIACT=2" and not op.done and not other.done
    d.run(2000)
    assert op.result() == ("10.7.157.2",) and other.result() == -63


def auth(line, family):
    d = line.desk(family)
    m = d.modem
    for word, number in (("none", 0), ("pap", 1), ("chap", 2), ("either", 3)):
        for asked in (word, number):
            m.configure_context(1, "internet", "user", "secret", asked)
            m.activate()
            assert d.module.context(1).profile() == [1, "internet", "user", "secret", number]
            m.deactivate()
    asked = len(d.module.commands)
    for bad in (-1, 4, "md5"):
        raises(ValueError, m.configure_context, 1, "internet", "user", "secret", bad)
    assert len(d.module.commands) == asked


def auth_127(line, family):
    d = line.desk(family)
    m = d.modem
    m.configure_context(1, "internet", NAME, NAME, "chap")
    m.activate()
    assert d.module.context(1).profile() == [1, "internet", NAME, NAME, 2]
    for secrets in ((NAME + "u", ""), ("", NAME + "u"), ("user", 'a"b'), ("user", "a\rb")):
        e = raises(ValueError, m.configure_context, 1, "internet", *secrets)
        assert secrets[1] == "" or secrets[1] not in str(e)
    d.module.answer("AT+QICSGP", ERROR)
    m.deactivate()
    assert NAME not in str(raises(QuectelError, m.activate))


# -- opening, closing -------------------------------------------------------------------------


def qiopen_150_s(line, family):
    d = line.desk(family)
    patient(d)
    d.modem.activate()
    d.module.answer("AT+QIOPEN", OK, 2)
    d.module.inject(urc("+QIOPEN: 1,0"), 20_000)  # of an id that nobody opens
    d.module.inject(urc("+QIOPEN: 0,0"), 149_000)
    assert took(d, d.socket().connect, (HOST, PORT)) >= 148_000
    t = d.clock.now
    fails(errno.ETIMEDOUT, d.socket().connect, (HOST, PORT))
    assert 150_000 <= d.clock.now - t <= 152_000
    d.run(500)
    assert said(d, "+QICLOSE") == ["AT+QICLOSE=1"]


def tcp_75_s(line, family):
    # The module itself gives up then, and its verdict is waited for.
    d = line.desk(family)
    patient(d)
    d.tcp(connect_ms=74_000)
    d.net.tcp(HOST, 8, silent=True)
    t = d.clock.now
    e = fails(errno.ECONNREFUSED, d.socket().connect, (HOST, 8))
    assert e.code == 566 and 75_000 <= d.clock.now - t <= 77_000


def closing_takes_its_time(line, family):
    d = line.desk(family, delays={"answer": 0, "+QIOPEN": 0, "SEND OK": 0, "+QICLOSE": 9000})
    a, _ = d.tcp()
    b, other = d.tcp(port=8)
    a.settimeout(0)
    b.settimeout(0)
    a.close()
    d.run(100)
    b.send(TEXT)
    d.run(8000)
    assert d.module.commands[-1] == "AT+QICLOSE=0" and other.received == b""
    d.run(2000)
    assert other.received == TEXT


def close_ok_only(line, family):
    d = line.desk(family)
    s, peer = d.tcp()
    s.close()
    assert took(d, s.close) == 0  # OK is all there is; CLOSE OK is not waited for
    assert said(d, "+QICLOSE") == ["AT+QICLOSE=0"] and not peer.connected
    d.tcp()
    assert said(d, "+QIOPEN")[1].startswith("AT+QIOPEN=1,0,")
    assert d.modem.stats()["stray"] == d.modem.stats()["timeouts"] == 0


def close_10_s(line, family):
    # The peer does not answer the FIN: the module gives up after the default timeout.
    d = line.desk(family)
    s, _ = d.tcp(lingers=True)
    assert 10_000 <= took(d, s.close) <= 11_000 and d.modem.sockets() == []
    s, _ = d.tcp(port=8)
    d.module.mute("AT+QICLOSE", execute=True)
    assert 10_000 <= took(d, s.close) <= 13_000  # an answer that never comes is not waited for
    d.tcp(port=9)


def close_timeout(line, family):
    # The second parameter gets through to the module; the driver leaves it out.
    d = line.desk(family)
    d.modem.activate()
    for seconds in (0, 65535):
        assert d.modem.command("+QICLOSE=11,%d" % seconds) == []
    assert raises(QuectelError, d.modem.command, "+QICLOSE=11,65536").code == 552


def close_mode(line, family):
    # OK comes at once, the rest as a URC: only then is the id free.
    d = line.desk(family, delays={"answer": 0, "+QIOPEN": 0, "+QICLOSE": 3000})
    d.modem.option("close/mode", 1)
    s, _ = d.tcp()
    t, _ = d.tcp(port=8)
    t.settimeout(0)
    t.close()
    assert took(d, s.close) >= 3000
    s, peer = d.tcp(port=9, echo=True)
    s.send(TEXT)
    assert s.recv(30) == TEXT
    d.run(4000)
    assert peer.connected and d.modem.stats()["unknown"] == 0
    assert said(d, "+QIOPEN")[-1].startswith("AT+QIOPEN=1,0,")


# -- QISTATE ----------------------------------------------------------------------------------


def qistate_fields(line, family):
    d = line.desk(family, incoming_ids="top")
    d.tcp(HOST, 80)
    listener = d.socket()
    listener.bind(("", 2020))
    listener.listen()
    d.socket(2).bind(("", 3030))
    d.net.dial(2020, "203.0.113.9", 54091)
    listener.accept()
    assert d.modem.sockets() == [
        (0, "TCP", HOST, 80, 65514, 2, 1, 0, 0, "uart1"),
        (1, "TCP LISTENER", "10.7.157.1", 0, 2020, 3, 1, 0, 1, "uart1"),
        (2, "UDP SERVICE", "10.7.157.1", 0, 3030, 2, 1, 0, 2, "uart1"),
        (11, "TCP INCOMING", "203.0.113.9", 54091, 2020, 2, 1, 0, 1, "uart1"),
    ]


def qistate_ports(line, family):
    d = line.desk(family)
    d.tcp()
    for port in ("usbmodem", "usbat", "uart1", "cmux1", "cmux2", "cmux3", "cmux4"):
        d.module.at_port = port
        assert d.modem.sockets()[0][9] == port


def qistate_forms(line, family, bare):
    d = line.desk(family)
    m = d.modem
    assert m.sockets() == []
    d.tcp()
    s = d.socket(2)
    s.context(2)
    d.net.udp(HOST, 8)
    s.connect((HOST, 8))
    tcp = '+QISTATE: 0,"TCP","198.51.100.7",7,65514,2,1,0,0,"uart1"'
    udp = '+QISTATE: 1,"UDP","198.51.100.7",8,65513,2,2,1,0,"uart1"'
    for form in ("+QISTATE?", "+QISTATE") if bare else ("+QISTATE?",):
        assert m.command(form) == [tcp, udp]
    assert m.command("+QISTATE=0,1") == [tcp]
    assert m.command("+QISTATE=0,2") == m.command("+QISTATE=1,1") == [udp]
    assert m.command("+QISTATE=1,2") == []


def socket_state(line, family):
    d = line.desk(family)
    d.modem.activate()
    peer = d.net.tcp(HOST, PORT, connect_ms=5000)
    s = d.socket()
    assert s.state() == 0
    s.settimeout(0)
    fails(errno.EINPROGRESS, s.connect, (HOST, PORT))
    d.run(1000)
    assert s.state() == 1
    d.run(5000)
    assert s.state() == 2
    peer.close()
    d.run(100)
    assert s.state() == 4
    listener = d.socket()
    listener.bind(("", 2020))
    listener.listen()
    assert listener.state() == 3


# -- sending ----------------------------------------------------------------------------------


def no_inline(line, family):
    d = line.desk(family)
    s, peer = d.tcp()
    for data in (TEXT, BINARY):
        s.send(data)
    assert said(d, "+QISEND") == ["AT+QISEND=0,16", "AT+QISEND=0,256"]
    assert peer.received == TEXT + BINARY


def send_ok_alone(line, family):
    # No OK before it; firmware that says one all the same is understood too.
    for prompt_ok in (False, True):
        d = line.desk(family, prompt_ok=prompt_ok)
        s, peer = d.tcp()
        assert s.send(TEXT) == 16 and s.send(BINARY) == 256
        assert peer.received == TEXT + BINARY
        assert d.modem.stats()["timeouts"] == 0


def prompt_of_any_form(line, family):
    # "\r\n>" and "\r\n> ", as S3 and S4 have it, and what ends the other form of QISEND.
    for prompt in ("\r\n>", "\r\n> ", ">"):
        d = line.desk(family, prompt=prompt)
        s, peer = d.tcp()
        s.send(b"\x1a>\x1b" + BINARY)
        assert peer.received == b"\x1a>\x1b" + BINARY
        assert said(d, "+QISEND") == ["AT+QISEND=0,259"]


def ack_query_udp(line, family):
    d = line.desk(family)
    s, _ = d.udp()
    s.send(TEXT)
    s.send(BINARY)
    assert s.sent() == (272, 272, 0)


def no_qisendex(line, family):
    # A prompt takes more than 512 bytes, and of all kinds of socket.
    d = line.desk(family)
    s, peer = d.tcp()
    payload = (BINARY * 3)[:513]
    assert s.send(payload) == 513 and peer.received == payload
    assert said(d, "+QISENDEX") == []
    raises(ValueError, d.modem.command, '+QISENDEX=0,"3132"')  # payload goes through a socket
    assert said(d, "+QISENDEX") == []

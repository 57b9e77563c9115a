"""What each row of the manuals' comparison demands of the driver on BC66, BC20 and BC26.

A body a row; test_rows_bc66.py, test_rows_bc20.py and test_rows_bc26.py say which holds where, and
with which values. `family` is the driver's; "BC20 V1.1" is a BC20 with firmware from BC20NxR01A08
on, which is what the BC26&BC20 manual describes. What a module is asked is in rows_services.py.
"""

import errno

from host_tests.driver.harness import ERROR, HOST, OK, PORT, fails, raises, said, urc
from host_tests.simulator import families

TEXT = b"0123456789abcdef"
BINARY = bytes(range(256))
# Safe in no inline send: ends a command or a field, edits the line, ends a string, is no ASCII.
UNSAFE = b'\r\n\x00\x08\x1a\x1b,;"\x7f\x80\xff'


def desk(line, family, **knobs):
    """As `line.desk`; its context is up."""
    d = line.desk(family.split(" ")[0], **knobs)
    if hasattr(d.modem, "CONTEXTS"):
        d.modem.activate()
    if family == "BC20 V1.1":
        newer = families.find("BC26")
        d.module.family = newer
        for knob in families.KNOBS:
            setattr(d.module, knob, getattr(newer, knob))
    return d


def patient(d):
    """Longer steps of time, where minutes pass and nothing happens in them."""

    def idle():
        if not d.uart.any():
            due = d.clock.next_due()
            d.clock.advance(200 if due is None else min(due, 200))

    d.modem.idle = idle


def refused(call, *args):
    """The call is misuse, or this module cannot do it; nothing else comes out."""
    try:
        call(*args)
    except (OSError, ValueError):
        return
    raise AssertionError("accepted")


def tests(table):
    """The functions that a table of rows stands for, by their names."""
    found = {}
    for row in table:
        for test in row[1:]:
            found["test_row_" + test[0]] = _test(*test[1:])
    return found


def _test(family, body, *args):
    def test(line):
        body(line, family, *args)

    return test


# -- contexts and ids -------------------------------------------------------------------------


def context_id(line, family):
    d = desk(line, family)
    d.net.dns["a.example"] = [HOST]
    d.tcp()
    d.modem.ping(HOST, 1)
    d.modem.ntp("ntp.example")
    d.modem.resolve("a.example")
    for name in ("+QIOPEN", "+QPING", "+QNTP", "+QIDNSGIP"):
        (command,) = said(d, name)
        assert command.startswith("AT%s=1," % name), command


def connect_id(line, family, ids=5):
    d = desk(line, family)
    for i in range(ids):
        d.tcp(port=PORT + i)
    assert [c.split(",")[1] for c in said(d, "+QIOPEN")] == [str(i) for i in range(ids)]
    fails(errno.ENOMEM, d.socket().connect, (HOST, PORT))
    assert len(said(d, "+QIOPEN")) == ids
    d.module.inject(urc('+QIURC: "closed",%d' % ids))
    d.run(10)
    assert d.modem.stats()["unknown"] == 1


def service_types(line, family):
    d = desk(line, family)
    d.tcp()
    d.udp(port=8)
    assert [c.split(",")[2] for c in said(d, "+QIOPEN")] == ['"TCP"', '"UDP"']
    refused(d.socket, 3)  # SOCK_RAW


def no_servers(line, family):
    d = desk(line, family)
    s = d.socket()
    s.bind(("", 2020))
    fails(errno.EOPNOTSUPP, s.listen)
    assert d.module.commands == []


def access_modes(line, family):
    # Another program has left push mode behind: QISWTMD is kept in NVRAM.
    d = desk(line, family, nvram={"mode0": 1})
    s, peer = d.tcp()
    assert said(d, "+QIOPEN") == ['AT+QIOPEN=1,0,"TCP","198.51.100.7",7,0,0']
    peer.send(BINARY)
    assert s.recv(300) == BINARY
    assert said(d, "+QIRD") and d.modem.sockets()[0][7] == 0


def qiswtmd(line, family):
    d = desk(line, family)
    s, _ = d.tcp()
    d.modem.command("+QISWTMD=0,0")
    d.module.nvram["mode0"] = 1
    s.close()
    s, peer = d.tcp()
    assert d.modem.sockets()[0][7] == 0
    peer.send(TEXT)
    assert s.recv(30) == TEXT


def no_ipv6(line, family):
    d = desk(line, family)
    raises(ValueError, d.socket().connect, ("2001:db8::1", 7))
    assert d.module.commands == []


def no_ipv6_after_asking(line, family):
    # What the firmware can do is known when the module has been set up; before, it is asked.
    d = desk(line, family)
    refused(d.socket().connect, ("2001:db8::1", 7))
    asked = said(d, "+QIOPEN")
    raises(ValueError, d.socket().connect, ("2001:db8::1", 7))
    assert said(d, "+QIOPEN") == asked


def ipv6(line, family):
    d = desk(line, family)
    s, peer = d.tcp("2001:db8::1", 7, echo=True)  # the first thing that is asked of the module
    assert said(d, "+QIOPEN") == ['AT+QIOPEN=1,0,"TCP","2001:db8::1",7,0,0,1']
    s.send(TEXT)
    assert s.recv(30) == TEXT


def context_set_up(line, family):
    d = desk(line, family, attached=False, delays={"register": 3000, "ip": 500, "answer": 0})
    fails(errno.EHOSTUNREACH, d.socket().connect, (HOST, PORT))
    assert d.modem.attach(timeout_ms=60_000) == d.module.ip
    assert d.clock.now >= 3500
    d.tcp()
    for name in ("+QICSGP", "+QIACT", "+QIDEACT"):
        assert not said(d, name)


def no_auth(line, family):
    d = desk(line, family, apn="iot.example")
    d.modem.attach(apn="iot.example")
    written = [c for c in said(d, "+QCGDEFCONT") if "=" in c]
    assert written == ['AT+QCGDEFCONT="IP","iot.example"']
    assert not said(d, "+CGAUTH")


# -- opening, closing -------------------------------------------------------------------------


def qiopen_answer(line, family):
    d = desk(line, family)
    patient(d)
    d.module.inject(urc("+QIOPEN: 1,566"), 30_000)  # of an id that nobody opens
    d.tcp(connect_ms=59_000)
    assert d.clock.now >= 59_000
    d.module.answer("AT+QIOPEN", OK)
    t = d.clock.now
    fails(errno.ETIMEDOUT, d.socket().connect, (HOST, PORT))
    assert 60_000 <= d.clock.now - t <= 62_000
    d.run(500)
    assert set(said(d, "+QICLOSE")) == {"AT+QICLOSE=1"}


def module_gives_up(line, family):
    # At 60 s: its verdict must still be waited for.
    d = desk(line, family)
    patient(d)
    d.net.tcp(HOST, PORT, silent=True)
    e = fails(errno.ECONNREFUSED, d.socket().connect, (HOST, PORT))
    assert e.code == 566 and d.clock.now >= 60_000


def failed_open(line, family):
    d = desk(line, family)
    d.net.tcp(HOST, PORT, refuse=True)
    e = fails(errno.ECONNREFUSED, d.socket().connect, (HOST, PORT))
    assert e.code == 566
    d.tcp(port=8)
    names = [c.split(",")[0] for c in d.module.commands if c.startswith("AT+QI")]
    assert names[-2:] == ["AT+QICLOSE=0", "AT+QIOPEN=1"] or d.modem.sockets()[0][0] == 1
    d.run(1000)
    assert said(d, "+QICLOSE") == ["AT+QICLOSE=0"]


def qiclose(line, family):
    d = desk(line, family, delays={"CLOSE OK": 5500})
    a, _ = d.tcp()
    b, _ = d.udp(port=8)
    a.settimeout(0)
    b.settimeout(0)
    a.close()
    b.close()
    # CLOSE OK has no id in it: one at a time.
    d.run(4000)
    assert said(d, "+QICLOSE") == ["AT+QICLOSE=0"]
    d.run(4000)
    assert said(d, "+QICLOSE") == ["AT+QICLOSE=0", "AT+QICLOSE=1"]
    c, _ = d.tcp(port=9)
    assert said(d, "+QIOPEN")[-1].startswith("AT+QIOPEN=1,0,")
    t = d.clock.now
    c.close()
    assert d.clock.now - t >= 5500
    assert d.modem.stats()["stray"] == 0


# -- QISTATE ----------------------------------------------------------------------------------


def qistate_fields(line, family, name_shown):
    d = desk(line, family)
    d.net.dns["a.example"] = [HOST]
    d.tcp("a.example", 80)
    d.udp(HOST, 81)
    assert d.modem.sockets() == [
        (0, "TCP", "a.example" if name_shown else HOST, 80, 0, 2, 1, 0),
        (1, "UDP", HOST, 81, 0, 2, 1, 0),
    ]


def qistate_forms(line, family):
    d = desk(line, family)
    assert d.modem.sockets() == []  # an empty list means no connection
    d.tcp()
    d.udp(port=8)
    line_of = '+QISTATE: %d,"%s","198.51.100.7",%d,0,2,1,0'
    tcp = line_of % (0, "TCP", 7)
    udp = line_of % (1, "UDP", 8)
    assert d.modem.command("+QISTATE?") == [tcp, udp]
    assert d.modem.command("+QISTATE=0,1") == [tcp, udp]
    assert d.modem.command("+QISTATE=1,1") == [udp]
    assert d.modem.command("+QISTATE=1,2") == []


def socket_state(line, family, peer_has_closed):
    d = desk(line, family)
    s, peer = d.tcp()
    peer.send(TEXT)
    peer.close()
    d.run(50)
    assert d.modem.sockets()[0][5] == peer_has_closed
    assert s.recv(30) == TEXT and s.recv(30) == b""


def socket_state_tells(line, family):
    # The closed URC is lost in the garbage that makes the driver ask QISTATE.
    d = desk(line, family)
    a, peer = d.tcp()
    b, other = d.tcp(port=8)
    d.module.drop_output(0, len(urc('+QIURC: "closed",0')))
    peer.close()
    d.run(50)
    d.module.answer("AT+QIRD=1", b"\r\n+QIRD: 9,0\r\nabc")
    other.send(TEXT)
    raises(OSError, b.recv, 9)
    a.settimeout(30)
    assert a.recv(9) == b""


# -- sending ----------------------------------------------------------------------------------


def qisend_inline(line, family):
    d = desk(line, family)
    s, peer = d.tcp()
    text = TEXT * 100
    assert s.send(text) == 1600
    assert [c[:17] for c in said(d, "+QISEND")] == ["AT+QISEND=0,1024,", "AT+QISEND=0,576,0"]
    assert peer.received == text


def qisend_inline_only_what_is_safe(line, family):
    d = desk(line, family)
    s, peer = d.tcp()
    wanted = b""
    for b in UNSAFE:
        wanted += b"a%sz" % bytes([b])
        s.send(b"a%sz" % bytes([b]))
    for text in (b" a", b"a "):
        wanted += text
        s.send(text)
    assert peer.received == wanted
    for command in said(d, "+QISEND="):
        # With a prompt there is no data in it; quotes would do for some of these, never for `;`.
        parts = command.split(",", 2)
        assert len(parts) < 3 or (parts[2][0] == '"' and ";" not in parts[2]), command


def no_prompt(line, family):
    d = desk(line, family)
    s, peer = d.tcp()
    s.send(BINARY)
    s.send(TEXT)
    assert peer.received == BINARY + TEXT
    for command in said(d, "+QISEND"):
        assert command.count(",") == 2, command


def qisend_prompt(line, family):
    d = desk(line, family)
    s, peer = d.tcp()
    payload = (BINARY * 6)[:1461]
    assert s.send(payload) == 1461
    assert said(d, "+QISEND") == ["AT+QISEND=0,1460", "AT+QISEND=0,1"]
    assert peer.received == payload
    u, other = d.udp(port=8)
    u.send(payload[:1460])
    assert other.received == [payload[:1460]]
    raises(ValueError, u.send, payload)


def no_prompt_if_it_would_echo(line, family):
    # Firmware without echomode: the echo of payload cannot be told from an answer.
    d = desk(line, family)
    d.module.answer('AT+QICFG="echomode"', ERROR)
    s, peer = d.tcp()
    s.send(BINARY)
    assert peer.received == BINARY
    assert not said(d, "+QISEND=")


def second_send(line, family):
    d = desk(line, family, delays={"SEND OK": 500})
    a, one = d.tcp()
    b, two = d.tcp(port=8)
    a.settimeout(0)
    b.settimeout(0)
    a.send(TEXT)
    b.send(TEXT)
    d.run(300)
    assert len(said(d, "+QISEND")) == 1
    d.run(2000)
    assert one.received == TEXT and two.received == TEXT
    assert len(said(d, "+QISEND")) == 2


def second_send_error(line, family):
    # Somebody else's send is under way in the module: ERROR, and that one's SEND OK comes later.
    d = desk(line, family)
    s, peer = d.tcp()
    m = d.module
    m.send_pending = True

    def sent():
        m.send_pending = False
        m.write(urc("SEND OK"))

    d.clock.call_later(400, sent)
    assert s.send(TEXT) == 16
    assert peer.received == TEXT
    assert len(said(d, "+QISEND")) > 1 and m.last_error == 0


def send_fail(line, family):
    for payload in (TEXT, BINARY):
        d = desk(line, family)
        s, peer = d.tcp()
        d.module.fail_send(2)
        assert s.send(payload) == len(payload)
        assert peer.received == payload and len(said(d, "+QISEND")) == 3
        d.module.fail_send(99)
        fails(errno.EAGAIN, s.send, payload)
        assert peer.received == payload


def send_error(line, family):
    for code, number in ((567, errno.ENOTCONN), (552, errno.EINVAL)):
        d = desk(line, family)
        s, peer = d.tcp()
        other, _ = d.tcp(port=8)
        d.module.answer("AT+QISEND=0", ERROR)
        d.module.answer("AT+QIGETERROR", urc("+QIGETERROR: %d,text" % code) + OK)
        assert fails(number, s.send, TEXT).code == code
        fails(number, s.send, TEXT)
        assert peer.received == b"" and other.send(TEXT) == 16


def ack_query(line, family):
    d = desk(line, family)
    s, peer = d.tcp(accept_window=100)
    s.send(TEXT * 20)
    assert s.sent() == (320, 100, 220)
    assert said(d, "+QISEND=0,0") == ["AT+QISEND=0,0"]


def no_ack_query(line, family):
    d = desk(line, family)
    s, _ = d.tcp()
    n = len(d.module.commands)
    fails(errno.EOPNOTSUPP, s.sent)
    assert len(d.module.commands) == n


def no_udp_service(line, family):
    d = desk(line, family)
    s, peer = d.udp()
    s.send(TEXT)
    assert said(d, "+QISEND") == ["AT+QISEND=0,16,0123456789abcdef"]
    assert peer.received == [TEXT]


def qisendex(line, family, echomode=True):
    d = desk(line, family)
    if not echomode:
        d.module.answer('AT+QICFG="echomode"', ERROR)
    s, peer = d.tcp()
    payload = (BINARY * 3)[:513]
    assert s.send(payload) == 513
    assert said(d, "+QISEND") == [
        "AT+QISENDEX=0,512," + "".join(["%02X" % b for b in payload[:512]]),
        "AT+QISENDEX=0,1,00",
    ]
    assert peer.received == payload
    u, other = d.udp(port=8)
    raises(ValueError, u.send, payload)
    u.send(payload[:512])
    assert other.received == [payload[:512]]

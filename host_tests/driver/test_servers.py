"""TCP listeners, on UG96 and EG800Q: who dials in becomes a socket."""

import errno

from host_tests.driver.events import fails, guard
from host_tests.driver.harness import raises, said, urc

FAMILIES = ("EG800Q", "UG96")
BINARY = bytes(range(256))


def server(line, family="EG800Q", port=2020, **knobs):
    desk = guard(line.desk(family, **knobs))
    s = desk.socket()
    s.bind(("", port))
    s.listen()
    return desk, s


def test_a_client_dials_in(line):
    for family in FAMILIES:
        d, s = server(line, family)
        assert said(d, "+QIOPEN") == ['AT+QIOPEN=1,0,"TCP LISTENER","127.0.0.1",0,2020,0']
        client = d.net.dial(2020)
        child, address = s.accept()
        assert address == ("203.0.113.9", 50000)
        client.send(BINARY + b"\r\nOK\r\n")
        d.run(100)
        assert child.recv(300) == BINARY + b"\r\nOK\r\n"
        assert child.send(BINARY) == 256
        d.run(100)
        assert bytes(client.received) == BINARY
        child.close()
        d.run(100)
        assert not client.open


def test_the_clients_data_may_come_with_the_news_of_it(line):
    d, s = server(line)
    client = d.net.dial(2020)
    client.send(b"at once")
    d.run(500)
    child, address = s.accept()
    assert child.recv(20) == b"at once"


def test_several_clients_in_order(line):
    d, s = server(line)
    clients = [d.net.dial(2020, from_port=50000 + i) for i in range(3)]
    d.run(100)
    children = []
    for i in range(3):
        child, address = s.accept()
        assert address[1] == 50000 + i
        children.append(child)
    for i in (2, 0, 1):
        clients[i].send(b"%d" % i)
    d.run(200)
    assert [c.recv(9) for c in children] == [b"0", b"1", b"2"]
    clients[1].close()
    d.run(100)
    assert children[1].recv(9) == b""
    children[1].close()
    assert children[0].send(b"still") == 5


def test_two_listeners(line):
    d, a = server(line)
    b = d.socket()
    b.bind(("", 80))
    b.listen()
    d.net.dial(80, from_port=1)
    d.net.dial(2020, from_port=2)
    d.run(100)
    assert b.accept()[1][1] == 1
    assert a.accept()[1][1] == 2


def test_accept_waits_as_long_as_it_is_told(line):
    d, s = server(line)
    s.settimeout(0)
    fails(errno.EAGAIN, s.accept)
    s.settimeout(2)
    t = d.clock.now
    fails(errno.ETIMEDOUT, s.accept)
    assert 2_000 <= d.clock.now - t < 3_000
    d.net.dial(2020)
    child, address = s.accept()
    s.settimeout(None)
    d.clock.call_later(90_000, d.net.dial, 2020, "203.0.113.9", 7)
    assert s.accept()[1][1] == 7


def test_incoming_full_is_counted(line):
    d, s = server(line)
    clients = [d.net.dial(2020, from_port=i + 1) for i in range(12)]
    d.run(500)
    assert s.lost == 1 and not clients[11].open
    children = [s.accept()[0] for _ in range(11)]
    fails(errno.ENOMEM, d.socket().connect, ("198.51.100.7", 7))
    children[4].close()
    d.net.dial(2020, from_port=99)
    assert s.accept()[1][1] == 99


def test_close_closes_those_that_nobody_accepted(line):
    d, s = server(line)
    clients = [d.net.dial(2020, from_port=i + 1) for i in range(3)]
    child, address = s.accept()
    d.run(100)
    s.close()
    d.run(1000)
    assert [c.open for c in clients] == [True, False, False]
    assert child.send(b"x") == 1
    assert [entry[1] for entry in d.modem.sockets()] == ["TCP INCOMING"]
    fails(errno.EBADF, s.accept)


def test_manual_acceptance(line):
    d, s = server(line)
    d.modem.option("tcp/accept", 0)
    client = d.net.dial(2020)
    client.send(b"hello")
    d.run(100)
    child, address = s.accept()
    assert said(d, "+QIACCEPT") == ["AT+QIACCEPT=0,1"]
    assert address == ("203.0.113.9", 50000)
    assert child.recv(9) == b"hello"
    child.send(b"x")
    d.run(100)
    assert bytes(client.received) == b"x"


def test_refusal(line):
    d, s = server(line)
    d.modem.option("tcp/accept", 0)
    assert s.refuse() is False
    first = d.net.dial(2020, from_port=1)
    d.net.dial(2020, from_port=2)
    d.run(100)
    assert s.refuse() is True
    d.run(100)
    assert not first.open and said(d, "+QIACCEPT") == ["AT+QIACCEPT=0,0"]
    assert s.accept()[1][1] == 2


def test_manual_acceptance_at_timeout_0(line):
    d, s = server(line)
    d.modem.option("tcp/accept", 0)
    s.settimeout(0)
    d.net.dial(2020)
    d.run(100)
    fails(errno.EAGAIN, s.accept)
    d.run(500)
    assert s.accept()[1] == ("203.0.113.9", 50000)


def test_acceptance_that_fails(line):
    d, s = server(line)
    d.modem.option("tcp/accept", 0)
    client = d.net.dial(2020)
    d.run(100)
    d.module.answer("AT+QIACCEPT", b"\r\nERROR\r\n")
    raises(OSError, s.accept)
    s.settimeout(1)
    fails(errno.ETIMEDOUT, s.accept)
    client.close()


def test_the_port_is_taken(line):
    d, s = server(line)
    other = d.socket()
    other.bind(("", 2020))
    fails(errno.EADDRINUSE, other.listen)
    d.net.dial(2020)
    assert s.accept()


def test_an_id_that_we_were_just_going_to_open(line):
    # The module gives it to who dialled in: our own opening fails, and does not close the other.
    d, s = server(line, incoming_ids="next")
    d.module.answer("AT+QIOPEN=1,1", b"\r\nERROR\r\n")
    d.module.answer(
        "AT+QIGETERROR", b"\r\n+QIGETERROR: 563, socket identity has been used\r\n\r\nOK\r\n"
    )
    client = d.net.tcp("198.51.100.7", 7)
    t = d.socket()
    t.settimeout(0)
    fails(errno.EINPROGRESS, t.connect, ("198.51.100.7", 7))
    d.module.inject(urc('+QIURC: "incoming",1,0,"203.0.113.9",50000'))
    d.run(1000)
    e = raises(OSError, t.send, b"x")
    assert e.args[0] == errno.EADDRINUSE
    assert "AT+QICLOSE=1" not in d.module.commands
    assert s.accept()[1] == ("203.0.113.9", 50000)
    assert not client.connected


def test_a_listener_in_push_mode(line):
    for family in FAMILIES:
        d = guard(line.desk(family))
        s = d.socket()
        s.bind(("", 2020))
        assert s.access_mode(1, 600) == 1
        s.listen()
        client = d.net.dial(2020)
        client.send(b"at once \r\nOK\r\n")
        child, address = s.accept()
        pushed = family == "EG800Q"  # on a UG96 it begins in buffer mode
        assert child.access_mode() == pushed
        assert child.recv(40) == b"at once \r\nOK\r\n"
        client.send(BINARY)
        assert child.recv(300) == BINARY
        assert bool(said(d, "+QIRD")) != pushed
        assert child.send(BINARY) == 256
        client.close()
        assert child.recv(9) == b""
        child.close()


def test_a_listener_has_no_data(line):
    d, s = server(line)
    s.settimeout(0)
    t, peer = d.tcp()
    t.send(b"x")  # after a prompt every socket is looked at
    d.modem.audit()  # and after an audit
    d.run(500)
    for call in (s.send, s.recv, s.recv_into):
        fails(errno.ENOTCONN, call, bytearray(3) if call != s.recv else 3)
    d.net.dial(2020)
    d.run(100)
    assert s.accept()[1] == ("203.0.113.9", 50000)
    assert said(d, "+QIRD") == []


def test_what_is_none_of_ours_is_left_alone(line):
    d, s = server(line)
    for text in (
        '+QIURC: "incoming",3,7,"203.0.113.9",50000',  # of a listener that is not open
        '+QIURC: "incoming",12,0,"203.0.113.9",50000',  # no connectID
        '+QIURC: "incoming",x,0,"203.0.113.9",50000',
        '+QIURC: "incoming"',
        '+QIURC: "accept",5',
        '+QIACCEPT: 3,"203.0.113.9",50000',  # nobody asked
    ):
        d.module.inject(urc(text))
    d.run(300)
    s.settimeout(0)
    fails(errno.EAGAIN, s.accept)
    t, peer = d.tcp()
    assert t.send(b"x") == 1


def test_misuse(line):
    d = line.desk("EG800Q")
    for port in (0, -1, 65536):
        raises(ValueError, d.socket().bind, ("", port))
    raises(ValueError, d.socket().listen)
    fails(errno.EOPNOTSUPP, d.socket().accept)
    s = d.socket()
    s.bind(("", 2020))
    assert d.module.commands == []
    s.listen()
    fails(errno.EALREADY, s.connect, ("198.51.100.7", 7))
    fails(errno.EALREADY, s.listen)
    fails(errno.EALREADY, s.bind, ("", 3))


def test_a_reboot_ends_listeners_and_their_children(line):
    d, s = server(line)
    d.net.dial(2020)
    child, address = s.accept()
    d.module.reboot()
    d.run(10_000)
    fails(errno.ECONNRESET, s.accept)
    fails(errno.ECONNRESET, child.send, b"x")
    s = d.socket()
    s.bind(("", 2020))
    s.listen()
    d.net.dial(2020)
    assert s.accept()[0].send(b"x") == 1


def test_a_lost_context_ends_them_too(line):
    d, s = server(line)
    d.net.dial(2020)
    child, address = s.accept()
    d.module.lose_context(1)
    d.run(100)
    fails(errno.ECONNABORTED, s.accept)
    fails(errno.ECONNABORTED, child.send, b"x")

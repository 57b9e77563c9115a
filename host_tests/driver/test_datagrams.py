"""UDP services: datagrams from and to anyone, on UG96 and EG800Q; and UDP clients there."""

import errno

from host_tests.driver.events import fails, guard
from host_tests.driver.harness import raises, said

FAMILIES = ("EG800Q", "UG96")
BINARY = bytes(range(256))
FRIEND = ("198.51.100.9", 99)


def service(line, family="EG800Q", port=3030, **knobs):
    desk = guard(line.desk(family, **knobs))
    s = desk.socket(2)
    s.bind(("", port))
    return desk, s


def test_a_datagram_comes_and_an_answer_goes(line):
    for family in FAMILIES:
        d, s = service(line, family)
        assert said(d, "+QIOPEN") == ['AT+QIOPEN=1,0,"UDP SERVICE","127.0.0.1",0,3030,0']
        friend = d.net.udp(*FRIEND)
        d.net.datagram(3030, BINARY, *FRIEND)
        data, address = s.recvfrom(1500)
        assert (data, address) == (BINARY, FRIEND)
        assert s.sendto(BINARY, address) == 256
        assert said(d, "+QISEND") == ['AT+QISEND=0,256,"198.51.100.9",99']
        assert friend.received == [BINARY]


def test_several_peers(line):
    d, s = service(line)
    peers = [d.net.udp("198.51.100.%d" % i, 7) for i in range(3)]
    for i in (2, 0, 1):
        d.net.datagram(3030, b"from %d" % i, "198.51.100.%d" % i, 7)
    d.run(10)
    buf = bytearray(64)
    for i in (2, 0, 1):
        n, address = s.recvfrom_into(buf)
        assert (bytes(buf[:n]), address) == (b"from %d" % i, ("198.51.100.%d" % i, 7))
    for i in (1, 2, 0):
        s.sendto(b"to %d" % i, ("198.51.100.%d" % i, 7))
    assert [peer.received for peer in peers] == [[b"to 0"], [b"to 1"], [b"to 2"]]


def whole_or_cut(d, s, send):
    for data in (BINARY * 5, b"short", b"x" * 1460):
        send(data)
    d.run(10)
    assert s.recv(100) == BINARY[:100]
    assert s.recv(5) == b"short"
    assert s.recv(2000) == b"x" * 1460
    s.settimeout(1)
    fails(errno.ETIMEDOUT, s.recv, 9)


def test_a_services_datagram_is_whole_or_cut_and_never_shifted(line):
    d, s = service(line)
    whole_or_cut(d, s, lambda data: d.net.datagram(3030, data))


def test_a_clients_datagram_is_whole_or_cut_and_never_shifted(line):
    d = guard(line.desk("EG800Q"))
    s, peer = d.udp()
    whole_or_cut(d, s, peer.send)


def test_at_timeout_0(line):
    d, s = service(line)
    friend = d.net.udp(*FRIEND)
    s.settimeout(0)
    fails(errno.EAGAIN, s.recvfrom, 10)
    d.net.datagram(3030, b"one", *FRIEND)
    d.net.datagram(3030, b"two", "198.51.100.8", 5)
    d.run(200)
    assert s.recvfrom(10) == (b"one", FRIEND)
    d.run(200)
    assert s.recvfrom(10) == (b"two", ("198.51.100.8", 5))
    assert s.sendto(b"a", FRIEND) == 1
    fails(errno.EAGAIN, s.sendto, b"b", ("198.51.100.8", 5))
    d.run(500)
    assert friend.received == [b"a"]


def test_sendto_looks_names_up(line):
    d, s = service(line)
    d.net.dns["friend.example"] = ["198.51.100.9"]
    friend = d.net.udp(*FRIEND)
    s.sendto(b"x", ("friend.example", 99))
    assert friend.received == [b"x"]
    fails(errno.EHOSTUNREACH, s.sendto, b"x", ("nobody.example", 99))


def test_sendto_without_bind(line):
    d = guard(line.desk("EG800Q"))
    friend = d.net.udp(*FRIEND)
    s = d.socket(2)
    s.sendto(b"x", FRIEND)
    assert friend.received == [b"x"]
    port = d.modem.sockets()[0][4]
    assert 49152 <= port < 65536
    d.net.datagram(port, b"y", *FRIEND)
    assert s.recvfrom(9) == (b"y", FRIEND)


def test_sendto_where_there_is_no_service_connects(line):
    for family in ("BC66", "BC26"):
        d = guard(line.desk(family))
        friend = d.net.udp(*FRIEND)
        s = d.socket(2)
        s.sendto(b"one", FRIEND)
        s.sendto(b"two", FRIEND)
        assert friend.received == [b"one", b"two"] and len(said(d, "+QIOPEN")) == 1
        friend.send(b"three")
        assert s.recvfrom(9) == (b"three", FRIEND)
        fails(errno.EOPNOTSUPP, s.sendto, b"x", ("198.51.100.8", 99))


def test_recvfrom_of_a_connected_socket(line):
    d = guard(line.desk("EG800Q"))
    s, peer = d.udp(*FRIEND)
    peer.send(b"x")
    assert s.recvfrom(9) == (b"x", FRIEND)
    assert s.sendto(b"y", FRIEND) == 1 and peer.received == [b"y"]
    fails(errno.EOPNOTSUPP, s.sendto, b"x", (FRIEND[0], FRIEND[1] + 1))


def test_a_connected_socket_of_bc_knows_its_peer(line):
    for family in ("BC66", "BC26"):
        d = line.desk(family)
        s, peer = d.udp(*FRIEND)
        peer.send(b"x")
        assert s.recvfrom(9) == (b"x", FRIEND)
        assert s.sendto(b"y", FRIEND) == 1 and peer.received == [b"y"]
        fails(errno.EOPNOTSUPP, s.sendto, b"x", (FRIEND[0], FRIEND[1] + 1))
        assert d.module.commands.count("AT+QISTATE?") == 2  # power_on, and for the port


def test_sendto_at_timeout_0_from_the_first_datagram_on(line):
    for family in ("BC66", "EG800Q"):
        d = line.desk(family)
        peer = d.net.udp(*FRIEND)
        s = d.socket(2)
        s.settimeout(0)
        assert s.sendto(b"one", FRIEND) == 3
        d.run(3000)
        assert s.sendto(b"two", FRIEND) == 3
        d.run(3000)
        assert peer.received == [b"one", b"two"]


def test_sendto_that_may_wait_does_so_for_the_datagram_before(line):
    other = ("198.51.100.8", 5)
    d, s = service(line)
    peers = d.net.udp(*FRIEND), d.net.udp(*other)
    s.settimeout(0)
    s.sendto(b"a", FRIEND)
    s.settimeout(5)
    assert s.sendto(b"b", other) == 1
    assert [peer.received for peer in peers] == [[b"a"], [b"b"]]


def test_misuse(line):
    d, s = service(line)
    n = len(d.module.commands)
    fails(errno.ENOTCONN, s.send, b"x")
    raises(ValueError, s.sendto, bytes(1461), FRIEND)
    for port in (0, 65536):
        raises(ValueError, s.sendto, b"x", ("198.51.100.9", port))
    raises(ValueError, s.sendto, b"x", ('1"', 5))
    raises(ValueError, d.socket(1).sendto, b"x", FRIEND)
    d.run(100)
    assert len(d.module.commands) == n


def test_the_longest_datagram(line):
    d, s = service(line)
    friend = d.net.udp(*FRIEND)
    data = BINARY * 5 + bytes(180)
    assert s.sendto(data, FRIEND) == 1460
    assert friend.received == [data]
    d.modem.option("send/buffersize", 2000)
    assert s.sendto(data + b"more", FRIEND) == 1464
    assert friend.received[1] == data + b"more"


def test_hostile_datagrams(line):
    d, s = service(line)
    data = b'\r\nOK\r\n\r\n+QIURC: "closed",0\r\n> +QIRD: 5,"1.1.1.1",1\r\nERROR\r\n'
    d.net.datagram(3030, data, *FRIEND)
    assert s.recvfrom(200) == (data, FRIEND)
    assert d.modem.stats()["unknown"] == 0


def test_read_mode_1_is_a_stream(line):
    d = guard(line.desk("EG800Q"))
    d.modem.option("udp/readmode", 1)
    s, peer = d.udp()
    peer.send(b"abcdef")
    peer.send(b"ghi")
    d.run(10)
    got = b""
    while len(got) < 9:
        got += s.recv(4)
    assert got == b"abcdefghi"


def test_a_service_after_a_reboot(line):
    d, s = service(line)
    d.module.reboot()
    d.run(10_000)
    fails(errno.ECONNRESET, s.recvfrom, 9)
    fails(errno.ECONNRESET, s.sendto, b"x", FRIEND)
    s.close()
    s = d.socket(2)
    s.bind(("", 3030))
    d.net.datagram(3030, b"x", *FRIEND)
    assert s.recvfrom(9) == (b"x", FRIEND)


def test_close_mode_1_frees_the_id_with_its_urc(line):
    d = guard(line.desk("EG800Q", delays={"+QICLOSE": 700}))
    d.modem.option("close/mode", 1)
    s, peer = d.tcp()
    s.settimeout(0)
    s.close()
    d.run(100)
    t, peer = d.tcp(port=8)
    assert said(d, "+QIOPEN")[-1].startswith("AT+QIOPEN=1,1,")
    d.run(1000)
    u, peer = d.tcp(port=9)
    assert said(d, "+QIOPEN")[-1].startswith("AT+QIOPEN=1,0,")
    assert u.send(b"x") == 1 and d.modem.stats()["unknown"] == 0

"""UDP: a datagram is never split and never merged, however long it is and however many wait.

What the module had no room for is counted in `lost`.
"""

import errno

from host_tests.driver.harness import Line, raises

TEXT = b"0123456789abcdef"
BINARY = bytes(range(256))


def test_a_datagram_of_512_bytes(line):
    d = line.desk()
    s, peer = d.udp(echo=True)
    s.send(BINARY * 2)
    assert peer.received == [BINARY * 2]
    assert s.recv(1500) == BINARY * 2


def test_a_datagram_longer_than_one_qird(line):
    d = line.desk()
    s, peer = d.udp()
    peer.send(BINARY * 4 + b"end")
    peer.send(TEXT)
    assert s.recv(1500) == BINARY * 4 + b"end"
    assert s.recv(1500) == TEXT


def test_a_datagram_longer_than_the_buffer_is_cut_and_not_shifted(line):
    d = line.desk()
    s, peer = d.udp()
    for text in (BINARY * 3, TEXT, b"x" * 20):
        peer.send(text)
    assert s.recv(100) == BINARY[:100]
    assert s.recv(16) == TEXT
    assert s.recv(8) == b"x" * 8


def test_twenty_queued_datagrams_stay_twenty(line):
    d = line.desk()
    s, peer = d.udp()
    sent = [b"%d" % i * (i + 1) for i in range(20)]
    for text in sent:
        peer.send(text)
    d.run(10)
    assert [s.recv(100) for _ in sent] == sent
    assert s.lost == 0


def test_buff_full_is_counted(line):
    d = line.desk()
    s, peer = d.udp()
    for i in range(22):
        peer.send(b"%d" % i)
    d.run(10)
    assert s.lost == 2
    assert [s.recv(9) for _ in range(20)] == [b"%d" % i for i in range(20)]


def test_a_datagram_that_would_be_split_is_refused():
    for family, most in (("BC66", 512), ("BC26", 1460)):
        d = Line("whole").desk(family)
        s, peer = d.udp()
        n = len(d.module.commands)
        raises(ValueError, s.send, b"\0" * (most + 1))
        assert len(d.module.commands) == n
        s.send(b"\0" * most)
        assert peer.received == [b"\0" * most]


def test_datagrams_at_timeout_0(line):
    d = line.desk()
    s, peer = d.udp()
    s.settimeout(0)
    for i in range(3):
        peer.send(b"%d" % i * 10)
    d.run(50)
    got = []
    while len(got) < 3:
        d.run(10)
        try:
            got.append(s.recv(5 if not got else 50))
        except OSError as e:
            assert e.errno == errno.EAGAIN
    assert got == [b"0" * 5, b"1" * 10, b"2" * 10]
    for text in (TEXT, BINARY):
        d.run(500)
        s.send(text)
    d.until(lambda: len(peer.received) == 2)
    assert peer.received == [TEXT, BINARY]

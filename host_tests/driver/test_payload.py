"""Payload is opaque: whatever its bytes spell, it arrives byte for byte and is no event.

This is also what an attacker at the other end would send.
"""

from host_tests.driver.harness import HOST

FAMILIES = ("BC66", "BC20", "BC26")
ALL = bytes(range(256))
FORGED = (
    b"\r\nOK\r\n",
    b"\r\nERROR\r\n",
    b"\r\n\r\nOK\r\n\r\nERROR\r\n",
    b'\r\n+QIURC: "closed",0\r\n',
    b'+QIURC: "closed",0\r\n+QIURC: "closed",1\r\n',
    b'\r\n+QIURC: "recv",0,5\r\nhello',
    b"\r\n+QIRD: 5,0\r\nhello\r\n\r\nOK\r\n",
    b"\r\n> ",
    b"> ",
    b">",
    b"\r\nSEND OK\r\n",
    b"\r\nOK\r\n\r\nSEND OK\r\n",
    b"\r\nSEND FAIL\r\n",
    b"\r\nCLOSE OK\r\n",
    b"\r\nRDY\r\n",
    b"\r\nAPP RDY\r\n",
    b"\r\nNORMAL POWER DOWN\r\n",
    b"\r\n+CME ERROR: 50\r\n",
    b'\r\n+QIURC: "pdpdeact",1\r\n',
    b"NO CARRIER\r\n",
    b"AT+QPOWD=0\r",
    b"\x1a",
    b"\x1b",
    b"\0",
    b"\0\0\0\r\nOK\r\n\0",
    b"+++",
    b"\r",
    b"\n",
    b" ",
    b" blanks at both ends ",
    b'{"t":21.5,"x":";"}',
    b"\xff" * 40,
)


def events(d):
    """What the driver counted as strange, or did of its own accord."""
    stats = d.modem.stats()
    return [stats[k] for k in ("dropped", "oversize", "garbage", "unknown", "stray", "timeouts")]


def exchange(d, s, peer, datagrams):
    """Every forgery there and back, alone and in the middle of other bytes."""
    before = events(d)
    for forged in FORGED:
        for data in (forged, b"a" + forged + b"z"):
            assert s.send(data) == len(data)
            if datagrams:
                assert peer.received.pop() == data
            else:
                assert bytes(peer.received) == data
                peer.received[:] = b""
            peer.send(data)
            assert s.recv(600) == data
    assert events(d) == before
    assert len([x for x in d.module.sockets if x]) == 2


def test_forged_lines_over_tcp_bc66(line):
    forged(line, "BC66", False)


def test_forged_lines_over_tcp_bc20(line):
    forged(line, "BC20", False)


def test_forged_lines_over_tcp_bc26(line):
    forged(line, "BC26", False)


def test_forged_lines_over_udp_bc66(line):
    forged(line, "BC66", True)


def test_forged_lines_over_udp_bc20(line):
    forged(line, "BC20", True)


def test_forged_lines_over_udp_bc26(line):
    forged(line, "BC26", True)


def forged(line, family, datagrams):
    # A seed in ten does: each run has 64 exchanges.
    if line.seed is not None and line.seed % 10:
        return
    d = line.desk(family)
    other, far = d.udp(HOST, 99)
    s, peer = d.udp() if datagrams else d.tcp()
    exchange(d, s, peer, datagrams)
    far.send(b"still here")
    assert other.recv(20) == b"still here"


def test_all_bytes_both_ways(line):
    for family in FAMILIES:
        d = line.desk(family)
        for open in (d.tcp, d.udp):
            s, peer = open(echo=True)
            s.send(ALL)
            assert s.recv(300) == ALL
            s.close()


def test_every_byte_alone(line):
    if line.seed is not None and line.seed % 10:
        return
    for family in ("BC66", "BC26"):
        d = line.desk(family)
        s, peer = d.udp(echo=True)
        for b in range(256):
            s.send(bytes([b]))
            assert s.recv(9) == bytes([b])


def test_lines_that_end_where_the_payload_ends(line):
    # The payload's last bytes, its trailer and the next URC are one piece of text.
    d = line.desk()
    s, peer = d.tcp()
    for data in (b"\r\n", b"\r\n\r\n", b"a\r\n\r\nOK", b"OK\r", b'+QIURC: "clos'):
        peer.send(data)
        peer.send(b"next")
        assert s.recv(600) == data
        assert s.recv(600) == b"next"


def test_forged_lines_across_two_reads(line):
    # 512 bytes at a time: the forgery begins in one QIRD and ends in the next.
    d = line.desk()
    s, peer = d.tcp()
    for cut in (1, 4, 7):
        data = b"x" * (512 - cut) + b'\r\nOK\r\n\r\n+QIURC: "closed",0\r\n'
        peer.send(data)
        got = s.recv(600)
        assert len(got) == 512
        assert got + s.recv(600) == data

"""Options of QICFG that change what goes over the line: data still passes as it is."""

from host_tests.driver.events import guard
from host_tests.driver.harness import said

BINARY = bytes(range(256))
HOSTILE = b'\r\nOK\r\n+QIURC: "closed",0\r\n> \x1a\x1b'


def up(line, family, **knobs):
    return guard(line.desk(family, **knobs))


def both_ways(d, port):
    s, peer = d.tcp(port=port)
    for data in (BINARY * 3, b"plain", HOSTILE):
        before = len(peer.received)
        assert s.send(data) == len(data)
        assert bytes(peer.received[before:]) == data
        peer.send(data)
        got = b""
        while len(got) < len(data):
            got += s.recv(1000)
        assert got == data
    u, friend = d.udp(port=port)
    assert u.send(HOSTILE) == len(HOSTILE)
    assert friend.received[-1] == HOSTILE
    friend.send(HOSTILE)
    assert u.recv(100) == HOSTILE
    u.close()
    s.close()


def every(line, families, *settings):
    for family in families:
        d = up(line, family)
        for setting in settings:
            assert d.modem.option(*setting) == setting[1:]
        both_ways(d, 7)
        d.module.nvram.clear()
        d.module.reboot()
        d.run(10_000)
        both_ways(d, 8)
        for setting in settings:
            d.modem.option(
                setting[0], *[0 if setting[0] != "showlength" else 1 for _ in setting[1:]]
            )
        both_ways(d, 9)


ALL = ("BC66", "BC20", "BC26", "EG800Q", "UG96")


def test_hex_both_ways(line):
    every(line, ALL, ("dataformat", 1, 1))


def test_hex_to_the_module_only(line):
    every(line, ALL, ("dataformat", 1, 0))


def test_hex_from_the_module_only_in_view_mode_1(line):
    every(line, ALL, ("dataformat", 0, 1), ("viewmode", 1))


def test_view_mode_1(line):
    every(line, ALL, ("viewmode", 1))


def test_lengths_in_recv_urcs(line):
    every(line, ("EG800Q",), ("recvind", 1))


def test_no_lengths_in_qird_headers(line):
    every(line, ("BC66", "BC26"), ("showlength", 0))


def test_prompts_of_both_formats(line):
    every(line, ("EG800Q",), ("formatcfg", 1))


def test_hex_goes_behind_the_prompt_where_there_is_one(line):
    d = up(line, "EG800Q")
    d.modem.option("dataformat", 1, 0)
    s, peer = d.tcp()
    s.send(b"x" * 1000)
    assert said(d, "+QISEND") == ["AT+QISEND=0,730", "AT+QISEND=0,270"]
    assert bytes(peer.received) == b"x" * 1000


def test_a_service_in_view_mode_1_and_hex(line):
    d = up(line, "EG800Q")
    d.modem.option("viewmode", 1)
    d.modem.option("dataformat", 1, 1)
    s = d.socket(2)
    s.bind(("", 3030))
    d.net.datagram(3030, HOSTILE, "198.51.100.9", 99)
    assert s.recvfrom(100) == (HOSTILE, ("198.51.100.9", 99))
    friend = d.net.udp("198.51.100.9", 99)
    s.sendto(HOSTILE, ("198.51.100.9", 99))
    assert friend.received == [HOSTILE]


def test_a_piece_may_be_longer(line):
    d = up(line, "EG800Q")
    d.modem.option("send/buffersize", 4096)
    s, peer = d.tcp()
    s.send(BINARY * 16)
    assert said(d, "+QISEND") == ["AT+QISEND=0,4096"]
    assert bytes(peer.received) == BINARY * 16

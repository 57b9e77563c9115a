"""What each row demands of the driver: push mode, on all families, and transparent mode.

See rows.py and rows_pdp.py.
"""

import errno

from host_tests.driver.harness import ERROR, HOST, PORT, fails, said
from host_tests.driver.rows import BINARY, TEXT, refused
from host_tests.driver.rows import desk as up
from host_tests.driver.rows_pdp_services import service


class Dtr:
    """A pin that is wired to the module's DTR."""

    def __init__(self, module):
        self._module = module

    def value(self, level):
        self._module.dtr(level)


def received(s, n):
    """`n` bytes of a stream."""
    got = b""
    while len(got) < n:
        got += s.recv(n - len(got))
    return got


def pushed(line, family, **knobs):
    """A desk, a connected socket in push mode, its peer."""
    d = up(line, family, **knobs)
    s, peer = d.tcp()
    s.access_mode(1)
    return d, s, peer


def held(d, stream, n):
    """`n` bytes that come in by a transparent line."""
    got = b""
    while len(got) < n:
        d.run(50)
        got += stream.read(n - len(got)) or b""
    return got


# -- buffer and push ----------------------------------------------------------------------------


def buffer_mode(line, family):
    d = up(line, family)
    s, peer = d.tcp()
    assert said(d, "+QIOPEN") == ['AT+QIOPEN=1,0,"TCP","198.51.100.7",7,0,0']
    peer.send(BINARY)
    assert s.recv(300) == BINARY and said(d, "+QIRD")
    assert d.modem.sockets()[0][7] == 0


def push_mode(line, family):
    d, s, peer = pushed(line, family)
    assert d.modem.sockets()[0][7] == 1
    read = len(said(d, "+QIRD"))
    peer.send(b"\r\nOK\r\n" + BINARY)
    assert received(s, 262) == b"\r\nOK\r\n" + BINARY
    assert len(said(d, "+QIRD")) == read  # it came by itself
    assert s.send(TEXT) == 16 and peer.received == TEXT


def push_in_view_mode_1(line, family):
    d = up(line, family)
    d.modem.option("viewmode", 1)
    s, peer = d.tcp()
    s.access_mode(1)
    peer.send(b",1,,\r\nOK\r\n" + BINARY)
    assert received(s, 266) == b",1,,\r\nOK\r\n" + BINARY


def push_to_a_service(line, family):
    d = up(line, family)
    s = service(d)
    s.access_mode(1)
    read = len(said(d, "+QIRD"))
    d.net.datagram(3030, BINARY, "10.7.76.34", 7687)
    d.net.datagram(3030, b"AAAA", "10.7.76.35", 7688)
    assert s.recvfrom(300) == (BINARY, ("10.7.76.34", 7687))
    assert s.recvfrom(300) == (b"AAAA", ("10.7.76.35", 7688))
    assert len(said(d, "+QIRD")) == read


def qiswtmd(line, family):
    d, s, peer = pushed(line, family)
    peer.send(TEXT)
    assert received(s, 16) == TEXT
    s.access_mode(0)
    assert said(d, "+QISWTMD") == ["AT+QISWTMD=0,1", "AT+QISWTMD=0,0"]
    peer.send(BINARY)
    assert received(s, 256) == BINARY and said(d, "+QIRD")


def qiswtmd_outside(line, family):
    d = up(line, family)
    s, _ = d.tcp()
    refused(s.access_mode, 3)
    assert said(d, "+QISWTMD") == []


def qiswtmd_not_kept(line, family):
    d, s, _ = pushed(line, family)
    s.close()
    s, peer = d.tcp()
    assert d.modem.sockets()[0][7] == 0
    peer.send(TEXT)
    assert received(s, 16) == TEXT


# -- transparent mode ---------------------------------------------------------------------------


def transparent_mode(line, family):
    d = up(line, family)
    s, peer = d.tcp()
    stream = s.transparent()
    assert said(d, "+QISWTMD") == ["AT+QISWTMD=0,2"]
    data = b"AT+CSQ\r\r\nOK\r\nNO CARRIER\r\n" + BINARY
    stream.write(data)
    peer.send(data)
    assert held(d, stream, len(data)) == data
    d.until(lambda: peer.received == data)
    assert d.module.commands[-1] == "AT+QISWTMD=0,2"


def opened_in_buffer_mode(line, family):
    # QIOPEN's mode is never 2: CONNECT, or ERROR, is QISWTMD's answer here.
    d = up(line, family)
    s, peer = d.tcp()
    d.module.answer("AT+QISWTMD", ERROR)
    refused(s.transparent)
    s.transparent().write(TEXT)
    d.until(lambda: peer.received == TEXT)
    assert said(d, "+QIOPEN") == ['AT+QIOPEN=1,0,"TCP","198.51.100.7",7,0,0']


def not_connected(line, family):
    d = up(line, family)
    d.net.tcp(HOST, PORT, refuse=True)
    s = d.socket()
    fails(errno.ECONNREFUSED, s.connect, (HOST, PORT))
    fails(errno.ECONNREFUSED, s.transparent)
    assert said(d, "+QISWTMD") == []


def leave_transparent(line, family):
    d = up(line, family)
    s, peer = d.tcp()
    stream = s.transparent()
    stream.write(TEXT)
    d.run(500)
    t = d.clock.now
    stream.leave()
    # A second of silence, +++, a second of silence; then it is in buffer mode.
    assert d.clock.now - t >= 1500 and peer.received == TEXT
    assert d.modem.sockets()[0][7] == 0
    peer.send(BINARY)
    assert s.recv(300) == BINARY and said(d, "+QIRD")
    assert s.send(TEXT) == 16 and peer.received == TEXT + TEXT


def leave_by_dtr(line, family):
    d = up(line, family)
    s, peer = d.tcp()
    stream = s.transparent(Dtr(d.module))
    assert said(d, "&D") == ["AT&D1"]
    stream.write(TEXT)
    d.run(500)
    stream.leave()
    assert d.modem.sockets()[0][7] == 0 and peer.received == TEXT
    assert s.send(TEXT) == 16 and peer.connected


def pluses_are_data(line, family):
    d = up(line, family)
    s, peer = d.tcp()
    stream = s.transparent()
    for data in (b"a+++b", b"++++", b"+"):
        stream.write(data)
    d.run(3000)
    assert peer.received == b"a+++b+++++" and d.modem.stats()["stray"] == 0


def resume(line, family):
    d = up(line, family)
    s, peer = d.tcp()
    stream = s.transparent()
    stream.leave()
    stream.resume()
    back = said(d, "O") + said(d, "+QISWTMD")[1:]
    assert back in (["ATO"], ["ATO0"], ["AT+QISWTMD=0,2"])
    stream.write(TEXT)
    peer.send(BINARY)
    assert held(d, stream, 256) == BINARY
    d.until(lambda: peer.received == TEXT)


def no_carrier(line, family):
    # The peer is gone: what it had sent can be read, then it ends; the id is closed.
    d = up(line, family)
    s, peer = d.tcp()
    stream = s.transparent()
    peer.send(TEXT)
    peer.close()
    assert held(d, stream, 16) == TEXT
    d.run(500)
    assert stream.read(9) == b""
    stream.close()
    d.run(500)
    assert said(d, "+QICLOSE") == ["AT+QICLOSE=0"] and d.modem.sockets() == []

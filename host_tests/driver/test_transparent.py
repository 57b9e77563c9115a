"""Transparent mode on EG800Q and UG96: raw bytes both ways, in, out, and what may go wrong."""

import errno

from host_tests.driver.events import fails, guard, noise
from host_tests.driver.harness import Line, raises, said, urc
from host_tests.driver.test_heap import Bench, costs_nothing

FAMILIES = ("EG800Q", "UG96")
BINARY = bytes(range(256))
CONNECT = b"\r\nCONNECT\r\n"
NO_CARRIER = b"\r\nNO CARRIER\r\n"
FORGED = b'\r\nOK\r\n\r\n+QIURC: "closed",0\r\n\r\nRDY\r\n> \r\nNO CARRIER\r\nand on'
GUARD = 1100
WHOLE = Line("whole")


def up(line, family="EG800Q", timeout=30, **knobs):
    """A desk, a connected socket, its peer; `wrote` has (ms, bytes) of all that leaves."""
    d = guard(line.desk(family, **knobs))
    s, peer = d.tcp()
    s.settimeout(timeout)
    write = d.uart.write
    d.wrote = []

    def watched(data):
        n = write(data)
        if n:
            d.wrote.append((d.clock.now, bytes(data[:n])))
        return n

    d.uart.write = watched
    return d, s, peer


def read(raw, n):
    """Exactly n bytes."""
    got = b""
    while len(got) < n:
        part = raw.read(n - len(got))
        assert part, "the end after %d of %d bytes" % (len(got), n)
        got += part
    return got


def works(d, s, peer):
    """The channel is clean, and the socket sends and receives as any socket."""
    before = len(peer.received)
    assert s.send(b"buffered") == 8
    assert bytes(peer.received[before:]) == b"buffered"
    peer.send(b"answer")
    assert s.recv(20) == b"answer"


# -- both ways ----------------------------------------------------------------------------------


def test_raw_bytes_both_ways(line):
    for family in FAMILIES:
        d, s, peer = up(line, family)
        with s.transparent() as raw:
            assert said(d, "+QISWTMD") == ["AT+QISWTMD=0,2"]
            assert raw.write(BINARY * 3 + b"+++" + BINARY) == 1027
            assert raw.write(b"+++") == 3
            assert raw.write("text") == 4
            assert raw.write(b"") == 0
            peer.send(BINARY + b"+++" + FORGED)
            assert read(raw, 259 + len(FORGED)) == BINARY + b"+++" + FORGED
            d.run(2500)
        assert bytes(peer.received) == BINARY * 3 + b"+++" + BINARY + b"+++text"
        works(d, s, peer)


def test_a_long_transfer_both_ways(line):
    data = noise(3, 5000) + FORGED * 5
    d, s, peer = up(line)
    raw = s.transparent()
    peer.send(data)
    buf = bytearray(700)
    got = b""
    while len(got) < len(data):
        n = raw.readinto(buf) if len(got) & 1 else raw.readinto(memoryview(buf), 77)
        got += buf[:n]
    assert got == data
    assert raw.write(data) == len(data)
    raw.leave()
    assert bytes(peer.received) == data


def test_a_line_end_is_not_held_back_for_long(line):
    d, s, peer = up(line)
    raw = s.transparent()
    for text in (b"hello\r\n", b"\r", b"x\r\nNO CARR", b"\r\n"):
        peer.send(text)
        t = d.clock.now
        assert read(raw, len(text)) == text
        assert d.clock.now - t <= 100
    raw.leave()
    works(d, s, peer)


def test_short_writes(line):
    d, s, peer = up(line, limit_write=7)
    raw = s.transparent()
    d.run(2000)
    assert raw.write(b"++++++" + BINARY + b"+++") == 265
    raw.leave()
    assert bytes(peer.received) == b"++++++" + BINARY + b"+++"
    works(d, s, peer)


def test_lone_pluses_are_payload():
    for pieces in ((b"+++",), (b"+", b"+", b"+"), (b"++", b"+"), (b"+", b"+++"), (b"++++",)):
        for pause in (0, 300, 700, 1200):
            d, s, peer = up(WHOLE)
            raw = s.transparent()
            d.run(3000)
            for piece in pieces:
                assert raw.write(piece) == len(piece)
                d.run(pause)
            d.run(3000)
            assert d.module.line is not None, (pieces, pause)
            peer.send(b"still")
            assert raw.read(9) == b"still"
            d.run(500)
            assert bytes(peer.received) == b"".join(pieces)
            raw.leave()
            works(d, s, peer)


def test_lone_pluses_after_data():
    for pause in (500, 900, 1000, 1300, 2000):
        d, s, peer = up(WHOLE)
        raw = s.transparent()
        raw.write(b"x")
        d.run(pause)
        raw.write(b"+++")
        d.run(3000)
        assert d.module.line is not None and bytes(peer.received) == b"x+++", pause


def test_a_datagram_socket(line):
    for family in FAMILIES:
        d = guard(line.desk(family))
        s, peer = d.udp()
        s.settimeout(30)
        with s.transparent() as raw:
            raw.write(b"one")
            d.run(500)
            peer.send(b"two")
            assert read(raw, 3) == b"two"
        assert peer.received == [b"one"]


# -- in -----------------------------------------------------------------------------------------


def test_what_comes_with_connect_is_payload(line):
    d, s, peer = up(line)
    d.module.answer("+QISWTMD", CONNECT + FORGED)
    raw = s.transparent()
    assert read(raw, len(FORGED)) == FORGED
    assert not s._hung and d.modem._boots == 0 and d.modem.channel.unknown == 0


def test_a_urc_before_connect_is_one(line):
    d, s, peer = up(line)
    heard = []
    d.modem.on_urc("+CREG", heard.append)
    d.module.answer("+QISWTMD", urc("+CREG: 5") + CONNECT + urc("+CREG: 1"))
    raw = s.transparent()
    assert read(raw, 12) == urc("+CREG: 1") and heard == ["+CREG: 5"]


def test_what_the_module_has_buffered_comes_first(line):
    for timeout in (30, 0):
        d, s, peer = up(line, timeout=timeout)
        peer.send(BINARY * 4)
        d.run(500)
        raw = s.transparent()
        s.settimeout(30)
        assert said(d, "+QIRD")
        peer.send(b"then")
        assert read(raw, 1028) == BINARY * 4 + b"then"


def test_more_than_fits_has_to_be_received_first(line):
    d, s, peer = up(line)
    data = noise(1, 5000)
    peer.send(data)
    d.run(1000)
    fails(errno.EAGAIN, s.transparent)
    assert not said(d, "+QISWTMD")
    got = b""
    while len(got) < 5000:
        got += s.recv(1000)
    assert got == data
    with s.transparent():
        pass
    works(d, s, peer)


def test_the_module_refuses(line):
    d, s, peer = up(line)
    d.module.answer("+QISWTMD", b"\r\nERROR\r\n")
    assert raises(OSError, s.transparent).errno != errno.EALREADY
    works(d, s, peer)


def test_only_of_a_connected_socket():
    d, s, peer = up(WHOLE)
    fails(errno.ENOTCONN, d.socket().transparent)
    s.close()
    fails(errno.EBADF, s.transparent)
    s, peer = guard(WHOLE.desk("BC66")).tcp()
    fails(errno.EOPNOTSUPP, s.transparent)


# -- out ----------------------------------------------------------------------------------------


def test_the_guard_times(line):
    for late in (0, 400, 1099, 5000):
        d, s, peer = up(line)
        raw = s.transparent()
        raw.write(b"x")
        last = d.clock.now
        d.run(late)
        began = d.clock.now
        raw.leave()
        i = [w[1] for w in d.wrote].index(b"+++")
        at = d.wrote[i][0]
        assert max(last + GUARD, began) <= at <= max(last + GUARD, began) + 50, (late, at - last)
        assert d.wrote[i - 1] == (last, b"x")
        assert d.wrote[i + 1][0] >= at + GUARD  # ATE0
        assert d.clock.now < at + 2500
        assert bytes(peer.received) == b"x"
        works(d, s, peer)


def test_the_uarts_own_buffer_is_waited_for():
    d, s, peer = up(WHOLE)
    sent = []
    d.uart.txdone = lambda: d.clock.now >= sent[0] if sent else True
    raw = s.transparent()
    raw.write(b"x")
    sent.append(d.clock.now + 2000)
    raw.leave()
    at = [w for w in d.wrote if w[1] == b"+++"][0][0]
    assert at >= sent[0] + GUARD - 50


def test_data_that_comes_meanwhile(line):
    for text in (b"data", b"\r\nOK\r\n", b"\r\nNO CARRIER\r\n", b"\r\nOK\r\n\r\n+X"):
        for ms in (500, 1150, 1900, 2150, 2350):
            d, s, peer = up(line)
            raw = s.transparent()
            peer.send(b"first")
            d.clock.call_later(ms, peer.send, text)
            raw.leave()
            d.run(1000)
            want = b"first" + text
            got = b""
            while len(got) < len(want):
                got += s.recv(100)
            assert got == want, (ms, got)
            assert bytes(peer.received) == b"", (ms, peer.received)
            works(d, s, peer)
        if line.name != "whole":
            return


def test_what_was_not_read_is_received_first(line):
    for timeout in (30, 0):
        d, s, peer = up(line, timeout=timeout)
        raw = s.transparent()
        peer.send(b"raw1 raw2 ")
        d.run(200)
        raw.leave()
        fails(errno.ENOTCONN, raw.read, 1)
        fails(errno.ENOTCONN, raw.write, b"x")
        peer.send(b"buffered")
        d.run(200)
        assert s.recv(5) == b"raw1 "
        raw.resume()
        s.settimeout(30)
        assert read(raw, 6) == b"raw2 b"
        raw.leave()
        assert s.recv(100) == b"uffered"
        works(d, s, peer)


# -- back ---------------------------------------------------------------------------------------


def test_all_of_a_socket_after_transparent_mode(line):
    # What has come before is first, however it is asked for.
    for family in FAMILIES:
        for how in ("push", "line", "poll"):
            d, s, peer = up(line, family)
            raw = s.transparent()
            peer.send(b"the\nrest")
            d.run(100)
            fails(errno.EALREADY, s.readline)
            raw.leave()
            if how == "push":
                assert s.access_mode(1) == 1
            elif how == "poll":
                assert s.ioctl(3, 1) == 1
            assert s.readline() == b"the\n"
            peer.send(BINARY)
            assert s.read(4 + 256) == b"rest" + BINARY
            assert s.write(b"x") == 1
            s.flush()
            assert peer.received[-1:] == b"x"


def test_back_by_ato_where_that_is_right(line):
    for family in FAMILIES:
        d, s, peer = up(line, family)
        other, second = d.tcp(port=8)
        raw = s.transparent()
        raw.leave()
        raw.resume()
        assert d.module.commands[-1] == "ATO"
        raw.leave()
        with other.transparent():
            pass
        raw.resume()
        assert d.module.commands[-1] == "AT+QISWTMD=0,2"
        raw.write(b"x")
        raw.leave()
        assert bytes(peer.received) == b"x" and bytes(second.received) == b""


def test_ato_that_does_not_know(line):
    d, s, peer = up(line)
    raw = s.transparent()
    raw.leave()
    d.module.answer("ATO", NO_CARRIER)
    raw.resume()
    assert d.module.commands[-2:] == ["ATO", "AT+QISWTMD=0,2"]
    raw.leave()
    works(d, s, peer)


# -- DTR ----------------------------------------------------------------------------------------


class Pin:
    """A machine.Pin on the module's DTR."""

    def __init__(self, desk, works=True):
        self.desk = desk
        self.works = works
        self.levels = []

    def value(self, level):
        self.levels.append(level)
        if self.works:
            self.desk.module.dtr(level)


def test_leaving_by_dtr(line):
    for family in FAMILIES:
        d, s, peer = up(line, family)
        pin = Pin(d)
        raw = s.transparent(pin)
        assert said(d, "&D") == ["AT&D1"]
        raw.write(b"x")
        d.run(500)
        t = d.clock.now
        raw.leave()
        assert d.clock.now - t < 1500 and pin.levels == [0, 1, 0]
        assert b"+++" not in [w[1] for w in d.wrote]
        works(d, s, peer)
        raw.resume()
        raw.leave()
        works(d, s, peer)


def test_dtr_that_is_not_connected(line):
    d, s, peer = up(line)
    pin = Pin(d, works=False)
    s.transparent(pin).leave()
    assert b"+++" in [w[1] for w in d.wrote] and pin.levels == [0, 1, 0]
    works(d, s, peer)


# -- timeouts -----------------------------------------------------------------------------------


def test_timeouts(line):
    d, s, peer = up(line)
    raw = s.transparent()
    s.settimeout(2)
    t = d.clock.now
    fails(errno.ETIMEDOUT, raw.read, 1)
    assert 2000 <= d.clock.now - t <= 2050
    s.settimeout(0)
    t = d.clock.now
    assert raw.read(1) is None and raw.readinto(bytearray(1)) is None
    d.uart.write = lambda data: None
    assert raw.write(b"x") is None
    assert d.clock.now == t
    s.settimeout(1)
    fails(errno.ETIMEDOUT, raw.write, b"x")
    d.uart.write = lambda data: 3 if len(data) == 8 else None
    assert raw.write(b"12345678") == 3
    s.settimeout(None)
    d.clock.call_later(100_000, peer.send, b"at last")
    assert read(raw, 7) == b"at last"
    s.settimeout(0)
    peer.send(b"polled")
    d.run(100)
    got = b""
    while len(got) < 6:
        got += raw.read(6) or b""
    assert got == b"polled" and raw.any() == 0


# -- the heap -------------------------------------------------------------------------------------


class RawBench(Bench):
    """A modem on a tape, in transparent mode."""

    def __init__(self):
        super().__init__("EG800Q")
        self.socket.settimeout(5)
        self.tape.record((b"AT+QISWTMD=0,2\r", CONNECT))
        self.raw = self.socket.transparent()
        self.tape.record()
        self.into = bytearray(300)
        self.view = memoryview(self.into)

    def comes(self):
        self.tape.rewind()
        self.tape.say(self.data)
        left = len(self.data)
        while left:
            left -= self.raw.readinto(self.into, 300)
        self.tape.say(self.data)
        self.polls()
        self.polls()  # the end of a line is held back for 50 ms
        assert self.raw.any() == len(self.data)
        left = len(self.data)
        while left:
            left -= self.raw.readinto(self.view, 50)

    def goes(self):
        self.tape.rewind()
        self.raw.write(self.data)


def test_reading_and_writing_cost_nothing():
    b = RawBench()
    for data in (BINARY * 2, b"line\r\n\r\nNO CARR\r\n", NO_CARRIER + b"x"):
        b.data = data
        costs_nothing(b.comes)
        b.tape.record((data, b""))
        costs_nothing(b.goes)
        assert b.tape.played()
        b.tape.record()

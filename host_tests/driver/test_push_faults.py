"""Direct push mode when things go wrong: a loss fails the stream, and payload is never a line."""

import errno

from host_tests.driver.events import Dice, events, fails, lines, noise, reader
from host_tests.driver.harness import OK, raises, said, urc
from host_tests.driver.test_faults_payload import EVERY, HOSTILE, qird, receive
from host_tests.driver.test_push import FAMILIES, frame, pushing
from quectel.formats import FormatParser

FORGED = b'\r\n+QIURC: "closed",1\r\n\r\nRDY\r\n\r\nERROR\r\n'


def given(s, step=100):
    """What can be received until it fails, and the errno."""
    got = b""
    while True:
        try:
            data = s.recv(step)
            assert data
            got += data
        except OSError as e:
            return got, e.args[0]


def alive(desk, s, peer):
    """Is a socket in buffer mode unharmed?"""
    assert desk.modem.command("+CSQ") == ["+CSQ: 25,0"]
    peer.send(b"unharmed")
    assert receive(s, 8) == b"unharmed"


# -- where frames come --------------------------------------------------------------------------


def test_frames_within_an_answer(line):
    info = b"\r\n+CSQ: 7,0\r\n"
    f = frame(HOSTILE)
    for raw in (f + info + OK, info + f + OK, info + OK + f, f + f + info + f + OK + f):
        desk, s, peer = pushing(line)
        before = desk.modem.stats()
        desk.module.answer("AT+CSQ", raw)
        assert desk.modem.command("+CSQ") == ["+CSQ: 7,0"]
        n = raw.count(f)
        assert receive(s, n * len(HOSTILE)) == HOSTILE * n
        assert desk.modem.stats() == before


def test_frames_around_a_read(line):
    data = noise(1, 80)
    answer = qird(data)
    head = answer[: -len(OK)]
    f = frame(HOSTILE, 0)
    for raw in (f + answer, head + f + OK, f + head + f + f + OK, answer + f):
        desk, s, peer = pushing(line)
        b, other = desk.tcp(port=8)
        before = desk.modem.stats()
        desk.module.answer("AT+QIRD=1", raw)
        other.send(b"x")
        assert b.recv(100) == data
        n = raw.count(f)
        assert receive(s, n * len(HOSTILE)) == HOSTILE * n
        assert desk.modem.stats() == before


def test_a_frame_behind_a_broken_read(line):
    # Two bytes are missing: the count takes the line end for them.
    desk, s, peer = pushing(line)
    b, other = desk.tcp(port=8)
    desk.module.answer("AT+QIRD=1", qird(b"0123456789", 0, 12)[: -len(OK)] + frame(b"x") + OK)
    other.send(b"x")
    fails(errno.EIO, b.recv, 100)


def test_frames_without_a_line_end_of_their_own(line):
    desk, s, peer = pushing(line)
    desk.module.inject(frame(b"one") + frame(b"two")[2:] + frame(b"three")[2:])
    assert receive(s, 11) == b"onetwothree"


def test_a_frame_under_way_when_a_command_begins(line):
    f = frame(HOSTILE)
    for k in range(0, len(f), 13):
        desk, s, peer = pushing(line)
        b, other = desk.tcp(port=8)
        other.send(EVERY)
        desk.run(10)
        desk.module.inject(f[:k])
        desk.module.inject(f[k:], 20)
        assert receive(b, 256) == EVERY
        assert receive(s, len(HOSTILE)) == HOSTILE


def test_frames_do_not_put_off_a_deadline(line):
    desk, s, peer = pushing(line)
    for i in range(1, 60):
        desk.module.inject(frame(b"x" * 20)[:30], i * 100)
        desk.module.inject(frame(b"x" * 20)[30:], i * 100 + 50)
    desk.module.mute("AT+CSQ")
    t = desk.clock.now
    op = desk.modem.command("+CSQ", 1_000, wait=False)
    desk.until(lambda: op.done)
    fails(errno.ETIMEDOUT, op.result)
    assert desk.clock.now - t < 1_200
    assert receive(s, 59 * 20) == b"x" * 59 * 20


# -- room ---------------------------------------------------------------------------------------


def test_a_stream_that_nobody_reads(line):
    for family in FAMILIES:
        desk, s, peer = pushing(line, family, size=100)
        sent = b""
        for i in range(6):
            peer.send(noise(i, 30))
            sent += noise(i, 30)
        desk.run(100)
        assert s.lost == 3
        got, why = given(s, 7)
        assert got == sent[:90] and why == errno.ENOMEM
        fails(errno.ENOMEM, s.send, b"x")
        s.close()
        s, peer = desk.tcp(port=9)
        assert s.send(b"again") == 5


def test_datagrams_that_nobody_reads(line):
    for family in FAMILIES:
        desk, s, peer = pushing(line, family, "udp", 100)
        for i in range(6):
            peer.send(noise(i, 25 + i))
        desk.run(100)
        assert s.lost == 3
        assert [s.recv(100) for _ in range(3)] == [noise(i, 25 + i) for i in range(3)]
        peer.send(b"x" * 100)
        assert s.recv(200) == b"x" * 100
        peer.send(b"x" * 101)
        peer.send(b"after")
        assert s.recv(200) == b"after" and s.lost == 4


# -- bytes missing ------------------------------------------------------------------------------


def test_a_frame_that_stops(line):
    f = frame(b"0123456789")
    for k in (23, 24, 29, 32, 33, 34):
        for pause in (0, 30_000):
            desk, s, peer = pushing(line)
            b, other = desk.tcp(port=8)
            if pause:
                desk.modem.command("+CSQ", pause)  # its deadline is none for frames
            peer.send(b"before ")
            desk.run(10)
            desk.module.inject(f[:k])
            t = desk.clock.now
            assert given(s) == (b"before ", errno.EIO)
            assert desk.clock.now - t <= 2_000 and s.lost == 1
            alive(desk, b, other)


def test_a_datagram_that_stops(line):
    desk, s, peer = pushing(line, kind="udp")
    peer.send(b"before")
    desk.run(10)
    desk.module.inject(frame(b"0123456789")[:30])
    desk.run(3_000)
    peer.send(b"after")
    assert s.recv(10) == b"before"
    assert s.recv(10) == b"after"
    assert s.lost == 1


def test_a_frame_that_only_hesitates(line):
    desk, s, peer = pushing(line)
    f = frame(HOSTILE)
    for i in range(len(f)):
        desk.module.inject(f[i : i + 1], 1 + i * 40)
    assert receive(s, len(HOSTILE)) == HOSTILE


def test_a_stop_during_a_command(line):
    desk, s, peer = pushing(line)
    b, other = desk.tcp(port=8)
    desk.module.answer("AT+CSQ", frame(b"0123456789")[:30])
    t = desk.clock.now
    fails(errno.EIO, desk.modem.command, "+CSQ", 60_000)
    assert desk.clock.now - t < 2_000
    assert given(s) == (b"", errno.EIO)
    alive(desk, b, other)


def test_bytes_lost_within_a_frame(line):
    for k in (1, 2, 3, 4, 5, 7, 8, 20):
        for more in (0, 1, 3):
            if k == 2 and more:
                continue  # taken for a frame with a line end in it: see pushparser.py
            desk, s, peer = pushing(line)
            b, other = desk.tcp(port=8)
            peer.send(b"before ")
            desk.run(10)
            desk.module.drop_output(30, k)
            for i in range(more + 1):
                peer.send(noise(i, 60))
            assert given(s) == (b"before ", errno.EIO), (k, more)
            alive(desk, b, other)


def test_a_loss_fails_all_streams_but_no_datagrams(line):
    # Frames of the others may have been in it.
    desk, s, peer = pushing(line)
    a, _ = desk.tcp(port=8)
    a.access_mode(1)
    u, other = desk.udp(port=9)
    u.access_mode(1)
    desk.module.inject(frame(b"0123456789", 2)[:-5] + frame(b"abc", 2))
    desk.run(3_000)
    assert given(s) == (b"", errno.EIO) and given(a) == (b"", errno.EIO)
    other.send(b"still here")
    assert u.recv(100) == b"still here" and (s.lost, a.lost, u.lost) == (0, 0, 1)


def test_a_damaged_header(line):
    head = b'+QIURC: "recv",0,%d\r\n' % len(FORGED)
    for i in range(len(head)):
        for k in (1, 2, 5, 12):
            left = head[:i] + head[i + k :]
            if i + k > len(head) or left == head[:-2] + b"\n":
                continue  # as good as it was
            desk, s, peer = pushing(line)
            b, other = desk.tcp(port=8)
            peer.send(b"before ")
            desk.run(10)
            desk.module.inject(b"\r\n" + left + FORGED + b"\r\n")
            desk.run(50)
            got, why = given(s)
            assert got == b"before " and why == errno.EIO, left
            if b"," in left:
                alive(desk, b, other)


def test_payload_without_its_header(line):
    desk, s, peer = pushing(line)
    desk.module.inject(b"y" * 300 + FORGED)
    assert given(s) == (b"", errno.EIO)
    assert desk.modem.stats()["oversize"] == 1


def test_a_count_that_cannot_be(line):
    for n in (1501, 9999, 999_999_999, 1_000_000_000_000):
        desk, s, peer = pushing(line)
        b, other = desk.tcp(port=8)
        desk.module.inject(urc('+QIURC: "recv",0,%d' % n) + FORGED)
        assert given(s) == (b"", errno.EIO)
        alive(desk, b, other)


def test_no_data_is_no_frame(line):
    desk, s, peer = pushing(line)
    for text in ('+QIURC: "recv",0,0', '+QIURC: "recv",3,12'):
        desk.module.inject(urc(text))
    peer.send(b"fine")
    assert receive(s, 4) == b"fine"
    assert said(desk, "+QIRD") == ["AT+QIRD=0,512"] * 2  # from the switch


def test_without_a_length(line):
    # BC firmware after showlength 0: nobody knows where the frame ends.
    desk, s, peer = pushing(line)
    b, other = desk.tcp(port=8)
    desk.module.inject(b'\r\n+QIURC: "recv",0\r\n' + FORGED)
    assert given(s) == (b"", errno.EIO)
    alive(desk, b, other)


def test_losses_at_random(line):
    dice = Dice(line.seed or 0)
    for _ in range(3):
        desk, s, peer = pushing(line)
        sent = b""
        dropped = False
        for i in range(12):
            if dice(4) == 0:
                k = 1 + dice(19)
                desk.module.drop_output(dice(70), k + (k == 2))
                dropped = True
            data = b"".join([b"<%03d>" % (i * 20 + j) for j in range(1 + dice(20))])
            peer.send(data)
            sent += data
            desk.run(dice(300))
        s.settimeout(5)
        got, why = given(s)
        assert sent.startswith(got), (got, sent)
        assert why == errno.EIO or (why == errno.ETIMEDOUT and (got == sent or dropped))


# -- reboots and switching ----------------------------------------------------------------------


def test_a_reboot_within_a_frame(line):
    desk, s, peer = pushing(line)
    peer.send(b"before")
    desk.run(10)
    desk.module.inject(frame(b"0123456789" * 20)[:60])
    desk.module.reboot()
    desk.run(30_000)
    got, why = given(s)
    assert got == b"before" and why in (errno.EIO, errno.ECONNRESET)
    s.close()
    desk.modem.attach()
    s, peer = desk.tcp(port=8)
    peer.send(EVERY)
    assert receive(s, 256) == EVERY


def test_no_answer_to_the_switch(line):
    for executed in (True, False):
        for mode in (1, 0):
            desk, s, peer = pushing(line)
            b, other = desk.tcp(port=8)
            if mode:
                s.access_mode(0)
            desk.module.mute("AT+QISWTMD", execute=executed)
            fails(errno.ETIMEDOUT, s.access_mode, mode)
            fails(errno.ETIMEDOUT, s.recv, 10)
            s.close()
            alive(desk, b, other)
            s, peer = desk.tcp(port=9)
            peer.send(EVERY)
            assert receive(s, 256) == EVERY


def test_what_came_late_cannot_be_read(line):
    # There is a hole in the stream then; of datagrams one is missing.
    for kind in ("tcp", "udp"):
        desk, s, peer = pushing(line, kind=kind)
        s.access_mode(0)
        desk.module.answer("AT+QIRD", b"\r\n+QIRD: 0\r\n" + OK)
        desk.module.answer("AT+QISWTMD", urc('+QIURC: "recv",0,6') + OK + frame(b"later"))
        desk.module.answer("AT+QIRD", b"\r\nERROR\r\n")
        assert s.access_mode(1) == 1
        assert s.lost == 1
        if kind == "tcp":
            assert given(s) == (b"", errno.EIO)
        else:
            assert s.recv(10) == b"later"


def test_giving_up_half_way(line):
    from quectel.push import steps

    for command, why in (("AT+QIRD", errno.ECONNABORTED), ("AT+QISWTMD", errno.ECONNABORTED)):
        desk, s, peer = pushing(line)
        s.access_mode(0)
        desk.module.delays[command] = 400
        op = desk.modem._start(steps(s, 1))
        desk.run(100)
        op.cancel()
        desk.run(2_000)
        fails(why, s.recv, 10)
        s.close()
        s, peer = desk.tcp(port=8)
        peer.send(EVERY)
        assert receive(s, 256) == EVERY


def test_in_a_callback_it_cannot_wait(line):
    desk, s, peer = pushing(line)
    heard = []
    desk.modem.on_urc("+CEREG", lambda text: heard.append(raises(OSError, s.access_mode, 0)))
    desk.module.inject(urc("+CEREG: 5"))
    desk.run(100)
    assert heard[0].args[0] == errno.EALREADY and s.access_mode() == 1


# -- formats ------------------------------------------------------------------------------------


def test_hex_digits_missing_in_a_read(line):
    for payload in (b"3031", b"303", b"30x132", b'"30"', b""):
        p = reader(FormatParser())
        p.hexed = 1
        got = events(line.cut(b"+QIRD: 3,0\r\n" + payload + b"\r\n\r\nOK\r\n"), p)
        assert got[-1] == lines(b"OK")[0] and p.blank < 2, payload


def test_hex_digits_missing_in_a_frame(line):
    for payload in (b"3031", b"303", b"30x132", b"30313233", b""):
        desk, s, peer = pushing(line)
        desk.modem.option("dataformat", 0, 1)
        for digits in (b"303132", b'"616263"', payload):
            desk.module.inject(b'\r\n+QIURC: "recv",0,3\r\n' + digits + b"\r\n")
        assert given(s) == (b"012abc", errno.EIO), payload
        assert desk.modem.command("+CSQ") == ["+CSQ: 25,0"]


def test_other_settings_than_those_that_were_made(line):
    for view in (0, 1):
        desk, s, peer = pushing(line)
        b, other = desk.tcp(port=8)
        desk.modem.option("viewmode", view)
        desk.module.nvram["viewmode"] = 1 - view
        peer.send(FORGED)
        assert given(s) == (b"", errno.EIO)
        desk.module.nvram["viewmode"] = view
        alive(desk, b, other)

"""F01 to F09: lines too long, line ends, noise, chunk boundaries, unknown lines, echo.

What a broken line may do: be dropped and counted. What it may not do: be taken for a result, a
prompt or a URC, hide the line after it, or end the command under way.
"""

import errno

from host_tests.driver.events import events, fails, lines, reader, take, up
from quectel.parser import Parser

TAILS = (b"OK", b"ERROR", b"> ", b'+QIURC: "closed",0', b"RDY", b"SEND OK", b"POWERED DOWN")
CSQ = b"\r\n+CSQ: 7,0\r\n\r\nOK\r\n"


def answered(desk, raw, command="+CSQ", **rest):
    """What `command` returns when the module's answer is `raw`."""
    desk.module.answer("AT" + command, raw, **rest)
    return desk.modem.command(command)


# -- F01, F02: too long -------------------------------------------------------------------------


def test_F01_parser_drops_a_long_line_whole(line):
    p = Parser()
    room = len(p.line)
    long = b"y" * (room + 1)
    got = events(line.cut(b"\r\nA\r\n" + long + b"\r\nB\r\n" + long * 9 + b"\r\nC\r\n"), p)
    assert got == lines(b"A", b"B", b"C")
    assert (p.oversize, len(p.line)) == (2, room)


def test_F01_parser_keeps_a_line_that_fits(line):
    p = Parser(40)
    text = b"+X: " + b"z" * 34  # and its CR LF
    assert events(line.cut(text + b"\r\n"), p) == lines(text)
    assert p.oversize == 0


def test_F01_parser_small_buffer_is_kept_to():
    for size in (8, 16, 33):
        p = Parser(size)
        got = events([b"12345678901234567890123456789012345\r\nOK\r\n"], p)
        assert got == lines(b"OK")
        assert (len(p.line), p.oversize) == (size, 1)


def test_F01_command_waits_on_behind_a_long_line(line):
    desk = up(line)
    desk.module.answer("AT+CSQ", b"\r\n" + b"+CSQ: 1" * 100 + b"\r\n")
    desk.module.inject(CSQ, 400)
    assert desk.modem.command("+CSQ") == ["+CSQ: 7,0"]
    stats = desk.modem.stats()
    assert (stats["oversize"], stats["timeouts"], stats["stray"]) == (1, 0, 0)


def test_F01_a_long_line_when_idle_harms_nothing(line):
    desk = up(line)
    s, peer = desk.tcp()
    heard = []
    desk.modem.on_urc("", heard.append)
    desk.module.inject(b'+QIURC: "closed",0' * 30 + b"\r\n")
    desk.run(500)
    assert heard == []
    assert desk.modem.stats()["oversize"] == 1
    assert s.send(b"still here") == 10
    assert bytes(peer.received) == b"still here"


def test_F02_parser_tail_of_a_long_line_is_nothing(line):
    for tail in TAILS:
        p = Parser()
        p.prompt = True
        got = events(line.cut(b"x" * 321 + tail + b"\r\n"), p)
        assert got == [], tail
        assert p.oversize == 1


def test_F02_tail_starts_where_the_buffer_ends(line):
    # The place where a driver that cuts long lines to pieces would begin anew.
    for tail in TAILS:
        p = Parser(64)
        p.prompt = True
        for n in (63, 64, 65, 66, 128):
            assert events(line.cut(b"x" * n + tail + b"\r\n"), p) == [], (n, tail)


def test_F02_tail_ends_no_command(line):
    desk = up(line)
    junk = b"".join([b"x" * 400 + tail + b"\r\n" for tail in TAILS])
    desk.module.answer("AT+CSQ", b"\r\n" + junk)
    desk.module.inject(CSQ, 300)
    assert desk.modem.command("+CSQ") == ["+CSQ: 7,0"]
    assert desk.modem.stats()["oversize"] == len(TAILS)
    assert desk.modem.stats()["stray"] == 0


def test_F02_tail_is_no_prompt_and_closes_no_socket(line):
    desk = up(line, "BC26")
    s, peer = desk.tcp()
    desk.module.prompt = (
        "\r\n" + "".join(["x" * 220 + t.decode() + "\r\n" for t in TAILS]) + "\r\n> "
    )
    assert s.send(b"\0binary\xff") == 8
    assert bytes(peer.received) == b"\0binary\xff"
    assert desk.modem.stats()["unknown"] == 0


# -- F03, F04: line ends ------------------------------------------------------------------------


def test_F03_parser_line_feed_alone_ends_a_line(line):
    assert events(line.cut(b"\nOK\n\n+CSQ: 1,2\n")) == lines(b"OK", b"+CSQ: 1,2")


def test_F03_parser_carriage_return_alone_does_not(line):
    assert events(line.cut(b"\r\nOK\r")) == []
    assert events(line.cut(b"ERROR\rOK\r")) == []


def test_F03_command_without_carriage_returns(line):
    assert answered(up(line), b"\n+CSQ: 7,0\n\nOK\n") == ["+CSQ: 7,0"]


def test_F03_missing_line_feed_is_a_timeout_then_all_is_well(line):
    desk = up(line)
    desk.module.answer("AT+CGMM", b"\r\nOK\r")
    fails(errno.ETIMEDOUT, desk.modem.command, "+CGMM", timeout_ms=300)
    assert desk.modem.command("+CSQ") == ["+CSQ: 25,0"]
    assert desk.modem.stats()["timeouts"] == 1


def test_F04_parser_trims_returns_and_ignores_empty_lines(line):
    data = b"\r\r\nOK\r\r\n\r\n\r\n\n\r\r\r\n  +CSQ: 1,2\r\r\r\n \r\n\r\n\tERROR\r\n"
    assert events(line.cut(data)) == lines(b"OK", b"+CSQ: 1,2", b"ERROR")


def test_F04_command_with_odd_line_ends(line):
    raw = b"\r\r\n\r\n  \r\n  +CSQ: 7,0\r\r\n\r\n\r\n\r\n\n  OK\r\r\n\r\n"
    desk = up(line)
    assert answered(desk, raw) == ["+CSQ: 7,0"]
    assert desk.modem.stats()["unknown"] == 0


# -- F05, F06: noise ----------------------------------------------------------------------------


def test_F05_parser_nuls_between_and_in_lines(line):
    p = Parser()
    got = events(line.cut(b"\0\0\r\n\0\0OK\r\n\0O\0K\r\n\0\0\r\n"), p)
    assert got == lines(b"OK", b"O\0K")
    assert p.garbage == 7


def test_F05_nuls_in_front_of_an_answer(line):
    desk = up(line)
    before = desk.modem.stats()["garbage"]
    assert answered(desk, b"\0\0\r\n\0+CSQ: 7,0\r\n\0\0\r\nOK\r\n") == ["+CSQ: 7,0"]
    assert desk.modem.stats()["garbage"] - before == 5


def test_F05_noise_of_a_wrong_rate_is_counted_and_bounded(line):
    desk = up(line)
    desk.module.inject(bytes(1500) + b"\xff" * 1500)
    polls = 0
    while desk.uart.any():
        before = unread(desk.uart)
        desk.modem.poll()
        assert before - unread(desk.uart) <= 256
        polls += 1
        assert polls < 40
    assert desk.modem.stats()["garbage"] >= 2500
    assert len(desk.modem.channel.parser.line) < 256
    desk.module.inject(b"\r\n")
    assert desk.modem.command("+CSQ") == ["+CSQ: 25,0"]


def unread(uart):
    return len(uart._rx) - uart._pos


def test_F05_ten_thousand_bytes_of_noise():
    for noise in (bytes(10_000), b"\xff" * 10_000, b"\0\xff" * 5_000):
        p = Parser()
        got = []
        for i in range(0, len(noise), 128):
            take(p, noise[i : i + 128], got)
        assert got == []
        assert p.garbage >= 10_000 - len(p.line)
        assert events([b"\r\n\r\nOK\r\n"], p) == lines(b"OK")


def test_F06_parser_passes_any_byte_on(line):
    text = b"+X: " + bytes([b for b in range(128, 256)])
    data = text + b"\r\n\xc3\x28\r\n"
    assert events(line.cut(data), Parser(160)) == lines(text, b"\xc3\x28")


def test_F06_bytes_that_are_no_text_in_an_answer(line):
    desk = up(line)
    assert answered(desk, b"\r\n+CSQ: \xff\xfe\xc3\x28\r\n\r\nOK\r\n") == [
        "+CSQ: \xff\xfe\xc3\x28"
    ]


def test_F06_bytes_that_are_no_text_in_a_urc(line):
    desk = up(line)
    heard = []
    desk.modem.on_urc("+X", heard.append)
    desk.module.inject(b"\r\n\x80\x81\r\n\r\n+X: \xa0\xff\r\n")
    desk.run(100)
    assert heard == ["+X: \xa0\xff"]
    assert desk.modem.stats()["unknown"] == 1


# -- F07: chunks --------------------------------------------------------------------------------

STREAM = (
    b'\r\n+QIURC: "recv",0,12\r\n\r\n+QIRD: 12,0\r\n\r\nOK\r\nab>\ncd\r\n\r\nOK\r\n'
    b"\r\n\r\nERROR\r\n"
    b"AT+X\r\r\n12345678901234567890123456789012345678901234567\r\n\r\n+X: 1\r\n"
)
EVENTS = (
    lines(b'+QIURC: "recv",0,12')
    + [("header", b"+QIRD: 12,0"), ("data", b"\r\nOK\r\nab>\ncd")]
    + lines(b"OK", b"ERROR", b"AT+X", b"+X: 1")
)


def test_F07_parser_cut_anywhere():
    for i in range(len(STREAM) + 1):
        p = reader(Parser(40))
        assert events([STREAM[:i], STREAM[i:]], p) == EVENTS, i
        assert p.oversize == 1


def test_F07_parser_three_pieces():
    for i in range(0, len(STREAM), 3):
        for n in (1, 2, 7, 13):
            p = reader(Parser(40))
            assert events([STREAM[:i], STREAM[i : i + n], STREAM[i + n :]], p) == EVENTS, (i, n)


def test_F07_parser_any_chunking(line):
    assert events(line.cut(STREAM), reader(Parser(40))) == EVENTS


def test_F07_a_whole_session_in_any_chunking(line):
    desk = line.desk("BC26", echo=True)
    s, peer = desk.tcp()
    heard = []
    desk.modem.on_urc("", heard.append)
    assert s.send(b"\r\nOK\r\n> ") == 8
    peer.send(b'\r\nERROR\r\n+QIURC: "closed",0\r\n')
    assert s.recv(64) == b'\r\nERROR\r\n+QIURC: "closed",0\r\n'
    assert bytes(peer.received) == b"\r\nOK\r\n> "
    assert heard == ['+QIURC: "recv",0,29']


# -- F08, F09: lines that are no answer ----------------------------------------------------------


def test_F08_unknown_lines_when_idle(line):
    desk = up(line)
    desk.module.inject(b'\r\nhello\r\n\r\n+QNEW: 1,2\r\n\r\n+QIURC: "new",5\r\n\r\n#\r\n')
    desk.run(100)
    assert desk.modem.stats()["unknown"] == 4
    assert desk.modem.command("+CSQ") == ["+CSQ: 25,0"]
    assert desk.modem.stats()["resyncs"] == 1  # the one at the start


def test_F08_unknown_lines_in_the_middle_of_a_command(line):
    desk = up(line)
    raw = b'\r\n+QNEW: 1\r\n\r\n+QIURC: "new",5\r\n\r\n+CSQ: 7,0\r\n\r\n+QNEW: 2\r\n\r\nOK\r\n'
    assert answered(desk, raw) == ["+CSQ: 7,0"]
    assert desk.modem.stats()["unknown"] == 3
    assert desk.modem.stats()["timeouts"] == 0


def test_F08_unknown_line_hides_no_urc_behind_it(line):
    desk = up(line)
    s, peer = desk.tcp()
    desk.module.inject(b'\r\n+QNEW: "a\r\n\r\n+QIURC: "closed",0\r\n')
    assert s.recv(10) == b""


def test_F08_a_callback_can_have_them(line):
    desk = up(line)
    heard = []
    desk.modem.on_urc("+QNEW", heard.append)
    desk.module.inject(b"\r\n+QNEW: 1,2\r\n\r\n+QNIX: 3\r\n")
    desk.run(100)
    assert heard == ["+QNEW: 1,2"]
    assert desk.modem.stats()["unknown"] == 1
    desk.modem.on_urc("+QNEW", None)
    desk.module.inject(b"\r\n+QNEW: 3\r\n")
    desk.run(100)
    assert heard == ["+QNEW: 1,2"]


def test_F09_echo_on(line):
    desk = line.desk(echo=True)
    assert desk.modem.command("+CSQ") == ["+CSQ: 25,0"]
    desk.module.echo = 1
    assert desk.modem.command("+CGMM") == ["Quectel_BC66"]
    assert desk.modem.command("+CPIN?") == ["+CPIN: READY"]
    assert desk.modem.stats()["unknown"] == 0


def test_F09_echo_cut_in_two_by_a_urc(line):
    desk = up(line)
    heard = []
    desk.modem.on_urc("", heard.append)
    for i in range(1, 6):
        text = b"AT+CSQ"
        raw = text[:i] + b"\r\n+CEREG: 1\r\n" + text[i:] + b"\r" + CSQ
        assert answered(desk, raw) == ["+CSQ: 7,0"], i
    assert heard == ["+CEREG: 1"] * 5
    assert desk.modem.stats()["unknown"] == 0


def test_F09_only_the_own_command_is_an_echo(line):
    desk = up(line)
    raw = b"AT+CGMR\r\r\nATLAS 1.0\r\n\r\nOK\r\n"
    assert answered(desk, raw, "+CGMR") == ["ATLAS 1.0"]


def test_F09_damaged_echo_is_no_answer(line):
    desk = up(line)
    assert answered(desk, b"AT+C{\xff\r\r\n+CSQ: 7,0\r\n\r\nOK\r\n") == ["+CSQ: 7,0"]


def test_F09_echo_of_payload_is_no_result(line):
    desk = line.desk(echo=True)
    s, peer = desk.tcp()
    desk.module.echo = 1
    assert s.send(b"OK") == 2
    assert s.send(b"/ ERROR") == 7
    assert s.send(b"x" * 300) == 300
    assert bytes(peer.received) == b"OK/ ERROR" + b"x" * 300


def test_F09_echo_is_turned_off_again(line):
    desk = line.desk(echo=True)
    desk.modem.ip()
    assert desk.module.echo == 0
    desk.module.reboot()
    desk.run(2000)
    assert desk.module.echo == 0
    assert desk.modem.command("+CSQ")[0].startswith("+CSQ")

"""F20 to F25: numbers that are none, ids that nobody has, too many fields and too few.

A number is one to nine plain digits and nothing else. A line that lacks one where one is due is
counted and changes nothing.
"""

import errno

from host_tests.driver.events import events, fails, lines, reader, up
from host_tests.driver.harness import raises
from quectel import QuectelError
from quectel.formats import FormatParser
from quectel.parser import Parser

NONSENSE = (
    b"",
    b" ",
    b"x",
    b"-1",
    b"-0",
    b"+5",
    b"0x10",
    b"12a",
    b"a12",
    b"1 2",
    b"1.5",
    b"1e3",
    b"5\0",
    b"\xb2",
    b'"5"',
    b"99999999999999999999",
    b"1234567890",
    b"4294967296",
    b"(0-4)",
    b"5;",
)


def say(desk, *texts):
    """Have the module say these lines, and the driver hear them."""
    for text in texts:
        desk.module.inject(b"\r\n" + text + b"\r\n")
    desk.run(100)


def counted(desk):
    """How many lines were refused so far."""
    stats = desk.modem.stats()
    return stats["unknown"] + stats["dropped"]


def line_of(text):
    """A parser that has just given out this line."""
    p = Parser()
    p.feed(bytearray(text + b"\r\n"), len(text) + 2)
    assert p.next() == 1
    return p


# -- F20, F21, F22: what is a number ------------------------------------------------------------


def test_F20_F21_F22_parser_numbers():
    for text in NONSENSE:
        assert line_of(b"+X: " + text + b",7").num(0) == -1, text
        assert line_of(b"+X: 7," + text).num(1) == -1, text
    for text, value in (
        (b"0", 0),
        (b"7", 7),
        (b"007", 7),
        (b"999999999", 999999999),
        (b" 12", 12),
    ):
        assert line_of(b"+X: " + text + b",7").num(0) == value, text
        assert line_of(b"+X: 7," + text).num(1) == value, text


def test_F20_parser_fields_that_are_not_there():
    p = line_of(b'+X: 1,"a,b",,3')
    assert [p.num(k) for k in range(6)] == [1, -1, -1, 3, -1, -1]
    assert p.field(1) == 6 and p.field(4) == -1
    assert line_of(b"+X").num(0) == -1
    assert line_of(b"+X:").num(0) == -1


def test_F20_F22_parser_header_without_a_length_is_a_line(line):
    for text in NONSENSE + (b"0", b"00"):
        head = b"+QIRD: " + text
        got = events(line.cut(head + b"\r\nabc\r\n"), reader())
        assert [e[0] for e in got] == ["line", "line"], text


def test_F20_urc_without_its_id_touches_no_socket(line):
    desk = up(line)
    s, peer = desk.tcp()
    for text in NONSENSE:
        before = counted(desk)
        say(desk, b'+QIURC: "closed",' + text, b'+QIURC: "recv",' + text)
        assert counted(desk) == before + 2, text
    assert desk.module.commands[-1].startswith("AT+QIOPEN")  # no QIRD, no QICLOSE
    assert s.send(b"x") == 1
    s.settimeout(1)
    fails(errno.ETIMEDOUT, s.recv, 1)  # and no end of the stream


def test_F20_open_result_that_is_none(line):
    # Neither success nor failure: what counts is the true one that follows.
    for text in (b"", b"x", b"-1", b"+5", b"99999999999999999999"):
        desk = up(line, delays={"+QIOPEN": 400})
        desk.net.tcp("198.51.100.7", 7)
        before = counted(desk)
        desk.module.inject(b"\r\n+QIOPEN: 0," + text + b"\r\n", 100)
        desk.module.inject(b"\r\n+QIOPEN: " + text + b",0\r\n", 150)
        s = desk.socket()
        s.connect(("198.51.100.7", 7))
        assert desk.clock.now >= 400
        assert s.send(b"x") == 1
        assert counted(desk) == before + 2, text


def test_F20_list_of_sockets_without_sense(line):
    # Asked before the first socket opens: that socket fails, and the next one opens.
    for text in (b"x", b"", b"0", b'0,"TCP"', b"-1,2,3,4,5,6,7,8"):
        desk = line.desk()
        desk.net.tcp("198.51.100.7", 7)
        desk.module.answer("AT+QISTATE?", b"\r\n+QISTATE: " + text + b"\r\n\r\nOK\r\n")
        s = desk.socket()
        try:
            s.connect(("198.51.100.7", 7))
        except OSError as e:
            assert e.args[0] == errno.EIO, text
            s = desk.socket()
            s.connect(("198.51.100.7", 7))
        assert s.send(b"x") == 1
        desk = line.desk()
        desk.module.answer("AT+QISTATE?", b"\r\n+QISTATE: " + text + b"\r\n\r\nOK\r\n")
        assert desk.modem.attach() == "10.16.32.48"


def test_F20_services_refuse_what_is_no_number(line):
    desk = up(line)
    m = desk.modem
    for text in ("", ",", "x,0", "-5,0", "+5,0", "0x10,0", "1 2,0"):
        desk.module.answer("AT+CSQ", b"\r\n+CSQ: " + text.encode() + b"\r\n\r\nOK\r\n")
        fails(errno.EIO, m.signal)
    for text in ("0", "0,", "0,x", "0,-1"):
        desk.module.answer("AT+CEREG?", b"\r\n+CEREG: " + text.encode() + b"\r\n\r\nOK\r\n")
        raises(OSError, m.registration)
    assert (m.signal(), m.registration()) == (-63, 1)


def test_F20_ping_dns_and_time_refuse_what_is_no_number(line):
    desk = up(line)
    m = desk.modem
    for command, call, raw in (
        ("AT+QPING", lambda: m.ping("a.example", 1), b'+QPING: 0,"1.2.3.4",x,1,1'),
        ("AT+QPING", lambda: m.ping("a.example", 1), b"+QPING: "),
        ("AT+QIDNSGIP", lambda: m.resolve("a.example"), b'+QIURC: "dnsgip",'),
        ("AT+QIDNSGIP", lambda: m.resolve("a.example"), b'+QIURC: "dnsgip",0,x,600'),
        ("AT+QNTP", lambda: m.ntp("a.example"), b'+QNTP: 0,"18/04/xx,11:08:20"'),
        ("AT+QNTP", lambda: m.ntp("a.example"), b"+QNTP: 0"),
        ("AT+QNTP", lambda: m.ntp("a.example"), b'+QNTP: 0,"soon"'),
    ):
        desk.module.answer(command, b"\r\nOK\r\n\r\n" + raw + b"\r\n")
        raises(OSError, call)
    assert m.signal() == -63


def test_F21_length_with_anything_about_it_fails_the_read(line):
    for text in (b"-1", b"+5", b"0x05", b"5a", b" ", b""):
        desk = up(line)
        s, peer = desk.tcp()
        desk.module.answer("AT+QIRD", b"\r\n+QIRD: " + text + b",0\r\nabcde\r\n\r\nOK\r\n")
        peer.send(b"12345")
        fails(errno.EIO, s.recv, 10)
        assert desk.modem.command("+CSQ") == ["+CSQ: 25,0"]


def test_F22_length_beyond_all_bounds(line):
    desk = up(line)
    s, peer = desk.tcp()
    desk.module.answer("AT+QIRD", b"\r\n+QIRD: 99999999999999999999\r\nabcde\r\n\r\nOK\r\n")
    peer.send(b"12345")
    fails(errno.EIO, s.recv, 10)
    assert desk.modem.command("+CSQ") == ["+CSQ: 25,0"]


def test_F22_error_code_beyond_all_bounds(line):
    desk = up(line)
    desk.module.answer("AT+QIOPEN", b"\r\n+CME ERROR: 99999999999999999999\r\n")
    s = desk.socket()
    assert raises(QuectelError, s.connect, ("198.51.100.7", 7)).code == -1


# -- F23, F24: whose id -------------------------------------------------------------------------

STRANGE = (b"1", b"4", b"5", b"10", b"11", b"12", b"15", b"16", b"255", b"256", b"65536", b"-1")


def test_F23_F24_ids_that_nobody_has(line):
    desk = up(line)
    s, peer = desk.tcp()
    for cid in STRANGE:
        before = counted(desk)
        say(
            desk,
            b'+QIURC: "closed",' + cid,
            b'+QIURC: "recv",' + cid,
            b"+QIOPEN: " + cid + b",566",
        )
        assert counted(desk) == before + 3, cid
    sent = len(desk.module.commands)
    s.settimeout(1)
    fails(errno.ETIMEDOUT, s.recv, 9)
    assert desk.module.commands[sent:] == []
    assert s.send(b"x") == 1


def test_F23_no_id_is_not_the_last_one(line):
    desk = up(line)
    pairs = [desk.tcp(port=7 + i) for i in range(5)]
    for cid in (b"-1", b"-5", b"x", b"", b"5", b"256"):
        before = counted(desk)
        say(desk, b'+QIURC: "closed",' + cid, b'+QIURC: "recv",' + cid)
        assert counted(desk) == before + 2, cid
    for s, _ in pairs:
        s.settimeout(1)
        fails(errno.ETIMEDOUT, s.recv, 1)
        assert s.send(b"x") == 1


def test_F23_an_id_that_is_closed(line):
    desk = up(line)
    s, peer = desk.tcp()
    s.close()
    before = counted(desk)
    say(desk, b'+QIURC: "closed",0', b'+QIURC: "recv",0,5')
    assert counted(desk) == before + 2
    s, peer = desk.tcp(port=8)
    assert s.send(b"x") == 1


def test_F23_parser_push_to_an_id_out_of_range(line):
    for cid in (b"1", b"16", b"17", b"31", b"32", b"256", b"-1", b"x"):
        p = FormatParser()
        p.push = 1
        got = events(line.cut(b'+QIURC: "recv",' + cid + b",5\r\nhello\r\n"), p)
        assert [e[0] for e in got] == ["line", "line"], cid


def test_F24_one_is_not_ten(line):
    desk = up(line)
    a, peer_a = desk.tcp()
    b, peer_b = desk.tcp(port=8)
    say(desk, b'+QIURC: "closed",10', b'+QIURC: "closed",1x', b'+QIURC: "closed",11')
    assert b.send(b"x") == 1
    say(desk, b'+QIURC: "closed",1')
    assert b.recv(1) == b""
    a.settimeout(1)
    fails(errno.ETIMEDOUT, a.recv, 1)


# -- F25: more, or less -------------------------------------------------------------------------


def test_F25_fields_too_many_are_ignored(line):
    desk = up(line)
    heard = []
    desk.modem.on_urc("+QIOPEN", heard.append)
    desk.module.answer("AT+QIOPEN", b'\r\nOK\r\n\r\n+QIOPEN: 0,0,"new",17\r\n')
    s = desk.socket()
    s.connect(("198.51.100.7", 7))
    desk.module.answer("AT+QIRD", b'\r\n+QIRD: 5,0,9,"x"\r\nhello\r\n\r\nOK\r\n')
    say(desk, b'+QIURC: "recv",0,5,"1.2.3.4",7')
    assert s.recv(10) == b"hello"
    desk.module.answer("AT+QIRD", b"\r\n+QIRD: 0,0,0\r\n\r\nOK\r\n")
    say(desk, b'+QIURC: "closed",0,1,"why"')
    assert s.recv(10) == b""
    assert len(heard) == 1
    desk.module.answer("AT+CSQ", b'\r\n+CSQ: 25,0,1,"x"\r\n\r\nOK\r\n')
    assert desk.modem.signal() == -63
    desk.module.answer("AT+CEREG?", b'\r\n+CEREG: 5,1,"12AB","0035E5D4",9,,,"1","2"\r\n\r\nOK\r\n')
    assert desk.modem.registration() == 1


def test_F25_fields_too_few_are_no_news(line):
    desk = up(line)
    s, peer = desk.tcp()
    before = counted(desk)
    say(
        desk, b'+QIURC: "closed"', b'+QIURC: "recv"', b'+QIURC: "closed', b"+QIURC:", b"+QIOPEN: 0"
    )
    assert counted(desk) == before + 5
    s.settimeout(1)
    fails(errno.ETIMEDOUT, s.recv, 1)
    assert s.send(b"x") == 1


def test_F25_length_without_a_remainder(line):
    # showlength 0, set by someone else behind our back: the count alone is enough.
    desk = up(line)
    s, peer = desk.tcp()
    desk.module.nvram["showlength"] = 0
    peer.send(b"hello")
    assert s.recv(10) == b"hello"


def test_F25_parser_extra_fields_in_a_header(line):
    data = b'+QIRD: 3,4,"1.2.3.4",5\r\nabc\r\n\r\nOK\r\n'
    got = events(line.cut(data), reader())
    assert got == [("header", b'+QIRD: 3,4,"1.2.3.4",5'), ("data", b"abc")] + lines(b"OK")

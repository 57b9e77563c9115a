"""QICFG: options with a form of their own, and those that the driver itself must know of."""

import errno

from host_tests.driver.harness import OK, Line, desk, fails, raises, said, use
from host_tests.driver.options_book import AUTO, Book, modem, reboot, refused
from host_tests.simulator import VirtualClock
from quectel import BC66, QuectelError

# -- forms of its own -------------------------------------------------------------------------


def test_keepalive():
    m, book = modem("eg")
    assert m.option("tcp/keepalive", 1, 2, 30, 3) == (1, 2, 30, 3)
    assert m.option("tcp/keepalive", 0) == (0,)
    book.pages['"tcp/keepalive"'] = "0,1,25,3"
    assert m.option("tcp/keepalive") == (0, 1, 25, 3)
    text = refused(m, book, "tcp/keepalive", 1, 2)
    assert "0-1 [1-120 25-100 3-10]" in text


def test_dns_retry_with_one_value():
    m, book = modem("eg")
    assert m.option("dns/retry", 4) == (4,)
    book.pages['"dns/retry"'] = "4,200"
    assert m.option("dns/retry") == (4, 200)


def test_send_auto(line):
    m, book = modem("eg", line)
    for values in (
        (1, 0),
        (11, 20),
        (11, 86400, "a,b; c"),
        (2, 60, "0102", 0),
        (2, 60, "0102", 2, 10),
        (2, 60, "0", 1, 0),
    ):
        assert m.option(AUTO, *values) == values
        assert m.option(AUTO, values[0]) == values
        assert book.commands[-1] == 'AT+QICFG="send/auto",%d' % values[0]
    assert m.option(AUTO, 11) == (11, 86400, "a,b; c")


def test_send_auto_outside_its_ranges():
    m, book = modem("eg")
    for values in (
        (),
        (0,),
        (12,),
        ("1",),
        (0, 60),
        (12, 60),
        (1, 1),
        (1, 19),
        (1, 86401),
        (1, 60, 7),
        (1, 60, ""),
        (1, 60, 'a"'),
        (1, 60, "a\r"),
        (1, 60, "\xe9"),
        (1, 60, b"aa"),
        (1, 60, "x" * 257),
        (1, 60, "x", 3),
        (1, 60, "x", -1),
        (1, 60, "x", 0, 11),
        (1, 60, "x", 0, 1, 0),
    ):
        assert "1-11" in refused(m, book, AUTO, *values)


def test_send_auto_as_modules_may_answer():
    m, book = modem("eg")
    for answer, values in (
        ('0,"",0,0', (1, 0, "", 0, 0)),
        ("0", (1, 0)),
        ("0,,,", (1, 0, "", None, None)),
        ('60,"0102",0,', (1, 60, "0102", 0, None)),
    ):
        book.pages['"send/auto",1'] = answer
        assert m.option(AUTO, 1) == values


def test_send_auto_of_all_it_may_be(line):
    # Its answer is longer than any line that is kept.
    m, book = modem("eg", line)
    values = (1, 60, "x" * 256, 2, 10)
    assert m.option(AUTO, *values) == values
    assert book.pages['"send/auto",1'] == '60,"%s",2,10' % values[2]
    fails(errno.EIO, m.option, AUTO, 1)
    assert m.option("viewmode") == (0,)
    # The longest that fits.
    room = len(m.channel.parser.line) - len('+QICFG: "send/auto",1,60,"",2,10\r\n')
    for n in (room + 1, room):
        values = (1, 60, "x" * n, 2, 10)
        assert m.option(AUTO, *values) == values
    assert m.option(AUTO, 1) == values
    assert m.stats()["oversize"] == 1


def test_send_auto_ends_with_its_connection():
    m, book = modem("eg")
    m.option(AUTO, 1, 60, "ping")
    m.option("recvind", 1)
    reboot(m, book)
    assert m.option("recvind") == (1,)
    assert m.option(AUTO, 1) == (1, 0)


def test_answers_with_another_name_or_blanks():
    m, book = modem("eg")
    # So the manual prints it, 2.3.1.
    book.answer = lambda command: b'\r\n+QICFG: "udp/readmode", 1\r\n' + OK
    assert m.option("udp/sendmode") == (1,)


def test_answers_without_sense():
    m, book = modem("eg")
    m.option("viewmode")
    for text in ('"viewmode"', '"viewmode",', '"viewmode",x', '"viewmode",-1', "", "1"):
        book.answer = lambda command, text=text: b"\r\n+QICFG: %s\r\n" % text.encode() + OK
        fails(errno.EIO, m.option, "viewmode")
    del book.answer
    assert m.option("viewmode") == (0,)


def test_a_list_of_its_own():
    class Other(BC66):
        OPTIONS = "viewmode recvind"

    book = Book(Line("whole"))
    clock = VirtualClock()
    use(clock)
    m = Other(book)
    m.idle = lambda: clock.advance(1)
    assert m.option("recvind", 1) == (1,)
    refused(m, book, "showlength")


# -- what the driver itself must know ---------------------------------------------------------


def test_the_driver_remembers_what_it_was_told():
    m, book = modem("eg")
    for option, *values in (
        ("tcp/accept", 0),
        ("close/mode", 1),
        ("udp/sendmode", 1),
        ("udp/readmode", 1),
        ("transpktsize", 512),
        ("transwaittm", 20),
        ("recvind", 1),
        ("viewmode", 1),
        ("dataformat", 1, 0),
        (AUTO, 3, 60, "ping"),
    ):
        m.option(option, *values)
        assert m._options[option] == tuple(values)
    book.pages['"recvind"'] = "0"  # the module knows better
    m.option("recvind")
    assert m._options["recvind"] == (0,)
    assert not getattr(modem("eg")[0], "_options", None)  # not another's


def test_to_look_changes_no_parser():
    for name in ("BC66", "eg"):
        m, book = modem(name)
        p = m.channel.parser
        book.pages['"dataformat"'] = "1,0"
        for option in ("viewmode", "dataformat"):
            m.option(option)
        assert m.channel.parser is p


def test_a_format_counts_from_its_ok_on():
    # The setting is in force, whatever becomes of the question that follows it.
    m, book = modem("eg")
    m.option("viewmode")
    answer = book.answer
    book.answer = lambda command: answer(command) if "," in command else b"\r\nERROR\r\n"
    raises(QuectelError, m.option, "viewmode", 1)
    assert m.channel.parser.view == 1


def qird(m, text):
    """What the parser takes for the data of this answer to QIRD."""
    p = m.channel.parser
    p.reading = True
    p.dest = bytearray(8)
    p.off = 0
    p.feed(bytearray(text), len(text))
    while True:
        event = p.next()
        if event == 2:
            p.left = p.num(0)
        elif event == 3:
            return bytes(p.dest[: p.off])
        else:
            assert event, "no data"


def test_a_header_with_one_number_where_there_is_no_showlength():
    for name in ("eg", "ug"):
        m, book = modem(name)
        m.option("viewmode", 1)
        assert qird(m, b"+QIRD: 3,7,8\r\n\r\nOK\r\n") == b"7,8"
        m.option("dataformat", 0, 1)
        assert qird(m, b"+QIRD: 3,372c38\r\n\r\nOK\r\n") == b"7,8"
    m, book = modem("BC66")
    m.option("viewmode", 1)
    assert qird(m, b"+QIRD: 3,0,7,8\r\n\r\nOK\r\n") == b"7,8"
    m.option("showlength", 0)
    assert qird(m, b"+QIRD: 3,7,8\r\n\r\nOK\r\n") == b"7,8"


def test_echomode(line):
    # Behind a prompt an echo of payload cannot be told from an answer.
    d = line.desk("BC26")
    s, peer = d.tcp()
    data = bytes(range(256))
    for echo, command in ((0, "+QISEND=0,256"), (1, "+QISENDEX=0,256,"), (0, "+QISEND=0,256")):
        for _ in range(2):
            assert d.modem.option("echomode", echo) == (echo,)
            n = len(said(d, command))
            assert s.send(data) == 256 and len(said(d, command)) > n
    d.until(lambda: bytes(peer.received) == data * 6)


def test_echomode_holds_after_a_reboot():
    d = desk("BC26", delays={"boot": 500, "answer": 0})
    for echo in (1, 0, 1):
        d.modem.option("echomode", echo)
        d.module.reboot()
        d.run(3000)
        assert d.modem.option("echomode") == (echo,)
        d.modem.attach()
        s, peer = d.tcp()
        data = bytes(range(256))
        assert s.send(data) == 256
        d.until(lambda peer=peer, data=data: bytes(peer.received) == data)
        s.close()

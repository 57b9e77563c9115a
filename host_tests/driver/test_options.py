"""QICFG: every option of every family, at the ends of its ranges and outside, after a reboot."""

import errno

import quectel
from host_tests.driver.harness import OK, Line, desk, fails, family, raises, said, use
from host_tests.simulator import MemoryNetwork, Module, SimUART, VirtualClock
from quectel import BC66, QuectelError
from quectel.options import _NAMES

# As the manuals have them: an option's parameters, from the lowest value to the highest.
FLAG = ((0, 1),)
NBIOT = {"dataformat": ((0, 1), (0, 1)), "viewmode": FLAG, "showlength": FLAG}
ECHO = {"echomode": FLAG}
BROADBAND = {
    "transpktsize": ((1, 1460),),
    "transwaittm": ((0, 20),),
    "tcp/retranscfg": ((3, 20), (5, 1000)),
    "tcp/accept": FLAG,
    "passiveclosed": FLAG,
    "dataformat": ((0, 1), (0, 1)),
    "viewmode": FLAG,
    "qisend/timeout": ((0, 3600),),
    "recvind": FLAG,
    "udp/sendmode": FLAG,
    "udp/readmode": FLAG,
    "tcp/keepalive": ((0, 1), (1, 120), (25, 100), (3, 10)),
    "dns/cache": FLAG,
}
NEWER = {
    "formatcfg": FLAG,
    "close/mode": FLAG,
    "tcp/delay_ack": FLAG,
    "tcp/twrecycle": ((2, 60000),),
    "dns/retry": ((1, 4), (100, 2000)),
    "send/buffersize": ((1460, 4096),),
    "windows/scale": FLAG,
    "window/scale": FLAG,
}
AUTO = "send/auto"  # the one that has text and belongs to a connection


def options(*tables):
    all = {}
    for table in tables:
        all.update(table)
    return all


FAMILIES = (
    ("BC66", options(NBIOT)),
    ("BC20", options(NBIOT, ECHO)),
    ("BC26", options(NBIOT, ECHO)),
    ("ug", options(BROADBAND)),
    ("eg", options(BROADBAND, NEWER)),
)
# How many values set an option, where not all of them need be there
COUNTS = {"tcp/keepalive": (1, 4), "dns/retry": (1, 2)}


class Book:
    """A UART, and behind it a module that keeps QICFG as it is told, and says OK to all else."""

    def __init__(self, line):
        self.line = line
        self.pages = {}  # name, or name and connectID, as in the command -> what was set
        self.commands = []
        self._typed = b""
        self._pieces = []

    def any(self):
        return len(self._pieces[0]) if self._pieces else 0

    def readinto(self, buf, n):
        if not self._pieces:
            return None
        piece = self._pieces[0]
        n = min(n, len(piece))
        buf[:n] = piece[:n]
        self._pieces[0] = piece[n:]
        if n == len(piece):
            self._pieces.pop(0)
        return n

    def write(self, data):
        self._typed += bytes(data)
        while b"\r" in self._typed:
            end = self._typed.index(b"\r")
            command = self._typed[:end].decode()
            self._typed = self._typed[end + 1 :]
            self.commands.append(command)
            self.say(self.answer(command))
        return len(data)

    def say(self, data):
        self._pieces.extend(self.line.cut(data))

    def answer(self, command):
        if not command.startswith("AT+QICFG="):
            return OK
        name, _, values = command[9:].partition(",")
        if name.strip('"') == AUTO:
            cid, _, values = values.partition(",")
            name += "," + cid
        if values:
            self.pages[name] = values
            return OK
        return ("\r\n+QICFG: %s,%s\r\n" % (name, self.pages.get(name, "0"))).encode() + OK


class Eg(BC66):
    OPTIONS = "eg"


class Ug(BC66):
    OPTIONS = "ug"


def modem(name, line=None):
    """A modem on a Book, and the Book."""
    clock = VirtualClock()
    use(clock)
    book = Book(line or Line("whole"))
    kind = {"eg": Eg, "ug": Ug}.get(name) or family(name)
    m = kind(book)
    m.idle = lambda: clock.advance(1 if book.any() else 20)
    return m, book


def lowest(ranges):
    return tuple([low for low, high in ranges])


def highest(ranges):
    return tuple([high for low, high in ranges])


def refused(m, book, *args):
    """The call is misuse that names the option, and not a byte has left."""
    n = len(book.commands)
    e = raises(ValueError, m.option, *args)
    assert len(book.commands) == n and not m.channel.pending, args
    assert str(args[0]) in str(e), e
    return str(e)


def reboot(m, book):
    """The module forgets all it was told, and says so."""
    book.pages.clear()
    book.say(b"\r\nRDY\r\n")
    while book.any():
        m.poll()


# -- every option -----------------------------------------------------------------------------


def test_the_names_are_those_of_the_manuals():
    for name, table in FAMILIES:
        key = {"BC66": "bc66", "BC20": "bc26", "BC26": "bc26"}.get(name, name)
        wanted = set(table) | ({AUTO} if name == "eg" else set())
        assert set(_NAMES[key].split()) == wanted, name


def test_both_ends_of_every_range(line):
    for name, table in FAMILIES:
        m, book = modem(name, line)
        for option, ranges in table.items():
            for values in (highest(ranges), lowest(ranges)):
                assert m.option(option, *values) == values
                text = ",".join([str(v) for v in values])
                assert book.commands[-2:] == [
                    'AT+QICFG="%s",%s' % (option, text),
                    'AT+QICFG="%s"' % option,
                ]
                assert m.option(option) == values


def test_just_outside_every_range_nothing_is_written():
    for name, table in FAMILIES:
        m, book = modem(name)
        for _ in range(2):  # before the module has been spoken to at all, and after
            for option, ranges in table.items():
                for i in range(len(ranges)):
                    low, high = ranges[i]
                    for bad in (low - 1, high + 1, -1, 1 << 40, None, str(low), 0.5):
                        values = list(lowest(ranges))
                        values[i] = bad
                        text = refused(m, book, option, *values)
                        assert "%d-%d" % (low, high) in text, text
            m.option("viewmode")


def test_too_many_values_or_too_few():
    for name, table in FAMILIES:
        m, book = modem(name)
        for option, ranges in table.items():
            values = lowest(ranges) + (0, 0)
            for n in range(1, len(values) + 1):
                if n in COUNTS.get(option, (len(ranges),)):
                    m.option(option, *values[:n])
                else:
                    refused(m, book, option, *values[:n])


def test_names_that_a_family_has_not():
    for name, table in FAMILIES:
        m, book = modem(name)
        for option in options(NBIOT, ECHO, BROADBAND, NEWER):
            if option not in table:
                refused(m, book, option)
                refused(m, book, option, 0)
        if name != "eg":
            refused(m, book, AUTO, 1)
        text = refused(m, book, "mode")
        assert "viewmode" in text  # what there is
        for option in ("", " ", "VIEWMODE", "viewmode ", 5, None, ("viewmode",)):
            refused(m, book, option)
            refused(m, book, option, 1)


def test_every_option_holds_after_a_reboot():
    for name, table in FAMILIES:
        m, book = modem(name)
        for option, ranges in table.items():
            m.option(option, *lowest(ranges))
            m.option(option, *highest(ranges))
        for _ in range(2):
            reboot(m, book)
            n = len(book.commands)
            for option, ranges in table.items():
                assert m.option(option) == highest(ranges), (name, option)
                command = 'AT+QICFG="%s",' % option
                again = [c for c in book.commands[n:] if c.startswith(command)]
                assert len(again) == 1, again  # the last one alone


# On simulated modules; their options need no context.

MODULES = ("UG95", "UG96", "EG800Q", "EG915Q", "EG916Q")
# All of QICFG that the UGxx manual is known to have.
UG_SURE = ("transpktsize", "transwaittm", "dataformat", "viewmode")


class Bench:
    """A simulated module and a modem on it, the driver's own class for it if there is one."""

    def __init__(self, name):
        clock = self.clock = VirtualClock()
        self.module = Module(name, clock, MemoryNetwork(clock), delays=0, echo=False)
        uart = SimUART(self.module, clock)
        use(clock)
        kind = getattr(quectel, name, None) or (UgAlone if name[:2] == "UG" else EgAlone)
        self.modem = kind(uart)
        self.modem.idle = lambda: uart.any() or clock.advance(20)


class EgAlone(Eg):
    SETTINGS = ("+CMEE=1", '+QICFG="viewmode",0')


class UgAlone(EgAlone):
    OPTIONS = "ug"


def test_simulated_modules_take_both_ends():
    for name in MODULES:
        b = Bench(name)
        m = b.modem
        table = options(BROADBAND) if name[:2] == "UG" else options(BROADBAND, NEWER)
        for option, ranges in table.items():
            if option == "window/scale" or (name[:2] == "UG" and option not in UG_SURE):
                assert raises(QuectelError, m.option, option).code == 552
                continue
            for values in (lowest(ranges), highest(ranges)):
                assert m.option(option, *values) == values
        if name[:2] == "EG":
            assert m.option("tcp/keepalive", 0) == (0, 120, 100, 10)
            assert m.option("dns/retry", 3) == (3, 2000)
            assert m.option(AUTO, 1, 20) == (1, 20, "", 1, 0)
            assert m.option(AUTO, 11, 86400, "ping; 1,2", 2, 10) == (11, 86400, "ping; 1,2", 2, 10)
            assert m.option(AUTO, 1, 0) == (1, 0, "", 1, 0)


def test_simulated_modules_forget_and_are_told_again():
    for name in MODULES:
        b = Bench(name)
        m = b.modem
        m.option("transpktsize", 1)
        m.option("dataformat", 1, 1)
        b.module.reboot()
        end = b.clock.now + 30_000
        while b.clock.now < end:
            m.poll()
            m.idle()
        assert b.module.option("transpktsize") == 1024
        assert m.option("dataformat") == (1, 1)
        assert m.option("transpktsize") == (1,)


def test_what_is_refused_by_the_module_is_not_set_again():
    d = desk()
    d.modem.signal()
    d.module.answer('AT+QICFG="viewmode",1', b"\r\nERROR\r\n")
    before = d.modem.SETTINGS
    raises(QuectelError, d.modem.option, "viewmode", 1)
    assert d.modem.SETTINGS == before and d.modem.option("viewmode") == (0,)


def test_an_option_of_newer_firmware(line):
    d = line.desk("BC20")
    e = raises(QuectelError, d.modem.option, "echomode")
    assert e.code == 552 and e.errno == errno.EINVAL


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

"""The options of QICFG as the manuals have them, and a module that is a book of them."""

from host_tests.driver.harness import OK, Line, family, raises, use
from host_tests.simulator import VirtualClock
from quectel import BC66

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

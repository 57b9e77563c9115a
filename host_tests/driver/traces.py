"""Exchanges that were seen in the field, as data: what the module said, and what the host asked.

Gathered from public logs, drivers and module firmware, retold here. Bytes are as on the wire.
Each is a tuple of steps under its name (A24), with a line that says what it shows; what a host
must make of it is in the test of that name, in test_traces.py or test_traces_data.py. These are
the NB-IoT families; for the others see traces_pdp.py.

A step is ("tx", text): wait until the driver has written this; ("rx", text) or ("rx", text, ms):
the module says this, `ms` after the step before. Commands of the driver that the trace does not
know (its set-up, its questions after an ERROR, its probe) get the standing answers below.
"""

from host_tests.driver.events import guard
from host_tests.driver.harness import Desk, family, use
from host_tests.simulator import SimUART, VirtualClock

OK = b"\r\nOK\r\n"
STANDING = {
    b"AT+QIGETERROR": b"\r\n+QIGETERROR: 550,unknown error\r\n\r\nOK\r\n",
    b"AT+CGPADDR=1": b'\r\n+CGPADDR: 1,"10.16.32.48"\r\n\r\nOK\r\n',
}


def standing(line):
    """The answer to a command that no trace is about."""
    if line.startswith(b"AT+QIOPEN="):
        return OK + b"\r\n+QIOPEN: %s,0\r\n" % line.split(b",")[1]
    if line.startswith(b"AT+QICLOSE="):
        return OK + b"\r\nCLOSE OK\r\n"
    return STANDING.get(line, OK)


class Player:
    """What a SimUART talks to in the place of a module."""

    baud = 0

    def __init__(self, clock, silent=False):
        self.clock = clock
        # Answers nothing that is not in the steps, and hears nothing while it is at one of them
        self.silent = silent
        self.commands = []  # command lines, without CR
        self.written = bytearray()  # every byte
        self._typed = bytearray()
        self._steps = []
        self._queue = []  # commands that came while the module was busy
        self._busy = False
        self._out = None

    def connect(self, sink):
        self._out = sink

    def play(self, steps):
        """Begin to play."""
        self._steps = list(steps)
        self._go()

    def done(self):
        """Has everything been said and heard?"""
        return not self._steps and not self._busy

    def feed(self, data):
        self.written.extend(data)
        self._typed.extend(data)
        step = self._steps[0] if self._steps and not self._busy else None
        if step and step[0] == "tx" and not step[1].startswith(b"AT"):
            # Data behind a prompt: it has no CR of its own.
            if len(self._typed) >= len(step[1]):
                n = len(step[1])
                assert bytes(self._typed[:n]) == step[1], bytes(self._typed)
                self._typed = self._typed[n:]
                self._next()
            return
        while True:
            at = self._typed.find(b"\r")
            if at < 0:
                return
            line = bytes(self._typed[:at]).strip(b"\n\x1b")
            self._typed = self._typed[at + 1 :]
            if line:
                self.commands.append(line.decode())
                if not (self.silent and self._busy):
                    self._queue.append(line)
            self._work()

    def standing(self, line):
        """The answer to a command that is not in the steps."""
        return standing(line)

    def _work(self):
        while self._queue and not self._busy:
            line = self._queue.pop(0)
            if self._steps and self._steps[0] == ("tx", line):
                self._next()
            elif not self.silent:
                self._out(self.standing(line))

    def _next(self):
        self._steps.pop(0)
        self._go()

    def _go(self):
        # A module works on one thing after the other: what it is asked meanwhile waits.
        while self._steps and self._steps[0][0] == "rx":
            step = self._steps[0]
            if len(step) > 2:
                self._busy = True
                self.clock.call_later(step[2], self._late)
                return
            self._steps.pop(0)
            self._out(step[1])

    def _late(self):
        self._busy = False
        step = self._steps.pop(0)
        self._out(step[1])
        self._go()
        self._work()


class Trace(Desk):
    """A modem of that family on a UART where a trace is played."""

    PLAYER = Player

    def __init__(self, line, name, silent=False, power=None):
        self.clock = VirtualClock()
        self.module = self.PLAYER(self.clock, silent)
        self.uart = SimUART(self.module, self.clock, line.chunking())
        use(self.clock)
        self.modem = family(name)(self.uart, power)
        self.heard = []  # every line the modem took for unsolicited
        guard(self)
        if not silent:
            self.modem.ip()
        self.modem.on_urc("", self.heard.append)
        self.before = self.modem.stats()

    def play(self, steps):
        """Begin with these steps; the driver is asked for its part by the test."""
        self.heard.clear()
        self.module.play(steps)

    def rest(self):
        """Let the trace end, and a little time pass."""
        self.until(self.module.done, 100_000)
        self.run(100)

    def connected(self, type=1):
        """A socket with connectID 0, opened before the trace begins."""
        s = self.socket(type)
        s.connect(("198.51.100.7", 7))
        self.heard.clear()
        return s

    def grown(self, name):
        """By how much a counter has grown since the beginning."""
        return self.modem.stats()[name] - self.before[name]


def urc(text):
    """A line as modules say it by themselves."""
    return b"\r\n" + text + b"\r\n"


def answer(*texts):
    """Information lines and their OK."""
    return b"".join([b"\r\n" + text + b"\r\n" for text in texts]) + OK


HTTP_LIKE = b'\r\nOK\r\n\r\nERROR\r\n\r\nSEND OK\r\n\r\n+QIURC: "closed",0\r\n> \r\nRDY\r\n##'
BROM = (
    b"F1: 0000 0000\r\nV0: 0000 0000 [0001]\r\n00: 0006 000C\r\n01: 0000 0000\r\n"
    b"U0: 0000 0001 [0000]\r\nT0: 0000 00B4\r\nLeaving the BROM\r\n"
)
PART = bytes([i * 7 & 255 for i in range(220)])  # of 500 promised bytes, when the supply fails
REGISTERED = b'+CEREG: 5,"12AB","0035E5D4",9,0,0,"00000001","00111000"'

# The boot ROM's banner again and again, never RDY: a crash loop.
A06 = (("rx", BROM + b"\r\n\r\n" + BROM),)

# Old firmware echoes CR LF behind the command.
A08 = (("tx", b"AT"), ("rx", b"AT\r\n\r\nOK\r\n"))

# Registration, connection state and address come by themselves; all fields of CEREG are optional.
A23 = (
    ("tx", b"AT+QSCLK=0"),
    ("rx", OK),
    ("tx", b"AT+CEREG=5"),
    ("rx", OK),
    ("tx", b"AT+CSCON=1"),
    ("rx", OK),
    ("rx", urc(b"+CSCON: 1"), 1500),
    ("rx", urc(REGISTERED)),
    ("rx", urc(b"+IP: 10.16.32.48"), 500),
)

# The answer has <n> in front, the URC of the same name has not.
A24 = (
    ("tx", b"AT+CEREG?"),
    ("rx", answer(b"+CEREG: 0,2")),
    ("rx", urc(b"+CEREG: 2")),
    ("tx", b"AT+CEREG?"),
    ("rx", answer(b"+CEREG: 1", b"+CEREG: 1,1")),
    ("rx", urc(b'+CEREG: 5,"0010","1234",7')),
)

# The module says good night within an answer, finishes it, and hears nothing more.
A26 = (
    ("tx", b"AT+CSQ"),
    ("rx", b'\r\n+QNBIOTEVENT: "ENTER PSM"\r\n+CSQ: 14,0\r\n\r\nOK\r\n'),
    ("tx", b"AT"),
)

# Two commands in one line, one OK.
A31 = (("tx", b"AT+CFUN=0;+CFUN=1"), ("rx", OK))

# The supply fails in the middle of a read; the promised bytes never come, RDY does.
A32 = (
    ("tx", b"AT+QIRD=0,512"),
    ("rx", b"\r\n+QIRD: 500\r\n" + PART),
    ("rx", b"\0\0\r\nRDY\r\n", 4000),
    ("rx", urc(b"+CPIN: READY")),
)

# The OK of a command comes when the host has long given it up.
A33 = (("tx", b"AT+QIACT=1"), ("rx", OK, 3000), ("tx", b"AT+CSQ"), ("rx", answer(b"+CSQ: 17,99")))

# The SIM drops out in the middle of a session.
A35 = (("rx", urc(b"+CPIN: NOT READY")),)

# Denied, with empty fields; then the answer of mode 3, searching.
A36 = (
    ("rx", urc(b"+CEREG: 3,,,,0,15")),
    ("tx", b"AT+CEREG?"),
    ("rx", answer(b"+CEREG: 3,2")),
)

# Commas within quotes; a time that may be missing.
A38 = (
    ("rx", urc(b'+CTZEU: "+08",1,"2026/10/03,12:34:56"')),
    ("rx", urc(b'+CTZEU: "+08",1')),
    ("tx", b"AT+COPS?"),
    ("rx", answer(b'+COPS: 0,0,"Vodafone, DE",9')),
)

# The result of an opening takes 41 s, with URCs before it. (Mode 0 here: the driver's own.)
B07 = (
    ("tx", b'AT+QIOPEN=1,0,"TCP","api.thingspeak.com",80,0,0'),
    ("rx", OK),
    ("rx", urc(b"+CSCON: 1"), 900),
    ("rx", urc(b'+CEREG: 5,"1F2C","0035E5D4",9'), 200),
    ("rx", urc(b"+QIOPEN: 0,0"), 41_000),
)

# Before the address has come there is no context: ERROR at once.
B09 = (
    ("tx", b'AT+QIOPEN=1,0,"TCP","1.2.3.4",80,0,0'),
    ("rx", urc(b"ERROR")),
    ("tx", b"AT+QIGETERROR"),
    ("rx", answer(b"+QIGETERROR: 561,open PDP context failed")),
)

# Sends. (Without quotes around the data, as the BC66 manual has it; BC660K wants them.)
HELLO = ("tx", b"AT+QISEND=0,5,hello")
C05 = (HELLO, ("rx", b"\r\nOK\r\n\r\nSEND OK\r\n"))
C06 = (HELLO, ("rx", b"\r\nSEND OK\r\n\r\nOK\r\n"))
C07 = (HELLO, ("rx", OK), ("rx", urc(b"+CSCON: 1"), 1800), ("rx", urc(b"SEND OK"), 1500))
C08 = (
    HELLO,
    ("rx", urc(b"ERROR")),
    ("tx", b"AT+QIGETERROR"),
    ("rx", answer(b"+QIGETERROR: 552,invalid parameters")),
)

# Behind the prompt it fails, and says so without an OK.
C09 = (
    ("tx", b"AT+QISEND=0,5"),
    ("rx", b"\r\n> "),
    ("tx", b"h\0llo"),
    ("rx", urc(b"SEND FAIL")),
)

# A whole session in hex on a BC660K. (Context 1 and QISENDEX here, as on the BC66.)
C18 = (
    (
        "tx",
        b'AT+QIOPEN=1,0,"UDP","ec2-3-26-186-18.ap-southeast-2.compute.amazonaws.com",11001,0,0',
    ),
    ("rx", OK),
    ("rx", urc(b"+QIOPEN: 0,0"), 1200),
    ("tx", b"AT+QISENDEX=0,4,01020304"),
    ("rx", b"\r\nOK\r\n\r\nSEND OK\r\n"),
    ("tx", b"AT+QICLOSE=0"),
    ("rx", OK),
    ("rx", urc(b"CLOSE OK"), 50),
)
C18_PUSH = urc(b'+QIURC: "recv",0,2,"4f4b"')

# Real timing: a SEND OK for nobody, an answer and its OK 50 ms later, three lines of one command.
QENG = b'+QENG: 0,1694,12,284,"022FE6CF",-92,-5,-87,10,3,"33C2",0,14,2'
FEATURES = (b"+QR14FEATURE: 14,1", b"+QR14FEATURE: 0", b"+QR14FEATURE: 0,0,0,0,0")
C19 = (
    ("tx", b"AT+QENG=0"),
    ("rx", urc(QENG)),
    ("rx", OK, 50),
    ("tx", b"AT+QR14FEATURE"),
    ("rx", b"\r\n" + b"\r\n".join(FEATURES) + b"\r\n"),
    ("rx", OK, 50),
    ("tx", b"AT+QICLOSE=0"),
    ("rx", OK),
    ("rx", urc(b"CLOSE OK"), 50),
)

# Pushed data without a length, the factory setting: where it ends, nobody can know.
D12 = (("rx", b'\r\n+QIURC: "recv",0\r\nhello\r\n'),)

# QIRD with viewmode 1 and showlength 0, and with showlength 1.
D14 = (("tx", b"AT+QIRD=0,512"), ("rx", b"\r\n+QIRD: 5,hello\r\n\r\nOK\r\n"))
D15 = (
    ("tx", b"AT+QIRD=0,5"),
    ("rx", b"\r\n+QIRD: 5,7\r\nhello\r\n\r\nOK\r\n"),
    ("tx", b"AT+QIRD=0,512"),
    ("rx", b"\r\n+QIRD: 7,0\r\n, world\r\n\r\nOK\r\n"),
    ("tx", b"AT+QIRD=0,512"),
    ("rx", b"\r\n+QIRD: 0\r\n\r\nOK\r\n"),
)

# UDP SERVICE of a BC660K: the sender stands before the data.
D17 = urc(b'+QIURC: "recv",1,3,"203.0.113.9",5683,"60017b"')

# Payload that looks like protocol, and payload that ends as a frame does; one CR LF before the OK.
D18 = b"\r\n+QIRD: %d\r\n" % len(HTTP_LIKE) + HTTP_LIKE
D19 = b"\r\n+QIRD: 6\r\nab\r\n\r\n"

# Data that comes between prompt and SEND OK is never announced.
D30 = (
    ("tx", b"AT+QISEND=0,4"),
    ("rx", b"\r\n> "),
    ("tx", b"p\0ng"),
    ("rx", b"\r\nOK\r\n\r\nSEND OK\r\n", 300),
    ("tx", b"AT+QIRD=0,512"),
    ("rx", b"\r\n+QIRD: 4,0\r\npong\r\n\r\nOK\r\n"),
)

# QICLOSE: its second result, soon, late, and never.
CLOSE = ("tx", b"AT+QICLOSE=0")
E01 = (CLOSE, ("rx", OK), ("rx", urc(b"CLOSE OK"), 50))
E02 = (CLOSE, ("rx", OK), ("rx", urc(b"+CSCON: 0"), 2000), ("rx", urc(b"CLOSE OK"), 3500))
E03 = (
    ("tx", b"AT+QICLOSE=3"),
    ("rx", urc(b"ERROR")),
    ("tx", b"AT+QIGETERROR"),
    ("rx", answer(b"+QIGETERROR: 567,socket has been closed")),
)
E14 = (CLOSE, ("rx", urc(b"ERROR")))

# Another name for the same URC, and addresses without quotes. (Context 1 here; BC660K has 0.)
F05 = (
    ("tx", b'AT+QIDNSGIP=1,"example.com"'),
    ("rx", OK),
    ("rx", urc(b"+QIDNSGIP: 0,1,300"), 300),
    ("rx", urc(b"+QIDNSGIP: 93.184.216.34"), 100),
)

# Four lost, and a short summary.
F22 = (
    (("tx", b'AT+QPING=1,"10.255.255.1",4,4'), ("rx", OK))
    + (("rx", urc(b"+QPING: 569"), 4000),) * 4
    + (("rx", urc(b"+QPING: 0,4,0,4")),)
)

# Two replies, and the log ends.
F25 = (
    ("tx", b'AT+QPING=1,"115.29.240.46",4,2'),
    ("rx", OK),
    ("rx", urc(b'+QPING: 0,"115.29.240.46",32,930,51'), 1500),
    ("rx", urc(b'+QPING: 0,"115.29.240.46",32,730,51'), 1000),
)

# Lines that only the next one ends, an address without quotes, a summary with code 2.
F26 = (
    ("tx", b'AT+QPING=1,"8.8.8.8",4,2'),
    ("rx", OK),
    ("rx", b"\r\n+QPING: 1"),
    ("rx", b"\r\n+QPING: 0,8.8.8.8,32,812,53"),
    ("rx", b"\r\n\r\n+QPING: 2,2,1,1,812,812,812\r\n"),
)

# A clock without quotes, with GMT and four digits of year; an empty field.
F30 = (("tx", b"AT+CCLK?"), ("rx", answer(b"+CCLK: 2021/03/04,10:20:30GMT+32")))
QENG_EMPTY = b'+QENG: 0,1839,2,481,"35E5D4",-85,-6,-78,5,3,"4B1F",0,,0'
F31 = (("tx", b"AT+QENG=0"), ("rx", answer(QENG_EMPTY)))

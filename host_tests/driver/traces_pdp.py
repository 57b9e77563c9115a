"""Exchanges that were seen in the field, of modules whose host sets up contexts: as traces.py.

BG95, BG96, EC20, EC200A, EG800K, RM510Q and the like are played to an EG800Q, M95 and M66 to a
UG96. The driver opens in buffer mode, so the last number of its QIOPEN is 0 where a trace has
pushed data; and it says how much it wants of each QIRD. What the trace had is said at its place.
"""

from host_tests.driver.traces import OK, Player, Trace, answer, urc

ERROR = urc(b"ERROR")
UP = b'+QIACT: 1,1,1,"10.16.32.48"'


class PdpPlayer(Player):
    """A Player whose context 1 is up, whose QICLOSE ends with OK, and who has no data to read."""

    def standing(self, line):
        if line == b"AT+QIACT?":
            return answer(UP)
        if line.startswith(b"AT+QICLOSE="):
            return OK
        if line.startswith(b"AT+QIRD="):
            return answer(b"+QIRD: 0")
        return super().standing(line)


class PdpTrace(Trace):
    """A Trace of such a module."""

    PLAYER = PdpPlayer

    def end(self):
        """The trace has been played to its end, byte for byte."""
        assert self.module.done(), self.module.commands[-3:]


# What the driver asks before and after QIACT=1, where a trace does not
DOWN = (("tx", b"AT+QIACT?"), ("rx", OK))
LOOK = (("tx", b"AT+QIACT?"), ("rx", answer(UP)))


# -- power, registration, radio -----------------------------------------------------------------

# BG96: the echo is the command with its own CR; ATE0 still echoes itself.
A01 = (
    ("tx", b"AT"),
    ("rx", b"AT\r\r\nOK\r\n"),
    ("tx", b"ATE0"),
    ("rx", b"ATE0\r\r\nOK\r\n"),
    ("tx", b"AT"),
    ("rx", OK),
)

# BG96, cold: nothing is configured, nothing is up, and closing what was never open is OK.
A02 = (
    ("tx", b"AT+CMEE=1"),
    ("rx", OK),
    ("tx", b"AT+QISDE=0"),
    ("rx", OK),
    ("tx", b"AT+CPIN?"),
    ("rx", answer(b"+CPIN: READY")),
    ("tx", b"AT+CFUN?"),
    ("rx", answer(b"+CFUN: 1")),
    ("tx", b"AT+QICSGP=1"),
    ("rx", answer(b'+QICSGP: 1,"","","",0')),
    ("tx", b"AT+QIACT?"),
    ("rx", OK),
    ("tx", b"AT+QIACT=1"),
    ("rx", OK),
    ("tx", b"AT+QIACT?"),
    ("rx", answer(b'+QIACT: 1,1,1,"10.123.45.160"')),
    ("tx", b"AT+QICLOSE=0"),
    ("rx", OK),
)

# BG96: DNS servers are an ERROR before the context is up.
A03 = (
    (("tx", b"AT+QIDNSCFG=1"), ("rx", ERROR))
    + DOWN
    + (("tx", b"AT+QIACT=1"), ("rx", OK))
    + LOOK
    + (
        ("tx", b"AT+QIDNSCFG=1"),
        ("rx", answer(b'+QIDNSCFG: 1,"100.1.2.10","100.1.2.10"')),
    )
)

# BG95: nobody answers for 13 s, then RDY; the next ATE0 is answered, with its echo.
A13 = (
    ("tx", b"ATE0"),
    ("rx", urc(b"RDY"), 13_400),
    ("tx", b"ATE0"),
    ("rx", b"ATE0\r\r\nOK\r\n"),
)

# UG96: OK, and only seconds later it is off.
A16 = (
    ("tx", b"AT+QPOWD=1"),
    ("rx", OK),
    ("rx", urc(b'+QIURC: "pdpdeact",1'), 1000),
    ("rx", urc(b"POWERED DOWN"), 2000),
)

# M95: half an echo, damaged, and no answer; the next command works.
A17 = (
    ("tx", b'AT+QIREGAPP="mdata.net.au","",""'),
    ("rx", b"AT+QIRE{\xff"),
    ("tx", b'AT+QIDNSCFG="8.8.8.8"'),
    ("rx", b'AT+QIDNSCFG="8.8.8.8"\r\r\nOK\r\n'),
)

# M66: results of the ATs that found the baud rate, boot URCs, and an error, all at once.
A18_BOOT = (
    ("rx", OK + urc(b"+CFUN: 1") + OK * 3 + urc(b"+CME ERROR: 14") + urc(b"+CPIN: READY")),
)
A18 = (
    ("tx", b"AT+GSN"),
    ("rx", b"AT+GSN\r\r\n863071016800770\r\n\r\nOK\r\n"),
    ("rx", urc(b"Call Ready")),
)

# BG96: the line end of an answer comes 80 ms after it.
A20 = (
    ("tx", b"AT+CGREG?"),
    ("rx", b'\r\n+CGREG: 2,1,"5650","29A7DF4",2'),
    ("rx", b"\r\n\r\nOK\r\n", 80),
)

# What an EG800K and a UG96 say when they start.
A21 = (
    ("rx", urc(b"RDY")),
    ("rx", urc(b"+QIND: SMS DONE"), 2500),
    ("rx", urc(b"+QIND: PB DONE"), 800),
)
A22 = (
    ("rx", urc(b"RDY")),
    ("rx", urc(b"+CFUN: 1") + urc(b"+CPIN: READY")),
    ("rx", urc(b"+QUSIM: 1") + urc(b"+QIND: SMS DONE")),
    ("rx", urc(b"+QIND: PB DONE")),
)

# -- contexts -----------------------------------------------------------------------------------

# EG800K in a network that allows one context, and the module has taken another for itself.
B13 = (
    DOWN
    + (
        ("tx", b"AT+QIACT=1"),
        ("rx", ERROR),
        ("tx", b"AT+QIGETERROR"),
        ("rx", answer(b"+QIGETERROR: 572,operation not allowed")),
        ("tx", b"AT+CGACT?"),
        ("rx", b"\r\n+CGACT: 1,0\r\n+CGACT: 9,1\r\n\r\nOK\r\n"),
        ("tx", b"AT+CGACT=0,9"),
        ("rx", OK),
        ("tx", b"AT+QIACT=1"),
        ("rx", OK),
    )
    + LOOK
)

# EG800K: QIACT? says up, CGACT? says down, a ping fails. (The driver says all numbers of QPING.)
B15 = (
    ("tx", b"AT+QIACT?"),
    ("rx", answer(b'+QIACT: 1,1,1,"10.187.7.8"')),
    ("tx", b"AT+CGACT?"),
    ("rx", b"\r\n+CGACT: 1,0\r\n+CGACT: 9,1\r\n\r\nOK\r\n"),
    ("tx", b'AT+QPING=1,"8.8.8.8",4,4'),
    ("rx", OK),
    ("rx", urc(b"+QPING: 550"), 3000),
)
B15_CYCLE = (
    (("tx", b"AT+QIDEACT=1"), ("rx", OK)) + DOWN + (("tx", b"AT+QIACT=1"), ("rx", OK)) + LOOK
)

# UG96: the socket looks open, its context is gone; after QIACT the DNS servers are set again.
E15_LOOK = (
    ("tx", b"AT+QISTATE=1,0"),
    ("rx", answer(b'+QISTATE: 0,"TCP","1.2.3.4",80,4097,3,1,0,0,"uart1"')),
    ("tx", b"AT+CGACT?"),
    ("rx", answer(b"+CGACT: 1,0")),
)
E15_DOWN = (("tx", b"AT+QIDEACT=1"), ("rx", OK, 1500))
E15_UP = (
    DOWN
    + (("tx", b"AT+QIACT=1"), ("rx", OK, 900))
    + LOOK
    + (("tx", b'AT+QIDNSCFG=1,"8.8.8.8"'), ("rx", OK))
)

# -- opening ------------------------------------------------------------------------------------

# EC20: nobody listens there: 552, not 566.
B03 = (
    ("tx", b'AT+QIOPEN=1,0,"TCP","1.2.3.4",6000,0,0'),
    ("rx", OK + urc(b"+QIOPEN: 0,552")),
    ("tx", b"AT+QICLOSE=0"),
    ("rx", OK),
)

# UG96: no such name, then no connection; closed after each.
B04_OPEN = ("tx", b'AT+QIOPEN=1,0,"TCP","example.com",80,0,0')
B04_CLOSE = (("tx", b"AT+QICLOSE=0"), ("rx", OK))
B04 = (
    (B04_OPEN, ("rx", OK), ("rx", urc(b"+QIOPEN: 0,565"), 10_000))
    + B04_CLOSE
    + (B04_OPEN, ("rx", OK), ("rx", urc(b"+QIOPEN: 0,566"), 75_000))
    + B04_CLOSE
)

# EC20: connectID 1, error 0. It has been taken for connectID 0.
B05 = urc(b"+QIOPEN: 1,0")

# BG96: blanks behind the commas.
B11 = (
    ("tx", b'AT+QIOPEN=1, 0, "UDP SERVICE", "echo.u-blox.com", 7, 3030, 0'),
    ("rx", OK + urc(b"+QIOPEN: 0,0")),
)

# EC200A: a server. The connection gets connectID 11, and its 16 bytes end in CR LF.
B17_OPEN = (
    ("tx", b'AT+QIOPEN=1,0,"TCP LISTENER","127.0.0.1",0,8080,0'),
    ("rx", OK + urc(b"+QIOPEN: 0,0")),
    ("tx", b"AT+QISTATE=1,0"),
    ("rx", answer(b'+QISTATE: 0,"TCP LISTENER","37.81.97.187",0,8080,3,1,0,0,"usbat"')),
)
B17_DATA = (
    ("rx", urc(b'+QIURC: "incoming",11,0,"78.94.9.92",62060'), 5000),
    ("rx", urc(b'+QIURC: "recv",11')),
    ("tx", b"AT+QIRD=11,64"),
    ("rx", b"\r\n+QIRD: 16\r\nHELLO-FROM-WAN\r\n\r\nOK\r\n"),
)

# -- sending ------------------------------------------------------------------------------------

# EC600S. (The trace's first send has no length and ends with Ctrl+Z.)
C12 = (
    ("tx", b"AT+QISEND=0,6"),
    ("rx", b"\r\n> "),
    ("tx", b"HELLO!"),
    ("rx", urc(b"SEND OK")),
    ("tx", b"AT+QISEND=0,2"),
    ("rx", b"\r\n> "),
    ("tx", b"HE"),
    ("rx", urc(b"SEND OK")),
    ("tx", b"AT+QISEND=0,0"),
    ("rx", answer(b"+QISEND: 8,8,0")),
)

# -- receiving ----------------------------------------------------------------------------------

RECV = urc(b'+QIURC: "recv",0')

# BG96: 1500 bytes at once, of every value. (The trace's QIRD has no length.)
TLS_LIKE = b"\x16\x03\x03" + bytes([i * 7 & 255 for i in range(1497)])
D04 = (("tx", b"AT+QIRD=0,1500"), ("rx", b"\r\n+QIRD: 1500\r\n" + TLS_LIKE + b"\r\nOK\r\n"))

# EC600S: of the second message only a part is read, and nothing announces the rest. (As D04.)
D05 = (
    ("rx", RECV),
    ("tx", b"AT+QIRD=0,1500"),
    ("rx", b"\r\n+QIRD: 3\r\nHi!\r\nOK\r\n"),
)
D05_MORE = (
    ("rx", RECV),
    ("tx", b"AT+QIRD=0,8"),
    ("rx", b"\r\n+QIRD: 8\r\nI'm Serv\r\nOK\r\n"),
    ("tx", b"AT+QIRD=0,0"),
    ("rx", b"\r\n+QIRD: 13,11,2\r\n\r\nOK\r\n"),
)

# UG96 and BG96: a datagram of a UDP service says from whom it is. (As D04.)
D07 = (
    ("rx", urc(b'+QIURC: "recv",2')),
    ("tx", b"AT+QIRD=2,1500"),
    ("rx", b'\r\n+QIRD: 4,"10.7.76.34",7678\r\nTEST\r\nOK\r\n'),
)
D08 = (
    ("tx", b'AT+QISEND=0,14,"195.34.89.241",7'),
    ("rx", b"\r\n> "),
    ("tx", b"echo teste 001"),
    ("rx", urc(b"SEND OK")),
    ("rx", RECV, 700),
    ("tx", b"AT+QIRD=0,1500"),
    ("rx", b'\r\n+QIRD: 14,"195.34.89.241",7\r\necho teste 001\r\n\r\nOK\r\n'),
)

# EC21: nothing there, again and again. (As D04.)
D20 = (("tx", b"AT+QIRD=0,1500"), ("rx", b"\r\n+QIRD: 0\r\n\r\nOK\r\n"))

# BG96: after QICLOSE QIRD is an ERROR, and QISTATE says nothing.
D21 = (
    ("tx", b"AT+QICLOSE=0"),
    ("rx", OK),
    ("tx", b"AT+QIRD=0,0"),
    ("rx", ERROR),
    ("tx", b"AT+QISTATE=1,0"),
    ("rx", OK),
)

# BG96: there is data, says the module between a command and its answer.
D22 = (
    ("tx", b"AT+QISTATE=1,0"),
    ("rx", RECV + answer(b'+QISTATE: 0,"TCP","1.2.3.4",80,5087,2,1,0,0,"uart1"')),
    ("tx", b"AT+QIRD=0,1500"),
    ("rx", b"\r\n+QIRD: 4\r\ntest\r\nOK\r\n"),
)

# BG95: newer firmware says how much there is, and it looks like the header of pushed data.
D24 = (
    ("rx", urc(b'+QIURC: "recv",0,4')),
    ("tx", b"AT+QIRD=0,1500"),
    ("rx", b"\r\n+QIRD: 4\r\ntest\r\nOK\r\n"),
)

# -- closing, and what is open ------------------------------------------------------------------

# EC20: QICLOSE waits for the peer's FIN.
E04 = (("tx", b"AT+QICLOSE=0"), ("rx", OK, 9800), ("tx", b"AT+QICLOSE=1,0"), ("rx", OK))

# BG96, UG96: a client that is connected says 3.
E08_LINE = b'+QISTATE: 0,"TCP","104.155.82.190",1883,22742,3,1,0,0,"uart1"'
E08 = (("tx", b"AT+QISTATE=1,0"), ("rx", answer(E08_LINE)))

# EC20: one is closing, one is connected.
E10_LINES = (
    b'+QISTATE: 0,"TCP","123.15.53.254",2050,5036,4,1,0,1,"uart1"',
    b'+QISTATE: 1,"TCP","123.15.53.254",2020,5018,2,1,1,1,"uart1"',
)
E10 = (("tx", b"AT+QISTATE=0,1"), ("rx", b"\r\n" + b"\r\n".join(E10_LINES) + b"\r\n" + OK))

# -- services -----------------------------------------------------------------------------------

# EC20: two addresses.
F01 = (
    ("tx", b'AT+QIDNSGIP=1,"baidu.com"'),
    ("rx", OK),
    (
        "rx",
        urc(b'+QIURC: "dnsgip",0,2,399')
        + urc(b'+QIURC: "dnsgip","220.181.57.216"')
        + urc(b'+QIURC: "dnsgip","123.125.115.110"'),
        300,
    ),
)

# EG91: no such name.
F04 = (
    ("tx", b'AT+QIDNSGIP=1,"nx.invalid"'),
    ("rx", OK),
    ("rx", urc(b'+QIURC: "dnsgip",565'), 10_000),
)

# Three addresses are announced, two come.
F07 = (
    ("tx", b'AT+QIDNSGIP=1,"a.example"'),
    (
        "rx",
        OK
        + urc(b'+QIURC: "dnsgip",0,3,60')
        + urc(b'+QIURC: "dnsgip","192.0.2.1"')
        + urc(b'+QIURC: "dnsgip","192.0.2.2"'),
    ),
)

# EG800K: UTC, with the local zone's number behind it. (The driver says the port.)
F11 = (
    ("tx", b'AT+QNTP=1,"ntp.aliyun.com",123'),
    ("rx", OK),
    ("rx", urc(b'+QNTP: 0,"2026/08/06,12:40:04+32"'), 2000),
)

# BG770A: no such name. RM510Q: no context, and no OK. (The driver says all numbers of QPING.)
F23 = (
    ("tx", b'AT+QPING=1,"nx.invalid",4,4'),
    ("rx", OK),
    ("rx", urc(b"+QPING: 565"), 10_000),
)
F24 = (("tx", b'AT+QPING=1,"8.8.8.8",4,4'), ("rx", urc(b"+QPING: 561")))

# BG95: an answer without its command's name.
F32 = (
    ("tx", b"AT+CIMI"),
    ("rx", answer(b"370021201019608")),
    ("tx", b"AT+QCCID"),
    ("rx", answer(b"+QCCID: 89010210524010196085")),
)

"""Exchanges that were seen in the field in push mode and in transparent mode: as traces_pdp.py."""

from host_tests.driver.traces import OK, answer, urc
from host_tests.driver.traces_pdp import ERROR

# -- pushed data --------------------------------------------------------------------------------

# BG96: the connection and its first byte, pushed, in one read.
B18 = urc(b'+QIURC: "incoming",9,0,"10.176.100.3",51257') + b'\r\n+QIURC: "recv",9,1\r\n&\r\n'

# BG96 with QISDE=1, the factory setting: the data comes back, then SEND OK, then pushed data.
C13_PUSH = b'\r\n+QIURC: "recv",0,13\r\nHello Finamon\r\n'
C13 = (
    ("tx", b"AT+QISEND=0,13"),
    ("rx", b"AT+QISEND=0,13\r\r\n> "),
    ("tx", b"Hello Finamon"),
    ("rx", b"Hello Finamon\r\nSEND OK\r\n"),
)

# EC20: SEND OK and the header of pushed data in one read, the data in the next.
C14_SEND = (("tx", b"AT+QISEND=1,4"), ("rx", b"\r\n> "), ("tx", b"ping"))
C14_PUSH = (urc(b"SEND OK") + b'\r\n+QIURC: "recv",1,', b"4\r\npong\r\n")

# EC21: pushed data that ends in LF, its frame's CR LF, and the end of the connection.
D10_DATA = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: X\r\n\r\nHello world!\n"
D10 = b'\r\n+QIURC: "recv",0,73\r\n' + D10_DATA + b"\r\n" + urc(b'+QIURC: "closed",0')

# UG96: header, data and the next URC cut anywhere; one CR LF between data and URC.
D11_DATA = b"abcdefghijklmnopqrstuvwxyz"
D11 = (
    b'\r\n+QIURC: "re',
    b'cv",0,26',
    b"\r",
    b"\nabcdefghijklmnopq",
    b'rstuvwxyz\r\n+QIURC: "closed"',
    b",0\r\n",
)

# EC20: an answer in two frames of pushed data.
D26_DATA = (b"HTTP/1.1 200 OK\r\n", bytes([(i * 7 + 78) & 255 for i in range(226)]))
D26 = (
    b'\r\n+QIURC: "recv",0,17\r\n'
    + D26_DATA[0]
    + b'\r\n\r\n+QIURC: "recv",0,226\r\n'
    + D26_DATA[1]
    + b"\r\n"
    + urc(b'+QIURC: "closed",0')
)

# -- transparent mode, and calls ----------------------------------------------------------------

# EC20: CONNECT, and the line is the connection's; +++ gets out of it, and NO CARRIER when the peer
# closes, before QICLOSE. (The trace opens in mode 2; the driver opens in buffer mode and switches
# over, looks at what is open when it is out again, and tries ATO first to get back.)
CONNECTED = b'+QISTATE: 0,"TCP","1.2.3.4",80,4097,%d,1,0,0,"uart1"'
B20 = (
    ("tx", b"AT+QISWTMD=0,2"),
    ("rx", urc(b"CONNECT"), 400),
    ("tx", b"hello"),
    ("rx", b"world"),
)
B20_OUT = (
    ("tx", b"+++"),
    ("rx", OK, 1004),
    ("tx", b"AT+QISTATE?"),
    ("rx", answer(CONNECTED % 2)),
)
B20_AGAIN = (
    ("tx", b"ATO"),
    ("rx", ERROR),
    ("tx", b"AT+QISWTMD=0,2"),
    ("rx", urc(b"CONNECT")),
    ("rx", urc(b"NO CARRIER"), 3000),
    ("tx", b"AT+QISTATE?"),
    ("rx", answer(CONNECTED % 4)),
    ("tx", b"AT+QICLOSE=0"),
    ("rx", OK),
)

# EG800Q: a call too soon after CFUN=1 is refused, and NO CARRIER is all that is said.
B21 = (("tx", b"ATD*99***1#"), ("rx", urc(b"NO CARRIER")))

"""The driver against what was seen in the field: push mode and transparent mode.

One test for each trace in traces_pdp_modes.py, see test_traces_pdp_life.py. The driver opens in
buffer mode, and switches over when it is told to.
"""

import errno

from host_tests.driver.events import events, fails
from host_tests.driver.harness import raises
from host_tests.driver.traces import OK, urc
from host_tests.driver.traces_pdp import B17_OPEN, RECV, PdpTrace
from host_tests.driver.traces_pdp_modes import (
    B18,
    B20,
    B20_AGAIN,
    B20_OUT,
    B21,
    C13,
    C13_PUSH,
    C14_PUSH,
    C14_SEND,
    D10,
    D10_DATA,
    D11,
    D11_DATA,
    D26,
    D26_DATA,
)
from quectel import QuectelError
from quectel.formats import FormatParser
from quectel.services import fields


def pushing(line, family="EG800Q"):
    """A trace, and its socket with connectID 0, in push mode."""
    trace = PdpTrace(line, family)
    s = trace.connected()
    assert s.access_mode(1) == 1
    assert "AT+QISWTMD=0,1" in trace.module.commands
    trace.heard.clear()
    s.settimeout(5)
    return trace, s


def everything(s):
    """All that comes until the end of the stream."""
    out = b""
    while True:
        piece = s.recv(1500)
        if not piece:
            return out
        out += piece


def asked(trace):
    """How often the driver has asked for data."""
    return len([c for c in trace.module.commands if c.startswith("AT+QIRD=")])


# -- pushed data --------------------------------------------------------------------------------


def test_trace_B18_listener_push_glued(line):
    # The driver opens servers in buffer mode only, so that no data can come before its socket ...
    trace = PdpTrace(line, "EG800Q")
    trace.play(B17_OPEN[:2])
    s = trace.socket()
    s.bind(("", 8080))
    s.listen()
    trace.play((("rx", B18), ("tx", b"AT+QIRD=9,64"), ("rx", b"\r\n+QIRD: 1\r\n&\r\n\r\nOK\r\n")))
    child, address = s.accept()
    assert address == ("10.176.100.3", 51257)
    assert child.recv(64) == b"&"
    assert [fields(h) for h in trace.heard[:2]] == [
        ["incoming", "9", "0", "10.176.100.3", "51257"],
        ["recv", "9", "1"],
    ]
    # ... and a parser that was told of connectID 9 finds its byte.
    p = FormatParser()
    p.push = 1 << 9
    got = events(line.cut(B18 + OK), p)
    assert got[1:] == [("header", b'+QIURC: "recv",9,1'), ("data", b"&"), ("line", b"OK")]
    assert fields(got[0][1].decode()) == ["incoming", "9", "0", "10.176.100.3", "51257"]


def test_trace_C13_payload_echo_qisde1(line):
    # The driver sets QISDE=0; here the module does as if it had not. In push mode a line that no
    # module says may be what is left of a frame whose header was lost: the stream fails.
    for family in ("EG800Q", "UG96"):
        trace, s = pushing(line, family)
        assert "AT+QISDE=0" in trace.module.commands
        trace.play(C13 + (("rx", C13_PUSH),))
        fails(errno.EIO, s.send, b"Hello Finamon")
        trace.rest()
        assert trace.modem.command("AT") == []
    # In buffer mode the bytes behind that header are no payload: QIRD brings them.
    trace = PdpTrace(line, "EG800Q")
    s = trace.connected()
    read = (("tx", b"AT+QIRD=0,64"), ("rx", b"\r\n+QIRD: 13\r\nHello Finamon\r\nOK\r\n"))
    trace.play(C13 + (("rx", urc(b'+QIURC: "recv",0,13')),) + read)
    assert s.send(b"Hello Finamon") == 13
    assert s.recv(64) == b"Hello Finamon"


def test_trace_C14_recv_in_same_burst(line):
    trace, a = pushing(line)
    s = trace.socket()
    s.connect(("198.51.100.7", 8))
    s.access_mode(1)
    trace.play(C14_SEND + tuple([("rx", piece) for piece in C14_PUSH]))
    assert s.send(b"ping") == 4
    assert s.recv(1500) == b"pong"
    trace.end()
    a.settimeout(1)
    fails(errno.ETIMEDOUT, a.recv, 9)


def test_trace_D10_push_then_closed(line):
    trace, s = pushing(line)
    n = asked(trace)
    trace.play((("rx", D10),))
    assert everything(s) == D10_DATA
    assert trace.heard == ['+QIURC: "closed",0']
    assert asked(trace) == n and s.lost == 0
    # The connectID is in use until QICLOSE.
    trace.play((("tx", b"AT+QICLOSE=0"), ("rx", OK)))
    s.close()
    trace.end()


def test_trace_D11_push_split_anywhere(line):
    trace, s = pushing(line, "UG96")
    trace.play(tuple([("rx", piece, 50) for piece in D11]))
    assert everything(s) == D11_DATA
    assert trace.heard == ['+QIURC: "closed",0']
    wire = b"".join(D11)
    for i in range(1, len(wire)):
        # Cut at every place there is.
        p = FormatParser()
        p.push = 1
        got = events([wire[:i], wire[i:]], p)
        assert got == [
            ("header", b'+QIURC: "recv",0,26'),
            ("data", D11_DATA),
            ("line", b'+QIURC: "closed",0'),
        ]


def test_trace_D26_push_http_two_frames(line):
    trace, s = pushing(line)
    trace.play((("rx", D26),))
    assert everything(s) == D26_DATA[0] + D26_DATA[1]
    assert trace.heard == ['+QIURC: "closed",0']
    assert trace.grown("unknown") == 0 and s.lost == 0


# -- transparent mode, and calls ----------------------------------------------------------------


def test_trace_B20_transparent_open(line):
    for family in ("EG800Q", "UG96"):
        trace = PdpTrace(line, family)
        s = trace.connected()
        s.settimeout(60)
        trace.play(B20)
        raw = s.transparent()
        assert raw.write(b"hello") == 5
        got = b""
        while len(got) < 5:
            got += raw.read(64)
        assert got == b"world"
        trace.end()
        trace.play(B20_OUT)
        raw.leave()
        trace.end()
        assert trace.modem.command("AT") == []
        trace.play(B20_AGAIN)
        raw.resume()
        assert raw.read(64) == b""  # no NO CARRIER in it
        assert trace.modem.command("AT") == []
        raw.close()
        trace.end()
        trace.connected()


def test_trace_B21_transparent_open_refused(line):
    # The driver does not dial, and to a command NO CARRIER is no result: it would stand for the
    # end of some connection.
    trace = PdpTrace(line, "EG800Q")
    trace.play(B21)
    fails(errno.ETIMEDOUT, trace.modem.command, B21[0][1].decode(), timeout_ms=1000)
    assert trace.heard == ["NO CARRIER"]
    assert trace.modem.command("AT") == []
    # Where it asks for CONNECT it is one; the socket is in buffer mode still.
    s = trace.connected()
    trace.play((("tx", b"AT+QISWTMD=0,2"), B21[1]))
    raises(QuectelError, s.transparent)
    read = (("tx", b"AT+QIRD=0,9"), ("rx", b"\r\n+QIRD: 1\r\nx\r\nOK\r\n"))
    trace.play((("rx", RECV),) + read)
    assert s.recv(9) == b"x"

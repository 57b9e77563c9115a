"""The driver against what was seen in the field: sending and receiving. See test_traces.py."""

import errno
from binascii import unhexlify

from host_tests.driver.events import events, fails, reader
from host_tests.driver.harness import raises
from host_tests.driver.traces import (
    C05,
    C06,
    C07,
    C08,
    C09,
    C18,
    C18_PUSH,
    C19,
    D12,
    D14,
    D15,
    D17,
    D18,
    D19,
    D30,
    FEATURES,
    HTTP_LIKE,
    OK,
    QENG,
    Trace,
)
from quectel.formats import FormatParser
from quectel.services import fields

# -- sending ------------------------------------------------------------------------------------


def test_trace_C05_ok_and_send_ok_one_write(line):
    trace = Trace(line, "BC66")
    s = trace.connected()
    trace.play(C05)
    assert s.send(b"hello") == 5
    trace.rest()
    assert trace.grown("stray") == 0


def test_trace_C06_send_ok_before_ok(line):
    trace = Trace(line, "BC66")
    s = trace.connected()
    trace.play(C06)
    assert s.send(b"hello") == 5
    trace.rest()
    assert trace.grown("stray") == 0
    assert trace.modem.command("+CSQ") == []  # the player's standing OK


def test_trace_C07_send_ok_much_later(line):
    trace = Trace(line, "BC66")
    s = trace.connected()
    trace.play(C07)
    t = trace.clock.now
    assert s.send(b"hello") == 5
    assert trace.clock.now - t >= 3300
    assert trace.heard == ["+CSCON: 1"]


def test_trace_C08_length_mismatch(line):
    # This driver never says a wrong length; what it does when the module thinks so.
    trace = Trace(line, "BC26")
    s = trace.connected()
    trace.play(C08)
    e = raises(OSError, s.send, b"hello")
    assert (e.code, e.args[0]) == (552, errno.EINVAL)
    assert trace.module.commands.count("AT+QISEND=0,5,hello") == 1


def test_trace_C09_data_mode_fail(line):
    # SEND FAIL is tried again, as the field notes say; here it fails to the end.
    trace = Trace(line, "BC26")
    s = trace.connected()
    trace.play(C09 * 20)
    fails(errno.EAGAIN, s.send, b"h\0llo")
    tries = trace.module.commands.count("AT+QISEND=0,5")
    assert 1 < tries < 10
    trace.module.play(C09[:3] + (("rx", b"\r\nOK\r\n\r\nSEND OK\r\n"),))
    assert s.send(b"h\0llo") == 5  # the socket has stayed usable


def test_trace_C18_bc660k_hex_flow(line):
    trace = Trace(line, "BC66")
    trace.play(C18)
    s = trace.socket(2)
    s.connect(("ec2-3-26-186-18.ap-southeast-2.compute.amazonaws.com", 11001))
    assert s.send(b"\1\2\3\4") == 4
    s.close()
    assert trace.module.done()
    # Push mode, quotes and hex are what this driver does not choose: its parser knows them.
    p = FormatParser()
    p.push = p.view = p.hexed = 1
    got = events(line.cut(C18_PUSH + OK), p)
    assert got == [("header", b'+QIURC: "recv",0,2,'), ("data", b"OK"), ("line", b"OK")]


def test_trace_C19_bc660k_real_timeline(line):
    # The driver writes no empty line before its commands: none of the three manuals asks for it.
    trace = Trace(line, "BC66")
    s = trace.connected()
    trace.play((("rx", b"\r\nSEND OK\r\n"),) + C19)
    trace.run(1500)
    assert trace.grown("stray") == 1
    (text,) = trace.modem.command("+QENG=0")
    assert text == QENG.decode() and len(fields(text)) == 14
    assert trace.modem.command("+QR14FEATURE") == [f.decode() for f in FEATURES]
    s.close()
    assert trace.module.done()


# -- receiving ----------------------------------------------------------------------------------


def test_trace_D12_push_without_length(line):
    # Undecodable: so the driver sets showlength 1 and opens in buffer mode, where the same line
    # only says that there is something. What a pushing module says is then counted and dropped.
    trace = Trace(line, "BC66")
    assert 'AT+QICFG="showlength",1' in trace.module.commands
    s = trace.connected()
    trace.play(D12 + (("tx", b"AT+QIRD=0,20"), ("rx", b"\r\n+QIRD: 5,0\r\nhello\r\n\r\nOK\r\n")))
    assert s.recv(20) == b"hello"
    assert trace.heard == ['+QIURC: "recv",0', "hello"]
    opened = [c for c in trace.module.commands if "QIOPEN" in c]
    assert opened[0].endswith(",0,0")


def test_trace_D14_qird_viewmode1(line):
    trace = Trace(line, "BC26")
    s = trace.connected()
    trace.play(
        (
            ("tx", b'AT+QICFG="showlength",0'),
            ("rx", OK),
            ("tx", b'AT+QICFG="showlength"'),
            ("rx", b'\r\n+QICFG: "showlength",0\r\n\r\nOK\r\n'),
            ("tx", b'AT+QICFG="viewmode",1'),
            ("rx", OK),
            ("tx", b'AT+QICFG="viewmode"'),
            ("rx", b'\r\n+QICFG: "viewmode",1\r\n\r\nOK\r\n'),
        )
        + D14
    )
    assert trace.modem.option("showlength", 0) == (0,)
    assert trace.modem.option("viewmode", 1) == (1,)
    trace.module._out(b'\r\n+QIURC: "recv",0\r\n')
    assert s.recv(512) == b"hello"


def test_trace_D15_qird_length_and_remaining(line):
    trace = Trace(line, "BC66")
    s = trace.connected()
    trace.play(D15)
    trace.module._out(b'\r\n+QIURC: "recv",0,12\r\n')
    assert s.recv(5) == b"hello"
    assert s.recv(512) == b", world"
    s.settimeout(2)
    fails(errno.ETIMEDOUT, s.recv, 512)  # +QIRD: 0 is no end
    assert trace.module.done()


def test_trace_D17_oob_udp_service_push(line):
    # The BC families have no UDP SERVICE. The whole line is there for a callback that wants it ...
    trace = Trace(line, "BC66")
    trace.play((("rx", D17),))
    trace.rest()
    (text,) = trace.heard
    name, cid, n, host, port, digits = fields(text)
    assert (cid, host, port) == ("1", "203.0.113.9", "5683")
    assert unhexlify(digits) == b"`\x01{" and int(n) == 3
    # ... and a parser that was told of pushed hex finds none: it does not deliver three bytes.
    p = FormatParser()
    p.view = p.hexed = 1
    p.push = 2
    got = events(line.cut(D17 + OK), p)
    assert [e for e in got if e[0] == "data" and len(e[1]) >= 3] == []


def test_trace_D18_payload_looks_like_protocol(line):
    for family in ("BC66", "BC26"):
        # The BC modules put a blank line before the OK, and it is the only checksum there is.
        trace = Trace(line, family)
        s = trace.connected()
        trace.play((("tx", b"AT+QIRD=0,512"), ("rx", D18 + b"\r\n\r\nOK\r\n")))
        trace.module._out(b'\r\n+QIURC: "recv",0\r\n')
        assert s.recv(512) == HTTP_LIKE
        assert trace.heard == ['+QIURC: "recv",0']
    # The trace has none. Bytes may have been lost, so the driver believes nothing of it.
    trace = Trace(line, "BC66")
    s = trace.connected()
    trace.play((("tx", b"AT+QIRD=0,512"), ("rx", D18 + b"\r\nOK\r\n")))
    trace.module._out(b'\r\n+QIURC: "recv",0\r\n')
    fails(errno.EIO, s.recv, 512)
    assert trace.heard == ['+QIURC: "recv",0']


def test_trace_D19_payload_ends_with_crlf_and_plus(line):
    # As D18: with the BC modules' blank line, then without.
    trace = Trace(line, "BC66")
    s = trace.connected()
    trace.play((("tx", b"AT+QIRD=0,512"), ("rx", D19 + b"\r\n\r\nOK\r\n")))
    trace.module._out(b'\r\n+QIURC: "recv",0\r\n')
    assert s.recv(512) == b"ab\r\n\r\n"
    trace = Trace(line, "BC66")
    s = trace.connected()
    trace.play((("tx", b"AT+QIRD=0,512"), ("rx", D19 + b"\r\nOK\r\n")))
    trace.module._out(b'\r\n+QIURC: "recv",0\r\n')
    fails(errno.EIO, s.recv, 512)
    # The parser itself takes either.
    got = events(line.cut(D19 + b"\r\nOK\r\n"), reader())
    assert got == [("header", b"+QIRD: 6"), ("data", b"ab\r\n\r\n"), ("line", b"OK")]


def test_trace_D30_recv_urc_suppressed_during_data_mode(line):
    trace = Trace(line, "BC26")
    s = trace.connected()
    trace.play(D30)
    assert s.send(b"p\0ng") == 4
    assert s.recv(512) == b"pong"
    assert trace.heard == []

"""The driver against what was seen in the field: one test for each trace in traces.py.

A trace whose host set other things than this driver does is told so at its place; then the test
shows what the driver makes of it.
"""

import errno

from host_tests.driver.events import fails
from host_tests.driver.harness import raises
from host_tests.driver.traces import (
    A06,
    A08,
    A23,
    A24,
    A26,
    A31,
    A32,
    A33,
    A35,
    A36,
    A38,
    B07,
    B09,
    E01,
    E02,
    E03,
    E14,
    F05,
    F22,
    F25,
    F26,
    F30,
    F31,
    PART,
    QENG_EMPTY,
    REGISTERED,
    Trace,
)
from quectel.services import fields, parse_time

# -- power, registration, radio -----------------------------------------------------------------


def test_trace_A06_bc66_brom_loop(line):
    trace = Trace(line, "BC66", silent=True)
    trace.play(A06)
    e = fails(errno.ETIMEDOUT, trace.modem.power_on)
    assert len(str(e)) > 10  # it says what is wrong
    assert trace.grown("unknown") + len(trace.heard) >= 14
    assert [h for h in trace.heard if h.startswith("+") or "RDY" in h] == []


def test_trace_A08_bc66_echo_crlf_old_fw(line):
    trace = Trace(line, "BC66")
    trace.play(A08)
    assert trace.modem.command("AT") == []
    assert trace.heard == []


def test_trace_A23_bc66_register(line):
    trace = Trace(line, "BC66")
    trace.play(A23)
    for text in ("+QSCLK=0", "+CEREG=5", "+CSCON=1"):
        assert trace.modem.command(text) == []
    trace.rest()
    assert trace.heard == ["+CSCON: 1", REGISTERED.decode(), "+IP: 10.16.32.48"]
    assert fields(trace.heard[1]) == "5 12AB 0035E5D4 9 0 0 00000001 00111000".split()


def test_trace_A24_cereg_urc_vs_response(line):
    trace = Trace(line, "BC66")
    trace.play(A24)
    assert trace.modem.registration() == 2
    trace.run(50)
    assert trace.modem.registration() == 1
    trace.rest()
    assert trace.heard == ["+CEREG: 2", "+CEREG: 1", '+CEREG: 5,"0010","1234",7']
    assert fields(trace.heard[2]) == ["5", "0010", "1234", "7"]


def test_trace_A26_enter_psm_inside_response(line):
    trace = Trace(line, "BC66")
    trace.play(A26)
    assert trace.modem.command("+CSQ") == ["+CSQ: 14,0"]
    assert trace.heard == ['+QNBIOTEVENT: "ENTER PSM"']
    trace.module.silent = True
    fails(errno.ETIMEDOUT, trace.modem.command, "AT", timeout_ms=500)


def test_trace_A31_chained_command_one_ok(line):
    trace = Trace(line, "BC66")
    trace.play(A31)
    assert trace.modem.command("+CFUN=0;+CFUN=1") == []
    trace.rest()
    assert trace.grown("stray") == 0


def test_trace_A32_module_reset_in_middle_of_qird(line):
    # The driver asks for 512 bytes at the most, where the trace's host had asked for 1500.
    trace = Trace(line, "BC66")
    s = trace.connected()
    trace.play(A32)
    trace.module._out(b'\r\n+QIURC: "recv",0\r\n')
    buf = bytearray(600)
    e = raises(OSError, s.recv_into, buf)
    assert e.args[0] in (errno.EIO, errno.ECONNRESET)
    assert buf.find(b"RDY") < 0 and bytes(buf[500:]) == bytes(100)
    assert bytes(buf[:220]) in (PART, bytes(220))
    trace.rest()
    raises(OSError, s.recv, 10)
    raises(OSError, s.send, b"x")
    s = trace.connected()  # and connectID 0 is there again
    trace.play((("tx", b"AT+QISEND=0,1,x"), ("rx", b"\r\nOK\r\n\r\nSEND OK\r\n")))
    assert s.send(b"x") == 1


def test_trace_A33_late_answer_after_timeout(line):
    trace = Trace(line, "BC66")
    trace.play(A33)
    fails(errno.ETIMEDOUT, trace.modem.command, "+QIACT=1", timeout_ms=1000)
    got = None
    while got is None:
        # While the module is at its old command it does not answer the probe either.
        try:
            got = trace.modem.command("+CSQ")
        except OSError as e:
            assert e.args[0] == errno.ETIMEDOUT
    assert got == ["+CSQ: 17,99"]
    assert trace.clock.now >= 3000


def test_trace_A35_attach_refused_cpin_not_ready(line):
    trace = Trace(line, "BC26")
    trace.play(A35)
    trace.rest()
    assert trace.heard == ["+CPIN: NOT READY"]
    trace.play((("tx", b"AT+CPIN?"), ("rx", b"\r\n+CME ERROR: 10\r\n")) * 60)
    e = fails(errno.ETIMEDOUT, trace.modem.attach, timeout_ms=5000)
    assert "10" in str(e) or "CPIN" in str(e)


def test_trace_A36_cereg_denied_empty_fields(line):
    trace = Trace(line, "BC66")
    trace.play(A36)
    trace.run(100)
    assert trace.modem.registration() == 2
    assert trace.heard == ["+CEREG: 3,,,,0,15"]
    assert fields(trace.heard[0]) == ["3", "", "", "", "0", "15"]


def test_trace_A38_ctzeu_quoted_comma(line):
    trace = Trace(line, "BC66")
    trace.play(A38)
    trace.run(100)
    (text,) = trace.modem.command("+COPS?")
    assert fields(text) == ["0", "0", "Vodafone, DE", "9"]
    assert [fields(h) for h in trace.heard] == [
        ["+08", "1", "2026/10/03,12:34:56"],
        ["+08", "1"],
    ]


# -- opening ------------------------------------------------------------------------------------


def test_trace_B07_open_slow_with_urcs_between(line):
    trace = Trace(line, "BC66")
    trace.play(B07)
    s = trace.socket()
    t = trace.clock.now
    s.connect(("api.thingspeak.com", 80))
    assert trace.clock.now - t >= 42_000
    assert trace.heard == ["+CSCON: 1", '+CEREG: 5,"1F2C","0035E5D4",9', "+QIOPEN: 0,0"]


def test_trace_B09_open_no_pdp_immediate_error(line):
    trace = Trace(line, "BC26")
    trace.play(B09)
    s = trace.socket()
    e = raises(OSError, s.connect, ("1.2.3.4", 80))
    assert e.code == 561
    trace.rest()
    assert trace.module.commands[-1] == "AT+QICLOSE=0"


# -- closing ------------------------------------------------------------------------------------


def closed(line, steps, family="BC66"):
    trace = Trace(line, family)
    s = trace.connected()
    trace.play(steps)
    t = trace.clock.now
    s.close()
    assert trace.module.done()
    raises(OSError, s.send, b"x")
    s.close()
    trace.connected()  # connectID 0 is free
    return trace, t


def test_trace_E01_close_ok_50ms(line):
    trace, t = closed(line, E01)
    assert trace.grown("stray") == 0


def test_trace_E02_close_ok_slow(line):
    trace = Trace(line, "BC66")
    s = trace.connected()
    trace.play(E02)
    t = trace.clock.now
    s.close()
    assert trace.clock.now - t >= 5500
    assert trace.heard == ["+CSCON: 0"]
    assert trace.grown("stray") == 0


def test_trace_E03_close_unused_id(line):
    trace = Trace(line, "BC26")
    trace.play(E03)
    assert raises(OSError, trace.modem.command, "+QICLOSE=3").code == 567
    s = trace.connected()
    s.close()
    sent = len(trace.module.commands)
    s.close()
    assert len(trace.module.commands) == sent


def test_trace_E14_close_error_before_ok(line):
    trace, t = closed(line, E14)
    assert trace.clock.now - t < 2_000  # nobody waits for CLOSE OK


# -- services -----------------------------------------------------------------------------------


def test_trace_F05_dns_bc660k(line):
    trace = Trace(line, "BC66")
    trace.play(F05)
    assert trace.modem.resolve("example.com") == ["93.184.216.34"]


def test_trace_F22_ping_timeouts_then_summary(line):
    trace = Trace(line, "BC66")
    trace.play(F22)
    replies, summary = trace.modem.ping("10.255.255.1")
    assert replies == [None] * 4
    assert summary == (4, 0, 4, None, None, None)


def test_trace_F25_ping_unquoted_ip(line):
    # The driver puts quotes around every host: both are allowed.
    trace = Trace(line, "BC26")
    trace.play(F25)
    replies, summary = trace.modem.ping("115.29.240.46", 2)
    assert replies == [("115.29.240.46", 32, 930, 51), ("115.29.240.46", 32, 730, 51)]
    assert summary == (2, 2, 0, 730, 930, 830)


def test_trace_F26_ping_260y_fw(line):
    trace = Trace(line, "BC26")
    trace.play(F26)
    replies, summary = trace.modem.ping("8.8.8.8", 2)
    assert replies == [None, ("8.8.8.8", 32, 812, 53)]
    assert summary == (2, 1, 1, 812, 812, 812)


def test_trace_F30_cclk_bc66_gmt(line):
    trace = Trace(line, "BC66")
    trace.play(F30)
    (text,) = trace.modem.command("+CCLK?")
    assert text == "+CCLK: 2021/03/04,10:20:30GMT+32"
    assert parse_time(",".join(fields(text))) == (2021, 3, 4, 10, 20, 30, 32)


def test_trace_F31_qeng_empty_field(line):
    trace = Trace(line, "BC66")
    trace.play(F31)
    (text,) = trace.modem.command("+QENG=0")
    assert text == QENG_EMPTY.decode()
    assert len(fields(text)) == 14 and fields(text)[12] == ""

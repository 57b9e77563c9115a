"""The driver against what was seen in the field: modules whose host sets up the contexts.

Power, registration, contexts, opening, closing, services: one test for each trace in
traces_pdp.py. A trace whose host set other things than this driver does is told so at its place.
"""

import errno

from host_tests.driver.events import fails
from host_tests.driver.harness import raises
from host_tests.driver.traces import OK, Trace, answer
from host_tests.driver.traces_pdp import (
    A01,
    A02,
    A03,
    A13,
    A16,
    A17,
    A18,
    A18_BOOT,
    A20,
    A21,
    A22,
    B03,
    B04,
    B05,
    B11,
    B13,
    B15,
    B15_CYCLE,
    B17_DATA,
    B17_OPEN,
    E04,
    E08,
    E08_LINE,
    E10,
    E10_LINES,
    E15_DOWN,
    E15_LOOK,
    E15_UP,
    F01,
    F04,
    F07,
    F11,
    F23,
    F24,
    F32,
    PdpTrace,
)
from quectel import QuectelError
from quectel.services import fields, number

# -- power, registration, radio -----------------------------------------------------------------


def test_trace_A01_echo_on_then_off(line):
    trace = PdpTrace(line, "EG800Q")
    trace.play(A01)
    for text in ("AT", "ATE0", "AT"):
        assert trace.modem.command(text) == []
    trace.end()
    assert trace.heard == [] and trace.grown("unknown") == 0


def test_trace_A02_cold_query_sequence(line):
    trace = PdpTrace(line, "EG800Q")
    trace.play(A02)
    for text in ("+CMEE=1", "+QISDE=0"):
        assert trace.modem.command(text) == []
    assert trace.modem.command("+CPIN?") == ["+CPIN: READY"]
    assert trace.modem.command("+CFUN?") == ["+CFUN: 1"]
    (text,) = trace.modem.command("+QICSGP=1")
    assert fields(text) == ["1", "", "", "", "0"]
    assert trace.modem.contexts() == []
    assert trace.modem.command("+QIACT=1") == []
    assert trace.modem.contexts() == [(1, 1, ("10.123.45.160",))]
    assert trace.modem.command("+QICLOSE=0") == []
    trace.end()
    # And as the driver asks it by itself:
    trace = PdpTrace(line, "EG800Q")
    trace.play(A02[10:16])
    assert trace.modem.activate() == ("10.123.45.160",)
    trace.end()


def test_trace_A03_dnscfg_needs_context(line):
    trace = PdpTrace(line, "EG800Q")
    trace.play(A03)
    raises(QuectelError, trace.modem.dns_servers)
    trace.modem.activate()
    assert trace.modem.dns_servers() == ("100.1.2.10", "100.1.2.10")
    trace.end()


def test_trace_A13_bg95_late_rdy(line):
    trace = PdpTrace(line, "EG800Q", silent=True)
    trace.play(A13)
    fails(errno.ETIMEDOUT, trace.modem.command, "AT")
    assert "ATE0" in trace.module.commands
    trace.until(lambda: trace.heard)
    assert trace.clock.now >= 13_400
    trace.module.silent = False
    trace.modem.power_on()
    trace.end()
    assert trace.heard == ["RDY"]


def test_trace_A16_ug96_qpowd(line):
    trace = PdpTrace(line, "UG96")
    s = trace.connected()
    trace.play(A16)
    trace.modem.power_off()
    fails(errno.ECONNRESET, s.send, b"x")
    trace.rest()
    assert trace.heard == ['+QIURC: "pdpdeact",1', "POWERED DOWN"]
    trace.module.silent = True
    fails(errno.ETIMEDOUT, trace.modem.command, "AT")


def test_trace_A17_m95_corrupted_echo_no_answer(line):
    trace = PdpTrace(line, "UG96")
    trace.play(A17)
    text = '+QIREGAPP="mdata.net.au","",""'
    fails(errno.ETIMEDOUT, trace.modem.command, text, timeout_ms=10_000)
    assert trace.modem.command('+QIDNSCFG="8.8.8.8"') == []
    trace.end()
    assert trace.heard == []


def test_trace_A18_m95_boot_mixed(line):
    trace = PdpTrace(line, "UG96")
    trace.play(A18_BOOT)
    trace.run(50)
    assert trace.heard == ["+CFUN: 1", "+CPIN: READY"]
    assert trace.grown("stray") == 5
    trace.play(A18)
    assert trace.modem.command("+GSN") == ["863071016800770"]
    trace.rest()
    # Who asks for all lines hears an answer without a name too, but does not take it away.
    assert trace.heard == ["863071016800770", "Call Ready"]


def test_trace_A20_bg96_fragmented_cgreg(line):
    trace = PdpTrace(line, "EG800Q")
    trace.play(A20)
    (text,) = trace.modem.command("+CGREG?")
    assert fields(text) == ["2", "1", "5650", "29A7DF4", "2"]
    trace.end()
    trace = PdpTrace(line, "UG96")  # which looks at CGREG first
    trace.play(A20)
    assert trace.modem.registration() == 1
    trace.end()


def booted(line, family, steps, *texts):
    # The module has rebooted under a driver that had a socket and a context on it.
    trace = PdpTrace(line, family)
    s = trace.connected()
    trace.play(steps)
    trace.rest()
    assert trace.heard == list(texts)
    fails(errno.ECONNRESET, s.send, b"x")
    n = len(trace.module.commands)
    trace.connected()
    again = trace.module.commands[n:]
    assert "AT+CMEE=1" in again and "AT+QIACT?" in again
    assert again[-1].startswith("AT+QIOPEN=1,0,")


def test_trace_A21_eg800k_boot(line):
    booted(line, "EG800Q", A21, "RDY", "+QIND: SMS DONE", "+QIND: PB DONE")


def test_trace_A22_ug96_boot(line):
    sim = ("+CPIN: READY", "+QUSIM: 1")
    booted(line, "UG96", A22, "RDY", "+CFUN: 1", *sim + ("+QIND: SMS DONE", "+QIND: PB DONE"))


# -- contexts -----------------------------------------------------------------------------------


def test_trace_B13_qiact_572_single_pdp_network(line):
    trace = PdpTrace(line, "EG800Q")
    trace.play(B13)
    assert trace.modem.activate() == ("10.16.32.48",)
    trace.end()
    asked = [c for c in trace.module.commands if "GETERROR" in c or "ACT=" in c]
    assert asked == ["AT+QIACT=1", "AT+QIGETERROR", "AT+CGACT=0,9", "AT+QIACT=1"]


def test_trace_B15_qiact_says_up_cgact_says_down(line):
    # The driver believes QIACT?; it says 550, and what to do about the context is the program's.
    trace = PdpTrace(line, "EG800Q")
    trace.play(B15)
    assert trace.modem.contexts() == [(1, 1, ("10.187.7.8",))]
    lines = trace.modem.command("+CGACT?")
    assert [fields(text) for text in lines] == [["1", "0"], ["9", "1"]]
    assert raises(QuectelError, trace.modem.ping, "8.8.8.8").code == 550
    trace.end()
    trace.play(B15_CYCLE)
    trace.modem.deactivate()
    assert trace.modem.activate() == ("10.16.32.48",)
    trace.end()


def test_trace_E15_ug96_pdp_lost_cgact(line):
    # As B15: that CGACT? is to be believed is the program's decision.
    trace = PdpTrace(line, "UG96")
    s = trace.connected()
    trace.play(E15_LOOK)
    assert s.state() == 3
    assert fields(trace.modem.command("+CGACT?")[0]) == ["1", "0"]
    trace.end()
    trace.play(E15_DOWN)
    trace.modem.deactivate()
    e = raises(QuectelError, s.send, b"x")
    assert (e.code, e.args[0]) == (570, errno.ECONNABORTED)
    trace.play(E15_UP)
    trace.modem.activate()
    trace.modem.dns_servers("8.8.8.8")
    trace.end()
    trace.connected()  # connectID 0 is free


# -- opening ------------------------------------------------------------------------------------


def test_trace_B03_open_552_server_closed_port(line):
    trace = PdpTrace(line, "EG800Q")
    trace.play(B03)
    e = raises(QuectelError, trace.socket().connect, ("1.2.3.4", 6000))
    assert (e.code, e.args[0]) == (552, errno.EINVAL)
    trace.end()
    trace.connected()


def test_trace_B04_open_565_566_retries(line):
    # The driver opens once; to try again, and when, is the program's decision.
    trace = PdpTrace(line, "UG96")
    trace.play(B04)
    for code, ms in ((565, 10_000), (566, 75_000)):
        t = trace.clock.now
        e = raises(QuectelError, trace.socket().connect, ("example.com", 80))
        assert (e.code, trace.clock.now - t >= ms) == (code, True)
    trace.end()


def test_trace_B05_open_id1_zero(line):
    trace = PdpTrace(line, "EG800Q")
    trace.play((("tx", b'AT+QIOPEN=1,0,"TCP","1.2.3.4",80,0,0'), ("rx", OK)))
    a = trace.socket()
    a.settimeout(0)
    fails(errno.EINPROGRESS, a.connect, ("1.2.3.4", 80))
    trace.until(trace.module.done)
    trace.play((("tx", b'AT+QIOPEN=1,1,"TCP","1.2.3.4",81,0,0'), ("rx", OK + B05)))
    b = trace.socket()
    b.connect(("1.2.3.4", 81))
    trace.end()
    a.send(b"ping")  # connectID 0 is not open yet: it waits
    trace.run(1000)
    assert trace.module.commands[-1].startswith("AT+QIOPEN=1,1,")
    trace.play(
        (
            ("rx", b"\r\n+QIOPEN: 0,0\r\n"),
            ("tx", b"AT+QISEND=0,4"),
            ("rx", b"\r\n> "),
            ("tx", b"ping"),
            ("rx", b"\r\nSEND OK\r\n"),
        )
    )
    trace.rest()


def test_trace_B11_open_spaces_in_args(line):
    # The driver writes no blanks, and of a UDP service no address; what it is told goes out as is.
    trace = PdpTrace(line, "EG800Q")
    trace.play(B11)
    assert trace.modem.command(B11[0][1].decode()) == []
    trace.rest()
    assert trace.heard == ["+QIOPEN: 0,0"]
    s = trace.socket(2)
    s.bind(("", 3030))
    assert trace.module.commands[-1] == 'AT+QIOPEN=1,0,"UDP SERVICE","127.0.0.1",0,3030,0'


def test_trace_B17_listener_incoming(line):
    trace = PdpTrace(line, "EG800Q")
    trace.play(B17_OPEN)
    s = trace.socket()
    s.bind(("", 8080))
    s.listen()
    assert s.state() == 3
    trace.end()
    trace.play(B17_DATA)
    child, address = s.accept()
    assert address == ("78.94.9.92", 62060)
    assert child.recv(64) == b"HELLO-FROM-WAN\r\n"
    trace.end()
    assert [fields(h) for h in trace.heard] == [
        ["incoming", "11", "0", "78.94.9.92", "62060"],
        ["recv", "11"],
    ]


# -- closing, and what is open ------------------------------------------------------------------


def test_trace_E04_close_blocks_for_fin(line):
    # The driver names no timeout, so the module's own 10 s hold; a program may.
    trace = PdpTrace(line, "EG800Q")
    s = trace.connected()
    trace.play(E04)
    t = trace.clock.now
    s.close()
    assert trace.clock.now - t >= 9800
    assert trace.modem.command("+QICLOSE=1,0") == []
    trace.end()
    assert trace.grown("timeouts") == 0
    trace.connected()


def listed(trace, *lines):
    # The driver looks at what is open, as after data that was lost.
    trace.play((("tx", b"AT+QISTATE?"), ("rx", answer(*lines))))
    trace.modem.audit()
    trace.end()


def test_trace_E08_qistate_3_is_connected(line):
    for family in ("EG800Q", "UG96"):
        trace = PdpTrace(line, family)
        s = trace.connected()
        trace.play(E08)
        assert s.state() == 3
        listed(trace, E08_LINE)
        trace.play(
            (
                ("tx", b"AT+QIRD=0,9"),
                ("rx", b"\r\n+QIRD: 0\r\n\r\nOK\r\n"),
                ("rx", b'\r\n+QIURC: "recv",0\r\n', 500),
                ("tx", b"AT+QIRD=0,9"),
                ("rx", b"\r\n+QIRD: 5\r\nalive\r\nOK\r\n"),
            )
        )
        assert s.recv(9) == b"alive"
    # On BC26 it is closing.
    trace = Trace(line, "BC26")
    s = trace.connected()
    trace.play(
        (
            ("tx", b"AT+QISTATE?"),
            ("rx", answer(b'+QISTATE: 0,"TCP","104.155.82.190",1883,22742,3,1,0')),
            ("tx", b"AT+QIRD=0,9"),
            ("rx", b"\r\n+QIRD: 0\r\n\r\nOK\r\n"),
        )
    )
    trace.modem.audit()
    assert s.recv(9) == b""


def test_trace_E10_qistate_ec20_mixed(line):
    trace = PdpTrace(line, "EG800Q")
    a = trace.connected()
    b = trace.socket()
    b.connect(("198.51.100.7", 8))
    trace.play(E10)
    states = {}
    for text in trace.modem.command("+QISTATE=0,1"):
        states[number(fields(text)[0])] = number(fields(text)[5])
    assert states == {0: 4, 1: 2}
    listed(trace, *E10_LINES)
    trace.play((("tx", b"AT+QIRD=0,9"), ("rx", b"\r\n+QIRD: 0\r\n\r\nOK\r\n")))
    assert a.recv(9) == b""
    trace.play((("tx", b"AT+QIRD=1,9"), ("rx", b"\r\n+QIRD: 1\r\nx\r\nOK\r\n")))
    assert b.recv(9) == b"x"


# -- services -----------------------------------------------------------------------------------


def test_trace_F01_dns_two_addresses(line):
    # The driver keeps no ttl: the module has a cache of its own.
    trace = PdpTrace(line, "EG800Q")
    trace.play(F01)
    assert trace.modem.resolve("baidu.com") == ["220.181.57.216", "123.125.115.110"]
    assert fields(trace.heard[0])[3] == "399"


def test_trace_F04_dns_failed_urc(line):
    trace = PdpTrace(line, "EG800Q")
    trace.play(F04)
    assert raises(QuectelError, trace.modem.resolve, "nx.invalid").code == 565
    trace.end()


def test_trace_F07_dns_zero_wait(line):
    trace = PdpTrace(line, "EG800Q")
    trace.play(F07)
    t = trace.clock.now
    assert trace.modem.resolve("a.example") == ["192.0.2.1", "192.0.2.2"]
    assert trace.clock.now - t < 5000


def test_trace_F11_ntp_eg800k(line):
    # What zone the time is of, the module cannot be believed; README says so. The driver adds
    # nothing to it and takes nothing off: here it is UTC.
    trace = PdpTrace(line, "EG800Q")
    trace.play(F11)
    assert trace.modem.ntp("ntp.aliyun.com") == (2026, 8, 6, 12, 40, 4, 32)


def test_trace_F23_ping_dns_failed(line):
    trace = PdpTrace(line, "EG800Q")
    trace.play(F23)
    assert raises(QuectelError, trace.modem.ping, "nx.invalid").code == 565
    trace.end()


def test_trace_F24_ping_pdp_down(line):
    trace = PdpTrace(line, "EG800Q")
    trace.play(F24)
    assert raises(QuectelError, trace.modem.ping, "8.8.8.8").code == 561
    trace.end()
    assert trace.modem.command("AT") == []


def test_trace_F32_cimi_no_prefix(line):
    trace = PdpTrace(line, "EG800Q")
    trace.play(F32)
    assert trace.modem.imsi() == "370021201019608"
    assert trace.modem.iccid() == "89010210524010196085"
    trace.end()

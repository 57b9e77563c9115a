"""The driver against what was seen in the field: sending and receiving.

See test_traces_pdp_life.py.
"""

import errno

from host_tests.driver.events import fails
from host_tests.driver.harness import raises
from host_tests.driver.traces_pdp import (
    C12,
    D04,
    D05,
    D05_MORE,
    D07,
    D08,
    D20,
    D21,
    D22,
    D24,
    RECV,
    TLS_LIKE,
    PdpTrace,
)
from quectel.services import fields

# -- sending ------------------------------------------------------------------------------------


def test_trace_C12_ctrl_z_send(line):
    # The driver always says the length, so it needs no Ctrl+Z, and data may contain one.
    trace = PdpTrace(line, "EG800Q")
    s = trace.connected()
    trace.play(C12)
    assert s.send(b"HELLO!") == 6
    assert s.send(b"HE") == 2
    assert s.sent() == (8, 8, 0)
    trace.end()
    raises(ValueError, trace.modem.command, "+QISEND=0")


# -- receiving ----------------------------------------------------------------------------------


def test_trace_D04_qird_without_length(line):
    # The driver always says how much it has room for.
    trace = PdpTrace(line, "EG800Q")
    s = trace.connected()
    trace.play((("rx", RECV),) + D04)
    assert s.recv(1500) == TLS_LIKE
    trace.end()
    assert trace.heard == ['+QIURC: "recv",0'] and trace.grown("unknown") == 0
    # Were it given more than it had asked for, it would not write past its buffer.
    trace = PdpTrace(line, "EG800Q")
    s = trace.connected()
    trace.play((("rx", RECV), ("tx", b"AT+QIRD=0,5")) + D04[1:])
    fails(errno.EIO, s.recv, 5)
    assert trace.heard == ['+QIURC: "recv",0']


def test_trace_D05_partial_reads(line):
    trace = PdpTrace(line, "EG800Q")
    s = trace.connected()
    trace.play(D05)
    assert s.recv(1500) == b"Hi!"
    trace.play(D05_MORE)
    assert s.recv(8) == b"I'm Serv"
    (text,) = trace.modem.command("+QIRD=0,0")
    assert fields(text) == ["13", "11", "2"]
    # Nothing announces the two that are left: the driver asks.
    trace.play((("tx", b"AT+QIRD=0,8"), ("rx", b"\r\n+QIRD: 2\r\ner\r\nOK\r\n")))
    assert s.recv(8) == b"er"
    trace.end()


def test_trace_D07_ug96_udp_service_qird(line):
    trace = PdpTrace(line, "UG96")
    services = [trace.socket(2) for _ in range(3)]
    for i, s in enumerate(services):
        s.bind(("", 3000 + i))
    trace.play(D07)
    assert services[2].recvfrom(1500) == (b"TEST", ("10.7.76.34", 7678))
    trace.end()


def test_trace_D08_bg96_udp_service(line):
    trace = PdpTrace(line, "EG800Q")
    s = trace.socket(2)
    s.bind(("", 3030))
    trace.play(D08)
    assert s.sendto(b"echo teste 001", ("195.34.89.241", 7)) == 14
    assert s.recvfrom(1500) == (b"echo teste 001", ("195.34.89.241", 7))
    trace.end()


def test_trace_D20_qird_zero_forever(line):
    trace = PdpTrace(line, "EG800Q")
    s = trace.connected()
    s.settimeout(5)
    for _ in range(2):
        # One question for one URC, and no more: it does not ask in a circle.
        trace.play((("rx", RECV),) + D20)
        n = len(trace.module.commands)
        fails(errno.ETIMEDOUT, s.recv, 1500)
        assert trace.module.commands[n:] == ["AT+QIRD=0,1500"]
        trace.end()


def test_trace_D21_qird_on_closed_error(line):
    trace = PdpTrace(line, "EG800Q")
    s = trace.connected()
    trace.play(D21)
    s.close()
    raises(OSError, trace.modem.command, "+QIRD=0,0")
    assert s.state() == 0  # without asking
    assert trace.modem.command("+QISTATE=1,0") == []
    trace.end()
    # Closed without the driver's knowing: reading fails, it does not wait.
    for step in ((D21[2:4], errno.EIO), (D21[4:], 0)):
        trace = PdpTrace(line, "EG800Q")
        s = trace.connected()
        if step[1]:
            trace.play((("rx", RECV), ("tx", b"AT+QIRD=0,9")) + step[0][1:])
            fails(step[1], s.recv, 9)
        else:
            trace.play(step[0])
            assert s.state() == 0
        trace.end()


def test_trace_D22_recv_urc_before_own_ok(line):
    trace = PdpTrace(line, "EG800Q")
    s = trace.connected()
    trace.play(D22)
    assert s.state() == 2
    assert trace.heard == ['+QIURC: "recv",0']
    assert s.recv(1500) == b"test"
    trace.end()


def test_trace_D24_recv_urc_with_length_newer_fw(line):
    trace = PdpTrace(line, "EG800Q")
    s = trace.connected()
    trace.play(D24)
    assert s.recv(1500) == b"test"
    trace.end()
    assert trace.heard == ['+QIURC: "recv",0,4']

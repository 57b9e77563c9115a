"""The examples that talk to servers, as a user runs them: unmodified, on a real MicroPython, with
a simulated module on a terminal and real servers at the other end."""

import sys

import pytest

from host_tests.node import at
from host_tests.servers import coap, free_port, ntp, udp

FAMILIES = ("BC66", "BC26", "EG800Q")
families = pytest.mark.parametrize("family", FAMILIES)
NOBODY = "telemetry.example=127.0.0.1:%d"  # connection refused
QUICK = "\nATTACH_S = 2\nACK_S = 0.2\n"


def told(run, *lines):
    """The program has ended with a message, all of `lines`, and the status of a failure."""
    assert run.end() == 1, run.heard
    for line in lines:
        assert any(line in heard for heard in run.heard), (line, run.heard)
    assert not any("Traceback" in heard for heard in run.heard), run.heard


@pytest.mark.parametrize("example", ["udp_post.py", "coap_post.py", "ntp_clock.py"])
def test_a_wrong_apn_is_named(node, example):
    told(
        node(example, "BC66", QUICK + "APN = 'wrong'\n", "--apn", "iot.example"),
        "no network with the APN wrong: [Errno 110] ETIMEDOUT: not attached: registration",
    )


# ---- udp_post.py ------------------------------------------------------------------------------


def acknowledge(text):
    return b"ack " + text.split()[0]


@families
def test_udp_post(node, family):
    with udp.UdpServer(acknowledge) as server:
        run = node("udp_post.py", family, "", *at(server))
        assert run.end() == 0, run.heard
    assert server.received == [b"1 21.6", b"2 21.7", b"3 21.8"]
    assert run.heard[-3:] == ["reading %d acknowledged" % n for n in (1, 2, 3)]


@families
def test_udp_post_where_datagrams_get_lost(node, family):
    with udp.UdpServer(acknowledge) as server:
        with udp.Lossy(server.port, there=[0], back=[1]) as road:
            run = node("udp_post.py", family, QUICK + "READINGS = 2\nACK_S = 1\n", *at(road))
            assert run.end() == 0, run.heard
    assert set(server.received) == {b"1 21.6", b"2 21.7"}
    assert "reading 1: no answer to datagram 1 of 3" in run.heard
    assert "reading 2: no answer to datagram 1 of 3" in run.heard


@families
@pytest.mark.parametrize("silent", [True, False])
def test_udp_post_to_nobody_and_to_a_silent_server(node, family, silent):
    with udp.UdpServer(lambda text: None) as server:
        where = at(server) if silent else ("--dns", NOBODY % free_port())
        told(
            node("udp_post.py", family, QUICK, *where),
            "reading 1: no answer to datagram 3 of 3",
            "not delivered: [Errno 110] ETIMEDOUT: telemetry.example is silent",
        )
    assert server.received == [b"1 21.6"] * 3 * silent


# ---- coap_post.py -----------------------------------------------------------------------------


@families
@pytest.mark.parametrize("delay", [0, 0.6])
def test_coap_post(node, family, delay):
    with coap.CoapServer(delay) as server:
        run = node("coap_post.py", family, "\nPATH = 'nodes/a-rather-long-name/t'\n", *at(server))
        assert run.end() == 0, run.heard
    assert server.requests == [("POST", "/nodes/a-rather-long-name/t", b"21.5", True)]
    assert run.heard[-1] == "answer 2.04 b''"


def test_coap_post_of_what_the_server_does_not_have(node):
    with coap.CoapServer() as server:
        run = node("coap_post.py", "BC66", "\nPATH = 'nowhere'\n", *at(server))
        told(run, "answer 4.04 b''")


@families
def test_coap_post_is_sent_again_and_counts_once(node, family):
    with coap.CoapServer() as server:
        with udp.Lossy(server.port, there=[0], back=[0]) as road:
            run = node("coap_post.py", family, QUICK + "ACK_S = 1\n", *at(road))
            assert run.end() == 0, run.heard
    assert len(server.requests) == 1
    assert "POST readings, message 3 of 5" in run.heard


def test_coap_post_to_a_silent_server(node):
    with udp.UdpServer(lambda text: None) as server:
        told(
            node("coap_post.py", "BC66", QUICK + "TRIES = 3\n", *at(server)),
            "not delivered: [Errno 110] ETIMEDOUT: telemetry.example is silent",
        )
    assert len(server.received) == 3


# ---- ntp_clock.py -----------------------------------------------------------------------------

CLOCK = """
import sys


class machine:
    class RTC:
        def datetime(self, when):
            print("RTC", when)


sys.modules["machine"] = machine
"""


@families
def test_ntp_clock(node, family):
    with ntp.NtpServer(1_709_210_096) as server:  # 2024-02-29 12:34:56, a Thursday
        where = "--dns", "pool.ntp.org=127.0.0.1:%d" % server.port
        run = node("ntp_clock.py", family, CLOCK, *where)
        assert run.end() == 0, run.heard
    assert server.requests == 1
    assert run.heard[-3].startswith("2024-02-29 12:34:56, zone ")
    assert run.heard[-2:] == ["RTC (2024, 2, 29, 3, 12, 34, 56, 0)", "the clock is set"]


def test_ntp_clock_where_there_is_no_clock(node):
    run = node("ntp_clock.py", "BC66", "", "--time", "2026-11-20T12:00:00+02:00")
    assert run.end() == 0, run.heard
    assert run.heard[-1] == "there is no clock to set here"


def test_ntp_clock_without_an_answer(node):
    told(
        node("ntp_clock.py", "EG800Q", "\nTRIES = 2\n", "--delay", "AT+QNTP=60000"),
        "no time yet: [Errno 110] ETIMEDOUT: ",
        "no time from pool.ntp.org: [Errno 110] ETIMEDOUT: ",
    )


# ---- at_console.py ----------------------------------------------------------------------------

on = pytest.mark.parametrize("bits", [64, None], ids=["micropython", "cpython"])


@on
@families
def test_at_console(node, family, bits):
    run = node("at_console.py", family, "", bits=bits)
    run.until("an empty line ends it")
    for typed, *answer in (
        ("at", "OK"),
        ("ATI", "Quectel", family, "Revision", "OK"),
        ("AT+CMEE=0", "OK"),
        ("AT+CSQ", r"\+CSQ: \d+,\d+", "OK"),
        ("+CSQ?;", "ERROR"),
        ("AT+QISEND=0,5", "not sent: "),
        ('AT+QIOPEN=1,0,"TCP","10.1.2.3', "not sent: "),
        ("AT+QIDEACT=99", "ERROR"),
        ("AT+CIMI", r"^\d{15}$", "OK"),
    ):
        run.type(typed + "\n")
        for pattern in answer:
            run.until(pattern)
    run.type("\n")
    assert run.end() == 0, run.heard
    assert run.heard[-1] == "the end"


@on
def test_at_console_shows_what_comes_by_itself(node, bits):
    run = node("at_console.py", "EG800Q", "", bits=bits)
    run.until("an empty line ends it")
    run.type("AT+CREG=1;+CEREG=1\r\nAT+CFUN=0\r\n")
    run.until("^\\* \\+CEREG: 0")
    run.until("^OK")
    run.type("AT+CFUN=1,1\r\n")
    run.until("^\\* RDY")
    run.type("AT+CGSN\r\n")
    run.until(r"^\d{15}$")
    assert run.end() == 0, run.heard  # the end of its input is an end, too
    assert run.heard[-1] == "the end"


def test_at_console_of_a_silent_module(node):
    run = node("at_console.py", "BC66", "", "--off", "--pins", "pins")
    told(run, "the module does not answer: ")


if __name__ == "__main__":
    sys.exit(pytest.main([__file__]))

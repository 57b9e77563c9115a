"""The examples that talk to servers, as a user runs them: unmodified, on a real MicroPython, with
a simulated module on a terminal and real servers at the other end."""

import json
import signal
import sys

import pytest

from host_tests.libraries import pypi
from host_tests.node import at
from host_tests.servers import coap, free_port, http, misbehave, mqtt, ntp, skip_without, tls, udp

pytestmark = pytest.mark.waits

FAMILIES = ("BC66", "BC26", "EG800Q")
families = pytest.mark.parametrize("family", FAMILIES)
NOBODY = "telemetry.example=127.0.0.1:%d"  # connection refused
ATTACHING = "http_post mqtt_publish tls_post udp_post coap_post ntp_clock".split()
HASTY = "\nWAIT_S = 1\n"
QUICK = "\nACK_S = 0.2\n"


def told(run, *lines):
    """The program has ended with a message, all of `lines`, and the status of a failure."""
    assert run.end() == 1, run.heard
    for line in lines:
        assert any(line in heard for heard in run.heard), (line, run.heard)
    assert not any("Traceback" in heard for heard in run.heard), run.heard


def test_a_wrong_apn_is_named(node):
    runs = [  # at once: each takes its time
        node(name + ".py", "BC66", "\nATTACH_S = 2\nAPN = 'wrong'\n", "--apn", "iot.example")
        for name in ATTACHING
    ]
    for run in runs:
        told(run, "no network with the APN wrong: [Errno 110] ETIMEDOUT: not attached: regist")


def test_a_module_that_does_not_answer(node, tmp_path):
    post, console = [
        node(name, "BC66", "", "--off", "--pins", str(tmp_path / (name + ".pins")))
        for name in ("udp_post.py", "at_console.py")
    ]
    clock = node("ntp_clock.py", "EG800Q", "\nTRIES = 2\n", "--delay", "AT+QNTP=60000")
    told(post, "no network with the APN iot.example: ")
    told(console, "the module does not answer: ")
    told(
        clock,
        "no time yet: [Errno 110] ETIMEDOUT: ",
        "no time from pool.ntp.org: [Errno 110] ETIMEDOUT: ",
    )


# ---- http_post.py -----------------------------------------------------------------------------

both = pytest.mark.parametrize("bits", [64, 32])


@both
@families
def test_http_post(node, family, bits):
    with http.HttpServer() as server:
        run = node("http_post.py", family, "", *at(server), bits=bits)
        assert run.end() == 0, run.heard
    bodies = [json.loads(body) for _, _, _, body in server.requests]
    assert bodies == [{"n": 1, "t": 21.6}, {"n": 2, "t": 21.7}, {"n": 3, "t": 21.8}]
    assert {r[:2] for r in server.requests} == {("POST", "/readings")}
    assert server.requests[0][2]["host"] == "telemetry.example"
    assert run.heard[-1].startswith('reading 3: 200 {"method": "POST", "path": "/readings"')


@families
def test_http_post_to_nobody(node, family):
    told(
        node("http_post.py", family, HASTY, "--dns", NOBODY % free_port()),
        "not delivered: QuectelError(111, ",
    )


@families
@pytest.mark.parametrize("how, message", [("stall", "OSError(110, "), ("reset", "ValueError(")])
def test_http_post_to_a_server_that_fails(node, family, how, message):
    """A module says "closed" for a reset, too: requests misses the status line."""
    with http.HttpServer(how) as server:
        run = node("http_post.py", family, HASTY, *at(server))
        told(run, "not delivered: " + message)
    assert len(server.requests) == 1


# ---- mqtt_publish.py --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def umqtt():
    """Settings with which umqtt.simple is there."""
    folder = skip_without(pypi.umqtt)
    return "\nimport sys\nsys.path.append(%r)\n" % folder


@pytest.fixture(scope="module")
def broker():
    skip_without(mqtt.find)
    with mqtt.Mosquitto() as server:
        yield server


@families
@pytest.mark.parametrize("qos", [0, 1])
def test_mqtt_publish(node, family, umqtt, broker, qos):
    settings = umqtt + "QOS = %d\n" % qos
    with broker.messages("nodes/#") as got:
        run = node("mqtt_publish.py", family, settings, *at(broker))
        assert run.end() == 0, run.heard
        messages = got.take(3)
    topic = "nodes/1/temperature"
    assert messages == [(topic, text, qos, False) for text in (b"21.6", b"21.7", b"21.8")]
    assert run.heard[-1] == "reading 3 " + ("acknowledged" if qos else "sent")


@families
def test_mqtt_publish_to_nobody_and_to_a_silent_broker(node, family, umqtt):
    with misbehave.Misbehaving("stall") as server:
        settings = umqtt + HASTY + "SESSION_S = 1\n"
        for where, message in (
            (at(server), "OSError(110, 'telemetry.example is silent')"),
            (("--dns", NOBODY % free_port()), "QuectelError(111, "),
        ):
            told(node("mqtt_publish.py", family, settings, *where), "not delivered: " + message)
    assert server.received[0][:2] == b"\x10\x20"  # CONNECT


def test_mqtt_publish_without_umqtt(node):
    told(node("mqtt_publish.py", "BC66"), "umqtt.simple is missing: mpremote mip install")


# ---- tls_post.py ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return tls.Certificates(tmp_path_factory.mktemp("certificates"))


@both
@families
def test_tls_post(node, made, family, bits):
    with http.HttpServer(tls=made.context()) as server:
        settings = "\nCA = %r\n" % str(made.ca_der)
        run = node("tls_post.py", family, settings, *at(server), bits=bits)
        assert run.end() == 0, run.heard
    assert [(r[:2], r[3]) for r in server.requests] == [(("POST", "/readings"), b"21.5")]
    assert run.heard[-2] == "telemetry.example is who it says"
    assert run.heard[-1] == 'answer 200 {"method": "POST", "path": "/readings", "length": 4}'


@both
def test_tls_post_to_a_server_that_nobody_vouches_for(node, made, bits):
    with http.HttpServer(tls=made.context()) as server:
        settings = HASTY + "CA = %r\n" % str(made.other_ca)
        told(
            node("tls_post.py", "BC66", settings, *at(server), bits=bits),
            "not delivered: ",
            "The certificate is not correctly signed by the trusted CA",
        )
    assert not server.requests


@families
def test_tls_post_to_a_server_that_does_not_shake_hands(node, made, family):
    settings = HASTY + "CA = %r\n" % str(made.ca_der)
    with misbehave.Misbehaving("stall") as server:
        told(node("tls_post.py", family, settings, *at(server)), "not delivered: OSError(110, ")
    assert server.received[0][:1] == b"\x16"  # a handshake


def test_tls_post_without_a_certificate(node):
    with misbehave.Misbehaving("stall") as server:
        told(node("tls_post.py", "BC66", "", *at(server)), "not delivered: OSError(2,")


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


@on
def test_at_console_shows_what_is_typed_and_ends_with_ctrl_c(node, bits):
    run = node("at_console.py", "BC66", "\nECHO = True\n", bits=bits)
    run.until("an empty line ends it")
    run.type(b"AT+CSX\x7f\bSQ\xff\x7f\r")
    assert run.until("AT").string == "AT+CSX\b \b\b \bSQ\xff\b \b"
    run.until(r"^\+CSQ: ")
    run.type("AT+")
    run.process.send_signal(signal.SIGINT)
    assert run.end() == 0, run.heard
    assert run.heard[-1].endswith("the end")


if __name__ == "__main__":
    sys.exit(pytest.main([__file__]))

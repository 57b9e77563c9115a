"""The exact calls that libraries make of a socket, on a real MicroPython to real servers: over its
own sockets, which shows that the calls are fair, and over simulated modules.

The programs are in contracts/; what each is said to print holds on every road.
"""

import sys
import time

import pytest

from host_tests.contracts.road import FAMILIES, ROADS, Road
from host_tests.servers.coap import CoapServer
from host_tests.servers.echo import EchoServer
from host_tests.servers.http import HttpServer
from host_tests.servers.mqtt import Mosquitto
from host_tests.servers.ntp import NtpServer
from host_tests.servers.relay import Closed, Relay
from host_tests.servers.tls import Certificates
from host_tests.servers.udp import UdpServer

pytestmark = pytest.mark.waits

TIME = 1_750_000_000


@pytest.fixture(params=ROADS)
def road(request, tmp_path):
    made = Road(tmp_path, request.param)
    yield made
    made.stop()


def test_requests(road):
    with HttpServer() as server:
        heard = road.run("contracts", "requests_http", *road.to(server))
    assert heard == ["get 200 44", "post 200 53"]
    get, post = server.requests
    assert get[:2] == ("GET", "/x") and len(get[2]) == 2
    assert post[:2] == ("POST", "/readings") and b'"t": 21.5' in post[3]
    assert int(post[2]["content-length"]) == len(post[3])


def test_requests_https(road, tmp_path):
    with HttpServer(tls=Certificates(tmp_path).context()) as server:
        heard = road.run("contracts", "requests_https", *road.to(server))
    assert heard == ["get 200 44"] * 7
    assert [r[:2] for r in server.requests] == [("GET", "/x")] * 7


def test_mip(road):
    with HttpServer() as server:
        heard = road.run("contracts", "mip", *road.to(server), "bytes/3000", 3000)
    assert heard == ["file 200 True"]


def test_asyncio_streams(road):
    with HttpServer() as server:
        heard = road.run("contracts", "asyncio_streams", *road.to(server))
    assert heard == ["get 200 44"] * 7


def test_asyncio_streams_both_ways(road):
    with EchoServer() as server:
        heard = road.run("contracts", "asyncio_streams", *road.to(server), function="echo")
    assert heard == ["echoed"]


@pytest.mark.parametrize("program", ("requests_http", "asyncio_streams"))
def test_bad_servers(road, program):
    """Every call comes to an end, and the next one works."""
    with HttpServer() as good, HttpServer("stall") as stall, HttpServer("reset") as reset:
        with HttpServer("early") as early, HttpServer("drip", pause=0.005) as drip:
            places = road.to_each(good, stall, reset, early, drip, Closed())
            # What comes faster than it is read a BC66 drops, and here that would depend on how
            # busy this machine is.
            how = {"function": "outcomes", "module": ("--hold-tcp",)}
            heard = road.run("contracts", "start", program, *places, **how)
    assert heard[1::2] == ["body 44"] * 5
    wanted = ["OSError 110", "ValueError no status line: []", "", "body 44", "OSError 111"]
    wanted[2] = "ValueError 0 bytes of 44"
    if road.own:
        wanted[1] = "OSError 104"
    assert heard[::2] == wanted


def test_umqtt_simple_and_bad_brokers(road):
    with Mosquitto() as broker, Relay(broker.port) as stall, Relay(broker.port) as early:
        with Relay(broker.port) as reset, Relay(broker.port) as drip:
            stall.plan(("stall", 0))
            early.plan(("early", 2))
            reset.plan(("reset", 0))
            drip.plan(("drip", 0))
            places = road.to_each(broker, stall, early, reset, drip, Closed())
            heard = road.run("contracts", "umqtt_simple", *places, function="connect")
    assert heard[1::2] == ["connected 0"] * 5
    gone = "OSError 104" if road.own else "OSError no CONNACK"  # it tells no reset from a close
    wanted = ["OSError 110", "OSError no CONNACK", gone, "connected 0", "OSError 111"]
    assert heard[::2] == wanted


def test_umqtt_simple(road):
    with Mosquitto() as broker, broker.messages("out") as out:
        heard = road.run("contracts", "umqtt_simple", *road.to(broker))
        got = [m[1] for m in out.take(4)]
    assert heard[0] == "nothing yet: None"
    assert sorted(heard[1:]) == ["got (b'in', 300)", "got (b'in', 5)", "got ping"]
    assert got == [b"text", b"\0\r\nOK\r\n\x1a\xff", b"acknowledged", b"y" * 600]


def test_umqtt_robust(road):
    """The second to fourth connection end after the CONNACK, in one way each."""
    with Mosquitto() as broker, Relay(broker.port) as relay, broker.messages("out") as out:
        relay.plan(("reset", 4), ("early", 4), ("reset", 12))
        heard = road.run("contracts", "umqtt_robust", *road.to(relay), 5)
        got = [m[1] for m in out.take(5)]
    assert heard[-1] == "published" and len(heard) == 4
    # What the broker took and could not acknowledge comes again: QoS 1 allows it.
    assert sorted(set(got)) == [b"%d" % i for i in range(len(set(got)))]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_reboot_ends_a_read_without_timeout(tmp_path, family):
    road = Road(tmp_path, family)
    pins = tmp_path / "pins"
    with Mosquitto() as broker, broker.messages("out") as out:
        node = road.start(
            "contracts",
            "umqtt_robust",
            *road.to(broker),
            function="reboot",
            module=("--pins", str(pins)),
        )
        try:
            node.until("waiting")
            for level in (0, 1):
                pins.write_text("RESET %d\n" % level)
                time.sleep(0.6)  # as long as the module wants to see it
            assert node.end() == 0, node.heard
        finally:
            road.stop()
        assert [m[1] for m in out.take(1)] == [b"here again"]
    assert "lost: 104" in node.heard, node.heard


def test_ntptime(road):
    with NtpServer(TIME) as server:
        heard = road.run("contracts", "ntptime", *road.to(server))
    assert heard == ["time %d" % TIME] * 7 and server.requests == 7


def test_ntptime_nobody_answers(road):
    with UdpServer(lambda data: None) as silent, NtpServer(TIME) as server:
        places = road.to(silent) + road.to(server, "good.example")
        heard = road.run("contracts", "ntptime", *places, function="silent")
    number = 11 if road.own else 110  # the unix port's own sockets say EAGAIN
    assert heard == ["error %d" % number, "time %d" % TIME]
    assert silent.received


def test_microcoapy(road):
    with CoapServer() as server:
        heard = road.run("contracts", "microcoapy", *road.to(server))
    assert heard == ["nothing yet: None"] + ["post 2.04"] * 3
    wanted = [("POST", "/readings", b"21.%d" % n, True) for n in range(3)]
    assert server.requests == wanted


@pytest.mark.parametrize("family", ("BC66", "BC26", "EG800Q"))
def test_microcoapy_bound_to_a_port(tmp_path, family):
    """As Coap.start() does. bind() of the unix port's own sockets takes no (host, port)."""
    road = Road(tmp_path, family)
    try:
        with CoapServer() as server:
            heard = road.run("contracts", "microcoapy", *road.to(server), function="bound")
    finally:
        road.stop()
    assert heard == ["nothing yet: None", "post 2.04"]


if __name__ == "__main__":
    sys.exit(pytest.main([__file__]))

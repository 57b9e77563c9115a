"""Libraries that are not frozen in, unmodified, through simulated modules to real servers.

They are installed with mip, once for all tests, where the index answers: mip's own, or the one
that QUECTEL_MIP_INDEX names. Elsewhere these tests are skipped with what mip said. An older umqtt
is on PyPI too, so its tests run wherever tests can be installed at all.
"""

import os
import subprocess
import sys

import pytest

from host_tests import interpreters
from host_tests.contracts.road import FAMILIES, ROADS, Road
from host_tests.libraries import pypi
from host_tests.servers import skip_without
from host_tests.servers.coap import CoapServer
from host_tests.servers.http import HttpServer
from host_tests.servers.mqtt import Mosquitto
from host_tests.servers.ntp import NtpServer
from host_tests.servers.relay import Closed, Relay
from host_tests.servers.udp import UdpServer

pytestmark = pytest.mark.waits

SECONDS = 60  # no index takes as long; one that cannot be reached may take for ever
NAMES = ("umqtt.simple", "umqtt.robust", "ntptime", "aiohttp", "github:insighio/microCoAPy")
TIME = 1_750_000_000


@pytest.fixture(scope="session")
def index(tmp_path_factory):
    """The folder where mip has put them all."""
    folder = tmp_path_factory.mktemp("mip")
    words = (str(folder), os.environ.get("QUECTEL_MIP_INDEX", "")) + NAMES
    try:
        done = subprocess.run(
            skip_without(interpreters.find, 64)
            + ["-c", "from host_tests.libraries.install import main; main%r" % (words,)],
            env=interpreters.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        pytest.skip("MicroPython's package index does not answer")
    said = done.stdout.decode("utf-8", "replace").strip()
    if "the index answers" not in said:
        pytest.skip("MicroPython's package index does not answer: " + said.splitlines()[-1])
    assert done.returncode == 0 and "not found" not in said, said
    return folder


@pytest.fixture(params=ROADS)
def road(request, tmp_path):
    made = Road(tmp_path, request.param)
    yield made
    made.stop()


@pytest.fixture(params=FAMILIES)
def installed(request, tmp_path, index):
    """A road over a module. ntptime's port is 123, which only a module can be told to find
    elsewhere, and microCoAPy asks of a socket what the interpreter's own has not."""
    made = Road(tmp_path, request.param)
    made.add(index)
    yield made
    made.stop()


@pytest.fixture(params=("PyPI", "mip"))
def umqtt(road, request):
    """A road on which umqtt can be imported."""
    if request.param == "mip":
        road.add(request.getfixturevalue("index"))
    else:
        road.add(skip_without(pypi.umqtt))
    return road


def test_umqtt_simple(umqtt):
    with Mosquitto() as broker, broker.messages("out") as out:
        heard = umqtt.run("libraries", "umqtt_calls", *umqtt.to(broker))
        got = [message[1] for message in out.take(3)]
    assert heard == ["nothing yet: None", "got [(b'in', 5), (b'in', 300)]"]
    assert got == [b"21.5", b"acknowledged", b"\0\r\nOK\r\n\x1a" + b"y" * 600]


def test_umqtt_simple_and_bad_brokers(umqtt):
    """Each attempt ends, and the next one works."""
    with Mosquitto() as broker, Relay(broker.port) as early, Relay(broker.port) as reset:
        early.plan(("early", 2))
        reset.plan(("reset", 0))
        places = umqtt.to_each(broker, early, reset, Closed())
        heard = umqtt.run("libraries", "umqtt_calls", *places, function="connect")
    assert heard[1::2] == ["connected 0"] * 3
    gone = "OSError 104" if umqtt.own else "no CONNACK"  # a module tells no reset from a close
    assert heard[::2] == ["no CONNACK", gone, "OSError 111"]


def test_umqtt_robust(umqtt):
    """Three connections end after the CONNACK."""
    with Mosquitto() as broker, Relay(broker.port) as relay, broker.messages("last") as last:
        relay.plan(*[("early", 4)] * 3)
        heard = umqtt.run("libraries", "umqtt_calls", *umqtt.to(relay), function="keep")
        assert last.take(1)[0][1] == b"here"
    assert heard == ["published"] and relay.connections == 4


def test_ntptime(installed):
    with NtpServer(TIME) as server:
        host, _ = installed.to(server)
        heard = installed.run("libraries", "ntptime_calls", host)
    assert heard == ["time %d" % TIME] * 7


def test_ntptime_nobody_answers(installed):
    with UdpServer(lambda data: None) as silent, NtpServer(TIME) as server:
        places = installed.to(silent)[0], installed.to(server, "good.example")[0]
        heard = installed.run("libraries", "ntptime_calls", *places, function="silent")
    assert heard == ["error 110"] + ["time %d" % TIME] * 7


def test_aiohttp(installed):
    with HttpServer() as server:
        heard = installed.run("libraries", "aiohttp_calls", *installed.to(server))
    assert heard == ["get 200 /x", "post 200 11"]


def test_microcoapy(installed):
    with CoapServer() as server:
        heard = installed.run("libraries", "microcoapy_calls", *installed.to(server))
    assert heard == ["codes ['2.04', '2.04', '2.04']"]
    assert [request[:3] for request in server.requests] == [
        ("POST", "/readings", b"21.%d" % n) for n in range(3)
    ]


if __name__ == "__main__":
    sys.exit(pytest.main([__file__]))

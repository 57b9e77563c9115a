"""https and MQTT over TLS with Adafruit's libraries: the board's ssl over the modem's sockets.

CircuitPython's ssl is not at hand on a computer. Its stand-in takes from a socket what the real
one takes, and does TLS with CPython's own.
"""

import errno
import json

import pytest

from host_tests import circuitpython
from host_tests.servers import mqtt, skip_without
from host_tests.servers.http import HttpServer
from host_tests.servers.misbehave import Misbehaving
from host_tests.servers.tls import Certificates

pytestmark = pytest.mark.waits

FAMILIES = ("BC66", "BC26", "EG800Q")
HOST = "telemetry.example"  # the certificate's name; the port says which server


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def world():
    with circuitpython.libraries():
        yield


@pytest.fixture
def board(world, request):
    """`board(family, server)`: a board that knows the server as HOST."""
    made = []

    def make(family, server):
        made.append(circuitpython.Board(family, {HOST: server.port}))
        return made[-1]

    yield make
    for one in made:
        one.close()


def session(board, context):
    import adafruit_requests

    import quectel

    return adafruit_requests.Session(quectel.StreamPool(board.m), context)


@pytest.mark.parametrize("family", FAMILIES)
def test_https(board, certificates, family):
    with HttpServer(tls=certificates.context()) as server:
        here = session(board(family, server), circuitpython.SSLContext(certificates.ca_pem))
        for path in ("/readings", "/again"):
            with here.post("https://%s%s" % (HOST, path), json={"t": 21.5}) as answer:
                assert answer.json() == {"method": "POST", "path": path, "length": 11}
        with here.get("https://%s/bytes/3000" % HOST) as answer:
            assert answer.content == bytes(i & 255 for i in range(3000))
    assert [json.loads(body) for _, _, _, body in server.requests[:2]] == [{"t": 21.5}] * 2


def test_https_gathers_records_too(board, certificates):
    with HttpServer(tls=certificates.context()) as server:
        b = board("EG800Q", server)
        here = session(b, circuitpython.SSLContext(certificates.ca_pem))
        sent, answer = b.count("QISEND", here.get, "https://%s/readings" % HOST)
        assert answer.status_code == 200
    # ClientHello, Finished, 13 records of the request: 512 bytes each
    assert sent <= 4


def test_a_certificate_of_somebody_else_is_refused(board, certificates):
    with HttpServer(tls=certificates.context()) as server:
        b = board("BC66", server)
        wrong = circuitpython.SSLContext(certificates.other_ca_pem)
        with pytest.raises(OSError, match="certificate"):
            session(b, wrong).get("https://%s/" % HOST)
        assert server.requests == [] and b.m.sockets() == []
        right = circuitpython.SSLContext(certificates.ca_pem)
        assert session(b, right).get("https://%s/" % HOST).status_code == 200


def test_a_server_that_stalls_in_the_handshake(board, certificates):
    with Misbehaving("stall") as server:
        b = board("BC26", server)
        here = session(b, circuitpython.SSLContext(certificates.ca_pem))
        with pytest.raises(OSError) as failed:
            here.get("https://%s/" % HOST, timeout=1)
        assert failed.value.errno == errno.ETIMEDOUT and b.m.sockets() == []


@pytest.mark.parametrize("family", FAMILIES)
def test_mqtt_over_tls(board, certificates, family):
    skip_without(mqtt.find)
    with mqtt.Mosquitto(certificates) as broker:
        from adafruit_minimqtt.adafruit_minimqtt import MQTT

        import quectel

        client = MQTT(
            broker=HOST,
            is_ssl=True,
            socket_pool=quectel.StreamPool(board(family, broker).m),
            ssl_context=circuitpython.SSLContext(certificates.ca_pem),
            connect_retries=1,
        )
        got = []
        client.on_message = lambda client, topic, message: got.append((topic, message))
        with broker.messages("node/#") as there:
            client.connect()
            client.subscribe("set")
            client.publish("node/17", "21.5", qos=1)
            broker.publish("set", "on")
            for _ in range(30):
                if not got:
                    client.loop(1)
            client.disconnect()
            assert there.take(1)[0][1] == b"21.5"
    assert got == [("set", "on")]

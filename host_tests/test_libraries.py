"""Libraries that MicroPython has frozen in, unmodified, on a real MicroPython through simulated
modules to real servers; and, as the measure of what is right, on the interpreter's own sockets."""

import json
import sys

import pytest

from host_tests.contracts.road import FAMILIES, ROADS, Road
from host_tests.install.web import Site
from host_tests.servers.echo import EchoServer
from host_tests.servers.http import HttpServer
from host_tests.servers.relay import Closed, Relay
from host_tests.servers.tls import Certificates

pytestmark = pytest.mark.waits


@pytest.fixture(params=ROADS)
def road(request, tmp_path):
    made = Road(tmp_path, request.param)
    yield made
    made.stop()


@pytest.fixture
def certificates(tmp_path):
    return Certificates(tmp_path)


ANSWERS = ["get 200 /x", "bytes True", "post 200 11", "chunked 200 610", "put 200 PUT"]


def check_requests(server):
    methods = [request[:2] for request in server.requests]
    assert methods == [
        ("GET", "/x"),
        ("GET", "/bytes/3000"),
        ("POST", "/json"),
        ("POST", "/chunked"),
        ("PUT", "/put"),
    ]
    get, _, post, chunked, put = server.requests
    assert get[2]["x-node"] == "7"
    assert json.loads(post[3]) == {"t": 21.5}
    assert post[2]["content-type"] == "application/json"
    assert chunked[3] == b"21.521.6\r\n" + b"x" * 600
    assert put[2]["authorization"].startswith("Basic ") and put[3] == b"text"


def test_requests(road):
    with HttpServer() as server:
        assert road.run("libraries", "requests_calls", *road.to(server)) == ANSWERS
    check_requests(server)


def test_requests_on_32_bits(tmp_path):
    road = Road(tmp_path, "BC66")
    try:
        with HttpServer() as server:
            assert road.run("libraries", "requests_calls", *road.to(server), bits=32) == ANSWERS
    finally:
        road.stop()
    check_requests(server)


def test_requests_https(road, certificates):
    with HttpServer(tls=certificates.context()) as server:
        heard = road.run("libraries", "requests_calls", *road.to(server), function="https")
    assert heard == ["post 200 11"] * 7
    assert [json.loads(request[3]) for request in server.requests] == [{"t": 21.5}] * 7


# What requests makes of it: OSError from the socket, ValueError for an answer that is none. A
# module says "closed" of a connection that was reset, too: there the stream just ends.
MISBEHAVIOUR = (
    ("stall", "OSError 110"),
    ("reset", "ValueError HTTP error"),
    ("early", "body 0"),  # the headers are all there; requests looks for no end
    ("drip", "body 44"),
    ("refused", "OSError 111"),
)
OWN_MISBEHAVIOUR = {
    ("http", "reset"): "OSError 104",
    ("https", "reset"): "OSError 104",
}


@pytest.mark.parametrize("scheme", ("http", "https"))
def test_requests_and_bad_servers(road, certificates, scheme):
    """Each comes to an end, and each time the next request works."""
    tls = certificates.context() if scheme == "https" else None
    with HttpServer(tls=tls) as good, HttpServer("stall", tls) as stall:
        with HttpServer("reset", tls) as reset, HttpServer("early", tls) as early:
            with HttpServer("drip", tls, pause=0.005) as drip:
                places = road.to_each(good, stall, reset, early, drip, Closed())
                # A BC66 drops what comes faster than it is read, and says so; here that would
                # depend on how busy this machine is.
                heard = road.run(
                    "libraries",
                    "requests_calls",
                    scheme,
                    *places,
                    function="each",
                    module=("--hold-tcp",),
                )
    assert heard[1::2] == ["body 44"] * 5, heard
    wanted = [
        (road.own and OWN_MISBEHAVIOUR.get((scheme, name))) or outcome
        for name, outcome in MISBEHAVIOUR
    ]
    assert heard[::2] == wanted


@pytest.mark.parametrize("family", FAMILIES)
def test_requests_and_a_byte_a_second(tmp_path, family):
    """A timeout is for a whole line: MicroPython's own sockets would wait for each byte of it."""
    road = Road(tmp_path, family)
    try:
        with HttpServer("drip", pause=1) as drip, HttpServer() as good:
            places = road.to(drip, "bad.example"), road.to(good)
            heard = road.run("libraries", "requests_calls", "http", *places, function="each")
    finally:
        road.stop()
    assert heard == ["OSError 110", "body 44"]


def test_mip_over_the_modem(road, tmp_path):
    """The package's file is named in full: the mip of MicroPython 1.25 knows no other way."""
    folder = tmp_path / "site"
    folder.mkdir()
    with Site(folder) as server:
        host, port = road.to(server)
        (folder / "fetched.py").write_text("VALUE = %r\n" % ("x" * 2000))
        url = "http://%s:%d/fetched.py" % (host, port)
        (folder / "package.json").write_text(json.dumps({"urls": [["fetched.py", url]]}))
        heard = road.run("libraries", "mip_calls", host, port, str(tmp_path / "installed"))
    assert heard[-1] == "fetched " + "x" * 2000


# -- tls ----------------------------------------------------------------------------------------

EOF = 0x7280  # MBEDTLS_ERR_SSL_CONN_EOF: the other side has gone
HELLO = [r"b'hello\n'"]
LINES = ["line 1", "line 100", "line 3000", "line 20000"]


def test_tls_with_a_verified_certificate(road, certificates):
    with EchoServer(certificates.context()) as server:
        heard = road.run("libraries", "tls_calls", *road.to(server), str(certificates.ca_der))
    assert heard == LINES
    assert [len(line) for line in server.received] == [2, 101, 3001, 20001]


def test_tls_wrong_ca_and_wrong_name(road, certificates):
    files = str(certificates.other_ca_der), str(certificates.ca_der)
    with EchoServer(certificates.context()) as server:
        heard = road.run("libraries", "tls_calls", *road.to(server), *files, function="refused")
    assert (
        heard
        == [
            "ValueError The certificate is not correctly signed by the trusted CA",
            "ValueError The certificate Common Name (CN) does not match with the expected CN",
        ]
        + HELLO
    )


@pytest.mark.parametrize(
    "behaviour, n", (("stall", 0), ("stall", 700), ("reset", 0), ("early", 700))
)
def test_tls_server_fails_in_the_handshake(road, certificates, behaviour, n):
    if road.own and behaviour == "stall":
        pytest.skip("over the unix port's own sockets such a handshake never ends")
    with EchoServer(certificates.context()) as server, Relay(server.port) as relay:
        relay.plan((behaviour, n))
        host, port = road.to(relay)
        heard = road.run(
            "libraries",
            "tls_calls",
            host,
            port,
            port,
            str(certificates.ca_der),
            function="misbehaving",
        )
    assert heard[1:] == HELLO
    number = 110 if behaviour == "stall" else 104 if road.own and behaviour == "reset" else EOF
    assert heard[0] == "OSError %d" % number


def test_tls_sockets_that_nobody_closes(road, certificates):
    if road.own:
        pytest.skip("over the unix port's own sockets a handshake that stalls never ends")
    with EchoServer(certificates.context()) as server, Relay(server.port) as relay:
        relay.plan(*[("stall", 0)] * 6)
        host, port = road.to(server)
        words = host, port, road.to(relay, "stall.example")[0], str(certificates.ca_der)
        heard = road.run("libraries", "tls_calls", *words, function="dropped")
    assert heard == ["free True"] * 3 + ["open 5"]


def test_tls_connections_refused_for_their_certificate(road, certificates):
    """More of them than there are connectIDs."""
    files = str(certificates.other_ca_der), str(certificates.ca_der)
    with EchoServer(certificates.context()) as server:
        heard = road.run("libraries", "tls_calls", *road.to(server), *files, function="untrusted")
    assert heard == HELLO


if __name__ == "__main__":
    sys.exit(pytest.main([__file__]))

"""The servers that programs are run against, by clients of this computer's own."""

import asyncio
import socket
import ssl
import struct
import threading
import time
from http.client import HTTPConnection, HTTPException

import aiocoap
import pytest

from host_tests.debian import Unavailable
from host_tests.servers import (
    HOST,
    PATIENCE,
    coap,
    echo,
    free_port,
    http,
    misbehave,
    ntp,
    skip_without,
    tls,
    udp,
)
from host_tests.servers import mqtt as broker

pytestmark = pytest.mark.waits


def ask(server, method="GET", path="/", body=None, headers={}):  # noqa: B006
    connection = HTTPConnection(HOST, server.port, timeout=PATIENCE)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_http_notes_what_it_is_asked():
    with http.HttpServer() as server:
        assert ask(server, "POST", "/a?b=c", b"\0\r\n", {"X-Node": "7"})[0] == 200
        assert ask(server, "POST", "/chunks", iter([b"one", b"two"]))[0] == 200
        assert ask(server, path="/bytes/300") == (200, bytes(range(256)) + bytes(range(44)))
        assert ask(server)[1] == b'{"method": "GET", "path": "/", "length": 0}'
    method, path, headers, body = server.requests[0]
    assert (method, path, body, headers["x-node"]) == ("POST", "/a?b=c", b"\0\r\n", "7")
    assert server.requests[1][3] == b"onetwo"


def test_http_misbehaves_until_told_otherwise():
    with http.HttpServer("reset", pause=0.001) as server:
        with pytest.raises(ConnectionResetError):
            ask(server)
        server.next_behaviour("early")
        with pytest.raises((HTTPException, ConnectionError)):
            ask(server)
        server.next_behaviour("drip")
        assert ask(server)[0] == 200
        server.next_behaviour("stall")
        with socket.create_connection((HOST, server.port)) as s:
            s.settimeout(0.1)
            s.sendall(b"GET / HTTP/1.0\r\n\r\n")
            with pytest.raises(socket.timeout):
                s.recv(1)
        server.next_behaviour("normal")
        assert ask(server)[0] == 200
    assert len(server.requests) == 5


def test_https_with_a_certificate_of_its_own_ca(tmp_path):
    made = tls.Certificates(tmp_path)
    with http.HttpServer(tls=made.context()) as server:
        for ca, good in ((made.ca_pem, True), (made.other_ca_pem, False)):
            trusting = ssl.create_default_context(cafile=str(ca))
            raw = socket.create_connection((HOST, server.port), PATIENCE)
            with raw:
                if good:
                    with trusting.wrap_socket(raw, server_hostname="telemetry.example") as s:
                        s.sendall(b"GET /x HTTP/1.0\r\n\r\n")
                        assert s.recv(15) == b"HTTP/1.1 200 OK"
                else:
                    with pytest.raises(ssl.SSLCertVerificationError):
                        trusting.wrap_socket(raw, server_hostname="telemetry.example")
        assert [r[1] for r in server.requests] == ["/x"]
    assert made.ca_der.read_bytes() != made.other_ca.read_bytes()


def test_echo_and_misbehaving_servers():
    with echo.EchoServer() as server:
        with socket.create_connection((HOST, server.port)) as s:
            s.sendall(b"one\r\ntwo\n")
            assert s.makefile("rb").read(9) == b"one\r\ntwo\n"
    assert server.received == [b"one\r\n", b"two\n"]
    with misbehave.Misbehaving("early", b"0123456789", pause=0.001) as server:
        got = []
        for behaviour in ("early", "drip", "reset"):
            server.next_behaviour(behaviour)
            with socket.create_connection((HOST, server.port)) as s:
                s.sendall(b"?")
                try:
                    got.append(s.makefile("rb").read())
                except ConnectionResetError:
                    got.append("reset")
    assert got == [b"01234", b"0123456789", "reset"] and server.received == [b"?"] * 3
    with pytest.raises(ValueError):
        misbehave.Misbehaving("politely")
    with pytest.raises(OSError):
        socket.create_connection((HOST, free_port()))


def datagrams(port, *texts, answers=None):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(PATIENCE)
        for text in texts:
            s.sendto(text, (HOST, port))
        return [s.recv(2048) for _ in range(len(texts) if answers is None else answers)]


def test_udp_and_a_road_that_loses_datagrams():
    with udp.UdpServer() as server:
        assert datagrams(server.port, b"1") == [b"ack 1"]
        with udp.Lossy(server.port, there=[0], back=[1]) as road:
            assert datagrams(road.port, b"a", b"b", b"c", b"d", answers=2) == [b"ack b", b"ack d"]
    assert server.received == [b"1", b"b", b"c", b"d"] and road.seen == 4


def test_ntp_gives_its_time():
    with ntp.NtpServer(1_700_000_000) as server:
        question = bytearray(48)
        question[0] = 0x1B
        answer = datagrams(server.port, bytes(question))[0]
    assert struct.unpack("!I", answer[40:44])[0] - ntp.EPOCH == 1_700_000_000
    assert answer[0] & 7 == 4 and server.requests == 1


@pytest.mark.parametrize("delay", [0, 0.5])
def test_coap_answers_and_notes(delay):
    async def talk(port):
        client = await aiocoap.Context.create_client_context(transports=["simple6"])
        uri = "coap://127.0.0.1:%d" % port
        codes = []
        for path in ("/readings", "/nowhere"):
            message = aiocoap.Message(code=aiocoap.POST, uri=uri + path, payload=b"21.5")
            codes.append(str((await client.request(message).response).code))
        await client.shutdown()
        return codes

    with coap.CoapServer(delay) as server:
        codes = asyncio.run(talk(server.port))
    assert codes == ["2.04 Changed", "4.04 Not Found"]
    assert server.requests[0] == ("POST", "/readings", b"21.5", True)


@pytest.fixture(scope="module")
def found():
    return skip_without(broker.find)


@pytest.mark.parametrize("secure", [False, True])
def test_mosquitto(found, tmp_path, secure):
    with broker.Mosquitto(tls.Certificates(tmp_path) if secure else None) as server:
        server.publish("kept", b"\0", qos=1, retain=True)
        with server.messages("#") as got:
            server.publish("readings", b"21.5", qos=0)
            assert got.take(2) == [("kept", b"\0", 1, True), ("readings", b"21.5", 0, False)]


def test_what_is_missing_is_a_skip_and_a_failure_under_ci(monkeypatch):
    def find(why):
        raise Unavailable(why)

    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no broker"):
        skip_without(find, "no broker")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(Unavailable):
        skip_without(find, "no broker")


def test_a_server_ends_with_its_context():
    before = threading.active_count()
    for _ in range(3):
        with echo.EchoServer(), udp.UdpServer(), ntp.NtpServer(), http.HttpServer():
            pass
    until = time.monotonic() + PATIENCE
    while threading.active_count() > before and time.monotonic() < until:
        time.sleep(0.01)
    assert threading.active_count() == before

"""The README's programs that use the network: as they stand there, on a real MicroPython, through
simulated modules, to real servers."""

import pytest

from host_tests.node import Node
from host_tests.servers.http import HttpServer
from host_tests.servers.tls import Certificates
from host_tests.test_readme import BLOCKS, ON_MICROPYTHON

pytestmark = pytest.mark.waits

FAMILIES = ("BC66", "BC26", "EG800Q")


def run(folder, name, family, server):
    """The lines that README program `name` prints; it must end well."""
    arguments = ("--dns", "telemetry.example=127.0.0.1:%d" % server.port)
    node = Node(folder, BLOCKS[name], family, "", *arguments)
    try:
        assert node.end() == 0, node.heard
    finally:
        node.stop()
    return node.heard


@pytest.mark.parametrize("family", FAMILIES)
def test_requests(tmp_path, family):
    with HttpServer() as server:
        heard = run(tmp_path, "requests", family, server)
    assert heard[-1].startswith("200 ")
    assert server.requests[0][0] == "POST" and server.requests[0][3] == b'{"t": 21.5}'


@pytest.mark.parametrize("family", FAMILIES)
def test_tls(tmp_path, family):
    certificates = Certificates(tmp_path)
    assert certificates.ca_der == tmp_path / "ca.der"
    with HttpServer(tls=certificates.context()) as server:
        heard = run(tmp_path, "tls", family, server)
    assert heard[-1] == r"b'HTTP/1.1 200 OK\r\n'"
    assert server.requests[0][3] == b"21.5"


@pytest.mark.parametrize("family", FAMILIES)
def test_asyncio(tmp_path, family):
    with HttpServer() as server:
        run(tmp_path, "asyncio", family, server)
    assert server.requests and server.requests[0][0] == "POST"


def test_each_has_a_test():
    assert all("test_" + name in globals() for name in ON_MICROPYTHON)

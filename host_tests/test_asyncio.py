"""asyncio on a real MicroPython, through simulated modules on a terminal, to real servers.

The cases are in asyncio_calls.py; for each family one program goes through all of them.
"""

import contextlib
import re
import socket

import pytest

from host_tests.node import Node
from host_tests.program import ROOT
from host_tests.servers import HOST, PATIENCE, free_port
from host_tests.servers.echo import EchoServer
from host_tests.servers.http import HttpServer
from host_tests.servers.misbehave import Misbehaving
from host_tests.servers.tls import Certificates

pytestmark = pytest.mark.waits

CALLS = (ROOT / "host_tests" / "asyncio_calls.py").read_text()
CASES = re.search(r'CASES = """(.*?)"""', CALLS, re.DOTALL).group(1).split()
# Where the program runs: the module, and MicroPython's word size and heap.
PLACES = {"BC66": (32, "1m"), "BC26": (64, None), "EG800Q": (64, None)}
MINUTES = 5 * 60  # before a program that hangs is ended


@contextlib.contextmanager
def names(certificates):
    """The simulated module's arguments for all servers that the cases want."""
    with contextlib.ExitStack() as stack:
        servers = {
            "echo": EchoServer(),
            "tls": EchoServer(certificates.context()),
            "stall": Misbehaving("stall"),
            "reset": Misbehaving("reset"),
            "early": Misbehaving("early"),
            "drip": Misbehaving("drip", pause=0.05),
        }
        ports = {name: stack.enter_context(server).port for name, server in servers.items()}
        ports["refused"] = free_port()
        arguments = []
        for name, port in ports.items():
            arguments += ["--dns", "%s.example=%s:%d" % (name, HOST, port)]
        yield arguments


@pytest.fixture(scope="module", params=PLACES)
def outcome(request, tmp_path_factory):
    """What the program on this module has printed, case by case."""
    folder = tmp_path_factory.mktemp("asyncio")
    bits, heap = PLACES[request.param]
    made = Certificates(folder)
    settings = "\nCA = %r\nOTHER_CA = %r\n" % (str(made.ca_der), str(made.other_ca_der))
    with names(made) as arguments:
        node = Node(
            folder,
            CALLS,
            request.param,
            settings,
            *arguments,
            bits=bits,
            heap=heap,
            patience=MINUTES,
        )
        try:
            node.end()
        finally:
            node.stop()
    return node.heard


@pytest.mark.parametrize("case", CASES)
def test_streams(outcome, case):
    assert "passed " + case in outcome, "\n".join(outcome)


@pytest.fixture
def node(tmp_path):
    made = []

    def make(*arguments, **options):
        made.append(Node(tmp_path, *arguments, **options))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def test_a_server(node):
    run = node(CALLS, "EG800Q", "\nSERVE = True\n")
    run.until("listening")
    port = run.port()
    with contextlib.ExitStack() as stack:
        clients = []
        for _ in range(3):
            client = stack.enter_context(socket.create_connection((HOST, port), PATIENCE))
            clients.append(client)
        for i, client in enumerate(clients):
            client.sendall(b"%d says\nhello\n" % i)
        for i, client in enumerate(clients):
            file = client.makefile("rb")
            assert [file.readline(), file.readline()] == [b"<%d says\n" % i, b"<hello\n"]
        clients[0].sendall(b"end\n")
        assert run.end() == 0, run.heard
    assert run.heard[-1] == "ended"


SERVICES = """
import asyncio
from modem_board import modem


async def main():
    m = modem()
    await m.aio.power_on()
    await m.aio.attach(apn="iot.example")
    print("address", m.ip())
    asked = await asyncio.gather(m.aio.imei(), m.aio.signal(), m.aio.resolve("a.example"))
    print(*asked)


asyncio.run(main())
"""


@pytest.mark.parametrize("family", PLACES)
def test_services_on_cpython(node, family):
    """Its own asyncio cannot wait for the UART, and looks by the clock."""
    run = node(SERVICES, family, "", "--dns", "a.example=127.0.0.1:7", bits=None)
    assert run.end() == 0, run.heard
    assert run.heard[-2].startswith("address 10.")
    assert re.match(r"\d{15} -\d+ \['[0-9.]+'\]$", run.heard[-1]), run.heard


@pytest.mark.parametrize("family", PLACES)
def test_the_example(node, family):
    """async_node.py, whose server resets the first connection and stalls on the second."""
    with HttpServer("reset") as server:
        settings = "\nREADINGS = 4\nREAD_S = 0\nRETRY_S = 0.1\nPATIENCE_S = 2\n"
        target = "telemetry.example=%s:%d" % (HOST, server.port)
        run = node("async_node.py", family, settings, "--dns", target)
        run.until("not posted")
        server.next_behaviour("stall")
        run.until("not posted")
        server.next_behaviour("normal")
        assert run.end() == 0, run.heard
    posted = [line for line in run.heard if line.startswith("posted")]
    assert posted == ["posted 1", "posted 2", "posted 3", "posted 4"], run.heard
    assert [request[3] for request in server.requests][-3:] == [
        b'{"n":%d,"t":%.1f}' % (n, 21.5 + n / 10) for n in (2, 3, 4)
    ]
    beats = int(re.match(r"the end; (\d+) beats", run.heard[-1]).group(1))
    assert beats > 10

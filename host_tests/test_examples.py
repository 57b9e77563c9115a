"""The example of each service, as a user runs it: on a real MicroPython, with the simulated module
on a terminal and real sockets at the other end."""

import socket
import sys
import threading

import pytest

from host_tests.node import PATIENCE
from host_tests.program import ROOT

pytestmark = pytest.mark.waits

FAMILIES = ("EG800Q", "UG96")


@pytest.mark.parametrize("family", FAMILIES)
def test_tcp_echo_server(node, family):
    run = node("tcp_echo_server.py", family, "\nCLIENTS = 2\n")
    run.until("listening on port 2020")
    port = run.port()
    data = bytes(range(256)) * 3
    with socket.create_connection(("127.0.0.1", port)) as a:
        with socket.create_connection(("127.0.0.1", port)) as b:
            for s in (b, a):
                s.settimeout(PATIENCE)
                s.sendall(data)
                got = b""
                while len(got) < len(data):
                    got += s.recv(1000)
                assert got == data
    assert run.end() == 0, run.heard
    assert "served 2" in run.heard


@pytest.mark.parametrize("family", FAMILIES)
def test_udp_service(node, family):
    run = node("udp_service.py", family, "\nQUESTIONS = 2\n")
    run.until("service on port 3030")
    port = run.port()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(PATIENCE)
        for number in (1, 2):
            s.sendto(b"\0how warm?\r\n", ("127.0.0.1", port))
            assert s.recv(100) == b"reading %d %.1f" % (number, 21.5 + number / 10)
    assert run.end() == 0, run.heard
    assert sum("how warm?" in line for line in run.heard) == 2


def serve_lines(listener, lines):
    with listener.accept()[0] as s:
        assert s.recv(100) == b"subscribe\n"
        for line in lines:
            s.sendall(line + b"\n")


@pytest.mark.parametrize("family", ("BC66",) + FAMILIES)
def test_push_receiver(node, family):
    lines = [b"%d %s" % (i, b"x" * (7 * i)) for i in range(60)]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        target = "127.0.0.1:%d" % listener.getsockname()[1]
        server = threading.Thread(target=serve_lines, args=(listener, lines), daemon=True)
        server.start()
        run = node("push_receiver.py", family, "", "--dns", "telemetry.example=" + target)
        assert run.end() == 0, run.heard
        server.join()
    assert [h for h in run.heard if h.startswith("line ")] == ["line " + k.decode() for k in lines]
    assert run.heard[-1] == "60 lines, then the server closed; lost 0"


def greet(listener, got):
    with listener.accept()[0] as s:
        s.settimeout(PATIENCE)
        s.sendall(b"\r\nOK\r\nhello\r\n")
        while b"bye" not in got:
            part = s.recv(100)
            if not part:
                break
            got.extend(part)


@pytest.mark.parametrize("end", (b"bye", b"by\x1de"))
@pytest.mark.parametrize("family", FAMILIES)
def test_transparent_bridge(node, family, end):
    got = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        target = "127.0.0.1:%d" % listener.getsockname()[1]
        server = threading.Thread(target=greet, args=(listener, got), daemon=True)
        server.start()
        run = node("transparent_bridge.py", family, "", "--dns", "telemetry.example=" + target)
        run.until("hello")
        run.process.stdin.write(b"+++AT\r\n" + end)
        run.process.stdin.flush()
        run.until("the end" if end != b"bye" else "the server has closed")
        code = run.end()
        assert code == 0, run.heard
        server.join()
    assert got == b"+++AT\r\n" + end.split(b"\x1d")[0]
    assert "signal" in run.heard[-1]


def test_every_example_is_run():
    here = (ROOT / "host_tests" / "demo.py").read_text()
    for path in (ROOT / "host_tests").glob("test_*.py"):
        here += path.read_text() if path.name != "test_readme.py" else ""
    for path in (ROOT / "examples").glob("*.py"):
        assert '"%s"' % path.name in here, path


if __name__ == "__main__":
    sys.exit(pytest.main([__file__]))

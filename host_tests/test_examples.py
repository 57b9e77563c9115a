"""The example of each service, as a user runs it: on a real MicroPython, with the simulated module
on a terminal and real sockets at the other end."""

import os
import re
import select
import shutil
import socket
import subprocess
import sys
import threading

import pytest

from host_tests import interpreters
from host_tests.program import QUICK, ROOT, program

PATIENCE = 60  # seconds before a run that hangs is a failure
FAMILIES = ("EG800Q", "UG96")


def interpreter():
    try:
        return interpreters.find(64)
    except interpreters.Unavailable as reason:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(reason))


class Example:
    """A program of examples/ under way, on its module."""

    def __init__(self, folder, name, family, settings, *arguments):
        self.folder = folder
        argv = interpreter()
        shutil.copy(str(ROOT / "examples" / name), str(folder))
        board = (ROOT / "boards" / "unix_pty.py").read_text()
        (folder / "modem_board.py").write_text(board + settings)
        self._module = program(family, "--pty", *(tuple(arguments) + tuple(QUICK)))
        self.module, terminal = self._module.__enter__()
        self.process = subprocess.Popen(
            list(argv) + [name],
            cwd=str(folder),
            env=dict(
                interpreters.environment(str(folder)), QUECTEL_UART=terminal, QUECTEL_MODULE=family
            ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.heard = []
        self.guard = threading.Timer(PATIENCE, self.process.kill)
        self.guard.start()

    def until(self, pattern):
        """Read what it prints up to the line that matches; the match."""
        for line in self.process.stdout:
            self.heard.append(line.decode().strip())
            match = re.search(pattern, self.heard[-1])
            if match:
                return match
        raise AssertionError("ended without %r: %r" % (pattern, self.heard))

    def port(self):
        """The real port of the listener that the module has opened."""
        ready, _, _ = select.select([self.module.stdout], [], [], PATIENCE)
        assert ready
        line = self.module.stdout.readline().decode()
        return int(re.search(r"127\.0\.0\.1:(\d+)", line).group(1))

    def end(self):
        """Its exit status."""
        rest = self.process.communicate()[0].decode().splitlines()
        self.heard += rest
        return self.process.returncode

    def stop(self):
        self.guard.cancel()
        self.process.kill()
        self.process.communicate()
        self._module.__exit__(None, None, None)


@pytest.fixture
def example(tmp_path):
    made = []

    def make(name, family, settings="", *arguments):
        made.append(Example(tmp_path, name, family, settings, *arguments))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.mark.parametrize("family", FAMILIES)
def test_tcp_echo_server(example, family):
    run = example("tcp_echo_server.py", family, "\nCLIENTS = 2\n")
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
def test_udp_service(example, family):
    run = example("udp_service.py", family, "\nQUESTIONS = 2\n")
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
def test_push_receiver(example, family):
    lines = [b"%d %s" % (i, b"x" * (7 * i)) for i in range(60)]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        target = "127.0.0.1:%d" % listener.getsockname()[1]
        server = threading.Thread(target=serve_lines, args=(listener, lines), daemon=True)
        server.start()
        run = example("push_receiver.py", family, "", "--dns", "telemetry.example=" + target)
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
def test_transparent_bridge(example, family, end):
    got = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        target = "127.0.0.1:%d" % listener.getsockname()[1]
        server = threading.Thread(target=greet, args=(listener, got), daemon=True)
        server.start()
        run = example("transparent_bridge.py", family, "", "--dns", "telemetry.example=" + target)
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
    here = ""
    for name in ("test_examples.py", "test_examples_sleep.py", "demo.py"):
        here += (ROOT / "host_tests" / name).read_text()
    for path in (ROOT / "examples").glob("*.py"):
        assert path.name in here, path


if __name__ == "__main__":
    sys.exit(pytest.main([__file__]))

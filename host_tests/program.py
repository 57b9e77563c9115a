"""The simulated module as a program under test: started, and its line opened. For the tests."""

import contextlib
import os
import select
import socket
import subprocess
import sys
import tty
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-m", "host_tests.simulator"]
QUICK = ["--register-ms", "1"] + [
    "--delay=%s=1" % step
    for step in ("boot", "+CFUN", "+CPIN", "ip", "+QIOPEN", "SEND OK", "CLOSE OK")
]
PATIENCE = 30  # seconds before a test gives up on bytes that should come


class Line:
    """The host's end: `fd` may be a terminal or a socket."""

    def __init__(self, process, fd):
        self.process = process
        self.fd = fd
        self.seen = b""

    def until(self, end):
        """All that has come up to and including `end`."""
        while end not in self.seen:
            ready, _, _ = select.select([self.fd], [], [], PATIENCE)
            assert ready, "no %r in %r" % (end, self.seen)
            data = os.read(self.fd, 4096)
            assert data, "closed after %r" % self.seen
            self.seen += data
        at = self.seen.index(end) + len(end)
        got, self.seen = self.seen[:at], self.seen[at:]
        return got

    def ask(self, command, end):
        """Say it again and again until `end` comes back: what a booting module is told is lost."""
        while end not in self.seen:
            os.write(self.fd, command.encode() + b"\r")
            while select.select([self.fd], [], [], 0.1)[0] and end not in self.seen:
                data = os.read(self.fd, 4096)
                assert data, "closed after %r" % self.seen
                self.seen += data
        self.seen = b""
        # What was asked once too often is answered before this is.
        self.say("AT+CMEE=0;+CMEE?", b"+CMEE: 0\r\n\r\nOK\r\n")

    def say(self, command, end=b"\r\nOK\r\n"):
        os.write(self.fd, command.encode() + b"\r")
        return self.until(end)


@contextlib.contextmanager
def program(*arguments):
    process = subprocess.Popen(
        COMMAND + list(arguments), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        yield process, process.stdout.readline().decode().strip()
    finally:
        process.kill()
        process.communicate()


@contextlib.contextmanager
def on_terminal(*arguments):
    with program(*arguments, "--pty", *QUICK) as (process, name):
        fd = os.open(name, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(fd)
        try:
            yield Line(process, fd)
        finally:
            os.close(fd)


@contextlib.contextmanager
def on_port(*arguments):
    with program(*arguments, "--tcp", "0", *QUICK) as (process, name):
        host, port = name.split(":")
        with socket.create_connection((host, int(port)), PATIENCE) as s:
            yield Line(process, s.fileno())


def attached(line):
    """Wait until the module has an address, asking as a host would."""
    line.ask("AT+CGPADDR=1", b'"10.16.32.48"')

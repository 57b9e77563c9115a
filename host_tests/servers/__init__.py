"""Real servers for real programs: each a context manager, on a free port of 127.0.0.1.

They run in threads or in a process of their own, on the wall clock.
"""

import os
import socket
import threading

import pytest

from host_tests.debian import Unavailable

HOST = "127.0.0.1"
PATIENCE = 30  # seconds before what should come is given up


def skip_without(find, *arguments):
    """`find(*arguments)`; where it is `Unavailable`, the test is skipped, or fails under CI."""
    try:
        return find(*arguments)
    except Unavailable as reason:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(reason))


def free_port(kind=socket.SOCK_STREAM):
    """A port where nobody listens."""
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind((HOST, 0))
        return s.getsockname()[1]


class Threaded:
    """A server whose `serve()` runs in a thread from entering the context to leaving it.

    `self.listener` is a socket; closing it must end `serve()` with an OSError.
    """

    kind = socket.SOCK_STREAM

    def __init__(self):
        self.listener = socket.socket(socket.AF_INET, self.kind)
        self.listener.bind((HOST, 0))
        self.port = self.listener.getsockname()[1]
        self.stopped = threading.Event()

    def __enter__(self):
        if self.kind == socket.SOCK_STREAM:
            self.listener.listen(16)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self.stopped.set()
        # A close alone does not wake the thread that waits in accept or recvfrom.
        with socket.socket(socket.AF_INET, self.kind) as s:
            s.connect((HOST, self.port))
            if self.kind == socket.SOCK_DGRAM:
                s.send(b"")
        self._thread.join(PATIENCE)
        self.listener.close()

    def _run(self):
        if self.kind == socket.SOCK_DGRAM:
            while True:
                data, address = self.listener.recvfrom(2048)
                if self.stopped.is_set():
                    return
                self.serve(data, address)
        while True:
            connection, _ = self.listener.accept()
            if self.stopped.is_set():
                connection.close()
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection):
        with connection:
            try:
                self.serve(connection)
            except OSError:  # the peer has gone; what it sent before is noted
                pass

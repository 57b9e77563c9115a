"""asyncio's streams and `aiohttp`: nothing blocks, `select.poll` says when to go on.

A write takes a part or None, a read too; connect goes on by itself and the socket is writable at
its end; b"" is the end.
"""

import errno
import select
import socket
import time

PATIENCE = 2000  # ms, as wait_for() would have it


class Stream:
    def __init__(self, host, port):
        entry = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
        self.s = socket.socket(entry[0], entry[1], entry[2])
        self.s.setblocking(False)
        self.poller = select.poll()
        try:
            self.s.connect(entry[-1])
        except OSError as e:
            if e.errno != errno.EINPROGRESS:
                raise
        self.poller.register(self.s, select.POLLOUT)
        try:
            self.wait(select.POLLOUT)
        except OSError:
            self.close()
            raise

    def wait(self, flags):
        """Until it is ready, or has failed: that the next call tells."""
        self.poller.modify(self.s, flags)
        start = time.ticks_ms()
        while not self.poller.poll(100):
            if time.ticks_diff(time.ticks_ms(), start) > PATIENCE:
                raise OSError(errno.ETIMEDOUT)

    def write(self, data):
        while data:
            n = self.s.write(data)
            if n is None:
                self.wait(select.POLLOUT)
            else:
                assert 0 < n <= len(data), n
                data = data[n:]

    def read(self, n):
        while True:
            data = self.s.read(n)
            if data is not None:
                return data
            self.wait(select.POLLIN)

    def exactly(self, n):
        got = b""
        while len(got) < n:
            part = self.read(n - len(got))
            if not part:
                raise ValueError("%d bytes of %d" % (len(got), n))
            got += part
        return got

    def line(self):
        got = b""
        while True:
            part = self.s.readline()
            if part is None:
                self.wait(select.POLLIN)
                continue
            got += part
            if not part or got[-1:] == b"\n":
                return got

    def close(self):
        self.poller.unregister(self.s)
        self.s.close()


def get(host, port, path="x"):
    """As `aiohttp` does: a whole request in one write, the answer by lines, then its body."""
    stream = Stream(host, port)
    try:
        stream.write(
            b"GET /%s HTTP/1.0\r\nHost: %s\r\nConnection: close\r\nUser-Agent: x\r\n\r\n"
            % (path, host)
        )
        words = stream.line().split(None, 2)
        if len(words) < 2:
            raise ValueError("no status line: %r" % words)
        length = 0
        while True:
            line = stream.line()
            if not line or line == b"\r\n":
                break
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        body = stream.exactly(length)
        assert stream.read(1) == b""
    finally:
        stream.close()
    return int(words[1]), body


def main(host, port):
    for _ in range(7):
        status, body = get(host, port)
        print("get", status, len(body))


def echo(host, port):
    """More than any buffer holds, in pieces of many sizes, from a server that sends lines back."""
    stream = Stream(host, port)
    for n in (1, 100, 511, 512, 513, 3000):
        line = b"%d " % n + b"x" * n + b"\n"
        stream.write(line)
        assert stream.line() == line, n
    print("echoed")
    stream.close()

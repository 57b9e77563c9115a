"""`requests`: a GET of 10 writes, 4 of them str; a POST of JSON of 19 writes, 8 of them str."""

import json
import socket

TIMEOUT = 2  # seconds: only those who wait for a silent server see it pass


def begin(host, port, timeout=TIMEOUT):
    """A connected socket; the address is asked for as a stream's."""
    entry = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
    s = socket.socket(entry[0], socket.SOCK_STREAM, entry[2])
    s.settimeout(timeout)
    try:
        s.connect(entry[-1])
    except OSError:
        s.close()
        raise
    return s


def put(s, data):
    """A blocking write takes all of it, and says so."""
    assert s.write(data) == len(data), data


def head(s, line, headers):
    put(s, line)
    for name in headers:
        put(s, name)
        put(s, b": ")
        put(s, headers[name])
        put(s, b"\r\n")
    put(s, b"\r\n")


def answer(s):
    """The status, and the length that the headers tell."""
    words = s.readline().split(None, 2)
    if len(words) < 2:
        raise ValueError("no status line: %r" % words)
    length = None
    while True:
        line = s.readline()
        if not line or line == b"\r\n":
            return int(words[1]), length
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)


def get(host, port, path="x"):
    """GET into a buffer of the caller's: the status and the body."""
    s = begin(host, port)
    try:
        head(s, b"GET /%s HTTP/1.0\r\n" % path, {"Host": host, "Connection": "close"})
        status, length = answer(s)
        body = bytearray(length)
        view = memoryview(body)
        n = 0
        while n < length:
            k = s.readinto(view[n:])
            if not k:
                raise ValueError("%d bytes of %d" % (n, length))
            n += k
    finally:
        s.close()
    return status, bytes(body)


def send(s, host, data):
    """POST of JSON on a connected socket, the answer read to its end: the status and the body."""
    headers = {
        "Host": host,
        "Content-Type": "application/json",
        "Content-Length": str(len(data)),
        "Connection": "close",
    }
    head(s, b"POST /readings HTTP/1.0\r\n", headers)
    put(s, data)
    status, length = answer(s)
    start = bytearray(1)
    body = bytes(start[: s.readinto(start)]) + s.read()
    if length is not None and len(body) < length:
        raise ValueError("%d bytes of %d" % (len(body), length))
    return status, body


def post(host, port, value):
    s = begin(host, port)
    try:
        return send(s, host, json.dumps(value).encode())
    finally:
        s.close()


def main(host, port):
    status, body = get(host, port)
    print("get", status, len(body))
    status, body = post(host, port, {"t": 21.5, "unit": "C"})
    print("post", status, len(body))

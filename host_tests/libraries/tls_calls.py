"""`tls.SSLContext.wrap_socket` on a blocking socket, with certificates verified."""

import gc
import socket
import sys
import time

import tls


def context(ca):
    c = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    c.verify_mode = tls.CERT_REQUIRED
    with open(ca, "rb") as file:
        c.load_verify_locations(file.read())
    return c


def raw(host, port, timeout=10):
    s = socket.socket()
    s.settimeout(timeout)
    s.connect(socket.getaddrinfo(host, port)[0][-1])
    return s


def wrapped(host, port, ca, name="telemetry.example", timeout=10):
    return context(ca).wrap_socket(raw(host, port, timeout), server_hostname=name)


def lines(s):
    """Data both ways, more than one TLS record holds."""
    for n in (1, 100, 3000, 20000):
        line = b"x" * n + b"\n"
        assert s.write(line) == len(line)
        assert s.readline() == line, n
        print("line", n)


def main(host, port, ca):
    s = wrapped(host, port, ca)
    lines(s)
    s.close()


def hello(host, port, ca):
    """That a connection works."""
    s = wrapped(host, port, ca)
    s.write(b"hello\n")
    print(s.readline())
    s.close()


def refused(host, port, other_ca, ca):
    """A CA that did not sign, and another host's name; then it works all the same."""
    for file, name in ((other_ca, "telemetry.example"), (ca, "other.example")):
        try:
            wrapped(host, port, file, name)
            print("accepted")
        except ValueError as e:  # what `tls` makes of it
            print("ValueError", str(e).strip())
    hello(host, port, ca)


def misbehaving(host, port, number, ca):
    """A server that says nothing in the handshake, or `number` of it; then a good one."""
    try:
        wrapped(host, port, ca, timeout=2)
        print("accepted")
    except OSError as e:
        print("OSError", abs(e.args[0]))  # of some sockets it says -errno
    hello(host, number, ca)


def dropped(host, port, stalling, ca):
    """Sockets nobody closes. `stalling` is a host where the handshake ends with an exception: that
    leaves one to the collector, which closes it by ioctl(4) while nothing can be allocated."""
    for _ in range(3):
        for _ in range(2):
            try:
                wrapped(stalling, port, ca, timeout=0.5)
            except OSError:
                pass
        s = wrapped(host, port, ca)
        s.write(b"hello\n")
        assert s.readline() == b"hello\n"
        s = None
        deep(20)
        gc.collect()
        print("free", settled())
    sockets = [raw(host, port) for _ in range(5)]
    print("open", len(sockets))
    for s in sockets:
        s.close()


def untrusted(host, port, other_ca, ca):
    """A refused certificate leaves a socket that nothing ever closes."""
    for _ in range(15):
        try:
            wrapped(host, port, other_ca)
        except ValueError:
            pass
    hello(host, port, ca)


def deep(n):
    """Old values on the stack may keep an object alive: overwrite them."""
    a = b = c = d = None
    if n:
        deep(n - 1)
    return a, b, c, d


def settled():
    """Closing is left to the next polls: are all connectIDs free after them?"""
    modem = sys.modules["host_tests.contracts.start"].module
    if modem is None:
        return True
    for _ in range(500):
        modem.poll()
        time.sleep_ms(1)
        if not any(modem._sockets):
            return True
    return False

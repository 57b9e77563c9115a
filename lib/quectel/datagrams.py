"""UDP sockets that are not connected: UDP SERVICE. Methods of a `Socket`, see further.py.

    s.bind(("", 3030))                      opens the service
    s.sendto(b"...", ("192.0.2.2", 7))      to anyone
    n, address = s.recvfrom_into(buf)       a whole datagram, from whom

On families without this service sendto() connects the socket, once and for all.
"""

import errno

from micropython import const

from .listener import bind as bind_port
from .listener import open_server
from .modem import fail

_READ = const(0)  # channel.py

# socket.py
_OPENING = const(1)
_OPEN = const(2)
_NEW = const(4)

# errors.py
_NOT_CONNECTED = const(-10)
_AGAIN = const(-17)
_UNSUPPORTED = const(555)

_EPHEMERAL = const(49152)  # the first port for sockets that did not bind


def bind(s, address) -> None:
    """The local port. Opens the UDP service, where there is one; else only notes the port, for
    connect() or listen()."""
    bind_port(s, address)
    if s._udp and getattr(type(s._modem), "CONTEXTS", 0):
        _serve(s)


def _serve(s) -> None:
    modem = s._modem
    s.send = _no_send
    s._port = 0
    s._sourced = True  # push.py: its frames say who sent them
    services = modem.channel.services
    services[:] = [other for other in services if other._state <= _OPEN]
    services.append(s)
    open_server(s, "UDP SERVICE")


def _no_send(buf) -> None:
    fail(_NOT_CONNECTED, "sendto")


def sendto(s, buf, address) -> int:
    """Send one datagram, of up to 1460 bytes, to (host, port); a name is looked up each time.

    OSError: EAGAIN at timeout 0, EOPNOTSUPP when a connected socket is to send elsewhere.
    """
    host, port = address
    modem = s._modem
    served = getattr(type(modem), "CONTEXTS", 0)
    if not s._udp or not 0 < port < 65536:
        raise ValueError("sendto: UDP, port 1 to 65535")
    if s._state == _NEW:
        if served:
            bind(s, ("", _EPHEMERAL + id(s) % 16384))
        else:
            _connect(s, address)
    s._check()
    if not served or s not in modem.channel.services:
        if host != s._host or port != _port(s):
            fail(_UNSUPPORTED, "sendto: connected")
        return s.send(buf)
    if not host.replace(".", "").isdigit():
        host = modem.resolve(host)[0]
    if s._pos < s._end:
        if not s._ms:
            fail(_AGAIN, "not sent yet")
        s._until(_READ)  # what was taken at timeout 0 has another address
    s._to = '"%s",%d' % (host, port)
    return type(s).send(s, buf)


def _connect(s, address) -> None:
    # At timeout 0 the datagram waits until the socket is open, as that of a service does.
    s._port = address[1]
    try:
        s.connect(address)
    except OSError as e:
        if s._ms or e.errno != errno.EINPROGRESS:
            raise


def _port(s) -> int:
    # The far end's. Of a socket of BC that was connected only the module knows it: asked once.
    if not hasattr(s, "_port"):
        if s._state == _OPENING:
            fail(_AGAIN, "not open yet")
        s._port = s.getpeername()[1]
    return s._port


def recvfrom_into(s, buf, nbytes: int = 0) -> tuple:
    """(count, (address, port)) of one datagram; what does not fit into `buf` is dropped.

    Of a connected socket the address is what it was connected to. At timeout 0 each call is a
    poll() too: programs for other sockets do nothing else while they wait.
    """
    if not s._ms:
        s._modem.poll()
    n = s.recv_into(buf, nbytes)
    return n, source(s)


def recvfrom(s, n: int) -> tuple:
    """(bytes, (address, port)) of one datagram."""
    buf = bytearray(n)
    n, address = recvfrom_into(s, buf)
    return bytes(buf[:n]), address


def source(s) -> tuple:
    """Who sent the datagram read last."""
    text = getattr(s, "_source", None)
    if not text:
        return (s._host, _port(s))
    host, port = text.decode().split(",")
    return (host.strip('"'), int(port))

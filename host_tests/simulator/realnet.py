"""The network's face (see network.py) over real TCP and UDP sockets, for people and their
programs. CPython only.

Names resolve through `names`, then through the host. A name mapped to an address and a port gets
an address of its own, out of the range kept for benchmarks, so that QIOPEN to it with any port
reaches that port. Pings are answered for loopback addresses only, and those mapped to one; the
time comes from the server asked, or else from the host's clock. Listeners are on the loopback
interface, see reallisten.py.
"""

import asyncio
import ipaddress
import socket

from . import realntp
from .network import literal
from .realconn import RealConnection, RealDatagrams
from .reallisten import Listener, Service, bound

NEAR, FAR = 0.5, 3  # seconds a time server may take, on this computer and elsewhere


class RealNetwork:
    """`names`: name -> "address" or "address:port".

    tell_time  a function that gives the fields of `time()`; None: the server asked does
    on_listen  fn(kind, port, real_port), told of every port that a module listens on
    """

    def __init__(self, clock, names=None, tell_time=None, on_listen=None):
        self.clock = clock
        self.loop = clock.loop
        self.tell_time = tell_time
        self.on_listen = on_listen
        self._names = {}
        self._mapped = {}  # address of our own making -> (address, port)
        self._listening = {}  # (kind, port of the module) -> handle
        self._tasks = set()
        for name, target in (names or {}).items():
            self.add_name(name, target)

    def add_name(self, name, target):
        address, port = split_target(target)
        if port is not None:
            own = "198.18.0.%d" % (len(self._mapped) + 1)
            self._mapped[own] = (address, port)
            address = own
        self._names[name.lower()] = address

    def real(self, address, port):
        """Whom a module means: ((address, port) as it knows it, (address, port) in fact), the
        latter None for a name not in `names` and for what is no address."""
        address = self._names.get(address.lower(), address)
        real, real_port = self._mapped.get(address, (address, port))
        try:
            return (address, port), (str(ipaddress.ip_address(real)), real_port)
        except ValueError:
            return (address, port), None

    def spawn(self, coroutine):
        task = self.loop.create_task(coroutine)
        self._tasks.add(task)  # asyncio itself keeps no reference
        task.add_done_callback(self._tasks.discard)

    def resolve(self, name, done, v6=False):
        address = name if literal(name) else self._names.get(name.lower())
        if address is not None:
            self.loop.call_soon(done, 0, [address], 0 if literal(name) else 600)
        else:
            self.spawn(self._resolve(name, done, v6))

    async def _resolve(self, name, done, v6):
        family = socket.AF_INET6 if v6 else socket.AF_INET
        try:
            found = await self.loop.getaddrinfo(name, None, family=family, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):  # the latter for a..b and labels of 64 characters
            found = []
        addresses = list(dict.fromkeys(entry[4][0] for entry in found))
        done(0 if addresses else 565, addresses, 60)

    def connect(self, kind, address, port, local_port, owner):
        address, port = self._mapped.get(address, (address, port))
        connection = RealConnection(owner) if kind == "TCP" else RealDatagrams(owner)
        self.spawn(self._connect(kind, address, port, local_port, connection))
        return connection

    async def _connect(self, kind, address, port, local_port, connection):
        local = ("::" if ":" in address else "0.0.0.0", local_port) if local_port else None
        try:
            if kind == "TCP":
                await self.loop.create_connection(
                    lambda: connection, address, port, local_addr=local
                )
            else:
                await self.loop.create_datagram_endpoint(
                    lambda: connection, local, (address, port)
                )
        except OSError:
            connection.opened(566)

    def listen(self, kind, port, owner):
        """A handle with `close()`, for UDP with `send(data, address, port)` too; None if this
        module listens there already, or the host has no port to give."""
        key = (kind, port)
        sock = None if key in self._listening else bound(kind, port)
        if sock is None:
            return None
        make = Listener if kind == "TCP" else Service
        handle = make(self, sock, owner, lambda: self._listening.pop(key))
        self._listening[key] = handle
        if self.on_listen:
            self.on_listen(kind, port, handle.real_port)
        return handle

    def ping(self, address, size, timeout_ms, done):
        if self._near(address):
            self.clock.call_later(1, done, 1, 64)
        else:
            self.clock.call_later(timeout_ms, done, None, 0)

    def _near(self, address):
        """Whether that is this computer."""
        address = self._mapped.get(address, (address, 0))[0]
        return address.startswith("127.") or address == "::1"

    def time(self, server, port, done):
        if self.tell_time:
            self.loop.call_soon(done, 0, self.tell_time())
        else:
            self.spawn(self._time(server, port, done))

    async def _time(self, server, port, done):
        address = self._names.get(server.lower(), server)
        near = address in self._mapped or self._near(address)
        asked = realntp.ask(self.loop, *self._mapped.get(address, (address, port)))
        try:
            now = await asyncio.wait_for(asked, NEAR if near else FAR)
        except (OSError, UnicodeError, asyncio.TimeoutError):
            now = realntp.host_clock()
        done(0, now)


def split_target(target):
    """ "address" or "address:port" -> (address, port or None); ValueError if it is neither."""
    address, port = target, None
    if not literal(target) or target.count(":") == 1 or target.startswith("["):
        address, colon, digits = target.rpartition(":")
        if not colon or not digits.isdigit() or not 0 < int(digits) < 65536:
            raise ValueError(target)
        port = int(digits)
        if address[:1] == "[" and address[-1:] == "]":
            address = address[1:-1]
    if not literal(address):
        raise ValueError(target)
    return address, port

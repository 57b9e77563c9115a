"""The network's face (see network.py) over real TCP and UDP sockets, for people and their
programs. CPython only.

Names resolve through `names`, then through the host. A name mapped to an address and a port gets
an address of its own, out of the range kept for benchmarks, so that QIOPEN to it with any port
reaches that port. Pings are answered for loopback addresses only; the time comes from the server
asked, or else from the host's clock.
"""

import asyncio
import datetime
import socket
import struct
import sys

from .network import literal

NTP_EPOCH = datetime.datetime(1900, 1, 1)


def unsent(sock):
    """Bytes the kernel holds that the peer has not acknowledged; 0 where it cannot be asked."""
    if not sys.platform.startswith("linux"):
        return 0
    import fcntl
    import termios

    return struct.unpack("i", fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, b"\0\0\0\0"))[0]


class RealConnection(asyncio.Protocol):
    """One socket; protocol for asyncio and connection for the module in one."""

    def __init__(self, owner):
        self.owner = owner
        self.transport = None
        self.sent = 0

    def opened(self, code):
        if self.owner is not None:
            self.owner.opened(code)

    # The module's side

    def send(self, data):
        if self.transport is not None and not self.transport.is_closing():
            self.sent += len(data)
            self.transport.write(data)

    @property
    def acked(self):
        if self.transport is None or self.transport.is_closing():
            return 0
        waiting = self.transport.get_write_buffer_size()
        return self.sent - waiting - unsent(self.transport.get_extra_info("socket"))

    def close(self):
        self.owner = None
        if self.transport is not None:
            self.transport.close()

    # asyncio's side

    def connection_made(self, transport):
        self.transport = transport
        if self.owner is None:
            transport.abort()
        else:
            self.opened(0)

    def data_received(self, data):
        if self.owner is not None:
            self.owner.arrived(data)

    def connection_lost(self, exc):
        if self.owner is not None:
            self.owner.gone()


class RealDatagrams(RealConnection):
    """The same for UDP. A refusal by the peer's host is no news to a module."""

    def send(self, data):
        if self.transport is not None and not self.transport.is_closing():
            self.transport.sendto(data)

    def datagram_received(self, data, source):
        if self.owner is not None and data:
            self.owner.arrived(data)

    def error_received(self, exc):
        pass

    def connection_lost(self, exc):
        pass


class RealNetwork:
    """`names`: name -> "address" or "address:port"."""

    def __init__(self, clock, names=None):
        self.clock = clock
        self.loop = clock.loop
        self._names = {}
        self._mapped = {}  # address of our own making -> (address, port)
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

    def _spawn(self, coroutine):
        task = self.loop.create_task(coroutine)
        self._tasks.add(task)  # asyncio itself keeps no reference
        task.add_done_callback(self._tasks.discard)

    def resolve(self, name, done, v6=False):
        address = name if literal(name) else self._names.get(name.lower())
        if address is not None:
            self.loop.call_soon(done, 0, [address], 0 if literal(name) else 600)
        else:
            self._spawn(self._resolve(name, done, v6))

    async def _resolve(self, name, done, v6):
        family = socket.AF_INET6 if v6 else socket.AF_INET
        try:
            found = await self.loop.getaddrinfo(name, None, family=family, type=socket.SOCK_STREAM)
        except OSError:
            found = []
        addresses = list(dict.fromkeys(entry[4][0] for entry in found))
        done(0 if addresses else 565, addresses, 60)

    def connect(self, kind, address, port, local_port, owner):
        address, port = self._mapped.get(address, (address, port))
        connection = RealConnection(owner) if kind == "TCP" else RealDatagrams(owner)
        self._spawn(self._connect(kind, address, port, local_port, connection))
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

    def ping(self, address, size, timeout_ms, done):
        address = self._mapped.get(address, (address, 0))[0]
        if address.startswith("127.") or address == "::1":
            self.clock.call_later(1, done, 1, 64)
        else:
            self.clock.call_later(timeout_ms, done, None, 0)

    def time(self, server, port, done):
        self._spawn(self._time(server, port, done))

    async def _time(self, server, port, done):
        address = self._names.get(server.lower(), server)
        address, port = self._mapped.get(address, (address, port))
        try:
            now = await asyncio.wait_for(ask_time(self.loop, address, port), 3)
        except (OSError, asyncio.TimeoutError):
            now = datetime.datetime.now(datetime.timezone.utc)
        done(
            0,
            (
                now.year,
                now.month,
                now.day,
                now.hour,
                now.minute,
                now.second,
                now.microsecond // 10000,
                0,
            ),
        )


def split_target(target):
    """ "address" or "address:port" -> (address, port or None); ValueError if it is neither."""
    address, port = target, None
    if not literal(target) or target.count(":") == 1:
        address, colon, digits = target.rpartition(":")
        if not colon or not digits.isdigit() or not 0 < int(digits) < 65536:
            raise ValueError(target)
        port = int(digits)
    if not literal(address):
        raise ValueError(target)
    return address, port


class NTPAnswer(asyncio.DatagramProtocol):
    def __init__(self, future):
        self.future = future

    def datagram_received(self, data, source):
        if len(data) >= 48 and not self.future.done():
            seconds, fraction = struct.unpack("!II", data[40:48])
            self.future.set_result(
                NTP_EPOCH + datetime.timedelta(seconds=seconds + fraction / 2**32)
            )

    def error_received(self, exc):
        if not self.future.done():
            self.future.set_exception(exc)


async def ask_time(loop, server, port):
    """The time a server tells, as a datetime."""
    future = loop.create_future()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: NTPAnswer(future), remote_addr=(server, port)
    )
    try:
        transport.sendto(b"\x23" + bytes(47))
        return await future
    finally:
        transport.close()

"""RealNetwork without a module: listeners and services with real clients."""

import asyncio
import socket

import pytest

from host_tests.program import PATIENCE
from host_tests.simulator.reallisten import bound
from host_tests.simulator.realnet import RealNetwork
from host_tests.simulator.wallclock import WallClock

pytestmark = pytest.mark.waits

LOCAL = "127.0.0.1"


class Owner:
    """Whoever owns a listener, a service or a connection: notes what it is told, in order."""

    def __init__(self, adopt=True):
        self.adopt = adopt  # take a client's connection as soon as it comes
        self.told = asyncio.Queue()

    def incoming(self, connection, address, port):
        if self.adopt:
            connection.owned_by(self)
        self.told.put_nowait(("incoming", connection, address, port))

    def arrived_from(self, data, address, port):
        self.told.put_nowait((data, address, port))

    def arrived(self, data):
        self.told.put_nowait(data)

    def gone(self):
        self.told.put_nowait("gone")

    def opened(self, code):
        self.told.put_nowait(code)

    async def client(self):
        word, connection, address, port = await self.told.get()
        assert word == "incoming"
        return connection, (address, port)

    async def bytes(self, count):
        data = b""
        while len(data) < count:
            data += await self.told.get()
        assert len(data) == count
        return data

    def hears_nothing(self):
        return self.told.empty()


class Datagrams(asyncio.DatagramProtocol):
    """A UDP program on this computer."""

    def __init__(self):
        self.told = asyncio.Queue()

    def connection_made(self, transport):
        self.transport = transport
        self.address = transport.get_extra_info("sockname")[:2]

    def datagram_received(self, data, source):
        self.told.put_nowait((data, source[:2]))


async def datagrams(address=LOCAL):
    loop = asyncio.get_running_loop()
    _, protocol = await loop.create_datagram_endpoint(Datagrams, local_addr=(address, 0))
    return protocol


class Told:
    """The network of a test, and what it told of ports."""

    def __init__(self, names=None, tell_time=None):
        self.ports = []
        clock = WallClock(asyncio.get_running_loop())
        self.network = RealNetwork(clock, names, tell_time, lambda *port: self.ports.append(port))


def run(test):
    """A test that is a coroutine, with a deadline."""

    def call(*arguments, **named):
        asyncio.run(asyncio.wait_for(test(*arguments, **named), PATIENCE))

    call.__name__ = test.__name__
    return call


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind((LOCAL, 0))
        return sock.getsockname()[1]


async def answer(ask, *arguments):
    """What a method of the network calls back with."""
    future = asyncio.get_running_loop().create_future()
    ask(*arguments, lambda *given: future.set_result(given))
    assert not future.done()  # later, never inside the call
    return await future


# TCP listeners


@run
async def test_a_client_dials_in_and_bytes_go_both_ways():
    told, owner = Told(), Owner()
    port = free_port()
    handle = told.network.listen("TCP", port, owner)
    assert told.ports == [("TCP", port, port)]
    reader, writer = await asyncio.open_connection(LOCAL, port)
    connection, address = await owner.client()
    assert address == writer.get_extra_info("sockname")
    writer.write(b"hello \x00\xff\r\n")
    assert await owner.bytes(10) == b"hello \x00\xff\r\n"
    connection.send(b"welcome")
    assert await reader.readexactly(7) == b"welcome"
    writer.write(b"!")
    assert await owner.bytes(1) == b"!"
    assert connection.acked == 7
    writer.close()
    assert await owner.told.get() == "gone"
    assert connection.acked == 7
    handle.close()


@run
async def test_what_comes_before_there_is_an_owner_waits():
    told, owner, heir = Told(), Owner(adopt=False), Owner()
    handle = told.network.listen("TCP", 0, owner)
    reader, writer = await asyncio.open_connection(LOCAL, handle.real_port)
    connection, _ = await owner.client()
    sent = bytes(range(256)) * 16384
    writer.write(sent)
    while not connection.waiting:
        await asyncio.sleep(0)
    connection.send(b"soon")
    assert await reader.readexactly(4) == b"soon"
    # The kernel takes the rest, and says no more when it is full: nothing piles up here.
    assert len(connection.waiting) < len(sent)
    connection.owned_by(heir)
    assert heir.hears_nothing()
    assert await heir.bytes(len(sent)) == sent
    assert owner.hears_nothing()
    writer.close()
    assert await heir.told.get() == "gone"
    handle.close()


@run
async def test_a_client_that_has_gone_again_is_told_after_its_data():
    told, owner = Told(), Owner(adopt=False)
    handle = told.network.listen("TCP", 0, owner)
    with socket.create_connection((LOCAL, handle.real_port)) as client:
        client.sendall(b"bye")
    connection, _ = await owner.client()
    while not connection.waiting:
        await asyncio.sleep(0)
    connection.owned_by(owner)
    assert await owner.told.get() == b"bye"
    assert await owner.told.get() == "gone"
    handle.close()


@run
async def test_a_client_that_leaves_before_it_has_an_owner_is_told_once():
    told, owner = Told(), Owner(adopt=False)
    handle = told.network.listen("TCP", 0, owner)
    socket.create_connection((LOCAL, handle.real_port)).close()
    connection, _ = await owner.client()
    while not connection.lost:
        await asyncio.sleep(0)
    connection.owned_by(owner)
    connection.owned_by(owner)
    assert await owner.told.get() == "gone"
    await asyncio.sleep(0)
    assert owner.hears_nothing()
    handle.close()


@pytest.mark.parametrize("owned", [True, False])
def test_the_module_can_turn_a_client_away(owned):
    @run
    async def test():
        told, owner = Told(), Owner(adopt=owned)
        handle = told.network.listen("TCP", 0, owner)
        reader, _ = await asyncio.open_connection(LOCAL, handle.real_port)
        connection, _ = await owner.client()
        connection.close()
        assert await reader.read() == b""
        connection.send(b"too late")
        assert owner.hears_nothing()
        handle.close()

    test()


@run
async def test_clients_stay_when_the_listener_goes():
    told, owner = Told(), Owner()
    handle = told.network.listen("TCP", 0, owner)
    reader, writer = await asyncio.open_connection(LOCAL, handle.real_port)
    connection, _ = await owner.client()
    handle.close()
    handle.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(LOCAL, handle.real_port)
    connection.send(b"still here")
    assert await reader.readexactly(10) == b"still here"
    writer.write(b"me too")
    assert await owner.bytes(6) == b"me too"


@run
async def test_a_client_on_its_way_in_when_the_listener_goes_is_dropped():
    told, owner = Told(), Owner()
    handle = told.network.listen("TCP", 0, owner)
    with socket.create_connection((LOCAL, handle.real_port)) as client:
        handle._acceptable()
        handle.close()
        client.setblocking(False)
        loop = asyncio.get_running_loop()
        with pytest.raises(ConnectionError):
            if await loop.sock_recv(client, 1) == b"":
                raise ConnectionError
    assert owner.hears_nothing()


@run
async def test_two_clients_are_two_connections():
    told, owner = Told(), Owner(adopt=False)
    handle = told.network.listen("TCP", 0, owner)
    clients = [await asyncio.open_connection(LOCAL, handle.real_port) for _ in range(2)]
    for _ in clients:
        connection, (_, port) = await owner.client()
        connection.send(b"%d" % port)
    for reader, writer in clients:
        port = b"%d" % writer.get_extra_info("sockname")[1]
        assert await reader.readexactly(len(port)) == port
    handle.close()


# Which port


@pytest.mark.parametrize("kind", ["TCP", "UDP"])
def test_a_port_is_taken_once_by_a_module_and_free_when_closed(kind):
    @run
    async def test():
        told, owner = Told(), Owner()
        port = free_port(socket.SOCK_STREAM if kind == "TCP" else socket.SOCK_DGRAM)
        other = {"TCP": "UDP", "UDP": "TCP"}[kind]
        first = told.network.listen(kind, port, owner)
        assert told.network.listen(kind, port, owner) is None
        second = told.network.listen(other, port, owner)
        first.close()
        again = told.network.listen(kind, port, owner)
        assert [entry[:2] for entry in told.ports] == [(kind, port), (other, port), (kind, port)]
        assert told.ports[2] == (kind, port, port)
        again.close()
        second.close()

    test()


@pytest.mark.parametrize("kind", ["TCP", "UDP"])
def test_ports_of_the_host_are_left_alone(kind):
    @run
    async def test():
        told, owner = Told(), Owner()
        with bound(kind, 0) as other_program:
            taken = other_program.getsockname()[1]
            handles = [told.network.listen(kind, port, owner) for port in (80, 1023, taken)]
            real = [handle.real_port for handle in handles]
            assert told.ports == list(zip([kind] * 3, (80, 1023, taken), real))
            assert min(real) >= 1024 and taken not in real
            for handle in handles:
                handle.close()

    test()


@run
async def test_nobody_need_be_told_of_ports():
    network = RealNetwork(WallClock(asyncio.get_running_loop()))
    network.listen("TCP", 80, Owner()).close()


# UDP services


@run
async def test_a_service_answers_whoever_asks():
    told, owner = Told(), Owner()
    port = free_port(socket.SOCK_DGRAM)
    handle = told.network.listen("UDP", port, owner)
    assert told.ports == [("UDP", port, port)]
    clients = [await datagrams(), await datagrams()]
    for client in clients:
        client.transport.sendto(b"", (LOCAL, port))
        client.transport.sendto(b"ask\x00\xff", (LOCAL, port))
        assert await owner.told.get() == (b"ask\x00\xff", *client.address)
        handle.send(b"tell", *client.address)
        assert await client.told.get() == (b"tell", (LOCAL, port))
    handle.close()
    handle.close()
    handle.send(b"too late", *client.address)
    assert owner.hears_nothing() and client.told.empty()


@pytest.mark.parametrize("name", ["broker.example", "Broker.Example", None])
def test_a_mapped_peer_answers_as_the_one_that_was_asked(name):
    @run
    async def test():
        peer = await datagrams()
        told = Told({"broker.example": "%s:%d" % peer.address})
        owner = Owner()
        _, addresses, _ = await answer(told.network.resolve, "broker.example")
        handle = told.network.listen("UDP", 0, owner)
        handle.send(b"ask", name or addresses[0], 5683)
        data, source = await peer.told.get()
        assert (data, source) == (b"ask", (LOCAL, handle.real_port))
        peer.transport.sendto(b"tell", source)
        assert await owner.told.get() == (b"tell", addresses[0], 5683)
        handle.close()

    test()


@pytest.mark.parametrize("whom", ["nobody.example", "300.1.1.1", "", "::1"])
def test_a_datagram_to_nobody_is_lost_without_a_word(whom):
    @run
    async def test():
        told, owner = Told(), Owner()
        handle = told.network.listen("UDP", 0, owner)
        handle.send(b"ask", whom, free_port(socket.SOCK_DGRAM))
        handle.send(b"x" * 70000, LOCAL, 9)
        peer = await datagrams()
        handle.send(b"the next one", *peer.address)
        assert (await peer.told.get())[0] == b"the next one"
        handle.close()

    test()


@run
async def test_beyond_this_computer_only_those_that_were_asked_are_heard():
    """::1 stands in for another computer: the socket on 127.0.0.1 cannot reach it either."""
    try:
        asked, stranger = await datagrams("::1"), await datagrams("::1")
    except OSError:
        pytest.skip("no IPv6 here")
    told, owner = Told(), Owner()
    handle = told.network.listen("UDP", 0, owner)
    handle.send(b"ask", "0:0::1", asked.address[1])
    data, source = await asked.told.get()
    assert data == b"ask"
    stranger.transport.sendto(b"guess", source)
    asked.transport.sendto(b"tell", source)
    assert await owner.told.get() == (b"tell", "0:0::1", asked.address[1])
    handle.close()

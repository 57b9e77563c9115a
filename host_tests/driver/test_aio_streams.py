"""asyncio's own streams over the modem's sockets, in virtual time, on MicroPython.

Those of CPython want file descriptors, which no socket of a modem has.
"""

import asyncio
import errno

from host_tests.driver import loop
from host_tests.driver.harness import HOST, PORT, Skip, lines, said
from host_tests.driver.loop import MICROPYTHON, counting, failure, sleep
from quectel import Aio

FAMILIES = ("BC66", "BC20", "BC26", "UG96", "EG800Q")
BINARY = bytes(range(256)) * 9


def desks(families=FAMILIES, **knobs):
    """A desk of each family in each chunking, its pool installed as the `socket` module."""
    if not MICROPYTHON:
        raise Skip("streams of CPython's asyncio want file descriptors")
    for line in lines():
        for family in families:
            d = line.desk(family, **knobs)
            d.modem.install_socket()
            Aio(d.modem)
            yield d


def run(d, main):
    """The loop, with the task that polls, until `main` has ended."""

    async def both():
        d.modem.aio.start()
        return await main

    return loop.run(d.clock, both())


def free(d):
    """How many connectIDs are free."""
    return d.modem._sockets.count(None)


def idle(d):
    """Are all connectIDs free, here and in the module?"""
    return free(d) == d.modem.IDS and not any(d.module.sockets)


async def shut(stream):
    stream.close()
    await stream.wait_closed()


def connect(port=PORT):
    return asyncio.open_connection(HOST, port)


# -- both ways ------------------------------------------------------------------------------------


def test_a_line_each_way():
    for d in desks():
        peer = d.net.tcp(HOST, PORT, echo=True)

        async def main(d=d):
            reader, writer = await connect()
            writer.write(b"21.5\n")
            await writer.drain()
            assert await reader.readline() == b"21.5\n"
            await shut(writer)
            await sleep(500)
            assert idle(d)

        run(d, main())
        assert bytes(peer.received) == b"21.5\n"


def test_read_and_readexactly():
    for d in desks():
        peer = d.net.tcp(HOST, PORT)

        async def main(d=d, peer=peer):
            reader, writer = await connect()
            peer.send(BINARY)
            assert await reader.readexactly(1000) == BINARY[:1000]
            got = await reader.read(100)
            assert 0 < len(got) <= 100
            peer.close()
            assert got + await reader.read() == BINARY[1000:]
            assert await reader.read(10) == b""
            await shut(writer)

        run(d, main())


def test_the_end_in_the_middle_of_what_is_wanted():
    for d in desks():
        peer = d.net.tcp(HOST, PORT)

        async def main(d=d, peer=peer):
            reader, writer = await connect()
            peer.send(b"12")
            peer.close()
            try:
                await reader.readexactly(3)
            except EOFError:
                return
            raise AssertionError("no EOFError")

        run(d, main())


def test_much_is_written_in_pieces_and_in_order():
    for d in desks():
        peer = d.net.tcp(HOST, PORT)

        async def main(d=d):
            reader, writer = await connect()
            writer.write(BINARY)
            await writer.drain()
            await shut(writer)
            await sleep(2000)
            assert idle(d)

        run(d, main())
        assert bytes(peer.received) == BINARY


def test_small_writes_are_one_qisend():
    for d in desks():
        d.net.tcp(HOST, PORT, echo=True)

        async def main(d=d):
            reader, writer = await connect()
            for word in (b"POST / HTTP/1.1\r\n", b"Host: example\r\n", b"\r\n", b"x" * 60):
                writer.write(word)
            await writer.drain()
            await reader.readline()
            assert len(said(d, "+QISEND")) == 1

        run(d, main())


def test_several_at_once():
    for d in desks():
        for port in (1, 2, 3):
            d.net.tcp(HOST, port, echo=True)

        async def talk(port):
            reader, writer = await connect(port)
            for i in range(5):
                text = b"%d says %d\n" % (port, i)
                writer.write(text)
                await writer.drain()
                assert await reader.readline() == text
            await shut(writer)

        async def main(d=d, talk=talk):
            await asyncio.gather(talk(1), talk(2), talk(3), d.modem.aio.imei())
            await sleep(500)
            assert idle(d)

        run(d, main())


def test_others_run_meanwhile():
    for d in desks(delays={"answer": 100}):
        d.net.tcp(HOST, PORT, echo=True, delay_ms=500)
        moments = []

        async def count(d=d, moments=moments):
            while True:
                moments.append(d.clock.now)
                await sleep(10)

        async def main(count=count):
            counter = asyncio.create_task(count())
            reader, writer = await connect()
            for i in range(3):
                writer.write(b"%d\n" % i)
                await writer.drain()
                await reader.readline()
            counter.cancel()

        run(d, main())
        assert moments[-1] > 1500
        assert max(b - a for a, b in zip(moments, moments[1:])) < 20


# -- servers --------------------------------------------------------------------------------------


def test_a_server():
    for d in desks(("EG800Q", "UG96")):

        async def serve(reader, writer):
            while True:
                line = await reader.readline()
                if not line:
                    break
                writer.write(b"<" + line)
                await writer.drain()
            await shut(writer)

        async def main(d=d, serve=serve):
            server = await asyncio.start_server(serve, "0.0.0.0", 2020)
            clients = [d.net.dial(2020, from_port=50000 + i) for i in range(3)]
            await sleep(500)
            for i, client in enumerate(clients):
                client.send(b"%d\n" % i)
            await sleep(500)
            assert [bytes(c.received) for c in clients] == [b"<0\n", b"<1\n", b"<2\n"]
            for client in clients:
                client.close()
            await sleep(1000)
            assert free(d) == d.modem.IDS - 1
            server.close()
            await server.wait_closed()
            await sleep(1000)
            assert idle(d)

        run(d, main())


def test_a_server_whose_port_is_taken_does_not_spin():
    for d in desks(("EG800Q", "UG96")):

        async def main(d=d):
            async def serve(reader, writer):
                raise AssertionError("nobody comes")

            first = await asyncio.start_server(serve, "0.0.0.0", 2020)
            e = await failure(asyncio.start_server(serve, "0.0.0.0", 2020))
            assert e.errno == errno.EADDRINUSE
            polls = counting(d)
            await sleep(1000)
            assert len(polls) < 1500
            first.close()
            await first.wait_closed()

        run(d, main())


# -- what fails -----------------------------------------------------------------------------------


def test_refused():
    for d in desks():

        async def main(d=d):
            async def talk():
                reader, writer = await connect()
                writer.write(b"?")
                await writer.drain()
                await reader.read(1)

            e = await failure(talk())
            assert e.errno == errno.ECONNREFUSED
            await sleep(500)
            assert idle(d)
            d.net.tcp(HOST, PORT, echo=True)
            reader, writer = await connect()
            writer.write(b"?\n")
            await writer.drain()
            assert await reader.readline() == b"?\n"

        run(d, main())


def test_the_peer_closes_early():
    for d in desks():
        peer = d.net.tcp(HOST, PORT)

        async def main(d=d, peer=peer):
            reader, writer = await connect()
            peer.send(b"HTTP/1.1 20")
            peer.close()
            assert await reader.readline() == b"HTTP/1.1 20"
            assert await reader.readline() == b""
            await shut(writer)
            await sleep(500)
            assert idle(d)

        run(d, main())


def test_the_module_reboots():
    for d in desks():
        d.net.tcp(HOST, PORT)

        async def main(d=d):
            reader, writer = await connect()
            waiting = asyncio.create_task(failure(reader.read(10)))
            await sleep(100)
            d.module.reboot()
            e = await asyncio.wait_for(waiting, 30)
            assert e.errno == errno.ECONNRESET
            await shut(writer)

        run(d, main())


def test_drain_waits_until_all_has_left_and_is_closed():
    # drain() and wait_closed() of a stream do not: a board that sleeps then takes it along.
    for d in desks(delays={"CLOSE OK": 3000, "SEND OK": 500, "answer": 0}):
        peer = d.net.tcp(HOST, PORT)

        async def main(d=d, peer=peer):
            reader, writer = await connect()
            writer.write(BINARY)
            await writer.drain()
            await shut(writer)
            early = bytes(peer.received)
            await d.modem.aio.drain()
            return early

        assert run(d, main()) != BINARY
        assert peer.received == BINARY
        assert idle(d)


def test_drain_does_not_wait_for_a_module_that_is_silent():
    for d in desks(("BC66", "EG800Q")):
        d.net.tcp(HOST, PORT)

        async def main(d=d):
            reader, writer = await connect()
            d.module.power_cut()
            writer.write(b"in vain")
            await d.modem.aio.drain()
            return d.clock.now

        assert run(d, main()) < loop._AHEAD_MS + 120_000

"""asyncio's own streams over the modem's sockets: timeouts, cancelling, and what nobody closes."""

import asyncio
import errno

from host_tests.driver.harness import HOST, PORT
from host_tests.driver.loop import cancelled, failure, sleep
from host_tests.driver.test_aio_streams import BINARY, connect, desks, idle, run, shut


def test_a_stalled_server_and_wait_for():
    for d in desks():
        peer = d.net.tcp(HOST, PORT)

        async def main(d=d, peer=peer):
            reader, writer = await connect()
            start = d.clock.now
            try:
                await asyncio.wait_for(reader.readline(), 3)
            except asyncio.TimeoutError:
                assert 3000 <= d.clock.now - start < 3100
            else:
                raise AssertionError("no timeout")
            # The same connection goes on.
            peer.send(b"at last\n")
            assert await reader.readline() == b"at last\n"
            await shut(writer)
            await sleep(500)
            assert idle(d)

        run(d, main())


def test_cancelled_in_connect():
    # The program has no socket that it could close; there are five connectIDs.
    for d in desks():
        far = d.net.tcp(HOST, 1, connect_ms=2000)
        d.net.tcp(HOST, PORT, echo=True)

        async def main(d=d, far=far):
            for _ in range(3 * d.modem.IDS):
                await cancelled(connect(1), 500)
                await sleep(5000)
            await sleep(30_000)
            reader, writer = await connect()
            writer.write(b"?\n")
            await writer.drain()
            assert await reader.readline() == b"?\n"

        run(d, main())


def test_cancelled_in_connect_to_somebody_who_never_answers():
    for d in desks():
        d.net.tcp(HOST, 1, silent=True)
        d.net.tcp(HOST, PORT, echo=True)

        async def main(d=d):
            for _ in range(d.modem.IDS):
                await cancelled(connect(1), 1000)
            await sleep(5000)
            reader, writer = await connect()
            writer.write(b"?\n")
            await writer.drain()
            assert await reader.readline() == b"?\n"

        run(d, main())


def test_dropped_without_a_close():
    # As MicroPython's TLS does when it does not trust the server. It reads no more, and the peer
    # closes. Without that a connection may be idle, and stays.
    for d in desks():
        peer = d.net.tcp(HOST, 1)
        d.net.tcp(HOST, PORT, echo=True)

        async def main(d=d, peer=peer):
            for _ in range(d.modem.IDS):
                reader, writer = await connect(1)
                peer.send(BINARY)
                await reader.read(10)
                peer.close()
            e = await failure(talk())
            assert e.errno == errno.ENOMEM
            await sleep(60_000)
            await talk()
            assert d.modem._sockets.count(None) == d.modem.IDS - 1

        async def talk():
            reader, writer = await connect()
            writer.write(b"?\n")
            await writer.drain()
            assert await reader.readline() == b"?\n"

        run(d, main())


def test_cancelled_in_read():
    for d in desks():
        peer = d.net.tcp(HOST, PORT)

        async def main(d=d, peer=peer):
            reader, writer = await connect()
            await cancelled(reader.read(10), 200)
            peer.send(b"later")
            assert await reader.read(10) == b"later"
            await shut(writer)
            await sleep(500)
            assert idle(d)

        run(d, main())


def test_cancelled_in_write():
    for d in desks():
        peer = d.net.tcp(HOST, PORT)

        async def main(d=d, peer=peer):
            reader, writer = await connect()
            d.module.delays["SEND OK"] = 3000
            writer.write(BINARY)
            await cancelled(writer.drain(), 200)
            await shut(writer)
            await sleep(20_000)
            assert idle(d)
            got = bytes(peer.received)
            assert got and BINARY.startswith(got)

        run(d, main())


def test_an_idle_reader_costs_no_commands():
    for d in desks():
        d.net.tcp(HOST, PORT)

        async def main(d=d):
            reader, writer = await connect()
            waiting = asyncio.create_task(reader.read(1))
            await sleep(500)
            before = len(d.module.commands)
            await sleep(60_000)
            waiting.cancel()
            return len(d.module.commands) - before

        assert run(d, main()) == 0

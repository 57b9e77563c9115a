"""asyncio over a modem, as programs use it; run by test_asyncio.py on a real MicroPython.

Each coroutine below the line is one case; `passed NAME` is printed for it, or what it raised.
"""

import asyncio
import errno
import sys

import modem_board
from modem_board import modem

PORT = 7000
TIMES = 5
LONG = bytes([32 + i % 90 for i in range(3000)])
ticks = 0


async def count():
    global ticks
    while True:
        ticks += 1
        await asyncio.sleep(0.01)


def connect(name, **options):
    return asyncio.open_connection(name + ".example", PORT, **options)


async def shut(stream):
    stream.close()
    await stream.wait_closed()


async def ask(reader, writer, line):
    """Send a line to an echo server, and have it back."""
    writer.write(line)
    await writer.drain()
    assert await reader.readline() == line


async def talk(line=b"21.5\n"):
    """A connection to the echo server that works."""
    reader, writer = await connect("echo")
    await ask(reader, writer, line)
    await shut(writer)


async def failure(coroutine, kind=OSError):
    try:
        await coroutine
    except kind as e:
        return e
    raise AssertionError("no %s" % kind.__name__)


async def cancelled(task):
    task.cancel()
    await failure(task, asyncio.CancelledError)


def trusting(ca):
    from tls import CERT_REQUIRED, PROTOCOL_TLS_CLIENT, SSLContext

    context = SSLContext(PROTOCOL_TLS_CLIENT)
    context.verify_mode = CERT_REQUIRED
    with open(ca, "rb") as file:
        context.load_verify_locations(file.read())
    return context


# -- the cases ------------------------------------------------------------------------------------


async def a_line_each_way(m):
    await talk()


async def both_ways_at_length(m):
    reader, writer = await connect("echo")
    writer.write(LONG + b"\n")
    await writer.drain()
    assert await reader.readexactly(2000) == LONG[:2000]
    part = await reader.read(10)
    assert 0 < len(part) <= 10
    assert part + await reader.readline() == LONG[2000:] + b"\n"
    await shut(writer)


async def several_at_once(m):
    async def one(name):
        reader, writer = await connect("echo")
        for i in range(TIMES):
            await ask(reader, writer, b"%s %d\n" % (name, i))
        await shut(writer)

    await asyncio.gather(one(b"a"), one(b"b"), one(b"c"), m.aio.signal())


async def tls(m):
    context = trusting(modem_board.CA)
    reader, writer = await connect("tls", ssl=context, server_hostname="telemetry.example")
    for i in range(TIMES):
        await ask(reader, writer, b"%d secret\n" % i)
    await ask(reader, writer, LONG + b"\n")
    await shut(writer)


async def tls_of_another_ca(m):
    context = trusting(modem_board.OTHER_CA)
    reader, writer = await connect("tls", ssl=context, server_hostname="telemetry.example")
    # MicroPython drops the socket below, without closing it: see _abandoned in errors.py.
    await failure(ask(reader, writer, b"secret\n"), (OSError, ValueError))
    await shut(writer)
    await talk()


async def refused(m):
    async def call():
        reader, writer = await connect("refused")
        try:
            await ask(reader, writer, b"?\n")
        finally:
            await shut(writer)

    for _ in range(2 * m.IDS):
        e = await failure(call())
        assert e.errno == errno.ECONNREFUSED, e
    await talk()


async def no_such_name(m):
    async def call():
        reader, writer = await asyncio.open_connection("nosuch.invalid", PORT)
        try:
            await reader.read(1)
        finally:
            await shut(writer)

    e = await failure(call())
    assert e.errno == errno.EHOSTUNREACH, e


async def a_server_that_stalls(m):
    before = ticks
    reader, writer = await connect("stall")
    writer.write(b"?\n")
    await writer.drain()
    await failure(asyncio.wait_for(reader.readline(), 1), asyncio.TimeoutError)
    assert ticks - before > 10
    await talk()  # another connection meanwhile,
    await failure(asyncio.wait_for(reader.readline(), 0.1), asyncio.TimeoutError)
    await shut(writer)
    await talk()  # and after it


async def a_server_that_resets(m):
    reader, writer = await connect("reset")
    writer.write(b"?\n")
    await writer.drain()
    try:
        # A module says of a reset what it says of a close.
        assert await reader.read(10) == b""
    except OSError as e:
        assert e.errno == errno.ECONNRESET, e
    await shut(writer)
    await talk()


async def a_server_that_closes_early(m):
    reader, writer = await connect("early")
    writer.write(b"?\n")
    await writer.drain()
    await failure(reader.readexactly(12), EOFError)
    await shut(writer)
    await talk()


async def a_server_that_drips(m):
    before = ticks
    reader, writer = await connect("drip")
    writer.write(b"?\n")
    await writer.drain()
    assert await reader.readline() == b"never mind\r\n"
    assert ticks - before > 10
    await shut(writer)


async def cancelled_in_connect(m):
    for _ in range(m.IDS + 1):
        task = asyncio.create_task(connect("echo"))
        await asyncio.sleep(0)
        await cancelled(task)
    await asyncio.sleep(6)  # they have found their end: see reopen.py
    await asyncio.gather(*[talk() for _ in range(m.IDS)])


async def cancelled_in_read(m):
    reader, writer = await connect("echo")
    for _ in range(3):
        task = asyncio.create_task(reader.readline())
        await asyncio.sleep(0.05)
        await cancelled(task)
    await ask(reader, writer, b"still there\n")
    await shut(writer)


async def cancelled_in_write(m):
    reader, writer = await connect("echo")
    writer.write(LONG + b"\n")
    task = asyncio.create_task(writer.drain())
    await asyncio.sleep(0.02)
    await cancelled(task)
    await shut(writer)
    await talk()


async def cancelled_in_a_service(m):
    task = asyncio.create_task(m.aio.resolve("echo.example"))
    await asyncio.sleep(0.02)
    await cancelled(task)
    while True:
        try:
            assert len(await m.aio.resolve("echo.example")) == 1
            break
        except OSError as e:
            # The module still works on the first one.
            assert e.errno == errno.EAGAIN, e
            await asyncio.sleep(0.1)
    await failure(asyncio.wait_for(m.aio.resolve("echo.example"), 0.005), asyncio.TimeoutError)
    assert len(await m.aio.imei()) == 15
    await talk()


async def all_is_given_back(m):
    for _ in range(1000):
        await asyncio.sleep(0.02)
        if m._sockets.count(None) == m.IDS:
            return
    raise AssertionError(m._sockets)


CASES = """
    a_line_each_way both_ways_at_length several_at_once
    tls
    refused no_such_name
    a_server_that_stalls a_server_that_resets a_server_that_closes_early a_server_that_drips
    cancelled_in_read cancelled_in_write cancelled_in_a_service
    all_is_given_back
    cancelled_in_connect tls_of_another_ca
"""


async def serve(m):
    """What a client of the server says comes back, until one says "end"."""
    ended = asyncio.Event()

    async def client(reader, writer):
        while True:
            line = await reader.readline()
            if not line or line == b"end\n":
                break
            writer.write(b"<" + line)
            await writer.drain()
        await shut(writer)
        if line:
            ended.set()

    server = await asyncio.start_server(client, "0.0.0.0", 2020)
    print("listening")
    await ended.wait()
    server.close()
    await server.wait_closed()
    print("ended")


async def main():
    asyncio.create_task(count())
    m = modem()
    await m.aio.power_on()
    await m.aio.attach(apn="iot.example")
    m.install_socket()
    if hasattr(modem_board, "SERVE"):
        return await serve(m)
    for name in CASES.split():
        try:
            before = ticks
            await globals()[name](m)
            assert ticks > before
            print("passed", name)
        except Exception as e:
            print("failed", name)
            sys.print_exception(e, sys.stdout)


if __name__ == "__main__":
    asyncio.run(main())

"""The task that polls the modem in asyncio, in virtual time.

What a loop can wait for differs: `Stream` is a UART as MicroPython's ports have it, which asyncio
can wait for; without it, and on CPython, the driver looks for bytes by the clock.
"""

import asyncio
import errno

from host_tests.driver.harness import Skip, desk
from host_tests.driver.loop import MICROPYTHON, counting, failure, run, sleep
from quectel import Aio, aio

try:
    from io import IOBase
except ImportError:
    IOBase = object

IMEI = "867997030000017"


class Stream(IOBase):
    """A machine.UART over the simulated one: a stream that can be waited for."""

    IRQ_RX = 2

    def __init__(self, uart):
        self.uart = uart
        self.any = uart.any
        self.write = uart.write
        self.reads = 0  # how often it was read
        self.irqs = []

    def readinto(self, buf, n=None):
        self.reads += 1
        return self.uart.readinto(buf, n)

    def read(self, n):
        return b"" if n == 0 else self.uart.read(n)

    def ioctl(self, request, arg):
        if request != 3:
            return -errno.EINVAL
        return arg & 1 if self.uart.any() else 0

    def irq(self, handler, trigger=0):
        self.irqs.append((handler, trigger))


def streaming(d):
    """Put a Stream in the place of the desk's UART."""
    if not MICROPYTHON:
        raise Skip("asyncio of CPython cannot wait for a UART")
    d.modem.channel.uart = Stream(d.uart)
    return d.modem.channel.uart


def test_idle_is_ten_polls_a_second():
    d = desk()

    async def main():
        await Aio(d.modem).power_on()
        await sleep(100)
        polls = counting(d)
        await sleep(10_000)
        return len(polls)

    assert 90 < run(d.clock, main()) <= 101


def test_awaiting_a_method_is_two_hundred_polls_a_second():
    d = desk()
    streaming(d)

    async def main():
        io = Aio(d.modem)
        await io.power_on()
        d.module.delays["AT+CSQ"] = 900
        polls = counting(d)
        start = d.clock.now
        await io.signal()
        return len(polls), d.clock.now - start

    polls, took = run(d.clock, main())
    assert 900 <= took <= 920 and polls <= took // 5 + 20


def test_idle_with_a_link_that_is_up():
    from quectel import Link

    d = desk()

    async def main():
        Aio(d.modem).start()
        link = Link(d.modem)
        while not link.up():
            await sleep(50)
        await sleep(1000)
        before = len(d.module.commands)
        polls = counting(d)
        await sleep(10_000)
        return len(polls), len(d.module.commands) - before

    polls, asked = run(d.clock, main())
    assert polls <= 101 + 20 * asked, (polls, asked)


def heard_after(d):
    """How long after a URC has come its callback hears it, ms."""
    heard = []

    async def main():
        io = Aio(d.modem)
        await io.power_on()
        await io.on_urc("+NEWS: ", lambda line: heard.append(d.clock.now - sent))
        await sleep(337)
        sent = d.clock.now
        d.module.urc("+NEWS: 1")
        await sleep(500)

    run(d.clock, main())
    assert len(heard) == 1
    return heard[0]


def test_bytes_wake_the_task():
    d = desk()
    streaming(d)
    assert heard_after(d) <= 5


def test_bytes_are_found_where_nothing_wakes_the_task():
    assert heard_after(desk()) <= 101


def test_an_answer_is_followed_by_the_next_command_at_once():
    d = desk()
    streaming(d)

    async def main():
        io = Aio(d.modem)
        await io.power_on()
        before = d.clock.now
        commands = len(d.module.commands)
        await io.attach()
        return d.clock.now - before, len(d.module.commands) - commands

    took, commands = run(d.clock, main())
    assert commands >= 3 and took <= 5 * commands + 10, (took, commands)


def test_nothing_spins_while_bytes_come_slowly():
    # 9600 baud: a millisecond each. They are read in pieces, not one by one.
    d = desk(baud=9600)
    uart = streaming(d)
    uart.uart.init(baudrate=9600)

    async def main():
        io = Aio(d.modem)
        await io.power_on()
        before = uart.reads
        d.module.urc("+NEWS: " + "x" * 60)
        await sleep(500)
        return uart.reads - before

    assert run(d.clock, main()) <= 40


def test_an_interrupt_ends_the_wait_of_esp32():
    d = desk()
    uart = streaming(d)

    class Platform:
        platform = "esp32"

    real = aio.sys
    aio.sys = Platform
    try:

        async def main():
            io = Aio(d.modem)
            assert await io.imei() == IMEI
            io.stop()
            await sleep(10)

        run(d.clock, main())
    finally:
        aio.sys = real
    (handler, trigger), (none, _) = uart.irqs
    assert handler(uart) is None and trigger == Stream.IRQ_RX and none is None


def test_one_task():
    d = desk()

    async def main():
        io = Aio(d.modem)
        task = io.start()
        await io.imei()
        assert io.start() is task and d.modem.aio is io
        io.stop()
        assert io.start() is not task
        assert await io.imei() == IMEI

    run(d.clock, main())


def test_without_the_task_who_waits_polls():
    d = desk()

    async def main():
        io = Aio(d.modem)
        waiting = asyncio.create_task(io.attach())
        await sleep(1)
        io.stop()
        assert await waiting == "10.16.32.48"
        await sleep(10)
        polls = counting(d)
        await sleep(1000)
        assert polls == []

    run(d.clock, main())


def test_a_loop_after_another():
    d = desk()
    io = Aio(d.modem)

    async def main():
        assert await io.imei() == IMEI
        polls = counting(d)
        await sleep(1000)
        return len(polls)

    for _ in range(3):
        assert run(d.clock, main()) > 8


class Faults:
    """Polls that raise, from `begin` to `end`; `told`: what the loop's exception handler heard."""

    def __init__(self, d, error):
        self.modem = d.modem
        self.poll = d.modem.poll
        self.error = error
        self.told = []
        self.loop = asyncio.get_event_loop()
        self.loop.set_exception_handler(lambda loop, context: self.told.append(context))

    def raising(self):
        raise self.error

    def begin(self):
        self.modem.poll = self.raising

    def end(self):
        self.modem.poll = self.poll


def test_a_poll_that_raises_is_told_once_and_the_task_goes_on():
    d = desk()

    async def main():
        task = Aio(d.modem).start()
        faults = Faults(d, RuntimeError("a callback's mistake"))
        for _ in range(2):
            await sleep(500)
            faults.begin()
            await sleep(500)
            faults.end()
        assert [c["exception"] for c in faults.told] == [faults.error] * 2
        assert faults.told[0]["future"] is task and not task.done()
        assert await d.modem.aio.imei() == IMEI
        faults.loop.set_exception_handler(None)

    run(d.clock, main())


def test_a_poll_that_raises_ends_the_wait_for_a_method():
    d = desk()

    async def main():
        io = Aio(d.modem)
        faults = Faults(d, OSError(errno.ENODEV, "no UART"))
        faults.begin()
        e = await failure(io.imei())
        faults.end()
        assert e is faults.error
        assert await io.imei() == IMEI
        faults.loop.set_exception_handler(None)

    run(d.clock, main())


def test_a_blocking_call_in_between():
    # It holds up the other tasks, and does no harm.
    d = desk()

    async def main():
        io = Aio(d.modem)
        waiting = asyncio.create_task(io.imsi())
        await sleep(1)
        assert d.modem.imei() == IMEI
        assert await waiting == "460111174590523"

    run(d.clock, main())

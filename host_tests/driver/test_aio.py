"""The modem's methods as coroutines, in virtual time."""

import asyncio
import errno

from host_tests.driver.harness import desk, lines, raises, said
from host_tests.driver.loop import failure, run, sleep
from quectel import Aio, QuectelError

IMEI = "867997030000017"
FAMILIES = ("BC66", "BC20", "BC26", "UG96", "EG800Q")


# -- methods as coroutines ------------------------------------------------------------------------


def test_any_method(line):
    d = line.desk()

    async def main():
        m = d.modem
        Aio(m)
        await m.aio.power_on()
        assert await m.aio.attach() == "10.16.32.48"
        assert await m.aio.imei() == IMEI
        assert await m.aio.signal() == -63

    run(d.clock, main())


def test_on_all_families():
    for line in lines():
        for family in FAMILIES:
            d = line.desk(family)
            d.net.dns["abc.com"] = ["198.51.100.7"]

            async def main(d=d):
                io = Aio(d.modem)
                await io.power_on()
                assert await io.attach() == d.modem.ip()
                assert await io.resolve("abc.com") == ["198.51.100.7"]
                assert await io.ntp("pool.ntp.org") == (2018, 4, 20, 11, 8, 20, 32)

            run(d.clock, main())


def test_a_method_that_takes_no_time():
    d = desk()

    async def main():
        io = Aio(d.modem)
        stats = await io.stats()
        assert stats["timeouts"] == 0

    run(d.clock, main())


def test_bad_input_is_refused_before_anything_is_written():
    d = desk()

    async def main():
        io = Aio(d.modem)
        try:
            await io.ping("abc.com", count=99)
        except ValueError:
            return
        raise AssertionError("no ValueError")

    run(d.clock, main())
    assert d.module.commands == []


def test_what_the_module_refuses():
    d = desk()

    async def main():
        e = await failure(Aio(d.modem).resolve("nosuch.example"))
        assert e.errno == errno.EHOSTUNREACH and isinstance(e, QuectelError) and e.code == 565

    run(d.clock, main())


def test_no_such_method():
    io = Aio(desk().modem)
    raises(AttributeError, lambda: io.no_such_thing)
    raises(AttributeError, lambda: io._private)


def test_two_at_once_each_get_their_own_answer():
    for line in lines():
        d = line.desk()
        d.net.dns["abc.com"] = ["198.51.100.7"]

        async def main(d=d):
            io = Aio(d.modem)
            got = await asyncio.gather(io.imei(), io.resolve("abc.com"), io.signal(), io.imsi())
            assert list(got) == [IMEI, ["198.51.100.7"], -63, "460111174590523"]

        run(d.clock, main())


def test_an_operation_of_others():
    d = desk()

    async def main():
        io = Aio(d.modem)
        assert await io.wait(d.modem.imei(wait=False)) == IMEI

    run(d.clock, main())


def test_others_run_meanwhile():
    d = desk(delays={"answer": 200})
    ticks = []

    async def count():
        while True:
            ticks.append(d.clock.now)
            await sleep(10)

    async def main():
        counter = asyncio.create_task(count())
        await Aio(d.modem).power_on()
        counter.cancel()
        return d.clock.now

    took = run(d.clock, main())
    assert took > 1000 and len(ticks) >= took // 11
    assert max(b - a for a, b in zip(ticks, ticks[1:])) < 20


def test_the_idle_hook_is_not_for_asyncio():
    d = desk()

    async def main():
        d.modem.idle = None
        assert await Aio(d.modem).imei() == IMEI

    run(d.clock, main())


# -- giving up ------------------------------------------------------------------------------------


def test_cancelled_while_a_command_is_out(line):
    d = line.desk()

    async def main():
        io = Aio(d.modem)
        await io.power_on()
        d.module.delays["AT+CSQ"] = 700
        task = asyncio.create_task(io.signal())
        await sleep(100)
        assert said(d, "+CSQ")
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            # The late answer is not taken for the next one's.
            assert await io.imei() == IMEI
            await sleep(100)
            assert d.modem._ops == []
            return
        raise AssertionError("not cancelled")

    run(d.clock, main())


def test_cancelled_at_once():
    d = desk()

    async def main():
        io = Aio(d.modem)
        task = asyncio.create_task(io.resolve("abc.com"))
        await asyncio.sleep(0)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass
        assert await io.imei() == IMEI

    run(d.clock, main())
    assert not said(d, "+QIDNSGIP")


def test_cancelled_while_pwrkey_is_pressed_lets_go_of_it():
    from quectel import Power

    levels = []

    class Pin:
        def value(self, level):
            levels.append(level)

    d = desk(power=Power(Pin(), pwrkey_on=1))
    d.module.mute("AT", 10_000)

    async def main():
        task = asyncio.create_task(Aio(d.modem).power_on())
        while not levels or not levels[-1]:
            await sleep(10)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass

    run(d.clock, main())
    assert levels[-1] == 0


def test_wait_for_ends_a_method_that_hangs():
    d = desk()

    async def main():
        io = Aio(d.modem)
        await io.power_on()
        d.module.mute("AT+CSQ")
        start = d.clock.now
        try:
            await asyncio.wait_for(io.signal(), 0.5)
        except asyncio.TimeoutError:
            assert 500 <= d.clock.now - start < 520
            assert await io.signal() == -63
            return
        raise AssertionError("no timeout")

    run(d.clock, main())


def test_a_silent_module_ends_by_its_own_deadline():
    d = desk()

    async def main():
        io = Aio(d.modem)
        await io.power_on()
        d.module.mute("AT+CSQ")
        e = await failure(io.signal())
        assert e.errno == errno.ETIMEDOUT
        assert await io.signal() == -63

    run(d.clock, main())

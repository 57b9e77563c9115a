"""RealNetwork without a module: names, pings, time."""

import asyncio
import struct

import pytest

from host_tests.program import PATIENCE
from host_tests.simulator.realnet import split_target
from host_tests.simulator.realntp import host_clock, teller
from host_tests.test_simulator_real_net import Told, answer, datagrams, run

pytestmark = pytest.mark.waits


@run
async def test_names_resolve_as_mapped_or_not_at_all():
    told = Told({"a.example": "192.0.2.7", "b.example": "[::1]:8883"})
    network = told.network
    assert await answer(network.resolve, "A.example") == (0, ["192.0.2.7"], 600)
    assert (await answer(network.resolve, "b.example"))[:2] == (0, ["198.18.0.1"])
    assert network.real("198.18.0.1", 1) == (("198.18.0.1", 1), ("::1", 8883))
    for name in ("a..example", "x" * 64 + ".example"):
        assert (await answer(network.resolve, name))[:2] == (565, [])


@pytest.mark.parametrize("text", ["[::1]", "[::1]:0", "[x]:1", "a", "", ":", "1.2.3.4:"])
def test_what_is_no_target(text):
    with pytest.raises(ValueError):
        split_target(text)


@run
async def test_pings_of_this_computer_are_answered():
    names = {"a.example": "127.0.0.1:9", "b.example": "127.0.0.1", "c.example": "192.0.2.1:9"}
    network = Told(names).network
    for name in ("a.example", "b.example", "127.1.2.3", "::1"):
        address = (await answer(network.resolve, name))[1][0]
        assert await answer(network.ping, address, 32, PATIENCE * 1000) == (1, 64)
    address = (await answer(network.resolve, "c.example"))[1][0]
    assert await answer(network.ping, address, 32, 1) == (None, 0)


@pytest.mark.parametrize("server", ["silent.example", "127.0.0.1", "a..b"])
def test_the_hosts_clock_answers_for_a_server_that_does_not(server):
    @run
    async def test():
        silent = await datagrams()
        port = silent.address[1]
        network = Told({"silent.example": "127.0.0.1:%d" % port}).network
        before = host_clock()
        code, now = await answer(network.time, server, port)
        assert code == 0
        assert before <= now <= host_clock()
        assert now[7] == 0
        silent.transport.close()

    test()


@run
async def test_a_server_on_this_computer_is_asked_first():
    server = await datagrams()
    network = Told({"ntp.example": "%s:%d" % server.address}).network
    future = asyncio.ensure_future(answer(network.time, "NTP.example", 123))
    _, source = await server.told.get()
    server.transport.sendto(bytes(40) + struct.pack("!II", 3_911_760_000, 1 << 31), source)
    assert await future == (0, (2023, 12, 17, 0, 0, 0, 50, 0))


@run
async def test_a_fixed_time_is_told_whatever_the_server():
    network = Told(tell_time=teller("2026-11-20T12:00:00+02:00")).network
    for server in ("nobody.example", "127.0.0.1"):
        got = await answer(network.time, server, 123)
        assert got == (0, (2026, 11, 20, 12, 0, 0, 0, 8))


TIMES = {
    "2026-11-20T12:00:00Z": (2026, 11, 20, 12, 0, 0, 0, 0),
    "2026-11-20T12:00:00": (2026, 11, 20, 12, 0, 0, 0, 0),
    "2026-11-20 23:59:59.250-03:30": (2026, 11, 20, 23, 59, 59, 25, -14),
    "2026-02-28T00:00:00+05:45": (2026, 2, 28, 0, 0, 0, 0, 23),
}


@pytest.mark.parametrize("text", TIMES)
def test_a_time_as_typed(text):
    assert teller(text)() == TIMES[text]


@pytest.mark.parametrize("text", ["", "noon", "2026-02-30T00:00:00", "2026-11-20T12:00:00+00:10"])
def test_what_is_no_time(text):
    with pytest.raises(ValueError):
        teller(text)

"""A node's life, weeks of it on CPython: nothing is lost. And that the oracle would notice."""

import pytest

from host_tests.life import inside, report
from host_tests.life.server import Broken, Ledger, Server
from host_tests.life.weather import ACCIDENTS, DAY, SPELLS, Weather
from host_tests.life.world import World

DAYS = 8
PLENTY = 12  # times the weather of a year: all of it is to happen in eight days

# Programs that lose readings, or say more than they know: what of the node is another, and how.
BAD = {
    "drops before it sends": (
        """\
                exchange(link, s, kind, b"/".join(batch))
                self.box.drop(len(batch))
""",
        """\
                self.box.drop(len(batch))
                exchange(link, s, kind, b"/".join(batch))
""",
        "never arrived",
    ),
    "does not drop": (
        "drop(len(batch))\n",
        "drop(0)\n                break\n",
        "nothing has happened since",
    ),
    "says kept too early": (
        """\
        self.box.put(reading.encode())
        print("reading %s kept" % reading)""",
        """\
        print("reading %s kept" % reading)
        self.box.put(reading.encode())""",
        "never arrived",
    ),
    "sends every twentieth batch twice": (
        """\
                exchange(link, s, kind, b"/".join(batch))
""",
        """\
                for _ in range(1 if self.number % 20 else 2):
                    exchange(link, s, kind, b"/".join(batch))
""",
        "nothing has happened since",
    ),
    "latest first": ('b"/".join(batch)', 'b"/".join(reversed(batch))', "out of order"),
    "uses a number again": (
        "self.number += 1\n",
        "self.number = self.number % 50 + 1\n",
        "one name",
    ),
    "forgets its number": (
        "        self.remember()  # whatever happens next",
        "        # whatever happens next",
        "one name|never arrived",
    ),
    "no answer needed": ("else hear(s, answer)", "else None", "never arrived"),
}


def lived(seed, family="BC66", days=DAYS, **settings):
    world = World(seed, days, family, PLENTY)
    try:
        inside.live(world, **settings)
    except BaseException as e:
        raise AssertionError("World(%d, %d, %r, %d)" % (seed, days, family, PLENTY)) from e
    return world


@pytest.mark.parametrize(
    "seed, family", [(1, "BC66"), (2, "BC66"), (3, "BC26"), (4, "EG800Q"), (5, "EG800Q")]
)
def test_every_reading_arrives_in_order(seed, family):
    world = lived(seed, family)
    ledger = world.ledger
    assert len(ledger.kept) > 0.95 * DAYS * 96
    assert ledger.missing() == []
    assert ledger.repeated <= ledger.excuses
    assert world.counts["barks"] == 0  # never so long without food
    for kind, _, _, _ in ACCIDENTS:
        if kind != "deactivate" or family == "EG800Q":
            assert ledger.why.get(kind), kind
    assert world.counts["torn"] == world.flash.tears > 0
    assert set(world.bad_ms) == {"coverage", "server", "sim"}


def test_what_tcp_acknowledges_is_enough_where_it_can_be_asked_for():
    way = ((Server.HOST, Server.TCP_PORT, 1),)
    world = lived(6, "EG800Q", ACK="tcp", SERVERS=way)
    assert world.ledger.missing() == []


def test_the_same_seed_is_the_same_life():
    first, second = [report.rows(lived(7, days=4)) for _ in range(2)]
    assert first == second
    assert first != report.rows(lived(8, days=4))


@pytest.mark.parametrize("name", BAD)
def test_a_node_that_loses_readings_is_found_out(name):
    good, bad, verdict = BAD[name]
    text = inside.source()
    assert text.count(good) == 1
    world = World(1, DAYS, plenty=PLENTY)
    with pytest.raises(Broken, match=verdict):
        inside.live(world, text.replace(good, bad))


@pytest.mark.parametrize("memory", [b"7", b"null", b'["a", 1]', b"\xff\x00"])
def test_what_another_program_left_in_rtc_memory_does_no_harm(memory):
    world = World(1, 1)
    world.memory = memory
    inside.live(world)
    assert world.ledger.missing() == []


def test_a_mistake_in_the_board_file_does_not_end_the_program():
    world = World(1, 1)
    said = []
    world.log = said.append
    with pytest.raises(Broken, match="never arrived"):  # but it was not for want of trying
        inside.live(world, SERVERS=("telemetry.example", 5683, 2))
    assert sum("session in vain: ValueError" in line for line in said) > 1
    assert not world.module.vdd_ext


def test_a_node_that_does_not_feed_its_watchdog_is_noticed():
    world = World(1, 1)
    inside.live(world, inside.source().replace("(self.feed(), rest())", "rest()"))
    assert world.counts["barks"] > 0  # it delivers all the same


def test_the_weather_is_of_every_kind():
    for seed in range(20):
        spells = Weather(seed, 365).spells
        assert {kind for _, kind, _ in spells} == {row[0] for row in SPELLS}
        assert spells == sorted(spells) == Weather(seed, 365).spells
        assert all(0 <= when < 365 * DAY and ms > 0 for when, _, ms in spells)


def ledger(*readings):
    found = Ledger()
    for i, name in enumerate(readings):
        found.measure()
        found.keep(name, "%.1f" % ((i + 1) / 10))
    return found


def test_the_ledger_knows_what_is_missing():
    found = ledger("a-1", "a-2", "a-3")
    found.arrive(found.leave("a-1:0.1/a-2:0.2"))
    assert found.missing() == [3]
    found.arrive(found.leave("a-3:0.3"))
    assert found.missing() == [] and found.duplicates == 0


@pytest.mark.parametrize(
    "texts, verdict",
    [
        (["a-2:0.2", "a-1:0.1"], "out of order"),
        (["a-1:0.1/a-3:0.3", "a-2:0.2"], "out of order"),
        (["a-1:0.1", "a-1:0.1/a-2:0.2"], "nothing has happened since"),
        (["a-1:0.7"], "never measured"),
        (["a-1:0.2"], "one name"),
        (["a-1:0.1/"], "invented"),
        (["hello"], "invented"),
    ],
)
def test_the_ledger_notices(texts, verdict):
    found = ledger("a-1", "a-2", "a-3")
    with pytest.raises(Broken, match=verdict):
        for text in texts:
            found.arrive(found.leave(text))


def test_one_acknowledgement_lost_is_one_batch_again():
    found = ledger("a-1", "a-2")
    found.arrive(found.leave("a-1:0.1"))
    found.excuse("answer lost")
    found.arrive(found.leave("a-1:0.1/a-2:0.2"))
    assert (found.repeated, found.duplicates) == (1, 1)
    with pytest.raises(Broken):
        found.arrive(found.leave("a-2:0.2"))


def test_what_was_dropped_may_not_come_again_whatever_the_excuse():
    found = ledger("a-1", "a-2")
    with pytest.raises(Broken, match="never arrived"):
        found.settle("a-1")
    found.arrive(found.leave("a-1:0.1"))
    found.settle("a-1")
    found.excuse("cut")
    with pytest.raises(Broken, match="after it was dropped"):
        found.leave("a-1:0.1")

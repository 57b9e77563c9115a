"""How often a Link reboots a module: by the table of figure 1, note 3, and never more often."""

from time import ticks_add

from host_tests.driver.harness import raises
from host_tests.driver.link_bench import Bench, close
from quectel import channel, link_steps
from quectel.link_backoff import Backoff

FAMILIES = ("BC66", "BC26", "UG96", "EG800Q")
DAY_MS = 86_400_000

# Minutes from the end of a reboot to the next: three are free, the next may follow at once, then
# 10 min, 30 min, 1 h, and so on, at most 8 h.
MINUTES = (0, 0, 0, 10, 30, 60, 120, 240, 480, 480, 480)


def waits(reboots):
    return [after[0] - before[1] for before, after in zip(reboots, reboots[1:])]


def test_a_module_that_never_comes_back_for_24_hours():
    boards = ("pwrkey reset status", "pwrkey", "pwrkey reset", "pwrkey status supply")
    for family, pins in zip(FAMILIES, boards):
        b = Bench(family, pins=pins)
        b.up()
        b.die()
        b.run(DAY_MS + 3_600_000)
        reboots = b.reboots()
        assert len(reboots) == 11  # four at once, and after 10, 40, 100, 220, 460, 940, 1420 min
        for ms, minutes in zip(waits(reboots), MINUTES):
            assert close(ms, minutes * 60_000), waits(reboots)
        # What was pressed was pressed in them, and something was in each.
        for begin, end in reboots:
            assert [t for t, _ in b.presses if begin <= t <= end]
        assert len(b.presses) == sum([len(during(b, *r)) for r in reboots])
        assert b.link.reason == link_steps.DEAD and b.link.backoff.reboots == 11


def during(b, begin, end):
    return [t for t, _ in b.presses if begin <= t <= end]


def test_a_module_that_hangs_with_its_status_on_for_24_hours():
    for family in ("BC66", "EG800Q"):
        b = Bench(family)
        b.up()
        b.module.mute("AT", 1_000_000)
        b.run(DAY_MS)
        # It comes back each time, deaf: what fails is known at the end of the reboot.
        reboots = b.reboots()
        assert len(reboots) >= 10
        for ms, minutes in zip(waits(reboots), MINUTES):
            assert 0 <= ms - minutes * 60_000 <= 25_000, waits(reboots)


def test_no_sim_card_for_24_hours():
    for family in FAMILIES:
        b = Bench(family, sim=False)
        b.run(DAY_MS)
        reboots = b.reboots()
        for i in range(3):
            assert close(waits(reboots)[i], 20_000)  # the SIM row's time
        for ms, minutes in zip(waits(reboots)[3:], MINUTES[3:]):
            assert close(ms, minutes * 60_000)
        assert len(reboots) == 10 or len(reboots) == 11
        assert b.link.state == "wait" and b.link.reason == link_steps.NO_SIM


def test_the_tick_counter_wraps():
    b = Bench("BC66", sim=False)
    base = ticks_add(0, -45_000)
    channel.ticks_ms = lambda: ticks_add(base, b.clock.now)
    b.run(3_000_000)
    begins = [begin for begin, _ in b.reboots()]
    assert len(begins) == 6 and close(begins[0], 20_000)
    for ms, minutes in zip(waits(b.reboots())[3:], MINUTES[3:]):
        assert close(ms, minutes * 60_000)


def test_the_table_goes_on_without_an_end():
    counters = Backoff()
    minutes = []
    for _ in range(300):
        counters.reboot()
        minutes.append(counters.rest_ms // 60_000)
    assert tuple(minutes[:11]) == MINUTES and set(minutes[11:]) == {480}
    assert Backoff().load(counters.save(), 0)


def waiting(family="BC66", **knobs):
    """A bench whose link waits for its fifth reboot, 10 min long, for want of a SIM card."""
    b = Bench(family, sim=False, **knobs)
    b.until("wait")
    assert b.link.backoff.reboots == 4 and b.link.rest_s() == 600 - 20
    return b


def test_while_it_waits_it_looks_now_and_then():
    b = waiting()
    b.module.commands.clear()
    b.run(300_000)
    assert b.link.state == "wait" and 4 <= len(b.module.commands) <= 6
    b.module.sim = True
    b.module.attach()
    t = b.clock.now
    assert b.until("up") - t < 62_000
    assert b.link.backoff.reboots == 4  # being up proves nothing yet


def test_while_it_waits_the_module_reboots_by_itself():
    b = waiting("EG800Q")
    b.module.sim = True
    b.module.reboot()
    t = b.clock.now
    assert b.until("up") - t < 5_000


def test_a_module_that_comes_up_and_dies_again_and_again():
    for family in ("BC66", "EG800Q"):
        b = Bench(family)
        b.step = 200
        for _ in range(7):
            b.until("up", DAY_MS)
            b.run(30_000)
            b.module.power_cut()
            b.until("reboot", DAY_MS)
        b.until("up", DAY_MS)
        assert len(b.reboots()) == 7
        for ms, minutes in zip(waits(b.reboots()), MINUTES):
            assert ms >= minutes * 60_000


def test_the_counters_begin_anew_after_ten_minutes_of_up():
    b = waiting("BC26")
    b.module.sim = True
    b.module.attach()
    b.until("up")
    b.run(510_000)
    b.modem._asleep = b.modem._boots  # does not count
    b.run(600_000)
    b.modem._asleep = -1
    b.run(1_000)
    assert b.link.backoff.reboots == 4
    b.module.detach()
    b.until("register")  # a break
    b.module.attach()
    t = b.until("up")
    b.run(599_000)
    assert b.link.backoff.reboots == 4
    b.run(t + 600_100 - b.clock.now)
    assert b.link.backoff.reboots == 0 and b.link.rest_s() == 0 and b.link.state == "up"


def test_the_counters_begin_anew_when_the_program_says_so():
    b = waiting()
    b.link.ok()
    t = b.clock.now
    assert close(b.until("reboot"), t)


def test_a_reset_by_the_program_changes_nothing():
    b = waiting("EG800Q")
    t = b.clock.now
    rest = b.link.backoff.rest_ms
    b.modem.reset()
    b.run(30_000)
    assert b.link.backoff.reboots == 4
    assert close(b.until("reboot", DAY_MS), t + rest)


# -- save and load ------------------------------------------------------------------------------


def test_the_wait_goes_on_over_a_deep_sleep():
    for family in FAMILIES:
        b = waiting(family)
        b.run(99_000)
        data = b.link.save()
        assert isinstance(data, bytes) and len(data) <= 32
        due = b.clock.now + b.link.backoff.rest_ms
        assert b.wakes(300_000, family, data)
        assert b.link.backoff.reboots == 4
        assert 0 <= b.until("reboot", DAY_MS) - due < 1_050  # whole seconds are saved
        # The next wait is that of five reboots.
        b.until("wait")
        b.diary.clear()
        data = b.link.save()
        assert b.wakes(10_000_000, family, data)
        b.module.commands.clear()
        begin = b.asked("+CPIN?") if family == "UG96" else b.clock.now  # as in test_link.py
        assert close(b.until("reboot"), begin + 20_000) and b.link.backoff.reboots == 6


def test_an_unknown_time_asleep_counts_for_nothing():
    b = waiting()
    data = b.link.save()
    for elapsed in (0, -1, -1_000_000):
        assert b.link.load(data, elapsed) and b.link.rest_s() == 580
    for elapsed in (580, 10**6, 10**12):
        assert b.link.load(data, elapsed) and b.link.rest_s() == 0
    assert b.link.load(data, 100.7) and b.link.rest_s() == 480


def test_what_is_saved_while_it_reboots_counts_that_reboot():
    b = Bench(sim=False)
    saved = []
    b.link.on_change = lambda link: saved.append((link.state, link.save()))
    b.run(25_000)
    assert b.wakes(1000, "BC66", [s for s in saved if s[0] == "reboot"][0][1])
    assert b.link.backoff.reboots == 1


def test_damaged_counters_change_nothing():
    b = waiting()
    good = b.link.save()
    b.link.backoff.reboot()
    now = b.link.save()
    bad = [None, b"", good[:-1], good + b"\0", bytes(len(good)), b"\xff" * len(good), "12345678"]
    for i in range(len(good) * 8):
        data = bytearray(good)
        data[i >> 3] ^= 1 << (i & 7)
        bad.append(data)
    for data in bad:
        assert not b.link.load(data, 5)
        assert b.link.save() == now
    assert b.link.load(bytearray(good)) and b.link.save() == good
    # Whole, but more than any wait: not ours.
    b.link.backoff.rest_ms = 601_000
    wrong = b.link.save()
    assert b.link.load(good) and not b.link.load(wrong)


def test_open_failures_are_saved_too():
    b = Bench("EG800Q")
    b.up()
    b.desk.net.tcp("198.51.100.7", 7, refuse=True)
    for _ in range(3):
        raises(OSError, b.link.open, ("198.51.100.7", 7))
    assert b.wakes(60_000, "EG800Q", b.link.save())
    b.until("up")
    for _ in range(2):
        raises(OSError, b.link.open, ("198.51.100.7", 7))
    b.until("deactivate")


# -- whatever happens ---------------------------------------------------------------------------


class Dice:
    """Numbers from a seed, the same on every interpreter."""

    def __init__(self, seed):
        self._n = seed * 7919 + 17

    def roll(self, n):
        self._n = (self._n * 1_103_515_245 + 12_345) % (1 << 31)
        return (self._n >> 8) % n


COMMANDS = "AT +CPIN +CEREG +CGREG +CFUN +QIACT +QIDEACT +CGPADDR +QISTATE +CMEE +QPOWD".split()


def mischief(b, dice, family):
    """One of the things that happen to a node."""
    module = b.module
    what = dice.roll(11)
    command = COMMANDS[dice.roll(len(COMMANDS))]
    if what == 0:
        module.power_cut()
    elif what == 1:
        module.reboot()
    elif what == 2:
        module.mute(command, 1 + dice.roll(60))
    elif what == 3:
        module.answer(command, b"\r\nERROR\r\n", 1 + dice.roll(60))
    elif what == 4:
        module.sim = not module.sim
    elif what == 5:
        module.detach(3 * dice.roll(2))
    elif what == 6 and module.running:
        module.lose_context(1)
    elif what == 7:
        module.inject(b"\x00\xffRDY\r\n")
    elif what == 8:
        b.modem.reset(wait=False)
    elif what == 9 and b.link.state != "reboot":
        assert b.wakes(dice.roll(400_000), family, b.link.save())
    else:
        module.sim = True
        if module.running:
            module.attach()
        else:
            module.boot()


def test_never_more_reboots_than_the_table_allows():
    total = 0
    for seed in range(12):
        family = FAMILIES[seed % 4]
        dice = Dice(seed)
        b = Bench(family)
        b.step = 500
        for _ in range(30):
            b.run(1_000 * dice.roll(300))
            mischief(b, dice, family)
        allowed(b, seed)
        total += len(b.reboots())
    assert total > 60  # it was put to the test


def allowed(b, seed):
    """Fails if there is a reboot in the diary that the table does not allow."""
    made = end = up = 0
    inside = False
    for t, state, _ in b.diary:
        if up and t - up >= 600_000:
            made = 0
        up = t if state == "up" else 0
        if inside:
            end = t
        inside = state == "reboot"
        if inside:
            assert not made or t - end >= MINUTES[min(made, 11) - 1] * 60_000, (seed, made, t)
            made += 1

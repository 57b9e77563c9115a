"""What the tests of Link share: a link on a desk, and what it did when."""

from host_tests.driver import harness
from host_tests.driver.harness import said
from host_tests.driver.wiring import wired
from quectel import channel

STEP_MS = 50  # the longest between two polls, and so how exact times are
_LONG_STEP_MS = 400


class Bench:
    """A desk with pins, and a Link on its modem that keeps a diary.

    diary     (ms, state, reason), one for each change
    step      the longest time between two polls, unless the link just waits
    """

    step = STEP_MS

    def __init__(self, family="BC66", line=None, link=None, pins="pwrkey reset status", **knobs):
        from quectel import Link

        self.desk = wired(family, pins, line, **knobs)
        self.clock = self.desk.clock
        self.module = self.desk.module
        self.modem = self.desk.modem
        self.diary = []
        self.link = Link(self.modem, on_change=self._note, **(link or {}))
        self.modem.idle = self.idle

    @property
    def presses(self):
        """(ms, pin) for each press of a pin."""
        return [(ms, name) for ms, name, level in self.desk.moves if level]

    def _note(self, link):
        self.diary.append((self.clock.now, link.state, link.reason))

    def idle(self):
        """Time goes on, to the next thing that happens, or is due in the link."""
        uart = self.desk.uart
        if uart.any():
            return
        step = self._step()
        due = self.clock.next_due()
        self.clock.advance(step if due is None else min(due, step))

    def _step(self):
        # A day of waiting has long steps; but nothing that is due in the link comes late by them.
        link = self.link
        if link.state == "reboot":
            return _LONG_STEP_MS
        if link.state != "wait":
            return self.step
        look = _LONG_STEP_MS if self.modem.channel.phase else link._nap or self.step
        return max(min(look, link.backoff.rest_ms), 1)

    def die(self):
        """The module is gone, and no pin brings it back."""
        self.module.power_cut()
        self.module.boot = lambda: None

    def wakes(self, ms, family, data):
        """The board sleeps for `ms` and starts anew, with another tick count; what does `load`
        say to what `save` gave?"""
        from quectel import Link

        self.diary.append((self.clock.now, "asleep", ""))
        self.clock.advance(ms)
        skew = 987_654_321 - self.clock.now
        channel.ticks_ms = lambda: self.clock.now + skew
        self.modem = harness.family(family)(self.desk.uart, self.modem.power)
        self.modem.idle = self.idle
        self.link = Link(self.modem, on_change=self._note)
        return self.link.load(data, ms // 1000)

    def reboots(self):
        """[begin, end] of each reboot in the diary; the last one may have no end yet."""
        found = []
        for t, state, _ in self.diary:
            if found and len(found[-1]) == 1:
                found[-1].append(t)
            if state == "reboot":
                found.append([t])
        return found

    def run(self, ms):
        """Let so much time pass, polling the link."""
        end = self.clock.now + ms
        while self.clock.now < end:
            self.link.poll()
            self.idle()

    def until(self, state, ms=400_000):
        """Poll until the link is in `state`; returns when that was."""
        end = self.clock.now + ms
        while self.link.state != state:
            assert self.clock.now < end, "no %s: %s" % (state, self.diary[-9:])
            self.link.poll()
            if self.link.state != state:
                self.idle()
        return self.clock.now

    def asked(self, command):
        """Poll until the module hears this command; returns when."""
        while not said(self, command):
            self.link.poll()
            t = self.clock.now
            self.idle()
        return t

    def up(self):
        """Poll until it is up, and forget how it got there."""
        t = self.until("up")
        self.diary.clear()
        self.module.commands.clear()
        return t

    def states(self):
        """The states since `up`, each once."""
        seen = []
        for _, state, _ in self.diary:
            if not seen or seen[-1] != state:
                seen.append(state)
        return seen

    def reasons(self):
        """The reasons since `up`."""
        return [reason for _, _, reason in self.diary]

    def when(self, state):
        """The times at which it came to `state`."""
        return [
            self.diary[i][0]
            for i in range(len(self.diary))
            if self.diary[i][1] == state and (not i or self.diary[i - 1][1] != state)
        ]


def close(t, expected):
    """Is that the time, to one poll?"""
    return 0 <= t - expected <= 2 * STEP_MS

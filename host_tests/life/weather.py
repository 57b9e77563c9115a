"""What a year brings, from one seed: what lasts hours or days, and what happens in a moment.

The rates are higher than a hill deserves: every kind is to be met in each year many times.
"""

import math
import random

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
YEAR = 365 * DAY

# kind, times a year, shortest, longest; lengths are spread evenly over their orders of magnitude
SPELLS = (
    ("coverage", 30, HOUR, 72 * HOUR),  # no network to be found
    ("server", 10, HOUR, 96 * HOUR),  # the server is down
    ("sim", 6, HOUR, 12 * HOUR),  # the SIM card has lost contact
    ("cut", 60, SECOND, 2 * HOUR),  # no power, for the node and the module
    ("torn", 60, SECOND, 2 * HOUR),  # no power, from the middle of the node's next write on
    ("brownout", 24, SECOND, SECOND),  # a dip that resets the node and not the module
)

# kind, chance in each session of the module, shortest, longest; they begin within its first minute
ACCIDENTS = (
    ("reboot", 0.02, 0, 0),  # by itself
    ("hang", 0.01, 0, 0),  # for ever: RESET or the supply ends it
    ("silence", 0.01, 2 * SECOND, 10 * MINUTE),  # it hears and says nothing
    ("detach", 0.02, SECOND, 20 * MINUTE),  # by the network
    ("deactivate", 0.01, 0, 0),  # the context, where there are such
    ("brownout", 0.005, 0, 0),
    ("stuck", 0.005, 0, 0),  # the node's program; its watchdog ends that
    ("cut", 0.005, SECOND, MINUTE),
)

# The way to the server and back, for each datagram
LOST = 0.04
TWICE = 0.005
LATE = 0.01  # as late as this, instead of as usual:
LATE_MS = (5 * SECOND, 60 * SECOND)
USUAL_MS = (80, 3 * SECOND)


def spread(rng, low, high):
    """A whole number between the two, each order of magnitude as likely as the other."""
    low = max(low, 1)
    return int(low * math.exp(rng.random() * math.log(max(high, low) / low)))


class Weather:
    """`spells`: (when, kind, length) in order, for so many days; `plenty` times the usual."""

    def __init__(self, seed, days, plenty=1):
        self._plenty = plenty
        self._accidents = random.Random("accidents %s" % seed)
        self._line = random.Random("line %s" % seed)
        rng = random.Random("spells %s" % seed)
        self.spells = []
        for kind, often, low, high in SPELLS:
            number = often * plenty * days * DAY / YEAR
            number = max(1, int(number + rng.random()))
            for _ in range(number):
                when = rng.randrange(days * DAY)
                length = spread(rng, low, max(low, high // plenty))
                self.spells.append((when, kind, length))
        self.spells.sort()

    def accidents(self):
        """Those of one session: (kind, when after its begin, length)."""
        rng = self._accidents
        return [
            (kind, spread(rng, 10, MINUTE), spread(rng, low, high))
            for kind, chance, low, high in ACCIDENTS
            if rng.random() < chance * self._plenty
        ]

    def way(self):
        """The delays, ms, of the copies of a datagram that arrive: none, one or two."""
        rng = self._line
        if rng.random() < LOST:
            return []
        copies = 2 if rng.random() < TWICE else 1
        return [
            spread(rng, *(LATE_MS if rng.random() < LATE else USUAL_MS)) for _ in range(copies)
        ]

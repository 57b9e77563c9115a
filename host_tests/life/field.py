"""The simulated module where a node has it: it may hang, and be out of reach of any network."""

from host_tests.simulator import Module
from host_tests.simulator.power import ASLEEP, BOOTING, OFF, RESETTING, RUNNING
from host_tests.simulator.radio import SEARCHING


class FieldModule(Module):
    """`on_boot()` is called at each boot, `on_unheard()` when it would speak and cannot.

    `on_ms`: how long it has been on in all.
    """

    def __init__(self, *args, **more):
        self.silent = False  # it hears nothing and says nothing
        self.covered = True  # there is a network
        self.on_boot = lambda: None
        self.on_unheard = lambda: None
        self.on_ms = 0
        self._on_since = None
        super().__init__(*args, **more)

    def feed(self, data):
        if not self.silent:
            super().feed(data)

    def write(self, data):
        if self.silent:
            self.on_unheard()
        else:
            super().write(data)

    def pwrkey(self, level):
        if not self.silent:  # who hangs does not look at its key either
            super().pwrkey(level)

    def attach(self):
        if self.covered:
            super().attach()
        elif self.sim and self.fun:
            self._set_stat(SEARCHING)

    def boot(self):
        super().boot()
        self.on_boot()

    def _halt(self, state):
        self.silent = False
        super()._halt(state)

    @property
    def state(self):
        return self._state

    @state.setter
    def state(self, state):
        # How long it is on is a matter of when it goes on and off.
        on = state in (BOOTING, RUNNING, RESETTING)
        if on and self._on_since is None:
            self._on_since = self.clock.now
        elif not on and self._on_since is not None:
            self.on_ms += self.clock.now - self._on_since
            self._on_since = None
        self._state = state

    # What the weather does

    def cover(self, covered):
        self.covered = covered
        if self.state not in (RUNNING, ASLEEP):
            return
        if covered:
            self.attach()
        else:
            self.detach(SEARCHING)

    def insert(self, sim):
        self.sim = sim
        if self.state == RUNNING:
            if sim:
                self.sim_ready()
            else:
                self.urc("+CPIN: NOT READY")
                self.detach()

    def detached(self, ms):
        """By the network, which takes it back after `ms`."""
        if self.state == RUNNING:
            self.detach()
            self.later(ms, self.attach)

    def deactivated(self):
        if self.state == RUNNING and self.family.host_activates:
            self.lose_contexts()

    def hang(self, ms=None):
        """Until it is reset, or for `ms`."""
        if self.state != OFF:
            self.silent = True
            if ms:
                self.later(ms, self._listen)

    def _listen(self):
        self.silent = False

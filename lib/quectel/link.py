"""The way to the network, and back to it after anything: the recovery ladder.

A Link is an operation of its modem that never ends. Every `modem.poll()` takes it one step on; it
asks and tells the module what link_steps.py has, and goes from row to row of this table. It is
that of the EG800Q&EG91xQ manual, figure 1, and holds for all families: where the network itself
gives an address (BC66, BC20, BC26), that it has one is the activation, the radio off and on again
the deactivation, and a new APN is stored before it registers, which takes a REBOOT.

    state       what is tried                         time  it works  it does not
    SIM         does the module see a SIM card?       20 s  REGISTER  REBOOT
    REGISTER    is it registered, or roaming?         60 s  ACTIVATE  ACTIVATE; there is no status:
                                                                      RADIO, the second time REBOOT
    RADIO       configure; CFUN=0, CFUN=1                   REGISTER  REBOOT
    ACTIVATE    configure and activate the context   150 s  UP        DEACTIVATE; no answer: REBOOT
    DEACTIVATE  deactivate the context                40 s  PAUSE     again, the third time REBOOT;
                                                                      no answer: REBOOT
    PAUSE       nothing: 5 s, then 10, 20 ... 320 s, where a network refuses that we are
                registered in; then REGISTER
    UP          five failed opens in a row: DEACTIVATE; the context is lost, or the registration
                (looked at every 60 s): REGISTER; a command without an answer: SILENT
    SILENT      does it answer?                       60 s  UP        REBOOT
    REBOOT      off and on again                     300 s  SIM       REBOOT
    WAIT        the next reboot is not due: a look every 60 s; it answers: SIM; it is due: REBOOT

Besides, in any row but the last two: a QICLOSE without an answer in its time (10 s; 11 s where the
module itself gives up at 10 s), or nothing answered for 60 s since a command left: REBOOT. The
module has rebooted by itself: SIM, which counts for nothing.

REBOOT is WAIT as long as link_backoff.py says so. Its counters begin anew when data has
demonstrably arrived (`ok`, `delivered`) or after ten minutes of UP without a break; not when UP is
reached, or a module that dies again and again would be rebooted every other minute.
"""

import sys

from micropython import const

from . import link_watch
from .channel import now, ticks_diff
from .link_backoff import Backoff
from .link_rows import ACTIVATE, DEACTIVATE, PAUSE, RADIO, REBOOT, REGISTER, SILENT, SIM, UP, WAIT
from .link_steps import DEAD, NO_ANSWER, RESTARTED, STARTING, TROUBLE, UNCLOSED
from .link_steps import STOPPED as _STOPPED

STOPPED = "stopped"

# Time in milliseconds, 0: that of a command; and the state when it is over
_ROWS = {
    SIM: (20_000, REBOOT),
    REGISTER: (60_000, ACTIVATE),
    RADIO: (0, REBOOT),
    ACTIVATE: (0, DEACTIVATE),
    DEACTIVATE: (0, REBOOT),
    PAUSE: (5_000, REGISTER),
    UP: (600_000, UP),
    SILENT: (0, REBOOT),
    REBOOT: (300_000, REBOOT),
    WAIT: (0, REBOOT),
}

_SILENT_MS = const(60_000)
_TROUBLE_MS = const(5_000)
_GAP_MS = const(10_000)  # a poll that comes later than that finds answers that waited for it
_DOUBLINGS = const(6)  # of PAUSE

# channel.py
_IDLE = const(0)
_ANSWER = const(1)


def leave(*names: str) -> None:
    """Have these files collected as garbage until they are needed again, if they are .mpy."""
    for name in names:
        if __file__.endswith("mpy") and sys.modules.pop("quectel." + name, None):
            delattr(sys.modules["quectel"], name)


class Link:
    """Keeps `modem` on the network while `up()`, or any method of the modem, is called.

    `apn`, `user`, `password`, `auth`: see `Modem.configure_context`; None leaves what the module
    has. ValueError: not possible, or not on this family.
    `on_change(link)` is called inside `poll()` when `state` or `reason` changes: it must be short.

    state    the row of the table it is in, a constant of this file
    address  the module's, as it was when it came up; "" while the way is not there
    reason   why it is not up, in words (link_steps.py, link_watch.py); "" when it is
    """

    def __init__(
        self, modem, apn: "str | None" = None, user="", password="", auth=0, on_change=None
    ) -> None:
        self.modem = modem
        self.on_change = on_change
        self.state = SIM
        self.reason = STARTING
        self.address = ""
        self.backoff = Backoff()
        self._apn = apn
        self._looked = -1  # the boot of the modem in which the APN was looked at last
        self._op = None  # the operation, while it runs
        self._tick = 0  # when it was polled last
        # Milliseconds that count down. Time in which the module sleeps is not counted.
        self._left = 0  # of the row's time, if it has one
        self._limit = 0  # the row's time; 0: has none
        self._nap = 0  # until the row goes on
        self._boots = 0  # of the modem, as far as noticed
        # Silence: milliseconds since the first command left that has no answer; -1: all have
        self._quiet = -1
        self._began = 0  # tick at which the last command left
        self._head = b""  # what it was
        self._timeouts = 0  # of the channel, as far as noticed,
        self._failed = 0  # and its failed recoveries
        self._resyncs = 0  # its good ones, when REGISTER began
        self._status = -1  # the registration status in REGISTER; -1: none yet
        self._cycled = False  # RADIO has been tried for want of one
        self._refused = 0  # activations refused in a row
        from . import link_steps

        link_steps.way(modem).check(modem, apn, user, password, auth)
        if "_asleep" not in modem.__dict__:  # to ask for what is not there loads three files
            # The modem's `_boots` when sleep() or power_off() was called; -1: since then wake().
            # -2: power_off() or restart() is at work
            modem._asleep = -1

    # -- what the program calls --------------------------------------------------------------

    def poll(self) -> None:
        """One poll of the modem, and of the link with it. Never blocks."""
        op = self._op
        if op is None or op.done:
            self._tick = self._began = now()
            self._boots = self.modem._boots
            self.reason = STARTING
            self._enter(SIM)
            self._op = self.modem._start(self._run())
        self.modem.poll()

    def up(self) -> bool:
        """Is the way to the network there? After one poll of the modem; never blocks."""
        self.poll()
        return self.state == UP

    def stop(self) -> None:
        """Leave the module alone, as before `power_off()`. The next `poll()` or `up()` goes on."""
        op = self._op
        self._op = None
        if op:
            try:
                op.cancel()
            except ValueError:
                pass  # called by on_change: `_run` is at work, and sees it
        self.state = STOPPED
        self._tell(_STOPPED)

    def open(self, address, type: int = 1, timeout_s: "float | None" = None, wait: bool = True):
        """A connected Socket to (host, port): type 1 TCP, 2 UDP. With wait=False an Operation.

        `timeout_s`: of the socket from now on; the opening takes no longer either. OSError:
        EHOSTUNREACH (the link is not up, the text says why), or as `Socket.connect`. Five in a row
        that the module reports as failed have the context activated anew.
        """
        from .link_delivery import opening

        return self._go(opening(self, address, type, timeout_s), wait)

    def delivered(self, s, wait: bool = True):
        """Wait until the peer has acknowledged all that was sent on TCP Socket `s`.

        It is asked for every 5 s, 24 times. OSError(ETIMEDOUT): it has not, and the socket is
        closed; open another one. BC66, BC20, UDP, and firmware without that question: it returns
        when the module has taken everything (SEND OK), which proves nothing.
        """
        from .link_delivery import delivering

        return self._go(delivering(self, s), wait)

    def ok(self) -> None:
        """The program's own server has acknowledged data: the counters begin anew."""
        self.backoff.clear()

    def rest_s(self) -> int:
        """Seconds until the module may be rebooted next."""
        return (self.backoff.rest_ms + 999) // 1000

    def save(self) -> bytes:
        """The counters in a few bytes, for what survives the next sleep or reset of the board."""
        return self.backoff.save()

    def load(self, data, elapsed_s: int = 0) -> bool:
        """Go on with the counters that `save` gave `elapsed_s` seconds ago, if that is known.

        False: they are damaged or none, and nothing has changed.
        """
        return self.backoff.load(data, elapsed_s)

    def _go(self, steps, wait: bool):
        modem = self.modem
        op = modem._start(steps)
        if not wait:
            return op
        try:
            while not op.done:
                modem._spin()
        finally:
            op.cancel()
            leave("link_delivery")
        return op.result()

    # -- the operation -----------------------------------------------------------------------

    def _run(self):
        modem = self.modem
        channel = modem.channel
        steps = None  # of the row
        op = yield
        try:
            while self._op is op:
                # It never ends; but between its commands others need not wait for it.
                op.rests = channel._owner is not op  # type: ignore[attr-defined]
                asleep = modem._asleep
                if (
                    asleep == modem._boots
                    or (asleep < -1 and self.state != REBOOT)
                    or getattr(channel, "raw", None) is not None
                ):
                    # In transparent mode nothing can be asked either.
                    self._tick = self._began = now()
                    yield
                    continue
                try:
                    state = self._clock(channel)
                    if state:
                        if steps:
                            steps.close()
                        steps = None
                        self._enter(state)
                    elif steps:
                        steps.send(op)
                    elif not self._nap:
                        steps = self._row()
                        steps.send(None)
                except StopIteration as e:
                    steps = None
                    self._enter(e.value)
                except Exception:
                    # No memory, or what nobody has thought of: again, but not at once.
                    steps = None
                    self.reason = TROUBLE
                    self._enter(REBOOT if self.state == REBOOT else PAUSE)
                    self._nap = _TROUBLE_MS
                yield
        finally:
            if steps:
                steps.close()

    def _row(self):
        if self.state == UP or self.state == SILENT:
            return getattr(link_watch, self.state)(self)
        from . import link_rows

        return getattr(link_rows, self.state)(self)

    def _clock(self, channel) -> "str | None":
        # What time, silence and reboots make of the state. Allocates nothing while nothing is.
        t = now()
        ms = max(ticks_diff(t, self._tick), 0)
        self._tick = t
        self._nap -= min(ms, self._nap)
        state = self.state
        timeouts = channel.timeouts
        if state != REBOOT:  # from its end on the next one is waited for
            self.backoff.passed(ms)
        ms = min(ms, _GAP_MS)
        if self._quiet >= 0:
            self._quiet += ms
        unclosed = False
        if timeouts != self._timeouts or channel.failed != self._failed:
            unclosed = timeouts != self._timeouts and link_watch.closes(self._head)
            self._timeouts = timeouts
            self._failed = channel.failed
            if self._quiet < 0:
                self._quiet = ticks_diff(t, self._began)
        elif channel.phase == _ANSWER:
            self._began = channel._start
            self._head = channel.head
        elif channel.phase == _IDLE:
            self._began = t
        if self._limit:
            self._left -= ms
            if self._left <= 0:
                return self._over()
        if state == REBOOT:
            return None
        if self.modem._boots != self._boots:
            self._boots = self.modem._boots
            self._quiet = -1
            if state != SIM:
                self.reason = RESTARTED
                return SIM
        if state == WAIT:
            return None if self.backoff.rest_ms else REBOOT
        if unclosed or self._quiet >= _SILENT_MS:
            self.reason = UNCLOSED if unclosed else NO_ANSWER
            return REBOOT
        return None

    def _over(self) -> "str | None":
        # The row's time is over.
        state = self.state
        if state == UP:
            self._limit = 0
            self.backoff.clear()
            return None
        if state == REGISTER and self._status < 0:
            silent = self._quiet >= 0 and self._resyncs == self.modem.channel.resyncs
            if silent:
                self.reason = NO_ANSWER
            if silent or self._cycled:
                return REBOOT
            self._quiet = -1  # it does answer something
            return RADIO
        if state == REBOOT:
            self.reason = DEAD
        return _ROWS[state][1]

    def _enter(self, state: str) -> None:
        backoff = self.backoff
        if self.state == REBOOT:
            self._boots = self.modem._boots
            self._quiet = -1
        if state == REBOOT:
            if backoff.rest_ms:
                state = WAIT
            else:
                backoff.reboot()
        self.state = state
        self._left = self._limit = _ROWS[state][0]
        self._nap = 0
        if state != UP and state != SILENT:
            self.address = ""
        if state == SIM:
            # UG96: SIM commands fail up to 30 s after a start
            self._left = self._limit = getattr(type(self.modem), "SIM_MS", self._limit)
        elif state == REGISTER:
            self._status = -1
            self._resyncs = self.modem.channel.resyncs
        elif state == PAUSE:
            self._left = self._limit << min(max(self._refused - 1, 0), _DOUBLINGS)
        elif state == UP:
            self._refused = 0
            self.reason = ""
            leave("link_rows", "link_steps")
        self._tell(self.reason)

    def _tell(self, reason: str) -> None:
        self.reason = reason
        if self.on_change:
            try:
                self.on_change(self)
            except Exception:
                self.modem.channel.dropped += 1

    # -- for link_rows.py --------------------------------------------------------------------

    def _say(self, reason: str) -> None:
        if reason != self.reason:
            self._tell(reason)

    def _ask(self, steps):
        # One question. Any answer to it ends the silence.
        try:
            answer = yield from steps
        except OSError as e:
            if hasattr(e, "code"):
                self._quiet = -1
            raise
        self._quiet = -1
        return answer

    def _rest(self, ms: int):
        self._nap = ms
        while self._nap:
            yield

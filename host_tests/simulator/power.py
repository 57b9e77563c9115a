"""Power and time: the pads PWRKEY and RESET, booting, switching off, deep sleep."""

OFF, BOOTING, RUNNING, RESETTING, ASLEEP = "off", "booting", "running", "resetting", "asleep"
HUNG = "hung"  # on, deaf and dumb

BANNER = (
    "F1: 0000 0000\r\nV0: 0000 0000 [0001]\r\n00: 0006 000C\r\n01: 0000 0000\r\n"
    "U0: 0000 0001 [0000]\r\nT0: 0000 00B4\r\nLeaving the BROM\r\n\r\n"
)

SIM_COMMANDS = ("+CPIN", "+CIMI", "+CCID", "+QCCID", "+NCCID", "+QICSGP", "+CGDCONT", "+QIACT")


class Power:
    """Part of Module. `state` is one of the words above; `epoch` counts boots, so that no plan
    outlives one."""

    @property
    def running(self):
        return self.state == RUNNING

    @property
    def vdd_ext(self):
        """Level of VDD_EXT (STATUS on a board that has it): 1 while the module is on."""
        return 0 if self.state in (OFF, ASLEEP) else 1

    def later(self, ms, fn, *args):
        """Like the clock's, but forgotten at the next reboot or power-off."""
        return self.clock.call_later(ms, self._in_epoch, self._epoch, fn, args)

    def _in_epoch(self, epoch, fn, args):
        if epoch == self._epoch:
            fn(*args)

    # The pads. Level 0 is the active one, as on the module itself.

    def pwrkey(self, level):
        """Drive PWRKEY. Held low long enough it switches on a module that is off, and off one
        that is on."""
        self.clock.cancel(self._pwrkey_timer)
        self._pwrkey_timer = None
        if not level and self.state == ASLEEP:
            self.wake()  # and that is all this press does, however long
        elif not level:
            family = self.family
            ms = family.pwrkey_ms if self.state == OFF else family.pwrkey_off_ms
            if ms is not None:
                self._pwrkey_timer = self.clock.call_later(ms, self._pwrkey_held)

    def _pwrkey_held(self):
        self._pwrkey_timer = None
        if self.state == OFF:
            self.boot()
        else:
            self._pressed_off()

    def _pressed_off(self):
        if self.state == HUNG:
            self._halt(OFF)  # a guess: the key's long press needs no firmware
        elif self.state not in (OFF, RESETTING):
            self.power_down(self.power_down_urc)

    def pwrdwn(self, level):
        """Drive PWRDWN_N, where there is one: held low long enough it switches off."""
        self.clock.cancel(self._pwrdwn_timer)
        self._pwrdwn_timer = None
        if not level and self.family.pwrdwn_ms is not None and self.state != OFF:
            self._pwrdwn_timer = self.clock.call_later(self.family.pwrdwn_ms, self._pressed_off)

    def reset(self, level):
        """Drive RESET. The module starts anew when it is let go."""
        self.clock.cancel(self._reset_timer)
        self._reset_timer = None
        if not level:
            self._reset_timer = self.clock.call_later(self.family.reset_ms, self._reset_held)
        elif self.state == RESETTING:
            self.boot()

    def _reset_held(self):
        self._reset_timer = None
        if self.state != OFF:
            self._halt(RESETTING)

    # What follows from them

    def boot(self):
        """Start up: RDY and what comes after it, each in its time."""
        self._halt(BOOTING)
        if self.banner:
            self.write(BANNER.encode())
        self.later(self.delays["boot"], self._ready)

    def _ready(self):
        self.start_session()
        self.state = RUNNING
        self.app_ready = not self.app_rdy
        self.sim_usable = not self.late_sim
        noise = self.boot_noise
        self.write(noise + b"RDY\r\n" if noise else b"\r\nRDY\r\n")
        when = 0
        for delay, text in self.family.boot_urcs:
            when += self.delays[delay]
            if text is None:
                self.later(when, self.sim_ready)
            else:
                self.later(when, self._boot_urc, text)
        if self.app_rdy:
            self.later(self.delays["APP RDY"], self._app_ready)
        self.later(when, self._sim_usable)

    def _boot_urc(self, text):
        if self.sim or "+CFUN" in text:
            self.urc(text)

    def _app_ready(self):
        self.app_ready = True
        self.urc("APP RDY")

    def _sim_usable(self):
        self.sim_usable = True

    def deaf_to(self, name):
        """True for a command that fails because the module has only just started."""
        return not self.sim_usable and name in SIM_COMMANDS

    def reboot(self):
        """As by a watchdog: silence, then RDY. Everything not in NVRAM is lost."""
        self.boot()

    def power_down(self, announcement=None):
        """Detach, say so if it is the way, and fall silent."""
        if announcement:
            self.write(b"\r\n" + announcement.encode() + b"\r\n")
        self._epoch += 1
        self._busy = True  # deaf from now on
        self.close_all()
        self.later(self.delays["power off"], self._halt, OFF)

    def say_goodbye(self):
        """QPOWD, after its OK."""
        if not self.family.qpowd_says:
            self.power_down()
            return
        self._epoch += 1
        self._busy = True
        self.close_all()
        self.later(self.delays["POWERED DOWN"], self.power_down, self.power_down_urc)

    def power_off_at_once(self):
        if self.family.qpowd_says and self.power_down_urc:
            self.write(b"\r\n" + self.power_down_urc.encode() + b"\r\n")
        self.power_cut()

    def hang(self):
        """The firmware stands still: until RESET, a press that switches off, a power cut."""
        self._halt(HUNG)

    def power_cut(self):
        """The supply is gone, at once."""
        self._halt(OFF)

    def _halt(self, state):
        self._epoch += 1
        self.close_all()
        self.state = state
        self.start_line()

    # Deep sleep

    def deep_sleep(self):
        """Power saving mode: silent until woken by a byte, which is lost, by PWRKEY or PSM_EINT.

        False if it cannot be, as on a BC26 with a TCP connection, and ever on UG and EG."""
        if not self.family.deep_sleeps:
            return False
        if self.family.wake_resets:
            self._halt(ASLEEP)
            return True
        for socket in self.sockets:
            if socket is not None and socket.kind == "TCP":
                return False
        self._epoch += 1
        self.state = ASLEEP
        self.start_line()
        self.dns_servers = []
        return True

    def wake(self):
        """Leave deep sleep; does nothing in any other state."""
        if self.state != ASLEEP:
            return
        if self.family.wake_resets:
            self.boot()
        else:
            self.state = BOOTING
            self.later(self.delays["wake"], self._awake)

    def _awake(self):
        self.state = RUNNING
        self.echo = self.nvram.get("echo", 1)
        self.woken()

"""Switching a module: by its pins and by command, whatever state it is in.

A module that answers is never switched off by the wish to switch it on.
"""

import errno

from host_tests.driver.harness import Line, desk, fails, said

IP = "10.16.32.48"


class Pin:
    """A pin behind a transistor: 1 pulls the pad low."""

    def __init__(self, pad=None):
        self.pad = pad
        self.levels = []

    def value(self, level=None):
        if level is None:
            return self.pad()
        self.levels.append(level)
        self.pad(1 - level)


def powered(line=None, family="BC66", **knobs):
    """A desk with all three pins, and its PWRKEY and RESET pins."""
    from quectel import Power

    keys = Pin(), Pin()
    status = Pin()
    d = (line or Line("whole")).desk(
        family, power=Power(keys[0], reset=keys[1], status=status), **knobs
    )
    keys[0].pad = d.module.pwrkey
    keys[1].pad = d.module.reset
    status.pad = lambda: d.module.vdd_ext
    return d, keys


def test_power_on(line):
    for family in ("BC66", "BC20", "BC26"):
        d, (pwrkey, _) = powered(line, family, powered=False, delays={"boot": 1500, "answer": 0})
        d.modem.power_on()
        assert pwrkey.levels == [1, 0]
        assert d.modem.imei() == "867997030000017"


def test_power_on_never_presses_what_already_answers():
    d, (pwrkey, _) = powered()
    d.modem.power_on()
    assert pwrkey.levels == []


def test_power_on_of_a_module_that_is_just_starting():
    d, (pwrkey, _) = powered(powered=False, delays={"boot": 2500, "answer": 0})
    d.module.boot()
    d.modem.power_on()
    assert pwrkey.levels == [] and d.modem.signal() is None


def test_power_on_with_autobaud_banner_and_noise(line):
    d, (pwrkey, _) = powered(line, powered=False, banner=True, autobaud=2)
    d.module.inject(b"\x00\xff\x00IIII", 650)
    d.modem.power_on()
    assert pwrkey.levels == [1, 0] and d.modem.imei() == "867997030000017"


def test_power_on_of_a_module_that_stays_dead():
    d, (pwrkey, _) = powered(powered=False)
    d.module.pwrkey = lambda level: None
    pwrkey.pad = lambda level: None
    fails(errno.ENODEV, d.modem.power_on)  # as STATUS says
    assert 1 < len(pwrkey.levels) <= 6 and pwrkey.levels[-1] == 0  # let go in the end
    assert d.clock.now < 120_000


def test_power_on_without_pins():
    d = desk(powered=False)
    fails(errno.ETIMEDOUT, d.modem.power_on)
    d.module.boot()
    d.modem.power_on()
    assert d.modem.imei() == "867997030000017"


def test_power_on_by_pwrkey_alone():
    from quectel import Power

    pin = Pin()
    d = desk(powered=False, power=Power(pin), delays={"boot": 1500, "answer": 0})
    pin.pad = d.module.pwrkey
    d.modem.power_on()
    assert pin.levels == [1, 0] and d.module.running


def test_power_on_with_circuitpython_pins():
    from quectel import Power

    class DigitalInOut:
        levels = []

        def get(self):
            return self.levels[-1] if self.levels else False

        def put(self, level):
            self.levels.append(level)
            d.module.pwrkey(0 if level else 1)

        value = property(get, put)

    d = desk(powered=False, power=Power(DigitalInOut()), delays={"boot": 1500, "answer": 0})
    d.modem.power_on()
    assert d.module.running and DigitalInOut.levels == [True, False]


def test_power_off(line):
    for family in ("BC66", "BC20", "BC26"):
        d, keys = powered(line, family)
        s, _ = d.tcp()
        d.modem.power_off()
        assert said(d, "+QPOWD") == ["AT+QPOWD=0"]  # the way that leaves the network
        d.run(1000)
        assert d.module.vdd_ext == 0
        fails(errno.ECONNRESET, s.send, b"x")
        d.modem.power_on()
        assert keys[0].levels == [1, 0] and d.modem.imei() == "867997030000017"


def test_reset_by_pin_and_by_command(line):
    for with_pins in (True, False):
        d, keys = powered(line) if with_pins else (line.desk(), (None, None))
        s, _ = d.tcp()
        d.modem.reset()
        assert len(said(d, "+QRST=1")) == (0 if with_pins else 1)
        if with_pins:
            assert keys[1].levels == [1, 0] and keys[0].levels == []
        fails(errno.ECONNRESET, s.send, b"x")
        assert d.modem.attach() == IP
        d.tcp(port=8)


def test_reset_of_a_module_that_stays_silent():
    d = desk()
    d.modem.signal()
    d.module.power_cut()
    fails(errno.ETIMEDOUT, d.modem.reset)
    assert d.clock.now < 60_000

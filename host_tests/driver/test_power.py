"""Switching a module on (F50): whatever state it is in, and whatever is wrong with the board.

A module that answers is never switched off by the wish to switch it on. Pulse times: the longer of
two sources for each family.
"""

import errno

from host_tests.driver.harness import desk, fails
from host_tests.driver.wiring import presses, wired

IMEI = "867997030000017"
STEP = 50  # the longest step of the tests' clock
# PWRKEY held low to switch on, ms
ON_MS = {
    "BC66": 600,
    "BC20": 600,
    "BC26": 600,
    "UG95": 600,
    "UG96": 300,
    "EG800Q": 2000,
    "EG915Q": 2000,
    "EG916Q": 2000,
}


def off(family="BC66", names="pwrkey status", line=None, **knobs):
    """A desk with a module that is off."""
    knobs.setdefault("delays", {"answer": 0})
    return wired(family, names, line, powered=False, **knobs)


def test_F50_off_is_switched_on_by_one_press_of_the_family_s_length():
    for family in ON_MS:
        d = off(family)
        d.modem.power_on()
        (held,) = presses(d, "pwrkey")
        assert ON_MS[family] <= held <= ON_MS[family] + STEP, (family, held)
        assert d.modem.imei() == IMEI


def test_power_on(line):
    for family in ("BC66", "BC26"):
        d = off(family, line=line, delays={"boot": 1500, "answer": 0})
        d.modem.power_on()
        assert len(presses(d, "pwrkey")) == 1
        assert d.modem.imei() == IMEI


def test_F50_what_already_answers_is_not_touched():
    for family in ON_MS:
        for names in ("pwrkey", "pwrkey status"):
            d = wired(family, names)
            d.modem.power_on()
            assert d.moves == []


def test_F50_starting_by_itself_is_not_touched():
    for names in ("pwrkey", "pwrkey status"):
        d = off("EG800Q", names, delays={"boot": 1400, "answer": 0})
        d.module.boot()
        d.modem.power_on()
        assert d.moves == [] and d.modem.imei() == IMEI


def test_F50_starting_slowly_with_its_status_on_it_gets_the_time():
    d = off("EG800Q", delays={"boot": 12_000, "answer": 0})
    d.module.boot()
    d.modem.power_on()
    assert d.moves == [] and d.modem.imei() == IMEI


def test_F50_what_the_probe_wakes_from_deep_sleep_is_not_touched():
    d = wired("BC66", "pwrkey", delays={"boot": 3_000, "answer": 0})
    assert d.module.deep_sleep()
    d.modem.power_on()
    assert d.moves == [] and d.modem.imei() == IMEI


def test_F50_between_rdy_and_app_rdy_errors_are_no_reason_to_press():
    d = off("EG800Q", "pwrkey", quirks=("app_rdy",))
    d.modem.power_on()
    assert len(presses(d, "pwrkey")) == 1 and d.modem.imei() == IMEI


def test_F50_sim_commands_work_when_power_on_has_ended():
    d = off("UG96", "pwrkey", quirks=("late_sim",))
    d.modem.power_on()
    assert d.modem.imsi() == "460111174590523"


def test_F50_rdy_is_lost():
    d = off("BC66", "pwrkey")
    d.module.drop_output(0, len("\r\nRDY\r\n"))
    d.modem.power_on()
    assert len(presses(d, "pwrkey")) == 1 and d.modem.imei() == IMEI


def test_F50_pwrkey_does_nothing():
    for names, number in (("pwrkey status", errno.ENODEV), ("pwrkey", errno.ETIMEDOUT)):
        d = off("BC66", names)
        d.module.pwrkey = lambda level: None
        fails(number, d.modem.power_on)
        assert 1 < len(presses(d, "pwrkey")) <= 3  # each was let go
        assert d.clock.now < 120_000


def test_F50_status_is_stuck_on():
    d = off()
    d.pins["status"].value = lambda: 1
    e = fails(errno.ETIMEDOUT, d.modem.power_on)
    assert "STATUS is on" in str(e) and d.moves == []


def test_F50_status_is_stuck_off():
    d = wired("BC66", "pwrkey status")
    d.pins["status"].value = lambda: 0
    d.modem.power_on()
    assert d.moves == []  # it answers


def test_F50_wrong_baud_rate():
    d = off("BC66", "pwrkey", baud=115200)
    d.uart.baudrate = 9600
    e = fails(errno.EIO, d.modem.power_on)
    assert "baud" in str(e)
    assert len(presses(d, "pwrkey")) == 1  # its noise says that it is on


def test_F50_it_answers_errors_for_ever():
    d = wired("BC66", "pwrkey")
    d.module.answer("AT+CMEE", b"\r\nERROR\r\n", times=1000)
    e = fails(errno.EIO, d.modem.power_on)
    assert e.code == -1 and d.moves == []


def test_power_on_with_autobaud_banner_and_noise(line):
    d = off("BC66", "pwrkey status", line, banner=True, autobaud=2, delays=0)
    d.module.inject(b"\x00\xff\x00IIII", 650)
    d.modem.power_on()
    assert len(presses(d, "pwrkey")) == 1 and d.modem.imei() == IMEI


def test_power_on_without_pins():
    d = desk(powered=False)
    fails(errno.ETIMEDOUT, d.modem.power_on)
    d.module.boot()
    d.modem.power_on()
    assert d.modem.imei() == IMEI


def test_without_a_key_there_is_time_for_what_starts_by_itself():
    d = off("EG800Q", "supply", delays={"boot": 12_000, "answer": 0})
    d.modem.power.pins["supply"].value = lambda *level: d.module.boot()
    d.modem.power_on()
    assert d.module.running


def test_the_supply_comes_before_pwrkey():
    d = off("BC66", "pwrkey supply")
    d.modem.power_on()
    assert d.moves[0][1:] == ("supply", 1)
    assert d.moves[1][1:] == ("pwrkey", 1) and d.moves[1][0] - d.moves[0][0] >= 1000


def test_step_by_step():
    d = off()
    op = d.modem.power_on(wait=False)
    while not op.done:
        d.modem.poll()
        d.idle()
    op.result()
    assert d.module.running


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
    assert d.module.running and DigitalInOut.levels == [1, 0]


def test_an_open_drain_pin_presses_with_0():
    from quectel import Power

    class OpenDrain:
        levels = []

        def value(self, level):
            self.levels.append(level)
            d.module.pwrkey(level)

    d = desk(powered=False, power=Power(OpenDrain(), pwrkey_on=0), delays={"boot": 1500})
    d.modem.power_on()
    assert OpenDrain.levels == [0, 1]


def test_a_pin_that_does_not_exist_is_refused():
    from quectel import Power

    for name in ("pwrky", "vdd_ext", "status_off", "reset_on_"):
        try:
            Power(**{name: 1})
        except ValueError as e:
            assert name in str(e)
        else:
            raise AssertionError(name)


def test_a_module_that_was_known_is_looked_at_again():
    d = wired("BC66", "pwrkey")
    d.modem.power_on()
    d.module.power_cut()
    d.modem.power_on()
    assert len(presses(d, "pwrkey")) == 1 and d.module.running


def test_nothing_is_pressed_in_transparent_mode():
    d = wired("EG800Q", "pwrkey")
    s, _ = d.tcp()
    raw = s.transparent()
    d.run(60_000)
    fails(errno.EALREADY, d.modem.power_on)
    assert d.moves == []
    raw.close()

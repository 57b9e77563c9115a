"""Off, reset, off and on again (F50): each step bounded, nothing pressed that would do harm."""

import errno

from host_tests.driver.harness import desk, fails, said
from host_tests.driver.wiring import presses, wired

IP = "10.16.32.48"
STEP = 50
# QPOWD's argument that says goodbye to the network, and the longest time that takes
GOODBYE = {
    "BC66": ("0", 25_000),
    "BC20": ("0", 25_000),
    "BC26": ("0", 25_000),
    "UG95": ("1", 60_000),
    "UG96": ("1", 60_000),
    "EG800Q": ("1", 12_000),
    "EG915Q": ("1", 12_000),
    "EG916Q": ("1", 12_000),
}
# RESET held low, ms
RESET_MS = {"BC66": 100, "BC26": 100, "UG96": 200, "EG800Q": 500, "EG915Q": 500}


def test_power_off(line):
    for family in ("BC66", "BC26"):
        d = wired(family, "pwrkey status", line)
        s, _ = d.tcp()
        d.modem.power_off()
        assert said(d, "+QPOWD") == ["AT+QPOWD=0"]
        assert d.module.vdd_ext == 0 and d.moves == []
        fails(errno.ECONNRESET, s.send, b"x")
        d.modem.power_on()
        assert len(presses(d, "pwrkey")) == 1 and d.modem.attach() == IP


def test_power_off_says_goodbye_in_the_family_s_way():
    for family in GOODBYE:
        d = wired(family, "status", delays={"answer": 0})
        d.modem.power_off()
        assert said(d, "+QPOWD") == ["AT+QPOWD=" + GOODBYE[family][0]]
        assert d.module.vdd_ext == 0


def test_without_status_its_last_words_are_believed():
    for family in ("UG95", "UG96", "EG800Q", "EG915Q"):
        d = wired(family, "pwrkey", delays={"answer": 0})
        d.modem.power_off()
        d.run(1000)
        assert d.module.vdd_ext == 0 and d.clock.now < 8_000


def test_without_status_and_last_words_the_longest_time_passes():
    for family in GOODBYE:
        d = wired(family, "pwrkey", quirks=("silent_power_down",), delays=0)
        d.modem.power_off()
        assert GOODBYE[family][1] <= d.clock.now <= GOODBYE[family][1] + 2000


def test_the_supply_is_cut_when_status_is_off_and_not_before():
    d = wired("UG96", "status supply", delays={"answer": 0, "POWERED DOWN": 40_000})
    cut = []
    d.module.power_cut = lambda: cut.append(d.module.vdd_ext)
    d.modem.power_off()
    assert cut == [0] and 40_000 < d.clock.now < 60_000


def test_without_status_the_supply_is_cut_after_the_longest_time():
    for family in ("EG800Q", "UG96", "BC66"):
        d = wired(family, "supply")
        d.modem.power_off()
        (ms, name, level) = d.moves[-1]
        assert (name, level) == ("supply", 0) and ms >= GOODBYE[family][1]


def test_F50_a_module_that_stays_on_is_an_error():
    d = wired("BC66", "status", quirks=("slow_power_down",))
    d.pins["status"].value = lambda: 1
    e = fails(errno.ETIMEDOUT, d.modem.power_off)
    assert "STATUS stays on" in str(e)


def test_F50_a_silent_module_is_not_pressed_where_nothing_says_that_it_is_on():
    d = wired("BC66", "pwrkey", powered=False)
    e = fails(errno.ETIMEDOUT, d.modem.power_off)
    assert "hanging" in str(e) and d.moves == []


def test_a_module_that_is_off_already():
    d = wired("BC66", "pwrkey status", powered=False)
    d.modem.power_off()
    assert d.moves == []


def test_a_hanging_module_is_switched_off_by_its_key_where_status_says_on():
    for family, ms in (("BC66", 1000), ("EG800Q", 700), ("EG915Q", 3100), ("UG96", 700)):
        d = wired(family, "pwrkey status")
        d.module.hang()
        d.modem.power_off()
        (held,) = presses(d, "pwrkey")
        assert ms <= held <= ms + STEP and d.module.vdd_ext == 0


def test_ug95_has_a_pad_of_its_own_for_it():
    d = wired("UG95", "pwrkey pwrdwn")
    d.module.hang()
    d.modem.power_off()
    (held,) = presses(d, "pwrdwn")
    assert 100 <= held <= 200 + STEP and d.module.vdd_ext == 0


def test_force_is_the_other_argument_of_qpowd():
    for family, how in (("BC66", "1"), ("EG800Q", "0")):
        d = wired(family, "status")
        d.modem.power_off(force=True)
        assert said(d, "+QPOWD") == ["AT+QPOWD=" + how] and d.module.vdd_ext == 0


def test_force_cuts_the_supply_without_a_word():
    d = wired("EG800Q", "pwrkey supply")
    d.modem.signal()
    commands = len(d.module.commands)
    d.modem.power_off(force=True)
    assert d.moves == [(d.clock.now, "supply", 0)] and len(d.module.commands) == commands


def test_force_uses_pwrdwn_without_a_word():
    d = wired("UG95", "pwrdwn status")
    d.modem.power_off(force=True)
    assert said(d, "+QPOWD") == [] and d.module.vdd_ext == 0


def test_a_module_in_deep_sleep_is_woken_by_it_and_switched_off_all_the_same():
    for family in ("BC66", "BC26"):
        for names in ("pwrkey", "pwrkey status"):
            d = wired(family, names, delays={"boot": 5_000, "answer": 0})
            d.modem.imei()
            assert d.module.deep_sleep()
            d.modem.power_off()
            assert d.module.state == "off" and d.moves == []


def test_a_module_that_reboots_at_that_moment_is_switched_off_all_the_same():
    for family in ("BC66", "EG800Q", "UG96"):
        for names in ("pwrkey", "pwrkey status"):
            for ms in range(0, 300, 50):
                d = wired(family, names, delays={"boot": 3_000, "answer": 300})
                d.modem.imei()
                d.clock.call_later(ms, d.module.reboot)
                d.modem.power_off()
                d.run(1_000)
                assert d.module.state == "off", (family, names, ms)


# -- reset ---------------------------------------------------------------------------------------


def test_reset_by_pin_and_by_command(line):
    for names in ("pwrkey reset status", "pwrkey"):
        d = wired("BC66", names, line)
        s, _ = d.tcp()
        d.modem.reset()
        assert len(said(d, "+QRST=1")) == (0 if "reset" in names else 1)
        assert len(presses(d, "reset")) == ("reset" in names) and presses(d, "pwrkey") == []
        fails(errno.ECONNRESET, s.send, b"x")
        assert d.modem.attach() == IP
        d.tcp(port=8)


def test_reset_is_held_as_long_as_the_family_wants():
    for family in RESET_MS:
        d = wired(family, "reset")
        d.modem.reset()
        (held,) = presses(d, "reset")
        assert RESET_MS[family] <= held <= RESET_MS[family] + STEP
        assert d.module.running


def test_reset_ends_when_commands_work():
    d = wired("EG800Q", "reset", quirks=("app_rdy",))
    d.modem.reset()
    assert d.modem.imei() == "867997030000017"


def test_reset_of_a_module_that_stays_silent():
    d = desk()
    d.modem.signal()
    d.module.power_cut()
    fails(errno.ETIMEDOUT, d.modem.reset)
    assert d.clock.now < 60_000


# -- off and on again ----------------------------------------------------------------------------


def test_restart_of_a_module_that_answers_goes_by_command_and_key():
    d = wired("EG800Q", "pwrkey status reset")
    d.modem.restart()
    assert said(d, "+QPOWD") == ["AT+QPOWD=1"]
    assert len(presses(d, "pwrkey")) == 1 and presses(d, "reset") == []
    assert d.module.running


def test_restart_of_a_module_that_hangs():
    for family in ("BC66", "BC26", "UG96", "EG800Q", "EG915Q"):
        for names in ("pwrkey reset", "pwrkey", "pwrkey status", "pwrkey supply"):
            d = wired(family, names)
            d.modem.signal()
            d.module.hang()
            d.modem.restart()
            assert d.module.running, (family, names)
            assert d.modem.imei() == "867997030000017"


def test_restart_without_pins_is_a_reset():
    d = desk("EG800Q")
    d.modem.restart()
    assert said(d, "+CFUN=1,1") == ["AT+CFUN=1,1"] and d.module.running


def test_restart_gives_the_supply_a_second_without_current():
    d = wired("EG800Q", "pwrkey supply")
    d.modem.restart()
    cut, back = [ms for ms, name, _ in d.moves if name == "supply"]
    assert back - cut >= 1000


def test_restart_of_a_module_that_never_comes_back():
    d = wired("BC66", "pwrkey reset status")
    d.module.hang()
    d.module.boot = lambda: None
    fails(errno.ENODEV, d.modem.restart)
    assert d.clock.now < 200_000


def test_restart_presses_nothing_in_transparent_mode():
    for names in ("pwrkey", "pwrkey reset"):
        d = wired("EG800Q", names)
        s, _ = d.tcp()
        raw = s.transparent()
        fails(errno.EALREADY, d.modem.restart)
        assert d.moves == []
        raw.close()

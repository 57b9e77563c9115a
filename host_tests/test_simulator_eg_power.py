"""Power, boot and registration of the simulated EG800Q, EG915Q, EG916Q."""

import pytest

from host_tests.simulator.desk import ERROR, OK, Desk, answer, lines

FAMILIES = ("EG800Q", "EG915Q", "EG916Q")
BOOTED = lines("RDY", "+CPIN: READY", "+QUSIM: 1", "+QIND: SMS DONE")


def press(desk, ms):
    desk.module.pwrkey(0)
    desk.clock.advance(ms)
    desk.module.pwrkey(1)


@pytest.mark.parametrize(
    "family, on_ms, off_ms", [("EG800Q", 500, 650), ("EG915Q", 2000, 3000), ("EG916Q", 2000, 3000)]
)
def test_pwrkey_takes_longer_to_switch_off(family, on_ms, off_ms):
    desk = Desk(family, powered=False)
    press(desk, on_ms - 1)
    assert desk.heard(30000) == b""
    press(desk, on_ms)
    assert desk.heard(30000) == BOOTED
    press(desk, off_ms - 1)
    assert desk.module.vdd_ext == 1
    press(desk, off_ms)
    assert desk.heard(2000) == lines("POWERED DOWN")
    assert desk.module.vdd_ext == 0


@pytest.mark.parametrize("family, ms", [("EG800Q", 300), ("EG915Q", 500)])
def test_reset(family, ms):
    desk = Desk(family)
    desk.module.reset(0)
    desk.clock.advance(ms)
    desk.module.reset(1)
    assert desk.heard(30000) == BOOTED


@pytest.mark.parametrize("command", ["AT+QPOWD", "AT+QPOWD=1"])
def test_power_off_by_command(command):
    desk = Desk("EG800Q")
    assert desk.say(command, 300) == OK
    assert desk.module.vdd_ext == 1
    assert desk.heard(5000) == lines("POWERED DOWN")
    assert desk.module.vdd_ext == 0


def test_power_off_at_once():
    desk = Desk("EG800Q")
    assert desk.say("AT+QPOWD=0", 10) == lines("OK", "POWERED DOWN")
    assert desk.module.vdd_ext == 0


def test_restart_by_command():
    assert Desk("EG916Q").say("AT+CFUN=1,1", 30000) == OK + BOOTED


def test_no_sim():
    desk = Desk("EG800Q", powered=False, sim=False)
    desk.module.boot()
    assert desk.heard(30000) == lines("RDY", "+CPIN: NOT READY")
    desk.say("ATE0")
    assert desk.say("AT+CPIN?") == lines("+CME ERROR: 10")
    assert desk.say("AT+CMEE=0;+CPIN?") == ERROR


def test_registration_is_told_to_those_who_ask():
    desk = Desk("EG800Q")
    desk.say("AT+CREG=1;+CGREG=2;+CEREG=1;+CFUN=4")
    desk.say("AT+CFUN=1", 10)
    got = desk.heard(10000)
    assert got.endswith(lines("+CREG: 1", '+CGREG: 1,"12AB","0035E5D4",7', "+CEREG: 1"))


@pytest.mark.parametrize("family", FAMILIES)
def test_who_it_is(family):
    desk = Desk(family)
    assert desk.say("AT+CGMM") == answer(family)
    assert ("Quectel\r\n%s\r\nRevision: %s" % (family, family)).encode() in desk.say("ATI")


def test_a_module_in_transparent_mode_can_be_switched_off():
    desk = Desk("EG800Q")
    desk.activate()
    desk.net.tcp("198.51.100.7", 7)
    desk.say('AT+QIOPEN=1,0,"TCP","198.51.100.7",7,0,2')
    press(desk, 650)
    assert desk.heard(2000) == lines("POWERED DOWN")


def test_urcs_at_another_port():
    desk = Desk("EG800Q", quirks=("urcs_elsewhere",))
    desk.activate()
    peer = desk.net.tcp("198.51.100.7", 7)
    assert desk.say('AT+QIOPEN=1,0,"TCP","198.51.100.7",7') == OK
    assert desk.say('AT+QURCCFG="urcport"') == answer('+QURCCFG: "urcport","usbat"')
    assert desk.say('AT+QURCCFG="urcport","uart1"') == OK
    peer.send(b"x")
    assert desk.heard(10) == lines('+QIURC: "recv",0')

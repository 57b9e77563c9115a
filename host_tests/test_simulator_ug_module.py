"""What the simulated UG95 and UG96 do in a way of their own."""

import pytest

from host_tests.simulator.desk import ERROR, OK, Desk, answer, lines

BOOTED = lines("RDY", "+CFUN: 1", "+CPIN: READY", "+QUSIM: 1", "+QIND: SMS DONE", "+QIND: PB DONE")


@pytest.fixture(params=["UG95", "UG96"])
def desk(request):
    return Desk(request.param)


def press(desk, ms):
    desk.module.pwrkey(0)
    desk.clock.advance(ms)
    desk.module.pwrkey(1)


def test_a_tenth_of_a_second_switches_on(desk):
    desk.module.power_cut()
    press(desk, 99)
    assert desk.heard(10000) == b""
    press(desk, 100)
    assert desk.heard(10000) == BOOTED


def test_the_ug95_has_a_pad_of_its_own_to_switch_off():
    desk = Desk("UG95")
    press(desk, 5000)
    assert desk.heard(5000) == b""
    desk.module.pwrdwn(0)
    assert desk.heard(2000) == lines("POWERED DOWN")
    assert desk.module.vdd_ext == 0


def test_power_off_by_command(desk):
    assert desk.say("AT+QPOWD=1", 1900) == OK
    assert desk.heard(2000) == lines("POWERED DOWN")
    assert desk.module.vdd_ext == 0


def test_a_3g_module_knows_no_eps(desk):
    assert desk.say("AT+CEREG?") == ERROR
    assert desk.say("AT+CGREG?") == answer("+CGREG: 0,1")
    assert desk.say("AT+CREG=2;+CREG?") == answer('+CREG: 2,1,"12AB","0035E5D4",2')


def test_cgsn_is_plain(desk):
    assert desk.say("AT+CGSN") == answer(desk.module.family.imei)
    assert desk.say("AT+CGSN=1") == ERROR


def test_sim_commands_may_have_to_wait():
    desk = Desk("UG96", powered=False, quirks=("late_sim",))
    desk.module.boot()
    desk.heard(6000)
    desk.say("ATE0")
    assert desk.say("AT+CIMI") == ERROR
    desk.heard(5000)
    assert desk.say("AT+CIMI") == answer(desk.module.family.imsi)


def test_only_four_options(desk):
    for name in ("transpktsize", "transwaittm", "dataformat", "viewmode"):
        assert desk.say('AT+QICFG="%s"' % name).endswith(OK)
    assert desk.say('AT+QICFG="recvind"') == ERROR
    assert desk.error() == 552


def test_ipv4_only_and_twenty_contexts(desk):
    assert desk.say('AT+QICSGP=20,1,"apn"') == OK
    assert desk.say('AT+QICSGP=21,1,"apn"') == ERROR
    assert desk.say('AT+QICSGP=1,3,"apn"') == ERROR


def test_state_3_is_alive_on_some_firmware():
    desk = Desk("UG96", quirks=("state3",))
    desk.activate()
    peer = desk.open()
    assert b',3,1,0,0,"uart1"' in desk.say("AT+QISTATE=1,0")
    peer.close()
    desk.heard(10)
    assert b',5,1,0,0,"uart1"' in desk.say("AT+QISTATE=1,0")


def test_urcs_at_another_port():
    desk = Desk("UG96", quirks=("urcs_elsewhere",))
    desk.activate()
    desk.net.tcp("198.51.100.7", 7)
    assert desk.say('AT+QIOPEN=1,0,"TCP","198.51.100.7",7') == OK
    assert desk.say('AT+QCFG="urc/port",1,"uart1"') == OK
    desk.open(1)

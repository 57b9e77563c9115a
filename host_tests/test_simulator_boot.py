"""The simulated module's power, boot, registration and stored settings."""

import pytest

from host_tests.simulator.desk import ERROR, OK, Desk, answer, lines

BOOTED = lines("RDY", "+CFUN: 1", "+CPIN: READY", "+IP: 10.16.32.48")


def press(desk, ms):
    desk.module.pwrkey(0)
    desk.clock.advance(ms)
    desk.module.pwrkey(1)


def test_pwrkey_switches_on_after_half_a_second_and_not_before():
    desk = Desk(powered=False)
    press(desk, 499)
    assert desk.heard(20000) == b""
    assert desk.module.vdd_ext == 0
    press(desk, 500)
    assert desk.module.vdd_ext == 1
    assert desk.heard(20000) == BOOTED


def test_pwrkey_switches_a_running_module_off():
    desk = Desk()
    press(desk, 550)
    assert desk.heard(2000) == lines("NORMAL POWER DOWN")
    assert desk.module.vdd_ext == 0
    assert desk.say("AT") == b""


def test_a_key_held_too_long_is_pressed_once():
    desk = Desk(powered=False)
    press(desk, 5000)
    assert desk.module.running


def test_reset_starts_anew_when_let_go():
    desk = Desk()
    desk.open()
    desk.module.reset(0)
    desk.clock.advance(50)
    assert desk.say("AT") == b""
    desk.module.reset(1)
    assert desk.heard(20000) == BOOTED
    assert desk.say("ATE0")
    assert desk.say("AT+QISTATE?") == OK


def test_a_short_reset_pulse_does_nothing():
    desk = Desk()
    desk.module.reset(0)
    desk.clock.advance(49)
    desk.module.reset(1)
    assert desk.say("AT") == OK


def test_each_step_of_the_boot_has_its_delay():
    desk = Desk(
        powered=False, delays={"boot": 10, "+CFUN": 1, "+CPIN": 2, "register": 30, "ip": 4}
    )
    desk.module.boot()
    assert desk.heard(9) == b""
    assert desk.heard(1) == lines("RDY")
    assert desk.heard(1) == lines("+CFUN: 1")
    assert desk.heard(2) == lines("+CPIN: READY")
    assert desk.heard(33) == b""
    assert desk.heard(1) == lines("+IP: 10.16.32.48")


def test_what_is_sent_to_a_booting_module_is_lost():
    desk = Desk(powered=False)
    desk.module.boot()
    assert desk.say("AT+CSQ") == b""
    assert desk.module.junk == 7
    assert desk.heard(20000) == BOOTED


def test_the_boot_rom_may_speak_first():
    desk = Desk(powered=False, banner=True)
    desk.module.boot()
    assert desk.heard(1).endswith(b"Leaving the BROM\r\n\r\n")
    assert desk.heard(20000) == BOOTED


def test_autobaud_swallows_the_first_commands():
    desk = Desk(powered=False, autobaud=2)
    desk.module.boot()
    desk.heard(20000)
    assert desk.say("AT") == b""
    assert desk.say("AT") == b""
    assert desk.say("AT") == b"AT\r" + OK


def test_echo_is_on_again_after_a_reboot_and_sockets_are_gone():
    desk = Desk()
    peer = desk.open()
    desk.module.reboot()
    assert desk.heard(20000) == BOOTED
    assert not peer.connected
    assert desk.say("AT+QISTATE?") == b"AT+QISTATE?\r" + OK


def test_a_reboot_forgets_what_was_under_way():
    desk = Desk()
    desk.net.tcp("198.51.100.7", 7, connect_ms=3000)
    desk.say('AT+QIOPEN=1,0,"TCP","198.51.100.7",7;+QPING=1,"198.51.100.7";+QIDNSGIP=1,"x"', 20)
    desk.module.reboot()
    assert desk.heard(20000) == BOOTED


@pytest.mark.parametrize("command", ["AT+QRST=1", "AT+CFUN=1,1"])
def test_restart_by_command(command):
    desk = Desk()
    assert desk.say(command, 20000) == OK + BOOTED


def test_power_off_by_command():
    desk = Desk()
    assert desk.say("AT+QPOWD=0", 2000) == OK
    assert desk.module.vdd_ext == 0
    assert desk.say("AT") == b""


def test_settings_survive_in_nvram_and_others_do_not():
    stored = {}
    desk = Desk("BC26", nvram=stored)
    desk.say('AT+QICFG="dataformat",0,1')
    desk.say('AT+QICFG="viewmode",1')
    desk.say('AT+QICFG="showlength",1')
    desk.say('AT+QICFG="echomode",1')
    desk.say("AT+CMEE=1")
    desk.say('AT+QIDNSCFG=1,"192.0.2.1"')
    desk.module.reboot()
    desk.heard(20000)
    desk.say("ATE0")
    for again in (desk, Desk("BC26", nvram=stored)):
        assert again.say('AT+QICFG="dataformat"') == answer('+QICFG: "dataformat",0,1')
        assert again.say('AT+QICFG="viewmode"') == answer('+QICFG: "viewmode",1')
        assert again.say('AT+QICFG="showlength"') == answer('+QICFG: "showlength",1')
        assert again.say('AT+QICFG="echomode"') == answer('+QICFG: "echomode",0')
        assert again.say("AT+CMEE?") == answer("+CMEE: 0")
        assert again.say("AT+QIDNSCFG=1") == OK


def test_at_w_stores_echo():
    desk = Desk(nvram={})
    desk.say("ATE0&W")
    desk.module.reboot()
    desk.heard(20000)
    assert desk.say("AT") == OK


def test_a_wrong_apn_is_denied():
    desk = Desk(powered=False, apn="iot.example")
    desk.module.boot()
    assert desk.heard(20000) == lines("RDY", "+CFUN: 1", "+CPIN: READY")
    desk.say("ATE0")
    assert desk.say("AT+CEREG?") == answer("+CEREG: 0,3")
    assert desk.say("AT+CGPADDR=1") == answer("+CGPADDR: 1")
    assert desk.say("AT+CGATT?") == answer("+CGATT: 0")


def test_a_new_default_apn_takes_a_reboot():
    desk = Desk(apn="iot.example")
    assert desk.say('AT+QCGDEFCONT="IP","iot.example"') == OK
    assert desk.say("AT+QCGDEFCONT?") == answer('+QCGDEFCONT: "IP","iot.example"')
    desk.say("AT+CFUN=0")
    desk.say("AT+CFUN=1", 9000)
    assert desk.say("AT+CEREG?") == answer("+CEREG: 0,3")
    assert desk.say("AT+QRST=1", 20000) == OK + BOOTED
    assert desk.say("AT+CEREG?") == b"AT+CEREG?\r" + answer("+CEREG: 0,1")


def test_a_context_defined_for_the_session_counts_at_the_next_attach():
    desk = Desk(apn="iot.example")
    assert desk.say('AT+CGDCONT=1,"IP","iot.example"') == OK
    desk.say("AT+CFUN=0")
    assert desk.say("AT+CFUN=1", 9000) == OK + lines("+CPIN: READY", "+IP: 10.16.32.48")


def test_no_sim():
    desk = Desk(powered=False, sim=False)
    desk.module.boot()
    assert desk.heard(20000) == lines("RDY", "+CFUN: 1", "+CPIN: NOT READY")
    desk.say("ATE0")
    assert desk.say("AT+CEREG?") == answer("+CEREG: 0,0")


def test_roaming():
    assert Desk(roaming=True).say("AT+CEREG?") == answer("+CEREG: 0,5")


def test_bc66_wakes_from_deep_sleep_by_rebooting_and_loses_the_waking_byte():
    desk = Desk("BC66")
    desk.open()
    desk.module.deep_sleep()
    assert desk.say("AT", 20000) == BOOTED
    assert desk.say("AT+QISTATE?") == b"AT+QISTATE?\r" + OK


def test_bc26_keeps_udp_sockets_through_deep_sleep():
    desk = Desk("BC26")
    peer = desk.open(0, "UDP")
    assert desk.module.deep_sleep()
    peer.send(b"unheard")
    assert desk.heard(1000) == b""
    assert desk.say("AT") == b""
    desk.say("ATE0")
    assert desk.say("AT+QISEND=0,1,x") == OK + lines("SEND OK")
    assert peer.received == [b"x"]


def test_a_tcp_connection_keeps_bc26_awake():
    desk = Desk("BC26")
    desk.open(0)
    assert not desk.module.deep_sleep()
    assert desk.say("AT") == OK


def test_a_module_cut_off_in_the_middle_of_an_answer_says_no_more():
    desk = Desk(delays={"AT+CSQ": 1000})
    desk.say("AT+CSQ", 10)
    desk.module.power_cut()
    assert desk.heard(5000) == b""


def test_iccid_of_another_family_is_asked_otherwise():
    assert Desk("BC66").say("AT+NCCID") == ERROR
    assert Desk("BC26").say("AT+NCCID") == answer("+NCCID: 89860317492039041234")

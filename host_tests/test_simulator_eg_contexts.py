"""The simulated EG800Q's contexts: setting up, activating, and what the network does to them."""

import pytest

from host_tests.simulator.desk import ERROR, OK, Desk, answer, lines


@pytest.fixture
def desk():
    return Desk("EG800Q")


def test_activation_answers_when_the_network_has(desk):
    desk.module.delays["+QIACT"] = 140000
    assert desk.say("AT+QIACT=1", 139000) == b""
    assert desk.heard(2000) == OK


def test_no_other_command_is_taken_up_before_that(desk):
    desk.module.delays["+QIACT"] = 5000
    assert desk.say("AT+QIACT=1;+CSQ") == b""
    assert desk.say("AT+CEREG?") == b""
    assert desk.heard(5000) == answer("+CSQ: 25,0") + answer("+CEREG: 0,1")


def test_a_power_cut_ends_it_without_an_answer(desk):
    desk.module.delays["+QIACT"] = 5000
    desk.say("AT+QIACT=1")
    desk.module.power_cut()
    assert desk.heard(10000) == b""


def test_an_active_context_cannot_be_activated(desk):
    desk.activate()
    assert desk.say("AT+QIACT=1") == ERROR
    assert desk.error() == 572


@pytest.mark.parametrize("apn, code", [("wrong", 561), ("", 573)])
def test_the_network_knows_one_apn(apn, code):
    desk = Desk("EG800Q", apn="internet")
    assert desk.say("AT+CEREG?") == answer("+CEREG: 0,1")
    assert desk.say('AT+QICSGP=1,1,"%s","","",0' % apn) == OK
    assert desk.say("AT+QIACT=1") == ERROR
    assert desk.error() == code
    desk.activate()


def test_no_activation_without_registration():
    desk = Desk("EG800Q", attached=False)
    assert desk.say("AT+QIACT=1") == ERROR
    assert desk.error() == 561
    desk.heard(5000)
    assert desk.say("AT+QIACT=1") == OK


def test_profiles_survive_a_power_cut(desk):
    assert desk.say('AT+QICSGP=15,3,"apn","u","p",3') == OK
    desk.module.power_cut()
    desk.module.boot()
    desk.heard(20000)
    desk.say("ATE0")
    assert desk.say("AT+QICSGP=15") == answer('+QICSGP: 3,"apn","u","p",3')


def test_both_commands_show_the_same_profile(desk):
    assert desk.say('AT+CGDCONT=2,"IPV4V6","lan"') == OK
    assert desk.say("AT+QICSGP=2") == answer('+QICSGP: 3,"lan","","",0')


def test_the_network_takes_a_context_back(desk):
    desk.activate()
    desk.activate(2)
    peer = desk.open()
    desk.module.lose_context(1)
    assert desk.heard() == lines('+QIURC: "pdpdeact",1')
    assert not peer.connected
    assert desk.say("AT+QIACT?") == answer('+QIACT: 2,1,1,"10.7.157.2"')
    assert desk.say("AT+QISEND=0,1") == ERROR
    assert desk.say("AT+QIACT=1") == ERROR
    assert desk.error() == 570
    assert desk.say("AT+QIDEACT=1;+QIACT=1;+QISTATE") == OK


def test_received_data_outlives_the_context(desk):
    desk.activate()
    desk.open().send(b"late")
    desk.heard(10)
    desk.module.lose_context(1)
    desk.heard()
    assert desk.say("AT+QIRD=0,1500") == answer("+QIRD: 4", "late")


def test_an_attempt_under_way_fails_with_the_context(desk):
    desk.activate()
    desk.net.tcp("198.51.100.7", 7, silent=True)
    desk.say('AT+QIOPEN=1,0,"TCP","198.51.100.7",7')
    desk.module.lose_context(1)
    assert desk.heard() == lines("+QIOPEN: 0,570", '+QIURC: "pdpdeact",1')


def test_flight_mode_takes_all_contexts(desk):
    desk.activate()
    desk.activate(3)
    want = lines('+QIURC: "pdpdeact",1', '+QIURC: "pdpdeact",3')
    assert sorted(desk.say("AT+CFUN=0")) == sorted(OK + want)
    assert desk.say("AT+CGACT?") == answer("+CGACT: 1,0", "+CGACT: 3,0")


def test_no_socket_without_its_context(desk):
    assert desk.say('AT+QIOPEN=1,0,"TCP","198.51.100.7",7') == lines("OK", "+QIOPEN: 0,561")
    assert desk.say('AT+QIOPEN=1,0,"TCP","198.51.100.7",7,0,2') == ERROR
    for command in ('AT+QPING=1,"a.example"', 'AT+QNTP=1,"a.example"', 'AT+QIDNSGIP=1,"a"'):
        assert desk.say(command) == ERROR
        assert desk.error() == 561


def test_dns_servers_go_with_the_context(desk):
    desk.activate()
    assert desk.say('AT+QIDNSCFG=1,"192.0.2.1"') == OK
    want = answer('+QIDNSCFG: 1,"192.0.2.1","198.51.100.54"')
    assert desk.say("AT+QIDNSCFG=1") == want
    desk.say("AT+QIDEACT=1")
    desk.activate()
    assert desk.say("AT+QIDNSCFG=1") != want


def test_one_context_in_all_and_it_is_another():
    desk = Desk("EG800Q", quirks=("one_pdp",))
    assert desk.say("AT+QIACT=1") == ERROR
    assert desk.error() == 572
    assert desk.say("AT+CGACT?") == answer("+CGACT: 9,1")
    assert desk.say("AT+CGACT=0,9") == OK
    assert desk.say("AT+QIACT=1") == OK


def test_a_context_that_is_up_only_for_qiact():
    desk = Desk("EG800Q", quirks=("cgact_lies",))
    desk.activate()
    assert desk.say("AT+CGACT?") == answer("+CGACT: 1,0")
    assert desk.say('AT+QPING=1,"a.example"') == lines("OK", "+QPING: 559")


def test_a_lost_answer_of_a_command_that_was_carried_out(desk):
    desk.module.mute("+QIACT", execute=True)
    assert desk.say("AT+QIACT=1") == b""
    assert desk.say("AT+QIACT?") == answer('+QIACT: 1,1,1,"10.7.157.1"')

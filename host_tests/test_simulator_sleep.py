"""The simulated module saves power: PSM and eDRX as the network grants them, sleep, what wakes."""

import pytest

from host_tests.simulator.desk import ERROR, OK, Desk, answer, lines

BOOTED = lines("RDY", "+CFUN: 1", "+CPIN: READY", "+IP: 10.16.32.48")
QUICK = {"idle": 1000, "TAU": 10, "doze": 500}
# 20 s active, one hour between two TAUs
PSM = 'AT+CPSMS=1,,,"00100001","00001010"'
HOUR = 3_600_000


def saver(family="BC26", **knobs):
    """A desk whose module is about to get PSM: it enters it 21 s from now."""
    desk = Desk(family, delays=QUICK, **knobs)
    assert desk.say("AT+QNBIOTEVENT=1,1") == OK
    assert desk.say(PSM, 10) == OK
    return desk


ENTER = lines('+QNBIOTEVENT: "ENTER PSM"')


def test_psm_is_entered_when_t3324_has_run_out_and_not_before():
    desk = saver()
    assert desk.heard(20_990) == b""
    assert desk.heard(20) == ENTER
    assert desk.module.state == "asleep"


def test_qsclk_0_keeps_the_module_awake_in_psm():
    desk = saver()
    desk.say("AT+QSCLK=0")
    desk.heard(30_000)
    assert desk.module.in_psm and desk.say("AT") == OK
    assert desk.say("AT+QSCLK=1", 400) == OK
    assert desk.say("AT", 600) == OK  # the line has been quiet for less than half a second
    assert desk.module.state == "asleep"


def test_traffic_begins_anew():
    desk = saver()
    peer = desk.open(0, "UDP")
    desk.heard(19_000)
    desk.say("AT+QISEND=0,1,x", 100)
    assert peer.received == [b"x"]
    assert desk.heard(20_500) == b""
    assert desk.heard(1_000) == ENTER


def test_psm_ends_with_traffic_of_the_module():
    desk = saver()
    peer = desk.open(0, "UDP")
    desk.say("AT+QSCLK=0")
    desk.heard(30_000)
    said = desk.say("AT+QISEND=0,1,x", 500)
    assert lines('+QNBIOTEVENT: "EXIT PSM"') in said and lines("SEND OK") in said
    assert peer.received == [b"x"]


@pytest.mark.parametrize("kind, asleep", [("TCP", False), ("UDP", True)])
def test_a_tcp_connection_keeps_a_bc26_awake_and_a_datagram_socket_does_not(kind, asleep):
    desk = saver()
    desk.open(0, kind)
    desk.heard(30_000)
    assert desk.module.in_psm and (desk.module.state == "asleep") == asleep
    if kind == "TCP":
        desk.say("AT+QICLOSE=0")
        desk.heard(2_000)
        assert desk.module.state == "asleep"  # as it should have been


def test_bc26_wakes_with_its_datagram_sockets_and_sleeps_again():
    desk = saver()
    desk.open(0, "UDP")
    desk.heard(30_000)
    assert desk.say("AT") == b""  # it has woken the module, and is lost
    desk.say("ATE0", 100)
    assert b'+QISTATE: 0,"UDP"' in desk.say("AT+QISTATE?", 100)
    desk.heard(1_000)
    assert desk.module.state == "asleep"


def test_bc66_wakes_by_a_reboot_at_the_falling_edge_of_psm_eint():
    desk = saver("BC66")
    desk.open(0, "UDP")
    desk.heard(30_000)
    assert desk.module.state == "asleep"
    desk.module.psm_eint(0)
    assert desk.heard(1_000) == b""
    assert desk.say("AT", 0) == b""  # deaf while it starts
    assert desk.heard(10_000) == BOOTED
    desk.module.psm_eint(1)
    assert desk.say("ATE0") and desk.say("AT+QISTATE?") == OK
    desk.heard(30_000)
    assert desk.module.state == "asleep"  # PSM has been granted again


def test_psm_eint_does_nothing_to_a_module_that_is_awake():
    desk = saver()
    desk.module.psm_eint(0)
    desk.module.psm_eint(1)
    assert desk.say("AT") == OK


def test_firmware_that_no_byte_wakes():
    desk = saver(byte_wakes=False)
    desk.heard(30_000)
    assert desk.say("AT", 2_000) == b"" and desk.say("AT", 2_000) == b""
    desk.module.pwrkey(0)
    desk.clock.advance(100)
    desk.module.pwrkey(1)
    desk.heard(200)
    assert desk.say("ATE0", 100) and desk.module.running


@pytest.mark.parametrize("how", ["lost", "waits"])
def test_downlink_in_psm_is_lost_or_waits_for_the_next_tau(how):
    desk = saver(psm_downlink=how)
    peer = desk.open(0, "UDP")
    desk.heard(60_000)
    peer.send(b"late")
    assert desk.heard(600_000) == b""
    heard = desk.heard(HOUR)
    assert heard == (
        b"" if how == "lost" else lines('+QIURC: "recv",0', '+QNBIOTEVENT: "ENTER PSM"')
    )


def test_a_tau_is_the_radios_affair():
    desk = saver()
    desk.heard(30_000)
    # The radio was released 1 s after the TAU that CPSMS brought, and T3412 began.
    desk.clock.advance(HOUR + 2_000 - desk.clock.now)
    assert desk.module.connected_mode and desk.module.state == "asleep"
    assert desk.heard(HOUR // 2) == b"" and desk.module.in_psm


@pytest.mark.parametrize(
    "grant, told",
    [
        (None, ',,,"00001010","00100001"'),
        (("00000101", "00111000"), ',,,"00000101","00111000"'),
        (("11100000", "00111000"), ',,,"11100000","00111000"'),
        (False, ""),
    ],
)
def test_the_network_grants_what_it_likes(grant, told):
    desk = Desk("BC66", delays=QUICK, psm_grant=grant)
    assert desk.say(PSM) == OK
    assert desk.say("AT+CPSMS?") == answer('+CPSMS: 1,,,"00100001","00001010"')
    desk.say("AT+CEREG=4")
    assert desk.say("AT+CEREG?") == answer('+CEREG: 4,1,"12AB","0035E5D4",9' + told)
    desk.heard(30_000)
    never = not told or "11100000" in told  # not granted; T3324 deactivated
    assert (desk.module.state == "asleep") != never


def test_psm_off_and_the_forms_of_cpsms():
    desk = saver()
    assert desk.say("AT+CPSMS=0", 100) == OK
    assert desk.say("AT+CPSMS?") == answer("+CPSMS: 0")
    assert desk.heard(60_000) == b""
    for wrong in ("3", "1,,,0010", '1,,,"0010000x"', '1,,,"001000011"', "x"):
        assert desk.say("AT+CPSMS=" + wrong) == ERROR
    for wrong in ("2,1", "1,2"):
        assert desk.say("AT+QNBIOTEVENT=" + wrong) == ERROR
    assert desk.say("AT+QNBIOTEVENT?") == answer("+QNBIOTEVENT: 1,1")


def test_what_was_asked_for_is_kept():
    stored = {}
    desk = Desk("BC66", nvram=stored, delays=QUICK)
    desk.say(PSM)
    desk.say("AT+QSCLK=2")
    desk = Desk("BC66", nvram=stored, delays=QUICK)
    assert desk.say("AT+CPSMS?") == answer('+CPSMS: 1,,,"00100001","00001010"')
    assert desk.say("AT+QSCLK?") == answer("+QSCLK: 2")
    assert desk.say("AT+QNBIOTEVENT?") == answer("+QNBIOTEVENT: 0,1")


def test_edrx_as_asked_for_as_granted_and_refused():
    desk = Desk("BC66", delays=QUICK)
    assert desk.say("AT+CEDRXRDP") == answer("+CEDRXRDP: 0")
    assert desk.say('AT+CEDRXS=1,5,"0101"') == OK
    assert desk.say("AT+CEDRXS?") == answer('+CEDRXS: 5,"0101"')
    assert desk.say("AT+CEDRXRDP") == answer('+CEDRXRDP: 5,"0101","0101","0011"')
    assert desk.say("AT+CEDRXS=0") == OK
    assert desk.say("AT+CEDRXRDP") == answer("+CEDRXRDP: 0")
    for wrong in ('1,4,"0101"', '1,5,"010"', '4,5,"0101"', '1,5,"0102"'):
        assert desk.say("AT+CEDRXS=" + wrong) == ERROR
    desk = Desk("BC66", delays=QUICK, edrx_grant="0010")
    desk.say('AT+CEDRXS=1,5,"0101"')
    assert desk.say("AT+CEDRXRDP") == answer('+CEDRXRDP: 5,"0101","0010","0011"')
    desk = Desk("EG915Q", delays=QUICK, edrx_grant=False)
    desk.say('AT+CEDRXS=1,4,"0101"')
    assert desk.say("AT+CEDRXRDP") == answer('+CEDRXRDP: 4,"0101"')


def test_in_edrx_data_comes_with_the_next_paging():
    desk = Desk("BC26", delays=QUICK)
    peer = desk.open(0, "UDP")
    desk.say('AT+CEDRXS=1,5,"0101"')  # 81.92 s
    peer.send(b"at once")
    assert desk.heard(10) == lines('+QIURC: "recv",0')
    desk.say("AT+QIRD=0,100")
    desk.heard(5_000)
    peer.send(b"later")
    wait = 81_920 - desk.clock.now % 81_920
    assert desk.heard(wait - 1) == b""
    assert desk.heard(2) == lines('+QIURC: "recv",0')


def test_an_eg_sleeps_lightly_while_dtr_is_high():
    desk = Desk("EG915Q", delays=QUICK)
    desk.activate()
    peer = desk.open(0, "UDP")
    assert desk.say("AT+QSCLK?") == answer("+QSCLK: 0")
    assert desk.say("AT+QSCLK=2") == lines("+CME ERROR: 50")
    assert desk.say("AT+QSCLK=1") == OK
    desk.heard(5_000)
    assert desk.say("AT") == OK  # DTR is low
    desk.module.dtr(1)
    desk.heard(1_000)
    assert desk.module.dozing and desk.module.running
    peer.send(b"x")
    assert desk.heard(100) == lines('+QIURC: "recv",0')  # it works on
    desk.module.dtr(0)
    assert desk.say("AT", 190) == b""  # too early
    desk.heard(10)
    assert desk.say("AT") == OK


def test_a_byte_wakes_an_eg_too_and_is_lost():
    desk = Desk("UG96", delays=QUICK)
    desk.module.dtr(1)
    assert desk.say("AT+QSCLK=1") == OK
    desk.heard(1_000)
    assert desk.say("AT") == b""
    assert desk.say("AT") == OK
    desk.heard(1_000)
    assert desk.module.dozing


def test_a_ug_knows_neither_psm_nor_edrx():
    for command in ("AT+CPSMS?", "AT+CEDRXS?", "AT+CEDRXRDP", "AT+QNBIOTEVENT?"):
        assert Desk("UG96").say(command) == ERROR

"""Firmware that deviates: each quirk by its name, on a module that it means something to."""

import pytest

from host_tests.simulator import families
from host_tests.simulator.desk import ERROR, OK, SENT, Desk, answer, lines
from host_tests.simulator.quirks import QUIRKS


def desk_with(family, *quirks, **options):
    desk = Desk(family, quirks=quirks, **options)
    if desk.module.family.host_activates:
        desk.activate()
    return desk


def booted(family, *quirks):
    desk = Desk(family, powered=False, quirks=quirks)
    desk.module.boot()
    return desk


def test_unknown_names_are_told_the_known_ones():
    with pytest.raises(ValueError, match="no quirk nonsense, but: app_rdy, autobaud"):
        Desk("UG96", quirks=("nonsense",))


def test_a_quirk_of_other_families_is_refused():
    with pytest.raises(ValueError, match="quirk state3 means nothing to BC66"):
        Desk("BC66", quirks=("state3",))


@pytest.mark.parametrize("name", sorted(QUIRKS))
def test_each_sets_what_there_is_and_changes_something(name):
    sets, text, families_ = QUIRKS[name]
    assert text and families_
    different = False
    for family in families_:
        plain, odd = Desk(family).module, Desk(family, quirks=(name,)).module
        for knob in sets:
            if knob == "delays":
                assert set(sets[knob]) <= set(families.DELAYS)
                assert odd.delays != plain.delays
                different = True
            else:
                assert getattr(odd, knob) == sets[knob]
                different = different or getattr(plain, knob) != sets[knob]
    # What the manual's own example shows has a name only to be told from the other way.
    assert different or name == "top_id"


def test_a_keyword_goes_before_a_quirk():
    assert Desk("UG96", quirks=("small_buffer",), tx_buffer=7).module.tx_buffer == 7


def test_boot_noise():
    assert booted("UG96", "boot_noise").heard(4000) == b"\x00\xffRbRDY\r\n"


def test_app_rdy():
    desk = booted("EG800Q", "app_rdy")
    desk.heard(10000)
    assert ERROR in desk.say("AT")
    assert ERROR in desk.say("ATI")
    assert lines("APP RDY") in desk.heard(3000)
    assert desk.say("AT").endswith(OK)


def test_silent_power_down():
    assert Desk("UG96", quirks=("silent_power_down",)).say("AT+QPOWD=1", 10000) == OK


def test_chatty():
    desk = Desk("EG800Q", quirks=("chatty",))
    assert desk.say("AT") == lines('+QIND: "csq",25,99', "OK")


def test_single_crlf():
    desk = desk_with("EG800Q", "single_crlf")
    desk.net.tcp("198.51.100.7", 7)
    assert desk.say('AT+QIOPEN=1,0,"TCP","198.51.100.7",7') == OK + b"+QIOPEN: 0,0\r\n"


@pytest.mark.parametrize("family", ["BC66", "UG96"])
def test_an_id_in_use_both_ways(family):
    command = 'AT+QIOPEN=1,0,"TCP","198.51.100.7",7'
    for quirk, want in (("used_id_urc", lines("OK", "+QIOPEN: 0,563")), ("used_id_error", ERROR)):
        desk = desk_with(family, quirk)
        desk.open()
        assert desk.say(command) == want
        assert desk.error() == 563


@pytest.mark.parametrize("family", ["BC26", "EG915Q"])
def test_an_unused_id_both_ways(family):
    assert desk_with(family, "close_unused_ok").say("AT+QICLOSE=3") == OK
    assert desk_with(family, "close_unused_error").say("AT+QICLOSE=3") == ERROR


def test_worn_out():
    desk = desk_with("EG800Q", "worn_out")
    for _ in range(20):
        desk.open()
        desk.say("AT+QICLOSE=0")
    assert desk.say('AT+QIOPEN=1,0,"TCP","198.51.100.7",7') == ERROR
    assert desk.error() == 552
    desk.module.reboot()
    desk.heard(20000)
    desk.say("ATE0")
    desk.activate()
    desk.open()


def test_closed_again():
    desk = desk_with("EG800Q", "closed_again")
    desk.open()
    assert desk.say("AT+QICLOSE=0") == lines("OK", '+QIURC: "closed",0')
    desk = desk_with("BC66", "closed_again")
    desk.open()
    assert desk.say("AT+QICLOSE=0") == lines("OK", "CLOSE OK", '+QIURC: "closed",0')


@pytest.mark.parametrize("quirk, prompt", [("prompt_bare", b"\r\n>"), ("prompt_alone", b">")])
def test_prompts(quirk, prompt):
    desk = desk_with("EG800Q", quirk)
    desk.open()
    assert desk.say("AT+QISEND=0,1") == prompt


def test_ok_and_send_ok_both_ways():
    desk = desk_with("EG800Q", "ok_and_send_ok")
    desk.open()
    desk.say("AT+QISEND=0,1")
    assert desk.say("x")[:20] == SENT[:20]
    assert desk.say('AT+QISENDEX=0,"30"') == SENT
    desk = desk_with("BC26", "send_ok_alone")
    desk.open()
    desk.say("AT+QISEND=0,1")
    assert desk.say("x").startswith(lines("SEND OK"))


def test_payload_echo_until_qisde():
    desk = desk_with("EG800Q", "payload_echo")
    desk.open()
    desk.say("AT+QISEND=0,1")
    desk.type(b"x")
    assert desk.heard(100) == b"x" + lines("SEND OK")
    assert desk.say("AT+QISDE=0") == OK
    desk.say("AT+QISEND=0,1")
    desk.type(b"x")
    assert desk.heard(100) == lines("SEND OK")


def during_a_send(desk, peer):
    desk.say("AT+QISEND=0,1")
    peer.send(b"data")
    desk.heard(10)
    desk.type(b"x")
    return desk.heard(100)


def test_recv_in_data_mode_both_ways():
    desk = desk_with("EG800Q", "swallow_recv")
    assert during_a_send(desk, desk.open()) == lines("SEND OK")
    assert desk.say("AT+QIRD=0,1500") == answer("+QIRD: 4", "data")
    desk = desk_with("BC26", "late_recv")
    assert during_a_send(desk, desk.open()) == SENT + lines('+QIURC: "recv",0')


def test_recv_length():
    for family in ("BC66", "UG96"):
        desk = desk_with(family, "recv_length")
        desk.open().send(b"four")
        assert desk.heard(10) == lines('+QIURC: "recv",0,4')


def test_buff_full():
    desk = desk_with("EG800Q", "buff_full")
    peer = desk.open()
    peer.send(bytes(4000))
    assert desk.heard(10) == lines('+QIURC: "recv",0', '+QIURC: "recv",0,"buff full"')


def test_no_blank_line():
    for family in ("BC66", "EG800Q"):
        desk = desk_with(family, "no_blank_line")
        desk.open().send(b"x")
        desk.heard(10)
        assert desk.say("AT+QIRD=0,100") == b"\r\n+QIRD: 1\r\nx\r\nOK\r\n"
        assert desk.say("AT+QIRD=0,100") == answer("+QIRD: 0")


def test_ntp_in_other_forms():
    for quirk, want in (
        ("ntp_utc_as_local", "2024/05/17,12:00:00+32"),
        ("ntp_no_zone", "24/05/17,12:00:00"),
    ):
        desk = desk_with("EG800Q", quirk)
        assert desk.say('AT+QNTP=1,"ntp.example"') == lines("OK", '+QNTP: 0,"%s"' % want)


def test_dnsgip_glued():
    desk = desk_with("BC26", "dnsgip_glued")
    desk.net.dns["a.example"] = ["192.0.2.1"]
    want = lines("OK", '+QIURC: "dnsgip",0,1,600\r\n+QIURC: "dnsgip","192.0.2.1"')
    assert desk.say('AT+QIDNSGIP=1,"a.example"') == want
    assert desk.say('AT+QIDNSGIP=1,"b.example"') == lines("OK", "+QIDNSGIP: 565")


def test_error_blanks():
    for family, quirk, want in (
        ("EG800Q", "error_no_blank", "552,invalid parameters"),
        ("BC66", "error_blank", "552, invalid parameters"),
    ):
        desk = desk_with(family, quirk)
        desk.say("AT+QIOPEN=1")
        assert desk.say("AT+QIGETERROR") == answer("+QIGETERROR: " + want)

"""The simulated module's command line: echo, line ends, chains, forms, noise."""

import random

import pytest

from host_tests.simulator.desk import ERROR, OK, Desk, answer, lines


def test_echo_is_what_was_typed_with_its_own_cr():
    desk = Desk(echo=True)
    assert desk.say("AT") == b"AT\r\r\nOK\r\n"
    assert desk.say("at+csq") == b"at+csq\r" + answer("+CSQ: 25,0")


def test_ate0_itself_is_still_echoed():
    desk = Desk(echo=True)
    assert desk.say("ATE0") == b"ATE0\r\r\nOK\r\n"
    assert desk.say("AT") == OK
    assert desk.say("ATE1") == OK
    assert desk.say("AT") == b"AT\r\r\nOK\r\n"


def test_cr_lf_line_ends_are_echoed_without_lf_by_new_firmware_and_with_it_by_old():
    new, old = Desk(echo=True), Desk(echo=True, echo_lf=True)
    new.type("AT\r\n")
    old.type("AT\r\n")
    assert new.heard(10) == b"AT\r\r\nOK\r\n"
    assert old.heard(10) == b"AT\r\n\r\nOK\r\n"


def test_a_line_may_come_byte_by_byte():
    desk = Desk()
    for byte in "AT+CSQ\r\n":
        desk.type(byte)
    assert desk.heard(10) == answer("+CSQ: 25,0")
    assert desk.module.commands == ["AT+CSQ"]


def test_backspace_takes_back_a_character():
    desk = Desk()
    assert desk.say("AT+CSX\bQ") == answer("+CSQ: 25,0")


def test_a_chain_has_one_final_result():
    desk = Desk()
    assert desk.say("AT+CFUN=0;+CFUN=1") == OK + lines("+CPIN: READY")
    assert desk.say("AT+CMEE=1;+CMEE?;+CSCON?") == (
        b"\r\n+CMEE: 1\r\n\r\n+CSCON: 0,0\r\n\r\nOK\r\n"
    )


def test_a_chain_stops_at_its_first_error():
    desk = Desk()
    assert desk.say("AT+CSCON=9;+CMEE=1") == ERROR
    assert desk.say("AT+CMEE?") == answer("+CMEE: 0")


def test_a_semicolon_in_quotes_is_no_chain():
    desk = Desk()
    peer = desk.open()
    desk.say('AT+QISEND=0,9,"a;+CFUN=0"')
    assert peer.received == b"a;+CFUN=0"
    desk.say("AT+QISEND=0,1,a;+CMEE=1")
    assert desk.say("AT+CMEE?") == answer("+CMEE: 1")


def test_blanks_and_missing_quotes_are_accepted():
    desk = Desk()
    desk.net.tcp("198.51.100.7", 7)
    got = desk.say('AT+QIOPEN= 1, 0, TCP, 198.51.100.7, "7" , 0, 0')
    assert got == lines("OK", "+QIOPEN: 0,0")


def test_empty_fields_keep_their_place():
    desk = Desk()
    desk.net.tcp("198.51.100.7", 7)
    assert desk.say('AT+QIOPEN=1,0,"TCP","198.51.100.7",7,,1').endswith(lines("+QIOPEN: 0,0"))
    assert desk.say("AT+QISTATE?") == answer('+QISTATE: 0,"TCP","198.51.100.7",7,0,2,1,1')


def test_an_overlong_line_is_one_error():
    desk = Desk()
    assert desk.say("AT+QISEND=0,9," + "x" * 3000) == ERROR
    assert desk.say("AT") == OK


def test_an_unknown_command_is_an_error():
    desk = Desk()
    for command in (
        "AT+NOSUCH",
        "AT+NOSUCH=1",
        "AT+NOSUCH?",
        "AT+NOSUCH=?",
        "ATX",
        "AT&",
        "ATE2",
        "ATE=0",
        "AT?",
    ):
        assert desk.say(command) == ERROR


def test_noise_before_a_command_does_not_hide_it():
    desk = Desk()
    assert desk.say(b"\x00\xff\x1b\x1aAT") == OK
    assert desk.module.junk == 4


def test_a_line_that_is_no_command_is_not_answered():
    desk = Desk()
    assert desk.say("hello") == b""
    assert desk.say("") == b""
    assert desk.module.commands == []


def test_basic_commands_need_nothing_between_them():
    desk = Desk(echo=True)
    desk.say("ATE0V1")
    assert desk.say("AT&F") == OK
    assert desk.say("AT") == b"AT\r\r\nOK\r\n"


def test_commands_sent_while_one_is_at_work_are_answered_in_turn():
    desk = Desk(delays={"AT+CSQ": 300})
    desk.type("AT+CSQ\rAT+CMEE?\r\n")
    assert desk.heard(299) == b""
    assert desk.heard(1) == answer("+CSQ: 25,0")
    assert desk.heard(10) == answer("+CMEE: 0")


def test_identity():
    desk = Desk()
    assert desk.say("ATI") == answer("Quectel_Ltd", "Quectel_BC66", "Revision: BC66NBR01A07")
    assert desk.say("AT+CGSN") == answer("867997030000017")
    assert desk.say("AT+CGSN=1") == answer('+CGSN: "867997030000017"')
    assert desk.say("AT+CIMI") == answer("460111174590523")
    assert desk.say("AT+QCCID") == answer("+QCCID: 89860317492039041234")
    assert desk.say("AT+CGMR") == answer("Revision: BC66NBR01A07")


def test_cmee_decides_how_a_missing_sim_is_told():
    desk = Desk(sim=False)
    assert desk.say("AT+CPIN?") == ERROR
    desk.say("AT+CMEE=1")
    assert desk.say("AT+CPIN?") == lines("+CME ERROR: 10")
    assert desk.say("AT+CIMI") == lines("+CME ERROR: 10")
    # TCP/IP commands say ERROR and nothing more
    assert desk.say("AT+QICLOSE=9") == ERROR


@pytest.mark.parametrize(
    "level, text",
    [
        (0, "+CEREG: 0,1"),
        (1, "+CEREG: 1,1"),
        (2, '+CEREG: 2,1,"12AB","0035E5D4",9'),
        (3, '+CEREG: 3,1,"12AB","0035E5D4",9'),
        (4, '+CEREG: 4,1,"12AB","0035E5D4",9,,,"00000001","00111000"'),
        (5, '+CEREG: 5,1,"12AB","0035E5D4",9,0,0,"00000001","00111000"'),
    ],
)
def test_cereg_levels(level, text):
    desk = Desk()
    assert desk.say("AT+CPSMS=1", 1000) == OK
    assert desk.say("AT+CEREG=%d" % level) == OK
    assert desk.say("AT+CEREG?") == answer(text)


def test_cereg_urc_has_no_level_in_front():
    desk = Desk(attached=False)
    desk.say("AT+CEREG=1", 10)
    assert desk.say("AT+CEREG?", 10) == answer("+CEREG: 1,2")
    assert desk.heard(5000) == lines("+CEREG: 1", "+IP: 10.16.32.48")


def test_clock():
    desk = Desk("BC26")
    desk.net.ntp_time = (2024, 2, 28, 23, 59, 50, 0, 8)
    assert desk.say('AT+QNTP=1,"ntp.example",123,1', 305) == lines(
        "OK", '+QNTP: 0,"24/02/28,23:59:50:00+08"'
    )
    desk.clock.advance(20000)
    assert desk.say("AT+CCLK?") == answer('+CCLK: "24/02/29,00:00:10+08"')


def test_hooks_silence_and_replace_answers():
    desk = Desk()
    desk.module.mute("AT+CSQ")
    desk.module.answer("+CSQ", b"\r\n+CSQ: x\r\n", after_ms=100)
    assert desk.say("AT+CSQ") == b""
    assert desk.say("AT+CSQ", 99) == b""
    assert desk.heard(1) == b"\r\n+CSQ: x\r\n"
    assert desk.say("AT+CSQ") == answer("+CSQ: 25,0")


def test_a_muted_command_may_still_be_carried_out():
    desk = Desk()
    desk.module.mute("AT+CMEE", execute=True)
    assert desk.say("AT+CMEE=1") == b""
    assert desk.say("AT+CMEE?") == answer("+CMEE: 1")


def test_output_can_be_lost_on_the_way():
    desk = Desk()
    desk.module.drop_output(3, 2)
    assert desk.say("AT") == b"\r\nO\n"
    assert desk.say("AT") == OK


def test_raw_bytes_can_be_injected_at_any_time():
    desk = Desk()
    desk.module.inject(b"\xff\x00")
    desk.module.inject(b"later", after_ms=30)
    assert desk.heard(29) == b"\xff\x00"
    assert desk.heard(1) == b"later"


PIECES = (
    "",
    "?",
    "=?",
    "=",
    "0",
    "1",
    "513",
    "-1",
    "x",
    ",",
    '"',
    '"TCP"',
    "3031",
    ";",
    "\x1b",
    "\x1a",
)


@pytest.mark.parametrize("family", ["BC66", "BC20", "BC26"])
def test_no_input_breaks_it(family):
    for seed in range(100):
        choice = random.Random(seed)
        desk = Desk(family)
        desk.open(0, echo=True)
        if seed % 2:
            desk.say("ATE1")
        names = sorted(desk.module.family.commands)
        for _ in range(20):
            line = "AT" + choice.choice(names)
            line += "".join([choice.choice(PIECES) for _ in range(choice.randrange(12))])
            desk.type(line + choice.choice(("\r", "\r\n", "\n", "")))
            desk.heard(choice.choice((0, 1, 50, 5000)))
        # Whatever it has been told to do: after a reboot it is a module again.
        desk.module.reboot()
        desk.heard(60_000)
        assert desk.say("AT").endswith(b"\r\nOK\r\n"), seed

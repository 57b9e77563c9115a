"""EG800Q&EG91xQ TCP/IP manual V1.2: ping, time, names, echo and the last error, sections 3.7 to
3.9 and 2.3.13 to 2.3.18, byte for byte."""

import pytest

from host_tests.simulator.desk import ERROR, OK, answer, lines
from host_tests.test_simulator_manual_eg_contexts import (
    EG,
    HOST,
    LONG,
    PROMPT,
    SENT,
    WITH_UG,
    activate,
    desk_of,
    typed,
)


@pytest.fixture(params=WITH_UG)
def desk(request):
    return activate(desk_of(request.param))


def time_line(desk, stamp):
    """The year has four digits, but two with UGxx modules."""
    return '+QNTP: 0,"%s"' % (stamp[2:] if desk.module.family.name[:2] == "UG" else stamp)


def test_3_7_ping(desk):
    desk.net.dns["www.example.com"] = [HOST]
    desk.net.rtt = [192, 240, 241, 479]
    desk.net.ping_ttl = 255
    assert desk.say('AT+QPING=1,"www.example.com"', LONG) == lines(
        "OK",
        '+QPING: 0,"192.0.2.2",32,192,255',
        '+QPING: 0,"192.0.2.2",32,240,255',
        '+QPING: 0,"192.0.2.2",32,241,255',
        '+QPING: 0,"192.0.2.2",32,479,255',
        "+QPING: 0,4,4,0,192,479,288",
    )


def test_2_3_13_number_and_timeout(desk):
    desk.net.rtt = [100, 1500]
    desk.net.ping_ttl = 60
    assert desk.say('AT+QPING=1,"192.0.2.2",1,2', LONG) == lines(
        "OK",
        '+QPING: 0,"192.0.2.2",32,100,60',
        "+QPING: 569",
        "+QPING: 0,2,1,1,100,100,100",
    )


def test_2_3_13_a_name_that_does_not_resolve(desk):
    assert desk.say('AT+QPING=1,"nowhere.example"', LONG) == lines("OK", "+QPING: 565")


def test_2_3_13_out_of_range(desk):
    for command in (
        'AT+QPING=0,"192.0.2.2"',
        'AT+QPING=1,"192.0.2.2",256',
        'AT+QPING=1,"192.0.2.2",4,11',
        'AT+QPING=1,"192.0.2.2",4,0',
        "AT+QPING=1",
    ):
        assert desk.say(command, LONG) == ERROR


def test_3_8_synchronize_local_time(desk):
    desk.net.ntp_time = (2019, 7, 21, 6, 10, 59, 0, 0)
    got = desk.say('AT+QNTP=1,"192.0.2.2",123', 0)
    for _ in range(2000):
        if b"+QNTP" in got:
            break
        got += desk.heard(10)
    assert got == lines("OK", time_line(desk, "2019/07/21,06:10:59+00"))
    assert desk.heard(6000) == b""
    assert desk.say("AT+CCLK?") == answer('+CCLK: "19/07/21,06:11:05+00"')


def test_2_3_14_the_zone_in_quarters_of_an_hour(desk):
    desk.net.ntp_time = (2024, 11, 22, 16, 0, 5, 0, 32)
    got = desk.say('AT+QNTP=1,"192.0.2.2"', LONG)
    assert got == lines("OK", time_line(desk, "2024/11/22,16:00:05+32"))
    desk.net.ntp_time = (2024, 11, 22, 16, 0, 5, 0, -12)
    got = desk.say('AT+QNTP=1,"192.0.2.2"', LONG)
    assert got == lines("OK", time_line(desk, "2024/11/22,16:00:05-12"))


def test_2_3_14_only_asked_and_not_set(desk):
    desk.net.ntp_time = (2019, 7, 21, 6, 10, 59, 0, 0)
    assert b"+QNTP: 0," in desk.say('AT+QNTP=1,"192.0.2.2",123,0', LONG)
    assert b"19/07/21" not in desk.say("AT+CCLK?")
    assert b"+QNTP: 0," in desk.say('AT+QNTP=1,"192.0.2.2",123,1', LONG)
    assert b"19/07/21" in desk.say("AT+CCLK?")


@pytest.mark.parametrize("desk", EG, indirect=True)
def test_2_3_14_query_while_under_way(desk):
    desk.net.ntp_ms = 10000
    desk.net.ntp_time = (2019, 7, 21, 6, 10, 59, 0, 0)
    assert desk.say('AT+QNTP=1,"192.0.2.2",123', 1000) == OK
    assert desk.say("AT+QNTP?") == answer('+QNTP: "192.0.2.2",123')
    assert desk.heard(LONG) == lines(time_line(desk, "2019/07/21,06:10:59+00"))


def test_2_3_14_no_server_answers(desk):
    desk.net.ntp_time = None
    got = desk.say('AT+QNTP=1,"192.0.2.2",123', 130000)
    # The code is not named in the manual.
    assert got[: len(OK)] == OK
    assert got[len(OK) :].startswith(b"\r\n+QNTP: 5")


def test_3_9_last_error_code(desk):
    assert desk.say('AT+QIOPEN=1,"TCP","192.0.2.2",8009,0,1') == ERROR
    assert desk.say("AT+QIGETERROR") == answer("+QIGETERROR: 552, invalid parameters")


def test_2_3_18_the_last_command_only(desk):
    assert desk.say('AT+QIOPEN=1,"TCP","192.0.2.2",8009,0,1') == ERROR
    assert desk.say("AT+QISTATE?") == OK
    # Worded "operate success" in chapter 4.
    assert desk.say("AT+QIGETERROR") == answer("+QIGETERROR: 0, operate success")


def test_2_3_18_test_form(desk):
    assert desk.say("AT+QIGETERROR=?") == OK


def test_2_3_15_dns_servers(desk):
    assert desk.say('AT+QIDNSCFG=1,"192.0.2.53","198.51.100.53"') == OK
    expected = '+QIDNSCFG: 1,"192.0.2.53","198.51.100.53"'
    assert desk.say("AT+QIDNSCFG=1") == answer(expected)
    assert desk.say('AT+QIDNSCFG=0,"192.0.2.53"') == ERROR


def test_2_3_16_addresses_of_a_name(desk):
    desk.net.dns["iot.example"] = ["198.51.100.1", "198.51.100.2"]
    assert desk.say('AT+QIDNSGIP=1,"iot.example"', LONG) == lines(
        "OK",
        '+QIURC: "dnsgip",0,2,600',
        '+QIURC: "dnsgip","198.51.100.1"',
        '+QIURC: "dnsgip","198.51.100.2"',
    )


def test_2_3_16_a_name_that_does_not_resolve(desk):
    got = desk.say('AT+QIDNSGIP=1,"nowhere.example"', 60000)
    # What follows the code then, if anything, the manual does not say.
    assert got.startswith(OK + b'\r\n+QIURC: "dnsgip",565')
    assert got.count(b"dnsgip") == 1


@pytest.mark.parametrize("family", WITH_UG)
def test_2_3_17_echo_of_sent_data(family):
    desk = desk_of(family, echo=True)
    desk.net.tcp(HOST, 8009)
    desk.say('AT+QICSGP=1,1,"UNINET","","",1')
    desk.say("AT+QIACT=1", LONG)
    desk.say('AT+QIOPEN=1,0,"TCP","192.0.2.2",8009,0,0', LONG)
    for echo in (1, 0):
        said = "AT+QISDE=%d\r" % echo
        assert desk.say(said[:-1]) == said.encode() + OK
        assert desk.say("AT+QISDE?") == b"AT+QISDE?\r" + answer("+QISDE: %d" % echo)
        assert desk.say("AT+QISEND=0,5") == b"AT+QISEND=0,5\r" + PROMPT
        assert typed(desk, b"test1") == (b"test1" if echo else b"") + SENT
    assert desk.say("AT+QISDE=2") == b"AT+QISDE=2\r" + ERROR

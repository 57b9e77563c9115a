"""EG800Q&EG91xQ TCP/IP manual V1.2, a TCP client in transparent transmission mode: sections 3.3
and 1.2, byte for byte."""

import pytest

from host_tests.simulator.desk import ERROR, OK, lines
from host_tests.test_simulator_manual_eg_contexts import (
    EG,
    HOST,
    LONG,
    WITH_UG,
    activate,
    desk_of,
    same_but_port,
    state,
)

CONNECT = lines("CONNECT")
NO_CARRIER = lines("NO CARRIER")


@pytest.fixture(params=WITH_UG)
def desk(request):
    return activate(desk_of(request.param))


@pytest.fixture
def peer(desk):
    return desk.net.tcp(HOST, 8009)


def open_transparent(desk):
    """3.3.1"""
    assert desk.say('AT+QIOPEN=1,0,"TCP","192.0.2.2",8009,0,2', LONG) == CONNECT


def leave(desk):
    """1.2: nothing for a second, +++, nothing for a second."""
    assert desk.heard(1100) == b""
    desk.type(b"+++")
    assert desk.heard(2000) == OK


def test_3_3_1_set_up_a_connection_in_transparent_mode(desk, peer):
    open_transparent(desk)
    assert peer.connected


def test_3_3_2_send_in_transparent_mode(desk, peer):
    open_transparent(desk)
    data = b"<All data received from COM port>\r\nAT+QICLOSE=0\r" + bytes(range(256))
    desk.type(data)
    assert desk.heard(5000) == b""
    assert peer.received == data


def test_3_3_3_receive_in_transparent_mode(desk, peer):
    open_transparent(desk)
    peer.send(b"Test 1")
    assert desk.heard(1000) == b"Test 1"
    peer.send(bytes(range(256)))
    assert desk.heard(1000) == bytes(range(256))


def test_3_3_4_close(desk, peer):
    open_transparent(desk)
    leave(desk)
    assert desk.say("AT+QICLOSE=0", LONG) == OK
    assert not peer.connected
    assert desk.say("AT+QISTATE=1,0") == OK


def test_2_3_5_a_connection_that_fails_is_an_error(desk):
    desk.net.tcp(HOST, 8009, refuse=True)
    assert desk.say('AT+QIOPEN=1,0,"TCP","192.0.2.2",8009,0,2', LONG) == ERROR
    assert desk.error() == 566


def test_1_2_after_plus_plus_plus_it_is_buffer_mode(desk, peer):
    open_transparent(desk)
    leave(desk)
    assert peer.received == b""
    expected = state('0,"TCP","192.0.2.2",8009,PORT,2,1,0,0')
    assert same_but_port(desk.say("AT+QISTATE=1,0"), expected)
    peer.send(b"test")
    assert desk.heard(1000) == lines('+QIURC: "recv",0')


def test_1_2_plus_plus_plus_without_silence_before_it_is_data(desk, peer):
    open_transparent(desk)
    desk.heard(1100)
    desk.type(b"a")
    desk.heard(500)
    desk.type(b"+++")
    assert desk.heard(3000) == b""
    assert peer.received == b"a+++"


def test_1_2_plus_plus_plus_without_silence_after_it_is_data(desk, peer):
    open_transparent(desk)
    desk.heard(1100)
    desk.type(b"+++")
    desk.heard(500)
    desk.type(b"a")
    assert desk.heard(3000) == b""
    assert peer.received == b"+++a"


def test_1_2_plus_plus_plus_over_more_than_a_second_is_data(desk, peer):
    open_transparent(desk)
    desk.heard(1100)
    for _ in range(3):
        desk.type(b"+")
        desk.heard(600)
    assert desk.heard(3000) == b""
    assert peer.received == b"+++"
    for _ in range(3):
        desk.type(b"+")
        desk.heard(100)
    assert desk.heard(3000) == OK
    assert peer.received == b"+++"


def test_1_2_back_with_ato(desk, peer):
    open_transparent(desk)
    leave(desk)
    assert desk.say("ATO", 5000) == CONNECT
    desk.type(b"again")
    peer.send(b"Test 1")
    assert desk.heard(1000) == b"Test 1"
    assert peer.received == b"again"


def test_1_2_ato_with_no_connection_to_go_back_to(desk, peer):
    assert desk.say("ATO", 5000) == NO_CARRIER
    opened = desk.say('AT+QIOPEN=1,0,"TCP","192.0.2.2",8009,0,0', LONG)
    assert opened == lines("OK", "+QIOPEN: 0,0")
    assert desk.say("ATO", 5000) == NO_CARRIER


def test_1_2_back_with_qiswtmd(desk, peer):
    open_transparent(desk)
    leave(desk)
    assert desk.say("AT+QISWTMD=0,2", 5000) == CONNECT
    desk.type(b"again")
    peer.send(b"Test 1")
    assert desk.heard(1000) == b"Test 1"
    assert peer.received == b"again"


def test_2_3_12_from_buffer_to_transparent_mode(desk, peer):
    opened = desk.say('AT+QIOPEN=1,0,"TCP","192.0.2.2",8009,0,0', LONG)
    assert opened == lines("OK", "+QIOPEN: 0,0")
    assert desk.say("AT+QISWTMD=0,2", 5000) == CONNECT
    desk.type(b"AT\r")
    assert desk.heard(1000) == b""
    assert peer.received == b"AT\r"


def test_1_2_the_peer_closes(desk, peer):
    open_transparent(desk)
    peer.send(b"Test 1")
    peer.close()
    assert desk.heard(2000) == b"Test 1" + NO_CARRIER
    assert desk.say("AT") == OK
    assert desk.say("AT+QICLOSE=0", LONG) == OK
    assert desk.say("AT+QISTATE=1,0") == OK
    open_transparent(desk)


def test_1_2_the_network_takes_the_context_away(desk, peer):
    open_transparent(desk)
    desk.module.lose_context(1)
    got = desk.heard(2000)
    assert NO_CARRIER in got
    # The order of the two the manual does not tell.
    assert got.replace(NO_CARRIER, b"") == lines('+QIURC: "pdpdeact",1')
    assert desk.say("AT+QIDEACT=1", LONG) == OK
    assert desk.say("AT+QISTATE?") == OK


def test_1_2_dtr_from_low_to_high_is_the_way_out_after_at_d1(desk, peer):
    assert desk.say("AT&D1") == OK
    desk.module.dtr(0)
    open_transparent(desk)
    desk.module.dtr(1)
    # Whether a word is said about it the manual leaves open.
    assert desk.heard(2000) in (b"", OK)
    expected = state('0,"TCP","192.0.2.2",8009,PORT,2,1,0,0')
    assert same_but_port(desk.say("AT+QISTATE=1,0"), expected)
    assert peer.received == b""
    desk.module.dtr(0)
    assert desk.say("ATO", 5000) == CONNECT


def test_1_2_dtr_does_nothing_without_at_d1(desk, peer):
    assert desk.say("AT&D0") == OK
    desk.module.dtr(0)
    open_transparent(desk)
    desk.module.dtr(1)
    desk.type(b"AT\r")
    assert desk.heard(2000) == b""
    assert peer.received == b"AT\r"
    assert peer.connected


@pytest.mark.parametrize("desk", EG, indirect=True)
def test_2_3_1_less_than_a_packet_is_sent_after_200_ms(desk, peer):
    open_transparent(desk)
    desk.type(b"test")
    desk.heard(190)
    assert peer.received == b""
    desk.heard(30)
    assert peer.received == b"test"


@pytest.mark.parametrize("desk", EG, indirect=True)
def test_2_3_1_waiting_time_as_set(desk, peer):
    assert desk.say('AT+QICFG="transwaittm",10') == OK
    open_transparent(desk)
    desk.type(b"test")
    desk.heard(980)
    assert peer.received == b""
    desk.heard(40)
    assert peer.received == b"test"


@pytest.mark.parametrize("desk", EG, indirect=True)
def test_2_3_1_a_full_packet_is_sent_at_once(desk, peer):
    assert desk.say('AT+QICFG="transpktsize",100') == OK
    open_transparent(desk)
    desk.type(b"x" * 250)
    desk.heard(50)
    assert peer.received == b"x" * 200
    desk.heard(200)
    assert peer.received == b"x" * 250

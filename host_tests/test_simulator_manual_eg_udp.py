"""EG800Q&EG91xQ TCP/IP manual V1.2, UDP: section 3.6, and what 2.3.5 and 2.3.8 to 2.3.10 say of
it for certain; byte for byte."""

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
    same_but_port,
    state,
    typed,
)

CLIENT = "10.7.76.34"


@pytest.fixture(params=WITH_UG)
def desk(request):
    return activate(desk_of(request.param))


def serve(desk, mode=0):
    """3.6.1"""
    opened = desk.say('AT+QIOPEN=1,2,"UDP SERVICE","127.0.0.1",0,3030,%d' % mode, LONG)
    assert opened == lines("OK", "+QIOPEN: 2,0")


def test_3_6_1_start_a_service(desk):
    serve(desk)
    assert desk.say("AT+QISTATE=0,1") == state('2,"UDP SERVICE","10.7.157.1",0,3030,2,1,2,0')


def test_3_6_2_send_to_a_remote_client(desk):
    client = desk.net.udp("10.7.89.10", 6969)
    serve(desk)
    assert desk.say('AT+QISEND=2,10,"10.7.89.10",6969') == PROMPT
    assert typed(desk, b"1234567890") == SENT
    assert client.received == [b"1234567890"]


def test_3_6_3_retrieve_data_from_a_remote_client(desk):
    client = desk.net.udp(CLIENT, 7687)
    serve(desk)
    desk.net.datagram(3030, b"AAAA", host=CLIENT, from_port=7687)
    assert desk.heard(1000) == lines('+QIURC: "recv",2')
    assert desk.say("AT+QIRD=2") == answer('+QIRD: 4,"10.7.76.34",7687', "AAAA")
    assert desk.say("AT+QIRD=2") == answer("+QIRD: 0")
    assert desk.say('AT+QISEND=2,10,"10.7.76.34",7687') == PROMPT
    assert typed(desk, b"1234567890") == SENT
    assert client.received == [b"1234567890"]


def test_3_6_4_close_a_service(desk):
    serve(desk)
    assert desk.say("AT+QICLOSE=2", LONG) == OK
    assert desk.say("AT+QISTATE=0,1") == OK
    desk.net.datagram(3030, b"AAAA", host=CLIENT, from_port=7687)
    assert desk.heard(1000) == b""


def test_2_3_5_receive_in_push_mode(desk):
    serve(desk, 1)
    assert desk.say("AT+QISTATE=0,1") == state('2,"UDP SERVICE","10.7.157.1",0,3030,2,1,2,1')
    desk.net.datagram(3030, b"AAAA", host=CLIENT, from_port=7687)
    assert desk.heard(1000) == b'\r\n+QIURC: "recv",2,4,"10.7.76.34",7687\r\nAAAA\r\n'


def test_2_3_9_one_whole_packet_at_a_time(desk):
    serve(desk)
    desk.net.datagram(3030, b"AAAA", host=CLIENT, from_port=7687)
    assert desk.heard(1000) == lines('+QIURC: "recv",2')
    desk.net.datagram(3030, b"BBBBBB", host="10.7.89.10", from_port=6969)
    assert desk.heard(1000) == b""
    assert desk.say("AT+QIRD=2") == answer('+QIRD: 4,"10.7.76.34",7687', "AAAA")
    assert desk.say("AT+QIRD=2") == answer('+QIRD: 6,"10.7.89.10",6969', "BBBBBB")
    assert desk.say("AT+QIRD=2") == answer("+QIRD: 0")
    desk.net.datagram(3030, b"C", host=CLIENT, from_port=7687)
    assert desk.heard(1000) == lines('+QIURC: "recv",2')


def test_2_3_9_length_of_what_has_been_received(desk):
    serve(desk)
    desk.net.datagram(3030, b"AAAA", host=CLIENT, from_port=7687)
    desk.net.datagram(3030, b"BBBBBB", host=CLIENT, from_port=7687)
    desk.heard(1000)
    assert desk.say("AT+QIRD=2") == answer('+QIRD: 4,"10.7.76.34",7687', "AAAA")
    assert desk.say("AT+QIRD=2,0") == answer("+QIRD: 10,4,6")


def test_2_3_8_a_service_needs_to_know_where_to(desk):
    serve(desk)
    assert desk.say("AT+QISEND=2", 5000) == ERROR
    assert desk.say("AT+QISEND=2,10", 5000) == ERROR
    # The remote address "must be dot format".
    assert desk.say('AT+QISEND=2,10,"iot.example",6969', 5000) == ERROR
    assert desk.say('AT+QISEND=2,10,"10.7.89.10",65536', 5000) == ERROR
    assert desk.say('AT+QISEND=2,1461,"10.7.89.10",6969', 5000) == ERROR


def test_2_3_8_only_a_service_is_told_where_to(desk):
    desk.net.tcp(HOST, 8009)
    opened = desk.say('AT+QIOPEN=1,0,"TCP","192.0.2.2",8009,0,0', LONG)
    assert opened == lines("OK", "+QIOPEN: 0,0")
    assert desk.say('AT+QISEND=0,10,"10.7.89.10",6969', 5000) == ERROR


def test_2_3_10_no_hex_string_to_a_service(desk):
    serve(desk)
    assert desk.say('AT+QISENDEX=2,"3132"', 5000) == ERROR


def test_2_3_5_a_udp_client(desk):
    peer = desk.net.udp(HOST, 8009)
    opened = desk.say('AT+QIOPEN=1,0,"UDP","192.0.2.2",8009,0,0', LONG)
    assert opened == lines("OK", "+QIOPEN: 0,0")
    expected = state('0,"UDP","192.0.2.2",8009,PORT,2,1,0,0')
    assert same_but_port(desk.say("AT+QISTATE=1,0"), expected)
    assert desk.say("AT+QISEND=0,5") == PROMPT
    assert typed(desk, b"test1") == SENT
    assert desk.say('AT+QISENDEX=0,"7465737432"', 5000) == SENT
    assert peer.received == [b"test1", b"test2"]
    peer.send(b"AAAA")
    assert desk.heard(1000) == lines('+QIURC: "recv",0')
    assert desk.say("AT+QIRD=0,1500") == answer("+QIRD: 4", "AAAA")
    assert desk.say("AT+QIRD=0,1500") == answer("+QIRD: 0")


def test_2_3_5_a_udp_client_in_push_mode(desk):
    peer = desk.net.udp(HOST, 8009)
    opened = desk.say('AT+QIOPEN=1,0,"UDP","192.0.2.2",8009,0,1', LONG)
    assert opened == lines("OK", "+QIOPEN: 0,0")
    assert desk.say("AT+QISEND=0,1") == PROMPT
    assert typed(desk, b"?") == SENT
    peer.send(b"AAAA")
    assert desk.heard(1000) == b'\r\n+QIURC: "recv",0,4\r\nAAAA\r\n'


@pytest.mark.parametrize("desk", EG, indirect=True)
def test_2_3_5_the_address_may_be_left_out(desk):
    opened = desk.say('AT+QIOPEN=1,2,"UDP SERVICE",,0,3030,0', LONG)
    assert opened == lines("OK", "+QIOPEN: 2,0")
    desk.net.datagram(3030, b"AAAA", host=CLIENT, from_port=7687)
    assert desk.heard(1000) == lines('+QIURC: "recv",2')

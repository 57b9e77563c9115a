"""UGxx TCP/IP manual V1.2, as far as our copy goes (it ends in the middle of 2.5): byte for byte,
to a UG95 and a UG96. What is behind that is in the files of the EG manual, whose examples a UG96
plays as well."""

import re

import pytest

from host_tests.simulator.desk import ERROR, OK, answer, lines
from host_tests.test_simulator_manual_eg_contexts import (
    LONG,
    PROMPT,
    SENT,
    activate,
    desk_of,
    same_but_port,
    state,
    typed,
)

HOST = "124.74.41.170"  # as in 2.4
CONNECT = lines("CONNECT")


@pytest.fixture(params=["UG95", "UG96"])
def fresh(request):
    return desk_of(request.param)


@pytest.fixture
def desk(fresh):
    return activate(fresh)


@pytest.fixture
def peer(desk):
    return desk.net.tcp(HOST, 8009)


def open_socket(desk, mode):
    opened = desk.say('AT+QIOPEN=1,0,"TCP","124.74.41.170",8009,0,%d' % mode, LONG)
    assert opened == (CONNECT if mode == 2 else lines("OK", "+QIOPEN: 0,0"))


def leave(desk):
    """1.2: nothing for T1, +++, nothing for T1."""
    assert desk.heard(1100) == b""
    desk.type(b"+++")
    assert desk.heard(2000) == OK


def test_2_1_example(fresh):
    assert fresh.say("AT+QICSGP=1") == answer('+QICSGP: 1,"","","",0')
    assert fresh.say('AT+QICSGP=1,1,"UNINET","","",1') == OK
    assert fresh.say("AT+QICSGP=1") == answer('+QICSGP: 1,"UNINET","","",1')


TEST_FORMS = {
    "+QICSGP": "+QICSGP: (1-20),1-IPV4,<apn>,<username>,<password>,(0-3)",
    "+QIACT": "+QIACT: (1-20)",
    "+QIDEACT": "+QIDEACT: (1-20)",
    # Printed with two blanks where the lines of the table are broken.
    "+QIOPEN": (
        '+QIOPEN: (1-20),(0-11),"TCP/UDP/TCP LISTENER/UDP SERVICE",'
        '"<IP_address>/<domain_name>",<remote_port>,<local_port>,(0-2)'
    ),
}


@pytest.mark.parametrize("name", sorted(TEST_FORMS))
def test_chapter_2_test_form(fresh, name):
    assert fresh.say("AT%s=?" % name) == answer(TEST_FORMS[name])


def test_2_1_limits(fresh):
    assert fresh.say('AT+QICSGP=20,1,"UNINET","","",3') == OK
    assert fresh.say("AT+QICSGP=20") == answer('+QICSGP: 1,"UNINET","","",3')
    for wrong in ("0,1,", "21,1,", "1,0,", "1,2,", "1,3,"):
        assert fresh.say('AT+QICSGP=%s"UNINET","","",1' % wrong) == ERROR
    assert fresh.say('AT+QICSGP=1,1,"UNINET","","",4') == ERROR


def test_2_2_activate_and_query(fresh):
    assert fresh.say("AT+QIACT?") == OK
    assert fresh.say('AT+QICSGP=1,1,"UNINET","","",1') == OK
    assert fresh.say("AT+QIACT=1", 150000) == OK
    assert fresh.say("AT+QIACT?") == answer('+QIACT: 1,1,1,"10.7.157.1"')


def test_2_2_three_of_twenty_contexts_at_once(fresh):
    for cid in (1, 2, 20, 7):
        assert fresh.say('AT+QICSGP=%d,1,"UNINET","","",1' % cid) == OK
    for cid in (1, 2, 20):
        assert fresh.say("AT+QIACT=%d" % cid, 150000) == OK
    assert fresh.say("AT+QIACT=7", 150000) == ERROR
    assert fresh.say("AT+QIACT=21", 150000) == ERROR
    got = fresh.say("AT+QIACT?")
    line = rb'\+QIACT: %d,1,1,"[0-9.]+"\r\n'
    assert re.match(b"\r\n" + line % 1 + line % 2 + line % 20 + b"\r\nOK\r\n$", got), got


def test_2_3_deactivate(desk, peer):
    open_socket(desk, 0)
    assert desk.say("AT+QIDEACT=1", 40000) == OK
    assert desk.say("AT+QIACT?") == OK
    assert desk.say("AT+QISTATE?") == OK
    assert not peer.connected
    assert desk.say("AT+QIDEACT=21", 40000) == ERROR


def test_2_4_read_form(desk):
    assert desk.say("AT+QIOPEN?") == OK


def test_2_4_out_of_range(desk, peer):
    for command in (
        'AT+QIOPEN=21,0,"TCP","124.74.41.170",8009,0,0',
        'AT+QIOPEN=1,12,"TCP","124.74.41.170",8009,0,0',
        'AT+QIOPEN=1,0,"TCP","124.74.41.170",8009,0,3',
        'AT+QIOPEN=1,0,"TCPIP","124.74.41.170",8009,0,0',
        'AT+QIOPEN=1,"TCP","124.74.41.170",8009,0,0',
    ):
        assert desk.say(command, LONG) == ERROR
        assert desk.error() == 552


def test_2_4_local_port_and_mode_may_be_left_out(desk, peer):
    opened = desk.say('AT+QIOPEN=1,11,"TCP","124.74.41.170",8009', LONG)
    assert opened == lines("OK", "+QIOPEN: 11,0")
    expected = state('11,"TCP","124.74.41.170",8009,PORT,2,1,11,0')
    assert same_but_port(desk.say("AT+QISTATE=1,11"), expected)


def test_2_4_a_name(desk):
    desk.net.dns["iot.example"] = [HOST]
    peer = desk.net.tcp(HOST, 8009)
    opened = desk.say('AT+QIOPEN=1,0,"TCP","iot.example",8009,0,0', LONG)
    assert opened == lines("OK", "+QIOPEN: 0,0")
    assert peer.connected


def test_2_4_connecting_takes_75_seconds_at_most(desk):
    desk.net.tcp(HOST, 8009, silent=True)
    assert desk.say('AT+QIOPEN=1,0,"TCP","124.74.41.170",8009,0,0', 60000) == OK
    assert desk.heard(17000) == lines("+QIOPEN: 0,566")


def test_2_4_a_transparent_connection_that_fails_is_an_error(desk):
    desk.net.tcp(HOST, 8009, refuse=True)
    assert desk.say('AT+QIOPEN=1,0,"TCP","124.74.41.170",8009,0,2', LONG) == ERROR
    assert desk.error() == 566


def test_2_4_an_incoming_connection_is_in_buffer_mode_whatever_its_server_is(desk):
    opened = desk.say('AT+QIOPEN=1,1,"TCP LISTENER","127.0.0.1",0,2020,1', LONG)
    assert opened == lines("OK", "+QIOPEN: 1,0")
    client = desk.net.dial(2020, host="172.31.242.222", from_port=54091)
    assert desk.heard(5000) == lines('+QIURC: "incoming",11,1,"172.31.242.222",54091')
    expected = state('11,"TCP INCOMING","172.31.242.222",54091,2020,2,1,1,0')
    assert desk.say("AT+QISTATE=1,11") == expected
    client.send(b"test")
    assert desk.heard(1000) == lines('+QIURC: "recv",11')
    assert desk.say("AT+QIRD=11,1500") == answer("+QIRD: 4", "test")


def test_2_4_udp_service_in_buffer_mode(desk):
    client = desk.net.udp("10.7.76.34", 7687)
    opened = desk.say('AT+QIOPEN=1,2,"UDP SERVICE","127.0.0.1",0,3030,0', LONG)
    assert opened == lines("OK", "+QIOPEN: 2,0")
    desk.net.datagram(3030, b"AAAA", host="10.7.76.34", from_port=7687)
    assert desk.heard(1000) == lines('+QIURC: "recv",2')
    assert desk.say("AT+QIRD=2") == answer('+QIRD: 4,"10.7.76.34",7687', "AAAA")
    assert desk.say('AT+QISEND=2,10,"10.7.76.34",7687') == PROMPT
    assert typed(desk, b"1234567890") == SENT
    assert client.received == [b"1234567890"]


def test_2_4_udp_service_in_push_mode(desk):
    opened = desk.say('AT+QIOPEN=1,2,"UDP SERVICE","127.0.0.1",0,3030,1', LONG)
    assert opened == lines("OK", "+QIOPEN: 2,0")
    desk.net.datagram(3030, b"AAAA", host="10.7.76.34", from_port=7687)
    assert desk.heard(1000) == b'\r\n+QIURC: "recv",2,4,"10.7.76.34",7687\r\nAAAA\r\n'


def test_2_5_close(desk, peer):
    open_socket(desk, 0)
    assert desk.say("AT+QICLOSE=0", LONG) == OK
    assert not peer.connected


def test_1_2_buffer_mode(desk, peer):
    open_socket(desk, 0)
    peer.send(b"first")
    assert desk.heard(1000) == lines('+QIURC: "recv",0')
    peer.send(b"second")
    assert desk.heard(1000) == b""
    data = b""
    for _ in range(10):
        got = desk.say("AT+QIRD=0,1500")
        if got == answer("+QIRD: 0"):
            break
        data += got.split(b"\r\n")[2]
    assert data == b"firstsecond"
    peer.send(b"third")
    assert desk.heard(1000) == lines('+QIURC: "recv",0')


def test_1_2_push_mode(desk, peer):
    open_socket(desk, 1)
    peer.send(b"test")
    assert desk.heard(1000) == b'\r\n+QIURC: "recv",0,4\r\ntest\r\n'
    assert desk.say("AT+QISEND=0,5") == PROMPT
    assert typed(desk, b"test2") == SENT
    assert peer.received == b"test2"


def test_1_2_transparent_mode_and_both_ways_back_to_it(desk, peer):
    assert desk.say("ATO", 5000) == lines("NO CARRIER")
    open_socket(desk, 2)
    desk.type(b"AT+QICLOSE=0\r")
    peer.send(b"Test 1")
    assert desk.heard(2000) == b"Test 1"
    assert peer.received == b"AT+QICLOSE=0\r"
    for back in ("ATO", "AT+QISWTMD=0,2"):
        leave(desk)
        expected = state('0,"TCP","124.74.41.170",8009,PORT,2,1,0,0')
        assert same_but_port(desk.say("AT+QISTATE=1,0"), expected)
        assert desk.say(back, 5000) == CONNECT
    desk.type(b"again")
    assert desk.heard(2000) == b""
    assert peer.received == b"AT+QICLOSE=0\ragain"


def test_1_2_plus_plus_plus_within_data_is_data(desk, peer):
    open_socket(desk, 2)
    desk.heard(1100)
    desk.type(b"+++a")
    assert desk.heard(3000) == b""
    desk.type(b"b+++")
    assert desk.heard(3000) == b""
    assert peer.received == b"+++ab+++"


def test_1_2_the_peer_closes(desk, peer):
    open_socket(desk, 2)
    peer.close()
    assert desk.heard(2000) == lines("NO CARRIER")
    assert desk.say("AT") == OK
    assert desk.say("AT+QICLOSE=0", LONG) == OK
    open_socket(desk, 2)


def test_1_2_dtr(desk, peer):
    assert desk.say("AT&D1") == OK
    desk.module.dtr(0)
    open_socket(desk, 2)
    desk.module.dtr(1)
    # Whether a word is said about it the manual leaves open.
    assert desk.heard(2000) in (b"", OK)
    assert desk.say("AT+QICLOSE=0", LONG) == OK
    assert peer.received == b""

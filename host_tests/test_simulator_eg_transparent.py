"""The simulated EG800Q's transparent mode."""

import pytest

from host_tests.simulator.desk import ERROR, OK, Desk, answer, lines

CONNECT = lines("CONNECT")
NO_CARRIER = lines("NO CARRIER")
OPEN = 'AT+QIOPEN=1,0,"TCP","198.51.100.7",7,0,2'


@pytest.fixture
def desk():
    desk = Desk("EG800Q")
    desk.activate()
    return desk


@pytest.fixture
def peer(desk):
    peer = desk.net.tcp("198.51.100.7", 7)
    assert desk.say(OPEN) == CONNECT
    return peer


def escape(desk, before=1000, after=1000):
    desk.heard(before)
    desk.type(b"+++")
    return desk.heard(after)


def test_connect_comes_when_there_is_a_connection(desk):
    desk.net.tcp("198.51.100.7", 7, connect_ms=20000)
    assert desk.say(OPEN, 20000) == b""
    assert desk.heard(1000) == CONNECT


def test_a_refusal_is_an_error(desk):
    desk.net.tcp("198.51.100.7", 7, refuse=True)
    assert desk.say(OPEN) == ERROR
    assert desk.error() == 566


def test_bytes_go_through_as_they_are(desk, peer):
    every = bytes(range(256))
    desk.type(every)
    peer.send(every)
    assert desk.heard(300) == every
    assert peer.received == every


def test_a_packet_waits_for_its_size_or_its_time(desk, peer):
    desk.type(b"x" * 1500)
    desk.heard(0)
    assert len(peer.received) == 1024
    desk.heard(199)
    assert len(peer.received) == 1024
    desk.heard(1)
    assert len(peer.received) == 1500


def test_three_pluses_between_two_silences(desk, peer):
    assert escape(desk) == OK
    assert desk.say("AT+QISTATE") == answer(
        '+QISTATE: 0,"TCP","198.51.100.7",7,65514,2,1,0,0,"uart1"'
    )
    assert peer.received == b""


@pytest.mark.parametrize("pieces", [(b"+++", b"x"), (b"++",), (b"++++",), (b"+x+",)])
def test_other_pluses_are_data(desk, peer, pieces):
    desk.heard(2000)
    for piece in pieces:
        desk.type(piece)
        desk.heard(500)
    assert desk.heard(2000) == b""
    assert peer.received == b"".join(pieces)


def test_pluses_right_after_data_are_data(desk, peer):
    desk.type(b"data")
    assert escape(desk, before=900) == b""
    desk.heard(1000)
    assert peer.received == b"data+++"


def test_slow_pluses_are_data(desk, peer):
    desk.heard(2000)
    for _ in range(3):
        desk.type(b"+")
        assert desk.heard(600) == b""
    assert desk.heard(2000) == b""
    assert peer.received == b"+++"


def test_back_by_ato_or_by_qiswtmd(desk, peer):
    escape(desk)
    peer.send(b"unread")
    assert desk.heard(10) == lines('+QIURC: "recv",0')
    assert desk.say("ATO") == CONNECT + b"unread"
    escape(desk)
    assert desk.say("AT+QISWTMD=0,2") == CONNECT
    desk.type(b"again")
    desk.heard(300)
    assert peer.received == b"again"


def test_nothing_to_go_back_to(desk):
    assert desk.say("ATO") == NO_CARRIER


def test_the_peer_ends_it(desk, peer):
    peer.send(b"bye")
    peer.close()
    assert desk.heard(10) == b"bye" + NO_CARRIER
    assert b",4,1,0,0," in desk.say("AT+QISTATE=1,0")
    assert desk.say("ATO") == NO_CARRIER
    assert desk.say("AT+QICLOSE=0") == OK


def test_the_context_ends_it(desk, peer):
    desk.module.lose_context(1)
    assert desk.heard() == NO_CARRIER + lines('+QIURC: "pdpdeact",1')


def test_other_sockets_wait_with_their_news(desk):
    other = desk.open(1, port=8)
    desk.net.tcp("198.51.100.7", 7)
    desk.say(OPEN)
    other.send(b"x")
    assert desk.heard(10) == b""
    assert escape(desk) == OK + lines('+QIURC: "recv",1')


def test_dtr_with_and_without_at_d1(desk):
    desk.net.tcp("198.51.100.7", 7)
    desk.say("AT&D0")
    desk.say(OPEN)
    desk.module.dtr(1)
    desk.module.dtr(0)
    assert desk.heard(10) == b""
    assert escape(desk) == OK
    assert desk.say("AT&D1") == OK
    assert desk.say("ATO") == CONNECT
    desk.module.dtr(1)
    assert desk.heard(10) == OK
    assert desk.say("AT") == OK


def test_a_caller_gets_the_line(desk):
    desk.say('AT+QIOPEN=1,1,"TCP LISTENER","127.0.0.1",0,2020,2')
    caller = desk.net.dial(2020)
    caller.send(b"hello")
    got = desk.heard(10)
    assert got == lines('+QIURC: "incoming",11,1,"203.0.113.9",50000') + CONNECT + b"hello"
    desk.type(b"back")
    desk.heard(300)
    assert caller.received == b"back"


def test_a_service_has_no_line(desk):
    desk.say('AT+QIOPEN=1,2,"UDP SERVICE","127.0.0.1",0,3030,0')
    assert desk.say("AT+QISWTMD=2,2") == ERROR

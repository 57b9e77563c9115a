"""The simulated EG800Q being called: listeners, those who dial in, UDP services."""

import pytest

from host_tests.simulator.desk import ERROR, OK, Desk, answer, lines

LISTEN = 'AT+QIOPEN=1,1,"TCP LISTENER","127.0.0.1",0,2020,%d'


@pytest.fixture
def desk():
    desk = Desk("EG800Q")
    desk.activate()
    return desk


def listen(desk, mode=0):
    assert desk.say(LISTEN % mode) == lines("OK", "+QIOPEN: 1,0")


def incoming(sid, port=50000):
    return lines('+QIURC: "incoming",%d,1,"203.0.113.9",%d' % (sid, port))


def test_nobody_is_reached_where_nobody_listens(desk):
    caller = desk.net.dial(2020)
    desk.heard(10)
    assert caller.refused and not caller.open


def test_both_ways_and_the_end(desk):
    listen(desk)
    caller = desk.net.dial(2020)
    caller.send(b"hello")
    assert desk.heard(10) == incoming(11) + lines('+QIURC: "recv",11')
    assert desk.say("AT+QIRD=11,1500") == answer("+QIRD: 5", "hello")
    desk.say("AT+QISEND=11,2")
    desk.type(b"ok")
    assert desk.heard(100) == lines("SEND OK")
    assert caller.received == b"ok"
    assert desk.say("AT+QISEND=11,0") == answer("+QISEND: 2,2,0")
    caller.close()
    assert desk.heard(10) == lines('+QIURC: "closed",11')


def test_children_outlive_their_listener(desk):
    listen(desk)
    caller = desk.net.dial(2020)
    desk.heard(10)
    assert desk.say("AT+QICLOSE=1") == OK
    assert caller.open
    other = desk.net.dial(2020)
    desk.heard(10)
    assert other.refused


def test_children_are_in_their_listeners_mode(desk):
    listen(desk, 1)
    desk.net.dial(2020).send(b"hi")
    assert desk.heard(10) == incoming(11) + lines('+QIURC: "recv",11,2\r\nhi')


def test_ids_run_out(desk):
    listen(desk)
    callers = [desk.net.dial(2020, from_port=50000 + i) for i in range(12)]
    want = b"".join([incoming(sid, 50011 - sid) for sid in (11, 10, 9, 8, 7, 6, 5, 4, 3, 2)])
    want += incoming(0, 50010) + lines('+QIURC: "incoming full"')
    assert desk.heard(10) == want
    assert callers[11].refused and not callers[11].open
    assert callers[10].open


def test_ids_from_below():
    desk = Desk("EG800Q", quirks=("next_id",))
    desk.activate()
    listen(desk)
    desk.net.dial(2020)
    assert desk.heard(10) == incoming(0)


def test_accepting_by_hand(desk):
    assert desk.say('AT+QICFG="tcp/accept",0') == OK
    listen(desk)
    caller = desk.net.dial(2020)
    caller.send(b"early")
    assert desk.heard(10) == lines('+QIURC: "accept",1')
    got = desk.say("AT+QIACCEPT=1,1,5")
    want = ('+QIACCEPT: 5,"203.0.113.9",50000', '+QIURC: "recv",5')
    assert got == lines("OK", *want)
    assert desk.say("AT+QIRD=5") == answer("+QIRD: 5", "early")
    assert caller.open


def test_refusing_by_hand(desk):
    desk.say('AT+QICFG="tcp/accept",0')
    listen(desk)
    caller = desk.net.dial(2020)
    desk.heard(10)
    assert desk.say("AT+QIACCEPT=1,0") == OK
    assert caller.refused
    assert desk.say("AT+QIACCEPT=1,1") == ERROR
    assert desk.error() == 560


def test_a_listener_neither_sends_nor_receives(desk):
    listen(desk)
    for command in ("AT+QISEND=1,1", 'AT+QISENDEX=1,"30"', "AT+QIRD=1", "AT+QISWTMD=1,2"):
        assert desk.say(command) == ERROR


def test_a_port_of_our_own_is_taken(desk):
    listen(desk)
    command = 'AT+QIOPEN=1,2,"TCP LISTENER","",0,2020,0'
    assert desk.say(command) == lines("OK", "+QIOPEN: 2,574")


def test_a_port_of_somebody_else_is_taken(desk):
    desk.net.listen("TCP", 2020, None)
    assert desk.say(LISTEN % 0) == lines("OK", "+QIOPEN: 1,556")


def test_the_context_takes_listener_and_children(desk):
    listen(desk)
    caller = desk.net.dial(2020)
    desk.heard(10)
    desk.module.lose_context(1)
    assert desk.heard() == lines('+QIURC: "pdpdeact",1')
    assert not caller.open
    assert desk.say("AT+QIDEACT=1;+QISTATE") == OK


def service(desk, mode=0):
    command = 'AT+QIOPEN=1,2,"UDP SERVICE","127.0.0.1",0,3030,%d' % mode
    assert desk.say(command) == lines("OK", "+QIOPEN: 2,0")


def test_whole_datagrams_with_their_senders(desk):
    service(desk)
    desk.net.datagram(3030, b"first", "203.0.113.1", 1)
    desk.net.datagram(3030, b"second", "203.0.113.2", 2)
    assert desk.heard(10) == lines('+QIURC: "recv",2')
    assert desk.say("AT+QIRD=2,3") == answer('+QIRD: 5,"203.0.113.1",1', "first")
    assert desk.say("AT+QIRD=2") == answer('+QIRD: 6,"203.0.113.2",2', "second")
    assert desk.say("AT+QIRD=2") == answer("+QIRD: 0")


def test_pushed_with_their_senders(desk):
    service(desk, 1)
    desk.net.datagram(3030, b"hi")
    assert desk.heard(10) == lines('+QIURC: "recv",2,2,"203.0.113.9",50000\r\nhi')


def test_a_service_sends_to_anybody(desk):
    service(desk)
    peer = desk.net.udp("203.0.113.9", 50000, echo=True)
    assert desk.say('AT+QISEND=2,2,"203.0.113.9",50000') == b"\r\n> "
    desk.type(b"yo")
    assert desk.heard(100) == lines("SEND OK", '+QIURC: "recv",2')
    assert peer.received == [b"yo"]
    for command in ("AT+QISEND=2,2", 'AT+QISENDEX=2,"30"', 'AT+QISEND=2,2,"a.example",9'):
        assert desk.say(command) == ERROR

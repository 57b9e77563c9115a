"""EG800Q&EG91xQ TCP/IP manual V1.2, TCP server: section 3.5, and what 2.3.5, 2.3.11 and 2.4.3 to
2.4.5 say for certain; byte for byte."""

import pytest

from host_tests.simulator.desk import ERROR, OK, answer, lines
from host_tests.test_simulator_manual_eg_contexts import (
    EG,
    LONG,
    PROMPT,
    SENT,
    WITH_UG,
    activate,
    desk_of,
    state,
    typed,
)

CLIENT = "172.31.242.222"
INCOMING = lines('+QIURC: "incoming",11,1,"172.31.242.222",54091')


@pytest.fixture(params=WITH_UG)
def desk(request):
    return activate(desk_of(request.param))


def listen(desk, mode=0):
    """3.5.1"""
    opened = desk.say('AT+QIOPEN=1,1,"TCP LISTENER","127.0.0.1",0,2020,%d' % mode, LONG)
    assert opened == lines("OK", "+QIOPEN: 1,0")


def accept(desk):
    """3.5.2; a <connectID> is chosen from the highest down."""
    client = desk.net.dial(2020, host=CLIENT, from_port=54091)
    assert desk.heard(5000) == INCOMING
    assert client.open
    return client


def test_3_5_1_start_a_server(desk):
    listen(desk)
    expected = state('1,"TCP LISTENER","10.7.157.1",0,2020,3,1,1,0')
    assert desk.say("AT+QISTATE=0,1") == expected


def test_3_5_2_accept_an_incoming_connection(desk):
    listen(desk)
    accept(desk)
    expected = state('11,"TCP INCOMING","172.31.242.222",54091,2020,2,1,1,0')
    assert desk.say("AT+QISTATE=1,11") == expected


def test_3_5_3_retrieve_data_from_an_incoming_connection(desk):
    listen(desk)
    client = accept(desk)
    client.send(b"test")
    assert desk.heard(1000) == lines('+QIURC: "recv",11')
    assert desk.say("AT+QIRD=11,1500") == answer("+QIRD: 4", "test")
    assert desk.say("AT+QIRD=11,1500") == answer("+QIRD: 0")
    assert desk.say("AT+QIRD=11,0") == answer("+QIRD: 4,4,0")


def test_3_5_4_close_a_server(desk):
    listen(desk)
    client = accept(desk)
    assert desk.say("AT+QICLOSE=11", LONG) == OK
    assert not client.open
    assert desk.say("AT+QISTATE=1,11") == OK
    assert desk.say("AT+QICLOSE=1", LONG) == OK
    assert desk.say("AT+QISTATE?") == OK
    late = desk.net.dial(2020, host=CLIENT, from_port=54092)
    assert desk.heard(5000) == b""
    assert late.refused


def test_2_3_5_nobody_listens_at_another_port(desk):
    listen(desk)
    client = desk.net.dial(2021, host=CLIENT, from_port=54091)
    assert desk.heard(5000) == b""
    assert client.refused
    assert not client.open


def test_2_3_5_a_local_port_in_use(desk):
    """At once or by URC, as "Port busy" or "Socket bind failed": the manual does not say."""
    listen(desk)
    got = desk.say('AT+QIOPEN=1,2,"TCP LISTENER","127.0.0.1",0,2020,0', LONG)
    assert got in (ERROR, lines("OK", "+QIOPEN: 2,574"), lines("OK", "+QIOPEN: 2,556"))
    if got == ERROR:
        assert desk.error() in (556, 574)
    accept(desk)


def test_2_3_8_send_to_an_incoming_connection(desk):
    listen(desk)
    client = accept(desk)
    assert desk.say("AT+QISEND=11") == PROMPT
    assert typed(desk, b"test1\x1a") == SENT
    assert desk.say("AT+QISEND=11,5") == PROMPT
    assert typed(desk, b"test2") == SENT
    assert desk.say('AT+QISENDEX=11,"7465737433"', 5000) == SENT
    assert desk.say("AT+QISEND=11,0") == answer("+QISEND: 15,15,0")
    assert client.received == b"test1test2test3"


def test_2_3_10_no_sending_to_the_server_itself(desk):
    listen(desk)
    assert desk.say('AT+QISENDEX=1,"3132"', 5000) == ERROR
    assert desk.say("AT+QISEND=1,2", 5000) == ERROR


def test_2_3_7_all_sockets_of_the_context(desk):
    listen(desk)
    accept(desk)
    expected = (
        state('1,"TCP LISTENER","10.7.157.1",0,2020,3,1,1,0')[: -len(OK)]
        + state('11,"TCP INCOMING","172.31.242.222",54091,2020,2,1,1,0')[2:]
    )
    assert desk.say("AT+QISTATE?") == expected
    assert desk.say("AT+QISTATE=0,1") == expected


def test_2_4_1_the_client_closes(desk):
    listen(desk)
    client = accept(desk)
    client.close()
    assert desk.heard(1000) == lines('+QIURC: "closed",11')
    expected = state('11,"TCP INCOMING","172.31.242.222",54091,2020,4,1,1,0')
    assert desk.say("AT+QISTATE=1,11") == expected
    assert desk.say("AT+QICLOSE=11", LONG) == OK
    accept(desk)


def test_2_4_3_the_limit_of_incoming_connections(desk):
    listen(desk)
    clients = []
    taken = []
    for port in range(50000, 50011):
        clients.append(desk.net.dial(2020, host=CLIENT, from_port=port))
        got = desk.heard(5000)
        sid = got.split(b",")[1].decode()
        taken.append(int(sid))
        assert got == lines('+QIURC: "incoming",%s,1,"172.31.242.222",%d' % (sid, port))
    assert sorted(taken) == [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    more = desk.net.dial(2020, host=CLIENT, from_port=50011)
    assert desk.heard(5000) == lines('+QIURC: "incoming full"')
    assert not more.open
    assert all([client.open for client in clients])
    assert desk.say("AT+QICLOSE=5", LONG) == OK
    desk.net.dial(2020, host=CLIENT, from_port=50012)
    assert desk.heard(5000) == lines('+QIURC: "incoming",5,1,"172.31.242.222",50012')


@pytest.mark.parametrize("desk", EG, indirect=True)
def test_2_3_5_an_incoming_connection_has_the_mode_of_its_server(desk):
    listen(desk, 1)
    assert desk.say("AT+QISTATE=1,1") == state('1,"TCP LISTENER","10.7.157.1",0,2020,3,1,1,1')
    client = accept(desk)
    expected = state('11,"TCP INCOMING","172.31.242.222",54091,2020,2,1,1,1')
    assert desk.say("AT+QISTATE=1,11") == expected
    client.send(b"test")
    assert desk.heard(1000) == b'\r\n+QIURC: "recv",11,4\r\ntest\r\n'


@pytest.mark.parametrize("desk", EG, indirect=True)
def test_2_3_5_the_address_may_be_left_out(desk):
    opened = desk.say('AT+QIOPEN=1,1,"TCP LISTENER",,0,2020,0', LONG)
    assert opened == lines("OK", "+QIOPEN: 1,0")
    accept(desk)


# Manual acceptance


def knock(desk):
    """2.4.5"""
    assert desk.say('AT+QICFG="tcp/accept",0') == OK
    listen(desk)
    client = desk.net.dial(2020, host=CLIENT, from_port=54091)
    assert desk.heard(5000) == lines('+QIURC: "accept",1')
    return client


@pytest.mark.parametrize("desk", EG, indirect=True)
def test_2_4_5_nothing_is_accepted_by_itself(desk):
    knock(desk)
    assert desk.say("AT+QISTATE=1,11") == OK
    assert desk.say("AT+QISTATE?") == state('1,"TCP LISTENER","10.7.157.1",0,2020,3,1,1,0')


@pytest.mark.parametrize("desk", EG, indirect=True)
def test_2_3_11_accept_with_a_connect_id_of_the_hosts_choice(desk):
    client = knock(desk)
    accepted = '+QIACCEPT: 4,"172.31.242.222",54091'
    assert desk.say("AT+QIACCEPT=1,1,4", 5000) == lines("OK", accepted)
    assert client.open
    expected = state('4,"TCP INCOMING","172.31.242.222",54091,2020,2,1,1,0')
    assert desk.say("AT+QISTATE=1,4") == expected
    client.send(b"test")
    assert desk.heard(1000) == lines('+QIURC: "recv",4')
    assert desk.say("AT+QIRD=4") == answer("+QIRD: 4", "test")


@pytest.mark.parametrize("desk", EG, indirect=True)
def test_2_3_11_accept_with_a_connect_id_of_the_modules_choice(desk):
    client = knock(desk)
    accepted = '+QIACCEPT: 11,"172.31.242.222",54091'
    assert desk.say("AT+QIACCEPT=1,1", 5000) == lines("OK", accepted)
    assert client.open


@pytest.mark.parametrize("desk", EG, indirect=True)
def test_2_3_11_refuse(desk):
    client = knock(desk)
    assert desk.say("AT+QIACCEPT=1,0", 5000) == OK
    assert client.refused
    assert not client.open
    assert desk.say("AT+QISTATE=1,11") == OK
    assert desk.say("AT+QIACCEPT=1,1", 5000) == ERROR


@pytest.mark.parametrize("desk", EG, indirect=True)
def test_2_3_11_errors(desk):
    assert desk.say("AT+QIACCEPT=1,1") == ERROR
    knock(desk)
    assert desk.say("AT+QIACCEPT=1") == ERROR
    for command in ("AT+QIACCEPT=2,1", "AT+QIACCEPT=1,2", "AT+QIACCEPT=1,1,1", "AT+QIACCEPT=12,1"):
        assert desk.say(command, 5000) == ERROR

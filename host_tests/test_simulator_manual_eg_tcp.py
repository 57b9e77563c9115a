"""EG800Q&EG91xQ TCP/IP manual V1.2, TCP clients in buffer access and direct push mode: sections
3.2 and 3.4, and what 2.3.5 to 2.3.10, 2.4.1 and 2.4.2 say for certain; byte for byte."""

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


@pytest.fixture(params=WITH_UG)
def desk(request):
    return activate(desk_of(request.param))


@pytest.fixture
def peer(desk):
    return desk.net.tcp(HOST, 8009)


def open_buffer(desk):
    """3.2.1"""
    opened = desk.say('AT+QIOPEN=1,0,"TCP","192.0.2.2",8009,0,0', LONG)
    assert opened == lines("OK", "+QIOPEN: 0,0")


def open_push(desk):
    """3.4.1"""
    opened = desk.say('AT+QIOPEN=1,0,"TCP","192.0.2.2",8009,0,1', LONG)
    assert opened == lines("OK", "+QIOPEN: 0,0")


def test_3_2_1_set_up_a_connection_in_buffer_mode(desk, peer):
    open_buffer(desk)
    expected = state('0,"TCP","192.0.2.2",8009,PORT,2,1,0,0')
    assert same_but_port(desk.say("AT+QISTATE=1,0"), expected)
    assert peer.connected


def test_3_2_2_send_in_buffer_mode(desk, peer):
    open_buffer(desk)
    assert desk.say("AT+QISEND=0") == PROMPT
    assert typed(desk, b"test1\x1a") == SENT
    assert desk.say("AT+QISEND=0,4") == PROMPT
    assert typed(desk, b"test") == SENT
    assert desk.say("AT+QISEND=0,0") == answer("+QISEND: 9,9,0")
    assert desk.say('AT+QISENDEX=0,"3132333435"', 5000) == SENT
    assert desk.say("AT+QISEND=0,0") == answer("+QISEND: 14,14,0")
    assert peer.received == b"test1test12345"


def test_3_2_3_retrieve_data_in_buffer_mode(desk, peer):
    open_buffer(desk)
    for _ in range(2):
        peer.send(b"test1")
        assert desk.heard(1000) == lines('+QIURC: "recv",0')
        assert desk.say("AT+QIRD=0,1500") == answer("+QIRD: 5", "test1")
    assert desk.say("AT+QIRD=0,1500") == answer("+QIRD: 0")
    assert desk.say("AT+QIRD=0,0") == answer("+QIRD: 10,10,0")


@pytest.mark.parametrize("desk", EG, indirect=True)
def test_3_2_3_retrieve_data_with_the_length_in_the_urc(desk, peer):
    open_buffer(desk)
    peer.send(b"test1")
    assert desk.heard(1000) == lines('+QIURC: "recv",0')
    assert desk.say("AT+QIRD=0,1500") == answer("+QIRD: 5", "test1")
    assert desk.say('AT+QICFG="recvind",1') == OK
    peer.send(b"test1")
    assert desk.heard(1000) == lines('+QIURC: "recv",0,5')
    assert desk.say("AT+QIRD=0,1500") == answer("+QIRD: 5", "test1")
    assert desk.say("AT+QIRD=0,1500") == answer("+QIRD: 0")
    assert desk.say("AT+QIRD=0,0") == answer("+QIRD: 10,10,0")


def test_3_2_4_close(desk, peer):
    open_buffer(desk)
    assert desk.say("AT+QICLOSE=0", LONG) == OK
    assert not peer.connected
    assert desk.say("AT+QISTATE=1,0") == OK


def test_3_4_1_set_up_a_connection_in_push_mode(desk, peer):
    open_push(desk)
    expected = state('0,"TCP","192.0.2.2",8009,PORT,2,1,0,1')
    assert same_but_port(desk.say("AT+QISTATE=1,0"), expected)


def test_3_4_2_send_in_push_mode(desk, peer):
    open_push(desk)
    assert desk.say("AT+QISEND=0") == PROMPT
    assert typed(desk, b"test1\x1a") == SENT
    assert desk.say("AT+QISEND=0,5") == PROMPT
    assert typed(desk, b"test2") == SENT
    assert desk.say("AT+QISEND=0,0") == answer("+QISEND: 10,10,0")
    assert peer.received == b"test1test2"


def test_3_4_3_receive_in_push_mode(desk, peer):
    open_push(desk)
    peer.send(b"test")
    # Framed by CR LF as every URC is (2.4).
    assert desk.heard(1000) == b'\r\n+QIURC: "recv",0,4\r\ntest\r\n'


def test_3_4_4_close(desk, peer):
    open_push(desk)
    assert desk.say("AT+QICLOSE=0", LONG) == OK
    assert not peer.connected


def test_2_3_5_the_last_two_parameters_may_be_left_out(desk, peer):
    assert desk.say('AT+QIOPEN=1,0,"TCP","192.0.2.2",8009', LONG) == lines("OK", "+QIOPEN: 0,0")
    expected = state('0,"TCP","192.0.2.2",8009,PORT,2,1,0,0')
    assert same_but_port(desk.say("AT+QISTATE=1,0"), expected)


def test_2_3_5_the_local_port_as_specified(desk, peer):
    opened = desk.say('AT+QIOPEN=1,11,"TCP","192.0.2.2",8009,4711,1', LONG)
    assert opened == lines("OK", "+QIOPEN: 11,0")
    expected = state('11,"TCP","192.0.2.2",8009,4711,2,1,11,1')
    assert desk.say("AT+QISTATE=1,11") == expected


def test_2_3_5_a_domain_name(desk):
    desk.net.dns["iot.example"] = [HOST]
    peer = desk.net.tcp(HOST, 8009)
    opened = desk.say('AT+QIOPEN=1,0,"TCP","iot.example",8009,0,0', LONG)
    assert opened == lines("OK", "+QIOPEN: 0,0")
    assert peer.connected
    # The answer of QISTATE has an address there.
    expected = state('0,"TCP","192.0.2.2",8009,PORT,2,1,0,0')
    assert same_but_port(desk.say("AT+QISTATE=1,0"), expected)


def test_2_3_5_out_of_range(desk, peer):
    for command in (
        'AT+QIOPEN=0,0,"TCP","192.0.2.2",8009,0,0',
        'AT+QIOPEN=21,0,"TCP","192.0.2.2",8009,0,0',
        'AT+QIOPEN=1,12,"TCP","192.0.2.2",8009,0,0',
        'AT+QIOPEN=1,0,"SCTP","192.0.2.2",8009,0,0',
        'AT+QIOPEN=1,0,"TCP","192.0.2.2",65536,0,0',
        'AT+QIOPEN=1,0,"TCP","192.0.2.2",8009,65536,0',
        'AT+QIOPEN=1,0,"TCP","192.0.2.2",8009,0,3',
        'AT+QIOPEN=1,0,"TCP","192.0.2.2"',
        'AT+QIOPEN=1,0,"TCP LISTENER","127.0.0.1",0',
        'AT+QIOPEN=1,0,"UDP SERVICE","127.0.0.1",0',
    ):
        assert desk.say(command, LONG) == ERROR
        assert desk.error() == 552


def test_2_3_5_a_refused_connection(desk):
    desk.net.tcp(HOST, 8009, refuse=True)
    opened = desk.say('AT+QIOPEN=1,0,"TCP","192.0.2.2",8009,0,0', LONG)
    assert opened == lines("OK", "+QIOPEN: 0,566")


def test_2_3_5_an_id_in_use(desk, peer):
    """At once or by URC: the manual does not say; "Socket identity has been used" is 563."""
    open_buffer(desk)
    got = desk.say('AT+QIOPEN=1,0,"TCP","192.0.2.2",8009,0,1', LONG)
    assert got in (ERROR, lines("OK", "+QIOPEN: 0,563"))
    if got == ERROR:
        assert desk.error() == 563
    expected = state('0,"TCP","192.0.2.2",8009,PORT,2,1,0,0')
    assert same_but_port(desk.say("AT+QISTATE=1,0"), expected)


@pytest.mark.parametrize("desk", EG, indirect=True)
def test_2_3_6_the_peer_does_not_answer_the_fin(desk, peer):
    peer.lingers = True
    open_buffer(desk)
    assert desk.say("AT+QICLOSE=0", 9900) == b""
    assert desk.heard(1000) == OK
    open_buffer(desk)
    assert desk.say("AT+QICLOSE=0,3", 2900) == b""
    assert desk.heard(1000) == OK
    assert desk.say("AT+QISTATE=1,0") == OK


@pytest.mark.parametrize("desk", EG, indirect=True)
def test_2_3_6_close_with_a_timeout(desk, peer):
    open_buffer(desk)
    assert desk.say("AT+QICLOSE=0,65536", LONG) == ERROR
    assert desk.say("AT+QICLOSE=0,0") == OK
    open_buffer(desk)
    assert desk.say("AT+QICLOSE=0,1", LONG) == OK
    assert not peer.connected


def test_2_3_7_all_forms(desk, peer):
    open_buffer(desk)
    expected = state('0,"TCP","192.0.2.2",8009,PORT,2,1,0,0')
    for command in ("AT+QISTATE?", "AT+QISTATE", "AT+QISTATE=0,1", "AT+QISTATE=1,0"):
        assert same_but_port(desk.say(command), expected), command
    for command in ("AT+QISTATE=?", "AT+QISTATE=0,2", "AT+QISTATE=1,1"):
        assert desk.say(command) == OK
    for command in ("AT+QISTATE=2,0", "AT+QISTATE=1,12", "AT+QISTATE=0,0", "AT+QISTATE=0,21"):
        assert desk.say(command) == ERROR


def test_2_3_7_two_connections_in_order(desk, peer):
    for sid in (3, 1):
        opened = desk.say('AT+QIOPEN=1,%d,"TCP","192.0.2.2",8009,200%d,0' % (sid, sid), LONG)
        assert opened == lines("OK", "+QIOPEN: %d,0" % sid)
    assert desk.say("AT+QISTATE?") == (
        state('1,"TCP","192.0.2.2",8009,2001,2,1,1,0')[: -len(OK)]
        + state('3,"TCP","192.0.2.2",8009,2003,2,1,3,0')[2:]
    )


def test_2_3_8_escape_cancels(desk, peer):
    open_buffer(desk)
    assert desk.say("AT+QISEND=0") == PROMPT
    # What is answered to Esc the manual does not say.
    typed(desk, b"test1\x1b")
    assert desk.say("AT") == OK
    assert peer.received == b""


def test_2_3_8_ctrl_z_is_data_in_a_send_of_fixed_length(desk, peer):
    open_buffer(desk)
    assert desk.say("AT+QISEND=0,5") == PROMPT
    assert typed(desk, b"ab\x1a") == b""
    assert typed(desk, b"\r\n") == SENT
    assert peer.received == b"ab\x1a\r\n"


def test_2_3_8_errors(desk, peer):
    assert desk.say("AT+QISEND=0", 5000) == ERROR
    assert desk.say("AT+QISEND=0,0") == ERROR
    open_buffer(desk)
    for command in ("AT+QISEND=0,1461", "AT+QISEND=12,5", "AT+QISEND=1,5", "AT+QISEND=1,0"):
        assert desk.say(command, 5000) == ERROR
    assert desk.say("AT+QISEND=0,1460") == PROMPT
    assert typed(desk, b"x" * 1460) == SENT
    assert peer.received == b"x" * 1460


def test_2_3_8_send_fail_when_the_buffer_is_full_and_the_same_again_later(desk, peer):
    open_buffer(desk)
    peer.accept_window = 1000
    sent = 0
    for _ in range(100):
        assert desk.say("AT+QISEND=0,1460") == PROMPT
        got = typed(desk, b"x" * 1460)
        if got != SENT:
            break
        sent += 1460
    assert got == lines("SEND FAIL")
    assert desk.say("AT+QISEND=0,0") == answer("+QISEND: %d,1000,%d" % (sent, sent - 1000))
    peer.accept(1000000)
    assert desk.say("AT+QISEND=0,1460") == PROMPT
    assert typed(desk, b"x" * 1460) == SENT
    sent += 1460
    assert desk.say("AT+QISEND=0,0") == answer("+QISEND: %d,%d,0" % (sent, sent))


def test_2_3_9_part_of_what_is_there(desk, peer):
    open_buffer(desk)
    peer.send(b"0123456789")
    assert desk.heard(1000) == lines('+QIURC: "recv",0')
    assert desk.say("AT+QIRD=0,4") == answer("+QIRD: 4", "0123")
    assert desk.say("AT+QIRD=0,0") == answer("+QIRD: 10,4,6")
    assert desk.say("AT+QIRD=0") == answer("+QIRD: 6", "456789")
    assert desk.say("AT+QIRD=0,0") == answer("+QIRD: 10,10,0")


def test_2_3_9_no_new_urc_until_all_has_been_retrieved(desk, peer):
    open_buffer(desk)
    peer.send(b"abc")
    assert desk.heard(1000) == lines('+QIURC: "recv",0')
    peer.send(b"def")
    assert desk.heard(1000) == b""
    assert desk.say("AT+QIRD=0,2") == answer("+QIRD: 2", "ab")
    peer.send(b"ghi")
    assert desk.heard(1000) == b""
    data = b""
    while True:
        got = desk.say("AT+QIRD=0,1500")
        if got == answer("+QIRD: 0"):
            break
        data += got.split(b"\r\n")[2]
    assert data == b"cdefghi"
    peer.send(b"jkl")
    assert desk.heard(1000) == lines('+QIURC: "recv",0')


def test_2_3_9_errors(desk, peer):
    assert desk.say("AT+QIRD=0,1500") == ERROR
    assert desk.say("AT+QIRD=0,0") == ERROR
    open_buffer(desk)
    for command in ("AT+QIRD=0,1501", "AT+QIRD=12,10", "AT+QIRD=1"):
        assert desk.say(command) == ERROR


def test_2_3_10_hex_string(desk, peer):
    assert desk.say('AT+QISENDEX=0,"3132"', 5000) == ERROR
    open_buffer(desk)
    assert desk.say('AT+QISENDEX=0,"%s"' % ("00fFAa" * 50), 5000) == SENT
    assert peer.received == b"\x00\xff\xaa" * 50
    assert desk.say('AT+QISENDEX=0,"%s"' % ("30" * 513), 5000) == ERROR
    assert desk.say('AT+QISENDEX=0,"3x"', 5000) == ERROR
    assert len(peer.received) == 150


def test_2_3_12_switch_between_buffer_and_push(desk, peer):
    open_buffer(desk)
    assert desk.say("AT+QISWTMD=0,1") == OK
    expected = state('0,"TCP","192.0.2.2",8009,PORT,2,1,0,1')
    assert same_but_port(desk.say("AT+QISTATE=1,0"), expected)
    peer.send(b"test")
    assert desk.heard(1000) == b'\r\n+QIURC: "recv",0,4\r\ntest\r\n'
    assert desk.say("AT+QISWTMD=0,0") == OK
    peer.send(b"test")
    assert desk.heard(1000) == lines('+QIURC: "recv",0')
    for command in ("AT+QISWTMD=0,3", "AT+QISWTMD=1,0", "AT+QISWTMD=12,0"):
        assert desk.say(command) == ERROR


def test_2_4_1_closed_by_the_peer(desk, peer):
    open_buffer(desk)
    peer.send(b"last")
    assert desk.heard(1000) == lines('+QIURC: "recv",0')
    peer.close()
    assert desk.heard(1000) == lines('+QIURC: "closed",0')
    expected = state('0,"TCP","192.0.2.2",8009,PORT,4,1,0,0')
    assert same_but_port(desk.say("AT+QISTATE=1,0"), expected)
    assert desk.say("AT+QIRD=0,1500") == answer("+QIRD: 4", "last")
    assert desk.say("AT+QISEND=0,4", 5000) == ERROR
    assert desk.say('AT+QISENDEX=0,"3132"', 5000) == ERROR
    assert desk.say("AT+QICLOSE=0", LONG) == OK
    assert desk.say("AT+QISTATE=1,0") == OK
    open_buffer(desk)

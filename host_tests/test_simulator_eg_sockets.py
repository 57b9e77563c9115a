"""The simulated EG800Q's clients: buffers, sending, closing, options."""

import pytest

from host_tests.simulator.desk import ERROR, OK, Desk, answer, lines

SENT = lines("SEND OK")
PROMPT = b"\r\n> "


@pytest.fixture
def desk():
    desk = Desk("EG800Q")
    desk.activate()
    return desk


def typed(desk, data, ms=500):
    desk.type(data)
    return desk.heard(ms)


def test_an_id_in_use_is_told_by_urc(desk):
    desk.open()
    assert desk.say('AT+QIOPEN=1,0,"TCP","198.51.100.7",7') == lines("OK", "+QIOPEN: 0,563")


def test_a_refused_connection_keeps_its_id_until_closed(desk):
    desk.net.tcp("198.51.100.7", 7, refuse=True)
    command = 'AT+QIOPEN=1,0,"TCP","198.51.100.7",7'
    assert desk.say(command) == lines("OK", "+QIOPEN: 0,566")
    assert desk.say(command) == lines("OK", "+QIOPEN: 0,563")
    assert desk.say("AT+QICLOSE=0") == OK
    assert desk.say(command) == lines("OK", "+QIOPEN: 0,566")


def test_connecting_ends_after_75_seconds(desk):
    desk.net.tcp("198.51.100.7", 7, silent=True)
    assert desk.say('AT+QIOPEN=1,0,"TCP","198.51.100.7",7', 74000) == OK
    assert desk.heard(2000) == lines("+QIOPEN: 0,566")


def test_a_stream_is_read_across_its_pieces(desk):
    peer = desk.open()
    peer.send(b"hello, ")
    peer.send(b"world")
    assert desk.heard(10) == lines('+QIURC: "recv",0')
    assert desk.say("AT+QIRD=0,9") == answer("+QIRD: 9", "hello, wo")
    assert desk.say("AT+QIRD=0,0") == answer("+QIRD: 12,9,3")
    assert desk.say("AT+QIRD=0") == answer("+QIRD: 3", "rld")


def test_datagrams_keep_their_borders_unless_read_as_a_stream(desk):
    first = desk.open(0, "UDP")
    assert desk.say('AT+QICFG="udp/readmode",1') == OK
    second = desk.open(1, "UDP", port=8)
    for peer in (first, second):
        peer.send(b"ab")
        peer.send(b"cd")
    desk.heard(10)
    assert desk.say("AT+QIRD=0,1500") == answer("+QIRD: 2", "ab")
    assert desk.say("AT+QIRD=1,1500") == answer("+QIRD: 4", "abcd")


def test_recv_comes_again_only_after_all_was_read(desk):
    peer = desk.open()
    peer.send(b"one")
    assert desk.heard(10) == lines('+QIURC: "recv",0')
    desk.say("AT+QIRD=0,1")
    peer.send(b"two")
    assert desk.heard(10) == b""
    desk.say("AT+QIRD=0,1500")
    peer.send(b"three")
    assert desk.heard(10) == lines('+QIURC: "recv",0')


def test_a_full_buffer_makes_a_stream_wait(desk):
    desk.module.receive_buffer = 2000
    peer = desk.open()
    peer.send(bytes(4000))
    desk.heard(10)
    assert desk.say("AT+QIRD=0,0") == answer("+QIRD: 1460,0,1460")
    got = desk.say("AT+QIRD=0,1500")
    assert got.endswith(OK + lines('+QIURC: "recv",0'))
    desk.say("AT+QIRD=0,1500")
    assert desk.say("AT+QIRD=0,0") == answer("+QIRD: 4000,2920,1080")


def test_urcs_wait_until_data_mode_is_over(desk):
    peer = desk.open()
    other = desk.open(1, port=8, mode=1)
    assert desk.say("AT+QISEND=0,3") == PROMPT
    peer.send(b"x")
    other.send(b"y")
    assert desk.heard(10) == b""
    want = SENT + lines('+QIURC: "recv",0', '+QIURC: "recv",1,1\r\ny')
    assert typed(desk, b"abc") == want


def test_a_prompt_gives_up_waiting(desk):
    peer = desk.open()
    assert desk.say('AT+QICFG="qisend/timeout",3000') == OK
    assert desk.say("AT+QISEND=0,10") == PROMPT
    assert typed(desk, b"abc", 2900) == b""
    assert desk.heard(1000) == SENT
    assert peer.received == b"abc"
    assert desk.say("AT+QISEND=0,10", 4000) == PROMPT + ERROR


def test_formatcfg_ends_the_prompts_line(desk):
    desk.open()
    assert desk.say('AT+QICFG="formatcfg",1') == OK
    assert desk.say("AT+QISEND=0,1") == b"\r\n>\r\n"


def test_send_buffersize_raises_the_limit(desk):
    peer = desk.open()
    assert desk.say("AT+QISEND=0,1461") == ERROR
    assert desk.say('AT+QICFG="send/buffersize",4096') == OK
    assert desk.say("AT+QISEND=0,4096") == PROMPT
    assert typed(desk, b"x" * 4096) == SENT
    assert len(peer.received) == 4096


def test_hex_both_ways(desk):
    peer = desk.open(echo=True)
    assert desk.say('AT+QICFG="dataformat",1,1') == OK
    assert desk.say("AT+QISEND=0,2") == PROMPT
    assert typed(desk, b"abFF") == SENT + lines('+QIURC: "recv",0')
    assert peer.received == b"\xab\xff"
    assert desk.say("AT+QIRD=0,1500") == answer("+QIRD: 2", "ABFF")


def test_a_full_stack_fails_to_send_and_recovers(desk):
    desk.module.tx_buffer = 10
    peer = desk.open(accept_window=0)
    for want in (SENT, lines("SEND FAIL")):
        desk.say("AT+QISEND=0,8")
        assert typed(desk, b"12345678") == want
    assert desk.say("AT+QISEND=0,0") == answer("+QISEND: 8,0,8")
    assert desk.say('AT+QISENDEX=0,"303132"') == lines("SEND FAIL")
    peer.accept(8)
    assert desk.say('AT+QISENDEX=0,"303132"') == SENT


def test_closing_takes_as_long_as_the_peer_takes(desk):
    desk.open(lingers=True)
    assert desk.say("AT+QICLOSE=0", 9900) == b""
    assert desk.heard(200) == OK
    desk.open(lingers=True)
    assert desk.say("AT+QICLOSE=0,0", 20) == OK


def test_closing_by_urc(desk):
    desk.open(lingers=True)
    assert desk.say('AT+QICFG="close/mode",1') == OK
    assert desk.say("AT+QICLOSE=0,2", 1000) == OK
    assert desk.heard(2000) == lines("+QICLOSE: 0,0")


def test_an_unused_id_closes_well(desk):
    assert desk.say("AT+QICLOSE=5") == OK


def test_closed_by_the_peer_with_data_left(desk):
    peer = desk.open()
    peer.send(b"bye")
    peer.close()
    assert desk.heard(10) == lines('+QIURC: "recv",0', '+QIURC: "closed",0')
    assert b",4,1,0,0," in desk.say("AT+QISTATE=1,0")
    assert desk.say("AT+QISEND=0,1") == ERROR
    assert desk.say("AT+QIRD=0,1500") == answer("+QIRD: 3", "bye")
    assert desk.say("AT+QICLOSE=0;+QISTATE") == OK


def test_passive_closing_frees_the_id(desk):
    assert desk.say('AT+QICFG="passiveclosed",1') == OK
    desk.open().close()
    assert desk.heard(10) == lines('+QIURC: "closed",0')
    assert desk.say("AT+QISTATE") == OK


def test_automatic_sending(desk):
    peer = desk.open(1)
    assert desk.say('AT+QICFG="send/auto",1,20,"3132",1,3') == OK
    assert desk.say('AT+QICFG="send/auto",1') == answer('+QICFG: "send/auto",1,20,"3132",1,3')
    desk.heard(45000)
    assert peer.received == b"1212"
    assert desk.say('AT+QICFG="send/auto",1,0') == OK
    desk.heard(45000)
    assert peer.received == b"1212"


def test_options_are_forgotten_at_a_reboot(desk):
    desk.say('AT+QICFG="viewmode",1;+QICFG="tcp/keepalive",1,10;+QISDE=1;E0;&W')
    assert desk.say('AT+QICFG="tcp/keepalive"') == answer('+QICFG: "tcp/keepalive",1,10,25,3')
    desk.module.reboot()
    desk.heard(20000)
    assert desk.say('AT+QICFG="viewmode"') == answer('+QICFG: "viewmode",0')
    assert desk.say('AT+QICFG="tcp/keepalive"') == answer('+QICFG: "tcp/keepalive",0,1,25,3')
    assert desk.say("AT+QISDE?") == answer("+QISDE: 0")


def test_two_sockets_cannot_have_one_local_port(desk):
    desk.net.udp("198.51.100.7", 7)
    command = 'AT+QIOPEN=1,%d,"UDP","198.51.100.7",7,3030'
    assert desk.say(command % 0) == lines("OK", "+QIOPEN: 0,0")
    assert desk.say(command % 1) == lines("OK", "+QIOPEN: 1,574")

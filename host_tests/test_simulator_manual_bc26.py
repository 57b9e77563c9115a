"""BC26&BC20 TCP/IP manual V1.1, chapter 4: its examples, byte for byte, with the peer's part
played here."""

import pytest

from host_tests.simulator.desk import ERROR, OK, SENT, Desk, answer, lines

HOST = "220.180.239.212"
PROMPT = b"\r\n> "


@pytest.fixture
def desk():
    return Desk("BC26")


@pytest.fixture
def peer(desk):
    return desk.net.tcp(HOST, 8062)


def open_buffer(desk):
    """4.1.1"""
    assert desk.say('AT+QIOPEN=1,0,"TCP","220.180.239.212",8062,1234,0') == lines(
        "OK", "+QIOPEN: 0,0"
    )


def open_push(desk):
    """4.2.1"""
    assert desk.say('AT+QIOPEN=1,0,"TCP","220.180.239.212",8062,0,1') == lines(
        "OK", "+QIOPEN: 0,0"
    )


def typed(desk, data):
    desk.type(data)
    return desk.heard(500)


def test_4_1_1_set_up_a_connection_in_buffer_mode(desk, peer):
    open_buffer(desk)
    state = '+QISTATE: 0,"TCP","220.180.239.212",8062,1234,2,1,0'
    assert desk.say("AT+QISTATE=1,0") == answer(state)


def test_4_1_2_send_in_buffer_mode(desk, peer):
    open_buffer(desk)
    assert desk.say("AT+QISEND=0,10,1234567890") == SENT
    assert desk.say("AT+QISEND=0") == PROMPT
    assert typed(desk, b"1234567890\x1a") == SENT
    assert desk.say("AT+QISEND=0,10") == PROMPT
    assert typed(desk, b"1234567890") == SENT
    assert desk.say("AT+QISENDEX=0,5,3031323334") == SENT
    assert peer.received == b"1234567890" * 3 + b"01234"


def test_4_1_3_receive_in_buffer_mode(desk, peer):
    open_buffer(desk)
    peer.send(b"1234567890")
    assert desk.heard(10) == lines('+QIURC: "recv",0')
    assert desk.say("AT+QIRD=0,512") == answer("+QIRD: 10", "1234567890")
    assert desk.say("AT+QIRD=0,512") == answer("+QIRD: 0")
    assert desk.say('AT+QICFG="showlength",1') == OK
    peer.send(b"123456789012")
    assert desk.heard(10) == lines('+QIURC: "recv",0,12')
    assert desk.say("AT+QIRD=0,10") == answer("+QIRD: 10,2", "1234567890")


def test_4_1_3_buffer_full_after_twenty_nodes(desk, peer):
    open_buffer(desk)
    for _ in range(20):
        peer.send(b"123456789012")
    assert desk.heard(10) == lines('+QIURC: "recv",0')
    peer.send(b"lost")
    assert desk.heard(10) == lines('+QIURC: "recv",0,"buff full"')
    for _ in range(20):
        assert desk.say("AT+QIRD=0,512") == answer("+QIRD: 12", "123456789012")
    assert desk.say("AT+QIRD=0,512") == answer("+QIRD: 0")


def test_4_1_3_view_mode_1(desk, peer):
    open_buffer(desk)
    assert desk.say('AT+QICFG="showlength",1') == OK
    assert desk.say('AT+QICFG="viewmode",1') == OK
    assert desk.say('AT+QISEND=0,12,"012345678901"') == SENT
    peer.send(peer.received)
    assert desk.heard(10) == lines('+QIURC: "recv",0,12')
    assert desk.say("AT+QIRD=0,10") == answer("+QIRD: 10,2,0123456789")


def test_4_1_4_close(desk, peer):
    open_buffer(desk)
    assert desk.say("AT+QICLOSE=0") == lines("OK", "CLOSE OK")


def test_4_2_1_set_up_a_connection_in_push_mode(desk, peer):
    open_push(desk)
    state = '+QISTATE: 0,"TCP","220.180.239.212",8062,0,2,1,1'
    assert desk.say("AT+QISTATE=1,0") == answer(state)


def test_4_2_2_send_in_push_mode(desk, peer):
    open_push(desk)
    assert desk.say("AT+QISEND=0,5,12345") == SENT
    assert desk.say("AT+QISEND=0") == PROMPT
    assert typed(desk, b"12345\x1a") == SENT
    assert desk.say("AT+QISEND=0,5") == PROMPT
    assert typed(desk, b"12345") == SENT
    assert desk.say("AT+QISENDEX=0,5,3132333435") == SENT
    assert peer.received == b"12345" * 4


def test_4_2_3_receive_in_push_mode(desk, peer):
    open_push(desk)
    peer.send(b"12345")
    assert desk.heard(10) == b'\r\n+QIURC: "recv",0,5\r\n12345\r\n'
    assert desk.say('AT+QICFG="viewmode",1') == OK
    peer.echo = True
    sent = desk.say('AT+QISEND=0,12,"012345678901"')
    assert sent == SENT + lines('+QIURC: "recv",0,12,012345678901')


def test_4_3_ping(desk):
    desk.net.dns["iot.quectel.com"] = ["47.100.63.174"]
    desk.net.rtt = [560, 220, 230, 280]
    desk.net.ping_ttl = 88
    assert desk.say('AT+QPING=1,"iot.quectel.com"', 9000) == lines(
        "OK",
        '+QPING: 0,"47.100.63.174",32,560,88',
        '+QPING: 0,"47.100.63.174",32,220,88',
        '+QPING: 0,"47.100.63.174",32,230,88',
        '+QPING: 0,"47.100.63.174",32,280,88',
        "+QPING: 0,4,4,0,220,560,322",
    )


def test_4_4_synchronize_local_time(desk):
    # The manual's heading says QNTTP here; its command table and its older edition say QNTP.
    desk.net.ntp_time = (2019, 6, 11, 11, 8, 20, 35, 32)
    assert desk.say('AT+QNTP=1,"ntp5.aliyun.com"') == lines(
        "OK", '+QNTP: 0,"19/06/11,11:08:20:35+32"'
    )


def test_4_5_dns_servers(desk):
    assert desk.say('AT+QIDNSCFG=1,"218.2.2.2","8.8.8.8"') == OK
    assert desk.say("AT+QIDNSCFG=1") == answer('+QIDNSCFG: 1,"218.2.2.2","8.8.8.8"')


def test_4_6_last_error_code(desk):
    assert desk.say('AT+QIOPEN=1,"UDP","220.180.239.212",8063,0,1') == ERROR
    assert desk.say("AT+QIGETERROR") == answer("+QIGETERROR: 552,invalid parameters")


TEST_FORMS = {
    "+QPING": ['+QPING: (1-3),"<host>"[,(1-255)][,(1-10)][,(32-200)]'],
    "+QNTP": ['+QNTP: (1-3),"<server>"[,<port>[,(0,1)]]'],
    "+QIDNSCFG": ["+QIDNSCFG: (1-3),<pridnsaddr>,<secdnsaddr>"],
    "+QISEND": ["+QISEND: (0-4),(1-1024),<data>"],
    "+QICFG": [
        '+QICFG: "dataformat",(0,1),(0,1)',
        '+QICFG: "viewmode",(0,1)',
        '+QICFG: "showlength",(0,1)',
        '+QICFG: "echomode",(0,1)',
    ],
}


@pytest.mark.parametrize("name", sorted(TEST_FORMS))
def test_chapter_2_test_form(desk, name):
    assert desk.say("AT%s=?" % name) == answer(*TEST_FORMS[name])


def test_2_1_4_what_has_been_acknowledged(desk, peer):
    peer.accept_window = 4
    open_buffer(desk)
    assert desk.say("AT+QISEND=0,10,1234567890") == SENT
    assert desk.say("AT+QISEND=0,0") == answer("+QISEND: 10,4,6")
    peer.accept(100)
    assert desk.say("AT+QISEND=0,0") == answer("+QISEND: 10,10,0")


def test_2_1_4_escape_cancels_a_send_of_any_length(desk, peer):
    open_buffer(desk)
    assert desk.say("AT+QISEND=0") == PROMPT
    assert typed(desk, b"12345\x1b") == ERROR
    assert desk.error() == 571
    assert desk.say("AT") == OK
    assert peer.received == b""


def test_2_1_4_json_goes_in_quotes(desk, peer):
    open_buffer(desk)
    assert desk.say('AT+QISEND=0,7,"{"a":1}"') == SENT
    assert desk.say('AT+QISEND=0,7,{"a":1}') == ERROR
    assert peer.received == b'{"a":1}'


def test_2_1_12_echo_in_data_mode(desk, peer):
    open_buffer(desk)
    assert desk.say('AT+QICFG="echomode",1') == OK
    assert desk.say("AT+QISEND=0,5") == PROMPT
    assert typed(desk, b"12345") == b"12345" + SENT


def test_2_2_1_a_connection_closed_by_the_peer_is_in_state_4(desk, peer):
    open_buffer(desk)
    peer.close()
    assert desk.heard(10) == lines('+QIURC: "closed",0')
    assert desk.say("AT+QISTATE?") == answer('+QISTATE: 0,"TCP","220.180.239.212",8062,1234,4,1,0')

"""BC66 TCP/IP manual V1.0, chapter 4: its examples, byte for byte, with the peer's part played
here."""

import pytest

from host_tests.simulator.desk import ERROR, OK, SENT, Desk, answer, lines

HOST = "220.180.239.212"


@pytest.fixture
def desk():
    return Desk("BC66")


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


def test_4_1_1_set_up_a_connection_in_buffer_mode(desk, peer):
    open_buffer(desk)
    state = '+QISTATE: 0,"TCP","220.180.239.212",8062,1234,2,1,0'
    assert desk.say("AT+QISTATE=1,0") == answer(state)


def test_4_1_2_send_in_buffer_mode(desk, peer):
    open_buffer(desk)
    assert desk.say("AT+QISEND=0,10,1234567890") == SENT
    assert desk.say("AT+QISENDEX=0,5,3031323334") == SENT
    assert peer.received == b"123456789001234"


def test_4_1_2_a_second_send_before_send_ok_is_an_error_and_the_first_goes_on(desk, peer):
    open_buffer(desk)
    assert desk.say("AT+QISEND=0,10,1234567890", 10) == OK
    assert desk.say("AT+QISEND=0,10,1234567890", 10) == ERROR
    assert desk.heard(500) == lines("SEND OK")
    assert peer.received == b"1234567890"


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


def test_4_1_3_buffer_full(desk, peer):
    open_buffer(desk)
    for _ in range(21):
        peer.send(b"123456789012")
    assert desk.heard(10) == lines('+QIURC: "recv",0', '+QIURC: "recv",0,"buff full"')


def test_4_1_3_view_mode_1(desk, peer):
    open_buffer(desk)
    assert desk.say('AT+QICFG="showlength",1') == OK
    assert desk.say('AT+QICFG="viewmode",1') == OK
    assert desk.say('AT+QISEND=0,12,"012345678901"') == SENT
    assert peer.received == b"012345678901"
    peer.send(peer.received)
    assert desk.heard(10) == lines('+QIURC: "recv",0,12')
    assert desk.say("AT+QIRD=0,10") == answer("+QIRD: 10,2,0123456789")


def test_4_1_4_close(desk, peer):
    open_buffer(desk)
    assert desk.say("AT+QICLOSE=0") == lines("OK", "CLOSE OK")
    assert not peer.connected


def test_4_2_1_set_up_a_connection_in_push_mode(desk, peer):
    open_push(desk)
    state = '+QISTATE: 0,"TCP","220.180.239.212",8062,0,2,1,1'
    assert desk.say("AT+QISTATE=1,0") == answer(state)


def test_4_2_2_send_in_push_mode(desk, peer):
    open_push(desk)
    assert desk.say("AT+QISEND=0,10,1234567890") == SENT
    assert desk.say("AT+QISENDEX=0,5,3031323334") == SENT
    assert peer.received == b"123456789001234"


def test_4_2_3_receive_in_push_mode(desk, peer):
    open_push(desk)
    peer.send(b"12345")
    assert desk.heard(10) == b'\r\n+QIURC: "recv",0,5\r\n12345\r\n'
    assert desk.say('AT+QICFG="viewmode",1') == OK
    peer.echo = True
    sent = desk.say('AT+QISEND=0,12,"012345678901"')
    assert sent == SENT + lines('+QIURC: "recv",0,12,012345678901')


def test_4_2_4_close(desk, peer):
    open_push(desk)
    assert desk.say("AT+QICLOSE=0") == lines("OK", "CLOSE OK")


def test_4_3_ping(desk):
    # The name is printed with a comma in it. The average is 287 in the manual, and 288 by
    # arithmetic.
    desk.net.dns["hf.quectel,com"] = [HOST]
    desk.net.rtt = [192, 240, 241, 479]
    desk.net.ping_ttl = 255
    assert desk.say('AT+QPING=1,"hf.quectel,com"', 9000) == lines(
        "OK",
        '+QPING: 0,"220.180.239.212",32,192,255',
        '+QPING: 0,"220.180.239.212",32,240,255',
        '+QPING: 0,"220.180.239.212",32,241,255',
        '+QPING: 0,"220.180.239.212",32,479,255',
        "+QPING: 0,4,4,0,192,479,287",
    )


def test_4_4_synchronize_local_time(desk):
    desk.net.ntp_time = (2018, 4, 20, 11, 8, 20, 35, 32)
    assert desk.say('AT+QNTP=1,"ntp5.aliyun.com"') == lines(
        "OK", '+QNTP: 0,"18/04/20,11:08:20:35+32"'
    )


def test_4_5_last_error_code(desk):
    assert desk.say('AT+QIOPEN=1,"UDP","220.180.239.212",8063,0,1') == ERROR
    assert desk.say("AT+QIGETERROR") == answer("+QIGETERROR: 552,invalid parameters")


TEST_FORMS = {
    "+QIOPEN": (
        '+QIOPEN: (1-3),(0-4),"TCP/UDP","<IP_address>/<domain_name>",'
        "<remote_port>,<local_port>,(0-1)[,(0-1)]"
    ),
    "+QICLOSE": "+QICLOSE: (0-4)",
    "+QISEND": "+QISEND: (0-4),(1-1024),<data>",
    "+QIRD": "+QIRD: (0-4),(1-512)",
    "+QISENDEX": "+QISENDEX: (0-4),(1-512),<hex_string>",
    "+QISWTMD": "+QISWTMD: (0-4),(0-1)",
    "+QPING": '+QPING: (1-3),"<host>"[,(1-255)[,(1-10)[,(32-200)]]]',
    "+QNTP": '+QNTP: (1-3),"<server>"[,<port>[,(0-1)]]',
    "+QIDNSGIP": '+QIDNSGIP: (1-3),"<hostname>"',
}


@pytest.mark.parametrize("name", sorted(TEST_FORMS))
def test_chapter_2_test_form(desk, name):
    assert desk.say("AT%s=?" % name) == answer(TEST_FORMS[name])


def test_chapter_2_test_form_of_qicfg(desk):
    assert desk.say("AT+QICFG=?") == answer(
        '+QICFG: "dataformat",(0,1),(0,1)',
        '+QICFG: "viewmode",(0,1)',
        '+QICFG: "showlength",(0,1)',
    )


@pytest.mark.parametrize("command", ["AT+QISTATE=?", "AT+QIGETERROR=?", "AT+QISWTMD?"])
def test_chapter_2_forms_that_say_ok_only(desk, command):
    assert desk.say(command) == OK


def test_2_1_10_resolve_a_name(desk):
    desk.net.dns["iot.example"] = ["198.51.100.1", "198.51.100.2"]
    assert desk.say('AT+QIDNSGIP=1,"iot.example"') == lines(
        "OK",
        '+QIURC: "dnsgip",0,2,600',
        '+QIURC: "dnsgip","198.51.100.1"',
        '+QIURC: "dnsgip","198.51.100.2"',
    )
    assert desk.say('AT+QIDNSGIP=1,"nowhere.example"') == lines("OK", '+QIURC: "dnsgip",565')


def test_there_is_no_qidnscfg_and_no_prompt(desk, peer):
    assert desk.say("AT+QIDNSCFG=1") == ERROR
    open_buffer(desk)
    for command in ("AT+QISEND=0", "AT+QISEND=0,5", "AT+QISEND=0,0"):
        assert desk.say(command) == ERROR
        assert desk.error() == 552

"""EG800Q&EG91xQ TCP/IP manual V1.2: QICFG (2.3.1) and the test forms of chapter 2, byte for
byte."""

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
    typed,
)


@pytest.fixture(params=EG)
def desk(request):
    return activate(desk_of(request.param))


@pytest.fixture
def peer(desk):
    return desk.net.tcp(HOST, 8009)


def open_socket(desk, mode=0):
    opened = desk.say('AT+QIOPEN=1,0,"TCP","192.0.2.2",8009,0,%d' % mode, LONG)
    assert opened == lines("OK", "+QIOPEN: 0,0")


# The default, where its value is printed in words or follows from the examples of chapter 3; other
# values; wrong ones.
OPTIONS = {
    "transpktsize": ("1024", ["1", "1460"], ["0", "1461"]),
    "transwaittm": ("2", ["0", "20"], ["21"]),
    "tcp/retranscfg": ("12,600", ["3,5", "20,1000"], ["2,600", "21,600", "12,4", "12,1001"]),
    "tcp/accept": ("1", ["0", "1"], ["2"]),
    "passiveclosed": (None, ["0", "1"], ["2"]),
    "dataformat": ("0,0", ["0,1", "1,0"], ["2,0", "0,2"]),
    "viewmode": ("0", ["1", "0"], ["2"]),
    "qisend/timeout": ("0", ["3600", "1"], ["3601"]),
    "recvind": ("0", ["1", "0"], ["2"]),
    "formatcfg": ("0", ["1", "0"], ["2"]),
    "close/mode": ("0", ["1", "0"], ["2"]),
    # Its answer is printed with "udp/readmode" in front, which is the next one.
    "udp/sendmode": (None, ["1", "0"], ["2"]),
    "udp/readmode": (None, ["1", "0"], ["2"]),
    "tcp/keepalive": (
        None,
        ["1,120,100,10", "0,1,25,3"],
        ["2,1,25,3", "1,0,25,3", "1,121,25,3", "1,1,24,3", "1,1,101,3", "1,1,25,2", "1,1,25,11"],
    ),
    "tcp/delay_ack": (None, ["1", "0"], ["2"]),
    "dns/cache": (None, ["1", "0"], ["2"]),
    "tcp/twrecycle": ("2", ["60000", "3"], ["1", "60001"]),
    "dns/retry": ("2,200", ["1,100", "4,2000"], ["0,200", "5,200", "2,99", "2,2001"]),
    "send/buffersize": ("1460", ["4096", "2000"], ["1459", "4097"]),
    # The test form is printed with "window/scale".
    "windows/scale": (None, ["1", "0"], ["2"]),
}


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_2_3_1_option(desk, name):
    default, others, wrong = OPTIONS[name]
    if default is not None:
        assert desk.say('AT+QICFG="%s"' % name) == answer('+QICFG: "%s",%s' % (name, default))
    for value in others:
        assert desk.say('AT+QICFG="%s",%s' % (name, value)) == OK
        assert desk.say('AT+QICFG="%s"' % name) == answer('+QICFG: "%s",%s' % (name, value))
    for value in wrong:
        assert desk.say('AT+QICFG="%s",%s' % (name, value)) == ERROR
    assert desk.say('AT+QICFG="%s"' % name) == answer('+QICFG: "%s",%s' % (name, others[-1]))


def test_2_3_1_keepalive_in_brief(desk):
    """What is left out keeps its default (2.1.1)."""
    assert desk.say('AT+QICFG="tcp/keepalive",1') == OK
    expected = answer('+QICFG: "tcp/keepalive",1,1,25,3')
    assert desk.say('AT+QICFG="tcp/keepalive"') == expected


def test_2_3_1_no_such_option(desk):
    assert desk.say('AT+QICFG="showlength",1') == ERROR
    assert desk.say('AT+QICFG="echomode",1') == ERROR


@pytest.mark.parametrize("family", EG)
def test_2_3_1_nothing_is_saved(family):
    nvram = {}
    desk = desk_of(family, nvram=nvram)
    for name in ("recvind", "viewmode"):
        assert desk.say('AT+QICFG="%s",1' % name) == OK
    desk = desk_of(family, nvram=nvram)
    for name in ("recvind", "viewmode"):
        assert desk.say('AT+QICFG="%s"' % name) == answer('+QICFG: "%s",0' % name)


def test_2_3_1_view_mode_1(desk, peer):
    assert desk.say('AT+QICFG="viewmode",1') == OK
    open_socket(desk)
    peer.send(b"test1")
    assert desk.heard(1000) == lines('+QIURC: "recv",0')
    assert desk.say("AT+QIRD=0,1500") == answer("+QIRD: 5,test1")
    assert desk.say("AT+QISWTMD=0,1") == OK
    peer.send(b"test1")
    assert desk.heard(1000) == lines('+QIURC: "recv",0,5,test1')


def test_2_3_1_hex_in(desk, peer):
    assert desk.say('AT+QICFG="dataformat",1,0') == OK
    open_socket(desk)
    assert desk.say("AT+QISEND=0") == PROMPT
    assert typed(desk, b"3132fF\x1a") == SENT
    assert peer.received == b"12\xff"
    peer.send(b"test1")
    assert desk.heard(1000) == lines('+QIURC: "recv",0')
    assert desk.say("AT+QIRD=0,1500") == answer("+QIRD: 5", "test1")


def test_2_3_1_hex_out(desk, peer):
    """The length stays that of the data (2.3.9)."""
    assert desk.say('AT+QICFG="dataformat",0,1') == OK
    open_socket(desk)
    assert desk.say("AT+QISEND=0") == PROMPT
    assert typed(desk, b"3132\x1a") == SENT
    assert peer.received == b"3132"
    peer.send(b"test1")
    assert desk.heard(1000) == lines('+QIURC: "recv",0')
    assert desk.say("AT+QIRD=0,1500") == answer("+QIRD: 5", "7465737431")
    assert desk.say("AT+QISWTMD=0,1") == OK
    peer.send(b"test1")
    assert desk.heard(1000) == b'\r\n+QIURC: "recv",0,5\r\n7465737431\r\n'


def test_2_3_1_the_length_only_in_buffer_mode_urcs(desk, peer):
    assert desk.say('AT+QICFG="recvind",1') == OK
    open_socket(desk, 1)
    peer.send(b"test1")
    assert desk.heard(1000) == b'\r\n+QIURC: "recv",0,5\r\ntest1\r\n'


def test_2_3_1_a_send_that_nothing_is_typed_to_is_sent_after_its_time(desk, peer):
    assert desk.say('AT+QICFG="qisend/timeout",3000') == OK
    open_socket(desk)
    assert desk.say("AT+QISEND=0", 100) == PROMPT
    desk.type(b"test1")
    assert desk.heard(2800) == b""
    assert desk.heard(2000) == SENT
    assert peer.received == b"test1"


def test_2_3_1_prompt_in_a_line_of_its_own(desk, peer):
    assert desk.say('AT+QICFG="formatcfg",1') == OK
    open_socket(desk)
    assert desk.say("AT+QISEND=0,5") == b"\r\n>\r\n"
    assert typed(desk, b"test1") == SENT
    assert desk.say('AT+QICFG="formatcfg",0') == OK
    assert desk.say("AT+QISEND=0,5") == PROMPT
    assert typed(desk, b"test1") == SENT


def test_2_3_1_the_outcome_of_a_close_as_urc(desk, peer):
    assert desk.say('AT+QICFG="close/mode",1') == OK
    open_socket(desk)
    got = desk.say("AT+QICLOSE=0", LONG)
    # The wording of the URC is not in the manual; the command itself is answered first.
    assert got.startswith(OK)
    assert got[len(OK) :].startswith(b"\r\n+Q")
    assert got.endswith(b"\r\n")
    assert not peer.connected


def test_2_3_1_more_in_one_send(desk, peer):
    open_socket(desk)
    assert desk.say("AT+QISEND=0,1461") == ERROR
    assert desk.say('AT+QICFG="send/buffersize",4096') == OK
    assert desk.say("AT+QISEND=0,4096") == PROMPT
    assert typed(desk, b"x" * 4096) == SENT
    assert peer.received == b"x" * 4096
    assert desk.say("AT+QISEND=0,4097") == ERROR


def test_2_3_1_send_by_itself(desk, peer):
    opened = desk.say('AT+QIOPEN=1,1,"TCP","192.0.2.2",8009,0,0', LONG)
    assert opened == lines("OK", "+QIOPEN: 1,0")
    assert desk.say('AT+QICFG="send/auto",1,20,"ping",2,3') == OK
    expected = '+QICFG: "send/auto",1,20,"ping",2,3'
    assert desk.say('AT+QICFG="send/auto",1') == answer(expected)
    desk.heard(18000)
    assert peer.received == b""
    desk.heard(3000)
    assert peer.received == b"ping"
    desk.heard(20000)
    assert peer.received == b"pingping"
    assert desk.say('AT+QICFG="send/auto",1,0') == OK
    desk.heard(100000)
    assert peer.received == b"pingping"


@pytest.mark.parametrize("desk", ["UG96"], indirect=True)
def test_options_of_a_ug96(desk):
    """As far as the table of contents and the history of the UGxx manual name them."""
    for name, values in (("dataformat", ("1,1", "0,0")), ("viewmode", ("1", "0"))):
        for value in values:
            assert desk.say('AT+QICFG="%s",%s' % (name, value)) == OK
            assert desk.say('AT+QICFG="%s"' % name) == answer('+QICFG: "%s",%s' % (name, value))


# Test forms. A "list of supported" 0 and 1 may be printed as a range too.

TEST_FORMS = {
    "+QICFG": [
        '+QICFG: "transpktsize",(1-1460)',
        '+QICFG: "transwaittm",(0-20)',
        '+QICFG: "tcp/retranscfg",(3-20),(5-1000)',
        '+QICFG: "tcp/accept",(0,1)',
        '+QICFG: "passiveclosed",(0,1)',
        '+QICFG: "dataformat",(0,1),(0,1)',
        '+QICFG: "viewmode",(0,1)',
        '+QICFG: "qisend/timeout",(0-3600)',
        '+QICFG: "send/auto",(1-11),(0,20-86400),<msg_auto>,(0-2),(0-10)',
        '+QICFG: "recvind",(0,1)',
        '+QICFG: "formatcfg",(0,1)',
        '+QICFG: "close/mode",(0,1)',
        '+QICFG: "udp/sendmode",(0,1)',
        '+QICFG: "udp/readmode",(0,1)',
        # Printed with one bracket too few.
        '+QICFG: "tcp/keepalive",(0,1),(1-120),(25-100),(3-10)',
        '+QICFG: "tcp/delay_ack",(0,1)',
        '+QICFG: "dns/cache",(0,1)',
        '+QICFG: "tcp/twrecycle",(2-60000)',
        '+QICFG: "dns/retry",(1-4),(100-2000)',
        '+QICFG: "send/buffersize",(1460-4096)',
        '+QICFG: "window/scale",(0,1)',
    ],
    "+QICSGP": ["+QICSGP: (1-15),(1-3),<APN>,<username>,<password>,(0-3)"],
    "+QIACT": ["+QIACT: (1-15)"],
    "+QIDEACT": ["+QIDEACT: (1-15)"],
    "+QIOPEN": [
        '+QIOPEN: (1-15),(0-11),"TCP/UDP/TCP LISTENER/UDP SERVICE",'
        '"<IP_address>/<domain_name>",<remote_port>,<local_port>,(0-2)'
    ],
    "+QICLOSE": ["+QICLOSE: (0-11),(0-65535)"],
    "+QISEND": ["+QISEND: (0-11),(0-1460)"],
    "+QIRD": ["+QIRD: (0-11),(0-1500)"],
    "+QISENDEX": ["+QISENDEX: (0-11),<hex_string>"],
    "+QIACCEPT": ["+QIACCEPT: (0-11),(0,1),(0-11)"],
    "+QISWTMD": ["+QISWTMD: (0-11),(0-2)"],
    # In these four "<connectID>" is printed where <contextID> is meant.
    "+QPING": ["+QPING: (1-15),<host>,(1-255),(1-10)"],
    "+QNTP": ["+QNTP: (1-15),<server>,(1-65535),(0,1)"],
    "+QIDNSCFG": ["+QIDNSCFG: (1-15),<pridnsaddr>,<secdnsaddr>"],
    "+QIDNSGIP": ["+QIDNSGIP: (1-15),<hostname>"],
    "+QISDE": ["+QISDE: (0,1)"],
}


@pytest.mark.parametrize("name", sorted(TEST_FORMS))
def test_chapter_2_test_form(desk, name):
    got = desk.say("AT%s=?" % name).replace(b"(0-1)", b"(0,1)")
    assert got == answer(*TEST_FORMS[name])


@pytest.mark.parametrize("family", WITH_UG)
def test_chapter_2_test_forms_that_say_ok_only(family):
    desk = desk_of(family)
    assert desk.say("AT+QISTATE=?") == OK
    assert desk.say("AT+QIGETERROR=?") == OK

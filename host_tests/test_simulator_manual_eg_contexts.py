"""EG800Q&EG91xQ TCP/IP manual V1.2, contexts: sections 2.3.2 to 2.3.4, 2.4.6 and 3.1, byte for
byte; and what the other files of this manual share.

What the UGxx manual has too is replayed on a UG96 as well.
"""

import re

import pytest

from host_tests.simulator.desk import ERROR, OK, Desk, answer, lines

EG = ("EG800Q", "EG915Q", "EG916Q")
WITH_UG = EG + ("UG96",)

HOST = "192.0.2.2"
LONG = 20000  # virtual ms: more than anything here takes

# 3.2.2 and 3.4.2 print a blank after the ">", 3.6.2 prints none; modules in the field send it.
PROMPT = b"\r\n> "
SENT = lines("SEND OK")


def desk_of(family, **options):
    """A module as it was when the examples were written down: typed to at the USB modem port,
    with <connectID>s for incoming connections from the highest down."""
    return Desk(family, at_port="usbmodem", incoming_ids="top", **options)


def activate(desk):
    """3.1.1 and 3.1.2. Which setting of QISDE is the default our copy does not show: it is set."""
    assert desk.say('AT+QICSGP=1,1,"UNINET","","",1') == OK
    assert desk.say("AT+QIACT=1", LONG) == OK
    assert desk.say("AT+QISDE=0") == OK
    return desk


def state(fields):
    """The answer with one line of QISTATE."""
    return answer('+QISTATE: %s,"usbmodem"' % fields)


def same_but_port(got, expected):
    """`expected` has PORT where the module chose a local port by itself; that is never 0."""
    pattern = re.escape(expected).replace(b"PORT", b"([0-9]+)")
    found = re.match(b"(?:" + pattern + b")$", got)
    return found is not None and 0 < int(found.group(1)) < 65536


def typed(desk, data):
    """Payload, and what comes after it."""
    desk.type(data)
    return desk.heard(5000)


@pytest.fixture(params=WITH_UG)
def desk(request):
    return desk_of(request.param)


@pytest.fixture(params=EG)
def eg(request):
    return desk_of(request.param)


def test_2_3_2_example_query_and_configure_context_1(desk):
    assert desk.say("AT+QICSGP=1") == answer('+QICSGP: 1,"","","",0')
    assert desk.say('AT+QICSGP=1,1,"UNINET","","",1') == OK


def test_3_1_1_configure_a_context(desk):
    assert desk.say('AT+QICSGP=1,1,"UNINET","","",1') == OK
    assert desk.say("AT+QICSGP=1") == answer('+QICSGP: 1,"UNINET","","",1')


def test_3_1_2_activate_a_context(desk):
    assert desk.say('AT+QICSGP=1,1,"UNINET","","",1') == OK
    assert desk.say("AT+QIACT=1", LONG) == OK
    assert desk.say("AT+QIACT?") == answer('+QIACT: 1,1,1,"10.7.157.1"')


def test_3_1_3_deactivate_a_context(desk):
    activate(desk)
    assert desk.say("AT+QIDEACT=1", LONG) == OK
    assert desk.say("AT+QIACT?") == OK


def test_2_3_2_all_parameters(desk):
    for auth in range(4):
        assert desk.say('AT+QICSGP=3,1,"net.example","me","secret",%d' % auth) == OK
        configured = '+QICSGP: 1,"net.example","me","secret",%d' % auth
        assert desk.say("AT+QICSGP=3") == answer(configured)
    assert desk.say("AT+QICSGP=1") == answer('+QICSGP: 1,"","","",0')


def test_2_3_2_what_is_wrong_is_an_error(desk):
    assert desk.say('AT+QICSGP=0,1,"UNINET","","",1') == ERROR
    assert desk.say('AT+QICSGP=21,1,"UNINET","","",1') == ERROR
    assert desk.say('AT+QICSGP=1,4,"UNINET","","",1') == ERROR
    assert desk.say('AT+QICSGP=1,1,"UNINET","","",4') == ERROR
    assert desk.say("AT+QICSGP=1") == answer('+QICSGP: 1,"","","",0')


def test_2_3_2_username_and_password_up_to_127_bytes(eg):
    name = "n" * 127
    word = "w" * 127
    assert eg.say('AT+QICSGP=1,1,"UNINET","%s","%s",2' % (name, word)) == OK
    assert eg.say("AT+QICSGP=1") == answer('+QICSGP: 1,"UNINET","%s","%s",2' % (name, word))
    assert eg.say('AT+QICSGP=1,1,"UNINET","%sn","%s",2' % (name, word)) == ERROR
    assert eg.say('AT+QICSGP=1,1,"UNINET","%s","%sw",2' % (name, word)) == ERROR


def test_2_3_2_types_of_address(eg):
    for kind in (2, 3):
        assert eg.say('AT+QICSGP=1,%d,"UNINET","","",0' % kind) == OK
        assert eg.say("AT+QICSGP=1") == answer('+QICSGP: %d,"UNINET","","",0' % kind)


@pytest.mark.parametrize("family", EG)
def test_2_3_2_configuration_is_saved(family):
    nvram = {}
    desk = desk_of(family, nvram=nvram)
    assert desk.say('AT+QICSGP=1,1,"UNINET","","",1') == OK
    desk = desk_of(family, nvram=nvram)
    assert desk.say("AT+QICSGP=1") == answer('+QICSGP: 1,"UNINET","","",1')


def test_2_3_3_nothing_is_active_at_first(desk):
    assert desk.say("AT+QIACT?") == OK


def test_2_3_3_three_contexts_at_once(eg):
    for cid in (1, 2, 15, 7):
        assert eg.say('AT+QICSGP=%d,1,"UNINET","","",1' % cid) == OK
    for cid in (1, 2, 15):
        assert eg.say("AT+QIACT=%d" % cid, LONG) == OK
    assert eg.say("AT+QIACT=7", LONG) == ERROR
    got = eg.say("AT+QIACT?")
    line = rb'\+QIACT: %d,1,1,"[0-9.]+"\r\n'
    assert re.match(b"\r\n" + line % 1 + line % 2 + line % 15 + b"\r\nOK\r\n$", got), got
    assert eg.say("AT+QIDEACT=2", LONG) == OK
    assert eg.say("AT+QIACT=7", LONG) == OK


def test_2_3_3_the_address_of_an_ipv6_context(eg):
    assert eg.say('AT+QICSGP=1,2,"UNINET","","",0') == OK
    assert eg.say("AT+QIACT=1", LONG) == OK
    got = eg.say("AT+QIACT?")
    assert re.match(rb'\r\n\+QIACT: 1,1,2,"[0-9A-Fa-f:]+"\r\n\r\nOK\r\n$', got), got


def test_2_3_3_context_out_of_range(eg):
    for command in ("AT+QIACT=0", "AT+QIACT=16", "AT+QIDEACT=0", "AT+QIDEACT=16"):
        assert eg.say(command, LONG) == ERROR


def test_2_3_3_no_other_command_before_the_response(desk):
    assert desk.say('AT+QICSGP=1,1,"UNINET","","",1') == OK
    desk.type("AT+QIACT=1\rAT+QIACT?\r")
    # Whether the second waits or is lost the manual leaves open; it must not come first.
    assert desk.heard(LONG) in (OK, OK + answer('+QIACT: 1,1,1,"10.7.157.1"'))


def test_2_3_4_deactivation_closes_all_connections(desk):
    activate(desk)
    peer = desk.net.tcp(HOST, 8009)
    opened = desk.say('AT+QIOPEN=1,0,"TCP","192.0.2.2",8009,0,0', LONG)
    assert opened == lines("OK", "+QIOPEN: 0,0")
    assert desk.say("AT+QIDEACT=1", LONG) == OK
    assert not peer.connected
    assert desk.say("AT+QISTATE?") == OK


def test_2_3_4_of_that_context_only(desk):
    activate(desk)
    assert desk.say('AT+QICSGP=2,1,"net.example"') == OK
    assert desk.say("AT+QIACT=2", LONG) == OK
    peers = [desk.net.tcp(HOST, 8009), desk.net.tcp(HOST, 8010)]
    opened = desk.say('AT+QIOPEN=1,0,"TCP","192.0.2.2",8009,4711,0', LONG)
    assert opened == lines("OK", "+QIOPEN: 0,0")
    opened = desk.say('AT+QIOPEN=2,5,"TCP","192.0.2.2",8010,4712,0', LONG)
    assert opened == lines("OK", "+QIOPEN: 5,0")
    remains = state('5,"TCP","192.0.2.2",8010,4712,2,2,5,0')
    assert desk.say("AT+QISTATE=0,2") == remains
    assert desk.say("AT+QIDEACT=1", LONG) == OK
    assert not peers[0].connected
    assert peers[1].connected
    assert desk.say("AT+QISTATE=0,1") == OK
    assert desk.say("AT+QISTATE?") == remains


def test_2_3_5_no_socket_without_a_context(desk):
    desk.net.tcp(HOST, 8009)
    got = desk.say('AT+QIOPEN=1,0,"TCP","192.0.2.2",8009,0,0', 150000)
    # Whether that is told at once or in the URC the manual leaves open.
    assert got == ERROR or re.match(rb"\r\nOK\r\n\r\n\+QIOPEN: 0,5[5-7]\d\r\n$", got), got


def test_2_4_6_the_network_takes_the_context_away(desk):
    activate(desk)
    desk.net.tcp(HOST, 8009)
    opened = desk.say('AT+QIOPEN=1,0,"TCP","192.0.2.2",8009,0,0', LONG)
    assert opened == lines("OK", "+QIOPEN: 0,0")
    opened = desk.say('AT+QIOPEN=1,1,"TCP LISTENER","127.0.0.1",0,2020,0', LONG)
    assert opened == lines("OK", "+QIOPEN: 1,0")
    opened = desk.say('AT+QIOPEN=1,2,"UDP SERVICE","127.0.0.1",0,3030,0', LONG)
    assert opened == lines("OK", "+QIOPEN: 2,0")
    desk.module.lose_context(1)
    assert desk.heard(1000) == lines('+QIURC: "pdpdeact",1')
    assert desk.say("AT+QIDEACT=1", LONG) == OK
    assert desk.say("AT+QISTATE?") == OK
    assert desk.say("AT+QIACT=1", LONG) == OK
    assert desk.say("AT+QIACT?") == answer('+QIACT: 1,1,1,"10.7.157.1"')
    opened = desk.say('AT+QIOPEN=1,0,"TCP","192.0.2.2",8009,0,0', LONG)
    assert opened == lines("OK", "+QIOPEN: 0,0")

"""What the simulated module refuses: ERROR at once, and the code that QIGETERROR then tells."""

import pytest

from host_tests.simulator.desk import ERROR, OK, Desk, answer, lines

BAD_PARAMETERS = """
AT+QIOPEN=1
AT+QIOPEN=0,0,"TCP","198.51.100.7",7
AT+QIOPEN=4,0,"TCP","198.51.100.7",7
AT+QIOPEN=1,5,"TCP","198.51.100.7",7
AT+QIOPEN=1,-1,"TCP","198.51.100.7",7
AT+QIOPEN=1,,"TCP","198.51.100.7",7
AT+QIOPEN=1,x,"TCP","198.51.100.7",7
AT+QIOPEN=1,1,"SCTP","198.51.100.7",7
AT+QIOPEN=1,1,"TCP LISTENER","198.51.100.7",7
AT+QIOPEN=1,1,"TCP","",7
AT+QIOPEN=1,1,"TCP","two words",7
AT+QIOPEN=1,1,"TCP","198.51.100.7",0
AT+QIOPEN=1,1,"TCP","198.51.100.7",65536
AT+QIOPEN=1,1,"TCP","198.51.100.7",99999999999999999999
AT+QIOPEN=1,1,"TCP","198.51.100.7",7,65536
AT+QIOPEN=1,1,"TCP","198.51.100.7",7,0,2
AT+QIOPEN=1,1,"TCP","198.51.100.7",7,0,0,2
AT+QIOPEN=1,1,"TCP","198.51.100.7",7,0,0,0,0
AT+QIOPEN=1,1,"TCP,"198.51.100.7",7
AT+QICLOSE=5
AT+QICLOSE=
AT+QICLOSE=0,1
AT+QISTATE=2,1
AT+QISTATE=0,0
AT+QISTATE=0,4
AT+QISTATE=1,5
AT+QISTATE=1
AT+QISEND=5,1,x
AT+QISEND=0,x,x
AT+QISEND=0,1,
AT+QISENDEX=0,1
AT+QISENDEX=0,0,
AT+QISENDEX=0,1,3
AT+QISENDEX=0,1,zz
AT+QISENDEX=0,2,3
AT+QIRD=0
AT+QIRD=0,0
AT+QIRD=0,513
AT+QIRD=5,1
AT+QISWTMD=0
AT+QISWTMD=0,2
AT+QISWTMD=5,0
AT+QPING=1
AT+QPING=1,"198.51.100.7",0
AT+QPING=1,"198.51.100.7",256
AT+QPING=1,"198.51.100.7",4,11
AT+QPING=1,"198.51.100.7",4,4,31
AT+QPING=1,"198.51.100.7",4,4,201
AT+QPING=4,"198.51.100.7"
AT+QNTP=1
AT+QNTP=1,"ntp.example",0
AT+QNTP=1,"ntp.example",123,2
AT+QIDNSGIP=1
AT+QIDNSGIP=1,""
AT+QICFG="dataformat",1
AT+QICFG="dataformat",2,0
AT+QICFG="viewmode",2
AT+QICFG="showlength",
AT+QICFG="nosuch"
AT+QICFG=
""".strip().splitlines()


@pytest.mark.parametrize("family", ["BC66", "BC20", "BC26"])
@pytest.mark.parametrize("command", BAD_PARAMETERS)
def test_a_bad_parameter_is_error_552(family, command):
    desk = Desk(family)
    desk.open(0)
    assert desk.say(command) == ERROR
    assert desk.say("AT+QIGETERROR") == answer("+QIGETERROR: 552,invalid parameters")


UNUSED_ID = [
    "AT+QICLOSE=3",
    "AT+QIRD=3,512",
    "AT+QISEND=3,1,x",
    "AT+QISENDEX=3,1,30",
    "AT+QISWTMD=3,1",
]


@pytest.mark.parametrize("command", UNUSED_ID)
def test_an_unused_id_is_error_567(command):
    desk = Desk()
    assert desk.say(command) == ERROR
    assert desk.say("AT+QIGETERROR") == answer("+QIGETERROR: 567,socket has been closed")


def test_an_id_in_use_is_error_563():
    desk = Desk()
    desk.open(0)
    assert desk.say('AT+QIOPEN=1,0,"UDP","198.51.100.9",9') == ERROR
    assert desk.say("AT+QIGETERROR") == answer("+QIGETERROR: 563,socket identity has been used")


NEEDS_ADDRESS = [
    'AT+QIOPEN=1,0,"TCP","198.51.100.7",7',
    'AT+QPING=1,"198.51.100.7"',
    'AT+QNTP=1,"ntp.example"',
    'AT+QIDNSGIP=1,"iot.example"',
    'AT+QIDNSCFG=1,"192.0.2.1"',
]


@pytest.mark.parametrize("command", NEEDS_ADDRESS)
def test_without_an_address_there_is_no_context(command):
    desk = Desk("BC26", attached=False)
    assert desk.say(command) == ERROR
    assert desk.say("AT+QIGETERROR") == answer("+QIGETERROR: 561,open PDP context failed")


@pytest.mark.parametrize("command", NEEDS_ADDRESS)
def test_only_context_1_works(command):
    desk = Desk("BC26")
    assert desk.say(command.replace("=1,", "=2,")) == ERROR
    assert desk.error() == 561


def test_ipv6_works_on_bc26_only():
    command = 'AT+QIOPEN=1,0,"TCP","2001:db8::7",7,0,0,1'
    assert Desk("BC66").say(command) == ERROR
    desk = Desk("BC26")
    desk.net.tcp("2001:db8::7", 7)
    assert desk.say(command) == lines("OK", "+QIOPEN: 0,0")


def test_a_local_port_can_be_used_once():
    desk = Desk()
    desk.net.udp("198.51.100.7", 7)
    assert desk.say('AT+QIOPEN=1,0,"UDP","198.51.100.7",7,5000').startswith(OK)
    assert desk.say('AT+QIOPEN=1,1,"UDP","198.51.100.7",7,5000') == ERROR
    assert desk.error() == 574


def test_one_name_at_a_time():
    desk = Desk()
    assert desk.say('AT+QIDNSGIP=1,"a.example"', 10) == OK
    assert desk.say('AT+QIDNSGIP=1,"b.example"', 10) == ERROR
    assert desk.error() == 564


def test_a_success_takes_the_last_error_back():
    desk = Desk()
    desk.say("AT+QICLOSE=9")
    desk.say("AT+QISTATE?")
    assert desk.say("AT+QIGETERROR") == answer("+QIGETERROR: 0,operation successful")


def test_an_error_that_comes_later_is_the_last_error_too():
    desk = Desk()
    desk.net.tcp("198.51.100.7", 7, refuse=True)
    desk.say('AT+QIOPEN=1,0,"TCP","198.51.100.7",7')
    assert desk.say("AT+QIGETERROR") == answer("+QIGETERROR: 566,socket connect failed")


def test_lost_pings_and_a_name_that_does_not_resolve():
    desk = Desk()
    desk.net.rtt = [None, 40, None]
    assert desk.say('AT+QPING=1,"198.51.100.7",1,3', 9000) == lines(
        "OK",
        "+QPING: 569",
        '+QPING: 0,"198.51.100.7",32,40,64',
        "+QPING: 569",
        "+QPING: 0,3,1,2,40,40,40",
    )
    assert desk.say('AT+QPING=1,"198.51.100.7",1,1', 9000) == lines(
        "OK", "+QPING: 569", "+QPING: 0,1,0,1"
    )
    assert desk.say('AT+QPING=1,"nowhere.example"', 9000) == lines("OK", "+QPING: 565")


def test_no_time_server():
    desk = Desk()
    desk.net.ntp_time = None
    assert desk.say('AT+QNTP=1,"ntp.example"') == lines("OK", "+QNTP: 569")


def test_what_is_given_to_the_constructor_is_checked():
    with pytest.raises(ValueError):
        Desk("BC99")
    with pytest.raises(TypeError):
        Desk(nosuch=1)

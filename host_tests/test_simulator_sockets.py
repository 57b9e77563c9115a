"""The simulated module's sockets: opening, sending, nodes, push frames, closing."""

import pytest

from host_tests.simulator import Cuts, SimUART
from host_tests.simulator.desk import ERROR, OK, SENT, Desk, answer, lines

FAMILIES = ("BC66", "BC20", "BC26")


@pytest.fixture(params=FAMILIES)
def desk(request):
    return Desk(request.param)


def test_opening_tells_ok_first_and_the_result_later(desk):
    desk.net.tcp("198.51.100.7", 7, connect_ms=41000)
    assert desk.say('AT+QIOPEN=1,0,"TCP","198.51.100.7",7,0,0', 400) == OK
    assert desk.say("AT+QISTATE?") == answer('+QISTATE: 0,"TCP","198.51.100.7",7,0,1,1,0')
    assert desk.say("AT+QISEND=0,1,x") == ERROR
    assert desk.heard(45000) == lines("+QIOPEN: 0,0")


def test_a_refused_connection_keeps_its_id_until_closed(desk):
    desk.net.tcp("198.51.100.7", 7, refuse=True)
    command = 'AT+QIOPEN=1,0,"TCP","198.51.100.7",7,0,0'
    assert desk.say(command) == lines("OK", "+QIOPEN: 0,566")
    assert desk.say(command) == ERROR
    assert desk.error() == 563
    assert desk.say("AT+QICLOSE=0") == lines("OK", "CLOSE OK")
    assert desk.say(command) == lines("OK", "+QIOPEN: 0,566")


def test_the_module_gives_up_opening_after_a_minute(desk):
    desk.net.tcp("198.51.100.7", 7, silent=True)
    assert desk.say('AT+QIOPEN=1,0,"TCP","198.51.100.7",7,0,0', 59000) == OK
    assert desk.heard(2000) == lines("+QIOPEN: 0,566")


def test_an_attempt_can_be_closed_and_says_nothing_more(desk):
    desk.net.tcp("198.51.100.7", 7, connect_ms=5000)
    assert desk.say('AT+QIOPEN=1,0,"TCP","198.51.100.7",7,0,0') == OK
    assert desk.say("AT+QICLOSE=0") == lines("OK", "CLOSE OK")
    assert desk.heard(70000) == b""


def test_names_are_resolved_and_may_fail_to(desk):
    peer = desk.net.tcp("iot.example", 7)
    assert desk.say('AT+QIOPEN=1,0,"TCP","iot.example",7').endswith(lines("+QIOPEN: 0,0"))
    assert desk.say('AT+QIOPEN=1,1,"UDP","nowhere.example",7').endswith(lines("+QIOPEN: 1,565"))
    assert peer.connected


def test_qistate_tells_the_name_on_bc26_and_the_address_elsewhere():
    for family, shown in (("BC66", "198.51.100.1"), ("BC26", "iot.example")):
        desk = Desk(family)
        desk.net.tcp("iot.example", 7)
        desk.say('AT+QIOPEN=1,0,"TCP","iot.example",7,0,0')
        want = '+QISTATE: 0,"TCP","%s",7,0,2,1,0' % shown
        assert desk.say("AT+QISTATE?") == answer(want)


def test_qistate_lists_all_or_those_of_a_context_or_one(desk):
    desk.open(0)
    desk.open(3, "UDP", port=9)
    first = '+QISTATE: 0,"TCP","198.51.100.7",7,0,2,1,0'
    second = '+QISTATE: 3,"UDP","198.51.100.7",9,0,2,1,0'
    assert desk.say("AT+QISTATE?") == answer(first, second)
    assert desk.say("AT+QISTATE=0,1") == answer(first, second)
    assert desk.say("AT+QISTATE=0,2") == OK
    assert desk.say("AT+QISTATE=1,3") == answer(second)
    assert desk.say("AT+QISTATE=1,4") == OK


def test_declared_length_must_be_that_of_the_data(desk):
    peer = desk.open()
    for command in ("AT+QISEND=0,6,hello", 'AT+QISEND=0,7,"hello"', "AT+QISENDEX=0,1,3031"):
        assert desk.say(command) == ERROR
        assert desk.error() == 552
    assert peer.received == b""


def test_inline_data_cannot_hold_what_the_command_line_takes_for_itself(desk):
    desk.open()
    for command in ("AT+QISEND=0,3,a,b", "AT+QISEND=0,3,a\nb", b"AT+QISEND=0,3,a\x00b"):
        assert desk.say(command) == ERROR


def test_limits_of_the_inline_forms(desk):
    peer = desk.open()
    assert desk.say("AT+QISEND=0,1024," + "x" * 1024) == SENT
    assert desk.say("AT+QISEND=0,1025," + "x" * 1025) == ERROR
    assert desk.say("AT+QISENDEX=0,512," + "00" * 512) == SENT
    assert desk.say("AT+QISENDEX=0,513," + "00" * 513) == ERROR
    assert len(peer.received) == 1536


def test_send_fail_sends_nothing(desk):
    peer = desk.open()
    desk.module.fail_send(2)
    assert desk.say("AT+QISEND=0,1,x") == lines("OK", "SEND FAIL")
    assert desk.say("AT+QISENDEX=0,1,30") == lines("OK", "SEND FAIL")
    assert desk.say("AT+QISEND=0,1,y") == SENT
    assert peer.received == b"y"


def test_a_stack_full_of_unacknowledged_data_fails_to_send(desk):
    desk.module.tx_buffer = 10
    peer = desk.open(accept_window=0)
    assert desk.say("AT+QISEND=0,8,12345678") == SENT
    assert desk.say("AT+QISEND=0,8,12345678") == lines("OK", "SEND FAIL")
    peer.accept(8)
    assert desk.say("AT+QISEND=0,8,abcdefgh") == SENT


def test_datagrams_keep_their_borders(desk):
    peer = desk.open(0, "UDP")
    desk.say("AT+QISEND=0,1,a")
    desk.say("AT+QISENDEX=0,2,6263")
    assert peer.received == [b"a", b"bc"]
    peer.send(b"first")
    peer.send(b"second")
    assert desk.heard(10) == lines('+QIURC: "recv",0')
    assert desk.say("AT+QIRD=0,512") == answer("+QIRD: 5", "first")
    assert desk.say("AT+QIRD=0,512") == answer("+QIRD: 6", "second")
    assert desk.say("AT+QIRD=0,512") == answer("+QIRD: 0")


def test_recv_urc_comes_again_only_after_the_buffer_was_read_empty(desk):
    peer = desk.open()
    peer.send(b"one")
    peer.send(b"two")
    assert desk.heard(10) == lines('+QIURC: "recv",0')
    desk.say("AT+QIRD=0,512")
    peer.send(b"three")
    assert desk.heard(10) == b""
    desk.say("AT+QIRD=0,512")
    desk.say("AT+QIRD=0,512")
    peer.send(b"four")
    assert desk.heard(10) == lines('+QIURC: "recv",0')


def test_what_remains_is_told_of_one_node(desk):
    peer = desk.open()
    desk.say('AT+QICFG="showlength",1')
    peer.send(b"hello, world")
    peer.send(b"more")
    assert desk.heard(10) == lines('+QIURC: "recv",0,12')
    assert desk.say("AT+QIRD=0,5") == answer("+QIRD: 5,7", "hello")
    assert desk.say("AT+QIRD=0,512") == answer("+QIRD: 7,0", ", world")
    assert desk.say("AT+QIRD=0,512") == answer("+QIRD: 4,0", "more")


@pytest.mark.parametrize(
    "view, length, header",
    [
        (0, 0, "+QIRD: 5\r\nhello"),
        (0, 1, "+QIRD: 5,0\r\nhello"),
        (1, 0, "+QIRD: 5,hello"),
        (1, 1, "+QIRD: 5,0,hello"),
    ],
)
def test_qird_in_every_view(desk, view, length, header):
    peer = desk.open()
    desk.say('AT+QICFG="viewmode",%d' % view)
    desk.say('AT+QICFG="showlength",%d' % length)
    peer.send(b"hello")
    desk.heard(10)
    assert desk.say("AT+QIRD=0,512") == answer(header)


@pytest.mark.parametrize(
    "view, length, by_manual, by_bc25",
    [
        (0, 0, '"recv",0,5\r\nhello', '"recv",0\r\nhello'),
        (0, 1, '"recv",0,5\r\nhello', '"recv",0,5\r\nhello'),
        (1, 0, '"recv",0,5,hello', '"recv",0,hello'),
        (1, 1, '"recv",0,5,hello', '"recv",0,5,hello'),
    ],
)
def test_push_frames_in_every_view(view, length, by_manual, by_bc25):
    for push_length, frame in ((True, by_manual), (False, by_bc25)):
        desk = Desk("BC26", push_length=push_length)
        peer = desk.open(mode=1)
        desk.say('AT+QICFG="viewmode",%d' % view)
        desk.say('AT+QICFG="showlength",%d' % length)
        peer.send(b"hello")
        assert desk.heard(10) == lines("+QIURC: " + frame)


def test_hex_is_upper_case_and_counted_in_bytes(desk):
    peer = desk.open()
    push = desk.open(1, port=8, mode=1)
    assert desk.say('AT+QICFG="dataformat",0,1') == OK
    peer.send(b"\xab\xcd")
    assert desk.heard(10) == lines('+QIURC: "recv",0')
    assert desk.say("AT+QIRD=0,1") == answer("+QIRD: 1", "AB")
    push.send(b"OK")
    assert desk.heard(10) == b'\r\n+QIURC: "recv",1,2\r\n4F4B\r\n'


def test_hex_to_send_counts_on_bc26_only():
    for family, received in (("BC66", b"4142"), ("BC26", b"AB")):
        desk = Desk(family)
        peer = desk.open()
        desk.say('AT+QICFG="dataformat",1,0')
        desk.say("AT+QISEND=0,4,4142")
        desk.say("AT+QISEND=0,2,4142")
        assert peer.received == received


def test_prompt_hex_takes_two_digits_a_byte():
    desk = Desk("BC26")
    peer = desk.open()
    desk.say('AT+QICFG="dataformat",1,0')
    assert desk.say("AT+QISEND=0,731") == ERROR
    assert desk.say("AT+QISEND=0,3") == b"\r\n> "
    desk.type("616")
    assert desk.heard(500) == b""
    desk.type("263")
    assert desk.heard(500) == SENT
    assert peer.received == b"abc"


def test_payload_after_a_prompt_is_opaque():
    desk = Desk("BC26")
    peer = desk.open()
    every = bytes(range(256)) + b"\r\nAT+CFUN=0\r\n"
    desk.type("AT+QISEND=0,%d\r\n" % len(every))
    assert desk.heard(50) == b"\r\n> "
    desk.type(every)
    desk.type("AT\r")
    assert desk.heard(500) == OK + SENT
    assert peer.received == every
    assert desk.module.stat == 1


def test_payload_may_start_with_a_line_feed():
    desk = Desk("BC26")
    peer = desk.open()
    assert desk.say("AT+QISEND=0,3") == b"\r\n> "
    desk.type("\nab")
    assert desk.heard(500) == SENT
    assert peer.received == b"\nab"


def test_escape_in_a_fixed_length_is_data_unless_the_firmware_says_otherwise():
    for cancels, result in ((False, SENT), (True, ERROR)):
        desk = Desk("BC26", esc_cancels_fixed=cancels)
        desk.open()
        desk.say("AT+QISEND=0,2")
        desk.type("a\x1b")
        assert desk.heard(500) == result


def test_no_recv_urc_in_data_mode_nor_later():
    desk = Desk("BC26")
    peer = desk.open()
    desk.say("AT+QISEND=0,4")
    peer.send(b"pong")
    assert desk.heard(50) == b""
    desk.type("ping")
    assert desk.heard(500) == SENT
    peer.send(b"more")
    assert desk.heard(500) == b""
    assert desk.say("AT+QIRD=0,512") == answer("+QIRD: 4", "pong")


def test_push_frames_wait_for_the_end_of_data_mode():
    desk = Desk("BC26")
    peer = desk.open(mode=1)
    desk.say("AT+QISEND=0,4")
    peer.send(b"pong")
    desk.type("ping")
    assert desk.heard(500) == SENT + b'\r\n+QIURC: "recv",0,4\r\npong\r\n'


def test_send_fail_after_a_prompt_with_and_without_ok():
    for with_ok in (True, False):
        desk = Desk("BC26", prompt_fail_ok=with_ok)
        desk.open()
        desk.module.fail_send()
        desk.say("AT+QISEND=0,1")
        desk.type("x")
        assert desk.heard(500) == (OK if with_ok else b"") + lines("SEND FAIL")


def test_a_peer_that_closes_in_data_mode_makes_the_send_fail():
    desk = Desk("BC26")
    peer = desk.open()
    desk.say("AT+QISEND=0,2")
    peer.close()
    assert desk.heard(10) == lines('+QIURC: "closed",0')
    desk.type("ab")
    assert desk.heard(500) == lines("OK", "SEND FAIL")


def test_data_comes_before_closed_and_can_be_read_until_qiclose(desk):
    peer = desk.open()
    peer.send(b"last")
    peer.close()
    assert desk.heard(10) == lines('+QIURC: "recv",0', '+QIURC: "closed",0')
    state = desk.module.family.peer_closed_state
    assert desk.say("AT+QISTATE?").count(b",%d,1,0" % state) == 1
    assert desk.say("AT+QISEND=0,1,x") == ERROR
    assert desk.say("AT+QIRD=0,512") == answer("+QIRD: 4", "last")
    assert desk.say("AT+QIRD=0,512") == answer("+QIRD: 0")
    assert desk.say("AT+QICLOSE=0") == lines("OK", "CLOSE OK")
    assert desk.say("AT+QIRD=0,512") == ERROR


def test_close_ok_has_its_own_time_and_the_id_is_busy_until_then():
    desk = Desk(delays={"CLOSE OK": 5500})
    desk.open()
    assert desk.say("AT+QICLOSE=0") == OK
    assert desk.say('AT+QIOPEN=1,0,"TCP","198.51.100.7",7') == ERROR
    assert desk.error() == 563
    assert desk.say("AT+QICLOSE=0") == ERROR
    assert desk.heard(5000) == lines("CLOSE OK")


def test_the_access_mode_can_be_switched_and_is_kept_for_the_next_open():
    stored = {}
    desk = Desk(nvram=stored)
    peer = desk.open()
    assert desk.say("AT+QISWTMD=0,1") == OK
    peer.send(b"hello")
    assert desk.heard(10) == b'\r\n+QIURC: "recv",0,5\r\nhello\r\n'
    again = Desk(nvram=stored)
    again.net.tcp("198.51.100.7", 7)
    again.say('AT+QIOPEN=1,0,"TCP","198.51.100.7",7')
    assert again.say("AT+QISTATE?") == answer('+QISTATE: 0,"TCP","198.51.100.7",7,0,2,1,1')


def test_a_long_piece_of_the_stream_is_several_nodes(desk):
    peer = desk.open(mode=1)
    peer.send(b"x" * 1500)
    assert desk.heard(10).startswith(b'\r\n+QIURC: "recv",0,1460\r\n')


def test_tcp_can_be_made_to_wait_instead_of_losing_data(desk):
    desk.module.hold_tcp = True
    peer = desk.open()
    for i in range(30):
        peer.send(b"%02d" % i)
    assert desk.heard(10) == lines('+QIURC: "recv",0')
    for i in range(30):
        assert desk.say("AT+QIRD=0,512") == answer("+QIRD: 2", "%02d" % i)


def test_losing_the_network_closes_tcp_and_fails_attempts(desk):
    desk.open(0)
    desk.net.tcp("198.51.100.8", 7, silent=True)
    desk.say('AT+QIOPEN=1,1,"TCP","198.51.100.8",7')
    desk.module.detach()
    assert desk.heard(10) == lines('+QIURC: "closed",0', "+QIOPEN: 1,566")
    assert desk.say("AT+QICLOSE=0") == lines("OK", "CLOSE OK")
    assert desk.say('AT+QIOPEN=1,2,"TCP","198.51.100.8",7') == ERROR
    assert desk.error() == 561


def test_cscon_tells_when_the_radio_comes_and_goes():
    desk = Desk()
    desk.say("AT+CSCON=1")
    desk.net.tcp("198.51.100.7", 7)
    got = desk.say('AT+QIOPEN=1,0,"TCP","198.51.100.7",7', 20000)
    assert got == lines("OK", "+CSCON: 1", "+QIOPEN: 0,0", "+CSCON: 0")


def read_all(uart, clock):
    pieces = []
    buf = bytearray(64)
    while True:
        count = uart.readinto(buf)
        if count is None:
            if clock.next_due() is None:
                return pieces
            clock.advance(clock.next_due())
        else:
            pieces.append(bytes(buf[:count]))


@pytest.mark.parametrize("chunking", [None, 1, 7, Cuts(1), Cuts(2)])
def test_the_uart_gives_the_same_bytes_in_any_pieces(chunking):
    desk = Desk()
    uart = SimUART(desk.module, chunking=chunking)
    assert uart.write(b"ATI\r") == 4
    assert b"".join(read_all(uart, desk.clock)) == answer(
        "Quectel_Ltd", "Quectel_BC66", "Revision: BC66NBR01A07"
    )


def test_the_same_seed_cuts_alike_and_another_does_not():
    assert sizes(5) == sizes(5) != sizes(6)


def sizes(seed):
    cuts = Cuts(seed)
    return [cuts.next() for _ in range(50)]


def test_short_writes():
    desk = Desk()
    uart = SimUART(desk.module, limit_write=Cuts(3, 4))
    data = b"AT+CSQ\r"
    refused = 0
    while data:
        count = uart.write(data)
        if count is None:
            refused += 1
        else:
            data = data[count:]
    desk.clock.advance(10)
    assert uart.read() == answer("+CSQ: 25,0")
    assert refused


def test_each_byte_takes_its_time_both_ways():
    desk = Desk(baud=9600, delays={"answer": 0})
    uart = SimUART(desk.module, desk.clock)
    uart.write(b"AT\r")
    desk.clock.advance(3)
    assert desk.module.commands == []
    desk.clock.advance(1)  # three bytes are 3.125 ms
    assert desk.module.commands == ["AT"]
    assert uart.any() == 0
    desk.clock.advance(2)
    assert uart.any() == 1
    desk.clock.advance(5)
    assert uart.read() == OK


def test_a_full_receive_buffer_loses_bytes():
    desk = Desk()
    uart = SimUART(desk.module, rxbuf=4)
    uart.write(b"AT\r")
    desk.clock.advance(10)
    assert uart.read() == b"\r\nOK"
    assert uart.overruns == 2

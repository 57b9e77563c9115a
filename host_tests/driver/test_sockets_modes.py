"""A socket whose timeout changes while something is under way; what send() takes for bytes."""

import errno

from host_tests.driver.harness import fails


def test_what_was_taken_at_timeout_0_outlives_a_receive_that_times_out(line):
    desk = line.desk()
    s, peer = desk.tcp()
    s.settimeout(0)
    desk.module.fail_send(2)  # so that it has not left when the receive gives up
    assert s.send(b"\x00kept") == 5
    s.settimeout(0.1)
    fails(errno.ETIMEDOUT, s.recv, 10)
    assert peer.received == b""
    desk.run(5_000)
    assert peer.received == b"\x00kept"


def test_what_was_taken_at_timeout_0_goes_before_what_is_sent_later(line):
    desk = line.desk()
    s, peer = desk.tcp()
    s.settimeout(0)
    assert s.send(b"\x00first ") == 7
    s.settimeout(5)
    assert s.send(b"\x00second") == 7
    assert peer.received == b"\x00first \x00second"


def test_what_was_read_ahead_is_received_first(line):
    desk = line.desk()
    s, peer = desk.tcp()
    s.settimeout(0)
    peer.send(b"one ")
    desk.run(1_000)
    s.settimeout(5)
    peer.send(b"two")
    got = b""
    while len(got) < 7:
        got += s.recv(10)
    assert got == b"one two"


def test_a_read_ahead_under_way_is_waited_for(line):
    data = bytes(range(200))
    for already in (0, 100, 250):
        desk = line.desk()
        s, peer = desk.tcp()
        s.settimeout(0)
        desk.module.delays["AT+QIRD"] = 200
        peer.send(data)
        desk.run(already)
        s.settimeout(5)
        got = b""
        while len(got) < len(data):
            got += s.recv(300)
        assert got == data, already


def test_a_read_ahead_that_brings_nothing_times_out(line):
    desk = line.desk()
    s, peer = desk.tcp()
    s.settimeout(0)
    fails(errno.EAGAIN, s.recv, 10)
    desk.run(100)
    s.settimeout(1)
    fails(errno.ETIMEDOUT, s.recv, 10)
    peer.send(b"late")
    assert s.recv(10) == b"late"


def test_text_is_sent_as_its_bytes(line):
    desk = line.desk()
    s, peer = desk.tcp()
    assert s.send("GET") == 3 and s.send("\u00e9") == 2
    assert peer.received == b"GET\xc3\xa9"


def test_nothing_is_sent_of_nothing(line):
    desk = line.desk()
    s, peer = desk.udp()
    before = len(desk.module.commands)
    assert s.send(b"") == 0
    assert len(desk.module.commands) == before and peer.received == []


def test_data_for_another_socket_while_one_sends_behind_a_prompt(line):
    # BC25 firmware prints no recv URC in data mode, for no socket, and none later.
    d = line.desk("BC26", delays={"SEND OK": 300})
    a, peer_a = d.tcp()
    b, peer_b = d.tcp(port=8)
    d.clock.call_later(100, peer_b.send, b"unannounced")
    a.send(b"\0binary")
    b.settimeout(5)
    assert b.recv(20) == b"unannounced"

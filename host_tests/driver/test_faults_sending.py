"""F35 to F40: the prompt, results of a send, short writes, sizes.

What must never happen: that text meant for the module goes to the peer, that data is sent twice,
or that a send counts more or less than the peer gets.
"""

import errno

from host_tests.driver.events import fails, guard, noise, rewire
from host_tests.driver.harness import HOST, PORT, raises
from host_tests.simulator.uart import Cuts

BINARY = b'\0\r\n> OK\r\n\x1a\x1b\xff,;"'  # goes behind the prompt, or in hex


def up(line, family="BC26", **knobs):
    """A desk, its TCP socket and that one's peer; .wrote is what the driver writes from now on."""
    desk = guard(line.desk(family, **knobs))
    s, peer = desk.tcp()
    desk.wrote = bytearray()
    feed = desk.module.feed

    def listen(data):
        desk.wrote.extend(data)
        feed(data)

    desk.module.feed = listen
    return desk, s, peer


def sends(desk):
    return [c for c in desk.module.commands if c.startswith("AT+QISEND")]


# -- F35: before the prompt ---------------------------------------------------------------------


def test_F35_urc_and_noise_before_the_prompt(line):
    desk, s, peer = up(line)
    heard = []
    desk.modem.on_urc("+QIURC", heard.append)
    noisy = '\r\n+QIURC: "recv",0,3\r\n\r\na > b\r\n->\r\n\r\n+X: ">"\r\n\0\r\n> '
    desk.module.prompt = noisy
    assert s.send(BINARY) == len(BINARY)
    assert bytes(peer.received) == BINARY
    assert len(sends(desk)) == 1
    assert desk.modem.stats()["unknown"] == 3
    assert heard == ['+QIURC: "recv",0,3']


def test_F35_forms_of_the_prompt(line):
    for prompt in ("\r\n> ", "\r\n>", "> ", ">", "\n>", "\r\r\n> "):
        desk, s, peer = up(line)
        desk.module.prompt = prompt
        assert s.send(BINARY) == len(BINARY), prompt
        assert bytes(peer.received) == BINARY
        assert desk.modem.stats()["unknown"] == 0


def test_F35_no_prompt_is_due(line):
    desk, s, peer = up(line)
    desk.module.inject(b"\r\n> \r\n>\r\n")
    desk.run(200)
    assert desk.wrote == b""
    assert s.send(BINARY) == len(BINARY)
    assert bytes(peer.received) == BINARY


def test_F35_urc_between_data_and_result(line):
    desk, s, peer = up(line, delays={"SEND OK": 300})
    desk.module.inject(b'\r\n+QIURC: "recv",0,3\r\n\r\n+CSCON: 1\r\n\r\n> \r\n', 100)
    assert s.send(BINARY) == len(BINARY)
    assert bytes(peer.received) == BINARY
    assert desk.modem.stats()["stray"] == 0


# -- F36: no prompt, or too late ----------------------------------------------------------------


def test_F36_no_prompt_ever(line):
    desk, s, peer = up(line)
    other, peer_other = desk.tcp(port=8)
    desk.module.mute("AT+QISEND")
    desk.wrote[:] = b""
    raises(OSError, s.send, BINARY)
    raises(OSError, s.send, b"x")  # it is broken, whatever comes
    assert other.send(b"unharmed") == 8
    wrote = bytes(desk.wrote)
    head, esc, rest = wrote.partition(b"\x1b")
    assert head == b"AT+QISEND=0,%d\r" % len(BINARY)
    assert esc and rest.startswith(b"ATE0\r"), rest
    assert bytes(peer.received) == b""
    assert desk.modem.command("+CSQ") == ["+CSQ: 25,0"]


def test_F36_no_text_before_esc_and_a_silence(line):
    desk, s, peer = up(line)
    desk.module.mute("AT+QISEND")
    raises(OSError, s.send, BINARY)
    desk.wrote[:] = b""
    marks = []
    for _ in range(300):
        n = len(desk.wrote)
        desk.run(10)
        if len(desk.wrote) > n:
            marks.append((desk.clock.now, bytes(desk.wrote[n:])))
        if len(marks) > 1:
            break
    assert marks[0][1] == b"\x1b"
    assert marks[1][1].startswith(b"ATE0")
    assert marks[1][0] - marks[0][0] >= 200


def test_F36_prompt_after_the_timeout_then_esc_works(line):
    desk, s, peer = up(line, esc_cancels_fixed=True)
    other, peer_other = desk.tcp(port=8)
    desk.module.delays["AT+QISEND"] = 5_400
    raises(OSError, s.send, BINARY)
    desk.module.delays["AT+QISEND"] = 0
    assert desk.modem.command("+CSQ") == ["+CSQ: 25,0"]
    assert bytes(peer.received) == b""
    assert other.send(b"\0binary") == 7
    assert bytes(peer_other.received) == b"\0binary"
    raises(OSError, s.send, b"x")


def test_F36_prompt_after_the_timeout_and_esc_is_data(line):
    # The module waits for its count. Whatever is written now, the peer gets: so nothing is.
    desk, s, peer = up(line)
    desk.module.delays["AT+QISEND"] = 5_400
    raises(OSError, s.send, noise(36, 300))
    desk.run(4000)
    assert bytes(desk.wrote) == b"AT+QISEND=0,300\r\x1b"
    n = len(desk.wrote)
    for _ in range(3):
        raises(OSError, desk.modem.command, "+CSQ")
        desk.run(20_000)
    assert len(desk.wrote) == n
    assert desk.module.in_data_mode and b"AT" not in bytes(peer.received)


class Pin:
    def __init__(self, drive):
        self._drive = drive

    def value(self, level):
        self._drive(level)


def test_F36_reset_leads_out_of_it(line):
    from quectel import Power

    pins = []
    power = Power(reset=Pin(lambda level: pins[0].reset(1 - level)), reset_on=1)
    desk, s, peer = up(line, power=power)
    pins.append(desk.module)
    desk.module.delays["AT+QISEND"] = 5_400
    raises(OSError, s.send, noise(36, 300))
    desk.run(4000)
    desk.module.delays["AT+QISEND"] = 0
    desk.modem.reset()
    s, peer = desk.tcp(port=8)
    assert s.send(BINARY) == len(BINARY)
    assert bytes(peer.received) == BINARY


def test_F36_reset_without_a_pin_writes_nothing_to_the_peer(line):
    desk, s, peer = up(line)
    desk.module.delays["AT+QISEND"] = 5_400
    raises(OSError, s.send, noise(36, 300))
    desk.run(4000)
    n = len(desk.wrote)
    raises(OSError, desk.modem.reset)
    desk.run(4000)
    raises(OSError, desk.modem.command, "+CSQ")
    desk.run(4000)
    assert len(desk.wrote) == n


# -- F37: other answers -------------------------------------------------------------------------


def test_F37_error_instead_of_the_prompt(line):
    for raw in (b"\r\nERROR\r\n", b"\r\n+CME ERROR: 3\r\n"):
        desk, s, peer = up(line)
        desk.module.answer("AT+QISEND", raw)
        raises(OSError, s.send, BINARY)
        raises(OSError, s.send, BINARY)
        assert len(sends(desk)) == 1
        assert bytes(peer.received) == b""
        assert desk.modem.command("+CSQ") == ["+CSQ: 25,0"]


def test_F37_send_fail_instead_of_the_prompt_is_tried_again(line):
    desk, s, peer = up(line)
    desk.module.answer("AT+QISEND", b"\r\nSEND FAIL\r\n")
    assert s.send(BINARY) == len(BINARY)
    assert bytes(peer.received) == BINARY


def test_F37_send_fail_after_the_data_is_tried_again(line):
    for ok in (True, False):
        desk, s, peer = up(line, prompt_fail_ok=ok)
        desk.module.fail_send(2)
        t = desk.clock.now
        assert s.send(BINARY) == len(BINARY)
        assert bytes(peer.received) == BINARY
        assert desk.clock.now - t >= 200  # not at once
        assert len(sends(desk)) == 3


def test_F37_send_fail_for_ever_is_would_block(line):
    desk, s, peer = up(line, "BC66")
    desk.module.fail_send(100)
    fails(errno.EAGAIN, s.send, BINARY)
    assert len(sends(desk)) < 20
    desk.module._fail_sends = 0
    assert s.send(BINARY) == len(BINARY)
    assert bytes(peer.received) == BINARY


def test_F37_error_after_the_data(line):
    desk, s, peer = up(line, "BC66")
    desk.module.answer("AT+QISEND", b"\r\nERROR\r\n")
    desk.module.answer("AT+QIGETERROR", b"\r\n+QIGETERROR: 558,socket write failed\r\n\r\nOK\r\n")
    e = raises(OSError, s.send, BINARY)
    assert e.code == 558
    raises(OSError, s.send, BINARY)
    assert len(sends(desk)) == 1


def test_F37_outcome_unknown_is_not_sent_twice(line):
    for family in ("BC66", "BC26"):
        desk, s, peer = up(line, family)
        desk.module.mute("AT+QISEND", 1, True)  # carried out, but the answer is lost
        fails(errno.ETIMEDOUT, s.send, b"once_only")
        desk.run(20_000)
        assert bytes(peer.received) == b"once_only"
        raises(OSError, s.send, b"more")
        assert bytes(peer.received) == b"once_only"


def test_F37_lost_result_behind_a_prompt(line):
    # Every promised byte has left: the module is in no data mode, and a probe will do.
    desk, s, peer = up(line)
    other, peer_other = desk.tcp(port=8)
    desk.module.drop_output(4, 17)  # the prompt comes through, OK and SEND OK do not
    fails(errno.ETIMEDOUT, s.send, BINARY)
    raises(OSError, s.send, BINARY)
    assert bytes(peer.received) == BINARY
    assert desk.modem.command("+CSQ") == ["+CSQ: 25,0"]
    assert other.send(BINARY) == len(BINARY)
    assert bytes(peer_other.received) == BINARY


def test_F37_result_of_the_first_is_not_the_seconds(line):
    # BC66 manual: SEND OK of the first still comes, a second send meanwhile is an ERROR.
    desk, s, peer = up(line, "BC66", delays={"SEND OK": 17_000})
    other, peer_other = desk.tcp(port=8)
    fails(errno.ETIMEDOUT, s.send, b"slow")
    desk.module.delays["SEND OK"] = 0
    assert other.send(b"next") == 4
    assert bytes(peer_other.received) == b"next"


# -- F38: closed in the middle ------------------------------------------------------------------


def test_F38_closed_while_data_is_due(line):
    desk, s, peer = up(line, limit_write=16)
    data = noise(38, 200)
    desk.module.prompt = '\r\n> \r\n+QIURC: "closed",0\r\n'
    assert s.send(data) == 200
    assert bytes(peer.received) == data  # every promised byte, then the rest of life
    desk.module.answer("AT+QIRD", b"\r\n+QIRD: 0\r\n\r\nOK\r\n", 3)
    assert s.recv(10) == b""


def test_F38_closed_and_the_send_fails(line):
    desk, s, peer = up(line, limit_write=16)
    desk.module.prompt = '\r\n> \r\n+QIURC: "closed",0\r\n'
    desk.module.fail_send(100)
    raises(OSError, s.send, noise(38, 200))
    assert not desk.module.in_data_mode
    assert desk.modem.command("+CSQ") == ["+CSQ: 25,0"]


# -- F39, F40: short writes, sizes --------------------------------------------------------------


def test_F39_the_uart_takes_what_it_takes(line):
    for limit in (1, 3, 64, Cuts(line.seed or 0), Cuts(7, 100)):
        for family in ("BC66", "BC26"):
            desk, s, peer = up(line, family, limit_write=limit)
            assert s.send(BINARY) == len(BINARY)
            assert s.send(b"text only") == 9
            assert bytes(peer.received) == BINARY + b"text only"
            assert desk.module.junk == 0


def test_F39_the_uart_takes_nothing_for_a_while(line):
    desk = line.desk("BC26")
    write = desk.uart.write
    refused = [0]

    def full(data):
        refused[0] += 1
        return write(data) if refused[0] % 10 == 0 else None

    desk.uart.write = full
    rewire(desk, desk.uart)
    desk.modem.idle = lambda: desk.clock.advance(1)
    s, peer = desk.tcp()
    assert s.send(BINARY) == len(BINARY)
    assert bytes(peer.received) == BINARY


def test_F40_nothing_is_no_command(line):
    for family in ("BC66", "BC26"):
        desk, s, peer = up(line, family)
        assert s.send(b"") == 0
        s.sendall(b"")
        assert sends(desk) == []


def test_F40_sizes_behind_the_prompt(line):
    for size, parts in ((1460, (1460,)), (1461, (1460, 1)), (5000, (1460, 1460, 1460, 620))):
        desk, s, peer = up(line)
        data = b"\0" * size
        assert s.send(data) == size
        assert len(peer.received) == size
        assert sends(desk) == ["AT+QISEND=0,%d" % n for n in parts]


def test_F40_sizes_in_hex_and_inline():
    from host_tests.driver.harness import Line

    for data, heads in (
        (b"\0" * 512, ("EX=0,512,",)),
        (b"\0" * 513, ("EX=0,512,", "EX=0,1,")),
        (b"\xff" * 1500, ("EX=0,512,", "EX=0,512,", "EX=0,476,")),
        (b"a" * 1024, ("=0,1024,",)),
        (b"a" * 1025, ("=0,1024,", "=0,1,")),
        (b"a" * 3000, ("=0,1024,", "=0,1024,", "=0,952,")),
    ):
        desk, s, peer = up(Line("whole"), "BC66")
        assert s.send(data) == len(data)
        assert bytes(peer.received) == data
        got = sends(desk)
        assert len(got) == len(heads)
        for command, head in zip(got, heads):
            assert command.startswith("AT+QISEND" + head), command[:30]


def test_F40_a_datagram_too_long_is_refused_whole(line):
    for family, limit in (("BC66", 512), ("BC26", 1460)):
        desk = line.desk(family)
        peer = desk.net.udp(HOST, PORT)
        s = desk.socket(2)
        s.connect((HOST, PORT))
        raises(ValueError, s.send, b"\0" * (limit + 1))
        assert sends(desk) == []
        assert s.send(b"\0" * limit) == limit
        assert peer.received == [b"\0" * limit]

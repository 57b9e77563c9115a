"""F41, F43, F44, F48: reboots, too many URCs, former tenants of an id, clocks."""

import errno
from time import ticks_add

from host_tests.driver.events import fails, guard, noise, rewire, up
from host_tests.driver.harness import Line, raises
from quectel import channel

CSQ = ["+CSQ: 25,0"]


# -- F41: the module reboots --------------------------------------------------------------------


def test_F41_reboot_when_idle(line):
    desk = up(line)
    a, peer_a = desk.tcp()
    b, peer_b = desk.udp(port=8)
    desk.module.reboot()
    desk.run(500)
    fails(errno.ECONNRESET, a.send, b"x")
    fails(errno.ECONNRESET, b.recv, 1)
    settings = [c for c in desk.module.commands if "QICFG" in c]
    a, peer_a = desk.tcp(port=9)
    assert desk.module.commands[-1].startswith("AT+QIOPEN=1,0,")  # the id is free again
    assert len([c for c in desk.module.commands if "QICFG" in c]) == 2 * len(settings)
    assert a.send(b"x") == 1


def test_F41_words_of_a_reboot(line):
    for word in (b"RDY", b"\0\0RDY", b"RbbRDY", b"APP RDY", b"POWERED DOWN", b"NORMAL POWER DOWN"):
        desk = up(line)
        s, peer = desk.tcp()
        desk.module.inject(b"\r\n" + word + b"\r\n")
        desk.run(300)
        e = raises(OSError, s.send, b"x")
        assert e.args[0] == errno.ECONNRESET, word


def test_F41_words_that_are_none(line):
    desk = up(line)
    s, peer = desk.tcp()
    desk.module.inject(b"\r\nRDYX\r\n\r\n+X: RDY\r\n\r\n+CPIN: READY\r\n\r\nRDY 1\r\n")
    desk.run(300)
    assert s.send(b"x") == 1


def test_F41_reboot_in_the_middle_of_a_command(line):
    desk = up(line)
    s, peer = desk.tcp()
    desk.module.mute("AT+CGMM")
    desk.clock.call_later(400, desk.module.reboot)
    t = desk.clock.now
    fails(errno.ECONNRESET, desk.modem.command, "+CGMM", 60_000)
    assert desk.clock.now - t < 2_000
    fails(errno.ECONNRESET, s.send, b"x")
    assert desk.modem.command("+CSQ") == CSQ


def test_F41_reboot_while_a_read_and_a_send_wait(line):
    desk = up(line)
    s, peer = desk.tcp()
    desk.clock.call_later(400, desk.module.reboot)
    fails(errno.ECONNRESET, s.recv, 10)
    desk = up(line, "BC26", delays={"SEND OK": 3000})
    s, peer = desk.tcp()
    desk.clock.call_later(400, desk.module.reboot)
    fails(errno.ECONNRESET, s.send, b"\0\1\2")


def test_F41_reboot_in_the_middle_of_counted_data(line):
    # RDY goes under as payload; that the other socket is gone comes out when the driver asks.
    desk = up(line)
    a, peer_a = desk.tcp()
    b, peer_b = desk.tcp(port=8)
    desk.module.answer("AT+QIRD", b"\r\n+QIRD: 60,0\r\nabc")
    peer_a.send(b"x")
    desk.until(lambda: [c for c in desk.module.commands if "QIRD" in c] or ask(a))
    desk.module.reboot()
    raises(OSError, a.recv, 60)
    desk.run(8000)
    fails(errno.ECONNRESET, b.send, b"x")
    s, peer = desk.tcp(port=9)
    assert s.send(b"x") == 1


def ask(s):
    # A read that is started and not waited for: whatever it raises for want of data is no matter.
    s.settimeout(0)
    try:
        s.recv(60)
    except OSError:
        pass
    return False


# -- F43, F44: too many URCs, and stale ones ----------------------------------------------------


def test_F43_urcs_twice(line):
    desk = up(line)
    s, peer = desk.tcp()
    peer.send(b"once")
    desk.module.inject(b'\r\n+QIURC: "recv",0,4\r\n' * 3)
    assert s.recv(10) == b"once"
    peer.close()
    desk.module.inject(b'\r\n+QIURC: "closed",0\r\n' * 3)
    assert s.recv(10) == b""
    assert s.recv(10) == b""
    s.close()
    desk.module.inject(b'\r\n+QIURC: "closed",0\r\n')
    desk.run(300)
    assert desk.modem.stats()["resyncs"] == 1


def test_F43_storm_costs_a_bounded_poll_and_loses_nothing():
    desk = up(Line("whole"))
    s, peer = desk.tcp()
    peer.send(b"in the storm")
    desk.module.inject(b'\r\n+QIURC: "recv",0,12\r\n' * 1000)
    size = len(desk.uart._rx)
    polls = 0
    while desk.uart.any():
        left = desk.uart.any()
        desk.modem.poll()
        assert left - desk.uart.any() <= 256
        polls += 1
    assert polls >= size // 256
    assert s.recv(20) == b"in the storm"
    assert desk.modem.stats()["unknown"] == 0


def test_F43_storm_without_end_leaves_timeouts_alive():
    desk = up(Line("whole"))
    lines = b"\r\n+CSCON: 1\r\n" * 30

    def storm():
        desk.module.inject(lines)
        desk.clock.call_later(5, storm)

    desk.clock.call_later(0, storm)
    desk.module.mute("AT+CGMM")
    idle = desk.modem.idle

    def tick():
        # The line never falls silent: time goes on all the same.
        desk.clock.advance(1)
        idle()

    desk.modem.idle = tick
    t = desk.clock.now
    fails(errno.ETIMEDOUT, desk.modem.command, "+CGMM", 500)
    assert 500 <= desk.clock.now - t <= 600


def test_F44_closed_of_the_last_tenant(line):
    desk = up(line, delays={"+QIOPEN": 300})
    s, peer = desk.tcp()
    s.close()
    desk.module.inject(b'\r\n+QIURC: "closed",0\r\n\r\n+QIURC: "recv",0,9\r\n', 100)
    s, peer = desk.tcp(port=8)
    s.settimeout(2)
    fails(errno.ETIMEDOUT, s.recv, 9)
    assert s.send(b"mine") == 4


def test_F44_an_id_rests_until_close_ok(line):
    desk = up(line)
    desk.module.delays["CLOSE OK"] = 700
    a, peer_a = desk.tcp()
    a.settimeout(0)
    a.close()
    b, peer_b = desk.tcp(port=8)
    opened = [c for c in desk.module.commands if "QIOPEN" in c]
    closed_at = desk.module.commands.index("AT+QICLOSE=0")
    assert opened[-1].startswith("AT+QIOPEN=1,1,") or desk.module.sockets[1] is None
    assert desk.module.commands.index(opened[-1]) > closed_at
    desk.module.inject(b'\r\n+QIURC: "closed",0\r\n')
    desk.run(1500)
    if opened[-1].startswith("AT+QIOPEN=1,1,"):
        assert b.send(b"mine") == 4
    c, peer_c = desk.tcp(port=9)
    assert desk.module.commands[-1].startswith("AT+QIOPEN=1,0,")
    assert c.send(b"x") == 1


def test_F44_a_leftover_is_closed_before_its_id_is_used(line):
    desk = up(line)
    desk.net.tcp("198.51.100.7", 7)
    desk.modem.command('+QIOPEN=1,0,"TCP","198.51.100.7",7,0,0')
    desk.run(500)
    audit = desk.modem.audit(wait=False)  # as after a payload that was broken
    desk.until(lambda: desk.module.commands[-1] == "AT+QICLOSE=0")
    s, peer = desk.tcp(port=8)
    desk.until(lambda: audit.done)
    assert desk.module.commands[-1].startswith("AT+QIOPEN=1,1,")
    assert s.send(b"mine") == 4
    t, peer = desk.tcp(port=9)
    assert desk.module.commands[-1].startswith("AT+QIOPEN=1,0,")
    assert t.send(b"mine") == 4


def test_F44_audit_knows_the_longest_name_again(line):
    desk = up(line)
    name = "x" * 138 + ".example.com"
    s, peer = desk.tcp(name, 65_535)
    desk.modem.audit()
    assert s.send(b"still here") == 10
    assert desk.modem.stats()["oversize"] == 0


# -- F48: clocks --------------------------------------------------------------------------------


def at(desk, start):
    """Let the driver's ticks begin at `start` milliseconds before they wrap."""
    clock = desk.clock
    first = ticks_add(0, -start)
    channel.ticks_ms = lambda: ticks_add(first, clock.now)
    rewire(desk, desk.uart)


def test_F48_ticks_wrap():
    for start in (0, 1, 150, 250, 400, 700, 1000, 2500, 6000):
        desk = Line("whole").desk("BC26")
        at(desk, start)
        s, peer = desk.tcp()
        desk.module.mute("AT+CGMM")
        t = desk.clock.now
        fails(errno.ETIMEDOUT, desk.modem.command, "+CGMM", 600)
        assert 600 <= desk.clock.now - t <= 800, start
        desk.module.fail_send(2)
        assert s.send(b"\0\1") == 2
        s.settimeout(1)
        t = desk.clock.now
        fails(errno.ETIMEDOUT, s.recv, 1)
        assert 1000 <= desk.clock.now - t <= 1200, start
        desk.module.answer("AT+QIRD", b"\r\n+QIRD: 9,0\r\nabc")
        peer.send(b"x")
        fails(errno.EIO, s.recv, 9)
        assert desk.modem.command("+CSQ") == CSQ, start
        assert desk.clock.now < 15_000


def test_F48_ten_minutes_without_a_poll(line):
    desk = guard(up(line), 5_000_000)
    s, peer = desk.tcp()
    op = desk.modem.command("+CSQ", wait=False)
    desk.modem.poll()
    desk.modem.poll()
    desk.clock.advance(600_000)
    peer.send(b"waited")
    desk.clock.advance(600_000)
    desk.until(lambda: op.done, 5000)
    assert op.result() == CSQ  # it was in the UART all the time
    assert s.recv(10) == b"waited"


def test_F48_a_command_times_out_after_a_week_of_silence():
    desk = Line("whole").desk("BC66")
    channel.ticks_ms = lambda: desk.clock.now & 0x3FFFFFFF
    assert desk.modem.command("+CSQ") == CSQ
    desk.clock.advance(7 * 86_400_000)  # more than half of what ticks can count
    desk.modem.idle = lambda: desk.clock.advance(10)
    desk.module.mute("AT+CGMM")
    t = desk.clock.now
    fails(errno.ETIMEDOUT, desk.modem.command, "+CGMM", 600)
    assert desk.modem.command("+CSQ") == CSQ
    assert desk.clock.now - t < 3_000


def test_F48_ten_minutes_in_the_middle_of_counted_data(line):
    desk = guard(up(line), 10_000_000)
    s, peer = desk.tcp()
    data = noise(48, 300)
    peer.send(data)
    desk.run(50)
    jumps = [0]
    idle = desk.modem.idle

    def jump():
        jumps[0] += 1
        if jumps[0] < 3 or not desk.uart.any():
            desk.clock.advance(600_000)
        idle()

    desk.modem.idle = jump
    got = b""
    while len(got) < 300:
        got += s.recv(300)
    assert got == data

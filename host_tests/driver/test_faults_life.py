"""F41, F43, F44, F46 to F49: reboots, storms, former tenants, callbacks, no memory, clocks, Ctrl+C."""

import errno
from time import ticks_add

from host_tests.driver.events import fails, guard, noise, rewire, up
from host_tests.driver.harness import HOST, Line, raises
from quectel import ticks

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


# -- F46: callbacks -----------------------------------------------------------------------------


def test_F46_callback_that_raises(line):
    desk = up(line)
    s, peer = desk.tcp()
    for kind in (ValueError, OSError, MemoryError, KeyError):

        def callback(text):
            raise kind("from the callback")

        desk.modem.on_urc("+X", callback)
        before = desk.modem.stats()["dropped"]
        desk.module.answer("AT+CSQ", b"\r\n+X: 1\r\n\r\n+CSQ: 25,0\r\n\r\n+X: 2\r\n\r\nOK\r\n")
        assert desk.modem.command("+CSQ") == CSQ
        assert desk.modem.stats()["dropped"] == before + 2
        assert s.send(b"x") == 1


def test_F46_callback_that_polls_or_waits(line):
    desk = up(line)
    s, peer = desk.tcp()
    seen = []

    def callback(text):
        desk.modem.poll()
        for call in (lambda: desk.modem.command("+CSQ"), lambda: s.send(b"x"), lambda: s.recv(1)):
            seen.append(raises(OSError, call).args[0])

    desk.modem.on_urc("+X", callback)
    desk.module.inject(b"\r\n+X: 1\r\n")
    desk.run(100)
    assert seen == [errno.EALREADY] * 3
    desk.run(2000)
    assert desk.modem.command("+CGMM") == ["Quectel_BC66"]
    assert s.send(b"y") == 1
    assert bytes(peer.received) == b"y"


def test_F46_callback_that_starts_an_operation(line):
    desk = up(line)
    started = []
    desk.modem.on_urc("+X", lambda text: started.append(desk.modem.command("+CSQ", wait=False)))
    desk.module.inject(b"\r\n+X: 1\r\n")
    desk.until(lambda: started and started[0].done, 5000)
    assert started[0].result() == CSQ


def test_F46_callback_that_closes_the_socket_it_hears_of(line):
    desk = up(line)
    s, peer = desk.tcp()
    desk.modem.on_urc('+QIURC: "recv"', lambda text: s.close())
    peer.send(b"x")
    desk.run(1000)
    assert "AT+QICLOSE=0" in desk.module.commands
    raises(OSError, s.send, b"x")
    desk.modem.on_urc('+QIURC: "recv"', None)
    s, peer = desk.tcp(port=8)
    peer.send(b"next")
    assert s.recv(10) == b"next"


def test_F46_callback_that_takes_itself_off(line):
    desk = up(line)
    heard = []

    def callback(text):
        heard.append(text)
        desk.modem.on_urc("+X", None)

    desk.modem.on_urc("+X", callback)
    desk.module.inject(b"\r\n+X: 1\r\n\r\n+X: 2\r\n")
    desk.run(100)
    assert heard == ["+X: 1"]


# -- F47: no memory -----------------------------------------------------------------------------


def test_F47_no_memory_for_an_answer(line):
    desk = up(line)
    s, peer = desk.tcp()
    for bad in range(1, 4):
        parser = desk.modem.channel.parser
        text = parser.text
        left = [bad]

        def poor():
            left[0] -= 1
            if not left[0]:
                raise MemoryError
            return text()

        parser.text = poor
        desk.module.answer("AT+GMR", b"\r\n1\r\n\r\n2\r\n\r\n3\r\n\r\nOK\r\n")
        fails(errno.ENOMEM, desk.modem.command, "+GMR")
        parser.text = text
        assert desk.modem.command("+CSQ") == CSQ
        assert s.send(b"x") == 1


# -- F48: clocks --------------------------------------------------------------------------------


def at(desk, start):
    """Let the driver's ticks begin at `start` milliseconds before they wrap."""
    clock = desk.clock
    first = ticks_add(0, -start)
    ticks.ticks_ms = lambda: ticks_add(first, clock.now)
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


# -- F49: Ctrl+C --------------------------------------------------------------------------------


class Torn:
    """A UART whose call number `k` from now is interrupted, before it or with its work done."""

    def __init__(self, uart, after):
        self.k = 0
        self._uart = uart
        self._after = after

    def _call(self, fn, *args):
        self.k -= 1
        if self.k == 0 and not self._after:
            raise KeyboardInterrupt
        got = fn(*args)
        if self.k == 0:
            raise KeyboardInterrupt
        return got

    def any(self):
        return self._call(self._uart.any)

    def readinto(self, buf, n):
        return self._call(self._uart.readinto, buf, n)

    def write(self, data):
        return self._call(self._uart.write, data)


def test_F49_ctrl_c_anywhere():
    for family, after in (("BC66", False), ("BC66", True), ("BC26", False), ("BC26", True)):
        for k in range(1, 40):
            interrupted(Line("splits", k), family, k, after)


def interrupted(line, family, k, after):
    desk = line.desk(family)
    torn = Torn(desk.uart, after)
    rewire(desk, torn)
    s, peer = desk.tcp()
    peer.send(b"0123456789")
    desk.run(20)
    torn.k = k
    where = (family, k, after)
    try:
        desk.modem.command("+CSQ")
        s.send(b"\0\1\2")
        s.recv(10)
    except KeyboardInterrupt:
        pass
    except OSError:
        pass
    torn.k = 0
    # Whatever was broken off, nothing of it is left behind.
    t = desk.clock.now
    try:
        assert desk.modem.command("+CSQ") == CSQ, where
    except OSError:
        if desk.module.in_data_mode:
            # Broken off behind the prompt: only a reset helps, and nothing may be written.
            raises(OSError, desk.modem.command, "+CSQ")
            assert b"AT" not in bytes(peer.received), where
            return
        assert desk.modem.command("+CSQ") == CSQ, where
    assert desk.clock.now - t < 30_000, where
    assert b"AT" not in bytes(peer.received), where
    s.close()
    s, peer = desk.tcp(HOST, 8)
    assert s.send(b"\0again") == 6, where
    assert bytes(peer.received) == b"\0again", where


def test_F49_ctrl_c_in_the_idle_hook(line):
    desk = up(line)
    s, peer = desk.tcp()
    idle = desk.modem.idle
    for wait in (lambda: s.recv(10), lambda: desk.modem.command("+CSQ"), lambda: s.send(b"\0")):

        def stop():
            raise KeyboardInterrupt

        desk.modem.idle = stop
        desk.module.delays["answer"] = 20
        raises(KeyboardInterrupt, wait)
        desk.modem.idle = idle
        desk.module.delays["answer"] = 0
        desk.run(3000)
        assert desk.modem.command("+CGMM") == ["Quectel_BC66"]
    s.close()
    s, peer = desk.tcp(port=8)
    peer.send(b"fine")
    assert s.recv(10) == b"fine"


def test_F49_cancelled_operation_leaves_no_owner(line):
    desk = up(line)
    desk.module.delays["AT+CSQ"] = 100
    op = desk.modem.command("+CSQ", wait=False)
    desk.run(20)
    op.cancel()
    assert op.done
    raises(OSError, op.result)
    assert desk.modem.command("+CGMM") == ["Quectel_BC66"]
    assert desk.modem.stats()["stray"] == 0

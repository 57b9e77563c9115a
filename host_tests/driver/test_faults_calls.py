"""F46, F47, F49: callbacks that misbehave, no memory, Ctrl+C between any two bytes."""

import errno

from host_tests.driver.events import fails, rewire, up
from host_tests.driver.harness import HOST, Line, raises

CSQ = ["+CSQ: 25,0"]


# -- F46: callbacks -----------------------------------------------------------------------------


def test_F46_callback_that_raises(line):
    desk = up(line)
    s, peer = desk.tcp()
    for kind in (ValueError, OSError, MemoryError, KeyError):

        def callback(text, kind=kind):
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

        def poor(left=left, text=text):
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

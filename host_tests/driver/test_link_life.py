"""Link beside the program: what the network and the module do by themselves, and what it leaves
alone."""

import errno
import sys

from host_tests.driver.harness import HOST, OK, fails, raises, said
from host_tests.driver.link_bench import Bench, close
from host_tests.driver.tape import Tape
from host_tests.driver.test_heap import costs_nothing
from quectel import link_steps, link_watch

BC = ("BC66", "BC20", "BC26")
PDP = ("UG96", "EG800Q")
ALL = BC + PDP


# -- what happens while it is up ----------------------------------------------------------------


def test_the_network_takes_the_context_away():
    for family in PDP:
        b = Bench(family)
        b.up()
        b.desk.net.tcp(HOST, 7)
        s = b.link.open((HOST, 7))
        t = b.clock.now
        b.module.lose_context(1)
        assert b.until("register") - t < 200 and b.link.reason == link_steps.LOST
        assert b.until("up") - t < 2_000
        assert b.states() == ["register", "activate", "up"]
        assert said(b, "+QIDEACT=1") and said(b, "+QIACT=1")
        raises(OSError, s.send, b"x")
        b.link.open((HOST, 7)).send(b"x")


def test_the_network_is_gone_for_an_hour():
    for family in ALL:
        b = Bench(family)
        b.up()
        b.step = 500
        b.module.delays["register"] = 10**9
        b.module.detach()
        t = b.clock.now
        assert b.until("register") - t < 62_000
        b.run(3_600_000)
        assert not b.link.up() and "reboot" not in b.states()
        assert b.link.reason in (link_watch.words(0), link_watch.words(2))
        b.module.delays["register"] = 0
        b.module.attach()
        t = b.clock.now
        assert b.until("up") - t < 220_000


def test_the_module_reboots_by_itself():
    for family in ALL:
        b = Bench(family)
        b.up()
        b.module.reboot()
        b.until("sim")
        assert b.link.reason == link_steps.RESTARTED
        b.until("up")
        assert "reboot" not in b.states() and b.link.backoff.reboots == 0 and not b.presses


def test_registration_is_looked_at_every_60_s_and_no_more_is_asked():
    for family, query in (("BC66", "AT+CEREG?"), ("UG96", "AT+CGREG?"), ("EG800Q", "AT+CEREG?")):
        b = Bench(family)
        b.up()
        b.run(30 * 60_000 + 30_000)
        assert b.module.commands == [query] * 30 and not b.diary


# -- beside the program -------------------------------------------------------------------------


def test_a_transfer_over_the_watch():
    for family in ALL:
        b = Bench(family)
        b.up()
        peer = b.desk.net.tcp(HOST, 7, echo=True)
        s = b.link.open((HOST, 7), timeout_s=5)
        data = bytes(range(256)) * 2
        for _ in range(20):
            b.run(5_000)
            s.send(data)
            got = b""
            while len(got) < len(data):
                got += s.recv(512)
            assert got == data
        assert bytes(peer.received) == data * 20 and not b.diary


def test_methods_of_the_modem_drive_it_too():
    b = Bench("EG800Q")
    b.link.poll()
    while b.link.state != "up":
        b.modem.signal()
    for _ in range(50):
        b.modem.signal()
    assert len(b.modem._ops) <= 3  # what is done is taken out, though a link never is


def test_it_stands_still_while_the_module_sleeps():
    b = Bench("BC66", sim=False)
    b.run(15_000)
    b.module.commands.clear()
    b.modem._asleep = b.modem._boots
    b.run(3_600_000)
    assert b.link.state == "sim" and not b.module.commands
    b.modem._asleep = -1
    t = b.clock.now
    assert close(b.until("reboot"), t + 5_000)
    b.until("wait")
    rest = b.link.rest_s()
    b.modem._asleep = b.modem._boots
    b.run(3_600_000)
    assert b.link.rest_s() == rest and b.link.state == "wait"


def test_it_goes_on_when_a_module_cannot_be_woken():
    b = Bench("BC66", pins="pwrkey reset")
    b.up()
    b.modem.sleep()
    b.module.hang()
    fails(errno.ETIMEDOUT, b.modem.wake)
    b.until("reboot")
    assert b.until("up") and b.module.running


def test_it_goes_on_when_what_was_switched_off_cannot_be_switched_on():
    b = Bench("BC66", baud=115200)
    b.up()
    b.modem.power_off()
    b.module.boot()
    b.desk.uart.baudrate = 9600
    b.run(5_000)
    fails(errno.EIO, b.modem.power_on)
    assert b.until("reboot")


def test_it_stands_still_while_the_program_restarts_the_module():
    for family in ("BC66", "UG96", "EG800Q", "EG915Q"):
        boot = 5_000 if family == "BC66" else 9_000 if family == "UG96" else 12_000
        b = Bench(family, pins="pwrkey", delays={"boot": boot, "answer": 0})
        b.up()
        b.modem.restart()
        assert len(b.presses) == 1
        b.until("up")
        assert "reboot" not in b.states() and len(b.presses) == 1


def test_time_without_polls_is_no_patience_spent():
    # Nobody polled for an hour: the module had no chance in it, but the wait for a reboot is over.
    b = Bench("BC66", sim=False)
    b.run(5_000)
    b.clock.advance(3_600_000)
    b.run(1_000)
    assert b.link.state == "sim"
    b.until("wait")
    b.clock.advance(3_600_000)
    b.link.poll()
    assert b.link.state == "reboot"


def test_it_stands_still_in_transparent_mode():
    b = Bench("EG800Q")
    b.up()
    peer = b.desk.net.tcp(HOST, 7)
    s = b.link.open((HOST, 7))
    raw = s.transparent()
    b.run(300_000)
    raw.write(b"hello")
    b.run(1_000)
    assert bytes(peer.received) == b"hello" and not b.diary


def test_stop():
    b = Bench("BC66")
    b.up()
    b.link.stop()
    assert b.link.state == "stopped" and b.link.reason == link_steps.STOPPED
    b.modem.power_off()
    t = b.clock.now
    while b.clock.now < t + 300_000:
        b.modem.poll()
        b.idle()
    assert b.module.vdd_ext == 0 and not b.presses
    b.modem.power_on()
    assert not b.link.up()
    b.until("up")


def test_stop_by_its_own_callback():
    for state in ("sim", "register", "activate", "up"):
        b = Bench("BC66")

        def change(link):
            if link.state == state:  # noqa: B023
                link.stop()

        b.link.on_change = change
        b.link.poll()
        for _ in range(200):
            b.modem.poll()
            b.idle()
        if state != "sim":  # else poll() has begun anew
            assert b.link.state == "stopped", state
        b.link.on_change = None
        b.until("up")


def test_a_callback_that_raises():
    b = Bench("BC66")

    def change(link):
        raise KeyError("mine")

    b.link.on_change = change
    b.until("up")
    assert b.modem.stats()["dropped"] >= 4


def test_no_memory_and_what_nobody_has_thought_of():
    for error in (MemoryError, RuntimeError):
        left = [3]

        def fails_at_first(modem):
            if left[0]:  # noqa: B023
                left[0] -= 1  # noqa: B023
                raise error("oh")  # noqa: B023
            return status(modem)  # noqa: B023

        status = link_watch.status
        b = Bench("EG800Q")
        link_watch.status = fails_at_first
        try:
            b.until("pause")
            assert b.link.reason == link_steps.TROUBLE
            b.until("up")
        finally:
            link_watch.status = status
        assert not left[0] and not b.presses


def test_trouble_in_every_row_is_no_endless_loop():
    def fails(link):
        calls.append(b.clock.now)
        raise MemoryError

    calls = []
    b = Bench("EG800Q")
    b.link._row = lambda: fails(b.link)
    b.run(60_000)
    assert 5 < len(calls) <= 13


def test_what_it_refuses():
    def link(family, **options):
        Bench(family, link=options)

    for family in ALL:
        raises(ValueError, link, family, apn='a"b')
        raises(ValueError, link, family, apn="a" * 100)
        raises(ValueError, link, family, user="me")
    raises(ValueError, link, "BC66", apn="a", user="me")
    raises(ValueError, link, "EG800Q", apn="a", auth="all")


def test_why_it_is_where_it_is_can_be_read():
    b = Bench("BC66", sim=False)
    b.run(5_000)
    e = fails(errno.EHOSTUNREACH, b.link.open, (HOST, 7))
    assert "no SIM card" in str(e)
    for name in dir(link_steps):
        reason = getattr(link_steps, name)
        if name.isupper() and isinstance(reason, str) and name[0] != "_":
            assert 4 < len(reason) < 64 and reason.isascii() if hasattr(reason, "isascii") else 1


# -- what it costs ------------------------------------------------------------------------------


class Answers(Tape):
    """A tape that is a module with a SIM card, registered, and an address."""

    SAYS = {
        b"AT+CPIN?\r": b"\r\n+CPIN: READY\r\n",
        b"AT+CEREG?\r": b"\r\n+CEREG: 0,1\r\n",
        b"AT+CGREG?\r": b"\r\n+CGREG: 0,1\r\n",
        b"AT+CGPADDR=1\r": b'\r\n+CGPADDR: 1,"10.0.0.1"\r\n',
        b"AT+QIACT?\r": b'\r\n+QIACT: 1,1,1,"10.0.0.1"\r\n',
    }

    def _loose(self, data):
        self._line.extend(data)
        if self._line[-1:] == b"\r":
            self.say(self.SAYS.get(bytes(self._line), b"") + OK)
            self._line = bytearray()
        return len(data)


def test_the_rows_of_trouble_leave_memory_while_it_is_up():
    import quectel.link

    b = Bench("BC66")
    for _ in range(2):
        b.until("up")
        stay = not quectel.link.__file__.endswith("mpy")
        for name in ("link_rows", "link_steps"):
            assert ("quectel." + name in sys.modules) == (name in quectel.__dict__) == stay
        b.module.reboot()  # and they come back
        b.until("sim")


def test_being_up_allocates_nothing():
    from host_tests.driver.harness import family, use
    from quectel import Link

    for name in ("BC66", "BC26", "UG96", "EG800Q"):
        tape = Answers()
        use(tape)
        link = Link(family(name)(tape))
        while not link.up():
            tape.now += 1

        def polls():
            for _ in range(200):
                tape.now += 1  # noqa: B023
                link.up()  # noqa: B023

        tape.record()
        costs_nothing(polls)
        assert link.state == "up" and tape.played()

"""The module sleeps and wakes: by pins, by bytes, by itself, told of or not. No answer is credited
to another command, no text gets to a peer, and what came meanwhile is received."""

import errno
from time import ticks_add

from host_tests.driver.events import guard
from host_tests.driver.harness import Line, fails, raises, said
from quectel import Power, channel

DELAYS = {"answer": 0, "+QIOPEN": 0, "SEND OK": 0, "CLOSE OK": 0}
DELAYS.update({"TAU": 10, "idle": 1_000, "doze": 1_000, "boot": 1_500, "wake": 200, "ip": 0})
DELAYS.update({"+CFUN": 0, "+CPIN": 0, "register": 0})
HOUR = 3600
DAY_MS = 24 * HOUR * 1000
ASLEEP_MS = 15_000  # more than idle and the 10 s that are asked for
CSQ = ["+CSQ: 25,0"]


class Pin:
    """A pin behind a transistor: 1 pulls the module's pad low. `log`: (time, level)."""

    def __init__(self, clock, pad, level=0):
        self.clock = clock
        self.pad = pad
        self.level = level
        self.log = []

    def value(self, level=None):
        if level is None:
            return self.level
        self.level = level
        self.log.append((self.clock.now, level))
        self.pad(1 - level)

    def held(self):
        """How long each press took."""
        times = [t for t, level in self.log]
        return [off - on for on, off in zip(times[::2], times[1::2])]


def up(line=None, family="BC66", pins="", **knobs):
    """A desk whose modem is set up and has been granted PSM; `pins` are wired."""
    d = (line or Line("whole")).desk(family, delays=DELAYS, **knobs)
    guard(d, 3_000_000)
    d.pins = {}
    for name in pins.split():
        d.pins[name] = Pin(d.clock, getattr(d.module, name))
    d.modem.power = Power(**d.pins) if pins else None
    if family[0] == "B":
        d.modem.psm(HOUR, 10)
    else:
        d.modem.ip()
    return d


def slept(*args, **knobs):
    """The same, and asleep by now."""
    d = up(*args, **knobs)
    d.modem.sleep()
    d.run(ASLEEP_MS)
    assert asleep(d)
    return d


def asleep(d):
    return d.module.state == "asleep" or d.module.dozing


# -- waking ---------------------------------------------------------------------------------------


def test_bc66_wakes_by_psm_eint(line):
    d = slept(line, pins="psm_eint pwrkey")
    d.modem.wake()
    assert d.module.running and d.module.sleep_mode == 0
    assert d.module.echo == 0  # set up again
    assert 100 <= d.pins["psm_eint"].held()[0] <= 400
    assert d.pins["pwrkey"].log == []
    d.run(60_000)
    assert d.module.running and d.modem.command("+CSQ") == CSQ


def test_bc66_wakes_by_a_reboot_and_its_sockets_are_gone(line):
    d = up(line)
    a, peer = d.udp()
    b, _ = d.tcp(port=8)
    d.modem.sleep()
    d.run(ASLEEP_MS)
    assert asleep(d)
    d.modem.wake()  # by a byte
    fails(errno.ECONNRESET, a.recv, 9)
    fails(errno.ECONNRESET, b.send, b"x")
    d.modem.attach()
    a, peer = d.udp(port=9)
    assert a.send(b"x") == 1 and peer.received == [b"x"]


def test_bc26_wakes_with_its_udp_sockets_and_what_came_is_received(line):
    for pins in ("", "psm_eint"):
        d = up(line, "BC26", pins=pins, psm_downlink="waits")
        s, peer = d.udp()
        d.modem.sleep()
        d.run(ASLEEP_MS)
        assert asleep(d)
        peer.send(b"waited in the network")
        d.run(1_000)
        d.modem.wake()
        assert s.send(b"hello") == 5 and peer.received == [b"hello"]
        assert s.recv(30) == b"waited in the network"
        assert d.modem.stats()["timeouts"] == 0


def test_bc26_what_came_without_a_urc_is_received(line):
    # As the module was just awake when it came, and the board was not.
    d = slept(line, "BC26")
    d.modem.wake()
    s, peer = d.udp()
    d.modem.sleep()
    peer.send(b"unheard")
    d.module.drop_output(0, 20)
    d.run(ASLEEP_MS)
    d.modem.wake()
    assert s.recv(30) == b"unheard"


def test_firmware_that_no_byte_wakes_by_pwrkey(line):
    d = slept(line, "BC26", pins="pwrkey", byte_wakes=False)
    d.modem.wake()
    assert d.module.running and d.pins["pwrkey"].held()[0] <= 200
    assert d.modem.command("+CSQ") == CSQ
    assert d.module.running


def test_firmware_that_no_byte_wakes_and_no_pin():
    d = slept(family="BC66", byte_wakes=False)
    t = d.clock.now
    fails(errno.ETIMEDOUT, d.modem.wake)
    assert d.clock.now - t < 10_000
    assert asleep(d)


def test_pwrkey_is_never_pressed_on_a_module_that_answers(line):
    for family in ("BC66", "BC26"):
        d = up(line, family, pins="pwrkey")
        d.modem.wake()
        assert d.pins["pwrkey"].log == []


def test_waking_a_module_that_is_awake_does_no_harm(line):
    for family, pins in (("BC66", "psm_eint"), ("BC26", ""), ("EG915Q", "dtr"), ("UG96", "")):
        d = up(line, family, pins=pins)
        s, peer = d.tcp(echo=True)
        s.send(b"before")
        d.modem.wake()
        d.modem.wake()
        s.send(b" after")
        got = b""
        while len(got) < 12:
            got += s.recv(20)
        assert got == b"before after" and peer.received == b"before after"


# -- EG, UG: DTR ----------------------------------------------------------------------------------


def test_dtr_lets_them_sleep_and_wakes_them(line):
    for family in ("EG800Q", "UG96"):
        d = up(line, family, pins="dtr")
        s, peer = d.tcp()
        d.modem.sleep()
        assert d.pins["dtr"].level == 0 and d.module.dtr_level == 1
        d.run(ASLEEP_MS)
        assert asleep(d)
        peer.send(b"in its sleep")
        d.modem.wake()
        assert d.pins["dtr"].level == 1 and not asleep(d) and d.module.sleep_mode == 0
        assert s.recv(20) == b"in its sleep"
        d.run(ASLEEP_MS)
        assert s.send(b"x") == 1 and peer.received == b"x"


def test_without_a_pin_for_dtr_a_byte_wakes():
    d = up(family="EG915Q")
    d.module.dtr(1)  # as the board has wired it
    d.modem.sleep()
    d.run(ASLEEP_MS)
    assert asleep(d)
    d.modem.wake()
    d.run(ASLEEP_MS)
    assert not asleep(d) and d.modem.command("+CSQ") == CSQ


# -- what keeps it awake --------------------------------------------------------------------------


def test_sleep_refuses_where_tcp_keeps_the_module_awake():
    for family in ("BC26", "BC20"):
        d = up(family=family)
        s, _ = d.tcp()
        e = fails(errno.EALREADY, d.modem.sleep)
        assert "TCP" in e.args[1]
        assert said(d, "+QSCLK") == []
        s.close()
        d.udp(port=8)
        d.modem.sleep()
        d.run(ASLEEP_MS)
        assert asleep(d)


def test_sleep_refuses_while_something_is_unsent_or_under_way():
    d = up(family="BC26")
    s, peer = d.udp()
    s.settimeout(0)
    s.send(b"soon")
    fails(errno.EALREADY, d.modem.sleep)
    d.until(lambda: peer.received == [b"soon"])
    d.run(100)
    raises(OSError, s.recv, 5)  # looks for something, and finds nothing
    d.run(500)
    op = d.modem.command("+CSQ", wait=False)
    fails(errno.EALREADY, d.modem.sleep)
    d.until(lambda: op.done)
    assert said(d, "+QSCLK") == []
    d.modem.sleep()
    d.run(ASLEEP_MS)
    assert asleep(d)


def test_a_socket_at_timeout_0_does_not_wake_the_module():
    d = up(family="BC26")
    s, peer = d.udp(echo=True)
    s.settimeout(0)
    s.send(b"one")
    d.run(1_000)
    assert s.recv(9) == b"one"
    raises(OSError, s.recv, 9)
    d.run(1_000)
    d.modem.sleep()
    d.run(ASLEEP_MS * 4)
    assert asleep(d)


# -- waiting for it -------------------------------------------------------------------------------


def test_sleep_waits_until_the_module_says_that_it_is_in_psm(line):
    d = up(line, "BC26")
    t = d.clock.now
    d.modem.sleep(timeout_s=60)
    assert asleep(d) and 1_000 < d.clock.now - t < ASLEEP_MS
    d.modem.wake()
    d.modem.psm(0)
    t = d.clock.now
    fails(errno.ETIMEDOUT, d.modem.sleep, 20)
    assert 20_000 <= d.clock.now - t < 21_000
    assert d.modem.command("+CSQ") == CSQ  # the channel is none the worse for it


def test_sleep_cannot_wait_where_the_module_says_nothing():
    d = up(family="EG915Q", pins="dtr")
    fails(errno.EOPNOTSUPP, d.modem.sleep, 60)
    d = up(family="BC26")
    d.module.answer("AT+QNBIOTEVENT", b"\r\nERROR\r\n")
    fails(errno.ETIMEDOUT, d.modem.sleep, 30)  # older firmware
    assert asleep(d)


def test_psm_begins_in_the_middle_of_an_answer(line):
    # The module still answers, then goes quiet: what comes next must not be lost.
    d = up(line, "BC26")
    d.modem.sleep()
    d.run(200)
    d.module.commands.clear()
    event = b'\r\n+QNBIOTEVENT: "ENTER PSM"\r\n+CSQ: 14,0\r\n\r\nOK\r\n'
    d.module.answer("AT+CSQ", event)
    two = d.modem.command("+CSQ", wait=False), d.modem.command("+CGMM", wait=False)
    d.clock.call_later(0, falls_asleep, d)
    d.until(lambda: two[0].done and two[1].done, 10_000)
    assert two[0].result() == ["+CSQ: 14,0"]
    assert "BC26" in two[1].result()[0]
    assert d.modem.stats()["timeouts"] == 0 and d.modem.stats()["stray"] == 0


def falls_asleep(d):
    # Right behind the answer to that.
    if d.module.commands[-1:] == ["AT+CSQ"]:
        assert d.module.deep_sleep()
    else:
        d.clock.call_later(1, falls_asleep, d)


# -- nobody has told ------------------------------------------------------------------------------


def test_a_module_that_went_to_sleep_unasked_loses_one_command(line):
    for family in ("BC66", "BC26"):
        d = up(line, family)
        d.run(ASLEEP_MS)
        assert asleep(d)  # AT+QSCLK=1 is how it comes
        raises(OSError, d.modem.command, "+CSQ")
        assert d.modem.command("+CGMM")
        assert d.modem.command("+CEREG?")[0].startswith("+CEREG: 0")


def test_wake_loses_none(line):
    for family in ("BC66", "BC26"):
        d = up(line, family)
        d.run(ASLEEP_MS)
        assert asleep(d)
        d.modem.wake()
        assert d.modem.command("+CSQ")[0].startswith("+CSQ: ")


def test_a_send_wakes_the_module_and_reaches_the_peer_once_and_whole(line):
    d = up(line, "BC26")
    s, peer = d.udp()
    d.modem.sleep()
    d.run(ASLEEP_MS)
    assert asleep(d)
    for data in (b"reading-21.5", bytes(range(200))):
        assert s.send(data) == len(data)
        assert peer.received.pop() == data and not peer.received
        d.run(ASLEEP_MS)  # it may sleep again, and has
        assert asleep(d)


def test_a_send_to_a_sleeping_bc66_fails_and_is_not_sent(line):
    d = up(line)
    s, peer = d.udp()
    d.modem.sleep()
    d.run(ASLEEP_MS)
    fails(errno.ECONNRESET, s.send, b"x")
    assert peer.received == []


def test_a_module_that_wakes_by_itself(line):
    d = up(line)
    s, _ = d.udp()
    d.modem.sleep()
    d.run(ASLEEP_MS)
    d.module.wake()
    d.run(5_000)
    fails(errno.ECONNRESET, s.send, b"x")
    d.modem.wake()
    assert d.modem.attach()


def test_every_command_of_a_module_that_may_sleep_finds_it_awake(line):
    # Local commands do not bring the radio up: it sleeps again and does not say so.
    for family in ("BC26", "EG915Q"):
        d = slept(line, family, pins="dtr")
        for _ in range(3):
            assert d.modem.command("+CSQ") == CSQ
            assert d.modem.command("+CSQ") == CSQ
            d.run(4_000)
            assert asleep(d)
        assert d.modem.stats()["timeouts"] == 0


def test_after_a_silence_in_which_the_ticks_have_wrapped():
    d = slept(family="BC26")
    gone = 0
    channel.ticks_ms = lambda: ticks_add(gone, d.clock.now)
    for _ in range(9):
        gone = ticks_add(gone, 5 * DAY_MS // 2)
        gone = ticks_add(gone, 5 * DAY_MS // 2)
        assert d.modem.command("+CSQ") == CSQ
        d.run(3_000)
        assert asleep(d)
    assert d.modem.stats()["timeouts"] == 0


def test_what_a_uart_makes_of_the_boards_light_sleep(line):
    # Its clock stood still: a piece of what came is left, or what never came.
    for junk in (b"\xf8\x00\xf0", b",0\r\n", b"\r\n+QIUR", b"K\r\n\r\nOK\r\n", b"\r\nERROR\r\n"):
        d = up(line, "BC26")
        s, peer = d.udp(echo=True)
        d.modem.sleep()
        peer.send(b"unheard")
        d.clock.advance(3_000)
        while d.uart.any():
            d.uart.read()
        d.module.inject(junk)
        d.modem.wake()
        assert s.recv(30) == b"unheard"
        s.send(b"and on")
        assert s.recv(30) == b"and on"


def test_being_wary_costs_no_heap():
    from host_tests.driver.test_heap import Bench, costs_nothing

    bench = Bench()
    ready = bench.modem.channel.ready
    bench.modem.sleep()
    assert bench.modem.channel.ready is not ready
    bench.modem.channel.ready()
    costs_nothing(bench.modem.channel.ready)
    costs_nothing(bench.polls)


def test_a_night_of_naps():
    d = up(family="BC26", pins="psm_eint")
    s, peer = d.udp(echo=True)
    for n in range(20):
        text = b"reading %d" % n
        s.send(text)
        assert s.recv(30) == text
        d.modem.sleep(timeout_s=60)
        d.run(20_000)
        assert asleep(d)
        d.modem.wake()
    assert peer.received == [b"reading %d" % n for n in range(20)]
    stats = d.modem.stats()
    assert stats["timeouts"] == stats["stray"] == stats["dropped"] == 0


def test_an_eg_that_no_byte_wakes_is_not_pressed_off_by_power_on():
    for resume in (False, True):
        d = slept(family="EG800Q", pins="dtr pwrkey", byte_wakes=False)
        d.modem = type(d.modem)(d.uart, d.modem.power)  # the board has started anew
        d.modem.idle = d.idle
        d.modem.power_on(resume=resume)
        assert d.pins["pwrkey"].log == [] and d.modem.command("+CSQ") == CSQ

"""Link, row by row of the recovery table (EG800Q&EG91xQ manual, figure 1), exact to one poll."""

import errno

from host_tests.driver.harness import ERROR, HOST, OK, fails, lines, raises, said
from host_tests.driver.link_bench import Bench, close
from quectel import link_steps, link_watch

ALL = ("BC66", "BC20", "BC26", "UG96", "EG800Q")
BC = ("BC66", "BC20", "BC26")
PDP = ("UG96", "EG800Q")
FOREVER = 10_000


def test_all_is_well():
    for line in lines():
        for family in ALL:
            b = Bench(family, line)
            assert not b.link.up()
            b.until("up")
            assert b.link.up() and b.link.reason == ""
            assert b.link.address == ("10.16.32.48" if family in BC else "10.7.157.1")
            assert b.states() == ["sim", "register", "activate", "up"] and not b.presses


def test_its_apn():
    b = Bench("EG800Q", link={"apn": "iot.example", "user": "me", "password": "x", "auth": "pap"})
    b.until("up")
    assert said(b, "+QICSGP") == ['AT+QICSGP=1,1,"iot.example","me","x",1']
    # On BC modules it is stored, and costs a restart, once.
    b = Bench("BC66", link={"apn": "iot.example"}, apn="iot.example")
    assert b.until("up") < 20_000
    assert said(b, "+QCGDEFCONT=") == ['AT+QCGDEFCONT="IP","iot.example"']
    assert link_steps.NEW_APN in b.reasons() and b.link.backoff.reboots == 1
    b.module.reboot()
    b.up()
    b.run(30_000)
    assert b.link.state == "up" and not said(b, "+QCGDEFCONT=") and b.link.backoff.reboots == 1


# -- SIM: 20 s ----------------------------------------------------------------------------------


def test_sim_20_s_then_reboot():
    for family in ALL:
        b = Bench(family, sim=False)
        # UG96 may have no SIM commands yet: from when it has
        begin = b.asked("+CPIN?") if family == "UG96" else 0
        assert close(b.until("reboot") - begin, 20_000)
        assert b.diary[-1][2] == b.link.reason == link_steps.NO_SIM and not b.presses
        b.until("sim")
        assert b.presses


def test_sim_of_a_ug96_that_has_rebooted_by_itself_has_its_30_s_besides():
    b = Bench("UG96", quirks=("late_sim",), delays={"answer": 0, "PB DONE": 29_000})
    b.until("up")
    b.module.reboot()
    b.until("sim")
    b.until("up")
    assert b.presses == []


def test_sim_that_wants_its_pin():
    for answer in (b"\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n", b"\r\n+CME ERROR: 11\r\n"):
        b = Bench()
        b.module.answer("AT+CPIN?", answer, FOREVER)
        b.until("reboot")
        assert b.link.reason == link_steps.LOCKED


def test_sim_that_comes_in_time():
    b = Bench("EG800Q", sim=False)
    b.run(18_000)
    b.module.sim = True
    b.module.attach()
    b.until("up")
    assert not b.when("reboot")


# -- registration: 60 s, then go on either way --------------------------------------------------


def test_registration_that_comes():
    for family in ALL:
        b = Bench(family, attached=False, delays={"register": 30_000})
        assert 30_000 <= b.until("activate") < 32_000
        assert link_watch.words(2) in b.reasons()
        b.until("up")


def test_registration_60_s_then_on_either_way():
    for family in ALL:
        b = Bench(family, attached=False, delays={"register": 100_000_000})
        t = b.until("register")
        assert close(b.until("activate"), t + 60_000)
        assert b.link.reason == link_watch.words(2)


def test_registration_denied_is_said():
    b = Bench("BC26", apn="right")
    b.run(5_000)
    assert b.link.state == "register" and "denied" in b.link.reason and "APN" in b.link.reason


def test_no_registration_status_then_the_radio_then_reboot():
    for family in ("BC66", "UG96", "EG800Q"):
        b = Bench(family, link={"apn": "iot.example"}, nvram={"apn": "iot.example"})
        for text in ("+CEREG?", "+CREG?", "+CGREG?"):
            b.module.answer(text, ERROR, FOREVER)
        t = b.until("register")
        b.module.commands.clear()
        assert close(b.until("radio"), t + 60_000) and b.link.reason == link_watch.words(-1)
        t = b.until("register")
        sent = [c for c in b.module.commands if "REG?" not in c and "GETERROR" not in c]
        first = "AT+QCGDEFCONT?" if family == "BC66" else said(b, "+QICSGP=1")[0]
        assert sent == [first, "AT+CFUN=0", "AT+CFUN=1"]
        assert close(b.until("reboot"), t + 60_000) and not b.presses


def test_the_radio_helps():
    b = Bench("EG800Q")
    for text in ("+CEREG?", "+CGREG?"):
        b.module.answer(text, ERROR, 60)
    b.until("radio")
    b.until("up")
    assert not b.when("reboot")


def test_no_answer_to_the_registration_query_alone_is_no_status():
    b = Bench("BC66")
    b.module.mute("+CEREG?", FOREVER)
    b.module.delays["AT+CFUN"] = 2_000
    t = b.until("register")
    assert close(b.until("radio"), t + 60_000)
    b.until("register")


def test_the_radio_cannot_be_restarted():
    b = Bench("BC66")
    b.module.answer("+CEREG?", ERROR, FOREVER)
    b.module.answer("+CFUN=0", ERROR)
    t = b.until("radio")
    assert b.until("reboot") - t < 1_000 and b.link.reason == link_steps.NO_RADIO


# -- activation: 150 s --------------------------------------------------------------------------


def test_activation_without_an_answer_in_150_s_then_reboot():
    for family in PDP:
        b = Bench(family)
        b.module.mute("+QIACT=1")
        t = b.asked("+QIACT=1")
        assert close(b.until("reboot"), t + 150_000) and b.link.reason == link_steps.NO_ANSWER


def test_a_lost_answer_about_the_activation_is_no_refusal():
    b = Bench("EG800Q")
    b.module.mute("+QIACT?")
    b.until("up")
    assert b.states() == ["sim", "register", "activate", "up"]


def test_activation_refused_then_deactivated_and_again():
    b = Bench("EG800Q", link={"apn": "wrong"}, apn="right")
    b.until("deactivate")
    assert "APN" in b.link.reason
    b.run(3_600_000)
    assert not b.when("reboot") and b.link.reason == link_steps.REFUSED
    assert b.when("deactivate")[-1] > 3_000_000
    paused = b.when("pause")
    again = b.when("register")[1:]
    for i in range(9):
        assert close(again[i] - paused[i], min(5_000 << i, 320_000)), again  # 5 s, 10 s ... 320 s
    b.module.apn = "wrong"
    b.until("up")


def test_activation_no_address_in_150_s_then_the_radio_off_and_on():
    for family in BC:
        b = Bench(family, attached=False, delays={"register": 1000, "ip": 100_000_000})
        t = b.until("activate")
        b.module.commands.clear()
        assert close(b.until("deactivate"), t + 150_000) and b.link.reason == link_steps.NO_ADDRESS
        b.module.delays["ip"] = 500
        b.until("up")
        assert said(b, "+CFUN") == ["AT+CFUN=0", "AT+CFUN=1"] and not b.when("reboot")


# -- deactivation: 40 s, three failures ---------------------------------------------------------


def worn(family):
    """An up link whose next five opens fail, and its bench."""
    b = Bench(family)
    b.up()
    b.desk.net.tcp(HOST, 7, refuse=True)
    return b


def fail_to_open(b, times=5):
    for _ in range(times):
        raises(OSError, b.link.open, (HOST, 7))


def test_three_failed_deactivations_then_reboot():
    b = worn("EG800Q")
    b.module.answer("+QIDEACT=1", ERROR, 3)
    fail_to_open(b)
    b.until("reboot")
    assert b.states() == ["deactivate", "reboot"] and b.link.reason == link_steps.STUCK
    assert len(said(b, "+QIDEACT=1")) == 3
    # After the reboot they are counted anew.
    b.until("up")
    b.diary.clear()
    b.module.answer("+QIDEACT=1", ERROR, 2)
    fail_to_open(b)
    b.until("deactivate")
    b.until("up")
    assert not b.when("reboot")
    b = worn("BC66")
    b.module.answer("+CFUN=0", ERROR, 3)
    fail_to_open(b)
    b.until("reboot")
    assert b.states() == ["deactivate", "reboot"] and len(said(b, "+CFUN=0")) == 3


def test_two_failed_deactivations_are_none():
    b = worn("UG96")
    for _ in range(3):
        b.module.answer("+QIDEACT=1", ERROR, 2)
        fail_to_open(b)
        b.until("deactivate")
        b.until("up")
    assert not b.when("reboot")


def test_deactivation_without_an_answer_in_40_s_then_reboot():
    for family, command in (("BC26", "+CFUN=0"), ("UG96", "+QIDEACT=1"), ("EG800Q", "+QIDEACT=1")):
        b = worn(family)
        b.module.mute(command)
        fail_to_open(b)
        t = b.asked(command)
        assert close(b.until("reboot"), t + 40_000)


# -- opening: five failures ---------------------------------------------------------------------


def test_five_failed_opens_then_deactivate_activate_and_open_again():
    for family in ALL:
        b = worn(family)
        fail_to_open(b, 4)
        b.run(1_000)
        assert b.link.state == "up" and not b.diary
        fail_to_open(b, 1)
        b.until("deactivate")
        assert b.link.reason == link_steps.UNOPENED and not b.link.address
        fails(errno.EHOSTUNREACH, b.link.open, (HOST, 7))
        b.until("up")
        assert "reboot" not in b.states() and "pause" not in b.states()
        assert said(b, "+CFUN=0" if family in BC else "+QIDEACT=1")
        b.desk.net.tcp(HOST, 8)
        b.link.open((HOST, 8)).send(b"x")


def test_four_failed_opens_and_a_good_one():
    b = worn("EG800Q")
    b.desk.net.tcp(HOST, 8)
    for _ in range(3):
        fail_to_open(b, 4)
        b.link.open((HOST, 8)).close()
    b.run(1_000)
    assert b.link.state == "up" and not b.diary


def test_an_open_that_nothing_comes_of():
    for family, ms in (("BC66", 60_500), ("EG800Q", 150_000)):
        b = Bench(family)
        b.up()
        b.module.answer("+QIOPEN", OK)
        t = b.clock.now
        fails(errno.ETIMEDOUT, b.link.open, (HOST, 7))
        assert ms <= b.clock.now - t <= ms + 1_000 and b.link.backoff.unopened == 1
        assert said(b, "+QICLOSE")


def test_an_open_that_the_program_has_no_patience_for():
    b = Bench("EG800Q")
    b.up()
    b.desk.net.tcp(HOST, 7, silent=True)
    t = b.clock.now
    fails(errno.ETIMEDOUT, b.link.open, (HOST, 7), timeout_s=5)
    assert b.clock.now - t < 6_000 and b.link.backoff.unopened == 0
    b.run(2_000)
    assert said(b, "+QICLOSE") and b.modem._sockets == [None] * 12
    # Given up in the middle: the same.
    op = b.link.open((HOST, 7), wait=False)
    b.run(1_000)
    op.cancel()
    b.run(2_000)
    assert b.modem._sockets == [None] * 12


def test_open_refuses_at_once():
    b = Bench("BC66")
    for up in (False, True):
        raises(ValueError, b.link.open, ('a"b', 7))
        raises(ValueError, b.link.open, (HOST, 0))
        raises(ValueError, b.link.open, (HOST, 65_536))
        raises(ValueError, b.link.open, (HOST, 7), 3)
        if not up:
            e = fails(errno.EHOSTUNREACH, b.link.open, (HOST, 7))
            assert link_steps.STARTING in str(e)
            b.up()
    assert not said(b, "+QIOPEN")


def test_open_as_an_operation():
    b = Bench("EG800Q")
    b.up()
    peer = b.desk.net.udp(HOST, 7)
    op = b.link.open((HOST, 7), 2, timeout_s=3, wait=False)
    assert not op.done
    while not op.done:
        b.link.poll()
        b.idle()
    op.result().send(b"hello")
    assert bytes(peer.received[0]) == b"hello"


# -- acknowledgement: every 5 s, 24 tries -------------------------------------------------------


def test_not_acknowledged_for_two_minutes_then_closed():
    for family in ("BC26", "UG96", "EG800Q"):
        b = Bench(family)
        b.up()
        b.desk.net.tcp(HOST, 7, accept_window=3)
        s = b.link.open((HOST, 7))
        s.send(b"hello")
        b.module.commands.clear()
        t = b.clock.now
        fails(errno.ETIMEDOUT, b.link.delivered, s)
        queries = said(b, "+QISEND=0,0")
        assert len(queries) == 24 and said(b, "+QICLOSE=0")
        assert 0 <= b.clock.now - t - 120_000 <= 1_000
        fails(errno.ETIMEDOUT, s.send, b"x")
        assert b.link.state == "up"
        b.link.open((HOST, 7))


def test_acknowledged():
    for family in ("BC26", "UG96", "EG800Q"):
        b = Bench(family)
        b.up()
        peer = b.desk.net.tcp(HOST, 7, accept_window=3)
        s = b.link.open((HOST, 7))
        s.send(b"hello")
        b.clock.call_later(17_000, peer.accept, 2)
        b.link.backoff.reboot()
        t = b.clock.now
        b.link.delivered(s)
        assert 20_000 <= b.clock.now - t < 20_500 and b.link.backoff.reboots == 0
        b.link.delivered(s)  # nothing is due
        assert b.clock.now - t < 21_000


def test_sent_means_send_ok_where_there_is_no_question():
    for family, type in (("BC66", 1), ("BC20", 1), ("EG800Q", 2)):
        b = Bench(family)
        b.up()
        (b.desk.net.udp if type == 2 else b.desk.net.tcp)(HOST, 7)
        s = b.link.open((HOST, 7), type, timeout_s=0)
        s.send(b"hello")
        b.link.backoff.reboot()
        b.link.delivered(s)
        assert s._pos == s._end and "AT+QISEND=0,0" not in b.module.commands
        assert b.link.backoff.reboots == 1  # which proves nothing


def test_delivered_of_a_dead_socket():
    b = Bench("EG800Q")
    b.up()
    b.desk.net.tcp(HOST, 7, accept_window=0)
    s = b.link.open((HOST, 7))
    s.send(b"hello")
    b.clock.call_later(12_000, b.module.lose_context, 1)
    t = b.clock.now
    raises(OSError, b.link.delivered, s)
    assert b.clock.now - t < 16_000
    fails(errno.ENOTCONN, b.link.delivered, b.desk.socket())


# -- closing: 10 s ------------------------------------------------------------------------------


def test_close_without_an_answer_then_reboot():
    for family in ALL:
        b = Bench(family)
        b.up()
        b.desk.net.tcp(HOST, 7)
        s = b.link.open((HOST, 7))
        b.module.mute("+QICLOSE")
        s.settimeout(0)
        s.close()
        t = b.asked("+QICLOSE")
        assert (
            close(b.until("reboot"), t + b.modem.CLOSE_MS) and b.link.reason == link_steps.UNCLOSED
        )
        assert b.modem.CLOSE_MS == (10_000 if family in BC else 11_000)


def test_a_slow_close_is_none():
    b = Bench("EG800Q", quirks=("slow_close",), delays={"+QICLOSE": 9_000})
    b.up()
    b.desk.net.tcp(HOST, 7, lingers=True)
    b.link.open((HOST, 7)).close()
    b.run(5_000)
    assert b.link.state == "up" and not b.diary


# -- any other command: 60 s --------------------------------------------------------------------


def test_a_silent_module_60_s_then_reboot():
    for line in lines():
        for family in ALL:
            b = Bench(family, line)
            b.up()
            b.module.power_cut()
            b.module.commands.clear()
            t = b.clock.now
            op = b.modem.signal(wait=False)
            assert close(b.until("reboot"), t + 60_000), family
            assert b.states() == ["silent", "reboot"] and b.link.reason == link_steps.NO_ANSWER
            assert op.done and not b.presses


def test_an_answer_lost_is_no_silence():
    for family in ALL:
        b = Bench(family)
        b.up()
        b.module.mute("+CSQ")
        raises(OSError, b.modem.signal)
        b.run(120_000)
        assert b.states() == ["silent", "up"] and b.link.address


def test_a_module_that_falls_silent_while_nobody_asks():
    b = Bench("BC66")
    t = b.up()
    b.run(10_000)
    b.module.power_cut()
    assert 0 <= b.until("reboot") - t - 120_000 < 1_000  # the watch, and 60 s from then on

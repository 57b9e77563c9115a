"""F10 to F19: what is a result, and whose.

The module under test is slow or confused: answers come late, twice, without their information, or
in other words. No answer may ever be credited to a command that did not cause it.
"""

import errno

from host_tests.driver.events import events, fails, lines, up
from host_tests.driver.harness import raises
from quectel import QuectelError

CSQ = "+CSQ: 25,0"  # what the simulated module says


def answer(*texts):
    return b"".join([b"\r\n" + t.encode() + b"\r\n" for t in texts])


def grown(desk, before):
    """The counters that are not what they were."""
    after = desk.modem.stats()
    return sorted([name for name in after if after[name] != before[name]])


# -- F10: words within lines --------------------------------------------------------------------

INNOCENT = (
    "OKINAWA",
    "TOKYO OK",
    "ERROR-FREE",
    "NO ERROR",
    "OK1",
    "SEND OKAY",
    "CLOSE OKAY",
    "READY> OK",
    "BROKEN ERROR",
    "ok",
)


def test_F10_only_whole_lines_are_results(line):
    desk = up(line)
    before = desk.modem.stats()
    desk.module.answer("AT+CGMR", answer(*INNOCENT) + answer("OK"))
    assert desk.modem.command("+CGMR") == list(INNOCENT)
    assert grown(desk, before) == []


def test_F10_results_within_quotes(line):
    desk = up(line)
    text = '+COPS: 0,0,"ERROR",9,"OK"'
    desk.module.answer("AT+COPS?", answer(text, "OK"))
    assert desk.modem.command("+COPS?") == [text]


def test_F10_innocent_lines_when_idle(line):
    desk = up(line)
    s, peer = desk.tcp()
    before = desk.modem.stats()
    desk.module.inject(answer(*INNOCENT))
    desk.run(300)
    assert grown(desk, before) == ["unknown"]
    assert s.send(b"x") == 1


# -- F11, F12, F13: too late --------------------------------------------------------------------


def test_F11_late_ok_is_taken_before_the_next_command(line):
    desk = up(line)
    desk.module.delays["AT+CGMM"] = 420
    fails(errno.ETIMEDOUT, desk.modem.command, "+CGMM", 300)
    desk.run(3000)
    assert desk.modem.command("+CSQ") == [CSQ]
    assert desk.modem.command("+CGMR") == ["Revision: BC66NBR01A07"]


def test_F11_late_ok_without_a_name(line):
    # The next command's answer is a bare OK as well: only the sequence can tell them apart.
    desk = up(line)
    desk.module.delays["AT+CSCON"] = 600
    fails(errno.ETIMEDOUT, desk.modem.command, "+CSCON=1", 300)
    desk.module.answer("AT+CPSMS", answer("ERROR"))
    raises(QuectelError, desk.modem.command, "+CPSMS=9")
    assert desk.modem.command("+CSQ") == [CSQ]


def test_F12_nothing_but_the_probe_leaves_while_an_answer_may_come(line):
    desk = up(line)
    for late in (310, 480, 510, 700, 1100, 2500):
        desk.module.delays["AT+CGMM"] = late
        fails(errno.ETIMEDOUT, desk.modem.command, "+CGMM", 300)
        sent = len(desk.module.commands)
        t = desk.clock.now
        got = None
        while got is None:
            try:
                got = desk.modem.command("+CSQ")
            except OSError as e:
                assert e.errno == errno.ETIMEDOUT
            assert desk.clock.now - t < 10_000
        assert got == [CSQ], late
        between = desk.module.commands[sent:-1]
        assert between == ["ATE0"] * len(between), between
        # It left after the late answer had come.
        assert desk.clock.now - t >= late - 300


def test_F11_the_probe_waits_for_silence(line):
    desk = up(line)
    desk.module.mute("AT+CGMM")
    fails(errno.ETIMEDOUT, desk.modem.command, "+CGMM", 300)
    sent = len(desk.module.commands)
    for _ in range(12):
        desk.module.inject(b"\r\n+CSCON: 1\r\n")
        desk.run(150)
    assert desk.module.commands[sent:] == []
    desk.run(1000)
    assert desk.module.commands[sent:] == ["ATE0"]


def test_F13_late_block_is_not_delivered_elsewhere(line):
    desk = up(line)
    a, peer_a = desk.tcp()
    b, peer_b = desk.tcp(port=8)
    desk.module.delays["AT+QIRD"] = 1700  # the driver waits 1500 ms for it
    peer_a.send(b"belongs to A")
    raises(OSError, a.recv, 100)
    desk.module.delays["AT+QIRD"] = 0
    peer_b.send(b"belongs to B")
    assert b.recv(100) == b"belongs to B"
    e = raises(OSError, a.recv, 100)
    assert e.errno != errno.EAGAIN


def test_F13_late_block_forges_no_lines(line):
    desk = up(line)
    a, peer_a = desk.tcp()
    b, peer_b = desk.tcp(port=8)
    heard = []
    desk.modem.on_urc("", heard.append)
    desk.module.delays["AT+QIRD"] = 1700
    peer_a.send(b'x\r\nOK\r\n\r\n+QIURC: "closed",1\r\nRDY\r\n')
    raises(OSError, a.recv, 100)
    desk.module.delays["AT+QIRD"] = 0
    desk.run(2000)
    assert [h for h in heard if not h.startswith('+QIURC: "recv",0')] == []
    peer_b.send(b"alive")
    assert b.recv(100) == b"alive"
    assert b.send(b"alive") == 5


# -- F14, F15: forms of results -----------------------------------------------------------------


def test_F14_every_form_of_an_error(line):
    desk = up(line)
    for text, code in (
        ("+CME ERROR: 50", 50),
        ("+CME ERROR: SIM busy", -1),
        ("+CME ERROR:", -1),
        ("+CME ERROR: ", -1),
        ("+CME ERROR: -3", -1),
        ("+CME ERROR: 99999999999999999999", -1),
        ("+CME ERROR: 4a", -1),
        ("+CMS ERROR: 302", 302),
        ("+CMS ERROR", -1),
        ("ERROR", -1),
    ):
        desk.module.answer("AT+CPBS?", answer(text))
        e = raises(QuectelError, desk.modem.command, "+CPBS?", 300)
        assert e.code == code, text
        assert isinstance(e, OSError)
    assert desk.modem.command("+CSQ") == [CSQ]


def test_F14_bare_error_has_its_code_fetched(line):
    desk = up(line)
    desk.module.last_error = 0
    e = raises(QuectelError, desk.modem.command, "+QICLOSE=3")
    assert e.code == 567
    assert desk.modem.last_error()[0] == 567


def test_F15_first_of_two_results_wins(line):
    desk = up(line)
    before = desk.modem.stats()
    desk.module.answer("AT+CGMM", answer("B", "OK", "ERROR"))
    assert desk.modem.command("+CGMM") == ["B"]
    assert desk.modem.command("+CSQ") == [CSQ]
    assert grown(desk, before) == ["resyncs", "stray"]
    assert desk.modem.stats()["stray"] == before["stray"] + 1


def test_F15_error_then_ok(line):
    desk = up(line)
    before = desk.modem.stats()
    desk.module.answer("AT+CGMM", answer("ERROR", "OK"))
    raises(QuectelError, desk.modem.command, "+CGMM")
    assert desk.modem.command("+CSQ") == [CSQ]
    assert grown(desk, before) == ["resyncs", "stray"]


def test_F15_stray_result_when_idle_costs_a_probe(line):
    desk = up(line)
    before = desk.modem.stats()
    sent = len(desk.module.commands)
    desk.module.inject(answer("OK"))
    desk.run(2000)
    assert desk.module.commands[sent:] == ["ATE0"]
    assert grown(desk, before) == ["resyncs", "stray"]


# -- F16, F17: URCs among answers ---------------------------------------------------------------


def test_F16_urc_and_answer_of_one_name(line):
    desk = up(line)
    heard = []
    desk.modem.on_urc("+C", heard.append)
    for name in ("CEREG", "CREG", "CGREG"):
        raw = answer("+%s: 2" % name, '+%s: 0,2,"12AB"' % name, "+%s: 5" % name, "OK")
        desk.module.answer("AT+%s?" % name, raw)
        assert desk.modem.command("+%s?" % name) == ['+%s: 0,2,"12AB"' % name]
        assert heard == ["+%s: 2" % name, "+%s: 5" % name]
        heard.clear()


def test_F16_urc_with_fields_of_text_is_no_answer(line):
    desk = up(line)
    urc = '+CEREG: 5,"12AB","0035E5D4",9'
    desk.module.answer("AT+CEREG?", answer(urc, "+CEREG: 0,1", "OK"))
    assert desk.modem.registration() == 1
    desk.module.answer("AT+CEREG?", answer("+CEREG: 3,,,,0,15", "+CEREG: 3,2", "OK"))
    assert desk.modem.registration() == 2


def test_F16_cscon(line):
    desk = up(line)
    heard = []
    desk.modem.on_urc("+CSCON", heard.append)
    desk.module.answer("AT+CSCON?", answer("+CSCON: 1", "+CSCON: 1,0", "+CSCON: 0", "OK"))
    assert desk.modem.command("+CSCON?") == ["+CSCON: 1,0"]
    assert heard == ["+CSCON: 1", "+CSCON: 0"]


def test_F16_setting_what_reports_itself(line):
    # The URC that was asked for may come before the OK of asking for it.
    desk = up(line)
    heard = []
    desk.modem.on_urc("+C", heard.append)
    desk.module.answer("AT+CSCON=1", answer("+CSCON: 1", "OK"))
    assert desk.modem.command("+CSCON=1") == []
    desk.module.answer("AT+CEREG=1", answer("+CEREG: 1", "OK"))
    assert desk.modem.command("+CEREG=1") == []
    assert heard == ["+CSCON: 1", "+CEREG: 1"]


def test_F16_longer_name_is_another_name(line):
    desk = up(line)
    desk.module.answer("AT+CSQ", answer("+CSQN: 1", "+CS: 2", "+CSQ: 7,0", "OK"))
    assert desk.modem.command("+CSQ") == ["+CSQ: 7,0"]
    assert desk.modem.stats()["unknown"] == 2


def test_F17_urcs_anywhere_in_an_answer(line):
    desk = up(line)
    s, peer = desk.tcp()
    heard = []
    desk.modem.on_urc("", heard.append)
    urcs = ["+CEREG: 5", '+QIURC: "recv",0,3', "+QNEW: 7"]
    raw = answer(urcs[0], "+QX: 1", urcs[1], "+QX: 2", urcs[2], "OK")
    desk.module.answer("AT+QX", raw)
    assert desk.modem.command("+QX=3") == ["+QX: 1", "+QX: 2"]
    assert heard == urcs


def test_F17_urc_in_an_answer_reaches_its_socket(line):
    desk = up(line)
    s, peer = desk.tcp()
    desk.module.answer("AT+CSQ", answer('+QIURC: "closed",0', "+CSQ: 7,0", "OK"))
    assert desk.modem.command("+CSQ") == ["+CSQ: 7,0"]
    assert s.recv(9) == b""


def test_F17_urc_glued_with_one_line_end(line):
    desk = up(line)
    raw = b"\r\n+CEREG: 5\r\n+CSQ: 7,0\r\n+CEREG: 1\r\nOK\r\n+CEREG: 5\r\n"
    desk.module.answer("AT+CSQ", raw)
    assert desk.modem.command("+CSQ") == ["+CSQ: 7,0"]


# -- F18, F19: nothing, or too little -----------------------------------------------------------


def test_F18_timeout_at_the_deadline(line):
    desk = up(line)
    desk.modem.idle = lambda: desk.clock.advance(1)
    for ms in (50, 300, 1000):
        desk.modem.command("+CSQ")  # so that no recovery delays what is measured
        desk.module.mute("AT+CGMM")
        t = desk.clock.now
        fails(errno.ETIMEDOUT, desk.modem.command, "+CGMM", ms)
        assert ms <= desk.clock.now - t <= ms + 5, ms


def test_F18_other_sockets_go_on(line):
    desk = up(line)
    s, peer = desk.tcp()
    desk.module.mute("AT+CGMM")
    fails(errno.ETIMEDOUT, desk.modem.command, "+CGMM")
    assert s.send(b"one") == 3
    peer.send(b"two")
    assert s.recv(10) == b"two"
    assert bytes(peer.received) == b"one"


def test_F18_a_dead_module_costs_bounded_time_each_time():
    from host_tests.driver.harness import Line

    desk = up(Line("whole"))
    desk.module.mute("AT", 10_000)
    for _ in range(8):
        t = desk.clock.now
        fails(errno.ETIMEDOUT, desk.modem.command, "+CSQ")
        assert 300 <= desk.clock.now - t <= 5_000
    # Between the tries it is left alone.
    sent = len(desk.module.commands)
    desk.run(60_000)
    assert len(desk.module.commands) - sent <= 3


def test_F19_ok_without_the_answer_is_no_success(line):
    desk = up(line)
    m = desk.modem
    for call, command in (
        (m.signal, "AT+CSQ"),
        (m.imei, "AT+CGSN"),
        (m.imsi, "AT+CIMI"),
        (m.registration, "AT+CEREG"),
        (m.firmware, "AT+CGMR"),
        (m.last_error, "AT+QIGETERROR"),
    ):
        call()
        desk.module.answer(command, answer("OK"))
        fails(errno.EIO, call)
        call()  # and all is well again


def test_F19_ok_without_an_answer_means_doubt(line):
    # It may have been the OK of something else: nothing leaves before the probe.
    desk = up(line)
    before = desk.modem.stats()
    desk.module.answer("AT+CSQ", answer("OK"))
    desk.module.inject(answer("+CSQ: 9,0", "OK"), 150)
    fails(errno.EIO, desk.modem.signal)
    assert desk.modem.signal() == -63
    assert "resyncs" in grown(desk, before)


def test_F19_qird_without_its_line_fails_the_socket(line):
    desk = up(line)
    s, peer = desk.tcp()
    desk.module.answer("AT+QIRD", answer("OK"))
    peer.send(b"data")
    fails(errno.EIO, s.recv, 10)


def test_F10_parser_knows_lines_and_no_results(line):
    assert events(line.cut(answer("OK", "ERROR", "TOKYO"))) == lines(b"OK", b"ERROR", b"TOKYO")

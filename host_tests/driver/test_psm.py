"""PSM and eDRX: how their times are said, and what the network has granted."""

import errno

from host_tests.driver.harness import desk, fails, raises, said
from quectel import timers3gpp as t

HOUR = 3600


def saver(family="BC66", **knobs):
    """A desk whose network takes 1 s to answer what it is asked for."""
    return desk(family, delays={"answer": 0, "TAU": 1000, "idle": 5000, "doze": 500}, **knobs)


# -- how times are said ---------------------------------------------------------------------------


def test_timers_as_3gpp_has_them():
    for seconds, bits in (
        (2, "01100001"),
        (62, "01111111"),
        (90, "10000011"),
        (60, "10100001"),
        (600, "00000001"),
        (HOUR, "00100001"),
        (24 * HOUR, "00111000"),
        (10 * HOUR, "01000001"),
        (310 * HOUR, "01011111"),
        (320 * HOUR, "11000001"),
        (31 * 320 * HOUR, "11011111"),
    ):
        assert t.timer(seconds, t.T3412) == bits and t.length(bits, t.T3412) == seconds
    for seconds, bits in (
        (0, "00000000"),
        (2, "00000001"),
        (60, "00100001"),
        (11_160, "01011111"),
    ):
        assert t.timer(seconds, t.T3324) == bits and t.length(bits, t.T3324) == seconds


def test_a_time_that_cannot_be_said_is_made_longer_and_no_longer_than_needed():
    for units in (t.T3412, t.T3324):
        said = set()
        for bits in range(7 << 5):
            unit = units[bits >> 5]
            if unit:
                said.add(unit * (bits & 31))
        said = sorted(said)
        for shorter, seconds in zip(said, said[1:]):
            for wanted in (seconds, seconds - 1, shorter + 1, shorter + 0.5):
                if shorter < wanted:
                    assert t.length(t.timer(wanted, units), units) == seconds, wanted


def test_timers_that_are_none():
    for bits in ("11100000", "11111111", ""):
        assert t.length(bits, t.T3412) is None and t.length(bits, t.T3324) is None
    assert t.length("10000011", t.T3324) == 180  # not defined: minutes
    for seconds, units in ((-1, t.T3412), (31 * 320 * HOUR + 1, t.T3412), (11_161, t.T3324)):
        raises(ValueError, t.timer, seconds, units)


def test_cycles_of_edrx():
    for seconds, bits in ((20.48, "0010"), (1, "0010"), (20.49, "0011"), (40.96, "0011")):
        assert t.cycle(seconds, t.NB_IOT) == bits
    for seconds, bits in ((5.12, "0000"), (5.13, "0001"), (61.44, "0100"), (2621.44, "1101")):
        assert t.cycle(seconds, t.LTE) == bits
        assert t.cycle_length(bits, t.LTE) >= seconds
    assert t.cycle(10_485.76, t.NB_IOT) == "1111"
    assert t.cycle_length("1111", t.NB_IOT) == 10_485.76
    assert t.cycle_length("0100", t.NB_IOT) == 20.48 and t.cycle_length("1111", t.LTE) == 2621.44
    for seconds, steps in ((10_486, t.NB_IOT), (2622, t.LTE), (0, t.LTE), (-1, t.LTE)):
        raises(ValueError, t.cycle, seconds, steps)


# -- PSM ------------------------------------------------------------------------------------------


def test_psm_asks_and_tells_what_was_granted(line):
    d = line.desk("BC66", delays={"answer": 0, "TAU": 2000})
    assert d.modem.psm() == (None, None)
    assert d.modem.psm(24 * HOUR, 20) == (None, None)  # the network has not answered yet
    assert said(d, "+CPSMS") == ['AT+CPSMS=1,,,"00111000","00001010"']
    d.run(3_000)
    assert d.modem.psm() == (24 * HOUR, 20)
    assert d.modem.psm(0) == (24 * HOUR, 20)
    d.run(3_000)
    assert d.modem.psm() == (None, None)
    assert said(d, "+CPSMS")[1:] == ["AT+CPSMS=0"]


def test_psm_the_network_grants_something_else():
    d = saver(psm_grant=("11100000", "00100110"))
    d.modem.psm(HOUR, 60)
    d.run(2_000)
    assert d.modem.psm() == (6 * HOUR, None)
    d = saver(psm_grant=False)
    d.modem.psm(HOUR, 60)
    d.run(2_000)
    assert d.modem.psm() == (None, None)


def test_psm_one_of_the_two_times():
    d = saver()
    d.modem.psm(HOUR)
    d.modem.psm(active_s=60)
    assert said(d, "+CPSMS") == ['AT+CPSMS=1,,,"00100001"', 'AT+CPSMS=1,,,,"00100001"']


def test_psm_leaves_cereg_as_it_was():
    for level in (0, 1, 2, 3, 4, 5):
        d = saver()
        d.modem.command("+CEREG=%d" % level)
        d.modem.psm(HOUR, 60)
        d.run(2_000)
        assert d.modem.psm() == (HOUR, 60)
        assert d.module.cereg == level


def test_psm_leaves_cereg_as_it_was_when_it_fails():
    d = saver()
    d.modem.command("+CEREG=1")
    d.module.answer("AT+CEREG?", b"\r\n+CEREG: 1,1\r\n\r\nOK\r\n")
    d.module.answer("AT+CEREG?", b"\r\n+CME ERROR: 3\r\n")
    assert raises(OSError, d.modem.psm).code == 3
    assert d.module.cereg == 1


def test_psm_bad_times_write_nothing():
    d = desk()
    for args in ((-1, 5), (HOUR, -1), (HOUR, 11_161), (31 * 320 * HOUR + 1, 5), (None, 11_161)):
        raises(ValueError, d.modem.psm, *args)
    for cycle_s in (-1, 10_486):
        raises(ValueError, d.modem.edrx, cycle_s)
    for n in (-1, 3, "1"):
        raises(ValueError, d.modem.qsclk, n)
    assert d.module.commands == []


# -- eDRX, QSCLK ----------------------------------------------------------------------------------


def test_edrx(line):
    for family, act in (("BC66", 5), ("EG915Q", 4)):
        d = line.desk(family, delays={"answer": 0, "TAU": 2000})
        assert d.modem.edrx() == (None, None)
        assert d.modem.edrx(80) == (81.92, None)
        assert said(d, "+CEDRXS") == ['AT+CEDRXS=1,%d,"0101"' % act]
        d.run(3_000)
        assert d.modem.edrx() == (81.92, 81.92)
        d.modem.edrx(0)
        assert said(d, "+CEDRXS")[1:] == ["AT+CEDRXS=0,%d" % act]
        d.run(3_000)
        assert d.modem.edrx() == (None, None)


def test_edrx_the_network_grants_something_else():
    d = saver(edrx_grant="0010")
    d.modem.edrx(163.84)
    d.run(2_000)
    assert d.modem.edrx() == (163.84, 20.48)
    d = saver(edrx_grant=False)
    d.modem.edrx(163.84)
    d.run(2_000)
    assert d.modem.edrx() == (163.84, None)


def test_neither_is_there_in_3g():
    for name in ("UG95", "UG96"):
        d = desk(name)
        fails(errno.EOPNOTSUPP, d.modem.psm)
        fails(errno.EOPNOTSUPP, d.modem.psm, HOUR, 60)
        fails(errno.EOPNOTSUPP, d.modem.edrx, 20.48)
        assert d.module.commands == []


def test_qsclk():
    d = desk("BC26")
    assert d.modem.qsclk() == 1  # as it comes
    assert d.modem.qsclk(0) == 0 and d.modem.qsclk(2) == 2 and d.modem.qsclk(1) == 1
    assert d.module.sleep_mode == 1
    d = desk("EG800Q")
    assert d.modem.qsclk() == 0 and d.modem.qsclk(1) == 1
    raises(ValueError, d.modem.qsclk, 2)

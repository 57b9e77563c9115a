"""QICFG: every option of every family, at the ends of its ranges and outside, after a reboot."""

import errno

import quectel
from host_tests.driver.harness import desk, raises, use
from host_tests.driver.options_book import (
    AUTO,
    BROADBAND,
    COUNTS,
    ECHO,
    FAMILIES,
    NBIOT,
    NEWER,
    Eg,
    highest,
    lowest,
    modem,
    options,
    reboot,
    refused,
)
from host_tests.simulator import MemoryNetwork, Module, SimUART, VirtualClock
from quectel import QuectelError
from quectel.options import _NAMES

# -- every option -----------------------------------------------------------------------------


def test_the_names_are_those_of_the_manuals():
    for name, table in FAMILIES:
        key = {"BC66": "bc66", "BC20": "bc26", "BC26": "bc26"}.get(name, name)
        wanted = set(table) | ({AUTO} if name == "eg" else set())
        assert set(_NAMES[key].split()) == wanted, name


def test_both_ends_of_every_range(line):
    for name, table in FAMILIES:
        m, book = modem(name, line)
        for option, ranges in table.items():
            for values in (highest(ranges), lowest(ranges)):
                assert m.option(option, *values) == values
                text = ",".join([str(v) for v in values])
                assert book.commands[-2:] == [
                    'AT+QICFG="%s",%s' % (option, text),
                    'AT+QICFG="%s"' % option,
                ]
                assert m.option(option) == values


def test_just_outside_every_range_nothing_is_written():
    for name, table in FAMILIES:
        m, book = modem(name)
        for _ in range(2):  # before the module has been spoken to at all, and after
            for option, ranges in table.items():
                for i in range(len(ranges)):
                    low, high = ranges[i]
                    for bad in (low - 1, high + 1, -1, 1 << 40, None, str(low), 0.5):
                        values = list(lowest(ranges))
                        values[i] = bad
                        text = refused(m, book, option, *values)
                        assert "%d-%d" % (low, high) in text, text
            m.option("viewmode")


def test_too_many_values_or_too_few():
    for name, table in FAMILIES:
        m, book = modem(name)
        for option, ranges in table.items():
            values = lowest(ranges) + (0, 0)
            for n in range(1, len(values) + 1):
                if n in COUNTS.get(option, (len(ranges),)):
                    m.option(option, *values[:n])
                else:
                    refused(m, book, option, *values[:n])


def test_names_that_a_family_has_not():
    for name, table in FAMILIES:
        m, book = modem(name)
        for option in options(NBIOT, ECHO, BROADBAND, NEWER):
            if option not in table:
                refused(m, book, option)
                refused(m, book, option, 0)
        if name != "eg":
            refused(m, book, AUTO, 1)
        text = refused(m, book, "mode")
        assert "viewmode" in text  # what there is
        for option in ("", " ", "VIEWMODE", "viewmode ", 5, None, ("viewmode",)):
            refused(m, book, option)
            refused(m, book, option, 1)


def test_every_option_holds_after_a_reboot():
    for name, table in FAMILIES:
        m, book = modem(name)
        for option, ranges in table.items():
            m.option(option, *lowest(ranges))
            m.option(option, *highest(ranges))
        for _ in range(2):
            reboot(m, book)
            n = len(book.commands)
            for option, ranges in table.items():
                assert m.option(option) == highest(ranges), (name, option)
                command = 'AT+QICFG="%s",' % option
                again = [c for c in book.commands[n:] if c.startswith(command)]
                assert len(again) == 1, again  # the last one alone


# On simulated modules; their options need no context.

MODULES = ("UG95", "UG96", "EG800Q", "EG915Q", "EG916Q")
# All of QICFG that the UGxx manual is known to have.
UG_SURE = ("transpktsize", "transwaittm", "dataformat", "viewmode")


class Bench:
    """A simulated module and a modem on it, the driver's own class for it if there is one."""

    def __init__(self, name):
        clock = self.clock = VirtualClock()
        self.module = Module(name, clock, MemoryNetwork(clock), delays=0, echo=False)
        uart = SimUART(self.module, clock)
        use(clock)
        kind = getattr(quectel, name, None) or (UgAlone if name[:2] == "UG" else EgAlone)
        self.modem = kind(uart)
        self.modem.idle = lambda: uart.any() or clock.advance(20)


class EgAlone(Eg):
    SETTINGS = ("+CMEE=1", '+QICFG="viewmode",0')


class UgAlone(EgAlone):
    OPTIONS = "ug"


def test_simulated_modules_take_both_ends():
    for name in MODULES:
        b = Bench(name)
        m = b.modem
        table = options(BROADBAND) if name[:2] == "UG" else options(BROADBAND, NEWER)
        for option, ranges in table.items():
            if option == "window/scale" or (name[:2] == "UG" and option not in UG_SURE):
                assert raises(QuectelError, m.option, option).code == 552
                continue
            for values in (lowest(ranges), highest(ranges)):
                assert m.option(option, *values) == values
        if name[:2] == "EG":
            assert m.option("tcp/keepalive", 0) == (0, 120, 100, 10)
            assert m.option("dns/retry", 3) == (3, 2000)
            assert m.option(AUTO, 1, 20) == (1, 20, "", 1, 0)
            assert m.option(AUTO, 11, 86400, "ping; 1,2", 2, 10) == (11, 86400, "ping; 1,2", 2, 10)
            assert m.option(AUTO, 1, 0) == (1, 0, "", 1, 0)


def test_simulated_modules_forget_and_are_told_again():
    for name in MODULES:
        b = Bench(name)
        m = b.modem
        m.option("transpktsize", 1)
        m.option("dataformat", 1, 1)
        b.module.reboot()
        end = b.clock.now + 30_000
        while b.clock.now < end:
            m.poll()
            m.idle()
        assert b.module.option("transpktsize") == 1024
        assert m.option("dataformat") == (1, 1)
        assert m.option("transpktsize") == (1,)


def test_what_is_refused_by_the_module_is_not_set_again():
    d = desk()
    d.modem.signal()
    d.module.answer('AT+QICFG="viewmode",1', b"\r\nERROR\r\n")
    before = d.modem.SETTINGS
    raises(QuectelError, d.modem.option, "viewmode", 1)
    assert d.modem.SETTINGS == before and d.modem.option("viewmode") == (0,)


def test_an_option_of_newer_firmware(line):
    d = line.desk("BC20")
    e = raises(QuectelError, d.modem.option, "echomode")
    assert e.code == 552 and e.errno == errno.EINVAL

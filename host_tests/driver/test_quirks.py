"""A session on every module that deviates from its manual as real firmware does: it still works.

The quirks are those of the simulated module; each is played by every family it means anything to,
on a line of each chunking.
"""

import errno

from host_tests.driver.events import fails, guard
from host_tests.driver.harness import lines, raises
from host_tests.simulator.quirks import QUIRKS

FAMILIES = ("BC66", "BC26", "EG800Q", "UG96")
BINARY = bytes(range(256))


def session(d):
    """Attach, TCP and UDP both ways, twice, with things that look like answers in them."""
    m = d.modem
    m.attach(apn="iot.example")
    for i in range(2):
        s, peer = d.tcp(port=7 + i, echo=True)
        assert s.send(BINARY + b"\r\nOK\r\n> ") == 264
        got = b""
        while len(got) < 264:
            part = s.recv(100)
            assert part
            got += part
        assert got == BINARY + b"\r\nOK\r\n> "
        u, friend = d.udp(port=9 + i)
        u.send(b"datagram \0")
        assert friend.received == [b"datagram \0"]
        friend.send(b"\r\nERROR\r\n")
        assert u.recv(100) == b"\r\nERROR\r\n"
        peer.close()
        assert s.recv(9) == b""
        s.close()
        u.close()
    assert m.command("+CSQ") == ["+CSQ: 25,0"]


# What no session survives, and how it fails then.
FATAL = {
    # Binary data cannot be sent past an Esc that ends it: the send fails, nothing goes unnoticed.
    "esc_cancels_fixed": ("BC26", "EG800Q", "UG96"),
    # The manuals of BC modules promise two CR LF. To accept one would be to miss two lost bytes.
    "no_blank_line": ("BC66", "BC26"),
}


def played(name, family):
    def test():
        for line in lines():
            session(guard(line.desk(family, quirks=(name,))))

    return test


def tests():
    found = {}
    for name in QUIRKS:
        for family in QUIRKS[name][2]:
            if family in FAMILIES and family not in FATAL.get(name, ()):
                found["test_%s_%s" % (family.lower(), name)] = played(name, family)
    return found


globals().update(tests())


def test_esc_that_cancels_a_send_is_an_error(line):
    for family in FATAL["esc_cancels_fixed"]:
        d = guard(line.desk(family, quirks=("esc_cancels_fixed",)))
        d.modem.attach(apn="iot.example")
        s, peer = d.tcp()
        raises(OSError, s.send, BINARY)
        assert not peer.received
        s, peer = d.tcp(port=8)
        assert s.send(b"\0 no Esc") == 8


def test_a_single_cr_lf_behind_data_is_an_error_on_bc_modules(line):
    for family in FATAL["no_blank_line"]:
        d = guard(line.desk(family, quirks=("no_blank_line",)))
        d.modem.attach(apn="iot.example")
        s, peer = d.tcp()
        peer.send(b"data")
        fails(errno.EIO, s.recv, 9)


def test_a_boot_with_every_quirk_of_it(line):
    for family in ("BC66", "EG800Q", "UG96"):
        for name in ("boot_noise", "brom_banner", "autobaud", "app_rdy", "late_sim"):
            d = guard(line.desk(family, quirks=(name,)))
            d.modem.attach(apn="iot.example")
            d.module.reboot()
            d.run(20_000)
            d.modem.attach(apn="iot.example", timeout_ms=120_000)
            s, peer = d.tcp(port=99)
            assert s.send(b"\0") == 1, (family, name)

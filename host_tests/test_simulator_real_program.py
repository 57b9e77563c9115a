"""The command line of the simulated module: times, quirks, families; and the pads on the FIFO."""

import asyncio
import os
import sys
import types

import pytest

from host_tests.program import PATIENCE, attached, on_port
from host_tests.simulator import __main__ as command
from host_tests.simulator import families
from host_tests.simulator.serve import Pins

pytestmark = pytest.mark.waits

QUIRKS = {
    "late_ok": ({"prompt_ok": True}, "OK comes before SEND OK", families.NAMES),
    "deaf": ({"autobaud": 3}, "the first three lines stay unanswered", ("BC66", "BC26")),
}


@pytest.fixture
def quirks(monkeypatch):
    """Two quirks of our own."""
    module = types.ModuleType("host_tests.simulator.quirks")
    module.QUIRKS = QUIRKS
    monkeypatch.setitem(sys.modules, module.__name__, module)


def parsed(*arguments):
    return command.parser().parse_args(["bc66", "--pty", *arguments])


def refused(capsys, *arguments):
    """What standard error says."""
    with pytest.raises(SystemExit) as left:
        parsed(*arguments)
    out, err = capsys.readouterr()
    assert (left.value.code, out, err.count("\n")) == (2, "", 1)
    return err


def test_quirks_add_up(quirks):
    assert parsed().quirk == ()
    assert parsed("--quirk", "deaf").quirk == ("deaf",)
    assert parsed("--quirk", "late_ok", "--quirk=deaf").quirk == ("late_ok", "deaf")


def test_an_unknown_quirk_is_refused(quirks, capsys):
    assert "no such quirk: dumb (--quirk list shows them all)" in refused(
        capsys, "--quirk", "dumb"
    )


def test_quirks_are_listed_without_anything_else_to_type(quirks, capsys):
    with pytest.raises(SystemExit) as left:
        command.parser().parse_args(["--quirk", "list"])
    assert left.value.code == 0
    assert capsys.readouterr().out.splitlines() == [
        "late_ok  OK comes before SEND OK",
        "deaf     the first three lines stay unanswered (BC66, BC26)",
    ]


def test_quirks_reach_the_module(quirks, monkeypatch):
    made = []
    monkeypatch.setattr(command, "Module", lambda *_, **named: made.append(named))

    async def make(*arguments):
        command.make_module(parsed(*arguments), {})

    asyncio.run(make("--quirk", "deaf", "--quirk", "late_ok"))
    asyncio.run(make("--hold-tcp"))
    # What is not typed must not be said: a keyword goes before family and quirks.
    assert made[0]["quirks"] == ("deaf", "late_ok") and "hold_tcp" not in made[0]
    assert made[1]["hold_tcp"] and "quirks" not in made[1]


def test_a_quirk_that_is_not_this_familys_is_refused(capsys):
    assert command.main(["bc66", "--pty", "--quirk", "top_id"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("python3 -m host_tests.simulator: ") and "top_id" in err


def test_the_quirks_there_are_can_all_be_listed(capsys):
    with pytest.raises(SystemExit):
        command.parser().parse_args(["--quirk", "list"])
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == list(command.all_quirks())


def test_a_quirk_over_the_line():
    with on_port("bc66", "--quirk", "echo_crlf") as line:
        attached(line)
        assert line.say("AT+CSQ").startswith(b"AT+CSQ\r\n\r\n+CSQ: ")


def test_every_family_has_a_name_on_the_command_line(capsys):
    for name in families.NAMES:
        for typed in (name, name.lower()):
            assert command.parser().parse_args([typed, "--pty"]).family == name
    help = " ".join(command.parser().format_help().split())
    assert ", ".join(families.NAMES).lower() in help


@pytest.mark.parametrize("name", families.NAMES)
def test_every_family_boots_and_tells_its_name(name):
    with on_port(name) as line:
        line.ask("AT+CGMM", name.encode() + b"\r\n\r\nOK\r\n")


@pytest.mark.parametrize("text", ["noon", "2026-11-20T12:00:00+02:07"])
def test_a_time_that_makes_no_sense_is_refused(capsys, text):
    assert "argument --time: not understood: " + text in refused(capsys, "--time", text)


def test_a_fixed_time_over_the_line():
    with on_port("bc66", "--time", "2026-11-20T12:00:00-03:30") as line:
        attached(line)
        line.say('AT+QNTP=1,"pool.example"', b'+QNTP: 0,"26/11/20,12:00:00:00-14"\r\n')


def test_the_host_is_told_of_ports_and_may_have_gone(capfd, monkeypatch):
    command.tell_port("TCP", 80, 40123)
    assert capfd.readouterr().out == "listening: TCP 80 at 127.0.0.1:40123\n"
    reading, writing = os.pipe()
    kept = os.dup(1)
    try:
        os.dup2(writing, 1)
        os.close(reading)
        with open(1, "w", closefd=False) as out:
            monkeypatch.setattr(sys, "stdout", out)
            command.tell_port("TCP", 80, 40123)
            command.tell_port("UDP", 81, 40124)
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(writing)


class Pads:
    """A module as far as its pads; `told` is what happened to them, and complaints."""

    def __init__(self):
        self.told = asyncio.Queue()

    def pwrkey(self, level):
        self.told.put_nowait(("PWRKEY", level))

    def reset(self, level):
        self.told.put_nowait(("RESET", level))

    def dtr(self, level):
        self.told.put_nowait(("DTR", level))


def drive(path, text, make=Pads):
    """What comes of writing `text` to the FIFO: one thing per line that is not empty."""

    async def run():
        pads = make()
        pins = Pins(asyncio.get_running_loop(), str(path), pads, pads.told.put_nowait)
        with open(path, "w") as f:
            f.write(text)
        results = [await pads.told.get() for line in text.splitlines() if line]
        pins.close()
        return results

    return asyncio.run(asyncio.wait_for(run(), PATIENCE))


def test_dtr_is_a_pad_too(tmp_path):
    got = drive(tmp_path / "pins", "DTR 1\nDTR 0\nPWRKEY 0\n\nRESET 1\n")
    assert got == [("DTR", 1), ("DTR", 0), ("PWRKEY", 0), ("RESET", 1)]


@pytest.mark.parametrize("text", ["DTR", "DTR 2", "dtr 1", "RI 1", "DTR 1 1"])
def test_what_is_no_pad(tmp_path, text):
    assert drive(tmp_path / "pins", text + "\n") == ["pins: not understood: " + text]


def test_a_pad_that_is_not_there(tmp_path):
    class Without(Pads):
        dtr = None

    assert drive(tmp_path / "pins", "DTR 1\n", Without) == ["pins: this module has no DTR"]

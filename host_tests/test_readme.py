"""The README tells the truth: its programs run, its names and its files exist.

Each python block has a line `<!-- run: NAME -->` above it; "board" is the board file of all.
Most are run on CPython against a simulated module in virtual time, some on a real MicroPython
against real servers.
"""

import os
import re
import sys
import types

import pytest

from host_tests import interpreters, test_boards
from host_tests.bench import sizes

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as _file:
    README = _file.read()

BLOCKS = dict(re.findall(r"<!-- run: (\w+) -->\n```python\n(.*?)```", README, re.DOTALL))
ON_MICROPYTHON = ("requests", "tls", "asyncio")  # test_readme_net.py
TOP = ("lib", "boards", "examples", "host_tests")


class TickingUART(test_boards.SimUART):
    """A millisecond passes each time the driver looks whether something has come."""

    def any(self):
        self.clock.advance(1)
        return super().any()


@pytest.fixture
def bench(monkeypatch):
    """The README's board with its module switched off, and a server that answers."""
    from quectel import channel

    bench = test_boards.Bench("BC66")
    bench.module.network.udp("telemetry.example", 5683, echo=True)
    bench.module.network.tcp("telemetry.example", 5684)
    monkeypatch.setattr(channel, "ticks_ms", lambda: bench.clock.now)
    monkeypatch.setattr(test_boards, "SimUART", TickingUART)
    with test_boards.wired(bench, "generic_rp2040_bc66", monkeypatch):  # its pins are the README's
        board = types.ModuleType("modem_board")
        exec(compile(BLOCKS["board"], "README.md, the board file", "exec"), board.__dict__)
        monkeypatch.setitem(sys.modules, "modem_board", board)
        yield bench


def run(text):
    names = {}
    exec(compile(text, "README.md", "exec"), names)
    return names


def test_every_python_block_is_run():
    assert len(BLOCKS) == README.count("```python")
    run = {"board", "first", "polls", "link", "outbox", "fails"} | set(ON_MICROPYTHON)
    run.add("circuitpython")  # test_adafruit_examples.py
    assert set(BLOCKS) == run


def test_the_first_program_gets_an_answer(bench):
    names = run(BLOCKS["first"])
    assert bytes(names["buf"][: names["n"]]) == b"21.5"
    assert len(bench.pressed()) == 1


def test_the_program_that_polls(bench, capsys):
    run(BLOCKS["polls"])
    assert bench.module.family.imei in capsys.readouterr().out


def test_the_program_that_fails(bench, capsys):
    import errno

    run(BLOCKS["fails"])
    assert capsys.readouterr().out == "%d 565\n" % errno.EHOSTUNREACH


def test_the_program_with_a_link(bench, capsys):
    names = run(BLOCKS["link"])
    assert capsys.readouterr().out.endswith("up \n")
    assert names["link"].up() and not bench.module.sockets[0]


def test_the_program_with_an_outbox(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    run(BLOCKS["outbox"])
    run(BLOCKS["outbox"])
    assert capsys.readouterr().out == "1 [b'{\"t\":21.5}']\n" * 2


def test_every_method_it_names_exists(bench):
    named = set(re.findall(r"\b([ms])\.([a-z_]+)\(", README))
    assert len(named) > 25
    m = sys.modules["modem_board"].modem()
    import quectel

    things = {"m": m, "s": quectel.SocketPool(m).socket()}
    missing = []
    for letter, name in sorted(named):
        try:
            # A name that Modem knows of is looked up in the file it is in only when it is called.
            found = getattr(things[letter], name)
            if letter == "m" and not hasattr(type(m), name):
                from quectel import attach, methods

                found = getattr(attach, name, None) or getattr(methods, name)
            assert callable(found)
        except AttributeError:
            missing.append(letter + "." + name)
    assert missing == []


def test_every_file_it_names_exists():
    named = set(re.findall(r"[`(\s](\.?/?[\w.-]+(?:/[\w.-]+)*/?)(?=[`)\s,;:])", README))
    paths = {path for path in named if path.partition("/")[0] in TOP}
    paths |= {"package.json", "Makefile", "LICENSE"}
    assert len(paths) > 12
    assert [path for path in sorted(paths) if not os.path.exists(os.path.join(ROOT, path))] == []


def test_every_board_file_is_listed():
    for name in test_boards.NAMES:
        assert "`boards/%s.py`" % name in README


def test_every_example_is_listed():
    for name in os.listdir(os.path.join(ROOT, "examples")):
        assert "| `examples/%s` |" % name in README


def test_every_link_within_it_leads_somewhere():
    titles = re.findall(
        r"^#+ (.*)$", re.sub(r"```.*?```", "", README, flags=re.DOTALL), re.MULTILINE
    )
    anchors = [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles]
    assert len(set(anchors)) == len(anchors)
    links = re.findall(r"\]\(#([^)]*)\)", README)
    assert links and set(links) <= set(anchors)


def test_every_make_target_it_names_exists():
    with open(os.path.join(ROOT, "Makefile"), encoding="utf-8") as file:
        targets = set(re.findall(r"^(\w+):", file.read(), re.MULTILINE))
    assert set(re.findall(r"\bmake (\w+)", README)) - {"a"} <= targets


def test_what_it_says_of_memory_is_what_is_measured():
    try:
        rows = {row.name: row.value for row in sizes.measure()}
    except interpreters.Unavailable as reason:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(reason))
    table = re.search(r"made with `mpy-cross -O3`.*?\n\n(.*?)\n\n", README, re.DOTALL).group(1)
    said = [int(n.replace(",", "")) for n in re.findall(r"\b[0-9][0-9,]*\b", table)]
    for figure, measured in zip(
        said,
        (
            rows["mpy kept loaded, bytes"],
            rows["RAM after import, bytes"],
            rows["mpy for moments quectel.attach"],
            rows["RAM in moments, bytes"],
            rows["RAM per modem, bytes"],
            rows["RAM per socket, bytes"],
            rows["heap per poll, bytes"],
        ),
    ):
        assert abs(figure - measured) <= measured * 0.02, (figure, measured)
    assert len(said) == 7


def test_the_demo_is_quoted_with_its_last_line():
    quoted = re.search(r"```text\n(.*?)```", README, re.DOTALL).group(1).splitlines()
    assert quoted[-1] == "10 of 10 readings delivered"

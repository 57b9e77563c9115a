"""CONFORMANCE.md is complete, is as it would be written now, and tells the truth."""

import os
import re
import subprocess
import sys

import pytest

from host_tests import conformance
from host_tests.driver import harness
from host_tests.simulator import families

FILES = [column[0] for column in conformance.COLUMNS]
MODULES = [column[2] for column in conformance.COLUMNS]

# What the manuals have of TCP/IP: as the simulated modules, which are made from them, play it.
OTHERS = ("+QIACT", "+QICSGP", "+QIDEACT", "+QIACCEPT", "+QISDE", "+QPING", "+QNTP")


def skeleton(text):
    """The page without what depends on how, and how well, the tests have run."""
    return re.sub(r"\| (\d+ of )?(\d+) x \d+(?= \|)", r"| \2", text)


def column(place):
    """(command, calls) of one column."""
    return [(line[0], line[1 + place]) for line in conformance.command_cells()]


# -- the page ----------------------------------------------------------------------------------


def test_the_page_is_as_it_would_be_written_now():
    with open(conformance.PAGE, encoding="utf-8") as file:
        written = file.read()
    assert skeleton(written) == skeleton(conformance.page({})), "make conformance"


def test_the_page_was_written_when_all_tests_had_passed():
    with open(conformance.PAGE, encoding="utf-8") as file:
        cells = re.findall(r"\| ((?:\d+ of )?\d+ x \d+)(?= \|)", file.read())
    assert len(cells) == 40 * len(FILES)
    assert [c for c in cells if " of " in c or c.startswith("0") or not c.endswith(" x 9")] == []


def test_no_row_is_empty():
    lines = conformance.row_cells({})
    assert len(lines) == 40
    for line in lines:
        assert len(line) == 1 + len(FILES)
        for cell in line[1:]:
            assert re.match(r"0 of [1-9]\d* x 0$", cell), line


def test_a_cell_counts_tests_and_the_ways_they_were_run():
    good = {"cpython-whole": "passed", "micropython32-whole": "passed"}
    bad = {"cpython-whole": "passed", "micropython32-whole": "failed"}
    gone = {"cpython-whole": "passed", "micropython32-whole": "skipped"}
    assert conformance.cell(["a", "b"], {"a": good, "b": good}) == "2 x 2"
    assert conformance.cell(["a", "b"], {"a": good, "b": bad}) == "1 of 2 x 2"
    assert conformance.cell(["a", "b"], {"a": gone, "b": gone}) == "2 x 1"
    assert conformance.cell(["a"], {}) == "0 of 1 x 0"
    assert conformance.cell(["a"], {"a": {"cpython-whole": "skipped"}}) == "0 of 1 x 0"


def test_only_a_run_of_all_is_kept():
    outcomes = {}
    for file in FILES:
        for _, tests in conformance.rows(file):
            for test in tests:
                assert not conformance.whole(outcomes, 1)
                item = "host_tests/driver/%s.py::%s[cpython-whole]" % (file, test)
                conformance.note(outcomes, item, "passed")
    assert conformance.whole(outcomes, 1) and not conformance.whole(outcomes, 2)
    conformance.note(outcomes, "host_tests/driver/test_heap.py::test_x", "passed")
    assert sorted(outcomes) == sorted(FILES)
    assert " of " not in conformance.page(outcomes).split("## Commands")[0].split("| row |")[1]


def test_without_outcomes_nothing_is_written(tmp_path):
    before = os.stat(conformance.PAGE).st_mtime_ns
    done = subprocess.run(
        [sys.executable, "-m", "host_tests.conformance"],
        cwd=conformance.ROOT,
        env=dict(os.environ, XDG_CACHE_HOME=str(tmp_path)),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2 and "make test" in done.stderr
    assert os.stat(conformance.PAGE).st_mtime_ns == before


# -- the commands --------------------------------------------------------------------------------


@pytest.mark.parametrize("place", range(len(FILES)), ids=MODULES)
def test_each_command_of_a_manual_has_a_call_and_no_other_has(place):
    known = families.find(MODULES[place]).commands
    for name, calls in column(place):
        if "QICFG" not in name:
            assert (calls != conformance.NONE) == ("+" + name in known), name
    listed = ["+" + name for name, _ in column(place)]
    for name in known:
        if name.startswith("+QI") or name in OTHERS:
            assert name in listed or name == "+QICFG", name


@pytest.mark.parametrize("place", range(len(FILES)), ids=MODULES)
def test_each_option_of_a_manual_has_a_call_and_no_other_has(place):
    family = families.find(MODULES[place])
    known = tuple(family.settings) or ("dataformat",) + family.options
    if "tcp/accept" in known:
        known += ("send/auto",)
    for name, calls in column(place):
        if name.startswith("QICFG") and not calls.endswith(conformance.ASKED):
            assert (calls != conformance.NONE) == (name[7:-1] in known), name
    listed = [name[7:-1] for name, calls in column(place) if calls != conformance.NONE]
    assert set(known) <= set(listed)


@pytest.mark.parametrize("place", range(len(FILES)), ids=MODULES)
def test_the_calls_exist(place):
    d = harness.desk(MODULES[place])
    owners = {"m": d.modem, "s": d.socket()}
    for name, calls in column(place):
        found = re.findall(r"`([ms])\.(\w+)\(.*?\)`", calls)
        assert found or calls == conformance.NONE or name == "QISDE", name
        for owner, call in found:
            assert callable(getattr(owners[owner], call)), (name, call)


def sent_by_the_rows(file):
    """Every command line that the modules of a column's tests were given, in one way to run."""
    desks = []
    make = harness.Line.desk

    def noted(line, *args, **knobs):
        desks.append(make(line, *args, **knobs))
        return desks[-1]

    harness.Line.desk = noted
    try:
        module = conformance.importlib.import_module("host_tests.driver." + file)
        for _, tests in conformance.rows(file):
            for test in tests:
                try:
                    getattr(module, test)(harness.Line("whole"))
                except Exception:
                    pass  # which is for the test itself to say
    finally:
        harness.Line.desk = make
    return "\n".join([command for d in desks for command in d.module.commands])


@pytest.mark.parametrize("place", range(len(FILES)), ids=MODULES)
def test_the_row_tests_send_each_command_that_has_a_call(place):
    sent = sent_by_the_rows(FILES[place])
    for name, calls in column(place):
        if calls == conformance.NONE or calls.endswith(conformance.ASKED):
            continue
        if calls == conformance._NO_HEX:
            assert "AT+QISENDEX" not in sent
        elif name.startswith("QICFG"):
            assert 'AT+QICFG="%s"' % name[7:-1] in sent, name
        else:
            assert re.search(r"^AT\+%s\b" % name, sent, re.MULTILINE), name

"""What the five manuals say, and which tests and which calls of the driver stand for it.

`python -m host_tests.conformance` writes CONFORMANCE.md: a table of the comparison's rows, with
the tests that passed in the last run of all of them, and a table of the AT commands, with the
calls that use them. conftest.py notes the outcomes; they are kept in the cache, by checkout.
"""

import hashlib
import importlib
import json
import os
import sys

from host_tests import interpreters

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(ROOT, "host_tests", "CONFORMANCE.md")

# The test file of each manual, its title, and the module that is tested by it
COLUMNS = (
    ("test_rows_bc66", "BC66 V1.0", "BC66"),
    ("test_rows_bc20", "BC20", "BC20"),
    ("test_rows_bc26", "BC26 & BC20 V1.1", "BC26"),
    ("test_rows_ug96", "UGxx (UG95, UG96) V1.2", "UG96"),
    ("test_rows_eg800q", "EG800Q, EG915Q, EG916Q V1.2", "EG800Q"),
)

NONE = "-"
# UGxx: the driver knows it, the manual's copy ends before it; the module says if it has it.
ASKED = " \\*"

# Each command, and for each column the calls that use it; m is a modem, s a Socket.
_CONTEXTS = "`m.configure_context()`, `m.attach(apn)`"
_CLIENT = "`s.connect()`"
_SERVER = "`s.connect()`, `s.listen()`, `s.bind()`"
_STATE = "`m.sockets()`, `s.state()`"
_SEND = "`s.send()`"
_HEX = "`s.send()`, what is no plain text"
_NO_HEX = "`s.send()`, by QISEND"
_READ = "`s.recv()`, `s.recv_into()`"
_READ_ALL = "`s.recv()`, `s.recv_into()`, `s.recvfrom()`"
_MODES = "`s.access_mode()`, `s.transparent()`"
_ERRORS = "`m.last_error()`, and after each ERROR"

COMMANDS = (
    ("QICSGP", NONE, NONE, NONE, _CONTEXTS, _CONTEXTS),
    ("QIACT", NONE, NONE, NONE) + ("`m.activate()`, `m.contexts()`, `s.connect()`",) * 2,
    ("QIDEACT", NONE, NONE, NONE) + ("`m.deactivate()`",) * 2,
    ("QIOPEN", _CLIENT, _CLIENT, _CLIENT, _SERVER, _SERVER),
    ("QICLOSE",) + ("`s.close()`",) * 5,
    ("QISTATE",) + (_STATE,) * 5,
    ("QISEND", _SEND, _SEND, "`s.send()`, `s.sent()`")
    + ("`s.send()`, `s.sendto()`, `s.sent()`",) * 2,
    ("QISENDEX", _HEX, _HEX, _HEX, _NO_HEX, _NO_HEX),
    ("QIRD", _READ, _READ, _READ, _READ_ALL, _READ_ALL),
    ("QIACCEPT", NONE, NONE, NONE, NONE, "`s.accept()`, `s.refuse()`"),
    ("QISWTMD",) + ("`s.access_mode()`",) * 3 + (_MODES,) * 2,
    ("QPING",) + ("`m.ping()`",) * 5,
    ("QNTP",) + ("`m.ntp()`",) * 5,
    ("QIDNSGIP",) + ("`m.resolve()`",) * 5,
    ("QIDNSCFG", NONE, NONE) + ("`m.dns_servers()`",) * 3,
    ("QISDE", NONE, NONE, NONE) + ("off, by set-up",) * 2,
    ("QIGETERROR",) + (_ERRORS,) * 5,
)

# QICFG: each option, a mark for each column that has it; ? is ASKED.
OPTIONS = (
    ("dataformat", "yyyyy"),
    ("viewmode", "yyyyy"),
    ("showlength", "yyy--"),
    ("echomode", "--y--"),
    ("transpktsize", "---yy"),
    ("transwaittm", "---yy"),
    ("tcp/retranscfg", "---?y"),
    ("tcp/accept", "---?y"),
    ("passiveclosed", "---?y"),
    ("qisend/timeout", "---?y"),
    ("send/auto", "----y"),
    ("recvind", "---?y"),
    ("formatcfg", "----y"),
    ("close/mode", "----y"),
    ("udp/sendmode", "---?y"),
    ("udp/readmode", "---?y"),
    ("tcp/keepalive", "---?y"),
    ("tcp/delay_ack", "----y"),
    ("dns/cache", "---?y"),
    ("tcp/twrecycle", "----y"),
    ("dns/retry", "----y"),
    ("send/buffersize", "----y"),
    ("windows/scale", "----y"),
)

HEAD = """# Conformance

Written by `make conformance`; not to be edited.

## Rows

Each row is a thing that a host must do, or must do differently, by the manuals; each column is a
manual. `3 x 9` means: three tests, each of which has passed 9 times: on three interpreters
(CPython, 64-bit and 32-bit MicroPython), and with the module's bytes cut in three ways (whole, one
by one, and at random places, from %d seeds). `2 of 3 x 9`: one of them has not. The tests of a row
are named after it, in `host_tests/driver/test_rows_*.py`.
"""

MIDDLE = """
## Commands

The calls that use each command of the manuals; `m` is a modem, `s` a socket. In any form that
carries no payload each of them also goes through `m.command()`. `-`: the manual does not have it.
\\*: our copy of the manual ends before QICFG; the driver knows the option, and the module says
whether it has it.
"""


def add_paths():
    """Have `quectel` and what boards have found, as conftest.py does."""
    for path in (os.path.join(ROOT, "lib"), ROOT):
        if path not in sys.path:
            sys.path.insert(0, path)
    import host_tests.shim

    host_tests.shim.install()


def rows(file):
    """[(title, [names of its tests])] of a column."""
    table = importlib.import_module("host_tests.driver." + file).ROWS
    return [(row[0], ["test_row_" + test[0] for test in row[1:]]) for row in table]


# -- outcomes -----------------------------------------------------------------------------------


def store():
    """The file of this checkout's outcomes."""
    name = hashlib.sha256(ROOT.encode()).hexdigest()[:12]
    return os.path.join(interpreters.cache(), "conformance-%s.json" % name)


def note(outcomes, nodeid, outcome):
    """Keep what became of one item, if it is of a row."""
    path, _, name = nodeid.partition("::")
    file = os.path.basename(path)[: -len(".py")]
    test, _, how = name.rstrip("]").partition("[")
    if file in [column[0] for column in COLUMNS]:
        outcomes.setdefault(file, {}).setdefault(test, {})[how] = outcome


def whole(outcomes, ways):
    """Has every test of every row been run in each of so many ways?"""
    for file, _, _ in COLUMNS:
        for _, tests in rows(file):
            if any(len(outcomes.get(file, {}).get(test, ())) < ways for test in tests):
                return False
    return True


def save(outcomes):
    """For the next `make conformance`."""
    os.makedirs(os.path.dirname(store()), exist_ok=True)
    with open(store(), "w", encoding="utf-8") as file:
        json.dump(outcomes, file, indent=1, sort_keys=True)


def load():
    """The outcomes of the last run of all rows; {} if there has been none."""
    try:
        with open(store(), encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


# -- the page -----------------------------------------------------------------------------------


def cell(tests, outcomes):
    """`3 x 9`, `2 of 3 x 9`: tests that passed, and in how many ways those that ran were run."""
    passed = ways = 0
    for test in tests:
        # A MicroPython that is not there skips.
        ran = [o for o in outcomes.get(test, {}).values() if o != "skipped"]
        ways = max(ways, len(ran))
        passed += bool(ran) and set(ran) == {"passed"}
    count = "%d" % passed if passed == len(tests) else "%d of %d" % (passed, len(tests))
    return "%s x %d" % (count, ways)


def row_cells(outcomes):
    """[(title, a cell for each column)]"""
    tables = [rows(column[0]) for column in COLUMNS]
    found = []
    for place, (title, _) in enumerate(tables[0]):
        cells = []
        for (file, _, _), table in zip(COLUMNS, tables):
            assert table[place][0] == title, (file, title)
            cells.append(cell(table[place][1], outcomes.get(file, {})))
        found.append((title,) + tuple(cells))
    return found


def command_cells():
    """[(command, a cell for each column)], QICFG's options last."""
    found = list(COMMANDS)
    for name, marks in OPTIONS:
        calls = {"-": NONE, "y": '`m.option("%s")`' % name}
        calls["?"] = calls["y"] + ASKED
        found.append(('QICFG "%s"' % name,) + tuple([calls[mark] for mark in marks]))
    return found


def _table(corner, lines):
    head = (corner,) + tuple([title for _, title, _ in COLUMNS])
    ruler = tuple(["---"] * len(head))
    return "".join(["\n| %s |" % " | ".join(line) for line in [head, ruler] + list(lines)]) + "\n"


def page(outcomes):
    """The text of CONFORMANCE.md."""
    from host_tests.driver import harness

    rows_of_it = _table("row", row_cells(outcomes))
    commands = _table("command", command_cells())
    return HEAD % harness.SPLITS + rows_of_it + MIDDLE + commands


def main():
    add_paths()
    outcomes = load()
    if not outcomes:
        print("no outcomes: run all tests first (make test)", file=sys.stderr)
        return 2
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page(outcomes))
    print("written: " + os.path.relpath(PAGE))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The budgets hold: flash and RAM of a sensor node, RAM per object, no heap in the hot path."""

import os
import re
import subprocess
import sys

import pytest

from host_tests import interpreters
from host_tests.bench import sizes, traffic


@pytest.fixture(scope="module")
def rows():
    try:
        found = sizes.measure()
    except interpreters.Unavailable as reason:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(reason))
    return {row.name: row for row in found}


BUDGETS = (
    ("mpy in all, bytes", 12_288),
    ("RAM after import, bytes", 16_384),
    ("RAM per modem, bytes", 1_024),
    ("RAM per socket, bytes", 256),
    ("heap per poll, bytes", 0),
    ("heap per URC, bytes", 0),
    ("heap per byte received, bytes", 0),
    ("heap per byte sent, bytes", 0),
)


@pytest.mark.parametrize("name, budget", BUDGETS)
def test_budget(rows, name, budget):
    assert rows[name].value <= budget and not rows[name].over


def test_what_is_counted_is_what_a_node_needs(rows):
    counted = {name for name in rows if name.startswith("mpy ") and "bytes" not in name}
    files = {name[4:] for name in counted if "moments" not in name}
    wanted = {"quectel"} | {
        "quectel." + name for name in ("bc66", "modem", "channel", "parser", "socket", "power")
    }
    # Families, modes and servers cost a node nothing that does not use them.
    assert files == wanted | {"modem_board"}
    assert rows["mpy kept loaded, bytes"].value == sum(rows["mpy " + name].value for name in files)
    assert rows["mpy in all, bytes"].value == sum(rows[name].value for name in counted)
    assert {name for name in counted if "moments" in name} == {"mpy for moments quectel.attach"}
    assert all(row.value > 0 for name, row in rows.items() if "heap" not in name)


def test_a_figure_over_its_budget_is_noticed():
    assert sizes.Row("x", 11, 10).over and str(sizes.Row("x", 11, 10)).endswith("11       10 OVER")
    assert not sizes.Row("x", 10, 10).over and str(sizes.Row("x", 10, 10)).endswith(" ok")
    assert not sizes.Row("x", 10, 10, 9).over
    assert not sizes.Row("x", 10).over


def test_the_table_and_its_exit_status(rows):
    done = subprocess.run(
        [sys.executable, "-m", "host_tests.bench"],
        cwd=sizes.ROOT,
        stdout=subprocess.PIPE,
        universal_newlines=True,
    )
    for name, row in rows.items():
        assert str(row) in done.stdout, name
    assert done.returncode == (1 if any(row.over for row in rows.values()) else 0)


def test_the_readme_has_the_traffic_that_is_counted():
    with open(os.path.join(sizes.ROOT, "README.md"), encoding="utf-8") as file:
        text = file.read()
    table = re.search(r"\| message \| QISEND .*?\n\n", text, re.DOTALL).group()
    said = [tuple(map(int, row)) for row in re.findall(r"\| (\d+) \| (\d+) \| (\d+) \|", table)]
    counted = [(row.sends, row.commands, row.all) for row in traffic.measure()]
    families = len(traffic.FAMILIES)
    assert len(counted) == len(said) * families
    for i, figures in enumerate(said):
        assert counted[i * families : (i + 1) * families] == [figures] * families

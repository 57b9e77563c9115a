"""Each row of the manuals' comparison has a test for each family: none was forgotten."""

import importlib
import re

import pytest

FAMILIES = ("bc66", "bc20", "bc26", "ug96", "eg800q")

# The rows of the comparison, in its order.
TITLES = [
    "contextID",
    "connectID",
    "service types",
    "access modes",
    "IPv6",
    "context set-up",
    "auth",
    "QIOPEN answer",
    "failed open",
    "QICLOSE",
    "QISTATE fields",
    "QISTATE forms",
    "socket_state",
    "QISEND, inline",
    "QISEND, prompt",
    "second send before SEND OK",
    "SEND FAIL / ERROR",
    "ack query",
    "UDP SERVICE send",
    "QISENDEX",
    "QIRD",
    "QIRD header",
    "rem",
    "QISWTMD",
    "leave transparent",
    "QICFG",
    "QPING",
    "ping answer",
    "QNTP time",
    "QIDNSGIP",
    "QIDNSCFG",
    "QIACCEPT",
    "QISDE",
    "QIGETERROR",
    "closed URC",
    "recv URC",
    "recv URC is not repeated",
    "other URCs",
    "sleep",
    "default answer time",
]


def module(family):
    return importlib.import_module("host_tests.driver.test_rows_" + family)


def names(family):
    return [name for name in vars(module(family)) if name.startswith("test_")]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_row_is_there_in_order(family):
    assert [row[0] for row in module(family).ROWS] == TITLES


@pytest.mark.parametrize("family", FAMILIES)
def test_every_row_has_a_test_and_every_test_a_row(family):
    named = ["test_row_" + test[0] for row in module(family).ROWS for test in row[1:]]
    assert all(len(row) > 1 for row in module(family).ROWS)
    assert sorted(named) == sorted(names(family))
    assert len(set(named)) == len(named)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_test_is_named_after_its_row(family):
    # Not all of the title, but how it starts.
    for title, *found in module(family).ROWS:
        word = re.split("[^a-z0-9_]", title.lower().replace("-", "_"))[0]
        for test in found:
            assert test[0].startswith(word), (title, test[0])


@pytest.mark.parametrize("family", FAMILIES)
def test_a_test_is_of_its_own_family(family):
    assert module(family).FAMILY == family.upper()

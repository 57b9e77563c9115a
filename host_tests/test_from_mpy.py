"""The driver from .mpy files: what is needed for moments only leaves memory, and comes back."""

import importlib
import inspect
import json
import os
import subprocess

import pytest

from host_tests import interpreters, on_micropython
from host_tests.bench import sizes


@pytest.fixture(scope="module")
def compiled():
    try:
        argv = interpreters.find(32)
        with sizes.compiled() as folder:
            yield list(argv), folder
    except interpreters.Unavailable as reason:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(reason))


def outcomes(argv, folder, name):
    """(test, outcome, text) of all tests of a driver file, with the bytes whole."""
    module = importlib.import_module("host_tests.driver." + name)
    wanted = [
        test + ":whole" if inspect.signature(function).parameters else test
        for test, function in vars(module).items()
        if test.startswith("test_")
    ]
    done = subprocess.run(
        argv
        + ["-X", "heapsize=16m", "host_tests/on_micropython.py", "host_tests/driver/%s.py" % name]
        + wanted,
        cwd=sizes.ROOT,
        env=dict(os.environ, MICROPYPATH="%s:%s:.frozen" % (folder, sizes.ROOT)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        timeout=300,
    )
    found = []
    for line in done.stdout.split("\n"):
        _, mark, record = line.partition(on_micropython.RECORD)
        if mark:
            record = json.loads(record)
            found.append((record["test"], record["outcome"], record["text"]))
    assert len(found) == len(wanted), done.stdout[-2000:]
    return found


@pytest.mark.parametrize(
    "name", ("test_sockets", "test_power", "test_rows_bc26", "test_link_life")
)
def test_it_passes_the_same_tests(compiled, name):
    argv, folder = compiled
    found = outcomes(argv, folder, name)
    assert [test for test in found if test[1] != "passed"] == []


def test_what_is_needed_for_moments_is_gone_after_them(compiled):
    argv, folder = compiled
    names = sizes.ask(argv, folder, "session")
    assert names["moments"] == ["quectel.attach"]
    assert "quectel.attach" not in names["modules"]

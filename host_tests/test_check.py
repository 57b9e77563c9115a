"""`make check` finds what it is for, on each platform, in everything that goes on a board."""

import glob
import os

import pytest

from host_tests import check, interpreters, stubs

# Right on one platform and wrong on another, or wrong everywhere: program, where it is right.
PROGRAMS = (
    ("from machine import UART\nUART(1, 9600, rxbuf=1024)\n", {"rp2", "esp32", "unix"}),
    ("from machine import UART\nUART(1, 9600).recieve()\n", set()),
    ("import time\ntime.ticks_diff(1, 2)\n", {"rp2", "esp32", "unix"}),
    ("import time\ntime.ticks_diff('1', 2)\n", set()),
    ("import esp32\nesp32.gpio_deep_sleep_hold(True)\n", {"esp32"}),
    ("import rp2\nrp2.Flash()\n", {"rp2"}),
    ("import supervisor\nsupervisor.ticks_ms() + 1\n", {"rp2", "esp32", "unix", "cp"}),
    ("import supervisor\nsupervisor.tick_ms()\n", {"rp2", "esp32", "unix"}),
    ("import board, busio\nbusio.UART(board.GP4, board.GP5, timeout=0)\n", {"cp"}),
    ("import board, busio\nbusio.UART(board.GP4, board.GP55)\n", set()),
    ("import board, busio\nbusio.UART(board.GP4, board.GP5, rxbuf=1024)\n", set()),
    ("from quectel.circuitpython import ticks_diff\nticks_diff(2, 1)\n", set(stubs.PACKAGES)),
    ("from quectel.circuitpython import ticks_diff\nticks_diff(2, '1')\n", set()),
    ("from quectel.circuitpython import ticks_difference\n", set()),
)


@pytest.mark.parametrize("platform", stubs.PACKAGES)
def test_what_is_wrong_is_found_and_what_is_right_is_not(platform, tmp_path):
    paths = [str(tmp_path / ("program_%d.py" % n)) for n in range(len(PROGRAMS))]
    for path, (text, _) in zip(paths, PROGRAMS):
        with open(path, "w") as file:
            file.write(text)
    try:
        lines = check.errors(check.start(platform, paths))
    except interpreters.Unavailable as reason:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(reason))
    for number, (text, right) in enumerate(PROGRAMS):
        found = [line for line in lines if "program_%d.py:" % number in line]
        assert bool(found) == (platform not in right), (text, found)
    # What is known of the driver's files that they import may be told too.
    others = check.surprises(platform, [line for line in lines if "program_" not in line])
    assert [line for line in others if "not found any more" not in line] == []


def test_everything_that_goes_on_a_board_is_checked():
    checked = {path for platform in stubs.PACKAGES for path in check.files(platform)}
    there = {
        os.path.relpath(path, check.ROOT)
        for folder in ("lib/quectel", "boards", "examples")
        for path in glob.glob(os.path.join(check.ROOT, folder, "*.py"))
    }
    assert checked == there and len(there) > 70


def test_what_is_known_has_to_be_there():
    known = 'lib/quectel/channel.py:27: error: Module "time" has no attribute "ticks_ms"'
    assert check.surprises("cp", [known]) == []
    assert check.surprises("rp2", [known]) == [known]
    assert len(check.surprises("cp", ["a.py:1: error: b"])) == 2

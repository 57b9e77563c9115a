"""A node's life on a real 32-bit MicroPython, days of it; a power cut kills it where it is.

The heaps are what each of them needs: 64 kB for a BC66 and raw flash; littlefs has its buffers in
the heap too, and an EG800Q has contexts.
"""

import os

import pytest

from host_tests import interpreters
from host_tests.life import outside
from host_tests.life.world import World

PLENTY = 10


@pytest.fixture(scope="module")
def folder():
    try:
        interpreters.find(32)
        with outside.program() as folder:
            yield folder
    except interpreters.Unavailable as reason:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(reason))


# 4 kB of each heap go to what no board has: the protocol of the far board file.
@pytest.mark.parametrize(
    "seed, family, store, read_s, heap",
    [
        (1, "BC66", "flash", 900, "64k"),
        (2, "BC66", "files", 3600, "74k"),
        (3, "EG800Q", "flash", 1800, "88k"),
    ],
)
def test_every_reading_arrives_in_order(folder, seed, family, store, read_s, heap):
    world = World(seed, 2, family, PLENTY)
    node = outside.Outside(world, folder, interpreters.find(32), store, read_s, heap)
    said = []
    world.log = said.append
    world.live(node.start)
    assert len(world.ledger.kept) > 0.9 * world.end / 1000 / read_s
    assert world.ledger.missing() == []
    assert world.counts["torn"] > 0 and world.counts["cuts"] > 0
    assert world.counts["barks"] == 0
    assert [line for line in said if "memory" in line.lower()] == []

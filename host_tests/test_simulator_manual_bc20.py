"""BC20 TCP/IP manual, chapter 4: word for word the examples of the BC66, played to a BC20."""

import pytest

from host_tests.simulator.desk import Desk
from host_tests.test_simulator_manual_bc66 import *  # noqa: F403


@pytest.fixture
def desk():
    return Desk("BC20")

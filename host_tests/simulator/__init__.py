"""A simulated Quectel module: answers from the manuals and from field notes, on a virtual or the
wall clock.

In a test: `Module`, `VirtualClock`, `MemoryNetwork`, `SimUART`. For people: `python3 -m
host_tests.simulator --help`.
"""

from .clock import VirtualClock
from .module import Module
from .network import MemoryNetwork
from .uart import Cuts, SimUART

__all__ = ("Cuts", "MemoryNetwork", "Module", "SimUART", "VirtualClock")

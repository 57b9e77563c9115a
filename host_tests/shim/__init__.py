"""Lets a MicroPython driver run unchanged on CPython: `machine`, `micropython`, ticks in `time`.

    import host_tests.shim
    host_tests.shim.install()
    from machine import UART, Pin

or, for a script as it is copied to a board, `python3 -m host_tests.shim script.py` (see --help),
or no more than `PYTHONPATH=lib:host_tests/shim python3 script.py`.
"""

import importlib
import os
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
CIRCUITPYTHON = os.path.join(FOLDER, "circuitpython")
MODULES = ("micropython", "uart", "pin", "machine")


def install():
    """Make the stand-ins importable under MicroPython's names. More than once does no harm."""
    if FOLDER not in sys.path:
        sys.path.insert(0, FOLDER)
    for name in MODULES:
        # One copy under both names: `host_tests.shim.pin` and `machine` must share their pins.
        module = importlib.import_module(name)
        sys.modules[__name__ + "." + name] = module
        setattr(sys.modules[__name__], name, module)


def install_circuitpython():
    """Make CircuitPython's stand-ins importable, and MicroPython's `machine` and ticks no more."""
    install()
    sys.path.insert(0, CIRCUITPYTHON)
    for name in ("board", "busio", "digitalio", "supervisor"):
        importlib.import_module(name)
    sys.modules["machine"] = None  # those above have it behind them
    time = sys.modules["time"]
    for name in list(vars(time)):
        if name.startswith("ticks_") or name in ("sleep_ms", "sleep_us"):
            delattr(time, name)

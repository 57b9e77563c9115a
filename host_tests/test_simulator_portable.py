"""The simulated module is the same on CPython and on MicroPython: one session, byte for byte."""

import os
import subprocess
import sys

import pytest

from host_tests import interpreters

SESSION = """
import sys
from host_tests.simulator import Cuts, SimUART
from host_tests.simulator.desk import Desk

COMMANDS = (
    "ATI", "AT+CEREG=5;+CEREG?", "AT+QCGDEFCONT?", "AT+CCLK?", "AT+QICFG=?",
    'AT+QIOPEN=1,0,"TCP","iot.example",7,0,1', 'AT+QIOPEN=1,1,"UDP","198.51.100.9",9',
    "AT+QISTATE?", "AT+QISEND=0,5,hello", "AT+QISENDEX=1,2,ff00", "AT+QIRD=1,1", "AT+QIRD=1,9",
    "AT+QISEND=1,2", "\\xff\\x1a", "AT+QISEND=1,0", 'AT+QIDNSGIP=1,"iot.example"',
    'AT+QPING=1,"iot.example",1,2', 'AT+QNTP=1,"ntp.example",123,1', "AT+CCLK?",
    'AT+QICFG="dataformat",1,1', "AT+QISEND=0,2,4142", "AT+QICLOSE=0", "AT+QIGETERROR",
    "AT+QIOPEN=\\xe9", "AT+NOSUCH", "AT+QRST=1", "AT",
)

def session(family, seed):
    desk = Desk(family, echo=True)
    desk.net.tcp("iot.example", 7, echo=True)
    desk.net.udp("198.51.100.9", 9, echo=True)
    uart = SimUART(desk.module, chunking=Cuts(seed), limit_write=Cuts(seed + 1))
    buf = bytearray(64)
    for command in COMMANDS:
        data = bytes([ord(c) for c in command + "\\r"])
        while data:
            data = data[uart.write(data) or 0:]
        for _ in range(40):
            desk.clock.advance(250)
            count = uart.readinto(buf)
            while count:
                print(desk.clock.now, bytes(buf[:count]))
                count = uart.readinto(buf)

for family in ("BC66", "BC20", "BC26"):
    for seed in (0, 1, 2):
        session(family, seed)
"""

# What a driver's poll() calls must not allocate, or no test could forbid it to the driver itself.
LOCKED = """
import micropython
from host_tests.simulator import Cuts, SimUART
from host_tests.simulator.desk import Desk

desk = Desk("BC66")
uart = SimUART(desk.module, chunking=Cuts(1))
desk.module.write(bytes(5000))
buf = bytearray(64)
total = 0
micropython.heap_lock()
while uart.any():
    total += uart.readinto(buf, 48)
micropython.heap_unlock()
print(total, uart.readinto(buf))
"""


def run(argv, code):
    done = subprocess.run(
        argv + ["-c", code],
        capture_output=True,
        env=environment(),
        cwd=interpreters.ROOT,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()[-2000:]
    return done.stdout.decode()


def environment():
    return dict(interpreters.environment(), PYTHONPATH=interpreters.ROOT)


@pytest.fixture(params=interpreters.BITS, ids=["micropython64", "micropython32"])
def micropython(request):
    try:
        return list(interpreters.find(request.param))
    except interpreters.Unavailable as e:
        if os.environ.get("CI") == "true":
            pytest.fail(str(e))
        pytest.skip(str(e))


def test_a_session_is_the_same_byte_for_byte_and_piece_for_piece(micropython):
    ours = run([sys.executable], SESSION)
    assert len(ours) > 10000
    assert run(micropython, SESSION) == ours


def test_reading_allocates_nothing(micropython):
    assert run(micropython, LOCKED) == "5000 None\n"

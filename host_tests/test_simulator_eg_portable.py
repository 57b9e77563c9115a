"""The modules whose contexts the host activates are the same on CPython and on MicroPython: one
session each, byte for byte."""

import sys

import pytest

from host_tests.test_simulator_portable import micropython, run  # noqa: F401 (a fixture)

SESSION = """
from host_tests.simulator import Cuts, SimUART
from host_tests.simulator.desk import Desk

COMMANDS = (
    "ATI", "AT+CGREG=2;+CGREG?", "AT+QICFG=?", 'AT+QICSGP=1,1,"internet","u","p",3', "AT+QICSGP=1",
    "AT+QIACT=1", "AT+QIACT?;+CGACT?;+CGPADDR", 'AT+QIOPEN=1,0,"TCP","iot.example",7,0,1',
    'AT+QIOPEN=1,1,"UDP","198.51.100.9",9', 'AT+QIOPEN=1,2,"TCP LISTENER","127.0.0.1",0,2020,0',
    'AT+QIOPEN=1,3,"UDP SERVICE","127.0.0.1",0,3030,0', "DIAL", "AT+QISTATE", "AT+QISEND=0,5",
    "hello", "AT+QISEND=0", "\\xfe\\x1a", "AT+QISEND=0,0", 'AT+QISENDEX=0,"ff00"', "AT+QIRD=1,9",
    'AT+QISEND=3,2,"198.51.100.9",9', "xy", "AT+QIRD=3", "AT+QIRD=11,3", "AT+QIRD=11,0",
    'AT+QICFG="dataformat",1,1', 'AT+QICFG="transwaittm",0', "AT+QISWTMD=0,2", "raw", "+++", "ATO",
    'AT+QPING=1,"iot.example",1,2', "+++", 'AT+QPING=1,"iot.example",1,2', "AT+CCLK?",
    'AT+QNTP=1,"ntp.example"', 'AT+QIDNSGIP=1,"iot.example"', "AT+QICLOSE=0", "AT+QIDEACT=1",
    "AT+QIGETERROR", "AT+CFUN=1,1", "AT",
)

def session(family, seed, **options):
    desk = Desk(family, echo=True, **options)
    desk.net.tcp("iot.example", 7, echo=True)
    desk.net.udp("198.51.100.9", 9, echo=True)
    uart = SimUART(desk.module, chunking=Cuts(seed), limit_write=Cuts(seed + 1))
    buf = bytearray(64)
    for command in COMMANDS:
        data = bytes([ord(c) for c in command + "\\r"])
        if command == "DIAL":
            desk.net.dial(2020).send(b"hello, module")
            data = b""
        if command == "+++":
            desk.clock.advance(1500)
            data = b"+++"
        while data:
            data = data[uart.write(data) or 0:]
        for _ in range(16):
            desk.clock.advance(1000)
            count = uart.readinto(buf)
            while count:
                print(desk.clock.now, bytes(buf[:count]))
                count = uart.readinto(buf)

for family in ("UG96", "EG800Q"):
    for seed in (0, 1):
        session(family, seed)
    session(family, 3, quirks=("top_id", "state3", "chatty", "app_rdy", "payload_echo"))
"""


def test_a_session_is_the_same_byte_for_byte(micropython):  # noqa: F811
    ours = run([sys.executable], SESSION)
    assert len(ours) > 10000
    assert run(micropython, SESSION) == ours


@pytest.mark.parametrize("family", ["UG95", "UG96", "EG800Q", "EG915Q", "EG916Q"])
def test_each_family_plays(family, micropython):  # noqa: F811
    code = "from host_tests.simulator.desk import Desk\nprint(Desk(%r).say('ATI'))" % family
    assert family in run(micropython, code)

"""Raspberry Pi Pico (RP2040) with a UG95 or UG96, wired by hand.

Copy it to the board as modem_board.py.

    Pico    the module
    GP4 TX  RXD, through a level shifter
    GP5 RX  TXD, through a level shifter; TX and RX are crossed
    GP6     PWRKEY, through a transistor
    GP7     RESET_N, through a transistor
    GP8     DTR, through a transistor
    GP9     PWRDWN_N, through a transistor
    GP10    STATUS, through a transistor: pin low is module on
    GP11    SUPPLY: enables the module's regulator, pin high is on
    GND     GND

How to wire these: boards/README.md. Leave out of `Power(...)` what is not wired.

A UG96 has no PWRDWN_N: name it at the import, and leave `pwrdwn` out.

Not verified on hardware.
"""

from machine import UART, Pin

from quectel import UG95 as Module
from quectel import Power

APN = "iot.example"


def modem():
    uart = UART(1, 115200, tx=Pin(4), rx=Pin(5), rxbuf=2048, timeout=0)
    power = Power(
        pwrkey=Pin(6, Pin.OUT, value=0),
        reset=Pin(7, Pin.OUT, value=0),
        dtr=Pin(8, Pin.OUT, value=1),
        pwrdwn=Pin(9, Pin.OUT, value=0),
        status=Pin(10, Pin.IN, Pin.PULL_UP),
        status_on=0,
        supply=Pin(11, Pin.OUT, value=1),
    )
    return Module(uart, power)

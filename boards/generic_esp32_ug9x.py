"""ESP32 with a UG95 or UG96, wired by hand.

Copy it to the board as modem_board.py.

    GPIO   the module
    17 TX  RXD, through a level shifter
    16 RX  TXD, through a level shifter; TX and RX are crossed
    25     PWRKEY, through a transistor
    26     RESET_N, through a transistor
    27     DTR, through a transistor
    32     PWRDWN_N, through a transistor
    4      STATUS, through a transistor: pin low is module on
    33     SUPPLY: enables the module's regulator, pin high is on
    GND    GND

How to wire these: boards/README.md. Leave out of `Power(...)` what is not wired.

GPIO 16 and 17 belong to the PSRAM of ESP32-WROVER: take 18 and 19 there. All others can be held
through deep sleep, and none has a say in how the chip starts.

A UG96 has no PWRDWN_N: name it at the import, and leave `pwrdwn` out.

Not verified on hardware.
"""

from machine import UART, Pin

from quectel import UG95 as Module
from quectel import Power

APN = "iot.example"


def modem():
    uart = UART(1, 115200, tx=Pin(17), rx=Pin(16), rxbuf=2048, timeout=0)
    power = Power(
        pwrkey=Pin(25, Pin.OUT, value=0),
        reset=Pin(26, Pin.OUT, value=0),
        dtr=Pin(27, Pin.OUT, value=1),
        pwrdwn=Pin(32, Pin.OUT, value=0),
        status=Pin(4, Pin.IN, Pin.PULL_UP),
        status_on=0,
        supply=Pin(33, Pin.OUT, value=1),
    )
    return Module(uart, power)

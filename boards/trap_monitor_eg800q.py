"""Remote Trap Monitor: an ESP32-S3 with an EG800Q-EU.

Copy it to the board as modem_board.py.

    GPIO   the module
    17 TX  RXD, through a level shifter
    18 RX  TXD, through a level shifter
    5      PWRKEY, through a transistor
    7      RESET_N, through a level shifter: pin low presses

From its design files and firmware, found in a public code search without the name of the
repository; whether one was built is not known. They contradict themselves at PWRKEY: pin high
presses, they say, and a BSS138 level shifter is in between, which does not invert. If yours has
that, take `Pin(5, Pin.OUT, value=1)` and `pwrkey_on=0`.

Not verified on hardware.
"""

from machine import UART, Pin

from quectel import EG800Q as Module
from quectel import Power

APN = "iot.example"


def modem():
    uart = UART(
        1,
        115200,
        tx=Pin(17),  # firmware/src/config.h: MODEM_TX_PIN
        rx=Pin(18),  # firmware/src/config.h: MODEM_RX_PIN
        rxbuf=2048,
        timeout=0,
    )
    power = Power(
        pwrkey=Pin(5, Pin.OUT, value=0),  # firmware/src/config.h: a pulse, active high
        reset=Pin(7, Pin.OUT, value=1),  # firmware/src/config.h: active low
        reset_on=0,
    )
    return Module(uart, power)

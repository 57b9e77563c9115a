"""ESP32 with a BC20, wired by hand.

Copy it to the board as modem_board.py.

    GPIO   the module
    17 TX  RXD, through a level shifter
    16 RX  TXD, through a level shifter; TX and RX are crossed
    25     PWRKEY, through a transistor
    26     RESET, through a transistor
    27     PSM_EINT, through a transistor
    4      VDD_EXT, through a transistor: pin low is module on
    33     SUPPLY: enables the module's regulator, pin high is on
    GND    GND

How to wire these: boards/README.md. Leave out of `Power(...)` what is not wired.

GPIO 16 and 17 belong to the PSRAM of ESP32-WROVER: take 18 and 19 there. All others can be held
through deep sleep, and none has a say in how the chip starts.

DFRobot's Gravity BC20 is no such module: there a second chip has the pins, with commands of its
own that this driver does not speak.

Not verified on hardware.
"""

from machine import UART, Pin

from quectel import BC20 as Module
from quectel import Power

APN = "iot.example"


def modem():
    uart = UART(1, 115200, tx=Pin(17), rx=Pin(16), rxbuf=1024, timeout=0)
    power = Power(
        pwrkey=Pin(25, Pin.OUT, value=0),
        reset=Pin(26, Pin.OUT, value=0),
        psm_eint=Pin(27, Pin.OUT, value=0),
        status=Pin(4, Pin.IN, Pin.PULL_UP),
        status_on=0,
        supply=Pin(33, Pin.OUT, value=1),
    )
    return Module(uart, power)

"""Raspberry Pi Pico (RP2040) with a BC66, wired by hand.

Copy it to the board as modem_board.py.

    Pico    the module
    GP4 TX  RXD, through a level shifter
    GP5 RX  TXD, through a level shifter; TX and RX are crossed
    GP6     PWRKEY, through a transistor
    GP8     PSM_EINT, through a transistor
    GND     GND

The least that a sleeping node needs. RESET, VDD_EXT and an enable of the supply are wired and
named as in generic_rp2040_bc26.py. How to wire these: boards/README.md.

Not verified on hardware.
"""

from machine import UART, Pin

from quectel import BC66, Power

APN = "iot.example"


def modem():
    uart = UART(1, 115200, tx=Pin(4), rx=Pin(5), rxbuf=1024, timeout=0)
    return BC66(uart, Power(Pin(6, Pin.OUT, value=0), psm_eint=Pin(8, Pin.OUT, value=0)))

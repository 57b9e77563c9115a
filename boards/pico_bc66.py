"""Raspberry Pi Pico (RP2040) with a BC66, wired by hand. Copy to the board as modem_board.py.

    Pico    to the module
    GP4 TX  RXD, through a level shifter: the module's pins bear 1.8 V
    GP5 RX  TXD, through it too; TX and RX are crossed
    GP6     PWRKEY, through a transistor to ground: pin high is pad low, the key pressed
    GND     GND; the module has a supply of its own that is good for its transmit peaks

Olimex' NB-IoT-DevKit has the level shifters on it, on the UART of its 3.3 V headers; where PWRKEY
is not wired, `return BC66(uart)` is all.

Not verified on hardware.
"""

from machine import UART, Pin

from quectel import BC66, Power

APN = "iot.example"


def modem():
    uart = UART(1, 115200, tx=Pin(4), rx=Pin(5), rxbuf=1024, timeout=0)
    return BC66(uart, Power(pwrkey=Pin(6, Pin.OUT, value=0), pwrkey_on=1))

"""CircuitPython, here on a Pico, with a BC66, wired by hand.

Copy it to CIRCUITPY/modem_board.py.

    Pico    the module
    GP4 TX  RXD, through a level shifter
    GP5 RX  TXD, through a level shifter; TX and RX are crossed
    GP6     PWRKEY, through a transistor
    GP7     RESET, through a transistor
    GP8     PSM_EINT, through a transistor
    GP10    VDD_EXT, through a transistor: pin low is module on
    GP11    SUPPLY: enables the module's regulator, pin high is on
    GND     GND

How to wire these: boards/README.md. Leave out of `Power(...)` what is not wired.

Not verified on hardware.
"""

import board
import busio
import digitalio

from quectel import BC66 as Module
from quectel import Power

APN = "iot.example"


def output(pin, value=False):
    io = digitalio.DigitalInOut(pin)
    io.switch_to_output(value)
    return io


def modem():
    uart = busio.UART(board.GP4, board.GP5, baudrate=115200, timeout=0, receiver_buffer_size=1024)
    status = digitalio.DigitalInOut(board.GP10)
    status.switch_to_input(digitalio.Pull.UP)
    power = Power(
        pwrkey=output(board.GP6),
        reset=output(board.GP7),
        psm_eint=output(board.GP8),
        status=status,
        status_on=0,
        supply=output(board.GP11, True),
    )
    return Module(uart, power)

"""CircuitPython, here on a Pico, with an EG800Q, EG915Q or EG916Q, wired by hand.

Copy it to CIRCUITPY/modem_board.py.

    Pico    the module
    GP4 TX  RXD, through a level shifter
    GP5 RX  TXD, through a level shifter; TX and RX are crossed
    GP6     PWRKEY, through a transistor
    GP7     RESET_N, through a transistor
    GP8     DTR, through a transistor
    GP10    STATUS, through a transistor: pin low is module on
    GP11    SUPPLY: enables the module's regulator, pin high is on
    GND     GND

How to wire these: boards/README.md. Leave out of `Power(...)` what is not wired.

Name an EG800Q or EG916Q at the import. Pin high at DTR keeps the module awake, pin low lets it
sleep.

Not verified on hardware.
"""

import board
import busio
import digitalio

from quectel import EG915Q as Module
from quectel import Power

APN = "iot.example"


def output(pin, value=False):
    io = digitalio.DigitalInOut(pin)
    io.switch_to_output(value)
    return io


def modem():
    uart = busio.UART(board.GP4, board.GP5, baudrate=115200, timeout=0, receiver_buffer_size=2048)
    status = digitalio.DigitalInOut(board.GP10)
    status.switch_to_input(digitalio.Pull.UP)
    power = Power(
        pwrkey=output(board.GP6),
        reset=output(board.GP7),
        dtr=output(board.GP8, True),
        status=status,
        status_on=0,
        supply=output(board.GP11, True),
    )
    return Module(uart, power)

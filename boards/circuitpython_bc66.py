"""CircuitPython, here on a Pico, with a BC66, wired by hand. Copy to CIRCUITPY/modem_board.py.

    Pico    to the module
    GP4 TX  RXD, through a level shifter: the module's pins bear 1.8 V
    GP5 RX  TXD, through it too; TX and RX are crossed
    GP6     PWRKEY, through a transistor to ground: pin high is pad low, the key pressed
    GND     GND; the module has a supply of its own that is good for its transmit peaks

Not verified on hardware.
"""

import board
import busio
import digitalio

from quectel import BC66, Power

APN = "iot.example"


def modem():
    uart = busio.UART(board.GP4, board.GP5, baudrate=115200, timeout=0, receiver_buffer_size=1024)
    pwrkey = digitalio.DigitalInOut(board.GP6)
    pwrkey.switch_to_output(value=False)
    return BC66(uart, Power(pwrkey=pwrkey, pwrkey_on=1))

"""ESP32 with a BC20 module, wired by hand. Copy to the board as modem_board.py.

    ESP32   to the module
    17 TX   RXD, through a level shifter: the module's pins bear 1.8 V
    16 RX   TXD, through it too; TX and RX are crossed
    4       PWRKEY, through a transistor to ground: pin high is pad low, the key pressed
    5       RESET, through another
    GND     GND; the module has a supply of its own that is good for its transmit peaks

DFRobot's Gravity BC20 is no such module: there a second chip has the pins, with commands of its
own that this driver does not speak.

Not verified on hardware.
"""

from machine import UART, Pin

from quectel import BC20, Power

APN = "iot.example"


def modem():
    uart = UART(1, 115200, tx=Pin(17), rx=Pin(16), rxbuf=1024, timeout=0)
    power = Power(
        pwrkey=Pin(4, Pin.OUT, value=0),
        pwrkey_on=1,
        reset=Pin(5, Pin.OUT, value=0),
        reset_on=1,
    )
    return BC20(uart, power)

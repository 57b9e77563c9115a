"""A Raspberry Pi Pico (RP2040) wired to an EC200U for the Arduino library QuectelEC200U.

Copy it to the board as modem_board.py.

    Pico    the module
    GP0 TX  RXD, through a level shifter
    GP1 RX  TXD, through a level shifter
    GP10    PWRKEY, open drain: pin low presses
    GP2     STATUS, pin high is module on

From the public repository MISTERNEGATIVE21/QuectelEC200U, which takes `Serial1` on an RP2040: that
is UART 0. The pins of its examples, RX 16 and TX 17, are the wrong way round for an RP2040, so
these are the pins that Arduino gives `Serial1`. The examples drive PWRKEY high between two
presses, which its pad is not made for: here the pin lets go of it.

An EC200U has no class here, and no TCP/IP manual of it was at hand. It is taken for an EG915Q,
whose commands are of the same generation, without the option "recvind"; PWRKEY, 2 s on and 3 s
off, is taken to be the same too.

Not verified on hardware.
"""

from machine import UART, Pin

from quectel import EG915Q, Power

APN = "iot.example"


class EC200U(EG915Q):
    """An EC200U, as far as an EG915Q is like it."""

    SETTINGS = tuple([text for text in EG915Q.SETTINGS if "recvind" not in text])


def modem():
    uart = UART(
        0,  # src/QuectelHAL.h: Serial1
        115200,
        tx=Pin(0),  # the Arduino core's default for Serial1
        rx=Pin(1),  # the Arduino core's default for Serial1
        rxbuf=2048,
        timeout=0,
    )
    power = Power(
        pwrkey=Pin(10, Pin.OPEN_DRAIN, value=1),  # README.md: EC200U_PWRKEY_PIN, 2 s low
        pwrkey_on=0,
        status=Pin(2, Pin.IN, Pin.PULL_DOWN),  # README.md: EC200U_STATUS_PIN, high is on
    )
    return EC200U(uart, power)

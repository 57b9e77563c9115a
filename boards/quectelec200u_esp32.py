"""An ESP32-S3 wired to an EC200U as the examples of the Arduino library QuectelEC200U have it.

Copy it to the board as modem_board.py.

    GPIO   the module
    17 TX  RXD, through a level shifter
    16 RX  TXD, through a level shifter
    10     PWRKEY, open drain: pin low presses
    2      STATUS, pin high is module on

From the public repository MISTERNEGATIVE21/QuectelEC200U. Its examples disagree about STATUS (2 or
21), and drive PWRKEY high between two presses, which its pad is not made for: here the pin lets go
of it. On an ESP32 without S3, GPIO 10 belongs to the flash and GPIO 2 has a say in how the chip
starts: take 25 and 4.

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
        1,
        115200,
        tx=Pin(17),  # README.md, "Default Pin Definitions": EC200U_TX_PIN
        rx=Pin(16),  # README.md: EC200U_RX_PIN
        rxbuf=2048,
        timeout=0,
    )
    power = Power(
        pwrkey=Pin(10, Pin.OPEN_DRAIN, value=1),  # README.md: EC200U_PWRKEY_PIN, 2 s low
        pwrkey_on=0,
        status=Pin(2, Pin.IN, Pin.PULL_DOWN),  # README.md: EC200U_STATUS_PIN, high is on
    )
    return EC200U(uart, power)

"""7Semi's board with an ESP32-S3 and an EC200U-CN.

Copy it to the board as modem_board.py.

    GPIO   the module
    13 TX  RXD
    12 RX  TXD

From a user's sketches for it, the public repository bsarmah007p/7SEMI-EC200U-ESP32-S3. They switch
nothing, so the module is taken to start by itself, and `power_off` ends with AT+QPOWD: to come
back it needs its supply switched by hand.

An EC200U has no class here, and no TCP/IP manual of it was at hand. It is taken for an EG915Q,
whose commands are of the same generation, without the option "recvind".

Not verified on hardware.
"""

from machine import UART, Pin

from quectel import EG915Q

APN = "iot.example"


class EC200U(EG915Q):
    """An EC200U, as far as an EG915Q is like it."""

    SETTINGS = tuple([text for text in EG915Q.SETTINGS if "recvind" not in text])


def modem():
    uart = UART(
        1,
        115200,
        tx=Pin(13),  # EC200U-ESP32-S3-AT-COMMAND.ino: TXD1
        rx=Pin(12),  # EC200U-ESP32-S3-AT-COMMAND.ino: RXD1
        rxbuf=2048,
        timeout=0,
    )
    return EC200U(uart)

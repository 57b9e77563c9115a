"""SharviElectronics' board with an ESP32-S3 and an EC200U-CN.

Copy it to the board as modem_board.py.

    GPIO   the module
    17 TX  RXD
    18 RX  TXD
    10     PWRKEY, open drain: pin low presses

From the vendor's sketches, the public repository SharviElectronics/ESP32-S3-with-EC200U. They pull
GPIO 10 low and leave it there; the library QuectelEC200U, which names this board, says that 2 s
are a press. Nothing tells what is between the pin and the pad, so the pin never drives it high.

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
        2,
        115200,
        tx=Pin(17),  # "AT Command/AtCommand.ino": TXD2; "ESP32 PPP/Esp32PPP.ino" says to what
        rx=Pin(18),  # "AT Command/AtCommand.ino": RXD2
        rxbuf=2048,
        timeout=0,
    )
    power = Power(
        pwrkey=Pin(10, Pin.OPEN_DRAIN, value=1),  # "AT Command/AtCommand.ino": PW_KEY, low is on
        pwrkey_on=0,
    )
    return EC200U(uart, power)

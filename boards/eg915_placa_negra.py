"""The "placa negra" (black board): an ESP32-S3 with an EG915.

Copy it to the board as modem_board.py.

    GPIO   the module
    37 TX  RXD
    36 RX  TXD
    48     PWRKEY, through a transistor
    35     RESET_N, through a transistor
    42     STATUS, pin high is module on

From its firmware, the public repository elvisdt/EG915_LIB_OTA; main.c calls the board "placa negra
GPS". That firmware holds PWRKEY for 2 s and 3.1 s and RESET_N for 110 ms, a reset it says is not
tested; 500 ms are used here, as other drivers do. GPIO 35 to 37 belong to the PSRAM of an ESP32-S3
that has eight lines to it; this one has not.

An EG915 without a Q, probably an EG915U, has no class here, and no TCP/IP manual of it was at
hand. It is taken for an EG915Q, whose commands are of the same generation, without the option
"recvind".

Not verified on hardware.
"""

from machine import UART, Pin

from quectel import EG915Q, Power

APN = "iot.example"


class EG915(EG915Q):
    """An EG915U, as far as an EG915Q is like it."""

    SETTINGS = tuple([text for text in EG915Q.SETTINGS if "recvind" not in text])


def modem():
    uart = UART(
        2,
        115200,
        tx=Pin(37),  # main/main.c: gpio_uart_tx
        rx=Pin(36),  # main/main.c: gpio_uart_rx
        rxbuf=2048,
        timeout=0,
    )
    power = Power(
        pwrkey=Pin(48, Pin.OUT, value=0),  # main/main.c; main/EG915/EG915_modem.c: 1 presses
        reset=Pin(35, Pin.OUT, value=0),  # main/main.c; main/EG915/EG915_modem.c: 1 presses
        status=Pin(42, Pin.IN),  # main/main.c; main/EG915/EG915_modem.c: 1 is on
    )
    return EG915(uart, power)

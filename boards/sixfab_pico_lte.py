"""Sixfab Pico LTE: an RP2040 (Pico W) and a BG95-M3 on one board.

Copy it to the board as modem_board.py.

    RP2040  the module
    GP0 TX  RXD
    GP1 RX  TXD
    GP17    PWRKEY, through a transistor
    GP20    STATUS, inverted: pin low is module on

These are the pins of the board V1.0, from the vendor's own library, the public repository
sixfab/pico_lte_micropython-sdk. Prototypes before it had PWRKEY elsewhere (GP19, GP15, GP2).

A BG95 has no class here, and no TCP/IP manual of it was at hand. It is taken for an EG915Q, whose
commands are of the same generation, without the option "recvind". What is known to differ: PWRKEY
must not be held for 2 s, that resets a BG95 (its RESET_N is the same line); commands fail between
RDY and APP RDY; from some firmware on, the URC of received data has a length.

Not verified on hardware.
"""

from machine import UART, Pin

from quectel import EG915Q, Power

APN = "iot.example"


class BG95(EG915Q):
    """A BG95, as far as an EG915Q is like it."""

    SETTINGS = tuple([text for text in EG915Q.SETTINGS if "recvind" not in text])
    # Off: 650-1500 ms, BG95 Series Hardware Design V1.2, 3.6. On: 500-1000 ms in public drivers.
    # The vendor's library takes 500 on and 1000 off.
    ON_MS = 700
    OFF_MS = 1_000


def modem():
    uart = UART(
        0,
        115200,
        tx=Pin(0),  # pico_lte/utils/atcom.py, the defaults of ATCom
        rx=Pin(1),  # pico_lte/utils/atcom.py
        rxbuf=2048,
        timeout=0,
    )
    power = Power(
        pwrkey=Pin(17, Pin.OUT, value=0),  # pico_lte/modules/base.py: high presses
        status=Pin(20, Pin.IN),  # pico_lte/modules/base.py: 0 is on
        status_on=0,
    )
    return BG95(uart, power)

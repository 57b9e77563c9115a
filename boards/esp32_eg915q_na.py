"""A custom board: an ESP32 with an EG915Q-NA, the pads of its keys wired straight to the pins.

Copy it to the board as modem_board.py.

    GPIO   the module
    17 TX  RXD
    16 RX  TXD
    21     PWRKEY, open drain: pin low presses
    4      RESET_N, open drain: pin low presses
    19     DTR, open drain: pin low keeps the module awake
    13     SUPPLY: switches VBAT, pin high is on

From its firmware, found in a public code search without the name of the repository; the names of
the files are at the pins. It never uses RESET_N, DTR neither; it waits 100 ms from the supply to
PWRKEY (30 ms are asked for), and presses that for 1 s, half of what is used here.

Not verified on hardware.
"""

from machine import UART, Pin

from quectel import EG915Q as Module
from quectel import Power

APN = "iot.example"


def modem():
    uart = UART(
        2,
        115200,
        tx=Pin(17),  # cloud_comms_cfg.h: MODEM_UART_TXD_PIN
        rx=Pin(16),  # cloud_comms_cfg.h: MODEM_UART_RXD_PIN
        rxbuf=2048,
        timeout=0,
    )
    power = Power(
        pwrkey=Pin(21, Pin.OPEN_DRAIN, value=1),  # modem_manager_cfg.h: MODEM_PWR_ON_PIN
        pwrkey_on=0,
        reset=Pin(4, Pin.OPEN_DRAIN, value=1),  # modem_manager_cfg.h: MODEM_RESET_PIN
        reset_on=0,
        dtr=Pin(19, Pin.OPEN_DRAIN, value=0),  # modem_manager_cfg.h: MODEM_DTR_PIN
        dtr_on=0,
        supply=Pin(13, Pin.OUT, value=1),  # modem_manager_cfg.h: MODEM_VCC_RST_PIN
    )
    return Module(uart, power)

"""An ESP32 that sleeps deeply between two readings, while the module stays up, or sleeps too.

Copy a file of boards/ to the board as modem_board.py, put your server into it, and have main.py
import this: after its deep sleep the ESP32 starts anew, and this runs from its beginning.

What is left then: RTC memory, which keeps the reading's number; the pins that are held, so that
PWRKEY is not pressed, nor DTR let go, by pins that float; and the module with its sockets, which
`power_on(resume=True)` takes over. What the server has sent meanwhile waits in the module, unless
that was in PSM. A BC66 loses its sockets in its own deep sleep, a BC26 keeps those of UDP.

The server gets `reading 7 21.6` by UDP and answers `ack 7`; it may send other lines at any time.
"""

import machine
import modem_board
from modem_board import modem

from quectel import SocketPool

try:
    from esp32 import gpio_deep_sleep_hold
except ImportError:  # not an ESP32

    def gpio_deep_sleep_hold(on):
        """Held pins stay held in deep sleep."""


# What is true of this device and of no other may stand in modem_board.py.
APN = getattr(modem_board, "APN", "iot.example")
SERVER = getattr(modem_board, "SERVER", "telemetry.example")
PORT = getattr(modem_board, "PORT", 5683)
SLEEP_S = getattr(modem_board, "SLEEP_S", 900)
PSM = getattr(modem_board, "PSM", None)  # as in (86_400, 10): the module is to sleep deeply too
ACK_S = getattr(modem_board, "ACK_S", 10)


def measure(number):
    return 21.5 + number / 10  # your sensor goes here


def hold(m, on):
    """Freeze the levels of the pins that drive the module, or let them go."""
    pins = m.power.pins if m.power else {}
    for name in pins:
        if name != "status" and hasattr(pins[name], "init"):
            pins[name].init(hold=on)
    gpio_deep_sleep_hold(on)


def last(rtc):
    """The number of the last reading; 0 if the power has just come."""
    try:
        return int(rtc.memory())
    except ValueError:  # empty, or something else's
        return 0


def connection(m, sockets):
    """The socket of the last life if there is one, else a new one."""
    mine = None
    for s in sockets:
        if mine is None and s.getpeername()[1] == PORT:
            mine = s
            print("the connection is still there")
        else:
            s.close()
    if mine is None:
        pool = SocketPool(m)
        mine = pool.socket(pool.AF_INET, pool.SOCK_DGRAM)
        mine.settimeout(ACK_S)
        mine.connect((SERVER, PORT))
        print("connected")
    mine.settimeout(ACK_S)
    return mine


def exchange(s, number):
    """Send a reading, and wait until it is acknowledged; what else comes is an order."""
    s.send(b"reading %d %.1f" % (number, measure(number)))
    while True:
        line = s.recv(100)
        if line == b"ack %d" % number:
            print("reading %d acknowledged" % number)
            return
        print("order:", line)


def main():
    rtc = machine.RTC()
    number = last(rtc) + 1
    woken = machine.reset_cause() == machine.DEEPSLEEP_RESET
    m = modem()
    hold(m, False)  # the board file has put them to the levels they were held at
    try:
        sockets = m.power_on(resume=woken)
        m.attach(apn=APN)
        if PSM and not woken:
            m.qsclk(0)  # a BC module comes with 1, and sleeps as soon as it has PSM
            m.psm(*PSM)
        exchange(connection(m, sockets or ()), number)
        m.sleep()
        rtc.memory(b"%d" % number)
    except OSError as e:
        print("reading %d not acknowledged: %s" % (number, e))
    hold(m, True)
    print("sleeping")
    machine.deepsleep(SLEEP_S * 1000)


if __name__ == "__main__":
    main()

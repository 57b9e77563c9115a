"""A bridge: what is typed at the console goes to a TCP server, what the server says is shown, byte
for byte. UG95, UG96, EG800Q, EG915Q, EG916Q, in transparent mode.

Ctrl-] ends it. The console is a UART, if modem_board.py has one as CONSOLE, with the methods any,
readinto and write; else it is where the prompt is.
"""

import select
import sys

import modem_board
from modem_board import modem

from quectel import SocketPool

APN = getattr(modem_board, "APN", "iot.example")
SERVER = getattr(modem_board, "SERVER", "telemetry.example")
PORT = getattr(modem_board, "PORT", 5684)
CONSOLE = getattr(modem_board, "CONSOLE", None)

END = 0x1D  # Ctrl-]


class Prompt:
    """sys.stdin and sys.stdout as a UART."""

    def __init__(self):
        self.file = sys.stdin.buffer
        self.write = sys.stdout.buffer.write
        self.poller = select.poll()
        self.poller.register(sys.stdin, select.POLLIN)

    def any(self):
        return 1 if self.poller.poll(0) else 0

    def readinto(self, buf, n):
        data = self.file.read(1)
        buf[0] = data[0] if data else END
        return 1


def copy(m, raw, console):
    """Both ways until one side has had enough; says why."""
    shown = bytearray(256)
    typed = bytearray(64)
    rest = b""  # typed and not sent yet
    while True:
        m.poll()
        if m.idle:
            m.idle()
        n = raw.readinto(shown)
        if n == 0:
            return "the server has closed the connection"
        if n:
            console.write(memoryview(shown)[:n])
        if not rest and console.any():
            n = console.readinto(typed, min(console.any(), len(typed))) or 0
            rest = bytes(typed[:n])
        if END in rest:
            raw.write(rest[: rest.index(bytes([END]))])
            return "the end"
        if rest:
            rest = rest[raw.write(rest) or 0 :]


def main():
    m = modem()
    m.power_on()
    print("address", m.attach(apn=APN))
    with SocketPool(m).socket() as s:
        s.connect((SERVER, PORT))
        with s.transparent() as raw:
            print("connected; Ctrl-] ends it")
            s.settimeout(0)
            why = copy(m, raw, CONSOLE or Prompt())
            s.settimeout(None)
        print()
        print(why)
        print("signal %s dBm" % m.signal())  # commands work again
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""An HTTP POST as an AT sequence: what the program calls, and what is on the line for it.

It is drawn from a run: a program on the driver, on a simulated BC26, in virtual time.
"""

from host_tests.driver.harness import desk
from host_tests.pictures.svg import Drawing

PORT = 80
HOST = "telemetry.example"
ANSWER = b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"
REQUEST = (
    b"POST /readings HTTP/1.0\r\n",
    b"Host: telemetry.example\r\n",
    b"Content-Length: 4\r\n",
    b"\r\n",
    b"21.5",
)
PLACES = (("your program", 110), ("quectel", 430), ("the module", 810), ("the server", 980))
STEP = 24


class Way:
    """One direction of the line: `note(text)` hears of each line, and of each payload's length."""

    def __init__(self, end, counted, note):
        self._end = end  # of a line
        self._counted = counted  # line -> bytes of payload behind it
        self._note = note
        self._data = b""
        self._payload = 0

    def feed(self, data):
        self._data += bytes(data)
        while self._payload or self._end in self._data:
            if self._payload:
                if len(self._data) < self._payload:
                    return
                text, self._data = "%d bytes" % self._payload, self._data[self._payload :]
                self._payload = 0
            else:
                line, _, self._data = self._data.partition(self._end)
                text = line.decode().strip()
                self._payload = self._counted(text)
            if text:
                self._note(text)
        if self._data.strip() == b">":  # no line end follows a prompt
            self._data = b""
            self._note(">")


def _sent(line):
    return int(line.split(",")[1]) if line.startswith("AT+QISEND=") else 0


def _read(line):
    return int(line[7:].split(",")[0]) if line.startswith("+QIRD: ") else 0


class Recorder:
    """A UART whose lines, and payloads, are noted both ways, as (from, to, text) in `events`."""

    def __init__(self, uart, events):
        self._uart = uart
        self._out = Way(b"\r", _sent, lambda text: events.append((1, 2, text)))
        self._in = Way(b"\r\n", _read, lambda text: events.append((2, 1, text)))
        self.any = uart.any

    def write(self, data):
        n = self._uart.write(data)
        self._out.feed(data[:n])
        return n

    def readinto(self, buf, n):
        n = self._uart.readinto(buf, n)
        self._in.feed(buf[: n or 0])
        return n


def events():
    """What happens, in its order."""
    d = desk("BC26")
    peer = d.net.tcp(HOST, PORT)
    found = []
    d.modem.channel.uart = Recorder(d.uart, found)
    peer.on_data = lambda connection, data: _serve(found, connection, data)

    def call(text, function, *args):
        found.append((0, 1, text))
        value = function(*args)
        found.append((1, 0, repr(value)))

    s = d.socket()
    s.settimeout(30)
    d.modem.attach()
    del found[:]
    call('connect(("%s", %d))' % (HOST, PORT), s.connect, (HOST, PORT))
    for part in REQUEST:
        found.append((0, 1, "write(%r)" % part))
        s.write(part)
    call("readline()", s.readline)
    call("read()", s.read)
    return found


def _serve(found, connection, data):
    found.append((2, 3, "%d bytes" % len(data)))
    found.append((3, 2, "%d bytes" % len(ANSWER)))
    connection.push(ANSWER)
    connection.shut()


def draw():
    """The picture, as text."""
    found = events()
    drawing = Drawing(1060, 70 + STEP * len(found))
    bottom = drawing.height - 15
    for name, x in PLACES:
        drawing.text(x, 26, name, "head")
        drawing.line(x, 38, x, bottom)
    y = 62
    for start, end, text in found:
        x1, x2 = PLACES[start][1], PLACES[end][1]
        drawing.arrow(x1 + (4 if x2 > x1 else -4), y, x2 - (4 if x2 > x1 else -4), y)
        drawing.text((x1 + x2) // 2, y - 5, text, "mid" if end else "mid quiet")
        y += STEP
    return str(drawing)

"""Runs on MicroPython, from .mpy files: a sensor node's session, and what it takes of the heap.

    micropython on_board_ram.py session           which modules it loads
    micropython on_board_ram.py objects           what a modem, a socket, a poll, a byte take

One line of JSON is the answer. The module at the other end is a table of answers.
"""

import gc
import json
import sys

SENT = b"\r\nOK\r\n\r\nSEND OK\r\n"
REPLY = b"ack 1"
ANSWERS = (
    (b"AT+CPIN?", b"\r\n+CPIN: READY\r\n\r\nOK\r\n"),
    (b"AT+CEREG?", b"\r\n+CEREG: 0,1\r\n\r\nOK\r\n"),
    (b"AT+CGPADDR", b'\r\n+CGPADDR: 1,"10.0.0.2"\r\n\r\nOK\r\n'),
    (b"AT+QCGDEFCONT?", b'\r\n+QCGDEFCONT: "IP","iot.example"\r\n\r\nOK\r\n'),
    (b"AT+QICLOSE=", b"\r\nOK\r\n\r\nCLOSE OK\r\n"),
    (b"AT+QISEND", SENT + b'\r\n+QIURC: "recv",0,5\r\n'),
    (b"AT+QIRD=", b"\r\n+QIRD: 5,0\r\n" + REPLY + b"\r\n\r\nOK\r\n"),
)


class UART:
    """The line to a module that is off until its key is pressed. Answers at once, and allocates
    nothing after `still()`."""

    def __init__(self):
        self.now = 0
        self.on = False
        self.idle = self._idle
        self._line = bytearray()
        self._out = b""
        self._at = 0
        self._fixed = None
        self._left = 0

    def ticks_ms(self):
        return self.now

    def _idle(self):
        self.now += 10

    def say(self, data):
        self._out = data
        self._at = 0

    def still(self, answer, n):
        """From now on: `answer` to the n-th byte written."""
        self._fixed = answer
        self._left = n

    def any(self):
        return len(self._out) - self._at

    def readinto(self, buf, n):
        n = min(n, self.any())
        for i in range(n):
            buf[i] = self._out[self._at + i]
        self._at += n
        return n or None

    def write(self, data):
        n = len(data)
        if self._fixed is not None:
            self._left -= n
            if self._left == 0:
                self.say(self._fixed)
            return n
        self._line.extend(data)
        if self._line[-1:] == b"\r":
            if self.on:
                self.say(self._answer(bytes(self._line)))
            self._line = bytearray()
        return n

    def _answer(self, line):
        if line.startswith(b"AT+QIOPEN="):
            return b"\r\nOK\r\n\r\n+QIOPEN: %s,0\r\n" % line.split(b",")[1]
        for name, answer in ANSWERS:
            if line.startswith(name):
                return answer
        return b"\r\nOK\r\n"


class Key:
    """PWRKEY of the module on `uart`."""

    def __init__(self, uart):
        self.uart = uart

    def value(self, level):
        if not level:
            self.uart.on = True
            self.uart.say(b"\r\nRDY\r\n")


def start(uart, power=None, idle=None):
    """A modem on this UART and its clock, attached."""
    from quectel import BC66, Power, channel

    channel.ticks_ms = uart.ticks_ms
    modem = BC66(uart, power or Power(pwrkey=Key(uart), pwrkey_on=1))
    modem.idle = idle or uart.idle
    modem.power_on()
    modem.attach(apn="iot.example")
    return modem


def exchange(modem, kind):
    """What a sensor node does with a socket: the socket, not yet closed."""
    from quectel import SocketPool

    pool = SocketPool(modem)
    s = pool.socket(pool.AF_INET, kind)
    s.settimeout(5)
    s.connect(pool.getaddrinfo("telemetry.example", 5683)[0][-1])
    s.send(b"reading 1 21.6")
    s.send(b"\x01\x02\x03")
    answer = bytearray(64)
    assert s.recv_into(answer) == len(REPLY) and answer.startswith(REPLY)
    return s


def taken():
    gc.collect()
    return gc.mem_alloc()


def session():
    uart = UART()
    seen = set()

    def idle():
        uart.idle()
        seen.update(sys.modules)

    modem = start(uart, None, idle)
    for kind in (2, 1):
        exchange(modem, kind).close()
    ours = [name for name in seen if name.split(".")[0] == "quectel"]
    stay = [name for name in ours if name in sys.modules]
    return {"modules": stay, "moments": [name for name in ours if name not in stay]}


def objects():
    from quectel import BC66, Power, SocketPool

    first = start(UART())  # what is loaded and made once, is now
    exchange(first, 2).close()
    exchange(first, 1).close()
    first = None

    uart = UART()
    power = Power(pwrkey=Key(uart), pwrkey_on=1)
    before = taken()
    modem = BC66(uart, power)
    new = taken() - before
    modem.idle = uart.idle
    modem = None

    uart = UART()
    power = Power(pwrkey=Key(uart), pwrkey_on=1)
    before = taken()
    modem = start(uart, power)
    modem.poll()  # lets go of the last operation
    used = taken() - before

    sockets = [None] * 4
    before = taken()
    for i in range(4):
        s = sockets[i] = SocketPool(modem).socket(2, 1 + i % 2)
        s.settimeout(5)
        s.connect(("telemetry.example", 5683))
        s.send(b"reading 1 21.6")
    each = (taken() - before) // 4
    found = {"modem": max(new, used), "socket": each}
    found.update(hot(modem, uart, sockets[0]))
    return found


def hot(modem, uart, s):
    """Heap that a poll, a URC and a byte of payload take, and leave behind."""
    buf = bytearray(512)
    data = bytes(range(256)) * 2
    urc = b'\r\n+QIURC: "recv",0,512\r\n'
    frame = b"\r\n+QIRD: 512,0\r\n" + data + b"\r\n\r\nOK\r\n"
    digits = len("AT+QISENDEX=0,512,") + 1024 + 1

    def polls():
        for _ in range(100):
            modem.poll()
            uart.now += 10

    def urcs():
        uart.say(urc)
        polls()

    def receive():
        urcs()
        uart.still(frame, len("AT+QIRD=0,512\r"))
        assert s.recv_into(buf) == 512

    def send():
        uart.still(SENT, digits)
        assert s.send(data) == 512

    found = {}
    for name, piece, n in (
        ("poll", polls, 100),
        ("urc", urcs, 1),
        ("received", receive, 512),
        ("sent", send, 512),
    ):
        piece()
        gc.collect()
        gc.disable()
        before = gc.mem_alloc()
        piece()
        found[name] = (gc.mem_alloc() - before) / n
        gc.enable()
    return found


if __name__ == "__main__":
    what = sys.argv[1]
    if what == "session":
        print(json.dumps(session()))
    else:
        print(json.dumps(objects()))

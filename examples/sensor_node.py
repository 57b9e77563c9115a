"""A sensor node: it reads, keeps what it has read on flash, and now and then delivers it.

Copy a file of boards/ to the board as modem_board.py, and this as main.py. Whatever stands below
in capitals, and measure(), watchdog(), memory(), sleep(), may stand in modem_board.py instead.
A reading stays on flash until the server has acknowledged it, whatever happens to power, network
and module. It has a name: that of this life of the node, made anew when its power comes, and a
number. A batch of them, oldest first, is one datagram, or by TCP one line with LF at its end:

    3fa90c-17:21.6/3fa90c-18:21.7/3fa90c-19:21.5        the server answers: ack 3fa90c-19, LF

What is not acknowledged is sent again. So the server may get a reading twice, and knows it by its
name; but none is missing, and each comes after those that are older.
"""

import gc
import json
import sys
import time
from binascii import hexlify, unhexlify
from os import urandom

import modem_board

if hasattr(gc, "threshold"):
    gc.threshold(2048)  # else what is imported later lies scattered among garbage
try:
    import machine
except ImportError:  # CircuitPython: what uses it below wants something else in its place
    machine = None

from quectel import Outbox
from quectel.channel import now, since

TCP, UDP = 1, 2

APN = "iot.example"
# Each session is with the next of these; there may be but one.
SERVERS = (("telemetry.example", 5683, UDP), ("telemetry.example", 5684, TCP))
READ_S = 900  # seconds from one reading to the next
BATCH = 4  # so many readings are worth a session: switching the module on
BYTES = 400  # of readings in one datagram: with slashes, and in hexadecimal, it takes 512
UP_S = 600  # how long the way to the network may take
ACK_S = 15  # how long an acknowledgement may take,
TRIES = 3  # and how often a datagram goes without one
ACK = "server"  # "tcp": what the peer's TCP has acknowledged is delivered (not on BC modules)
BACKOFF = 4  # so many times sessions in vain double the way to the next one
STORE = "readings"  # a path, or a block device
CAPACITY = 32_768  # bytes of it
DEEP_SLEEP = sys.platform == "esp32"  # the program starts anew after it
READINGS = 0  # stop after so many, to try things out; 0: never


def measure(number):
    return 21.5 + number / 10  # your sensor goes here


def watchdog():  # what is to be fed, or None; RP2040: 8.3 s at most
    return machine.WDT(timeout=8_000) if hasattr(machine, "WDT") else None


def memory(*data):  # read, or write, what outlives deep sleep
    return machine.RTC().memory(*data) if DEEP_SLEEP else b""


def sleep(ms, feed):
    if DEEP_SLEEP:
        machine.deepsleep(ms)
    t = now()
    while since(t) < ms:
        feed()
        time.sleep(min(ms - since(t), 1000) / 1000)


for _name in dir(modem_board):
    if _name in globals() and _name[0] != "_":
        globals()[_name] = getattr(modem_board, _name)


KEPT = ("life", "number", "met", "fails", "turn", "spent", "ladder")  # through deep sleep


class Node:
    number = 0  # of the last reading
    met = 0  # the reading after which the last session came
    fails = 0  # sessions in vain, in a row
    turn = 0  # the server that the next one is with
    spent = 0  # seconds it took, at the most
    ladder = ""  # how far the link had to go

    def __init__(self):
        dog = watchdog()
        self.feed = dog.feed if dog else lambda: None
        self.box = Outbox(STORE, CAPACITY)
        self.life = hexlify(urandom(3)).decode()
        try:
            state = json.loads(bytes(memory()))
            for name, value in zip(KEPT if len(state) == len(KEPT) else (), state):
                setattr(self, name, value)
        except (ValueError, TypeError):
            pass  # nothing of ours there: the power has just come

    def remember(self):
        memory(json.dumps([getattr(self, name) for name in KEPT]).encode())

    def read(self):
        self.number += 1
        self.remember()  # whatever happens next, no other reading gets this number
        reading = "%s-%d:%.1f" % (self.life, self.number, measure(self.number))
        self.box.put(reading.encode())
        print("reading %s kept" % reading)  # nothing takes it from us any more

    def session(self):
        """Switch the module on, deliver all there is, switch it off."""
        from quectel import Link

        m = modem_board.modem()
        rest = m.idle or (lambda: None)
        m.idle = lambda: (self.feed(), rest())  # over and over while anything waits: up to 150 s
        link = Link(m, APN, on_change=self.climb)
        link.load(unhexlify(self.ladder), max((self.number - self.met) * READ_S - self.spent, 0))
        self.met = self.number
        self.fails = min(self.fails + 1, BACKOFF)  # even if we do not live to see its end
        self.spent = 2 * UP_S
        self.remember()
        t = now()
        try:
            self.deliver(m, link)
            self.fails = 0
        except Exception as e:  # a mistake in modem_board.py, too: the readings are kept
            print("session in vain:", repr(e))
        self.turn += 1
        self.spent = since(t) // 1000 + 1
        self.keep(link)
        link.stop()
        try:
            m.power_off()
        except (OSError, MemoryError) as e:
            print("not switched off:", e)

    def climb(self, link):
        print("link:", link.state, link.reason)
        if link.state == "reboot":
            self.keep(link)  # it counts, even if we do not live to see its end

    def keep(self, link):
        self.ladder = hexlify(link.save()).decode()
        self.remember()

    def deliver(self, m, link):
        print("switching the module on")
        try:
            m.power_on()
            print("power on; attaching with APN", APN)
        except OSError as e:
            print("no power on:", e)  # the link knows what to do
        t = now()
        while not link.up():
            if since(t) > UP_S * 1000:
                raise OSError(link.reason)
            m.idle()
        print("registered; address", link.address)
        host, port, kind = SERVERS[self.turn % len(SERVERS)]
        with link.open((host, port), kind) as s:
            s.settimeout(ACK_S)
            while self.box:
                batch = self.box.peek_many(BYTES)
                exchange(link, s, kind, b"/".join(batch))
                self.box.drop(len(batch))
                link.ok()
                for reading in batch:
                    print("reading %s acknowledged" % reading.decode())


def exchange(link, s, kind, text):
    """Send a batch until it is acknowledged, or raise OSError."""
    answer = b"ack " + text[text.rfind(b"/") + 1 : text.rfind(b":")] + b"\n"
    for left in reversed(range(TRIES if kind == UDP else 1)):
        if s.send(text + b"\n" if kind == TCP else text) < len(text):
            raise OSError("sent in part")
        for reading in text.decode().split("/"):
            print("reading %s sent" % reading)
        try:
            return link.delivered(s) if kind == TCP and ACK == "tcp" else hear(s, answer)
        except OSError as e:
            if not left:
                raise
            print("not acknowledged:", e)


def hear(s, answer):  # late ones may come before it
    t, got, buf = now(), b"", bytearray(64)
    while answer not in got:
        n = s.recv_into(buf)
        if not n or since(t) > ACK_S * 1000:
            raise OSError("no acknowledgement")
        got = (got + buf[:n])[-128:]


def main():
    node = Node()
    t = now()
    while True:
        node.read()
        last = node.number == READINGS
        if last or node.number >= node.met + (BATCH << node.fails):
            node.session()
        if last:
            break
        sleep(max(READ_S * 1000 - since(t), 0), node.feed)
        t = now()
    left = len(node.box)
    print("%d of %d readings delivered" % (READINGS - left, READINGS))
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())

"""`umqtt.robust`: read, write and connect raise OSError, which it answers by connecting anew."""

import time

from . import start
from .umqtt_simple import Client


class Robust(Client):
    def again(self, what, *arguments):
        """Do it; after an OSError connect, as often as it takes, and do it again."""
        while True:
            try:
                return what(*arguments)
            except OSError as e:
                print("lost: OSError", "with a number" if e.errno else e)
                self.reconnect()

    def reconnect(self):
        while True:
            try:
                return self.connect(False)
            except OSError:
                time.sleep_ms(50)


def main(host, port, n):
    """Publish `n` messages; the road breaks when it likes."""
    client = Robust("robust", host, port)
    client.again(client.connect)
    for i in range(n):
        client.again(client.publish, "out", b"%d" % i, 1)
    print("published")
    client.disconnect()


def reboot(host, port):
    """The module starts anew while read() waits without end: that has to end it."""
    client = Robust("robust", host, port)
    client.connect()
    client.subscribe("in")
    print("waiting")
    try:
        client.wait()
        print("nothing happened")
    except OSError as e:
        print("lost:", e.errno)
    start.module.attach(apn="iot.example")
    client.reconnect()
    client.publish("out", b"here again", 1)
    client.disconnect()

"""`umqtt.simple` and `umqtt.robust`."""

import time

from umqtt import robust, simple


def main(host, port):
    got = []
    c = simple.MQTTClient("simple", host, port, user="node", password="secret", keepalive=60)
    c.set_callback(lambda topic, message: got.append((topic, len(message))))
    c.set_last_will(b"will", b"gone")
    c.connect()
    print("nothing yet:", c.check_msg())
    c.publish(b"out", b"21.5")
    c.publish("out", "acknowledged", qos=1)
    c.publish(b"out", b"\0\r\nOK\r\n\x1a" + b"y" * 600, qos=1)
    c.subscribe(b"in", qos=1)
    c.publish(b"in", b"first")
    c.publish(b"in", b"z" * 300, qos=1)
    while len(got) < 2:
        c.check_msg()
        time.sleep_ms(5)
    print("got", sorted(got))
    c.ping()
    c.wait_msg()
    c.disconnect()


def connect(*places):
    """What connect() comes to at each (host, port)."""
    for host, port in places:
        c = simple.MQTTClient("simple", host, port)
        try:
            print("connected", c.connect())
            c.disconnect()
        except OSError as e:
            print("OSError", e.args[0])
        except (TypeError, IndexError):  # an empty read is not looked for
            print("no CONNACK")


class Robust(robust.MQTTClient):
    DELAY = 0
    lost = 0

    def log(self, in_reconnect, e):
        self.lost += not in_reconnect


def keep(host, port):
    """`umqtt.robust` on a road that breaks three times. Only QoS 0 until then: after a new
    connection it would wait for an acknowledgement of what went out on the old one."""
    c = Robust("robust", host, port)
    c.connect()
    n = 0
    while c.lost < 3:
        n += 1
        c.publish(b"out", b"%d" % n)
        time.sleep_ms(5)
    c.publish(b"last", b"here", qos=1)
    print("published")
    c.disconnect()

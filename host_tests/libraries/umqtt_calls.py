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


def keep(host, port, n):
    """`umqtt.robust` publishes `n` messages whatever the road does."""
    c = robust.MQTTClient("robust", host, port)
    c.DELAY = 0
    c.connect()
    for i in range(n):
        c.publish(b"out", b"%d" % i, qos=1)
    print("published")
    c.disconnect()

"""Readings by MQTT: umqtt.simple over the module. Any family.

Get it with `mpremote mip install umqtt.simple`. With QOS 0 nobody says that the broker has it:
then disconnect() is what sends the last of it. A connection kept open keeps the module from its
deep sleep. Whatever stands below in capitals may stand in modem_board.py instead.
"""

import errno
import sys

import modem_board
from modem_board import modem

from quectel.channel import now, since

APN = getattr(modem_board, "APN", "iot.example")
ATTACH_S = getattr(modem_board, "ATTACH_S", 120)  # how long the way to the network may take
BROKER = getattr(modem_board, "BROKER", "telemetry.example")
PORT = getattr(modem_board, "PORT", 1883)
TOPIC = getattr(modem_board, "TOPIC", "nodes/1/temperature")
QOS = getattr(modem_board, "QOS", 1)  # 1: until the broker has acknowledged it
READINGS = getattr(modem_board, "READINGS", 3)
SESSION_S = getattr(modem_board, "SESSION_S", 300)  # for all of it: umqtt waits for ever


def measure(number):
    return 21.5 + number / 10  # your sensor goes here


def publish(client):
    client.connect()
    print("connected to", BROKER)
    for number in range(1, READINGS + 1):
        client.publish(TOPIC, "%.1f" % measure(number), qos=QOS)
        print("reading %d %s" % (number, "acknowledged" if QOS else "sent"))
    client.disconnect()


def limited(m, seconds, do, *args):
    """do(*args), but OSError(ETIMEDOUT) when it has not ended after `seconds`."""
    rest, t = m.idle, now()

    def idle():  # called over and over while anything waits
        if since(t) > seconds * 1000:
            raise OSError(errno.ETIMEDOUT, "%s is silent" % BROKER)
        if rest:
            rest()

    m.idle = idle
    try:
        do(*args)
    finally:
        m.idle = rest


def main():
    m = modem()
    try:
        m.power_on()
        print("address", m.attach(apn=APN, timeout_ms=ATTACH_S * 1000))
        name = "node-" + m.imei()
    except OSError as e:
        print("no network with the APN %s: %s" % (APN, e))
        return 1
    m.install_socket()
    try:
        from umqtt.simple import MQTTClient  # not before: it takes the socket module it finds
    except ImportError:
        print("umqtt.simple is missing: mpremote mip install umqtt.simple")
        return 1
    try:
        limited(m, SESSION_S, publish, MQTTClient(name, BROKER, PORT, keepalive=SESSION_S))
    except Exception as e:  # umqtt has its own, and asserts
        print("not delivered: %r" % e)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

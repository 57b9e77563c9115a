"""Readings by MQTT: umqtt.simple over the module. Any family.

Get it with `mpremote mip install umqtt.simple`. With QOS 0 nobody says that the broker has it, and
disconnect() is what sends the last of it. A connection that is kept open keeps the module from its
deep sleep. Whatever stands below in capitals may stand in modem_board.py instead.
"""

import sys
from binascii import hexlify
from os import urandom

import modem_board
from modem_board import modem

APN = getattr(modem_board, "APN", "iot.example")
ATTACH_S = getattr(modem_board, "ATTACH_S", 120)  # how long the way to the network may take
BROKER = getattr(modem_board, "BROKER", "telemetry.example")
PORT = getattr(modem_board, "PORT", 1883)
TOPIC = getattr(modem_board, "TOPIC", "nodes/1/temperature")
QOS = getattr(modem_board, "QOS", 1)  # 1: until the broker has acknowledged it
READINGS = getattr(modem_board, "READINGS", 3)
WAIT_S = getattr(modem_board, "WAIT_S", 60)  # for the broker's answer


def measure(number):
    return 21.5 + number / 10  # your sensor goes here


def publish(client):
    client.connect()
    print("connected to", BROKER)
    for number in range(1, READINGS + 1):
        client.publish(TOPIC, "%.1f" % measure(number), qos=QOS)
        print("reading %d %s" % (number, "acknowledged" if QOS else "sent"))
    client.disconnect()


def main():
    m = modem()
    try:
        m.power_on()
        print("address", m.attach(apn=APN, timeout_ms=ATTACH_S * 1000))
    except OSError as e:
        print("no network with the APN %s: %s" % (APN, e))
        return 1
    m.install_socket()
    return 0


if __name__ == "__main__":
    sys.exit(main())

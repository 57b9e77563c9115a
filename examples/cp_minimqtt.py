"""Readings by MQTT, and settings back, with Adafruit's MiniMQTT. CircuitPython, any module.

Onto CIRCUITPY: lib/quectel into lib, a file of boards/circuitpython_... as modem_board.py, this as
code.py, and from Adafruit's bundle adafruit_minimqtt, adafruit_connection_manager and
adafruit_ticks into lib.

Each reading is published with QoS 1, one QISEND of the module; after a broken connection it is
published again. What others publish to TOPIC/set is printed.
"""

import sys

import modem_board
from adafruit_minimqtt.adafruit_minimqtt import MQTT, MMQTTException
from modem_board import modem

from quectel import StreamPool

APN = getattr(modem_board, "APN", "iot.example")
ATTACH_S = getattr(modem_board, "ATTACH_S", 120)  # how long the way to the network may take
BROKER = getattr(modem_board, "BROKER", "telemetry.example")
PORT = getattr(modem_board, "PORT", 1883)
TOPIC = getattr(modem_board, "TOPIC", "node/17")
READINGS = getattr(modem_board, "READINGS", None)  # how many; None: for ever
PAUSE_S = getattr(modem_board, "PAUSE_S", 60)
WAIT_S = getattr(modem_board, "WAIT_S", 30)  # for the broker's answers
TRIES = getattr(modem_board, "TRIES", 5)  # to connect, each after twice the pause of the last


def measure(number):
    return 21.5 + number / 10  # your sensor goes here


def on_connect(client, user_data, flags, code):
    print("connected to", client.broker)
    client.subscribe(TOPIC + "/set")


def on_message(client, topic, message):
    print(topic, "is", message)


def publish(client, number):
    """Publish a reading, and listen until the next one is due."""
    while True:
        try:
            client.publish(TOPIC, "%.1f" % measure(number), qos=1)
            print("reading", number)
            client.loop(PAUSE_S)
            return
        except (OSError, MMQTTException) as e:
            print("connection lost:", e)
            client.reconnect(resub_topics=False)  # on_connect does


def talk(m):
    # socket_timeout: how long one look for a message takes
    pool = StreamPool(m)
    client = MQTT(
        broker=BROKER,
        port=PORT,
        socket_pool=pool,
        socket_timeout=1,
        recv_timeout=WAIT_S,
        connect_retries=TRIES,
    )
    client.on_connect = on_connect
    client.on_message = on_message
    client.connect()
    number = 0
    while READINGS is None or number < READINGS:
        number += 1
        publish(client, number)
    client.disconnect()


def main():
    with modem() as m:
        try:
            m.power_on()
            print("address", m.attach(apn=APN, timeout_ms=ATTACH_S * 1000))
        except OSError as e:
            print("no network with the APN %s: %s" % (APN, e))
            return 1
        try:
            talk(m)
        except (OSError, MMQTTException) as e:
            print("no broker:", e)
            return 1
    print("done")
    return 0


if __name__ == "__main__":
    sys.exit(main())

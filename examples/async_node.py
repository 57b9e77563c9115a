"""A node in asyncio: it posts readings by HTTP, and its LED blinks on whatever the module does.

Copy a file of boards/ to the board as modem_board.py, and this as main.py. Whatever stands below
in capitals may stand in modem_board.py instead, LED too: a Pin. MicroPython.
"""

import asyncio
import sys

import modem_board
from modem_board import modem

APN = getattr(modem_board, "APN", "iot.example")
HOST = getattr(modem_board, "HOST", "telemetry.example")
PORT = getattr(modem_board, "PORT", 80)
READ_S = getattr(modem_board, "READ_S", 60)  # seconds from one reading to the next
PATIENCE_S = getattr(modem_board, "PATIENCE_S", 60)  # before an exchange is given up
RETRY_S = getattr(modem_board, "RETRY_S", 10)  # before it is tried again
READINGS = getattr(modem_board, "READINGS", None)  # stop after so many; None: never
LED = getattr(modem_board, "LED", None)

POST = (
    "POST / HTTP/1.0\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
)

beats = 0


async def blink():
    global beats
    while True:
        beats += 1
        if LED:
            LED.value(beats & 1)
        await asyncio.sleep(0.1)


def measure(number):
    return 21.5 + number / 10  # your sensor goes here


async def post(body):
    reader, writer = await asyncio.open_connection(HOST, PORT)
    try:
        writer.write((POST % (HOST, len(body), body)).encode())
        await writer.drain()
        status = await reader.readline()
        if b" 200 " not in status:
            raise OSError(status)
    finally:
        writer.close()
        await writer.wait_closed()


async def online(m):
    """From whatever state to an address; what is there already costs a few commands."""
    while True:
        try:
            await m.aio.power_on()
            return await m.aio.attach(apn=APN)
        except OSError as e:
            print("not attached:", e)
            await asyncio.sleep(RETRY_S)


async def deliver(m, body):
    while True:
        try:
            return await asyncio.wait_for(post(body), PATIENCE_S)
        except (OSError, asyncio.TimeoutError) as e:
            print("not posted:", repr(e))
        await asyncio.sleep(RETRY_S)
        await online(m)


async def main():
    blinking = asyncio.create_task(blink())
    m = modem()
    m.install_socket()  # what asyncio takes for the socket module
    print("address", await online(m))
    number = 0
    while number != READINGS:
        number += 1
        await deliver(m, '{"n":%d,"t":%.1f}' % (number, measure(number)))
        print("posted", number)
        await asyncio.sleep(READ_S)
    await m.aio.drain()  # the last connection is closed in the module too
    m.aio.stop()
    blinking.cancel()
    print("the end;", beats, "beats")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

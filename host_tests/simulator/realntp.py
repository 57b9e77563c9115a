"""What RealNetwork tells of the time: a server's answer, the host's clock, or a fixed time.
CPython only.

Times are the fields that network.py names: year, month, day, hour, minute, second, hundredths,
zone in quarters of an hour.
"""

import asyncio
import datetime
import struct

EPOCH = datetime.datetime(1900, 1, 1)
QUARTER = datetime.timedelta(minutes=15)


def fields(when):
    """The fields of a datetime; one without a zone is UTC. ValueError if the zone is no whole
    number of quarters."""
    offset = when.utcoffset() or datetime.timedelta(0)
    if offset % QUARTER:
        raise ValueError("zone")
    hundredths = when.microsecond // 10000
    return tuple(when.timetuple()[:6]) + (hundredths, offset // QUARTER)


def host_clock():
    return fields(datetime.datetime.now(datetime.timezone.utc))


def teller(text):
    """What `--time` says, as a function that gives fields; ValueError if it cannot be read."""
    if text == "now":
        return host_clock
    fixed = fields(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")))
    return lambda: fixed


class Answer(asyncio.DatagramProtocol):
    def __init__(self, future):
        self.future = future

    def datagram_received(self, data, source):
        if len(data) >= 48 and not self.future.done():
            seconds, fraction = struct.unpack("!II", data[40:48])
            self.future.set_result(EPOCH + datetime.timedelta(seconds=seconds + fraction / 2**32))

    def error_received(self, exc):
        if not self.future.done():
            self.future.set_exception(exc)


async def ask(loop, server, port):
    """The fields of the time that a server tells; OSError if it cannot be asked."""
    future = loop.create_future()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: Answer(future), remote_addr=(server, port)
    )
    try:
        transport.sendto(b"\x23" + bytes(47))
        return fields(await future)
    finally:
        transport.close()

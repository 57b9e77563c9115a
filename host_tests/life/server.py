"""The server, and the oracle: what was measured, what was kept, what has arrived.

A node sends `id:value/id:value/...`, with LF at the end by TCP, oldest first, and is answered
`ack id` with the last id and LF. In this world the values are 0.1, 0.2, ...: each value is a
reading of its own, and their order is that of time.
"""

import re

READING = re.compile(r"([0-9A-Za-z]+-\d+):(\d+\.\d)")


class Broken(BaseException):
    """A promise to the readings was not held; the text says which. No node may swallow it."""


class Ledger:
    """Follows each reading, by its value in tenths, from the sensor to the server."""

    def __init__(self):
        self.measured = 0  # the readings 1 to this one have been taken
        self.kept = []  # those whose put() has returned, in order
        self.names = {}  # id -> reading, as the node or the server has told
        self.arrived = {}  # reading -> how often it came from the node
        self.last = 0  # the newest that has arrived
        self.settled = set()  # readings that the node has dropped as acknowledged
        self.batches = 0
        self.repeated = 0  # batches that brought a reading again,
        self.duplicates = 0  # and the readings in them
        self.copies = 0  # datagrams that the network has delivered twice
        self.excuses = 0  # what may have cost the node an acknowledgement
        self.why = {}  # the same, by kind
        self.troubles = 0  # excuses, and words of the module that nobody heard
        self.left = {}  # reading that has arrived -> `troubles` when that copy left; -1: long ago

    def measure(self):
        self.measured += 1
        return self.measured

    def excuse(self, kind):
        self.excuses += 1
        self.troubles += 1
        self.why[kind] = self.why.get(kind, 0) + 1

    def unheard(self):
        self.troubles += 1

    def keep(self, name, value):
        number = self._number(name, value)
        if self.kept and number <= self.kept[-1]:
            raise Broken("kept out of order: %s" % name)
        self.kept.append(number)

    def settle(self, name):
        """The node says that this one is acknowledged, and dropped."""
        if self.names.get(name) not in self.arrived:
            raise Broken("acknowledged, but never arrived: %s" % name)
        self.settled.add(self.names[name])

    def leave(self, text):
        """A batch leaves the node; returns its readings."""
        readings = [READING.fullmatch(part) for part in text.split("/")]
        if None in readings:
            raise Broken("invented: %r" % text)
        numbers = [self._number(found.group(1), found.group(2)) for found in readings]
        if numbers != sorted(set(numbers)):
            raise Broken("out of order in a batch: %r" % text)
        if self.settled.intersection(numbers):
            raise Broken("sent again after it was dropped: %r" % text)
        if any(self.left.get(number) == self.troubles for number in numbers):
            raise Broken("sent again, and nothing has happened since: %r" % text)
        return numbers

    def arrive(self, numbers, stray=False, left=None):
        """It has come. `stray`: a copy made by the network, or a datagram that the node has given
        up, whatever it has done since. `left`: `troubles` when it left, if that was before."""
        if stray and self.last >= numbers[-1]:
            self.copies += 1
            return
        mark = -1 if stray else self.troubles if left is None else left
        self.left.update(dict.fromkeys(numbers, mark))
        self.batches += 1
        again = [number for number in numbers if number in self.arrived]
        if again:
            self.repeated += 1
            self.duplicates += len(again)
            if self.repeated > self.excuses:
                raise Broken("sent again without a reason: %s" % numbers)
        for number in numbers:
            if number not in self.arrived and number < self.last:
                raise Broken("out of order: %s" % numbers)
            self.arrived[number] = self.arrived.get(number, 0) + 1
            self.last = max(self.last, number)

    def _number(self, name, value):
        number = int(value.replace(".", ""))
        if not 0 < number <= self.measured:
            raise Broken("never measured: %s:%s" % (name, value))
        if self.names.setdefault(name, number) != number:
            raise Broken("two readings of one name: %s:%s" % (name, value))
        return number

    def missing(self, until=None):
        """Readings that were kept (the first `until` of them) and have not arrived."""
        return [number for number in self.kept[:until] if number not in self.arrived]


PATIENCE = 4_000  # ms that a way may take before the node could have given up


class Server:
    """UDP and TCP at one address; both ways lose, delay and double what they carry."""

    HOST = "telemetry.example"
    UDP_PORT = 5683
    TCP_PORT = 5684

    def __init__(self, clock, network, weather, ledger):
        self.clock = clock
        self.weather = weather
        self.ledger = ledger
        self.bytes = 0  # payload, both ways
        self.calm = False  # nothing is lost any more
        self._down = False
        network.dns[self.HOST] = ["198.51.100.7"]
        self.udp = network.udp(self.HOST, self.UDP_PORT, on_data=self._datagram)
        self.tcp = network.tcp(self.HOST, self.TCP_PORT, on_data=self._stream)

    def down(self, down):
        self._down = self.tcp.refuse = down
        for connection in self.tcp.connections if down else ():
            connection.shut()

    def forget(self):
        """What the simulated network notes down for tests would fill a year."""
        for peer in (self.udp, self.tcp):
            peer.connections.clear()
            del peer.received[:]

    def _way(self):
        return [100] if self.calm else self.weather.way()

    def _datagram(self, connection, data):
        self.bytes += len(data)
        text = data.decode()
        numbers = self.ledger.leave(text)
        left = self.ledger.troubles
        for i, ms in enumerate(sorted(self._way())):
            if ms > PATIENCE:
                self.ledger.excuse("late")
            stray = i > 0 or ms > PATIENCE
            self.clock.call_later(
                ms, self._arrived, connection, numbers, stray, left, answer(text)
            )

    def _arrived(self, connection, numbers, stray, left, answer):
        if self._down:
            return
        self.ledger.arrive(numbers, stray, left)
        self.bytes += len(answer)
        ways = self._way()
        if not ways or min(ways) > PATIENCE:
            self.ledger.excuse("late" if ways else "answer lost")
        for ms in ways:
            self.clock.call_later(ms, connection.push, answer)

    def _stream(self, connection, data):
        self.bytes += len(data)
        rest = getattr(connection, "rest", b"") + data
        while b"\n" in rest:
            line, _, rest = rest.partition(b"\n")
            text = line.decode()
            numbers = self.ledger.leave(text)
            if not self._down:
                self.ledger.arrive(numbers)
                self.bytes += len(answer(text))
                connection.push(answer(text))
        connection.rest = rest


def answer(text):
    """What acknowledges a batch: the name of its last reading."""
    return b"ack %s\n" % text.split("/")[-1].split(":")[0].encode()

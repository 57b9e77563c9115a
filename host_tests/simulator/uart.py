"""The host's end of the line, in the host's own process: a UART with MicroPython's methods over a
Module.

`chunking` says how much one read may give: None, all there is; a number, that many bytes; a Cuts
object, pieces of pseudo-random size, the same ones from the same seed on every interpreter.
While `module.baud` is set, each byte takes its ten bit times in either direction, on the module's
clock. `any()` and `readinto()` allocate nothing as long as no baud rate is set.
"""

import sys

_BITS = 10000  # bit times per byte, times milliseconds per second


class Cuts:
    """Sizes of pieces, from a seed; the generator is exact in 31-bit integers."""

    def __init__(self, seed, largest=32):
        self._state = (seed * 2654 + 12345) % 65537
        self.largest = largest
        for _ in range(3):  # neighbouring seeds start alike otherwise
            self.next()

    def next(self):
        """The next size, 1 to `largest`, small ones more often."""
        self._state = (self._state * 75 + 74) % 65537
        kind = self._state % 4
        size = self._state // 4
        if kind == 0:
            return 1
        return 1 + size % (4 if kind == 1 else self.largest)


class SimUART:
    """`any()`, `readinto(buf[, n])`, `read([n])`, `write(buf)`, `init(...)`.

    limit_write   write() takes at most that many bytes and returns how many; a Cuts object:
                  its sizes less one, so that now and then it takes none and returns None
    rxbuf         bytes beyond this many unread ones are lost, and counted in `overruns`
    txbuf         with a baud rate: bytes that may wait to be sent; None: any number
    """

    def __init__(
        self, module, clock=None, chunking=None, limit_write=None, rxbuf=None, txbuf=None
    ):
        self.module = module
        self.clock = clock if clock is not None else module.clock
        self.chunking = chunking
        self.limit_write = limit_write
        self.rxbuf = rxbuf
        self.txbuf = txbuf
        self.baudrate = module.baud
        self.overruns = 0
        self.lost_writes = 0
        self._rx = bytearray()  # readable
        self._pos = 0  # how far it has been read
        self._coming = bytearray()  # on the line, not yet readable
        self._rx_start = 0  # when the first of _coming began, ms
        self._rx_done = 0  # of those since then, how many have become readable
        self._tx = bytearray()
        self._tx_start = 0
        self._tx_done = 0
        self._tx_timer = None
        self._piece = 0  # what is left of the piece under way
        module.connect(self._from_module)

    # Reading

    def _from_module(self, data):
        baud = self.module.baud
        if not baud:
            self._readable(data)
            return
        if self.baudrate != baud:
            data = bytes(len(data))  # framing errors
        if not self._coming:
            self._rx_start = self.clock.now
            self._rx_done = 0
        self._coming.extend(data)

    def _readable(self, data):
        if self._pos:
            if self._pos == len(self._rx):
                self._rx = bytearray()
                self._pos = 0
            elif self._pos > 4096:
                self._rx = self._rx[self._pos :]
                self._pos = 0
        room = None if self.rxbuf is None else self.rxbuf - (len(self._rx) - self._pos)
        if room is not None and len(data) > room:
            self.overruns += len(data) - room
            data = data[:room]
        self._rx.extend(data)

    def _receive(self):
        """Move over what has arrived by now."""
        count = (self.clock.now - self._rx_start) * (
            self.module.baud or 921600
        ) // _BITS - self._rx_done
        if count > 0:
            piece = self._coming[:count]
            self._coming = self._coming[count:]
            self._rx_done += len(piece)
            self._readable(piece)

    def any(self):
        if self._coming:
            self._receive()
        count = len(self._rx) - self._pos
        if count == 0 or self.chunking is None:
            return count
        return min(count, self._piece or self._next_piece())

    def _next_piece(self):
        chunking = self.chunking
        self._piece = chunking if isinstance(chunking, int) else chunking.next()
        return self._piece

    def readinto(self, buf, n=None):
        """Bytes read, or None if there are none."""
        count = self.any()
        if n is None or n > len(buf):
            n = len(buf)
        if count > n:
            count = n
        if count == 0:
            return None
        if self.chunking is not None:
            self._piece -= count
        self._copy(buf, count)
        self._pos += count
        return count

    def _copy_slices(self, buf, count):
        buf[:count] = self._rx[self._pos : self._pos + count]

    def _copy_bytes(self, buf, count):
        rx = self._rx
        pos = self._pos
        for i in range(count):
            buf[i] = rx[pos + i]

    # Slices are quick on CPython; on MicroPython they would allocate.
    _copy = _copy_bytes if sys.implementation.name == "micropython" else _copy_slices

    def read(self, n=None):
        count = self.any()
        if n is not None and n < count:
            count = n
        if count == 0:
            return None
        data = bytearray(count)
        self.readinto(data)
        return bytes(data)

    # Writing

    def write(self, data):
        """Bytes taken, or None if there is no room for any."""
        size = len(data)
        limit = self.limit_write
        if limit is not None:
            if not isinstance(limit, int):
                limit = limit.next() - 1
            size = min(size, limit)
        if self.module.baud and self.txbuf is not None:
            size = min(size, self.txbuf - len(self._tx))
        if size <= 0:
            return None if len(data) else 0
        piece = bytes(data[:size])
        if not self.module.baud:
            self.module.feed(piece)
            return size
        if not self._tx:
            self._tx_start = self.clock.now
            self._tx_done = 0
        self._tx.extend(piece)
        if self._tx_timer is None:
            self._plan()
        return size

    def _plan(self):
        """Wake up when at least one more byte will be complete."""
        baud = self.baudrate or 115200
        due = self._tx_start + ((self._tx_done + 1) * _BITS + baud - 1) // baud
        self._tx_timer = self.clock.call_later(due - self.clock.now, self._transmit)

    def _transmit(self):
        self._tx_timer = None
        baud = self.baudrate or 115200
        count = (self.clock.now - self._tx_start) * baud // _BITS - self._tx_done
        piece = bytes(self._tx[:count])
        self._tx = self._tx[count:]
        self._tx_done += len(piece)
        if self.module.baud and baud != self.module.baud:
            piece = bytes([255] * len(piece))  # no module finds an AT in these
        if piece:
            self.module.feed(piece)
        if self._tx:
            self._plan()

    def init(self, baudrate=None, **others):
        if baudrate is not None:
            self.baudrate = baudrate

    def deinit(self):
        self.module.connect(lambda data: None)

    def flush(self):
        """All written bytes have left when this returns: nothing to do where time is the
        test's."""

    def txdone(self):
        return not self._tx

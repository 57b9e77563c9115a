"""NOR flash as a board's block device shows it, and what a power cut leaves of a write.

Programming clears bits and never sets one; erasing sets all bits of a block. A cut in the middle
of either leaves some of the bytes as they were and some as they were to be: the first ones, or any
of them, since a page is programmed as a whole and not in order.
"""

ERASED = b"\xff"


class Flash:
    """`readblocks`, `writeblocks`, `ioctl` as machine's and rp2's block devices have them.

    torn    what to call in the middle of the write that `tear_in` counts down to; it raises
    """

    def __init__(self, blocks, block_size, random, torn):
        self.block_size = block_size
        self.blocks = blocks
        self.bytes = bytearray(ERASED * (blocks * block_size))
        self.tear_in = 0  # the write, counted from now, that is torn; 0: none
        self.writes = 0
        self.erases = 0
        self.tears = 0
        self._random = random
        self._torn = torn

    def readblocks(self, n, buf, offset=0):
        start = n * self.block_size + offset
        buf[:] = self.bytes[start : start + len(buf)]

    def writeblocks(self, n, buf, offset=None):
        """Without an offset whole blocks, erased before."""
        start = n * self.block_size + (offset or 0)
        if offset is None:
            for block in range(n, n + len(buf) // self.block_size):
                self.erase(block)
        self.program(start, buf)

    def ioctl(self, op, arg=0):
        if op == 4:
            return self.blocks
        if op == 5:
            return self.block_size
        if op == 6:
            self.erase(arg)
        return 0

    def program(self, start, data):
        self.writes += 1
        old = self.bytes[start : start + len(data)]
        self._put(start, bytes([a & b for a, b in zip(old, data)]))

    def erase(self, n):
        self.erases += 1
        self._put(n * self.block_size, ERASED * self.block_size)

    def _put(self, start, new):
        if self.tear_in:
            self.tear_in -= 1
            if not self.tear_in:
                self.tears += 1
                new = self._part(self.bytes[start : start + len(new)], new)
                self.bytes[start : start + len(new)] = new
                self._torn()
        self.bytes[start : start + len(new)] = new

    def _part(self, old, new):
        """Some of the bytes of `new`, the others as they were."""
        random = self._random
        if random.random() < 0.5:
            k = random.randint(0, len(new))
            return new[:k] + bytes(old[k:])
        share = random.random()
        return bytes([b if random.random() < share else a for a, b in zip(old, new)])

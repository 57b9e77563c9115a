"""A ring of bytes: what has arrived and nobody has asked for yet. Allocates nothing in use."""


class Ring:
    """Room for `size` bytes, taken out in the order they were put in."""

    def __init__(self, size: int) -> None:
        self._data = bytearray(size)
        self._first = 0  # where the oldest byte is
        self.n = 0  # bytes in it

    def room(self) -> int:
        """How many bytes fit."""
        return len(self._data) - self.n

    def put(self, buf, n: int) -> int:
        """Put buf[:n] in, as far as there is room; returns how many bytes went in."""
        n = min(n, self.room())
        size = len(self._data)
        at = self._first + self.n
        for i in range(n):
            self._data[(at + i) % size] = buf[i]
        self.n += n
        return n

    def take(self, buf, n: int) -> int:
        """Move up to `n` bytes to `buf`; None drops them. Returns how many."""
        n = min(n, self.n)
        size = len(self._data)
        if buf is not None:
            for i in range(n):
                buf[i] = self._data[(self._first + i) % size]
        self._first = (self._first + n) % size
        self.n -= n
        return n

    def cut(self, n: int) -> bytearray:
        """Take the newest `n` bytes back out (allocates what it returns)."""
        n = max(min(n, self.n), 0)
        self.n -= n
        at = self._first + self.n
        size = len(self._data)
        return bytearray([self._data[(at + i) % size] for i in range(n)])

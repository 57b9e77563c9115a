"""What comes in transparent mode: payload, and at its end maybe words of the module itself.

All of it goes into a ring. What may be the module's word is not given out until that is clear:

    the beginning of NO CARRIER    for _HOLD_MS: the module writes it in one go
    _mark >= 0: what begins there  NO CARRIER, and nothing behind it but URCs: until after 1 s of
                                   silence +++ has found out (switching.py); OK: after +++ only

A byte is looked at only behind a CR.
"""

from micropython import const

from .channel import now, since
from .ring import Ring

# What the module may have said, from _mark on
_CARRIER = const(1)
_OK = const(2)
_LOST = b"\r\nNO CARRIER\r\n"
_DONE = b"\r\nOK\r\n"
_URC = b"\r\n+"  # how a URC behind it begins
_TAIL_URC = const(3)
_TAIL_OTHER = const(4)

_SIZE = const(2048)  # of the ring
_HOLD_MS = const(50)


def _step(word: bytes, k: int, b: int) -> int:
    # So many bytes of `word` have come when `b` follows `k` of them. Its only border is CR LF.
    if k == len(word):
        k = 2
    return k + 1 if b == word[k] else 1 if b == 13 else 0


class Incoming:
    """A ring with an eye on its end. Allocates nothing in use."""

    def __init__(self) -> None:
        self._ring = Ring(_SIZE)
        self._chunk = bytearray(1)
        self._seen = 0  # when the last byte came
        self._k = 0  # bytes of _LOST at the end of what came,
        self._fresh = False  # not long ago
        self._listening = False  # +++ has been written: OK counts
        self._o = 0  # bytes of _DONE
        self._mark = -1  # in the ring
        self._said = 0  # what is there
        self._tail = 0  # what is behind that: so many bytes of _URC, or _TAIL_OTHER

    def _believe(self) -> None:
        # All of the ring is payload.
        self._k = self._o = self._said = 0
        self._mark = -1
        self._fresh = self._listening = False

    def _age(self) -> None:
        if self._fresh and since(self._seen) >= _HOLD_MS:
            self._fresh = False

    def _came(self, buf, n: int) -> int:
        # Returns how many bytes found no room.
        base = self._ring.n
        k = self._ring.put(buf, n)
        self._watch(buf, n, base)
        return n - k

    def _watch(self, buf, n: int, base: int) -> None:
        # Look through buf[:n], whose first byte is, or would be, byte `base` of the ring.
        i = 0
        k = self._k
        o = self._o
        self._seen = now()
        while i < n:
            following = self._said and self._tail < _TAIL_URC
            if not (k or o or following):
                i = buf.find(b"\r", i, n)
                if i < 0:
                    break
            b = buf[i]
            i += 1
            if following:
                self._follow(b)
            k = _step(_LOST, k, b)
            if k == len(_LOST) and self._said != _OK:
                self._hide(_CARRIER, base + i - k)
            if self._listening:
                o = _step(_DONE, o, b)
                if o == len(_DONE):
                    self._hide(_OK, base + i - o)
        self._k = k
        self._o = o
        self._fresh = k > 0

    def _hide(self, said: int, at: int) -> None:
        self._said = said
        self._mark = max(at, 0)  # its beginning may have been read already
        self._tail = 0

    def _follow(self, b: int) -> None:
        if b == _URC[self._tail]:
            self._tail += 1
        elif self._said == _OK:
            self._tail = _TAIL_OTHER
        else:
            self._said = 0
            self._mark = -1

    def _visible(self) -> int:
        # How many bytes of the ring are payload for certain.
        if self._mark >= 0:
            return self._mark
        n = self._ring.n
        return max(n - self._k, 0) if self._fresh else n

    def _out(self, buf, n: int) -> int:
        # Move up to n bytes of payload to buf.
        n = self._ring.take(buf, min(n, self._visible()))
        if self._mark >= 0:
            self._mark -= n
        return n

    def _keep_end(self, buf, n: int) -> int:
        # As _came and _out when buf[:n] has been read already: keeps what may not be given out.
        self._watch(buf, n, 0)
        end = n
        n = self._mark if self._mark >= 0 else n - self._k
        for i in range(n, end):
            self._chunk[0] = buf[i]
            self._ring.put(self._chunk, 1)
        if self._mark >= 0:
            self._mark = 0
        return n

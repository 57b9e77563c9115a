"""The wall clock with VirtualClock's face, over asyncio. CPython only."""

import asyncio

from .uart import Cuts


class WallClock:
    """`seed`: stretch or cut every delay by up to a half, the same way in every run."""

    def __init__(self, loop=None, seed=None):
        self.loop = loop or asyncio.get_event_loop()
        self._start = self.loop.time()
        self._jitter = None if seed is None else Cuts(seed, 101)

    @property
    def now(self):
        return int((self.loop.time() - self._start) * 1000)

    def call_later(self, ms, fn, *args):
        if ms <= 0:
            return self.loop.call_soon(fn, *args)
        if self._jitter:
            ms = ms * (49 + self._jitter.next()) // 100
        return self.loop.call_later(ms / 1000, fn, *args)

    def cancel(self, handle):
        if handle is not None:
            handle.cancel()

    def next_due(self):
        """asyncio keeps that to itself."""
        return None

    def advance(self, ms=0):
        raise RuntimeError("the wall clock advances by itself")

"""Virtual time for the simulated module and for the code that talks to it.

Milliseconds, whole numbers, starting at `now`. Nothing happens between calls: time moves only in
`advance()`, and what falls due runs inside it, in order of due time and, for equal times, in the
order it was asked for. Runs on CPython and MicroPython. The wall clock with the same face is in
`wallclock.py`.
"""


class VirtualClock:
    """`call_later(ms, fn, *args)`, `cancel(handle)`, `next_due()`, `advance(ms)`, `now`."""

    def __init__(self, now=0):
        self.now = now  # ms; read it freely, change it only through advance()
        self._queue = []  # [due, fn, args], sorted by due; a handful of entries at most

    def call_later(self, ms, fn, *args):
        """Run `fn(*args)` when `ms` more milliseconds have passed; 0 means at the next
        `advance()`."""
        due = self.now + (ms if ms > 0 else 0)
        queue = self._queue
        i = len(queue)
        while i and queue[i - 1][0] > due:
            i -= 1
        handle = [due, fn, args]
        queue.insert(i, handle)
        return handle

    def cancel(self, handle):
        """Forget a call; one that has run already, or None, is no error."""
        if handle is not None:
            handle[1] = None
            queue = self._queue
            # By identity: two handles with equal contents are still two calls.
            for i in range(len(queue)):
                if queue[i] is handle:
                    del queue[i]
                    return

    def next_due(self):
        """Milliseconds until something happens (0 if it is due now), or None if nothing is
        planned."""
        if not self._queue:
            return None
        ms = self._queue[0][0] - self.now
        return ms if ms > 0 else 0

    def advance(self, ms=0):
        """Let `ms` milliseconds pass. A call made inside may call `advance()` itself."""
        end = self.now + ms
        queue = self._queue
        while queue and queue[0][0] <= end:
            handle = queue.pop(0)
            if handle[0] > self.now:
                self.now = handle[0]
            handle[1](*handle[2])
        if end > self.now:
            self.now = end

    def settle(self, limit_ms=600000):
        """Run until nothing is planned (or `limit_ms` have passed); returns the milliseconds it
        took."""
        start = self.now
        while self._queue and self._queue[0][0] - start <= limit_ms:
            self.advance(self.next_due())
        return self.now - start

"""asyncio in virtual time: the loop does not wait, it moves the desk's clock.

MicroPython's asyncio takes the time from `core.ticks`, and waits in its poller; CPython's from the
loop's `time`, and waits in its selector. Both pairs are replaced. Some of MicroPython's own code,
in C, asks the real clock when a task is to run at once: so virtual time is ahead of it.
Besides: what tests of coroutines need.
"""

import asyncio
import sys

MICROPYTHON = sys.implementation.name == "micropython"
_AHEAD_MS = 3_600_000
_LIMIT_MS = 3_600_000  # no test waits an hour
_STEP_MS = 50


def run(clock, main):
    """What the coroutine `main` returns. Each run has a loop of its own."""
    return _run_micropython(clock, main) if MICROPYTHON else _run_cpython(clock, main)


def counting(d):
    """Count the polls of the desk's modem in the list that is returned, as their moments."""
    moments = []
    poll = d.modem.poll

    def counted():
        moments.append(d.clock.now)
        poll()

    d.modem.poll = counted
    return moments


async def sleep(ms):
    await asyncio.sleep(ms / 1000)


async def failure(coroutine):
    """The OSError that it raises."""
    try:
        await coroutine
    except OSError as e:
        return e
    raise AssertionError("no OSError")


async def cancelled(coroutine, ms):
    """Start it, and cancel it after so many milliseconds."""
    task = asyncio.create_task(coroutine)
    await sleep(ms)
    assert not task.done()
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return
    raise AssertionError("not cancelled")


def _let_pass(clock, ms):
    # At most `ms` milliseconds, -1: any number; to the next thing that happens.
    assert clock.now < _LIMIT_MS, "waited for ever"
    due = clock.next_due()
    step = _STEP_MS if due is None else min(due, _STEP_MS)
    clock.advance(step if ms < 0 else min(step, ms))


class _Poller:
    """As select.poll, for streams written in Python."""

    def __init__(self, clock):
        self.clock = clock
        self.streams = []  # [stream, flags]

    def register(self, stream, flags):
        self.unregister(stream)
        self.streams.append([stream, flags])

    modify = register

    def unregister(self, stream):
        self.streams = [entry for entry in self.streams if entry[0] is not stream]

    def ipoll(self, ms):
        while True:
            ready = []
            for stream, flags in self.streams:
                got = stream.ioctl(3, flags)
                if got:
                    ready.append((stream, got))
            if ready or ms == 0:
                return ready
            _let_pass(self.clock, ms)
            if ms > 0:
                return ready  # the loop looks at its tasks, and comes again


def _run_micropython(clock, main):
    import time

    core = asyncio.core
    start = time.ticks_add(time.ticks_ms(), _AHEAD_MS - clock.now)
    real = core.ticks
    asyncio.new_event_loop()
    core.ticks = lambda: time.ticks_add(start, clock.now)
    core._io_queue.poller = _Poller(clock)
    try:
        return asyncio.run(main)
    finally:
        core.ticks = real
        asyncio.new_event_loop()


def _run_cpython(clock, main):
    import math
    import selectors

    class Selector(selectors.SelectSelector):
        def select(self, timeout=None):
            ready = super().select(0)
            if not ready and timeout != 0:
                _let_pass(clock, -1 if timeout is None else math.ceil(timeout * 1000))
            return ready

    class Loop(asyncio.SelectorEventLoop):
        def time(self):
            return clock.now / 1000

    loop = Loop(Selector())
    try:
        return loop.run_until_complete(main)
    finally:
        _end(loop)


def _end(loop):
    # As asyncio.run does at its end.
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks))
    loop.close()

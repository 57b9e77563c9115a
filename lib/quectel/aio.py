"""asyncio: the modem's methods as coroutines, and a task that polls the modem beside the others.

    await m.aio.attach(apn="iot.example")     any method that takes time
    await m.aio.wait(op)                      any Operation, as link.open(address, wait=False)
    m.aio.start()                             the task; the first await starts it too

Sockets need nothing of this but the task: asyncio's own streams run over them.

The task polls when bytes have come, and by a clock for what is a matter of time:

    what goes on                                          ms from one poll to the next
    a command, an operation; the UART can be waited for   _BUSY; what is answered goes on at once
    a command, an operation; it cannot                    _BLIND: each answer waits for a poll
    nothing                                               _IDLE

So idling costs ten polls a second, a method that is awaited two hundred: one that waits polls too.
Where the UART cannot be waited for, on CPython and with a UART of one's own that is no stream, its
receive buffer must take what comes in _IDLE: 1200 bytes at 115200 baud.
"""

import asyncio
import select
import sys

from micropython import const

from .modem import Modem, Operation

# socket.py
_OPENING = const(1)
_DEAD = const(3)

# milliseconds
_BUSY = const(10)
_BLIND = const(2)
_IDLE = const(100)
_GATHER = const(2)  # from the first bytes to the poll that reads them and what came meanwhile

_core = getattr(asyncio, "core", None)  # MicroPython's and CircuitPython's asyncio; not CPython's


def _sleep(ms: int):
    return asyncio.sleep(ms / 1000)


def _loop():
    # Another object in another loop: new_event_loop() of MicroPython forgets all tasks.
    return _core._task_queue if _core else asyncio.get_running_loop()


def _reader(uart):
    # What can wait for the UART, or for the stream that it names; None where that is not possible.
    stream = getattr(uart, "stream", uart)
    if not _core or not hasattr(stream, "read"):
        return None
    try:
        # With a poller that is thrown away: what is no stream damages MicroPython's.
        select.poll().register(stream)
    except (OSError, TypeError, ValueError):
        return None
    return asyncio.StreamReader(stream)


def _irq(uart):
    # ESP32 looks at its streams every 10 ms, and when there was an interrupt that Python hears of.
    # Other ports do at any interrupt.
    return getattr(uart, "irq", None) if sys.platform == "esp32" else None


def _nothing(uart) -> None:
    return


def _at_work(s) -> bool:
    # Has it something to open, to send, or to close?
    if not s or s._state >= _DEAD:
        return False
    return s._state == _OPENING or s._pos < s._end or getattr(s._ahead, "shut", False)


class Aio:
    """The asyncio face of a modem: `m.aio`, or Aio(m), which becomes m.aio.

    Any method of the modem is a coroutine here: same arguments, result and errors. Cancelling it
    gives the operation up; a command that has left is still waited for, and ignored.
    """

    def __init__(self, modem: Modem) -> None:
        self._modem = modem
        self._task: asyncio.Task | None = None  # the one that polls,
        self._in: object = None  # the loop it is in,
        self._listener: asyncio.Task | None = None  # and its own; None: the UART is not waited for
        self._failed = False  # the last poll raised something
        modem.aio = self  # type: ignore[attr-defined]

    def __getattr__(self, name: str):
        if name[0] == "_":
            raise AttributeError(name)
        service = getattr(self._modem, name)

        async def method(*args, **more):
            op = service(*args, wait=False, **more)
            return (await self.wait(op)) if isinstance(op, Operation) else op

        return method

    async def wait(self, op: Operation):
        """What the operation returns, or the OSError it failed with. Cancelling cancels it too."""
        try:
            self.start()
            self._advance()
            while not op.done:
                await _sleep(_BUSY if self._listener else _BLIND)
                self._modem.poll()  # the task may have been stopped
        finally:
            op.cancel()
        return op.result()

    async def drain(self) -> None:
        """Wait until nothing is under way: what has been written has left, what was closed is.

        For the end, before the board sleeps: StreamWriter.drain() and wait_closed() do not wait
        for the module. Of one that does not answer it is not waited for.
        """
        self.start()
        failed = self._modem.channel.failed
        while self._tick() != _IDLE or any([_at_work(s) for s in self._modem._sockets]):
            if failed != self._modem.channel.failed:
                break
            await _sleep(_BUSY)

    def start(self) -> "asyncio.Task":
        """Start the task that polls, unless it runs; returns it. On CPython in a coroutine only.

        What a poll raises, as a callback of on_urc may, goes to the loop's exception handler, once
        until polls succeed again, and the task goes on.
        """
        loop = _loop()
        if self._task is None or self._in is not loop or self._task.done():
            self._in = loop
            self._task = asyncio.create_task(self._run())
        return self._task

    def stop(self) -> None:
        """End the task. Without it, who waits for a method or a socket polls, and nobody else."""
        if self._task and self._in is _loop():
            self._task.cancel()
        self._task = None

    async def _run(self):
        uart = self._modem.channel.uart
        reader = _reader(uart)
        irq = _irq(uart)
        if irq:
            irq(_nothing, uart.IRQ_RX)
        listener = self._listener = reader and asyncio.create_task(self._listen(reader))
        try:
            while True:
                self._poll(self._modem.poll)
                await _sleep(self._tick())
        finally:
            if listener:
                listener.cancel()
            if irq and not self._task:
                irq(None)

    async def _listen(self, reader):
        try:
            while True:
                await reader.read(0)  # waits for bytes, and takes none
                await _sleep(_GATHER)
                self._poll(self._advance)
        except Exception as e:
            self._listener = None
            self._tell(e)

    def _tick(self) -> int:
        modem = self._modem
        if not modem.channel.phase:
            for op in modem._ops:
                if not getattr(op, "rests", False):  # as a Link that is up does
                    break
            else:
                return _IDLE
        return _BUSY if self._listener else _BLIND

    def _advance(self) -> None:
        # An operation takes a poll to see its answer and one to begin the next command, which
        # leaves in a third.
        modem = self._modem
        channel = modem.channel
        for _ in range(3):
            modem.poll()
            if not channel.pending and (channel.phase or not modem._ops):
                break

    def _poll(self, poll) -> None:
        try:
            poll()
            self._failed = False
        except Exception as e:
            if not self._failed:
                self._failed = True
                self._tell(e)

    def _tell(self, e: Exception) -> None:
        context = {"message": "quectel: poll", "exception": e, "future": self._task}
        asyncio.get_event_loop().call_exception_handler(context)

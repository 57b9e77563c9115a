"""An operation: a generator that `poll()` advances, and that owns one command at a time.

Each `yield` of the generator hands it the Operation that runs it.
"""

from micropython import const

# errors.py
_BROKEN = const(-8)
_ABORTED = const(-9)
_IN_PROGRESS = const(-14)


def fail(why, text: str = "") -> None:
    """Raise `why`: an OSError, or the one for a code of errors.py or of the module."""
    if isinstance(why, int):
        from .errors import failure

        why = failure(why, text)
    raise why


class Operation:
    """An operation under way: poll its modem until `done`, then ask `result()`."""

    def __init__(self, steps) -> None:
        self.done = False
        self.lines: list = []  # information lines of its command,
        self.code: "int | None" = None  # and how that ended
        self._steps = steps
        self._value = None
        self._why = 0  # it failed: an exception or a code

    def result(self):
        """What the operation returned. OSError: what it failed with; EINPROGRESS: not done yet."""
        why = self._why
        if not self.done:
            why = _IN_PROGRESS
        elif why and not isinstance(why, (int, OSError)):
            why = _BROKEN  # a number that is none, a field that is not there
        if why:
            fail(why)
        return self._value

    def cancel(self) -> None:
        """Give it up. A command that has left is still waited for, and ignored."""
        if not self.done:
            self.done = True
            self._why = _ABORTED
            self._steps.close()

    def _step(self, op) -> None:
        try:
            self._steps.send(op)
            return
        except StopIteration as e:
            self._value = e.value
        except Exception as e:
            self._why = e
        self.done = True

    def _finish(self, code: int) -> None:
        self.code = code

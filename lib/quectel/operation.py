"""An operation is a generator that `poll()` advances; here are its handle and its face."""

import errno


class Operation:
    """An operation under way: poll its modem until `done`, then ask `result()`."""

    def __init__(self, steps) -> None:
        self.done = False
        self._steps = steps
        self._value = None
        self._error = None
        self._first = True  # the first step checks what the caller gave

    def result(self):
        """What the operation returned. OSError: what it failed with; EINPROGRESS: not done yet."""
        if not self.done:
            raise OSError(errno.EINPROGRESS)
        if self._error is not None:
            raise self._error
        return self._value

    def cancel(self) -> None:
        """Give the operation up. A command that has left is still waited for, and ignored."""
        if not self.done:
            self._steps.close()
            self._error = OSError(errno.ECONNABORTED)
            self.done = True

    def _step(self) -> None:
        try:
            next(self._steps)
            self._first = False
            return
        except StopIteration as e:
            self._value = e.value
        except OSError as e:
            self._error = e
        except (ValueError, IndexError) as e:
            # Later it is the module that makes no sense.
            self._error = e if self._first else OSError(errno.EIO, "malformed answer")
        except MemoryError:
            self._error = OSError(errno.ENOMEM)
        self.done = True


def operation(steps):
    """Make a method of a generator: it blocks, or with `wait=False` returns an Operation.

    The first step is taken at once, so that a ValueError reaches the caller before anything is
    written.
    """

    def face(self, *args, wait=True, **kwargs):
        op = self._start(steps(self, *args, **kwargs))
        return self._wait(op) if wait else op

    return face

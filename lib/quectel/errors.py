"""What the module's answers mean to a program that knows sockets."""

import errno

# Codes 550 to 574 (the same in all five manuals, table 1) in their order, a letter each.
_CODES = "abcddeffgghiafbijkblhhmcf"
# The letters. Only names that MicroPython's and CircuitPython's errno both have.
_NAMES = (
    "EIO EAGAIN EINVAL ENOMEM EOPNOTSUPP EADDRINUSE ECONNRESET ECONNABORTED EHOSTUNREACH "
    "ECONNREFUSED ENOTCONN ETIMEDOUT EACCES"
)


class QuectelError(OSError):
    """The module said no. `errno` is what sockets use, `code` is what the module said.

    `code`: 550 to 574 (TCP/IP), the number of a `+CME ERROR`, or -1 for a bare `ERROR`.
    """

    def __init__(self, code: int, text: str = "") -> None:
        letter = _CODES[code - 550] if 550 <= code <= 574 else "a"
        name = _NAMES.split()[ord(letter) - 97]
        super().__init__(getattr(errno, name), "%s: error %d" % (text, code))
        self.code = code


def failure(code: int, text: str) -> OSError:
    """The exception for the way a command ended: channel.py's negative codes, or the module's."""
    if code >= -1:
        return QuectelError(code, text)
    number = (errno.ETIMEDOUT, errno.ECONNRESET, errno.EAGAIN, errno.EIO)[-2 - code]
    return OSError(number, text)

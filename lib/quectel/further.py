"""Where the methods of a Socket are that need not always be loaded; those not named:
socket_methods.py."""

from .methods import load, row
from .socket import Socket

_FILES = """\
stream read readinto readline write flush makefile ioctl
buffers _buffers _closing
listener listen accept refuse
datagrams bind sendto recvfrom recvfrom_into
transparent transparent
errors _refused _let_go"""


def method(s, name: str):
    """Method `name` of Socket `s`. From now on it is in the class, as is all that its file has:
    C, and the garbage collector, call some of these while nothing can be allocated."""
    if name == "type":
        return 2 if s._udp else 1  # CircuitPython's ssl asks for it
    file, *names = row(_FILES, name, "socket_methods")
    module = load(file, name)
    if not callable(getattr(module, name)):
        raise AttributeError(name)
    for found in names:
        setattr(Socket, found, getattr(module, found))
    return getattr(s, name)

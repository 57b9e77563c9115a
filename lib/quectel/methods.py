"""Where the methods of a Modem and of a Socket are that need not always be loaded.

A name that no file claims is looked for in services.py, and in socket_methods.py.
"""

# Strings, because tables of them would take twice the RAM.
_MODEM = """\
shutdown power_off reset restart
psm psm edrx
sleep qsclk sleep wake
resume _resume
contexts configure_context contexts activate deactivate _attach
install install_socket"""

_SOCKET = """\
stream read readinto readline write flush makefile ioctl
buffers _buffers _closing
listener listen accept refuse
datagrams bind sendto recvfrom recvfrom_into
transparent transparent
errors _refused _let_go"""


def _row(table: str, name: str, default: str) -> list:
    # The file that has `name`, and all that it has.
    for row in table.split("\n"):
        names = row.split()
        if name in names[1:]:
            return names
    return [default, name]


def _load(file: str, name: str):
    return __import__("quectel." + file, None, None, (name,))


def __getattr__(name: str):
    # Asked by Modem.__getattr__. Two are no methods, but what `m.socket` and `m.aio` are.
    if name == "socket":
        return _load(name, name).SocketPool
    if name == "aio":
        return _load(name, name).Aio
    file = _row(_MODEM, name, "services")[0]
    return getattr(_load(file, name), name)


def method(s, name: str):
    """Method `name` of Socket `s`. From now on it is in the class, as is all that its file has:
    C, and the garbage collector, call some of these while nothing can be allocated."""
    from .socket import Socket

    if name == "type":
        return 2 if s._udp else 1  # CircuitPython's ssl asks for it
    file, *names = _row(_SOCKET, name, "socket_methods")
    module = _load(file, name)
    if not callable(getattr(module, name)):
        raise AttributeError(name)
    for found in names:
        setattr(Socket, found, getattr(module, found))
    return getattr(s, name)

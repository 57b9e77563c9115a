"""Where the methods of a Modem and of a Socket are that need not always be loaded.

A name that no file claims is looked for in services.py, and in socket_methods.py.
"""

_MODEM = {
    "shutdown": ("power_off", "reset", "restart"),
    "psm": ("psm", "edrx"),
    "sleep": ("qsclk", "sleep", "wake"),
    "resume": ("_resume",),
    "contexts": ("configure_context", "contexts", "activate", "deactivate", "_attach"),
    "install": ("install_socket",),
}

# No methods, but what `m.socket` and `m.aio` are
_CLASSES = {"socket": ("socket", "SocketPool"), "aio": ("aio", "Aio")}

_SOCKET = {
    "stream": ("read", "readinto", "readline", "write", "flush", "makefile", "ioctl"),
    "buffers": ("_buffers",),
    "listener": ("listen", "accept", "refuse"),
    "datagrams": ("bind", "sendto", "recvfrom", "recvfrom_into"),
    "transparent": ("transparent",),
    "errors": ("_refused", "_let_go"),
}


def _find(files: dict, name: str, where: str):
    for file in files:
        if name in files[file]:
            where = file
    return getattr(__import__("quectel." + where, None, None, (name,)), name)


def __getattr__(name: str):
    # Asked by Modem.__getattr__.
    where, name = _CLASSES.get(name, ("services", name))
    return _find(_MODEM, name, where)


def method(s, name: str):
    """Method `name` of Socket `s`. From now on it is in the class: MicroPython's own code, which
    calls some of them while nothing can be allocated, finds it there."""
    from .socket import Socket

    if name == "type":
        return 2 if s._udp else 1  # CircuitPython's ssl asks for it
    function = _find(_SOCKET, name, "socket_methods")
    if not callable(function):
        raise AttributeError(name)
    setattr(Socket, name, function)
    if name in _SOCKET["stream"] and not hasattr(Socket, "ioctl"):
        # The collector closes by ioctl what was only read and written until then.
        Socket.ioctl = _find(_SOCKET, "ioctl", "")
    return getattr(s, name)

"""Where the methods of a Modem are that need not always be loaded; those not named: services.py.

Those of a Socket: further.py.
"""

# One string, because tables of them would take twice the RAM.
_FILES = """\
shutdown power_off reset restart
psm psm edrx
sleep qsclk sleep wake
resume _resume
contexts configure_context contexts activate deactivate _attach
install install_socket"""


def load(file: str, name: str):
    """The file of the driver, loaded if it is not yet."""
    return __import__("quectel." + file, None, None, (name,))


def row(table: str, name: str, default: str) -> list:
    """The file that has `name`, and all that it has; `default` if none has."""
    for line in table.split("\n"):
        names = line.split()
        if name in names[1:]:
            return names
    return [default, name]


def __getattr__(name: str):
    # Asked by Modem.__getattr__. Two are no methods, but what `m.socket` and `m.aio` are.
    if name == "socket":
        return load(name, name).SocketPool
    if name == "aio":
        return load(name, name).Aio
    return getattr(load(row(_FILES, name, "services")[0], name), name)

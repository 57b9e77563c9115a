"""Quectel cellular modules: TCP and UDP over the stack inside the module.

Importing this loads nothing: each name is loaded when it is first used.
"""

__version__ = "0.1.0"

_WHERE = {
    "BC66": "bc66",
    "BC20": "bc20",
    "BC26": "bc26",
    "Power": "power",
    "SocketPool": "socket",
    "Socket": "socket",
    "QuectelError": "errors",
}


def __getattr__(name: str):
    where = _WHERE.get(name, name)
    try:
        module = __import__("quectel." + where, None, None, (name,))
    except ImportError:
        raise AttributeError(name)
    # MicroPython asks here for submodules too.
    return module if where == name else getattr(module, name)

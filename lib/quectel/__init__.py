"""Quectel cellular modules: TCP and UDP over the stack inside the module.

Importing this loads nothing: each name is loaded when it is first used.
"""

__version__ = "0.1.0"

# Where a name is found that is not in the file of its own name.
_WHERE = {"SocketPool": "socket", "QuectelError": "errors"}


def __getattr__(name: str):
    # MicroPython asks here for submodules too.
    where = _WHERE.get(name, name.lower())
    try:
        module = __import__("quectel." + where, None, None, (name,))
    except ImportError:
        raise AttributeError(name)
    return module if where == name else getattr(module, name)

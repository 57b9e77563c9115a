"""Quectel cellular modules: TCP and UDP over the stack inside the module.

Importing this loads nothing: each name is loaded when it is first used.
"""

__version__ = "0.1.0"

# How a name begins that is not found in the file of its own name.
_FILE = {"So": "socket", "Qu": "errors", "EG": "eg91xq", "UG": "ug9x"}


def __getattr__(name: str):
    # MicroPython asks here for submodules too.
    where = _FILE.get(name[:2], name.lower())
    try:
        module = __import__("quectel." + where, None, None, (name,))
    except ImportError:
        raise AttributeError(name)
    return module if where == name else getattr(module, name)

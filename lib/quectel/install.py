"""The pool in the place of the `socket` module, for programs that import that.

    m.install_socket()
    import requests                 # and all that is imported from now on

Never done by itself: boards with WiFi have a `socket` of their own. What has imported `socket`
before keeps it.
"""

import sys

from .socket import SocketPool


def install_socket(modem, resolve: bool = False) -> SocketPool:
    """Have `import socket` give this modem's pool from now on; returns the pool.

    Names are looked up by the module when a socket connects. `resolve`: getaddrinfo asks the
    module, and gives addresses.
    """
    pool = ResolvingPool(modem) if resolve else SocketPool(modem)
    sys.modules["socket"] = sys.modules["usocket"] = pool  # type: ignore[assignment]
    return pool


class ResolvingPool(SocketPool):
    """A SocketPool whose getaddrinfo gives addresses."""

    def getaddrinfo(self, host: str, port: int, af: int = 0, type: int = 0, *flags) -> list:
        """An entry for each address that the module finds. OSError(EHOSTUNREACH): no such name."""
        if not host or host.replace(".", "").isdigit() or ":" in host:
            return SocketPool.getaddrinfo(self, host, port, af, type)
        addresses = self._modem.resolve(host)
        return [SocketPool.getaddrinfo(self, a, port, af, type)[0] for a in addresses]

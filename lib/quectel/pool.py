"""Names of the `socket` module that a SocketPool has beyond its own three, numbers as usual."""

AF_INET6 = 10
IPPROTO_TCP = 6
IPPROTO_UDP = 17
SOL_SOCKET = 1
SO_REUSEADDR = 2

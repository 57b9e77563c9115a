"""What a SocketPool (socket.py) has of the `socket` module beyond its own three names.

Loaded when one of these is first asked for; the numbers are the usual ones.
"""

AF_INET6 = 10
IPPROTO_TCP = 6
IPPROTO_UDP = 17
SOL_SOCKET = 1
SO_REUSEADDR = 2

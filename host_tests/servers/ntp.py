"""An SNTP server (RFC 4330) whose clock stands still."""

import socket
import struct

from host_tests.servers import Threaded

EPOCH = 2_208_988_800  # seconds from 1900, where NTP begins, to 1970


class NtpServer(Threaded):
    """Answers with the Unix time `seconds`; `requests` counts."""

    kind = socket.SOCK_DGRAM

    def __init__(self, seconds=1_750_000_000):
        super().__init__()
        self.seconds = seconds
        self.requests = 0

    def serve(self, data, address):
        if len(data) < 48 or data[0] & 7 != 3:  # mode 3: a client asks
            return
        self.requests += 1
        now = struct.pack("!II", self.seconds + EPOCH & 0xFFFF_FFFF, 0)
        head = struct.pack("!BBbbII4s", 4 << 3 | 4, 1, 0, -20, 0, 0, b"LOCL")
        self.listener.sendto(head + now + data[40:48] + now + now, address)

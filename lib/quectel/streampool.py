"""A pool for libraries that send a request in many small pieces, as Adafruit's do.

    pool = StreamPool(m)
    requests = adafruit_requests.Session(pool)
    client = adafruit_minimqtt.MQTT(broker="telemetry.example", socket_pool=pool)

One GET of adafruit_requests is 13 sends of 1 to 22 bytes. Each would be a QISEND, and a packet on
the air. Here they gather, as written bytes do in buffers.py, and leave as one. Its answer is asked
for in pieces of 1 to 32 bytes. Each would be a QIRD; here one brings up to 512.
"""

from micropython import const

from .buffers import Ahead
from .modem import fail
from .socket import Socket, SocketPool

# errors.py
_AGAIN = const(-17)
_UNSUPPORTED = const(555)

_WINDOW = const(512)  # bytes of one QIRD


class StreamPool(SocketPool):
    """As SocketPool, but what `send` of a TCP socket takes waits for what is sent next.

    It leaves as soon as the program receives, closes, flushes or polls, or 512 bytes are full:
    before a long sleep close the socket, or `flush()` it. UDP, and what accept() returns, is as
    SocketPool's.
    """

    def socket(self, af: int = 2, type: int = 1, proto: int = 0) -> Socket:
        """A new socket: SOCK_STREAM or SOCK_DGRAM. ValueError: neither."""
        if type == 1:
            return _StreamSocket(self._modem)
        return SocketPool.socket(self, af, type, proto)


class _StreamSocket(Socket):
    """A TCP client whose small sends gather, and whose small receives share one QIRD."""

    def connect(self, address, mode: int = 0) -> None:
        """As Socket.connect. `mode` is what Adafruit's fake SSL context adds for a radio that does
        TLS by itself: OSError(EOPNOTSUPP), as these modules' sockets do not."""
        if mode:
            fail(_UNSUPPORTED, "no TLS in the module: use the board's ssl")
        Socket.connect(self, address)

    def send(self, buf) -> int:
        """Take bytes to be sent; returns how many: all of them, or fewer at timeout 0.

        OSError: EAGAIN at timeout 0 (no room), or why what was taken before could not be sent.
        """
        if not isinstance(self._buffers(), Ahead):
            return Socket.send(self, buf)  # in transparent mode
        n = self.write(buf)
        if n is None:
            fail(_AGAIN, "not sent yet")
        return n

    def recv_into(self, buf, nbytes: int = 0) -> int:
        """As Socket.recv_into. What else one QIRD brings waits where readline's rest does."""
        n = min(nbytes or len(buf), len(buf))
        ahead = self._buffers()
        if isinstance(ahead, Ahead) and ahead._from >= ahead._to and 0 < n < _WINDOW:
            if len(ahead.kept) < _WINDOW:
                ahead.kept = bytearray(_WINDOW)  # type: ignore[assignment]
            ahead._from = ahead._to = 0
            ahead._to = Socket.recv_into(self, ahead.kept)
            if not ahead._to:
                return 0
        return Socket.recv_into(self, buf, n)

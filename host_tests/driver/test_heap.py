"""The hot path allocates nothing: poll(), URCs, send and recv_into, on MicroPython.

Each piece runs once to settle, once counted (the heap is as full after it as before, with the
collector off) and once under `heap_lock()`. The count finds what a MemoryError that somebody
swallowed would hide; the lock finds what is allocated and freed at once.
"""

import gc
import sys

import micropython

from host_tests.driver.harness import Skip, family, use
from host_tests.driver.tape import Tape

TEXT = b"0123456789abcdef" * 8
BINARY = bytes(range(256)) * 2
OK = b"\r\nOK\r\n"
SENT = OK + b"\r\nSEND OK\r\n"


def costs_nothing(piece):
    """Fails if `piece()` allocates."""
    if sys.implementation.name != "micropython":
        raise Skip("only MicroPython tells what is allocated")
    piece()
    gc.collect()
    gc.disable()
    try:
        before = gc.mem_alloc()
        piece()
        after = gc.mem_alloc()
    finally:
        gc.enable()
    assert after == before, "%d bytes" % (after - before)
    micropython.heap_lock()
    try:
        piece()
    finally:
        micropython.heap_unlock()


class Bench:
    """A modem on a tape, with an open socket."""

    def __init__(self, name="BC66", kind=1):
        from quectel import SocketPool

        self.tape = Tape()
        use(self.tape)
        self.modem = family(name)(self.tape)
        self.modem.idle = self.tape.idle
        self.socket = SocketPool(self.modem).socket(2, kind)
        self.socket.connect(("192.0.2.1", 7))
        self.buf = bytearray(1100)
        self.data = b""
        self.sizes = ()

    def polls(self):
        for _ in range(50):
            self.tape.now += 1
            self.modem.poll()

    def hears(self, data):
        """The module says `data` by itself: what that costs."""
        self.tape.record()
        self.data = data
        costs_nothing(self._hear)
        assert self.tape.played()

    def sends(self, data, *exchanges):
        """send(data), in steady state."""
        self.tape.record(*exchanges)
        self.data = data
        costs_nothing(self._send)
        assert self.tape.played()

    def receives(self, data, sizes, *exchanges):
        """The recv URC, then recv_into until all of `data` is here."""
        self.tape.record(*exchanges)
        self.data = b'\r\n+QIURC: "recv",0,%d\r\n' % len(data)
        self.sizes = sizes
        costs_nothing(self._receive)
        assert self.tape.played() and self.buf[: sizes[-1]] == data[len(data) - sizes[-1] :]

    # No closures here: to call one with many variables allocates.

    def _hear(self):
        self.tape.say(self.data)
        self.polls()

    def _send(self):
        self.tape.rewind()
        assert self.socket.send(self.data) == len(self.data)

    def _receive(self):
        self.tape.rewind()
        self._hear()
        for size in self.sizes:
            assert self.socket.recv_into(self.buf) == size


# -- the check itself -------------------------------------------------------------------------


def test_the_check_notices_an_allocation():
    for piece in (lambda: bytearray(100), lambda: [1], lambda: "%d" % 5, swallow):
        try:
            costs_nothing(piece)
        except (AssertionError, MemoryError):
            continue
        raise AssertionError("an allocation went unnoticed")


def swallow():
    try:
        bytearray(100)
    except MemoryError:
        pass


def test_the_check_lets_pass_what_allocates_nothing():
    costs_nothing(lambda: 1 + 1)


def test_the_tape_costs_nothing():
    tape = Tape()
    buf = bytearray(64)
    out = memoryview(b"AT\r")
    tape.record((b"AT\r", OK))

    def piece():
        tape.rewind()
        tape.write(out)
        while tape.any():
            tape.readinto(buf, 5)
        tape.idle()

    costs_nothing(piece)
    assert tape.played()


# -- poll -------------------------------------------------------------------------------------


def test_idle_polls():
    for name in ("BC66", "BC20", "BC26"):
        b = Bench(name)
        b.tape.record()
        costs_nothing(b.polls)


def test_idle_polls_with_a_socket_at_timeout_0():
    b = Bench()
    b.socket.settimeout(0)
    b.tape.record()
    costs_nothing(b.polls)


def test_recv_urc():
    Bench().hears(b'\r\n+QIURC: "recv",0,12\r\n')


def test_recv_urc_of_an_unknown_id():
    Bench().hears(b'\r\n+QIURC: "recv",4,12\r\n')


def test_buff_full():
    Bench(kind=2).hears(b'\r\n+QIURC: "recv",0,"buff full"\r\n')


def test_closed_urc():
    Bench().hears(b'\r\n+QIURC: "closed",0\r\n')


def test_closed_urc_of_an_unknown_id():
    Bench().hears(b'\r\n+QIURC: "closed",3\r\n\r\n+QIURC: "closed",99\r\n')


def test_cereg_and_others():
    Bench().hears(b"\r\n+CEREG: 5\r\n\r\n+CSCON: 1\r\n\r\n+IP: 10.0.0.1\r\n")


def test_unknown_lines_and_noise():
    Bench().hears(
        b"\r\nF1: 0000 0000\r\n\x00\xff\x00\r\r\n  \r\n+X: \x80\r\n" + b"y" * 300 + b"\r\n"
    )


def test_a_storm_of_urcs():
    Bench().hears(b'\r\n+QIURC: "recv",0,12\r\n' * 40)


# -- payload ----------------------------------------------------------------------------------


def qird(n, data, rem):
    return b"AT+QIRD=0,%d\r" % n, b"\r\n+QIRD: %d,%d\r\n" % (len(data), rem) + data + b"\r\n" + OK


def test_1024_bytes_over_two_qirds():
    for name in ("BC66", "BC26"):
        Bench(name).receives(
            BINARY + BINARY, (512, 512), qird(512, BINARY, 512), qird(512, BINARY, 0)
        )


def test_a_datagram_of_1024_bytes():
    Bench(kind=2).receives(BINARY + BINARY, (1024,), qird(512, BINARY, 512), qird(512, BINARY, 0))


def test_few_bytes():
    Bench().receives(b"hello", (5,), qird(512, b"hello", 0))


def test_send_inline():
    for name in ("BC66", "BC20", "BC26"):
        Bench(name).sends(TEXT, (b"AT+QISEND=0,128," + TEXT + b"\r", SENT))


def test_send_in_hex():
    digits = b"".join([b"%02X" % b for b in BINARY])
    Bench().sends(BINARY, (b"AT+QISENDEX=0,512," + digits + b"\r", SENT))


def test_send_behind_the_prompt():
    # Every such send is followed by a look whether data has come: the URC may have been swallowed.
    b = Bench("BC26")
    b.sends(BINARY, (b"AT+QISEND=0,512\r", b"\r\n> "), (BINARY, SENT))


def test_send_in_pieces():
    text = b"x" * 1500
    Bench().sends(
        text,
        (b"AT+QISEND=0,1024," + text[:1024] + b"\r", SENT),
        (b"AT+QISEND=0,476," + text[:476] + b"\r", SENT),
    )

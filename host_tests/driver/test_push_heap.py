"""Push mode on a tape: what it costs, which is nothing, and a UDP SERVICE, which says from where.

Here also the families that no simulated module plays.
"""

from host_tests.driver.events import noise
from host_tests.driver.harness import Line, raises, urc
from host_tests.driver.test_faults_payload import HOSTILE
from host_tests.driver.test_heap import Bench, costs_nothing

FAMILIES = ("BC66", "BC20", "BC26", "EG800Q", "UG96")
OK = b"\r\nOK\r\n"


class Pushing(Bench):
    """A Bench whose socket is in push mode."""

    def __init__(self, name="BC66", kind=1, size=1500):
        super().__init__(name, kind)
        empty = b"AT+QIRD=0,%d\r" % min(self.modem.READ_MAX, size if kind == 1 else 1500)
        self.tape.record((empty, b"\r\n+QIRD: 0\r\n" + OK), (b"AT+QISWTMD=0,1\r", OK))
        assert self.socket.access_mode(1, size) == 1
        assert self.tape.played()
        self.tape.record()

    def takes(self, said, *sizes):
        """recv_into of what is `said`, which allocates nothing."""
        self.data = said
        self.sizes = sizes
        costs_nothing(self._take)

    def _take(self):
        self._hear()
        for size in self.sizes:
            assert self.socket.recv_into(self.buf) == size


def frame(data, more=b"", cid=0):
    return b'\r\n+QIURC: "recv",%d,%d%s\r\n' % (cid, len(data), more) + data + b"\r\n"


# -- nothing ------------------------------------------------------------------------------------


def test_frames_of_a_stream_cost_nothing():
    for name in FAMILIES:
        b = Pushing(name)
        b.takes(frame(HOSTILE) + frame(b"x") + frame(noise(2, 900)), len(HOSTILE) + 901)
        assert b.socket.lost == 0


def test_frames_round_the_end_of_the_ring_cost_nothing():
    b = Pushing(size=300)
    for n in (290, 200, 7, 299, 300):
        b.takes(frame(noise(3, n)), n)


def test_datagrams_cost_nothing():
    for name in FAMILIES:
        b = Pushing(name, 2)
        b.takes(frame(HOSTILE) + frame(b"x") + frame(noise(2, 900)), len(HOSTILE), 1, 900)
        assert b.socket.lost == 0


def test_what_does_not_fit_costs_nothing():
    b = Pushing(kind=2, size=50)
    b.takes(frame(b"y" * 51) + frame(b"x" * 50) + frame(b"z"), 50)
    assert b.socket.lost == 6  # it has been said three times


def test_hex_behind_a_comma_costs_nothing():
    b = Pushing()
    b.modem.channel.parser.view = b.modem.channel.parser.hexed = 1
    b.takes(b'\r\n+QIURC: "recv",0,3,313233\r\n' * 20, 60)


def test_urcs_and_polls_cost_nothing():
    b = Pushing()
    b.hears(urc("+CEREG: 5") + urc('+QIURC: "recv",3,12') + urc('+QIURC: "recv",0,"buff full"'))


def test_a_frame_within_a_send_costs_nothing():
    b = Pushing()
    b.sends(b"hello", (b"AT+QISEND=0,5,hello\r", OK + frame(HOSTILE) + b"\r\nSEND OK\r\n"))


# -- a UDP SERVICE ------------------------------------------------------------------------------


def service(name="EG800Q", size=200):
    from quectel.push import adopt_push

    b = Bench(name, 2)
    b.tape.record()
    return b, adopt_push(b.socket, size, True)


def test_each_datagram_has_its_source():
    for view in (0, 1):
        for line in [Line("whole"), Line("bytes")] + [Line("splits", i) for i in range(20)]:
            b, push = service()
            b.modem.channel.parser.view = view
            said = b""
            for data, more in (
                (HOSTILE[:90], b',"203.0.113.5",1234'),
                (b"\r\n", b',"2001:db8::ffff:1",65535'),
            ):
                f = frame(data, more)
                said += f.replace(more + b"\r\n", more + b",", 1) if view else f
            for piece in line.cut(said + urc("+CEREG: 5")):
                b.tape.say(piece)
                b.polls()
            assert b.socket.recv(100) == HOSTILE[:90]
            assert b.socket._source == b'"203.0.113.5",1234'
            assert b.socket.recv(1) == b"\r"
            assert push.source == b'"2001:db8::ffff:1",65535'
            assert push.ring.n == 0 and b.socket.lost == 0


def test_the_largest_datagram_fits_with_its_source():
    b, push = service(size=700)
    b.tape.say(frame(noise(1, 700), b',"2001:db8:1111:2222:3333:4444:5555:6666",65535'))
    b.polls()
    assert b.socket.recv(1500) == noise(1, 700)


def test_a_source_that_is_not_expected():
    # The header of another kind of socket: nobody knows what is wrong.
    b = Pushing("EG800Q", 2)
    b.tape.say(frame(b"abc", b',"203.0.113.5",1234'))
    b.polls()
    b.socket.settimeout(0)
    raises(OSError, b.socket.recv, 10)
    assert b.modem.stats()["dropped"] > 0


def test_the_next_tenant_has_none():
    from quectel.push import adopt_push, prepare

    b, push = service()
    b.modem._sockets[0] = None
    b.socket._id = -1
    prepare(b.modem)
    from quectel import SocketPool

    other = SocketPool(b.modem).socket(2, 2)
    other._id, other._state = 0, 2
    b.modem._sockets[0] = other
    adopt_push(other)
    b.tape.say(frame(b"plain"))
    b.polls()
    assert other.recv(10) == b"plain" and not other._ahead.source

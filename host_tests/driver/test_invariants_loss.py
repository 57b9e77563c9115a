"""Promises about what is lost or late: each tried on many inputs. See test_invariants.py.

I6 recovery from any prefix of a session, I7 no stale attribution, I8 what is delivered is a prefix
of what was sent, or the socket has failed.
"""

import errno

from host_tests.driver.events import Dice, noise, up
from host_tests.driver.harness import HOST, Line

CSQ = ["+CSQ: 25,0"]


# -- I6: recovery -------------------------------------------------------------------------------


class Cutter:
    """Lets `k` bytes of the module through, then none, until it is healed."""

    def __init__(self, module, k):
        self.k = k
        self.passed = 0
        self._out = module.out
        module.connect(self)

    def __call__(self, data):
        n = len(data) if self.k is None else max(min(self.k - self.passed, len(data)), 0)
        self.passed += n
        if n:
            self._out(data[:n])


def session(desk):
    """A bit of everything, each thing for itself: a failure ends only that."""
    made = []

    def connected():
        desk.net.tcp(HOST, 7)
        made.append(desk.socket())
        made[0].settimeout(3)
        made[0].connect((HOST, 7))

    for step in (
        connected,
        lambda: desk.modem.command("+CEREG?"),
        lambda: made[0].send(b"text_"),
        lambda: desk.net._peers[("TCP", HOST, 7)].send(b"\r\nOK\r\n\r\nRDY\r\n0123456789"),
        lambda: made[0].recv(30),
        lambda: made[0].send(b"\0\1\2\3"),
        lambda: desk.modem.resolve("b.example"),
        lambda: made[0].close(),
    ):
        try:
            step()
        except (OSError, IndexError):
            pass


def test_I6_any_prefix_of_a_session():
    for family in ("BC66", "BC26"):
        desk = up(Line("whole"), family)
        cutter = Cutter(desk.module, None)
        session(desk)
        total = cutter.passed
        assert total > 150
        for k in range(0, total, 5):
            recovered(family, k)


def recovered(family, k):
    desk = up(Line("splits", k), family)
    cutter = Cutter(desk.module, k)
    session(desk)
    cutter.k = None
    desk.run(1000)
    t = desk.clock.now
    got = None
    for _ in range(2):
        try:
            got = desk.modem.command("+CSQ")
            break
        except OSError:
            pass
    assert got == CSQ, (family, k)
    assert desk.clock.now - t < 6_000, (family, k)
    s, peer = desk.tcp(port=8)
    peer.send(b"fine")
    assert s.recv(9) == b"fine", (family, k)


def test_I6_any_noise(line):
    desk = up(line)
    for seed in range(4):
        desk.module.inject(noise(seed + 10 * (line.seed or 0), 150))
        desk.run(300)
        desk.module.inject(b"\r\n")
        t = desk.clock.now
        assert desk.modem.command("+CSQ") == CSQ
        assert desk.clock.now - t < 3_000


# -- I7: attribution ----------------------------------------------------------------------------

ANSWERS = (
    ("+CSQ", CSQ),
    ("+CGMM", ["Quectel_BC66"]),
    ("+CPIN?", ["+CPIN: READY"]),
    ("+CGPADDR=1", ['+CGPADDR: 1,"10.16.32.48"']),
    ("+CSCON=0", []),
    ("+CIMI", ["460111174590523"]),
)


def test_I7_answers_at_random_delays(line):
    dice = Dice(line.seed or 7)
    desk = up(line)
    for _ in range(12):
        text, want = ANSWERS[dice(len(ANSWERS))]
        name = text.split("=")[0].split("?")[0]
        desk.module.delays["AT" + name] = (0, 250, 290, 300, 310, 420, 800, 1500)[dice(8)]
        try:
            assert desk.modem.command(text, 300) == want
        except OSError as e:
            assert e.args[0] == errno.ETIMEDOUT
        desk.run((0, 30, 200, 450)[dice(4)])


def test_I7_reads_at_random_delays(line):
    # Whatever is late, no socket ever gets another one's data, and none gets its own twice.
    dice = Dice(100 + (line.seed or 7))
    desk = up(line)
    pairs = [desk.tcp(port=7 + i) for i in range(3)]
    sent = [b"", b"", b""]
    got = [b"", b"", b""]
    dead = [False, False, False]
    for round in range(8):
        i = dice(3)
        s, peer = pairs[i]
        s.settimeout(1)
        data = b"%d:%d;" % (i, round)
        peer.send(data)
        sent[i] += data
        desk.module.delays["AT+QIRD"] = (0, 0, 400, 1400, 1600, 2500)[dice(6)]
        try:
            got[i] += s.recv(40)
        except OSError:
            dead[i] = True
    desk.module.delays["AT+QIRD"] = 0
    desk.run(3000)
    for i in range(3):
        assert sent[i].startswith(got[i]), (sent[i], got[i])


# -- I8: loss -----------------------------------------------------------------------------------


def lossy(data, at, k):
    """Read `data` while the answer loses `k` bytes at `at`: what came, and how it ended."""
    desk = up(Line("whole"))
    s, peer = desk.tcp()
    s.settimeout(4)
    peer.send(data)
    desk.run(10)
    desk.module.drop_output(at, k)
    got = b""
    try:
        while len(got) < len(data):
            piece = s.recv(100)
            assert piece, "an end of the stream that is none"
            got += piece
    except OSError as e:
        return got, e.args[0]
    return got, 0


def test_I8_bytes_lost_anywhere_in_an_answer():
    data = b"\r\n0123\r\n\r\nOK\r\n45"
    size = len(b"\r\n+QIRD: 16,0\r\n" + data + b"\r\n\r\nOK\r\n")
    for at in range(size):
        for k in (1, 2, 3, 4, 6, 8, 13, 40):
            got, why = lossy(data, at, k)
            assert data.startswith(got), (at, k, got)
            assert got == data or why, (at, k)


def test_I8_bytes_lost_in_several_places():
    data = noise(8, 40)
    for seed in range(40):
        dice = Dice(seed)
        desk = up(Line("splits", seed))
        s, peer = desk.tcp()
        s.settimeout(4)
        peer.send(data)
        peer.send(data)
        desk.run(10)
        at = 0
        for _ in range(1 + dice(3)):
            at += dice(30)
            desk.module.drop_output(at, 1 + dice(5))
        got = b""
        try:
            while len(got) < 80:
                piece = s.recv(17)
                assert piece
                got += piece
        except OSError:
            pass
        assert (data + data).startswith(got), seed


def test_I8_a_read_that_ends_late_is_not_lost(line):
    # The answer is on its way when the time is up: it is the caller's all the same.
    desk = up(line)
    s, peer = desk.tcp()
    s.settimeout(1)
    desk.module.delays["AT+QIRD"] = 1200
    peer.send(b"first")
    assert s.recv(10) == b"first"
    peer.send(b"second")
    assert s.recv(10) == b"second"


def test_I8_a_send_that_ends_late_is_no_failure(line):
    # Else the program sends it again, and the peer has it twice.
    desk = up(line)
    s, peer = desk.tcp()
    s.settimeout(1)
    desk.module.delays["SEND OK"] = 1200
    assert s.send(b"first") == 5
    assert bytes(peer.received) == b"first"

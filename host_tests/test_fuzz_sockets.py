"""Random uses of sockets at changing timeouts, against a model: nothing is lost, doubled or mixed.

Hypothesis plays programs: settimeout, send, recv, time that passes, a peer that sends. What a
socket receives is always a prefix of what the peer has sent, and in the end all of it; what the
peer receives is what send() said it took.
"""

import errno

from hypothesis import given, settings
from hypothesis import strategies as st

from host_tests.driver.harness import Line

SETTINGS = settings(max_examples=120, deadline=None, derandomize=True, database=None)

FAMILY = st.sampled_from(("BC66", "BC20", "BC26"))
LINE = st.builds(Line, st.sampled_from(("whole", "bytes", "splits")), st.integers(0, 99))
DELAYS = st.fixed_dictionaries(
    {"answer": st.sampled_from((0, 40, 250)), "SEND OK": st.sampled_from((0, 60, 900))}
)
STEP = st.one_of(
    st.tuples(st.just("settimeout"), st.sampled_from((0, 0.05, 0.3, 30))),
    st.tuples(st.just("push"), st.integers(1, 60)),
    st.tuples(st.just("send"), st.integers(1, 60)),
    st.tuples(st.just("recv"), st.sampled_from((1, 7, 100, 128, 129, 600))),
    st.tuples(st.just("run"), st.sampled_from((0, 10, 60, 300))),
)
STEPS = st.lists(STEP, min_size=1, max_size=40)


def payload(n, times):
    """Bytes that no other step's are, binary and hostile."""
    return b"<%06d\0\r\nOK\r\n>" % n * times


def tried(call, *args):
    """(what it returns, None) or (None, the errno it fails with)."""
    try:
        return call(*args), None
    except OSError as e:
        return None, e.args[0]


@SETTINGS
@given(FAMILY, LINE, DELAYS, STEPS, st.sampled_from((None, 7)))
def test_a_stream(family, line, delays, steps, limit):
    desk = line.desk(family, delays=delays, limit_write=limit)
    s, peer = desk.tcp()
    s.settimeout(1)
    sent = pushed = got = b""
    doubtful = False  # a send has timed out: how much of it went is not known
    for n, (what, x) in enumerate(steps):
        if what == "settimeout":
            s.settimeout(x)
        elif what == "push":
            peer.send(payload(n, x))
            pushed += payload(n, x)
        elif what == "send":
            taken, error = tried(s.send, payload(n, x))
            sent += payload(n, x)[: taken or 0]
            doubtful = doubtful or error not in (None, errno.EAGAIN)
        elif what == "recv":
            data, error = tried(s.recv, x)
            assert len(data or b"") <= x
            got += data or b""
        else:
            desk.run(x)
        assert pushed.startswith(got)
    desk.run(20_000)
    s.settimeout(2)
    data, error = tried(s.recv, 300)
    while data:
        got += data
        data, error = tried(s.recv, 300)
    assert (got, error) == (pushed, errno.ETIMEDOUT)
    assert doubtful or bytes(peer.received) == sent


@SETTINGS
@given(FAMILY, LINE, DELAYS, STEPS)
def test_datagrams(family, line, delays, steps):
    desk = line.desk(family, delays=delays)
    s, peer = desk.udp()
    s.settimeout(1)
    sent, pushed, got = [], [], []
    doubtful = False
    for n, (what, x) in enumerate(steps):
        if what == "settimeout":
            s.settimeout(x)
        elif what == "push" and len(pushed) < 20:  # more than a module holds is lost, and counted
            peer.send(payload(n, min(x, 30)))
            pushed.append(payload(n, min(x, 30)))
        elif what == "send":
            taken, error = tried(s.send, payload(n, min(x, 30)))
            if taken:
                sent.append(payload(n, min(x, 30)))
            doubtful = doubtful or error not in (None, errno.EAGAIN)
        elif what == "recv":
            data, error = tried(s.recv, 600)
            if data:
                got.append(data)
        else:
            desk.run(x)
        assert got == pushed[: len(got)]
    desk.run(20_000)
    s.settimeout(2)
    data, error = tried(s.recv, 600)
    while data:
        got.append(data)
        data, error = tried(s.recv, 600)
    assert (got, error) == (pushed, errno.ETIMEDOUT)
    assert doubtful or peer.received == sent

"""A recv URC that the line lost: no other follows while data lies in the module.

The old code waited for it for ever. Found by a node's life: each acknowledgement came, none was
read, and the node sent the same batch again and again.
"""

import errno

from host_tests.driver.harness import fails, lines


def lose_what_it_says(desk, peer, data):
    """The peer sends, and nothing of what the module says of it arrives."""
    desk.module.connect(lambda said: None)
    peer.send(data)
    desk.clock.advance(10)
    desk.module.connect(desk.uart._from_module)


def test_a_receive_after_one_that_timed_out_asks_the_module():
    for line in lines():
        for family in ("BC66", "BC26", "UG96", "EG800Q"):
            for kind in ("udp", "tcp"):
                desk = line.desk(family)
                s, peer = getattr(desk, kind)()
                s.settimeout(5)
                lose_what_it_says(desk, peer, b"first")
                fails(errno.ETIMEDOUT, s.recv, 100)
                assert s.recv(100) == b"first"
                # From here on the URC comes again.
                peer.send(b"second")
                assert s.recv(100) == b"second"
                # In vain it asks once, not all the time.
                before = len(desk.module.commands)
                for _ in range(3):
                    fails(errno.ETIMEDOUT, s.recv, 100)
                assert len(desk.module.commands) - before <= 3

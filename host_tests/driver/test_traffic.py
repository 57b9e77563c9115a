"""What one message takes on the line; the table of `make bench` shows it in full."""

from host_tests.bench import traffic


def rows(line, name):
    """One for each family."""
    message = [m for m in traffic.MESSAGES if m[0] == name][0]
    return [traffic.count(line.desk(family), *message) for family in traffic.FAMILIES]


def test_a_post_of_60_bytes_is_one_qisend(line):
    assert len(traffic.BODY) == 60
    assert [row.sends for row in rows(line, "HTTP POST, 60-byte body")] == [1, 1, 1]


def test_a_publish_is_one_qisend(line):
    for name in ("MQTT publish, QoS 0", "MQTT publish, QoS 1"):
        assert [row.sends for row in rows(line, name)] == [1, 1, 1]


def test_a_datagram_is_one_round_trip(line):
    found = rows(line, "UDP datagram")
    assert [(row.sends, row.commands) for row in found] == [(1, 1)] * 3


def test_a_coap_post_is_one_qisend(line):
    assert [row.sends for row in rows(line, "CoAP POST, confirmable")] == [1, 1, 1]

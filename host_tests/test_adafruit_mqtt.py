"""adafruit_minimqtt, unmodified, over the modem to Mosquitto and to servers that misbehave."""

import errno
import time

import pytest

from host_tests import circuitpython
from host_tests.servers import free_port, mqtt, skip_without
from host_tests.servers.misbehave import Misbehaving

pytestmark = pytest.mark.waits

FAMILIES = ("BC66", "BC26", "EG800Q")
CONNACK = b"\x20\x02\0\0"
GUARD = 60  # seconds; what takes as long hangs
DRIP = 0.05


@pytest.fixture(scope="module")
def servers():
    skip_without(mqtt.find)
    with circuitpython.libraries(), mqtt.Mosquitto() as broker:
        with Misbehaving("stall", CONNACK, DRIP) as rude:
            broker.rude = rude
            yield broker


@pytest.fixture(scope="module", params=FAMILIES)
def board(request, servers):
    names = {
        "broker.example": servers.port,
        "rude.example": servers.rude.port,
        "refused.example": free_port(),
    }
    board = circuitpython.Board(request.param, names)
    yield board
    board.close()


@pytest.fixture
def client(board):
    """`client(name, ...)`: an MQTT client for the broker of that name, disconnected at the end."""
    from adafruit_connection_manager import connection_manager_close_all
    from adafruit_minimqtt.adafruit_minimqtt import MQTT

    import quectel

    pools = []

    def make(name="broker", kind="StreamPool", **options):
        options = dict(dict(connect_retries=1, recv_timeout=5, socket_timeout=0.3), **options)
        pools.append(getattr(quectel, kind)(board.m))
        return MQTT(broker=name + ".example", port=1883, socket_pool=pools[-1], **options)

    yield make
    for pool in pools:
        connection_manager_close_all(pool)
    assert board.m.sockets() == [], "a connection was left open"


def topic(board, name="reading"):
    """One for each family: they share the broker."""
    return "node/%s/%s" % (type(board.m).__name__, name)


def looped(client, got, count=1):
    """Loop until so many messages are in."""
    deadline = time.monotonic() + GUARD
    while len(got) < count:
        assert time.monotonic() < deadline, got
        client.loop(0.3)


def collector(client):
    got = []
    client.on_message = lambda client, topic, message: got.append((topic, message))
    return got


# -- what it is for -------------------------------------------------------------------------


@pytest.mark.parametrize("qos", (0, 1))
def test_publish(client, board, servers, qos):
    with servers.messages(topic(board)) as there:
        c = client()
        c.connect()
        for reading in ("21.5", "21.6", "x" * 700):
            c.publish(topic(board), reading, qos=qos)
        c.disconnect()
        messages = there.take(3)
    assert [m[1] for m in messages] == [b"21.5", b"21.6", b"x" * 700]
    assert {m[2] for m in messages} == {qos}


@pytest.mark.parametrize("qos", (0, 1))
def test_subscribe_and_receive(client, board, servers, qos):
    c = client()
    got = collector(c)
    c.connect()
    c.subscribe(topic(board, "set"), qos)
    for text in ("on", "off", "y" * 900):
        servers.publish(topic(board, "set"), text)
    looped(c, got, 3)
    c.unsubscribe(topic(board, "set"))
    c.disconnect()
    assert got == [(topic(board, "set"), text) for text in ("on", "off", "y" * 900)]


def test_a_loop_without_messages_ends_in_time(client):
    c = client()
    c.connect()
    start = time.monotonic()
    assert c.loop(1) is None
    assert time.monotonic() - start < GUARD
    c.disconnect()


def test_ping(client):
    c = client()
    c.connect()
    assert 0xD0 in c.ping()
    c.disconnect()


def test_reconnect_subscribes_again(client, board, servers):
    c = client()
    got = collector(c)
    c.connect()
    c.subscribe(topic(board, "set"))
    c.reconnect()
    servers.publish(topic(board, "set"), "on")
    looped(c, got)
    c.disconnect()
    assert got == [(topic(board, "set"), "on")]


def test_a_will_and_a_password_are_told(client, board, servers):
    c = client(username="node", password="secret")
    c.will_set(topic(board, "will"), "gone", qos=1)
    with servers.messages(topic(board, "will")) as there:
        c.connect()
        c._sock.close()  # without DISCONNECT
        assert there.take(1)[0][1] == b"gone"
    c._close_socket()


# -- what it costs --------------------------------------------------------------------------


def test_a_publish_is_one_qisend(client, board, servers):
    c = client()
    assert board.count("QISEND", c.connect)[0] == 1

    def publish():
        c.publish(topic(board), "21.5", qos=0)
        c.loop(0.3)

    assert board.count("QISEND", publish)[0] == 1
    # PUBACK is waited for, and nothing is sent for it.
    assert board.count("QISEND", lambda: c.publish(topic(board), "21.6", qos=1))[0] == 1
    assert board.count("QISEND", c.subscribe, topic(board, "set"))[0] == 1
    c.disconnect()


def test_what_a_plain_pool_costs(client, board):
    c = client(kind="SocketPool")
    assert board.count("QISEND", c.connect)[0] == 4
    assert board.count("QISEND", lambda: c.publish(topic(board), "21.5", qos=0))[0] == 3
    assert board.count("QISEND", lambda: c.publish(topic(board), "21.6", qos=1))[0] == 3
    assert board.count("QISEND", c.subscribe, topic(board, "set"))[0] == 3
    c.disconnect()


def test_what_waits_leaves_with_disconnect(client, board, servers):
    with servers.messages(topic(board)) as there:
        c = client()
        c.connect()
        sent, _ = board.count("QISEND", c.publish, topic(board), "last words")
        assert sent == 0  # it waits for what comes next, or for the next poll
        c.disconnect()
        assert there.take(1)[0][1] == b"last words"


# -- what goes wrong ------------------------------------------------------------------------


@pytest.fixture
def works(client, board, servers):
    """At the end of a test: the next connection works."""
    yield
    c = client()
    c.connect()
    c.publish(topic(board), "still here", qos=1)
    c.disconnect()


def failure(call, *arguments):
    """The MMQTTException of the call, which comes in bounded time."""
    from adafruit_minimqtt.adafruit_minimqtt import MMQTTException

    start = time.monotonic()
    with pytest.raises(MMQTTException) as failed:
        call(*arguments)
    assert time.monotonic() - start < GUARD
    return failed.value


def test_refused(client, works):
    assert failure(client("refused").connect).__cause__.errno == errno.ECONNREFUSED


def test_no_such_name(client, works):
    assert failure(client("nowhere").connect).__cause__.errno == errno.EHOSTUNREACH


@pytest.mark.parametrize("behaviour", ("stall", "reset", "early"))
def test_a_broker_that_does_not_answer_connect(client, works, servers, behaviour):
    servers.rude.next_behaviour(behaviour)
    assert failure(client("rude", recv_timeout=1).connect)


def test_a_broker_that_answers_a_byte_now_and_then(client, works, servers):
    servers.rude.next_behaviour("drip")
    c = client("rude")
    assert c.connect() == 0
    c._close_socket()


def test_a_broker_that_falls_silent(client, works, servers):
    servers.rude.next_behaviour("drip")
    servers.rude.pause = 30  # the first byte of CONNACK, and then nothing
    try:
        assert failure(client("rude", recv_timeout=1).connect)
    finally:
        servers.rude.pause = DRIP


def test_a_broker_that_goes(client, works, board, servers):
    c = client(recv_timeout=1)
    c.connect()
    # Another client of the same name: the broker closes this one's connection.
    other = client(client_id=c.client_id)
    other.connect()
    assert failure(lambda: [c.loop(0.3) for _ in range(20)])
    c.reconnect()
    c.publish(topic(board), "back", qos=1)
    c.disconnect()

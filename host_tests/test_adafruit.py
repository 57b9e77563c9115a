"""adafruit_requests and adafruit_connection_manager, unmodified, over the modem, to servers."""

import contextlib
import errno
import http.server
import json
import threading
import time

import pytest

from host_tests import circuitpython
from host_tests.servers import free_port
from host_tests.servers.http import HttpServer

pytestmark = pytest.mark.waits

FAMILIES = ("BC66", "BC26", "EG800Q")
READING = {"t": 21.5, "id": "3fa90c-17", "battery": 3.71, "rssi": -87}  # 60 bytes as JSON
DRIP = 0.015  # seconds; faster, and a BC66 has more single bytes waiting than it can keep
GUARD = 60  # seconds; what takes as long hangs


class Shop:
    """An HTTP/1.1 server that keeps its connections: `connections` is how many there were."""

    def __init__(self):
        self.connections = 0
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Clerk)
        self._server.daemon_threads = True
        self._server.shop = self
        self.port = self._server.server_port

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exception):
        self._server.shutdown()
        self._server.server_close()


class _Clerk(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        self.server.shop.connections += 1
        super().setup()

    def do_GET(self):
        if self.path == "/moved":
            self._say(302, b"", Location="/reading")
        elif self.path == "/chunked":
            self._chunks([b"21.5", b"x" * 300, b"\r\n0\r\n\r\n", b"end"])
        elif self.path.startswith("/bytes/"):
            self._say(200, bytes(i & 255 for i in range(int(self.path[7:]))))
        else:
            self._say(200, self.path.encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._say(201, json.dumps([self.headers["Content-Type"], body.decode()]).encode())

    def _say(self, status, body, **headers):
        self.send_response(status)
        for name in headers:
            self.send_header(name, headers[name])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _chunks(self, chunks):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for chunk in chunks:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *words):
        pass


@pytest.fixture(scope="module")
def servers():
    with circuitpython.libraries(), Shop() as shop, HttpServer(pause=DRIP) as rude:
        shop.rude = rude
        yield shop


@pytest.fixture(scope="module", params=FAMILIES)
def board(request, servers):
    names = {"shop%d.example" % i: servers.port for i in range(20)}
    names.update({"rude.example": servers.rude.port, "refused.example": free_port()})
    board = circuitpython.Board(request.param, names)
    yield board
    board.close()


@contextlib.contextmanager
def pool_of(board, kind):
    """A pool of its own for each test: with it go all connections that are kept."""
    from adafruit_connection_manager import connection_manager_close_all, get_connection_manager

    import quectel

    pool = getattr(quectel, kind)(board.m)
    get_connection_manager(pool)
    yield pool
    connection_manager_close_all(pool)
    assert board.m.sockets() == [], "a connection was left open"


@pytest.fixture
def pool(board):
    with pool_of(board, "StreamPool") as pool:
        yield pool


@pytest.fixture
def plain_pool(board):
    with pool_of(board, "SocketPool") as pool:
        yield pool


@pytest.fixture
def session(pool):
    import adafruit_requests

    return adafruit_requests.Session(pool)


def url(path="/reading", host="shop0"):
    return "http://%s.example%s" % (host, path)


# -- what it is for -------------------------------------------------------------------------


def test_get(session):
    with session.get(url()) as answer:
        assert (answer.status_code, answer.text) == (200, "/reading")
        assert answer.headers["content-length"] == "8"


def test_post_json(session):
    with session.post(url(), json=READING) as answer:
        assert answer.status_code == 201
        assert answer.json() == ["application/json", json.dumps(READING)]


def test_headers_of_our_own_and_a_form(session):
    answer = session.post(url(), data={"t": "21.5"}, headers={"X-Node": "17"})
    assert answer.json() == ["application/x-www-form-urlencoded", "t=21.5"]


def test_a_chunked_answer(session):
    assert session.get(url("/chunked")).content == b"21.5" + b"x" * 300 + b"\r\n0\r\n\r\nend"


def test_a_redirect_is_followed(session):
    assert session.get(url("/moved")).text == "/reading"


@pytest.mark.parametrize("size", (1, 511, 1460, 1500, 5000))
def test_bytes_of_all_values(session, size):
    assert session.get(url("/bytes/%d" % size)).content == bytes(i & 255 for i in range(size))


def test_a_stream_in_pieces(session):
    with session.get(url("/bytes/1000"), stream=True) as answer:
        pieces = list(answer.iter_content(100))
    assert b"".join(pieces) == bytes(i & 255 for i in range(1000))


def test_a_session_keeps_its_connection(session, board, servers):
    before = servers.connections

    def three():
        for i in range(3):
            assert session.get(url("/%d" % i)).text == "/%d" % i

    opened, _ = board.count("QIOPEN", three)
    assert (opened, servers.connections - before) == (1, 1)


def test_more_hosts_than_connections(session, board):
    # The library closes what it has kept when there is no connectID left.
    for i in range(board.m.IDS + 3):
        assert session.get(url("/%d" % i, "shop%d" % i)).text == "/%d" % i


# -- what it costs --------------------------------------------------------------------------


def test_a_request_is_one_qisend(session, board):
    sent, answer = board.count("QISEND", session.get, url())
    assert (sent, answer.text) == (1, "/reading")
    sent, answer = board.count("QISEND", lambda: session.post(url(), json=READING))
    assert (sent, answer.status_code) == (1, 201)


def test_an_answer_is_read_in_large_pieces(session, board):
    asked, body = board.count("QIRD", lambda: session.get(url("/bytes/1000")).content)
    assert len(body) == 1000 and asked <= 8


def test_a_large_post_is_sent_in_few_pieces(session, board):
    body = "x" * 1400
    sent, answer = board.count("QISEND", lambda: session.post(url(), data=body))
    assert answer.json()[1] == body and sent <= 4


def test_what_a_plain_pool_costs(board, plain_pool):
    import adafruit_requests

    session = adafruit_requests.Session(plain_pool)
    sent, answer = board.count("QISEND", session.get, url())
    assert (sent, answer.text) == (13, "/reading")
    sent, answer = board.count("QISEND", lambda: session.post(url(), json=READING))
    assert (sent, answer.status_code) == (22, 201)


# -- what goes wrong ------------------------------------------------------------------------


@pytest.fixture
def works(session):
    """At the end of a test: the next request works."""
    yield
    assert session.get(url()).text == "/reading"


def test_refused(session, works):
    with pytest.raises(OSError) as failed:
        session.get(url(host="refused"))
    assert failed.value.errno == errno.ECONNREFUSED


def test_no_such_name(session, works):
    with pytest.raises(OSError) as failed:
        session.get("http://nowhere.invalid/")
    assert failed.value.errno == errno.EHOSTUNREACH


@pytest.mark.parametrize("behaviour", ("stall", "reset"))
def test_a_server_that_does_not_answer(session, works, servers, behaviour):
    from adafruit_requests import OutOfRetries

    servers.rude.next_behaviour(behaviour)
    try:
        start = time.monotonic()
        with pytest.raises(OutOfRetries):
            session.get(url(host="rude"), timeout=1)
        assert time.monotonic() - start < GUARD
    finally:
        servers.rude.next_behaviour("normal")
    assert session.get(url(host="rude")).status_code == 200


def test_a_server_that_stalls_in_the_middle(session, works, servers):
    servers.rude.next_behaviour("drip")
    servers.rude.pause = 10
    try:
        with pytest.raises(OSError) as failed:
            session.get(url(host="rude"), timeout=1)
        assert failed.value.errno == errno.ETIMEDOUT
    finally:
        servers.rude.pause = DRIP
        servers.rude.next_behaviour("normal")


def test_a_server_that_closes_early(session, works, servers):
    # The library takes the end of the stream for the end of the body.
    servers.rude.next_behaviour("early")
    try:
        answer = session.get(url("/bytes/400", "rude"))
        assert 0 < len(answer.content) < 400
    finally:
        servers.rude.next_behaviour("normal")


def test_a_byte_now_and_then(session, works, servers):
    servers.rude.next_behaviour("drip")
    try:
        assert session.get(url(host="rude")).json()["path"] == "/reading"
    finally:
        servers.rude.next_behaviour("normal")


def test_a_kept_connection_that_the_server_has_closed(session, servers):
    # The library asks once more on a new connection.
    for i in range(3):
        assert session.get(url("/%d" % i, "rude")).json()["path"] == "/%d" % i


# -- TLS ------------------------------------------------------------------------------------


def test_the_modem_is_no_radio_that_does_tls(board, pool):
    import adafruit_requests
    from adafruit_connection_manager import create_fake_ssl_context

    context = create_fake_ssl_context(pool, board.m)
    with pytest.raises(ValueError, match="does not support TLS"):
        adafruit_requests.Session(pool, context).get("https://shop0.example/")


def test_a_fake_ssl_context_fails_as_sockets_fail(pool, session):
    import adafruit_requests
    from adafruit_connection_manager import create_fake_ssl_context

    class Interface:
        TLS_MODE = 2

    context = create_fake_ssl_context(pool, Interface)
    with pytest.raises(OSError, match="no TLS") as failed:
        adafruit_requests.Session(pool, context).get("https://shop0.example/")
    assert failed.value.errno == errno.EOPNOTSUPP


@pytest.mark.parametrize("kind, number", (("SOCK_STREAM", 1), ("SOCK_DGRAM", 2)))
def test_what_the_boards_own_ssl_takes_from_a_socket(board, pool, kind, number):
    names = "accept bind close connect listen recv_into send settimeout setsockopt"
    with pool.socket(pool.AF_INET, getattr(pool, kind)) as s:
        for name in names.split():
            assert callable(getattr(s, name)), name
        assert s.type == number


def test_what_the_libraries_take_from_a_pool(pool):
    assert hash(pool) and not hasattr(pool, "set_interface") and not hasattr(pool, "timeout")
    assert (pool.AF_INET, pool.SOCK_STREAM, pool.SOCK_DGRAM) == (2, 1, 2)
    info = pool.getaddrinfo("shop0.example", 80, 0, pool.SOCK_STREAM)
    assert info == [(2, 1, 0, "", ("shop0.example", 80))]
    sockets = {pool.socket(), pool.socket()}
    assert len(sockets) == 2
    with pytest.raises(ValueError):
        pool.socket(pool.AF_INET, 3)

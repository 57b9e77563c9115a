"""An HTTP server, HTTPS with a certificate, that notes what it is asked and can misbehave."""

import http.server
import json
import threading

from host_tests.servers import HOST, PATIENCE, misbehave


class HttpServer:
    """`requests` is a list of (method, path, headers, body), headers a dict with lower-case names.

    The answer is 200 with `{"method": ..., "path": ..., "length": ...}` of the request, or, for
    /bytes/N, N bytes. `tls` is a server's ssl.SSLContext. What it can do besides answering says
    misbehave.py; `pause` is a drip's, in seconds.
    """

    def __init__(self, behaviour="normal", tls=None, pause=0.2):
        self.requests = []
        self.tls = tls
        self.pause = pause
        self.next_behaviour(behaviour)
        self.stopped = threading.Event()
        self._server = _Server((HOST, 0), _Handler)
        self._server.owner = self
        self.port = self._server.server_port

    def next_behaviour(self, behaviour):
        """What following connections meet."""
        if behaviour not in misbehave.BEHAVIOURS:
            raise ValueError(behaviour)
        self.behaviour = behaviour

    def __enter__(self):
        # A short interval: it is only how long shutdown() takes.
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.daemon = True
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self.stopped.set()
        self._server.shutdown()
        self._thread.join(PATIENCE)
        self._server.server_close()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def finish_request(self, request, address):
        # Here, not in get_request: a client that stalls in its handshake keeps nobody waiting.
        if self.owner.tls:
            request = self.owner.tls.wrap_socket(request, server_side=True)
        self.RequestHandlerClass(request, address, self)
        if self.owner.tls:
            request.close()

    def shutdown_request(self, request):
        if request.fileno() >= 0:
            super().shutdown_request(request)

    def handle_error(self, request, address):
        """A client that has gone is the client's business."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        self.behaviour = self.server.owner.behaviour
        super().setup()

    def _answer(self):
        owner = self.server.owner
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self._body(headers)
        owner.requests.append((self.command, self.path, headers, body))
        self.close_connection = True
        data = _response(self.command, self.path, body)
        misbehave.answer(self.connection, data, self.behaviour, owner.pause, owner.stopped)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _answer

    def _body(self, headers):
        if "chunked" not in headers.get("transfer-encoding", ""):
            return self.rfile.read(int(headers.get("content-length", 0)))
        body = b""
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            body += self.rfile.read(size)
            self.rfile.readline()
            if not size:
                return body

    def log_message(self, *words):
        pass


def _response(method, path, body):
    if path.startswith("/bytes/"):
        kind, text = "application/octet-stream", bytes(i & 0xFF for i in range(int(path[7:])))
    else:
        kind = "application/json"
        text = json.dumps({"method": method, "path": path, "length": len(body)}).encode()
    head = "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    return (head % (kind, len(text))).encode() + (b"" if method == "HEAD" else text)

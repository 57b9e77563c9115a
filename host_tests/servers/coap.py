"""A CoAP server: aiocoap, in a thread with an event loop of its own."""

import asyncio
import socket
import threading

import aiocoap
import aiocoap.resource

from host_tests.servers import HOST, PATIENCE, free_port


class CoapServer:
    """`requests` is a list of (method, path, payload, confirmable).

    POST and PUT are answered 2.04 Changed, GET 2.05 with `content`, after `delay` seconds: from
    some 0.1 s on the acknowledgement comes first, by itself, and the answer is a message of its
    own. Paths in `missing` are 4.04 Not Found.
    """

    def __init__(self, delay=0, content=b"21.5", missing=("/nowhere",)):
        self.requests = []
        self.delay = delay
        self.content = content
        self.missing = missing

    def __enter__(self):
        self._ready = threading.Event()
        self._failure = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(PATIENCE)
        if self._failure:
            raise self._failure
        return self

    def __exit__(self, *exception):
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(PATIENCE)

    def _run(self):
        try:
            asyncio.run(self._serve())
        except Exception as failure:
            self._failure = failure
            self._ready.set()

    async def _serve(self):
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        self.port = free_port(socket.SOCK_DGRAM)
        context = await aiocoap.Context.create_server_context(
            _Anything(self), bind=(HOST, self.port), transports=["simplesocketserver"]
        )
        self._ready.set()
        await self._end.wait()
        await context.shutdown()


class _Anything(aiocoap.resource.Resource):
    """Whatever the path."""

    def __init__(self, server):
        super().__init__()
        self._server = server

    async def render(self, request):
        server = self._server
        path = "/" + "/".join(request.opt.uri_path)
        confirmable = request.mtype is aiocoap.CON
        server.requests.append((str(request.code), path, request.payload, confirmable))
        if server.delay:
            await asyncio.sleep(server.delay)
        if path in server.missing:
            return aiocoap.Message(code=aiocoap.NOT_FOUND)
        if request.code is aiocoap.GET:
            return aiocoap.Message(code=aiocoap.CONTENT, payload=server.content)
        return aiocoap.Message(code=aiocoap.CHANGED)

"""A web server for files: a repository as a fork's own site has it, or as GitHub serves it."""

import functools
import http.server
import os
import shutil
import threading

from host_tests.interpreters import ROOT

GITHUB = "https://raw.githubusercontent.com/"


class Site:
    """Serves `folder` at `port` of 127.0.0.1 while in `with`. `url` ends with "/".

    `asked` are the paths.
    """

    def __init__(self, folder):
        self.asked = []
        handler = functools.partial(_Handler, self.asked, directory=str(folder))
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.port = self._server.server_port
        self.url = "http://127.0.0.1:%d/" % self.port

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exception):
        self._server.shutdown()
        self._server.server_close()


class _Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, asked, *words, **more):
        self.asked = asked
        super().__init__(*words, **more)

    def log_request(self, code="-", size="-"):
        self.asked.append(self.path)

    def log_message(self, *words):
        pass


def repository(folder, version=None):
    """What is published, as `folder`: this checkout, or a copy that calls itself `version`."""
    if version is None:
        folder.symlink_to(ROOT)
        return
    folder.mkdir()
    for name in ("lib", "boards"):
        shutil.copytree(
            os.path.join(ROOT, name), str(folder / name), ignore=shutil.ignore_patterns("__*__")
        )
    shutil.copy(os.path.join(ROOT, "package.json"), str(folder))
    init = folder / "lib" / "quectel" / "__init__.py"
    with open(os.path.join(ROOT, "lib", "quectel", "__init__.py")) as file:
        text = file.read()
    init.write_text(text.replace('__version__ = "', '__version__ = "%s of ' % version))

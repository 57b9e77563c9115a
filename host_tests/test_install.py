"""The driver gets on a board in each way that the README tells, and works there.

mpremote is the real one. Its board is MicroPython 1.27 compiled to WebAssembly, on a terminal,
with a file system of its own. `mip` on the board runs on MicroPython's unix port.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess

import pytest

from host_tests import interpreters, mpy, test_package
from host_tests.install import web
from host_tests.install.board import Board
from host_tests.interpreters import ROOT
from host_tests.servers import skip_without

pytestmark = pytest.mark.waits

BOARD_FILE = "boards/generic_rp2040_bc66.py"
TAG = "v0.1.0"
RELATIVE = "0.4.0"  # the first mip that takes the URLs of our package.json as they are
PATIENCE = 60  # seconds before a program that hangs is a failure


def sha256(*path):
    with open(os.path.join(ROOT, *path), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def wanted(where="/lib"):
    """{path on the board: SHA-256} of a whole installation."""
    names = [pair[1] for pair in test_package.urls()]
    return {name.replace("lib/", where + "/", 1): sha256(name) for name in names}


def wanted_names():
    return {os.path.basename(path): value for path, value in wanted().items()}


@pytest.fixture
def board():
    with skip_without(Board) as board:
        yield board


@pytest.fixture
def github(tmp_path):
    """GitHub, with ORG/quectel: its HEAD is this checkout, and a tag tells another version."""
    folder = tmp_path / "github" / "ORG" / "quectel"
    folder.mkdir(parents=True)
    web.repository(folder / "HEAD")
    web.repository(folder / TAG, TAG)
    with web.Site(tmp_path / "github") as site:
        yield site


def works(board):
    """Every public name can be used there: nothing is missing, all of it compiles."""
    families = "BC66 BC26 BC20 UG95 UG96 EG800Q EG915Q EG916Q".split()
    names = families + "Power SocketPool Link Outbox QuectelError".split()
    program = "import quectel; print(quectel.__version__); quectel.%s" % ", quectel.".join(names)
    return board.run(program) == test_package.version()


# ---- mpremote ---------------------------------------------------------------------------------


def test_from_a_clone(board):
    status, text = board.type("mpremote mip install ./package.json")
    assert status == 0 and text.endswith("Done\n"), text
    assert board.files("/lib") == wanted()
    assert works(board)


def test_into_another_folder(board):
    board.type("mpremote mip install --target /flash/lib ./package.json")
    assert board.files("/flash") == wanted("/flash/lib")


def test_over_an_older_one(board):
    board.type("mpremote mip install ./package.json")
    board.type("mpremote cp %s :lib/quectel/modem.py" % BOARD_FILE)
    assert board.files("/lib") != wanted()
    status, text = board.type("mpremote mip install ./package.json")
    assert status == 0, text
    assert board.files("/lib") == wanted()


def test_from_a_web_site_of_ones_own(board, tmp_path):
    web.repository(tmp_path / "quectel")
    with web.Site(tmp_path) as site:
        status, text = board.type("mpremote mip install %squectel/" % site.url)
        assert status == 0, text
        assert site.asked[0] == "/quectel/package.json"
    assert board.files("/lib") == wanted()


def test_from_github(board, github):
    status, text = board.type("mpremote mip install github:ORG/quectel", github=github.url)
    assert status == 0, text
    assert {path.split("/")[3] for path in github.asked} == {"HEAD"}
    assert board.files("/lib") == wanted()
    assert works(board)


def test_a_tag_is_a_version(board, github):
    line = "mpremote mip install github:ORG/quectel@v0.1.0"
    status, text = board.type(line, github=github.url)
    assert status == 0, text
    assert len(github.asked) == 1 + len(wanted())
    assert {path.split("/")[3] for path in github.asked} == {TAG}
    assert board.run("import quectel; print(quectel.__version__)").startswith(TAG)


def test_a_board_file_from_github(board, github):
    line = "mpremote mip install github:ORG/quectel/boards/generic_rp2040_bc66.py"
    status, text = board.type(line, github=github.url)
    assert status == 0, text
    assert board.files("/lib") == {"/lib/generic_rp2040_bc66.py": sha256(BOARD_FILE)}
    status, text = board.type("mpremote cp :lib/generic_rp2040_bc66.py :modem_board.py")
    assert status == 0, text
    assert board.run("print(open('modem_board.py').read())") == read(BOARD_FILE).strip()


def test_by_copying(board, tmp_path):
    web.repository(tmp_path / "clone", TAG)
    for line in (
        "mpremote cp -r lib/ :",
        "mpremote cp boards/generic_rp2040_bc66.py :modem_board.py",
    ):
        status, text = board.type(line, cwd=tmp_path / "clone")
        assert status == 0, text
    assert set(board.files("/lib")) == set(wanted())
    assert board.run("import quectel; print(quectel.__version__)").startswith(TAG)
    assert board.run("print(open('modem_board.py').read())") == read(BOARD_FILE).strip()


def test_copying_the_package_alone_wants_a_lib(board):
    """mpremote's message is beside the point; the README quotes it."""
    line = "mpremote cp -r lib/quectel :lib/"
    status, text = board.type(line)
    assert status != 0 and "-r not specified" in text
    board.run("import os; os.mkdir('/lib')")
    assert board.type(line)[0] == 0


@pytest.mark.parametrize("fault", ("no such file", "no such package", "no JSON"))
def test_a_mistake_is_seen(board, tmp_path, fault):
    web.repository(tmp_path / "clone", TAG)
    package = tmp_path / "clone" / "package.json"
    if fault == "no such file":
        package.write_text(package.read_text().replace("lib/quectel/ug9x.py", "lib/quectel/u.py"))
    elif fault == "no JSON":
        package.write_text(package.read_text()[:-3])
    else:
        package.unlink()
    status, text = board.type("mpremote mip install ./package.json", cwd=tmp_path / "clone")
    assert status != 0 and "Done" not in text
    if fault == "no such file":
        assert "Package may be partially installed" in text and "lib/quectel/u.py" in text


# What needs MicroPython's own index, which not every machine reaches.
NOT_RUN = {"mpremote mip install requests umqtt.simple"}


def test_every_such_line_of_the_readme_is_run_here():
    install = read("README.md").partition("\n## Install\n")[2].partition("\n## ")[0]
    lines = set(re.findall(r"^(mpremote .*?)(?:  +#.*)?$", install, re.MULTILINE))
    run = set(re.findall(r'"(mpremote [^"%]*)"', read("host_tests/test_install.py")))
    assert "mpremote mip install ./package.json" in lines
    assert lines - run - NOT_RUN == set()


# ---- .mpy -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("clone") / "build" / "mpy")
    return folder, skip_without(mpy.build, folder)


def test_mpy_of_every_file(build):
    folder, rows = build
    names = [os.path.basename(pair[0])[:-3] for pair in test_package.urls()]
    assert [row[0] for row in rows] == names
    assert sorted(os.listdir(os.path.join(folder, "quectel"))) == [n + ".mpy" for n in names]
    assert 0 < sum(row[2] for row in rows) < sum(row[1] for row in rows) / 2


def test_mpy_on_a_board(build, board):
    folder, rows = build
    board.type("mpremote mip install ./package.json")
    assert board.type("mpremote rm -r :lib/quectel")[0] == 0
    clone = os.path.dirname(os.path.dirname(folder))
    status, text = board.type("mpremote mip install build/mpy/package.json", cwd=clone)
    assert status == 0, text
    assert set(board.files("/lib")) == {"/lib/quectel/%s.mpy" % row[0] for row in rows}
    assert works(board)


@pytest.mark.parametrize("bits", interpreters.BITS)
def test_mpy_can_be_imported(build, bits, tmp_path):
    """Each of them, but the one for CircuitPython, on both word sizes."""
    folder, rows = build
    names = sorted({row[0] for row in rows} - {"__init__", "circuitpython"})
    program = "import quectel\nfor name in %r: __import__('quectel.' + name)\n" % names
    program += "print(quectel.__version__, quectel.__file__)"
    argv = skip_without(interpreters.find, bits)
    status, text = on_unix(argv, program, tmp_path, folder)
    assert status == 0, text
    assert text.split() == [test_package.version(), folder + "/quectel/__init__.mpy"]


def test_make_mpy_builds_anew(build):
    folder, _ = build
    stale = os.path.join(folder, "quectel", "stale.mpy")
    open(stale, "w").close()
    mpy.build(folder)
    assert not os.path.exists(stale)


# ---- mip on the board -------------------------------------------------------------------------


def on_unix(argv, program, folder, *paths):
    """Run it with `folder` as the file system: (status, what it printed)."""
    done = subprocess.run(
        list(argv) + ["-c", program],
        cwd=str(folder),
        env=dict(os.environ, MICROPYPATH=":".join(paths + (".frozen",)), MICROPYINSPECT=""),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        timeout=PATIENCE,
    )
    return done.returncode, done.stdout


def mip(program, site, folder, *paths):
    """Run it with `mip` imported and GitHub at `site`."""
    program = (
        "import mip\n"
        "resolve = mip._rewrite_url\n"
        "mip._rewrite_url = lambda *words: resolve(*words).replace(%r, %r)\n"
        % (web.GITHUB, site.url)
    ) + program
    return on_unix(skip_without(interpreters.find, 64), program, folder, *paths)


def mip_version(folder, *paths):
    argv = skip_without(interpreters.find, 64)
    status, text = on_unix(argv, "import mip; print(mip.__version__)", folder, *paths)
    assert status == 0, text
    return text.strip()


def at_least(version, least):
    return [int(n) for n in re.findall(r"\d+", version)] >= [
        int(n) for n in re.findall(r"\d+", least)
    ]


@pytest.fixture
def old_mip(tmp_path):
    version = mip_version(tmp_path)
    if at_least(version, RELATIVE):
        pytest.skip("this MicroPython has mip %s" % version)


@pytest.fixture(scope="module")
def new_mip(tmp_path_factory):
    """The path of a mip that takes relative URLs, or () where the frozen one does.

    It comes from MicroPython's index, which is none of the registries, and does not answer
    everywhere: without it there is nothing to test.
    """
    folder = tmp_path_factory.mktemp("mip")
    if at_least(mip_version(folder), RELATIVE):
        return ()
    path = os.path.join(interpreters.cache(), "mip")
    if not os.path.exists(path):
        program = "import mip; mip.install('mip', target='new')"
        try:
            status, text = on_unix(skip_without(interpreters.find, 64), program, folder)
        except subprocess.TimeoutExpired:
            status, text = 1, "no answer"
        if status:
            why = text.strip().splitlines()[-1]
            pytest.skip("no mip %s here, and the index: %s" % (RELATIVE, why))
        shutil.move(str(folder / "new"), path)
    assert at_least(mip_version(folder, path), RELATIVE)
    return (path,)


def installed(folder):
    """{name: SHA-256} of the files there."""
    return {path.name: sha256(str(path)) for path in folder.iterdir()}


def test_mip_on_the_board(new_mip, github, tmp_path):
    program = "mip.install('github:ORG/quectel', target='lib')"
    status, text = mip(program, github, tmp_path, *new_mip)
    assert status == 0, text
    assert installed(tmp_path / "lib" / "quectel") == wanted_names()


def test_mip_on_the_board_with_a_tag(new_mip, github, tmp_path):
    program = "mip.install('github:ORG/quectel', version=%r, target='lib')" % TAG
    status, text = mip(program, github, tmp_path, *new_mip)
    assert status == 0, text
    assert {path.split("/")[3] for path in github.asked} == {TAG}


def test_an_old_mip_says_what_it_cannot_do_and_writes_nothing(old_mip, github, tmp_path):
    program = "mip.install('github:ORG/quectel', target='lib')"
    status, text = mip(program, github, tmp_path)
    assert status != 0 and "ValueError: Unsupported protocol: lib" in text
    assert not (tmp_path / "lib").exists()


@pytest.mark.parametrize("version", (None, TAG))
def test_an_old_mip_installs_from_whole_urls(old_mip, github, tmp_path, version):
    """The transfer on the board itself, with the URLs that any mip takes."""
    urls = [[to, "github:ORG/quectel/" + name] for to, name in test_package.urls()]
    folder = tmp_path / "github" / "ORG" / "whole" / (version or "HEAD")
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps({"urls": urls}))
    program = "mip.install('github:ORG/whole', version=%r, target='lib')" % version
    status, text = mip(program, github, tmp_path)
    assert status == 0, text
    assert {path.split("/")[3] for path in github.asked} == {version or "HEAD"}
    got = installed(tmp_path / "lib" / "quectel")
    differing = {name for name, value in wanted_names().items() if got[name] != value}
    assert differing == ({"__init__.py"} if version else set())
    argv = skip_without(interpreters.find, 64)
    program = "from quectel import EG800Q, Link, Outbox, __version__; print(__version__)"
    status, text = on_unix(argv, program, tmp_path, "lib")
    assert status == 0 and text.strip().startswith(version or test_package.version()), text


def test_a_board_file_by_mip_on_the_board(github, tmp_path):
    program = "mip.install('github:ORG/quectel/%s', target='lib')" % BOARD_FILE
    status, text = mip(program, github, tmp_path)
    assert status == 0, text
    name = os.path.basename(BOARD_FILE)
    assert installed(tmp_path / "lib") == {name: sha256(BOARD_FILE)}

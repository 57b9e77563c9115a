"""Find a MicroPython for the driver tests, 64-bit or 32-bit, and fetch it where there is none.

`find(64)` returns the first words of a command line, or raises `Unavailable`. It looks in the
cache, then for an installed `micropython` (64-bit only), then takes the distribution's package:
apt with a configuration, package lists and a download folder of its own, so neither root nor a
change to the machine is needed. Debian 12 has no such package; there it comes from Debian 13, with
its C library, and is started by that library's loader.

    python3 -m host_tests.interpreters     fetches both and says what is there
"""

import contextlib
import glob
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OLDEST = (1, 24)  # asyncio and tls as the driver uses them; older ones are not tested
BITS = (64, 32)

_PROBE = "import sys; print('probe', sys.maxsize, *sys.implementation[1][:3])"
_DEBIAN_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"


class Unavailable(Exception):
    """There is no such MicroPython here, and why it could not be fetched."""


def find(bits):
    """The command that starts a MicroPython of that word size, e.g. `["/usr/bin/micropython"]`."""
    if bits not in BITS:
        raise ValueError("64 or 32")
    argv = _cached(bits) or _installed(bits)
    if argv is None:
        if bits == 32 and platform.machine() not in ("x86_64", "AMD64"):
            raise Unavailable("the 32-bit MicroPython is fetched on amd64 machines only")
        _fetch(bits)
        argv = _cached(bits)
    if argv is None:
        raise Unavailable("the fetched MicroPython does not run on this machine")
    return argv


def environment(*paths):
    """The environment to start it with: the repository, the driver, `paths`, frozen modules."""
    path = ":".join((ROOT, os.path.join(ROOT, "lib")) + paths + (".frozen",))
    return dict(os.environ, MICROPYPATH=path, MICROPYINSPECT="")


def cache():
    """The folder for what is fetched once: outside the checkout."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(home, "quectel")


def version(argv):
    """`(word size, (major, minor, micro))`, or None if this is no MicroPython that runs here."""
    try:
        done = subprocess.run(
            list(argv) + ["-c", _PROBE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = done.stdout.decode("ascii", "replace").split()
    if done.returncode or len(words) != 5 or words[0] != "probe":
        return None
    numbers = [int(word) for word in words[1:]]
    return (64 if numbers[0] > 1 << 32 else 32), tuple(numbers[1:])


def _suits(argv, bits):
    found = version(argv)
    return found is not None and found[0] == bits and found[1] >= OLDEST


def _folder(bits):
    return os.path.join(cache(), "micropython-%d" % bits)


def _cached(bits):
    argv = _unpacked(_folder(bits))
    return argv if argv and _suits(argv, bits) else None


def _installed(bits):
    path = shutil.which("micropython")
    return [path] if bits == 64 and path and _suits([path], bits) else None


def _unpacked(folder):
    """The command for what is unpacked in `folder`: its loader, its libraries, the program."""
    programs = glob.glob(os.path.join(folder, "root/usr/bin/micropython"))
    # The C library was in /lib before the two were merged; both patterns cover either.
    loaders = glob.glob(os.path.join(folder, "root/lib/*-linux-gnu*/ld-linux*.so.*"))
    loaders += glob.glob(os.path.join(folder, "root/usr/lib/*-linux-gnu*/ld-linux*.so.*"))
    if not programs or not loaders:
        return None
    libraries = glob.glob(os.path.join(folder, "root/lib/*-linux-gnu*"))
    libraries += glob.glob(os.path.join(folder, "root/usr/lib/*-linux-gnu*"))
    return [loaders[0], "--library-path", ":".join(libraries), programs[0]]


def _fetch(bits):
    """Fill `_folder(bits)`. All work is done in a temporary folder: no half cache is ever left."""
    for tool in ("apt-get", "apt-cache", "apt-config", "dpkg", "dpkg-deb"):
        if not shutil.which(tool):
            raise Unavailable("no %s here: install MicroPython 1.24 or newer" % tool)
    architecture = "i386" if bits == 32 else _run(["dpkg", "--print-architecture"]).strip()
    if bits == 32 and _run(["dpkg", "--print-architecture"]).strip() != "amd64":
        raise Unavailable("the 32-bit MicroPython is fetched on amd64 machines only")
    suite = _suite()
    _say(
        "fetching MicroPython (%d-bit) and its C library from %s: the driver's tests run on it "
        "as well as on CPython; once, about 15 MB" % (bits, suite)
    )
    os.makedirs(cache(), exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=cache()) as work:
        apt = _Apt(work, architecture, suite)
        apt.update()
        unpacked = os.path.join(work, "unpacked")
        os.makedirs(os.path.join(unpacked, "root"))
        got = []
        for archive in apt.download("micropython"):
            _run(["dpkg", "-x", archive, os.path.join(unpacked, "root")])
            got.append(_run(["dpkg-deb", "--show", archive]).strip().replace("\t", " "))
        with open(os.path.join(unpacked, "versions.txt"), "w") as file:
            file.write("".join(line + "\n" for line in got))
        argv = _unpacked(unpacked)
        if argv is None or not _suits(argv, bits):
            found = version(argv) if argv else None
            raise Unavailable(
                "MicroPython from %s %s"
                % (suite, "is %d-bit %s" % (found[0], found[1]) if found else "does not run here")
                + "; wanted: %d-bit, %d.%d or newer" % ((bits,) + OLDEST)
            )
        shutil.rmtree(_folder(bits), ignore_errors=True)
        # Someone else may have finished first: then theirs, just as good, stays.
        with contextlib.suppress(OSError):
            os.rename(unpacked, _folder(bits))


def _suite():
    """The release that the packages come from: this machine's, or Debian 13 on an older Debian."""
    system = {}
    try:
        with open("/etc/os-release") as file:
            for line in file:
                key, _, value = line.strip().partition("=")
                system[key] = value.strip("\"'")
    except OSError:
        raise Unavailable("this system does not say what it is") from None
    number = system.get("VERSION_ID", "").partition(".")[0]
    if system.get("ID") == "debian" and number.isdigit() and int(number) < 13:
        return "trixie"
    suite = system.get("UBUNTU_CODENAME") or system.get("VERSION_CODENAME")
    if not suite:
        raise Unavailable("neither Debian nor Ubuntu: install MicroPython 1.24 or newer")
    return suite


class _Apt:
    """apt with everything it writes under `work`, and one source: the machine's mirror."""

    def __init__(self, work, architecture, suite):
        self.archives = os.path.join(work, "download")
        for name in ("lists/partial", "cache/archives/partial", "sources", "download"):
            os.makedirs(os.path.join(work, name))
        with open(os.path.join(work, "sources/one.sources"), "w") as file:
            file.write(_source(architecture, suite))
        private = {
            "APT::Architecture": architecture,
            "APT::Architectures::": architecture,
            "APT::Install-Recommends": "false",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            "Dir::Cache": os.path.join(work, "cache"),
            "Dir::Etc::main": "/dev/null",
            "Dir::Etc::parts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::Etc::sourcelist": "/dev/null",
            "Dir::Etc::sourceparts": os.path.join(work, "sources"),
            "Dir::State::lists": os.path.join(work, "lists"),
            "Dir::State::status": os.path.join(work, "status"),
        }
        if os.getuid() == 0:  # else apt would fetch as a user who cannot enter `work`
            private["APT::Sandbox::User"] = "root"
        open(os.path.join(work, "status"), "w").close()
        # The machine's own settings (proxies, certificates) hold, but not what it runs after an
        # update, nor where it keeps things.
        dropped = ("APT::Architecture", "APT::Update::", "DPkg::", "APT::Default-Release")
        with open(os.path.join(work, "apt.conf"), "w") as file:
            for line in _run(["apt-config", "dump"]).splitlines():
                key = line.partition(" ")[0]
                if not key.startswith(dropped) and key not in private:
                    file.write(line + "\n")
            for key, value in private.items():
                file.write('%s "%s";\n' % (key, value))
        self._environment = dict(os.environ, APT_CONFIG=os.path.join(work, "apt.conf"), LC_ALL="C")

    def _run(self, *argv):
        return _run(argv, env=self._environment, cwd=self.archives)

    def update(self):
        self._run("apt-get", "update", "-qq")

    def download(self, package):
        """Fetch the package and the libraries that it needs; the archives' paths, sorted."""
        options = ["--recurse", "--important"]
        names = set()
        for line in self._run("apt-cache", "depends", *options, package).splitlines():
            name = line.partition(":")[0]
            if name == package or re.match(r"lib[a-z0-9]", name):
                names.add(name)
        if package not in names:
            raise Unavailable("there is no package %s" % package)
        self._run("apt-get", "download", "-qq", *sorted(names))
        return sorted(glob.glob(os.path.join(self.archives, "*.deb")))


def _source(architecture, suite):
    """An apt source for `suite`, with the address and the keys of a source this machine has."""
    layout = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(SOURCESENTRY)"
    command = ["apt-get", "indextargets", "--no-release-info", "--format", layout]
    rows = [row.split("|") for row in _run(command + ["Created-By: Packages"]).splitlines()]
    own = _run(["sh", "-c", '. /etc/os-release; echo "${VERSION_CODENAME:-}"']).strip()
    # Best: the machine's own release; a source by the name of a state ("stable") is good too, and
    # a third party's, last and in all likelihood in vain.
    rows = [row for row in rows if len(row) == 4 and row[2] == "main"]
    rows.sort(key=lambda row: (row[1] != own, "stable" not in row[1], "/debian" not in row[0]))
    if not rows:
        raise Unavailable("apt has no package source here: install MicroPython 1.24 or newer")
    address, _, _, entry = rows[0]
    components = "main universe" if any(row[2] == "universe" for row in rows) else "main"
    if "ubuntu" in address:
        components = "main universe"
    keys = _keys(entry)
    if not keys and "debian" in address and os.path.exists(_DEBIAN_KEYS):
        keys = " " + _DEBIAN_KEYS
    return (
        "Types: deb\nURIs: %s\nSuites: %s\nComponents: %s\nArchitectures: %s\n"
        % (address, suite, components, architecture)
    ) + ("Signed-By:%s\n" % keys if keys else "")


def _keys(entry):
    """What is `Signed-By` in `file:number`, the number of a line (.list) or stanza (.sources)."""
    path, _, number = entry.rpartition(":")
    try:
        with open(path) as file:
            text = file.read()
        if path.endswith(".sources"):
            parts = re.split(r"\n\s*\n", text)
            stanza = [part for part in parts if re.search(r"^\w", part, re.M)][int(number) - 1]
            found = re.search(r"^Signed-By:(.*(?:\n[ \t].*)*)", stanza, re.M | re.I)
            return found.group(1).rstrip() if found else ""
        found = re.search(r"signed-by=([^ \]]+)", text.splitlines()[int(number) - 1])
        return " " + found.group(1) if found else ""
    except (OSError, IndexError, ValueError):
        return ""


def _run(argv, **how):
    """The standard output of a command; `Unavailable` with its last words if it fails."""
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
            timeout=600,
            **how,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable("%s took too long" % " ".join(argv[:2])) from None
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise Unavailable(
            "%s failed: %s" % (" ".join(argv[:2]), said[0] if said else done.returncode)
        )
    return done.stdout


def _say(text):
    print("quectel: " + text, file=sys.stderr, flush=True)


def main():
    missing = 0
    for bits in BITS:
        try:
            argv = find(bits)
        except Unavailable as reason:
            missing = 1
            print("MicroPython %d-bit: none: %s" % (bits, reason), flush=True)
            continue
        numbers = ".".join(str(number) for number in version(argv)[1])
        print("MicroPython %d-bit: %s, %s" % (bits, numbers, argv[-1]), flush=True)
        listing = os.path.join(_folder(bits), "versions.txt")
        if argv[-1].startswith(_folder(bits)) and os.path.exists(listing):
            with open(listing) as file:
                print("  " + ", ".join(line.strip() for line in file), flush=True)
    return missing


if __name__ == "__main__":
    sys.exit(main())

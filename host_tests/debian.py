"""Programs of the distribution's packages, fetched where they are not installed.

`fetch` unpacks a package and the libraries it needs into a folder of the cache; `unpacked` returns
the first words of the command line that starts its program: the unpacked C library's own loader,
the libraries' folders, the program. apt works with a configuration, package lists and a download
folder of its own, so neither root nor a change to the machine is needed.
"""

import contextlib
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

_DEBIAN_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"


class Unavailable(Exception):
    """There is no such program here, and why it could not be fetched."""


def cache():
    """The folder for what is fetched once: outside the checkout."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(home, "quectel")


def architecture():
    """What dpkg calls this machine, e.g. "amd64"; `Unavailable` where there is no apt."""
    for tool in ("apt-get", "apt-cache", "apt-config", "dpkg", "dpkg-deb"):
        if not shutil.which(tool):
            raise Unavailable("there is no %s here" % tool)
    return run(["dpkg", "--print-architecture"]).strip()


def unpacked(folder, path):
    """The command for the program `path`, e.g. "usr/bin/micropython", of what is unpacked in
    `folder`, or None: its loader, its libraries, the program."""
    programs = glob.glob(os.path.join(folder, "root", path))
    # The C library was in /lib before the two were merged; both patterns cover either.
    loaders = glob.glob(os.path.join(folder, "root/lib/*-linux-gnu*/ld-linux*.so.*"))
    loaders += glob.glob(os.path.join(folder, "root/usr/lib/*-linux-gnu*/ld-linux*.so.*"))
    if not programs or not loaders:
        return None
    libraries = glob.glob(os.path.join(folder, "root/lib/*-linux-gnu*"))
    libraries += glob.glob(os.path.join(folder, "root/usr/lib/*-linux-gnu*"))
    return [loaders[0], "--library-path", ":".join(libraries), programs[0]]


def fetch(package, path, folder, why, of=None, check=None):
    """Unpack the package and its libraries into `folder`, with a list of what was got.

    `why` is told to whoever waits; `of` is the architecture, this machine's if None;
    `check(argv)` returns what is wrong with the program, or None. All work is done in a temporary
    folder: no half cache is ever left.
    """
    of = of or architecture()
    suite = _suite()
    _say("fetching %s from %s: %s" % (package, suite, why))
    os.makedirs(cache(), exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=cache()) as work:
        apt = _Apt(work, of, suite)
        apt.update()
        fresh = os.path.join(work, "unpacked")
        os.makedirs(os.path.join(fresh, "root"))
        got = []
        for archive in apt.download(package):
            run(["dpkg", "-x", archive, os.path.join(fresh, "root")])
            got.append(run(["dpkg-deb", "--show", archive]).strip().replace("\t", " "))
        with open(os.path.join(fresh, "versions.txt"), "w") as file:
            file.write("".join(line + "\n" for line in got))
        argv = unpacked(fresh, path)
        wrong = check(argv) if argv and check else not argv and "does not run here"
        if wrong:
            raise Unavailable("%s from %s %s" % (package, suite, wrong))
        shutil.rmtree(folder, ignore_errors=True)
        # Someone else may have finished first: then theirs, just as good, stays.
        with contextlib.suppress(OSError):
            os.rename(fresh, folder)


def run(argv, **how):
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
        raise Unavailable("neither Debian nor Ubuntu")
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
            for line in run(["apt-config", "dump"]).splitlines():
                key = line.partition(" ")[0]
                if not key.startswith(dropped) and key not in private:
                    file.write(line + "\n")
            for key, value in private.items():
                file.write('%s "%s";\n' % (key, value))
        self._environment = dict(os.environ, APT_CONFIG=os.path.join(work, "apt.conf"), LC_ALL="C")

    def _run(self, *argv):
        return run(argv, env=self._environment, cwd=self.archives)

    def update(self):
        self._run("apt-get", "update", "-qq")

    def download(self, package):
        """Fetch the package and the libraries that it needs; the archives' paths, sorted."""
        options = ["--recurse", "--important"]
        names = set()
        for line in self._run("apt-cache", "depends", *options, package).splitlines():
            name = line.partition(":")[0]
            if name == package or re.match(r"lib[a-z0-9]|zlib1g$", name):
                names.add(name)
        if package not in names:
            raise Unavailable("there is no package %s" % package)
        self._run("apt-get", "download", "-qq", *sorted(names))
        return sorted(glob.glob(os.path.join(self.archives, "*.deb")))


def _source(architecture, suite):
    """An apt source for `suite`, with the address and the keys of a source this machine has."""
    layout = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(SOURCESENTRY)"
    command = ["apt-get", "indextargets", "--no-release-info", "--format", layout]
    rows = [row.split("|") for row in run(command + ["Created-By: Packages"]).splitlines()]
    own = run(["sh", "-c", '. /etc/os-release; echo "${VERSION_CODENAME:-}"']).strip()
    # Best: the machine's own release; a source by the name of a state ("stable") is good too, and
    # a third party's, last and in all likelihood in vain.
    rows = [row for row in rows if len(row) == 4 and row[2] == "main"]
    rows.sort(key=lambda row: (row[1] != own, "stable" not in row[1], "/debian" not in row[0]))
    if not rows:
        raise Unavailable("apt has no package source here")
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


def _say(text):
    print("quectel: " + text, file=sys.stderr, flush=True)

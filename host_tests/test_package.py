"""package.json, by which `mip install` copies the driver to a board, names what there is.

python3 -m host_tests.test_package     writes it anew, after a file of the driver has come or gone
"""

import json
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PACKAGE = os.path.join(ROOT, "package.json")
DRIVER = os.path.join(ROOT, "lib", "quectel")


def package():
    with open(PACKAGE) as file:
        return json.load(file)


def version():
    """As it stands in the text: importing the driver would not do on every Python."""
    with open(os.path.join(DRIVER, "__init__.py")) as file:
        found = re.search(r'^__version__ = "(.+)"$', file.read(), re.MULTILINE)
    return found and found.group(1)


def urls():
    """Where each file goes on the board, and where it is; relative, so that forks just work."""
    names = sorted(name for name in os.listdir(DRIVER) if name.endswith(".py"))
    return [["quectel/" + name, "lib/quectel/" + name] for name in names]


def test_every_file_of_the_driver_is_installed_and_nothing_else():
    assert package()["urls"] == urls()


def test_the_version_is_the_drivers():
    assert package()["version"] == version()


def test_nothing_else_is_asked_of_a_board():
    # What a board has anyway, or what only some examples use, is no dependency.
    assert set(package()) == {"version", "urls", "deps"}
    assert package()["deps"] == []


def write():
    lines = ",\n".join("    " + json.dumps(pair) for pair in urls())
    with open(PACKAGE, "w") as file:
        file.write('{\n  "version": "%s",\n  "urls": [\n%s\n  ],\n' % (version(), lines))
        file.write('  "deps": []\n}\n')


if __name__ == "__main__":
    write()

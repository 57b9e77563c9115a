"""Installs packages with `mip`, over the machine's own road to the index: first the newest mip and
what it fetches with, as the one that MicroPython 1.25 has frozen in knows no relative names."""

import sys


def main(folder, index, *names):
    import mip

    options = {"target": folder, "mpy": False}
    if index:
        options["index"] = index
    mip.install("mip", **options)
    mip.install("requests", **options)
    sys.path.insert(0, folder)
    for name in list(sys.modules):
        if name.split(".")[0] in ("mip", "requests"):
            del sys.modules[name]  # those frozen in: the next import finds the new ones
    import mip

    print("the index answers")
    for name in names:
        if ":" in name:
            mip.install(name, target=folder)  # from a repository, not from the index
        else:
            mip.install(name, **options)

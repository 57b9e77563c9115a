"""`mip`, as it is frozen into MicroPython: it fetches through `requests`."""

import mip


def main(host, port, folder):
    mip.install("http://%s:%d/package.json" % (host, port), target=folder)
    import sys

    sys.path.insert(0, folder)
    from fetched import VALUE

    print("fetched", VALUE)

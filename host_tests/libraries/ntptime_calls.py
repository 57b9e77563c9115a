"""`ntptime`."""

import ntptime


def main(host, port):
    ntptime.host = host
    for _ in range(7):
        print("time", ntptime.time() - START)


def silent(host, good):
    ntptime.host = host
    try:
        ntptime.time()
    except OSError as e:
        print("error", e.errno)
    main(good, 123)


START = 0

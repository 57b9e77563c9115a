"""mpremote, with raw.githubusercontent.com at an address of this computer.

python3 host_tests/install/github.py http://127.0.0.1:PORT/ mpremote's own words
"""

import sys

from mpremote import main, mip

if __name__ == "__main__":
    here = sys.argv.pop(1)
    resolve = mip._rewrite_url
    mip._rewrite_url = lambda *words: resolve(*words).replace(
        "https://raw.githubusercontent.com/", here
    )
    sys.exit(main.main())

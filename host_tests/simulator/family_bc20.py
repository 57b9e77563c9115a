"""BC20, by its own TCP/IP manual. The newer BC26&BC20 manual describes later firmware: that is
`family_bc26.py`."""

from .commands import table
from .families import Family
from .family_bc66 import TESTS


class BC20(Family):
    name = "BC20"
    revision = "BC20NAR01A05"
    commands = table(without=("+QIDNSCFG",))
    tests = TESTS  # word for word those of the BC66


FAMILIES = (BC20,)

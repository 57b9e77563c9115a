"""BC26, and BC20 with firmware of 2019 or later, by the BC26&BC20 TCP/IP manual V1.1
(2019-06-25)."""

from .commands import table
from .families import Family
from .family_bc66 import TESTS as BC66_TESTS

TESTS = BC66_TESTS.copy()
TESTS["+QPING"] = ('+QPING: (1-3),"<host>"[,(1-255)][,(1-10)][,(32-200)]',)
TESTS["+QNTP"] = ('+QNTP: (1-3),"<server>"[,<port>[,(0,1)]]',)
TESTS["+QIDNSCFG"] = ("+QIDNSCFG: (1-3),<pridnsaddr>,<secdnsaddr>",)
TESTS["+QICFG"] = BC66_TESTS["+QICFG"] + ('+QICFG: "echomode",(0,1)',)


class BC26(Family):
    name = "BC26"
    revision = "BC26NBR01A07"
    commands = table()
    tests = TESTS
    wake_resets = False  # UDP sockets are kept through deep sleep
    ipv6 = True
    peer_closed_state = 4
    show_domain = True
    send_hex = True
    quotes_inside = True
    prompt_max = 1460
    prompt_hex_max = 730
    ntp_port = 123
    error_texts = {566: "socket connection failed"}
    options = ("viewmode", "showlength", "echomode")


FAMILIES = (BC26,)

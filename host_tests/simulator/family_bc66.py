"""BC66, by its TCP/IP manual V1.0 (2018-08-28)."""

from .commands import table
from .families import Family

TESTS = {
    "+QIOPEN": (
        '+QIOPEN: (1-3),(0-4),"TCP/UDP","<IP_address>/<domain_name>",'
        "<remote_port>,<local_port>,(0-1)[,(0-1)]",
    ),
    "+QICLOSE": ("+QICLOSE: (0-4)",),
    "+QISTATE": (),
    "+QISEND": ("+QISEND: (0-4),(1-1024),<data>",),
    "+QIRD": ("+QIRD: (0-4),(1-512)",),
    "+QISENDEX": ("+QISENDEX: (0-4),(1-512),<hex_string>",),
    "+QISWTMD": ("+QISWTMD: (0-4),(0-1)",),
    "+QPING": ('+QPING: (1-3),"<host>"[,(1-255)[,(1-10)[,(32-200)]]]',),
    "+QNTP": ('+QNTP: (1-3),"<server>"[,<port>[,(0-1)]]',),
    "+QIDNSGIP": ('+QIDNSGIP: (1-3),"<hostname>"',),
    "+QICFG": (
        '+QICFG: "dataformat",(0,1),(0,1)',
        '+QICFG: "viewmode",(0,1)',
        '+QICFG: "showlength",(0,1)',
    ),
    "+QIGETERROR": (),
}


class BC66(Family):
    name = "BC66"
    revision = "BC66NBR01A07"
    commands = table(without=("+QIDNSCFG", "+NCCID"))
    tests = TESTS
    clock_format = "20%02d/%02d/%02d,%02d:%02d:%02dGMT%s"


FAMILIES = (BC66,)

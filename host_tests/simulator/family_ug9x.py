"""UG95 and UG96, by the UGxx TCPIP AT Commands Manual V1.2. What comes after QICLOSE in it is not
known here; the EG manual, of the same generation of commands, says how that behaves."""

from .broadband import BOOT, Broadband
from .commands import broadband_table
from .families import DELAYS
from .settings import UMTS

TESTS = {
    "+QICSGP": ("+QICSGP: (1-20),1-IPV4,<apn>,<username>,<password>,(0-3)",),
    "+QIACT": ("+QIACT: (1-20)",),
    "+QIDEACT": ("+QIDEACT: (1-20)",),
    "+QIOPEN": (
        '+QIOPEN: (1-20),(0-11),"TCP/UDP/TCP LISTENER/UDP SERVICE",'
        '"<IP_address>/<domain_name>",<remote_port>,<local_port>,(0-2)',
    ),
    "+QICLOSE": ("+QICLOSE: (0-11)",),
    "+QISTATE": (),
    "+QISEND": ("+QISEND: (0-11),(0-1460)",),
    "+QIRD": ("+QIRD: (0-11),(0-1500)",),
    "+QISENDEX": ("+QISENDEX: (0-11),<hex_string>",),
    "+QISWTMD": ("+QISWTMD: (0-11),(0-2)",),
    "+QPING": ("+QPING: (1-20),<host>,(1-255),(1-10)",),
    "+QNTP": ("+QNTP: (1-20),<server>,(1-65535),(0,1)",),
    "+QIDNSCFG": ("+QIDNSCFG: (1-20),<pridnsaddr>,<secdnsaddr>",),
    "+QIDNSGIP": ("+QIDNSGIP: (1-20),<hostname>",),
    "+QISDE": ("+QISDE: (0,1)",),
    "+QIGETERROR": (),
    "+CGACT": ("+CGACT: (0,1)",),
    "+CGDCONT": ('+CGDCONT: (1-20),"IP",,,(0-2),(0-4)',),
    "+CGPADDR": ("+CGPADDR: (1-20)",),
}

UG_DELAYS = DELAYS.copy()
UG_DELAYS["boot"] = 4000  # field: 3.5 to 5 s
UG_DELAYS["POWERED DOWN"] = 2000  # field: 2 to 40 s


class UG96(Broadband):
    name = "UG96"
    revision = "UG96LNAR02A06E1G"
    commands = broadband_table(
        without=("+CEREG", "+QIACCEPT", "+QURCCFG", "+CPSMS", "+CEDRXS", "+CEDRXRDP")
    )
    tests = TESTS
    delays = UG_DELAYS
    boot_urcs = (("+CFUN", "+CFUN: 1"),) + BOOT + (("PB DONE", "+QIND: PB DONE"),)
    pwrkey_ms = 100
    pwrkey_off_ms = 600
    reset_ms = 100
    registrations = ("creg", "cgreg")
    act = 2
    contexts_stored = False
    contexts = 20
    incoming_keeps_mode = False  # always buffer access mode
    close_timeout = False
    settings = UMTS
    settings_order = ("transpktsize", "transwaittm", "dataformat", "viewmode")
    ntp_format = '"%02d/%02d/%02d,%02d:%02d:%02d%+03d"'
    cgsn_types = False
    open_readable = True  # QIOPEN? is OK


class UG95(UG96):
    name = "UG95"
    revision = "UG95ENAR03A07E1G"
    pwrkey_off_ms = None
    pwrdwn_ms = 100  # PWRDWN_N


FAMILIES = (UG95, UG96)

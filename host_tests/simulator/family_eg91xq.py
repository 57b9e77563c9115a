"""EG800Q, EG915Q and EG916Q, by the EG800Q&EG91xQ TCP/IP Application Note V1.2."""

from .broadband import BOOT, Broadband
from .commands import broadband_table
from .families import DELAYS
from .settings import LTE

SETTINGS_ORDER = (
    "transpktsize",
    "transwaittm",
    "tcp/retranscfg",
    "tcp/accept",
    "passiveclosed",
    "dataformat",
    "viewmode",
    "qisend/timeout",
    "recvind",
    "formatcfg",
    "close/mode",
    "udp/sendmode",
    "udp/readmode",
    "tcp/keepalive",
    "tcp/delay_ack",
    "dns/cache",
    "tcp/twrecycle",
    "dns/retry",
    "send/buffersize",
    "windows/scale",
)

TESTS = {
    "+QICSGP": ("+QICSGP: (1-15),(1-3),<APN>,<username>,<password>,(0-3)",),
    "+QIACT": ("+QIACT: (1-15)",),
    "+QIDEACT": ("+QIDEACT: (1-15)",),
    "+QIOPEN": (
        '+QIOPEN: (1-15),(0-11),"TCP/UDP/TCP LISTENER/UDP SERVICE",'
        '"<IP_address>/<domain_name>",<remote_port>,<local_port>,(0-2)',
    ),
    "+QICLOSE": ("+QICLOSE: (0-11),(0-65535)",),
    "+QISTATE": (),
    "+QISEND": ("+QISEND: (0-11),(0-1460)",),
    "+QIRD": ("+QIRD: (0-11),(0-1500)",),
    "+QISENDEX": ("+QISENDEX: (0-11),<hex_string>",),
    "+QIACCEPT": ("+QIACCEPT: (0-11),(0,1),(0-11)",),
    "+QISWTMD": ("+QISWTMD: (0-11),(0-2)",),
    "+QPING": ("+QPING: (1-15),<host>,(1-255),(1-10)",),
    "+QNTP": ("+QNTP: (1-15),<server>,(1-65535),(0,1)",),
    "+QIDNSCFG": ("+QIDNSCFG: (1-15),<pridnsaddr>,<secdnsaddr>",),
    "+QIDNSGIP": ("+QIDNSGIP: (1-15),<hostname>",),
    "+QISDE": ("+QISDE: (0,1)",),
    "+QIGETERROR": (),
    "+CGACT": ("+CGACT: (0,1)",),
    "+CGDCONT": ('+CGDCONT: (1-15),"IP",,,(0-2),(0-4)',),
    "+CGPADDR": ("+CGPADDR: (1-15)",),
}

EG91X_DELAYS = DELAYS.copy()
EG91X_DELAYS["boot"] = 12000  # field: 10 to 15 s until the UART answers

EG800Q_DELAYS = DELAYS.copy()
EG800Q_DELAYS["boot"] = 10000


class EG800Q(Broadband):
    name = "EG800Q"
    revision = "EG800QEULCR07A07M04"
    commands = broadband_table(without=("+QCFG",))
    tests = TESTS
    delays = EG800Q_DELAYS
    boot_urcs = BOOT
    pwrkey_ms = 500
    pwrkey_off_ms = 650
    reset_ms = 300
    registrations = ("creg", "cgreg", "cereg")
    act = 7
    default_bearer = 1
    contexts = 15
    ipv6 = True
    settings = LTE
    settings_order = SETTINGS_ORDER


class EG915Q(EG800Q):
    name = "EG915Q"
    revision = "EG915QEULAR01A01M04"
    delays = EG91X_DELAYS
    pwrkey_ms = 2000
    pwrkey_off_ms = 3000
    reset_ms = 500


class EG916Q(EG915Q):
    name = "EG916Q"
    revision = "EG916QGLLGR01A01M04"


FAMILIES = (EG800Q, EG915Q, EG916Q)

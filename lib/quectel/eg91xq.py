"""EG800Q, EG915Q, EG916Q (LTE Cat 1 bis): EG800Q&EG91xQ Series TCP/IP Application Note V1.2."""

from .pdp import PdpModem


class EG800Q(PdpModem):
    """An EG800Q on `uart`. Twelve sockets, contexts 1 to 15, three of them up, IPv4 and IPv6."""

    TYPES = (1, 2, 3)
    OPTIONS = "eg"
    URC_PORT = '+QURCCFG="urcport","uart1"'
    # Set, as another program may have changed them since the last reset.
    SETTINGS = (
        "+CMEE=1",
        "+QISDE=0",
        '+QICFG="dataformat",0,0',
        '+QICFG="viewmode",0',
        '+QICFG="recvind",0',
    )
    ON_MS = 2_000  # PWRKEY low 2 s (figure 1); 500 ms in some descriptions
    BOOT_MS = 15_000
    RESET_MS = 500  # RESET_N low 300-500 ms
    OFF_MS = 700  # PWRKEY low 650 ms at least
    GONE_MS = 12_000  # figure 1: the supply not before 12 s after QPOWD


class EG915Q(EG800Q):
    """An EG915Q on `uart`, as the EG800Q."""

    OFF_MS = 3_100  # PWRKEY low 3 s at least: 2 s do nothing


class EG916Q(EG915Q):
    """An EG916Q on `uart`, as the EG915Q."""

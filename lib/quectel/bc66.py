"""BC66 (NB-IoT): BC66 TCP/IP AT Commands Manual V1.0; power timings from its hardware design."""

from .modem import Modem


class BC66(Modem):
    """A BC66 on `uart`. Buffer mode, five sockets, one context that the network sets up itself."""

    IDS = 5  # connectID 0-4
    INLINE_MAX = 1024  # bytes of text in one QISEND (2.1.4)
    HEX_MAX = 512  # bytes in one QISENDEX (2.1.6)
    READ_MAX = 512  # bytes of one QIRD (2.1.5)
    OPEN_MS = 60_500  # 2.1.1: wait 60 s for +QIOPEN
    # All three survive in NVRAM (2.1.11): text both ways, data behind CR LF, lengths shown.
    SETTINGS = (
        "+CMEE=1",
        '+QICFG="dataformat",0,0',
        '+QICFG="viewmode",0',
        '+QICFG="showlength",1',
    )
    ON_MS = 600  # PWRKEY low 500-600 ms
    BOOT_MS = 6_000  # RDY within 6 s

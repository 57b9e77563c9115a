"""BC26 (NB-IoT): BC26&BC20 TCP/IP AT Commands Manual V1.1."""

from .modem import Modem
from .prompt import PromptChannel, echo_off


class BC26(Modem):
    """A BC26 on `uart`: as BC66, and binary data goes behind a prompt, up to 1460 bytes at once.

    The prompt is used if the firmware can be told not to echo what follows it (echomode, from
    BC26NxR01A07 on); else binary data goes in hex.
    """

    CHANNEL = PromptChannel
    IDS = 5  # connectID 0-4
    INLINE_MAX = 1024  # bytes of text in one QISEND (2.1.4)
    HEX_MAX = 512  # bytes in one QISENDEX (2.1.6)
    PROMPT_MAX = 1460  # bytes behind one prompt (2.1.4)
    READ_MAX = 512  # bytes of one QIRD (2.1.5)
    _ends = (",0,0", ",0,0,1")  # protocol_type (2.1.1)
    _dns_config = True  # QIDNSCFG (2.1.11)
    OPEN_MS = 60_500  # 2.1.1: the module itself gives up at 60 s
    # These survive in NVRAM (2.1.12): text both ways, data behind CR LF, lengths shown.
    SETTINGS = (
        "+CMEE=1",
        '+QICFG="dataformat",0,0',
        '+QICFG="viewmode",0',
        '+QICFG="showlength",1',
    )
    ON_MS = 600  # PWRKEY low 500-550 ms
    BOOT_MS = 6_000

    def _optional(self):  # type: ignore[override]
        if not (yield from echo_off(self)):
            self.PROMPT_MAX = 0

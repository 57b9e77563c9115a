"""BC20 (NB-IoT): BC20 TCP/IP AT Commands Manual; from V1.1 firmware on, that of BC26&BC20."""

from .modem import Modem
from .prompt import PromptChannel, echo_off


class BC20(Modem):
    """A BC20 on `uart`. Firmware that knows echomode (from BC20NxR01A08 on) is used as the V1.1
    manual says, with the prompt and QIDNSCFG; older firmware as the BC20 manual says."""

    CHANNEL = PromptChannel
    IDS = 5  # connectID 0-4
    INLINE_MAX = 1024  # bytes of text in one QISEND (2.1.4)
    _ends: tuple = (",0,0", ",0,0,1")  # newer firmware
    HEX_MAX = 512  # bytes in one QISENDEX (2.1.6)
    READ_MAX = 512  # bytes of one QIRD (2.1.5)
    OPEN_MS = 60_500  # 2.1.1: wait 60 s for +QIOPEN
    # These survive in NVRAM (2.1.11): text both ways, data behind CR LF, lengths shown.
    SETTINGS = (
        "+CMEE=1",
        '+QICFG="dataformat",0,0',
        '+QICFG="viewmode",0',
        '+QICFG="showlength",1',
    )
    ON_MS = 600  # as BC26: the same chip
    BOOT_MS = 6_000

    def _optional(self):  # type: ignore[override]
        newer = yield from echo_off(self)
        hexed = self.channel.send_hex  # type: ignore[attr-defined]
        self.PROMPT_MAX = (730 if hexed else 1460) if newer else 0
        self._ends = (",0,0", ",0,0,1" if newer else None)
        self._dns_config = newer

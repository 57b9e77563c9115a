"""UG95, UG96 (3G): UGxx TCP/IP Application Note V1.2; what our copy of it lacks is taken from that
of the EG800Q, which has the same commands."""

from micropython import const

from .channel import now, pause, since
from .pdp import PdpModem

_SIM_MS = const(30_000)  # RDY to +QIND: PB DONE, at most
_RADIO_MS = const(15_000)
_LOOK_MS = const(1000)
_ERROR = const(-1)


class UG96(PdpModem):
    """A UG96 on `uart`. Twelve sockets, contexts 1 to 20 of which three can be up, IPv4 only."""

    CONTEXTS = 20
    OPTIONS = "ug"
    INHERIT = False  # 2.4: buffer mode
    REGISTRATION = ("+CGREG?", "+CREG?")
    URC_PORT = '+QCFG="urc/port",1,"uart1"'
    SETTINGS = (
        "+CMEE=1",
        "+QISDE=0",
        '+QICFG="dataformat",0,0',
        '+QICFG="viewmode",0',
    )
    ON_MS = 300  # PWRKEY low 100 ms at least
    BOOT_MS = 10_000
    RESET_MS = 200  # RESET_N low 100 ms at least
    OFF_MS = 700
    SIM_MS = 50_000  # for Link: the 20 s that a SIM may take, after the start of SIM commands
    GONE_MS = 60_000  # POWERED DOWN within 60 s, and not cut before

    def _optional(self):  # type: ignore[override]
        yield from PdpModem._optional(self)
        # SIM commands fail until +QIND: PB DONE.
        t = now()
        while since(t) < _SIM_MS:
            try:
                yield from self._at("+CPIN?", _RADIO_MS)
            except OSError as e:
                if getattr(e, "code", 0) == _ERROR:
                    yield from pause(_LOOK_MS)
                    continue
            return


class UG95(UG96):
    """A UG95 on `uart`, as the UG96."""

    ON_MS = 600  # 500-600 ms

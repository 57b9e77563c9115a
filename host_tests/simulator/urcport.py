"""Where URCs go: to this line, or to another port of the module, where nobody hears them. EG has
+QURCCFG="urcport", UG has +QCFG="urc/port"."""

from .at import FAIL, TEST, WRITE, fields
from .radio import CME_PARAMETER

PORTS = ("usbat", "usbmodem", "uart1", "all")


def qurccfg(module, kind, args):
    if kind == TEST:
        module.info('+QURCCFG: "urcport",("%s")' % '","'.join(PORTS))
        return None
    given = fields(args) if kind == WRITE else None
    if not given or given[0].lower() != "urcport" or len(given) > 2:
        return FAIL if kind != WRITE else CME_PARAMETER
    if len(given) == 1:
        module.info('+QURCCFG: "urcport","%s"' % module.urcs_to)
    elif given[1].lower() not in PORTS:
        return CME_PARAMETER
    else:
        module.urcs_to = module.nvram["urcport"] = given[1].lower()
    return None


def qcfg(module, kind, args):
    if kind == TEST:
        module.info('+QCFG: "urc/port",(0,1),("%s")' % '","'.join(PORTS))
        return None
    given = fields(args) if kind == WRITE else None
    if not given or given[0].lower() != "urc/port" or len(given) not in (1, 3):
        return FAIL if kind != WRITE else CME_PARAMETER
    if len(given) == 1:
        module.info('+QCFG: "urc/port",1,"%s"' % module.urcs_to)
    elif given[1] not in ("0", "1") or given[2].lower() not in PORTS:
        return CME_PARAMETER
    else:
        module.urcs_to = module.nvram["urcport"] = given[2].lower()
    return None


COMMANDS = {"+QURCCFG": qurccfg, "+QCFG": qcfg}

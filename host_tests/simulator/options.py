"""+QICFG and +QIGETERROR."""

from .at import EXECUTE, FAIL, WRITE, fields, number

PARAMETER = 552

# The manuals' table 1, as their examples print it: `552,invalid parameters`, small initial and no
# blank.
TEXTS = {
    0: "operation successful",
    550: "unknown error",
    551: "operation blocked",
    552: "invalid parameters",
    553: "memory not enough",
    554: "create socket failed",
    555: "operation not supported",
    556: "socket bind failed",
    557: "socket listen failed",
    558: "socket write failed",
    559: "socket read failed",
    560: "socket accept failed",
    561: "open PDP context failed",
    562: "close PDP context failed",
    563: "socket identity has been used",
    564: "DNS busy",
    565: "DNS parse failed",
    566: "socket connect failed",
    567: "socket has been closed",
    568: "operation busy",
    569: "operation timeout",
    570: "PDP context broken down",
    571: "cancel send",
    572: "operation not allowed",
    573: "APN not configured",
    574: "port busy",
}


def qigeterror(module, kind, args):
    if kind != EXECUTE:
        return FAIL
    code = module.last_error
    text = module.family.error_texts.get(code) or TEXTS.get(code, "unknown error")
    module.info("+QIGETERROR: %d%s%s" % (code, module.error_separator, text))
    return None


def qicfg(module, kind, args):
    """Kept in NVRAM, except "echomode", and in force at once."""
    if kind != WRITE:
        return FAIL
    module.last_error = 0
    given = fields(args)
    name = given[0].lower() if given else ""
    stored = module.nvram
    if name == "dataformat":
        if len(given) == 1:
            pair = (stored.get("send_format", 0), stored.get("recv_format", 0))
            module.info('+QICFG: "dataformat",%d,%d' % pair)
            return None
        if len(given) != 3 or number(given[1], 0, 1) < 0 or number(given[2], 0, 1) < 0:
            return PARAMETER
        stored["send_format"], stored["recv_format"] = int(given[1]), int(given[2])
        return None
    if name not in module.family.options or len(given) > 2:
        return PARAMETER
    if len(given) == 1:
        value = module.echomode if name == "echomode" else stored.get(name, 0)
        module.info('+QICFG: "%s",%d' % (name, value))
        return None
    value = number(given[1], 0, 1)
    if value < 0:
        return PARAMETER
    if name == "echomode":
        module.echomode = value
    else:
        stored[name] = value
    return None


COMMANDS = {"+QICFG": qicfg, "+QIGETERROR": qigeterror}

"""QICFG: the options of every family, by name. Loaded when `Modem.option` is called.

BC66 V1.0 2.1.11, BC20 2.1.11, BC26&BC20 V1.1 2.1.12, EG800Q/EG91xQ V1.2 2.3.1. Of the UGxx manual
there is no copy of that chapter.
"""

from micropython import const

from .attach import quoted, set_up
from .modem import fail
from .services import fields, number

_LOCAL_MS = const(1000)
_FRAME = const(3)  # an answer is longer than its command by that, CR LF included

# Bytes behind one prompt: in hex digits, and as they are
_HEX_MAX = const(730)
_PROMPT_MAX = const(1460)

_BROKEN = const(-8)  # errors.py

# Who has which. A family that is no BC says by the class attribute OPTIONS which list is its own.
# UG: those of EG that are as old as the command set; the module says which its firmware lacks.
# EG: "window/scale" is how the test form spells "windows/scale".
_NAMES = {
    "bc66": "dataformat viewmode showlength",
    "bc26": "dataformat viewmode showlength echomode",
    "ug": "transpktsize transwaittm tcp/retranscfg tcp/accept passiveclosed dataformat viewmode "
    "qisend/timeout recvind udp/sendmode udp/readmode tcp/keepalive dns/cache",
    "eg": "transpktsize transwaittm tcp/retranscfg tcp/accept passiveclosed dataformat viewmode "
    "qisend/timeout send/auto recvind formatcfg close/mode udp/sendmode udp/readmode "
    "tcp/keepalive tcp/delay_ack dns/cache tcp/twrecycle dns/retry send/buffersize "
    "windows/scale window/scale",
}

# What their parameters may be, where it is not just 0-1. From each `[` on they may be left out;
# textN is up to N characters.
_FORMS = {
    "dataformat": "0-1 0-1",
    "transpktsize": "1-1460",
    "transwaittm": "0-20",
    "tcp/retranscfg": "3-20 5-1000",
    "qisend/timeout": "0-3600",
    "send/auto": "1-11 [0,20-86400 [text256 [0-2 [0-10",
    "tcp/keepalive": "0-1 [1-120 25-100 3-10",
    "tcp/twrecycle": "2-60000",
    "dns/retry": "1-4 [100-2000",
    "send/buffersize": "1460-4096",
}

# Of one connectID, which comes first and is needed to read it too. It ends with the connection.
_PER_ID = ("send/auto",)


def _fits(value, part: str) -> bool:
    part = part.strip("[")
    if part.startswith("text"):
        try:
            return bool(quoted(value, int(part[4:])))
        except (TypeError, ValueError):
            return False
    if not isinstance(value, int):
        return False
    for span in part.split(","):
        low, _, high = span.partition("-")
        if int(low) <= value <= int(high or low):
            return True
    return False


def _names(modem) -> list:
    known = getattr(type(modem), "OPTIONS", "")
    if not known:
        # The NB-IoT families; BC20 and BC26 are those that ask for echomode in their set-up.
        known = "bc26" if type(modem)._optional else "bc66"
    return _NAMES.get(known, known).split(" ")


def _check(name: str, values: tuple, form: list) -> bool:
    # Are they there to be set? ValueError if they do not fit.
    keys = 1 if name in _PER_ID else 0
    n = len(values)
    good = n == keys or n == len(form) or (0 < n < len(form) and form[n][0] == "[")
    for value, part in zip(values, form):
        good = good and _fits(value, part)
    if not good:
        text = " ".join(form)
        raise ValueError("%s: %s, not %r" % (name, text + "]" * text.count("["), values))
    return n > keys


def _formats(modem, name: str, values: tuple) -> None:
    channel = modem.channel
    if name == "dataformat":
        _send_hex(modem, values[0])
    if hasattr(channel.parser, "view") or values[-1] != (name == "showlength"):
        from .formats import adopt

        # Where there is a "showlength", a QIRD header says what is left behind it.
        adopt(channel, name, values[-1], 2 if "showlength" in _names(modem) else 1)


def _send_hex(modem, on: int) -> None:
    # Text inline would be taken for digits; QISENDEX has digits in any case.
    modem.INLINE_MAX = 0 if on else type(modem).INLINE_MAX
    if modem.PROMPT_MAX and modem.channel.send_hex != bool(on):
        modem.channel.send_hex = bool(on)
        modem.PROMPT_MAX = _HEX_MAX if on else _PROMPT_MAX


def _echo(modem, name: str, values: tuple) -> None:
    # An echo of payload cannot be told from an answer: while there is one, there is no prompt.
    if values[0]:
        if modem._optional:
            modem._optional = None  # would turn it off
            modem._prompt_max = modem.PROMPT_MAX
            modem.PROMPT_MAX = 0
    elif not modem._optional:
        del modem._optional
        modem.PROMPT_MAX = modem._prompt_max


def _piece(modem, name: str, values: tuple) -> None:
    modem.PROMPT_MAX = values[0]


# What the driver itself must know of: function(modem, name, values).
_HOOKS = {
    "dataformat": _formats,
    "viewmode": _formats,
    "showlength": _formats,
    "echomode": _echo,
    "send/buffersize": _piece,
}


def _note(modem, name: str, values: tuple) -> None:
    if not getattr(modem, "_options", None):
        modem._options = {}
    modem._options[name] = values
    if name in _HOOKS:
        _HOOKS[name](modem, name, values)


def _parse(line: str, form: list) -> tuple:
    # An answer's values: numbers, text where there is text, None where optional ones are empty.
    values: list = fields(line)[1:]
    for i in range(min(len(values), len(form))):
        if not form[i].startswith("[text"):
            values[i] = number(values[i]) if values[i] or form[i][0] != "[" else None
    if not values:
        fail(_BROKEN, line)
    return tuple(values)


def option(modem, name: str, *values: "int | str"):
    """`Modem.option`."""
    names = _names(modem)
    if name not in names:
        raise ValueError("no option %r, but: %s" % (name, " ".join(names)))
    form = _FORMS.get(name, "0-1").split(" ")
    setting = _check(name, values, form)
    text = '+QICFG="%s"' % name
    more = "".join([',"%s"' % v if isinstance(v, str) else ",%d" % v for v in values])
    yield from set_up(modem)
    if setting:
        yield from modem._at(text + more)
        _note(modem, name, values)
        if name in _PER_ID:
            if len(text + more) + _FRAME > len(modem.channel.parser.line):
                return values  # the answer would be too long a line
            more = ",%s" % values[0]
        else:
            others = [s for s in modem.SETTINGS if not s.startswith(text)]
            modem.SETTINGS = tuple(others + [text + more])
            more = ""
    lines = yield from modem._at(text + more, _LOCAL_MS, True)
    kept = _parse(lines[-1], form)
    _note(modem, name, kept)
    return kept

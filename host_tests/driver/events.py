"""What a parser makes of bytes, as a list: for tests that look at the parser alone."""

from quectel.parser import Parser

_NAMES = ("", "line", "header", "data", "prompt")


def events(pieces, parser=None, room=2048):
    """All events in the pieces: ("line", bytes), ("header", bytes), ("data", bytes), ("prompt",).

    Counted data is taken as the header announces it. `parser`: one that has been told things.
    """
    p = parser if parser is not None else Parser()
    out = []
    for piece in pieces:
        take(p, piece, out, room)
    return out


def take(p, piece, out, room=2048):
    """Feed one piece; what comes of it is appended to `out`."""
    p.feed(bytearray(piece), len(piece))
    while True:
        event = p.next()
        if not event:
            return
        name = _NAMES[event]
        if name == "prompt":
            out.append((name,))
        elif name == "data":
            out.append((name, bytes(p.dest[: p.off])))
            p.dest = None
        else:
            out.append((name, bytes(p.line[: p.n])))
        if name == "header":
            p.dest = bytearray(room)
            p.off = 0
            p.left = p.num(0) if p.begins(b"+QIRD") else p.num(2)


def lines(*texts):
    """The events of these lines."""
    return [("line", text) for text in texts]


def reader(parser=None):
    """A parser that has been told that the answer to QIRD is due."""
    p = parser if parser is not None else Parser()
    p.reading = True
    return p


def noise(seed, n):
    """`n` bytes that look like chance, the same ones on every interpreter."""
    out = bytearray(n)
    x = seed * 2654 % 65537 + 1
    for i in range(n):
        x = x * 75 % 65537
        out[i] = x >> 4 & 255
    return bytes(out)


def fails(number, call, *args, **kwargs):
    """The OSError that the call raises, whose first argument is `number`."""
    try:
        call(*args, **kwargs)
    except OSError as e:
        assert e.args[0] == number, "%r, not %d" % (e, number)
        return e
    raise AssertionError("no OSError")


class Dice:
    """Numbers that look like chance, the same ones on every interpreter."""

    def __init__(self, seed):
        self.x = seed * 2654 % 65537 + 1
        self(7)

    def __call__(self, n):
        """0 to n - 1."""
        self.x = self.x * 75 % 65537
        return self.x // 5 % n


def rewire(desk, uart):
    """Put a new modem of the same family on `uart`, in the place of the one there was."""
    desk.modem = type(desk.modem)(uart)
    return guard(desk)


def guard(desk, ms=900_000):
    """Fail when a call waits longer than that from now on, instead of for ever."""
    end = desk.clock.now + ms
    idle = desk.idle

    def watched():
        assert desk.clock.now < end, "a call never ended"
        idle()

    desk.modem.idle = watched
    return desk


def up(line, family="BC66", **knobs):
    """A desk whose modem is set up: what is counted from now on is the test's doing."""
    desk = guard(line.desk(family, **knobs))
    desk.modem.ip()
    return desk

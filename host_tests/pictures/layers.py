"""The layers: what stands on what, and in which file."""

from host_tests.pictures.svg import Drawing

# Rows from the top; each has boxes of (title, below it in small, share of the width).
ROWS = (
    (("your program", "", 12),),
    (
        ("requests, umqtt", "tls, ntptime ...", 3),
        ("asyncio", "aio.py", 2),
        ("Adafruit's libraries", "streampool.py", 3),
        ("Link", "link.py", 2),
        ("Outbox", "outbox.py", 2),
    ),
    (
        ("sockets", "socket.py stream.py buffers.py", 5),
        ("servers, modes", "listener.py push.py ...", 4),
        ("services", "services.py", 3),
    ),
    (
        ("the modem: operations, URCs, families", "modem.py attach.py bc66.py ...", 8),
        ("pins", "power.py", 4),
    ),
    (("one command in flight, whose answer is whose, recovery", "channel.py", 12),),
    (("bytes in, events out", "parser.py", 12),),
    (("UART", "", 8), ("PWRKEY, RESET ...", "", 4)),
    (("the module: AT commands, TCP/IP, radio", "", 12),),
)
WIDTH = 960
HEIGHT = 46
GAP = 8


def draw():
    """The picture, as text."""
    drawing = Drawing(WIDTH, GAP + len(ROWS) * (HEIGHT + GAP))
    y = GAP
    for row in ROWS:
        x = GAP
        for title, below, share in row:
            width = (WIDTH - GAP) * share // 12 - GAP
            drawing.box(x, y, width, HEIGHT)
            middle = x + width // 2
            drawing.text(middle, y + (20 if below else 28), title, "head")
            drawing.text(middle, y + 37, below, "mid quiet")
            x += width + GAP
        y += HEIGHT + GAP
    return str(drawing)

"""For tests: a module on a desk, with virtual clock and network in memory, and all it says."""

from .clock import VirtualClock
from .module import Module
from .network import MemoryNetwork


class Desk:
    """`say()` a command and get the bytes that came back; other arguments are Module's."""

    def __init__(self, family="BC66", echo=False, **options):
        self.clock = VirtualClock()
        self.net = MemoryNetwork(self.clock)
        self.module = Module(family, self.clock, self.net, echo=echo, **options)
        self.out = bytearray()
        self.module.connect(self.out.extend)

    def heard(self, ms=0):
        """What has come within `ms` from now, and not been heard before."""
        self.clock.advance(ms)
        data = bytes(self.out)
        self.out[:] = b""
        return data

    def type(self, text):
        """Bytes to the module, as they are."""
        self.module.feed(text.encode("latin-1") if isinstance(text, str) else text)

    def say(self, command, ms=500):
        """A command line, and what comes back within `ms`."""
        self.type(command)
        self.type(b"\r")
        return self.heard(ms)

    def activate(self, cid=1, apn="internet"):
        """The context a socket needs, where the host has to ask for it."""
        assert self.say('AT+QICSGP=%d,1,"%s","","",0' % (cid, apn)) == OK
        assert self.say("AT+QIACT=%d" % cid) == OK

    def open(self, sid=0, kind="TCP", host="198.51.100.7", port=7, mode=0, **peer):
        """A peer and a socket connected to it."""
        make = self.net.tcp if kind == "TCP" else self.net.udp
        peer = make(host, port, **peer)
        got = self.say('AT+QIOPEN=1,%d,"%s","%s",%d,0,%d' % (sid, kind, host, port, mode))
        assert got == lines("OK", "+QIOPEN: %d,0" % sid), got
        return peer

    def error(self):
        """The code QIGETERROR tells."""
        return int(self.say("AT+QIGETERROR").split(b": ")[1].split(b",")[0])


def lines(*texts):
    """Each text between CR LF and CR LF, as URCs and final results are."""
    return b"".join([b"\r\n" + t.encode("latin-1") + b"\r\n" for t in texts])


def answer(*texts):
    """Information lines of one command and its OK."""
    return b"\r\n" + b"".join([t.encode("latin-1") + b"\r\n" for t in texts]) + b"\r\nOK\r\n"


OK = lines("OK")
ERROR = lines("ERROR")
SENT = lines("OK", "SEND OK")

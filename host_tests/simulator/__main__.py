"""The simulated module as a program: a serial line that any other program can open. CPython
only."""

import argparse
import asyncio
import json
import os
import signal
import sys

from . import families, realntp
from .module import Module
from .realnet import RealNetwork, split_target
from .serve import Pacer, Pins, Port, Status, Terminal
from .uart import Cuts
from .wallclock import WallClock

PROGRAM = "python3 -m host_tests.simulator"

ABOUT = """\
A simulated Quectel module on a pseudo-terminal or a TCP port, with real TCP and UDP sockets
behind it.

The first line of output is the name to open: a terminal such as /dev/pts/5, or 127.0.0.1:PORT. It
serves until Ctrl+C or SIGTERM. Unless --off is given the module starts up at once, as if PWRKEY
had been pressed.

Where the module listens, a program on this computer can dial in; each such port is told in a line
of output like "listening: TCP 80 at 127.0.0.1:40123". The number is the module's own if it is
1024 or more and free here."""

EXAMPLES = """\
examples:
  %(p)s bc66 --pty
  %(p)s bc26 --tcp 7000 --dns broker.example=127.0.0.1:1883 --trace
  %(p)s bc66 --pty --off --pins /tmp/pins      then: echo "PWRKEY 0" >/tmp/pins

PWRKEY held at 0 for its time (500 ms at a BC66) switches the module on or, if it is on, off;
RESET held at 0 (50 ms) and let go starts it anew; DTR is at 0 while the host is ready. All are
the levels at the module's own pads.

Without --time the server that AT+QNTP names is asked. The host's clock answers, as UTC, when it
does not: after half a second if it is on this computer or named by --dns, otherwise after three.
AT+QPING to this computer, and to names that stand for it, is answered; any other is lost.
""" % {"p": PROGRAM}


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, "%s: %s\n" % (PROGRAM, message))


def mapping(check):
    """An argparse type for NAME=VALUE, the value to be understood by `check`."""

    def parse(text):
        name, equals, value = text.partition("=")
        try:
            if not name or not equals:
                raise ValueError
            return name, check(value)
        except ValueError:
            raise argparse.ArgumentTypeError("not understood: " + text) from None

    return parse


def milliseconds(text):
    value = int(text)
    if value < 0:
        raise ValueError
    return value


def target(text):
    split_target(text)
    return text


def time_teller(text):
    try:
        return realntp.teller(text)
    except ValueError:
        raise argparse.ArgumentTypeError("not understood: " + text) from None


def all_quirks():
    """name -> (what it sets, text, families)"""
    from .quirks import QUIRKS  # most runs do without

    return QUIRKS


def show_quirks(known):
    """In their own order, which keeps those together that belong together."""
    width = max(map(len, known))
    for name, (_, text, means) in known.items():
        if len(means) < len(families.NAMES):
            text += " (%s)" % ", ".join(means)
        print("%-*s  %s" % (width, name, text))


class Quirk(argparse.Action):
    """One more name in the list; `list` shows them all, whatever else was typed."""

    def __call__(self, parser, options, name, option=None):
        known = all_quirks()
        if name == "list":
            show_quirks(known)
            parser.exit()
        if name not in known:
            parser.error("no such quirk: %s (--quirk list shows them all)" % name)
        setattr(options, self.dest, getattr(options, self.dest) + (name,))


def parser():
    p = Parser(
        prog=PROGRAM,
        description=ABOUT,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument(
        "family",
        type=str.upper,
        choices=families.NAMES,
        metavar="FAMILY",
        help=", ".join(families.NAMES).lower(),
    )
    line = p.add_argument_group("the line").add_mutually_exclusive_group(required=True)
    line.add_argument("--pty", action="store_true", help="serve a pseudo-terminal")
    line.add_argument(
        "--tcp", type=int, metavar="PORT", help="serve that TCP port of 127.0.0.1; 0: any free one"
    )
    line = p.add_argument_group("how it behaves")
    line.add_argument(
        "--baud", type=int, default=0, metavar="N", help="keep to N bits per second both ways"
    )
    line.add_argument(
        "--chunks", type=int, metavar="SEED", help="write in small pieces, cut by this seed"
    )
    line.add_argument(
        "--seed", type=int, metavar="N", help="vary every delay by up to a half, by this seed"
    )
    line.add_argument(
        "--trace", action="store_true", help="show every line, both ways, on standard error"
    )
    line.add_argument(
        "--quirk",
        action=Quirk,
        default=(),
        metavar="NAME",
        help="play a firmware that deviates; repeatable. list: show what there is",
    )
    power = p.add_argument_group("power")
    power.add_argument("--off", action="store_true", help="start switched off (needs --pins)")
    power.add_argument(
        "--pins",
        metavar="PATH",
        help="a FIFO (made if it is not there) that drives PWRKEY, RESET, DTR and PSM_EINT",
    )
    power.add_argument(
        "--status",
        metavar="PATH",
        help="a file that tells the level of VDD_EXT, or STATUS: 1 while the module is on",
    )
    power.add_argument(
        "--nvram", metavar="FILE", help="keep the stored settings in that file (JSON)"
    )
    net = p.add_argument_group("the network")
    net.add_argument(
        "--apn", metavar="NAME", help="accept only this APN; any other is denied registration"
    )
    net.add_argument("--no-sim", action="store_true", help="no SIM card is in")
    net.add_argument("--roaming", action="store_true", help="register as roaming: +CEREG status 5")
    net.add_argument(
        "--register-ms", type=milliseconds, metavar="MS", help="how long registration takes"
    )
    net.add_argument(
        "--dns",
        type=mapping(target),
        action="append",
        default=[],
        metavar="NAME=ADDRESS[:PORT]",
        help="what a name resolves to, and the port it stands for; repeatable",
    )
    net.add_argument(
        "--time",
        type=time_teller,
        metavar="WHEN",
        help="what AT+QNTP tells, whatever the server: a time such as 2026-11-20T12:00:00+02:00, "
        "or now for the host's clock",
    )
    net.add_argument(
        "--hold-tcp",
        action="store_true",
        help="when the receive buffer is full let TCP data wait instead of dropping it",
    )
    net.add_argument(
        "--delay",
        type=mapping(milliseconds),
        action="append",
        default=[],
        metavar="STEP=MS",
        help="how long a step takes; repeatable. AT+CSQ (or any command): until its answer. "
        "answer: of every command. The rest: %s"
        % ", ".join(sorted(k for k in families.DELAYS if k != "answer")),
    )
    return p


class Stored(dict):
    """NVRAM that is written to its file at every change."""

    def __init__(self, path):
        super().__init__()
        self.path = path
        if os.path.exists(path):
            with open(path) as f:
                self.update(json.load(f))

    def __setitem__(self, key, value):
        super().__setitem__(key, value)
        scratch = self.path + ".new"
        with open(scratch, "w") as f:
            json.dump(self, f, indent=1, sort_keys=True)
        os.replace(scratch, self.path)


def complain(text):
    print(text, file=sys.stderr, flush=True)


class Trace:
    """Whole lines of one direction; what does not end in one is shown when the other direction
    speaks."""

    def __init__(self, arrow, ending):
        self.arrow = arrow
        self.ending = ending
        self.rest = b""
        self.other = None

    def __call__(self, data):
        self.other.flush()
        *lines, self.rest = (self.rest + data).split(self.ending)
        for line in lines:
            self.show(line + self.ending)

    def flush(self):
        if self.rest:
            self.show(self.rest)
            self.rest = b""

    def show(self, data):
        complain(self.arrow + " " + repr(data)[2:-1])


def refuse(text):
    complain("%s: %s" % (PROGRAM, text))
    return 2


def tell_port(kind, port, real_port):
    try:
        print("listening: %s %d at 127.0.0.1:%d" % (kind, port, real_port), flush=True)
    except BrokenPipeError:
        # Whoever read the first line has gone. The module is none the worse for it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def make_module(options, nvram):
    clock = WallClock(asyncio.get_running_loop(), options.seed)
    network = RealNetwork(clock, dict(options.dns), options.time, tell_port)
    delays = dict(options.delay)
    if options.register_ms is not None:
        delays["register"] = options.register_ms
    more = {}  # a keyword goes before what family and quirks say: none that was not typed
    if options.quirk:
        more["quirks"] = options.quirk
    if options.hold_tcp:
        more["hold_tcp"] = True
    return Module(
        options.family,
        clock,
        network,
        baud=options.baud,
        nvram=nvram,
        powered=False,
        delays=delays,
        apn=options.apn,
        sim=not options.no_sim,
        roaming=options.roaming,
        **more,
    )


async def open_line(options, module):
    """The terminal or port, connected to the module both ways; OSError if it cannot be had."""
    loop = asyncio.get_running_loop()
    heard = module.feed
    if options.trace:
        sent, said = Trace("<", b"\n"), Trace(">", b"\r")
        sent.other, said.other = said, sent

        def heard(data):
            said(data)
            module.feed(data)

    into = Pacer(loop, lambda: module.baud, heard)
    if options.pty:
        line = Terminal(loop, into.put)
    else:
        line = await Port(into.put).listen(options.tcp)
    cuts = None if options.chunks is None else Cuts(options.chunks)
    outof = Pacer(loop, lambda: module.baud, line.send, cuts)

    def write(data):
        if options.trace:
            sent(data)
        outof.put(data)

    module.connect(write)
    return line


async def serve(options, nvram):
    loop = asyncio.get_running_loop()
    try:
        module = make_module(options, nvram)
    except ValueError as e:  # a quirk that is none of this family's
        return refuse(str(e))
    try:
        line = await open_line(options, module)
    except OSError as e:
        return refuse("cannot serve: %s" % e)
    pads = []
    try:
        if options.pins:
            pads.append(Pins(loop, options.pins, module, complain))
        if options.status:
            pads.append(Status(loop, options.status, module))
    except OSError as e:
        for part in [line] + pads:
            part.close()
        return refuse(str(e))
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    print(line.name, flush=True)
    if not options.off:
        module.boot()
    await stop.wait()
    module.power_cut()
    for part in [line] + pads:
        part.close()
    return 0


def main(arguments=None):
    p = parser()
    options = p.parse_args(arguments)
    if options.off and not options.pins:
        p.error("--off needs --pins, or nothing could ever switch it on")
    if options.tcp is not None and not 0 <= options.tcp < 65536:
        p.error("no such port: %d" % options.tcp)
    if options.baud < 0:
        p.error("no such rate: %d" % options.baud)
    for name, _ in options.delay:
        if name not in families.DELAYS and not name.startswith("AT"):
            p.error("no such step: " + name)
    try:
        nvram = Stored(options.nvram) if options.nvram else {}
    except (OSError, ValueError) as e:
        p.error("cannot read %s: %s" % (options.nvram, e))
    return asyncio.run(serve(options, nvram))


if __name__ == "__main__":
    sys.exit(main())

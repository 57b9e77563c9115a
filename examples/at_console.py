"""A terminal to the module. What you type goes out as an AT command, with or without its AT; what
the module says by itself is shown as it comes, behind a star. Any family.

    AT+CSQ
    +CSQ: 23,0
    OK
    * +CEREG: 5

An empty line ends it, or Ctrl+C. On a board: `import at_console; at_console.main()` at the prompt.
On a computer, with a module on a USB adapter or a simulated one, and a copy of boards/unix_pty.py
beside it, called modem_board.py:

    QUECTEL_MODULE=BC66 python3 -m host_tests.shim --uart /dev/ttyUSB0 examples/at_console.py
"""

import select
import sys

import modem_board
from modem_board import modem

WAIT_S = getattr(modem_board, "WAIT_S", 180)  # for an answer: AT+COPS=? takes three minutes
# What is typed is shown; a computer's terminal does that by itself.
ECHO = getattr(modem_board, "ECHO", sys.platform not in ("linux", "darwin", "win32"))


class Keys:
    """The lines that are typed."""

    def __init__(self):
        file = getattr(sys.stdin, "buffer", sys.stdin)
        self.file = getattr(file, "raw", file)  # CPython's buffer would hide bytes from poll
        self.poller = select.poll()
        self.poller.register(sys.stdin, select.POLLIN)
        self.line = ""
        self.last = ""

    def next(self):
        """A line when it is whole, until then None. The end of the input is an empty line."""
        while self.poller.poll(0):
            key = self.file.read(1)
            key = chr(key[0]) if isinstance(key, bytes) and key else key or "\r"
            both = self.last + key == "\r\n"  # one end of a line, not two
            self.last = key
            if both:
                continue
            if ECHO:
                sys.stdout.write({"\r": "\n", "\x7f": "\b \b", "\b": "\b \b"}.get(key, key))
            if key in "\r\n":
                line, self.line = self.line.strip(), ""
                return line
            self.line = self.line[:-1] if key in "\b\x7f" else self.line + key
        return None


class Console:
    def __init__(self, m):
        self.m = m
        self.command = None  # the Operation that is under way
        self.bare = []  # lines heard meanwhile that have no name: its answer, or news such as RDY
        m.on_urc("", self.hear)

    def hear(self, line):
        if self.command and line[0] != "+":
            self.bare.append(line)
        else:
            print("*", line)

    def send(self, line):
        try:
            self.command = self.m.command(line, wait=False, timeout_ms=WAIT_S * 1000)
        except ValueError as e:
            print("not sent:", e)

    def look(self):
        """Show how the command has ended, if it has."""
        if not (self.command and self.command.done):
            return
        answer = []
        try:
            answer = self.command.result()
            end = "OK"
        except OSError as e:
            code = getattr(e, "code", None)
            end = (
                "no answer: %s" % e if code is None else "ERROR" if code < 0 else "ERROR %d" % code
            )
        self.command = None
        for line in answer:
            print(line)
        print(end)
        for line in self.bare:
            if line not in answer:
                print("*", line)
        self.bare = []


def run(m):
    console = Console(m)
    keys = Keys()
    print("AT commands; an empty line ends it")
    while True:
        m.poll()
        if m.idle:
            m.idle()
        console.look()
        if not console.command:
            line = keys.next()
            if line == "":
                return
            if line:
                console.send(line)


def main():
    m = modem()
    try:
        m.power_on()
    except OSError as e:
        print("the module does not answer: %s" % e)
        return 1
    try:
        run(m)
    except KeyboardInterrupt:
        pass
    m.on_urc("", None)
    print("the end")
    return 0


if __name__ == "__main__":
    sys.exit(main())

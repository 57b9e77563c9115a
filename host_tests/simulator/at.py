"""The command line: from bytes of the host to calls of command functions, and their answers back
to the line.

A command function is called as `fn(module, kind, args)`. kind is one of EXECUTE, READ, TEST,
WRITE; args, for WRITE, is everything after the equals sign, as bytes (it may be payload). It adds
information lines with `module.info(text)`, work to do after the answer with
`module.afterwards(ms, fn, *args)`, and returns None for OK, an error code (550 and up: a TCP/IP
error, kept for QIGETERROR and shown as plain ERROR; below: +CME ERROR), FAIL for a plain ERROR,
PROMPT when it wants data before there is a result, or DEFER when the result comes later: then
nothing else is carried out until `module.finish(result)`, which takes any of these or, as bytes,
the final result itself.
"""

EXECUTE, READ, TEST, WRITE = range(4)

FAIL = -1
PROMPT = -2
DEFER = -3

CR = 13
LF = 10
BACKSPACE = 8


def text_of(data):
    """`data` as a str whatever its bytes are, each byte one character."""
    for byte in data:
        if byte > 127:
            return "".join([chr(b) for b in data])
    return str(data, "utf-8")


def fields(args):
    """Parameters of a write command as a list of str, quotes taken off, empty ones kept; None
    if malformed."""
    line = text_of(args)
    if '"' not in line and " " not in line:
        return line.split(",")
    out = []
    i = 0
    n = len(line)
    while True:
        while i < n and line[i] == " ":
            i += 1
        if i < n and line[i] == '"':
            j = line.find('"', i + 1)
            if j < 0:
                return None
            out.append(line[i + 1 : j])
            i = j + 1
            while i < n and line[i] == " ":
                i += 1
            if i < n and line[i] != ",":
                return None
        else:
            j = line.find(",", i)
            if j < 0:
                j = n
            out.append(line[i:j].rstrip())
            i = j
        if i >= n:
            return out
        i += 1


def number(field, low, high, default=-1):
    """A parameter as an int in low..high; `default` if it is empty, -1 if it is anything else."""
    if not field:
        return default
    if len(field) > 9:
        return -1
    for c in field:
        if c not in "0123456789":
            return -1
    value = int(field)
    return value if low <= value <= high else -1


def split_chain(body):
    """The commands of one line: split at each `;` outside quotes."""
    if b";" not in body:
        return [body]
    out = []
    start = 0
    quoted = False
    for i in range(len(body)):
        c = body[i]
        if c == 34:
            quoted = not quoted
        elif c == 59 and not quoted:
            out.append(body[start:i])
            start = i + 1
    out.append(body[start:])
    return [part for part in out if part]


class CommandLine:
    """Part of Module: all between `feed()`, in sleeping.py, and the command functions."""

    def start_line(self):
        """After a boot: nothing half-typed, nothing under way."""
        self._line = bytearray()  # typed so far, without CR
        self._overlong = False
        self._rx = bytearray()  # arrived while a command was at work
        self._busy = False  # between a command and its answer
        self.in_data_mode = False  # from the prompt to SEND OK
        self._data_mode = None  # what takes the bytes after a prompt (send.py)
        self._skip_lf = False  # a LF that belongs to the CR before it
        self._info = bytearray()
        self._glued = False
        self._fresh = True  # the next information line is a command's first
        self._then = []
        self._chain = []  # the commands of this line not yet begun
        self._wait = 0  # from the command to its answer, ms
        self._unheard = False  # the answer of the command at work is to be lost (hooks.py)
        self._unsynced = self.autobaud

    def take_in(self, data):
        """Bytes from the host."""
        if not self.running:
            self.junk += len(data)
            self.wake()
            return
        if self._busy or self._rx:
            # A LF now is the end of the command before; after a prompt it would be payload.
            if self._skip_lf and data[:1] == b"\n":
                data = data[1:]
            self._skip_lf = False
            self._rx.extend(data)
            if len(self._rx) > self.family.rx_buffer:
                self.junk += len(self._rx) - self.family.rx_buffer
                self._rx = self._rx[: self.family.rx_buffer]
            return
        self._consume(bytes(data))

    def _consume(self, data):
        pos = 0
        n = len(data)
        while pos < n:
            if not self.running:  # a command before has switched the module off
                self.junk += n - pos
                return
            if self._busy:
                self._rx.extend(data[pos:])
                return
            if self._data_mode is not None:
                pos = self._data_mode.take(data, pos)
                continue
            end = data.find(b"\r", pos)
            stop = n if end < 0 else end
            if stop > pos:
                self._type(data[pos:stop])
            pos = stop
            if end >= 0:
                pos += 1
                if pos < n and data[pos] == LF:
                    pos += 1
                    self._skip_lf = False
                else:
                    self._skip_lf = True
                self._enter()

    def _type(self, piece):
        """Characters of a command line, none of them CR."""
        if self._skip_lf and piece[0] == LF:
            piece = piece[1:]
        if not piece:
            return
        self._skip_lf = False
        if self.echo and not self._unsynced:
            self.write(piece)
        if b"\n" in piece:  # a lone LF ends nothing
            piece = piece.replace(b"\n", b"")
        line = self._line
        if b"\x08" not in piece:
            line.extend(piece)
        else:
            for c in piece:
                if c != BACKSPACE:
                    line.append(c)
                else:
                    line = self._line = line[: len(line) - 1 if line else 0]
        if len(line) > self.family.max_line:
            self._overlong = True
            self._line = bytearray()

    def _enter(self):
        """CR: the line is complete."""
        line = bytes(self._line)
        overlong = self._overlong
        self._line = bytearray()
        self._overlong = False
        if self._unsynced:
            self._unsynced -= 1
            self.junk += len(line) + 1
            return
        if self.echo:
            self.write(b"\r\n" if self.echo_lf else b"\r")
        start = 0  # noise before the command: wake-up characters, escapes, bytes at a wrong rate
        while start < len(line) and not 32 < line[start] < 127:
            start += 1
        if start:
            self.junk += start
            line = line[start:]
        if overlong:
            self.write(b"\r\nERROR\r\n")
        elif line[:2].upper() == b"AT":
            self._execute(line)
        else:
            self.junk += len(line)

    def _execute(self, line):
        text = text_of(line)
        self.commands.append(text)
        if self._hooks and self._hooked(text):
            return
        self.run(line)

    def run(self, line):
        """Carry out one command line and answer it."""
        self._info = bytearray()
        self._then = []
        self._wait = self.delays["answer"]
        zero = line.find(b"\0")  # the firmware's strings end there
        if zero >= 0:
            line = line[:zero]
        self._chain = split_chain(line[2:])
        self._carry_on()

    def _carry_on(self):
        result = None if self.app_ready else FAIL
        while self._chain and result is None:
            result = self._carry_out(self._chain.pop(0))
        if result == DEFER:
            self._busy = True
        else:
            self._conclude(result, self._wait)

    def _carry_out(self, command):
        self._fresh = True
        name, kind, args = self._parse(command)
        self._wait = self.delays.get("AT" + name, self._wait)
        fn = self.family.commands.get(name)
        if self.deaf_to(name):
            return FAIL
        if name[:1] != "+":
            return self._basic(command) if kind == EXECUTE else FAIL
        if fn is None:
            return FAIL
        if kind == TEST:
            return self._test_form(name, fn)
        return fn(self, kind, args)

    def finish(self, result):
        """The result of the command that had deferred it."""
        if result is None and self._chain:
            self._carry_on()
        else:
            self._conclude(result, 0)

    def glue_final(self):
        """Let the final result follow the information without an empty line."""
        self._glued = True

    def _conclude(self, result, wait):
        self._chain = []
        if self.chatty:
            self.urc('+QIND: "csq",25,99')
        if isinstance(result, bytes):
            final = result
        elif result == PROMPT:
            final = self.prompt_bytes()
        else:
            final = self.final(result)
        if self._glued and final[:2] == b"\r\n":
            final = final[2:]
        self._glued = False
        if wait > 0:
            self._busy = True
            self.later(wait, self._answer, bytes(self._info) + final, self._then)
        else:
            self._answer(bytes(self._info) + final, self._then)

    def prompt_bytes(self):
        """As "formatcfg" wants it, where there is such an option."""
        return (
            self.prompt.rstrip() + "\r\n" if self.option("formatcfg") else self.prompt
        ).encode()

    @staticmethod
    def _parse(command):
        """b'+QIRD=0,512' -> ("+QIRD", WRITE, b"0,512"). Blanks around the name do no harm."""
        equals = command.find(b"=")
        if equals >= 0:
            name = command[:equals]
            args = command[equals + 1 :]
            kind = TEST if args.strip() == b"?" else WRITE
        else:
            args = b""
            name = command.rstrip()
            kind = EXECUTE
            if name.endswith(b"?"):
                name = name[:-1]
                kind = READ
        return text_of(name).strip().upper(), kind, args

    def _test_form(self, name, fn):
        lines = self.family.tests.get(name)
        if lines is None:
            return fn(self, TEST, b"")
        for line in lines:
            self.info(line)
        return None

    def _basic(self, command):
        """Commands without a plus sign, which need nothing between them: E0, V1, &F, I ..."""
        rest = text_of(command).upper().replace(" ", "")
        while rest:
            size = 2 if rest[0] == "&" else 1
            name = rest[:size]
            end = size
            while end < len(rest) and rest[end] in "0123456789":
                end += 1
            fn = self.family.commands.get(name)
            if fn is None:
                return FAIL
            self._fresh = True
            result = fn(self, EXECUTE, rest[size:end])
            if result is not None:
                return result
            rest = rest[end:]
        return None

    def info(self, text):
        """Add an information line (str, or bytes that may be payload) to the answer."""
        if self._fresh:
            self._info.extend(b"\r\n")
            self._fresh = False
        self._info.extend(text if isinstance(text, (bytes, bytearray)) else text.encode())
        self._info.extend(b"\r\n")

    def afterwards(self, ms, fn, *args):
        """Call `fn(*args)` that long after the answer has been written."""
        self._then.append((ms, fn, args))

    def final(self, result):
        """The final result's bytes; notes a TCP/IP error."""
        if result is None or result == 0:
            return b"\r\nOK\r\n"
        if result >= 550:
            self.last_error = result
        elif result > 0 and self.cmee:
            return ("\r\n+CME ERROR: %d\r\n" % result).encode()
        return b"\r\nERROR\r\n"

    def _answer(self, data, then):
        self._busy = False
        if self._unheard:
            self._unheard = False
        else:
            self.write(data)
        for ms, fn, args in then:
            if ms > 0:
                self.later(ms, fn, *args)
            else:
                fn(*args)
        self.resume()

    def resume(self):
        """Take up what the host has sent meanwhile."""
        if self._rx and not self._busy:
            data = bytes(self._rx)
            self._rx = bytearray()
            self._consume(data)

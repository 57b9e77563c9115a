"""Storage that loses its power: flash, a card, the memory of an RTC, files.

Each has `data`, a bytearray, and calls `self.power.writing(data, at, new)` instead of writing.
"""

import errno


class Cut(Exception):
    """The power is gone."""


class Power:
    """Comes and goes; counts the writes."""

    most = 80  # prefixes of a write that are tried

    def __init__(self):
        self.left = None  # writes until the cut; None: none comes
        self.choose = None  # (old, new) -> the bytes that the cut leaves
        self.writes = 0

    def cut(self, at, choose):
        self.left = at
        self.choose = choose

    def on(self):
        self.left = None

    def writing(self, data, at, new):
        self.writes += 1
        if self.left is not None:
            self.left -= 1
            if self.left == -1:
                old = bytes(data[at : at + len(new)])
                data[at : at + len(new)] = self.choose(old, bytes(new))
            if self.left < 0:
                raise Cut()
        data[at : at + len(new)] = new


class Dice:
    """Numbers that are the same on every interpreter."""

    def __init__(self, seed):
        self.state = seed * 2654435761 + 1 & 0x7FFFFFFF

    def roll(self, n):
        self.state = (self.state * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.state >> 12) % n


class Nor:
    """NOR flash: the extended block protocol; a program can only clear bits."""

    def __init__(self, blocks, size, unit=16):
        self.blocks = blocks
        self.size = size
        self.unit = unit
        self.power = Power()
        self.data = bytearray(b"\xff" * (blocks * size))
        self.erased = self.programmed = 0  # blocks, bytes
        self.fresh = set()  # blocks erased since somebody emptied this

    def ioctl(self, op, arg):
        if op == 4:
            return self.blocks
        if op == 5:
            return self.size
        assert op == 6
        self.erased += 1
        self.fresh.add(arg)
        self.power.writing(self.data, arg * self.size, b"\xff" * self.size)
        return 0

    def readblocks(self, block, buf, offset):
        at = block * self.size + offset
        buf[:] = self.data[at : at + len(buf)]

    def writeblocks(self, block, buf, offset):
        assert offset % self.unit == 0 and len(buf) % self.unit == 0, "not a whole unit"
        assert offset + len(buf) <= self.size
        at = block * self.size + offset
        self.programmed += len(buf)
        # The cells cannot do otherwise; a driver that wants to set bits is wrong.
        new = bytes([self.data[at + i] & buf[i] for i in range(len(buf))])
        self.power.writing(self.data, at, new)
        for i in range(len(buf)):
            assert buf[i] == 0xFF or self.data[at + i] == buf[i], "programmed twice"


class Card:
    """An SD card: blocks are read and written whole."""

    def __init__(self, blocks, size=512, unit=16):
        self.blocks = blocks
        self.size = size
        self.unit = unit
        self.power = Power()
        self.data = bytearray(blocks * size)

    def ioctl(self, op, arg):
        return {3: 0, 4: self.blocks, 5: self.size}[op]

    def readblocks(self, block, buf):
        assert len(buf) == self.size
        buf[:] = self.data[block * self.size : (block + 1) * self.size]

    def writeblocks(self, block, buf):
        assert len(buf) == self.size and block < self.blocks
        self.power.writing(self.data, block * self.size, buf)


class RTC:
    """machine.RTC of an ESP32, as far as its memory goes."""

    unit = 4

    def __init__(self, length):
        self.length = length
        self.power = Power()
        self.data = bytearray(b"")

    def memory(self, data=None):
        if data is None:
            return bytes(self.data)
        assert len(data) <= self.length
        if len(self.data) < len(data):
            self.data = self.data + bytes(len(data) - len(self.data))
        self.power.writing(self.data, 0, data)


class Disk:
    """Files `a`, `b`, `0`, `1` ... of one folder, for outbox_files.py; its sectors can be torn."""

    SIZES = {"a": 1024, "b": 1024, "0": 4096, "1": 4096}
    unit = 512

    def __init__(self):
        self.power = Power()
        self.power.most = 10
        self.places = {}
        at = 0
        for name in sorted(self.SIZES):
            self.places[name] = at
            at += self.SIZES[name]
        self.data = bytearray(at)
        self.made = {}  # name -> bytes in it
        self.errors = []  # what the next writes raise, None: nothing
        self.opened = 0  # files that are open

    def mkdir(self, path):
        if self.made:
            raise OSError(errno.EEXIST, path)

    def stat(self, path):
        name = path.split("/")[-1]
        if name not in self.made:
            raise OSError(errno.ENOENT, path)
        return (0,) * 6 + (self.made[name],)

    def open(self, path, mode):
        name = path.split("/")[-1]
        if mode == "ab":
            self.made.setdefault(name, 0)
        elif name not in self.made:
            raise OSError(errno.ENOENT, path)
        self.opened += 1
        return File(self, name, self.made[name] if mode == "ab" else 0)


class File:
    """An open one."""

    def __init__(self, disk, name, at):
        self.disk = disk
        self.name = name
        self.at = at
        self.failed = False  # as littlefs: after an error nothing is written, and that is no error

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def seek(self, at):
        self.at = at

    def readinto(self, buf):
        start = self.disk.places[self.name]
        n = max(min(len(buf), self.disk.made[self.name] - self.at), 0)
        buf[:n] = self.disk.data[start + self.at : start + self.at + n]
        return n

    def write(self, data):
        disk = self.disk
        error = disk.errors.pop(0) if disk.errors else None
        if error:
            self.failed = True
            raise OSError(error, self.name)
        if not self.failed:
            disk.power.writing(disk.data, disk.places[self.name] + self.at, data)
            self.at += len(data)
            disk.made[self.name] = max(disk.made[self.name], self.at)
        return len(data)

    def flush(self):
        pass

    def close(self):
        self.disk.opened -= 1


def on_disk(disk, test):
    """Runs `test` with outbox_files.py on the disk."""
    from quectel import outbox_files

    kept = outbox_files.os
    outbox_files.os = disk
    outbox_files.open = disk.open
    try:
        return test()
    finally:
        outbox_files.os = kept
        del outbox_files.open

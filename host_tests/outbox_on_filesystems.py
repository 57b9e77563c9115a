"""An Outbox on MicroPython's own file systems, on a block device in memory; one line of JSON.

micropython host_tests/outbox_on_filesystems.py cuts littlefs     (or fat)
micropython host_tests/outbox_on_filesystems.py wear fat
micropython host_tests/outbox_on_filesystems.py errors fat
micropython -X heapsize=64k host_tests/outbox_on_filesystems.py heap FOLDER
"""

import gc
import json
import os
import sys

import vfs

from quectel import Outbox

ROOT = "/ram"
STEPS = ["put"] * 8 + [1, 2, "put", 9, "put", "put", 2] + ["put", "put", "put", 1] * 8
SIZES = (30, 300, 250, 480)


class Device:
    """Flash or a card in memory. After `left` more writes it takes none; the last one is torn.

    `off`: the power is gone, and nothing works.
    """

    def __init__(self, blocks, size, data=None):
        self.size = size
        self.blocks = blocks
        self.data = data or bytearray(b"\xff" * (blocks * size))
        self.left = None
        self.off = False
        self.erases = self.writes = self.bytes = 0

    def readblocks(self, block, buf, offset=0):
        if self.off:
            return -5  # nothing is allocated here: a collector that closes files may not
        at = block * self.size + offset
        memoryview(buf)[:] = memoryview(self.data)[at : at + len(buf)]

    def writeblocks(self, block, buf, offset=0):
        if self.off:
            return -5
        self.bytes += len(buf)
        return self._write(block * self.size + offset, buf)

    def ioctl(self, op, arg):
        if op == 4:
            return self.blocks
        if op == 5:
            return self.size
        if op == 6 and not self.off:
            self.erases += 1
            return self._write(arg * self.size, b"\xff" * self.size)
        return 0

    def _write(self, at, buf):
        self.writes += 1
        n = len(buf)
        if self.left is not None:
            self.left -= 1
            if self.left == -1:
                n = (len(buf) * (self.writes % 4)) // 4
            if self.left < -1:
                n = 0
        memoryview(self.data)[at : at + n] = memoryview(buf)[:n]
        return 0 if n == len(buf) else -5


class LittleFS:
    """As on the ESP32: blocks of 4096 bytes, programmed 128 at a time."""

    blocks, size = 20, 4096

    @staticmethod
    def make(device):
        vfs.VfsLfs2.mkfs(device)

    @staticmethod
    def mount(device, **options):
        vfs.mount(vfs.VfsLfs2(device), ROOT, **options)


class FAT:
    """As on a card: sectors of 512 bytes."""

    blocks, size = 128, 512

    @staticmethod
    def make(device):
        vfs.VfsFat.mkfs(device)

    @staticmethod
    def mount(device, **options):
        vfs.mount(vfs.VfsFat(device), ROOT, **options)


def new(kind, blocks=None):
    device = Device(blocks or kind.blocks, kind.size)
    kind.make(device)
    return device


class Mounted:
    """A mounted device with a box on it."""

    def __init__(self, kind, device):
        self.device = device
        self.box = None
        kind.mount(device)

    def open(self, **options):
        self.box = Outbox(ROOT + "/box", 2000, **options)
        return self.box

    def end(self):
        self.device.off = True
        if self.box is not None:
            self.box.close()
        vfs.umount(ROOT)


def again(kind, device):
    """The device after the power is back."""
    return Mounted(kind, Device(device.blocks, device.size, device.data))


def do(box, step, number):
    if step == "put":
        box.put(text(number))
    else:
        box.drop(min(step, len(box)))


def text(number):
    return (b"%d " % number) * (SIZES[number % len(SIZES)] // 4)


def cuts(kind):
    """The power is cut at each write of each step, the making of the box included."""
    device = new(kind)
    done = 0
    before = None
    for number, step in enumerate([None] + STEPS):
        image = bytes(device.data)
        mounted = again(kind, device)
        start = mounted.device.writes
        box = mounted.open()
        if step:
            do(box, step, number)
        writes = mounted.device.writes - start
        after = list(box)
        lost = box.lost
        device.data = mounted.device.data
        mounted.end()
        kept = bytes(device.data)
        if step is None or step == "put":
            good = [before, (before or [])[lost:], after]
        else:
            good = [before, after]
        for at in range(writes):
            device.data = bytearray(image)
            cut(kind, device, at, step, number, good)
            done += 1
        device.data = bytearray(kept)
        before = after
    assert before and done > 2 * len(STEPS)
    print(json.dumps({"cuts": done}))


def cut(kind, device, at, step, number, good):
    mounted = again(kind, device)
    try:
        if step:
            mounted.open()
        mounted.device.left = at
        if step:
            do(mounted.box, step, number)
        else:
            mounted.open()
        raise AssertionError("no cut at write %d of step %d" % (at, number))
    except OSError:
        pass
    image = mounted.device
    mounted.end()
    mounted = again(kind, image)
    try:
        box = mounted.open()
        found = list(box)
        assert found in good, (number, step, at, found, good)
        assert box.damaged == 0
        box.put(b"more")
        mounted.end()
        mounted = again(kind, mounted.device)
        assert list(mounted.open())[-1] == b"more"
    finally:
        mounted.end()


def wear(kind):
    """Blocks erased, writes and bytes programmed for a put, a drop; for a full and a small box."""
    found = {}
    for capacity in (4096, 32_768):
        mounted = Mounted(kind, new(kind, kind.blocks * 10))
        device = mounted.device
        mounted.box = box = Outbox(ROOT + "/box", capacity)
        for _ in range(1200):
            box.put(bytes(24))
        for what in ("put", "drop"):
            start = device.erases, device.writes, device.bytes
            for _ in range(100):
                box.put(bytes(24)) if what == "put" else box.drop()
            end = device.erases, device.writes, device.bytes
            found["%s %d" % (what, capacity)] = [(b - a) / 100 for a, b in zip(start, end)]
        mounted.end()
    print(json.dumps(found))


def errors(kind):
    """A file system that is read-only, or too small for the box: OSError, and nothing worse."""
    mounted = Mounted(kind, new(kind))
    mounted.open().put(b"1")
    mounted.end()
    device = Device(kind.blocks, kind.size, mounted.device.data)
    found = []
    for options, blocks in (({"readonly": True}, None), ({}, 80 // (kind.size // 512))):
        device = device if blocks is None else new(kind, blocks)
        kind.mount(device, **options)
        try:
            Outbox(ROOT + "/box", 32_768)
            found.append(0)
        except OSError as e:
            found.append(e.errno)
        vfs.umount(ROOT)
    print(json.dumps(found))


def heap(folder):
    """A box of the usual size, filled, read and emptied."""
    gc.collect()
    before = gc.mem_alloc()
    box = Outbox(folder)
    gc.collect()
    opened = gc.mem_alloc() - before
    for i in range(800):
        box.put(b"%040d" % i)
    n = len(box)
    got = 0
    while box:
        batch = box.peek_many(1024)
        got += len(batch)
        box.drop(len(batch))
    batch = None
    gc.collect()
    used = gc.mem_alloc() - before
    box.close()
    print(json.dumps({"opened": opened, "used": used, "got": got, "held": n, "lost": box.lost}))


if __name__ == "__main__":
    sys.path.pop(0)
    kinds = {"littlefs": LittleFS, "fat": FAT}
    os.chdir("/")
    if sys.argv[1] == "heap":
        heap(sys.argv[2])
    else:
        {"cuts": cuts, "wear": wear, "errors": errors}[sys.argv[1]](kinds[sys.argv[2]])

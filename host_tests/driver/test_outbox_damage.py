"""What an Outbox does when its storage is not as it left it."""

import errno

from host_tests.driver.harness import fails
from host_tests.driver.storage import RTC, Card, Dice, Disk, Nor, on_disk
from quectel import Outbox


def filled(make):
    """A box that went round its store, and what is in it."""
    box = make()
    for i in range(40):
        box.put(b"%020d" % i)
        if i % 3 == 0:
            box.drop()
    return list(box)


def works(make):
    box = make()
    n = len(list(box))
    box.put(b"new")
    assert list(make())[-1] == b"new" and len(list(make())) <= n + 1


def subsequence(found, kept):
    rest = iter(kept)
    return all(any(data == other for other in rest) for data in found)


def test_garbage_is_begun_anew_and_counted():
    dice = Dice(7)
    for where in (Nor(4, 256), Card(8, 128), RTC(2048)):
        where.data = bytearray([dice.roll(256) for _ in range(len(where.data) or 2048)])
        box = Outbox(where)
        assert len(box) == 0 and box.damaged > 0
        works(lambda where=where: Outbox(where))


def test_each_byte_damaged():
    # Whatever byte it is, nothing is invented and all goes on. What was dropped may come back if
    # it was the drop that was damaged.
    for where in (Nor(4, 128), Card(6, 96), bytearray(256)):
        make = lambda where=where: Outbox(where)
        filled(make)
        data = where if isinstance(where, bytearray) else where.data
        image = bytes(data)
        for at in range(len(image)):
            for change in (0x01, 0xFF):
                data[:] = image
                data[at] ^= change
                box = make()
                found = list(box)
                box.peek()
                assert subsequence(found, [b"%020d" % i for i in range(40)]), (at, found)
                works(make)


def test_a_damaged_record_is_skipped_and_counted():
    flash = Nor(4, 1024)
    box = Outbox(flash)
    for i in range(3):
        box.put(b"%020d" % i)
    flash.data[32 + 12] ^= 0x40  # of the first
    assert len(box) == 3 and list(box) == [b"%020d" % 1, b"%020d" % 2]
    assert box.peek() == b"%020d" % 1
    assert (len(box), box.damaged) == (2, 1)
    box.drop()
    box = Outbox(flash)
    assert list(box) == [b"%020d" % 2] and box.damaged == 0
    flash.data[32 + 64 + 12] ^= 0x40
    box.put(b"more")
    box.drop(1)  # the damaged one goes with it
    assert box.damaged == 1 and len(box) == 0


def test_all_that_is_left_is_damaged():
    flash = Nor(4, 1024)
    box = Outbox(flash)
    box.put(bytes(20))
    flash.data[32 + 12] ^= 0x40
    assert len(box) == 1 and box.peek() is None and len(box) == 0 and box.damaged == 1


def test_room_taken_by_damaged_records_comes_back():
    flash = Nor(3, 256)
    box = Outbox(flash, full="refuse")
    for _ in range(14):  # it is full
        box.put(bytes(20))
    for at in range(0, 512, 32):
        flash.data[at + 12] ^= 0x40  # each record; the headers' blank bytes
    box.peek()
    assert (len(box), box.damaged) == (0, 14)
    for _ in range(14):
        box.put(bytes(20))
    assert len(box) == 14 and box.lost == 0


def test_another_version():
    # One bit of what the CRCs begin with: nothing of it can be read.
    from quectel import outbox_log

    flash = Nor(4, 256)
    kept = filled(lambda: Outbox(flash))
    crc32 = outbox_log.crc32
    outbox_log.crc32 = lambda data, crc: crc32(data, crc ^ 0x55)
    try:
        box = Outbox(flash)
        assert kept and len(box) == 0 and box.damaged == 4
    finally:
        outbox_log.crc32 = crc32


def test_a_box_in_too_small_a_device():
    flash = Nor(8, 256)
    filled(lambda: Outbox(flash))
    flash.blocks = 4
    box = Outbox(flash)
    assert len(box) == 0
    works(lambda: Outbox(flash))


# -- errors -----------------------------------------------------------------------------------


def test_a_device_that_fails():
    for answer in (False, -5, None):
        flash = Nor(4, 256)
        box = Outbox(flash)
        box.put(b"1")
        good = flash.writeblocks

        def bad(*arguments, answer=answer):
            if answer is None:
                raise OSError(errno.EIO, "worn out")
            return answer

        flash.writeblocks = bad
        fails(errno.EIO, box.put, b"2")
        fails(errno.EIO, box.drop)
        flash.writeblocks = good
        assert list(box) == [b"1"]
        box.put(b"3")
        assert list(box) == [b"1", b"3"] == list(Outbox(flash))


def test_an_erase_that_fails():
    flash = Nor(4, 256)
    box = Outbox(flash)
    for i in range(7):
        box.put(b"%020d" % i)
    good = flash.ioctl
    flash.ioctl = lambda op, arg: -5 if op == 6 else good(op, arg)
    fails(errno.EIO, box.put, b"1")
    flash.ioctl = good
    assert len(box) == 7
    box.put(b"1")
    assert len(box) == len(Outbox(flash)) == 8


def test_a_file_system_that_fails():
    # On littlefs a file that has failed once swallows what is written to it: it is opened anew.
    def test():
        box = Outbox("box", 2000)
        box.put(b"1")
        disk.errors = [28]
        e = fails(28, box.put, b"2")
        assert e.errno == 28
        box.put(b"3")
        assert list(box) == list(Outbox("box", 2000)) == [b"1", b"3"]
        assert disk.opened <= 6  # two boxes: three files each

    disk = Disk()
    on_disk(disk, test)


def test_a_full_file_system():
    def test():
        disk.errors = [None, None, None, 28]
        fails(28, Outbox, "box", 2000)
        box = Outbox("box", 2000)
        box.put(b"1")
        assert list(Outbox("box", 2000)) == [b"1"]

    disk = Disk()
    on_disk(disk, test)


def test_files_that_are_short_or_missing():
    def test():
        make = lambda: Outbox("box", 2000)
        box = make()
        for i in range(12):
            box.put(b"%0300d" % i)
        kept = list(box)
        for name in ("a", "b", "0"):
            data = bytes(disk.data)
            made = dict(disk.made)
            for size in (None, 0, 500):
                if size is None:
                    del disk.made[name]
                else:
                    disk.made[name] = size
                box = make()
                assert subsequence(list(box), kept)
                works(make)
                disk.data[:] = data
                disk.made = dict(made)
            assert list(make()) == kept

    disk = Disk()
    on_disk(disk, test)

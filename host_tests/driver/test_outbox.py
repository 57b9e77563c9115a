"""An Outbox in ordinary life, on every kind of store."""

import errno
from array import array

from host_tests.driver.harness import fails, raises
from host_tests.driver.powercut import record
from host_tests.driver.storage import RTC, Card, Dice, Disk, Nor, on_disk
from quectel import Outbox
from quectel.outbox_flash import Flash
from quectel.outbox_memory import Memory

FULL = getattr(errno, "ENOSPC", errno.ENOMEM)


def everywhere(test):
    """Run `test(make)` on each kind of store; `make(**options)` opens the box once more."""
    for where in (Nor(4, 256), Card(8, 128), RTC(2048), bytearray(512)):
        test(lambda where=where, **options: Outbox(where, **options))
    on_disk(Disk(), lambda: test(lambda **options: Outbox("box", 2000, **options)))


def test_first_in_first_out():
    def test(make):
        box = make()
        assert len(box) == 0 and not box and box.peek() is None and list(box) == []
        box.put(b"one")
        box.put(bytearray(b"two"))
        box.put(memoryview(b"three"))
        assert len(box) == 3 and box
        assert box.peek() == b"one" and list(box) == [b"one", b"two", b"three"]
        assert isinstance(box.peek(), bytes)
        box.drop()
        assert box.peek() == b"two" and len(box) == 2
        assert list(make()) == [b"two", b"three"]
        box.drop(2)
        assert not box and box.peek() is None
        assert (len(make()), box.lost, box.damaged) == (0, 0, 0)

    everywhere(test)


def test_batches():
    def test(make):
        box = make()
        assert box.peek_many(100) == []
        for text in (b"12345", b"123", b"1234", b"1"):
            box.put(text)
        assert box.peek_many(1) == [b"12345"]  # one at least
        assert box.peek_many(0) == [b"12345"]
        assert box.peek_many(7) == [b"12345"]
        assert box.peek_many(8) == [b"12345", b"123"]
        assert box.peek_many(100) == [b"12345", b"123", b"1234", b"1"]
        box.drop(3)
        assert box.peek_many(100) == [b"1"]

    everywhere(test)


def test_an_array_is_its_bytes():
    def test(make):
        box = make()
        numbers = array("H", [1, 2, 3])
        box.put(numbers)
        box.put(memoryview(numbers)[1:])
        box.put(b"next")
        found = [bytes(numbers), bytes(numbers)[2:], b"next"]
        assert list(box) == list(make()) == found
        raises(ValueError, box.put, array("H", range(box.max // 2 + 1)))

    everywhere(test)


def test_what_is_put_meanwhile_is_met_too():
    def test(make):
        box = make()
        box.put(b"0")
        found = []
        for number in box:
            found.append(int(number))
            if len(found) < 10:  # it fills pages
                for _ in range(2 if len(found) % 3 == 0 else 1):
                    box.put(b"%d" % len(box))
        assert found == list(range(len(box)))

    everywhere(test)


def test_misuse_is_noticed_before_anything_is_written():
    def test(make):
        box = make()
        box.put(b"1")
        for data in (b"", bytes(box.max + 1), "text"):
            raises(ValueError, box.put, data)
        for n in (-1, 2, 0.5):
            raises(ValueError, box.drop, n)
        assert list(make()) == [b"1"]
        box.drop(0)
        box.drop(1)
        box.put(bytes(box.max))
        assert box.peek() == bytes(box.max) and list(make()) == [bytes(box.max)]

    everywhere(test)
    raises(ValueError, Outbox, bytearray(512), full="maybe")
    raises(ValueError, Outbox, bytearray(512), max_age_s=5)
    raises(ValueError, Outbox, bytearray(100))
    raises(ValueError, Outbox, None)
    raises(ValueError, Outbox, Nor(2, 256))
    raises(ValueError, Outbox, Nor(8, 256), capacity=2000)
    raises(ValueError, Outbox, Card(8), capacity=9000)


def test_a_closed_box():
    with Outbox(bytearray(512)) as box:
        box.put(b"1")
    fails(errno.EBADF, box.put, b"2")
    fails(errno.EBADF, len, box)
    box.close()


def test_files_are_closed():
    def test():
        with Outbox("box", 2000) as box:
            for _ in range(20):
                box.put(bytes(300))
            assert disk.opened == 3
        assert disk.opened == 0

    disk = Disk()
    on_disk(disk, test)


def small():
    return (Nor(4, 256), Nor(3, 128), Card(6, 128), bytearray(384))


def walk(make, seed, least, most, refuse):
    """Puts, drops and reopening at random, against a list."""
    dice = Dice(seed)
    box = make(full="refuse" if refuse else "drop")
    box.drop(len(box))
    model = []
    number = put = lost = 0
    for i in range(300):
        what = dice.roll(16) if i > 80 else 0
        if what < 9:
            data = record(number, min(least + dice.roll(most), box.max))
            number += 1
            try:
                box.put(data)
                model.append(data)
            except OSError as e:
                assert refuse and e.errno == FULL
                put += 1
        elif what < 15:
            n = min(len(model), dice.roll(4))
            box.drop(n)
            del model[:n]
        else:
            lost += box.lost
            box = make(full="refuse" if refuse else "drop")
        if not refuse:
            del model[: max(len(model) - len(box), 0)]
        assert len(box) == len(model)
        assert box.peek_many(60) == list(box)[: len(box.peek_many(60))]
        assert list(box) == model, (seed, list(box), model)
    lost += box.lost
    assert (lost > 0) != refuse and (put > 0) == refuse and box.damaged == 0


def test_at_random_when_it_refuses():
    # Records as short as they come: as many drops as can be must find room.
    for where in small():
        walk(lambda where=where, **options: Outbox(where, **options), 3, 1, 3, True)
        walk(lambda where=where, **options: Outbox(where, **options), 4, 1, 80, True)
    on_disk(Disk(), lambda: walk(lambda **o: Outbox("box", 2000, **o), 4, 50, 300, True))


def test_at_random_when_it_drops_the_oldest():
    for where in small():
        walk(lambda where=where, **options: Outbox(where, **options), 5, 1, 3, False)
        walk(lambda where=where, **options: Outbox(where, **options), 6, 1, 80, False)
    on_disk(Disk(), lambda: walk(lambda **o: Outbox("box", 2000, **o), 6, 50, 300, False))


def test_a_full_box_refuses_until_the_oldest_page_is_empty():
    flash = Nor(4, 256)
    box = Outbox(flash, full="refuse")
    for _ in range(21):  # three pages of seven; the fourth is for drops
        box.put(bytes(20))
    fails(FULL, box.put, b"1")
    for _ in range(6):
        box.drop()
        fails(FULL, box.put, b"1")
    box.drop()
    box.put(b"1")
    assert len(box) == 15 and box.lost == 0


def test_a_full_box_drops_a_page():
    box = Outbox(Nor(4, 256))
    for i in range(22):
        box.put(b"%020d" % i)
    assert (len(box), box.lost) == (15, 7)
    assert box.peek() == b"%020d" % 7


def test_a_full_box_can_be_emptied_one_by_one():
    box = Outbox(Nor(3, 256), full="refuse")
    while True:
        try:
            box.put(b"1")
        except OSError:
            break
    n = len(box)
    assert n == 28
    for i in range(n):
        box.drop()
        assert len(box) == n - i - 1
    assert box.lost == 0


def test_what_looks_like_a_record_in_a_record_is_none():
    # Record 1 carries what another box wrote for its record 1, where a record might begin; then
    # it is damaged, and the search for the next one comes across that.
    other = Nor(4, 512)
    for text in (b"000", b"foreign"):
        Outbox(other).put(text)
    foreign = bytes(other.data[32 + 16 : 32 + 48])
    assert foreign[12:19] == b"foreign"
    flash = Nor(4, 512)
    box = Outbox(flash)
    box.put(b"000")
    box.put(bytes(4) + foreign)
    box.put(b"222")
    flash.data[32 + 16] ^= 1
    assert list(Outbox(flash)) == [b"000", b"222"]


# -- age --------------------------------------------------------------------------------------


class Clock:
    def __init__(self):
        self.now = 1000

    def __call__(self):
        return self.now


def test_age():
    def test(make):
        clock = Clock()
        box = make(clock=clock)
        assert box.age() is None
        box.put(b"1")
        clock.now = None
        box.put(b"2")
        assert box.age() is None
        clock.now = 1060
        assert box.age() == 60 and make(clock=clock).age() == 60
        assert make().age() is None
        clock.now = 900
        assert box.age() == 0
        clock.now = 1200
        box.drop()
        assert box.age() is None and box.peek() == b"2"

    everywhere(test)


def test_older_records_are_dropped_and_counted():
    def test(make):
        clock = Clock()
        box = make(clock=clock, max_age_s=50)
        for text in (b"1", b"2", b"3"):
            box.put(text)
            clock.now += 20
        assert (box.peek(), box.lost) == (b"2", 1)  # 40 s old; the other one was 60
        clock.now += 11
        assert (box.peek_many(100), box.lost) == ([b"3"], 2)
        assert list(make()) == [b"3"]
        clock.now = None
        box.put(b"4")
        clock.now = 1000 + 500
        assert (box.peek(), box.lost, len(box)) == (b"4", 3, 1)  # it has no age

    everywhere(test)


def test_a_full_box_makes_room_by_age_before_it_refuses():
    clock = Clock()
    box = Outbox(Nor(3, 256), full="refuse", max_age_s=10, clock=clock)
    for _ in range(14):
        box.put(bytes(20))
    fails(FULL, box.put, b"1")
    clock.now += 11
    box.put(b"1")
    assert list(box) == [b"1"] and box.lost == 14


# -- capacity ---------------------------------------------------------------------------------


def test_a_box_with_records_keeps_its_capacity():
    flash = Nor(16, 256)
    box = Outbox(flash, 1024)
    for i in range(60):
        box.put(b"%020d" % i)
    found = list(box)
    for capacity in (512, None, 3000):
        box = Outbox(flash, capacity)
        assert list(box) == found and box.damaged == 0
    while box:
        box.drop()
    for capacity in (3000, 512, None, 1024):
        box = Outbox(flash, capacity)
        assert not box
        box.put(b"new")
        assert list(Outbox(flash, capacity)) == [b"new"] and box.damaged == 0
        box = Outbox(flash, capacity)
        box.drop()
        for i in range(40):
            box.put(b"%020d" % i)
            assert list(Outbox(flash, capacity)) == list(box)
        assert len(box) == {512: 14, 1024: 28}.get(capacity, 40) or box.lost
        box.drop(len(box))


def test_a_box_on_a_card_keeps_its_capacity():
    card = Card(40, 128)
    for i in range(60):
        Outbox(card, 2048).put(b"%020d" % i)
    found = list(Outbox(card, 2048))
    assert len(found) == 51
    for capacity in (512, None, 2048):
        assert list(Outbox(card, capacity)) == found
    box = Outbox(card, 512)
    box.drop(51)
    for i in range(60):
        Outbox(card, 512).put(b"%020d" % i)
    assert len(Outbox(card, 512)) == 15


# -- cost -------------------------------------------------------------------------------------


def test_flash_wear():
    # 24 bytes are 48 with what they need, a drop is 16; a block of 4096 has room for 63 of both.
    flash = Nor(8, 4096)
    box = Outbox(flash)
    box.put(bytes(24))
    box.drop()
    flash.erased = flash.programmed = 0
    for _ in range(1000):
        box.put(bytes(24))
        box.drop()
    assert flash.erased == 15
    assert flash.programmed == 1000 * (48 + 16) + 15 * 32


def test_card_wear():
    card = Card(64)
    box = Outbox(card)
    box.put(bytes(24))
    start = card.power.writes
    for _ in range(1000):
        box.put(bytes(24))
    # 36 bytes each, 13 in a page, and a write when it moves; and now and then a page is lost
    assert card.power.writes - start < 1000 * 1.2


def test_a_put_costs_the_same_in_a_large_box():
    costs = []
    for blocks in (8, 64):
        flash = Nor(blocks, 256)
        reads = []
        box = Outbox(flash)
        for _ in range(blocks * 10):  # it is full
            box.put(bytes(20))
        inner = flash.readblocks
        flash.readblocks = lambda *a, reads=reads, inner=inner: (reads.append(1), inner(*a))[1]
        for _ in range(100):
            box.put(bytes(20))
        costs.append(len(reads))
    assert costs[0] == costs[1], costs


def test_the_rp2040_is_given_whole_pages():
    flash = Nor(4, 4096, 256)
    box = Outbox(Flash(flash, None, 256))
    for i in range(200):
        box.put(b"%0150d" % i)
    assert [int(data) for data in Outbox(Flash(flash, None, 256))] == list(range(box.lost, 200))


def test_the_rest_of_the_rtc_memory_is_left_alone():
    rtc = RTC(2048)
    rtc.memory(b"mine")
    box = Outbox(Memory(rtc, 64))
    for i in range(100):
        box.put(b"%020d" % i)
    rtc.memory(b"yours" + rtc.memory()[5:])
    box.put(b"last")
    assert rtc.memory()[:5] == b"yours" and len(rtc.memory()) <= 2048
    assert list(Outbox(Memory(rtc, 64))) == list(box)


def test_slow_crc():
    from binascii import crc32

    from quectel import outbox_crc

    for data in (b"", b"123456789", bytes(range(256))):
        for start in (0, 0x0B0C0001, 0xFFFFFFFF):
            assert outbox_crc.crc32(data, start) == crc32(data, start) & 0xFFFFFFFF

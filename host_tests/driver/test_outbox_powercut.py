"""The power is cut at every write of an Outbox: nothing acknowledged is lost, nothing invented."""

from host_tests.driver.harness import raises
from host_tests.driver.powercut import at_random, check, record
from host_tests.driver.storage import RTC, Card, Cut, Disk, Nor, on_disk
from quectel import Outbox
from quectel.outbox_flash import Flash

# Several times round a ring of three or four segments, at its emptiest and at its fullest.
STEPS = (["put"] * 5 + [1, "put", 2, "put", "put", 1, "put", 3, "put"] + ["put", 1] * 3 + [9]) * 2


def test_flash():
    flash = Nor(4, 128)
    cuts = check(flash, lambda: Outbox(flash), STEPS, (3, 9, 30))
    assert cuts > 1000 and flash.erased > 8


def test_flash_that_refuses():
    flash = Nor(3, 128)
    flash.power.most = 8
    check(flash, lambda: Outbox(flash, full="refuse"), ["put"] * 8 + STEPS, (3, 9, 30))


def test_flash_that_is_programmed_in_windows():
    flash = Nor(4, 128, 64)
    flash.power.most = 8
    check(flash, lambda: Outbox(Flash(flash, None, 64)), STEPS[:30], (3, 9, 30))


def test_card():
    card = Card(6, 96)
    cuts = check(card, lambda: Outbox(card), STEPS, (3, 9, 30))
    assert cuts > 1000


def test_card_that_refuses():
    card = Card(5, 96)
    card.power.most = 8
    check(card, lambda: Outbox(card, full="refuse"), ["put"] * 8 + STEPS, (3, 9, 30))


def test_rtc_memory():
    from quectel.outbox_memory import Memory

    rtc = RTC(264)
    rtc.power.most = 8
    check(rtc, lambda: Outbox(Memory(rtc, 8, 256)), STEPS[: len(STEPS) // 2], (3, 9, 30))


def test_files():
    disk = Disk()
    make = lambda: Outbox("box", 2000)
    cuts = on_disk(disk, lambda: check(disk, make, STEPS, (3, 250, 400)))
    assert cuts > 500


def test_files_when_the_box_refuses():
    disk = Disk()
    make = lambda: Outbox("box", 2000, "refuse")
    on_disk(disk, lambda: check(disk, make, ["put"] * 8 + STEPS[:12], (3, 250, 400)))


def test_cut_upon_cut_in_a_full_box():
    # Each torn drop takes some of the room that is kept for drops. When there is none left, the
    # oldest page is given up, and counted; the box does not get stuck.
    flash = Nor(3, 256)
    box = Outbox(flash, full="refuse")
    while box._fits(20):
        box.put(record(box._next, 20))
    full = list(box)
    box.drop()  # opens the page that is kept for drops
    for _ in range(14):
        flash.power.cut(0, lambda old, new: old[:5] + new[5:])
        raises(Cut, box.drop)
        flash.power.on()
        box = Outbox(flash, full="refuse")
        assert list(box) == full[1:] and box.lost == 0
    box.drop()
    assert list(box) == list(Outbox(flash)) == full[7:]
    assert box.lost == 5 and box.damaged == 0
    while box:
        box.drop()
    box.put(b"more")
    assert list(Outbox(flash)) == [b"more"]


def test_a_cut_while_the_capacity_changes():
    # What was dropped under the old capacity stays dropped, whatever the first write under the
    # new one destroys.
    for capacity, other in ((768, 256), (256, 768), (512, 1024)):
        for puts in range(1, 60, 3):
            flash = Nor(8, 256)
            box = Outbox(flash, capacity)
            for i in range(puts):
                box.put(record(i, 20))
                if i % 2:
                    box.drop(2)
            box.drop(len(box))
            image = bytes(flash.data)
            for at in range(2):
                flash.data[:] = image
                box = Outbox(flash, other)
                flash.power.cut(at, lambda old, new, at=at: new if at == 0 else old[:4] + new[4:])
                raises(Cut, box.put, b"new")
                flash.power.on()
                for again in (capacity, other):
                    assert list(Outbox(flash, again)) == [], (capacity, other, puts, at)
            box = Outbox(flash, other)
            box.put(b"new")
            assert list(Outbox(flash, other)) == [b"new"]


def test_cuts_at_random_for_long():
    for full in ("drop", "refuse"):
        for seed in range(2):
            nor = Nor(4, 512)
            make = lambda nor=nor, full=full: Outbox(nor, full=full)
            assert at_random(nor, make, seed, 150, 90) > 10
            card = Card(7, 256)
            make = lambda card=card, full=full: Outbox(card, full=full)
            assert at_random(card, make, seed, 150, 90) > 10

"""The power is cut at every write of an Outbox: nothing acknowledged is lost, nothing invented."""

from host_tests.driver.powercut import RTC, Card, Disk, Nor, check, on_disk
from quectel import Outbox
from quectel.flash import Flash

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
    check(flash, lambda: Outbox(Flash(flash, None, 64)), STEPS, (3, 9, 30))


def test_card():
    card = Card(6, 96)
    cuts = check(card, lambda: Outbox(card), STEPS, (3, 9, 30))
    assert cuts > 1000


def test_card_that_refuses():
    card = Card(5, 96)
    card.power.most = 8
    check(card, lambda: Outbox(card, full="refuse"), ["put"] * 8 + STEPS, (3, 9, 30))


def test_rtc_memory():
    from quectel.rtcmemory import Memory

    rtc = RTC(264)
    rtc.power.most = 20
    check(rtc, lambda: Outbox(Memory(rtc, 8, 256)), STEPS[: len(STEPS) // 2], (3, 9, 30))


def test_files():
    disk = Disk()
    make = lambda: Outbox("box", 2000)
    cuts = on_disk(disk, lambda: check(disk, make, STEPS, (3, 250, 400)))
    assert cuts > 500


def test_files_when_the_box_refuses():
    disk = Disk()
    make = lambda: Outbox("box", 2000, "refuse")
    on_disk(disk, lambda: check(disk, make, ["put"] * 8 + STEPS[:20], (3, 250, 400)))

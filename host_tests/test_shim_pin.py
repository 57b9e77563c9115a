"""The shim's Pin: levels, the in-process hook, the FIFO to another process."""

import os

import pytest
from machine import Pin


@pytest.fixture
def changes():
    seen = []
    listener = Pin.listen(lambda id, level: seen.append((id, level)))
    yield seen
    Pin.unlisten(listener)


@pytest.fixture
def fifo(tmp_path, monkeypatch):
    path = str(tmp_path / "pins")
    os.mkfifo(path)
    monkeypatch.setenv("QUECTEL_PINS", path)
    return path


def test_levels_are_set_read_and_toggled():
    pin = Pin("levels", Pin.OUT, value=0)
    assert pin.value() == 0
    pin.on()
    assert pin() == 1
    pin.off()
    assert pin() == 0
    pin(1)
    assert pin.value() == 1
    pin.toggle()
    assert pin.value() == 0


def test_two_objects_of_one_pin_share_its_level():
    Pin("shared", Pin.OUT).on()
    assert Pin("shared").value() == 1


def test_an_input_reads_its_pull_up_and_then_what_drives_it():
    pin = Pin("input", Pin.IN, Pin.PULL_UP)
    assert pin.value() == 1
    Pin.feed("input", 0)
    assert pin.value() == 0


@pytest.mark.parametrize("pull,level", [(Pin.PULL_UP, 1), (Pin.PULL_DOWN, 0), (-1, 0)])
def test_an_input_that_is_let_go_of_reads_what_its_resistor_says(pull, level):
    id = "let go of %d" % pull
    pin = Pin(id, Pin.IN, pull)
    Pin.feed(id, 1 - level)
    assert pin.value() == 1 - level
    Pin.feed(id, None)
    assert pin.value() == level


def test_the_hook_hears_changes_and_the_first_level_only(changes):
    pin = Pin("heard", Pin.OUT, value=0)
    pin.off()
    pin.on()
    pin.value(1)
    pin.off()
    assert changes == [("heard", 0), ("heard", 1), ("heard", 0)]


def test_an_input_drives_nothing(changes):
    Pin("deaf", Pin.IN).value(1)
    assert changes == []


def test_named_pins_are_written_to_the_fifo(fifo, monkeypatch):
    monkeypatch.setenv("QUECTEL_PIN_NAMES", "106=!PWRKEY, 107=RESET")
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    Pin(106, Pin.OUT, value=0).on()
    Pin(107, Pin.OUT, value=1).off()
    Pin(108, Pin.OUT, value=1)
    assert os.read(reader, 1000) == b"PWRKEY 1\nPWRKEY 0\nRESET 1\nRESET 0\n"
    os.close(reader)


def test_a_new_reader_of_the_fifo_is_found(fifo, monkeypatch):
    monkeypatch.setenv("QUECTEL_PIN_NAMES", "109=PWRKEY")
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    pin = Pin(109, Pin.OUT, value=0)
    assert os.read(reader, 1000) == b"PWRKEY 0\n"
    os.close(reader)
    os.unlink(fifo)
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    pin.on()
    assert os.read(reader, 1000) == b"PWRKEY 1\n"
    os.close(reader)


def test_a_fifo_nobody_reads_is_an_error_that_says_so(fifo, monkeypatch):
    monkeypatch.setenv("QUECTEL_PIN_NAMES", "110=PWRKEY")
    with pytest.raises(OSError, match="nobody reads QUECTEL_PINS"):
        Pin(110, Pin.OUT, value=0)

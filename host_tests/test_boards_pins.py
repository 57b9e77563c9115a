"""What the board files say of their pins: that the chip can do it, that the code does what the
table in the docstring has, and where each number is from."""

import os
import re

import pytest

from host_tests.test_boards import BOARDS, GENERIC, ROOT, WIRED, Bench, Wiring, load, wired

RP2040_UARTS = {  # id -> pins that can be its TX, its RX
    0: ((0, 12, 16, 28), (1, 13, 17, 29)),
    1: ((4, 8, 20, 24), (5, 9, 21, 25)),
}
PICO_INSIDE = (23, 24, 25, 29)  # on a Pico these are not on the outside
ESP32_TAKEN = (1, 3, 6, 7, 8, 9, 10, 11)  # console and flash
ESP32_STRAPS = (0, 2, 5, 12, 15)  # these say how the chip starts
ESP32_INPUTS = (34, 35, 36, 39)
ESP32_HELD = (0, 2, 4, 12, 13, 14, 15, 25, 26, 27, 32, 33)  # kept through deep sleep
# The same of an ESP32-S3; USB too.
ESP32_S3_TAKEN = (0, 3, 19, 20, 26, 27, 28, 29, 30, 31, 32, 43, 44, 45, 46)


@pytest.mark.parametrize("name", WIRED)
def test_the_uart_is_the_one_of_the_table(name, monkeypatch):
    import machine

    made = []

    class Recorder(machine.UART):
        def __init__(self, id, baudrate, **options):
            made.append((id, baudrate, options))
            super().__init__(id, baudrate, **options)

    monkeypatch.setattr(machine, "UART", Recorder)
    with wired(Bench("BC66"), name, monkeypatch) as wiring:
        modem = load(name).modem()
    [(id, baudrate, options)] = made
    # CircuitPython's pins are numbers here, MicroPython's have one.
    tx, rx = [getattr(options[role], "id", options[role]) for role in ("tx", "rx")]
    assert {"TX": tx, "RX": rx} == wiring.uart
    assert baudrate == 115200 and options["timeout"] == 0
    # UG and EG push up to 1500 bytes at once.
    assert options["rxbuf"] >= (1024 if type(modem).__name__[:2] == "BC" else 2048)
    if name.startswith("circuitpython"):  # finds the UART that has these pins
        assert any(tx in txs and rx in rxs for txs, rxs in RP2040_UARTS.values())
    elif "RP2040" in wiring.source:
        assert tx in RP2040_UARTS[id][0] and rx in RP2040_UARTS[id][1]


@pytest.mark.parametrize("name", WIRED)
def test_the_pins_can_do_what_they_are_for(name):
    wiring = Wiring(name)
    outputs = [wiring.uart["TX"]] + list(wiring.pads)
    pins = outputs + [wiring.uart["RX"]] + ([wiring.status[0]] if wiring.status else [])
    assert len(set(pins)) == len(pins)
    if "ESP32-S3" in wiring.source:
        assert not set(pins) & set(ESP32_S3_TAKEN) and max(pins) <= 48
    elif "ESP32" in wiring.source:
        assert not set(pins) & set(ESP32_TAKEN + ESP32_STRAPS)
        assert not set(outputs) & set(ESP32_INPUTS) and max(pins) <= 39
        if name in GENERIC:
            assert set(wiring.pads) <= set(ESP32_HELD)
    else:
        assert not set(pins) & set(PICO_INSIDE) and max(pins) <= 28


@pytest.mark.parametrize("name", sorted(set(WIRED) - set(GENERIC)))
def test_the_source_of_each_pin_is_named(name):
    wiring = Wiring(name)
    code = wiring.source.split('"""', 2)[2]
    lines = [line for line in code.splitlines() if re.search(r"\bPin\(\d", line)]
    assert len(lines) == len(wiring.uart) + len(wiring.pads) + bool(wiring.status)
    assert [line for line in lines if "  # " not in line] == []


@pytest.mark.parametrize("name", WIRED)
def test_it_says_whether_it_was_run_on_its_hardware(name):
    said = Wiring(name).source.split('"""')[1].splitlines()[-1]
    assert re.match(r"(Not v|V)erified on hardware\b", said)


def test_there_is_a_generic_file_for_each_family():
    files = ("bc66", "bc26", "bc20", "ug9x", "eg91xq")
    assert all(os.path.exists(os.path.join(ROOT, "lib", "quectel", f + ".py")) for f in files)
    kinds = ("generic_esp32", "generic_rp2040", "circuitpython")
    assert GENERIC == sorted(["%s_%s" % (kind, file) for kind in kinds for file in files])


def test_the_readme_names_every_board():
    with open(os.path.join(BOARDS, "README.md"), encoding="utf-8") as file:
        text = file.read()
    assert [name for name in WIRED if name not in GENERIC and "`%s.py`" % name not in text] == []
    kinds = {name.rpartition("_")[0] + "_*.py" for name in GENERIC}
    assert [kind for kind in kinds if "`%s`" % kind not in text] == []

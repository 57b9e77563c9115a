"""CircuitPython's `board`: the Pico's pins GP0 to GP28, as the numbers that machine.Pin takes."""

for _number in range(29):
    globals()["GP%d" % _number] = _number

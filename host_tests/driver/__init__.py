"""Tests of the driver that run on CPython and on MicroPython, in three chunkings of the bytes."""

"""Draws the pictures into their files."""

from pathlib import Path

import host_tests.conftest  # noqa: F401  # CPython's stand-ins for MicroPython's modules
from host_tests.pictures import layers, sequence

FOLDER = Path(__file__).resolve().parent


def main():
    for picture in (layers, sequence):
        name = picture.__name__.rpartition(".")[2] + ".svg"
        (FOLDER / name).write_text(picture.draw())


if __name__ == "__main__":
    main()

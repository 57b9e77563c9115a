"""Where an Outbox is written: files, on littlefs, FAT, or what a computer has.

All files are made, at their full size, when the box is: `a` and `b` of 1 kB, the two places of
outbox_pages.py, and `0`, `1`, ... with four pages each. So a put cannot fail for want of space on
FAT, and no file ever grows. littlefs copies a block to change a byte in it, and all that is behind
it in the file: that is why no file is larger than a block, and why the page that is being filled
has files of its own.

FAT on bare flash (CircuitPython's own drive) erases 4 kB to change a sector. A cut in just that
moment may take what else is in those 4 kB, directories and other files too: no program can prevent
that. So little as possible is at stake: on CircuitPython the directory is written when a file is
made or closed, never for a put. An SD card, littlefs or a block device of its own is safer.
"""

import errno
import os
import sys

from micropython import const

from .outbox_log import LEAST
from .outbox_pages import Pages

_PAGE = const(1024)
_IN_FILE = const(4)  # pages: a block of littlefs
_PLACES = const(2)


class Folder(Pages):
    """Segments in the files of the folder `path`, which is made if it is not there."""

    def __init__(self, path: str, capacity: int = 32_768) -> None:
        super().__init__(_PAGE)
        self._path = path
        files = -(-(-(-capacity // _PAGE) + LEAST - 1) // _IN_FILE)
        self.wanted = files * _IN_FILE
        # The file of each place; and that of the pages read or written last, with its number.
        self._files: list = [None, None, None]
        self._number = -1

    def load(self) -> None:
        """Make what is missing, and open it. OSError: cannot be made, or only read."""
        self.close()
        try:
            os.mkdir(self._path)
        except OSError as e:
            if e.errno != errno.EEXIST:
                raise
        for i in range(_PLACES):
            self._make("ab"[i], _PAGE)
            self._files[i] = self._open("ab"[i])
        self.count = 0
        while self.count < self.wanted or self._length(str(self.count // _IN_FILE)) > 0:
            self._make(str(self.count // _IN_FILE), _PAGE * _IN_FILE)
            self.count += _IN_FILE
        super().load()

    def close(self) -> None:
        """Close the files."""
        self._number = -1
        for i in range(len(self._files)):
            file = self._files[i]
            self._files[i] = None
            if file:
                try:
                    file.close()
                except OSError:  # after an error of its own; what it said then is what counts
                    pass

    def _length(self, name: str) -> int:
        try:
            return os.stat(self._path + "/" + name)[6]
        except OSError as e:
            if e.errno != errno.ENOENT:
                raise
            return -1

    def _make(self, name: str, size: int) -> None:
        missing = size - max(self._length(name), 0)
        if missing > 0:
            with open(self._path + "/" + name, "ab") as file:
                while missing > 0:
                    missing -= file.write(b"\xff" * min(missing, 256))

    def _open(self, name: str):
        return open(self._path + "/" + name, "r+b")

    def _at(self, i: int):
        # The file that block `i` is in, at its beginning.
        if i < _PLACES:
            file = self._files[i]
            file.seek(0)
            return file
        number, page = divmod(i - _PLACES, _IN_FILE)
        if number != self._number:
            self._number = -1
            if self._files[2]:
                self._files[2].close()
            self._files[2] = None
            self._files[2] = self._open(str(number))
            self._number = number
        self._files[2].seek(page * _PAGE)
        return self._files[2]

    def _get(self, i: int, buf) -> None:
        n = self._at(i).readinto(buf)
        for i in range(n, len(buf)):
            buf[i] = 0xFF

    def _set(self, i: int, buf) -> None:
        file = self._at(i)
        if file.write(buf) != len(buf):
            raise OSError(errno.EIO, self._path)
        _flush(file)


def _flush(file) -> None:
    if sys.implementation.name == "circuitpython":
        # Whole sectors are written at once; a flush would write the directory each time.
        os.sync()
        return
    file.flush()
    if hasattr(os, "fsync"):
        os.fsync(file.fileno())

"""I4: the parser's work grows with the bytes, however they are cut: no byte is searched twice.

Counted on CPython only, with a buffer that notes which of its bytes are looked at.
"""

import host_tests.shim

host_tests.shim.install()

from quectel.parser import Parser

NONE, LINE, HEADER, DATA = range(4)  # what Parser.next returns


class Watched(bytearray):
    """Counts how often each byte is read one by one, and how many are searched by find()."""

    def __init__(self, data):
        super().__init__(data)
        self.read = [0] * len(data)
        self.searched = [0] * len(data)

    def __getitem__(self, i):
        if isinstance(i, int):
            self.read[i] += 1
        return super().__getitem__(i)

    def find(self, what, start=0, end=None):
        end = len(self) if end is None else end
        at = super().find(what, start, end)
        for i in range(start, end if at < 0 else at + 1):
            self.searched[i] += 1
        return at


def look(pieces, parser):
    """(reads, searches): the largest counts of any one byte."""
    reads = searches = 0
    for piece in pieces:
        buf = Watched(piece)
        parser.feed(buf, len(piece))
        event = parser.next()
        while event != NONE:
            if event == HEADER:
                parser.dest = bytearray(4096)
                parser.off = 0
                parser.left = parser.num(0)
            elif event == DATA:
                parser.dest = None
            event = parser.next()
        reads = max([reads] + buf.read)
        searches = max([searches] + buf.searched)
    return reads, searches


def pieces(data, n):
    return [data[i : i + n] for i in range(0, len(data), n)]


def test_lines_are_searched_once():
    data = b"\r\n+CSQ: 25,0\r\n\r\nOK\r\n" * 40
    for n in (1, 2, 7, 64, len(data)):
        reads, searches = look(pieces(data, n), Parser())
        assert searches <= 1
        assert reads <= 2, "the byte is kept, and was perhaps asked whether it is a prompt"


def test_a_line_without_end_is_searched_once():
    data = b"x" * 5000
    for n in (1, 3, 64, 5000):
        reads, searches = look(pieces(data, n), Parser())
        assert (reads, searches) == (1, 1)


def test_counted_bytes_are_not_searched():
    payload = b"\r\nOK\r\n" * 100
    for n in (1, 16, 64, 700):
        parser = Parser()
        parser.reading = True
        look([b"\r\n+QIRD: 600,0\r\n"], parser)
        assert parser.left == 0 or parser.left == 600
        parser = Parser()
        parser.reading = True
        parser.feed(bytearray(b"+QIRD: 600\r\n"), 12)
        assert parser.next() == HEADER
        parser.dest = bytearray(600)
        parser.off = 0
        parser.left = 600
        for piece in pieces(payload, n):
            buf = Watched(piece)
            parser.feed(buf, len(piece))
            parser.next()
            assert max(buf.searched) == 0
            assert max(buf.read) <= 1
        assert bytes(parser.dest) == payload


def test_noise_is_searched_once():
    data = bytes([i * 7 % 256 for i in range(4000)]) + bytes(500) + b"\r" * 500
    for n in (1, 5, 64):
        reads, searches = look(pieces(data, n), Parser())
        assert searches <= 1 and reads <= 2

"""The README's pictures are what the driver does, and name files that exist."""

import re
import xml.dom.minidom
from pathlib import Path

import pytest

from host_tests.pictures import layers, sequence

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "host_tests" / "pictures"


@pytest.mark.parametrize("picture, name", ((layers, "layers.svg"), (sequence, "sequence.svg")))
def test_it_is_drawn_from_what_there_is_now(picture, name):
    drawn = picture.draw()
    assert (FOLDER / name).read_text() == drawn, "python -m host_tests.pictures"
    xml.dom.minidom.parseString(drawn)
    assert "host_tests/pictures/" + name in (ROOT / "README.md").read_text()


def test_the_sequence_is_one_qisend_and_one_answer():
    lines = [text for _, _, text in sequence.events()]
    sends = [text for text in lines if text.startswith("AT+QISEND")]
    assert sends == ["AT+QISEND=0,%d" % sum(map(len, sequence.REQUEST))]
    assert repr(sequence.ANSWER.partition(b"\n")[0] + b"\n") in lines


def test_the_layers_name_files_of_the_driver():
    named = re.findall(r"\w+\.py", (FOLDER / "layers.svg").read_text())
    assert len(named) > 10
    assert [name for name in named if not (ROOT / "lib" / "quectel" / name).exists()] == []

"""Lines of several programs on one terminal."""

import io

import pytest

from ispplatform.run.console import Console, LineSplitter


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_lines_are_whole_however_the_bytes_are_cut(size: int):
    lines: list[str] = []
    splitter = LineSplitter(lines.append)
    data = "grün\r\n\n  two\nlast".encode() + b"\xff"

    for start in range(0, len(data), size):
        splitter.feed(data[start : start + size])
    assert lines == ["grün", "  two"]
    splitter.feed(b"", last=True)

    assert lines == ["grün", "  two", "last\ufffd"]


def test_each_line_names_its_speaker():
    stream = io.StringIO()
    console = Console(stream)

    console.line("web", "up")
    console.line("worker", "up")
    console.say("done")

    assert stream.getvalue() == "web     | up\nworker  | up\ndone\n"

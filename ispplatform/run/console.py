"""What the supervisor and its programs say, one line after the other, each with its speaker."""

import codecs
import sys
from collections.abc import Callable
from typing import TextIO

NAME_WIDTH = 7
COLOURS = {
    "web": 36, "worker": 32, "beat": 35, "broker": 33, "mail": 34, "migrate": 33, "demo": 33,
}  # fmt: skip


class Console:
    """Writes whole lines, prefixed by the speaker's name; in colour on a terminal."""

    def __init__(self, stream: TextIO = sys.stdout) -> None:
        self.stream = stream
        self.in_colour = stream.isatty()

    def say(self, text: str = "") -> None:
        """Write the supervisor's own text as it is."""
        self._write(f"{text}\n")

    def line(self, speaker: str, text: str) -> None:
        """Write one line of a program."""
        prefix = f"{speaker:<{NAME_WIDTH}} |"
        if self.in_colour:
            prefix = f"\033[{COLOURS.get(speaker, 37)}m{prefix}\033[0m"
        self._write(f"{prefix} {text}\n")

    def _write(self, text: str) -> None:
        try:
            self.stream.write(text)
            self.stream.flush()
        except BrokenPipeError:
            # The terminal is gone: the programs go on, and a signal ends us when it is meant.
            return


class LineSplitter:
    """Turns a byte stream into its lines of text that are not empty, however the bytes are cut."""

    def __init__(self, take_line: Callable[[str], None]) -> None:
        self.take_line = take_line
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.rest = ""

    def feed(self, data: bytes, *, last: bool = False) -> None:
        """Add bytes; pass on every line that is complete, and what is left when ``last``."""
        *lines, self.rest = (self.rest + self.decoder.decode(data, last)).split("\n")
        if last and self.rest:
            lines.append(self.rest)
            self.rest = ""
        for line in lines:
            if text := line.rstrip():
                self.take_line(text)

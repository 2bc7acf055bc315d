"""What a terminal gets to see: no character of a file can move its cursor, colour it or turn its lines around."""

from __future__ import annotations

import re
import sys
from typing import Any, BinaryIO, TextIO

from mi_theme.errors import FileError

__all__ = ["ReadableOutput", "binary_output", "commanding", "is_watched", "readable"]

# what a terminal obeys in place of showing it: control characters but tab and line feed, line ends of Unicode, marks
# of direction (Unicode Standard Annex 9), and halves of characters, by which names of files that are no UTF-8 come
COMMANDING = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def readable(text: str) -> str:
    r"""The text with each character that a terminal obeys written as ``\uXXXX``, as JSON has it.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        The same text for eyes.

    Examples
    --------
    >>> print(readable("red \x1b[31m"))
    red \u001b[31m
    """
    return COMMANDING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class ReadableOutput:
    """A text stream that writes what is `readable`; what is not text goes to its ``buffer``, as it is.

    Parameters
    ----------
    stream
        Where it goes.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write text; bytes raise TypeError as a text stream does."""
        return self.stream.write(readable(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def commanding(stream: TextIO) -> TextIO:
    """The stream below, for who rules tables and shows progress, and has made readable what comes from files.

    Parameters
    ----------
    stream
        Standard output or standard error.

    Returns
    -------
    TextIO
        What a `ReadableOutput` writes to, or the stream itself.
    """
    return stream.stream if isinstance(stream, ReadableOutput) else stream


def is_watched() -> bool:
    """Whether standard output is a terminal, and not a file, a pipe, or closed."""
    return sys.stdout is not None and sys.stdout.isatty()


def binary_output() -> BinaryIO:
    """Standard output for bytes.

    Returns
    -------
    BinaryIO
        The stream.

    Raises
    ------
    FileError
        Where it is closed.
    """
    if sys.stdout is None:
        raise FileError("standard output is closed: name a file after -o")
    return sys.stdout.buffer

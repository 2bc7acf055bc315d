"""Books of tunes in ABC: ``book.abc#3`` is the third tune of ``book.abc``."""

from __future__ import annotations

import re
from pathlib import Path

from mi_theme.errors import FileError

__all__ = ["cut_out", "place_of", "tunes_of"]

NAMED = re.compile(r"(?is)(.+\.abc)#(\d{1,9})")


def place_of(path: Path) -> tuple[Path, int]:
    """The file that a name means, and the number of a tune in it; 0 for all of it."""
    named = NAMED.fullmatch(str(path))
    return (Path(named[1]), int(named[2])) if named and not path.exists() else (path, 0)


def tunes_of(text: str) -> list[str]:
    """The text of each tune of a book, with what stands before the first; none where nothing is numbered."""
    head, *tunes = re.split(r"(?m)^(?=X:)", text)
    return [head + tune for tune in tunes]


def cut_out(text: str, number: int, book: Path) -> bytes:
    """One tune of a book.

    Raises
    ------
    FileError
        Where there is none of that number.
    """
    tunes = tunes_of(text)
    if not 0 < number <= len(tunes):
        raise FileError(f"{book}: there are {len(tunes)} tunes in it, and no #{number}")
    return tunes[number - 1].encode()

"""Metres as people type them: 3/4, 2+2+3/8, (2+2+3)/8, 3/8+2/4; several, by turns, as 3/4 4/4."""

from __future__ import annotations

import re

from mi_theme.errors import FileError, TextError
from mi_theme.meter import DENOMINATORS, Meter

__all__ = ["meters_of_text"]

TERM = re.compile(r"\(?\s*(\d+(?:\s*\+\s*\d+)*)\s*\)?\s*/\s*(\d+)\s*")


def meters_of_text(text: str) -> tuple[Meter, ...] | None:
    """The metres that a text names; None where it is no such text.

    Raises
    ------
    FileError
        Where numbers are there that make no metre.
    """
    said, at, rows = text.strip(), 0, list[list[tuple[str, str]]]()
    while at < len(said):
        found = TERM.match(said, at)
        if not found:
            return None
        at = found.end()
        if rows and said[found.start() - 1] == "+":
            rows[-1].append((found[1], found[2]))
        else:
            rows.append([(found[1], found[2])])
        at += said[at : at + 1] == "+"
    try:
        return tuple(map(_sum, rows)) or None
    except (TextError, ValueError) as error:
        raise FileError(f"{said[:40]} is no metre: {str(error).partition(': ')[2] or error}") from None


def _sum(terms: list[tuple[str, str]]) -> Meter:
    """One metre of terms such as 2+2+3 eighths, or 3 eighths and 2 quarters."""
    units = [int(unit[:4]) for _, unit in terms]
    if not all(unit in DENOMINATORS for unit in units):
        raise ValueError("a denominator is 1, 2, 4, 8, 16, 32 or 64")
    finest = max(units)
    counts = [
        int(count[:4]) * finest // unit
        for (beats, _), unit in zip(terms, units, strict=True)
        for count in beats.split("+")
    ]
    return Meter(f"{sum(counts)}/{finest}" + (f":{'+'.join(map(str, counts))}" if len(counts) > 1 else ""))

"""Excerpts: the bars around a hit, with the theme beside them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mi_theme.files.bulk.sheets import Sheet
from mi_theme.score import MeterMap, Score
from mi_theme.score.notes import NOTE
from mi_theme.search.hits import Hit
from mi_theme.search.patterns import Pattern

if TYPE_CHECKING:
    from mi_theme.score import Bar

__all__ = ["excerpt"]

THEME_NAME = "Theme"
LOUD, SOFT = 100, 64
MOST_PARTS = 15  # parts that an excerpt has at most, beside the theme
EXCERPT_GRID = 10080  # parts of a quarter


def excerpt(pattern: Pattern, sheet: Sheet, hit: Hit) -> Score:
    """The bars in which a hit lies, and above them the theme as it is, where the hit has it.

    The theme is transposed and stretched as the hit says, so that both can be
    heard, or read, at once; the notes of the hit are louder than those around.

    Parameters
    ----------
    pattern
        What was looked for.
    sheet
        Where the hit is.
    hit
        Which bars.
    """
    meters = sheet.meters or MeterMap.of(())
    first, last = meters.at(hit.onset), meters.at(max(hit.onset, hit.end - Fraction(1, 1000)))
    theme = _theme(pattern, sheet, hit)
    inside = (sheet.table["onset"] < float(last.end)) & (sheet.table["onset"] >= float(first.start))
    rows = sheet.pitched[inside[sheet.pitched]]
    music = sheet.table[rows].copy()
    music["velocity"] = np.where(np.isin(rows, hit.every_note), LOUD, SOFT)
    kept = _kept(music, hit, sheet)
    music = music[np.isin(music["part"], kept)]
    music["part"] = 1 + np.searchsorted(kept, music["part"])
    return _score(np.concatenate([theme, music]), first, [THEME_NAME, *(_name(sheet, part) for part in kept.tolist())])


def _kept(music: NDArray[np.void], hit: Hit, sheet: Sheet) -> NDArray[np.int64]:
    """The parts that fit: those of the hit, then the others in order."""
    parts = np.unique(music["part"]).astype(np.int64)
    own = np.unique(sheet.table["part"][hit.every_note]).astype(np.int64)
    order = [*own.tolist(), *(part for part in parts.tolist() if part not in own)]
    return np.array(sorted(order[:MOST_PARTS]), np.int64)


def _name(sheet: Sheet, part: int) -> str:
    return sheet.names[part] if part < len(sheet.names) else f"Part {part + 1}"


def _theme(pattern: Pattern, sheet: Sheet, hit: Hit) -> NDArray[np.void]:
    """The theme's notes from where the hit has its first, as a table; part 0."""
    rows = np.zeros(len(pattern), NOTE)
    stretch = float(hit.stretch)
    begin = float(sheet.table["onset"][hit.notes[0]]) - stretch * float(pattern.onset[hit.matched[0]])
    rows["onset"] = begin + stretch * pattern.onsets
    rows["duration"] = [stretch * float(length) for length in pattern.duration]
    sign = -1 if hit.inverted else 1
    rows["pitch"] = np.clip(sign * np.array(pattern.pitch) + hit.transposition, 0, 127)
    rows["velocity"] = SOFT
    rows["step"] = -1
    return rows


def _score(notes: NDArray[np.void], first: Bar, names: list[str]) -> Score:
    """Notes as a score that begins with a bar line, or a bar earlier where the theme does."""
    early = min(0.0, float(notes["onset"].min()) - float(first.start))
    start = float(first.start) + float(first.meter.bar) * np.floor(early / float(first.meter.bar))
    onset, duration = notes["onset"] - start, np.maximum(notes["duration"], 1 / 16)
    return Score.from_notes(
        _exact(onset),
        _exact(duration),
        notes["pitch"],
        velocity=notes["velocity"],
        part=notes["part"],
        names=names,
        meter=first.meter,
    )


def _exact(quarters: NDArray[np.float64]) -> NDArray[np.float64]:
    """On the grid that scores are made on."""
    return np.round(quarters * EXCERPT_GRID) / EXCERPT_GRID

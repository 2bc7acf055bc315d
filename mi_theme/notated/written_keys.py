"""The key signatures of a score: as it says, or as its notes tell."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from mi_theme.notated.model import WrittenKey
from mi_theme.score import Score
from mi_theme.score import messages as m
from mi_theme.score.tonality import estimated_key

__all__ = ["said_keys", "written_keys"]

MOST_SIGNS = 7  # of a key; others are damage
LEAST_FIT, LEAST_NOTES = 0.7, 8  # correlation and notes from which an estimated key is worth a signature


def said_keys(score: Score) -> Iterator[tuple[Fraction, WrittenKey]]:
    """What the score says, where it changes, with the places in quarters."""
    before = None
    said = sorted((tick, data) for track in score.tracks for tick, data in track.metas(m.KEY_SIGNATURE))
    for tick, data in said:
        fifths = data[0] - 256 * (data[0] > 127) if len(data) == 2 else MOST_SIGNS + 1
        key = WrittenKey(fifths, "minor" if data[1:] == b"\1" else "major")
        if abs(fifths) <= MOST_SIGNS and key != before:
            yield Fraction(tick, score.ticks_per_quarter), key
            before = key


def written_keys(score: Score) -> tuple[tuple[Fraction, WrittenKey], ...]:
    """What the score says; of playing that says no key what its notes tell, where they tell it clearly."""
    said = tuple(said_keys(score))
    table = score.note_table()
    drums = [index for index, part in enumerate(score.parts) if part.is_percussion]
    table = table[~np.isin(table["part"], drums)]
    if not said and len(table) >= LEAST_NOTES and (table["step"] < 0).any():
        tonic, mode, fit = estimated_key(score)
        if fit >= LEAST_FIT:
            return ((Fraction(0), WrittenKey(tonic.fifths(mode))),)
    return said

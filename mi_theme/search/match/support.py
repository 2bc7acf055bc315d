"""Hits of one piece that repeat each other: one is perhaps chance, twelve are not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import exp, lgamma, log

import numpy as np
from numpy.typing import NDArray

from mi_theme.search.match.note_alignment import Alignment
from mi_theme.search.patterns import Pattern

__all__ = ["LIKELIER", "WHOLE", "supported"]

LIKELIER = 100.0  # times likelier a repetition is in a piece that states the pattern; set by hand
WHOLE = 0.9  # of what the best hit holds: what a repetition of a statement holds at least
EXACT = 1e-3  # quarters


def supported(
    evalues: Sequence[float], pattern: Pattern, hits: Sequence[Alignment], notes: NDArray[np.void]
) -> list[float]:
    """E-values of the hits in one piece, those of repetitions with the support of each other.

    Of the r-th repetition it is asked how often chance would bring r as good
    (the Poisson statistics of Karlin and Altschul, 1993); one counts for no less
    than another that is worse. In a piece that states the pattern literally, so
    that it was perhaps taken from there, a repetition is whatever holds nearly
    all of it, and `LIKELIER` than chance; elsewhere every note must be there,
    at one transposition, in whatever rhythm. Chance hardly ever does either,
    so that decoys gain little. All else must be significant alone: a piece is
    full of what is like its theme.

    Parameters
    ----------
    evalues
        Of each hit alone.
    pattern, hits, notes
        What was looked for, where it was found, and the notes that were searched.
    """
    stated = any(_is_statement(pattern, hit, notes) for hit in hits)
    best = max((hit.share for hit in hits), default=0.0)
    again = [hit.share >= WHOLE * best if stated else _is_whole(pattern, hit, notes) for hit in hits]
    rows = sorted((row for row, is_one in enumerate(again) if is_one), key=lambda row: evalues[row])
    joint = [_chance_of(rank, evalues[row] / (LIKELIER if stated else 1)) for rank, row in enumerate(rows, 1)]
    lifted = dict(zip(reversed(rows), accumulate(reversed(joint), min), strict=True))
    return [min(value, lifted.get(row, value)) for row, value in enumerate(evalues)]


def _is_whole(pattern: Pattern, hit: Alignment, notes: NDArray[np.void]) -> bool:
    """Whether every note is there, at one transposition."""
    sign = -1 if hit.inverted else 1
    rows = [row for _, row in hit.pairs]
    return len(rows) == len(pattern) and int(np.ptp(notes["pitch"][rows] - sign * np.array(pattern.pitch))) == 0


def _is_statement(pattern: Pattern, hit: Alignment, notes: NDArray[np.void]) -> bool:
    """Whether a hit is the pattern itself, note for note, at its own pitch and tempo: the place it was cut from, say."""
    rows = [row for _, row in hit.pairs]
    if hit.inverted or not _is_whole(pattern, hit, notes) or notes["pitch"][rows[0]] != pattern.pitch[0]:
        return False
    return float(np.ptp(notes["onset"][rows] - pattern.onsets)) < EXACT


def _chance_of(count: int, expected: float) -> float:
    """A bound on the probability of that many chance hits where `expected` are expected."""
    if not 0 < expected < count:
        return min(expected, 1.0)
    first = count * log(expected) - expected - lgamma(count + 1)
    return min(1.0, exp(first) / (1 - expected / (count + 1)))

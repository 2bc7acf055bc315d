"""Where a piece states the pattern itself, what is like it is no accident either."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mi_theme.search.aligning import Alignment
from mi_theme.search.patterns import Pattern

__all__ = ["is_statement", "supported"]

LIKELIER = 100.0  # times likelier a hit is in a piece that states the pattern; set by hand
EXACT = 1e-3  # quarters


def is_statement(pattern: Pattern, hit: Alignment, notes: NDArray[np.void]) -> bool:
    """Whether a hit is the pattern itself, note for note, at its own pitch and tempo: the place it was cut from, say."""
    rows = [row for _, row in hit.pairs]
    if len(rows) < len(pattern) or hit.inverted or notes["pitch"][rows].tolist() != [*pattern.pitch]:
        return False
    late = notes["onset"][rows] - pattern.onsets
    return float(np.ptp(late)) < EXACT


def supported(evalues: Sequence[float], stated: bool) -> list[float]:
    """E-values of the hits in one piece, those that chance would bring no more than once with the support of a statement.

    Chance hardly ever states a pattern literally, so that decoys gain nothing;
    an entry of a five-note subject, which chance brings here and there, counts
    in the fugue that the subject was taken from.
    """
    return [value / LIKELIER if stated and value <= 1.0 else value for value in evalues]

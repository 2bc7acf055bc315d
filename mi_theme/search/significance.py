"""How surprising hits are: the number this good that chance would bring.

An interim model: scores are log odds, so that the chance of a score s at one
note is exp(-s) (Karlin and Altschul, 1990).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import exp, lgamma, log

__all__ = ["evalue", "evalues"]


def evalue(score: float, length: int, notes: int) -> float:
    """Hits of at least this score expected by chance.

    Parameters
    ----------
    score
        In nats.
    length
        Notes of the pattern.
    notes
        Notes that were searched.
    """
    return max(notes, 1) * exp(-max(score, 0.0))


def evalues(scores: Sequence[float], length: int, notes: int) -> list[float]:
    """E-values of the hits of one pattern in one score, best first.

    Hits support one another: of the r-th it is asked how often chance brings r
    that are as good (Poisson; Karlin and Altschul, 1993), halved for each rank
    so that the sum over all ranks stays what the E-value says. A hit counts for
    no less than one that is not as good.
    """
    joint = [_joint(rank, evalue(score, length, notes)) for rank, score in enumerate(scores, 1)]
    return [*accumulate(reversed(joint), min)][::-1]


def _joint(rank: int, expected: float) -> float:
    """The E-value of the rank-th best hit where so many as good are expected."""
    if expected >= rank:
        return expected
    tail = exp(min(rank * log(expected) - expected - lgamma(rank + 1), 0.0)) / (1 - expected / (rank + 1))
    return min(expected, tail * 2.0**rank) if rank < 1000 else tail

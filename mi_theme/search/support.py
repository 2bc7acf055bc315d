"""Hits of one score are no strangers: the good ones support one another, the others may be mere relatives."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import exp, lgamma, log

__all__ = ["KIN", "WHOLE", "supported"]

WHOLE = 0.9  # of what the best hit holds; what holds less must be significant alone
KIN = 100.0  # how many times as common as by chance are places that resemble a theme in the piece that states it


def supported(evalues: Sequence[float], shares: Sequence[float]) -> list[float]:
    """E-values of the hits of one pattern in one score, seen together.

    Hits that hold nearly as much as the best one support one another: of the
    r-th it is asked how often chance would bring r as good, where so many as
    its own E-value are expected (the Poisson statistics of Karlin and
    Altschul, 1993). The others are compared with a piece that is made of its
    theme: there is `KIN` times as much like it as chance would bring.

    Parameters
    ----------
    evalues, shares
        Of each hit alone, in any order.
    """
    best = max(shares, default=0.0)
    whole = [row for row, share in enumerate(shares) if share >= WHOLE * best]
    whole.sort(key=lambda row: evalues[row])
    joint = [min(evalues[row], _chance_of(rank, evalues[row])) for rank, row in enumerate(whole, 1)]
    lifted = dict(zip(reversed(whole), accumulate(reversed(joint), min), strict=True))
    return [lifted.get(row, KIN * evalue) for row, evalue in enumerate(evalues)]


def _chance_of(count: int, expected: float) -> float:
    """A bound on the probability of that many chance hits where `expected` are expected."""
    if not 0 < expected < count:
        return min(expected, 1.0)
    first = count * log(expected) - expected - lgamma(count + 1)
    return min(1.0, exp(first) / (1 - expected / (count + 1)))

"""Hits of one score support one another: one is perhaps chance, twelve are not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import exp, lgamma, log

__all__ = ["supported"]

WHOLE = 0.9  # of what the best hit holds; what holds less must be significant alone


def supported(evalues: Sequence[float], shares: Sequence[float]) -> list[float]:
    """E-values of the hits of one pattern in one score, each with the support of those that are no worse.

    Of the r-th hit it is asked how often chance would bring r as good, where so
    many as its own E-value are expected (the Poisson statistics of Karlin and
    Altschul, 1993). A hit counts for no less than one that is not as good. Only
    hits that hold nearly as much as the best one support and are supported.

    Parameters
    ----------
    evalues, shares
        Of each hit alone, best first.
    """
    whole = sum(share >= WHOLE * shares[0] for share in shares)
    joint = [_chance_of(rank, expected) for rank, expected in enumerate(evalues[:whole], 1)]
    lifted = [*accumulate(reversed(joint), min)][::-1]
    return [min(pair) for pair in zip(evalues, lifted, strict=False)] + [*evalues[whole:]]


def _chance_of(count: int, expected: float) -> float:
    """A bound on the probability of that many chance hits where `expected` are expected."""
    if not 0 < expected < count:
        return min(expected, 1.0)
    first = count * log(expected) - expected - lgamma(count + 1)
    return min(1.0, exp(first) / (1 - expected / (count + 1)))

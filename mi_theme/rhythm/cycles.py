"""Rhythms as necklaces: onsets as whole numbers on a cycle of n pulses, whatever the metre.

After Toussaint (2013), *The Geometry of Musical Rhythm*, and the papers named
below. Everything here is blind to metre but for `off_beatness`, which knows
the number of pulses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from mi_theme.errors import ScoreError
from mi_theme.meter import Grouping

__all__ = ["directed_swap_distance", "euclidean", "evenness", "is_euclidean", "off_beatness", "swap_distance"]

LARGEST_CYCLE = 100_000  # pulses in a cycle


def euclidean(onsets: int, pulses: int) -> Grouping:
    """The Euclidean rhythm of `onsets` in a cycle of `pulses`, as the lengths between its onsets.

    Bjorklund's algorithm as in Toussaint (2005), "The Euclidean algorithm
    generates traditional musical rhythms", BRIDGES. E(3,8) is 3+3+2.

    Parameters
    ----------
    onsets, pulses
        How many; at least one onset, and no more than pulses.

    Returns
    -------
    Grouping
        Begun on an onset.

    Raises
    ------
    ScoreError
        Unless there is at least one onset and no more than pulses, of which 100,000 at most.
    """
    if not 1 <= onsets <= pulses <= LARGEST_CYCLE:
        raise ScoreError(
            f"E({onsets},{pulses}): it takes 1 to {LARGEST_CYCLE} pulses and at least one onset, no more than pulses"
        )
    heads, tails = [[1]] * onsets, [[0]] * (pulses - onsets)
    if len(tails) == 1:  # a single silence goes behind the first onset
        heads, tails = [[1, 0], *heads[1:]], []
    while len(tails) > 1:
        pairs = min(len(heads), len(tails))
        joined = [head + tail for head, tail in zip(heads, tails, strict=False)]
        heads, tails = joined, heads[pairs:] or tails[pairs:]
    row = [pulse for piece in heads + tails for pulse in piece]
    return Grouping.of_onsets((i for i, sounds in enumerate(row) if sounds), pulses)


def is_euclidean(grouping: str | Iterable[int] | Grouping) -> bool:
    """Whether a grouping is a Euclidean rhythm, begun on any of its onsets.

    Parameters
    ----------
    grouping
        Text such as ``"3+3+2"``, lengths in pulses, or a Grouping.

    Returns
    -------
    bool
        True for ``3+3+2`` and all its rotations.
    """
    grouping = Grouping(grouping)
    return grouping in euclidean(len(grouping), grouping.total).rotations()


def off_beatness(onsets: Iterable[int], pulses: int) -> int:
    """Onsets on pulses that no regular division of the cycle touches: places prime to its length.

    Toussaint (2005), "Mathematical features for recognizing preference in
    sub-Saharan African traditional rhythm timelines", ICAPR. From 0 to
    Euler's phi of `pulses`. It cannot compare cycles of different lengths, and
    calls every odd pulse of sixteen equally off the beat.

    Parameters
    ----------
    onsets
        In pulses.
    pulses
        Length of the cycle.

    Returns
    -------
    int
        A count of onsets.
    """
    return int((np.gcd(np.array(_checked(onsets, pulses)), pulses) == 1).sum())


def evenness(onsets: Iterable[int], pulses: int) -> float:
    """How evenly onsets lie on the circle: the sum of all chords over that of the regular polygon.

    Block and Douthett (1994), "Vector products and intervallic weighting",
    Journal of Music Theory 38, as used by Toussaint. Above 0, up to 1 for an
    even spread; 1 for a single onset. It does not see where the cycle begins,
    and differences between ordinary rhythms show in the second or third decimal.

    Parameters
    ----------
    onsets
        In pulses.
    pulses
        Length of the cycle.

    Returns
    -------
    float
        A ratio.
    """
    places = np.array(_checked(onsets, pulses))
    count = len(places)
    if count < 2:
        return 1.0
    chords = np.abs(np.sin(np.pi * (places[:, None] - places) / pulses)).sum()
    return float(chords / (count / np.tan(np.pi / (2 * count))))


def swap_distance(one: Iterable[int], other: Iterable[int]) -> int:
    """Swaps of neighbouring pulses that turn one rhythm into another with as many onsets.

    Toussaint (2003), "Classification and phylogenetic analysis of African
    ternary rhythm timelines", BRIDGES. From 0; it does not go round the end of the cycle.

    Parameters
    ----------
    one, other
        Onsets in pulses, as many in both.

    Returns
    -------
    int
        Swaps.

    Raises
    ------
    ScoreError
        Where the rhythms have different numbers of onsets: see `directed_swap_distance`.
    """
    left, right = np.unique(list(one)), np.unique(list(other))
    if len(left) != len(right):
        raise ScoreError(
            f"swap distance needs as many onsets on both sides, not {len(left)} and {len(right)}: try directed_swap_distance"
        )
    return int(np.abs(left - right).sum())


def directed_swap_distance(one: Iterable[int], other: Iterable[int]) -> int:
    """Swaps that move every onset of the fuller rhythm to one of the other, none of which stays without.

    Diaz-Banez, Farigu, Gomez, Rappaport and Toussaint (2004), "El compas
    flamenco: a phylogenetic analysis", BRIDGES. From 0; equal to
    `swap_distance` where both have as many onsets.

    Parameters
    ----------
    one, other
        Onsets in pulses.

    Returns
    -------
    int
        Swaps.

    Raises
    ------
    ScoreError
        Where either is empty.
    """
    left, right = sorted(set(one)), sorted(set(other))
    if not left or not right:
        raise ScoreError("directed swap distance needs at least one onset on both sides")
    many, few = (left, right) if len(left) >= len(right) else (right, left)
    return _assignment(many, few)


def _assignment(many: Sequence[int], few: Sequence[int]) -> int:
    """The cheapest monotone assignment of all of `many` onto all of `few` (dynamic programming)."""
    targets = np.array(few)
    costs = np.full(len(few) + 1, np.inf)  # by how many targets have been reached
    costs[0] = 0
    for place in many:
        costs = np.append(np.inf, np.minimum(costs[1:], costs[:-1]) + np.abs(targets - place))
    return int(costs[-1])


def _checked(onsets: Iterable[int], pulses: int) -> list[int]:
    places = sorted(set(onsets))
    if not 1 <= pulses <= LARGEST_CYCLE or any(place not in range(pulses) for place in places):
        raise ScoreError(f"onsets on a cycle are whole numbers from 0 to {pulses - 1}")
    return places

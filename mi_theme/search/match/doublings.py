"""Doublings: what several parts play together is one hit, not one for each part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mi_theme.search.hits import OCTAVE, Doubling, Hit

__all__ = ["together"]

ALIKE = 0.8  # of the pattern's notes that a doubling has at the same time
APART = 1 / 8  # quarters between notes that begin at the same time
Key = tuple[str, bool, int]


def together(hits: Iterable[Hit], notes: NDArray[np.void]) -> list[Hit]:
    """The hits in one piece, with those that double another, in unison or octaves, as its `Hit.doubled`.

    Of parts that go together the most surprising is the hit, of equals the
    highest. Parallel thirds are hits of their own: they are other notes.

    Parameters
    ----------
    hits
        In any order.
    notes
        The note table that they count in.

    Returns
    -------
    list of Hit
        Those that double no better one.
    """
    groups: dict[Key, list[list[Hit]]] = {}
    for hit in sorted(hits, key=lambda hit: (hit.evalue, -hit.share, -hit.transposition, hit.notes)):
        known = groups.setdefault((hit.source, hit.inverted, hit.transposition % OCTAVE), [])
        group = next((group for group in known if _go_together(group[0], hit, notes["onset"])), None)
        if group is None:
            known.append([hit])
        else:
            group.append(hit)
    return [_doubled(*group) for known in groups.values() for group in known]


def _go_together(hit: Hit, other: Hit, onset: NDArray[np.float64]) -> bool:
    """Whether nearly all the same notes of the pattern begin at the same times."""
    if abs(hit.onset - other.onset) > APART and hit.matched[0] == other.matched[0]:
        return False
    here, there = dict(zip(hit.matched, hit.notes, strict=True)), dict(zip(other.matched, other.notes, strict=True))
    same = sum(abs(onset[here[number]] - onset[there[number]]) <= APART for number in here.keys() & there.keys())
    return bool(same >= ALIKE * max(len(here), len(there)))


def _doubled(hit: Hit, *others: Hit) -> Hit:
    told = (Doubling(other.part, other.transposition - hit.transposition, other.notes) for other in others)
    return replace(hit, doubled=tuple(sorted(told, key=lambda one: (-one.semitones, one.notes))))

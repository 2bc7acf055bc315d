"""Tunes in additive metres, made of plain ones: nobody has to own such a collection to learn from.

A tune of O'Neill, Ryan or Aird is taken group by group (the beats of 2/4, 4/4, 2/2, 3/4,
the dotted beats of 6/8 and 9/8), and every group becomes two or three eighths long, as
the wanted grouping asks: its first or last eighth is lengthened, or its second or third
left out, in most bars the same way. A group too many is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from mi_theme.rhythm.lines import Floats
from mi_theme.rhythm.meter_candidates import QUARTER_TICKS, Ints
from mi_theme.rhythm.meter_evidence import MOST_NOTES, Ticks

__all__ = ["GROUPS", "bent", "disturbed", "joined", "rescaled"]

EIGHTH = QUARTER_TICKS // 2
GROUPS = {"2/4": (2, 2), "4/4": (2,) * 4, "2/2": (2,) * 4, "3/4": (2,) * 3, "6/8": (3, 3), "9/8": (3,) * 3}
STEADY = 0.85  # of the bars are bent in the same way
FEWEST = 8  # notes


def bent(line: Ticks, meter: str, wanted: Sequence[int], random: Generator) -> Ticks | None:
    """A line in a plain metre, its bar lines at 0, in bars of the wanted groups; None where hardly a note is left."""
    groups = GROUPS[meter]
    size, bar = groups[0] * EIGHTH, sum(groups) * EIGHTH
    bars = max(1, -(-len(wanted) // len(groups)))  # of the tune for one of the wanted
    have = bars * len(groups)
    dropped = set(random.choice(np.arange(1, have), have - len(wanted), replace=False).tolist())
    usual = random.integers(0, 2, size=len(wanted))
    first, last = int(np.floor(line.onsets[0] / bar)) // bars * bars, int(line.onsets[-1] // bar)
    onsets, pitches, start = [], [], 0
    for number in range(first, last + 1, bars):
        ways = usual if random.random() < STEADY else random.integers(0, 2, size=len(wanted))
        played = [number * bar + i * size for i in range(have) if i not in dropped]
        for at, eighths, way in zip(played, wanted, ways, strict=True):
            inside = (line.onsets >= at) & (line.onsets < at + size)
            places, kept = _group(line.onsets[inside] - at, size, eighths * EIGHTH, bool(way))
            onsets.append(start + places)
            pitches.append(line.pitches[inside][kept])
            start += eighths * EIGHTH
    whole = sum(wanted) * EIGHTH
    found = np.concatenate(onsets) - (whole if first < 0 else 0)
    return _line(found, np.concatenate(pitches), -(-int(found.max(initial=0) + 1) // whole) * whole)


def _group(places: Ints, size: int, wanted: int, late: bool) -> tuple[Ints, Ints]:
    """A group's places in its new length, and which of its notes are kept."""
    if wanted == size:
        return places, np.arange(len(places))
    if wanted > size:
        long = size - EIGHTH if late else 0
        moved = np.where(places < long + EIGHTH, long + 2 * (places - long), places + EIGHTH)
        return np.where(places <= long, places, moved), np.arange(len(places))
    out = 2 * EIGHTH if late else EIGHTH
    kept = np.flatnonzero((places < out) | (places >= out + EIGHTH))
    return places[kept] - np.where(places[kept] >= out + EIGHTH, EIGHTH, 0), kept


def rescaled(line: Ticks, scale: float) -> Ticks:
    """In other note values."""
    onsets, iois = (np.rint(ticks * scale).astype(np.int64) for ticks in (line.onsets, line.iois))
    return Ticks(onsets, iois, int(onsets[-1] + iois[-1]), line.pitches)


def disturbed(line: Ticks, random: Generator) -> Ticks:
    """Some notes left out, some long ones split, sometimes the beginning cut: tunes are varied."""
    onsets, pitches = line.onsets, line.pitches
    if random.random() < 0.5:
        kept = random.random(len(onsets)) > 0.1
        kept[0] = True
        onsets, pitches = onsets[kept], pitches[kept]
    if random.random() < 0.5:
        lengths = np.append(np.diff(onsets), line.end - onsets[-1])
        split = (lengths >= QUARTER_TICKS) & (lengths % QUARTER_TICKS == 0) & (random.random(len(onsets)) < 0.15)
        onsets = np.append(onsets, (onsets + lengths // 2)[split])
        order = np.argsort(onsets, kind="stable")
        onsets, pitches = onsets[order], np.append(pitches, pitches[split])[order]
    if random.random() < 0.1 and len(onsets) > 30:
        first = int(random.integers(1, 12))
        onsets, pitches = onsets[first:], pitches[first:]
    return _line(onsets, pitches, max(line.end, int(onsets[-1]) + 6)) or line


def joined(lines: Sequence[Ticks], bar: int) -> Ticks:
    """One line after another, each from a bar line."""
    onsets, pitches, at = [], [], 0
    for line in lines:
        first = min(0, int(np.floor(line.onsets[0] / bar)) * bar)
        onsets.append(line.onsets - first + at)
        pitches.append(line.pitches)
        at += -(-(line.end - first) // bar) * bar
    found = _line(np.concatenate(onsets), np.concatenate(pitches), at)
    assert found is not None
    return found.part(slice(MOST_NOTES))


def _line(onsets: Ints, pitches: Floats, end: int) -> Ticks | None:
    places, first = np.unique(onsets, return_index=True)
    if len(places) < FEWEST:
        return None
    iois = np.append(np.diff(places), max(end - int(places[-1]), 6))
    return Ticks(places, iois, int(places[-1] + iois[-1]), pitches[first])

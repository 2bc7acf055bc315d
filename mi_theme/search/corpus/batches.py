"""Tunes made ready for any number of searches, and what is found in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from math import inf, log
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.files.bulk.sheets import Sheet
from mi_theme.search.corpus.flat import TICKS, Flat
from mi_theme.search.corpus.proposals import Chain, propose
from mi_theme.search.finding import LEAST, Music, chance_of, hits_in, in_order, with_maps
from mi_theme.search.hits import Hit
from mi_theme.search.match.chance import background
from mi_theme.search.match.doublings import together
from mi_theme.search.match.evidence import whole_copy
from mi_theme.search.match.note_alignment import Region, steps_of
from mi_theme.search.match.versions import Version, in_place, joined, overlap, versions
from mi_theme.search.patterns import Pattern

__all__ = ["Settings", "Shelf", "hits_for", "hits_on_shelf"]

SMALL = 20_000  # notes of a batch that are all aligned
SIGNIFICANT = 0.01  # a piece with such a hit is looked at note by note
MARGIN = 1.5  # times as long as expected that a missing beginning or end may last
NEAR, FAR = 0.03, 0.15  # logarithms by which a stretch may be off a simple ratio, off a common one
COMMON = (1 / 2, 2 / 3, 3 / 4, 1.0, 4 / 3, 3 / 2, 2.0)
ROUNDED = 1e-3  # quarters
SIMPLE = sorted({p / q for p in range(1, 9) for q in range(1, 9) if p * q <= 24})


class Settings(NamedTuple):
    """What a search needs to know."""

    pattern: Pattern
    least: float
    invert: bool
    seconds: float
    fast: bool | None
    max_evalue: float


class Shelf(NamedTuple):
    """Tunes made ready for any number of searches: their notes spelled, the onsets of pitched ones, and these in flat arrays."""

    pieces: list[Music]
    onsets: list[NDArray[np.float64]]
    flat: Flat

    @classmethod
    def of(cls, sheets: Iterable[Sheet]) -> Shelf:
        """Spell the pitched notes of each."""
        pieces, tables = [], []
        for sheet in sheets:
            pitched = np.flatnonzero(~np.isin(sheet.table["part"], sorted(sheet.drums)))
            notes = sheet.table.copy()
            notes["step"][pitched] = steps_of(sheet.table[pitched])
            pieces.append(Music(sheet.source, notes, sheet.names, sheet.meters, sheet.drums))
            tables.append(notes[pitched])
        return cls(pieces, [table["onset"] for table in tables], Flat.of(tables))

    def only(self, numbers: Sequence[int]) -> Shelf:
        """Some of the tunes."""
        pieces = [self.pieces[number] for number in numbers]
        tables = [piece.notes[~np.isin(piece.notes["part"], sorted(piece.drums))] for piece in pieces]
        return Shelf(pieces, [self.onsets[number] for number in numbers], Flat.of(tables))


def hits_for(settings: Settings, shelf: Shelf) -> list[Hit]:
    """All that is found on a shelf, one hit for what parts double; E-values as for one note."""
    notes = sum(len(piece.notes) for piece in shelf.pieces)
    find = _aligned_whole if notes <= SMALL else _proposed
    whole, left = find(settings, shelf, max(notes, 1)), _left(settings, shelf, notes)
    tables = {piece.source: piece.notes for piece in shelf.pieces}
    return [
        hit
        for source in sorted({*whole, *left})
        for hit in together(joined(whole.get(source, []), left.get(source, []), notes), tables[source])
    ]


def _aligned(settings: Settings, music: Music, notes: int) -> list[Hit]:
    """The hits of a piece of which every note is aligned; E-values as for one note."""
    found = hits_in(settings.pattern, music, least=settings.least, invert=settings.invert, fast=settings.fast)
    hits = [_for_one_note(hit, len(music.notes)) for hit in found]
    return with_maps(hits, settings.pattern, music, settings.max_evalue / notes, chance_of(settings.pattern, 1))


def _aligned_whole(settings: Settings, shelf: Shelf, notes: int) -> dict[str, list[Hit]]:
    return {music.source: _aligned(settings, music, notes) for music in shelf.pieces}


def _proposed(settings: Settings, shelf: Shelf, notes: int) -> dict[str, list[Hit]]:
    """The hits among what is proposed, piece by piece."""
    found = hits_on_shelf(settings.pattern, shelf, least=settings.least, invert=settings.invert, fast=settings.fast)
    pieces = {piece.source: piece for piece in shelf.pieces}
    by_piece = groupby(sorted(found, key=attrgetter("source")), key=attrgetter("source"))
    return {source: _completed(list(hits), settings, pieces[source], notes) for source, hits in by_piece}


def _completed(hits: list[Hit], settings: Settings, music: Music, notes: int) -> list[Hit]:
    """The hits of a piece; where one is significant, every note of it is aligned, and what was not proposed joins them."""
    most = settings.max_evalue / notes
    known = with_maps(hits, settings.pattern, music, most, chance_of(settings.pattern, 1, proposed=True))
    if min((hit.evalue for hit in known), default=inf) > min(most, SIGNIFICANT / notes):
        return known
    kept: list[Hit] = []
    for hit in sorted([*known, *_aligned(settings, music, notes)], key=in_order):
        if not any(overlap(hit, other) for other in kept):
            kept.append(hit)
    return kept


def _left(settings: Settings, shelf: Shelf, notes: int) -> dict[str, list[Hit]]:
    """The hits of what strategies leave of the pattern, piece by piece, where that can be significant."""
    thought_of: dict[Version, list[int]] = {}
    for number, piece in enumerate(shelf.pieces):
        for version in versions(settings.pattern, piece.meters):
            thought_of.setdefault(version, []).append(number)
    found: dict[str, list[Hit]] = {}
    for version, numbers in thought_of.items():
        if chance_of(version.pattern, notes, proposed=True)(whole_copy(version.pattern)) <= settings.max_evalue:
            some = shelf.only(numbers)
            hits = hits_on_shelf(version.pattern, some, least=settings.least, fast=settings.fast)
            for piece in some.pieces:
                mine = [hit for hit in hits if hit.source == piece.source]
                found.setdefault(piece.source, []).extend(_in_place(mine, version, settings, piece, notes))
    return found


def _in_place(hits: list[Hit], version: Version, settings: Settings, music: Music, notes: int) -> list[Hit]:
    """The hits of a version in a piece; where one is significant, every note of it is aligned."""
    found = [*in_place(hits, version, settings.pattern, music.notes, music.meters)]
    if min((hit.evalue for hit in found), default=1.0) * notes > SIGNIFICANT:
        return found
    again = hits_in(version.pattern, music, least=settings.least, fast=settings.fast)
    among = [_for_one_note(hit, len(music.notes)) for hit in again]
    return [*in_place(among, version, settings.pattern, music.notes, music.meters)]


def hits_on_shelf(
    pattern: Pattern, shelf: Shelf, *, least: float = LEAST, invert: bool = False, fast: bool | None = None
) -> list[Hit]:
    """The hits in some tunes; E-values as for one note."""
    chains = propose(pattern, shelf.flat, fast=fast)
    if invert:
        chains += propose(_turned(pattern), shelf.flat, fast=fast)
    found: list[Hit] = []
    for piece, regions in _regions(pattern, shelf, chains).items():
        hits = hits_in(
            pattern, shelf.pieces[piece], least=least, invert=invert, fast=fast, regions=regions,
            surprise=background().surprise,
        )  # fmt: skip
        found += [_for_one_note(hit, len(shelf.onsets[piece])) for hit in hits]
    return found


def _for_one_note(hit: Hit, notes: int) -> Hit:
    return replace(hit, evalue=hit.evalue / notes)


def _turned(pattern: Pattern) -> Pattern:
    """The pattern upside down, at any pitch."""
    return Pattern(pattern.onset, tuple(127 - pitch for pitch in pattern.pitch))


def _regions(pattern: Pattern, shelf: Shelf, chains: Iterable[Chain]) -> dict[int, list[Region]]:
    """Where to align, piece by piece: from where the pattern may begin to where it may end."""
    found: dict[int, list[Region]] = {}
    at = pattern.onsets - pattern.onsets[0]
    times = np.unique(at)
    for chain_ in chains:
        before, after = times[chain_.head] * chain_.stretch, (times[-1] - times[chain_.tail]) * chain_.stretch
        start = shelf.flat.onset[chain_.first] / TICKS - MARGIN * before - ROUNDED
        stop = shelf.flat.onset[chain_.last] / TICKS + MARGIN * after + ROUNDED
        first, last = np.searchsorted(shelf.onsets[chain_.piece], (start, stop)).tolist()
        found.setdefault(chain_.piece, []).extend(Region(first, last, likely) for likely in _likely(chain_.stretch))
    return found


def _likely(stretch: float) -> set[float]:
    """What a stretch measured from end to end may be: a simple ratio very near, or as measured; and a common one."""
    near, common = (min(ratios, key=lambda ratio: abs(log(ratio / stretch))) for ratios in (SIMPLE, COMMON))
    found = {near if abs(log(near / stretch)) < NEAR else round(stretch, 2)}
    return found | {common} if abs(log(common / stretch)) < FAR else found

"""Tunes made ready for any number of searches, and what is found in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from math import inf, log
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.files.bulk.sheets import Sheet
from mi_theme.search.corpus.proposals import LEAST_WORTH, TICKS, NoteArrays, Proposal, propose
from mi_theme.search.hits import Hit, together
from mi_theme.search.match.chance import Chance, ChancePlace, background
from mi_theme.search.match.evidence import whole_copy
from mi_theme.search.match.metric_places import ANYWHERE, MetricConditions
from mi_theme.search.match.note_alignment import Region
from mi_theme.search.match.piece_hits import LEAST, hits_in, in_order, oftener, with_maps
from mi_theme.search.match.versions import PatternVersion, in_place, joined, overlap, versions
from mi_theme.search.music import spelled
from mi_theme.search.patterns import Pattern

__all__ = [
    "SMALL_BATCH",
    "Batch",
    "LikelySpan",
    "SearchSettings",
    "completed",
    "hits_in_batch",
    "placed_versions",
    "proposed_hits",
]

SMALL_BATCH = 20_000  # notes of a batch that are all aligned
SIGNIFICANT = 0.01  # a piece with such a hit is looked at note by note
MARGIN = 2.0  # times as long as expected that a missing beginning or end may last: in another metre a bar may last twice as long
OFF_SIMPLE, OFF_COMMON = 0.03, 0.15  # logarithms by which a stretch may be off a simple ratio, off a common one
COMMON = (1 / 2, 2 / 3, 3 / 4, 1.0, 4 / 3, 3 / 2, 2.0)
ROUNDED = 1e-3  # quarters
SIMPLE = sorted({p / q for p in range(1, 9) for q in range(1, 9) if p * q <= 24})


class SearchSettings(NamedTuple):
    """What a search needs to know."""

    pattern: Pattern
    least: float
    invert: bool
    fast: bool | None
    max_evalue: float
    conditions: MetricConditions = ANYWHERE


class LikelySpan(NamedTuple):
    """Where something like a pattern is.

    Attributes
    ----------
    start, end
        Of its first and its last note, in quarters.
    before, after
        What of the pattern should come before and after them, in quarters of the pattern.
    stretch
        Times in the music for one in the pattern, end to end.
    """

    start: float
    end: float
    before: float
    after: float
    stretch: float

    def regions(self, onsets: NDArray[np.float64]) -> Iterator[Region]:
        """Where to align: from where the pattern may begin to where it may end, at each likely stretch.

        Parameters
        ----------
        onsets
            Of the pitched notes of the piece.
        """
        start = self.start - MARGIN * self.before * self.stretch - ROUNDED
        stop = self.end + MARGIN * self.after * self.stretch + ROUNDED
        first, last = np.searchsorted(onsets, (start, stop)).tolist()
        return (Region(first, last, likely) for likely in likely_stretches(self.stretch))


class Batch(NamedTuple):
    """Tunes made ready for any number of searches: their notes spelled, the onsets of pitched ones, and these in arrays."""

    sheets: list[Sheet]
    onsets: list[NDArray[np.float64]]
    arrays: NoteArrays

    @classmethod
    def of(cls, sheets: Iterable[Sheet]) -> Batch:
        """Spell the pitched notes of each."""
        return cls.of_spelled([spelled(sheet) for sheet in sheets])

    @classmethod
    def of_spelled(cls, sheets: list[Sheet]) -> Batch:
        """Of sheets that are spelled already."""
        tables = [sheet.table[sheet.pitched] for sheet in sheets]
        return cls(sheets, [table["onset"] for table in tables], NoteArrays.of(tables))

    def only(self, numbers: Sequence[int]) -> Batch:
        """Some of the tunes."""
        return self.of_spelled([self.sheets[number] for number in numbers])


def hits_in_batch(settings: SearchSettings, batch: Batch) -> list[Hit]:
    """All that is found in a batch, one hit for what parts double; E-values as for one note."""
    notes = sum(len(sheet.table) for sheet in batch.sheets)
    if not notes:
        return []
    if notes <= SMALL_BATCH:
        whole = {sheet.source: _aligned(settings, sheet, notes) for sheet in batch.sheets}
    else:
        whole = _proposed(settings, batch, notes)
    left = _left(settings, batch, notes)
    sheets = {sheet.source: sheet for sheet in batch.sheets}
    return [
        hit
        for source in sorted({*whole, *left})
        for hit in together(joined(whole.get(source, []), left.get(source, []), notes), sheets[source].table)
        if settings.conditions.are_met(hit, sheets[source])
    ]


def _aligned(settings: SearchSettings, sheet: Sheet, notes: int) -> list[Hit]:
    """The hits of a piece of which every note is aligned; E-values as for one note."""
    own = max(len(sheet.table), 1)
    most = settings.max_evalue * own / notes
    found = hits_in(
        settings.pattern, sheet, least=settings.least, invert=settings.invert, fast=settings.fast, max_evalue=most
    )
    return oftener(with_maps(found, settings.pattern, sheet, most), 1 / own)


def _scanned(
    settings: SearchSettings, sheet: Sheet, notes: int, share: float, likely: Iterable[LikelySpan]
) -> list[Hit]:
    """The hits of a piece where a scan finds something like the pattern, and where it is known to be likely; E-values as for one note."""
    batch = Batch.of_spelled([sheet])
    proposals = _both_ways(
        settings.pattern, batch, settings.invert, settings.fast, share * whole_copy(settings.pattern)
    )
    regions = _regions(settings.pattern, batch, proposals).get(0, [])
    regions += (region for span in likely for region in span.regions(batch.onsets[0]))
    own = max(len(sheet.table), 1)
    most = settings.max_evalue * own / notes
    options = {"least": settings.least, "invert": settings.invert, "fast": settings.fast, "max_evalue": most}
    found = hits_in(settings.pattern, sheet, regions=regions, everywhere=True, **options)  # type: ignore[arg-type]
    return oftener(with_maps(found, settings.pattern, sheet, most), 1 / own)


def _proposed(settings: SearchSettings, batch: Batch, notes: int) -> dict[str, list[Hit]]:
    """The hits among what is proposed, piece by piece."""
    options = {"least": settings.least, "invert": settings.invert, "fast": settings.fast}
    found = proposed_hits(settings.pattern, batch, rate=settings.max_evalue / notes, **options)  # type: ignore[arg-type]
    sheets = {sheet.source: sheet for sheet in batch.sheets}
    by_piece = groupby(sorted(found, key=attrgetter("source")), key=attrgetter("source"))
    return {source: completed(list(hits), settings, sheets[source], notes) for source, hits in by_piece}


def completed(
    hits: list[Hit],
    settings: SearchSettings,
    sheet: Sheet,
    notes: int,
    *,
    share: float | None = None,
    likely: Iterable[LikelySpan] = (),
) -> list[Hit]:
    """The hits of a piece; where one is significant, every note of it is aligned, and what was not proposed joins them.

    Parameters
    ----------
    hits
        Of what was proposed in it; E-values as for the piece.
    settings
        What is looked for.
    sheet
        The piece.
    notes
        How many are searched in all.
    share
        Where not every note shall be aligned, but what a scan of the piece finds that is worth so much of the pattern.
    likely
        What is then aligned too.

    Returns
    -------
    list of Hit
        E-values as for one note.
    """
    own, most = len(sheet.table), settings.max_evalue / notes
    known = oftener(with_maps(hits, settings.pattern, sheet, most * own, proposed=True), 1 / own)
    if min((hit.evalue for hit in known), default=inf) > min(most, SIGNIFICANT / notes):
        return known
    kept: list[Hit] = []
    more = _aligned(settings, sheet, notes) if share is None else _scanned(settings, sheet, notes, share, likely)
    for hit in sorted([*known, *more], key=in_order):
        if not any(overlap(hit, other) for other in kept):
            kept.append(hit)
    return kept


def _left(settings: SearchSettings, batch: Batch, notes: int) -> dict[str, list[Hit]]:
    """The hits of what strategies leave of the pattern, piece by piece, where that can be significant."""
    thought_of: dict[PatternVersion, list[int]] = {}
    for number, sheet in enumerate(batch.sheets):
        for version in versions(settings.pattern, sheet.meters):
            thought_of.setdefault(version, []).append(number)
    found: dict[str, list[Hit]] = {}
    for version, numbers in thought_of.items():
        place = ChancePlace(whole_copy(version.pattern), len(version.pattern), thick=0.0)
        if Chance(background().proposed, place, notes).evalue(place.whole) <= settings.max_evalue:
            some = batch.only(numbers)
            rate = settings.max_evalue / notes
            hits = proposed_hits(version.pattern, some, least=settings.least, fast=settings.fast, rate=rate)
            for sheet in some.sheets:
                own = [hit for hit in hits if hit.source == sheet.source]
                found.setdefault(sheet.source, []).extend(placed_versions(own, version, settings, sheet, notes))
    return found


def placed_versions(
    hits: list[Hit], version: PatternVersion, settings: SearchSettings, sheet: Sheet, notes: int
) -> list[Hit]:
    """The hits of a version in a piece; where one is significant, every note of it is aligned.

    Parameters
    ----------
    hits
        Of what was proposed in it; E-values as for the piece.
    version
        What a strategy leaves of the pattern.
    settings, sheet, notes
        As for `completed`.
    """
    own = len(sheet.table)
    found = [*in_place(oftener(hits, 1 / own), version, settings.pattern, sheet.table, sheet.meters)]
    if min((hit.evalue for hit in found), default=1.0) * notes > SIGNIFICANT:
        return found
    again = hits_in(version.pattern, sheet, least=settings.least, fast=settings.fast)
    return [*in_place(oftener(again, 1 / own), version, settings.pattern, sheet.table, sheet.meters)]


def proposed_hits(
    pattern: Pattern,
    batch: Batch,
    *,
    least: float = LEAST,
    invert: bool = False,
    fast: bool | None = None,
    worth: float = LEAST_WORTH,
    most: int | None = None,
    rate: float = inf,
    likely: Mapping[int, Iterable[LikelySpan]] | None = None,
) -> list[Hit]:
    """The hits in some tunes among what is proposed and worth so much, in nats, and what is known to be likely, that chance brings so often for each note; E-values as for the piece of each."""
    proposals = _both_ways(pattern, batch, invert, fast, worth, most) if worth < inf else []
    options = {"least": least, "invert": invert, "fast": fast, "surprise": background().surprise}
    looked_at = _regions(pattern, batch, proposals)
    for piece, spans in (likely or {}).items():
        looked_at.setdefault(piece, []).extend(region for span in spans for region in span.regions(batch.onsets[piece]))
    found: list[Hit] = []
    for piece, regions in looked_at.items():
        sheet = batch.sheets[piece]
        found += hits_in(pattern, sheet, regions=regions, max_evalue=rate * len(sheet.table), **options)  # type: ignore[arg-type]
    return found


def _both_ways(
    pattern: Pattern, batch: Batch, invert: bool, fast: bool | None, least: float = LEAST_WORTH, most: int | None = None
) -> list[Proposal]:
    """What is proposed, upside down as well where that is asked for."""
    found = propose(pattern, batch.arrays, least=least, most=most, fast=fast)
    if invert:
        upside_down = Pattern(pattern.onset, tuple(127 - pitch for pitch in pattern.pitch))  # at any pitch
        found += propose(upside_down, batch.arrays, least=least, most=most, fast=fast)
    return found


def _regions(pattern: Pattern, batch: Batch, proposals: Iterable[Proposal]) -> dict[int, list[Region]]:
    """Where to align, piece by piece."""
    found: dict[int, list[Region]] = {}
    times = np.unique(pattern.onsets - pattern.onsets[0]).tolist()
    for piece, ends, numbers, stretch, _ in proposals:
        start, end = (batch.arrays.onset[list(ends)] / TICKS).tolist()
        span = LikelySpan(start, end, times[numbers[0]], times[-1] - times[numbers[1]], stretch)
        found.setdefault(piece, []).extend(span.regions(batch.onsets[piece]))
    return found


def likely_stretches(stretch: float) -> set[float]:
    """What a stretch measured from end to end may be: a simple ratio very near, or as measured; and a common one.

    Parameters
    ----------
    stretch
        Times in the music for one in the pattern.
    """
    near, common = (min(ratios, key=lambda ratio: abs(log(ratio / stretch))) for ratios in (SIMPLE, COMMON))
    found = {near if abs(log(near / stretch)) < OFF_SIMPLE else round(stretch, 2)}
    return found | {common} if abs(log(common / stretch)) < OFF_COMMON else found

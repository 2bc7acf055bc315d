"""A pattern in an index: seeds propose, and what they propose is looked at as in a folder that is searched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import chain
from math import inf

import numpy as np
from numpy.typing import NDArray

from mi_theme.index.query_lines import LARGE, AskedEvidence, lines_of
from mi_theme.index.seed_search import seed_hits
from mi_theme.index.shards import Shard
from mi_theme.index.stored_corpus import StoredCorpus
from mi_theme.meter import Meter
from mi_theme.score import MeterMap
from mi_theme.search.corpus.batches import (
    SMALL_BATCH,
    Batch,
    LikelySpan,
    SearchSettings,
    completed,
    hits_in_batch,
    placed_versions,
    proposed_hits,
)
from mi_theme.search.corpus.folders import Searched
from mi_theme.search.hits import Hit, together
from mi_theme.search.match.chance import Chance, ChancePlace, background
from mi_theme.search.match.evidence import whole_copy
from mi_theme.search.match.metric_places import ANYWHERE, MetricConditions, RhythmPlace, rhythm_places
from mi_theme.search.match.piece_hits import in_order, kept, oftener
from mi_theme.search.match.versions import PatternVersion, joined, versions
from mi_theme.search.patterns import Pattern

__all__ = ["rhythms_in", "search_index"]

CANDIDATE_NOTES = 200_000  # of pieces that are scanned for the pattern, the likeliest first
MOST_PIECES = 60  # and so many of them at most
MOST_SPANS = 5  # of a piece that are aligned because seeds say so
MOST_CHAINS = 20  # that are aligned because a scan says so, and the best of each further piece
WHOLE_NOTES = (
    30_000  # of pieces with a significant hit of which every note is aligned, the best first; none in a large corpus
)
LIKE = 0.35  # of the pattern: what a scan must find again in further pieces that have one
Place = tuple[int, int]
Pieces = dict[Place, list[LikelySpan]]
Wanted = list[NDArray[np.bool_]]


def search_index(corpus: StoredCorpus, settings: SearchSettings, *, top: int | None = None) -> Searched:
    """Find a pattern in an corpus.

    Parameters
    ----------
    corpus
        Where.
    settings
        What is looked for.
    top
        At most that many hits.

    Returns
    -------
    Searched
        A piece that several files hold has its hits under the name of each.
    """
    notes = max(corpus.notes, 1)
    wanted = [shard.counts & _in_meter(shard, settings.conditions) for shard in corpus.shards]
    if notes <= SMALL_BATCH:
        found = _all_aligned(corpus, settings)
    else:
        found = _proposed(corpus, settings, wanted, notes)
    by_piece = [
        kept([replace(hit, source=source) for hit in oftener(hits, notes)], settings.max_evalue)
        for place, hits in found.items()
        for source in corpus.sources(*place)
    ]
    hits = sorted(chain.from_iterable(by_piece), key=in_order)[:top]
    return Searched(hits, corpus.files - corpus.generation.unread, corpus.notes, [])


def _all_aligned(corpus: StoredCorpus, settings: SearchSettings) -> dict[Place, list[Hit]]:
    """The hits where there is so little that every note is aligned; E-values as for one note."""
    places = [*corpus.all_pieces()]
    sheets = [corpus.sheet(*place)[0] for place in places]
    own = {sheet.source: place for sheet, place in zip(sheets, places, strict=True)}
    found: defaultdict[Place, list[Hit]] = defaultdict(list)
    for hit in hits_in_batch(settings, Batch.of(sheets)):
        found[own[hit.source]].append(hit)
    return found


def _proposed(corpus: StoredCorpus, settings: SearchSettings, wanted: Wanted, notes: int) -> dict[Place, list[Hit]]:
    """The hits among what seeds propose, piece by piece; E-values as for one note."""
    pieces = _likely_pieces(corpus, settings.pattern, settings, wanted, notes)
    if settings.invert:
        pattern = settings.pattern
        turned = Pattern(pattern.onset, tuple(127 - pitch for pitch in pattern.pitch))
        for place, spans in _likely_pieces(corpus, turned, settings, wanted, notes).items():
            pieces.setdefault(place, []).extend(spans)
    whole, room = dict[Place, list[Hit]](), WHOLE_NOTES if notes < LARGE else 0
    proposed = _hits_in_pieces(corpus, pieces, settings.pattern, settings, notes)
    for place, hits in sorted(
        proposed.items(), key=lambda row: min(hit.evalue / len(corpus.sheet(*row[0])[0].table) for hit in row[1])
    ):
        sheet, _ = corpus.sheet(*place)
        share = None if len(sheet.table) <= room else LIKE
        whole[place] = completed(hits, settings, sheet, notes, share=share, likely=pieces[place])
        room -= len(sheet.table)
    left = _left(corpus, settings, wanted, notes)
    found = {}
    for place in sorted({*whole, *left}):
        sheet, _ = corpus.sheet(*place)
        hits = together(joined(whole.get(place, []), left.get(place, []), notes), sheet.table)
        found[place] = [hit for hit in hits if settings.conditions.are_met(hit, sheet)]
    return found


def _in_meter(shard: Shard, conditions: MetricConditions) -> NDArray[np.bool_]:
    """The pieces that state the metre that is asked for."""
    if conditions == ANYWHERE:
        return np.ones(shard.row.pieces, bool)
    kinds = [any(conditions.takes(Meter(meter)) for meter in meters) for meters in shard.meters]
    found: NDArray[np.bool_] = np.array(kinds, bool)[shard.file["piece_meters"]]
    return found


def rhythms_in(corpus: StoredCorpus, conditions: MetricConditions, top: int | None = None) -> Iterator[RhythmPlace]:
    """Where voices have a rhythm, piece by piece; only pieces in the metre that is asked for are looked at.

    Parameters
    ----------
    corpus
        Where.
    conditions
        The rhythm, and in which metre.
    top
        At most that many.
    """
    told = 0
    for number, shard in enumerate(corpus.shards):
        for piece in np.flatnonzero(shard.counts & _in_meter(shard, conditions)).tolist():
            sheet, _ = shard.sheet(piece, "")
            for place in rhythm_places(sheet, conditions):
                for source in corpus.sources(number, piece):
                    yield place._replace(source=source)
                    told += 1
                    if told == top:
                        return


def _likely_pieces(
    corpus: StoredCorpus, pattern: Pattern, settings: SearchSettings, wanted: Wanted, notes: int
) -> Pieces:
    """The pieces in which seeds propose places, the likeliest first: what is worth no more than chance brings anyway is left out."""
    asked = AskedEvidence(len(pattern), whole_copy(pattern), notes, settings.max_evalue)
    best, spans = dict[Place, float](), defaultdict[Place, list[LikelySpan]](list)
    for line in lines_of(pattern):
        tune, least = line.needed(asked), line.needed_in(asked, asked.least)
        lookup = {"tune": tune, "least": least, "mapped": pattern.meter is not None, "fast": settings.fast}
        for hit in seed_hits(line, corpus.shards, wanted, **lookup) if least < inf else ():  # type: ignore[arg-type]
            place = hit.shard, hit.piece
            if hit.said >= line.needed_in(asked, asked.of(*corpus.shards[hit.shard].texture(hit.piece))):
                best[place] = max(hit.said, best.get(place, hit.said))
                spans[place].append(hit.span)
    found, room = Pieces(), CANDIDATE_NOTES
    for place in sorted(best, key=lambda place: (-best[place], place)):
        if room > 0 and len(found) < MOST_PIECES:
            found[place] = spans[place][:MOST_SPANS]
        room -= int(corpus.shards[place[0]].piece_notes[place[1]])
    return found


def _hits_in_pieces(
    corpus: StoredCorpus, pieces: Pieces, pattern: Pattern, settings: SearchSettings, notes: int
) -> dict[Place, list[Hit]]:
    """The hits in some pieces around what seeds propose, and in a small corpus what a scan does, as in a folder of these; E-values as for the piece of each."""
    found: dict[Place, list[Hit]] = {}
    if not pieces:
        return found
    sheets = {place: corpus.sheet(*place)[0] for place in pieces}
    own = {sheet.source: place for place, sheet in sheets.items()}
    asked = AskedEvidence(len(pattern), whole_copy(pattern), notes, settings.max_evalue)
    options = {
        "least": settings.least,
        "invert": settings.invert,
        "fast": settings.fast,
        "worth": asked.of_chain(pattern) if notes < LARGE else inf,
        "most": MOST_CHAINS,
        "rate": settings.max_evalue / notes,
        "likely": dict(enumerate(pieces.values())),
    }
    batch = Batch.of_spelled([*sheets.values()])
    for hit in proposed_hits(pattern, batch, **options):  # type: ignore[arg-type]
        found.setdefault(own[hit.source], []).append(hit)
    return found


def _left(corpus: StoredCorpus, settings: SearchSettings, wanted: Wanted, notes: int) -> dict[Place, list[Hit]]:
    """The hits of what strategies leave of the pattern, piece by piece, where that can be significant; E-values as for one note."""
    found: dict[Place, list[Hit]] = {}
    for version, pieces in _versions_of(corpus, settings.pattern, wanted).items():
        chance = ChancePlace(whole_copy(version.pattern), len(version.pattern), thick=0.0)
        if Chance(background().proposed, chance, notes).evalue(chance.whole) > settings.max_evalue:
            continue
        plain = settings._replace(invert=False)
        likely = _likely_pieces(corpus, version.pattern, plain, pieces, notes)
        for place, hits in _hits_in_pieces(corpus, likely, version.pattern, plain, notes).items():
            sheet, _ = corpus.sheet(*place)
            found.setdefault(place, []).extend(placed_versions(hits, version, settings, sheet, notes))
    return found


def _versions_of(corpus: StoredCorpus, pattern: Pattern, wanted: Wanted) -> dict[PatternVersion, Wanted]:
    """What strategies leave of a pattern in the metres that pieces state, and the pieces that state them."""
    found: dict[PatternVersion, Wanted] = {}
    for number, shard in enumerate(corpus.shards if pattern.meter else ()):
        kinds = shard.file["piece_meters"]
        for kind, meters in enumerate(shard.meters):
            said = MeterMap(tuple((Fraction(at), Meter(meter)) for at, meter in enumerate(meters)), stated=bool(meters))
            for version in versions(pattern, said) if meters else ():
                pieces = found.setdefault(version, [np.zeros(len(counts), bool) for counts in wanted])
                pieces[number] |= (kinds == kind) & wanted[number]
    return found

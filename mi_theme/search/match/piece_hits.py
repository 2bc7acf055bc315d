"""What looks into one piece: a pattern aligned with its notes, as hits with their evidence and what chance makes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from math import inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mi_theme.files.bulk.sheets import Sheet
from mi_theme.score import MeterMap
from mi_theme.search.hits import EvidenceTerm, Hit, total
from mi_theme.search.match.alignment_costs import COSTS, UNTIMED, AlignmentCosts, Surprise
from mi_theme.search.match.bar_maps import FIRST_MAP, UNEVEN, Explanation, explained
from mi_theme.search.match.chance import Chance, ChancePlace, background
from mi_theme.search.match.evidence import evidence, foretold, most_evidence, whole_copy
from mi_theme.search.match.expectations import HeardNotes
from mi_theme.search.match.note_alignment import NoteAlignment, Region, align, apart
from mi_theme.search.match.versions import in_place, versions
from mi_theme.search.patterns import Pattern

__all__ = [
    "LEAST",
    "STATED",
    "USUAL_EVALUE",
    "chance_in",
    "hits_in",
    "hits_of_versions",
    "in_order",
    "kept",
    "oftener",
    "proposed_stretches",
    "with_maps",
]

LEAST = 0.8  # of the best place's share; chosen on the odd fugues, see docs/explanation/search.md
FLOOR = 0.5  # of the pattern's own score: what is no place at all
STRETCH_GRID = 10080  # the largest denominator of a stretch
# E within a piece that states the pattern up to which a hit is a repetition of it; chosen on motifs and odd fugues
REPEATED = 2.0  # that reaches `LEAST`
REPEATED_IN_TIME = 10.0  # whose rhythm and tempo are the pattern's own
REPEATED_AGAINST = 0.5  # whose notes speak against a copy: a rare one may be an entry that is much changed
REPEATED_LOOSELY = 0.1  # that only reaches `VARIED` of what others must: notes added, left out or changed
VARIED = 0.94
STATED = 0.5  # E of a statement: what chance brings in every other search is none
USUAL_EVALUE = 0.01  # the threshold of `find`
PLAY = 3.0  # nats that a copy may say more than the pattern, by notes that are spelled alike
EXACT = 1e-3  # quarters
AHEAD = 24  # score notes ahead in which two linked notes are looked for
KINDS = 48  # kinds of stretches in an octave
WIDEST = 4.0  # times as slow, or as fast
MOST_STRETCHES = 3  # beside 1 that are tried
SPREAD = 1000  # more than there are kinds

Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


def hits_in(
    pattern: Pattern,
    sheet: Sheet,
    *,
    least: float = LEAST,
    invert: bool = False,
    stretches: Sequence[float] | None = None,
    costs: AlignmentCosts = COSTS,
    fast: bool | None = None,
    regions: Sequence[Region] | None = None,
    surprise: Surprise | None = None,
    everywhere: bool | None = None,
    max_evalue: float = inf,
) -> list[Hit]:
    """Every place in one piece, or in some regions of it, that reaches `least`, best first; E-values for this piece.

    Parameters
    ----------
    pattern, sheet
        What is looked for, and where.
    least, invert, stretches, costs, fast
        As for `find`.
    regions
        Where to look; everywhere without them.
    surprise
        How common intervals and times are; by default in the piece.
    everywhere
        Whether the regions are all there is to look at in the piece, and not what a scan of much more proposed; by default
        where there are none.
    max_evalue
        What chance brings oftener in the piece, in whatever metre, and is no repetition is left out.
    """
    rows = sheet.pitched
    notes = sheet.table[rows]
    if len(pattern) < 2 or len(notes) < 2:
        return []
    everywhere = regions is None if everywhere is None else everywhere
    if regions is None:
        tried = [1.0, *proposed_stretches(pattern, notes)] if stretches is None else map(float, stretches)
        ranges = [Region(0, len(notes), stretch) for stretch in tried], [Region(0, len(notes))]
    else:
        ranges = [*regions], [*regions]
    looked: dict[str, Any] = {"least": min(least, FLOOR), "beside": VARIED * least, "surprise": surprise}
    found = _both_ways_timed(pattern, notes, ranges, costs, invert=invert, fast=fast, **looked)
    whole = [alignment for alignment in found if alignment.share >= least * found[0].share]
    heard = HeardNotes.of(notes)
    chance = chance_in(pattern, heard, proposed=not everywhere)
    stated = everywhere and _is_stated(pattern, sheet, heard, whole, chance)
    hits = []
    for place, alignment in enumerate(found if stated else whole):
        at_most = most_evidence(heard, [row for _, row in alignment.pairs])
        if chance.evalue(at_most) > max(max_evalue, REPEATED_IN_TIME * stated):
            continue
        reasons = evidence(pattern, heard, alignment)
        number = chance.evalue(total(reasons)) * (1 + invert)
        again = stated and number <= _repeated(reasons, loosely=place >= len(whole))
        if again or (
            place < len(whole) and (number <= max_evalue or _foretold(pattern, heard, alignment, chance) <= max_evalue)
        ):
            hit = _hit(pattern, sheet, rows, heard.step, alignment)
            hits.append(replace(hit, evalue=number, score=total(reasons), reasons=reasons, again=again))
    return hits


def _both_ways_timed(
    pattern: Pattern,
    notes: NDArray[np.void],
    ranges: tuple[list[Region], list[Region]],
    costs: AlignmentCosts,
    **options: Any,
) -> list[NoteAlignment]:
    """The alignments whose rhythm counts in some regions, and those in any rhythm in others, best first."""
    timed = align(pattern, notes, ranges[0], costs=costs, **options)
    best = timed[0].share if timed else 0.0
    return apart([*timed, *align(pattern, notes, ranges[1], best=best, costs=UNTIMED, **options)])


def _foretold(pattern: Pattern, heard: HeardNotes, alignment: NoteAlignment, chance: Chance) -> float:
    """The E where the first bar map that comes to mind explains the rhythm."""
    return chance.evalue(total(foretold(pattern, heard, alignment, FIRST_MAP))) if pattern.meter else inf


def _repeated(reasons: Sequence[EvidenceTerm], *, loosely: bool) -> float:
    """The E up to which a hit is a repetition."""
    terms = {reason.term for reason in reasons}
    if total(reasons) < 0:
        return 0.0 if loosely else REPEATED_AGAINST
    if loosely:
        return REPEATED_LOOSELY
    return REPEATED_IN_TIME if "rhythm" in terms and not terms & {"uneven", "tempo"} else REPEATED


def _hit(
    pattern: Pattern, sheet: Sheet, rows: NDArray[np.int64], steps: NDArray[np.int64], alignment: NoteAlignment
) -> Hit:
    """An alignment in the words of musicians; what it says and how surprising that is stands to be filled in."""
    own, theirs = (np.array(column) for column in zip(*alignment.pairs, strict=True))
    notes = sheet.table[rows[theirs]]
    sign = -1 if alignment.inverted else 1
    shifts = steps[theirs] - sign * pattern.steps[own]
    pitches = notes["pitch"] - sign * np.array(pattern.pitch)[own]
    up, usual = _commonest(pitches), _commonest(shifts)
    part = _commonest(notes["part"])
    onset = Fraction(float(notes["onset"].min())).limit_denominator(STRETCH_GRID)
    end = float((notes["onset"] + notes["duration"]).max())
    return Hit(
        source=sheet.source,
        part=sheet.names[part] if part < len(sheet.names) else f"Part {part + 1}",
        bar=sheet.meters.at(onset + UNEVEN).number if sheet.meters else None,  # a player may be early
        onset=onset,
        end=Fraction(end).limit_denominator(STRETCH_GRID),
        notes=tuple(rows[theirs].tolist()),
        matched=tuple(own.tolist()),
        transposition=up,
        stretch=Fraction(alignment.stretch).limit_denominator(STRETCH_GRID),
        missing=tuple(sorted(set(range(len(pattern))) - set(own.tolist()))),
        changed=tuple(own[(pitches != up) & (shifts != usual)].tolist()),
        evalue=inf,
        score=0.0,
        share=alignment.share,
        inverted=alignment.inverted,
        timed=alignment.timed,
    )


def _commonest(values: NDArray[np.integer[Any]]) -> int:
    """The value that occurs most often, the first of equals."""
    return int(Counter(values.tolist()).most_common(1)[0][0])


def oftener(hits: Iterable[Hit], times: float) -> list[Hit]:
    """The same among so many times as many notes: chance brings as good so many times as often."""
    return [replace(hit, evalue=hit.evalue * times) for hit in hits]


def in_order(hit: Hit) -> tuple[float, float, str, Fraction, tuple[int, ...]]:
    """What hits are sorted by: the most surprising first."""
    return hit.evalue, -hit.share, hit.source, hit.onset, hit.notes


def chance_in(pattern: Pattern, heard: HeardNotes, *, proposed: bool = False) -> Chance:
    """How often chance brings hits of a pattern in some music.

    Parameters
    ----------
    pattern, heard
        What is looked for, and the music.
    proposed
        Whether only what is proposed is aligned.
    """
    known = background()
    thick = float(heard.thick.mean()) if len(heard.thick) else 0.0
    place = ChancePlace(whole_copy(pattern, heard.tables), len(pattern), thick, max(len(heard.pitch), 1))
    return Chance(known.proposed if proposed else known.aligned, place, len(heard.pitch))


def with_maps(
    hits: Sequence[Hit], pattern: Pattern, sheet: Sheet, max_evalue: float, *, proposed: bool = False
) -> list[Hit]:
    """Those hits of one piece that chance brings no oftener there, or that are repetitions, with the bar maps of their rhythms.

    A rhythm that a strategy makes of the pattern's is evidence, as much as it
    says less what the choice of that map costs (`bar_maps.Explanation`).
    """
    rows = sheet.pitched
    heard = HeardNotes.of(sheet.table[rows]) if pattern.meter and hits else None
    chance = chance_in(pattern, heard, proposed=proposed) if heard else None
    found = []
    for hit in hits:
        hit, explanation = _with_map(hit, pattern, sheet)
        if heard and chance and explanation and hit.strategy:
            reasons = foretold(pattern, heard, _alignment(hit, rows), explanation.choice)
            if total(reasons) > hit.score:
                hit = replace(hit, evalue=chance.evalue(total(reasons)), score=total(reasons), reasons=reasons)
        found.append(hit)
    return [hit for hit in found if hit.evalue <= max_evalue or hit.again]


def _alignment(hit: Hit, rows: NDArray[np.int64]) -> NoteAlignment:
    """The alignment that a hit tells of, in rows of pitched notes."""
    pairs = zip(hit.matched, np.searchsorted(rows, hit.notes).tolist(), strict=True)
    return NoteAlignment(hit.score, hit.share, tuple(pairs), float(hit.stretch), inverted=hit.inverted)


def _with_map(hit: Hit, pattern: Pattern, sheet: Sheet) -> tuple[Hit, Explanation | None]:
    """A hit with the bar map that explains its rhythm, where the music says its metre."""
    onsets = [Fraction(at).limit_denominator(STRETCH_GRID) for at in sheet.table["onset"][list(hit.notes)].tolist()]
    return explained(hit, pattern, onsets, sheet.meters if sheet.meters and sheet.meters.stated else None)


def kept(hits: Sequence[Hit], max_evalue: float) -> list[Hit]:
    """Of the hits of one piece those that chance brings no oftener, and repetitions in a piece that states the pattern.

    A piece that states the pattern is where it comes again: there the rule is not
    the threshold but `REPEATED`, if the statement itself is no likelier than
    `STATED` in all that was searched (and less where less than usual is asked for).
    """
    best = min((hit.evalue for hit in hits if hit.again), default=inf)
    stated = best <= STATED * min(1.0, max_evalue / USUAL_EVALUE)
    return [hit for hit in hits if hit.evalue <= max_evalue or (hit.again and stated)]


def hits_of_versions(
    pattern: Pattern, sheet: Sheet, *, least: float, fast: bool | None, max_evalue: float
) -> Iterator[Hit]:
    """The hits of what strategies leave of the pattern in the metres of a piece, where a whole copy of that is rare enough there."""
    if not (thought_of := versions(pattern, sheet.meters)):
        return
    heard = HeardNotes.of(sheet.table[sheet.pitched])
    for version in thought_of:
        chance = chance_in(version.pattern, heard)
        if chance.evalue(chance.place.whole + PLAY) <= max(max_evalue, REPEATED_IN_TIME):
            left = replace(version.pattern, meter=None)  # no map explains it but its own
            hits = hits_in(left, sheet, least=least, stretches=(1.0,), fast=fast, max_evalue=max_evalue)
            yield from in_place(hits, version, pattern, sheet.table, sheet.meters)


def _is_stated(
    pattern: Pattern, sheet: Sheet, heard: HeardNotes, alignments: Iterable[NoteAlignment], chance: Chance
) -> bool:
    """Whether one of them is the pattern itself: at its own time, or at its place in the bar and seldom brought by chance."""
    notes = sheet.table[sheet.pitched]
    return any(
        _is_statement(pattern, each, notes)
        or (
            _is_statement(pattern, each, notes, sheet.meters)
            and chance.evalue(total(evidence(pattern, heard, each))) <= USUAL_EVALUE
        )
        for each in alignments
    )


def _is_statement(
    pattern: Pattern, hit: NoteAlignment, notes: NDArray[np.void], meters: MeterMap | None = None
) -> bool:
    """Whether a hit is the pattern itself, note for note, at its own pitch, tempo and time: where it was cut from, say.

    With metres its place in the bar is enough. A few notes have that by chance.
    """
    if hit.inverted or len(hit.pairs) < len(pattern):
        return False
    rows = [row for _, row in hit.pairs]
    later = notes["onset"][rows] - pattern.onsets
    if float(np.ptp(later)) > EXACT or (notes["pitch"][rows] != np.array(pattern.pitch)).any():
        return False
    if abs(later[0]) < EXACT or not meters:
        return bool(abs(later[0]) < EXACT)
    at = Fraction(float(notes["onset"][rows[0]])).limit_denominator(STRETCH_GRID)
    bar = meters.at(at)
    return (at - bar.start - pattern.onset[0]) % bar.meter.bar == 0


# Stretches that the music itself proposes: how much slower or faster the pattern may be there


def proposed_stretches(pattern: Pattern, notes: NDArray[np.void]) -> list[float]:
    """The stretches, beside 1, at which most threes of pattern notes occur.

    Parameters
    ----------
    pattern, notes
        What is looked for, and a note table of the score.

    Returns
    -------
    list of float
        Most votes first; three pattern notes, with at most one left out between
        two of them, vote where both their intervals occur at one stretch.
    """
    count = len(pattern)
    pairs = [(i, i + k) for k in (1, 2) for i in range(count - k)]
    if not pairs:
        return []
    onset, height, near = pattern.onsets, pattern.pitch, _NearNotes.of(notes)
    links = {(i, j): near.pairs(float(onset[j] - onset[i]), height[j] - height[i]) for i, j in pairs}
    votes = [
        _agreeing(before, links[b, c]) for (_, b), before in links.items() for c in (b + 1, b + 2) if (b, c) in links
    ]
    return _most_voted(np.concatenate(votes)) if votes else []


def _most_voted(votes: NDArray[np.float64]) -> list[float]:
    """The stretches that most agree on, but for 1; of equals the one nearest to 1."""
    kinds = _kinds(votes)
    found, counts = np.unique(kinds[kinds != 0], return_counts=True)
    order = np.lexsort((found, np.abs(found), -counts))[:MOST_STRETCHES]
    return [float(np.median(votes[kinds == kind])) for kind in found[order]]


class _NearNotes(NamedTuple):
    """Notes with those up to `AHEAD` after them: by how much each is later and higher; shape (ahead, notes)."""

    lapse: NDArray[np.float64]
    rise: NDArray[np.int16]

    @classmethod
    def of(cls, notes: NDArray[np.void]) -> _NearNotes:
        shape = min(AHEAD, len(notes) - 1), len(notes)
        time, pitch = notes["onset"], notes["pitch"].astype(np.int16)
        lapse, rise = np.full(shape, inf), np.zeros(shape, np.int16)
        for row in range(shape[0]):
            lapse[row, : -row - 1], rise[row, : -row - 1] = (
                time[row + 1 :] - time[: -row - 1],
                pitch[row + 1 :] - pitch[: -row - 1],
            )
        return cls(lapse, rise)

    def pairs(self, gap: float, interval: int) -> Pairs:
        """Rows (first, second, stretch) of pairs of notes with this interval, at any possible stretch."""
        ahead, rows = np.nonzero(self.rise == interval) if gap > 0 else (np.zeros(0, np.int64), np.zeros(0, np.int64))
        stretch = self.lapse[ahead, rows] / gap
        possible = (stretch >= 1 / WIDEST) & (stretch <= WIDEST)
        return rows[possible], (rows + ahead + 1)[possible], stretch[possible]


def _agreeing(before: Pairs, after: Pairs) -> NDArray[np.float64]:
    """Stretches at which a pair of the second link begins where one of the first ends."""
    own, other = np.sort(before[1] * SPREAD + _kinds(before[2])), after[0] * SPREAD + _kinds(after[2])
    place = np.minimum(np.searchsorted(own, other), len(own) - 1)
    return after[2][own[place] == other] if len(own) else after[2][:0]


def _kinds(stretch: NDArray[np.float64]) -> NDArray[np.int64]:
    """Stretches as whole numbers, 0 for 1."""
    kinds: NDArray[np.int64] = np.rint(KINDS * np.log2(stretch)).astype(np.int64)
    return kinds

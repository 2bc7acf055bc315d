"""A passage of a score as staves: a staff a part, spelled, in voices, without the small gaps of a performance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import groupby, pairwise, takewhile
from typing import Any

from mi_theme.engraving.letters import heads_of, inferred_steps
from mi_theme.engraving.staves import Head, Staff, StaffNote
from mi_theme.files.notation.barring import NewBar
from mi_theme.pitch import Tonic
from mi_theme.score import Bar, Score, first_and_last
from mi_theme.score.percussion_keys import drum_key
from mi_theme.themes.passages import key_of

__all__ = ["new_bars", "shown_bars", "staves_of_passage"]

MOST_BARS, MOST_NOTES = 8, 300  # drawn when nobody says which
GRIDS = (4, 3, 8, 6, 5, 7, 12, 16)  # parts of a quarter, the likeliest first
ON_GRID = Fraction(1, 50)  # of a quarter: what is nearer than this to a grid lies on it
FINEST_PLACE = 10080  # parts of a quarter: divisible by 2 to 9, and a place as a float loses nothing
# of the way to the next note: shorter silences are articulation, of a part that plays all notes so, and of one that does not
LARGEST_GAP, SMALL_GAP = Fraction(1, 2), Fraction(1, 3)
# shares of that way this near to each other are one articulation, if so many of the notes have it
SAME_ARTICULATION, MOST_OF_NOTES = 0.1, 0.8
MOST_VOICES = 4  # of a staff: more cannot be told apart by the eye


def shown_bars(score: Score, bars: tuple[int, int] | None) -> list[Bar]:
    """The bars asked for; the first ones where nobody asked, as many as can be read at a glance.

    Raises
    ------
    ScoreError
        Where there are no such bars.
    """
    if bars is not None:
        first, last = first_and_last(bars)
        score.bar(last)
        return list(takewhile(lambda bar: bar.number <= last, _from(score, first)))
    onsets = score.note_table()["onset"]
    opening = [bar for _, bar in zip(range(MOST_BARS), score.bars(), strict=False)]
    few = [bar for bar in opening if (onsets < float(bar.end)).sum() <= MOST_NOTES]
    return few or opening[:1] or [score.meters.at(0)]


def _from(score: Score, first: int) -> Iterator[Bar]:
    bar = score.bar(first)
    while True:
        yield bar
        bar = score.meters.bar(bar.number + 1)


def staves_of_passage(
    score: Score, bars: Sequence[Bar], parts: Sequence[int] | None = None, key: tuple[Tonic, str] | None = None
) -> list[Staff]:
    """The parts that play in these bars, one staff each.

    Parameters
    ----------
    score
        Where the passage stands.
    bars
        Consecutive bars of it.
    parts
        Which parts; all that play without it.
    key
        Tonic and mode; without it the key signature's, or as estimated.
    """
    frames = tuple((bar,) for bar in new_bars(bars))
    tonic, mode = key or key_of(score, None, None)
    fifths = score.key[0] if score.key and not key else tonic.fifths(mode)
    notes = score.note_table()
    steps, (start, end) = inferred_steps(notes, fifths), (float(bars[0].start), float(bars[-1].end))
    inside = (notes["onset"] < end) & (notes["onset"] + notes["duration"] > start)
    found = []
    for index in sorted(set(notes["part"][inside].tolist())) if parts is None else parts:
        part, mine = score.parts[index], notes["part"] == index
        rows, here = notes[inside & mine], steps[inside & mine]
        later = notes["onset"][mine & (notes["onset"] >= end)]
        onward = Fraction(float(later[0])).limit_denominator(FINEST_PLACE) if len(later) else bars[-1].end
        drums = map(drum_key, rows["pitch"].tolist() if part.is_percussion else ())
        struck = (Head(drum.step, 0, drum.head or "drum") for drum in drums)
        heads = struck if part.is_percussion else heads_of(rows, here, (tonic, mode))
        spans = _struck(rows) if part.is_percussion else _on_grid(rows, onward)
        voices = _voices(_written(spans, heads, f"p{index}"))
        found.append(Staff(frames, voices, 0 if part.is_percussion else fifths, (part.name,), part.is_percussion))
    return found or [Staff(frames, (), fifths)]


def new_bars(bars: Sequence[Bar]) -> Iterator[NewBar]:
    """The bars, a signature where it changes; a pick-up stands in the metre that it leads to."""
    before = None
    for bar, following in zip(bars, [*bars[1:], bars[-1]], strict=True):
        meter = following.meter if bar.number == 0 else bar.meter
        yield NewBar(bar.start, bar.end, bar.number, meter, meter.plain != before)
        before = meter.plain


def _written(spans: Iterable[tuple[Fraction, Fraction]], heads: Iterable[Head], name: str) -> list[StaffNote]:
    """Heads that begin and end together as one."""
    chords: dict[tuple[Fraction, Fraction], list[Head]] = {}
    for span, head in zip(spans, heads, strict=True):
        chords.setdefault(span, []).append(head)
    return [
        StaffNote(start, end, tuple(sorted(set(found))), f"{name}n{number}")
        for number, ((start, end), found) in enumerate(sorted(chords.items()))
    ]


def _struck(rows: Any) -> Iterator[tuple[Fraction, Fraction]]:
    """Strokes, each as long as it is to the next or to the end of its quarter: how long a drum sounds is not written."""
    onsets = [Fraction(onset).limit_denominator(FINEST_PLACE) for onset in rows["onset"].tolist()]
    grids = _grids(onsets)
    starts = [_snapped(onset, grids) for onset in onsets]
    following = dict(pairwise(sorted(set(starts))))
    yield from ((start, min(following.get(start, start + 1), Fraction(int(start) + 1))) for start in starts)


def _on_grid(rows: Any, onward: Fraction) -> list[tuple[Fraction, Fraction]]:
    """Beginnings and ends on the coarsest grid of each quarter; the gaps of an articulation are closed."""
    onsets = [Fraction(onset).limit_denominator(FINEST_PLACE) for onset in rows["onset"].tolist()]
    ends = [Fraction(end).limit_denominator(FINEST_PLACE) for end in (rows["onset"] + rows["duration"]).tolist()]
    grids = _grids(onsets)
    starts = [_snapped(onset, grids) for onset in onsets]
    stops = [
        max(_snapped(end, grids), start + Fraction(1, grids[int(onset)]))
        for onset, start, end in zip(onsets, starts, ends, strict=True)
    ]
    following = dict(pairwise([*sorted(set(starts)), onward]))
    played = bool((rows["step"] < 0).any())
    gated = _is_gated([(a, b, following.get(a, a)) for a, b in zip(starts, ends, strict=True)])
    longest = LARGEST_GAP if gated else SMALL_GAP if played else Fraction(0)
    spans = zip(starts, stops, strict=True)
    return [(start, _closed(start, stop, following.get(start, stop), longest)) for start, stop in spans]


def _is_gated(spans: Sequence[tuple[Fraction, Fraction, Fraction]]) -> bool:
    """Whether notes (start, end, next start) sound for one share of the time to the next: an articulation, not rests."""
    shares = sorted(float((stop - start) / (until - start)) for start, stop, until in spans if until > start)
    if len(shares) < 4:
        return False
    middle = shares[len(shares) // 2]
    return middle < 1 and sum(abs(share - middle) <= SAME_ARTICULATION for share in shares) >= MOST_OF_NOTES * len(
        shares
    )


def _closed(start: Fraction, stop: Fraction, until: Fraction, longest: Fraction) -> Fraction:
    """Where a note is written to end: at the next one, if the gap is a small share of the way there."""
    return until if 0 < until - stop <= longest * (until - start) else stop


def _grids(onsets: Sequence[Fraction]) -> dict[int, int]:
    """For each quarter the coarsest grid that its notes lie on; of a performance, sixteenths or triplets."""
    found = {}
    for quarter, group in groupby(sorted(onsets), key=int):
        places = list(group)
        close = (grid for grid in GRIDS if all(_off(place, grid) <= ON_GRID for place in places))
        found[quarter] = next(close, None) or min(
            GRIDS[:2], key=lambda grid: sum(_off(place, grid) for place in places)
        )
    return found


def _off(place: Fraction, grid: int) -> Fraction:
    return abs(place - Fraction(round(place * grid), grid))


def _snapped(place: Fraction, grids: dict[int, int]) -> Fraction:
    grid = grids.get(int(place), GRIDS[0])
    return Fraction(round(place * grid), grid)


def _voices(notes: Sequence[StaffNote]) -> tuple[tuple[StaffNote, ...], ...]:
    """Each note in the first voice that is free; what is more than can be read waits for its turn."""
    voices: list[list[StaffNote]] = []
    for note in notes:
        free = next((voice for voice in voices if voice[-1].end <= note.start), None)
        if free is None and len(voices) < MOST_VOICES:
            voices.append(free := [])
        if free is not None:
            free.append(note)
    return tuple(map(tuple, voices))

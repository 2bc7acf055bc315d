"""From a score to what is written: its bars, staves, key and words."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from mi_theme.errors import ScoreError
from mi_theme.notated.model import NotatedScore, ScoreWord, TitleBlock, WrittenKey, WrittenPart
from mi_theme.notated.part_notes import NotesOfParts
from mi_theme.notated.players import Player, StaffOfPart, players_of, staves_of_player
from mi_theme.notated.staff_making import StaffMaker
from mi_theme.notated.written_keys import written_keys
from mi_theme.notated.written_places import written_place
from mi_theme.notated.written_values import NewBar
from mi_theme.pitch import Tonic
from mi_theme.quantising import Quantized, quantize
from mi_theme.score import Bar, Score
from mi_theme.score import messages as m
from mi_theme.score.asides import PlacedAside, asides_of
from mi_theme.score.marks import Mark

__all__ = ["new_bars", "notate"]

MOST_BARS, MOST_EMPTY = 200_000, 20_000  # more are not music but damage; empty ones, about ten hours of silence
SLIGHT_END = Fraction(1, 8)  # quarters: a gate beyond a bar line that makes no bar of its own
ROUNDED_TICKS = 2  # how far from a bar line a file ends that ends there
SLIGHT_CHANGE = 0.5  # quarters a minute: a change of tempo that is played and not written
DIVIDING = re.compile(r"<(repeat|ending)\b")  # bar lines that stand where they stand, in a bar if need be
NEAR_SYLLABLE = Fraction(1, 4)  # quarters between a syllable and its note


def notate(
    score: Score,
    key: tuple[Tonic, str] | None = None,
    *,
    by_part: bool = False,
    parts: Sequence[int] | None = None,
) -> NotatedScore:
    """A score as it is written: what a player did is quantized, what is notation already stays.

    Parameters
    ----------
    score
        Any score.
    key
        Tonic and mode that it is known to be in; else as the score says, or as its notes tell.
    by_part
        Whether each part has one staff, for looking at parts; else keyboards have two where their
        range asks for it, and what one player plays stands together.
    parts
        With `by_part` the parts that are wanted; all of them without it.

    Returns
    -------
    NotatedScore
        All bars, and the staves of each player.

    Raises
    ------
    ScoreError
        Where it goes on for more than 200,000 bars, or for 20,000 more than it has notes.
    """
    found = quantize(score)
    keys = ((Fraction(0), WrittenKey(key[0].fifths(key[1]), key[1])),) if key else written_keys(score)
    wanted = range(len(score.parts)) if parts is None else parts
    notes, asides = NotesOfParts(score, found, key, wanted), asides_of(score)
    bars = tuple(_divided(_bars(score, found), asides, score.ticks_per_quarter))
    maker = StaffMaker(score, bars, keys[0][1].fifths if keys and keys[0][0] == 0 else 0, asides)
    made = []
    for player in players_of(score) if not by_part else _each_part(score, wanted):
        first = player.parts[0]
        staves = [StaffOfPart(first, notes[first])] if by_part else staves_of_player(score, player, notes)
        part = replace(score.parts[first], name=player.name)
        made.append(WrittenPart(part, tuple(maker.staves(staves, player))))
    return NotatedScore(
        bars=bars,
        parts=tuple(made),
        keys=keys,
        remarks=tuple(_remarks(score, found, bars)),
        heading=_heading(score),
        asides=tuple([placed.aside.said for placed in asides if placed.aside.host == "head"]),
    )


def _each_part(score: Score, wanted: Sequence[int]) -> list[Player]:
    return [Player(score.parts[index].name, (index,)) for index in wanted]


# Bars


def _bars(score: Score, found: Quantized) -> Iterator[NewBar]:
    """The bars up to the last note, or to the end of the score; a gate that rings into the next one makes none."""
    last = Fraction(int(found.onsets.max(initial=-1)) + 1, found.resolution)
    most = min(MOST_BARS, MOST_EMPTY + len(found.onsets))
    bars: list[Bar] = []
    for bar in found.meters.bars(max(last, _end(score, found) - SLIGHT_END, Fraction(1, found.resolution))):
        bars.append(bar)
        if len(bars) > most:
            raise ScoreError(f"more than {most} bars for {len(found.onsets)} notes: this cannot be written as notation")
    yield from new_bars(bars)


def _end(score: Score, found: Quantized) -> Fraction:
    """Where written music ends: with its file, but of playing whose file ends inside a bar with its last note or word."""
    if score.is_notation or not len(found.onsets):
        return score.quarters
    bar = found.meters.at(score.quarters)
    if min(score.quarters - bar.start, bar.end - score.quarters) * score.ticks_per_quarter <= ROUNDED_TICKS:
        return score.quarters
    notes = Fraction(int((found.onsets + found.durations).max()), found.resolution)
    return max([notes, *(at + 2 * SLIGHT_END for at, _ in (*score.markers, *score.texts))])


def new_bars(bars: Sequence[Bar]) -> Iterator[NewBar]:
    """The bars, a signature where it changes; a pick-up stands in the metre that it leads to.

    Parameters
    ----------
    bars
        In order.
    """
    before = None
    for bar, following in zip(bars, [*bars[1:], *bars[-1:]], strict=True):
        meter = following.meter if bar.number == 0 else bar.meter
        yield NewBar(bar.start, bar.end, bar.number, meter, meter != before)
        before = meter


def _divided(bars: Iterable[NewBar], asides: Sequence[PlacedAside], quarter: int) -> Iterator[NewBar]:
    """The bars, in two where a repeat sign or an ending stands inside one."""
    lines = (
        placed for placed in asides if placed.aside.host in ("left", "right") and DIVIDING.search(placed.aside.said)
    )
    seams = sorted({written_place(placed.tick, quarter) for placed in lines})
    for bar in bars:
        low, high = bisect_right(seams, bar.start), bisect_left(seams, bar.end)
        if low == high:
            yield bar
            continue
        shift = bar.meter.bar - (bar.end - bar.start) if bar.number == 0 else Fraction(0)
        places = [bar.start, *seams[low:high], bar.end]
        for start, end in pairwise(places):
            if start == bar.start:
                yield replace(bar, end=end, inside=shift if end < bar.end else bar.inside)
            else:
                yield replace(bar, start=start, end=end, signed=False, inside=start - bar.start + shift)


# Words


def _heading(score: Score) -> TitleBlock:
    """What the score says of itself: no title is made up, no composer."""
    named = "" if any(part.track == 0 for part in score.parts) or not score.tracks else score.tracks[0].name
    rights = [m.text_of(data) for track in score.tracks for _, data in track.metas(m.COPYRIGHT)]
    made = [text.removeprefix(m.COMPOSER_TEXT) for _, text in score.texts if text.startswith(m.COMPOSER_TEXT)]
    return TitleBlock(named or Path(score.source).stem, next(iter(made), ""), next(iter(rights), ""))


def _remarks(score: Score, found: Quantized, bars: Sequence[NewBar]) -> Iterator[ScoreWord]:
    """Tempos, marks and words in their order; of tempos those are written that a bar begins with."""
    remarks = list(_tempos(score, bars))
    remarks += [ScoreWord(at, "rehearsal", text) for at, text in score.markers]
    rights = {m.text_of(data) for track in score.tracks for _, data in track.metas(m.COPYRIGHT)}
    for at, text in score.texts:
        if text.startswith(m.CHORD_TEXT):
            remarks.append(ScoreWord(at, "chord", text.removeprefix(m.CHORD_TEXT)))
        elif not (text.startswith((m.GROUPING_TEXT, m.COMPOSER_TEXT)) or text in rights or Mark.of(text)):
            remarks.append(ScoreWord(at, "words", text))
    for swing in found.swing:
        remarks.append(ScoreWord(swing.start, "words", f"swing {swing.ratio:.0%}"))
        if swing.end < bars[-1].start:
            remarks.append(ScoreWord(swing.end, "words", "straight"))
    yield from sorted(remarks, key=lambda remark: remark.at)


def _tempos(score: Score, bars: Sequence[NewBar]) -> Iterator[ScoreWord]:
    lines, before, now = {bar.start for bar in bars}, 0.0, 0.0
    stated = any(track.metas(m.TEMPO) for track in score.tracks)
    for at, _ in score.tempos.changes if stated else ():
        speed = score.tempos.per_minute(at)
        shown = at in lines and abs(speed - before) >= SLIGHT_CHANGE
        before = speed if shown else before
        said, now = speed == now, speed
        if at < bars[-1].end and not said:
            yield ScoreWord(at, "tempo" if shown else "pace", speed)

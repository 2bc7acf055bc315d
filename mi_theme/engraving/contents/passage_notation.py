"""A passage of a score as staves: a staff a part, spelled, in voices, without the small gaps of a performance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import takewhile

from mi_theme.notated import notate
from mi_theme.notated.model import NotatedScore
from mi_theme.notated.notating import new_bars
from mi_theme.notated.staves import Staff
from mi_theme.pitch import Tonic
from mi_theme.score import Bar, Score, first_and_last
from mi_theme.score.asides import Aside

__all__ = ["shown_bars", "staves_of_passage"]

FINAL = Aside("right", "<barline><bar-style>light-heavy</bar-style></barline>")
MOST_BARS, MOST_NOTES = 8, 300  # drawn when nobody says which


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
    score: Score,
    bars: Sequence[Bar],
    parts: Sequence[int] | None = None,
    key: tuple[Tonic, str] | None = None,
    written: NotatedScore | None = None,
) -> list[Staff]:
    """The parts that play in these bars: as they are read where all are wanted, else one staff each.

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
    written
        The score as it is written, where many passages are drawn of it: by part, if `parts` are named.
    """
    frames = tuple((bar,) for bar in new_bars(bars))
    written = written or notate(score, key, by_part=parts is not None, parts=parts)
    keys = [one.fifths for at, one in written.keys if at <= bars[0].start]
    fifths = keys[-1] if keys else 0
    later = tuple((at, one.fifths) for at, one in written.keys if bars[0].start < at < bars[-1].end)
    found = []
    of_parts = {staff.part: staff for staff in written.staves}
    for staff in written.staves if parts is None else [of_parts[index] for index in parts]:
        cut = _cut(staff, bars[0].start, bars[-1].end)
        if cut.voices or parts is not None:
            signed = replace(cut, frames=frames, fifths=0 if cut.percussion else fifths)
            found.append(replace(signed, keys=later) if parts is None and not cut.percussion else signed)
    if found and parts is None:
        start, end = bars[0].start, bars[-1].end
        said = [word for word in written.remarks if start <= word.at < end and (word.kind != "words" or word.at > 0)]
        last = [(end, FINAL)] if end >= written.bars[-1].end and not _is_closed(written.staves, end) else []
        found[0] = replace(found[0], words=tuple(said), asides=(*found[0].asides, *last))
    return found or [Staff(frames, (), fifths)]


def _is_closed(staves: Sequence[Staff], end: Fraction) -> bool:
    """Whether staves say what their last bar line is."""
    said = [aside.said for staff in staves for at, aside in staff.asides if (at, aside.host) == (end, "right")]
    return any(sign in text for text in said for sign in ("<bar-style", "<repeat"))


def _cut(staff: Staff, start: Fraction, end: Fraction) -> Staff:
    """The notes that sound between two bar lines, voices that are silent there left out."""
    voices = (tuple(note for note in voice if note.start < end and note.end > start) for voice in staff.voices)
    return replace(staff, voices=tuple(voice for voice in voices if voice))

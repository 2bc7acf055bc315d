"""What a passage of a score gives a theme: its motifs as scale degrees, and the key they stand in."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from mi_theme.errors import ScoreError
from mi_theme.pitch import Degree, Tonic
from mi_theme.score.tonality import key_of
from mi_theme.themes.motifs import Motif, Tone

if TYPE_CHECKING:
    from mi_theme.score import Score

__all__ = ["key_of", "lowest_part", "motif_of"]


def lowest_part(score: Score, bars: tuple[int, int]) -> int:
    """The pitched part whose notes in some bars lie lowest.

    Parameters
    ----------
    score, bars
        The bars, first and last.

    Returns
    -------
    int
        Its number.

    Raises
    ------
    ScoreError
        Where no pitched part plays there.
    """
    start, end = score.bar(bars[0]).start, score.bar(bars[1]).end
    notes = score.note_table()
    inside = notes[(notes["onset"] >= float(start)) & (notes["onset"] < float(end))]
    pitched = [index for index, part in enumerate(score.parts) if not part.is_percussion]
    heights = {i: float(inside["pitch"][inside["part"] == i].mean()) for i in pitched if (inside["part"] == i).any()}
    if not heights:
        raise ScoreError(f"no pitched notes begin in bars {bars[0]} to {bars[1]}")
    return min(heights, key=heights.__getitem__)


def motif_of(
    score: Score, bars: tuple[int, int], part: str | int, name: str, key: tuple[Tonic, str], register: int
) -> tuple[Motif, int]:
    """The lowest line of a part in some bars, as degrees.

    Parameters
    ----------
    score, bars, part
        The passage.
    name
        What the motif is called.
    key
        Tonic and mode that the degrees are told in.
    register
        MIDI number: degree 1 lies at it, or so many octaves from it as the notes ask for.

    Returns
    -------
    motif, base
        The motif, and the MIDI number of degree 1.

    Raises
    ------
    ScoreError
        Where no notes begin there.
    """
    passage = score.passage(bars, part)
    notes = passage.note_table()
    if not len(notes):
        player = score.parts[score.part_index(part)].name
        raise ScoreError(f"no notes of part {player!r} begin in bars {bars[0]} to {bars[1]}")
    spans, ticks = passage.spans, passage.ticks_per_quarter
    pitches = [int(passage.tracks[row["track"]].events["data1"][row["on"]]) for row in spans]
    lowest: dict[int, tuple[int, int]] = {}
    for start, stop, pitch in zip(spans["start"].tolist(), spans["stop"].tolist(), pitches, strict=True):
        lowest[start] = min(lowest.get(start, (pitch, stop)), (pitch, stop))
    tonic, mode = key
    base = register + 12 * round((int(notes["pitch"].min()) - register - 6) / 12)
    starts = sorted(lowest)
    length = sum(
        (bar.length for bar in passage.meters.bars(score.bar(bars[1]).end - score.bar(bars[0]).start)), Fraction(0)
    )
    tones = []
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        pitch, stop = lowest[start]
        end = min(stop, following) if following is not None else stop
        degree = Degree.of_pitch(pitch, tonic, base, mode)
        tones.append(Tone(Fraction(start, ticks), Fraction(max(end - start, 1), ticks), degree))
    return Motif(tones, name, length=length), base

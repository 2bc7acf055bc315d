"""What a passage of a score gives a theme: its motifs as scale degrees, as they are written, and the key they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from mi_theme.errors import ScoreError
from mi_theme.pitch import Degree, Tonic
from mi_theme.score.tonality import key_of
from mi_theme.themes.motifs import Motif, Tone

if TYPE_CHECKING:
    from mi_theme.notated import NotatedScore
    from mi_theme.notated.staves import Staff, StaffNote
    from mi_theme.score import Score

__all__ = ["key_of", "motif_of", "opening_bars", "staff_of_figure"]


def opening_bars(score: Score) -> tuple[int, int]:
    """The first two bars of music: where the first one only leads in, with notes in its second half, the two after it.

    Parameters
    ----------
    score
        On its grid.
    """
    drums = [index for index, part in enumerate(score.parts) if part.is_percussion]
    onsets = [float(row["onset"]) for row in score.note_table() if row["part"] not in drums]
    bars = [bar for bar in score.bars() if bar.number > 0]
    first = next((bar.number for bar in bars if any(bar.start <= at < bar.start + bar.length / 2 for at in onsets)), 1)
    return first, first + any(bar.number == first + 1 for bar in bars)


def staff_of_figure(score: Score, written: NotatedScore, bars: tuple[int, int], part: int | None = None) -> Staff:
    """The staff that has a figure in some bars: the lowest-lying one that moves, with more than a note a bar, else the lowest.

    Parameters
    ----------
    score, written
        The score, and what is written of it.
    bars
        First and last bar.
    part
        The part that it is of; any that is pitched without it.

    Raises
    ------
    ScoreError
        Where no such notes begin there.
    """
    from mi_theme.notated import notate

    if part is not None and all(staff.part != part for staff in written.staves):  # read with others from their staves
        written = notate(score, by_part=True, parts=[part])
    staves = [staff for staff in written.staves if not staff.percussion and part in (None, staff.part)]
    playing = {id(staff): list(_beginning(score, staff, bars)) for staff in staves}
    heard = [staff for staff in staves if playing[id(staff)]]
    if not heard:
        player = "no pitched notes" if part is None else f"no notes of part {score.parts[part].name!r}"
        raise ScoreError(f"{player} begin in bars {bars[0]} to {bars[1]}")
    moving = [staff for staff in heard if len({note.start for note in playing[id(staff)]}) > bars[1] - bars[0] + 1]

    def height(staff: Staff) -> float:
        pitches = [head.midi for note in playing[id(staff)] for head in note.heads]
        return sum(pitches) / len(pitches)

    return min(moving or heard, key=height)


def _beginning(score: Score, staff: Staff, bars: tuple[int, int]) -> Iterator[StaffNote]:
    """The notes of a staff that begin in some bars."""
    start, end = score.bar(bars[0]).start, score.bar(bars[1]).end
    return (note for note in staff.notes if start <= note.start < end)


def motif_of(
    score: Score, bars: tuple[int, int], staff: Staff, name: str, key: tuple[Tonic, str], register: int
) -> tuple[Motif, int]:
    """The lowest line of a staff in some bars, as degrees.

    Parameters
    ----------
    score, bars, staff
        The passage, with notes that begin in it.
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
    """
    start, end = score.bar(bars[0]).start, score.bar(bars[1]).end
    lowest: dict[Fraction, tuple[int, Fraction]] = {}
    pitches = []
    for note in _beginning(score, staff, bars):
        sounds = min(head.midi for head in note.heads), min(note.end, end)
        pitches.append(sounds[0])
        lowest[note.start] = min(lowest.get(note.start, sounds), sounds)
    tonic, mode = key
    base = register + 12 * round((min(pitches) - register - 6) / 12)
    starts = sorted(lowest)
    tones = []
    for at, following in zip(starts, [*starts[1:], end], strict=True):
        pitch, stop = lowest[at]
        tones.append(Tone(at - start, min(stop, following) - at, Degree.of_pitch(pitch, tonic, base, mode)))
    return Motif(tones, name, length=end - start), base

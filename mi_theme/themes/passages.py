"""What a passage of a score gives a theme: its motifs as scale degrees, and the key they stand in."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from mi_theme.errors import ScoreError
from mi_theme.pitch import Degree, Tonic
from mi_theme.themes.motifs import Motif, Tone

if TYPE_CHECKING:
    from mi_theme.score import Score

__all__ = ["key_of", "lowest_part", "motif_of"]

PROFILES = {  # probe-tone ratings, C as the tonic: Krumhansl and Kessler (1982)
    "major": (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    "minor": (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
}
KEY_NAMES = {  # each in the spelling with the fewest signs
    "major": ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"),
    "minor": ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"),
}


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


def key_of(score: Score, tonic: str | Tonic | None, mode: str | None) -> tuple[Tonic, str]:
    """Tonic and mode: as given, else by the key signature, else estimated from the notes.

    Parameters
    ----------
    score
        Whose key it is.
    tonic, mode
        Given, or None.

    Returns
    -------
    tuple of (Tonic, str)
        Such as G and ``minor``.
    """
    if tonic is None and score.key:
        fifths, minor = score.key
        tonic = _tonic_of_signature(fifths, minor)
        mode = mode or ("minor" if minor else "major")
    if tonic is None:
        tonic, estimated = _estimated_key(score)
        mode = mode or estimated
    return Tonic(tonic), mode or "minor"


def _tonic_of_signature(fifths: int, minor: bool) -> Tonic:
    place = fifths + (3 if minor else 0)
    alteration, letter = divmod(place + 1, 7)
    return Tonic("FCGDAEB"[letter] + ("#" * alteration if alteration > 0 else "b" * -alteration))


def _estimated_key(score: Score) -> tuple[Tonic, str]:
    """The key whose profile fits the sounding time of the pitch classes best.

    Krumhansl and Kessler (1982), probe-tone profiles; correlation as in
    Krumhansl (1990), Cognitive Foundations of Musical Pitch, chapter 4.
    """
    import numpy as np

    pitched = [index for index, part in enumerate(score.parts) if not part.is_percussion]
    notes = score.note_table()
    notes = notes[np.isin(notes["part"], pitched)]
    heard = np.bincount(notes["pitch"] % 12, weights=notes["duration"], minlength=12)
    if not heard.any() or np.ptp(heard) == 0:
        return Tonic("C"), "minor"
    fits = {
        (name, mode): float(np.corrcoef(np.roll(PROFILES[mode], Tonic(name).pitch_class), heard)[0, 1])
        for mode, names in KEY_NAMES.items()
        for name in names
    }
    name, mode = max(fits, key=fits.__getitem__)
    return Tonic(name), mode


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
        raise ScoreError(f"no notes of part {part!r} begin in bars {bars[0]} to {bars[1]}")
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

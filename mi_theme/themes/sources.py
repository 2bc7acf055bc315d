"""Where themes come from: the quotation in ``data/``, or a passage of a score."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from mi_theme import catalog
from mi_theme.errors import ScoreError
from mi_theme.meter import Meter
from mi_theme.pitch import Degree, Tonic
from mi_theme.themes.model import LOW, Rights, Theme
from mi_theme.themes.motifs import Motif, Tone

if TYPE_CHECKING:
    from mi_theme.score import Score

__all__ = ["key_of", "lowest_part", "sketch", "theme", "theme_of_passage"]

HEAD_REGISTER = 67  # MIDI number: where degree 1 of a melody is looked for
PROFILES = {
    "major": (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    "minor": (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
}
KEY_NAMES = {
    "major": ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"),
    "minor": ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"),
}


class MotifRow(catalog.Row, frozen=True):
    """One motif of ``theme.toml``."""

    name: str
    text: str
    place: str = "downbeat"
    place_source: str = ""


class ThemeRow(catalog.Row, frozen=True):
    """``theme.toml``."""

    name: str
    composer: str
    year: int
    attribution: str
    notice: str
    provenance: str
    versions: str
    meter: str
    tonic: str
    mode: str
    motif: list[MotifRow]


def theme(tonic: str | Tonic | None = None, mode: str | None = None, head_place: str | None = None) -> Theme:
    """The theme from *Mission: Impossible*, as the short quotation in ``data/theme.toml``.

    Parameters
    ----------
    tonic, mode
        Parameters, not facts; G minor by default.
    head_place
        ``downbeat`` or ``upbeat``.

    Returns
    -------
    Theme
        An ostinato of eight notes and a head of three.

    Raises
    ------
    FileError
        Where the quotation has been removed from this installation.
    TextError, UnknownName
        Where there is no such tonic, mode or place.
    """
    row = catalog.load("theme.toml", ThemeRow)
    places = {motif.name: motif.place for motif in row.motif} | ({"head": head_place} if head_place else {})
    motifs = tuple(Motif(motif.text, motif.name, places[motif.name]) for motif in row.motif)
    rights = Rights(row.attribution, row.notice, row.provenance, row.versions)
    return Theme(row.name, motifs, Meter(row.meter), None, Tonic(tonic or row.tonic), mode or row.mode, rights)


def sketch(theme: Theme, repeats: int, tempo: float) -> Score:
    """The ostinato `repeats` times, and the head above the last of them, as a score."""
    from mi_theme.score import Score

    cell = -(-theme.ostinato.length // theme.meter.bar) * theme.meter.bar
    rows = [(tone, theme.ostinato, i * cell, theme.register, 0) for i in range(repeats) for tone in theme.ostinato]
    head = theme.head
    rows += [(tone, head, max((repeats - 1) * cell - head.upbeat, Fraction(0)), HEAD_REGISTER, 1) for tone in head]
    return Score.from_notes(
        [float(shift + tone.onset) for tone, _, shift, _, _ in rows],
        [float(tone.duration) for tone, *_ in rows],
        [tone.degree.pitch(theme.tonic, register) for tone, _, _, register, _ in rows],
        step=[tone.degree.step(theme.tonic, register) for tone, _, _, register, _ in rows],
        part=[part for *_, part in rows],
        names=["Ostinato", "Lead"],
        meter=theme.meter,
        tempo=tempo,
    )


def theme_of_passage(
    score: Score,
    bars: tuple[int, int],
    part: str | int | None,
    head: tuple[int, int] | None,
    head_part: str | int | None,
    key: tuple[str | Tonic | None, str | None],
    name: str,
) -> Theme:
    """A passage of a score as a theme; see `Theme.from_score`."""
    from mi_theme.score import first_and_last

    bars = first_and_last(bars)
    meter = score.bar(bars[0]).meter
    chosen = lowest_part(score, bars) if part is None else part
    tonic, mode = key_of(score, *key)
    ostinato, base = _motif(score, bars, chosen, "ostinato", (tonic, mode), LOW)
    motifs = [ostinato]
    if head:
        motifs.append(
            _motif(score, head, chosen if head_part is None else head_part, "head", (tonic, mode), HEAD_REGISTER)[0]
        )
    title = name or score.source.rpartition("/")[2] or "a passage"
    rights = Rights(
        provenance=f"bars {bars[0]}-{bars[1]} of {title}, part {score.parts[score.part_index(chosen)].name}"
    )
    return Theme(title, tuple(motifs), meter, None, tonic, mode, rights, base)


def lowest_part(score: Score, bars: tuple[int, int]) -> int:
    """The pitched part whose notes in some bars lie lowest."""
    start, end = score.bar(bars[0]).start, score.bar(bars[1]).end
    notes = score.note_table()
    inside = notes[(notes["onset"] >= float(start)) & (notes["onset"] < float(end))]
    pitched = [index for index, part in enumerate(score.parts) if not part.is_percussion]
    heights = {i: float(inside["pitch"][inside["part"] == i].mean()) for i in pitched if (inside["part"] == i).any()}
    if not heights:
        raise ScoreError(f"no pitched notes begin in bars {bars[0]} to {bars[1]}")
    return min(heights, key=heights.__getitem__)


def key_of(score: Score, tonic: str | Tonic | None, mode: str | None) -> tuple[Tonic, str]:
    """Tonic and mode: as given, else by the key signature, else estimated from the notes."""
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


def _motif(
    score: Score, bars: tuple[int, int], part: str | int, name: str, key: tuple[Tonic, str], register: int
) -> tuple[Motif, int]:
    """The lowest line of a part in some bars, as degrees, and where degree 1 lies."""
    passage = score.passage(bars, part)
    notes = passage.note_table()
    if not len(notes):
        raise ScoreError(f"no notes of part {part!r} begin in bars {bars[0]} to {bars[1]}")
    spans, ticks = passage.spans, passage.ticks_per_quarter
    lowest: dict[int, tuple[int, int]] = {}
    for start, stop, pitch in zip(spans["start"].tolist(), spans["stop"].tolist(), _pitches(passage), strict=True):
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


def _pitches(score: Score) -> list[int]:
    """The pitch of each span, in the order of `Score.spans`."""
    return [int(score.tracks[row["track"]].events["data1"][row["on"]]) for row in score.spans]

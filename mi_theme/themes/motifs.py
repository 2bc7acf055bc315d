"""Motifs: lines of scale degrees with exact rhythm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from mi_theme.adaptation.plans import BarNotes
from mi_theme.errors import ScoreError, TextError, UnknownName
from mi_theme.meter import EIGHTH, Meter
from mi_theme.pitch import Degree, Tonic
from mi_theme.warp import Warp, fraction_of

__all__ = ["Motif", "Tone"]


class Tone(NamedTuple):
    """One note of a motif: onset and duration in quarters, and its degree."""

    onset: Fraction
    duration: Fraction
    degree: Degree


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Motif:
    """A line of notes as scale degrees with exact rhythm.

    Parameters
    ----------
    text
        ``degree:duration`` in eighths, ``r`` for a rest, bars apart by ``|``:
        ``"1:3 1:3 b3:2 4:2"``. Bar lines are for the eye.
    name
        What the motif is called.
    place
        ``downbeat``, or ``upbeat``: everything before its last note comes before
        the bar line.

    Raises
    ------
    TextError
        Where the text is no motif.
    """

    tones: tuple[Tone, ...]
    length: Fraction
    name: str
    place: str

    def __init__(
        self,
        text: str | Iterable[Tone],
        name: str = "motif",
        place: str = "downbeat",
        *,
        length: Fraction | None = None,
    ) -> None:
        tones, end = _read_motif(text) if isinstance(text, str) else _checked(tuple(text))
        if place not in ("downbeat", "upbeat"):
            raise UnknownName.among("place", place, ("downbeat", "upbeat"))
        fields = {"tones": tones, "length": max(length or end, end), "name": name, "place": place}
        for field, value in fields.items():
            object.__setattr__(self, field, value)

    def __str__(self) -> str:
        return self.in_bars(None)

    def in_bars(self, meter: Meter | None) -> str:
        """The text, with bar lines of a metre where notes begin at them.

        Parameters
        ----------
        meter
            A metre; None for no bar lines.
        """
        words, position = [], Fraction(0)
        for tone in self.tones:
            if tone.onset > position:
                words.append(f"r:{(tone.onset - position) / EIGHTH}")
            if meter and tone.onset and tone.onset % meter.bar == 0:
                words.append("|")
            words.append(f"{tone.degree}:{tone.duration / EIGHTH}")
            position = tone.onset + tone.duration
        if self.length > position:
            words.append(f"r:{(self.length - position) / EIGHTH}")
        return " ".join(words)

    def __repr__(self) -> str:
        return f"Motif({str(self)!r}, {self.name!r}, {self.place!r})"

    def __iter__(self) -> Iterator[Tone]:
        return iter(self.tones)

    def __len__(self) -> int:
        return len(self.tones)

    @property
    def onsets(self) -> tuple[Fraction, ...]:
        """Onsets in quarters."""
        return tuple(tone.onset for tone in self.tones)

    @property
    def upbeat(self) -> Fraction:
        """Quarters that sound before the bar line."""
        return self.tones[-1].onset if self.place == "upbeat" else Fraction(0)

    def lines(self, tonic: str | Tonic, meter: Meter) -> tuple[BarNotes, ...]:
        """The notes of each bar, named above a tonic, for a plan to speak of.

        Parameters
        ----------
        tonic
            Such as ``"G"``.
        meter
            The metre of the bars.
        """
        bars: dict[int, list[tuple[Fraction, Fraction, str]]] = {}
        for tone in self.tones:
            index, place = divmod(tone.onset, meter.bar)
            bars.setdefault(int(index), []).append((place, tone.duration, tone.degree.spelled(tonic)))
        count = max(-(-self.length // meter.bar), 1)
        return tuple(BarNotes(tuple(bars.get(index, ()))) for index in range(int(count)))

    def times(self, count: int) -> Motif:
        """The motif so often, one time after another.

        Parameters
        ----------
        count
            At least 1.
        """
        tones = (tone._replace(onset=tone.onset + n * self.length) for n in range(count) for tone in self.tones)
        return Motif(tones, self.name, self.place, length=count * self.length)

    def warped(self, warp: Warp) -> Motif:
        """The motif under a bar map; notes that begin in a dropped span are left out.

        Parameters
        ----------
        warp
            In quarters.
        """
        tones = [
            Tone(warp(t.onset), warp.end(t.onset + t.duration) - warp(t.onset), t.degree)
            for t in self.tones
            if warp.keeps(t.onset)
        ]
        return Motif(tones, self.name, self.place, length=warp.end(self.length))

    def lengthened(self, by: Fraction) -> Motif | None:
        """The motif with its longest note longer (or shorter) and every other value its own.

        None where the longest note has not that much to give.

        Parameters
        ----------
        by
            Quarters.
        """
        held = max(range(len(self.tones)), key=lambda i: self.tones[i].duration)
        others = [t.duration for i, t in enumerate(self.tones) if i != held]
        if self.tones[held].duration + by < max([EIGHTH, *others]):
            return None
        moved = [
            t._replace(onset=t.onset + by * (i > held), duration=t.duration + by * (i == held))
            for i, t in enumerate(self.tones)
        ]
        return Motif(moved, self.name, self.place, length=self.length + by)

    def opening(self, count: int) -> Motif:
        """The first notes, as a head of their own.

        Parameters
        ----------
        count
            How many.
        """
        first = self.tones[:count]
        return Motif((tone._replace(onset=tone.onset - first[0].onset) for tone in first), "head")

    def transposed(self, degrees: int) -> Motif:
        """Every note moved by a number of scale steps, in the alterations of its own degree.

        Parameters
        ----------
        degrees
            Scale steps, negative for down.
        """
        return Motif(
            (t._replace(degree=_moved(t.degree, degrees)) for t in self.tones),
            self.name,
            self.place,
            length=self.length,
        )


def _read_motif(text: str) -> tuple[tuple[Tone, ...], Fraction]:
    tones, position = [], Fraction(0)
    for word in text.replace("|", " ").split():
        degree, _, length = word.partition(":")
        duration = _duration(text, word, length)
        if degree != "r":
            tones.append(Tone(position, duration, Degree(degree)))
        position += duration
    return _checked(tuple(tones))[0], position


def _duration(text: str, word: str, length: str) -> Fraction:
    try:
        duration = fraction_of(length) * EIGHTH
    except (ValueError, ZeroDivisionError):
        duration = Fraction(0)
    if duration <= 0:
        raise TextError.at(text, text.find(word), "a note is written degree:duration in eighths, as in b3:2")
    return duration


def _checked(tones: tuple[Tone, ...]) -> tuple[tuple[Tone, ...], Fraction]:
    """A line has a note, and its notes follow one another."""
    if not tones:
        raise TextError("a motif needs at least one note")
    position = Fraction(0)
    for number, tone in enumerate(tones, 1):
        if tone.onset < position or tone.duration <= 0:
            raise ScoreError(f"note {number} of a motif begins before the one before it ends")
        position = tone.onset + tone.duration
    return tones, position


def _moved(degree: Degree, steps: int) -> Degree:
    octave, number = divmod(degree.number - 1 + steps, 7)
    octave += degree.octave
    return Degree(f"{number + 1}" + ("'" * octave if octave > 0 else "," * -octave))

"""Themes: motifs as scale degrees with exact rhythm, and their versions in other metres.

`theme` gives the theme this library starts from; `Theme.from_score` makes one
of any passage, and everything works with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from mi_theme.adaptation.plans import Line, Plan
from mi_theme.errors import ScoreError, TextError, UnknownName
from mi_theme.meter import EIGHTH, Grouping, Meter
from mi_theme.pitch import MODES, Degree, Tonic
from mi_theme.warp import Warp

if TYPE_CHECKING:
    from mi_theme.score import Score

__all__ = ["Adaptation", "Motif", "Rights", "Theme", "Tone", "theme"]


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
        """The text, with bar lines of a metre where notes begin at them."""
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

    def lines(self, tonic: str | Tonic, meter: Meter) -> tuple[Line, ...]:
        """The notes of each bar, named above a tonic, for a plan to speak of."""
        bars: dict[int, list[tuple[Fraction, Fraction, str]]] = {}
        for tone in self.tones:
            index, place = divmod(tone.onset, meter.bar)
            bars.setdefault(int(index), []).append((place, tone.duration, tone.degree.spelled(tonic)))
        count = max(-(-self.length // meter.bar), 1)
        return tuple(Line(tuple(bars.get(index, ()))) for index in range(int(count)))

    def warped(self, warp: Warp) -> Motif:
        """The motif under a bar map; notes that begin in a dropped span are left out."""
        tones = [
            Tone(warp(t.onset), warp.end(t.onset + t.duration) - warp(t.onset), t.degree)
            for t in self.tones
            if warp.keeps(t.onset)
        ]
        return Motif(tones, self.name, self.place, length=warp.end(self.length))

    def lengthened(self, by: Fraction) -> Motif | None:
        """The motif with its longest note longer (or shorter) and every other value its own.

        None where the longest note has not that much to give.
        """
        held = max(range(len(self.tones)), key=lambda i: self.tones[i].duration)
        if self.tones[held].duration + by < max(EIGHTH, *(t.duration for i, t in enumerate(self.tones) if i != held)):
            return None
        moved = [
            t._replace(onset=t.onset + by * (i > held), duration=t.duration + by * (i == held))
            for i, t in enumerate(self.tones)
        ]
        return Motif(moved, self.name, self.place, length=self.length + by)

    def transposed(self, degrees: int) -> Motif:
        """Every note moved by a number of scale steps, in the alterations of its own degree."""
        return Motif(
            (t._replace(degree=_moved(t.degree, degrees)) for t in self.tones),
            self.name,
            self.place,
            length=self.length,
        )


@dataclass(frozen=True, slots=True)
class Rights:
    """Whose music it is, what may be done with it here, and how we know the notes."""

    attribution: str = ""
    notice: str = ""
    provenance: str = ""


@dataclass(frozen=True, slots=True)
class Theme:
    """Named motifs in a home metre.

    Attributes
    ----------
    name
        What it is called.
    motifs
        At least an ``ostinato``; a ``head`` where there is a melody.
    meter
        The metre it stands in.
    grouping
        How its figure groups the bar's pulses, where that differs from the
        metre: the 4/4 version is a 3+3+1+1 figure in 4/4.
    tonic, mode
        Parameters, not facts.
    rights
        Attribution, notice and provenance.
    """

    name: str
    motifs: tuple[Motif, ...]
    meter: Meter
    grouping: Grouping | None = None
    tonic: Tonic = Tonic("G")
    mode: str = "minor"
    rights: Rights = Rights()

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise UnknownName.among("mode", self.mode, MODES)

    def motif(self, name: str) -> Motif:
        """The motif of that name.

        Raises
        ------
        UnknownName
            Where there is none.
        """
        for motif in self.motifs:
            if motif.name == name:
                return motif
        raise UnknownName.among("motif", name, (motif.name for motif in self.motifs))

    @property
    def ostinato(self) -> Motif:
        """The figure that repeats."""
        return self.motif("ostinato")

    @property
    def head(self) -> Motif:
        """The first notes of the melody."""
        return self.motif("head")

    @property
    def bars(self) -> int:
        """Bars of the ostinato."""
        return int(-(-self.ostinato.length // self.meter.bar))

    @property
    def figure(self) -> tuple[Fraction, ...]:
        """The groups of the bar in quarters: the figure's own, the metre's, or read off the notes."""
        if self.grouping:
            unit = self.meter.bar / self.grouping.total
            return tuple(part * unit for part in self.grouping)
        if self.meter.grouping:
            return tuple(group * self.meter.pulse for group in self.meter.groups)
        return _figure_of(self.ostinato, self.meter)

    @property
    def figure_source(self) -> str:
        """Where `figure` comes from: ``given``, ``metre`` or ``notes``."""
        return "given" if self.grouping else "metre" if self.meter.grouping else "notes"

    def to_meter(
        self,
        meter: str | Meter,
        how: str | None = None,
        *,
        ratio: Fraction | int | float = 1,
        grouping: str | Grouping | None = None,
    ) -> Adaptation:
        """This theme in another metre, with the plan that says what happens to it.

        Parameters
        ----------
        meter
            Target, as text or Meter.
        how
            A strategy by name; None takes an arranger's first choice.
        ratio
            Target bars for one source bar: 1/4, 1/2, 1, 2 or 4.
        grouping
            How the figure groups its bar, where neither it nor the metre says so.

        Raises
        ------
        TextError, UnknownName, StrategyError
            Where the target is no metre, the strategy unknown, or unable to reach it.
        """
        from mi_theme.adaptation import adapt

        figure = replace(self, grouping=Grouping(grouping)).figure if grouping else self.figure
        source = "given" if grouping else self.figure_source
        lines = self.ostinato.lines(self.tonic, self.meter)
        return Adaptation(self, adapt(lines, figure, source, self.meter, Meter(meter), how, Fraction(ratio)))

    @classmethod
    def from_score(
        cls, score: Score, bars: tuple[int, int] = (1, 2), part: str | int | None = None, *,
        head: tuple[int, int] | None = None, head_part: str | int | None = None,
        tonic: str | Tonic | None = None, mode: str | None = None, name: str = "",
    ) -> Theme:  # fmt: skip
        """A passage of a score as a theme.

        Parameters
        ----------
        score
            Where the passage stands.
        bars, part
            First and last bar of the ostinato, and its part: the lowest-lying
            pitched part that plays there, if none is named. Of notes that sound
            together the lowest counts.
        head, head_part
            Bars and part of the melody; without them its first three notes are
            those of the ostinato.
        tonic, mode
            Given, or from the key signature, or estimated from the notes
            (Krumhansl and Kessler, 1982).

        Raises
        ------
        ScoreError, UnknownName
            Where there are no such bars or parts, or no notes in them.
        """
        from mi_theme.quoting import theme_of_passage

        return theme_of_passage(score, bars, part, head, head_part, (tonic, mode), name)

    def __str__(self) -> str:
        figure = "+".join(str(group / EIGHTH) for group in self.figure)
        rows = [
            f"{self.name}",
            f"  metre     {self.meter}, grouped {figure}",
            f"  key       {self.tonic} {self.mode} (a parameter)",
        ]
        rows += [f"  {motif.name:9} {motif.in_bars(self.meter)}" for motif in self.motifs]
        rows += [f"  {self.rights.attribution}"] if self.rights.attribution else []
        return "\n".join(rows)


@dataclass(frozen=True, slots=True)
class Adaptation:
    """A theme with the plan that carries it into another metre."""

    source: Theme
    plan: Plan

    @property
    def theme(self) -> Theme:
        """The theme in the target metre, with the grouping of its figure."""
        warp = self.plan.warp
        motifs = tuple(_adapted(motif, self.plan) for motif in self.source.motifs)
        own = self.plan.grouping if warp.target == self.plan.target.bar else None
        grouping = own if own and own.parts != self.plan.target.groups else None
        return replace(self.source, motifs=motifs, meter=self.plan.target, grouping=grouping)

    @property
    def meter(self) -> Meter:
        """The target metre."""
        return self.plan.target

    @property
    def grouping(self) -> Grouping | None:
        """The figure's groups in target pulses, where they are whole."""
        return self.plan.grouping

    def motif(self, name: str) -> Motif:
        """A motif as adapted."""
        return self.theme.motif(name)

    @property
    def onsets(self) -> tuple[Fraction, ...]:
        """Onsets of the adapted ostinato, in quarters."""
        return self.motif("ostinato").onsets

    def __str__(self) -> str:
        return str(self.plan)

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self.plan))}</pre>"


def theme(tonic: str | Tonic | None = None, mode: str | None = None, head_place: str | None = None) -> Theme:
    """The theme from *Mission: Impossible*, as the short quotation in ``data/theme.toml``.

    Parameters
    ----------
    tonic, mode
        Parameters, not facts; G minor by default.
    head_place
        ``downbeat`` or ``upbeat``.

    Raises
    ------
    FileError
        Where the quotation has been removed from this installation.
    TextError, UnknownName
        Where there is no such tonic, mode or place.
    """
    from mi_theme.quoting import quotation

    return quotation(tonic, mode, head_place)


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
        duration = Fraction(length) * EIGHTH if len(length) <= 9 else Fraction(0)
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


def _figure_of(motif: Motif, meter: Meter) -> tuple[Fraction, ...]:
    """Groups read off the rhythm: the inter-onset intervals of the first bar."""
    onsets = sorted({tone.onset for tone in motif.tones if tone.onset < meter.bar} | {Fraction(0)})
    return tuple(b - a for a, b in zip(onsets, [*onsets[1:], meter.bar], strict=True))


def _adapted(motif: Motif, plan: Plan) -> Motif:
    """A motif under the plan's map.

    The ostinato takes the map and what the plan adds. Another motif takes it
    where that leaves it on the pulses; a pick-up, or a motif that would fall
    between them, keeps its values and its longest note gives the time.
    """
    adapted = motif.warped(plan.warp)
    if motif.name == "ostinato":
        repeated = _with_repeats(adapted, motif, plan) if plan.repeats else adapted.tones
        return Motif(repeated, motif.name, motif.place, length=adapted.length)
    between = any((value / plan.target.pulse).denominator > 1 for tone in adapted for value in tone[:2])
    if between or motif.place == "upbeat":
        bars = motif.length / plan.warp.source
        return motif.lengthened((plan.warp.target - plan.warp.source) * bars) or adapted
    return adapted


def _with_repeats(adapted: Motif, motif: Motif, plan: Plan) -> list[Tone]:
    """The last group again, in each bar, wherever the plan says so."""
    tones = list(adapted.tones)
    for bar in range(int(-(-motif.length // plan.warp.source))):
        for start, stop, shift in plan.repeats:
            low, high = bar * plan.warp.source + start, bar * plan.warp.source + stop
            for tone in motif.tones:
                if low <= tone.onset < high:
                    tones.append(tone._replace(onset=plan.warp(tone.onset) + shift))
    return sorted(tones)


def _moved(degree: Degree, steps: int) -> Degree:
    octave, number = divmod(degree.number - 1 + steps, 7)
    octave += degree.octave
    return Degree(f"{number + 1}" + ("'" * octave if octave > 0 else "," * -octave))

"""Themes: motifs as scale degrees with exact rhythm, and their versions in other metres.

`theme` gives the theme this library starts from; `Theme.from_score` makes one
of any passage, and everything works with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from mi_theme.adaptation import adapt
from mi_theme.adaptation.plans import Plan
from mi_theme.arguments import asked, known_name, whole_number
from mi_theme.errors import UnknownName
from mi_theme.hooks import Shown
from mi_theme.meter import EIGHTH, Grouping, Meter
from mi_theme.pitch import MODES, Tonic
from mi_theme.score.sketches import Sketch
from mi_theme.themes.motifs import Motif, Tone
from mi_theme.themes.passages import key_of, motif_of, opening_bars, staff_of_figure

if TYPE_CHECKING:
    from mi_theme.score import Bars, MusicSource, Score

__all__ = ["Adaptation", "Motif", "Rights", "Theme", "Tone"]


@dataclass(frozen=True, slots=True)
class Rights:
    """Whose music it is, what may be done with it here, how we know the notes, and what our versions are."""

    attribution: str = ""
    notice: str = ""
    provenance: str = ""
    versions: str = ""


DEFAULT_TONIC = Tonic("G")  # a parameter, not a fact
NO_RIGHTS = Rights()
BASS_REGISTER = 33  # MIDI number, A1: where a bass figure lies
MOST_REPEATS = 10_000  # times that a sketch plays its figure: longer than any music
HEAD_REGISTER = 67  # MIDI number, G4: where degree 1 of a melody is looked for


@dataclass(frozen=True, slots=True)
class Theme(Sketch, Shown):
    """Named motifs in a home metre.

    Attributes
    ----------
    name
        What it is called.
    motifs
        At least an ``ostinato``, which is the first if none has that name; a ``head`` where there is a melody.
    meter
        The metre it stands in.
    grouping
        How its figure groups the bar's pulses, where that differs from the
        metre: the 4/4 version is a 3+3+1+1 figure in 4/4.
    tonic, mode
        Parameters, not facts.
    rights
        Attribution, notice and provenance.
    register
        MIDI number at or above which degree 1 of the figure lies when it is written down.
    """

    name: str
    motifs: tuple[Motif, ...]
    meter: Meter
    grouping: Grouping | None = None
    tonic: Tonic = DEFAULT_TONIC
    mode: str = "minor"
    rights: Rights = NO_RIGHTS
    register: int = BASS_REGISTER

    def __post_init__(self) -> None:
        object.__setattr__(self, "meter", Meter(self.meter))
        object.__setattr__(self, "mode", known_name("mode", self.mode, MODES))

    def motif(self, name: str) -> Motif:
        """The motif of that name; without a ``head``, the first three notes of the ostinato are one.

        Parameters
        ----------
        name
            ``ostinato`` or ``head``.

        Raises
        ------
        UnknownName
            Where there is none.
        """
        for motif in self.motifs:
            if motif.name == name:
                return motif
        if name == "ostinato":
            return self.ostinato
        if name == "head":
            return self.ostinato.opening(3)
        raise UnknownName.among("motif", name, (motif.name for motif in self.motifs))

    @property
    def ostinato(self) -> Motif:
        """The figure that repeats: the motif of that name, or the first."""
        return next((motif for motif in self.motifs if motif.name == "ostinato"), self.motifs[0])

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

    @asked(to="meter", target="meter")
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

        Returns
        -------
        Adaptation
            The theme in its new metre, with the plan of how it came there.

        Raises
        ------
        TextError, UnknownName, StrategyError
            Where the target is no metre, the strategy unknown, or unable to reach it.
        """
        figure = replace(self, grouping=Grouping(grouping)).figure if grouping else self.figure
        source = "given" if grouping else self.figure_source
        lines = self.ostinato.lines(self.tonic, self.meter)
        plan = adapt(lines, figure, source, self.meter, Meter(meter), how, ratio)
        return Adaptation(self, replace(plan, remark=self.rights.versions))

    def to_score(self, *, repeats: int = 2, tempo: float = 160.0) -> Score:
        """The ostinato, repeated, and the head above it the last time: a sketch, not an arrangement.

        Parameters
        ----------
        repeats
            How often the ostinato is played.
        tempo
            Quarters a minute.
        """
        from mi_theme.score import Score

        repeats = whole_number("how often the ostinato is played", repeats, 1, MOST_REPEATS)
        cell = self.bars * self.meter.bar
        head_start = max((repeats - 1) * cell - self.head.upbeat, Fraction(0))
        rows = [(tone, i * cell, self.register, 0) for i in range(repeats) for tone in self.ostinato]
        rows += [(tone, head_start, HEAD_REGISTER, 1) for tone in self.head]
        return Score.from_notes(
            [float(start + tone.onset) for tone, start, *_ in rows],
            [float(tone.duration) for tone, *_ in rows],
            [tone.degree.pitch(self.tonic, register) for tone, _, register, _ in rows],
            step=[tone.degree.step(self.tonic, register) for tone, _, register, _ in rows],
            part=[part for *_, part in rows],
            names=["Ostinato", "Lead"],
            meter=self.meter,
            tempo=tempo,
        )

    @classmethod
    def of(cls, value: Theme | Adaptation | MusicSource) -> Theme:
        """The theme that a value says: the rule of every call that takes one.

        Parameters
        ----------
        value
            A Theme, an Adaptation, or music of any kind that `Score.of` takes: of that
            the first two bars, as `from_score` reads them.

        Raises
        ------
        ScoreError, FileError, OSError
            Where it says no music, or a file cannot be read.
        """
        if isinstance(value, Theme):
            return value
        return value.theme if isinstance(value, Adaptation) else cls.from_score(value)

    @classmethod
    @asked()
    def from_score(
        cls,
        score: MusicSource,
        bars: Bars | None = None,
        part: str | int | None = None,
        *,
        head: Bars | None = None,
        head_part: str | int | None = None,
        tonic: str | Tonic | None = None,
        mode: str | None = None,
        name: str = "",
    ) -> Theme:
        """A passage of a score as a theme: what was played as it would be written.

        Parameters
        ----------
        score
            Where the passage stands: music of any kind that `Score.of` takes.
        bars, part
            First and last bar of the ostinato, without them the first two of music (one that only
            leads in is none), and its part: the lowest-lying one, of two hands the lower, that moves
            there, with more than a note a bar. Of notes that sound together the lowest counts.
        head, head_part
            Bars and part of the melody; without them its first three notes are
            those of the ostinato.
        tonic, mode
            Given, or from the key signature, or estimated from the notes
            (Krumhansl and Kessler, 1982).
        name
            What it is called; the name of the score's file without it.

        Returns
        -------
        Theme
            In the metre of those bars.

        Raises
        ------
        ScoreError, UnknownName
            Where there are no such bars or parts, or no notes in them.
        """
        from mi_theme.notated import notate
        from mi_theme.quantising import quantize
        from mi_theme.score import Score, first_and_last

        played = Score.of(score)
        score, written = quantize(played).score(), notate(played)
        first, last = first_and_last(bars) if bars is not None else opening_bars(score)
        chosen = None if part is None else score.part_index(part, pitched=True)
        key, staff = key_of(score, tonic, mode), staff_of_figure(played, written, (first, last), chosen)
        ostinato, register = motif_of(score, (first, last), staff, "ostinato", key, BASS_REGISTER)
        motifs = [ostinato]
        if head:
            place = first_and_last(head)
            chosen = None if head_part is None else score.part_index(head_part, pitched=True)
            singer = staff if chosen is None else staff_of_figure(played, written, place, chosen)
            motifs.append(motif_of(score, place, singer, "head", key, HEAD_REGISTER)[0])
        title, player = name or score.source.rpartition("/")[2] or "a passage", score.parts[staff.part].name
        return cls(
            title,
            tuple(motifs),
            score.bar(first).meter,
            tonic=key[0],
            mode=key[1],
            rights=Rights(provenance=f"bars {first}-{last} of {title}, part {player}"),
            register=register,
        )

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
class Adaptation(Sketch, Shown):
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
    def written_out(self) -> Theme:
        """`theme`, its figure as often as it comes before old and new bar lines meet: no rest is left where it floats over them."""
        figure = self.source.ostinato
        whole = _adapted(figure.times((figure.length / self.plan.warp.source).denominator), self.plan)
        return replace(self.theme, motifs=tuple(whole if m.name == whole.name else m for m in self.theme.motifs))

    @property
    def meter(self) -> Meter:
        """The target metre."""
        return self.plan.target

    @property
    def grouping(self) -> Grouping | None:
        """The figure's groups in target pulses, where they are whole."""
        return self.plan.grouping

    def motif(self, name: str) -> Motif:
        """A motif as adapted.

        Parameters
        ----------
        name
            ``ostinato`` or ``head``.
        """
        return self.theme.motif(name)

    @property
    def onsets(self) -> tuple[Fraction, ...]:
        """Onsets of the adapted ostinato, in quarters."""
        return self.motif("ostinato").onsets

    def to_score(self, *, repeats: int = 2, tempo: float = 160.0) -> Score:
        """The adapted theme, `written_out`, as a sketch; `repeats` and `tempo` are those of `Theme.to_score`."""
        return self.written_out.to_score(repeats=repeats, tempo=tempo)

    def __str__(self) -> str:
        return str(self.plan)


def _figure_of(motif: Motif, meter: Meter) -> tuple[Fraction, ...]:
    """Groups read off the rhythm: from pulse to pulse of the first bar where a note begins; no group begins between."""
    struck = {tone.onset for tone in motif.tones if tone.onset < meter.bar} | {Fraction(0)}
    onsets = sorted(onset for onset in struck if (onset / meter.pulse).denominator == 1)
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
    return _in_line(sorted(tones))


def _in_line(tones: list[Tone]) -> list[Tone]:
    """One note after another: each ends where the next begins, if not before."""
    first = list({tone.onset: tone for tone in reversed(tones)}.values())[::-1]
    ends = [tone.onset for tone in first[1:]] + [first[-1].onset + first[-1].duration]
    pairs = zip(first, ends, strict=True)
    return [tone._replace(duration=min(tone.duration, end - tone.onset)) for tone, end in pairs]

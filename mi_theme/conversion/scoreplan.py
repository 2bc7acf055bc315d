"""Plans for whole scores: a map for every stretch of bars, and what becomes of every note."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple, TypeVar, overload

from mi_theme.adaptation.frames import known_ratio
from mi_theme.adaptation.plans import FIGURE_SOURCES
from mi_theme.adaptation.strategies import find
from mi_theme.adaptation.tempo_equations import KEEPS
from mi_theme.arguments import asked
from mi_theme.codec import plain, plain_of_json, value_of
from mi_theme.conversion.parts.placements import DrumRun, Edits, PartPattern
from mi_theme.conversion.request import Choice, Request
from mi_theme.conversion.spans import Span, placed
from mi_theme.errors import FileError, MiThemeError, ScoreError, UnknownName
from mi_theme.hooks import Shown, answer
from mi_theme.meter import Meter
from mi_theme.score import Bars, Score, first_and_last
from mi_theme.score.music_sources import MusicSource, Stream

__all__ = ["Change", "Choice", "ScorePlan", "Span"]

FORMAT, VERSION = "mi-theme score plan", 2  # of the JSON form
DERIVED = ("format", "version", "cost", "sounds_the_same")  # written for readers of the JSON, and never read back
S = TypeVar("S", bound=Stream)


class Change(NamedTuple):
    """A note that the plan leaves out or adds: where, in quarters into its bar, and why.

    Bars are the source's for notes left out and the target's for notes added.
    """

    kind: str
    part: str
    bar: int
    at: Fraction
    pitch: int
    why: str


@dataclass(frozen=True, kw_only=True, repr=False)
class ScorePlan(Shown):
    """A score's way into another metre, stretch by stretch.

    Attributes
    ----------
    request
        What was asked for.
    source
        The main metre of the score.
    how
        The strategy that serves where no other is chosen.
    lead, lead_part
        Name and index of the part that decided, -1 for none.
    keep, ratio
        What lasts as long as before, and target bars for a source bar: as asked for, or what suits.
    tempo
        What the microseconds of a quarter are multiplied with.
    swing
        Where swung eighths fall in the beat, if they do.
    figure_source
        Where the groups come from: given, metre or notes.
    spans
        Every stretch of the score in order.
    changes
        Every note left out or added.
    runs, patterns
        For each span what becomes of its drums, and of accompanying parts that are not carried by the map.
    notes
        Remarks: what was inferred, what stays as it is, what to look out for.
    because
        Why this strategy, in one sentence; nothing where it was asked for.
    instead
        Other ways to go, in words.
    parts
        Names of the parts, and whether they are percussion.
    score
        The score that was planned; not written, and not compared.
    edits
        What the planner found to do to its notes: `apply` takes it for that score, and works it out anew for another.

    Raises
    ------
    ScoreError, UnknownName, StrategyError
        Where these do not go together.
    """

    request: Request
    source: Meter
    how: str
    lead: str = ""
    lead_part: int = -1
    keep: str = "pulse"
    ratio: Fraction = Fraction(1)
    tempo: Fraction = Fraction(1)
    swing: Fraction | None = None
    figure_source: str = "metre"
    spans: tuple[Span, ...]
    changes: tuple[Change, ...] = ()
    runs: tuple[tuple[DrumRun, ...], ...] = ()
    patterns: tuple[tuple[PartPattern, ...], ...] = ()
    notes: tuple[str, ...] = ()
    because: str = ""
    instead: tuple[str, ...] = ()
    parts: tuple[tuple[str, bool], ...] = ()
    score: Score | None = field(default=None, compare=False, repr=False)
    edits: Edits | None = field(default=None, init=False, compare=False, repr=False)  # a changed plan has none yet

    def __post_init__(self) -> None:
        find(self.how)
        known_ratio(self.ratio)
        if self.keep not in KEEPS:
            raise UnknownName.among("tempo equation", self.keep, KEEPS)
        if self.figure_source not in FIGURE_SOURCES:
            raise UnknownName.among("source of a figure", self.figure_source, FIGURE_SOURCES)
        if self.tempo <= 0:
            raise ScoreError(f"a tempo is multiplied with more than nothing, not {self.tempo}")
        if self.swing is not None and not 0 < self.swing < 1:
            raise ScoreError(f"swung eighths fall inside the beat, not at {self.swing}")
        if not self.spans:
            raise ScoreError("there are no bars in it")
        position = Fraction(0)
        for span in self.spans:  # each begins where the one before it ends
            if span.start != position:
                raise ScoreError(f"bars {span.first} to {span.last} begin at {span.start}, not at {position} quarters")
            position += span.warp.source

    @property
    def target(self) -> Meter:
        """The metre that was asked for."""
        return self.request.target

    @property
    def dropped(self) -> tuple[Change, ...]:
        """Notes that are left out."""
        return tuple(change for change in self.changes if change.kind == "dropped")

    @property
    def added(self) -> tuple[Change, ...]:
        """Notes that are added."""
        return tuple(change for change in self.changes if change.kind == "added")

    @cached_property
    def heard(self) -> dict[int, float]:
        """What each stretch that is converted costs the ear, a bar, by the number of its first bar: see `Span.heard`."""
        return {span.first: span.heard(self.tempo) for span in self.spans if span.how}

    @property
    def cost(self) -> float:
        """What the plan costs the ear, a converted bar: see `~mi_theme.adaptation.hearing.heard_cost`."""
        bars = [(span.last - span.first + 1, self.heard[span.first]) for span in self.spans if span.how]
        return round(sum(n * cost for n, cost in bars) / max(sum(n for n, _ in bars), 1), 6)

    @property
    def sounds_the_same(self) -> bool:
        """Whether only notation or tempo changes: one slope from beginning to end, and the drums with it."""
        slopes = {span.warp.target / span.warp.source for span in self.spans}
        linear = all(span.warp.is_linear for span in self.spans)
        return linear and len(slopes) == 1 and not self.changes

    def starts(self) -> Iterator[tuple[Span, Fraction]]:
        """Every span, and where its target bars begin, in quarters."""
        return placed(self.spans)

    @overload
    def apply(self, score: S) -> S: ...  # type: ignore[overload-overlap]
    @overload
    def apply(self, score: MusicSource | None = None) -> Score: ...
    def apply(self, score: MusicSource | None = None) -> object:
        """Do what the plan says: a music21 Stream gives a Stream, anything else a Score.

        Parameters
        ----------
        score
            The one that was planned, or another of the same bars and parts; the one that was planned, if none is given.

        Raises
        ------
        ScoreError
            Where the plan was made for a score with other bars; where it comes from JSON and no score is given.
        """
        score = self.score if score is None else score
        if score is None:
            raise ScoreError("this plan comes without its score: plan.apply(score)")
        made: object = answer("ScorePlan.apply", self, score)
        return made

    @asked()
    def replace(self, bar: int | None = None, bars: Bars | None = None, *, how: str) -> ScorePlan:
        """The same plan with another strategy for a bar, or for bars from first to last.

        Parameters
        ----------
        bar
            A source bar.
        bars
            First and last source bar, instead of `bar`.
        how
            A strategy by name.

        Raises
        ------
        ScoreError
            Where there are no such bars, or the plan comes from JSON without its score.
        """
        if bar is not None:
            bars = (bar, bar) if bars is None else None
        if bars is None:
            raise ScoreError("say which bar, or which bars=(first, last)")
        plan: ScorePlan = answer("ScorePlan.replace", self, Choice(*first_and_last(bars), how))
        return plan

    def with_score(self, score: Score) -> ScorePlan:
        """The same plan, able to be edited with `replace` again.

        Parameters
        ----------
        score
            The score that was planned.
        """
        return dataclasses.replace(self, score=score)

    def to_json(self) -> str:
        """The plan as JSON; `from_json` reads it back."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=1)

    def as_dict(self) -> dict[str, Any]:
        """Plain values: every field as `codec.plain` writes it, and what a reader would work out."""
        derived = (FORMAT, VERSION, self.cost, self.sounds_the_same)
        return {**dict(zip(DERIVED, derived, strict=True)), **plain(self)}

    @classmethod
    def from_json(cls, text: str, score: Score | None = None) -> ScorePlan:
        """Read back what `to_json` wrote; with its score the plan can be edited again.

        Parameters
        ----------
        text
            JSON.
        score
            The score that was planned.

        Raises
        ------
        FileError
            Where the text is no plan.
        """
        data = plain_of_json(text, "plan for a score")
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise FileError(f"this is no plan for a score: its format is not {FORMAT!r}")
        if data.get("version") != VERSION:
            version = f"of version {data.get('version')!r}, and version {VERSION} is read here"
            raise FileError(f"this is no plan for a score that can be read: it is {version}; make the plan again")
        try:
            plan = value_of(cls, {name: item for name, item in data.items() if name not in DERIVED})
        except MiThemeError as error:
            raise FileError(f"this is no plan for a score: {error}") from None
        return plan if score is None else plan.with_score(score)

    def __str__(self) -> str:
        return str(answer("ScorePlan.words", self))

    def __repr__(self) -> str:
        notes = f"{len(self.dropped)} notes left out, {len(self.added)} added"
        return f"<ScorePlan {self.source} -> {self.target} by {self.how}: {notes}>"

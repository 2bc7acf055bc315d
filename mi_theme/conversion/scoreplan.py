"""Plans for whole scores: a map for every stretch of bars, and what becomes of every note."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from mi_theme.adaptation.frames import Frame, Reason
from mi_theme.adaptation.plans import BarNotes, Repeat
from mi_theme.errors import FileError, MiThemeError, ScoreError
from mi_theme.hooks import Shown, answer
from mi_theme.meter import Meter
from mi_theme.score import Score, first_and_last
from mi_theme.warp import Warp

__all__ = ["Change", "Choice", "Pattern", "Run", "ScorePlan", "Span"]

VERSION = 1  # of the JSON form


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


class Choice(NamedTuple):
    """A strategy that the user wants for some bars, first and last."""

    first: int
    last: int
    how: str


class Run(NamedTuple):
    """What becomes of one drum in one stretch: strokes before and after, and whether they run evenly."""

    key: int
    was: int
    now: int
    even: bool


class Pattern(NamedTuple):
    """What becomes of an accompanying part in one stretch: what it plays, and strokes before and after."""

    part: str
    what: str
    was: int
    now: int


@dataclass(frozen=True, slots=True)
class Span:
    """Some source bars and the map that carries them.

    Attributes
    ----------
    first, last
        Numbers of the source bars.
    start
        Where they begin, in quarters.
    source, target
        Metres before and after.
    how
        The strategy; nothing where the bars stay as they are.
    warp, base
        The map, in quarters from `start`, and as the strategy made it, before
        the notes inside the groups found their places.
    figure
        Group lengths of a source bar in quarters.
    line
        The lead's notes, in quarters from `start`.
    repeats
        Source stretches played again, as in `Plan`.
    why
        Why the bars stay as they are.
    cost
        Of the strategy's map.
    reasons
        Why a strategy that weighs the notes did so, the weightiest first.
    """

    first: int
    last: int
    start: Fraction
    source: Meter
    target: Meter
    how: str
    warp: Warp
    base: Warp
    figure: tuple[Fraction, ...] = ()
    line: BarNotes = BarNotes()  # noqa: RUF009  an empty tuple
    repeats: tuple[Repeat, ...] = ()
    why: str = ""
    cost: float = 0.0
    reasons: tuple[Reason, ...] = ()

    @property
    def frames(self) -> tuple[Frame, Frame]:
        """The whole bars on both sides."""
        bars = (-(-self.warp.source // self.source.bar), -(-self.warp.target // self.target.bar))
        return Frame(self.source, int(bars[0])), Frame(self.target, int(bars[1]))


@dataclass(frozen=True)
class ScorePlan(Shown):
    """A score's way into another metre, stretch by stretch.

    Attributes
    ----------
    source, target
        The main metre of the score and the target.
    how
        The strategy that serves where no other is chosen.
    lead
        Name of the part that decided.
    drums, accompaniment, keep, ratio, feel
        As given to `plan`; ``keep`` and ``ratio`` are resolved.
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
    instead
        Other ways to go, in words.
    parts, lead_part
        Names of the parts, and whether they are percussion; which of them decided, -1 for none.
    choices
        What the user chose for single bars.
    """

    source: Meter
    target: Meter
    how: str
    lead: str
    drums: str
    keep: str
    ratio: Fraction
    tempo: Fraction
    swing: Fraction | None
    figure_source: str
    spans: tuple[Span, ...]
    changes: tuple[Change, ...] = ()
    runs: tuple[tuple[Run, ...], ...] = ()
    notes: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    parts: tuple[tuple[str, bool], ...] = ()
    choices: tuple[Choice, ...] = ()
    lead_part: int = -1
    accompaniment: str = "pattern"
    patterns: tuple[tuple[Pattern, ...], ...] = ()
    feel: str = "auto"
    options: tuple[tuple[str, Any], ...] = field(default=(), compare=False, repr=False)
    score: Score | None = field(default=None, compare=False, repr=False)

    @property
    def dropped(self) -> tuple[Change, ...]:
        """Notes that are left out."""
        return tuple(change for change in self.changes if change.kind == "dropped")

    @property
    def added(self) -> tuple[Change, ...]:
        """Notes that are added."""
        return tuple(change for change in self.changes if change.kind == "added")

    @property
    def cost(self) -> float:
        """The mean cost of a converted bar, in the terms of `adaptation.frames.Costs`."""
        bars = [(span.last - span.first + 1, span.cost) for span in self.spans if span.how]
        return round(sum(n * cost for n, cost in bars) / max(sum(n for n, _ in bars), 1), 6)

    @property
    def sounds_the_same(self) -> bool:
        """Whether only notation or tempo changes: one slope from beginning to end, and the drums with it."""
        slopes = {span.warp.target / span.warp.source for span in self.spans}
        linear = all(span.warp.is_linear for span in self.spans)
        return linear and len(slopes) == 1 and not self.changes

    def starts(self) -> Iterator[tuple[Span, Fraction]]:
        """Every span, and where its target bars begin, in quarters."""
        position = Fraction(0)
        for span in self.spans:
            yield span, position
            position += span.warp.target

    def apply(self, score: Any) -> Any:
        """Do what the plan says: a Score gives a Score, a music21 Stream a Stream.

        Parameters
        ----------
        score
            The one that was planned, or another of the same bars and parts.

        Raises
        ------
        ScoreError
            Where the plan was made for a score with other bars.
        """
        return answer("ScorePlan.apply", self, score)

    def replace(self, bar: int | None = None, bars: tuple[int, int] | None = None, *, how: str) -> ScorePlan:
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
        """Plain values, fractions as text."""
        from mi_theme.conversion.planfiles import plan_dict

        return plan_dict(self)

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
        from mi_theme.conversion.planfiles import plan_of

        try:
            return dataclasses.replace(plan_of(json.loads(text)), score=score)
        except MiThemeError as error:
            raise FileError(f"this is no plan for a score: {error}") from None
        except (ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError, RecursionError) as error:
            raise FileError(f"this is no plan for a score: {type(error).__name__} {error}") from None

    def __str__(self) -> str:
        return str(answer("ScorePlan.words", self))

"""Plans: what will happen to the music, as a value that prints, compares and serialises."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from mi_theme.adaptation.frames import FAMOUS, Frame, Outcome, Reason, starts_of, whole_grouping
from mi_theme.adaptation.strategies import STRATEGIES
from mi_theme.codec import plain, plain_of_json, value_of
from mi_theme.errors import FileError, ScoreError, UnknownName
from mi_theme.hooks import Shown, answer
from mi_theme.meter import Grouping, Meter
from mi_theme.warp import Warp

__all__ = ["FIGURE_SOURCES", "BarNotes", "NoteMapping", "Plan", "groups_under", "shape_under", "variant_words"]

FORMAT, VERSION = "mi-theme plan", 1  # of the JSON of a plan: one more where old text can no longer be read

FIGURE_SOURCES = ("given", "metre", "notes")  # where the groups of a figure come from

Repeat = tuple[Fraction, Fraction, Fraction]


class BarNotes(tuple[tuple[Fraction, Fraction, str], ...]):
    """The notes of one bar: (onset in the bar, duration, name), quarters."""

    __slots__ = ()


class NoteMapping(NamedTuple):
    """What becomes of one note: its place in its bar before and after, in quarters.

    ``now`` and ``lasts`` are None for a note that is left out; ``was`` is None for
    one that the plan adds.
    """

    bar: int
    number: int
    name: str
    was: Fraction | None
    lasted: Fraction
    now: Fraction | None
    lasts: Fraction | None


@dataclass(frozen=True, slots=True)
class Plan(Shown):
    """A figure's way from one metre into another.

    Attributes
    ----------
    source, target
        Metres.
    how
        The strategy.
    warp
        The bar map, in quarters; it repeats for every bar.
    figure, figure_source
        Group lengths of a source bar in quarters; ``given``, ``metre`` or ``notes``.
    lines
        The notes of each source bar.
    cost
        What it costs, in the terms of `adaptation.costs.FigureCosts`.
    repeats
        Source spans (start, stop) played again, so many quarters later.
    instead
        Other ways to go, in words.
    remark
        What else is to be said of the result.
    reasons
        Why a strategy that weighs the notes did so, the weightiest first.
    """

    source: Meter
    target: Meter
    how: str
    warp: Warp
    figure: tuple[Fraction, ...]
    figure_source: str = "metre"
    lines: tuple[BarNotes, ...] = ()
    cost: float = 0.0
    repeats: tuple[Repeat, ...] = ()
    instead: tuple[str, ...] = ()
    remark: str = ""
    reasons: tuple[Reason, ...] = ()

    def __post_init__(self) -> None:
        if self.figure_source not in FIGURE_SOURCES:
            raise UnknownName.among("source of a figure", self.figure_source, FIGURE_SOURCES)
        if not self.figure or min(self.figure) <= 0:
            raise ScoreError("a figure has groups, each longer than nothing")

    @property
    def bars(self) -> tuple[int, int]:
        """Source bars and target bars in one cycle of the map; a bar that is cut short is one."""
        return max(int(self.warp.source / self.source.bar), 1), max(int(self.warp.target / self.target.bar), 1)

    @property
    def groups(self) -> tuple[Fraction, ...]:
        """Lengths of the figure's groups in the target, in quarters, with what is repeated.

        Of one bar where bar lines fall on bar lines, else of a whole cycle of the map.
        """
        (m, n) = self.bars
        by_bar = self.warp.is_identity or n % m == 0
        return groups_under(self.figure * (1 if by_bar else m), self.warp, self.repeats)

    @property
    def grouping(self) -> Grouping | None:
        """`groups` in target pulses, where they are whole."""
        return whole_grouping(self.groups, self.target.pulse)

    @property
    def is_hemiola(self) -> bool:
        """Whether fewer than half of the groups start on beats of the target."""
        starts = starts_of(self.groups)
        beats = Frame(self.target, self.bars[1]).beats
        return 2 * sum(start in beats for start in starts) < len(starts)

    @property
    def sounds_the_same(self) -> bool:
        """Whether only the notation or the tempo changes."""
        return self.warp.is_linear

    @property
    def untouched(self) -> Fraction:
        """Quarters at the beginning of the bar that do not move."""
        return self.warp.points[1][0] if self.warp.points[1][0] == self.warp.points[1][1] else Fraction(0)

    def mappings(self) -> Iterator[NoteMapping]:
        """What becomes of every note, bar by bar; what the plan adds comes after."""
        for index, line in enumerate(self.lines):
            start = index * self.source.bar
            floor = self.bar_start(index)
            for number, (onset, duration, name) in enumerate(line, 1):
                kept = self.warp.keeps(start + onset)
                now = self.warp(start + onset) - floor if kept else None
                lasts = self.warp.end(start + onset + duration) - floor - now if now is not None else None
                yield NoteMapping(
                    bar=index + 1, number=number, name=name, was=onset, lasted=duration, now=now, lasts=lasts
                )
            yield from self._repeated(index, line)

    def bar_start(self, index: int) -> Fraction:
        """Where, in quarters, the target bars of a source bar begin; 0 where bars only meet now and then.

        Parameters
        ----------
        index
            Source bar, from 0.
        """
        return self.warp(index * self.source.bar) if self.bars[0] == 1 else Fraction(0)

    def _repeated(self, index: int, line: BarNotes) -> Iterator[NoteMapping]:
        cycle, floor = index * self.source.bar // self.warp.source, self.bar_start(index)
        for start, stop, shift in self.repeats:
            for number, (onset, duration, name) in enumerate(line, 1):
                place = index * self.source.bar + onset
                if start <= place - cycle * self.warp.source < stop:
                    yield NoteMapping(
                        bar=index + 1,
                        number=number,
                        name=name,
                        was=None,
                        lasted=duration,
                        now=self.warp(place) + shift - floor,
                        lasts=duration,
                    )

    def to_json(self) -> str:
        """The plan as JSON; `from_json` reads it back."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=1)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, fractions as text; the figures under ``derived`` follow from the others and are not read."""
        grouping = str(self.grouping) if self.grouping else None
        derived = {"grouping": grouping, "hemiola": self.is_hemiola}
        return {"format": FORMAT, "version": VERSION, **plain(self), "derived": derived}

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """Read back what `to_json` wrote.

        Parameters
        ----------
        text
            JSON.

        Raises
        ------
        FileError
            Where the text is no plan; the message says at which place.
        """
        data = plain_of_json(text, "plan")
        if not isinstance(data, dict) or (data.pop("format", None), data.pop("version", None)) != (FORMAT, VERSION):
            raise FileError(f"this is no plan: it does not say that it is a {FORMAT} of version {VERSION}")
        data.pop("derived", None)
        return value_of(cls, data)

    def __str__(self) -> str:
        return str(answer("Plan.words", self))


def groups_under(figure: tuple[Fraction, ...], warp: Warp, repeats: tuple[Repeat, ...]) -> tuple[Fraction, ...]:
    """Group lengths under a map: dropped groups are gone, those repeated within the figure added.

    Parameters
    ----------
    figure
        Group lengths in quarters.
    warp, repeats
        The map, and what is played again.

    Returns
    -------
    tuple of Fraction
        Group lengths afterwards, in quarters.
    """
    length = sum(figure)
    images = [warp(start) for start in starts_of(figure) if warp.keeps(start)]
    images = sorted([*images, *(warp(start) + shift for start, _, shift in repeats if start < length)])
    end = warp.target if length == warp.source else warp(length)
    return tuple(b - a for a, b in zip(images, [*images[1:], end], strict=True))


def shape_under(figure: tuple[Fraction, ...], outcome: Outcome, target: Frame) -> tuple[int, ...]:
    """The groups that a proposed map makes, in pulses of the target; none where they are not whole.

    Parameters
    ----------
    figure
        Group lengths in quarters.
    outcome
        The map, and what is played again.
    target
        The bars that it fills.

    Returns
    -------
    tuple of int
        As in a `Grouping`.
    """
    return _shape(figure, outcome.warp, outcome.repeats, target.meter.pulse)


@lru_cache(maxsize=4096)
def _shape(figure: tuple[Fraction, ...], warp: Warp, repeats: tuple[Repeat, ...], pulse: Fraction) -> tuple[int, ...]:
    return tuple(whole_grouping(groups_under(figure, warp, repeats), pulse) or ())


def variant_words(plan: Plan, name: str, outcome: Outcome) -> str:
    """One other way to go, in a few words.

    Parameters
    ----------
    plan
        The plan that is compared with.
    name
        A strategy.
    outcome
        What it proposes.

    Returns
    -------
    str
        Its shape, and what it loses.
    """
    strategy = STRATEGIES.get(name)
    if strategy and strategy.meets_bars:
        return f"{name} (meets every {int(outcome.warp.target / plan.target.bar)} bars)"
    other = replace(plan, how=name, warp=outcome.warp, repeats=outcome.repeats)
    shape = f" {other.grouping}" if other.grouping else ""
    lost = dict.fromkeys(note.name for note in other.mappings() if note.now is None)
    levelled = len(set(other.groups)) == 1 < len(set(plan.figure))
    known = FAMOUS.get(tuple(other.grouping or ()))
    remarks = [f"loses {' / '.join(lost)}"] * bool(lost) + ["long = short"] * levelled + [known] * (known is not None)
    return f"{name}{shape}" + (f" ({'; '.join(filter(None, remarks))})" if remarks else "")

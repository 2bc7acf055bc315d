"""Every strategy side by side, on one score."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple

from mi_theme.adaptation import wording
from mi_theme.adaptation.strategies import STRATEGIES
from mi_theme.arguments import known_name
from mi_theme.conversion.planning.planner import planner_of
from mi_theme.conversion.planning.score_planning import plan_score
from mi_theme.conversion.planning.scorewording import MOST_SHOWN, figure_plan
from mi_theme.conversion.request import Request
from mi_theme.conversion.scoreplan import ScorePlan, Span
from mi_theme.errors import StrategyError
from mi_theme.guesses import Guessed
from mi_theme.listings import LEFT, scrolled, text_table
from mi_theme.meter import Meter
from mi_theme.score import Score

__all__ = ["ComparedStrategy", "Comparison", "compared_rows", "comparison"]

HEADER = ("strategy", "kept", "moved", "dropped", "added", "syncopation", "cost", "bar", "remark")


class ComparedStrategy(NamedTuple):
    """What one strategy does: counts of notes, of which the lead's that stand elsewhere in the bar than before.

    ``cost`` is None where the strategy cannot reach the target; ``remark`` says why.
    """

    strategy: str
    kept: int = 0
    moved: int = 0
    dropped: int = 0
    added: int = 0
    cost: float | None = None
    syncopation: tuple[float, float] | None = None
    same: bool = False
    bar: str = ""
    remark: str = ""


@dataclass(frozen=True, repr=False)
class Comparison(Guessed):
    """A row a strategy."""

    source: Meter
    target: Meter
    rows: tuple[ComparedStrategy, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[ComparedStrategy]:
        return iter(self.rows)

    def __getitem__(self, place: int | str) -> ComparedStrategy:
        """A row by its place, or by the name of its strategy."""
        if isinstance(place, str):
            place = [row.strategy for row in self.rows].index(
                known_name("strategy", place, (r.strategy for r in self.rows))
            )
        return self.rows[place]

    def as_dicts(self) -> list[dict[str, Any]]:
        """Plain values."""
        return [row._asdict() for row in self.rows]

    def cells(self) -> list[list[str]]:
        """The table as text, header first."""
        return [list(HEADER), *(_cells(row) for row in self.rows)]

    def __str__(self) -> str:
        header, *rows = self.cells()
        return f"{self.source} -> {self.target}\n{text_table(header, rows)}"

    def __repr__(self) -> str:
        return f"<Comparison {self.source} -> {self.target}: {len(self.rows)} strategies>"

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col" {LEFT}>{name}</th>' for name in HEADER)
        rows = "".join(f"<tr>{_html_cells(row)}</tr>" for row in self.rows)
        return scrolled(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")


def comparison(score: Score, request: Request) -> Comparison:
    """Plan a score with every strategy.

    Parameters
    ----------
    score
        What is to be converted.
    request
        What is asked for; its strategy does not count.

    Returns
    -------
    Comparison
        A row for each strategy.

    Raises
    ------
    MiThemeError
        Where the request fits no strategy.
    """
    source = planner_of(score, request).main
    return Comparison(source, request.target, tuple(compared_rows(score, request)))


def compared_rows(score: Score, request: Request) -> Iterator[ComparedStrategy]:
    """The rows of a `comparison`, each as soon as it is made, in the order of the table of strategies.

    Parameters
    ----------
    score, request
        As for `comparison`.

    Yields
    ------
    ComparedStrategy
        One for each strategy.
    """
    for name in STRATEGIES:
        try:
            plan = plan_score(score, dataclasses.replace(request, how=name), told=False)
        except StrategyError as error:
            yield ComparedStrategy(name, remark=str(error).partition(" (these can")[0])
        else:
            yield _row(score, plan)


def _html_cells(row: ComparedStrategy) -> str:
    """The row's cells; a refusal is a sentence, and has the room that its numbers would have."""
    if row.cost is None:
        said = row.remark.removeprefix(f"{row.strategy}: ")
        return f'<td {LEFT}>{escape(row.strategy)}</td><td {LEFT} colspan="{len(HEADER) - 1}">{escape(said)}</td>'
    *numbers, bar, remark = map(escape, _cells(row))
    bar = f'<code style="display:inline-block;min-width:10em">{bar}</code>'
    return "".join(f"<td {LEFT}>{cell}</td>" for cell in (*numbers, bar, remark))


def _row(score: Score, plan: ScorePlan) -> ComparedStrategy:
    remarks = ["sounds the same"] * plan.sounds_the_same
    bar, hemiola = _picture(plan)
    remarks += ["hemiola"] * hemiola
    return ComparedStrategy(
        strategy=plan.how,
        kept=len(score.spans) - len(plan.dropped),
        moved=sum(_moved(span) for span in plan.spans),
        dropped=len(plan.dropped),
        added=len(plan.added),
        cost=plan.cost,
        syncopation=_syncopation(plan),
        same=plan.sounds_the_same,
        bar=bar,
        remark="; ".join(remarks),
    )


def _moved(span: Span) -> int:
    """The lead's notes that stand at another place of the bar than before, in quarters."""
    if not span.how:
        return 0
    source, target = span.source.bar, span.target.bar
    return sum(span.warp.keeps(at) and span.warp(at) % target != at % source for at, _, _ in span.line)


def _picture(plan: ScorePlan) -> tuple[str, bool]:
    """The lead in the first bars that are converted and have notes of it."""
    span = next((s for s in plan.spans if s.how and s.line), None)
    if span is None:
        return "", False
    figure = figure_plan(plan, [span])
    figure = dataclasses.replace(figure, lines=figure.lines[:MOST_SHOWN])
    return wording.drawn(figure, before=False), figure.is_hemiola


def _syncopation(plan: ScorePlan) -> tuple[float, float] | None:
    """Of the lead, before and after, a bar (Longuet-Higgins and Lee, 1984)."""
    from mi_theme.rhythm import syncopation

    before: list[float] = []
    after: list[float] = []
    for span, start in plan.starts():
        if span.how:
            before += [float(span.start + at) for at, _, _ in span.line]
            after += [float(start + span.warp(at)) for at, _, _ in span.line if span.warp.keeps(at)]
    try:
        return round(syncopation(before, plan.source), 2), round(syncopation(after, plan.target), 2)
    except ValueError:
        return None


def _cells(row: ComparedStrategy) -> list[str]:
    if row.cost is None:
        return [row.strategy, *["-"] * (len(HEADER) - 2), row.remark]
    beat = f"{row.syncopation[0]:g} -> {row.syncopation[1]:g}" if row.syncopation else "-"
    counts = map(str, (row.kept, row.moved, row.dropped, row.added))
    return [row.strategy, *counts, beat, f"{row.cost:.2f}", row.bar, row.remark]

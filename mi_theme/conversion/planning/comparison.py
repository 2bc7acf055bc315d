"""Every strategy side by side, on one score."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from mi_theme.adaptation import wording
from mi_theme.adaptation.plans import Plan
from mi_theme.adaptation.strategies import STRATEGIES
from mi_theme.conversion.planning.planner import plan_score
from mi_theme.conversion.planning.request import Wish
from mi_theme.conversion.planning.scorewording import straight_lines, straight_warp
from mi_theme.conversion.scoreplan import ScorePlan, Span
from mi_theme.errors import StrategyError
from mi_theme.meter import Meter
from mi_theme.score import Score

__all__ = ["Comparison", "Row", "comparison"]

HEADER = ("strategy", "kept", "moved", "dropped", "added", "syncopation", "cost", "bar", "remark")


class Row(NamedTuple):
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


@dataclass(frozen=True)
class Comparison:
    """A row a strategy."""

    source: Meter
    target: Meter
    rows: tuple[Row, ...]

    def as_dicts(self) -> list[dict[str, Any]]:
        """Plain values."""
        return [row._asdict() for row in self.rows]

    def cells(self) -> list[list[str]]:
        """The table as text, header first."""
        return [list(HEADER), *(_cells(row) for row in self.rows)]

    def __str__(self) -> str:
        cells = self.cells()
        widths = [max(len(row[i]) for row in cells) for i in range(len(HEADER))]
        lines = ("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in cells)
        return "\n".join([f"{self.source} -> {self.target}", *lines])

    def _repr_html_(self) -> str:
        from html import escape

        header, *rows = ([f"<td><code>{escape(cell)}</code></td>" for cell in row] for row in self.cells())
        return "<table>" + "".join(f"<tr>{''.join(row)}</tr>" for row in [header, *rows]) + "</table>"


def comparison(score: Score, wish: Wish) -> Comparison:
    """Plan a score with every strategy.

    Parameters
    ----------
    score
        What is to be converted.
    wish
        What is asked for; its strategy does not count.

    Returns
    -------
    Comparison
        A row for each strategy.

    Raises
    ------
    MiThemeError
        Where the wish fits no strategy.
    """
    source = plan_score(score, dataclasses.replace(wish, how="rebar", ratio=Fraction(1))).source
    return Comparison(source, wish.target, tuple(_rows(score, wish)))


def _rows(score: Score, wish: Wish) -> Iterator[Row]:
    for name in STRATEGIES:
        try:
            plan = plan_score(score, dataclasses.replace(wish, how=name))
        except StrategyError as error:
            yield Row(name, remark=str(error).partition(" (these can")[0])
        else:
            yield _row(score, plan)


def _row(score: Score, plan: ScorePlan) -> Row:
    remarks = ["sounds the same"] * plan.sounds_the_same
    bar, hemiola = _picture(plan)
    remarks += ["hemiola"] * hemiola
    return Row(
        plan.how, len(score.spans) - len(plan.dropped), sum(_moved(span) for span in plan.spans), len(plan.dropped), len(plan.added),
        plan.cost, _syncopation(plan), plan.sounds_the_same, bar, "; ".join(remarks),
    )  # fmt: skip


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
    lines = tuple(straight_lines(span, plan.swing))[:4]
    figure = Plan(
        span.source, span.target, span.how, straight_warp(span, plan.swing), span.figure, plan.figure_source, lines,
        span.cost, span.repeats,
    )  # fmt: skip
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


def _cells(row: Row) -> list[str]:
    if row.cost is None:
        return [row.strategy, *["-"] * (len(HEADER) - 2), row.remark]
    beat = f"{row.syncopation[0]:g} -> {row.syncopation[1]:g}" if row.syncopation else "-"
    return [
        row.strategy, str(row.kept), str(row.moved), str(row.dropped), str(row.added), beat, f"{row.cost:.2f}", row.bar, row.remark,
    ]  # fmt: skip

"""Every strategy side by side on a theme: the shape it makes, what it costs, or why it cannot."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from mi_theme.adaptation.plans import Plan
from mi_theme.adaptation.strategies import STRATEGIES
from mi_theme.errors import StrategyError
from mi_theme.meter import Grouping, Meter
from mi_theme.themes import Theme

__all__ = ["Way", "ways"]


class Way(NamedTuple):
    """What one strategy makes of a theme; without a shape and a cost where it cannot reach the metre."""

    strategy: str
    shape: str | None
    cost: float | None
    remark: str


def ways(
    theme: Theme, meter: str | Meter, *, ratio: Fraction | int | float = 1, grouping: str | Grouping | None = None
) -> list[Way]:
    """A row for each strategy.

    Parameters
    ----------
    theme
        What is carried over.
    meter
        Target, as text or Meter.
    ratio, grouping
        As in `Theme.to_meter`.

    Returns
    -------
    list of Way
        In the order of `STRATEGIES`.
    """
    return [_way(name, theme, Meter(meter), ratio, grouping) for name in STRATEGIES]


def _way(name: str, theme: Theme, meter: Meter, ratio: Fraction | int | float, grouping: str | Grouping | None) -> Way:
    try:
        plan = theme.to_meter(meter, name, ratio=ratio, grouping=grouping).plan
    except StrategyError as error:
        return Way(name, None, None, str(error).partition(" (these can")[0])
    return Way(name, str(plan.grouping or "-"), plan.cost, _remark(plan))


def _remark(plan: Plan) -> str:
    lost = sum(fate.now is None for fate in plan.mappings())
    remarks = {"sounds the same": plan.sounds_the_same, "hemiola": plan.is_hemiola, f"{lost} notes lost": lost}
    return "; ".join(words for words, so in remarks.items() if so)

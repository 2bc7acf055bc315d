"""What a bar map is called that more than one strategy makes."""

from __future__ import annotations

from contextlib import suppress

from mi_theme.adaptation.frames import Task
from mi_theme.adaptation.strategies import STRATEGIES, proposed
from mi_theme.errors import StrategyError
from mi_theme.warp import Warp

__all__ = ["plainest"]


def plainest(name: str, warp: Warp, task: Task) -> str:
    """The name of a map that the strategy `name` makes, or the plainer name of another that makes the same.

    A rule that has one answer says more than a search that comes to it:
    3/4 in 4/4 as 2+1+1 is ``hold-first``, though `regroup` finds it too. Of the
    strategies that arrangers use, whose first thought is this map, the one that
    proposes fewest names it, of equals the first in the table. Where all is
    stretched alike there is nothing to name it by, and the name stays.

    Parameters
    ----------
    name, warp
        A strategy and its map.
    task
        What it was made for.

    Returns
    -------
    str
        The name of a strategy.
    """
    if warp.is_linear:
        return name
    makers: dict[str, int] = {}
    for other, strategy in STRATEGIES.items():
        if strategy.offered and not strategy.heavy:
            with suppress(StrategyError):
                outcomes = proposed(other, task)
                if outcomes[0].warp == warp:
                    makers[other] = len(outcomes)
    return min(makers, key=lambda maker: makers[maker], default=name)

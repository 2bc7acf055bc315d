"""A rhythm as a necklace: its pulses on a circle, its groups as the sides of a polygon."""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING, Any

from mi_theme.meter import Grouping
from mi_theme.views.paper import INK, MIDDLE, PALE, blank, in_our_style
from mi_theme.views.words import necklace_words

if TYPE_CHECKING:
    from mi_theme.views.pictures import Picture

__all__ = ["necklace"]

SIDE, MARGIN = 2.6, 1.45  # inches of one circle; edge of the picture in radii
OUTSIDE = 1.2  # where pulses are numbered, in radii
MOST_NAMED = 10  # groups that fit above a circle
MOST_NUMBERED = 32  # pulses; of more, only the struck ones are numbered


@in_our_style
def necklace(*rhythms: str | Grouping) -> Picture:
    """Rhythms as circles, side by side: black beads begin groups, the first is ringed.

    Time goes clockwise from the top (Toussaint, 2013, The Geometry of Musical Rhythm).

    Parameters
    ----------
    *rhythms
        Groupings or their text, such as ``"3+3+2+2"``.

    Returns
    -------
    Picture
        With its description in words.

    Raises
    ------
    TextError, MissingExtra
        Where a rhythm is no grouping; where matplotlib is not installed.
    """
    groupings = [Grouping(rhythm) for rhythm in rhythms]
    picture = blank(SIDE * max(len(groupings), 1), SIDE + 0.3, necklace_words(*groupings))
    for index, grouping in enumerate(groupings):
        axes = picture.sheet(index / len(groupings), 0, 1 / len(groupings), 1)
        axes.set(xlim=(-MARGIN, MARGIN), ylim=(-MARGIN, MARGIN + 0.3), aspect="equal")
        _draw(axes, grouping)
    return picture


def _draw(axes: Any, grouping: Grouping) -> None:
    total, starts = grouping.total, grouping.starts
    circle = [_place(step / 120) for step in range(121)]
    axes.plot(*zip(*circle, strict=True), color=MIDDLE, lw=0.8, zorder=1)
    corners = [_place(start / total) for start in starts]
    axes.fill(
        *zip(*corners, strict=True), facecolor=PALE, edgecolor=INK, lw=1.4, joinstyle="round", zorder=2, gid="polygon"
    )
    axes.plot(*corners[0], "o", ms=15, mfc="white", mec=INK, mew=1, zorder=3, gid="first")
    for pulse in range(total):
        _bead(axes, pulse, total, struck=pulse in starts)
    for start, size in zip(starts, grouping, strict=True):
        axes.text(
            *_place((start + size / 2) / total, _side(size / total)),
            str(size),
            ha="center",
            va="center",
            weight="bold",
            zorder=5,
        )
    title = str(grouping) if len(grouping) <= MOST_NAMED else f"{total} pulses in {len(grouping)} groups"
    axes.text(0, MARGIN + 0.12, title, ha="center", va="center", fontsize=12)


def _bead(axes: Any, pulse: int, total: int, struck: bool) -> None:
    size = (9 if struck else 6) * min(1, 24 / total)
    axes.plot(
        *_place(pulse / total), "o", ms=size, mfc=INK if struck else "white", mec=INK, mew=1, zorder=4, gid="bead"
    )
    if struck or total <= MOST_NUMBERED:
        axes.text(
            *_place(pulse / total, OUTSIDE), str(pulse + 1), ha="center", va="center", color=INK if struck else MIDDLE
        )


def _side(share: float) -> float:
    """How far from the centre the size of a group stands: just inside its side of the polygon."""
    return max(cos(pi * share) - 0.17, 0.2) if share < 0.5 else -0.2


def _place(turn: float, radius: float = 1.0) -> tuple[float, float]:
    """A point on the circle, a share of a turn clockwise from the top."""
    return radius * sin(2 * pi * turn), radius * cos(2 * pi * turn)

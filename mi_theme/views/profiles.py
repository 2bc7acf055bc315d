"""Pictures of a bar alone: how much each pulse weighs, and its groups as a necklace."""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING, Any

from mi_theme.meter import Grouping, Meter
from mi_theme.views.bars import level_rows
from mi_theme.views.paper import FAINT, INK, MIDDLE, PALE, blank, brackets, count_row, in_our_style, spans_of
from mi_theme.views.words import necklace_words, weight_profile_words

if TYPE_CHECKING:
    from mi_theme.views.pictures import Picture

__all__ = ["necklace", "weight_profile"]

PULSE, LABELS = 0.42, 1.0  # inches
ROW = 0.26  # inches of one metrical level
SIDE, MARGIN = 2.6, 1.45  # inches of one circle; edge of the picture in radii
OUTSIDE = 1.2  # where pulses are numbered, in radii
MOST_NAMED = 10  # groups that fit above a circle
MOST_NUMBERED = 32  # pulses; of more, only the struck ones are numbered


@in_our_style
def weight_profile(meter: str | Meter) -> Picture:
    """The metrical levels of a bar as rows of dots, and above them the weight of each pulse.

    Bars are Barlow's indispensability (1987), black where a group begins; dots
    are the levels of the metrical grid (Lerdahl and Jackendoff, 1983).

    Parameters
    ----------
    meter
        A metre, or its text.

    Returns
    -------
    Picture
        With its description in words.

    Raises
    ------
    TextError, MissingExtra
        Where `meter` is no metre; where matplotlib is not installed.
    """
    meter = Meter(meter)
    rows = level_rows(meter)
    width, below = LABELS + 0.2 + PULSE * max(meter.pulses, 6), ROW * len(rows) + 0.85
    height = below + 2.3
    picture = blank(width, height, weight_profile_words(meter))
    span = (LABELS / width, (width - LABELS - 0.2) / width)
    upper = picture.sheet(span[0], below / height, span[1], 2.1 / height)
    lower = picture.sheet(span[0], 0, span[1], below / height)
    for axes in (upper, lower):
        axes.set_xlim(-0.5, max(meter.pulses, 6) - 0.5)
    _bars(upper, meter)
    _grid(lower, meter, below)
    return picture


def _bars(axes: Any, meter: Meter) -> None:
    top = max(meter.pulses - 1, 1)
    axes.set_ylim(-0.02 * top, 1.45 * top)
    for pulse, rank in enumerate(meter.ranks):
        begins = pulse in meter.beats
        axes.bar(
            pulse,
            max(rank, 0.03 * top),
            width=0.62,
            color=INK if begins else FAINT,
            edgecolor=INK,
            lw=0.8,
            gid="weight",
        )
        axes.text(pulse, rank + 0.04 * top, str(rank), ha="center", va="bottom", weight="bold" if begins else "normal")
    axes.text(-0.75, 0.5 * top, "weight", ha="right", va="center")
    axes.text(-0.5, 1.42 * top, str(meter), ha="left", va="top", fontsize=12)


def _grid(axes: Any, meter: Meter, height: float) -> None:
    axes.set_ylim(-height, 0)
    count_row(axes, meter, -0.5, 1, -0.15)
    axes.text(-0.75, -0.15, "count", ha="right", va="center")
    level = -0.42
    for name, struck in level_rows(meter):
        hits = [pulse for pulse, hit in enumerate(struck) if hit]
        axes.plot(hits, [level] * len(hits), "o", ms=4, color=INK, gid="level")
        axes.text(-0.75, level, name, ha="right", va="center")
        level -= ROW
    groups = zip(spans_of(meter.groups, -0.5), meter.groups, strict=True)
    brackets(axes, ((a, b, str(size)) for (a, b), size in groups), level + 0.08, -0.1)


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
        _circle(axes, grouping)
    return picture


def _circle(axes: Any, grouping: Grouping) -> None:
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

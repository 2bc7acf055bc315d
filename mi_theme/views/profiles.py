"""How much each pulse of a bar weighs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mi_theme.meter import Meter
from mi_theme.views.bars import level_rows
from mi_theme.views.paper import FAINT, INK, blank, brackets, count_row, in_our_style, spans_of
from mi_theme.views.words import weight_profile_words

if TYPE_CHECKING:
    from mi_theme.views.pictures import Picture

__all__ = ["weight_profile"]

PULSE, LABELS = 0.42, 1.0  # inches
ROW = 0.26  # inches of one metrical level


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

"""A conversion as a map of the bar: the source above, the target below, lines between the notes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mi_theme.adaptation.plans import NoteMapping, Plan, groups_under
from mi_theme.errors import ScoreError
from mi_theme.meter import Meter
from mi_theme.themes import Adaptation
from mi_theme.views.paper import FAINT, INK, MIDDLE, PALE, blank, brackets, count_row, in_our_style, signed, spans_of
from mi_theme.views.words import bar_map_words

if TYPE_CHECKING:
    from mi_theme.views.pictures import Picture

__all__ = ["bar_map"]

PULSE, LABELS, EDGE, HEIGHT = 0.42, 1.05, 0.25, 3.3  # inches
WIDEST_MAP = 11.0  # inches: what fits across a landscape page
UPPER, LOWER = 1.0, -1.0  # where the two bars lie; outward are counts and groups
THICK = 0.34  # of a note
FOOT = UPPER - THICK / 2  # where the lines between notes begin
COUNT, BRACKET, REACH = 0.34, 0.53, 0.1  # outward from the middle of a bar
LOOKS: dict[str, dict[str, Any]] = {
    "kept": {"facecolor": INK, "edgecolor": INK},
    "dropped": {"facecolor": "white", "edgecolor": INK, "linestyle": (0, (3, 2))},
    "added": {"facecolor": "white", "edgecolor": INK, "hatch": "/////"},
}


@in_our_style
def bar_map(adaptation: Adaptation | Plan, bar: int = 1) -> Picture:
    """The bar map of an adaptation or its plan: one cycle of it, with the notes of source bar `bar` and after.

    A black note is kept, and a line leads to its new place; an empty one with a
    dashed edge and a cross is left out; a hatched one is added. Grey bands join
    each group to what becomes of it. Time runs at one scale above and below.

    Parameters
    ----------
    adaptation
        What `Theme.to_meter` returns, or the plan in it.
    bar
        The first source bar drawn, counted from 1.

    Returns
    -------
    Picture
        With its description in words.

    Raises
    ------
    ScoreError, MissingExtra
        Where the source has no such bar; where matplotlib is not installed.
    """
    plan = _one_cycle(adaptation.plan if isinstance(adaptation, Adaptation) else adaptation, bar)
    quarters = float(max(plan.warp.source, plan.warp.target))
    width = min(PULSE * quarters / float(min(plan.source.pulse, plan.target.pulse)), WIDEST_MAP)
    whole = LABELS + width + EDGE
    picture = blank(whole, HEIGHT, bar_map_words(plan))
    axes = picture.sheet(LABELS / whole, 0, width / whole, 1)
    axes.set(xlim=(0, quarters), ylim=(-2, 2))
    _bands(axes, plan)
    _staff(axes, plan.source, plan.bars[0], UPPER)
    _staff(axes, plan.target, plan.bars[1], LOWER)
    _groups(axes, plan)
    for fate in plan.mappings():
        _note(axes, plan, fate)
    axes.text(-0.05 * quarters / width, 0, plan.how, ha="right", va="center", style="italic", color=MIDDLE)
    return picture


def _one_cycle(plan: Plan, bar: int) -> Plan:
    """The plan with the notes of as many bars as its map takes."""
    if not 1 <= bar <= len(plan.lines):
        raise ScoreError(f"there is no bar {bar} to draw: this theme has bars 1 to {len(plan.lines)}")
    lines = tuple(plan.lines[(bar - 1 + index) % len(plan.lines)] for index in range(plan.bars[0]))
    return replace(plan, lines=lines)


def _bands(axes: Any, plan: Plan) -> None:
    """From each source group to its image; a group that is left out ends in a point."""
    for index, (start, end) in enumerate(spans_of(plan.figure * plan.bars[0])):
        low, high = plan.warp(Fraction(start)), plan.warp.end(Fraction(end))
        edges = [start, end, float(max(low, high)), float(low)]
        axes.fill(edges, [FOOT, FOOT, -FOOT, -FOOT], color="white" if index % 2 else PALE, lw=0, zorder=0, gid="band")


def _staff(axes: Any, meter: Meter, bars: int, level: float) -> None:
    """Pulses, bar lines, counts and the signature of one side."""
    pulse, length, outward = float(meter.pulse), float(meter.bar), 1 if level > 0 else -1
    for bar in range(bars):
        ticks = [bar * length + index * pulse for index in range(meter.pulses)]
        axes.vlines(ticks, level - 0.1, level + 0.1, color=FAINT, lw=0.8, zorder=1)
        count_row(axes, meter, bar * length, pulse, level + outward * COUNT)
    lines = [bar * length for bar in range(bars + 1)]
    axes.hlines(level, 0, lines[-1], color=FAINT, lw=0.8, zorder=1)
    axes.vlines(lines, level - 0.26, level + 0.26, color=INK, lw=1.6, zorder=2, clip_on=False, gid="bar lines")
    axes.annotate(meter.signature, (0, level), (-10, 0), textcoords="offset points", ha="right", va="center", size=14)


def _groups(axes: Any, plan: Plan) -> None:
    """Brackets over the source's groups and under what they have become."""
    before = plan.figure * plan.bars[0]
    after = groups_under(before, plan.warp, plan.repeats)
    for level, lengths, meter, start in ((UPPER, before, plan.source, 0), (LOWER, after, plan.target, plan.warp(0))):
        outward = 1 if level > 0 else -1
        sized = zip(spans_of(lengths, start), lengths, strict=True)
        spans = [(left, right, str(length / meter.pulse)) for (left, right), length in sized]
        brackets(axes, spans, level + outward * BRACKET, outward * REACH)


def _note(axes: Any, plan: Plan, fate: NoteMapping) -> None:
    """A note above, below, or both, and the way from one to the other."""
    kind = "added" if fate.was is None else "dropped" if fate.now is None else "kept"
    above = (fate.bar - 1) * plan.source.bar + (fate.was or 0)
    below = plan.bar_start(fate.bar - 1) + (fate.now or 0)
    if kind != "added":
        _box(axes, fate.name, above, fate.lasted, UPPER, kind, plan.source)
    if fate.lasts is not None:
        _box(axes, fate.name, below, fate.lasts, LOWER, kind, plan.target)
    if kind == "kept":
        axes.plot([float(above), float(below)], [FOOT, -FOOT], color=INK, lw=1, zorder=2, gid="line")
    if kind == "dropped":
        axes.plot([float(above)] * 2, [FOOT, 0.5], color=INK, lw=1, ls=(0, (3, 2)), zorder=2)
        axes.plot(float(above), 0.5, "x", ms=7, mew=1.6, color=INK, zorder=3, gid="cross")


def _box(axes: Any, name: str, onset: Fraction, duration: Fraction, level: float, kind: str, meter: Meter) -> None:
    """A note as a box with its name; a bar line shows through."""
    gap = min(0.06, float(duration) / 8)
    axes.barh(level, float(duration) - gap, THICK, float(onset), lw=1, zorder=3, gid=kind, **LOOKS[kind])
    start, end = onset, onset + duration
    crossed = (onset // meter.bar + 1) * meter.bar
    if crossed < end:
        dashes = {"lw": 1.4, "ls": (0, (2, 1)), "color": "white" if kind == "kept" else INK}
        axes.vlines(float(crossed), level - THICK / 2, level + THICK / 2, zorder=4, **dashes)
        start, end = max((start, crossed), (crossed, end), key=lambda side: side[1] - side[0])
    looks: dict[str, Any] = {"ha": "center", "va": "center", "color": "white" if kind == "kept" else INK, "zorder": 5}
    if kind == "added":
        looks["bbox"] = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    axes.text(float(start + end) / 2 - gap / 2, level, signed(name), **looks)

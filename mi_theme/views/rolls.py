"""A score as a piano roll, with its bars and groups."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.engraving.drawings import readable
from mi_theme.notated.notating import new_bars
from mi_theme.score import Bar, Score, first_and_last
from mi_theme.score.percussion_keys import drum_key
from mi_theme.views.paper import FAINT, INK, MIDDLE, blank, in_our_style
from mi_theme.views.words import piano_roll_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mi_theme.views.pictures import Picture

__all__ = ["piano_roll"]

QUARTER, ROW, DRUM_ROW, LABELS, EDGE, GULF, HEAD = 0.28, 0.085, 0.2, 1.2, 0.15, 0.12, 0.4  # inches
KEY, KEY_ROW, NAME = 2.2, 0.21, 20  # of one part in the legend: inches, and letters of its name
CLEAR, NUMBERED, LETTER = 0.09, 0.1, 0.09  # inches between lines, between numbers; of a letter
GAP = 0.06  # quarters between a note and the next: two attacks never look like one
NARROWEST_ROLL, WIDEST_ROLL, LOWEST_ROLL = 4.5, 16.0, 1.0  # inches of the notes alone
MOST_BARS = 8  # drawn when nobody says which
LOOKS: tuple[dict[str, Any], ...] = (  # part after part, apart in black and white
    {"facecolor": INK},
    {"facecolor": "white"},
    {"facecolor": "0.6"},
    {"facecolor": "white", "hatch": "//////"},
    {"facecolor": "0.85"},
    {"facecolor": "white", "hatch": "......"},
)


@in_our_style
def piano_roll(score: Score, bars: tuple[int, int] | None = None) -> Picture:
    """The notes of a score over time, with bar lines, and thin lines where groups begin.

    Parts differ in fill; drums stand below, a row for each.

    Parameters
    ----------
    score
        What to draw.
    bars
        First and last bar, inclusive; the first eight without.

    Returns
    -------
    Picture
        With its description in words.

    Raises
    ------
    ScoreError, MissingExtra
        Where there are no such bars; where matplotlib is not installed.
    """
    if bars:
        first, last = first_and_last(bars)
        shown = [score.bar(number) for number in range(first, last + 1)]
    else:
        shown = list(islice(score.bars(), MOST_BARS))
    span = (float(shown[0].start), float(shown[-1].end)) if shown else (0.0, 4.0)
    notes = score.note_table()
    notes = notes[(notes["onset"] < span[1]) & (notes["onset"] + notes["duration"] > span[0])]
    kit = [index for index, part in enumerate(score.parts) if part.is_percussion]
    is_drum = np.isin(notes["part"], kit)
    keys = sorted(set(notes["pitch"][is_drum].tolist()))
    names = {part: readable(score.parts[part].name[:NAME]) for part in sorted(set(notes["part"][~is_drum].tolist()))}
    picture, upper, lower = _sheets(piano_roll_words(score, shown), notes["pitch"][~is_drum], keys, len(names), span)
    bar_width = _inches(upper) / max(len(shown), 1)
    for axes in (upper, lower):
        _bar_lines(axes, shown, bar_width)
    _bar_names(upper, shown, bar_width)
    _pitched(upper, notes[~is_drum], names)
    _drums(lower, notes[is_drum], keys)
    return picture


def _sheets(
    words: str, pitches: NDArray[np.int32], keys: list[int], parts: int, span: tuple[float, float]
) -> tuple[Picture, Axes, Axes]:
    """The picture with a sheet for pitches and, below, one for drums."""
    low, high = (int(pitches.min()) - 2, int(pitches.max()) + 2) if len(pitches) else (58, 62)
    width = min(max(QUARTER * (span[1] - span[0]), NARROWEST_ROLL), WIDEST_ROLL)
    below, above = DRUM_ROW * len(keys), max(ROW * (high - low), LOWEST_ROLL)
    head = HEAD + KEY_ROW * -(-parts // _columns(width))
    whole, height = LABELS + width + EDGE, EDGE + below + GULF + above + head
    picture = blank(whole, height, words)
    upper = picture.sheet(LABELS / whole, (EDGE + below + GULF) / height, width / whole, above / height)
    lower = picture.sheet(LABELS / whole, EDGE / height, width / whole, below / height)
    upper.set(xlim=span, ylim=(low, high))
    lower.set(xlim=span, ylim=(-0.5, max(len(keys), 1) - 0.5))
    return picture, upper, lower


def _columns(width: float) -> int:
    """How many parts stand side by side in the legend."""
    return max(int(width / KEY), 1)


def _inches(axes: Axes) -> float:
    """The width of a sheet."""
    return float(axes.bbox.width / axes.figure.dpi)


def _bar_lines(axes: Axes, bars: Sequence[Bar], bar_width: float) -> None:
    """Full lines at bars, thin broken ones where other groups begin; none that would run together."""
    across = axes.get_xaxis_transform()
    starts = [float(bar.start) for bar in bars] + [float(bar.end) for bar in bars[-1:]]
    beats = [float(beat) for bar in bars for beat in bar.beats[1:]]
    if bar_width > CLEAR:
        axes.vlines(starts, 0, 1, transform=across, color=INK, lw=1.1, zorder=2, clip_on=False, gid="bar lines")
    if bar_width * len(bars) > CLEAR * len(beats):
        axes.vlines(beats, 0, 1, transform=across, color=MIDDLE, lw=0.7, ls=(0, (2, 3)), zorder=1, gid="group lines")


def _bar_names(axes: Axes, bars: Sequence[Bar], bar_width: float) -> None:
    """Bar numbers above, as many as there is room for, and the metre wherever it changes; a pick-up is in that it leads to."""
    free, across = 0.0, axes.get_xaxis_transform()
    for index, bar in enumerate(new_bars(bars)):
        if bar.signed or index * bar_width >= free:
            words = f"{bar.number}    {bar.meter}" if bar.signed else str(bar.number)
            axes.annotate(words, (float(bar.start), 1), (1, 3), xycoords=across, textcoords="offset points")
            free = index * bar_width + NUMBERED + LETTER * len(words)


def _pitched(axes: Axes, notes: NDArray[np.void], names: dict[int, str]) -> None:
    """Notes as boxes, a look for each part, and the names of the Cs beside them."""
    (left, _), (low, high) = axes.get_xlim(), axes.get_ylim()
    beside: dict[str, Any] = {"textcoords": "offset points", "ha": "right", "va": "center"}
    for key in range(int(-(-low // 12)) * 12, int(high) + 1, 12):
        axes.axhline(key, color=FAINT, lw=0.7, zorder=0)
        axes.annotate(f"C{key // 12 - 1}", (left, key), (-5, 0), **beside)
    for place, (part, name) in enumerate(names.items()):
        mine = notes[notes["part"] == part]
        length = mine["duration"] - np.minimum(GAP, mine["duration"] / 6)
        look = {"edgecolor": INK, "lw": 0.7, "zorder": 3, **LOOKS[place % len(LOOKS)]}
        axes.barh(mine["pitch"], length, 0.9, mine["onset"], label=name, **look)
    if names:
        corner, columns = (axes.get_position().x0, 1.0), _columns(_inches(axes))
        legend = axes.legend(loc="upper left", ncols=columns, borderaxespad=0.6, borderpad=0, frameon=False)
        legend.set_bbox_to_anchor(corner, axes.figure.transFigure)


def _drums(axes: Axes, notes: NDArray[np.void], keys: Sequence[int]) -> None:
    """Strokes as diamonds, a row for each drum; loud ones are larger."""
    rows = np.searchsorted(keys, notes["pitch"])
    axes.scatter(
        notes["onset"], rows, s=notes["velocity"] / 4, marker="D", color=INK, zorder=3, clip_on=False, gid="strokes"
    )
    beside: dict[str, Any] = {"textcoords": "offset points", "ha": "right", "va": "center"}
    for row, key in enumerate(keys):
        axes.axhline(row, color=FAINT, lw=0.7, zorder=0)
        axes.annotate(drum_key(key).name, (axes.get_xlim()[0], row), (-8, 0), **beside)

"""What every picture is drawn on: one style, one ink, and signs that all of them share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import wraps
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, ParamSpec

from mi_theme.errors import MissingExtra
from mi_theme.meter import Meter
from mi_theme.views.bars import counted

if TYPE_CHECKING:
    from mi_theme.views.pictures import Picture

__all__ = ["FAINT", "INK", "MIDDLE", "PALE", "blank", "brackets", "count_row", "in_our_style", "signed", "spans_of"]

P = ParamSpec("P")
INK, MIDDLE, FAINT, PALE = "black", "0.45", "0.75", "0.9"  # greys: darker is nearer to the ear


def in_our_style(draw: Callable[P, Picture]) -> Callable[P, Picture]:
    """Draw with our letters and lines whatever the reader's settings are; say what to install."""

    @wraps(draw)
    def drawing(*args: P.args, **kwargs: P.kwargs) -> Picture:
        try:
            from mi_theme.views.pictures import our_style
        except ImportError as error:
            raise MissingExtra.named("matplotlib", "plot") from error
        with our_style():
            return draw(*args, **kwargs)

    return drawing


def blank(width: float, height: float, description: str) -> Picture:
    """An empty picture, in inches, with its description in words."""
    from mi_theme.views.pictures import Picture

    return Picture.blank(width, height, description)


def signed(name: str) -> str:
    """A note name with real sharps and flats."""
    return name[:1] + name[1:].replace("b", "♭").replace("#", "♯")


def brackets(axes: Any, spans: Iterable[tuple[float, float, str]], level: float, reach: float) -> None:
    """A bracket and a label for each (start, end, label); `reach` is up or, negative, down."""
    top, spans = level + reach, list(spans)
    inset = 0.06 * min((end - start for start, end, _ in spans), default=0)
    for start, end, label in spans:
        left, right = start + inset, end - inset
        axes.plot([left, left, right, right], [level, top, top, level], color=INK, lw=1.1, gid="bracket")
        axes.text((start + end) / 2, top + 0.4 * reach, label, ha="center", va="bottom" if reach > 0 else "top")


def count_row(axes: Any, meter: Meter, start: float, pulse: float, level: float) -> None:
    """What is counted, in the middle of every pulse; numbers are darker than syllables."""
    for index, word in enumerate(counted(meter)):
        ink = INK if word.isdigit() else MIDDLE
        axes.text(start + (index + 0.5) * pulse, level, word, ha="center", va="center", color=ink, gid="count")


def spans_of(lengths: Iterable[Fraction | float], start: Fraction | float = 0) -> list[tuple[float, float]]:
    """Consecutive (start, end) spans."""
    return list(pairwise(accumulate(map(float, lengths), initial=float(start))))

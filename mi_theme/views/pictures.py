"""The figure that every picture is: it shows itself in a notebook and says what is on it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO, StringIO
from threading import RLock
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mi_theme.engraving.drawings import Drawing, described

__all__ = ["Picture", "our_style"]

STYLE: Any = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same letters everywhere
    "font.size": 10.5,
    "hatch.linewidth": 0.6,
    "svg.hashsalt": "mi_theme",
    "svg.fonttype": "path",
    "path.simplify": False,
}
DRAWING = RLock()  # matplotlib has one set of settings for all threads: they take turns
NOTHING = {"Date": None, "Creator": None}  # what would differ between two runs or two machines


@contextmanager
def our_style() -> Iterator[None]:
    """matplotlib's own defaults and `STYLE`, whatever the reader's settings are, for as long as a ``with`` lasts."""
    with DRAWING, matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # of a name in letters that we do not have
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield


class Picture(Figure, Drawing):
    """A matplotlib figure that is a drawing."""

    def _repr_html_(self) -> str:
        return Drawing._repr_html_(self)

    __str__ = Drawing.__str__
    __repr__ = Drawing.__repr__

    @classmethod
    def blank(cls, width: float, height: float, description: str) -> Picture:
        """An empty sheet, in inches."""
        picture = cls(figsize=(width, height), facecolor="white")
        picture.description = description
        return picture

    def sheet(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Axes without a frame, in shares of the picture."""
        axes = self.add_axes((left, bottom, width, height))
        axes.set_axis_off()
        return axes

    def to_svg(self) -> str:
        """The picture as SVG: the same text every time, the description inside."""
        buffer = StringIO()
        with our_style():
            self.savefig(buffer, format="svg", metadata=NOTHING)
        label, words = described(self.description)
        head, element, rest = buffer.getvalue().partition("<svg ")
        size, _, content = rest.partition(">")
        return f"{head}{element}{label} {size}>\n{words}{content}"

    def to_png(self, dpi: float = 150) -> bytes:
        """The picture as PNG: the same bytes every time."""
        buffer = BytesIO()
        with our_style():
            self.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None, "Description": self.description})
        return buffer.getvalue()

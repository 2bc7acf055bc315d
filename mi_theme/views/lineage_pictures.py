"""Pictures of a lineage: one for a page and one for a phone, and whichever fits is shown."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from mi_theme.credits.lineages import Lineage
from mi_theme.engraving.drawings import Drawing, SvgDrawing
from mi_theme.errors import UnknownName
from mi_theme.views.claim_graphs import claim_graph
from mi_theme.views.timelines import NARROW, film_list, timeline

__all__ = ["LineageDrawing", "draw_lineage"]

PHONE = 600  # pixels of a screen, below which the narrow picture is shown
# name: the picture for a page, and for a phone
PICTURES: dict[str, tuple[Callable[[Lineage], SvgDrawing], Callable[[Lineage], SvgDrawing]]] = {
    "timeline": (timeline, film_list),
    "graph": (claim_graph, lambda lineage: claim_graph(lineage, NARROW)),
}
CHOICE = f"""figure {{ margin: 0; text-align: center }}
@media (max-width: {PHONE}px) {{ .wide {{ display: none }} }}
@media (min-width: {PHONE + 1}px) {{ .narrow {{ display: none }} }}
@media print {{ .wide {{ display: block }} .narrow {{ display: none }} }}
"""


@dataclass(frozen=True, slots=True, repr=False)
class LineageDrawing(Drawing):
    """A picture in two widths.

    Attributes
    ----------
    wide, narrow
        For a page, and for a phone.
    description
        What is on it.
    """

    wide: SvgDrawing
    narrow: SvgDrawing
    description: str = ""

    def to_svg(self) -> str:
        """The wide picture as SVG."""
        return self.wide.to_svg()

    def to_png(self, dpi: float = 150) -> bytes:
        """The wide picture as PNG, at `dpi` dots an inch."""
        return self.wide.to_png(dpi)

    def to_html(self) -> str:
        """A page with both; a screen shows the one that fits, paper the wide one."""
        figures = (
            f'<figure class="wide">\n{self.wide.svg}</figure>\n<figure class="narrow">\n{self.narrow.svg}</figure>'
        )
        return self._page_of(figures, CHOICE)

    def as_image(self) -> str:
        """An HTML element that carries both, and shows the one that fits."""
        narrow, wide = (b64encode(each.svg.encode()).decode() for each in (self.narrow, self.wide))
        kind = "data:image/svg+xml;base64,"
        return (
            f'<picture><source media="(max-width: {PHONE}px)" srcset="{kind}{narrow}">'
            f'<img style="max-width:100%;background:white" alt="{escape(self.description)}" src="{kind}{wide}"></picture>'
        )


def draw_lineage(lineage: Lineage, kind: str = "timeline") -> LineageDrawing:
    """A picture of a lineage: what `Lineage.draw` answers.

    Raises
    ------
    UnknownName
        Where there is no such picture.
    """
    if kind not in PICTURES:
        raise UnknownName.among("picture of a lineage", str(kind), PICTURES)
    wide, narrow = (draw(lineage) for draw in PICTURES[kind])
    return LineageDrawing(wide, narrow, wide.description)

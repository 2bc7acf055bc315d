"""What every picture can do: say what is on it, become SVG or PNG, be saved, show itself in a notebook."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from html import escape
from os import PathLike
from pathlib import Path

from mi_theme.engraving.fonts import letters as font_files
from mi_theme.errors import FileError, MissingExtra
from mi_theme.guesses import Guessed

__all__ = ["FONTS", "Drawing", "SvgDrawing", "described", "is_wide", "readable"]

FONTS = "DejaVu Sans, Verdana, sans-serif"  # of one width: what fits in one fits in the others
ENDINGS = (".svg", ".png", ".pdf", ".html")
UNREADABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
WIDE = 2.6  # times as wide as high: what has more is under 15 mm high on a phone
DPI = 96  # pixels of an SVG in an inch
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
body {{ margin: 0 }}
svg {{ display: block; max-width: 100%; height: auto; margin: auto }}
{style}</style></head><body>
{body}
</body></html>
"""


def described(description: str) -> tuple[str, str]:
    """What an SVG says in words: an attribute of its element, and a title and a description inside it."""
    description = readable(description)
    title, _, more = description.partition(". ")
    words = f"<title>{escape(title.rstrip('.'))}</title>\n<desc>{escape(more or description)}</desc>"
    return f'role="img" aria-label="{escape(description)}"', words


def readable(words: str) -> str:
    """Without the characters that XML does not allow."""
    return UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", words)


class Drawing(Guessed):
    """A picture with a description in words.

    Attributes
    ----------
    description
        What the picture shows, for those who cannot see it.
    """

    description: str = ""

    def to_svg(self) -> str:
        """The picture as SVG: the same text every time, the description inside."""
        raise NotImplementedError

    def to_png(self, dpi: float = 150) -> bytes:
        """The picture as PNG, at `dpi` dots an inch: the same bytes every time."""
        raise NotImplementedError

    def to_pdf(self, paper: str = "a4") -> bytes:
        """The picture as PDF, whole on a page of `paper`, ``a4`` or ``letter``."""
        from mi_theme.engraving.paged import pdf_of_picture

        return pdf_of_picture(self.to_svg(), paper, self.description.partition(". ")[0])

    def to_html(self) -> str:
        """The picture as a page of its own."""
        return self._page_of(self.to_svg())

    def _page_of(self, body: str, style: str = "") -> str:
        return PAGE.format(title=escape(self.description.partition(". ")[0]), style=style, body=body)

    def as_image(self) -> str:
        """The picture as an HTML element that carries all of itself, as wide as there is room."""
        svg = self.to_svg()
        data, words = b64encode(svg.encode()).decode(), escape(readable(self.description))
        kind = ' class="wide"' if is_wide(svg) else ""  # for a page that lets such pictures scroll on a phone
        return (
            f'<img{kind} style="max-width:100%;background:white" alt="{words}" src="data:image/svg+xml;base64,{data}">'
        )

    def save(self, path: str | PathLike[str], dpi: float = 150, paper: str = "a4") -> None:
        """Write the picture, whole or not at all; the ending of the path says in which form.

        Parameters
        ----------
        path
            A name that ends in .svg, .png, .pdf or .html.
        dpi
            Pixels in an inch, of a PNG.
        paper
            ``a4`` or ``letter``, of a PDF.

        Raises
        ------
        FileError, MissingExtra
            Where the ending is another; where what makes the form is not installed.
        """
        from mi_theme.files.disk import replace_file

        ending = Path(path).suffix.lower()
        if ending not in ENDINGS:
            raise FileError(
                f"{path}: pictures are saved as SVG, PNG, PDF or HTML, so end the name in {', '.join(ENDINGS)}"
            )
        if ending in (".png", ".pdf"):
            replace_file(path, self.to_png(dpi) if ending == ".png" else self.to_pdf(paper))
        else:
            replace_file(path, (self.to_html() if ending == ".html" else self.to_svg()).encode())

    def _repr_html_(self) -> str:
        return self.as_image()

    def __str__(self) -> str:
        return self.description

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.description.partition('. ')[0]:.120}>"


def is_wide(svg: str) -> bool:
    """Whether a picture is too wide for its height to be read where it is as wide as a phone."""
    box = re.search(r'viewBox="\S+ \S+ (\S+) (\S+)"', svg[:4000])
    return box is not None and float(box[1]) > WIDE * float(box[2])


@dataclass(frozen=True, slots=True, repr=False)
class SvgDrawing(Drawing):
    """A picture that is SVG from the beginning.

    Attributes
    ----------
    svg
        The text of the picture.
    description
        What is on it.
    """

    svg: str
    description: str = ""

    def to_svg(self) -> str:
        """The picture as SVG: the same text every time, the description inside."""
        return self.svg

    def to_png(self, dpi: float = 150) -> bytes:
        """The picture as PNG, at `dpi` dots an inch.

        Raises
        ------
        MissingExtra
            Where resvg_py is not installed.
        """
        try:
            from resvg_py import svg_to_bytes
        except ImportError as error:
            raise MissingExtra.named("resvg_py", "notation") from error
        letters = list(map(str, font_files()))
        family = "DejaVu Sans" if letters else None
        made = svg_to_bytes(
            svg_string=self.svg,
            zoom=dpi / DPI,
            dpi=DPI,
            background="white",
            font_files=letters,
            skip_system_fonts=bool(letters),
            font_family=family,
            serif_family=family,
            sans_serif_family=family,
        )
        return bytes(made)

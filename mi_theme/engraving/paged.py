"""Pictures and pages as PDF, for paper of a size: laid out by Typst, which needs no browser and no system package.

Drawings stay drawings: lines and letters of a page are as sharp as the printer.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mi_theme.arguments import known_name
from mi_theme.engraving.fonts import letters
from mi_theme.errors import MissingExtra

if TYPE_CHECKING:
    from lxml.html import HtmlElement

__all__ = ["PAPER_SIZES", "pdf_of_html", "pdf_of_picture", "pdf_of_sheets"]

PAPER_SIZES = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}  # millimetres
TYPST_PAPERS = {"a4": "a4", "letter": "us-letter"}
EDGE = 12.0  # millimetres around a picture
PIXEL, POINT = 25.4 / 96, 72 / 96  # millimetres and points of a pixel of an SVG
SMALLER, ON_A_CARD = 0.9, 0.72  # of their size: pictures on a page of words; on a card, so that two are on a page
MARGIN = 18.0  # millimetres around a page of words
NARROWEST = (min(wide for wide, _ in PAPER_SIZES.values()) - 2 * MARGIN) * 72 / 25.4  # points: as wide as words are
VIEW = re.compile(r'viewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"')
TEXT = '#set text(font: "DejaVu Sans", size: {size}pt)\n'
PAGE_STYLE = """#set par(justify: false, leading: 0.55em)
#show heading.where(level: 1): set text(size: 18pt)
#show heading.where(level: 2): set text(size: 13pt)
#show heading: set block(above: 1.2em, below: 0.7em)
#set table(stroke: (x, y) => (bottom: 0.4pt + luma(180)), inset: (x: 3pt, y: 3pt), align: left)
#show raw: set text(font: "DejaVu Sans Mono", size: 7.5pt)
"""


def pdf_of_sheets(sheets: Sequence[str], paper: str, title: str) -> bytes:
    """Sheets that are made for a paper, each on a page of its own, edge to edge.

    Parameters
    ----------
    sheets
        The text of an SVG for each page.
    paper
        ``a4`` or ``letter``.
    title
        What readers of the file show as its name.

    Returns
    -------
    bytes
        A PDF, the same each time.

    Raises
    ------
    UnknownName, MissingExtra
        Where there is no such paper; where Typst is not installed.
    """
    files = {f"{number}.svg": sheet.encode() for number, sheet in enumerate(sheets)}
    body = "\n#pagebreak()\n".join(f'#image("{name}", width: 100%)' for name in files)
    return _compiled(f"{_page(paper, title, 0)}{body}\n", files)


def pdf_of_picture(svg: str, paper: str, title: str) -> bytes:
    """A picture whole on a page, upright or across as it is larger, and no larger than it is.

    Parameters
    ----------
    svg
        The text of the picture.
    paper
        ``a4`` or ``letter``.
    title
        What readers of the file show as its name.

    Returns
    -------
    bytes
        A PDF, the same each time.

    Raises
    ------
    UnknownName, MissingExtra
        As `pdf_of_sheets`.
    """
    found = VIEW.search(svg)
    wide, high = (float(found[1]) * PIXEL, float(found[2]) * PIXEL) if found else (200.0, 100.0)
    short, long = PAPER_SIZES[known_name("paper", paper, PAPER_SIZES)]
    upright, across = (
        min((a - 2 * EDGE) / wide, (b - 2 * EDGE) / high, 1.0) for a, b in ((short, long), (long, short))
    )
    scale = max(upright, across)
    page = _page(paper, title, EDGE, flipped=across > upright)
    return _compiled(
        f'{page}#align(center, image("picture.svg", width: {wide * scale:.2f}mm))\n', {"picture.svg": svg.encode()}
    )


def pdf_of_html(page: str, paper: str) -> bytes:
    """A page of ours on paper: headings, words, tables and the pictures inside it.

    Parameters
    ----------
    page
        HTML, as `mi_theme.frontend.dossiers.dossier` writes it.
    paper
        ``a4`` or ``letter``.

    Returns
    -------
    bytes
        A PDF, the same each time.

    Raises
    ------
    UnknownName, MissingExtra
        As `pdf_of_sheets`.
    """
    from lxml.html import document_fromstring

    document = document_fromstring(page)
    files: dict[str, bytes] = {}
    body = "".join(_blocks(document.find("body"), files))
    title = document.findtext(".//title") or ""
    numbered = '#set page(numbering: "1 / 1")\n'
    return _compiled(f"{_page(paper, title, MARGIN)}{numbered}{TEXT.format(size=9)}{PAGE_STYLE}{body}", files)


def _page(paper: str, title: str, edge: float, *, flipped: bool = False) -> str:
    name = TYPST_PAPERS[known_name("paper", paper, TYPST_PAPERS)]
    across = ", flipped: true" if flipped else ""
    return f'#set document(title: {_said(title)}, date: none)\n#set page(paper: "{name}", margin: {edge:g}mm{across})\n'


def _compiled(source: str, files: dict[str, bytes]) -> bytes:
    try:
        from typst import compile as compiled
    except ImportError as error:
        raise MissingExtra.named("typst", "pdf") from error
    folders = list(dict.fromkeys(str(path.parent) for path in letters()))
    with TemporaryDirectory() as folder:
        for name, data in {"main.typ": source.encode(), **files}.items():
            (Path(folder) / name).write_bytes(data)
        return compiled(str(Path(folder) / "main.typ"), font_paths=folders, ignore_system_fonts=bool(folders))


def _said(words: str) -> str:
    """A string of Typst."""
    return json.dumps(" ".join(words.split()), ensure_ascii=False)


def _blocks(element: HtmlElement, files: dict[str, bytes], scale: float = SMALLER) -> Iterator[str]:
    """What stands in an element of a page, block by block."""
    for child in element:
        tag = child.tag
        if tag in ("h1", "h2", "h3"):
            yield f"#heading(level: {tag[1]})[{_inline(child)}]\n"
        elif tag == "table":
            yield _table(child)
        elif tag == "dl":
            rows = ((pair.findtext("dt") or "", pair.findtext("dd") or "") for pair in child)
            yield (
                "#table(columns: (auto, 1fr), " + ", ".join(f"[*#{_said(a)}*], [#{_said(b)}]" for a, b in rows) + ")\n"
            )
        elif tag == "figure":
            yield _figure(child, files, scale)
        elif tag == "article":
            yield f"#block(breakable: false)[\n{''.join(_blocks(child, files, ON_A_CARD))}]\n"
        elif tag in ("p", "footer", "pre", "blockquote", "li", "summary"):
            yield f"{_inline(child)}\n\n"
        elif isinstance(tag, str) and tag not in ("style", "script"):
            yield from _blocks(child, files, scale)


def _figure(figure: HtmlElement, files: dict[str, bytes], scale: float) -> str:
    """A picture with its caption, which stay together."""
    parts = []
    for image in figure.iter("img"):
        name = f"{len(files)}.svg"
        files[name] = b64decode(image.get("src", "").partition("base64,")[2])
        found = VIEW.search(files[name].decode("utf-8", "replace"))
        wide, high = (float(found[1]), float(found[2])) if found else (600.0, 300.0)
        shown = min(wide * POINT * scale, NARROWEST)
        size = f"width: {shown:.1f}pt, height: {shown * high / wide:.1f}pt"
        parts.append(f'#image("{name}", {size}, alt: {_said(image.get("alt", ""))})\n')
    words = [
        f'#text(size: 8pt, style: "italic")[{_inline(each)}]\n' for each in figure if each.tag in ("figcaption", "p")
    ]
    return f"#block(breakable: false)[\n{''.join([*parts, *words])}]\n"


def _table(table: HtmlElement) -> str:
    rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]
    columns = max(map(len, rows), default=0)
    cells = ", ".join(f"[{_inline(cell)}]" for row in rows for cell in [*row, *([None] * (columns - len(row)))])
    return f"#[#set text(size: 7.5pt)\n#table(columns: {columns}, {cells})]\n" if columns else ""


def _inline(element: HtmlElement | None) -> str:
    """The words of an element; headings of rows are strong, code is code."""
    if element is None:
        return ""
    words = f"#{_said(element.text_content())}"
    return f"*{words}*" if element.tag == "th" else words

"""The few pieces that pages are put together from. Words from a file are words: escaped, and set apart from the direction around."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from html import escape
from unicodedata import bidirectional

from mi_theme.engraving.drawings import Drawing, readable
from mi_theme.errors import MissingExtra

__all__ = ["facts", "foreign", "linked_midi", "paragraph", "picture", "section", "share", "shown", "table"]

# what writes from right to left, or says that what follows does (Unicode, UAX 9)
TURNING = {"R", "AL", "AN", "RLE", "RLO", "LRE", "LRO", "PDF", "RLI", "LRI", "FSI", "PDI"}
ISOLATED = "\u2068{}\u2069"  # what is between keeps its direction to itself; for where no markup can stand


def shown(words: str) -> str:
    """Words of ours as HTML."""
    return escape(readable(words))


def foreign(words: str) -> str:
    """Words of somebody else's file as HTML: they cannot turn what stands after them."""
    return f"<bdi>{shown(words)}</bdi>"


def plain_title(words: str) -> str:
    """The same where only text can stand, such as a page's title: what could turn its neighbours is isolated."""
    turns = any(bidirectional(letter) in TURNING for letter in words)
    return shown(ISOLATED.format(words) if turns else words)


def section(name: str, heading: str, *parts: str) -> str:
    """A part of a page under a heading, with a name to link to."""
    return f'<section id="{name}" aria-labelledby="{name}-h">\n<h2 id="{name}-h">{heading}</h2>\n{"".join(parts)}</section>\n'


def paragraph(words: str, kind: str = "") -> str:
    """Words of ours."""
    return f'<p class="{kind}">{shown(words)}</p>\n' if kind else f"<p>{shown(words)}</p>\n"


def facts(rows: Iterable[tuple[str, str]]) -> str:
    """Pairs of a name and HTML."""
    return "".join(f"<div><dt>{shown(name)}</dt><dd>{value}</dd></div>" for name, value in rows)


def table(caption: str, header: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """Rows whose cells are HTML already; the first cell of each is its heading. Where it is wider than the screen it scrolls."""
    head = "".join(f'<th scope="col">{shown(name)}</th>' if name else "<td></td>" for name in header)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>\n'
        for first, *rest in rows
    )
    label = escape(caption, quote=True)
    return (
        f'<div class="wide" role="group" tabindex="0" aria-label="{label}"><table class="{kind}"><caption>{shown(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n"
    )


def picture(draw: Callable[[], Drawing], words: str, caption: str = "", kind: str = "") -> str:
    """A picture inside the page, with its description; without matplotlib the description."""
    below = f"<figcaption>{shown(caption)}</figcaption>" if caption else ""
    try:
        drawing = draw()
    except MissingExtra as missing:
        return f"<figure><p>{shown(words)}</p><figcaption>{shown(f'{caption} ({missing})')}</figcaption></figure>\n"
    alt = escape(readable(drawing.description), quote=True)
    return f'<figure class="{kind}"><img src="{data_uri(drawing.to_svg())}" alt="{alt}">{below}</figure>\n'


def data_uri(svg: str) -> str:
    """An SVG as an address."""
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def linked_midi(data: bytes, name: str, words: str) -> str:
    """A link that saves a MIDI file that the page carries."""
    address = f"data:audio/midi;base64,{b64encode(data).decode()}"
    return f'<a class="save" download="{escape(name, quote=True)}" href="{address}">{shown(words)}</a>'


def share(part: float, whole: float) -> str:
    """A bar as long as a share."""
    width = max(round(100 * part / (whole or 1.0)), 1)
    return f'<svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect width="{width}" height="6"/></svg>'

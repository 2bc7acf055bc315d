"""The lineage as a time line: films along time, makers as lanes, metres and sources below; on a phone, film by film.

Certainty is a shape, not a colour, so that it survives a black and white print.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from textwrap import wrap
from typing import NamedTuple

from mi_theme.credits.filmography import Credit, Film
from mi_theme.credits.lineages import Lineage
from mi_theme.engraving.drawings import SvgDrawing
from mi_theme.engraving.svg import box, line, number, page, text

__all__ = ["NARROW", "WIDE", "film_list", "headed", "subtitle", "timeline"]

WIDE, NARROW = 850, 390  # pixels: a page beside its menu, a phone
EDGE, RADIUS = 12, 8
LETTER, SMALL, LEADING = 13, 12, 17  # pixels of letters, of small ones, from line to line
NAMES, LANE, ROW, LABELS = 178, 34, 26, 132  # pixels: left of the first film, of a lane, of a row, of slanted titles
CHARACTER = 0.62  # of the size of letters: what one takes in the mean
GREY = "#bbb"
HEADING = "Who made the opening of which film, and in which metre"


class Columns(NamedTuple):
    """Where the films stand on a time line."""

    films: Sequence[Film]
    width: float

    def x(self, film: Film) -> float:
        """The column of a film: years at one scale."""
        first, last = self.films[0].year, self.films[-1].year
        return NAMES + 24 + (self.width - NAMES - 48) * (film.year - first) / max(last - first, 1)


def timeline(lineage: Lineage) -> SvgDrawing:
    """The time line of the openings and the soundtrack versions."""
    films = list(lineage.films())
    columns = Columns(films, WIDE)
    openings = [credit for film in films for credit in film.credits("opening")]
    lanes = list(dict.fromkeys(name for credit in openings for name in credit.candidates))
    parts, begin = headed(lineage, HEADING, WIDE)
    top = begin + LABELS
    bottom = top + LANE * len(lanes)
    for row, lane in enumerate(lanes):
        y = top + LANE * (row + 0.5)
        parts.append(line(NAMES, y, WIDE - EDGE, y, 1, ink=GREY))
        parts += _lines(wrap(lane, 22), NAMES - 8, y, LETTER, "end")
    for film in films:
        x = columns.x(film)
        turned = text(0, 0, f"{film.number}  {subtitle(film)}, {film.year}", SMALL, anchor="end")
        parts.append(f'<g transform="translate({number(x + 4)} {number(top - 8)}) rotate(38)">{turned}</g>')
        parts.append(line(x, top, x, bottom, 1, ink=GREY))
    for credit in sorted(openings, key=lambda credit: credit.layer):  # squares lie under discs
        film = next(film for film in films if film.number == credit.film)
        parts += [
            mark(credit, name, columns.x(film), top + LANE * (lanes.index(name) + 0.5)) for name in credit.candidates
        ]
    y = bottom + ROW
    for label, kind in (("opening", "opening"), ("soundtrack", "soundtrack")):
        parts.append(text(NAMES - 8, y, label, LETTER, anchor="end"))
        parts += [
            text(columns.x(film), y, words, SMALL, anchor="middle") for film in films for words in _metres(film, kind)
        ]
        y += ROW
    notes = ["On whose word, film by film", *(f"{film.number}  {footnote(film)}" for film in films)]
    rows, y = _wrapped([words_of(films), "", *notes], WIDE, SMALL), y + 8
    parts += [text(EDGE, y + row * LEADING, words, SMALL) for row, words in enumerate(rows)]
    y += LEADING * len(rows) + EDGE
    shapes, y = _legend(lineage, y, WIDE)
    return SvgDrawing(page(WIDE, y + EDGE, described(films), [*parts, *shapes]), described(films))


def film_list(lineage: Lineage, chosen: Sequence[Film] = ()) -> SvgDrawing:
    """The same for a phone: film after film, or some films alone."""
    films = list(chosen or lineage.films())
    parts, y = headed(lineage, HEADING, NARROW)
    for film in films:
        y += 12
        parts.append(line(EDGE, y - 10, NARROW - EDGE, y - 10, 1, ink=GREY))
        y += 8
        parts += _lines(
            _wrapped([f"{film.number}  {subtitle(film)}, {film.year}"], NARROW, LETTER), EDGE, y - 5, LETTER, bold=True
        )
        for credit in film.credits("opening"):
            for name in credit.candidates:
                y += 24
                parts += [mark(credit, name, EDGE + 14, y - 5), text(EDGE + 36, y, name, LETTER)]
        y += 4
        versions = [f"{kind} {words}" for kind in ("opening", "soundtrack") for words in _metres(film, kind)]
        for words in _wrapped(["; ".join(versions), footnote(film)], NARROW, SMALL):
            y += LEADING
            parts.append(text(EDGE, y, words, SMALL))
        y += 6
    y += 2 * EDGE
    shapes, y = _legend(lineage, y, NARROW)
    return SvgDrawing(page(NARROW, y + EDGE, described(films), [*parts, *shapes]), described(films))


def mark(credit: Credit, name: str, x: float, y: float) -> str:
    """A disc for what the seed layer forces, a ring for what it allows, a square for the reference layer; words on hover."""
    kind = "reference" if credit.layer == "reference" else "forced" if credit.is_forced else "allowed"
    hint = f"film {credit.film}, {credit.layer} layer: {name}, {credit.certainty}; claims {' '.join(credit.evidence)}"
    return f'<g class="{kind}"><title>{escape(hint)}</title>{_shape(kind, x, y)}</g>'


def _shape(kind: str, x: float, y: float) -> str:
    if kind == "reference":
        side = RADIUS + 4
        return box(x - side, y - side, 2 * side, 2 * side, line_width=1.5)
    fill = "black" if kind == "forced" else "white"
    return f'<circle cx="{number(x)}" cy="{number(y)}" r="{RADIUS}" fill="{fill}" stroke="black" stroke-width="2"/>'


def _legend(lineage: Lineage, y: float, width: float) -> tuple[list[str], float]:
    """What the shapes mean, in the names of the layers, and where it ends."""
    titles = {layer.name: layer.title for layer in lineage.tables.about.layers}
    seed, reference = titles.get("seed", "seed layer"), titles.get("reference", "reference layer")
    meanings = {
        "forced": f"{seed}: the only candidate left (inferred, or stated)",
        "allowed": f"{seed}: one of several candidates (ambiguous)",
        "reference": f"{reference}: named for the opening, or for the score and so taken for the opening",
    }
    parts = []
    for kind, words in meanings.items():
        rows = _wrapped([words], width - 30, SMALL)
        high = max(30, LEADING * len(rows) + 4)
        parts += [_shape(kind, EDGE + 14, y + high / 2), *_lines(rows, EDGE + 36, y + high / 2, SMALL)]
        y += high
    return parts, y


def headed(lineage: Lineage, heading: str, width: int) -> tuple[list[str], float]:
    """The heading of a picture, the theme, what must be said of the lineage, and where that ends."""
    about, parts, y = lineage.tables.about, [], EDGE + 18.0
    for row in wrap(heading, int((width - 2 * EDGE) / (17 * CHARACTER))):
        parts.append(text(EDGE, y, row, 16, bold=True))
        y += 20
    for row in _wrapped([about.theme, *([about.notice] if about.notice else [])], width, SMALL):
        parts.append(text(EDGE, y, row, SMALL))
        y += LEADING
    return parts, y


def _lines(
    rows: Sequence[str], x: float, middle: float, size: int, anchor: str = "start", bold: bool = False
) -> Iterator[str]:
    """Lines of words around a middle."""
    first = middle + 0.36 * size - LEADING * (len(rows) - 1) / 2
    yield from (text(x, first + row * LEADING, words, size, anchor=anchor, bold=bold) for row, words in enumerate(rows))


def _wrapped(paragraphs: Sequence[str], width: float, size: int) -> list[str]:
    """Paragraphs as lines that fit; an empty one is an empty line."""
    letters = int((width - 2 * EDGE) / (size * CHARACTER))
    return [row for words in paragraphs for row in wrap(words, letters, subsequent_indent="   ") or [""]]


def subtitle(film: Film) -> str:
    """What comes after the dash in a title, where there is one."""
    return film.title.partition(" – ")[2] or film.title


def _metres(film: Film, kind: str) -> Iterator[str]:
    """The metres of the versions of a kind, short; ``?`` where nobody states one."""
    for version in film.versions:
        if version.kind == kind:
            yield "?" if version.certainty == "absent" else version.metres.replace(", then ", " ")


def footnote(film: Film) -> str:
    """The claims behind a film's opening and its metre, with their sources."""
    evidence = [name for credit in film.credits("opening") if credit.candidates for name in credit.evidence]
    evidence += [name for section in film.version().sections for name in section.evidence]
    by_source: dict[str, list[str]] = {}
    for name in dict.fromkeys(evidence):
        if name in film.lineage.by_id:
            by_source.setdefault(film.lineage.by_id[name].source, []).append(name)
    return "; ".join(f"{' '.join(names)} in {source}" for source, names in by_source.items()) or "no claim"


def described(films: Sequence[Film]) -> str:
    """The picture in words, for those who do not see it."""
    sentences = [
        f"{film.heading}: opening by {film.composer if film.composer.candidates else 'nobody named'}, "
        f"{film.composer.certainty}, in {film.version().metres}."
        for film in films
    ]
    return " ".join([f"{HEADING}.", *sentences])


def words_of(films: Sequence[Film]) -> str:
    """How certain the metres of the openings are."""
    kinds: dict[str, list[str]] = {}
    for film in films:
        kinds.setdefault(film.version().certainty, []).append(str(film.number))
    return "Metre of the opening: " + "; ".join(f"{kind} for films {' '.join(which)}" for kind, which in kinds.items())

"""The lineage as a picture: films along time, makers as lanes, metres below.

Plain SVG text from the tables, the same bytes each time. Certainty is a shape,
not a colour, so that it survives a black and white print.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

from mi_theme.credits.film_versions import Version
from mi_theme.credits.filmography import Credit, Film
from mi_theme.credits.lineages import Lineage

__all__ = ["timeline_svg"]

LEFT, RIGHT, TOP = 210, 170, 150  # margins in pixels: lane names, last film, titles
YEAR, LANE, ROW = 36, 44, 30  # width of a year, height of a lane, of a row of metres
RADIUS = 9
STYLE = (
    "text{font-family:Helvetica,Arial,DejaVu Sans,sans-serif;fill:#000}"
    ".s{font-size:12px}.n{font-size:14px}.h{font-size:20px;font-weight:bold}"
    ".g{stroke:#bbb;stroke-width:1}.f{fill:#000;stroke:#000;stroke-width:2}"
    ".o{fill:#fff;stroke:#000;stroke-width:2}.r{fill:none;stroke:#000;stroke-width:1.5}"
)


@dataclass(frozen=True)
class TimelineLayout:
    """Where things are on the picture."""

    films: tuple[Film, ...]
    lanes: tuple[str, ...]
    versions: tuple[Version, ...]

    @property
    def years(self) -> tuple[int, int]:
        """The first and the last year."""
        return min(film.year for film in self.films), max(film.year for film in self.films)

    @property
    def width(self) -> int:
        """Pixels across."""
        return LEFT + YEAR * (self.years[1] - self.years[0]) + RIGHT

    @property
    def bottom(self) -> int:
        """Where the lanes end."""
        return TOP + LANE * len(self.lanes)

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.bottom + 3 * ROW + 158

    def x(self, film: Film) -> int:
        """The column of a film."""
        return LEFT + YEAR * (film.year - self.years[0])

    def y(self, lane: str) -> int:
        """The middle of a lane."""
        return TOP + LANE * self.lanes.index(lane) + LANE // 2


def timeline_svg(lineage: Lineage) -> str:
    """The time line of the openings and the soundtrack versions as SVG."""
    films = tuple(lineage.films())
    marks = [credit for film in films for credit in film.credits("opening")]
    lanes = tuple(dict.fromkeys(name for credit in marks for name in credit.candidates))
    sheet = TimelineLayout(films, lanes, tuple(v for film in films for v in film.versions if v.kind == "soundtrack"))
    parts = [*_head(sheet), *_lanes(sheet), *_films(sheet), *_marks(sheet, marks), *_metres(sheet), *_legend(sheet)]
    size = f'width="{sheet.width}" height="{sheet.height}" viewBox="0 0 {sheet.width} {sheet.height}"'
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc">'
    return "\n".join([opening, *parts, "</svg>", ""])


def _head(sheet: TimelineLayout) -> Iterator[str]:
    """Title, description, background."""
    yield '<title id="title">Who made the opening of which film</title>'
    yield f'<desc id="desc">{escape(_described(sheet.films))}</desc>'
    yield f"<style>{STYLE}</style>"
    yield f'<rect width="{sheet.width}" height="{sheet.height}" fill="#fff"/>'
    yield _text(20, 34, "Who made the opening of which film, and in which metre", "h")


def _described(films: Iterable[Film]) -> str:
    """The picture in words, for those who do not see it."""
    return " ".join(
        f"{film.heading}: opening by {film.composer if film.composer.candidates else 'nobody named'}, "
        f"{film.composer.certainty}, in {film.version().metres}."
        for film in films
    )


def _lanes(sheet: TimelineLayout) -> Iterator[str]:
    for lane in sheet.lanes:
        y = sheet.y(lane)
        yield f'<line class="g" x1="{LEFT - 40}" y1="{y}" x2="{sheet.width - RIGHT + 40}" y2="{y}"/>'
        for row, name in enumerate(names := lane.split(" & ")):
            yield _text(LEFT - 48, y + 5 + 16 * row - 8 * (len(names) - 1), name, "n", "end")


def _films(sheet: TimelineLayout) -> Iterator[str]:
    """A column for each film: number, year and slanted subtitle."""
    for film in sheet.films:
        x = sheet.x(film)
        yield f'<line class="g" x1="{x}" y1="{TOP}" x2="{x}" y2="{sheet.bottom + ROW}"/>'
        words = f"{film.number}  {_short(film)}"
        yield f'<text class="s" transform="translate({x - 2},{TOP - 24}) rotate(-28)">{escape(words)}</text>'
        yield _text(x, TOP - 6, str(film.year), "s", "middle")


def _short(film: Film) -> str:
    """The subtitle, where there is one."""
    return film.title.partition(" – ")[2] or film.title


def _marks(sheet: TimelineLayout, marks: Iterable[Credit]) -> Iterator[str]:
    """A disc for what the seed layer forces, a ring for what it allows, a square for the reference layer."""
    for credit in sorted(marks, key=lambda credit: credit.layer):  # squares lie under discs
        x = sheet.x(sheet.films[[film.number for film in sheet.films].index(credit.film)])
        for name in credit.candidates:
            y = sheet.y(name)
            hint = f"<title>{escape(f'film {credit.film}, {credit.layer}: {name}, {credit.certainty}')}</title>"
            if credit.layer == "reference":
                side = RADIUS + 5
                yield f'<rect class="r" x="{x - side}" y="{y - side}" width="{2 * side}" height="{2 * side}">{hint}</rect>'
            else:
                kind = "f" if credit.is_forced else "o"
                yield f'<circle class="{kind}" cx="{x}" cy="{y}" r="{RADIUS}">{hint}</circle>'


def _metres(sheet: TimelineLayout) -> Iterator[str]:
    """The metre of each opening, and below it those of the soundtrack versions."""
    y = sheet.bottom + ROW + 16
    yield _text(LEFT - 48, y, "opening", "n", "end")
    for film in sheet.films:
        opening = film.version()
        yield _text(sheet.x(film), y, opening.metres if opening.certainty != "absent" else "?", "n", "middle")
    yield _text(LEFT - 48, y + ROW, "soundtrack", "n", "end")
    columns = {film.number: sheet.x(film) for film in sheet.films}
    for version in sheet.versions:
        words = "?" if version.certainty == "absent" else version.metres.replace(", then ", " ")
        yield _text(columns[version.film], y + ROW, words, "n", "middle")


def _legend(sheet: TimelineLayout) -> Iterator[str]:
    """What the shapes mean."""
    y, x = sheet.bottom + 3 * ROW + 24, 34
    entries = (
        (
            f'<circle class="f" cx="{x}" cy="{{y}}" r="{RADIUS}"/>',
            "seed documents: the only candidate left (inferred, or stated)",
        ),
        (
            f'<circle class="o" cx="{x}" cy="{{y}}" r="{RADIUS}"/>',
            "seed documents: one of several candidates (ambiguous)",
        ),
        (
            f'<rect class="r" x="{x - 14}" y="{{top}}" width="28" height="28"/>',
            "reference pages: named for the score, and so taken for the opening",
        ),
    )
    for row, (shape, words) in enumerate(entries):
        at = y + 34 * row
        yield shape.format(y=at, top=at - 14)
        yield _text(x + 28, at + 5, words, "s")
    yield _text(20, y + 34 * 3 + 2, _metre_words(sheet.films), "s")


def _metre_words(films: Iterable[Film]) -> str:
    """How certain the metres of the openings are."""
    kinds: dict[str, list[str]] = {}
    for film in films:
        kinds.setdefault(film.version().certainty, []).append(str(film.number))
    return "Metre of the opening: " + "; ".join(f"{kind} for films {' '.join(which)}" for kind, which in kinds.items())


def _text(x: int, y: int, words: str, kind: str, anchor: str = "start") -> str:
    place = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text class="{kind}" x="{x}" y="{y}"{place}>{escape(words)}</text>'

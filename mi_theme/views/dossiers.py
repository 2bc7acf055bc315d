"""A dossier: one page of HTML that says what is known of a theme, for the screen, the phone and the printer.

Everything is inside the page: nothing is fetched when it is opened, and the same
theme gives the same bytes.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from mi_theme.adaptation.frames import whole_grouping
from mi_theme.adaptation.wording import heard, kept, title
from mi_theme.engraving.engravings import notation
from mi_theme.errors import MissingExtra
from mi_theme.meter import Grouping, Meter
from mi_theme.rhythm import measure
from mi_theme.score import MusicSource
from mi_theme.themes import Adaptation, Theme
from mi_theme.version import __version__
from mi_theme.views.bars import drawn
from mi_theme.views.maps import bar_map
from mi_theme.views.profiles import necklace, weight_profile
from mi_theme.views.ways import Way, ways
from mi_theme.views.words import bar_map_words, necklace_words

if TYPE_CHECKING:
    from mi_theme.credits import Lineage
    from mi_theme.engraving.drawings import Drawing

__all__ = ["METERS", "dossier"]

#: The metres in which a dossier shows a theme if none are named.
METERS = ("4/4", "3/4", "6/8", "7/8:2+2+3", "12/8", "7/4")
ON_PAPER = 3  # versions that stand under the source


def dossier(
    theme: Theme | Adaptation | MusicSource, meters: Iterable[str | Meter] = METERS, *, lineage: Lineage | None = None
) -> str:
    """A page on a theme: its metre, its rhythm, its versions in other metres with their costs, its rights.

    Parameters
    ----------
    theme
        A Theme, or music whose first bars are one; see `Theme.of`.
    meters
        Where it is carried to; in the first one every strategy is tried.
    lineage
        Who made which version, for the theme this library starts from.

    Returns
    -------
    str
        HTML, whole. Without the extra ``[plot]`` pictures are words.

    Raises
    ------
    TextError, StrategyError
        Where a metre is none, or no strategy reaches it.
    """
    theme = Theme.of(theme)
    targets = [target for target in map(Meter, meters) if target != theme.meter]
    versions = [theme.to_meter(target) for target in targets]
    parts = [_head(theme), _bar(theme), _rhythm(theme, versions)]
    parts += [_side_by_side(theme, targets[0]), _versions(versions)] if targets else []
    parts += [_lineage(lineage)] if lineage else []
    return _page(theme.name, [*parts, _rights(theme)])


def _page(name: str, parts: Iterable[str]) -> str:
    style = (files("mi_theme.views") / "dossier.css").read_text("utf-8")
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(name)}: a dossier</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>\n{style}</style>\n</head>\n<body>\n<main>\n{''.join(parts)}</main>\n"
        f"<footer>Made by mi_theme {__version__}; numbers and pictures are computed.</footer>\n</body>\n</html>\n"
    )


def _section(heading: str, *parts: str) -> str:
    return f"<section>\n<h2>{escape(heading)}</h2>\n{''.join(parts)}</section>\n"


def _words(text: str, kind: str = "") -> str:
    return f'<p class="{kind}">{escape(text)}</p>\n' if kind else f"<p>{escape(text)}</p>\n"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """Rows whose cells are HTML already; the first cell of each is its heading."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in header)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>\n'
        for first, *rest in rows
    )
    return f'<div class="wide"><table class="{kind}"><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n'


def _picture(draw: Callable[[], Drawing], words: str, caption: str = "") -> str:
    """A picture inside the page, with its description; without matplotlib the description."""
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    try:
        picture = draw()
    except MissingExtra as missing:
        return f"<figure><p>{escape(words)}</p><figcaption>{escape(caption)} ({escape(str(missing))})</figcaption></figure>\n"
    data = b64encode(picture.to_svg().encode()).decode()
    alt = escape(picture.description, quote=True)
    return f'<figure><img src="data:image/svg+xml;base64,{data}" alt="{alt}">{below}</figure>\n'


def _head(theme: Theme) -> str:
    read = ", read off the notes" if theme.figure_source == "notes" else ""
    facts = {
        "metre": theme.meter.signature,
        "grouped": f"{_shape(theme)}{read}",
        "beats": _beats(theme.meter),
        "key": f"{theme.tonic} {theme.mode} (a parameter)",
        "figure": f"{len(theme.ostinato)} notes in {theme.bars} bars",
    }
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts.items())
    by = _words(theme.rights.attribution, "by") if theme.rights.attribution != theme.name else ""
    return (
        f'<header><p class="kind">Dossier of a theme</p>\n<h1>{escape(theme.name)}</h1>\n{by}<dl>{rows}</dl></header>\n'
    )


def _shape(theme: Theme) -> Grouping:
    """The groups of the figure in pulses, where they are whole; else those of the metre."""
    return whole_grouping(theme.figure, theme.meter.pulse) or Grouping(theme.meter.groups)


def _beats(meter: Meter) -> str:
    equal = len(set(meter.groups)) == 1
    return f"{len(meter.beats)} {'equal' if equal else 'unequal'}, in {meter.pulses} pulses"


def _bar(theme: Theme) -> str:
    notes = "".join(
        f"<tr><th scope='row'>{escape(motif.name)}</th><td><code>{escape(motif.in_bars(theme.meter))}</code></td></tr>"
        for motif in theme.motifs
    )
    return _section(
        "The bar",
        _words(
            "The taller a column, the more the metre would miss that pulse (Barlow, 1987); black ones begin a group."
        ),
        _picture(lambda: weight_profile(theme.meter), drawn(theme.meter), "how much each pulse weighs"),
        _words("The notes as steps of the scale, each with its length in eighths; a comma means below the home note."),
        f'<div class="wide"><table class="notes"><tbody>{notes}</tbody></table></div>\n',
        _picture(lambda: notation(theme), "On paper.", "on paper, beamed by the groups"),
    )


def _rhythm(theme: Theme, versions: Sequence[Adaptation]) -> str:
    shapes = [_shape(theme)]
    shapes += [version.grouping for version in versions[:2] if version.grouping]
    table = measure(theme, name=str(theme.meter.signature))
    table = table.beside(*(measure(version, name=version.meter.signature) for version in versions[:3]))
    rows = [
        (escape(name), *(f"{round(value, 3) + 0.0:g}" if value is not None else "-" for value in values))
        for name, values in table.rows
    ]
    return _section(
        "The rhythm",
        _words("Time goes round clockwise from the top; black beads are notes that begin a group."),
        _picture(lambda: necklace(*shapes), necklace_words(*shapes), "the cycle, and what becomes of it"),
        _table(("", *table.titles), rows, "numbers"),
        _words("None of these numbers was tested on listeners. A low one does not mean that a rhythm is easy.", "note"),
    )


def _side_by_side(theme: Theme, target: Meter) -> str:
    found = ways(theme, target)
    able = sorted((way for way in found if way.cost is not None), key=lambda way: way.cost or 0.0)
    most = max((way.cost or 0.0 for way in able), default=0.0) or 1.0
    unable = ", ".join(way.strategy for way in found if way.cost is None)
    return _section(
        f"Every way to {target}",
        _words(
            "Points are charged for what breaks: an argument that can be disputed, not a verdict. Nothing moves in those "
            "that cost nothing; the listener pays."
        ),
        _table(("strategy", "shape", "cost", ""), (_way_row(way, most) for way in able), "ways"),
        _words(f"Cannot reach {target}: {unable}.", "note") if unable else "",
    )


def _way_row(way: Way, most: float) -> tuple[str, ...]:
    width = round(100 * (way.cost or 0.0) / most)
    bar = f'<span class="bar" style="width:{width}%"></span>{way.cost:.2f}'
    return escape(way.strategy), escape(way.shape or "-"), bar, escape(way.remark)


def _versions(versions: Sequence[Adaptation]) -> str:
    return _section(
        "In other metres",
        _words(
            "The old bar above, the new one below; an arranger's first choice for each metre. Our reconstructions by rule, "
            "not transcriptions of any record."
        ),
        _picture(
            lambda: notation(*versions[:ON_PAPER]),
            "On paper.",
            "each row against the one above: solid lines keep their place of the bar, broken ones move",
        ),
        f'<div class="cards">\n{"".join(map(_card, versions))}</div>\n',
    )


def _card(version: Adaptation) -> str:
    plan = version.plan
    facts = {"shape": str(plan.grouping or "-"), "cost": f"{plan.cost:.2f}", "kept": kept(plan), "heard": heard(plan)}
    rows = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in facts.items() if value)
    picture = _picture(lambda: bar_map(version), bar_map_words(version))
    return f"<article><h3>{escape(str(plan.target))} <small>{escape(title(plan).lower())}</small></h3>\n{picture}<dl>{rows}</dl></article>\n"


def _lineage(lineage: Lineage) -> str:
    from mi_theme.credits.reports import film_report

    report = film_report(lineage)
    rows = [[escape(cell) for cell in row] for row in report.rows]
    return _section(
        "Who made which version",
        _words(
            "A row for each layer: three documents (seed), and public pages (reference). Neither overwrites the other; a dash "
            "is silence."
        ),
        _table(report.columns, rows, "films"),
        _words(
            f"One sentence names makers for seven openings and fits them in {len(lineage.readings())} ways under the usual "
            "assumptions; the number is a count, not a probability.",
            "note",
        ),
    )


def _rights(theme: Theme) -> str:
    rights = theme.rights
    paragraphs = [words for words in (rights.attribution, rights.notice, rights.provenance, rights.versions) if words]
    return _section(
        "Rights and provenance",
        *(_words(words[:1].upper() + words[1:]) for words in paragraphs or ["Nothing is said."]),
    )

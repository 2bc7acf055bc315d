"""A dossier: one page of HTML that shows and plays what is known of a theme, on a screen, a phone and paper.

Everything is inside the page: nothing is fetched when it is opened, nothing is sent, and
the same theme gives the same bytes. Its script is the front end's, its sound is made by
the browser from the notes of the tables, with a click on the groups and a bar counted in.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from mi_theme.adaptation.frames import whole_grouping
from mi_theme.adaptation.wording import heard, kept, title
from mi_theme.arguments import asked
from mi_theme.credits import Lineage
from mi_theme.engraving.engravings import notation
from mi_theme.frontend.bundle import packed_json, script, style
from mi_theme.frontend.html_parts import (
    facts,
    foreign,
    linked_midi,
    paragraph,
    picture,
    plain_title,
    section,
    share,
    shown,
    table,
)
from mi_theme.frontend.lineage_section import lineage_section
from mi_theme.frontend.livebars import LIVE_METERS, LiveBar, live_bar
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

__all__ = ["METERS", "dossier"]

#: The metres in which a dossier shows a theme if none are named; its live bar then has these and more groupings.
METERS = ("4/4", "3/4", "2/4", "6/8", "9/8", "12/8", "5/8:3+2", "7/8:2+2+3", "8/8:3+3+2", "11/8:3+3+3+2", "7/4")
BESIDE = 4  # versions whose numbers stand beside those of the source
NOTHING_ELSE = (
    "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'"  # a page may do no more than it needs
)


@asked()
def dossier(
    theme: Theme | Adaptation | MusicSource,
    meters: Iterable[str | Meter] | None = None,
    *,
    lineage: Lineage | None = None,
    film: int | str | None = None,
    live: bool = True,
) -> str:
    """A page on a theme: its metre, its rhythm, its versions in other metres to see and hear, its lineage, its rights.

    Parameters
    ----------
    theme
        A Theme, or music whose first bars are one; see `Theme.of`.
    meters
        Where it is carried to, `METERS` without it; in the first one every strategy is told.
    lineage
        Who made which version, for the theme this library starts from.
    film
        Number, title or year of the one film of the lineage that is told of.
    live
        Whether there is sound, and a bar that changes; without it the page is for paper.

    Returns
    -------
    str
        HTML, whole. Without the extras ``[plot]`` and ``[notation]`` pictures are words.

    Raises
    ------
    TextError, StrategyError, UnknownName
        Where a metre is none, or no strategy reaches it; where there is no such film.
    """
    theme = Theme.of(theme)
    targets = [target for target in map(Meter, meters or METERS) if target != theme.meter]
    versions = [theme.to_meter(target) for target in targets]
    tables = live_bar(theme, LIVE_METERS if meters is None else targets) if live and targets else None
    parts = [_head(theme, tables), _bar(theme, tables)]
    parts += [_live(tables)] if tables else []
    parts += [_versions(versions, tables)] if targets else []
    parts += [_rhythm(theme, versions)]
    parts += [_side_by_side(theme, targets[0])] if targets else []
    parts += [lineage_section(lineage, film, claims=live or film is not None)] if lineage else []
    return _page(theme.name, [*parts, _rights(theme)], tables)


def _page(name: str, parts: Iterable[str], tables: LiveBar | None) -> str:
    """The whole page; its policy lets no other script run than this one, and nothing be asked for."""
    rules, code = style("dossier.css"), script("dossier.js") if tables else ""
    policy = (
        f"{NOTHING_ELSE}; style-src {_hash(rules)}; script-src {_hash(code) if code else chr(39) + 'none' + chr(39)}"
    )
    data = f'<script type="text/plain" id="mi-tables">{packed_json(tables.as_dict())}</script>\n' if tables else ""
    made = "numbers, pictures and sounds are computed. This page asks for nothing and sends nothing."
    made = made if tables else "numbers and pictures are computed."
    run = f'{data}<script type="module">{code}</script>\n' if tables else ""
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{plain_title(name)}: a dossier</title>\n<style>{rules}</style>\n</head>\n"
        f'<body class="mi mi-page">\n{tables.glyphs if tables else ""}<main>\n{"".join(parts)}</main>\n'
        f"<footer><p>Made by mi_theme {__version__}; {made}</p></footer>\n{run}</body>\n</html>\n"
    )


def _hash(text: str) -> str:
    """How a policy names a text that may run."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _head(theme: Theme, tables: LiveBar | None) -> str:
    read = ", read off the notes" if theme.figure_source == "notes" else ""
    rows = {
        "metre": theme.meter.signature,
        "grouped": f"{_shape(theme)}{read}",
        "beats": _beats(theme.meter),
        "key": f"{theme.tonic} {theme.mode} (a parameter)",
        "figure": f"{len(theme.ostinato)} notes in {theme.bars} bars",
    }
    by = f'<p class="by">{foreign(theme.rights.attribution)}</p>\n' if theme.rights.attribution != theme.name else ""
    sound = _sound("", "", "theme.mid", tables.midi, f"{theme.meter.signature} as it is") if tables else ""
    return (
        f'<header><p class="kind">Dossier of a theme</p>\n<h1>{foreign(theme.name)}</h1>\n{by}'
        f"<dl>{facts((name, shown(value)) for name, value in rows.items())}</dl>\n{sound}</header>\n"
    )


def _sound(meter: str, how: str, name: str, midi: bytes, words: str) -> str:
    """A button that plays a version, shown where the script runs, and its file."""
    return (
        f'<p class="sound"><button type="button" class="mi-play" hidden data-meter="{shown(meter)}" data-how="{shown(how)}" '
        f'aria-label="Play {shown(words)}"><span aria-hidden="true" class="mi-sign"></span><span class="mi-word">Play</span></button>'
        f" {linked_midi(midi, name, 'MIDI')}</p>\n"
    )


def _shape(theme: Theme) -> Grouping:
    """The groups of the figure in pulses, where they are whole; else those of the metre."""
    return whole_grouping(theme.figure, theme.meter.pulse) or Grouping(theme.meter.groups)


def _beats(meter: Meter) -> str:
    equal = len(set(meter.groups)) == 1
    return f"{len(meter.beats)} {'equal' if equal else 'unequal'}, in {meter.pulses} pulses"


def _bar(theme: Theme, tables: LiveBar | None) -> str:
    rows = [(foreign(motif.name), f"<code>{shown(motif.in_bars(theme.meter))}</code>") for motif in theme.motifs]
    return section(
        "bar",
        "The bar",
        paragraph(
            "The taller a column, the more the metre would miss that pulse (Barlow, 1987); black ones begin a group."
        ),
        picture(lambda: weight_profile(theme.meter), drawn(theme.meter), "how much each pulse weighs", "drawing"),
        paragraph(
            "The notes as steps of the scale, each with its length in eighths; a comma means below the home note."
        ),
        _table_of_notes(rows),
        _engraved(tables.notation, "on paper, beamed by the groups")
        if tables and tables.notation
        else picture(lambda: notation(theme), "On paper.", "on paper, beamed by the groups", "drawing"),
    )


def _table_of_notes(rows: Sequence[tuple[str, str]]) -> str:
    return table("The notes of each motif", ("motif", "notes"), rows, "notes")


def _engraved(svg: str, caption: str) -> str:
    """Notation that takes its glyphs from the page."""
    return f'<figure class="engraved">{svg}<figcaption>{shown(caption)}</figcaption></figure>\n'


def _live(tables: LiveBar) -> str:
    without = "Here is a bar to change and to hear, for browsers that run the script of this page; what it has to say in the usual ways stands below."
    return section(
        "live",
        "Change the bar",
        paragraph(f"Pick a metre and a strategy: {len(tables.meters)} metres, every strategy that reaches them."),
        f'<div id="mi-live-bar"><noscript>{paragraph(without, "note")}</noscript></div>\n',
    )


def _rhythm(theme: Theme, versions: Sequence[Adaptation]) -> str:
    shapes = [_shape(theme)]
    shapes += [version.grouping for version in versions[:2] if version.grouping]
    numbers = measure(theme, name=str(theme.meter.signature))
    numbers = numbers.beside(*(measure(version, name=version.meter.signature) for version in versions[:BESIDE]))
    rows = [
        (shown(name), *(f"{round(value, 3) + 0.0:g}" if value is not None else "-" for value in values))
        for name, values in numbers.rows
    ]
    return section(
        "rhythm",
        "The rhythm",
        paragraph("Time goes round clockwise from the top; black beads are notes that begin a group."),
        picture(lambda: necklace(*shapes), necklace_words(*shapes), "the cycle, and what becomes of it", "drawing"),
        table("Measures side by side", ("measure", *numbers.titles), rows, "numbers"),
        paragraph(
            "None of these numbers was tested on listeners. A low one does not mean that a rhythm is easy.", "note"
        ),
    )


def _side_by_side(theme: Theme, target: Meter) -> str:
    found = ways(theme, target)
    able = sorted((way for way in found if way.cost is not None), key=lambda way: way.cost or 0.0)
    most = max((way.cost or 0.0 for way in able), default=0.0)
    unable = ", ".join(way.strategy for way in found if way.cost is None)
    return section(
        "ways",
        f"Every way to {target}",
        paragraph(
            "Points are charged for what breaks: an argument that can be disputed, not a verdict. Nothing moves in those "
            "that cost nothing; the listener pays."
        ),
        table(
            f"Strategies to {target}",
            ("strategy", "shape", "cost", "remark"),
            (_way(way, most) for way in able),
            "ways",
        ),
        paragraph(f"Cannot reach {target}: {unable}.", "note") if unable else "",
    )


def _way(way: Way, most: float) -> tuple[str, ...]:
    cost = f"{share(way.cost or 0.0, most)}{way.cost:.2f}"
    return shown(way.strategy), shown(way.shape or "-"), cost, shown(way.remark)


def _versions(versions: Sequence[Adaptation], tables: LiveBar | None) -> str:
    return section(
        "versions",
        "In other metres",
        paragraph(
            "The old bar above, the new one below; an arranger's first choice for each metre. Solid lines keep their place of "
            "the bar, broken ones move. Our reconstructions by rule, not transcriptions of any record."
        ),
        f'<div class="cards">\n{"".join(_Card(version, tables).html() for version in versions)}</div>\n',
    )


@dataclass(frozen=True, slots=True)
class _Card:
    """A version: notation, map, sound, and what it keeps and costs."""

    version: Adaptation
    tables: LiveBar | None

    def html(self) -> str:
        plan = self.version.plan
        rows = {
            "shape": str(plan.grouping or "-"),
            "cost": f"{plan.cost:.2f}",
            "kept": kept(plan),
            "heard": heard(plan),
        }
        return (
            f"<article><h3>{shown(str(plan.target))} <small>{shown(title(plan).lower())}</small></h3>\n{self._engraved()}"
            f"{picture(lambda: bar_map(self.version), bar_map_words(self.version), kind='drawing')}{self._heard()}"
            f"<dl>{facts((name, shown(value)) for name, value in rows.items() if value)}</dl></article>\n"
        )

    def _engraved(self) -> str:
        way = self.tables.way(self.version.meter, self.version.plan.how) if self.tables else None
        if way and way.notation:
            return f'<figure class="engraved">{way.notation}</figure>\n'
        return picture(lambda: notation(self.version), "On paper.", kind="drawing")

    def _heard(self) -> str:
        if not self.tables:
            return ""
        meter, how = str(self.version.meter), self.version.plan.how
        name = f"{meter.partition(':')[0].replace('/', '-')}-{how}.mid"
        return _sound(meter, how, name, self.tables.way(meter, how).midi, f"{meter} {how}")


def _rights(theme: Theme) -> str:
    rights = theme.rights
    paragraphs = [words for words in (rights.attribution, rights.notice, rights.provenance, rights.versions) if words]
    return section(
        "rights",
        "Rights and provenance",
        *(f"<p>{foreign(words[:1].upper() + words[1:])}</p>\n" for words in paragraphs or ["Nothing is said."]),
    )

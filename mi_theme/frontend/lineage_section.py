"""Who made which version, for a page: the time line, a row a film, and for each film the argument, its claims and their sources."""

from __future__ import annotations

from collections.abc import Iterable

from mi_theme.credits import Film, Lineage
from mi_theme.credits.opening_arguments import argument
from mi_theme.credits.records import Claim
from mi_theme.credits.reports import film_report
from mi_theme.engraving.drawings import readable
from mi_theme.frontend.html_parts import data_uri, foreign, paragraph, section, shown, table
from mi_theme.views.lineage_pictures import PHONE, draw_lineage
from mi_theme.views.timelines import film_list

__all__ = ["lineage_section"]

CLAIMS = ("claim", "of", "says", "", "certainty", "held", "source", "place", "note")
SOURCES = ("source", "layer", "grade", "written", "title", "where")


def lineage_section(lineage: Lineage, film: int | str | None = None, *, claims: bool = True) -> str:
    """The lineage as a part of a page.

    Parameters
    ----------
    lineage
        The claims.
    film
        Number, title or year of the one film that is told of; all of them without it.
    claims
        Whether the claims themselves are on the page, and their sources.

    Returns
    -------
    str
        HTML.

    Raises
    ------
    UnknownName
        Where there is no such film.
    """
    films = list(lineage.films()) if film is None else [lineage.film(film)]
    numbers = {str(each.number) for each in films}
    report = film_report(lineage)
    rows = [[foreign(cell) for cell in row] for row in report.rows if row[0] in numbers]
    heading = "Who made which version" if film is None else f"Who made the version of {shown(films[0].heading)}"
    told = [_film(each, open_=film is not None) for each in films] if claims else []
    return section(
        "lineage",
        heading,
        paragraph(
            "A row for each layer: three documents (seed), and public pages (reference). Neither overwrites the other; a dash "
            "is silence."
        ),
        _timeline(lineage) if film is None else _alone(lineage, films),
        table("Openings, film by film", report.columns, rows, "films"),
        paragraph(
            f"One sentence names makers for seven openings and fits them in {len(lineage.readings())} ways under the usual "
            "assumptions; the number is a count, not a probability.",
            "note",
        ),
        *told,
        _sources(lineage, [claim for each in films for claim in each.claims]) if claims else "",
    )


def _timeline(lineage: Lineage) -> str:
    """The picture for a page, and the one for a phone: whichever fits is shown."""
    drawing = draw_lineage(lineage)
    alt = shown(readable(drawing.description))
    return (
        f'<figure class="drawing"><picture><source media="(max-width: {PHONE}px)" srcset="{data_uri(drawing.narrow.svg)}">'
        f'<img src="{data_uri(drawing.wide.svg)}" alt="{alt}"></picture></figure>\n'
    )


def _alone(lineage: Lineage, films: list[Film]) -> str:
    """What the time line says of a film, without the others."""
    drawing = film_list(lineage, films)
    return f'<figure class="drawing"><img src="{data_uri(drawing.svg)}" alt="{shown(readable(drawing.description))}"></figure>\n'


def _film(film: Film, *, open_: bool) -> str:
    """How it is known who made the opening of a film, and every claim about it."""
    steps = "".join(f"<li>{foreign(line.partition('. ')[2])}</li>" for line in argument(film).splitlines())
    rows = [_claim(film.lineage.held(claim), claim) for claim in film.claims]
    words = f"{film.heading}: {film.composer}, {film.composer.certainty}"
    return (
        f'<details class="film" id="film-{film.number}"{" open" * open_}><summary>{foreign(words)}</summary>\n<ol>{steps}</ol>\n'
        f"{table(f'Claims about film {film.number}', CLAIMS, rows, 'claims')}</details>\n"
    )


def _claim(held: str, claim: Claim) -> list[str]:
    status = f"{claim.status} by {claim.superseded_by}" if claim.superseded_by else claim.status
    cells = [claim.id, claim.subject, claim.predicate.replace("_", " "), claim.text or "-", status, held]
    return [*map(foreign, cells), _source_link(claim.source), foreign(claim.place), foreign(claim.note)]


def _source_link(name: str) -> str:
    return f'<a href="#source-{shown(name)}">{foreign(name)}</a>'


def _sources(lineage: Lineage, claims: Iterable[Claim]) -> str:
    """The sources of some claims; an address is said, not linked: the page asks for nothing."""
    used = {claim.source for claim in claims}
    rows = [
        (
            f'<span id="source-{shown(source.id)}">{foreign(source.id)}</span>',
            *(foreign(cell or "-") for cell in (source.layer, source.grade, source.written, source.title)),
            foreign(source.url or source.file or "-"),
        )
        for source in lineage.sources.values()
        if source.id in used
    ]
    return f'<details class="film" id="sources"><summary>{len(rows)} sources</summary>\n{table("Sources", SOURCES, rows, "claims")}</details>\n'

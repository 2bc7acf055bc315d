"""The lineage for the command line: each question becomes a report in words, rows and plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from mi_theme.credits.claims import Claims
from mi_theme.credits.conflicts import conflicts_of
from mi_theme.credits.filmography import Film
from mi_theme.credits.lineages import Lineage
from mi_theme.credits.locators import quoted, verify
from mi_theme.credits.opening_arguments import argument
from mi_theme.credits.readings import ASSUMPTIONS
from mi_theme.credits.records import UNKNOWN, Claim, layers
from mi_theme.errors import FileError
from mi_theme.listings import csv_table, text_table

__all__ = [
    "Report",
    "change_report",
    "chosen_lineage",
    "claim_report",
    "claim_words",
    "conflict_report",
    "dossier",
    "film_report",
    "inference_report",
    "person_report",
    "reading_report",
    "verification",
]


@dataclass(frozen=True)
class Report:
    """An answer in three shapes: words for people, rows for CSV, plain values for JSON."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    data: Any
    words: str = ""

    @property
    def text(self) -> str:
        """For people."""
        return self.words or text_table(self.columns, self.rows)

    @property
    def csv(self) -> str:
        """For a spreadsheet."""
        return csv_table(self.columns, self.rows)


def chosen_lineage(without: Iterable[str] = (), add: Iterable[str] = (), data: str | None = None) -> Lineage:
    """The lineage in ``data/`` or in another folder or file, less some claims (ids, commas allowed) and with some more (text)."""
    found = Lineage.load(data)
    for ids in without:
        found = found.without(ids)
    for text in add:
        found = found.add(text)
    return found


def claim_words(lineage: Lineage, name: str, folder: str | None = None) -> str:
    """One claim: what it says, its certainty, its place, its citation; with the documents the sentence it was read from."""
    claim = lineage.claim(name)
    source = lineage.sources[claim.source]
    rows = {
        "claim": claim.id,
        "says": f"{claim.subject} {claim.predicate}: {claim.text or UNKNOWN}",
        "status": _status(claim),
        "layer": claim.layer,
        "source": f"{source.id}: {source.title}",
        "held": lineage.held(claim) or "date unknown",
        "conflicts": " ".join(claim.conflicts),
        "note": claim.note,
        "cite": lineage.cite(claim.id),
    }
    width = max(map(len, rows))
    lines = [f"{label:{width}}  {words}" for label, words in rows.items() if words]
    if folder is not None:
        return "\n".join([*lines, "", quoted(lineage, claim, folder)])
    if claim.locator:
        hash_words = f"SHA-256 of the words {claim.locator.sha256}"
        lines.append(
            f"{'place':{width}}  {claim.place}, characters {'-'.join(map(str, claim.locator.span))}, {hash_words}"
        )
    return "\n".join(lines)


def film_report(lineage: Lineage, layer: str = "both") -> Report:
    """Every film: who made what in which metre, a row for each layer."""
    columns = ["film", "year", "title", "layer", "opening by", "score by", "metres", "certainty"]
    rows = [_film_row(film, which) for film in lineage.films() for which in layers(layer)]
    return Report(columns, rows, [_film_data(film, layer) for film in lineage.films()])


def _film_row(film: Film, layer: str) -> list[str]:
    (opening,), (score,) = film.credits("opening", layer), film.credits("score", layer)
    return [
        str(film.number),
        str(film.year),
        film.title,
        layer,
        str(opening),
        str(score),
        _metres(film, layer),
        opening.certainty,
    ]


def _metres(film: Film, layer: str) -> str:
    """The metres of the opening and of soundtrack versions, as far as a layer states them."""
    stated = [version for version in film.versions_in(layer) if any(section.meter for section in version.sections)]
    return "; ".join(v.metres if v.kind == "opening" else f"{v.kind} {v.metres}" for v in stated) or UNKNOWN


def dossier(film: Film, layer: str = "both") -> Report:
    """Everything about one film: titles, dates, credits, versions, the argument, claims, conflicts."""
    claims = [claim for claim in film.claims if claim.layer in layers(layer)]
    report = _claims_report(film.lineage, claims)
    return Report(report.columns, report.rows, _film_data(film, layer), "\n\n".join(_sections(film, layer, report)))


def _sections(film: Film, layer: str, claims: Report) -> Iterator[str]:
    aliases = f"\nalso called: {'; '.join(film.aliases)}" if film.aliases else ""
    yield f"{film.heading}{aliases}"
    yield f"CREDITS\n{film.credits(layer=layer)}"
    yield f"VERSIONS\n{film.versions_in(layer)}"
    yield f"WHO MADE THE OPENING, AND HOW IT IS KNOWN\n{argument(film, layer)}"
    if dates := [row for row in film.dates if row.layer in layers(layer)]:
        yield f"DATES\n{text_table(list(dates[0].cells), [list(row.cells.values()) for row in dates])}"
    if conflicts := conflicts_of(film.lineage, film.number):
        yield f"WHAT CONTRADICTS OR REPLACES WHAT\n{conflicts}"
    yield f"CLAIMS\n{claims.text}"
    used = {claim.source for claim in film.claims if claim.layer in layers(layer)}
    sources = [film.lineage.sources[name] for name in film.lineage.sources if name in used]
    rows = [[s.id, s.layer, s.grade or UNKNOWN, s.written or UNKNOWN, s.title, s.url or s.file] for s in sources]
    yield f"SOURCES\n{text_table(['id', 'layer', 'grade', 'written', 'title', 'where'], rows)}"


def person_report(lineage: Lineage, name: str, layer: str = "both") -> Report:
    """What somebody made, or may have made, and every claim that names them."""
    person = lineage.tables.person(name)
    found = lineage.by(person.name, layer)
    claims = [c for c in lineage.claims(layer=layer) if person.name in (*c.values, c.subject.removeprefix("person/"))]
    told = _claims_report(lineage, claims)
    words = f"{person.name}\n\nCREDITS, ALSO POSSIBLE ONES\n{found}\n\nCLAIMS\n{told.text if claims else 'none'}"
    data = {"name": person.name, "credits": msgspec.to_builtins(list(found)), "claims": told.data}
    return Report(found.columns, found.cells, data, words)


def claim_report(
    lineage: Lineage,
    *,
    film: int | str | None = None,
    predicate: str | None = None,
    status: str | None = None,
    layer: str = "both",
) -> Report:
    """The claims, with when each held and where it stands."""
    return _claims_report(lineage, lineage.claims(film=film, predicate=predicate, status=status, layer=layer))


def _claims_report(lineage: Claims, claims: Iterable[Claim]) -> Report:
    claims = list(claims)
    columns = ["id", "subject", "predicate", "value", "status", "held", "place", "layer", "note"]
    rows = [
        [c.id, c.subject, c.predicate, c.text or UNKNOWN, _status(c), lineage.held(c), c.place, c.layer, c.note]
        for c in claims
    ]
    return Report(columns, rows, [_claim_data(lineage, claim) for claim in claims])


def _status(claim: Claim) -> str:
    return f"{claim.status} by {claim.superseded_by}" if claim.superseded_by else claim.status


def change_report(before: Lineage, after: Lineage, layer: str = "both") -> Report:
    """What is another answer after claims were left out or added: of each film, of the readings, of the conflicts."""
    columns = ["film", "layer", "what", "before", "after"]
    rows = []
    old, new = film_report(before, layer), film_report(after, layer)
    for one, other in zip(old.rows, new.rows, strict=True):
        cells = zip(old.columns[4:], one[4:], other[4:], strict=True)
        rows += [[one[0], one[3], what, was, now] for what, was, now in cells if was != now]
    counts = ((len(each.readings()), len(each.conflicts())) for each in (before, after))
    for what, was, now in zip(("readings", "conflicts"), *counts, strict=True):
        if was != now:
            rows.append(["all", "seed" if what == "readings" else "both", what, str(was), str(now)])
    words = "" if rows else "nothing: every answer is the same"
    return Report(columns, rows, [dict(zip(columns, row, strict=True)) for row in rows], words)


def conflict_report(lineage: Lineage, film: int | str | None = None) -> Report:
    """What contradicts, replaces or outdates what."""
    found = lineage.conflicts(film)
    return Report(["kind", "about", "claims", "why"], found.cells, [row._asdict() for row in found])


def reading_report(lineage: Lineage, assumptions: str | None = None, layer: str = "seed") -> Report:
    """Every reading of the sentence on the openings, and what each film can have."""
    readings = lineage.readings(assumptions, layer=layer)
    films = [str(film) for film in readings.films]
    possible = "\n".join(f"film {film}: {' or '.join(names) or 'nobody'}" for film, names in readings.possible.items())
    known = "\n".join(
        f"{'x' if name in readings.assumptions else ' '} {name}: {a.supposes}" for name, a in ASSUMPTIONS.items()
    )
    data = {
        "assumptions": readings.assumptions,
        "premises": readings.premises,
        "count": len(readings),
        "readings": [dict(zip(films, row, strict=True)) for row in readings],
        "possible": {str(film): names for film, names in readings.possible.items()},
        "forced": {str(film): name for film, name in readings.forced.items()},
    }
    return Report([f"film {film}" for film in films], readings.rows, data, f"{readings}\n\n{possible}\n\n{known}")


def inference_report(lineage: Lineage, layer: str = "both") -> Report:
    """What nobody states: claims that are inferred, and credits that are computed."""
    claims = lineage.claims(status="inferred", layer=layer)
    derived = [
        c for film in lineage.films() for c in film.credits(layer=layer) if c.certainty in ("inferred", "ambiguous")
    ]
    columns = ["what", "value", "certainty", "layer", "from", "supposing"]
    rows = [[f"{c.subject} {c.predicate}", c.text, c.status, c.layer, f"{c.id} ({c.place})", ""] for c in claims]
    rows += [
        [f"film/{c.film} {c.role}_by", str(c), c.certainty, c.layer, " ".join(c.evidence), ", ".join(c.assumptions)]
        for c in derived
    ]
    return Report(columns, rows, [dict(zip(columns, row, strict=True)) for row in rows])


def verification(folder: str, lineage: Lineage | None = None) -> str:
    """Check every locator against the documents in a folder.

    Raises
    ------
    FileError
        Where a document is missing, or a locator is wrong: the first problems, and how many.
    """
    result = verify(lineage or Lineage.load(), folder)
    if not result:
        first = "; ".join(result.problems[:3])
        raise FileError(f"{first}{' ...' if len(result.problems) > 3 else ''} ({result})")
    return str(result)


def _film_data(film: Film, layer: str) -> dict[str, Any]:
    """A film as plain values."""
    return {
        "number": film.number,
        "title": film.title,
        "year": film.year,
        "aliases": film.aliases,
        "dates": [row._asdict() for row in film.dates if row.layer in layers(layer)],
        "credits": msgspec.to_builtins(list(film.credits(layer=layer))),
        "versions": msgspec.to_builtins(list(film.versions_in(layer))),
        "argument": argument(film, layer).splitlines(),
        "claims": [_claim_data(film.lineage, claim) for claim in film.claims if claim.layer in layers(layer)],
    }


def _claim_data(lineage: Claims, claim: Claim) -> dict[str, Any]:
    """A claim as plain values, with when it held."""
    return {**msgspec.to_builtins(claim), "held": lineage.held(claim)}

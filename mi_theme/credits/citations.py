"""Sources and claims as scholars cite them: footnotes, and files for reference managers.

What is not known of a source is said to be unknown, and nothing is filled in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from mi_theme.credits.records import About, Claim, Source
from mi_theme.errors import UnknownName
from mi_theme.version import __version__

__all__ = ["STYLES", "bibtex_of", "cited", "csl_of", "ris_of"]

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
LATEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
LATEX |= {sign: "\\" + sign for sign in "&%$#_{}"}


class Reference(NamedTuple):
    """A source in words, what is unknown said; `place` is where in it a claim stands, `claim` its id."""

    author: str
    title: str
    publisher: str
    written: str
    address: str
    seen: str
    place: str
    claim: str


def _day(date: str) -> str:
    """``20 November 2026``, ``November 2026``, ``2026``; from and to with a dash."""
    spans = []
    for one in filter(None, date.split("/")):
        year, *rest = one.split("-")
        month = [MONTHS[int(rest[0]) - 1]] if rest else []
        spans.append(" ".join([*(str(int(day)) for day in rest[1:]), *month, year]))
    return " to ".join(spans)


def reference(source: Source, claim: Claim | None = None) -> Reference:
    """A source, and the place of a claim in it, in words."""
    locator = claim.locator if claim else None
    place = f"line {locator.line}, characters {locator.span[0]} to {locator.span[1]}" if locator else ""
    return Reference(
        author=source.author or "author unknown",
        title=source.title,
        publisher=source.publisher or "publisher unknown",
        written=_day(source.written) or "date unknown",
        address=source.link
        or (f"address as noted: {source.url}" if source.url else f"document {source.file}" if source.file else ""),
        seen=_day(source.seen),
        place=place,
        claim=claim.id if claim else "",
    )


def _chicago(parts: Reference) -> str:
    """A footnote (Chicago Manual of Style, notes and bibliography)."""
    seen = f"accessed {parts.seen}" if parts.seen else ""
    quoted = f"{_capital(parts.author)}, “{parts.title},” {parts.publisher}, {parts.written}"
    return ", ".join(filter(None, [quoted, parts.place, seen, parts.address]))


def _apa(parts: Reference) -> str:
    """An entry of a list of references (APA, 7th edition), the place after it."""
    seen = (
        f"Retrieved {parts.seen}" + (f", from {parts.address}" if parts.address else "")
        if parts.seen
        else parts.address
    )
    entry = f"{_capital(parts.author)}. ({parts.written}). {parts.title}. {_capital(parts.publisher)}"
    return ". ".join(filter(None, [entry, _capital(parts.place), _capital(seen)]))


def _mla(parts: Reference) -> str:
    """An entry of a list of works cited (MLA, 9th edition), the place after it."""
    seen = f"Accessed {parts.seen}" if parts.seen else ""
    entry = f"{_capital(parts.author)}. “{parts.title}.” {_capital(parts.publisher)}, {parts.written}"
    return ". ".join(filter(None, [", ".join(filter(None, [entry, parts.address, parts.place])), seen]))


#: How a source is cited in words, by the name of the style.
STYLES: dict[str, Callable[[Reference], str]] = {"chicago": _chicago, "apa": _apa, "mla": _mla}


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def cited(source: Source, claim: Claim | None, about: About, style: str) -> str:
    """A source, or a claim in it, as one cites it; the claim by its id in this lineage.

    Raises
    ------
    UnknownName
        Where there is no such style.
    """
    if style not in STYLES:
        raise UnknownName.among("style", style, STYLES)
    words = STYLES[style](reference(source, claim)).rstrip(".") + "."
    return f"{words} Claim {claim.id} of {about.name}, mi_theme {__version__}." if claim else words


def csl_of(sources: Iterable[Source], about: About) -> str:
    """CSL-JSON, for Zotero and other reference managers; the lineage itself is the first item."""
    card = {
        "id": about.name,
        "type": "dataset",
        "title": about.title,
        "author": [{"literal": about.curator}],
        "version": __version__,
        "note": about.notice,
    }
    return json.dumps([_filled(card), *(_csl_item(source) for source in sources)], ensure_ascii=False, indent=1) + "\n"


def _csl_item(source: Source) -> dict[str, Any]:
    item = {
        "id": source.id,
        "type": "document" if source.file else "webpage",
        "title": source.title,
        "author": [{"literal": source.author}] if source.author else [],
        "publisher": source.publisher,
        "issued": _date_parts(source.written),
        "accessed": _date_parts(source.seen),
        "URL": source.link,
        "note": _remarks(source),
    }
    return _filled(item)


def _filled(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value}


def _date_parts(date: str) -> dict[str, Any]:
    parts = [[int(number) for number in one.split("-")] for one in filter(None, date.split("/"))]
    return {"date-parts": parts} if parts else {}


def _remarks(source: Source) -> str:
    """What has no field of its own, and what is unknown."""
    known = {"author": source.author, "publisher": source.publisher, "date": source.written}
    unknown = ", ".join(name for name, value in known.items() if not value)
    remarks = [
        f"Address as noted: {source.url}." if source.url and not source.link else "",
        f"Document {source.file}, SHA-256 {source.sha256}." if source.file else "",
        source.note,
        f"{_capital(unknown)} unknown." if unknown else "",
    ]
    return " ".join(filter(None, remarks))


def bibtex_of(sources: Iterable[Source], about: About) -> str:
    """BibTeX; the lineage itself is the first entry."""
    head = {"title": about.title, "author": about.curator, "note": f"mi_theme {__version__}. {about.notice}".strip()}
    entries = [(about.name, head)]
    for source in sources:
        fields = {
            "title": source.title,
            "author": source.author,
            "publisher": source.publisher,
            "year": source.written[:4],
            "date": source.written,
            "url": source.link,
            "urldate": source.seen,
            "note": _remarks(source),
        }
        entries.append((source.id, fields))
    return "\n".join(_bibtex_entry(key, fields) for key, fields in entries)


def _bibtex_entry(key: str, fields: dict[str, str]) -> str:
    """An entry; letters that LaTeX takes for commands are escaped, but in addresses; a name is one name."""
    lines = [f"@misc{{{key},"]
    for name, value in fields.items():
        text = value if name == "url" else "".join(LATEX.get(letter, letter) for letter in value)
        if text:
            lines.append(f"  {name} = {{{{{text}}}}}," if name == "author" else f"  {name} = {{{text}}},")
    return "\n".join([*lines, "}", ""])


def ris_of(sources: Iterable[Source], about: About) -> str:
    """RIS; the lineage itself is the first record."""
    head = {"TI": about.title, "AU": about.curator, "ET": __version__, "N1": about.notice}
    records = [_ris_record("DATA", about.name, head)]
    for source in sources:
        fields = {
            "TI": source.title,
            "AU": source.author,
            "PB": source.publisher,
            "PY": source.written[:4],
            "DA": source.written.partition("/")[0].replace("-", "/"),
            "UR": source.link,
            "Y2": source.seen.replace("-", "/"),
            "N1": _remarks(source),
        }
        records.append(_ris_record("GEN" if source.file else "ELEC", source.id, fields))
    return "\n".join(records)


def _ris_record(kind: str, key: str, fields: dict[str, str]) -> str:
    lines = [("TY", kind), ("ID", key), *fields.items(), ("ER", "")]
    return "".join(f"{tag}  - {value}\n" for tag, value in lines if value or tag == "ER")

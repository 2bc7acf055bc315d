"""The tables of a lineage as plain data, as JSON and as CSV, and back without loss."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from mi_theme.credits.checking import checked
from mi_theme.credits.records import About, Claim, ClaimTables, FilmRow, Person, Source, VersionRow
from mi_theme.errors import FileError
from mi_theme.listings import csv_table
from mi_theme.version import __version__

__all__ = [
    "ROW_TYPES",
    "claims_of_csv",
    "csv_of",
    "json_of",
    "plain_row",
    "reading",
    "tables_of_json",
    "tables_of_rows",
]

#: The tables but for the card, with the type of their rows.
ROW_TYPES: dict[str, type[msgspec.Struct]] = {
    "films": FilmRow,
    "people": Person,
    "versions": VersionRow,
    "sources": Source,
    "claims": Claim,
}
#: Columns of the table of claims: its fields, and its place in columns of its own.
COLUMNS = [*(name for name in Claim.__struct_fields__ if name != "locator"), "line", "start", "end", "sha256"]


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Whatever is wrong with a text that should be a lineage is one `FileError`, for as long as a ``with`` lasts."""
    try:
        yield
    except FileError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise FileError(f"this is no lineage in {what}: {' '.join(str(error).split())[:200]}") from None


def plain_row(row: msgspec.Struct) -> dict[str, Any]:
    """A row as numbers, text, lists and dictionaries; what is left at its default is left out."""
    plain: dict[str, Any] = msgspec.to_builtins(row)
    defaults = dict(zip(row.__struct_fields__[::-1], row.__struct_defaults__[::-1], strict=False))
    return {
        name: value for name, value in plain.items() if name not in defaults or getattr(row, name) != defaults[name]
    }


def tables_of_rows(rows: dict[str, Any]) -> ClaimTables:
    """The tables that plain rows make, checked as if they were read from a folder.

    Parameters
    ----------
    rows
        By table: ``about`` (a card), ``films``, ``people``, ``versions``, ``sources``, ``claims`` (lists of rows).

    Raises
    ------
    FileError
        Where a row is wrong, or the rows do not fit together.
    """
    if (
        not isinstance(rows, dict)
        or "about" not in rows
        or not set(rows) <= {*ROW_TYPES, "about", "annotation_metadata"}
    ):
        raise FileError("this is no lineage: it has a card (about) and films, people, versions, sources and claims")
    try:
        tables = {name: msgspec.convert(rows.get(name, []), tuple[kind, ...]) for name, kind in ROW_TYPES.items()}  # type: ignore[valid-type]
        return checked(ClaimTables(about=msgspec.convert(rows["about"], About), **tables))
    except msgspec.ValidationError as error:
        raise FileError(f"a row of the lineage is wrong: {error}") from None


def json_of(tables: ClaimTables) -> str:
    """Every row of every table, with the metadata that annotations of music carry (as in JAMS, Humphrey et al., 2014)."""
    about = tables.about
    documents = [source.title for source in tables.sources if source.file]
    metadata = {
        "curator": {"name": about.curator, "email": ""},
        "annotator": {},
        "version": __version__,
        "corpus": about.title,
        "annotation_tools": f"mi_theme {__version__}",
        "annotation_rules": about.description,
        "validation": "mi-theme lineage verify" if documents else "",
        "data_source": "; ".join(documents) or "; ".join(source.title for source in tables.sources),
    }
    rows = {name: [plain_row(row) for row in getattr(tables, name)] for name in ROW_TYPES}
    data = {"about": plain_row(about), "annotation_metadata": metadata, **rows}
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def tables_of_json(text: str) -> ClaimTables:
    """The tables that `json_of` wrote.

    Raises
    ------
    FileError
        Where the text is no such JSON.
    """
    with reading("JSON"):
        return tables_of_rows(json.loads(text))


def csv_of(tables: ClaimTables) -> str:
    """Every claim with every field; several values, and lists, as JSON."""
    rows = []
    for claim in tables.claims:
        place = claim.locator
        cells = {name: getattr(claim, name) for name in Claim.__struct_fields__ if name != "locator"}
        cells |= (
            {"line": place.line, "start": place.span[0], "end": place.span[1], "sha256": place.sha256} if place else {}
        )
        rows.append([_cell(cells.get(name, "")) for name in COLUMNS])
    return csv_table(COLUMNS, rows)


def claims_of_csv(text: str) -> tuple[Claim, ...]:
    """The claims that `csv_of` wrote; the other tables are not in it.

    Raises
    ------
    FileError
        Where a row is no claim; with its number.
    """
    reader = csv.DictReader(io.StringIO(text), restval="")
    claims, number = [], 1
    try:
        if reader.fieldnames is None or set(reader.fieldnames) != set(COLUMNS):
            raise FileError(f"the first line of a table of claims is {','.join(COLUMNS)}")
        for number, cells in enumerate(reader, 2):  # noqa: B007 - the error names it
            claims.append(_claim_of_cells(cells))
    except FileError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, csv.Error) as error:
        raise FileError(f"line {number}: no claim: {' '.join(str(error).split())[:200]}") from None
    return tuple(claims)


def _cell(value: object) -> str:
    """Text as it is, but for text that would be taken for a list."""
    listed = isinstance(value, tuple) or (isinstance(value, str) and value.startswith(("[", '"')))
    return json.dumps(value, ensure_ascii=False) if listed and value != () else str(value if value != () else "")


def _claim_of_cells(cells: dict[str, Any]) -> Claim:
    row = {name: json.loads(cell) if cell.startswith(("[", '"')) else cell for name, cell in cells.items()}
    line, start, end, digest = (row.pop(name) for name in ("line", "start", "end", "sha256"))
    if line:
        row["locator"] = {"line": int(line), "span": [int(start), int(end)], "sha256": digest}
    empty = [name for name in ("names", "conflicts") if row[name] == ""]
    return msgspec.convert({name: value for name, value in row.items() if name not in empty}, Claim)

"""The formats in which a lineage leaves and comes back: what each is for, who writes it, who reads it."""

from __future__ import annotations

import json
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from mi_theme.credits.checking import checked, read_tables
from mi_theme.credits.citations import bibtex_of, csl_of, ris_of
from mi_theme.credits.linked_data import json_ld_of, tables_of_json_ld
from mi_theme.credits.plain_tables import claims_of_csv, csv_of, json_of, reading, tables_of_json
from mi_theme.credits.provenance import prov_json_of, prov_n_of, tables_of_prov_json, tables_of_prov_n
from mi_theme.credits.records import ClaimTables
from mi_theme.errors import FileError, UnknownName
from mi_theme.file_bytes import file_text

__all__ = ["FORMATS", "Interchange", "read_lineage", "written_as"]


class Interchange(NamedTuple):
    """A format: what it is for, how it is written, and whether some claims can be written without the others."""

    summary: str
    write: Callable[[ClaimTables], str]
    of_parts: bool = False


#: The formats by name.
FORMATS = {
    "json": Interchange("every table, every field", json_of),
    "prov": Interchange("PROV-JSON: which claim comes from which source", prov_json_of),
    "provn": Interchange("PROV-N: the same, for people", prov_n_of),
    "jsonld": Interchange("linked data in terms of Music Meta, PROV-O, schema.org and Wikidata", json_ld_of),
    "csv": Interchange("the claims as a table", csv_of, of_parts=True),
    "bibtex": Interchange(
        "the sources, for LaTeX", lambda tables: bibtex_of(tables.sources, tables.about), of_parts=True
    ),
    "ris": Interchange(
        "the sources, for reference managers", lambda tables: ris_of(tables.sources, tables.about), of_parts=True
    ),
    "csl": Interchange(
        "the sources as CSL-JSON, for Zotero", lambda tables: csl_of(tables.sources, tables.about), of_parts=True
    ),
}


def written_as(format: str, tables: ClaimTables) -> str:  # noqa: A002
    """The tables in a format.

    Parameters
    ----------
    format
        One of `FORMATS`.
    tables
        What is written.

    Returns
    -------
    str
        The text of a file.

    Raises
    ------
    UnknownName
        Where there is no such format.
    """
    if format not in FORMATS:
        raise UnknownName.among("format", str(format), FORMATS)
    return FORMATS[format].write(tables)


def read_lineage(path: str | PathLike[str] | None) -> ClaimTables:
    """The tables of a folder, or of a file that `written_as` made: JSON, PROV-JSON, PROV-N, JSON-LD or CSV.

    A table of claims (CSV) has the claims alone; the rest is taken from our tables.

    Parameters
    ----------
    path
        A folder or a file; None for our own tables.

    Returns
    -------
    ClaimTables
        Checked: every row refers to what is there.

    Raises
    ------
    FileError
        Where it is no lineage; with the name and the reason.
    """
    if path is None or Path(path).is_dir():
        return read_tables(path)
    try:
        text = file_text(path)
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}; give a folder of tables, or a file that --format wrote") from None
    try:
        return _tables_of(text)
    except FileError as error:
        raise FileError(f"{path}: {error}") from None


def _tables_of(text: str) -> ClaimTables:
    """The tables in a text, whose format shows at its beginning."""
    start = text.lstrip()[:1]
    if start != "{":
        if text.lstrip().startswith("document"):
            return tables_of_prov_n(text)
        return checked(read_tables()._replace(claims=claims_of_csv(text)))
    with reading("JSON"):
        keys = json.loads(text).keys()
    read = tables_of_json_ld if "@graph" in keys else tables_of_prov_json if "entity" in keys else tables_of_json
    return read(text)

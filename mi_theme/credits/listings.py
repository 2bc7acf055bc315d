"""Rows that print as a table: in a terminal, in a notebook, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from html import escape
from typing import Protocol, TypeVar

__all__ = ["Cells", "Rows", "csv_table", "html_table", "text_table"]


class Cells(Protocol):
    """What can be a row: it gives its cells by column."""

    @property
    def cells(self) -> dict[str, str]:
        """Text by column."""


T = TypeVar("T", bound=Cells)


class Rows(tuple[T, ...]):
    """A tuple of rows that draws itself as a table."""

    __slots__ = ()

    @property
    def columns(self) -> list[str]:
        """The columns; none where there are no rows."""
        return list(self[0].cells) if self else []

    @property
    def cells(self) -> list[list[str]]:
        """The cells, row by row."""
        return [list(row.cells.values()) for row in self]

    def __str__(self) -> str:
        return text_table(self.columns, self.cells)

    def _repr_html_(self) -> str:
        return html_table(self.columns, self.cells)

    def csv(self) -> str:
        """The table as CSV, with a header."""
        return csv_table(self.columns, self.cells)


def text_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns of text, two spaces apart."""
    lines = [columns, *rows]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def html_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table for a notebook."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def csv_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The table as CSV, with a header; lines end as on every system."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()

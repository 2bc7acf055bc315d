"""Sequences and tables of values that print as a table: in a terminal, in a notebook, as CSV.

A list of hits is a list, and the ways to carry a metre are a dictionary; what one sees of them is a table, cut with a count
where it is long.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Protocol, TypeVar

from mi_theme.arguments import known_name
from mi_theme.errors import UnknownName
from mi_theme.guesses import Guessed

__all__ = ["LEFT", "Cells", "Listing", "NamedRows", "Rows", "csv_table", "html_table", "scrolled", "text_table"]

#: A notebook sets cells to the right, which suits numbers and no sentence, and far apart.
LEFT = 'style="text-align:left;padding:.3em"'
MOST_ROWS = 40  # that are shown; the sequence has them all


class Cells(Protocol):
    """What can be a row: it gives its cells by column."""

    @property
    def cells(self) -> dict[str, str]:
        """Text by column."""


T = TypeVar("T", bound=Cells)


class Tabular(Guessed):
    """What shows rows as a table; the rows are the values of a sequence or of a dictionary."""

    __slots__ = ()

    def _rows(self) -> Iterator[Cells]:
        raise NotImplementedError

    @property
    def columns(self) -> list[str]:
        """The columns; none where there are no rows."""
        return list(next((row.cells for row in self._rows()), {}))

    @property
    def cells(self) -> list[list[str]]:
        """The cells, row by row."""
        return [list(row.cells.values()) for row in self._rows()]

    def __str__(self) -> str:
        cells = self.cells
        more = f"\n... and {len(cells) - MOST_ROWS} more" if len(cells) > MOST_ROWS else ""
        return text_table(self.columns, cells[:MOST_ROWS]) + more if cells else "none"

    def _repr_html_(self) -> str:
        cells = self.cells
        more = f"<p>... and {len(cells) - MOST_ROWS} more</p>" if len(cells) > MOST_ROWS else ""
        return html_table(self.columns, cells[:MOST_ROWS]) + more if cells else "<p>none</p>"

    def csv(self) -> str:
        """The table as CSV, with a header."""
        return csv_table(self.columns, self.cells)


class Rows(Tabular, tuple[T, ...]):
    """A tuple of rows that shows itself as a table."""

    __slots__ = ()

    def _rows(self) -> Iterator[T]:
        return iter(self)


class Listing(Tabular, list[T]):
    """A list of rows that shows itself as a table."""

    __slots__ = ()

    def _rows(self) -> Iterator[T]:
        return iter(self)

    def __repr__(self) -> str:
        return f"[{', '.join(map(repr, self))}]" if len(self) < 2 else f"<{len(self)} in a list, the first: {self[0]}>"


class NamedRows(Tabular, dict[str, T]):
    """Rows by name, in any spelling of it, which shows itself as a table."""

    __slots__ = ()

    def _rows(self) -> Iterator[T]:
        return iter(self.values())

    def __missing__(self, name: str) -> T:
        try:
            return self[known_name("row", name, self)]
        except UnknownName as error:
            raise KeyError(str(error)) from None

    def __repr__(self) -> str:
        return f"<{len(self)} by name: {', '.join(self)}>"


def text_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns of text, two spaces apart.

    Parameters
    ----------
    columns, rows
        The header, and a cell for each of it in each row.

    Returns
    -------
    str
        A line for each row.
    """
    lines = [columns, *rows]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def html_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table for a notebook, no wider than its cell.

    Parameters
    ----------
    columns, rows
        As for `text_table`.

    Returns
    -------
    str
        HTML.
    """
    head = "".join(f'<th scope="col" {LEFT}>{escape(name)}</th>' for name in columns)
    body = "".join("<tr>" + "".join(f"<td {LEFT}>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return scrolled(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")


def scrolled(html: str) -> str:
    """Some `html` that is moved sideways where it is wider than the room it has.

    Returns
    -------
    str
        HTML.
    """
    return f'<div style="max-width:100%;overflow-x:auto">{html}</div>'


def csv_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The table as CSV, with a header; lines end as on every system.

    Parameters
    ----------
    columns, rows
        As for `text_table`.

    Returns
    -------
    str
        The text of a file.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()

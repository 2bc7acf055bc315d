"""``mi-theme motifs``."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

import click

from mi_theme.cli.many_files import counted
from mi_theme.cli.shared import bars_option, json_option, parts_in, print_json, print_table, say
from mi_theme.listings import csv_table

if TYPE_CHECKING:
    from mi_theme.search import RecurringMotif

__all__ = ["motifs"]


@click.command()
@click.argument("file", type=click.Path())
@bars_option("--bars", help="Bars to look at, such as 1-32; all of them without it.")
@click.option("--part", shell_complete=parts_in, help="The part to look at; all pitched ones without it.")
@click.option("--shortest", type=click.IntRange(3), default=4, show_default=True, help="Notes of a motif, at least.")
@click.option(
    "--longest", type=click.IntRange(3, 200), default=48, show_default=True, help="Notes of a motif, at most."
)
@click.option(
    "--max-evalue",
    type=click.FloatRange(0),
    default=0.01,
    show_default=True,
    help="The most motifs as good that chance may bring in a piece of this length; inf for all.",
)
@click.option("--top", type=click.IntRange(1), default=12, show_default=True, help="At most that many motifs.")
@click.option("--places", is_flag=True, help="Every place of each motif, and how it is changed there.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, for spreadsheets: a row for each place.")
@json_option
def motifs(
    file: str,
    bars: tuple[int, int] | None,
    part: str | None,
    shortest: int,
    longest: int,
    max_evalue: float,
    top: int,
    places: bool,
    as_csv: bool,
    as_json: bool,
) -> None:
    """What recurs in a piece: exactly, transposed, varied, slower or faster.

    Those motifs come first that save most when they are told once and then
    referred to: what is long, frequent and exact. E says how many as good chance would bring.
    """
    if as_csv and as_json:
        raise click.UsageError("--json or --csv, not both")
    if isnan(max_evalue):
        raise click.UsageError("--max-evalue: nan is no number of motifs")
    from mi_theme.search import motifs as recurring

    found = recurring(file, bars=bars, part=part, shortest=shortest, longest=longest, max_evalue=max_evalue, top=top)
    if as_json:
        print_json([motif.to_dict() for motif in found])
    elif as_csv:
        click.echo(csv_table(["motif", *COLUMNS], _rows(found)), nl=False)
    elif found:
        print_table(("", *found.columns), ([str(number), *row] for number, row in enumerate(found.cells, 1)))
        if places:
            rows = (
                [str(number), *hit.cells.values()] for number, motif in enumerate(found, 1) for hit in motif.occurrences
            )
            click.echo()
            print_table(("motif", *found[0].first.cells), rows)
    say(f"{counted(len(found), 'motif')} in {file}")


COLUMNS = (
    "part",
    "bar",
    "onset",
    "end",
    "transposition",
    "stretch",
    "inverted",
    "missing",
    "changed",
    "evalue",
    "notes",
)


def _rows(found: list[RecurringMotif]) -> list[list[str]]:
    """A row for each place, with the number of its motif."""
    places = ((number, hit.to_row()) for number, motif in enumerate(found, 1) for hit in motif.occurrences)
    return [[str(number), *(str(row[name]) for name in COLUMNS)] for number, row in places]

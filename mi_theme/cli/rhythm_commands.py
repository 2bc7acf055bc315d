"""``mi-theme which-meter`` and ``measure``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from mi_theme.cli.many_files import Workers, progress_bar, workers_options
from mi_theme.cli.shared import json_option, parts_in, print_json, print_table, say
from mi_theme.errors import FileError, error_words
from mi_theme.listings import csv_table

if TYPE_CHECKING:
    from mi_theme.rhythm import Measures

__all__ = ["measure", "which_meter"]

FEW_FILES = 12  # that have a row each
FEW_COLUMNS = 4  # files that are measured side by side


@click.command("which-meter")
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@click.option(
    "--details", is_flag=True, help=f"A row for each file, however many there are; without it for {FEW_FILES} at most."
)
@workers_options
@json_option
@click.pass_context
def which_meter(ctx: click.Context, paths: tuple[str, ...], details: bool, as_json: bool, where: Workers) -> None:
    """Say which metre files are in, whatever they state; folders too.

    Of many files it is said how many are in which metre; --details has a row for each.
    """
    from mi_theme.rhythm import which_meters

    rows: list[dict[str, Any]] = []
    failed = False
    with where.executor() as executor, progress_bar("listening") as progress:
        for file, found in which_meters(paths, progress=progress, executor=executor):
            if isinstance(found, list):
                rows.append(_guess_row(file, found))
            else:
                say(error_words(found, file))
                failed = True
    if as_json:
        print_json(rows)
    elif len(rows) > FEW_FILES and not details:
        counts = Counter(row["meter"] or "not sure" for row in rows)
        print_table(("metre", "files"), ([meter, str(count)] for meter, count in counts.most_common()))
        say(f"{len(rows)} files; a row for each: --details, or --json")
    elif rows:
        print_table(
            ("file", "metre", "bar line at", "bar certain", "guesses (of each signature)"),
            ([row["file"], *_guess_words(row)] for row in rows),
        )
    if not rows and not failed:
        raise FileError(f"{', '.join(paths)}: there are no scores")
    ctx.exit(int(failed))


def _guess_row(file: str, found: list[Any]) -> dict[str, Any]:
    from mi_theme.rhythm import sure_guess

    sure = sure_guess(found)
    guesses = [
        {"meter": str(g.meter), "probability": g.probability, "phase": str(g.phase), "certainty": g.certainty}
        for g in found
    ]
    return {"file": file, "meter": str(sure.meter) if sure else None, "guesses": guesses}


def _guess_words(row: dict[str, Any]) -> tuple[str, str, str, str]:
    guesses = ", ".join(f"{guess['meter']} {guess['probability']:.2f}" for guess in row["guesses"][:3])
    certainty = f"{row['guesses'][0]['certainty']:.2f}" if row["guesses"] else "-"
    if not row["meter"]:
        return "not sure", "-", certainty, guesses or "too few notes"
    return row["meter"], row["guesses"][0]["phase"], certainty, guesses


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@click.option("--meter", "metre", help="The metre to measure against; a file's own without it.")
@click.option("--part", shell_complete=parts_in, help="The part that is measured; all pitched ones without it.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, for spreadsheets: a row for each file.")
@workers_options
@json_option
@click.pass_context
def measure(
    ctx: click.Context,
    paths: tuple[str, ...],
    metre: str | None,
    part: str | None,
    as_csv: bool,
    as_json: bool,
    where: Workers,
) -> None:
    """Measure rhythm: syncopation, evenness and the like, in numbers; folders too.

    A few files stand side by side. Of many the lowest, middle and highest values
    are shown; --csv and --json have them all.
    """
    from mi_theme.rhythm import Measures, measure_files

    if as_csv and as_json:
        raise click.UsageError("--json or --csv, not both")
    found: dict[str, Measures] = {}
    failed = False
    with where.executor() as executor, progress_bar("measuring") as progress:
        for file, measures in measure_files(paths, metre, part=part, progress=progress, executor=executor):
            if isinstance(measures, Measures):
                found[file] = measures
            else:
                say(error_words(measures, file))
                failed = True
    names = [name for name, _ in next(iter(found.values())).rows] if found else []
    if not found and not failed:
        raise FileError(f"{', '.join(paths)}: there are no scores")
    if as_json:
        print_json([{"file": file, "meter": one.titles[0], **_numbers(one)} for file, one in found.items()])
    elif as_csv:
        cells = ([file, one.titles[0], *_cells(one, "")] for file, one in found.items())
        click.echo(csv_table(["file", "meter", *names], cells), nl=False)
    elif found and len(found) <= FEW_COLUMNS:
        columns = zip(names, *(_cells(one, "-") for one in found.values()), strict=True)
        print_table(("", *found), [["metre", *(one.titles[0] for one in found.values())], *map(list, columns)])
    elif found:
        print_table(("", "lowest", "middle", "highest", "files"), _spread(names, found.values()))
        say(f"{len(found)} files; a row for each: --csv, or --json")
    ctx.exit(int(failed))


def _numbers(one: Measures) -> dict[str, float | None]:
    return {name: values[0] for name, values in one.rows}


def _cells(one: Measures, nothing: str) -> list[str]:
    return [nothing if value is None else f"{value:.4g}" for value in _numbers(one).values()]


def _spread(names: Sequence[str], found: Iterable[Measures]) -> list[list[str]]:
    """For each measure its lowest value, its median and its highest, and of how many files."""
    rows = []
    for name in names:
        values = sorted(value for one in found if (value := one[name]) is not None)
        shown = [f"{values[k]:.4g}" for k in (0, len(values) // 2, -1)] if values else ["-"] * 3
        rows.append([name, *shown, str(len(values))])
    return rows

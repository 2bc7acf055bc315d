"""``mi-theme which-meter``."""

from __future__ import annotations

from typing import Any

import click

from mi_theme.cli.shared import error_words, json_option, print_json, print_table, say
from mi_theme.errors import FileError

__all__ = ["which_meter"]


@click.command("which-meter")
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@json_option
@click.pass_context
def which_meter(ctx: click.Context, paths: tuple[str, ...], as_json: bool) -> None:
    """Say which metre files are in, whatever they state; folders too."""
    from mi_theme.rhythm import which_meters

    rows: list[dict[str, Any]] = []
    failed = False
    for file, found in which_meters(paths):
        if isinstance(found, list):
            rows.append(_row(file, found))
        else:
            say(error_words(found, file))
            failed = True
    if as_json:
        print_json(rows)
    elif rows:
        print_table(("file", "metre", "bar line at", "guesses"), ([row["file"], *_words(row)] for row in rows))
    if not rows and not failed:
        raise FileError(f"{', '.join(paths)}: there are no scores")
    ctx.exit(int(failed))


def _row(file: str, found: list[Any]) -> dict[str, Any]:
    from mi_theme.rhythm import sure_guess

    sure = sure_guess(found)
    guesses = [{"meter": str(g.meter), "probability": g.probability, "phase": str(g.phase)} for g in found]
    return {"file": file, "meter": str(sure.meter) if sure else None, "guesses": guesses}


def _words(row: dict[str, Any]) -> tuple[str, str, str]:
    said = ", ".join(f"{guess['meter']} {guess['probability']:.2f}" for guess in row["guesses"][:3])
    if not row["meter"]:
        return "not sure", "-", said or "too few notes"
    return row["meter"], row["guesses"][0]["phase"], said

"""``mi-theme quantize``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mi_theme.cli.shared import goes_to, json_option, print_json, print_table, say, write_score
from mi_theme.errors import FileError

if TYPE_CHECKING:
    from mi_theme.quantising import Beats, Quantized
    from mi_theme.score import Score

__all__ = ["quantize"]

FIND = "find"


@click.command()
@click.argument("file", type=click.Path())
@click.option("-o", "--out", help="Write the score on the grid here; - for MIDI to standard output.")
@click.option(
    "--beats",
    metavar="FILE",
    help="Beats of playing without a click: a text file, one second a line, or 'find' to find them.",
)
@click.option(
    "--swing", default="auto", show_default=True, help="auto, off, or the share of the first of two notes: 2/3."
)
@click.option("--finest", help="The shortest value in quarters, such as 1/4 for sixteenths.")
@click.option("--explain", is_flag=True, help="Say what happens to each bar.")
@json_option
def quantize(
    file: str, out: str | None, beats: str | None, swing: str, finest: str | None, explain: bool, as_json: bool
) -> None:
    """Write what was played: onsets and values on the beats and their parts.

    FILE is any score. Its bars and ticks are the grid, unless beats are given.
    Without OUT it is said what would change, and nothing is written.
    """
    from mi_theme.files import read
    from mi_theme.quantising import quantize as quantized

    score = read(file)
    found = quantized(score, beats=_beats(beats, score, file), swing=None if swing == "off" else swing, finest=finest)
    if as_json and not goes_to(out, ".json"):
        print_json(found.as_dict())
    elif (explain or not out) and out != "-":
        click.echo(str(found))
        if explain:
            _print_bars(found)
    if out:
        write_score(found.score(), out, json=found.as_dict)
        if not as_json:
            say(f"{str(found).splitlines()[0]}: wrote {'standard output' if out == '-' else out}")


def _beats(beats: str | None, score: Score, file: str) -> Beats | None:
    from mi_theme.quantising import find_beats, read_beats

    if beats is None:
        return None
    if beats != FIND:
        return read_beats(beats)
    found = find_beats(score)
    if not found.is_clear:
        raise FileError(
            f"{file}: there is no beat to follow (certainty {found.sure:.2f}); tap it, and give --beats FILE with a second a line"
        )
    return found


def _print_bars(found: Quantized) -> None:
    """What happens to each bar, and which notes belong to another than they were played in."""
    rows = found.bars()
    print_table(
        ("bar", "notes", "moved", "ms", "parts of a quarter", "from other bars"),
        (
            [
                str(row.number),
                str(row.notes),
                str(row.moved),
                f"{row.largest * 1000:.0f}",
                " ".join(map(str, row.parts)),
                str(row.crossed or "-"),
            ]
            for row in rows
        ),
    )

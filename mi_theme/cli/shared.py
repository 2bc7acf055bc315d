"""What several commands share: output, options, themes from files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import wraps
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from mi_theme.arguments import folded
from mi_theme.cli.terminal import binary_output, is_watched, readable
from mi_theme.cli.typed_words import CHOICE_WORDS
from mi_theme.errors import FileError, MiThemeError, error_words
from mi_theme.file_bytes import file_text
from mi_theme.listings import csv_table
from mi_theme.score.messages import one_line

if TYPE_CHECKING:
    from mi_theme.conversion.scoreplan import ScorePlan
    from mi_theme.engraving import Drawing
    from mi_theme.score import Score
    from mi_theme.themes import Theme

__all__ = [
    "MOST_ROWS",
    "NAMES",
    "OneOf",
    "ThemeChoice",
    "bars_option",
    "goes_to",
    "is_midi",
    "json_option",
    "json_text",
    "parts_in",
    "plan_of_file",
    "print_json",
    "print_table",
    "say",
    "theme_options",
    "write_drawing",
    "write_score",
    "write_text",
]

F = TypeVar("F", bound=Callable[..., Any])
PICTURES = (".svg", ".png", ".pdf", ".html")
LEAST_WIDTH = 8  # letters that are left of a column
INTERRUPTED = 130  # the exit code of programs that Ctrl-C ended
MOST_ROWS = 40  # of a table that people read

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")


class OneOf(click.Choice):  # type: ignore[type-arg]
    """One of a few names, in any case, with blanks or hyphens."""

    def normalize_choice(self, choice: Any, ctx: click.Context | None) -> str:
        said = folded(str(choice))
        return said if said in self.choices else CHOICE_WORDS.get(said, said)


def among(known: Callable[[], Iterable[str]]) -> Callable[..., list[str]]:
    """What completion offers: the names that begin so."""
    return lambda ctx, param, incomplete: [name for name in known() if folded(name).startswith(folded(incomplete))]


def _strategies() -> Iterable[str]:
    from mi_theme.adaptation.strategies import STRATEGIES

    return STRATEGIES


def _forms() -> Iterable[str]:
    from mi_theme.renditions import forms

    return forms()


def _styles() -> Iterable[str]:
    from mi_theme.renditions import styles

    return styles()


def _films() -> Iterable[str]:
    from mi_theme.credits import films

    return [*(str(film.number) for film in films()), *(film.title for film in films())]


#: what completion offers for an option
NAMES = {"how": among(_strategies), "form": among(_forms), "style": among(_styles), "film": among(_films)}


def parts_in(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The parts of the file that the command line names, for completion."""
    from mi_theme.files import read

    file = next(
        (
            str(ctx.params[name])
            for name in ("theme_file", "theme", "source_file", "query", "thing", "file")
            if ctx.params.get(name)
        ),
        "",
    )
    try:
        names = [part.name for part in read(file).parts]
    except (MiThemeError, OSError):
        return []
    return [name for name in names if folded(name).startswith(folded(incomplete))]


def bar_range(text: str) -> tuple[int, int]:
    """Bars as ``5`` or ``5-12``."""
    first, _, last = str(text).partition("-")
    if not first.isdecimal() or not (last or first).isdecimal() or len(text) > 15:
        raise click.BadParameter(f"{text!r} is no range of bars: write 5 or 5-12")
    return int(first), int(last or first)


def ratio_of(text: str) -> Fraction:
    """A whole number or a fraction."""
    from mi_theme.warp import fraction_of

    try:
        return fraction_of(str(text)[:20])
    except (ValueError, ZeroDivisionError):
        raise click.BadParameter(f"{text!r} is no ratio: write 1/4, 1/2, 1, 2 or 4") from None


def bars_option(*names: str, help: str) -> Callable[[F], F]:  # noqa: A002
    """An option that takes a range of bars."""
    return click.option(*names, type=bar_range, metavar="BARS", help=help)


class ThemeChoice(NamedTuple):
    """What the options of a theme say: the quoted one, or a passage of a `file`."""

    file: str | None
    bars: tuple[int, int] | None
    part: str | None
    tonic: str | None
    mode: str | None

    def theme(self) -> Theme:
        """The theme that is chosen."""
        from mi_theme.themes import Theme, theme

        if self.file is None:
            if self.bars or self.part:
                raise click.UsageError("--theme-bars and --theme-part go with --theme FILE")
            return theme(self.tonic, self.mode)
        return Theme.from_score(self.file, self.bars, self.part, tonic=self.tonic, mode=self.mode)


def theme_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that choose the theme; the command gets them as one `ThemeChoice`, ``choice``."""

    @wraps(command)
    def choosing(*args: Any, **options: Any) -> Any:
        chosen = [options.pop(name) for name in ("theme_file", "theme_bars", "theme_part", "tonic", "mode")]
        return command(*args, choice=ThemeChoice(*chosen), **options)

    with_options: Callable[..., Any] = choosing
    for option in (
        click.option(
            "--theme-part",
            shell_complete=parts_in,
            help="Part of the file (by name) that has the figure; the lowest that moves without it.",
        ),
        bars_option("--theme-bars", help="Bars of the file that make the theme (the first two without it)."),
        click.option(
            "--theme", "theme_file", type=click.Path(), help="A file of your own instead of the quoted theme."
        ),
        click.option("--mode", help="Mode: minor, major, dorian ..."),
        click.option("--tonic", "--key", "tonic", help="Tonic, such as G or Bb; Dm or 'D minor' says the mode too."),
    ):
        with_options = option(with_options)
    return with_options


def say(words: str) -> None:
    """A line for people, on standard error."""
    click.echo(words, err=True)


def json_text(value: Any) -> str:
    """A value for machines, as a file has it."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def print_json(value: Any) -> None:
    """A value for machines, on standard output."""
    click.echo(json_text(value), nl=False)


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]], *, most: int | None = None) -> None:
    """Aligned columns, no more than `most` rows, and in a terminal no wider than it is: the widest columns are cut."""
    table = [list(header), *([readable(one_line(cell)) for cell in row] for row in rows)]
    shown = table if most is None else table[: most + 1]
    widths = [max(len(row[i]) for row in shown) for i in range(len(header))]
    room = get_terminal_size().columns if is_watched() else None
    while room and sum(widths) + 2 * (len(widths) - 1) > room and max(widths) > LEAST_WIDTH:
        widths[widths.index(max(widths))] -= 1
    for row in shown:
        cells = (
            cell if len(cell) <= width else cell[: width - 1] + "…" for cell, width in zip(row, widths, strict=True)
        )
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip())
    if len(shown) < len(table):
        say(f"... and {len(table) - len(shown)} more")


def goes_to(out: str | None, ending: str) -> bool:
    """Whether the data of a command go elsewhere: to standard output as a file, or to a file of that ending."""
    return out is not None and (out == "-" or bool(ending and out.lower().endswith(ending)))


def write_score(score: Score, out: str, **data: Callable[[], Any]) -> None:
    """To a file in the form that its name ends in: music, sound, a picture, a table; MIDI to standard output for ``-``.

    Parameters
    ----------
    score
        What to write.
    out
        Its name.
    **data
        What the command has for an ending without its dot, such as ``json``; a table of the notes without it.
    """
    ending = "" if out == "-" else Path(out).suffix.lower()
    made = data.get(ending[1:]) if ending else None
    if out == "-":
        output = binary_output()
        output.write(score.to_bytes())
        output.flush()
    elif ending in PICTURES:
        from mi_theme.views import draw

        (made() if made else draw(score)).save(out)
    elif ending == ".json":
        write_text(json_text(made() if made else _note_rows(score)), out, quiet=True)
    elif ending == ".csv":
        rows = made() if made else _note_rows(score)
        write_text(
            csv_table(list(rows[0]) if rows else [], [[str(cell) for cell in row.values()] for row in rows]),
            out,
            quiet=True,
        )
    else:
        score.save(out)


def _note_rows(score: Score) -> list[dict[str, Any]]:
    """A row for each note: its part, its bar, its times in quarters, its pitch."""
    names, at = [part.name for part in score.parts], score.meters.at
    columns = ("onset", "duration", "pitch", "velocity", "voice")
    return [
        {"part": names[row["part"]], "bar": at(row["onset"]).number, **{name: row[name].item() for name in columns}}
        for row in score.note_table()
    ]


def write_drawing(drawing: Drawing, out: str, paper: str = "a4") -> None:
    """To a file, or as SVG to standard output for ``-``."""
    if out == "-":
        click.echo(drawing.to_svg(), nl=False)
        return
    drawing.save(out, paper=paper)
    say(f"wrote {out}")


def write_text(text: str, out: str, *, quiet: bool = False) -> None:
    """To a file, whole or not at all, or to standard output for ``-``; it is said, unless `quiet`."""
    if out == "-":
        click.echo(text, nl=False)
    else:
        from mi_theme.files.disk import replace_file

        replace_file(out, text.encode())
        if not quiet:
            say(f"wrote {out}")


def plan_of_file(path: str) -> ScorePlan:
    """A plan that was saved."""
    from mi_theme.conversion.scoreplan import ScorePlan

    try:
        return ScorePlan.from_json(file_text(path, "plan for a score"))
    except FileError as error:
        raise FileError(error_words(error, path)) from None


def is_midi(path: str) -> bool:
    """Whether a file begins as MIDI files do."""
    from mi_theme.files.disk import place_of

    with place_of(Path(path))[0].open("rb") as file:
        return file.read(4) == b"MThd"

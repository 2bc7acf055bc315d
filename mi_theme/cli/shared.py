"""What several commands share: output, options, themes from files."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

if TYPE_CHECKING:
    from mi_theme.engraving import Drawing
    from mi_theme.errors import MiThemeError
    from mi_theme.score import Score
    from mi_theme.themes import Theme

__all__ = [
    "ThemeChoice",
    "bars_option",
    "error_words",
    "is_midi",
    "json_option",
    "json_text",
    "print_json",
    "print_table",
    "say",
    "theme_options",
    "write_drawing",
    "write_score",
    "write_text",
]

F = TypeVar("F", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")


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
        from mi_theme.files import read
        from mi_theme.themes import Theme, theme

        if self.file is None:
            if self.bars or self.part:
                raise click.UsageError("--theme-bars and --theme-part go with --theme FILE")
            return theme(self.tonic, self.mode)
        score = read(self.file)
        last = 2 if any(bar.number == 2 for bar in score.bars()) else 1
        return Theme.from_score(score, self.bars or (1, last), self.part, tonic=self.tonic, mode=self.mode)


def theme_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that choose the theme; the command gets them as one `ThemeChoice`, ``choice``."""

    @wraps(command)
    def choosing(*args: Any, **options: Any) -> Any:
        chosen = [options.pop(name) for name in ("theme_file", "theme_bars", "theme_part", "tonic", "mode")]
        return command(*args, choice=ThemeChoice(*chosen), **options)

    with_options: Callable[..., Any] = choosing
    for option in (
        click.option("--theme-part", help="Part of the file (by name) that has the figure; the lowest without it."),
        bars_option("--theme-bars", help="Bars of the file that make the theme (1-2 without it)."),
        click.option(
            "--theme", "theme_file", type=click.Path(), help="A file of your own instead of the quoted theme."
        ),
        click.option("--mode", help="Mode: minor, major, dorian ..."),
        click.option("--tonic", help="Tonic, such as G or Bb."),
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


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Aligned columns, cut to nothing: the last column may be long."""
    table = [list(header), *(list(row) for row in rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(header))]
    for row in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def error_words(error: MiThemeError | OSError, file: str = "") -> str:
    """What went wrong in one line that names the file once."""
    words = str(error)
    if isinstance(error, OSError):
        words = f"{error.filename}: {error.strerror}" if error.filename else error.strerror or words
    words = " ".join(words.split())
    return words if file in words else f"{file}: {words}"


def write_score(score: Score, out: str) -> None:
    """To a file, or to standard output for ``-``."""
    if out == "-":
        sys.stdout.buffer.write(score.to_bytes())
        sys.stdout.buffer.flush()
    else:
        score.save(out)


def write_drawing(drawing: Drawing, out: str) -> None:
    """To a file, or as SVG to standard output for ``-``."""
    if out == "-":
        click.echo(drawing.to_svg(), nl=False)
        return
    drawing.save(out)
    say(f"wrote {out}")


def write_text(text: str, out: str) -> None:
    """To a file, whole or not at all, or to standard output for ``-``."""
    if out == "-":
        click.echo(text, nl=False)
    else:
        from mi_theme.files.disk import replace_file

        replace_file(out, text.encode())
        say(f"wrote {out}")


def is_midi(path: str) -> bool:
    """Whether a file begins as MIDI files do."""
    from mi_theme.files.disk import place_of

    with place_of(Path(path))[0].open("rb") as file:
        return file.read(4) == b"MThd"

"""``mi-theme draw`` and ``mi-theme worksheet``."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mi_theme.cli.shared import OneOf, ThemeChoice, bars_option, parts_in, ratio_of, theme_options, write_drawing

if TYPE_CHECKING:
    from mi_theme.engraving import Drawing
    from mi_theme.themes import Theme

__all__ = ["draw", "worksheet"]

KINDS = ("notation", "roll", "map", "weights", "necklace")
MOST_BARS = 8  # of a file, drawn with --to when nobody says which


@click.command()
@click.argument("thing", required=False)
@click.option("--as", "kind", type=OneOf(KINDS), help="What kind of picture; the usual one without it.")
@click.option(
    "--to", "targets", multiple=True, metavar="METER", help="And its versions in this metre; may be repeated."
)
@click.option("--how", "hows", multiple=True, help="Strategy for --to; may be repeated. See mi-theme strategies.")
@click.option("--ratio", type=ratio_of, metavar="RATIO", default="1", help="Target bars for one source bar.")
@bars_option("--bars", help="Bars to draw, as 5 or 5-12; the first few without it.")
@click.option(
    "--part",
    shell_complete=parts_in,
    help="Of a file with --to: the part that has the tune; it is looked for without it.",
)
@click.option("--tonic", "--key", "tonic", help="Tonic, such as G or Bb; Dm says the mode too.")
@click.option("--mode", help="Mode: minor, major, dorian ...")
@click.option("--paper", type=OneOf(["a4", "letter"]), default="a4", help="What a PDF is printed on.")
@click.option("-o", "--out", help="Where to write: .svg, .png, .pdf or .html; - for SVG on standard output.")
def draw(
    thing: str | None,
    kind: str | None,
    targets: tuple[str, ...],
    hows: tuple[str, ...],
    ratio: Fraction,
    bars: tuple[int, int] | None,
    part: str | None,
    tonic: str | None,
    mode: str | None,
    paper: str,
    out: str | None,
) -> None:
    """Draw a file, a metre (5/4:3+3+2+2), a grouping (3+3+2+2), or the theme.

    With --to, the tune stands above and its versions below it, and lines join their notes;
    with several --how, each version stands below the tune.
    """
    from mi_theme.views import draw as drawing

    if not out:
        raise click.UsageError("say where to write the picture: -o picture.svg, .png, .pdf or .html")
    if not targets:
        if hows or part:
            raise click.UsageError("--how and --part go with --to")
        write_drawing(drawing(_subject(thing, tonic, mode), kind, bars=bars), out, paper)
        return
    if thing and len(targets) == 1 >= len(hows) and kind in (None, "notation"):
        write_drawing(_conversion(thing, targets[0], next(iter(hows), None), ratio, part, bars), out, paper)
        return
    source = _theme(thing, bars, part, tonic, mode)
    versions = [source.to_meter(target, how, ratio=ratio) for target in targets for how in hows or (None,)]
    write_drawing(_versions(versions, kind, None if thing else bars, apart=len(hows) > 1), out, paper)


def _conversion(
    file: str, target: str, how: str | None, ratio: Fraction, lead: str | None, bars: tuple[int, int] | None
) -> Drawing:
    """The lead of a file before and after, as convert makes it."""
    from mi_theme.conversion import plan
    from mi_theme.engraving import notation
    from mi_theme.files import read

    return notation(plan(read(file), target, how=how, ratio=ratio, part=lead), bars=bars)


def _versions(versions: list[Any], kind: str | None, bars: tuple[int, int] | None, *, apart: bool) -> Drawing:
    from mi_theme.engraving import notation
    from mi_theme.engraving.svg import stacked
    from mi_theme.views import draw

    if apart and kind in (None, "notation", "map"):
        return stacked([draw(version, kind or "notation", bars=bars) for version in versions])
    if kind in (None, "notation"):
        return notation(*versions, bars=bars)
    if len(versions) > 1:
        raise click.UsageError(f"--as {kind} shows one version: give one --to and one --how")
    return draw(versions[0], kind, bars=bars)


def _subject(thing: str | None, tonic: str | None, mode: str | None) -> Any:
    """The theme; a file where there are letters in the name; else the text of a metre or a grouping."""
    from mi_theme.files import read
    from mi_theme.themes import theme

    if thing is None or (thing.casefold() == "theme" and not Path(thing).exists()):
        return theme(tonic, mode)
    return read(thing) if any(map(str.isalpha, thing)) else thing


def _theme(
    thing: str | None, bars: tuple[int, int] | None, part: str | None, tonic: str | None, mode: str | None
) -> Theme:
    """What versions are made of: the quoted theme, or a passage of a file."""
    from mi_theme.files import read
    from mi_theme.themes import Theme, theme

    if thing is None:
        return theme(tonic, mode)
    score = read(thing)
    numbers = [bar.number for _, bar in zip(range(MOST_BARS), score.bars(), strict=False) if bar.number] or [1]
    return Theme.from_score(score, bars or (numbers[0], numbers[-1]), part, tonic=tonic, mode=mode)


@click.command()
@click.argument("metre", metavar="[METRE]", required=False)
@click.option("--to", "target", help="Target metre: 4/4, 7/8:2+2+3 ...")
@click.option("--from", "source", metavar="METER", help="Take the theme to this metre first.")
@click.option("--bar", default=1, help="Which bar of the theme.")
@click.option("--teacher", is_flag=True, help="And a page of answers, each with its cost.")
@click.option("--paper", type=OneOf(["a4", "letter"]), default="a4", help="What it is printed on.")
@click.option("--large", is_flag=True, help="Large print.")
@click.option("--rhythm", is_flag=True, help="No staves: boxes, counting and drums.")
@theme_options
@click.option("-o", "--out", help="Where to write: .pdf or .html, or .svg or .png, a file for each page.")
def worksheet(
    metre: str | None,
    target: str | None,
    source: str | None,
    bar: int,
    teacher: bool,
    paper: str,
    large: bool,
    rhythm: bool,
    out: str | None,
    choice: ThemeChoice,
) -> None:
    """A sheet to print: a bar as it is, and three empty ones in another metre.

    METRE is the target, such as 4/4; --to says the same.
    """
    target = target if metre is None else metre
    if target is None:
        raise click.UsageError("say which metre: mi-theme worksheet 4/4 -o sheet.pdf")
    if not out:
        raise click.UsageError("say where to write the sheet: -o sheet.pdf, .html, .svg or .png")
    from mi_theme.views.worksheets.pages import worksheet as sheet_of

    theme = choice.theme()
    theme = theme.to_meter(source).theme if source else theme
    write_drawing(
        sheet_of(theme, target, bar=bar, teacher=teacher, paper=paper, large=large, staff=not rhythm), out, paper
    )

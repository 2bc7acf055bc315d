"""``mi-theme adapt``, ``report``, ``strategies`` and ``meter``."""

from __future__ import annotations

import re
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mi_theme.cli.shared import (
    NAMES,
    OneOf,
    ThemeChoice,
    goes_to,
    json_option,
    print_json,
    print_table,
    ratio_of,
    say,
    theme_options,
    write_score,
    write_text,
)
from mi_theme.errors import FileError

if TYPE_CHECKING:
    from mi_theme.themes import Theme

__all__ = ["adapt", "meter", "report", "strategies"]


@click.command()
@click.argument("metre", metavar="[METRE]", required=False)
@click.option("--to", "target", help="Target metre: 4/4, 7/8:2+2+3 ...")
@click.option("--how", help="Strategy; see mi-theme strategies.")
@click.option(
    "--ratio", type=ratio_of, metavar="RATIO", default="1", help="Target bars for one source bar: 1/4, 1/2, 1, 2 or 4."
)
@click.option("--grouping", help="How the figure groups its bar, such as 3+3+2.")
@click.option("--all", "every", is_flag=True, help="Every strategy side by side.")
@click.option(
    "-o",
    "--out",
    help="Also write the adapted theme: .mid, .musicxml, sound (.wav ...), a picture (.svg ...) or the plan (.json).",
)
@theme_options
@json_option
def adapt(
    metre: str | None,
    target: str | None,
    how: str | None,
    ratio: Fraction,
    grouping: str | None,
    every: bool,
    out: str | None,
    as_json: bool,
    choice: ThemeChoice,
) -> None:
    """Carry the theme, or your own, into another metre and show the plan.

    METRE is the target, such as 4/4; --to says the same.
    """
    target = target if metre is None else metre
    if target is None:
        raise click.UsageError("say which metre: mi-theme adapt 4/4")
    theme = choice.theme()
    if every:
        _side_by_side(theme, target, ratio, grouping, as_json)
        return
    adaptation = theme.to_meter(target, how, ratio=ratio, grouping=grouping)
    if out:
        from mi_theme.views import draw

        pictures = dict.fromkeys(("svg", "png", "pdf", "html"), lambda: draw(adaptation))
        write_score(adaptation.to_score(), out, json=adaptation.plan.as_dict, **pictures)
        say(f"wrote {'standard output' if out == '-' else out}")
    if goes_to(out, ".json" if as_json else ""):
        return
    if as_json:
        print_json(adaptation.plan.as_dict())
    else:
        click.echo(str(adaptation))


def _side_by_side(theme: Theme, target: str, ratio: Fraction, grouping: str | None, as_json: bool) -> None:
    """A row a strategy: the shape it makes and what it costs, or why it cannot."""
    from mi_theme.views.ways import ways

    found = ways(theme, target, ratio=ratio, grouping=grouping)
    if as_json:
        print_json([way._asdict() for way in found])
        return
    cells = (
        [way.strategy, way.shape or "-", "-" if way.cost is None else f"{way.cost:.2f}", way.remark] for way in found
    )
    print_table(("strategy", "shape", "cost", "remark"), cells)


@click.command()
@click.option(
    "--meters",
    "--to",
    "targets",
    multiple=True,
    metavar="METRES",
    help="Metres to show it in, such as 4/4,7/8:2+2+3; may be given several times.",
)
@click.option(
    "--film", metavar="FILM", shell_complete=NAMES["film"], help="Of the lineage only this film: number, title or year."
)
@click.option("--paper", type=OneOf(["a4", "letter"]), default="a4", help="What a PDF is printed on.")
@click.option(
    "-o", "--out", help="Write the page here, as .html or .pdf; without it HTML to a pipe or a file on standard output."
)
@theme_options
def report(
    targets: tuple[str, ...],
    film: str | None,
    paper: str,
    out: str | None,
    choice: ThemeChoice,
) -> None:
    """A dossier of the theme, or of your own, as one page of HTML or PDF: metre, rhythm, versions, lineage, rights.

    The HTML plays every version, and has a bar to change; it needs nothing but itself.
    """
    from mi_theme.credits import lineage
    from mi_theme.frontend.dossiers import dossier

    if out is None and sys.stdout.isatty():
        raise click.UsageError("say where to write the page: mi-theme report -o page.html, or .pdf")
    out = out or "-"
    if film and choice.file:
        raise click.UsageError("--film is about the quoted theme: leave out --theme")
    theme = choice.theme()
    ending = Path(out).suffix.lower()
    if out != "-" and ending not in (".html", ".htm", ".pdf"):
        raise FileError(f"{out}: a dossier is a page, so end the name in .html or .pdf")
    meters = [meter for text in targets for meter in re.split(r"[\s,;]+", text) if meter]
    told = None if choice.file else lineage()
    page = dossier(theme, meters or None, lineage=told, film=film, live=ending != ".pdf")
    if ending == ".pdf":
        from mi_theme.engraving.paged import pdf_of_html
        from mi_theme.files.disk import replace_file

        replace_file(out, pdf_of_html(page, paper))
        say(f"wrote {out}")
    else:
        write_text(page, out)


@click.command()
@click.argument("name", required=False)
@json_option
def strategies(name: str | None, as_json: bool) -> None:
    """The ways to change a metre, or the one of that NAME."""
    from mi_theme.adaptation.strategies import STRATEGIES
    from mi_theme.adaptation.strategies import find as found

    shown = [found(name)] if name else list(STRATEGIES.values())
    if as_json:
        print_json([{"name": s.name, "players": s.players, "summary": s.summary, "offered": s.offered} for s in shown])
        return
    for offered, title in ((True, ""), (False, "\nbaselines, for comparison:")):
        rows = [[s.name, s.players, s.summary] for s in shown if s.offered == offered]
        if title and rows and not name:
            click.echo(title)
        if rows:
            print_table(("name", "players say", "what it does"), rows)


@click.command()
@click.argument("text", metavar="METER")
@json_option
def meter(text: str, as_json: bool) -> None:
    """Draw a bar: its pulses, groups and weights. METER is such as 5/4:3+3+2+2."""
    from mi_theme.meter import Meter

    found = Meter(text)
    if as_json:
        print_json(
            {
                "meter": str(found),
                "bar": str(found.bar),
                "pulse": str(found.pulse),
                "pulses": found.pulses,
                "groups": found.groups,
                "beats": found.beats,
                "levels": found.levels,
                "ranks": found.ranks,
                "compound": found.is_compound,
                "additive": found.is_additive,
            }
        )
        return
    from mi_theme.views.bars import drawn

    click.echo(drawn(found))

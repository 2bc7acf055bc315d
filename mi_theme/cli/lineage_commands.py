"""``mi-theme lineage`` and ``annotate``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mi_theme.cli.shared import json_option, print_json, say, write_score

if TYPE_CHECKING:
    from mi_theme.credits.lineages import Lineage
    from mi_theme.credits.reports import Report

__all__ = ["annotate", "lineage"]

layer_option = click.option(
    "--layer", type=click.Choice(["seed", "reference", "both"]), help="The seed documents, other public pages, or both."
)


@click.group(invoke_without_command=True)
@click.option("--film", help="Everything about one film: its number, title or year.")
@layer_option
@click.option("--claims", is_flag=True, help="Every claim: where it is said, when it held, how certain it is.")
@click.option("--status", help="Only claims of a status: stated, inferred, ambiguous, conflicting, superseded, absent.")
@click.option("--inferences", is_flag=True, help="What nobody states and is inferred.")
@click.option("--conflicts", is_flag=True, help="What contradicts, replaces or outdates what.")
@click.option("--readings", is_flag=True, help="Every way to read the sentence on the openings.")
@click.option("--assume", metavar="NAMES", help="Assumptions of the readings, with commas; none for ''.")
@click.option("--without", multiple=True, metavar="IDS", help="As if these claims had not been made.")
@click.option("--add", multiple=True, metavar="CLAIM", help="With one claim more: 'film 4 opening by Giacchino'.")
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, for a spreadsheet.")
@click.option("--svg", is_flag=True, help="Print the time line as a picture.")
@click.pass_context
def lineage(ctx: click.Context, /, without: tuple[str, ...], add: tuple[str, ...], **options: Any) -> None:
    """Who made which version for which film, on whose word, how certain."""
    from mi_theme.credits.reports import chosen_lineage

    if ctx.invoked_subcommand is None:
        _show(chosen_lineage(without, add), options)


def _show(found: Lineage, options: dict[str, Any]) -> None:
    """Print one report in one shape."""
    if options["svg"]:
        from mi_theme.views.timelines import timeline_svg

        click.echo(timeline_svg(found), nl=False)
        return
    report = _report(found, options)
    if options["as_json"]:
        print_json(report.data)
    else:
        click.echo(report.csv if options["as_csv"] else report.text, nl=not options["as_csv"])


def _report(found: Lineage, options: dict[str, Any]) -> Report:
    """The report that the options ask for."""
    from mi_theme.credits import reports

    film, layer = options["film"], options["layer"]
    if options["readings"] or options["assume"] is not None:
        return reports.reading_report(found, options["assume"], layer or "seed")
    if options["conflicts"]:
        return reports.conflict_report(found, film)
    if options["inferences"]:
        return reports.inference_report(found, layer or "both")
    if options["claims"] or options["status"]:
        return reports.claim_report(found, film=film, status=options["status"], layer=layer or "both")
    if film is not None:
        return reports.dossier(found.film(film), layer or "both")
    return reports.film_report(found, layer or "both")


@lineage.command()
@click.argument("folder", type=click.Path())
def verify(folder: str) -> None:
    """Check every place that a claim names against the documents in FOLDER."""
    from mi_theme.credits.reports import verification

    click.echo(verification(folder))


@click.command()
@click.argument("file", type=click.Path())
@click.option("--film", required=True, help="Number, title or year.")
@click.option("-o", "--out", help="Where to write, - for standard output; over FILE itself without it.")
def annotate(file: str, film: str, out: str | None) -> None:
    """Write what is known of a film into a MIDI file, as a marker and texts."""
    from mi_theme.credits import film as film_of
    from mi_theme.credits.markings import annotated
    from mi_theme.files import read

    chosen = film_of(film)
    write_score(annotated(read(file), chosen), out or file)
    if out != "-":
        say(f"{out or file}: {chosen}")

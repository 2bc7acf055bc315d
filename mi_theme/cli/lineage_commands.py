"""``mi-theme lineage`` and ``annotate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mi_theme.cli.bare_words import bare_words
from mi_theme.cli.shared import json_option, json_text, say, write_drawing, write_score, write_text

if TYPE_CHECKING:
    from mi_theme.credits.lineages import Lineage
    from mi_theme.credits.reports import Report

__all__ = ["annotate", "lineage"]

PICTURES = ("timeline", "graph")
#: What is written where a name ends so and nothing else is asked for.
ENDINGS = {
    ".json": ("as_json", True),
    ".csv": ("as_csv", True),
    ".svg": ("picture", "timeline"),
    ".png": ("picture", "timeline"),
    ".pdf": ("picture", "timeline"),
    ".html": ("picture", "timeline"),
    ".bib": ("format_", "bibtex"),
    ".ris": ("format_", "ris"),
    ".provn": ("format_", "provn"),
    ".jsonld": ("format_", "jsonld"),
}

layer_option = click.option(
    "--layer", type=click.Choice(["seed", "reference", "both"]), help="The seed documents, other public pages, or both."
)


class LineageGroup(click.Group):
    """A group whose first words may be a film or a person: ``lineage 4``, ``lineage ghost protocol``, ``lineage balfe``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        words = bare_words(self, ctx, args)
        if not words or words[0] in self.commands:
            return super().parse_args(ctx, args)
        out = [words.pop()] if len(words) > 1 and Path(words[-1]).suffix in ENDINGS else []
        said = " ".join(words)
        from mi_theme.credits.interchange import FORMATS

        option = "--draw" if said in PICTURES else "--format" if said in FORMATS else "--film"
        rest = [arg for arg in args if arg not in (*words, *out)]
        return super().parse_args(ctx, [option, said, *(["-o", *out] if out else []), *rest])


@click.group(cls=LineageGroup, invoke_without_command=True)
@click.option("--film", help="Everything about one film: its number, title or year.")
@click.option("--by", help="What somebody made, or may have made: a name, or a family name.")
@layer_option
@click.option("--claims", is_flag=True, help="Every claim: where it is said, when it held, how certain it is.")
@click.option("--status", help="Only claims of a status: stated, inferred, ambiguous, conflicting, superseded, absent.")
@click.option("--predicate", help="Only claims of a predicate, such as opening_metre or score_by.")
@click.option("--inferences", is_flag=True, help="What nobody states and is inferred.")
@click.option("--conflicts", is_flag=True, help="What contradicts, replaces or outdates what.")
@click.option("--readings", is_flag=True, help="Every way to read the sentence on the openings.")
@click.option("--assume", metavar="NAMES", help="Assumptions of the readings, with commas; none for ''.")
@click.option(
    "--without", multiple=True, metavar="IDS", help="As if these claims, or all of a source, had not been made."
)
@click.option("--add", multiple=True, metavar="CLAIM", help="With one claim more: 'film 4 opening by Giacchino'.")
@click.option("--changes", is_flag=True, help="Which answers are others after --without and --add.")
@click.option(
    "--data", type=click.Path(), metavar="FOLDER", help="Another lineage: a folder of tables, or a file of --format."
)
@click.option(
    "--format",
    "format_",
    metavar="FORMAT",
    help="Print it for other programs: json, prov, provn, jsonld, csv, bibtex, ris or csl.",
)
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, for a spreadsheet.")
@click.option("--svg", is_flag=True, help="Print the time line as a picture.")
@click.option("--draw", "picture", type=click.Choice(["timeline", "graph"]), help="Draw it; with -o.")
@click.option("-o", "--out", default="-", help="Where to write; - for standard output.")
@click.pass_context
def lineage(
    ctx: click.Context, /, without: tuple[str, ...], add: tuple[str, ...], data: str | None, **options: Any
) -> None:
    """Who made which version for which film, on whose word, how certain.

    Of one film: mi-theme lineage 4; of one person: mi-theme lineage balfe.
    """
    from mi_theme.credits.reports import chosen_lineage

    found = ctx.obj = chosen_lineage(without, add, data)
    if found.tables.about.notice:
        say(found.tables.about.notice)
    if options["film"] and options["by"] is None and found.tables.knows(options["film"]):
        options |= {"by": options["film"], "film": None}
    if not any(options[name] for name in ("format_", "picture", "svg", "as_json", "as_csv")):
        options |= [ENDINGS[ending]] if (ending := Path(options["out"]).suffix.lower()) in ENDINGS else []
    if ctx.invoked_subcommand is None:
        _show(found, options, chosen_lineage(data=data) if options["changes"] else None)


def _show(found: Lineage, options: dict[str, Any], whole: Lineage | None) -> None:
    """Print one report in one shape; of the whole lineage, where it is asked for, what is another answer."""
    from mi_theme.credits.reports import change_report

    if options["format_"]:
        write_text(found.export(options["format_"], options["film"]), options["out"])
        return
    if options["svg"] or options["picture"]:
        from mi_theme.views import draw as drawing

        write_drawing(drawing(found, options["picture"] or "timeline"), options["out"])
        return
    report = _report(found, options) if whole is None else change_report(whole, found, options["layer"] or "both")
    text = json_text(report.data) if options["as_json"] else report.csv if options["as_csv"] else f"{report.text}\n"
    write_text(text, options["out"])


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
    if options["claims"] or options["status"] or options["predicate"]:
        asked = {name: options[name] for name in ("film", "predicate", "status")}
        return reports.claim_report(found, layer=layer or "both", **asked)
    if options["by"] is not None:
        return reports.person_report(found, options["by"], layer or "both")
    if film is not None and film.upper() in found.by_id:
        words = reports.claim_words(found, film)
        return reports.Report(["claim"], [[film.upper()]], reports.claim_report(found).data, words)
    if film is not None:
        return reports.dossier(found.film(film), layer or "both")
    return reports.film_report(found, layer or "both")


@lineage.command()
@click.argument("folder", type=click.Path())
@click.pass_obj
def verify(found: Lineage, folder: str) -> None:
    """Check every place that a claim names against the documents in FOLDER."""
    from mi_theme.credits.reports import verification

    click.echo(verification(folder, found))


@lineage.command()
@click.argument("claim")
@click.option("--documents", type=click.Path(), metavar="FOLDER", help="The documents: print the sentence too.")
@click.pass_obj
def show(found: Lineage, claim: str, documents: str | None) -> None:
    """Everything about one CLAIM; with the documents, the sentence it was read from."""
    from mi_theme.credits.reports import claim_words

    click.echo(claim_words(found, claim, documents))


@lineage.command()
@click.argument("ids", nargs=-1, required=True)
@click.option("--style", default="chicago", show_default=True, help="chicago, apa or mla.")
@click.pass_obj
def cite(found: Lineage, ids: tuple[str, ...], style: str) -> None:
    """Claims or sources (IDS) as one cites them."""
    click.echo(found.cite(*ids, style=style))


@lineage.command()
@click.argument("document", type=click.Path())
@click.argument("words")
def locate(document: str, words: str) -> None:
    """The place of WORDS in a DOCUMENT, as a row of claims.toml has it."""
    from mi_theme.credits.locators import located

    click.echo(located(document, words))


@lineage.command()
@click.argument("folder", type=click.Path())
def describe(folder: str) -> None:
    """Write schemas and a data package for the tables in FOLDER, once they fit together."""
    from mi_theme.credits import Lineage
    from mi_theme.credits.datasets import descriptions

    found = Lineage.load(folder)
    for name, text in descriptions(folder).items():
        (Path(folder) / name).parent.mkdir(exist_ok=True)
        write_text(text, str(Path(folder) / name))
    say(f"{found!r}: the tables fit together")


@click.command()
@click.argument("file", type=click.Path())
@click.argument("words", nargs=-1, metavar="[FILM]")
@click.option("--film", help="Number, title or year.")
@click.option("-o", "--out", help="Where to write; - for standard output.")
@click.option("--in-place", is_flag=True, help="Write over FILE itself.")
def annotate(file: str, words: tuple[str, ...], film: str | None, out: str | None, in_place: bool) -> None:
    """Write what is known of a film into a MIDI file, as a marker and texts.

    FILM is its number, title or year; --film says the same.
    """
    if words and Path(words[-1]).is_file() and not Path(file).exists():  # the film first
        file, words = words[-1], (file, *words[:-1])
    film = film or " ".join(words)
    if not film:
        raise click.UsageError(f"say which film: mi-theme annotate {file} 4 -o annotated.mid")
    if not (out or in_place):
        raise click.UsageError("say where to write, with -o FILE; --in-place writes over the file itself")
    from mi_theme.credits import film as film_of
    from mi_theme.credits.markings import annotated
    from mi_theme.files import read

    chosen = film_of(film)
    write_score(annotated(read(file), chosen), out or file)
    if out != "-":
        say(f"{out or file}: {chosen.heading}")

"""``mi-theme find`` and ``mi-theme rank``."""

from __future__ import annotations

import csv
import shlex
import sys
from collections.abc import Iterable, Sequence
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mi_theme.cli.many_files import Workers, counted, progress_bar, workers_options
from mi_theme.cli.searching import is_one_score, rhythms_there, searched_there, sheets_there
from mi_theme.cli.shared import (
    INTERRUPTED,
    MOST_ROWS,
    OneOf,
    bars_option,
    json_option,
    parts_in,
    print_json,
    print_table,
    say,
)
from mi_theme.cli.terminal import commanding, is_watched, readable
from mi_theme.errors import UnknownName

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from mi_theme.files.bulk.sheets import Sheet
    from mi_theme.search import Hit, Pattern, Ranked
    from mi_theme.search.corpus.readers import Unread
    from mi_theme.search.match.metric_places import RhythmPlace

__all__ = ["find", "rank"]

MOTIFS = ("ostinato", "head")
NAMED = 100  # files that could not be read, by name; a folder with more of them is no folder of music
COLUMNS = (
    "source",
    "part",
    "bar",
    "onset",
    "end",
    "transposition",
    "stretch",
    "missing",
    "changed",
    "inverted",
    "strategy",
    "warp",
    "evalue",
    "share",
    "notes",
    "doubled",
)

csv_option = click.option("--csv", "as_csv", is_flag=True, help="Print CSV, for spreadsheets.")


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(), metavar="FOLDER_OR_FILE...")
@click.option(
    "--theme",
    help="What to look for: a file (book.abc#3: a tune of a book), or a motif of the quoted theme: ostinato (the default) or head.",
)
@bars_option("--bars", help="Bars of the file that make the theme, such as 5-8; all of it without them.")
@click.option("--part", shell_complete=parts_in, help="The part of the file that has the theme; all parts without it.")
@click.option(
    "--max-evalue",
    type=click.FloatRange(0),
    default=0.01,
    show_default=True,
    help="The most hits as good that chance may bring; inf for the best by rank.",
)
@click.option("--top", type=click.IntRange(1), help="At most that many hits.")
@click.option("--all", "every", is_flag=True, help=f"A row for each hit; without it for the {MOST_ROWS} best.")
@click.option("--invert", is_flag=True, help="Look for the theme upside down as well.")
@click.option(
    "--in", "meter", metavar="METER", help="Only hits that begin in a bar of this metre, such as 5/4 or 7/8:2+2+3."
)
@click.option(
    "--begins-on", type=click.FloatRange(1), metavar="BEAT", help="Only hits whose first note is on this beat."
)
@click.option(
    "--rhythm",
    metavar="GROUPS",
    help="Only hits in a bar of this rhythm from the downbeat on, such as 3+3+2+2; without --theme every voice that has it.",
)
@click.option("--explain", is_flag=True, help="Say of each hit why: the terms of its evidence, in nats.")
@click.option(
    "--midi-out",
    type=click.Path(),
    metavar="DIR",
    help="Write each hit as a MIDI file: the bars around it, the theme beside.",
)
@workers_options
@csv_option
@json_option
@click.pass_context
def find(
    ctx: click.Context,
    paths: tuple[str, ...],
    theme: str | None,
    bars: tuple[int, int] | None,
    part: str | None,
    max_evalue: float,
    top: int | None,
    every: bool,
    invert: bool,
    meter: str | None,
    begins_on: float | None,
    rhythm: str | None,
    explain: bool,
    midi_out: str | None,
    as_csv: bool,
    as_json: bool,
    where: Workers,
) -> None:
    """Find a theme in a score, a folder or an index: where, how, and how surprising.

    In any key and tempo, in another metre, with notes missing or changed, within
    other voices. E says how many hits as good chance would bring. Ctrl-C ends the
    search with what was found so far.
    """
    from mi_theme.search.match.metric_places import MetricConditions

    _check(paths, max_evalue, midi_out, as_csv and as_json)
    conditions = MetricConditions.of(meter, begins_on, rhythm)
    if rhythm and theme is None:
        rows, unread, complete = rhythms_there(conditions, paths, where, top)
        _print_places(rows, None if every or top else MOST_ROWS, as_csv=as_csv, as_json=as_json)
        _finish(ctx, unread, complete)
    pattern = _pattern(theme, bars, part)
    searched = searched_there(pattern, paths, where, conditions, max_evalue=max_evalue, top=top, invert=invert)
    if as_json:
        print_json([hit.to_dict() for hit in searched.hits])
    elif as_csv:
        _print_csv(COLUMNS, (hit.to_row() for hit in searched.hits))
    elif searched.hits:
        _print_hits(searched.hits, None if every or top else MOST_ROWS)
        if explain:
            _print_reasons(searched.hits)
    if midi_out and searched.hits:
        _write_excerpts(pattern, searched.hits, paths, Path(midi_out))
    pieces = len({hit.source for hit in searched.hits})
    told = f"; {counted(pieces, 'piece')} have hits" if pieces > 1 else ""
    say(
        f"{counted(len(searched.hits), 'hit')} in {counted(searched.files, 'file')}, {counted(searched.notes, 'note')}{told}"
    )
    if any(hit.evalue >= 1 for hit in searched.hits):
        say("where E is 1 or more chance brings as good: there only the order says something")
    if not searched.hits:
        _say_if_too_short(pattern, searched.notes, max_evalue, in_files=not is_one_score(paths))
        _say_what_was_sought(theme, part)
    _finish(ctx, searched.unread, searched.complete)


@click.command()
@click.argument("query", type=click.Path())
@click.argument("paths", nargs=-1, required=True, type=click.Path(), metavar="FOLDER_OR_FILE...")
@bars_option("--bars", help="Bars of the query, such as 1-8; all of it without them.")
@click.option("--part", shell_complete=parts_in, help="The part of the query; all parts without it.")
@click.option(
    "--how",
    type=OneOf(["auto", "tune", "theme"]),
    default="auto",
    help="Whole tune against whole tune, or a theme within each piece; auto looks at the music.",
)
@click.option("--top", type=click.IntRange(1), default=20, show_default=True, help="At most that many.")
@workers_options
@csv_option
@json_option
@click.pass_context
def rank(
    ctx: click.Context,
    query: str,
    paths: tuple[str, ...],
    bars: tuple[int, int] | None,
    part: str | None,
    how: str,
    top: int,
    as_csv: bool,
    as_json: bool,
    where: Workers,
) -> None:
    """Rank tunes by how much they are like one, in any key and tempo.

    Variants of a folk song, or performances of a written theme. QUERY is a file;
    the others are files, or folders of them. A theme is best given by its melody:
    --bars and --part take it out of a score; of a long query the beginning counts.
    """
    _check([query, *paths], 0.0, None, as_csv and as_json)
    from mi_theme.search import rank as ranked

    with where.executor() as executor:
        music, unread, complete = _all_music(paths, executor)
        found = ranked(query, music, bars=bars, part=part, how=how, top=top, executor=executor)
    rows = [{"rank": place, **_ranked_row(row)} for place, row in enumerate(found, 1)]
    if as_json:
        print_json(rows)
    elif as_csv:
        _print_csv(("rank", "similarity", "transposition", "source"), rows)
    else:
        _show(("rank", "similarity", "key", "tune"), ([str(value) for value in row.values()] for row in rows))
    say(f"{counted(len(music), 'tune')} ranked: 1 is the query itself, 0 nothing in common")
    _finish(ctx, unread, complete)


# What is asked


def _check(paths: Sequence[str], max_evalue: float, midi_out: str | None, both: bool) -> None:
    """What can be said before anything is read."""
    if both:
        raise click.UsageError("--json or --csv, not both")
    if not all(paths):
        raise click.UsageError("an empty name is no file or folder: write . for this folder")
    if isnan(max_evalue):
        raise click.UsageError("--max-evalue: nan is no number of hits")
    if midi_out is not None and (not midi_out or (Path(midi_out).exists() and not Path(midi_out).is_dir())):
        raise click.UsageError(f"--midi-out: {midi_out or 'an empty name'} is no folder")


# What is looked for


def _pattern(theme: str | None, bars: tuple[int, int] | None, part: str | None) -> Pattern:
    """A motif of the quoted theme, or a passage of a file."""
    from mi_theme.files.disk import place_of
    from mi_theme.search import Pattern
    from mi_theme.search.patterns import passage_of
    from mi_theme.themes import theme as quoted

    if theme is None or theme in MOTIFS:
        if bars or part:
            raise click.UsageError("--bars and --part go with --theme FILE")
        return Pattern.of(quoted() if theme != "head" else quoted().head)
    if not place_of(Path(theme))[0].exists():
        raise UnknownName(f"{theme}: neither a file nor a motif of the quoted theme ({', '.join(MOTIFS)})")
    return Pattern.to_search(passage_of(theme, bars, part))


# Searching


def _all_music(paths: Sequence[str], executor: Executor | None) -> tuple[list[Sheet], list[Unread], bool]:
    """Every tune of the files, what could not be read, and whether that is all."""
    from mi_theme.search.corpus.folders import sheets_in
    from mi_theme.search.corpus.readers import Unread

    music: list[Sheet] = []
    unread: list[Unread] = []
    try:
        with progress_bar("reading") as progress:
            for piece in sheets_in(paths, progress=progress, executor=executor):
                unread.append(piece) if isinstance(piece, Unread) else music.append(piece)
    except KeyboardInterrupt:
        return music, unread, False
    return music, unread, True


def _finish(ctx: click.Context, unread: Sequence[Unread], complete: bool) -> None:
    """Name what could not be read; the exit code says whether all went well."""
    for failure in unread[:NAMED]:
        say(f"  left out: {failure.source}: {failure.reason}")
    if len(unread) > NAMED:
        say(f"  left out: {len(unread) - NAMED} more")
    if not complete:
        say("interrupted: this is what was found so far")
    ctx.exit(int(bool(unread)) if complete else INTERRUPTED)


def _say_if_too_short(pattern: Pattern, notes: int, max_evalue: float, *, in_files: bool) -> None:
    """Why a short theme has no hits, and how to see the best ones all the same."""
    from mi_theme.search.finding import too_short

    if reason := too_short(pattern, notes, max_evalue, in_files=in_files):
        say(f"{reason}; for the best by rank: --max-evalue inf --top 20")


def _say_what_was_sought(theme: str | None, part: str | None) -> None:
    """What has no hits, where another may have been meant: the quoted theme, or all parts of a file at once."""
    from mi_theme.search.finding import several_parts

    if theme is None:
        say("looked for the quoted theme; for another: --theme FILE")
        return
    told, names = several_parts(Path(theme)) if theme not in MOTIFS and part is None else ("", ())
    if told:
        say(f"{told}; for one of them: --part {shlex.quote(names[0])}")


# Showing


def _print_hits(hits: Sequence[Hit], most: int | None) -> None:
    _show(("E", "file", "part", "bar", "how"), [[*hit.cells.values()] for hit in hits[:most]])
    if most and len(hits) > most:
        say(f"... and {len(hits) - most} more: --all shows them, --json and --csv have them")


def _print_places(places: Sequence[RhythmPlace], most: int | None, *, as_csv: bool, as_json: bool) -> None:
    """Bars that have a rhythm."""
    if as_json:
        print_json([place.to_dict() for place in places])
    elif as_csv:
        _print_csv(("source", "part", "bar", "bars", "meter", "onset"), (place.to_dict() for place in places))
    elif places:
        _show([*places[0].cells], [[*place.cells.values()] for place in places[:most]])
    if most and len(places) > most and not (as_json or as_csv):
        say(f"... and {len(places) - most} more: --all shows them, --json and --csv have them")
    say(f"{counted(len(places), 'place')} in {counted(len({place.source for place in places}), 'piece')}")


def _print_reasons(hits: Sequence[Hit]) -> None:
    """What speaks for each hit and against it, the weightiest first."""
    rows = (
        [f"{number}", f"{nats:+.1f}", term, means]
        for number, hit in enumerate(hits, 1)
        for term, means, nats in [*hit.reasons, ("together", f"E {hit.rarity}", hit.score)]
    )
    _show(("hit", "nats", "term", "what it stands for"), rows)


def _ranked_row(row: Ranked) -> dict[str, Any]:
    return {"similarity": round(row.similarity, 3), "transposition": row.transposition, "source": row.source}


def _show(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table, ruled where somebody looks at it."""
    if not is_watched():
        print_table(header, rows)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*header)
    for row in rows:
        table.add_row(*(Text(readable(cell)) for cell in row))
    Console(highlight=False, file=commanding(sys.stdout)).print(table)


def _print_csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    """Lists as numbers with spaces between."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in columns])


def _cell(value: Any) -> Any:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else value


# Excerpts


def _write_excerpts(pattern: Pattern, hits: Sequence[Hit], paths: Sequence[str], folder: Path) -> None:
    """A MIDI file for each hit, numbered as in the table."""
    from mi_theme.search.excerpts import excerpt

    folder.mkdir(parents=True, exist_ok=True)
    wrote = 0
    for sheet in sheets_there(hits, paths):
        for number, hit in enumerate(hits, 1):
            if hit.source == sheet.source:
                excerpt(pattern, sheet, hit).save(folder / f"{number:03} {_name(hit)}.mid")
                wrote += 1
    say(f"wrote {counted(wrote, 'excerpt')} into {folder}")


def _name(hit: Hit) -> str:
    """File, part and bar, as a part of a file's name."""
    from mi_theme.files.disk import place_of

    place, number = place_of(Path(hit.source))
    words = f"{place.stem} {number or ''} {hit.part} {'' if hit.bar is None else f'bar {hit.bar}'}"
    return " ".join("".join(letter if letter.isalnum() or letter in "-_" else " " for letter in words).split())[:80]

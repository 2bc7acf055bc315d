"""``mi-theme index``: build, update, info, check, query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from mi_theme.cli.many_files import Workers, counted, progress_bar, workers_options
from mi_theme.cli.shared import INTERRUPTED, json_option, print_json, print_table, say

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from mi_theme.executors.batched_work import Progress
    from mi_theme.index import Index, IndexChanges
    from mi_theme.index.generations import FileRow

__all__ = ["index"]

NAMED = 20  # files that could not be read, by name
MOST_METERS = 6  # that info lists


@click.group()
def index() -> None:
    """A corpus made ready: find answers in milliseconds what a search of the files takes minutes for.

    mi-theme index build corpus/ -o corpus.idx, then mi-theme find corpus.idx --theme my.mid.
    """


@index.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(), metavar="FOLDER_OR_FILE...")
@click.option(
    "-o", "--out", required=True, type=click.Path(), metavar="INDEX", help="The folder of the index, which is made."
)
@workers_options
@click.pass_context
def build(ctx: click.Context, paths: tuple[str, ...], out: str, where: Workers) -> None:
    """Make an index of folders and files.

    Ctrl-C ends it with what was done so far; an update does the rest.
    """
    from mi_theme.index.building import built

    with _at_work(where, "indexing") as (executor, progress):
        changes = built(paths, out, executor=executor, progress=progress, partial=True)
    _tell(ctx, out, changes)


@index.command()
@click.argument("path", type=click.Path(), metavar="INDEX")
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[FOLDER_OR_FILE...]")
@workers_options
@click.pass_context
def update(ctx: click.Context, path: str, paths: tuple[str, ...], where: Workers) -> None:
    """Bring an index up to date: read what is new or changed, take out what is gone.

    Without folders all that was indexed is looked at; a new folder is added.
    """
    from mi_theme.index.building import updated

    with _at_work(where, "indexing") as (executor, progress):
        changes = updated(path, paths or None, executor=executor, progress=progress, partial=True)
    _tell(ctx, path, changes)


@index.command()
@click.argument("path", type=click.Path(), metavar="INDEX")
@click.option("--unread", "unread_too", is_flag=True, help="Name every file that could not be read, and why.")
@json_option
def info(path: str, unread_too: bool, as_json: bool) -> None:
    """Say what is in an index."""
    from mi_theme.index import open_index

    known = open_index(path)
    rows = _facts(known)
    unread = list(known.unread()) if unread_too else []
    if as_json:
        print_json(
            {**rows, "unread": [{"file": row.file, "reason": _reason(row)} for row in unread]} if unread_too else rows
        )
        return
    print_table(("what", "how many"), ([name, _cell(value)] for name, value in rows.items()))
    if unread_too:
        print_table(("not read", "why"), ([row.file, _reason(row)] for row in unread))


@index.command()
@click.argument("path", type=click.Path(), metavar="INDEX")
@click.pass_context
def check(ctx: click.Context, path: str) -> None:
    """Read all of an index, and say whether it is as it was written, and whether its files are."""
    from mi_theme.index import open_index

    known = open_index(path)
    damaged = known.damaged()
    for part in damaged:
        say(f"{path}: damaged: {part}")
    other, gone = known.changed() if not damaged else ([], [])
    if other or gone:
        say(
            f"{counted(len(other), 'file')} changed since and {counted(len(gone), 'file')} gone: mi-theme index update {path}"
        )
    say(
        "build the index again"
        if damaged
        else f"{path}: sound, {counted(known.pieces, 'piece')}, {counted(known.notes, 'note')}"
    )
    ctx.exit(int(bool(damaged)))


@index.command()
@click.argument("path", type=click.Path(), metavar="INDEX")
@click.argument("question", metavar="SQL")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, for spreadsheets.")
@json_option
def query(path: str, question: str, as_csv: bool, as_json: bool) -> None:
    """Ask the tables of an index in SQL (needs DuckDB): files and pieces, which have the column hash in common.

    mi-theme index query corpus.idx "select meter, count(*) from pieces group by meter"
    """
    from mi_theme.index import open_index
    from mi_theme.listings import csv_table

    if as_csv and as_json:
        raise click.UsageError("--json or --csv, not both")
    rows = open_index(path).sql(question)
    header, cells = list(rows[0]) if rows else [], [[_cell(value) for value in row.values()] for row in rows]
    if as_json:
        print_json([{name: _plain(value) for name, value in row.items()} for row in rows])
    elif as_csv:
        click.echo(csv_table(header, cells), nl=False)
    elif rows:
        print_table(header, cells)


@contextmanager
def _at_work(where: Workers, word: str) -> Iterator[tuple[Executor | None, Progress]]:
    with where.executor() as executor, progress_bar(word) as progress:
        yield executor, progress


def _tell(ctx: click.Context, path: str, changes: IndexChanges) -> None:
    """What changed, and what could not be read."""
    for row in changes.unread[:NAMED]:
        say(f"  left out: {row.file}: {_reason(row)}")
    if len(changes.unread) > NAMED:
        say(f"  left out: {len(changes.unread) - NAMED} more: mi-theme index info {path} --unread")
    say(f"{path}: {changes}")
    ctx.exit(int(bool(changes.unread)) if changes.complete else INTERRUPTED)


def _reason(row: FileRow) -> str:
    return row.reason or "; ".join(f"#{number}: {reason}" for number, reason in row.unread)


def _facts(known: Index) -> dict[str, Any]:
    """What there is to count."""
    meters: Counter[str] = Counter()
    for shard in known.shards:
        for kind, number in enumerate(shard.piece_kinds().tolist()):
            meters[", ".join(shard.meters[kind]) or "none stated"] += number
    common = [f"{meter} ({count:,})" for meter, count in meters.most_common(MOST_METERS) if count]
    return {
        "files": known.files,
        "not read, or not all": known.generation.unread,
        "pieces": known.pieces,
        "notes": known.notes,
        "bytes": known.size,
        "bytes a note": round(known.size / max(known.notes, 1), 1),
        "metres": common,
        "folders": list(known.generation.roots),
        "shards": len(known.shards),
        "generation": known.generation.number,
        "made by": f"mi_theme {known.generation.made_by}, format {known.generation.version}",
    }


def _cell(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value))
    return (
        f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else "" if value is None else str(value)
    )


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | list | None) else str(value)

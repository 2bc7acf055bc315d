"""``mi-theme info``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mi_theme.cli.shared import is_midi, json_option, print_json, print_table
from mi_theme.score.messages import UNSTATED, one_line

if TYPE_CHECKING:
    from mi_theme.score import Score

__all__ = ["info", "last_bar"]

LONGEST_TEXT = 300  # letters of a text or a name that are shown
MOST_ROWS = 40  # metre changes and markers shown to people; JSON has them all


@click.command()
@click.argument("file", type=click.Path())
@json_option
def info(file: str, as_json: bool) -> None:
    """Say what is in a file: parts, metres, tempos, markers, texts."""
    from mi_theme.files import read

    described = describe(read(file))
    if as_json:
        print_json(described)
    else:
        _print(file, described)


def describe(score: Score) -> dict[str, Any]:
    """What is in a score, as plain values; positions are quarters and bars."""
    notes = score.note_table()
    at = score.meters.at
    return {
        "type": score.kind,
        "ticks_per_quarter": score.ticks_per_quarter,
        "quarters": float(score.quarters),
        "seconds": round(score.tempos.seconds(score.quarters), 3),
        "bars": last_bar(score),
        "notes": len(notes),
        "metres": [
            {"bar": at(start).number, "quarter": float(start), "meter": str(meter)}
            for start, meter in score.meters.changes
        ],
        "metre_stated": score.meters.stated,
        "notation": score.is_notation,
        "tempos": [
            {"bar": at(start).number, "quarter": float(start), "per_minute": round(6e7 / max(speed, 1), 3)}
            for start, speed in score.tempos.changes
        ],
        "parts": [_part(score, index) for index in range(len(score.parts))],
        "markers": [{"bar": at(start).number, "quarter": float(start), "text": text} for start, text in score.markers],
        "texts": [
            {"bar": at(start).number, "quarter": float(start), "text": text}
            for start, text in score.texts
            if text != UNSTATED
        ],
    }


def last_bar(score: Score) -> int:
    """The number of the last bar that has begun before the end."""
    bar = score.meters.at(score.quarters)
    return bar.number if score.quarters > bar.start else bar.number - 1


def _part(score: Score, index: int) -> dict[str, Any]:
    part, notes = score.parts[index], score.notes(index)
    return {
        "name": part.name,
        "channel": part.channel + 1,
        "program": part.program or None,
        "percussion": part.is_percussion,
        "notes": len(notes),
        "lowest": int(notes["pitch"].min()),
        "highest": int(notes["pitch"].max()),
    }


def _print(file: str, d: dict[str, Any]) -> None:
    minutes, seconds = divmod(round(d["seconds"]), 60)
    kind = f"MIDI type {d['type']}, {d['ticks_per_quarter']} ticks a quarter" if is_midi(file) else "notation"
    click.echo(f"{one_line(file)}: {kind}")
    click.echo(f"  {d['bars']} bars, {d['notes']} notes, {minutes}:{seconds:02d}")
    default = "by its length: no metre in the file" if d["notation"] else "no signature in the file: MIDI's default"
    stated = "" if d["metre_stated"] else f" ({default})"
    _rows("metre", ((row["bar"], row["meter"] + stated) for row in d["metres"]), len(d["metres"]))
    _rows("tempo", ((row["bar"], f"{row['per_minute']:g} quarters a minute") for row in d["tempos"]), len(d["tempos"]))
    _rows("marker", ((row["bar"], row["text"]) for row in d["markers"]), len(d["markers"]))
    _rows("text", ((row["bar"], row["text"]) for row in d["texts"]), len(d["texts"]))
    click.echo()
    header = ("part", "channel", "program", "notes", "pitches")
    print_table(
        header,
        (
            [
                _shown(p["name"]),
                str(p["channel"]),
                str(p["program"] or "-"),
                str(p["notes"]),
                f"{p['lowest']}-{p['highest']}",
            ]
            for p in d["parts"]
        ),
    )


def _rows(title: str, rows: Any, count: int) -> None:
    for number, (bar, text) in enumerate(rows):
        if number == MOST_ROWS:
            click.echo(f"  ... and {count - MOST_ROWS} more (--json has them all)")
            return
        click.echo(f"  {title:7} bar {bar:<4} {_shown(text)}")


def _shown(text: str) -> str:
    """A text of a file, of a very long one its beginning."""
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}... (of {len(text):,} letters; --json has all)"

"""What is written beside notes, on its way into another metre: it goes with its note, or by the map like a note there.

What hangs on a note that is left out goes with it, and is listed; but a slur, or whatever else
goes from note to note, then begins at the next of its notes or ends at the one before.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from mi_theme.conversion.parts.placements import Edits
from mi_theme.score import Score
from mi_theme.score.asides import PlacedAside, asides_of

__all__ = ["ENDING", "MovedAside", "listed", "moved_asides"]

SPANNING = re.compile(r'<([\w-]+)[^>]* type="(start|stop)"')
NUMBERED = re.compile(r' number="([^"]*)"')
OF_NOTES = ("grace", "type", "note", "alter", "accidental", "notehead")  # what is the note itself: the plan lists it
ENDING = ("until", "right")  # hosts that stand where something ends


class MovedAside(NamedTuple):
    """An aside, the row of `Score.spans` that it goes with (-1 for none), and whether it is written again."""

    placed: PlacedAside
    note: int
    kept: bool


def moved_asides(score: Score, edits: Edits) -> list[MovedAside]:
    """The asides of a score, each with the note that it goes with.

    Parameters
    ----------
    score
        Any score.
    edits
        What becomes of its notes.
    """
    gone = set(edits.dropped.tolist())
    asides = asides_of(score)
    found = [MovedAside(placed, placed.note, placed.note not in gone) for placed in asides]
    if gone and not all(moved.kept for moved in found):
        neighbours = _neighbours(score, gone)
        for start, stop in _pairs(asides):
            ends = [
                _near(asides[place].note, gone, neighbours, later=later)
                for place, later in ((start, True), (stop, False))
            ]
            whole = min(ends) >= 0 and score.spans["start"][ends[0]] < score.spans["start"][ends[1]]
            for place, note in zip((start, stop), ends, strict=True):
                found[place] = MovedAside(asides[place], note if whole else asides[place].note, whole)
    return found


def _pairs(asides: Sequence[PlacedAside]) -> Iterator[tuple[int, int]]:
    """Places of the beginning and the end of what goes from note to note."""
    begun: dict[tuple[int, str, str], int] = {}
    for place, placed in enumerate(asides):
        said = SPANNING.search(placed.aside.said) if placed.note >= 0 else None
        if said is None:
            continue
        number = NUMBERED.search(placed.aside.said)
        name = placed.track, said[1], number[1] if number else "1"
        if said[2] == "start":
            begun[name] = place
        elif name in begun:
            yield begun.pop(name), place


def _neighbours(score: Score, gone: set[int]) -> dict[int, tuple[int, int]]:
    """For each note that is left out the note that stays before it in its voice, and the one after; -1 for none."""
    voices: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for row in range(len(score.spans)):
        span = score.spans[row]
        voices[int(span["track"]), int(score.tracks[span["track"]].events["voice"][span["on"]])].append(row)
    found: dict[int, tuple[int, int]] = {}
    for rows in voices.values():
        before, waiting = -1, list[int]()
        for row in sorted(rows, key=lambda row: int(score.spans["start"][row])):
            if row in gone:
                found[row] = before, -1
                waiting.append(row)
                continue
            found |= {other: (found[other][0], row) for other in waiting}
            before, waiting = row, []
    return found


def _near(note: int, gone: set[int], neighbours: dict[int, tuple[int, int]], *, later: bool) -> int:
    return neighbours[note][later] if note in gone else note


def listed(score: Score, moved: Sequence[MovedAside]) -> str:
    """What is left out, in words: how many of each kind, and in which bar the first; nothing where all is kept."""
    lost = [one.placed for one in moved if not one.kept and one.placed.aside.kind not in OF_NOTES]
    counts = Counter(placed.aside.name for placed in lost)
    firsts = {placed.aside.name: placed for placed in reversed(lost)}
    quarter = score.ticks_per_quarter
    bars = {name: score.meters.at(Fraction(placed.tick, quarter)).number for name, placed in firsts.items()}
    return ", ".join(
        f"{count} {name} (bar {bars[name]}{' first' if count > 1 else ''})" for name, count in counts.items()
    )

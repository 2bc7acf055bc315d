"""A score as the player in a browser takes it: notes, clicks, a count-in and bar lines, in seconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from statistics import median
from typing import Any, NamedTuple

from mi_theme.score import Score
from mi_theme.score.clicks import BAR, BEAT, Click, clicks_of

__all__ = ["PartSound", "Piece", "PlayedClick", "PlayedNote", "piece_of"]

DIGITS = 6  # of a second: microseconds, as MIDI files count tempo
WEIGHTS = {BAR: 2, BEAT: 1}  # of a click, by what it marks; the pulses between weigh nothing
BASSES, SUSTAINED = (
    range(32, 40),
    (*range(16, 24), *range(40, 104)),
)  # programs of General MIDI: basses; what holds its tone
LOW = 48  # a piano part whose middle note lies below this C sounds as a bass


class PlayedNote(NamedTuple):
    """Onset and duration in seconds, MIDI pitch and velocity, the number of the part; onset and duration in ticks."""

    onset: float
    duration: float
    pitch: int
    velocity: int
    part: int
    tick: int
    ticks: int


class PlayedClick(NamedTuple):
    """Where in seconds, and how strong: 2 a bar line, 1 the beginning of a group, 0 a pulse."""

    onset: float
    weight: int


class PartSound(NamedTuple):
    """Who plays a part: its name, and the kind of its instrument: ``pluck``, ``bass``, ``sustained`` or ``drums``."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Piece:
    """What is played, and clicked.

    Attributes
    ----------
    ticks_per_quarter, tempo
        Of the score: ticks, and quarters a minute at its beginning.
    length
        Seconds, to the end of the last bar.
    notes, clicks
        In order; clicks on the beats of the metre and the pulses between.
    groups
        Clicks on the groups of the figure instead, where they are others than those of the metre.
    count_in
        Clicks of the bar before the first, seconds from its beginning, and its length in seconds.
    bars
        Where bars begin, in seconds.
    parts
        By their number.
    """

    ticks_per_quarter: int
    tempo: float
    length: float
    notes: tuple[PlayedNote, ...]
    clicks: tuple[PlayedClick, ...]
    groups: tuple[PlayedClick, ...]
    count_in: tuple[PlayedClick, ...]
    count_length: float
    bars: tuple[float, ...]
    parts: tuple[PartSound, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self) | {name: [list(row) for row in getattr(self, name)] for name in _ROWS}


_ROWS = ("notes", "clicks", "groups", "count_in", "parts")  # written as lists, not as objects


def piece_of(score: Score, *, groups: Sequence[Fraction] = ()) -> Piece:
    """A score for the player.

    Parameters
    ----------
    score
        Any score.
    groups
        Lengths in quarters of the groups of a figure, which come again and again from the first bar line.

    Returns
    -------
    Piece
        Its notes and clicks.
    """
    seconds = score.tempos.seconds
    bars = list(score.meters.bars(score.quarters))
    end = bars[-1].end if bars else score.quarters
    ticks = score.ticks_per_quarter
    count, count_length = _count_in(score)
    return Piece(
        ticks,
        round(score.tempos.per_minute(0), DIGITS),
        _rounded(seconds(end)),
        tuple(_notes(score)),
        tuple(
            PlayedClick(_rounded(seconds(click.at)), WEIGHTS.get(click.marks, 0))
            for click in clicks_of(score.meters, score.tempos, end)
        ),
        tuple(PlayedClick(_rounded(seconds(at)), weight) for at, weight in _groups(groups, end)),
        count,
        count_length,
        tuple(_rounded(seconds(bar.start)) for bar in bars),
        tuple(_sounds(score)),
    )


def _notes(score: Score) -> Iterator[PlayedNote]:
    """The notes by onset, as the file has them."""
    spans, clock = score.spans, score.tempos.clock
    onsets, ends = (clock(spans[name] / score.ticks_per_quarter).round(DIGITS).tolist() for name in ("start", "stop"))
    rows = []
    for span, part, onset, end in zip(spans, score.span_parts.tolist(), onsets, ends, strict=True):
        event = score.tracks[span["track"]].events[span["on"]]
        start, stop = int(span["start"]), int(span["stop"])
        row = (onset, _rounded(end - onset), int(event["data1"]), int(event["data2"]), part, start, stop - start)
        rows.append(PlayedNote(*row))
    yield from sorted(rows)


def _count_in(score: Score) -> tuple[tuple[PlayedClick, ...], float]:
    """The clicks before the first bar, and how long they take."""
    first, quarter = score.meters.bar(1), 60 / score.tempos.per_minute(0)
    lead = first.meter.bar + (first.meter.bar - first.start) % first.meter.bar
    counted: Iterator[Click] = clicks_of(score.meters, score.tempos, Fraction(0), count_in=1)
    clicks = (click for click in counted if click.at < lead)
    return tuple(
        PlayedClick(_rounded(float(click.at) * quarter), WEIGHTS.get(click.marks, 0)) for click in clicks
    ), _rounded(float(lead) * quarter)


def _groups(groups: Sequence[Fraction], end: Fraction) -> Iterator[tuple[Fraction, int]]:
    """Where groups begin, the first of them heavier, until the end."""
    at, index = Fraction(0), 0
    while groups and at < end:
        yield at, 1 if index else 2
        at, index = at + groups[index], (index + 1) % len(groups)


def _sounds(score: Score) -> Iterator[PartSound]:
    for number, part in enumerate(score.parts):
        pitches = score.notes(number)["pitch"].tolist()
        program = part.program or 0
        low = bool(pitches) and median(pitches) < LOW
        kind = (
            "bass" if program in BASSES or (low and program < 8) else "sustained" if program in SUSTAINED else "pluck"
        )
        yield PartSound(part.name, "drums" if part.is_percussion else kind)


def _rounded(seconds: float) -> float:
    return round(seconds, DIGITS)

"""A written theme in a performance: in all voices, in any key, at a tempo that changes from note to note.

The notes of the theme are a chain through the notes that were played. Each link
is weighed against chance, as a ratio of two likelihoods: that a player who goes
on at the tempo of the last notes strikes the next one just then, and that a note
of that pitch stands there anyway, given how often the piece has it. So a common
note, or one that comes at any time, says little, and a long chain of them may be
chance; nothing else needs a weight. The best chain is found by dynamic
programming with a beam; each chain carries its own tempo along.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["PLAYING", "Chain", "Performance", "Playing", "chain_in", "theme_of"]

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
SECONDS = 0.5  # a quarter at 120 a minute, which performances on no grid are written at
LONGEST = 19.0  # seconds between two linked notes
SPAN = 20.0  # seconds that keep the times of one pitch apart from those of the next
NEIGHBOURS = 12  # notes before and after that may lie above one
NEVER = -1e9


class Playing(NamedTuple):
    """How people play, in nats, seconds and logarithms of tempo.

    Attributes
    ----------
    rubato
        How much the tempo of one interval differs from that before (standard
        deviation of its natural logarithm).
    jitter
        How much an interval differs beside (seconds).
    apart
        How far the notes of a chord are apart, at most and usually.
    beat, beats
        A usual quarter (seconds), and how much it varies (logarithm).
    slowest, fastest
        Seconds a quarter.
    memory
        Seconds after which a new tempo is believed half.
    missed
        Paid for a note that was not played.
    lead, under
        Earned by a note that nothing above covers, and by any other.
    reach, heads
        How many notes a link may span, and how many may be missing at first.
    beam
        Chains that are worse than the best by more are given up.
    widest
        The largest change of tempo between two intervals (logarithm).
    """

    rubato: float = 0.2
    jitter: float = 0.03
    apart: tuple[float, float] = (0.08, 0.03)
    beat: float = 0.5
    beats: float = 0.7
    slowest: float = 4.0
    fastest: float = 0.1
    memory: float = 1.0
    missed: float = 3.0
    lead: float = 0.6
    under: float = -1.0
    reach: int = 3
    heads: int = 2
    beam: float = 8.0
    widest: float = 1.1


PLAYING = Playing()


class Performance(NamedTuple):
    """Notes as played, and where each pitch occurs.

    Attributes
    ----------
    time
        Seconds, ascending, shape (n,).
    pitch
        MIDI numbers.
    surprise
        Minus the logarithm of how often a second the piece has that pitch.
    leads
        Whether nothing above covers the note.
    key, order
        The notes by pitch, then time: ``pitch * span + time``, and their rows.
    span
        More seconds than the piece has.
    """

    time: Floats
    pitch: Rows
    surprise: Floats
    leads: NDArray[np.bool_]
    key: Floats
    order: Rows
    span: float

    @classmethod
    def of(cls, notes: NDArray[np.void]) -> Performance:
        """From a note table, sorted by onset."""
        time, pitch = SECONDS * notes["onset"].astype(float), np.clip(notes["pitch"], 0, 127).astype(np.int64)
        lasts = float(time[-1] - time[0]) + 1.0 if len(time) else 1.0
        rate = (np.bincount(pitch, minlength=128)[pitch] + 1.0) / lasts
        span = (float(time[-1]) if len(time) else 0.0) + SPAN
        key = pitch * span + time
        order = np.argsort(key, kind="stable")
        leads = _leads(time, time + SECONDS * notes["duration"], pitch)
        return cls(time, pitch, -np.log(rate), leads, key[order], order, span)

    def between(self, pitch: Rows, low: Floats, high: Floats) -> tuple[Rows, Rows]:
        """(number of the question, row) of all notes of these pitches at these times."""
        first = np.searchsorted(self.key, pitch * self.span + np.maximum(low, 0.0), "left")
        last = np.searchsorted(self.key, pitch * self.span + high, "right")
        many = np.where((pitch >= 0) & (pitch < 128), np.maximum(last - first, 0), 0)
        asked = np.repeat(np.arange(len(pitch)), many)
        within = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
        return asked, self.order[first[asked] + within]


def _leads(time: Floats, end: Floats, pitch: Rows, chord: float = 0.05) -> NDArray[np.bool_]:
    """Whether no higher note begins with a note, or has begun and goes on for half its length."""
    covered = np.zeros(len(time), bool)
    half = (time + end) / 2
    for lag in range(1, min(NEIGHBOURS, len(time) - 1) + 1):
        lower, higher = pitch[lag:] < pitch[:-lag], pitch[lag:] > pitch[:-lag]
        together = time[lag:] - time[:-lag] < chord
        covered[lag:] |= lower & (together | (half[:-lag] > time[lag:] + chord))
        covered[:-lag] |= higher & together
    return ~covered


class Theme(NamedTuple):
    """A theme as chains read it: onsets in quarters, ascending, pitches, and which notes nothing above covers."""

    onset: Floats
    pitch: Rows
    leads: NDArray[np.bool_]


def theme_of(notes: NDArray[np.void]) -> Theme:
    """From a note table."""
    onset, pitch = notes["onset"].astype(float), notes["pitch"].astype(np.int64)
    return Theme(onset, pitch, _leads(onset, onset + notes["duration"], pitch))


class Chain(NamedTuple):
    """The best chain: its score in nats, and (number in the theme, row of the performance) of its notes."""

    score: float
    pairs: tuple[tuple[int, int], ...]


class _Level(NamedTuple):
    """The chains that end in one note of the theme, by the note that was played."""

    score: Floats
    beat: Floats  # logarithm of the seconds a quarter; nan before the first link
    back: Rows  # the row before, -1 for none
    over: Rows  # how many notes of the theme the link spans
    alive: Rows


def chain_in(theme: Theme, heard: Performance, playing: Playing = PLAYING) -> Chain:
    """The best chain of a theme through a performance; its score allows for how many notes it may begin with."""
    if not len(theme.onset) or not len(heard.time):
        return Chain(NEVER, ())
    levels: list[_Level] = []
    for number in range(len(theme.onset)):
        levels.append(_level(number, levels, theme, heard, playing))
    ends = [float(level.score.max()) - playing.missed * left for left, level in enumerate(reversed(levels))]
    last = len(levels) - 1 - int(np.argmax(ends))
    return Chain(max(ends) - float(np.log(len(heard.time))), _traced(levels, last))


def _level(number: int, levels: list[_Level], theme: Theme, heard: Performance, playing: Playing) -> _Level:
    """The best chains that end in the next note of the theme."""
    many = len(heard.time)
    stress = np.where(heard.leads, playing.lead, playing.under) * theme.leads[number]
    starts = number <= playing.heads
    score = stress - playing.missed * number if starts else np.full(many, NEVER)
    level = _Level(score, np.full(many, np.nan), np.full(many, -1), np.zeros(many, np.int64), np.zeros(0, np.int64))
    for over in range(1, min(playing.reach, number) + 1):
        before = levels[number - over]
        gap = float(theme.onset[number] - theme.onset[number - over])
        interval = int(theme.pitch[number] - theme.pitch[number - over])
        source, row, value, beat = _links(before, gap, interval, heard, playing)
        value += stress[row] - playing.missed * (over - 1)
        best = np.lexsort((value, row))
        best = best[np.diff(row[best], append=-1) != 0]
        best = best[value[best] > level.score[row[best]]]
        for column, found in zip(level, (value, beat, source, np.full(len(row), over)), strict=False):
            column[row[best]] = found[best]
    return level._replace(alive=np.flatnonzero(level.score >= max(level.score.max() - playing.beam, NEVER / 2)))


def _links(
    before: _Level, gap: float, interval: int, heard: Performance, playing: Playing
) -> tuple[Rows, Rows, Floats, Floats]:
    """(row before, row, value, tempo) of every link from the chains alive over a gap and an interval."""
    low, high = _window(before, gap, heard, playing)
    asked, row = heard.between(heard.pitch[before.alive] + interval, low, high)
    source = before.alive[asked]
    lapse, known = heard.time[row] - heard.time[source], before.beat[source]
    value = before.score[source] + heard.surprise[row]
    if gap < 1e-6:
        value -= np.abs(lapse) / playing.apart[1] + np.log(2 * playing.apart[1])
        return source, row, np.where(source == row, NEVER, value), known
    new, started = np.log(lapse / gap), ~np.isnan(known)
    spread = np.hypot(np.where(started, playing.rubato, playing.beats), playing.jitter / lapse)
    off = np.abs(new - np.where(started, known, np.log(playing.beat))) / spread
    value += np.where(started, -np.sqrt(2) * off - np.log(np.sqrt(2) * spread), _normal(off, spread)) - np.log(lapse)
    belief = lapse / (lapse + playing.memory)
    return source, row, value, np.where(started, known + belief * (new - known), new)


def _normal(off: Floats, spread: Floats) -> Floats:
    """The logarithm of the normal density."""
    density: Floats = -0.5 * off**2 - np.log(np.sqrt(2 * np.pi) * spread)
    return density


def _window(before: _Level, gap: float, heard: Performance, playing: Playing) -> tuple[Floats, Floats]:
    """From when to when the next note may be struck."""
    time, beat = heard.time[before.alive], before.beat[before.alive]
    if gap < 1e-6:
        return time - playing.apart[0], time + playing.apart[0]
    started = ~np.isnan(beat)
    soonest = np.where(started, gap * np.exp(beat - playing.widest), gap * playing.fastest)
    latest = np.where(started, gap * np.exp(beat + playing.widest), gap * playing.slowest)
    slack = playing.jitter
    return time + np.maximum(soonest - slack, slack / 2), time + np.minimum(latest + slack, LONGEST)


def _traced(levels: list[_Level], last: int) -> tuple[tuple[int, int], ...]:
    """The notes of the best chain that ends in a note of the theme."""
    number, row = last, int(levels[last].score.argmax())
    found = [(number, row)]
    while levels[number].back[row] >= 0:
        number, row = number - int(levels[number].over[row]), int(levels[number].back[row])
        found.append((number, row))
    return tuple(found[::-1])

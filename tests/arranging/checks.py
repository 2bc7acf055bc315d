"""Is a rendition a pleasure to listen to, in checkable terms?

Each check is a function of a `Hearing`, a rendition with its arrangement, that
gives what is wrong, in words, and nothing where all is well. The rules are
those of ``docs/explanation/arranging.md``; the benchmark prints them as a table
and the tests assert them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, groupby, pairwise, product

import numpy as np
from numpy.typing import NDArray

from arranging.hearings import Hearing, Notes
from mi_theme.renditions.arrangement.arrangements import Arrangement, Passage
from mi_theme.renditions.arrangement.styles import Instrument
from mi_theme.renditions.composing.slots import TICKS
from mi_theme.renditions.composing.texture import LOW_LIMIT, clashes, muddies
from mi_theme.score import Score
from mi_theme.score.percussion_keys import HI_HAT, RIDE
from mi_theme.themes import Motif

__all__ = ["CHECKS", "Hearing", "faults", "report"]

LEAST_CORRELATION, LEAST_GROWTH, MOST_EQUAL, MOST_STEP = 0.7, 8, 3, 30
LONGEST_PHRASE, SHORTEST_BREATH, TAIL = 8.0, 0.3, 1.0  # seconds
LEAST_ACTIVE, MOST_ACTIVE = 0.40, 0.65
CLASH = 0.25  # quarters: half an eighth
BARS_PER_CLASH, WINDOW, DIFFERENT = 8, 16, 3
SAME_RHYTHM, SAME_RANGE = 0.6, 0.5
CLIMAX = (0.70, 0.85)
ENOUGH = 16  # notes, or bars, from which a statistic means something
HATS = (HI_HAT, RIDE)


Check = Callable[[Hearing], Iterator[str]]


def exact_figure(hearing: Hearing) -> Iterator[str]:
    """`Ostinato` holds the exact figure in every bar of intros, grooves and breaks, and nothing else."""
    notes = hearing.parts["Ostinato"]
    wanted = [place for passage in hearing.arrangement.passages for place in _figure_of(passage)]
    tonic = hearing.arrangement.theme.tonic.pitch_class
    found = list(zip(np.round(notes["onset"], 3).tolist(), notes["pitch"].tolist(), strict=True))
    apart = [abs(a - b) for (a, _), (b, _) in zip(found, wanted, strict=False)]
    if len(found) != len(wanted) or max(apart, default=0) > 1 / TICKS:  # a place between ticks is rounded
        yield f"{len(found)} notes, {len(wanted)} in the figure, or at other places"
    else:
        tonics = {pitch - semitones for (_, pitch), (_, semitones) in zip(found, wanted, strict=True)}
        if len(tonics) > 1 or tonics.pop() % 12 != tonic:
            yield "other pitches than the figure's"


def _figure_of(passage: Passage) -> list[tuple[float, int]]:
    """(onset in quarters, semitones above the tonic) of the figure through a section."""
    if passage.role in ("bridge", "ending"):
        return []
    motif = passage.ostinato
    cycle = -(-motif.length // passage.meter.bar) * passage.meter.bar
    cycles = int(-(-(passage.end - passage.start) // cycle))
    places = ((passage.start + k * cycle + tone.onset, tone.degree.semitones) for k in range(cycles) for tone in motif)
    return [(round(float(onset), 3), semitones) for onset, semitones in places if onset < passage.end]


def signatures(hearing: Hearing) -> Iterator[str]:
    """Signatures stand exactly at the changes of metre, markers at every section."""
    wanted, before = [], None
    for passage in hearing.arrangement.passages:
        if passage.meter != before:
            wanted.append((passage.start, passage.meter))
        before = passage.meter
    if list(hearing.score.meters.changes) != wanted:
        yield f"signatures {hearing.score.meters.changes}"
    if [at for at, _ in hearing.score.markers] != [p.start for p in hearing.arrangement.passages]:
        yield "markers elsewhere than at the sections"


def metric_accents(hearing: Hearing) -> Iterator[str]:
    """In even-stroke parts, velocity follows the weight of the place in the bar."""
    for name, notes in hearing.parts.items():
        part = hearing.players[name]
        if part.exempt or (part.plays not in ("ostinato", "kit", "hands")) or name == "Ostinato II":
            continue
        chosen = notes[np.isin(notes["pitch"], HATS)] if part.plays == "kit" else notes
        pair = _weights_and_velocities(hearing, chosen, part)
        if pair.shape[1] >= ENOUGH and float(np.min(pair.std(axis=1))) > 0:
            value = float(np.corrcoef(pair[0], pair[1]).ravel()[1])
            if value < LEAST_CORRELATION:
                yield f"{name}: weight and velocity correlate at {value:.2f}"


def _weights_and_velocities(hearing: Hearing, notes: Notes, part: Instrument) -> NDArray[np.float64]:
    """Rows of weights and of velocities less their bar's mean, outside fills and endings."""
    rows: list[tuple[float, float]] = []
    numbers = hearing.bar_of(notes["onset"])
    for number in np.unique(numbers).tolist():
        bar = hearing.grid.number(number)
        mine = notes[numbers == number]
        if bar is None or bar.role == "ending" or (bar.fills and part.is_drums) or len(mine) < 2:
            continue
        velocities = mine["velocity"] - mine["velocity"].mean()
        places = [round(onset * TICKS) for onset in mine["onset"].tolist()]
        table = [bar.weight(tick, part.plays == "hands") for tick in places]
        rows += zip((np.array(table) - np.mean(table)).tolist(), velocities.tolist(), strict=True)
    return np.array(rows, float).reshape(-1, 2).T


def equal_velocities(hearing: Hearing) -> Iterator[str]:
    """At most three equal velocities in a row on one key."""
    for name, notes in hearing.parts.items():
        for pitch in np.unique(notes["pitch"]).tolist():
            mine = notes["velocity"][notes["pitch"] == pitch].tolist()
            if (most := max(len(list(run)) for _, run in groupby(mine))) > MOST_EQUAL:
                yield f"{name}: {most} equal velocities in a row on {pitch}"


def growth(hearing: Hearing) -> Iterator[str]:
    """The last third is at least 8 louder than the first, in all and in each part that plays in both."""
    end = hearing.grid.end / TICKS
    for name, notes in [("all", hearing.score.notes()), *hearing.parts.items()]:
        first, last = notes[notes["onset"] < end / 3], notes[notes["onset"] >= 2 * end / 3]
        if min(len(first), len(last)) >= ENOUGH:
            grown = float(last["velocity"].mean() - first["velocity"].mean())
            if grown < LEAST_GROWTH:
                yield f"{name}: the last third only {grown:.1f} louder"


def phrases(hearing: Hearing) -> Iterator[str]:
    """Lead phrases last at most 8 seconds, and a breath follows."""
    for name, notes in hearing.playing("lead").items():
        began = ended = -9.0
        for start, stop in _sounding(hearing, notes):
            if start - ended >= SHORTEST_BREATH:
                began = start
            ended = max(ended, stop)
            if ended - began > LONGEST_PHRASE:
                yield f"{name}: a phrase of {ended - began:.1f} s at {began:.1f} s"
                began = start


def _sounding(hearing: Hearing, notes: Notes) -> Iterator[tuple[float, float]]:
    for note in notes:
        yield hearing.seconds(note["onset"]), hearing.seconds(note["onset"] + note["duration"])


def activity(hearing: Hearing) -> Iterator[str]:
    """Leads play in 40 to 65 % of the bars."""
    if len(hearing.grid.bars) < ENOUGH:
        return
    active: set[int] = set()
    for notes in hearing.playing("lead").values():
        for first, last in zip(
            hearing.bar_of(notes["onset"]), hearing.bar_of(notes["onset"] + notes["duration"] - 0.01), strict=True
        ):
            active |= set(range(int(first), int(last) + 1))
    share = len([number for number in active if number <= len(hearing.grid.bars)]) / len(hearing.grid.bars)
    if not LEAST_ACTIVE <= share <= MOST_ACTIVE:
        yield f"the lead plays in {share:.0%} of the bars"


def ranges(hearing: Hearing) -> Iterator[str]:
    """Nothing is out of range, but for an exact figure that no octave brings inside: it is never bent to fit."""
    exact = hearing.arrangement.style.playing("ostinato")[0].name
    for name, notes in hearing.pitched.items():
        part = hearing.players[name]
        low, high = int(notes["pitch"].min()), int(notes["pitch"].max())
        inside = [k for k in range(-10, 11) if part.low <= low + 12 * k and high + 12 * k <= part.high]
        if 0 not in inside and (inside or name != exact):
            yield f"{name}: {low} to {high} outside {part.low} to {part.high}"


def low_intervals(hearing: Hearing) -> Iterator[str]:
    """Below MIDI 48 only octaves and fifths."""
    for one, other, at in _together(hearing, lambda a, b: max(a, b) < LOW_LIMIT and muddies(a, b)):
        yield f"{one} and {other}: too low together at {at:g}"


def clashing(hearing: Hearing) -> Iterator[str]:
    """Minor seconds and ninths between pitched parts: at most one in eight bars."""
    found = list(_together(hearing, clashes))
    if len(found) > len(hearing.grid.bars) / BARS_PER_CLASH:
        one, other, at = found[0]
        yield f"{len(found)} clashes in {len(hearing.grid.bars)} bars, the first of {one} and {other} at {at:g}"


def _together(hearing: Hearing, wrong: Callable[[int, int], bool]) -> Iterator[tuple[str, str, float]]:
    """Pairs of parts with notes that sound together for half an eighth and are wrong."""
    notes = [
        (n["onset"], n["onset"] + n["duration"], int(n["pitch"]), name)
        for name, part in hearing.pitched.items()
        for n in part
    ]
    notes.sort()
    open_notes: list[tuple[float, float, int, str]] = []
    for note in notes:
        open_notes = [other for other in open_notes if other[1] - note[0] >= CLASH]
        for other in open_notes:
            lasts = min(other[1], note[1]) - note[0] >= CLASH
            if lasts and other[3] != note[3] and wrong(other[2], note[2]):
                yield other[3], note[3], note[0]
        open_notes.append(note)


def variety(hearing: Hearing) -> Iterator[str]:
    """At least three different bars in 16, but for the exact figure."""
    exact = hearing.arrangement.style.playing("ostinato")[0].name
    for name, notes in hearing.parts.items():
        numbers = hearing.bar_of(notes["onset"])
        patterns = {
            number: _pattern(hearing, notes[numbers == number], number) for number in np.unique(numbers).tolist()
        }
        for first in range(1, len(hearing.grid.bars) - WINDOW + 2, 4):
            window = [patterns[n] for n in range(first, first + WINDOW) if n in patterns]
            if name != exact and len(window) >= WINDOW // 2 and len(set(window)) < DIFFERENT:
                yield f"{name}: {len(set(window))} different bars from bar {first}"
                break


def _pattern(hearing: Hearing, notes: Notes, number: int) -> tuple[tuple[float, int], ...]:
    start = hearing.grid.bars[min(number, len(hearing.grid.bars)) - 1].start / TICKS
    return tuple((round(float(n["onset"] - start), 3), int(n["pitch"])) for n in notes)


def distinct_parts(hearing: Hearing) -> Iterator[str]:
    """No two pitched parts have the same range and rhythm."""
    rhythms = {name: _rhythms(hearing, notes) for name, notes in hearing.pitched.items()}
    for (one, a), (other, b) in combinations(hearing.pitched.items(), 2):
        both = rhythms[one].keys() & rhythms[other].keys()
        shared = sum(rhythms[one][bar] == rhythms[other][bar] for bar in both) / max(len(both), 1)
        low, high = max(a["pitch"].min(), b["pitch"].min()), min(a["pitch"].max(), b["pitch"].max())
        width = max(min(np.ptp(a["pitch"]), np.ptp(b["pitch"])), 1)
        if shared > SAME_RHYTHM and len(both) >= WINDOW // 2 and (high - low) / width > SAME_RANGE:
            yield f"{one} and {other}: the same rhythm and range"


def _rhythms(hearing: Hearing, notes: Notes) -> dict[int, set[float]]:
    """The onsets in each bar."""
    numbers = hearing.bar_of(notes["onset"])
    return {
        number: set(np.round(notes["onset"][numbers == number], 3).tolist()) for number in np.unique(numbers).tolist()
    }


def loops(hearing: Hearing) -> Iterator[str]:
    """No note of a groove hangs over its end."""
    for passage in hearing.passages("groove"):
        for name, notes in hearing.parts.items():
            inside = (notes["onset"] >= float(passage.start)) & (notes["onset"] < float(passage.end) - 1e-6)
            if (notes["onset"] + notes["duration"])[inside].max(initial=0) > float(passage.end) + 1e-6:
                yield f"{name}: a note hangs over the end of {passage.name}"


def tail(hearing: Hearing) -> Iterator[str]:
    """The final event comes at least a second before the end of the track; a loop ends on its bar line."""
    ends = {track.end for track in hearing.score.tracks}
    last = max(int(track.events["tick"][:-1].max(initial=0)) for track in hearing.score.tracks)
    if hearing.arrangement.ending == "loop":
        if ends != {hearing.grid.end}:
            yield "the loop does not end on its bar line"
    elif hearing.seconds(min(ends) / TICKS) - hearing.seconds(last / TICKS) < TAIL:
        yield "less than a second of silence at the end"


def layering(hearing: Hearing) -> Iterator[str]:
    """A layer enters or leaves from phrase to phrase; never all for more than eight bars."""
    plan = [
        phrase for passage in hearing.arrangement.passages for phrase in passage.phrases if passage.role != "ending"
    ]
    everybody, full = len(hearing.arrangement.style.part), 0
    for before, phrase in pairwise([None, *plan]):
        if phrase is None:
            continue
        full = full + phrase.bars if len(phrase.layers) == everybody else 0
        if full > 8:
            yield f"all layers for {full} bars to bar {phrase.last}"
        if before and before.layers == phrase.layers and everybody > 3:
            yield f"no layer enters or leaves at bar {phrase.first}"


def head_once(hearing: Hearing) -> Iterator[str]:
    """The head, as one of the metres has it, is stated literally once, and never with only its last note changed."""
    heads = [_shape_of(head) for head in dict.fromkeys(p.head for p in hearing.arrangement.passages)]
    for name, notes in hearing.playing("lead").items():
        straight = np.rint(notes["onset"] * 12) / 12  # the head is swung with the band
        line = list(zip(notes["pitch"].tolist(), straight.tolist(), strict=True))
        literal, near = set(), set()
        for head, first in product(heads, range(len(line))):
            shape = _shape(line[first : first + len(head[2]) + 1], hearing.arrangement.theme.tonic.pitch_class)
            literal |= {first} if shape == head else set()
            near |= {first} if (*shape[:2], shape[2][:-1]) == (*head[:2], head[2][:-1]) else set()
        short = min(len(head[2]) for head in heads) < 2
        if not literal or (len(literal) > 1 and not short):
            yield f"{name}: the head {len(literal)} times"
        if near - literal and not short:
            yield f"{name}: the head with only its last note changed"


Shape = tuple[int, list[float], list[int]]  # pitch class above the tonic at the beginning, rhythm, intervals


def _shape_of(head: Motif) -> Shape:
    return _shape([(tone.degree.semitones, float(tone.onset)) for tone in head], 0)


def _shape(line: list[tuple[int, float]], tonic: int) -> Shape:
    rhythm = [round(b - a, 3) for (_, a), (_, b) in pairwise(line)]
    return (line[0][0] - tonic) % 12, rhythm, [b - a for (a, _), (b, _) in pairwise(line)]


def climax(hearing: Hearing) -> Iterator[str]:
    """The lead's highest note comes once, at 70 to 85 % of the length."""
    bars = len(hearing.grid.bars)
    if bars < 2 * ENOUGH:
        return
    for name, notes in hearing.playing("lead").items():
        before = notes[notes["onset"] < hearing.grid.end / TICKS]
        top = before[before["pitch"] == before["pitch"].max()]
        place = float(hearing.bar_of(top["onset"])[0] - 1) / bars
        if len(top) > 1 or not CLIMAX[0] <= place <= CLIMAX[1]:
            yield f"{name}: the highest note {len(top)} times, first at {place:.0%}"


def steps(hearing: Hearing) -> Iterator[str]:
    """Velocity moves by at most 30 from note to note in a pitched part."""
    for name, notes in hearing.pitched.items():
        before = notes[notes["onset"] < float(hearing.ending)]  # the ending is all accents
        moves = np.abs(np.diff(before["velocity"].astype(int)))
        if len(moves) and moves.max() > MOST_STEP:
            yield f"{name}: a step of {moves.max()} in velocity"


CHECKS: dict[str, Check] = {
    "figure": exact_figure,
    "signatures": signatures,
    "accents": metric_accents,
    "equal": equal_velocities,
    "growth": growth,
    "phrases": phrases,
    "activity": activity,
    "range": ranges,
    "low": low_intervals,
    "clashes": clashing,
    "variety": variety,
    "distinct": distinct_parts,
    "loops": loops,
    "tail": tail,
    "layers": layering,
    "head": head_once,
    "climax": climax,
    "steps": steps,
}


def report(arrangement: Arrangement, score: Score | None = None) -> dict[str, list[str]]:
    """What each check finds wrong with a rendition."""
    hearing = Hearing(arrangement, score or arrangement.score())
    return {name: list(check(hearing)) for name, check in CHECKS.items()}


def faults(arrangement: Arrangement, score: Score | None = None) -> list[str]:
    """Everything that is wrong, in words; nothing where all is well."""
    return [f"{name}: {fault}" for name, found in report(arrangement, score).items() for fault in found]

"""How a bar is grouped, where neither its metre nor its user says so."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import numpy as np

from mi_theme.adaptation.groupings import twos_and_threes
from mi_theme.conversion.reading.piece_reading import PieceReading
from mi_theme.errors import StrategyError
from mi_theme.meter import Grouping, Meter

__all__ = ["counted_meter", "figure_of", "hemiola_bars", "moves_in_beats"]

MOST_PULSES = 17  # of a bar whose groups are looked for among all twos and threes
FIGURE_SHARE = 0.6  # of the bars in which an off-beat shape must come back to count as the figure
BEATS_SHARE = 0.75  # of the notes, lead twice: where more begin on beats the beats are what is grouped
CUT, RUNNING_SHARE = (
    2,
    0.25,
)  # the lower number of cut time; of the notes, between quarters, where it is counted in four
FULL_CHORD, CHORDS_SHARE = 3, 0.6  # notes that begin together, and on how many beats, where parts move in chords
FOUR = 4  # beats that need no groups
TWOS_AND_THREES = {2, 3}  # pulses of a group in an odd metre
FOUND, GIVEN, STATED = "notes", "given", "metre"


def figure_of(piece: PieceReading, meter: Meter, grouping: Grouping | None) -> tuple[tuple[Fraction, ...], str]:
    """Group lengths of a bar in quarters, and where they come from: given, metre or notes.

    Raises
    ------
    StrategyError
        Where the groups given do not fill the bar.
    """
    if grouping:
        unit = meter.bar / grouping.total
        if unit.numerator != 1 or unit.denominator & (unit.denominator - 1):
            raise StrategyError(f"the groups {grouping} do not fill a bar of {meter}")
        return tuple(part * unit for part in grouping), GIVEN
    shape = None if meter.grouping else _off_beat_shape(piece, meter)
    grouped = bool(shape) and {group / meter.pulse for group in shape or ()} <= TWOS_AND_THREES
    if not meter.grouping and meter.is_open and meter.pulses <= MOST_PULSES and not grouped:
        return _open_figure(piece, meter)
    return (shape, FOUND) if shape else (tuple(group * meter.pulse for group in meter.groups), STATED)


def hemiola_bars(piece: PieceReading, start: Fraction, meter: Meter) -> int:
    """How many bars from `start` are felt as three beats against their metre: two, one, or 0 for none.

    Two bars of three beats are one of three long ones where notes begin on the
    first, third and fifth of the six beats and not on the fourth, which is a bar
    line. One bar of 6/8 is one of 3/4 where notes begin on its thirds and not in
    its middle.
    """
    if meter.is_additive or len(meter.groups) not in (2, 3) or (len(meter.groups) == 2 and not meter.is_compound):
        return 0
    bars = len(meter.groups) - 1
    length = bars * meter.bar
    onsets = {mark.at for mark in piece.note_places(start, start + length) if mark.starts}
    between = {length / 6, length / 2, length * 5 / 6} if bars == 2 else {length / 2}
    return bars if {length / 3, 2 * length / 3} <= onsets and not onsets & between else 0


def counted_meter(piece: PieceReading, meter: Meter) -> Meter:
    """The metre as players count it: cut time in four, where the lead runs in eighths, as reels and hornpipes do in 2/2."""
    if meter.grouping or meter.denominator != CUT or meter.is_compound:
        return meter
    counted = Meter(f"{2 * meter.numerator}/{2 * CUT}")
    if counted.is_compound:  # 3/2 is three halves, and 6/4 two threes
        return meter
    onsets = np.unique(piece.score.spans["start"][piece.part_of == piece.lead])
    between = float((onsets % piece.score.ticks_per_quarter != 0).mean()) if len(onsets) else 0.0
    return counted if between >= RUNNING_SHARE else meter


def moves_in_beats(piece: PieceReading, meter: Meter) -> bool:
    """Whether the lead moves in whole beats, in full chords, as chorales, hymns and marches do."""
    quarter, spans = piece.score.ticks_per_quarter, piece.score.spans
    beat = int(meter.groups[0] * meter.pulse * quarter)
    bars = [bar for bar in piece.bars if bar.meter == meter and bar.length == meter.bar]
    begins = np.array([int(bar.start * quarter) for bar in bars] or [0], np.int64)
    ends = np.array([int(bar.end * quarter) for bar in bars] or [0], np.int64)
    bar = np.maximum(np.searchsorted(begins, spans["start"], "right") - 1, 0)
    inside = piece.pitched & (spans["start"] >= begins[bar]) & (spans["start"] < ends[bar])
    on_beat = inside & ((spans["start"] - begins[bar]) % beat == 0)
    lead = inside & (piece.part_of == piece.lead)
    _, together = np.unique(spans["start"][on_beat], return_counts=True)
    chords = int((together >= FULL_CHORD).sum()) * beat / max(int((ends - begins).sum()), 1)
    return chords >= CHORDS_SHARE and int((lead & on_beat).sum()) >= BEATS_SHARE * int(lead.sum()) > 0


def _open_figure(piece: PieceReading, meter: Meter) -> tuple[tuple[Fraction, ...], str]:
    """The groups on whose starts most notes begin, and long ones; the equal beats of the signature, if nothing speaks.

    Groups are twos and threes of the pulses; and of the beats, where nearly all
    notes begin on these: a 5/4 in quarters is 3+2 or 2+3.
    """
    weights, lengths = _weights(piece, meter)
    total = sum(weights.values())
    if not total:
        return tuple(group * meter.pulse for group in meter.groups), STATED

    def mean(way: Grouping) -> tuple[float, float]:
        count = len(way)
        return sum(weights[at] for at in way.starts) / count, sum(lengths[at] for at in way.starts) / count

    beat = meter.groups[0]
    on_beats = sum(weights[at] for at in meter.beats) / total
    if len(set(meter.groups)) == 1 and beat > 1 and on_beats > BEATS_SHARE and len(meter.beats) > FOUR:
        ways = [Grouping(part * beat for part in way) for way in twos_and_threes(len(meter.beats))]
        best = max(ways, key=lambda way: tuple(round(value, 9) for value in mean(way)))
    else:
        best = max(twos_and_threes(meter.pulses), key=lambda way: mean(way)[0])
    return tuple(part * meter.pulse for part in best), FOUND


def _weights(piece: PieceReading, meter: Meter) -> tuple[Counter[int], Counter[int]]:
    """How many notes begin at each pulse, the lead's counted twice; and how many ticks all that begin there last."""
    weights: Counter[int] = Counter()
    lengths: Counter[int] = Counter()
    score = piece.score
    pulse, spans = int(meter.pulse * score.ticks_per_quarter), score.spans[piece.pitched]
    spans = spans[np.argsort(spans["start"], kind="stable")]
    for bar in piece.bars:
        if bar.meter == meter and bar.length == meter.bar:
            for mark in piece.note_places(bar.start, bar.end):
                place = mark.at / meter.pulse
                if mark.starts and place.denominator == 1:
                    weights[int(place)] += 1 + mark.lead
            start = int(bar.start * score.ticks_per_quarter)
            low, high = np.searchsorted(spans["start"], (start, start + pulse * meter.pulses))
            for begins, ends in zip(spans["start"][low:high].tolist(), spans["stop"][low:high].tolist(), strict=True):
                lengths[(begins - start) // pulse] += ends - begins
    return weights, lengths


def _off_beat_shape(piece: PieceReading, meter: Meter) -> tuple[Fraction, ...] | None:
    """The rhythm of the lead, where most bars have the same and it is not that of the beats."""
    shapes: Counter[tuple[Fraction, ...]] = Counter()
    whole = [bar for bar in piece.bars if bar.meter == meter and bar.length == meter.bar]
    alike = [piece.note_places(bar.start, bar.end) for bar in whole]  # one value for bars that are
    times, kinds = Counter(map(id, alike)), {id(places): places for places in alike}
    for key, places in kinds.items():
        onsets = tuple(mark.at for mark in places if mark.lead)
        shapes[onsets] += times[key] * bool(onsets)
    shape, count = shapes.most_common(1)[0] if shapes else ((), 0)
    beats = {beat * meter.pulse for beat in meter.beats}
    on_pulses = all((at / meter.pulse).denominator == 1 for at in shape)
    if (
        count < FIGURE_SHARE * shapes.total()
        or count < 2
        or not on_pulses
        or not 1 < len(shape) < 6
        or set(shape) <= beats
    ):
        return None
    following = (min((beat for beat in beats if beat > at), default=Fraction(0)) for at in shape if at not in beats)
    if shape[0] or all(beat in shape for beat in following):  # no note off the beat lasts over the next one
        return None
    return tuple(b - a for a, b in zip(shape, [*shape[1:], meter.bar], strict=True))

"""What becomes of every stroke of a score's drums under a plan: the kit goes the way of the band.

One map for a whole kit would make a hi-hat limp, and a kit that kept its own
beats would play against the bass. So, drum by drum: what runs evenly is drawn
anew on the target's pulse; a kick that was one rhythm with the bass goes where
the bass goes; every other stroke keeps its place in its beat, and the beat goes
where the plan has it, for all players the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from mi_theme.adaptation.frames import Frame
from mi_theme.adaptation.swing import straightened, swing_in, swung, swung_back
from mi_theme.conversion.parts.company import Company
from mi_theme.conversion.parts.kit_frames import KitMap, goes_by_the_map, kit_frames, kit_map
from mi_theme.conversion.parts.placements import Copied, DrumRun, Placements, StockStroke
from mi_theme.conversion.parts.strokes import (
    KICKS,
    TIMEKEEPERS,
    TOMS,
    KitStroke,
    beat_strokes,
    figure_strokes,
    fill_start,
    more_kicks,
    run_end,
    run_strokes,
)
from mi_theme.conversion.reading.grid import GRID, span_parts
from mi_theme.conversion.scoreplan import ScorePlan, Span
from mi_theme.score import Score
from mi_theme.score.percussion_keys import HI_HAT, KICK, SNARE

__all__ = ["beat_drums"]

NO_ROOM = "no room in the pattern"
LOUD, SOFT = 96, 64
FEWEST_FILLS = 2  # of one kind that may still be fills


class Stroke(NamedTuple):
    """A stroke that is played: the place that is meant, in quarters into its span, by how much the player differs, row."""

    at: Fraction
    differs: Fraction
    row: int


Beaten = dict[tuple[int, int], list[Stroke]]  # by part and key
Places = tuple[Fraction, ...]


def beat_drums(plan: ScorePlan, score: Score, found: Placements) -> None:
    """Place the drums as the plan says, after the parts that are made anew; those that go by the map are not mentioned."""
    company, beaten = Company.of(plan, score, found), _strokes(plan, score)
    fills = _fills(plan, beaten)
    for (span, start), mine, fill in zip(plan.starts(), beaten, fills, strict=True):
        if (not mine and plan.request.drums == "pulse") or plan.request.drums == "keep" or goes_by_the_map(span):
            found.runs.append(())
        elif plan.request.drums == "pulse":
            found.runs.append(tuple(_redrawn(plan, span, start, mine, fill, company, found)))
        else:
            found.runs.append(())
            found.dropped.update((stroke.row, NO_ROOM) for strokes in mine.values() for stroke in strokes)
            if plan.request.drums == "pattern":
                part = next((number for number, part in enumerate(score.parts) if part.is_percussion), -1)
                pattern = stock_pattern(kit_frames(span)[1])
                found.stock += [
                    StockStroke(start + at, key, velocity, part) for at, key, velocity in pattern if part >= 0
                ]


def _strokes(plan: ScorePlan, score: Score) -> list[Beaten]:
    """The strokes of each span, swing taken out."""
    parts = span_parts(score)
    drums = [number for number, part in enumerate(score.parts) if part.is_percussion]
    rows = np.flatnonzero(np.isin(parts, drums))
    found: list[Beaten] = [defaultdict(list) for _ in plan.spans]
    if not len(rows) or not plan.spans:
        return found
    quarter, starts = score.ticks_per_quarter, score.spans["start"][rows]
    begins = [span.start for span in plan.spans]
    limits = np.array([float(at) for at in begins])
    for row, tick in zip(rows.tolist(), starts.tolist(), strict=True):
        at, span = Fraction(tick, quarter), score.spans[row]
        key = int(score.tracks[span["track"]].events["data1"][span["on"]])
        meant = Fraction(round(at * GRID), GRID) if plan.swing is None else straightened(at, plan.swing, GRID)
        index = max(int(np.searchsorted(limits, float(meant), "right")) - 1, 0)
        place = max(meant - begins[index], Fraction(0))
        found[index][int(parts[row]), key].append(Stroke(place, at - swung_back(meant, plan.swing), row))
    return found


def _fills(plan: ScorePlan, beaten: Sequence[Beaten]) -> list[Fraction]:
    """Where the fill of each span begins; what a snare alone plays at the end of most of them is no fill but the groove."""
    found: list[tuple[Frame, Fraction, bool]] = []
    for (span, _), strokes in zip(plan.starts(), beaten, strict=True):
        places = {key: {stroke.at for stroke in mine} for (_, key), mine in strokes.items()}
        source = kit_frames(span)[0]
        begins = fill_start(places, source)
        found.append((source, begins, any(at >= begins for key in places.keys() & TOMS for at in places[key])))
    usual = Counter(found)
    often = {row for row, count in usual.items() if not row[2] and count > FEWEST_FILLS and 2 * count > len(found)}
    return [row[0].length if row in often else row[1] for row in found]


def _redrawn(
    plan: ScorePlan, span: Span, start: Fraction, beaten: Beaten, fill: Fraction, company: Company, found: Placements
) -> Iterator[DrumRun]:
    """Carry the strokes of one span over, the kick first, which the others leave room."""
    kit = kit_map(span)
    if plan.swing is None:
        kit = kit._replace(played=span.warp)
    places = {name: tuple(sorted({stroke.at for stroke in strokes})) for name, strokes in beaten.items()}
    runs = _kept_time(places, kit, fill)
    kicks: set[Fraction] = set()
    for name, strokes in sorted(beaten.items(), key=lambda item: (item[0][1] not in KICKS, item[0])):
        key, mine = name[1], places[name]
        made = list(runs.get(name, ()))
        if not made and key in TIMEKEEPERS and fill == kit.source.length:
            made = list(figure_strokes(mine, kit))
        together = None if made else company.one_rhythm(span, start, mine, key)
        if together is not None:
            made = together
        elif not made:
            made = list(company.together(span, start, mine, kit, key))
            apart = {stroke.origin for stroke in made}
            made += _by_beats(key, tuple(at for at in mine if at not in apart), kit, fill, kicks)
            made += more_kicks(made, kit) if key in KICKS else []
            made = list({stroke.at: stroke for stroke in reversed(made)}.values())
        kicks.update(stroke.at for stroke in made if key in KICKS and stroke.origin in kit.source.beats)
        _enter(key, strokes, made, start, kit, swing_in(span.target, plan.swing), plan.tempo, found)
        yield DrumRun(key, len(mine), len({stroke.at for stroke in made}), name in runs)


def _kept_time(
    places: Mapping[tuple[int, int], Places], kit: KitMap, fill: Fraction
) -> dict[tuple[int, int], tuple[KitStroke, ...]]:
    """What runs evenly, up to a fill: a drum alone, or cymbals by turns, as an open hat stands for a closed one."""

    def run(mine: Places) -> tuple[KitStroke, ...]:
        end = run_end(mine, kit.source)
        if end is None or (end < kit.source.length and end != fill):
            return ()
        return run_strokes(mine, end, kit, kit.target.length - (kit.source.length - end))

    found = {name: made for name, mine in places.items() if (made := run(mine))}
    for part in {part for part, _ in places}:
        hands = [name for name in places if name[0] == part and name[1] in TIMEKEEPERS and name not in found]
        made = run(tuple(sorted({at for name in hands for at in places[name]})))
        if len(hands) > 1 and made:
            found |= {name: tuple(stroke for stroke in made if stroke.origin in places[name]) for name in hands}
    return found


def _by_beats(key: int, places: Places, kit: KitMap, fill: Fraction, kicks: set[Fraction]) -> Iterator[KitStroke]:
    """Beat by beat; a fill at its own speed, up to the bar line."""
    late = kit.target.length - kit.source.length
    fill = kit.source.length if kit.by_number or kit.turns else fill
    filling = [KitStroke(at + late, at) for at in places if at >= fill and at + late >= 0]
    begins = fill + late if fill < kit.source.length else kit.target.length
    rest = beat_strokes(key, tuple(at for at in places if at < fill), kit, kicks)
    yield from (stroke for stroke in rest if stroke.at < begins)
    yield from filling


def _enter(
    key: int,
    strokes: Sequence[Stroke],
    made: Sequence[KitStroke],
    start: Fraction,
    kit: KitMap,
    swing: Fraction | None,
    tempo: Fraction,
    found: Placements,
) -> None:
    """New strokes as they are played: the first that comes from an old one is that, others are copies."""
    back = swung(kit.target.length, swing).inverse() if swing else None
    at_place: dict[Fraction, list[Stroke]] = defaultdict(list)
    for stroke in strokes:
        at_place[stroke.at].append(stroke)
    kept: set[int] = set()
    for at, origin in sorted(made):
        place = start + (back(at) if back else at)
        for _, differs, row in at_place[origin]:
            onset = max(place + differs / tempo, Fraction(0))
            if row in kept:
                found.copied.append(Copied(onset, None, row, key, "to fill the bar"))
            else:
                found.moved[row] = onset, None
                kept.add(row)
    found.dropped.update((stroke.row, NO_ROOM) for stroke in strokes if stroke.row not in kept)


def stock_pattern(target: Frame) -> list[tuple[Fraction, int, int]]:
    """A plain pattern for any metre, (place, key, velocity): kick and snare by turns on the beats, hats on pulses."""
    meter = target.meter
    rows = []
    for bar in range(target.bars):
        start = bar * meter.bar
        rows += [
            (start + pulse * meter.pulse, HI_HAT, LOUD if pulse in meter.beats else SOFT)
            for pulse in range(meter.pulses)
        ]
        rows += [(start + beat * meter.pulse, SNARE if i % 2 else KICK, LOUD) for i, beat in enumerate(meter.beats)]
    return sorted(rows)

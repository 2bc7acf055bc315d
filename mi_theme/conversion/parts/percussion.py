"""What becomes of every stroke of a score's drums under a plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

import numpy as np

from mi_theme.adaptation.frames import Frame, starts_of, whole_grouping
from mi_theme.conversion.parts.kits import kit_frame, patterned, stock
from mi_theme.conversion.parts.placements import Copied, Stock, Strokes, straightened, swung_back
from mi_theme.conversion.planning.fitting import swung
from mi_theme.conversion.reading.written import is_written, span_parts
from mi_theme.conversion.scoreplan import Run, ScorePlan, Span
from mi_theme.score import Score
from mi_theme.warp import Warp

__all__ = ["beat_drums", "goes_by_the_map", "kit_frames"]

WRITTEN_GRID, PLAYED_GRID = 48, 12  # parts of a quarter that strokes are read on
BY_THE_MAP = ("rebar", "proportional")
NO_ROOM = "no room in the pattern"


def beat_drums(plan: ScorePlan, score: Score, found: Strokes) -> None:
    """Place the drums as the plan says; those that go by the map are not mentioned."""
    beaten = _strokes(plan, score)
    for (span, start), mine in zip(plan.starts(), beaten, strict=True):
        if plan.drums == "keep" or goes_by_the_map(span):
            found.runs.append(())
        elif plan.drums == "pulse":
            found.runs.append(tuple(_repulsed(plan, span, start, mine, found)))
        else:
            found.runs.append(())
            found.dropped.update((row, NO_ROOM) for rows in mine.values() for _, _, row in rows)
            if plan.drums == "pattern":
                found.stock += _stock(score, span, start)


def goes_by_the_map(span: Span) -> bool:
    """Whether nothing is made anew in a span: it stays, or sounds the same."""
    same = span.warp.is_identity and span.source.same_bar(span.target)
    return not span.how or same or span.how in BY_THE_MAP or (span.warp.is_linear and span.how != "float")


def _strokes(plan: ScorePlan, score: Score) -> list[dict[tuple[int, int], list[tuple[Fraction, Fraction, int]]]]:
    """For each span and (part, key): (place that is meant, what the player differs by, row), swing taken out."""
    parts = span_parts(score)
    drums = [number for number, part in enumerate(score.parts) if part.is_percussion]
    rows = np.flatnonzero(np.isin(parts, drums))
    found: list[dict[tuple[int, int], list[tuple[Fraction, Fraction, int]]]] = [defaultdict(list) for _ in plan.spans]
    if not len(rows) or not plan.spans:
        return found
    quarter, starts = score.ticks_per_quarter, score.spans["start"][rows]
    grid = WRITTEN_GRID if is_written(starts, quarter) else PLAYED_GRID
    begins = [span.start for span in plan.spans]
    limits = np.array([float(at) for at in begins])
    for row, tick, key in zip(rows.tolist(), starts.tolist(), _keys(score, rows), strict=True):
        at = Fraction(tick, quarter)
        meant = Fraction(round(at * grid), grid) if plan.swing is None else straightened(at, plan.swing, grid)
        index = max(int(np.searchsorted(limits, float(meant), "right")) - 1, 0)
        found[index][int(parts[row]), key].append((meant - begins[index], at - swung_back(meant, plan.swing), row))
    return found


def _keys(score: Score, rows: np.ndarray) -> list[int]:
    spans = score.spans[rows]
    return [
        int(score.tracks[track].events["data1"][on])
        for track, on in zip(spans["track"].tolist(), spans["on"].tolist(), strict=True)
    ]


def _repulsed(
    plan: ScorePlan, span: Span, start: Fraction,
    beaten: dict[tuple[int, int], list[tuple[Fraction, Fraction, int]]], found: Strokes,
) -> Iterator[Run]:  # fmt: skip
    """Carry the strokes of one span over, key by key."""
    source, target = kit_frames(span)
    back = swung(target.length, plan.swing).inverse() if plan.swing else None
    for (_, key), rows in sorted(beaten.items()):
        places = tuple(sorted({max(at, Fraction(0)) for at, _, _ in rows}))
        strokes, even = patterned(places, source, target)
        at_place: dict[Fraction, list[tuple[Fraction, int]]] = defaultdict(list)
        for at, differs, row in rows:
            at_place[max(at, Fraction(0))].append((differs, row))
        kept: set[int] = set()
        for stroke in strokes:
            at = back(stroke.at) if back else stroke.at
            for differs, row in at_place[places[stroke.origin]]:
                onset = max(start + at + differs, Fraction(0))
                if stroke.added:
                    found.copied.append(Copied(onset, None, row, key, "to fill the bar"))
                else:
                    found.moved[row] = onset, None
                    kept.add(row)
        found.dropped.update((row, NO_ROOM) for _, _, row in rows if row not in kept)
        yield Run(key, len(places), len(strokes), even)


def kit_frames(span: Span) -> tuple[Frame, Frame]:
    """The bars of a span with the beats that drummers count."""
    return _counted(*span.frames, span.figure, span.base)


@lru_cache(maxsize=256)
def _counted(source: Frame, target: Frame, figure: tuple[Fraction, ...], base: Warp) -> tuple[Frame, Frame]:
    grouping = whole_grouping(figure, source.meter.pulse)
    if source.meter.is_open and grouping and grouping.total == source.meter.pulses:
        source = Frame(source.meter.grouped(grouping), source.bars)
    source = kit_frame(source, starts_of(figure))
    images = [base(at) for at in source.beats if at < source.meter.bar and base.keeps(at)]
    return source, kit_frame(target, images)


def _stock(score: Score, span: Span, start: Fraction) -> Iterator[Stock]:
    """A stock pattern in the first drum part."""
    part = next((number for number, part in enumerate(score.parts) if part.is_percussion), -1)
    if part >= 0:
        for at, key, velocity in stock(kit_frames(span)[1]):
            yield Stock(start + at, key, velocity, part)

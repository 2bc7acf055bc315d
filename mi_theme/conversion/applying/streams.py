"""Notation converted in place: the same map applied to a music21 Stream, with all that it carries.

Lyrics, articulations, slurs and spelling stay with their notes; dynamics, chord
symbols, words and tempo marks move with the map, these in the tempo of the plan;
measures, ties, rests and beams are made anew for the target.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from mi_theme.conversion.applying.stream_edits import StreamEdits, split, voiced
from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.conversion.spans import shown_targets
from mi_theme.conversion.timeline import Timeline
from mi_theme.errors import ScoreError
from mi_theme.files.notation.barring import SIMPLE, NewBar, Placed, fill
from mi_theme.files.notation.from_stream import signed_meter
from mi_theme.files.notation.headings import exact, named_voices
from mi_theme.meter import Meter

__all__ = ["convert_stream"]

LEFT_BEHIND = ("TimeSignature", "LayoutBase", "Barline")  # made anew, or of no use in other bars
MARKED = ("repeat", "final", "light-light", "light-heavy", "double", "heavy-light", "heavy-heavy")


def convert_stream(plan: ScorePlan, source: Any, *, in_place: bool = False) -> Any:
    """A converted copy of a Stream, or itself: copying a large one takes as long as converting it.

    Raises
    ------
    ScoreError
        Where the plan was made for other bars.
    """
    made = source if in_place else copy.deepcopy(source)
    parts = list(made.parts) if hasattr(made, "parts") and len(made.parts) else [made]
    if parts and exact(parts[0].highestTime) > plan.spans[-1].start + plan.spans[-1].warp.source:
        raise ScoreError("this plan is for a shorter score: make a plan of this one")
    edits = StreamEdits(plan, made, parts)
    metronomes = Metronomes(plan, edits, parts)
    for index, part in enumerate(parts):
        _convert_part(plan, edits, index, part, [] if index else list(metronomes.changes()))
    return made


def _convert_part(plan: ScorePlan, edits: StreamEdits, index: int, part: Any, marks: Sequence[Placed]) -> None:
    """New measures for one part, in the same Part object."""
    old, timeline = list(part.getElementsByClass("Measure")), edits.timeline
    voices: dict[int, str] = {}
    things = list(_things(part, old, edits, voices))
    added = list(edits.added(index, voices))
    if added or any(edits.of(thing.element) is not None for thing in things):
        things = voiced([*things, *added])
    things += marks
    lines = list(_bar_lines(part, old, timeline))
    brackets = _brackets(part, timeline)
    bars = _new_bars(plan, [at for at, _, _ in lines], _signatures(part))
    silent = [timeline.onset(exact(measure.offset)) for measure in old[-1:]]  # a bar of rests at the end stays
    end = max([thing.end or thing.start for thing in things] + [at for at, _, _ in lines] + silent, default=Fraction(0))
    bars = [bar for bar in bars if bar.start < end or bar.start in silent] or bars[:1]
    part.remove([*old, *part.notesAndRests, *part.getElementsByClass("TimeSignature")])
    measures = fill(part, things, bars)
    for thing in things:
        _stretch_spanners(thing)
    for at, side, line in lines:
        _draw(bars, measures, at, side, line)
    for spanner, first, last in brackets:
        for index, bar in enumerate(bars):
            if first <= bar.start < last:
                spanner.addSpannedElements(measures[index])
    part.makeAccidentals(inPlace=True, overrideStatus=True)


def _things(part: Any, measures: list[Any], edits: StreamEdits, voices: dict[int, str]) -> Iterator[Placed]:
    """Everything in the measures with its new place; ties joined, rests and dropped notes gone."""
    held: dict[tuple[str, object], tuple[Placed | None, Fraction]] = {}
    timeline = edits.timeline
    for at, voice, element in _contents(part, measures):
        if any(kind in element.classSet for kind in LEFT_BEHIND) or "Stream" in element.classSet:
            continue
        if "NotRest" not in element.classSet or "Harmony" in element.classSet:
            if "Rest" not in element.classSet:
                yield Placed(timeline.onset(at), None, element)
            continue
        voices[id(element)] = voice
        pitches = tuple(sorted(pitch.nameWithOctave for pitch in getattr(element, "pitches", ())))
        name, stop = (voice, pitches), at + exact(element.quarterLength)
        before, mine, goes_on = held.pop(name, None), edits.of(element), _is_tied(element, "start", "continue")
        chain: Placed | None = None
        if before and before[1] == at and _is_tied(element, "stop", "continue"):
            chain = before[0]
            _go_on(chain, element, timeline.end(stop))
        elif mine is not None and any(mine):
            yield from split(element, voice, mine)
        elif mine is None and timeline.keeps(at):
            start = timeline.onset(at)
            chain = Placed(start, max(timeline.end(stop), start) if stop > at else start, element, voice)
            yield chain
        else:
            _let_go(element)
        if goes_on and (chain or mine is not None):
            held[name] = chain, stop


def _is_tied(element: Any, *kinds: str) -> bool:
    return bool(element.tie and element.tie.type in kinds and _whole_tie(element))


def _go_on(chain: Placed | None, element: Any, end: Fraction) -> None:
    """A tied note lasts longer; one that has found a place of its own knows how long."""
    if chain is None:
        _let_go(element)
        return
    chain.end = max(end, chain.start)
    _inherit(element, chain.element)
    chain.element.tie = None


def _contents(part: Any, measures: list[Any]) -> Iterator[tuple[Fraction, str, Any]]:
    """(position, voice, element) of all that stands in measures, in order."""
    if not measures:
        for element in list(part):
            if "Spanner" not in element.classSet and "Instrument" not in element.classSet:
                yield exact(element.offset), "1", element
        return
    for measure in measures:
        base = exact(measure.offset)
        rows = [(base + exact(e.offset), "1", e) for e in measure if "Voice" not in e.classSet]
        for voice, name in named_voices(measure):
            start = base + exact(voice.offset)
            rows += [(start + exact(inner.offset), name, inner) for inner in voice]
        yield from sorted(rows, key=lambda row: row[0])


def _whole_tie(element: Any) -> bool:
    """Whether all notes of a chord are tied alike; a note always is."""
    notes = getattr(element, "notes", None)
    return not notes or len({note.tie.type if note.tie else None for note in notes}) == 1


def _inherit(element: Any, first: Any) -> None:
    """What hangs on a tied note goes to the first of the chain."""
    for note in getattr(first, "notes", None) or ():
        note.tie = None
    for spanner in list(element.getSpannerSites()):
        if first not in spanner.getSpannedElements():
            spanner.replaceSpannedElement(element, first)
        else:
            spanner.spannerStorage.remove(element)
    first.expressions += [mark for mark in element.expressions if mark not in first.expressions]


def _let_go(element: Any) -> None:
    """Take a dropped note out of its slurs."""
    for spanner in list(element.getSpannerSites()):
        spanner.spannerStorage.remove(element)
        if len(spanner.getSpannedElements()) < 2:
            for site in list(spanner.sites.get()):
                if site is not None and spanner in site:
                    site.remove(spanner)


def _stretch_spanners(thing: Placed) -> None:
    """A slur or hairpin that ends on a note ends on the last of its tied pieces."""
    if thing.last is None or thing.last is thing.element:
        return
    for spanner in thing.element.getSpannerSites():
        if spanner.isLast(thing.element) and not spanner.isFirst(thing.element):
            spanner.replaceSpannedElement(thing.element, thing.last)


def _signatures(part: Any) -> list[tuple[Fraction, Meter]]:
    """The signatures that are printed in a part."""
    printed = part.recurse().getElementsByClass("TimeSignature")
    return [(exact(signature.getOffsetInHierarchy(part)), signed_meter(signature)) for signature in printed]


def _new_bars(plan: ScorePlan, seams: list[Fraction], printed: list[tuple[Fraction, Meter]]) -> list[NewBar]:
    """The target's bars, broken where a repeat sign stands inside one."""
    found: list[NewBar] = []
    number = plan.spans[0].first if plan.spans else 1
    before: Meter | None = None
    spans, shown = list(plan.starts()), shown_targets(plan.spans)
    for index, (span, start) in enumerate(spans):
        meter = shown[span.target] if span.how else _shown_meter(plan, index, printed)
        end, at = start + span.warp.target, start
        while at < end:
            stop = min(at + span.target.bar, end)
            cuts = [at, *sorted({seam for seam in seams if at < seam < stop}), stop]
            for a, b in pairwise(cuts):
                found.append(NewBar(a, b, number, meter, meter != before))
                before = meter
            number += 1
            at = stop
    return found


def _shown_meter(plan: ScorePlan, index: int, printed: list[tuple[Fraction, Meter]]) -> Meter:
    """The signature over bars that stay: a pick-up stands under the one that follows."""
    span = plan.spans[index]
    if span.first == span.last == 0 and index + 1 < len(plan.spans):
        return plan.spans[index + 1].target
    said = [meter for at, meter in printed if at <= span.start]
    return said[-1] if said else span.target


def _bar_lines(part: Any, measures: list[Any], timeline: Timeline) -> Iterator[tuple[Fraction, str, Any]]:
    """(new position, side, bar line) of repeat signs, double and final bar lines."""
    for measure in measures:
        start = exact(measure.offset)
        end = start + exact(measure.duration.quarterLength)
        for side, line, at in (("left", measure.leftBarline, start), ("right", measure.rightBarline, end)):
            if line is not None and ("Repeat" in line.classSet or line.type in MARKED):
                yield timeline.onset(at) if side == "left" else timeline.end(at), side, line


def _draw(bars: list[NewBar], measures: list[Any], at: Fraction, side: str, line: Any) -> None:
    for bar, measure in zip(bars, measures, strict=True):
        if side == "left" and bar.start == at:
            measure.leftBarline = line
        if side == "right" and (bar.end == at or (bar is bars[-1] and at >= bar.start)):
            measure.rightBarline = line


def _brackets(part: Any, timeline: Timeline) -> list[tuple[Any, Fraction, Fraction]]:
    """First and second endings: the bracket, emptied, and the new positions it goes from and to."""
    found = []
    for spanner in part.recurse().getElementsByClass("RepeatBracket"):
        measures = spanner.getSpannedElements()
        if measures:
            start, last = exact(measures[0].offset), measures[-1]
            found.append(
                (spanner, timeline.onset(start), timeline.end(exact(last.offset) + exact(last.duration.quarterLength)))
            )
            for measure in list(measures):
                spanner.spannerStorage.remove(measure)
    return found


class Metronomes:
    """The marks of a stream that is about to be converted; they are brought to their new tempo at once.

    Attributes
    ----------
    stated
        Where the first part has a mark, in quarters of the source.
    """

    def __init__(self, plan: ScorePlan, edits: StreamEdits, parts: Sequence[Any]) -> None:
        self.plan, self.score, self.timeline = plan, edits.score, edits.timeline
        marks = [(exact(mark.getOffsetInHierarchy(part)), mark) for part in parts for mark in _marks_of(part)]
        said: set[tuple[Fraction, float]] = set()
        for at, mark in marks:
            if (at, mark.getQuarterBPM()) in said:
                mark.activeSite.remove(mark)  # each part may say it: once will do
            said.add((at, mark.getQuarterBPM()))
            if self.timeline.span_at(at).how and plan.tempo != 1:
                _scale(mark, plan.tempo)
        self.stated = {at for at, _ in said}

    def changes(self) -> Iterator[Placed]:
        """A mark where the tempo changes with the metre and the music has none."""
        before = Fraction(1)
        for span, start in self.timeline.turns():
            now = self.plan.tempo if span.how else Fraction(1)
            if now != before and span.start not in self.stated and (self.stated or span.start > 0):
                meter = span.target if span.how else span.source
                yield Placed(start, None, _mark(self.score.tempos.per_minute(span.start) / now, meter))
            before = now


def _marks_of(part: Any) -> list[Any]:
    found = part.recurse().getElementsByClass("MetronomeMark")
    return [mark for mark in found if mark.getQuarterBPM() and not mark.numberImplicit]


def _scale(mark: Any, factor: Fraction) -> None:
    """The same number for another note value where there is one (quarter = 96, dotted quarter = 96), else another number."""
    from music21 import duration

    if mark.number is None:  # sounds, and is not shown
        mark.numberSounding = round(float(mark.numberSounding / factor), 3)
        return
    value = exact(mark.referent.quarterLength) / factor
    if value in SIMPLE and mark.numberSounding is None:
        mark.referent = duration.Duration(float(value))
    else:
        mark.number, mark.numberSounding = round(float(mark.number / factor), 3), None


def _mark(speed: float | Fraction, meter: Meter) -> Any:
    """So many quarters a minute, counted in the beats of a metre where these are alike."""
    from music21 import duration, tempo

    beat = Fraction(1) if meter.is_additive else meter.groups[0] * meter.pulse
    number = float(speed) / float(beat)
    return tempo.MetronomeMark(number=round(number, 3), referent=duration.Duration(float(beat)))

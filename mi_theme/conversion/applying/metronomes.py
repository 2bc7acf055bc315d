"""Metronome marks of notation under a plan: said once, and in the tempo that its equation gives them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from mi_theme.conversion.applying.events import Spans
from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.files.notation.barring import SIMPLE, Placed
from mi_theme.files.notation.headings import exact
from mi_theme.meter import Meter
from mi_theme.score import Score

__all__ = ["Metronomes"]


class Metronomes:
    """The marks of a stream that is about to be converted; they are brought to their new tempo at once.

    Attributes
    ----------
    stated
        Where the first part has a mark, in quarters of the source.
    """

    def __init__(self, plan: ScorePlan, score: Score, parts: Sequence[Any]) -> None:
        self.plan, self.score, self.spans = plan, score, Spans(plan)
        marks = [(exact(mark.getOffsetInHierarchy(part)), mark) for part in parts for mark in _marks_of(part)]
        said: set[tuple[Fraction, float]] = set()
        for at, mark in marks:
            if (at, mark.getQuarterBPM()) in said:
                mark.activeSite.remove(mark)  # each part may say it: once will do
            said.add((at, mark.getQuarterBPM()))
            if self.spans.at(at).how and plan.tempo != 1:
                _scale(mark, plan.tempo)
        self.stated = {at for at, _ in said}

    def changes(self) -> Iterator[Placed]:
        """A mark where the tempo changes with the metre and the music has none."""
        before = Fraction(1)
        for span, start in self.spans.turns():
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

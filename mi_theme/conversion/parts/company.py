"""The accompanying parts as a kit hears them: who plays one rhythm with a drum, and where that has gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mi_theme.adaptation.swing import swing_in, swung, swung_back
from mi_theme.conversion.parts.kit_frames import KitMap
from mi_theme.conversion.parts.placements import Copied, Placements
from mi_theme.conversion.parts.strokes import KICKS, KitStroke
from mi_theme.conversion.reading.grid import span_parts
from mi_theme.conversion.scoreplan import ScorePlan, Span
from mi_theme.score import Score

__all__ = ["Company"]

TOGETHER = Fraction(1, 16)  # quarters: what is struck closer is struck together


@dataclass(frozen=True, eq=False)
class Company:
    """The accompanying parts, their notes in order.

    Attributes
    ----------
    starts, rows
        Of each part: where its notes begin, in quarters, and their rows of `Score.spans`.
    bass
        The lowest part, -1 for none.
    found
        What has become of notes that the map does not carry.
    copies
        For each row where it is played again.
    swing
        The place of swung eighths.
    """

    starts: dict[int, NDArray[np.float64]]
    rows: dict[int, NDArray[np.int64]]
    bass: int
    found: Placements
    copies: dict[int, list[Copied]]
    swing: Fraction | None

    @classmethod
    def of(cls, plan: ScorePlan, score: Score, found: Placements) -> Company:
        """The pitched parts of a score beside its lead; none where there is no kit to hear them."""
        parts, spans = span_parts(score), score.spans
        kit = any(part.is_percussion for part in score.parts)
        numbers = [n for n, part in enumerate(score.parts) if kit and not part.is_percussion and n != plan.lead_part]
        rows = {number: np.flatnonzero(parts == number) for number in numbers}
        rows = {n: mine[np.argsort(spans["start"][mine], kind="stable")] for n, mine in rows.items() if len(mine)}
        notes = score.note_table() if rows else None
        heights = {n: float(np.median(notes["pitch"][notes["part"] == n])) for n in rows} if notes is not None else {}
        copies: dict[int, list[Copied]] = defaultdict(list)
        for copied in found.copied:
            copies[copied.row].append(copied)
        return cls(
            starts={n: spans["start"][mine] / score.ticks_per_quarter for n, mine in rows.items()},
            rows=rows,
            bass=min(heights, key=lambda n: heights[n], default=-1),
            found=found,
            copies=copies,
            swing=plan.swing,
        )

    def one_rhythm(self, span: Span, start: Fraction, places: Sequence[Fraction], key: int) -> list[KitStroke] | None:
        """Where a part has gone whose rhythm a drum has stroke for stroke: the bass for a kick, for others one that is made anew."""
        for part in (self.bass,) if key in KICKS else self.rows:
            if part < 0 or len(self._onsets(part, span)) != len(places):
                continue
            met = list(self._met(part, span, places))
            if len(met) < len(places) or not (
                key in KICKS or all(row in self.found.moved for _, mine in met for row in mine)
            ):
                continue
            return sorted({KitStroke(new, at) for at, mine in met for new in self._images(at, mine, span, start)})
        return None

    def together(
        self, span: Span, start: Fraction, places: Sequence[Fraction], kit: KitMap, key: int
    ) -> Iterator[KitStroke]:
        """Where the strokes of a kick have gone that fall together with notes of the bass, and those of another drum between beats with chords made anew.

        A bass that runs through the beats has notes everywhere: there the kick need not follow it.
        """
        if self.bass < 0 or (kit.by_number and kit.images != tuple(map(span.base, kit.source.beats))):
            return
        if key in KICKS:
            for at, mine in () if self._runs(span, kit.source.groups[0]) else self._met(self.bass, span, places):
                yield from (KitStroke(image, at) for image in self._images(at, mine, span, start, again=False))
        elif not (kit.by_number or kit.turns):
            yield from self._with_chords(span, start, [at for at in places if at not in kit.source.beats], kit)

    def _with_chords(self, span: Span, start: Fraction, places: Sequence[Fraction], kit: KitMap) -> Iterator[KitStroke]:
        """Strokes between beats with chords made anew, and those that follow one in its beat as close as before."""
        gone: dict[Fraction, Fraction] = {}
        for part in (part for part in self.rows if part != self.bass):
            for at, mine in self._met(part, span, places):
                if all(row in self.found.moved for row in mine.tolist()):
                    gone.setdefault(at, min(self._images(at, mine, span, start, again=False)))
        for at in places:
            beat = max(beat for beat in kit.source.beats if beat < at)
            before = max((met for met in gone if beat < met <= at), default=None)
            if before is not None and gone[before] + at - before < kit.target.length:
                yield KitStroke(gone[before] + at - before, at)

    def _runs(self, span: Span, beat: Fraction) -> bool:
        """Whether the bass runs evenly through a span, at two notes a beat or more."""
        steps = np.diff(self._onsets(self.bass, span))
        return len(steps) > 0 and bool((steps == steps[0]).all()) and steps[0] * TOGETHER <= beat / 2

    def _onsets(self, part: int, span: Span) -> NDArray[np.float64]:
        low, high = self._between(part, span)
        return np.unique(np.round(self.starts[part][low:high] / float(TOGETHER)))

    def _between(self, part: int, span: Span) -> tuple[int, int]:
        begins, ends = float(span.start - TOGETHER), float(span.start + span.warp.source - TOGETHER)
        low, high = np.searchsorted(self.starts[part], (begins, ends)).tolist()
        return low, high

    def _met(self, part: int, span: Span, places: Sequence[Fraction]) -> Iterator[tuple[Fraction, NDArray[np.int64]]]:
        """The notes that begin with each stroke, where there are any."""
        low, high = self._between(part, span)
        starts, rows = self.starts[part][low:high], self.rows[part][low:high]
        for at in places:
            apart = np.abs(starts - float(span.start + swung_back(at, self.swing)))
            mine = rows[apart < float(TOGETHER)]
            if len(mine):
                yield at, mine

    def _images(
        self, at: Fraction, rows: NDArray[np.int64], span: Span, start: Fraction, again: bool = True
    ) -> list[Fraction]:
        """Where notes that begin at a place have gone, in quarters into the new bars, as if eighths were even."""
        found: set[Fraction] = set()
        played = swung_back(at, self.swing)
        for row in rows.tolist():
            if row in self.found.moved:
                found.add(self.found.moved[row][0] - start)
            elif row not in self.found.dropped and span.warp.keeps(played):
                found.add(span.warp(played))
            found.update(copied.at - start for copied in self.copies.get(row, ()) if again or copied.bass)
        swing = swing_in(span.target, self.swing)
        if swing is None:
            return sorted(found)
        even = swung(span.warp.target, swing)
        return sorted(even(min(max(place, Fraction(0)), span.warp.target)) for place in found)

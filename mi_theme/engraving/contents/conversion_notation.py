"""A score's lead before and after its plan as two staves, bar over bar, and which notes belong together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, groupby
from math import gcd
from typing import NamedTuple

from mi_theme.conversion.scoreplan import ScorePlan, Span
from mi_theme.engraving.contents.passage_notation import staves_of_passage
from mi_theme.engraving.contents.version_notation import Join
from mi_theme.errors import ScoreError
from mi_theme.notated import notate
from mi_theme.notated.model import NotatedScore
from mi_theme.notated.staves import Frames, Staff, StaffNote
from mi_theme.score import Bar, Score, first_and_last

__all__ = ["FacingScores", "staves_of_plan"]

MOST_BARS = 8  # drawn when nobody says which


class FacingBars(NamedTuple):
    """Bars that begin together before and after, the span that they are part of, and where its target bars begin."""

    before: list[Bar]
    after: list[Bar]
    span: Span
    start: Fraction


@dataclass(frozen=True, eq=False)
class FacingScores:
    """A score and its conversion, both as they are written: worked out once, drawn page after page.

    Attributes
    ----------
    plan
        What leads from one to the other.
    after
        The conversion.
    passages
        All bars, in the fewest that begin together on both sides.
    written
        Before and after, the staff of the lead.
    """

    plan: ScorePlan
    after: Score
    passages: tuple[FacingBars, ...]
    written: tuple[NotatedScore, NotatedScore]

    @classmethod
    def of(cls, plan: ScorePlan, after: Score | None = None) -> FacingScores:
        """Both sides of a plan.

        Parameters
        ----------
        plan
            With its score.
        after
            What the plan makes of it, where it is made already.

        Raises
        ------
        ScoreError
            Where the plan comes from JSON without its score.
        """
        if plan.score is None:
            raise ScoreError("this plan has no score to draw: give it one, plan.with_score(score)")
        after = plan.apply(plan.score) if after is None else after
        both = [notate(score, by_part=True, parts=[score.part_index(plan.lead)]) for score in (plan.score, after)]
        return cls(plan, after, tuple(_passages(plan, plan.score, after)), (both[0], both[1]))

    @property
    def pages(self) -> list[tuple[int, int]]:
        """First and last source bar of each page: as many whole passages as are read at a glance, one at least."""
        found: list[tuple[int, int]] = []
        for first, last in ((passage.before[0].number, passage.before[-1].number) for passage in self.passages):
            if found and last - found[-1][0] < MOST_BARS:
                found[-1] = (found[-1][0], last)
            else:
                found.append((first, last))
        return found


def staves_of_plan(plan: ScorePlan | FacingScores, bars: tuple[int, int] | None) -> tuple[list[Staff], list[Join]]:
    """The lead of a score as it is and as the plan makes it, and what joins the two.

    Raises
    ------
    ScoreError
        Where the plan comes from JSON without its score, or there are no such bars.
    """
    facing = FacingScores.of(plan) if isinstance(plan, ScorePlan) else plan
    plan, passages = facing.plan, _chosen(facing.passages, bars)
    labels = (
        (plan.source.signature, plan.lead, "as it was"),
        (plan.target.signature, plan.how, f"cost {plan.cost:.2f}"),
    )
    sides = (plan.score, facing.after)
    frames = [passage.before for passage in passages], [passage.after for passage in passages]
    above, below = map(_staff, sides, facing.written, (plan.lead,) * 2, frames, "ab", labels)
    return [above, below], list(_joins(passages, above, below))


def _passages(plan: ScorePlan, before: Score, after: Score) -> Iterator[FacingBars]:
    """Each span in the fewest bars after which both sides meet again."""
    for span, start in plan.starts():
        sides = (_bars(before, span.start, span.warp.source), _bars(after, start, span.warp.target))
        parts = gcd(*map(len, sides))
        cuts = (zip(*(_cut(side, parts) for side in sides), strict=True)) if parts else ()
        for mine, theirs in cuts:
            yield FacingBars(mine, theirs, span, start)


def _bars(score: Score, start: Fraction, length: Fraction) -> list[Bar]:
    bar, found = score.meters.at(start), []
    while bar.start < start + length:
        found.append(bar)
        bar = score.meters.bar(bar.number + 1)
    return found


def _cut(bars: Sequence[Bar], parts: int) -> list[list[Bar]]:
    size = len(bars) // parts
    return [list(bars[i : i + size]) for i in range(0, len(bars), size)]


def _chosen(passages: Sequence[FacingBars], bars: tuple[int, int] | None) -> Sequence[FacingBars]:
    """The passages with the bars that are wanted; the first few where nobody says."""
    if bars is None:
        last = passages[0].before[0].number + MOST_BARS if passages else 0
        found = [passage for passage in passages if passage.before[-1].number < last] or passages[:1]
    else:
        first, last = first_and_last(bars)
        found = [s for s in passages if s.before[-1].number >= first and s.before[0].number <= last]
    if not found:
        raise ScoreError(f"there are no bars {bars[0]} to {bars[1]}" if bars else "there are no bars to draw")
    return found


def _staff(
    score: Score,
    written: NotatedScore,
    lead: str,
    frames: Sequence[Sequence[Bar]],
    name: str,
    labels: tuple[str, ...],
) -> Staff:
    """The lead in these bars; the names of its notes begin with that of the staff."""
    bars = list(chain.from_iterable(frames))
    (staff,) = staves_of_passage(score, bars, [score.part_index(lead)], written=written)
    voices = tuple(tuple(note._replace(id=name + note.id, lyrics=()) for note in voice) for voice in staff.voices)
    sizes = [len(frame) for frame in frames]
    return replace(staff, frames=_framed(staff.frames, sizes), voices=voices, labels=labels, asides=())


def _framed(frames: Frames, sizes: Sequence[int]) -> Frames:
    """Bars put together into frames of these sizes."""
    numbers = chain.from_iterable([index] * size for index, size in enumerate(sizes))
    pairs = zip(numbers, chain.from_iterable(frames), strict=True)
    return tuple(tuple(bar for _, bar in group) for _, group in groupby(pairs, key=lambda pair: pair[0]))


def _joins(passages: Sequence[FacingBars], above: Staff, below: Staff) -> Iterator[Join]:
    """Each note of the lead with the one that stands where the map puts it."""
    waiting: dict[Fraction, list[StaffNote]] = defaultdict(list)
    for note in below.notes:
        waiting[note.start].append(note)
    for note in sorted(above.notes, key=lambda note: note.start):
        passage = next((s for s in reversed(passages) if s.before[0].start <= note.start), passages[0])
        at = note.start - passage.span.start
        image = passage.start + passage.span.warp(max(at, Fraction(0)))
        there = waiting[image] if passage.span.warp.keeps(max(at, Fraction(0))) else []
        if there:
            same = note.start - passage.before[0].start == image - passage.after[0].start
            yield Join("kept" if same else "moved", note.id, there.pop(0).id)
        else:
            yield Join("dropped", note.id, "")
    yield from (Join("added", "", note.id) for notes in waiting.values() for note in notes)

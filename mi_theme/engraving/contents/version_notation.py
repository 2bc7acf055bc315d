"""A theme's figure and its versions in other metres as staves, bar under bar, and which notes belong together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import NamedTuple

from mi_theme.adaptation.plans import NoteMapping, Plan
from mi_theme.errors import ScoreError
from mi_theme.notated.staves import Frames, Head, Staff, StaffNote, frames_of
from mi_theme.score import first_and_last
from mi_theme.themes import Adaptation, Theme

__all__ = ["Join", "joins", "staves_of_versions"]

MOST_BARS = 8  # drawn of a figure when nobody says which

Key = tuple[int, int, bool]  # source bar, number in it, and whether it is an addition


class Join(NamedTuple):
    """What leads from one staff to the next: ``kept`` in its place, ``moved``, ``dropped`` or ``added``; names of notes."""

    kind: str
    above: str
    below: str


class VersionStaff(NamedTuple):
    """A staff, and its notes by the source note that they come from, with their place in the frame."""

    staff: Staff
    places: dict[Key, tuple[str, Fraction]]


def staves_of_versions(
    adaptations: Sequence[Adaptation], bars: tuple[int, int] | None
) -> tuple[list[Staff], list[Join]]:
    """The source and each adaptation of it, and what joins neighbours.

    Raises
    ------
    ScoreError
        Where the adaptations are of different themes, or there are no such bars.
    """
    theme = adaptations[0].source
    if any(other.source != theme for other in adaptations):
        raise ScoreError("versions are drawn together where they are of one theme")
    plans = [_bars_of(adaptation.plan, bars) for adaptation in adaptations]
    cycle = lcm(*(plan.bars[0] for plan in plans))
    count = -(-len(plans[0].lines) // cycle) * cycle
    plans = [replace(plan, lines=tuple(plan.lines[i % len(plan.lines)] for i in range(count))) for plan in plans]
    first = (bars or (1, 1))[0]
    versions = [
        _source(theme, plans[0], cycle, first),
        *(_version(theme, plan, cycle, first, i) for i, plan in enumerate(plans, 1)),
    ]
    return [version.staff for version in versions], [join for pair in pairwise(versions) for join in joins(*pair)]


def _bars_of(plan: Plan, bars: tuple[int, int] | None) -> Plan:
    """The plan of the bars that are wanted."""
    first, last = first_and_last(bars) if bars else (1, min(len(plan.lines), MOST_BARS))
    if not 1 <= first <= last <= len(plan.lines):
        raise ScoreError(f"bars {first} to {last}: this theme has bars 1 to {len(plan.lines)}")
    return replace(plan, lines=plan.lines[first - 1 : last])


def _heads(theme: Theme) -> dict[tuple[int, int], Head]:
    """The spelling of each note of the figure by its bar and its number in it, both from 1."""
    found, counts = dict[tuple[int, int], Head](), Counter[int]()
    for tone in theme.ostinato:
        bar = int(tone.onset // theme.meter.bar) + 1
        counts[bar] += 1
        step = tone.degree.step(theme.tonic, theme.register)
        found[bar, counts[bar]] = Head(step, tone.degree.pitch(theme.tonic, theme.register) - Head(step).midi)
    return found


def _source(theme: Theme, plan: Plan, cycle: int, first: int) -> VersionStaff:
    """The staff of the notes as they were."""
    starts = [index * plan.source.bar for index in range(len(plan.lines) + 1)]
    found = [(fate, starts[fate.bar - 1] + fate.was, fate.lasted) for fate in plan.mappings() if fate.was is not None]
    figure = "+".join(str(group / plan.source.pulse) for group in plan.figure)
    labels = (plan.source.signature, figure, "as it was")
    return _placed(theme, found, frames_of(starts, plan.source, cycle, first), labels, first, 0)


def _version(theme: Theme, plan: Plan, cycle: int, first: int, number: int) -> VersionStaff:
    """The staff of the notes as a plan has them."""
    length, bar = plan.warp(Fraction(len(plan.lines) * plan.source.bar)), plan.target.bar
    starts = [index * bar for index in range(int(length / bar) + 1)]
    found = [
        (fate, plan.bar_start(fate.bar - 1) + fate.now, fate.lasts)
        for fate in plan.mappings()
        if fate.now is not None and fate.lasts is not None
    ]
    per_frame = int(plan.warp(Fraction(cycle * plan.source.bar)) / bar)
    shape = [str(plan.grouping)] if plan.grouping else []
    labels = (plan.target.signature, *shape, plan.how, f"cost {plan.cost:.2f}")
    return _placed(theme, found, frames_of(starts, plan.target, per_frame, first), labels, first, number)


def _placed(
    theme: Theme,
    found: Sequence[tuple[NoteMapping, Fraction, Fraction]],
    frames: Frames,
    labels: tuple[str, ...],
    first: int,
    number: int,
) -> VersionStaff:
    """A staff of these notes, and where each stands in its frame."""
    notes, places = [], dict[Key, tuple[str, Fraction]]()
    heads, bars = _heads(theme), len(theme.ostinato.lines(theme.tonic, theme.meter))
    for fate, start, lasts in sorted(found, key=lambda row: row[1]):
        key = (fate.bar, fate.number, fate.was is None)
        name = f"s{number}b{fate.bar}n{fate.number}{'r' * key[2]}"
        head = heads[(fate.bar + first - 2) % bars + 1, fate.number]
        notes.append(StaffNote(start, start + lasts, (head,), name))
        places[key] = name, start - max(frame[0].start for frame in frames if frame[0].start <= start)
    return VersionStaff(Staff(frames, (tuple(notes),), theme.tonic.fifths(theme.mode), labels), places)


def joins(above: VersionStaff, below: VersionStaff) -> Iterator[Join]:
    """What leads from one version to the next."""
    for key, (name, place) in above.places.items():
        if key in below.places:
            other, now = below.places[key]
            yield Join("kept" if now == place else "moved", name, other)
        else:
            yield Join("dropped", name, "")
    yield from (Join("added", "", name) for key, (name, _) in below.places.items() if key not in above.places)

"""The symbols of a bar: notes cut where the metre must be seen, tied, in tuplets and beams, with rests and accidentals."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain, groupby
from typing import NamedTuple

from mi_theme.notated.staves import Head, Staff, StaffNote, key_alterations
from mi_theme.notated.written_values import SIMPLE, NewBar, beam_group, is_plain, pieces, rests, tuplet_ratio, writable

__all__ = ["Item", "TupletRun", "accidentals", "bar_notes", "beams", "items_of", "shift_of", "tuplet_runs"]


class Item(NamedTuple):
    """A symbol in a bar: a note, a chord, a piece of one, or a rest (no heads); quarters from the bar line."""

    start: Fraction
    end: Fraction
    heads: tuple[Head, ...] = ()
    id: str = ""
    tie: str = ""  # i begins, m goes on, t ends
    note: StaffNote | None = None  # of its first piece
    tails: tuple[Head, ...] = ()  # of its last piece: grace notes behind it

    def value(self, ratio: Fraction) -> Fraction:
        """Quarters that the symbol has, in a tuplet of this ratio."""
        return (self.end - self.start) / ratio


class TupletRun(NamedTuple):
    """Symbols that stand in a tuplet together (ratio 2/3 for a triplet), or outside of any (1)."""

    items: list[Item]
    ratio: Fraction


class _Stretch(NamedTuple):
    """A note, or a silence, within a bar."""

    start: Fraction
    end: Fraction
    note: StaffNote | None = None


def shift_of(bar: NewBar) -> Fraction:
    """Where a bar begins in its metre: a pick-up ends it."""
    return bar.meter.bar - (bar.end - bar.start) if bar.number == 0 and not bar.inside else bar.inside


def bar_notes(staff: Staff) -> dict[Fraction, list[list[StaffNote]]]:
    """For each bar, by where it starts, the notes of each voice that sound in it."""
    bars = [bar for frame in staff.frames for bar in frame]
    starts = [bar.start for bar in bars]
    found: dict[Fraction, list[list[StaffNote]]] = {
        bar.start: [[] for _ in range(max(len(staff.voices), 1))] for bar in bars
    }
    for number, voice in enumerate(staff.voices):
        for note in voice:
            index = max(bisect_right(starts, note.start) - 1, 0)
            while index < len(bars) and bars[index].start < note.end:
                if bars[index].end > note.start:
                    found[bars[index].start][number].append(note)
                index += 1
    return found


def items_of(notes: Sequence[StaffNote], bar: NewBar, *, first: bool = True) -> list[Item]:
    """What one voice has in a bar, from bar line to bar line; nothing where it is silent and not the first.

    Parameters
    ----------
    notes
        Those that sound in the bar, in order, none over another.
    bar
        The bar.
    first
        Whether this is the first voice.
    """
    if not notes and not first:
        return []
    shift = shift_of(bar)
    end = bar.end - bar.start + shift
    stretches, at = [], shift
    for note in notes:
        begin = max(note.start, bar.start) - bar.start + shift
        if begin > at:
            stretches.append(_Stretch(at, begin))
        at = min(note.end, bar.end) - bar.start + shift
        stretches.append(_Stretch(begin, at, note))
    if at < end:
        stretches.append(_Stretch(at, end))
    return list(_symbols(stretches, bar, shift))


def _symbols(stretches: Sequence[_Stretch], bar: NewBar, shift: Fraction) -> Iterator[Item]:
    for unit in _units(stretches):
        whole = len(unit) > 1 and _is_one_tuplet(unit)
        for start, end, note in unit:
            if note is None:
                spans = [(start, end)] if whole else rests(start, end, bar.meter)
            else:
                spans = [(start, end)] if whole else _pieces(start, end, bar)
            ratio = tuplet_ratio(*(place for one in unit for place in one[:2])) if whole else Fraction(0)
            spans = [piece for a, b in spans for piece in writable(a, b, ratio or tuplet_ratio(a, b))]
            yield from _tied(spans, note, bar, shift) if note else (Item(a, b) for a, b in spans)


def _units(stretches: Sequence[_Stretch]) -> Iterator[list[_Stretch]]:
    """From one place outside tuplets to the next."""
    unit: list[_Stretch] = []
    for stretch in stretches:
        unit.append(stretch)
        if is_plain(stretch.end):
            yield unit
            unit = []
    if unit:
        yield unit


def _is_one_tuplet(unit: Sequence[_Stretch]) -> bool:
    """Whether it is written as one tuplet over several beats: three quarters in the time of two, say."""
    start, end = unit[0].start, unit[-1].end
    length, ratio = end - start, tuplet_ratio(*(place for one in unit for place in one[:2]))
    least = length / ratio.denominator
    return length in SIMPLE and all(
        one.end - one.start >= least and (one.end - one.start) / ratio in SIMPLE for one in unit
    )


def _pieces(start: Fraction, end: Fraction, bar: NewBar) -> list[tuple[Fraction, Fraction]]:
    """A note of one bar in tied spans; one that ends or begins inside a tuplet is cut at the beats beside it."""
    if is_plain(start) and is_plain(end):
        return list(pieces(start, end, bar.meter))
    beats = {beat * bar.meter.pulse for beat in bar.meter.beats}
    beats |= {Fraction(quarter) for quarter in range(int(bar.meter.bar) + 1)} if bar.meter.denominator <= 4 else set()
    inside = sorted(beat for beat in beats if start < beat < end)
    if not inside:
        return [(start, end)]
    first = start if is_plain(start) else inside[0]
    last = end if is_plain(end) else inside[-1]
    middle = list(pieces(first, last, bar.meter)) if first < last else []
    return [(start, first)] * (start < first) + middle + [(last, end)] * (last < end)


def _tied(spans: Sequence[tuple[Fraction, Fraction]], note: StaffNote, bar: NewBar, shift: Fraction) -> Iterator[Item]:
    before, after = note.start < bar.start, note.end > bar.end
    for number, (a, b) in enumerate(spans):
        first, last = number == 0 and not before, number == len(spans) - 1 and not after
        tie = ("" if last else "i") if first else ("t" if last else "m")
        name = note.id if first else f"{note.id}.{bar.number}.{number}"
        tails = note.tails if tie in ("", "t") else ()
        yield Item(start=a, end=b, heads=note.heads, id=name, tie=tie, note=note if first else None, tails=tails)


def tuplet_runs(items: Sequence[Item]) -> Iterator[TupletRun]:
    """Tuplets, from one plain place to the next, and the runs of plain values between them."""
    units: list[list[Item]] = [[]]
    for item in items:
        units[-1].append(item)
        if is_plain(item.end):
            units.append([])
    for ratio, group in groupby(filter(None, units), key=_ratio_of):
        for unit in [list(chain.from_iterable(group))] if ratio == 1 else group:
            yield TupletRun(unit, ratio)


def _ratio_of(unit: Sequence[Item]) -> Fraction:
    return tuplet_ratio(*(place for item in unit for place in (item.start, item.end)))


def beams(run: TupletRun, bar: NewBar) -> Iterator[list[Item]]:
    """Flagged notes of one group of the metre together, everything else alone."""
    keys = [
        beam_group(item.start, bar.meter) if item.heads and item.value(run.ratio) < 1 else -1 - place
        for place, item in enumerate(run.items)
    ]
    for _, group in groupby(zip(keys, run.items, strict=True), key=lambda pair: pair[0]):
        yield [item for _, item in group]


def accidentals(voices: Sequence[Sequence[Item]], fifths: int) -> set[tuple[str, int]]:
    """(name of the note, step) of the heads of a bar that show a sign: those that differ from the key, or from the same line or space before.

    Grace notes have the name of their note with a ``g``.
    """
    key, standing, signs = key_alterations(fifths), dict[int, int](), set[tuple[str, int]]()
    for item in sorted((item for voice in voices for item in voice if item.heads), key=lambda item: item.start):
        graces = item.note.graces if item.note else ()
        held = item.tie in ("m", "t")
        before, behind = ([(f"{item.id}g", head) for head in heads] for heads in (graces, item.tails))
        for name, head in [*before, *((item.id, head) for head in item.heads), *behind]:
            if not held and head.alter != standing.get(head.step, key.get(head.step % 7, 0)):
                signs.add((name, head.step))
            if not held:
                standing[head.step] = head.alter
    return signs

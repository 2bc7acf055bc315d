"""The symbols of a bar: notes cut where the metre must be seen, tied, in tuplets and beams, with rests and accidentals.

How a voice of a bar is laid out depends on where its notes begin and end and on the
metre, and the same rhythm comes again and again: a layout is made once of each.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import chain, groupby
from math import gcd, lcm
from typing import NamedTuple

from mi_theme.meter import Meter
from mi_theme.notated.staves import Frames, Staff, StaffNote, key_alterations
from mi_theme.notated.written_values import SIMPLE, NewBar, beam_group, is_plain, pieces, rests, tuplet_ratio, writable

__all__ = ["EMPTY", "BarVoice", "Layout", "Symbol", "TupletRun", "accidentals", "bar_voices", "resolution_of"]

FINEST = 64  # a symbol has at least such a part of a quarter


class Symbol(NamedTuple):
    """A symbol in a bar: a note, a chord, a piece of one, or a rest.

    Attributes
    ----------
    at, lasts
        Ticks from the bar line.
    value
        Quarters that are written, inside its tuplet.
    which
        The index of its note in the voice of the bar; -1 for a rest.
    piece
        The number of the piece of a note in this bar.
    tie
        ``i`` where one begins, ``m`` where it goes on, ``t`` where it ends.
    begins
        Whether its note begins here.
    """

    at: int
    lasts: int
    value: Fraction
    which: int = -1
    piece: int = 0
    tie: str = ""
    begins: bool = True


class TupletRun(NamedTuple):
    """Groups of symbols under one beam, or alone, that stand in a tuplet together (ratio 2/3 for a triplet), or outside of any (1)."""

    ratio: Fraction
    groups: tuple[tuple[Symbol, ...], ...]


@dataclass(frozen=True, eq=False, slots=True)
class BarSpace:
    """What a bar is to its notes: its length in ticks, ticks in a quarter, its metre, and how far in a bar of that it begins, in quarters."""

    length: int
    resolution: int
    meter: Meter
    shift: Fraction


@dataclass(frozen=True, eq=False)
class Layout:
    """How a voice of a bar is laid out: one value for all bars with the same rhythm, known by itself."""

    runs: tuple[TupletRun, ...] = ()

    @cached_property
    def symbols(self) -> tuple[Symbol, ...]:
        """Those of all runs, one after the other."""
        return tuple(chain.from_iterable(group for run in self.runs for group in run.groups))

    @cached_property
    def grain(self) -> int:
        """The most ticks of which all places and lengths of its symbols are multiples."""
        return gcd(*chain.from_iterable([(symbol.at, symbol.lasts) for symbol in self.symbols]))

    def sounds_through(self, rest: Symbol) -> bool:
        """Whether notes of this voice sound all the time that another one rests."""
        end = rest.at + rest.lasts
        return all(one.which >= 0 for one in self.symbols if one.at < end and one.at + one.lasts > rest.at)


EMPTY = Layout()


class BarVoice(NamedTuple):
    """What one voice has in a bar: its notes, and their layout; nothing where it is silent and not the first."""

    notes: tuple[StaffNote, ...]
    layout: Layout

    def name_of(self, symbol: Symbol, bar: NewBar) -> str:
        """The name of a note that begins, or of a piece of one.

        Parameters
        ----------
        symbol
            No rest.
        bar
            Where it is.
        """
        name = self.notes[symbol.which].id
        return name if symbol.begins else f"{name}.{bar.number}.{symbol.piece}"


class _Item(NamedTuple):
    """A symbol before its values are counted; quarters from the beginning of the metre."""

    start: Fraction
    end: Fraction
    which: int = -1
    piece: int = 0
    tie: str = ""
    begins: bool = True


class _Stretch(NamedTuple):
    """A note, or a silence, within a bar; whether it began before, and goes on after."""

    start: Fraction
    end: Fraction
    which: int = -1
    before: bool = False
    after: bool = False


# Ticks


def resolution_of(staves: Sequence[Staff]) -> int:
    """Ticks in a quarter, so that all notes, bar lines and symbols between them are on one."""
    notes = list(chain.from_iterable(staff.notes for staff in staves))
    places = {note.start.denominator for note in notes}.union([note.end.denominator for note in notes])
    for frames in {id(staff.frames): staff.frames for staff in staves}.values():
        for bar in chain.from_iterable(frames):
            places |= {bar.start.denominator, bar.end.denominator, bar.meter.pulse.denominator}
    return lcm(*places) * FINEST


def bar_voices(staves: Sequence[Staff], resolution: int) -> list[list[list[BarVoice]]]:
    """For each staff, and each of its bars, what each voice has there.

    Parameters
    ----------
    staves
        With their bars.
    resolution
        Ticks in a quarter: a multiple of all denominators.
    """
    kinds = {
        id(staff.frames): _spaces(staff.frames, resolution) for staff in {id(s.frames): s for s in staves}.values()
    }
    return [list(_voices_of(staff, kinds[id(staff.frames)], resolution)) for staff in staves]


def _spaces(frames: Frames, resolution: int) -> list[tuple[int, int, BarSpace]]:
    """(start, end, kind of bar) of each bar, in ticks."""
    found = []
    for bar in chain.from_iterable(frames):
        start, end = _ticks(bar.start, resolution), _ticks(bar.end, resolution)
        found.append((start, end, _space(end - start, resolution, bar.meter, bar.shift)))
    return found


def _voices_of(staff: Staff, bars: Sequence[tuple[int, int, BarSpace]], resolution: int) -> Iterator[list[BarVoice]]:
    voices = [_bars_of_voice(voice, bars, resolution) for voice in staff.voices or ((),)]
    silent = BarVoice((), EMPTY)
    for index, (_, _, space) in enumerate(bars):
        here = [silent] * len(voices)
        for number, voice in enumerate(voices):
            if notes := voice.get(index):
                here[number] = BarVoice(tuple(notes[0]), _layout(tuple(notes[1]), space))
            elif not number:
                here[number] = BarVoice((), _layout((), space))
        yield here


def _ticks(place: Fraction, resolution: int) -> int:
    return place.numerator * (resolution // place.denominator)


def _bars_of_voice(
    voice: Sequence[StaffNote], bars: Sequence[tuple[int, int, BarSpace]], resolution: int
) -> dict[int, tuple[list[StaffNote], list[tuple[int, int]]]]:
    """The notes of a voice in each bar, and their ticks from its bar line: -1 for one that began before, one too many for one that goes on."""
    starts = [start for start, *_ in bars]
    found: dict[int, tuple[list[StaffNote], list[tuple[int, int]]]] = {}
    last = len(bars)
    for note in voice:
        begin = note.start.numerator * (resolution // note.start.denominator)
        stop = note.end.numerator * (resolution // note.end.denominator)
        index = max(bisect_right(starts, begin) - 1, 0)
        while index < last and starts[index] < stop:
            start, end, _ = bars[index]
            if end > begin:
                if index not in found:
                    found[index] = ([], [])
                notes, spans = found[index]
                notes.append(note)
                spans.append((begin - start if begin >= start else -1, (stop if stop <= end else end + 1) - start))
            index += 1
    return found


# Layout


@lru_cache(maxsize=2**10)
def _space(length: int, resolution: int, meter: Meter, shift: Fraction) -> BarSpace:
    return BarSpace(length, resolution, meter, shift)


@lru_cache(maxsize=2**14)
def _layout(spans: tuple[tuple[int, int], ...], space: BarSpace) -> Layout:
    """What one voice has in a bar, from bar line to bar line.

    Parameters
    ----------
    spans
        Where its notes begin and end, none over another, in ticks from the bar line.
    space
        The bar.
    """
    length, resolution, meter, shift = space.length, space.resolution, space.meter, space.shift
    stretches, at = list[_Stretch](), 0
    for which, (start, end) in enumerate(spans):
        begin, stop = max(start, 0), min(end, length)
        if begin > at:
            stretches.append(_stretch(at, begin, resolution, shift))
        stretches.append(
            _stretch(begin, stop, resolution, shift)._replace(which=which, before=start < 0, after=end > length)
        )
        at = stop
    if at < length:
        stretches.append(_stretch(at, length, resolution, shift))
    return Layout(tuple(_runs(list(_symbols(stretches, meter)), meter, resolution, shift)))


def _stretch(start: int, end: int, resolution: int, shift: Fraction) -> _Stretch:
    return _Stretch(Fraction(start, resolution) + shift, Fraction(end, resolution) + shift)


def _symbols(stretches: Sequence[_Stretch], meter: Meter) -> Iterator[_Item]:
    for unit in _units(stretches):
        whole = len(unit) > 1 and _is_one_tuplet(unit)
        ratio = tuplet_ratio(*(place for one in unit for place in one[:2])) if whole else Fraction(0)
        for stretch in unit:
            start, end = stretch[:2]
            if whole:
                spans = [(start, end)]
            elif stretch.which < 0:
                spans = rests(start, end, meter)
            else:
                spans = _pieces(start, end, meter)
            spans = [piece for a, b in spans for piece in writable(a, b, ratio or tuplet_ratio(a, b))]
            yield from _tied(spans, stretch) if stretch.which >= 0 else (_Item(a, b) for a, b in spans)


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


def _pieces(start: Fraction, end: Fraction, meter: Meter) -> list[tuple[Fraction, Fraction]]:
    """A note of one bar in tied spans; one that ends or begins inside a tuplet is cut at the beats beside it."""
    if is_plain(start) and is_plain(end):
        return list(pieces(start, end, meter))
    beats = {beat * meter.pulse for beat in meter.beats}
    beats |= {Fraction(quarter) for quarter in range(int(meter.bar) + 1)} if meter.denominator <= 4 else set()
    inside = sorted(beat for beat in beats if start < beat < end)
    if not inside:
        return [(start, end)]
    first = start if is_plain(start) else inside[0]
    last = end if is_plain(end) else inside[-1]
    middle = list(pieces(first, last, meter)) if first < last else []
    return [(start, first)] * (start < first) + middle + [(last, end)] * (last < end)


def _tied(spans: Sequence[tuple[Fraction, Fraction]], stretch: _Stretch) -> Iterator[_Item]:
    for number, (a, b) in enumerate(spans):
        first, last = number == 0 and not stretch.before, number == len(spans) - 1 and not stretch.after
        tie = ("" if last else "i") if first else ("t" if last else "m")
        yield _Item(start=a, end=b, which=stretch.which, piece=number, tie=tie, begins=first)


def _runs(items: Sequence[_Item], meter: Meter, resolution: int, shift: Fraction) -> Iterator[TupletRun]:
    """Tuplets, from one plain place to the next, and the runs of plain values between them; in groups of beams."""
    units: list[list[_Item]] = [[]]
    for item in items:
        units[-1].append(item)
        if is_plain(item.end):
            units.append([])
    for ratio, group in groupby(filter(None, units), key=_ratio_of):
        for unit in [list(chain.from_iterable(group))] if ratio == 1 else group:
            yield TupletRun(ratio, tuple(_beams(unit, ratio, meter, resolution, shift)))


def _ratio_of(unit: Sequence[_Item]) -> Fraction:
    return tuplet_ratio(*(place for item in unit for place in (item.start, item.end)))


def _beams(
    unit: Sequence[_Item], ratio: Fraction, meter: Meter, resolution: int, shift: Fraction
) -> Iterator[tuple[Symbol, ...]]:
    """Flagged notes of one group of the metre together, everything else alone."""
    values = [(item.end - item.start) / ratio for item in unit]
    keys = [
        beam_group(item.start, meter) if item.which >= 0 and value < 1 else -1 - place
        for place, (item, value) in enumerate(zip(unit, values, strict=True))
    ]
    symbols = [
        Symbol(
            at=int((item.start - shift) * resolution),
            lasts=int((item.end - item.start) * resolution),
            value=value,
            which=item.which,
            piece=item.piece,
            tie=item.tie,
            begins=item.begins,
        )
        for item, value in zip(unit, values, strict=True)
    ]
    for _, group in groupby(zip(keys, symbols, strict=True), key=lambda pair: pair[0]):
        yield tuple(symbol for _, symbol in group)


# Accidentals


def accidentals(voices: Sequence[BarVoice], fifths: int) -> dict[str, set[int]]:
    """The steps of the heads of a bar that show a sign, by the name of their note: those that differ from the key, or from the same line or space before.

    Grace notes have the name of their note with a ``g``; what is tied to a note before shows no sign.
    """
    key = _alterations(fifths)
    written = chain.from_iterable([n.heads + n.graces + n.tails for voice in voices for n in voice.notes])
    if not {(head.step % 7, head.alter) for head in written} - key.items():
        return {}
    standing, signs = dict[int, int](), defaultdict[str, set[int]](set)
    played = [
        (symbol, voice.notes[symbol.which])
        for voice in voices
        for symbol in voice.layout.symbols
        if symbol.which >= 0 and symbol.begins
    ]
    for symbol, note in sorted(played, key=lambda pair: pair[0].at):
        graces, tails = ((f"{note.id}g", heads) for heads in (note.graces, () if symbol.tie else note.tails))
        for name, heads in (graces, (note.id, note.heads), tails):
            for head in heads:
                if head.alter != standing.get(head.step, key[head.step % 7]):
                    signs[name].add(head.step)
                standing[head.step] = head.alter
    return signs


@lru_cache
def _alterations(fifths: int) -> dict[int, int]:
    """What a key does to each letter."""
    return dict.fromkeys(range(7), 0) | key_alterations(fifths)

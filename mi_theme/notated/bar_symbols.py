"""The symbols of a bar: notes cut where the metre must be seen, tied, in tuplets and beams, with rests and accidentals.

How a voice of a bar is laid out depends on where its notes begin and end and on the
metre, and the same rhythm comes again and again: a layout is made once of each.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import chain, groupby
from math import lcm
from typing import NamedTuple

from mi_theme.meter import Meter
from mi_theme.notated.staves import Staff, StaffNote, key_alterations
from mi_theme.notated.written_values import SIMPLE, NewBar, beam_group, is_plain, pieces, rests, tuplet_ratio, writable

__all__ = ["BarVoice", "Symbol", "TupletRun", "accidentals", "bar_voices", "resolution_of"]

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

    @property
    def symbols(self) -> Iterator[Symbol]:
        """One after the other."""
        return chain.from_iterable(self.groups)


class BarVoice(NamedTuple):
    """What one voice has in a bar: its notes, and their layout; nothing where it is silent and not the first."""

    notes: tuple[StaffNote, ...]
    runs: tuple[TupletRun, ...]

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
    places = {place.denominator for staff in staves for note in staff.notes for place in (note.start, note.end)}
    bars = (bar for staff in staves for frame in staff.frames for bar in frame)
    places |= {place.denominator for bar in bars for place in (bar.start, bar.end, bar.meter.pulse)}
    return lcm(*places) * FINEST


def bar_voices(staff: Staff, resolution: int) -> dict[Fraction, list[BarVoice]]:
    """For each bar, by where it starts, what each voice has in it.

    Parameters
    ----------
    staff
        With its bars.
    resolution
        Ticks in a quarter: a multiple of all denominators.
    """
    bars = [bar for frame in staff.frames for bar in frame]
    lines = [(_ticks(bar.start, resolution), _ticks(bar.end, resolution)) for bar in bars]
    voices = [_bars_of_voice(voice, lines, resolution) for voice in staff.voices] or [{}]
    found: dict[Fraction, list[BarVoice]] = {}
    for index, (bar, (start, end)) in enumerate(zip(bars, lines, strict=True)):
        rhythm = (end - start, resolution, bar.meter, bar.shift)
        found[bar.start] = [
            BarVoice(tuple([note for note, _ in here]), _layout(tuple([span for _, span in here]), *rhythm))
            if (here := voice.get(index, ())) or number == 0
            else BarVoice((), ())
            for number, voice in enumerate(voices)
        ]
    return found


def _ticks(place: Fraction, resolution: int) -> int:
    return place.numerator * (resolution // place.denominator)


def _bars_of_voice(
    voice: Sequence[StaffNote], lines: Sequence[tuple[int, int]], resolution: int
) -> dict[int, list[tuple[StaffNote, tuple[int, int]]]]:
    """The notes of a voice in each bar, with their ticks from its bar line: -1 for one that began before, one too many for one that goes on."""
    starts = [start for start, _ in lines]
    found: dict[int, list[tuple[StaffNote, tuple[int, int]]]] = {}
    for note in voice:
        begin, stop = _ticks(note.start, resolution), _ticks(note.end, resolution)
        index = max(bisect_right(starts, begin) - 1, 0)
        while index < len(lines) and starts[index] < stop:
            start, end = lines[index]
            if end > begin:
                span = (max(begin - start, -1), min(stop, end + 1) - start)
                found.setdefault(index, []).append((note, span))
            index += 1
    return found


# Layout


@lru_cache(maxsize=2**14)
def _layout(
    spans: tuple[tuple[int, int], ...], length: int, resolution: int, meter: Meter, shift: Fraction
) -> tuple[TupletRun, ...]:
    """What one voice has in a bar, from bar line to bar line.

    Parameters
    ----------
    spans
        Where its notes begin and end, none over another, in ticks from the bar line.
    length
        Of the bar, in ticks.
    resolution
        Ticks in a quarter.
    meter
        Of the bar.
    shift
        How far in a bar of that metre it begins, in quarters.
    """
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
    return tuple(_runs(list(_symbols(stretches, meter)), meter, resolution, shift))


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


def accidentals(voices: Sequence[BarVoice], bar: NewBar, fifths: int) -> set[tuple[str, int]]:
    """(name of the note, step) of the heads of a bar that show a sign: those that differ from the key, or from the same line or space before.

    Grace notes have the name of their note with a ``g``.
    """
    key = _alterations(fifths)
    if all(
        head.alter == key[head.step % 7]
        for voice in voices
        for note in voice.notes
        for head in (*note.heads, *note.graces, *note.tails)
    ):
        return set()
    standing, signs = dict[int, int](), set[tuple[str, int]]()
    played = [(symbol, voice) for voice in voices for run in voice.runs for symbol in run.symbols if symbol.which >= 0]
    for symbol, voice in sorted(played, key=lambda pair: pair[0].at):
        note, name = voice.notes[symbol.which], voice.name_of(symbol, bar)
        graces = note.graces if symbol.begins else ()
        held = symbol.tie in ("m", "t")
        tails = note.tails if symbol.tie in ("", "t") else ()
        before, behind = ([(f"{name}g", head) for head in heads] for heads in (graces, tails))
        for title, head in [*before, *((name, head) for head in note.heads), *behind]:
            if not held and head.alter != standing.get(head.step, key[head.step % 7]):
                signs.add((title, head.step))
            if not held:
                standing[head.step] = head.alter
    return signs


@lru_cache
def _alterations(fifths: int) -> tuple[int, ...]:
    """What a key does to each letter."""
    key = key_alterations(fifths)
    return tuple(key.get(letter, 0) for letter in range(7))

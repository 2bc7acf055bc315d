"""Metre: a time signature, its groups, and how much each pulse weighs.

Text is the interface: ``Meter("5/4:3+3+2+2")`` prints as it is written and
``repr`` evaluates back. The *pulse* is the eighth (or the shortest unit that
the signature or its grouping names), the *beat* is the group: 5/4 grouped
3+3+2+2 has four unequal beats, a bare 5/4 five equal ones and no grouping.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate

from mi_theme.arguments import asked
from mi_theme.errors import TextError
from mi_theme.hooks import Shown

__all__ = ["Grouping", "Meter"]

EIGHTH = Fraction(1, 2)  # of a quarter
LARGEST = 255  # numerator and groups: what a MIDI file can hold
DENOMINATORS = (1, 2, 4, 8, 16, 32, 64)


def _integers(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """(column, value) of the integers between plus signs in ``text[start:stop]``."""
    column = start
    for piece in text[start:stop].split("+"):
        digits = piece.strip()
        if not (digits.isascii() and digits.isdigit()):
            raise TextError.at(text, column, "a whole number belongs here, as in 5/4 or 5/4:3+3+2+2")
        if len(digits) > 3 or not 1 <= int(digits) <= LARGEST:
            raise TextError.at(text, column, f"a number from 1 to {LARGEST} belongs here")
        yield column, int(digits)
        column += len(piece) + 1


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Grouping(Shown):
    """How a figure groups its pulses, apart from the metre it stands in.

    Parameters
    ----------
    parts
        Text such as ``"3+3+1+1"``, or the group lengths in pulses.

    Raises
    ------
    TextError
        Where the text is no grouping.
    """

    parts: tuple[int, ...]

    def __init__(self, parts: str | Iterable[int] | Grouping) -> None:
        if not isinstance(parts, Iterable):
            raise TextError(f"{parts!r} is no grouping: write groups as text, such as '3+3+2'")
        text = parts if isinstance(parts, str) else "+".join(map(str, parts))
        lengths = tuple(value for _, value in _integers(text, 0, len(text)))
        object.__setattr__(self, "parts", lengths)

    @classmethod
    def of_onsets(cls, onsets: Iterable[int], total: int) -> Grouping:
        """Group lengths from the `onsets` of a figure in a bar of `total` pulses.

        The first onset is taken to open the cycle.
        """
        starts = sorted(set(onsets))
        return cls(b - a for a, b in zip(starts, [*starts[1:], starts[0] + total], strict=True))

    def __str__(self) -> str:
        return "+".join(map(str, self.parts))

    def __repr__(self) -> str:
        return f"Grouping({str(self)!r})"

    def __len__(self) -> int:
        return len(self.parts)

    def __iter__(self) -> Iterator[int]:
        return iter(self.parts)

    @property
    def total(self) -> int:
        """The sum of the groups, in pulses."""
        return sum(self.parts)

    @property
    def starts(self) -> tuple[int, ...]:
        """Where each group begins, in pulses."""
        return (0, *accumulate(self.parts[:-1]))

    def rotations(self) -> tuple[Grouping, ...]:
        """Every different rotation, this one first."""
        turned = (self.parts[i:] + self.parts[:i] for i in range(len(self.parts)))
        return tuple(Grouping(parts) for parts in dict.fromkeys(turned))


@dataclass(frozen=True, init=False, repr=False)
class Meter(Shown):
    """A time signature, with its grouping where it has one.

    Parameters
    ----------
    text
        ``"4/4"``, ``"7/8:2+2+3"``, ``"5/4:3+3+2+2"`` or ``"3+3+2+2/8"``, which
        reads as 10/8:3+3+2+2. Groups add up to the numerator times a power of
        two. A Meter is taken as it is.

    Raises
    ------
    TextError
        Where the text is no metre; the message points into it.

    Examples
    --------
    >>> meter = Meter("5/4:3+3+2+2")
    >>> meter.pulses, meter.groups, meter.beats
    (10, (3, 3, 2, 2), (0, 3, 6, 8))
    >>> meter == Meter("10/8:3+3+2+2"), meter.same_bar("10/8:3+3+2+2")
    (False, True)
    """

    numerator: int
    denominator: int
    grouping: Grouping | None

    @asked()
    def __init__(self, text: str | Meter) -> None:
        if isinstance(text, Meter):
            fields = (text.numerator, text.denominator, text.grouping)
        else:
            fields = _parse(text)
        for name, value in zip(("numerator", "denominator", "grouping"), fields, strict=True):
            object.__setattr__(self, name, value)

    @classmethod
    def of(cls, numerator: int, denominator: int, grouping: Iterable[int] | None = None) -> Meter:
        """A metre from `numerator`, `denominator` and, in pulses, its `grouping`."""
        groups = "" if grouping is None else ":" + "+".join(map(str, grouping))
        return cls(f"{numerator}/{denominator}{groups}")

    def __str__(self) -> str:
        return self.signature + (f":{self.grouping}" if self.grouping else "")

    def __repr__(self) -> str:
        return f"Meter({str(self)!r})"

    @cached_property
    def signature(self) -> str:
        """The time signature without the grouping: what a MIDI file can say."""
        return f"{self.numerator}/{self.denominator}"

    @cached_property
    def plain(self) -> Meter:
        """The same signature with no grouping."""
        return Meter(self.signature)

    def grouped(self, grouping: str | Iterable[int] | Grouping) -> Meter:
        """The same signature with another `grouping`: text, numbers or a Grouping that fill the bar."""
        return Meter(f"{self.signature}:{Grouping(grouping)}")

    @cached_property
    def bar(self) -> Fraction:
        """The length of a bar in quarters."""
        return Fraction(4 * self.numerator, self.denominator)

    @cached_property
    def pulse(self) -> Fraction:
        """The length of a pulse in quarters: an eighth, or the shortest unit named."""
        return min(EIGHTH, self._unit)

    @cached_property
    def pulses(self) -> int:
        """Pulses in a bar."""
        return int(self.bar / self.pulse)

    @cached_property
    def groups(self) -> tuple[int, ...]:
        """The beats of the bar as numbers of pulses."""
        if self.grouping:
            scale = int(self._unit / self.pulse)
            return tuple(part * scale for part in self.grouping)
        beat = int(Fraction(4, self.denominator) / self.pulse) * (3 if self.is_compound else 1)
        return (beat,) * (self.pulses // beat)

    @cached_property
    def beats(self) -> tuple[int, ...]:
        """Where each beat begins, in pulses."""
        return (0, *accumulate(self.groups[:-1]))

    @cached_property
    def is_compound(self) -> bool:
        """Whether the beats divide in three: numerators 6, 9, 12, 15 without a grouping."""
        return self.grouping is None and self.numerator > 3 and self.numerator % 3 == 0

    @cached_property
    def is_additive(self) -> bool:
        """Whether the beats are known to be unequal."""
        return len(set(self.groups)) > 1

    @cached_property
    def is_open(self) -> bool:
        """Whether players would group this numerator but the text does not say how."""
        return self.grouping is None and not self.is_compound and self.numerator not in (1, 2, 3, 4, 8, 16)

    @cached_property
    def counterpart(self) -> Meter | None:
        """The simple metre of a compound one with as many beats, and the reverse.

        12/8 and 4/4, 9/8 and 3/4, 6/8 and 2/4; None where there is none.
        """
        if self.grouping or self.is_open or self.numerator == 1:
            return None
        if self.is_compound:
            simple = Meter.of(self.numerator // 3, self.denominator // 2) if self.denominator > 1 else None
            return None if simple is None or simple.is_compound else simple
        return Meter.of(self.numerator * 3, self.denominator * 2) if self.denominator < 64 else None

    def same_bar(self, other: str | Meter) -> bool:
        """Whether the bar of `other` has the same length and the same beats, however written."""
        other = other if isinstance(other, Meter) else Meter(other)
        return self is other or self._lengths == other._lengths

    @cached_property
    def levels(self) -> tuple[int, ...]:
        """The metrical level of each pulse: 0 for the bar line, -1, -2 ... below it.

        The node values of the metrical tree of Longuet-Higgins and Lee (1984),
        "The rhythmic interpretation of monophonic music", Music Perception 1(4);
        an additive bar divides into its groups first, a group of three into
        three, a group of four into two and two.
        """
        levels = [1] * self.pulses
        for depth, starts in enumerate(self._strata()):
            for start in starts:
                if levels[start] > 0:
                    levels[start] = -depth
        return tuple(levels)

    @cached_property
    def ranks(self) -> tuple[int, ...]:
        """The indispensability of each pulse, 0 for the first that can be left out.

        Barlow (1987), "Two essays on theory", Computer Music Journal 11(1),
        carried over to unequal groups: pulses rank by level, then by their place
        in their group (the last pulse of a group before its middle), then by the
        rank of the beat they lead to. For equal groups of prime lengths this is
        Barlow's own formula.
        """
        order = [0]
        for parts in self._splits():
            order += self._ranked(parts, order)
        return tuple(self.pulses - 1 - order.index(pulse) for pulse in range(self.pulses))

    @cached_property
    def weights(self) -> tuple[Fraction, ...]:
        """`ranks` scaled from 0 (the weakest pulse) to 1 (the bar line)."""
        top = max(self.pulses - 1, 1)
        return tuple(Fraction(rank, top) if self.pulses > 1 else Fraction(1) for rank in self.ranks)

    @cached_property
    def _lengths(self) -> tuple[Fraction, ...]:
        """The beats in quarters."""
        return tuple(group * self.pulse for group in self.groups)

    @cached_property
    def _unit(self) -> Fraction:
        """What the grouping counts in, in quarters; the denominator's unit without one."""
        return self.bar / (self.grouping.total if self.grouping else self.numerator)

    def _splits(self) -> Iterator[list[list[tuple[int, int]]]]:
        """Level by level, the division of every span that divides: lists of (start, length)."""
        unit = int(self._unit / self.pulse)
        spans = [(0, self.pulses)]
        groups: tuple[int, ...] | None = self.groups if self.grouping else None
        while any(length > 1 for _, length in spans):
            divided = [_spans(start, groups or self._divide(length, unit)) for start, length in spans]
            groups = None
            yield [parts for parts in divided if len(parts) > 1]
            spans = [span for parts in divided for span in parts]

    def _divide(self, length: int, unit: int) -> tuple[int, ...]:
        """How a span of `length` pulses divides: into beats, then units, then halves."""
        for step in (3 * unit if self.is_compound else unit, unit):
            if length > step:
                return tuple(part * step for part in _prime_parts(length // step))
        return _prime_parts(length)

    def _strata(self) -> Iterator[list[int]]:
        """The starts of all spans, level by level from the bar down."""
        yield [0]
        for level in self._splits():
            yield [start for parts in level for start, _ in parts]

    def _ranked(self, divisions: list[list[tuple[int, int]]], order: list[int]) -> list[int]:
        """New pulses of one level, most indispensable first."""
        keyed = []
        for parts in divisions:
            end = (parts[-1][0] + parts[-1][1]) % self.pulses
            psi = _indispensability(len(parts))
            places = sorted(range(1, len(parts)), key=lambda i: -psi[i])
            keyed += [(place, order.index(end), parts[i][0]) for place, i in enumerate(places)]
        return [start for _, _, start in sorted(keyed)]


def _spans(start: int, lengths: Iterable[int]) -> list[tuple[int, int]]:
    """Consecutive (start, length) spans."""
    *starts, _ = accumulate(lengths := list(lengths), initial=start)
    return list(zip(starts, lengths, strict=True))


def _prime_parts(count: int) -> tuple[int, ...]:
    """How `count` equal things group: halves, two threes, threes; else all alone."""
    if count % 2 == 0 and (count & (count - 1) == 0 or count == 6):
        return (count // 2,) * 2
    if count % 3 == 0:
        return (count // 3,) * 3
    return (1,) * count


def _indispensability(count: int) -> tuple[int, ...]:
    """Barlow's fundamental indispensability of `count` equal parts.

    Composite counts multiply out (four is two twos); a prime takes the sequence
    of the number below it and inserts ``count // 4`` before its last place.
    """
    if count < 3:
        return tuple(range(count))[::-1]
    parts = _prime_parts(count)
    if len(parts) < count:
        return _stratified(_indispensability(len(parts)), _indispensability(parts[0]))
    low = count // 4
    before = [rank + (rank >= low) for rank in _indispensability_below(count - 1)]
    return (*before[:-1], low, before[-1])


def _indispensability_below(count: int) -> tuple[int, ...]:
    """Indispensability of `count` parts divided by its largest prime first."""
    for prime in range(count, 1, -1):
        is_prime = all(prime % k for k in range(2, prime))
        if is_prime and count % prime == 0:
            outer = _indispensability(prime)
            return outer if prime == count else _stratified(outer, _indispensability_below(count // prime))
    return (0,)


def _stratified(outer: tuple[int, ...], inner: tuple[int, ...]) -> tuple[int, ...]:
    """Indispensability of each of ``len(outer)`` parts divided like `inner`."""
    count = len(outer)
    return tuple(
        inner[i] * count + outer[(place + (i > 0)) % count] for place in range(count) for i in range(len(inner))
    )


def _parse(text: str) -> tuple[int, int, Grouping | None]:
    """Read numerator, denominator and grouping."""
    if not isinstance(text, str):
        raise TextError(f"{text!r} is no metre: write numerator/denominator as text, such as '5/4'")
    slash, colon = text.find("/"), text.find(":")
    stop = colon if colon >= 0 else len(text)
    if not text.strip():
        raise TextError("'' is no metre: write numerator/denominator, such as 5/4")
    if not 0 < slash < stop:
        raise TextError.at(text, 0 if slash == 0 else stop, "a metre is written numerator/denominator, such as 5/4")
    above = [value for _, value in _integers(text, 0, slash)]
    column, denominator = next(_integers(text, slash + 1, stop))
    if denominator not in DENOMINATORS or "+" in text[slash:stop]:
        raise TextError.at(text, column, "a denominator is 1, 2, 4, 8, 16, 32 or 64")
    if (numerator := sum(above)) > LARGEST:
        raise TextError.at(text, 0, f"the numerator is at most {LARGEST}")
    if colon < 0:
        return numerator, denominator, Grouping(above) if len(above) > 1 else None
    grouping = Grouping(value for _, value in _integers(text, colon + 1, len(text)))
    times, rest = divmod(grouping.total, numerator)
    if rest or times & (times - 1):
        wanted = f"{numerator}, {2 * numerator} or {4 * numerator}"
        raise TextError.at(text, colon + 1, f"the groups add up to {grouping.total}, not to {wanted} ...")
    return numerator, denominator, grouping

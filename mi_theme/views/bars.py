"""A bar drawn in the terminal: pulses, groups, how to count it, what each pulse weighs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from textwrap import fill

from mi_theme.adaptation.wording import duration_name
from mi_theme.meter import Meter

__all__ = ["counted", "drawn", "in_groups", "level_rows", "pulse_name"]

WIDTH, LABEL, CELL = 80, 11, 4  # characters in a line, of its label, for a pulse
MOST_PULSES = 16  # in one line
SYLLABLES = {  # what is said at a share of a count
    2: {Fraction(0): "", Fraction(1, 4): "e", Fraction(1, 2): "&", Fraction(3, 4): "a"},
    3: {Fraction(0): "", Fraction(1, 3): "&", Fraction(2, 3): "a"},
}

Span = tuple[int, int]  # first pulse and the one after the last


def drawn(meter: str | Meter) -> str:
    """A bar as text, for the terminal.

    Pulses are numbered, groups bracketed, and every metrical level is a row of
    dots, the bar first (Lerdahl and Jackendoff, 1983); ``weight`` is Barlow's
    indispensability. Lines are at most 80 characters; a long bar goes on below,
    cut between groups where that is possible.

    Parameters
    ----------
    meter
        A metre, or its text.

    Returns
    -------
    str
        Lines of text.

    Raises
    ------
    TextError
        Where the text is no metre.
    """
    meter = Meter(meter)
    rows = list(_rows(meter))
    cell = max(CELL, len(str(meter.pulses)) + 1)
    most = min(MOST_PULSES, (WIDTH - LABEL) // cell)
    blocks = [_block(meter, rows, span, cell) for span in _fewest_lines(meter, most)]
    return "\n\n".join([fill(_headline(meter), WIDTH), *blocks]) + "\n"


def counted(meter: str | Meter) -> tuple[str, ...]:
    """What a player says at each pulse: ``1 & 2 &``, ``1 & a 2 & a``, or ``1 2 1 2 1 2 3``.

    Signatures in eighths and shorter with unequal groups are counted group by
    group, compound ones in their beats, everything else in the units that the
    signature names.

    Parameters
    ----------
    meter
        A metre, or its text.

    Returns
    -------
    tuple of str
        A word for each pulse.
    """
    meter = Meter(meter)
    if meter.is_additive and meter.denominator >= 8:
        return in_groups(meter)
    by_threes = meter.is_compound and meter.numerator == meter.pulses  # 6/8, but 6/4 is counted in quarters
    size = 3 if by_threes else meter.pulses // meter.numerator
    syllables = SYLLABLES[3 if by_threes else 2]
    shares = (divmod(Fraction(pulse, size), 1) for pulse in range(meter.pulses))
    return tuple(syllables.get(share, ".") or str(count + 1) for count, share in shares)


def in_groups(meter: Meter) -> tuple[str, ...]:
    """The pulses counted from 1 in every group."""
    return tuple(str(pulse + 1) for group in meter.groups for pulse in range(group))


def pulse_name(meter: Meter) -> str:
    """``eighth``, ``sixteenth``, ``32nd`` ..."""
    part = int(4 / meter.pulse)
    return duration_name(meter.pulse) if part <= 16 else f"{part}{'nd' if part % 100 == 32 else 'th'}"


def level_rows(meter: Meter) -> list[tuple[str, list[bool]]]:
    """Name and pulses of every metrical level, from the bar down to the pulse."""
    found = []
    for depth in range(0, min(meter.levels) - 1, -1):
        struck = [level >= depth for level in meter.levels]
        found.append((_level_name(meter, [pulse for pulse, hit in enumerate(struck) if hit]), struck))
    return found


def _level_name(meter: Meter, starts: Sequence[int]) -> str:
    """What players call a level; nothing where they have no word."""
    if len(starts) == 1:
        return "bar"
    if tuple(starts) == meter.beats:
        return "beats"
    if tuple(2 * start for start in starts) == (0, meter.pulses):
        return "half bars"
    return f"{pulse_name(meter)}s" if len(starts) == meter.pulses else ""


def _headline(meter: Meter) -> str:
    unit, beats = pulse_name(meter), len(meter.groups)
    pulses = f"{meter.pulses} {unit}{'s' * (meter.pulses > 1)}"
    if meter.is_additive:
        kind = f"{beats} unequal beats"
    else:
        kind = f"{beats} {'equal ' * (beats > 1)}beat{'s' * (beats > 1)}"
    grouping = "" if meter.grouping else "; grouping not stated" * meter.is_open
    return f"{meter}   {pulses} in a bar, {kind}{grouping}"


def _rows(meter: Meter) -> Iterator[tuple[str, Sequence[str]]]:
    """Label and cells of every row but the brackets."""
    yield pulse_name(meter), [str(pulse + 1) for pulse in range(meter.pulses)]
    count = counted(meter)
    yield "count", count
    if meter.is_additive and count != in_groups(meter):
        yield "in groups", in_groups(meter)
    for name, struck in level_rows(meter):
        yield name, ["*" if hit else "" for hit in struck]
    yield "weight", [str(rank) for rank in meter.ranks]


def _fewest_lines(meter: Meter, most: int) -> list[Span]:
    """As few lines as `most` pulses in one allow, and those as even as can be."""
    return min((list(_lines(meter, count)) for count in range(1, most + 1)), key=len)


def _lines(meter: Meter, most: int) -> Iterator[Span]:
    """The spans of pulses that go on one line each: whole groups, unless one is too long."""
    begin = end = 0
    for group in meter.groups:
        if end > begin and end - begin + group > most:
            yield begin, end
            begin = end
        end += group
        while end - begin > most:
            yield begin, begin + most
            begin += most
    yield begin, end


def _block(meter: Meter, rows: Sequence[tuple[str, Sequence[str]]], span: Span, cell: int) -> str:
    """One line's worth of every row, the brackets under the numbers."""
    here = [(label, cells[slice(*span)]) for label, cells in rows]
    lines = [_line(label, [text.ljust(cell) for text in cells]) for label, cells in here if any(cells)]
    lines.insert(1, _line("group", list(_brackets(meter, span, cell))))
    return "\n".join(lines)


def _line(label: str, cells: Sequence[str]) -> str:
    return f"{label:{LABEL}}{''.join(cells)}".rstrip()


def _brackets(meter: Meter, span: Span, cell: int) -> Iterator[str]:
    """``[--- 3 ---]`` for every group, or for as much of it as falls in the span."""
    for start, group in zip(meter.beats, meter.groups, strict=True):
        first, last = max(start, span[0]), min(start + group, span[1])
        if first < last:
            left, right = "[" if first == start else "-", "]" if last == start + group else "-"
            size = f" {group} " if last - first > 1 else f"{group}"
            yield left + size.center((last - first) * cell - 3, "-") + right + " "

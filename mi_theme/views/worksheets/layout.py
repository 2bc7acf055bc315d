"""What a worksheet is put together from: blocks of words, staves, boxes, counts and lines for drums."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate
from textwrap import wrap
from typing import NamedTuple

from mi_theme.engraving.engraver import SPACE, engraved
from mi_theme.engraving.svg import box, line, text, text_width
from mi_theme.errors import ScoreError
from mi_theme.meter import Meter
from mi_theme.notated.staves import Staff, clef_of
from mi_theme.views.bars import counted

__all__ = ["Block", "GridNote", "Press"]

NARROWEST_PULSE, WIDEST_PULSE = 20.0, 66.0  # pixels
STAFF = {False: 1.1, True: 1.6}  # how much larger than in other pictures staves are
SIZES = {False: 13.0, True: 24.0}  # pixels of letters: 10 and 18 points
BOXES = {False: 48.0, True: 58.0}  # pixels: how high a box for a note is, to write in
PROSE = 0.83  # of the width of letters that is reckoned with, what a long text takes
FILLED = "#ddd"


class Block(NamedTuple):
    """Something that is not cut by the end of a page: how high it is, and its parts, drawn from 0 down."""

    height: float
    parts: tuple[str, ...]

    def over(self, other: Block) -> Block:
        """This one and, below it, another, never parted."""
        return Block(
            self.height + other.height,
            (*self.parts, f'<g transform="translate(0 {self.height:.2f})">', *other.parts, "</g>"),
        )


class GridNote(NamedTuple):
    """What stands in a grid: from where to where, in quarters from the bar line, and its name."""

    start: Fraction
    end: Fraction
    name: str


@dataclass(frozen=True, slots=True)
class Press:
    """Makes blocks of one width.

    Attributes
    ----------
    width
        Pixels.
    pulses
        In the longest bar: all bars are drawn at one scale.
    large
        Whether letters are of 18 points.
    staves
        Whether bars have a staff.
    """

    width: float
    pulses: int
    large: bool
    staves: bool

    def __post_init__(self) -> None:
        if self.cell < NARROWEST_PULSE:
            most = int((self.width - self.label) / NARROWEST_PULSE)
            raise ScoreError(f"a bar of {self.pulses} pulses is too long for this paper: there is room for {most}")

    @property
    def size(self) -> float:
        """Of letters."""
        return SIZES[self.large]

    @property
    def label(self) -> float:
        """The room for words before a row."""
        return text_width("drums", self.size) + 8

    @property
    def cell(self) -> float:
        """The width of a pulse."""
        return min((self.width - self.label) / self.pulses, WIDEST_PULSE)

    def heading(self, title: str, right: str) -> Block:
        """The title of a page, and a line to write on."""
        size, start = 1.6 * self.size, 0.55 * self.width
        parts = [text(0, size, title, size, bold=True)]
        if right:
            onward = start + text_width(right, self.size) + 6
            parts += [text(start, size, right, self.size), line(onward, size + 3, self.width, size + 3, 1)]
        return Block(size * 1.5, tuple(parts))

    def words(self, said: str) -> Block:
        """Paragraphs, one for each line of what is said."""
        rows = [row for paragraph in said.splitlines() for row in self._wrapped(paragraph)]
        leading = 1.3 * self.size
        parts = (text(0, (i + 0.8) * leading, row, self.size) for i, row in enumerate(rows))
        return Block((len(rows) + 0.6) * leading, tuple(parts))

    def _wrapped(self, words: str, bold: bool = False) -> list[str]:
        return wrap(words, int(self.width / text_width("n", PROSE * self.size, bold)))

    def bar(
        self,
        title: str,
        meter: Meter,
        figure: Sequence[Fraction],
        marks: Sequence[GridNote],
        staff: Staff,
        question: str = "",
    ) -> Block:
        """A bar: title, staff, brackets, boxes, counting, drums; empty where there are no marks."""
        row = 1.4 * self.size
        parts = [
            text(0, self.size + i * row, words, self.size, bold=True)
            for i, words in enumerate(self._wrapped(title, True))
        ]
        y = len(parts) * row
        if self.staves:
            music, height = self._staff(replace(staff, blank=not marks))
            parts += [f'<g transform="translate({self.label:g} {y:.2f})">{music}</g>']
            y += height
        starts = [start / meter.pulse for start in accumulate(figure[:-1], initial=Fraction(0))]
        high = BOXES[self.large] if question or self.large else 1.9 * self.size
        drums = row * (1.7 if question else 1.3)
        rows: list[tuple[float, Callable[[float], Iterator[str]]]] = [
            (1.1 * row, lambda y: self._brackets(starts, Fraction(meter.pulses), y + row)),
            (high, lambda y: self._boxes(meter, marks, y, high)),
            (row, lambda y: self._counts(meter, y + 0.8 * row)),
            (drums, lambda y: self._drums(meter, starts if marks else [], y + drums / 2)),
        ]
        for height, draw in rows:
            parts += draw(y)
            y += height
        parts += self._question(question, y + self.size) if question else []
        return Block(y + row * (2.7 if question else 0.3), tuple(parts))

    def _question(self, question: str, y: float) -> Iterator[str]:
        yield text(0, y, question, self.size)
        yield line(text_width(question, PROSE * self.size) + 6, y + 3, self.width, y + 3, 1)
        yield line(0, y + 3 + 1.5 * self.size, self.width, y + 3 + 1.5 * self.size, 1)

    def _staff(self, staff: Staff) -> tuple[str, float]:
        """One bar engraved, and how high it is; an empty one is as wide as there is room."""
        wide = self.width - self.label
        music = engraved([staff], wide, numbered=False)
        scale = min(STAFF[self.large], wide / music.width)
        ((top, bottom),) = music.systems[0]
        room = 1.5 * SPACE if clef_of(staff)[0] == "G" else SPACE  # a treble clef reaches beyond the staff
        edges = [
            top - room,
            bottom + room,
            *(edge for note in music.notes.values() for edge in (note.top, note.bottom + SPACE)),
        ]
        parts = [f'<g transform="scale({scale:.4f}) translate(0 {-min(edges):.2f})">', music.svg]
        if staff.blank:
            lines = [top + (bottom - top) * number / 4 for number in range(5)]
            parts += [line(music.width, y, wide / scale, y, 0.52) for y in lines]
            parts += [line(wide / scale, top, wide / scale, bottom, 1.08)]
        return "".join([*parts, "</g>"]), scale * (max(edges) - min(edges))

    def _brackets(self, starts: Sequence[Fraction], end: Fraction, y: float) -> Iterator[str]:
        """Over each group, with its size in pulses."""
        for start, stop in zip(starts, [*starts[1:], end], strict=True):
            left, right, top = self._x(start) + 3, self._x(stop) - 3, y - 0.5 * self.size
            size, middle = str(stop - start), (left + right) / 2
            room = min(text_width(size, self.size) / 2 + 3, (right - left) / 2)
            for a, b in ((left, middle - room), (middle + room, right)):
                yield line(a, top, b, top, 1.1)
            yield from (line(x, top, x, y, 1.1) for x in (left, right))
            yield text(middle, top + 0.36 * self.size, size, self.size, anchor="middle")

    def _boxes(self, meter: Meter, marks: Sequence[GridNote], y: float, height: float) -> Iterator[str]:
        """A box for each pulse, with the notes in them."""
        middle = y + height / 2 + 0.36 * self.size
        yield text(0, middle, "notes", self.size)
        for mark in marks:
            left, right = (self._x(place / meter.pulse) for place in mark[:2])
            yield box(left, y, right - left, height, FILLED)
            yield text(left + 6, middle, mark.name, 1.1 * self.size, bold=True)
        yield box(self._x(0), y, self._x(meter.pulses) - self._x(0), height, line_width=1.8)
        for pulse in range(1, meter.pulses):
            begins = pulse in meter.beats
            yield line(self._x(pulse), y, self._x(pulse), y + height, 1.4 if begins else 0.7, "" if begins else "2 3")

    def _counts(self, meter: Meter, y: float) -> Iterator[str]:
        yield text(0, y, "count", self.size)
        for pulse, word in enumerate(counted(meter)):
            yield text(self._x(pulse + 0.5), y, word, self.size, anchor="middle", bold=word.isdigit())

    def _drums(self, meter: Meter, strokes: Sequence[Fraction], y: float) -> Iterator[str]:
        """A line to write strokes on, and the strokes that are there."""
        yield text(0, y + 0.36 * self.size, "drums", self.size)
        yield line(self._x(0), y, self._x(meter.pulses), y, 1)
        for pulse in range(meter.pulses + 1):
            yield line(self._x(pulse), y - 4, self._x(pulse), y + 4, 0.7)
        for stroke in strokes:
            x, arm = self._x(stroke + Fraction(1, 2)), 0.3 * self.size
            yield line(x - arm, y - arm, x + arm, y + arm, 1.8)
            yield line(x - arm, y + arm, x + arm, y - arm, 1.8)

    def _x(self, pulse: Fraction | float) -> float:
        return self.label + float(pulse) * self.cell

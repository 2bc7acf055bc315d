"""A sequence: tracks of events, and what they say beside notes: metres, tempos, key and words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from mi_theme.errors import ScoreError
from mi_theme.score import messages as m
from mi_theme.score.timing import Bar, MeterMap, TempoMap
from mi_theme.score.tracks import Track

__all__ = ["MidiSequence"]

MOST_SIGNS = 7  # sharps or flats: others are no key, but damage


@dataclass(frozen=True, eq=False)
class MidiSequence:
    """Tracks of events at ticks, as a MIDI file has them; see `Score`, which sees notes in them too."""

    ticks_per_quarter: int
    tracks: tuple[Track, ...]
    kind: int = 1
    source: str = ""

    @cached_property
    def end(self) -> int:
        """The last tick of any track."""
        return max((track.end for track in self.tracks), default=0)

    @cached_property
    def quarters(self) -> Fraction:
        """The length in quarters."""
        return Fraction(self.end, self.ticks_per_quarter)

    def _metas(self, kind: int) -> list[tuple[Fraction, bytes]]:
        found = [item for track in self.tracks for item in track.metas(kind)]
        return [
            (Fraction(tick, self.ticks_per_quarter), data) for tick, data in sorted(found, key=lambda item: item[0])
        ]

    @cached_property
    def meters(self) -> MeterMap:
        """The metres, with groupings where a text event beside the signature says them."""
        texts = self._metas(m.TEXT)
        found = MeterMap.of(m.meters_of(self._metas(m.TIME_SIGNATURE), texts))
        if (Fraction(0), m.UNSTATED.encode()) in texts:
            found = replace(found, stated=False)
        plain = (meter for at, data in texts if at == 0 and (meter := m.grouping_of(data)) and not meter.grouping)
        return found.opened_by(next(plain, None))

    @cached_property
    def tempos(self) -> TempoMap:
        """The tempos."""
        return TempoMap.of((at, int.from_bytes(data, "big")) for at, data in self._metas(m.TEMPO))

    @cached_property
    def is_notation(self) -> bool:
        """Whether it was read from notation: its places and values stand as they are written."""
        return any(data == m.NOTATION for track in self.tracks for _, data in track.metas(m.SEQUENCER))

    def bars(self) -> Iterator[Bar]:
        """The bars up to the end, lazily; a pick-up is bar 0."""
        return self.meters.bars(self.quarters)

    def bar(self, number: int) -> Bar:
        """One bar by its number.

        Parameters
        ----------
        number
            From 1; a pick-up is bar 0.

        Raises
        ------
        ScoreError
            Where there is no such bar.
        """
        bar = self.meters.bar(number)
        if bar.start >= max(self.quarters, bar.length if number <= 1 else 0):
            raise ScoreError(f"there is no bar {number}: the score ends after {float(self.quarters):g} quarters")
        return bar

    @property
    def markers(self) -> list[tuple[Fraction, str]]:
        """(position in quarters, text) of the markers."""
        return [(at, m.one_line(m.text_of(data))) for at, data in self._metas(m.MARKER)]

    @property
    def texts(self) -> list[tuple[Fraction, str]]:
        """(position in quarters, text) of text and copyright events."""
        found = [*self._metas(m.COPYRIGHT), *self._metas(m.TEXT)]
        return [(at, m.one_line(m.text_of(data))) for at, data in sorted(found, key=lambda item: item[0])]

    @cached_property
    def key(self) -> tuple[int, bool] | None:
        """(fifths, is minor) of the first key signature, or None."""
        said = [
            (data[0] - 256 * (data[0] > 127), data[1] == 1)
            for _, data in self._metas(m.KEY_SIGNATURE)
            if len(data) == 2
        ]
        return next((key for key in said if abs(key[0]) <= MOST_SIGNS), None)

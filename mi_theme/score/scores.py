"""The score: tracks of events, and notes, parts and bars as views on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from mi_theme.errors import ScoreError, TextError, UnknownName
from mi_theme.meter import Meter
from mi_theme.score import messages as m
from mi_theme.score.bridges import Bridges
from mi_theme.score.timing import Bar, MeterMap, TempoMap
from mi_theme.score.tracks import Part, Track, text_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Score"]


@dataclass(frozen=True, eq=False)
class Score(Bridges):
    """Music as a file has it: tracks of events, and views on them.

    Attributes
    ----------
    ticks_per_quarter
        Resolution of every tick in the score.
    tracks
        The events.
    kind
        MIDI file type, 0 (one track) or 1.
    source
        Where it came from, for messages.
    """

    ticks_per_quarter: int
    tracks: tuple[Track, ...]
    kind: int = 1
    source: str = ""

    @classmethod
    def from_notes(
        cls,
        onset: ArrayLike,
        duration: ArrayLike,
        pitch: ArrayLike,
        voice: ArrayLike | None = None,
        step: ArrayLike | None = None,
        *,
        velocity: ArrayLike = 80,
        part: ArrayLike = 0,
        names: Sequence[str] = (),
        meter: Meter | str | MeterMap = "4/4",
        tempo: float = 120.0,
    ) -> Score:
        """A score from rows of notes, in any order.

        Parameters
        ----------
        onset, duration
            Quarters, shape (n,). Values within 1e-6 of a 1/10080 are taken as
            that; others are rounded to it with a `TimingWarning`.
        pitch, velocity
            MIDI numbers, shape (n,) or one for all.
        voice, step, part
            Voice number, diatonic step (7 for an octave, 28 for middle C; -1 unknown), part index.
        names
            Names of the parts.
        meter, tempo
            Metre (or a whole map) and quarters a minute.

        Raises
        ------
        ScoreError
            Where the rows make no notes.
        """
        from mi_theme.score.rows import score_from_rows

        columns = (onset, duration, pitch, velocity, part, 0 if voice is None else voice, -1 if step is None else step)
        return score_from_rows(columns, names, meter, tempo)

    def __reduce__(self) -> tuple[object, ...]:
        return Score, (self.ticks_per_quarter, self.tracks, self.kind, self.source)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Score) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        metres = " ".join(dict.fromkeys(str(meter) for _, meter in self.meters.changes))
        shape = f"{len(self.parts)} parts, {len(self.spans)} notes, {float(self.quarters):g} quarters, {metres}"
        return f"<Score {self.source!r}: {shape}>" if self.source else f"<Score: {shape}>"

    @property
    def _key(self) -> tuple[int, tuple[Track, ...], int]:
        return self.ticks_per_quarter, self.tracks, self.kind

    # Time

    @property
    def end(self) -> int:
        """The last tick of any track."""
        return max((track.end for track in self.tracks), default=0)

    @property
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
        groupings = {at: found for at, data in self._metas(m.TEXT) if (found := _grouping(data))}
        changes = []
        for at, data in self._metas(m.TIME_SIGNATURE):
            meter = _signature(data)
            said = groupings.get(at)
            changes.append((at, said if said and said.plain == meter else meter))
        return MeterMap.of(changes)

    @cached_property
    def tempos(self) -> TempoMap:
        """The tempos."""
        return TempoMap.of((at, int.from_bytes(data, "big")) for at, data in self._metas(m.TEMPO))

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
        return [(at, text_of(data)) for at, data in self._metas(m.MARKER)]

    @property
    def texts(self) -> list[tuple[Fraction, str]]:
        """(position in quarters, text) of text and copyright events."""
        found = [*self._metas(m.COPYRIGHT), *self._metas(m.TEXT)]
        return [(at, text_of(data)) for at, data in sorted(found, key=lambda item: item[0])]

    @property
    def key(self) -> tuple[int, bool] | None:
        """(fifths, is minor) of the first key signature, or None."""
        found = [data for _, data in self._metas(m.KEY_SIGNATURE) if len(data) == 2]
        return (int.from_bytes(found[0][:1], "big", signed=True), found[0][1] == 1) if found else None

    # Notes

    @cached_property
    def spans(self) -> NDArray[np.void]:
        """Where each note starts and stops, in ticks, and the rows of its two events.

        An end closes the oldest open note of its key; a note that nothing ends
        lasts to the end of its track (`off` is then -1).
        """
        from mi_theme.score.notes import spans_of

        return spans_of(self)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The parts, in the order of their tracks and channels."""
        from mi_theme.score.notes import parts_of

        return parts_of(self)

    def part_index(self, name: str | int) -> int:
        """The index of a part by its name or number (from 0).

        Parameters
        ----------
        name
            A name, or a number.

        Raises
        ------
        UnknownName
            Where there is no such part.
        """
        names = [part.name for part in self.parts]
        if isinstance(name, int) and 0 <= name < len(names):
            return name
        folded = [known.casefold() for known in names]
        if str(name).casefold() not in folded:
            raise UnknownName.among("part", str(name), names)
        return folded.index(str(name).casefold())

    @cached_property
    def _table(self) -> NDArray[np.void]:
        from mi_theme.score.notes import table_of

        return table_of(self)

    def note_table(self) -> NDArray[np.void]:
        """Every note, sorted by onset then pitch.

        Returns
        -------
        structured array, shape (n,)
            ``onset`` and ``duration`` in quarters (float64), ``pitch``,
            ``velocity``, ``part``, ``voice``, ``step`` (diatonic step, -1
            unknown) and ``id`` (the row in the input, or the note's number in
            file order).
        """
        return self._table

    def notes(self, part: str | int | None = None) -> NDArray[np.void]:
        """`note_table`, of one part if one is named.

        Parameters
        ----------
        part
            By name or number (from 0).
        """
        return self._table if part is None else self._table[self._table["part"] == self.part_index(part)]

    def passage(self, bars: tuple[int, int], part: str | int | None = None) -> Score:
        """The notes that begin in some bars (first and last, inclusive) as a score of its own.

        Notes that ring on are cut at the last bar line.

        Parameters
        ----------
        bars
            First and last, inclusive.
        part
            By name or number (from 0); None for all.

        Raises
        ------
        ScoreError, UnknownName
            Where there are no such bars, or no such part.
        """
        from mi_theme.score.rows import cut_passage

        return cut_passage(self, bars, part)

    def with_click(self, count_in: int = 0, *, during: bool = True) -> Score:
        """The score with a click part: accents on bar lines, beats (groups) clear, pulses soft.

        Parameters
        ----------
        count_in
            Bars counted before the music; before a pick-up also the rest of its bar.
        during
            Whether the click goes on through the music.

        Raises
        ------
        ScoreError
            Where `count_in` is not 0 to 16 bars, or the score goes on for days.
        """
        from mi_theme.score.clicks import clicked

        return clicked(self, count_in, during)


def _grouping(data: bytes) -> Meter | None:
    """The metre of a text event such as ``meter 5/4:3+3+2+2``, if it is one."""
    text = text_of(data)
    if not text.startswith(m.GROUPING_TEXT):
        return None
    try:
        return Meter(text.removeprefix(m.GROUPING_TEXT))
    except TextError:
        return None


def _signature(data: bytes) -> Meter:
    """The metre of a time signature event."""
    return Meter(f"{data[0]}/{2 ** min(data[1], 9)}")

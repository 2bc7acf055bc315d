"""The score: tracks of events, and notes, parts and bars as views on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from mi_theme.arguments import asked, folded, known_name
from mi_theme.errors import UnknownName
from mi_theme.hooks import Shown, answer
from mi_theme.meter import Meter
from mi_theme.score.sequences import MidiSequence
from mi_theme.score.timing import Bars, MeterMap
from mi_theme.score.tracks import Part, Track

if TYPE_CHECKING:
    from os import PathLike

    import numpy as np
    import pandas as pd
    from music21.stream import Score as StreamScore
    from numpy.typing import ArrayLike, NDArray

    from mi_theme.score.music_sources import MusicSource
    from mi_theme.score.quantized_music import BeatTimes, QuantizedMusic, SwingShare
    from mi_theme.score.recordings import Recording

__all__ = ["Score"]


@dataclass(frozen=True, eq=False)
class Score(MidiSequence, Shown):
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

    @classmethod
    @asked()
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
        from mi_theme.score.rows import tracks_of_rows

        columns = (onset, duration, pitch, velocity, part, 0 if voice is None else voice, -1 if step is None else step)
        return cls(*tracks_of_rows(columns, names, meter, tempo))

    @staticmethod
    def of(value: MusicSource) -> Score:
        """The score that a value says: the rule of every call that takes music.

        Parameters
        ----------
        value
            A Score, a Theme or an Adaptation (its figure and head), a path, the bytes
            or the text of a file, an open file, a music21 Stream, a score or performance of partitura, mido, pretty_midi or symusic,
            or a table of notes: a structured array, a data frame, a dictionary of
            columns, with the names of `note_table` or of `note_array`.

        Raises
        ------
        ScoreError, FileError, OSError
            Where it says no music, the message says what to do; where a file cannot be read.
        """
        score: Score = answer("Score.of", value)
        return score

    def __reduce__(self) -> tuple[object, ...]:
        return Score, (self.ticks_per_quarter, self.tracks, self.kind, self.source)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Score) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        metres = " ".join(dict.fromkeys(str(meter) for _, meter in self.meters.changes))
        counts = ((len(self.parts), "part"), (len(self.spans), "note"))
        said = ", ".join(f"{count} {what}{'s' * (count != 1)}" for count, what in counts)
        shape = f"{said}, {float(self.quarters):g} quarters, {metres}"
        return f"<Score {self.source!r}: {shape}>" if self.source else f"<Score: {shape}>"

    @property
    def _key(self) -> tuple[int, tuple[Track, ...], int]:
        return self.ticks_per_quarter, self.tracks, self.kind

    # Notes

    @cached_property
    def spans(self) -> NDArray[np.void]:
        """Where each note starts and stops, in ticks, and the rows of its two events.

        An end closes the oldest open note of its key; a note that nothing ends
        lasts to the end of its track (`off` is then -1).
        """
        from mi_theme.score.notes import spans_of

        return spans_of(self.tracks)

    @cached_property
    def span_parts(self) -> NDArray[np.int64]:
        """The part of each row of `spans`."""
        from mi_theme.score.notes import span_parts

        return span_parts(self.tracks, self.spans, self.parts)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The parts, in the order of their tracks and channels."""
        from mi_theme.score.notes import parts_of

        return parts_of(self.tracks)

    def part_index(self, name: str | int, *, pitched: bool = False) -> int:
        """The index of a part by its name or number (from 0).

        Parameters
        ----------
        name
            A name, or how the name of one part only begins, or a number.
        pitched
            Whether drums are refused, which have no tune.

        Raises
        ------
        UnknownName
            Where there is no such part, or no such part with pitches.
        """
        names = [part.name for part in self.parts]
        if isinstance(name, int) and 0 <= name < len(names):
            found = name
        elif isinstance(name, str) and name.isdecimal() and name not in names and int(name) < len(names):
            found = int(name)  # as the command line says it
        else:
            begins = folded(name) if isinstance(name, str) else ""
            near = [each for each in names if begins and folded(each).startswith(begins)]
            found = names.index(near[0] if len(near) == 1 else known_name("part", name, names))
        if pitched and self.parts[found].is_percussion:
            tuned = ", ".join(part.name for part in self.parts if not part.is_percussion)
            raise UnknownName(
                f"part {names[found]!r} is percussion and has no tune; with pitches there are: {tuned or 'none'}"
            )
        return found

    @cached_property
    def _table(self) -> NDArray[np.void]:
        from mi_theme.score.notes import table_of

        return table_of(self.tracks, self.spans, self.span_parts, self.ticks_per_quarter)

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
        """`note_table`, of one `part` if one is named, by its name or its number from 0."""
        return self._table if part is None else self._table[self._table["part"] == self.part_index(part)]

    @asked()
    def passage(self, bars: Bars, part: str | int | None = None) -> Score:
        """The notes that begin in some bars (first and last, inclusive) as a score of its own.

        In which bar a note begins is decided as it would be written; it stays as it was played, but not before the
        first bar line. Notes that ring on are cut at the last one.

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
        cut: Score = answer("Score.passage", self, bars, part)
        return cut

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
        from mi_theme.score.clicks import clicked, clicks_of

        until = Fraction(int(self.spans["stop"].max(initial=0)), self.ticks_per_quarter) if during else Fraction(0)
        clicks = clicks_of(self.meters, self.tempos, until, count_in)
        return Score(*clicked(self.tracks, self.ticks_per_quarter, self.meters, clicks, count_in), source=self.source)

    # What rooms above answer

    def save(self, path: str | PathLike[str], *, exact: bool = False) -> None:
        """Write a file, whole or not at all; the ending of its name says in which form.

        Parameters
        ----------
        path
            Ending in ``.mid``, ``.musicxml`` or ``.mxl``; or, for its sound as `play` makes it, in
            ``.wav``, ``.ogg``, ``.flac`` or ``.mp3``.
        exact
            Whether a time that the file cannot hold is an error instead of rounded.

        Raises
        ------
        FileError
            Where the ending is unknown; with `exact`, where ticks must be rounded.
        """
        answer("Score.save", self, path, exact=exact)

    def to_wav(
        self,
        path: str | PathLike[str],
        *,
        rate: int = 48000,
        channels: int = 2,
        tail: float | None = None,
        soundfont: str | PathLike[str] | None = None,
    ) -> None:
        """Write the sound as a WAV file, whole or not at all; needs the extra ``[audio]`` and a soundfont.

        Parameters
        ----------
        path
            Name ending in .wav; `to_ogg` and ``play().save`` write other kinds.
        rate, channels, tail, soundfont
            As for `play`.

        Raises
        ------
        MissingExtra, FileError, ScoreError
            As `play`; where the ending is another.
        """
        answer("Score.to_sound", self, path, ".wav", rate=rate, channels=channels, tail=tail, soundfont=soundfont)

    def to_ogg(
        self,
        path: str | PathLike[str],
        *,
        rate: int = 48000,
        channels: int = 2,
        tail: float | None = None,
        soundfont: str | PathLike[str] | None = None,
    ) -> None:
        """The same as Ogg Vorbis, a tenth of the size: `path` ends in .ogg; `rate`, `channels`, `tail`, `soundfont` as in `to_wav`."""
        answer("Score.to_sound", self, path, ".ogg", rate=rate, channels=channels, tail=tail, soundfont=soundfont)

    def quantized(
        self, *, beats: BeatTimes | None = None, swing: SwingShare = "auto", finest: Fraction | str | None = None
    ) -> QuantizedMusic[Score]:
        """What would be written for what was played; `beats`, `swing`, `finest` as `mi_theme.quantising.quantize` takes them."""
        found: QuantizedMusic[Score] = answer("Score.quantized", self, beats=beats, swing=swing, finest=finest)
        return found

    def play(
        self,
        *,
        rate: int = 48000,
        channels: int = 2,
        tail: float | None = None,
        soundfont: str | PathLike[str] | None = None,
    ) -> Recording:
        """The sound: in a notebook it shows a player, elsewhere it says how to save it.

        Parameters
        ----------
        rate
            Frames a second: 48000, 44100, 32000, 24000, 22050, 16000, 11025 or 8000.
        channels
            2, or 1 for mono.
        tail
            Seconds after the last event; as long as it rings without it.
        soundfont
            An SF2 file; without it the one that ``MI_THEME_SOUNDFONT`` names, or
            one of the system, or one that an installed package brings.

        Raises
        ------
        MissingExtra
            Without the extra ``[audio]``.
        FileError
            Without a soundfont; the message says how to get one.
        ScoreError
            Where the score is too long, or an option out of range.
        """
        recording: Recording = answer("Score.play", self, rate=rate, channels=channels, tail=tail, soundfont=soundfont)
        return recording

    @staticmethod
    def from_music21(stream: object) -> Score:
        """The notes of a music21 `stream`, a Score or a Part: repeats are not played out, tied notes are one."""
        score: Score = answer("Score.from_music21", stream)
        return score

    def to_music21(self) -> StreamScore:
        """A music21 Score in bars, tied and beamed by the metre; times are rounded to 1/24 of a quarter."""
        stream: StreamScore = answer("Score.to_music21", self)
        return stream

    def note_array(self, part: str | int | None = None) -> NDArray[np.void]:
        """Every note under the field names of partitura, sorted by onset then pitch.

        Parameters
        ----------
        part
            Name or number of one part.

        Returns
        -------
        structured array, shape (n,)
            ``onset_beat``, ``onset_quarter``, ``onset_div`` (ticks),
            ``onset_sec``, the same with ``duration``, ``pitch``, ``velocity``,
            ``voice`` (from 1), ``id``, ``step``, ``alter``, ``octave`` (no
            step where the spelling is not known), ``track``, ``channel``,
            ``divs_pq``. A beat
            is the unit of the signature. As in partitura beats and quarters
            count from the first full bar: a pick-up is negative.
        """
        from mi_theme.score.tables import note_array_of

        return note_array_of(self.notes(part), self.parts, self.meters, self.tempos, self.ticks_per_quarter)

    def to_dataframe(self) -> pd.DataFrame:
        """`note_table` as a pandas data frame.

        Returns
        -------
        DataFrame, a row for each note
            Its columns, and ``bar``, ``place`` (quarters from the bar line),
            ``part_name``, ``onset_sec`` and ``duration_sec``.

        Raises
        ------
        MissingExtra
            Without pandas.
        """
        from mi_theme.score.tables import dataframe_of

        return dataframe_of(self.note_table(), self.parts, self.meters, self.tempos, self.quarters)

    def to_bytes(self) -> bytes:
        """The MIDI file as bytes."""
        return bytes(answer("Score.to_bytes", self))

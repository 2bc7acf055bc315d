"""What a score becomes outside: a file, sound, a music21 Stream, tables of other programs."""

from __future__ import annotations

from fractions import Fraction
from os import PathLike
from typing import TYPE_CHECKING, Any, cast

from mi_theme.hooks import Shown, answer

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from mi_theme.score.recordings import Recording
    from mi_theme.score.scores import Score

__all__ = ["Bridges"]


class Bridges(Shown):
    """The part of a `Score` that other rooms and other programs do; each method calls its room."""

    @property
    def _score(self) -> Score:
        return cast("Score", self)

    def save(self, path: str | PathLike[str], *, exact: bool = False) -> None:
        """Write a MIDI file, whole or not at all.

        Parameters
        ----------
        path
            Where to.
        exact
            Whether a time that the file cannot hold is an error instead of rounded.

        Raises
        ------
        FileError
            Where the ending is unknown; with `exact`, where ticks must be rounded.
        """
        answer("Score.save", self, path, exact=exact)

    def to_wav(
        self, path: str | PathLike[str], *, rate: int = 48000, channels: int = 2, tail: float | None = None,
        soundfont: str | PathLike[str] | None = None,
    ) -> None:  # fmt: skip
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
        self, path: str | PathLike[str], *, rate: int = 48000, channels: int = 2, tail: float | None = None,
        soundfont: str | PathLike[str] | None = None,
    ) -> None:  # fmt: skip
        """Write the sound as Ogg Vorbis, a tenth of the size of WAV.

        Parameters
        ----------
        path, rate, channels, tail, soundfont
            As for `to_wav`; the name ends in .ogg.
        """
        answer("Score.to_sound", self, path, ".ogg", rate=rate, channels=channels, tail=tail, soundfont=soundfont)

    def quantized(
        self, *, beats: Any = None, swing: str | float | Fraction | None = "auto", finest: Fraction | str | None = None
    ) -> Any:
        """What would be written for what was played: onsets and values on the beats and their parts.

        Parameters
        ----------
        beats
            Where the beats are, for playing that followed no click, as `mi_theme.beats` finds them.
        swing
            ``"auto"`` to look for it; None to write what is played; the share of a
            pair that its first note takes (2/3) where it is known.
        finest
            The shortest part of a beat, in quarters (1/4 for sixteenths).

        Returns
        -------
        Quantized
            Beside how it was played; its `score` is the music on the grid.

        Raises
        ------
        ScoreError
            Where an option makes no sense, or the score has no end.
        """
        return answer("Score.quantized", self, beats=beats, swing=swing, finest=finest)

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
    def from_music21(stream: Any) -> Score:
        """The notes of a music21 Stream, with voices, spelling, part names, metres, tempo, key and lyrics.

        Parameters
        ----------
        stream
            A Score or a Part. Repeats are not played out, tied notes are one.
        """
        score: Score = answer("Score.from_music21", stream)
        return score

    def to_music21(self) -> Any:
        """A music21 Score in bars, tied and beamed by the metre; times are rounded to 1/24 of a quarter."""
        return answer("Score.to_music21", self)

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

        return note_array_of(self._score, part)

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

        return dataframe_of(self._score)

    def to_bytes(self) -> bytes:
        """The MIDI file as bytes."""
        return bytes(answer("Score.to_bytes", self))

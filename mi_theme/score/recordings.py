"""A recording: a score's sound as a value that plays itself in a notebook and saves itself."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from mi_theme.guesses import Guessed
from mi_theme.hooks import answer

__all__ = ["Recording"]


@dataclass(frozen=True, eq=False)
class Recording(Guessed):
    """The sound of a score.

    In a notebook it shows a player; elsewhere `save` writes it.

    Attributes
    ----------
    samples
        Shape (frames, channels), float32, -1 to 1; read-only.
    rate
        Frames a second.
    soundfont
        Name of the soundfont that gave the sounds, with its licence where it is known.
    gain
        1, or less where the music was so loud that it was brought down.
    title
        What it is called in the player.
    """

    samples: NDArray[np.float32]
    rate: int
    soundfont: str = ""
    gain: float = 1.0
    title: str = ""

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate

    @property
    def channels(self) -> int:
        """1 for mono, 2 for stereo."""
        return int(self.samples.shape[1])

    @property
    def words(self) -> str:
        """Length, channels, rate, soundfont, and whether it was brought down."""
        minutes, seconds = divmod(round(self.seconds), 60)
        kind = "stereo" if self.channels == 2 else "mono"
        lowered = f", brought down by {-20 * np.log10(self.gain):.1f} dB" if self.gain < 1 else ""
        return f"{minutes}:{seconds:02d}, {kind}, {self.rate} Hz, {self.soundfont}{lowered}"

    def __repr__(self) -> str:
        return f"<Recording: {self.words}; a notebook shows a player, .save('name.wav') writes a file>"

    def to_bytes(self, ending: str = ".wav") -> bytes:
        """The bytes of a sound file, the same every time.

        Parameters
        ----------
        ending
            ``.wav``, ``.ogg``, ``.flac`` or ``.mp3``.

        Raises
        ------
        FileError
            Where sound of that kind cannot be written.
        MissingExtra
            For everything but WAV, without soundfile.
        """
        return bytes(answer("Recording.to_bytes", self, ending))

    def save(self, path: str | PathLike[str]) -> None:
        """Write a sound file, whole or not at all.

        Parameters
        ----------
        path
            Name ending in .wav, .ogg, .flac or .mp3.

        Raises
        ------
        FileError, MissingExtra, OSError
            Where the ending is unknown, a package missing, or the place not writable.
        """
        answer("Recording.save", self, path)

    def _repr_html_(self) -> str:
        return str(answer("Recording.player", self))

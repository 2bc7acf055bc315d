"""Diatonic steps for pitches that have none: which letter a note would be written with.

The first stage of ps13 (Meredith, 2006, The ps13 pitch spelling algorithm):
a note is spelled as it would be in the keys whose tonics sound most around it,
each pitch class counted as a tonic in a window of `BEFORE` notes back and
`AFTER` ahead. No durations, voices or key signatures are needed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["spelled_steps"]

BEFORE, AFTER = 10, 42  # notes; the values of the paper's best run
LETTER = np.array([0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6])  # letters above the tonic, by semitones above it
FIRST = np.array([0, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6, 6])  # letters above C of the first note
TONICS = np.arange(12)


def spelled_steps(pitch: ArrayLike) -> NDArray[np.int64]:
    """Diatonic steps (28 for C4) of notes in the order of their onsets.

    Parameters
    ----------
    pitch
        MIDI numbers, shape (n,).

    Returns
    -------
    array of int, shape (n,)
        Letters and octaves as one number; differences are intervals in steps.
    """
    pitches = np.asarray(pitch, np.int64)
    if not len(pitches):
        return np.zeros(0, np.int64)
    chroma = pitches % 12
    letters = (LETTER[(chroma[:, None] - TONICS) % 12] + _tonic_letters(int(chroma[0]))) % 7
    votes = _tonics_around(chroma)
    strength = np.stack([np.where(letters == letter, votes, 0).sum(1) for letter in range(7)], axis=1)
    return _nearest_octave(pitches, strength.argmax(1))


def _tonic_letters(first: int) -> NDArray[np.int64]:
    """The letter of each pitch class as a tonic, such that the first note is spelled as over C."""
    letters: NDArray[np.int64] = (FIRST[first] - LETTER[(first - TONICS) % 12]) % 7
    return letters


def _tonics_around(chroma: NDArray[np.int64]) -> NDArray[np.int64]:
    """How often each pitch class sounds around each note, shape (n, 12)."""
    count = len(chroma)
    heard = np.zeros((count + 1, 12), np.int64)
    np.cumsum(chroma[:, None] == TONICS, axis=0, out=heard[1:])
    rows = np.arange(count)
    return heard[np.minimum(rows + AFTER, count)] - heard[np.maximum(rows - BEFORE, 0)]


def _nearest_octave(pitches: NDArray[np.int64], letters: NDArray[np.int64]) -> NDArray[np.int64]:
    """The step with that letter that lies nearest to the pitch: B sharp 3 sounds as C4."""
    near = np.rint((pitches / 12 - 1) * 7 - letters).astype(np.int64)
    steps: NDArray[np.int64] = letters + 7 * np.rint(near / 7).astype(np.int64)
    return steps

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
BLOCK = 2**12  # notes that are counted at once


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
    named = (LETTER[(np.arange(12)[:, None] - TONICS) % 12] + _tonic_letters(int(chroma[0]))) % 7
    ways = named[:, None, :] == np.arange(7)[:, None]  # of a chroma the tonics that give it each letter
    best = np.empty(len(chroma), np.int64)
    for first in range(0, len(chroma), BLOCK):
        block = slice(first, first + BLOCK)
        strength = np.matmul(ways[chroma[block]], _tonics_around(chroma, block)[:, :, None])
        best[block] = strength[..., 0].argmax(1)
    return _nearest_octave(pitches, best)


def _tonic_letters(first: int) -> NDArray[np.int64]:
    """The letter of each pitch class as a tonic, such that the first note is spelled as over C."""
    letters: NDArray[np.int64] = (FIRST[first] - LETTER[(first - TONICS) % 12]) % 7
    return letters


def _tonics_around(chroma: NDArray[np.int64], block: slice) -> NDArray[np.int64]:
    """How often each pitch class sounds around each note of a block, shape (notes, 12)."""
    rows = np.arange(*block.indices(len(chroma)))
    low, high = np.maximum(rows - BEFORE, 0), np.minimum(rows + AFTER, len(chroma))
    heard = np.zeros((high[-1] - low[0] + 1, 12), np.int64)
    np.cumsum(chroma[low[0] : high[-1], None] == TONICS, axis=0, out=heard[1:])
    around: NDArray[np.int64] = heard[high - low[0]] - heard[low - low[0]]
    return around


def _nearest_octave(pitches: NDArray[np.int64], letters: NDArray[np.int64]) -> NDArray[np.int64]:
    """The step with that letter that lies nearest to the pitch: B sharp 3 sounds as C4."""
    near = np.rint((pitches / 12 - 1) * 7 - letters).astype(np.int64)
    steps: NDArray[np.int64] = letters + 7 * np.rint(near / 7).astype(np.int64)
    return steps

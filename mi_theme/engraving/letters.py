"""How notes are spelled that come without a spelling."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mi_theme.engraving.staves import Head, key_alterations
from mi_theme.pitch import MAJOR, MODES, Tonic
from mi_theme.score.spelling import spelled_steps

__all__ = ["heads_of", "inferred_steps"]

SHARPS = (0, 0, 1, 1, 2, 3, 3, 4, 4, 5, 5, 6)  # letters of the pitch classes where nothing better is known
MOST_SIGNS = 2  # sharps or flats that one note can have


def inferred_steps(notes: NDArray[np.void], fifths: int) -> NDArray[np.int64]:
    """The diatonic step of every note: as the score has it, else as in the keys that sound around it.

    What is inferred is moved a letter up or down where the key signature then has
    to be changed less: F sharp major or G flat major.
    """
    key = np.array([key_alterations(fifths).get(letter, 0) for letter in range(7)])
    found = spelled_steps(notes["pitch"])
    moved = [found + letters for letters in (0, -1, 1)]
    best = min(moved, key=lambda steps: int(np.abs(_signs(notes, steps) - key[steps % 7]).sum()))
    plain = np.array(SHARPS)[notes["pitch"] % 12] + 7 * (notes["pitch"] // 12 - 1)
    best = np.where(np.abs(_signs(notes, best)) <= MOST_SIGNS, best, plain)
    is_given = (notes["step"] >= 0) & (np.abs(_signs(notes, notes["step"])) <= MOST_SIGNS)
    made: NDArray[np.int64] = np.where(is_given, notes["step"], best)
    return made


def _signs(notes: NDArray[np.void], steps: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sharps or, negative, flats that notes have when they are written with these steps."""
    signs: NDArray[np.int64] = notes["pitch"] - 12 * (steps // 7 + 1) - np.array(MAJOR)[steps % 7]
    return signs


def heads_of(rows: NDArray[np.void], steps: NDArray[np.int64], key: tuple[Tonic, str]) -> Iterator[Head]:
    """The heads of a part's notes; a chromatic note that nobody spelled leads where it goes, up sharp and down flat."""
    pitches, given = rows["pitch"].tolist(), rows["step"].tolist()
    for index, (pitch, step) in enumerate(zip(pitches, steps.tolist(), strict=True)):
        later = index + 1 < len(pitches) and rows["onset"][index + 1] > rows["onset"][index]
        onward = pitches[index + 1] - pitch if later else 0
        leads = abs(onward) == 1 and pitch % 12 not in MAJOR and _is_chromatic(pitch, key)
        led = int(steps[index + 1]) - onward if leads and given[index] < 0 else step
        found = led if abs(pitch - Head(led).midi) <= 1 else step
        yield Head(found, pitch - Head(found).midi)


def _is_chromatic(pitch: int, key: tuple[Tonic, str]) -> bool:
    """Whether a pitch is outside the mode; the raised sixth and seventh of minor are inside."""
    tonic, mode = key
    scale = MODES[mode]
    return (pitch - tonic.pitch_class) % 12 not in (*scale, *((9, 11) if 3 in scale else ()))

"""How notes are spelled that come without a spelling: by the key, the keys that sound around, and where they go."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from mi_theme.notated.staves import key_alterations
from mi_theme.pitch import MAJOR, MODES, Tonic
from mi_theme.score.spelling import spelled_steps

__all__ = ["letter_steps"]

SHARPS = (0, 0, 1, 1, 2, 3, 3, 4, 4, 5, 5, 6)  # letters of the pitch classes where nothing better is known
LOWEST = -7  # the step of MIDI's key 0, a C
MOST_SIGNS = 2  # sharps or flats that one note can have
RAISED = (9, 11)  # semitones above the tonic: the sixth and seventh that minor raises
TRITONE = 6  # semitones above the tonic: in minor the raised fourth, whatever follows
FIFTHS = (0, 2, 4, -1, 1, 3, 5)  # of the letters from C
MIDDLE_OF_KEY, FARTHEST = (
    2,
    7,
)  # the second degree of major; fifths beyond which another name is nearer: in C from D flat to D sharp
SAME_MOMENT = 1e-6  # quarters


def letter_steps(notes: NDArray[np.void], fifths: int | NDArray[np.int64], key: tuple[Tonic, str]) -> NDArray[np.int64]:
    """The diatonic step of every note: as the score has it, else as it would be written.

    The keys that sound around give a first spelling. It is moved a letter up or down
    where the key signature then has to be changed less: F sharp major or G flat major.
    A chromatic note that goes on by a semitone leads there: up sharp, down flat. The
    raised seventh of minor is that and nothing else.

    Parameters
    ----------
    notes
        Pitched notes of the whole score, by onset and pitch, with the fields of `Score.note_table`.
    fifths
        The key signature, or that of each note, shape (n,).
    key
        Tonic and mode.

    Returns
    -------
    array of int, shape (n,)
        28 for middle C.
    """
    given = (notes["step"] >= 0) & (np.abs(_signs(notes["pitch"], notes["step"])) <= MOST_SIGNS)
    if given.all():
        return notes["step"].astype(np.int64)
    found = np.where(given, notes["step"], _surrounded(notes["pitch"], fifths))
    found = _near_home(notes["pitch"], _leading(notes, found, given, key), fifths)
    steps: NDArray[np.int64] = np.where(given, notes["step"], found)
    return steps


def _near_home(
    pitch: NDArray[np.int64], steps: NDArray[np.int64], fifths: int | NDArray[np.int64]
) -> NDArray[np.int64]:
    """Notes far from the key on the line of fifths by the other name that they have, twelve fifths nearer."""
    away = 7 * _signs(pitch, steps) + np.array(FIFTHS)[steps % 7] - (fifths + MIDDLE_OF_KEY)
    nearer: NDArray[np.int64] = steps + (away > FARTHEST) - (away < -FARTHEST)
    return nearer


def _surrounded(pitch: NDArray[np.int64], fifths: int | NDArray[np.int64]) -> NDArray[np.int64]:
    """As in the keys that sound around each note, on the side of the circle of fifths that the signature is on."""
    found = spelled_steps(pitch)
    best = found
    for signs in np.unique(fifths).tolist():
        key = np.array([key_alterations(signs).get(letter, 0) for letter in range(7)])
        mine = np.broadcast_to(fifths == signs, pitch.shape)
        moved = [found + letters for letters in (0, -1, 1)]
        least = min(moved, key=lambda steps: int(np.abs(_signs(pitch, steps) - key[steps % 7])[mine].sum()))
        best = np.where(mine, least, best)
    plain = np.array(SHARPS)[pitch % 12] + 7 * (pitch // 12 - 1)
    return np.where((np.abs(_signs(pitch, best)) <= MOST_SIGNS) & (best >= LOWEST), best, plain)


def _signs(pitch: NDArray[np.int64], steps: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sharps or, negative, flats that notes have when they are written with these steps."""
    signs: NDArray[np.int64] = pitch - 12 * (steps // 7 + 1) - np.array(MAJOR)[steps % 7]
    return signs


def _leading(
    notes: NDArray[np.void], steps: NDArray[np.int64], given: NDArray[np.bool_], key: tuple[Tonic, str]
) -> NDArray[np.int64]:
    """Chromatic notes that lead on, and the raised seventh, spelled by their direction."""
    tonic, mode = key
    minor = 3 in MODES[mode]
    scale = {*MODES[mode], *(RAISED if minor else ())}
    found = steps.copy()
    pitches, parts, onsets = notes["pitch"].tolist(), notes["part"].tolist(), notes["onset"].tolist()
    after: defaultdict[int, dict[int, int]] = defaultdict(dict)  # of a part: the steps of the pitches that come next
    current: dict[int, tuple[float, dict[int, int]]] = {}
    for row in range(len(pitches) - 1, -1, -1):
        pitch, part, onset = pitches[row], parts[row], onsets[row]
        at, chord = current.get(part, (onset, {}))
        if at - onset > SAME_MOMENT:
            after[part], chord = chord, {}
        degree = (pitch - tonic.pitch_class) % 12
        step = int(found[row])
        if not given[row]:
            if minor and degree == RAISED[1]:
                step = _near(7 * (pitch // 12 - 1) + (tonic.step - 1) % 7, pitch)
            elif degree not in scale and pitch % 12 not in MAJOR:
                for onward in (1,) if minor and degree == TRITONE else (1, -1):
                    if pitch + onward in after[part]:
                        led = after[part][pitch + onward] - onward
                        if abs(pitch - 12 * (led // 7 + 1) - MAJOR[led % 7]) <= 1:
                            step = led
                            break
        found[row] = chord[pitch] = step
        current[part] = onset, chord
    return found


def _near(step: int, pitch: int) -> int:
    """The step with the letter of this one that lies nearest to a pitch."""
    return min((step - 7, step, step + 7), key=lambda other: abs(12 * (other // 7 + 1) + MAJOR[other % 7] - pitch))

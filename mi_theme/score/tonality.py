"""The key that music is in: by its signature, or estimated from the notes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mi_theme.pitch import Tonic, key_named

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mi_theme.score import Score

__all__ = ["KeyEstimate", "estimated_key", "key_of", "tonic_of_signature"]

PROFILES = {  # probe-tone ratings, C as the tonic: Krumhansl and Kessler (1982)
    "major": (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    "minor": (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
}
KEY_NAMES = {  # each in the spelling with the fewest signs
    "major": ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"),
    "minor": ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"),
}


class KeyEstimate(NamedTuple):
    """Tonic and mode that fit the notes best, and the correlation, -1 to 1."""

    tonic: Tonic
    mode: str
    fit: float


def key_of(score: Score, tonic: str | Tonic | None = None, mode: str | None = None) -> tuple[Tonic, str]:
    """Tonic and mode: as given, else by the key signature, else estimated from the notes.

    Parameters
    ----------
    score
        Whose key it is.
    tonic, mode
        Given, or None.

    Returns
    -------
    tuple of (Tonic, str)
        Such as G and ``minor``.
    """
    tonic, mode = key_named(tonic, mode)
    if tonic is None and score.key:
        fifths, minor = score.key
        tonic = tonic_of_signature(fifths, minor)
        mode = mode or ("minor" if minor else "major")
    if tonic is None:
        tonic, estimated, _ = estimated_key(score)
        mode = mode or estimated
    return tonic, mode or "minor"


def tonic_of_signature(fifths: int, minor: bool) -> Tonic:
    """The tonic of a key signature.

    Parameters
    ----------
    fifths
        Its sharps; flats are less than 0.
    minor
        Whether it stands for the minor key.

    Returns
    -------
    Tonic
        Such as G, for two flats and minor.
    """
    place = fifths + (3 if minor else 0)
    alteration, letter = divmod(place + 1, 7)
    return Tonic("FCGDAEB"[letter] + ("#" * alteration if alteration > 0 else "b" * -alteration))


def estimated_key(score: Score) -> KeyEstimate:
    """The key whose profile fits the sounding time of the pitch classes best; C minor, with a fit of 0, where nothing tells.

    Krumhansl and Kessler (1982), probe-tone profiles; correlation as in
    Krumhansl (1990), Cognitive Foundations of Musical Pitch, chapter 4.

    Parameters
    ----------
    score
        Whose notes.

    Returns
    -------
    KeyEstimate
        Tonic, mode and correlation.
    """
    import numpy as np

    pitched = [index for index, part in enumerate(score.parts) if not part.is_percussion]
    notes = score.note_table()
    notes = notes[np.isin(notes["part"], pitched)]
    heard = np.bincount(notes["pitch"] % 12, weights=notes["duration"], minlength=12)
    if not heard.any() or np.ptp(heard) == 0:
        return KeyEstimate(Tonic("C"), "minor", 0.0)
    profiles, away = _profiles(), heard - heard.mean()
    fits = profiles @ away / np.sqrt(away @ away)
    best = int(fits.argmax())
    minor, major = (heard[(int(profiles[best].argmax()) + third) % 12] for third in (3, 4))
    if minor != major and (best >= 12) != (minor > major):  # of bare fifths no profile tells the mode, but a third does
        best = (best + 12) % 24
    mode, name = [(mode, name) for mode, names in KEY_NAMES.items() for name in names][best]
    return KeyEstimate(Tonic(name), mode, float(fits[best]))


@lru_cache(maxsize=1)
def _profiles() -> NDArray[np.float64]:
    """The profile of each key in the order of `KEY_NAMES`, less its mean, and of length 1: shape (24, 12)."""
    import numpy as np

    rolled = [np.roll(PROFILES[mode], Tonic(name).pitch_class) for mode, names in KEY_NAMES.items() for name in names]
    away = np.array(rolled) - np.mean(rolled, axis=1, keepdims=True)
    profiles: NDArray[np.float64] = away / np.linalg.norm(away, axis=1, keepdims=True)
    return profiles

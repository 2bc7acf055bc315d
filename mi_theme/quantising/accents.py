"""How much accent each chord has: loud, full, low and long ones sound like beats, new harmony like a downbeat."""

from __future__ import annotations

import numpy as np

from mi_theme.errors import ScoreError
from mi_theme.quantising.beatgrid import Floats, Ints
from mi_theme.quantising.chords import chords_of
from mi_theme.quantising.tracking import Onsets

__all__ = ["WEIGHTS", "changes_of", "onsets_of"]

# of standard deviations: loudness, size, lowness, length of the longest note, time to the next chord; the phenomenal
# accents of Lerdahl and Jackendoff (1983), "A generative theory of tonal music"
WEIGHTS = (0.7, 1.0, 1.0, 1.2, 0.75)
STEADY = (
    5.0,
    0.3,
    3.0,
    0.2,
    0.2,
)  # the least that counts as a standard deviation of each, or unevenness would be accent
LEAST = 0.7  # and of their sum
CLIPPED = (-2.0, 2.5)  # standard deviations
BEAT = 0.5  # seconds of a beat, before one is known
EARLY, MIDDLE_C = 0.05, 60  # seconds that a note of a beat may come before it; lower notes are bass
SHORTEST, LONGEST = 0.03, 2.0  # seconds that count as a time to the next chord


def onsets_of(seconds: Floats, lasts: Floats, pitch: Ints, velocity: Ints) -> Onsets:
    """Chords with their accents.

    Parameters
    ----------
    seconds, lasts
        Onsets and lengths of notes in any order, shape (n,).
    pitch, velocity
        MIDI numbers.

    Raises
    ------
    ScoreError
        Where a time is not finite.
    """
    if not np.isfinite(seconds).all():
        raise ScoreError("onsets are finite numbers of seconds")
    if not len(seconds):
        return Onsets(np.zeros(0), np.zeros(0))
    order = np.lexsort((pitch, seconds))
    seconds, lasts, pitch, velocity = seconds[order], lasts[order], pitch[order], velocity[order]
    chord = chords_of(seconds, pitch, np.full(len(seconds), BEAT))
    size = np.bincount(chord)
    at = np.maximum.accumulate(np.bincount(chord, seconds) / size)
    loud, low, long = np.zeros(len(size)), np.full(len(size), np.inf), np.zeros(len(size))
    np.maximum.at(loud, chord, velocity)
    np.minimum.at(low, chord, pitch)
    np.maximum.at(long, chord, lasts)
    gap = np.clip(np.append(np.diff(at), BEAT), SHORTEST, LONGEST)
    features = (loud, np.log2(size), -low, np.log(long + 0.05), np.log(gap))
    total = np.zeros(len(size))
    for weight, feature, least in zip(WEIGHTS, features, STEADY, strict=True):
        total += weight * _standard(feature, least)
    return Onsets(at, np.clip(_standard(total, LEAST), *CLIPPED))


def changes_of(seconds: Floats, lasts: Floats, pitch: Ints, beats: Floats) -> Floats:
    """How far the harmony of each beat is from that of the beat before, from 0 to 1.

    One minus the cosine of what pitch classes begin in the beats, long and low notes
    counting more: harmony changes on downbeats (Goto, 2001, "An audio-based real-time beat
    tracking system for music with or without drum-sounds").

    Parameters
    ----------
    seconds, lasts, pitch
        Notes in any order, shape (n,).
    beats
        Seconds, ascending, shape (m,).
    """
    beat = np.clip(np.searchsorted(beats, seconds + EARLY, "right") - 1, 0, len(beats) - 1)
    weight = np.log1p(10 * np.minimum(lasts, LONGEST)) * (1 + np.clip((MIDDLE_C - pitch) / 24, 0, 1))
    profile: Floats = np.bincount(beat * 12 + pitch % 12, weight, len(beats) * 12).reshape(-1, 12).astype(float)
    profile = profile / np.maximum(np.linalg.norm(profile, axis=1, keepdims=True), 1e-9)
    found: Floats = np.append(0.0, 1 - (profile[1:] * profile[:-1]).sum(axis=1))
    return found


def _standard(column: Floats, least: float) -> Floats:
    found: Floats = (column - column.mean()) / max(column.std(), least)
    return found

"""A score as samples: the synthesizer's own sound, never overdriven, with its ring at the end.

midirenderer makes 16-bit stereo at 48 kHz, sounds 64 voices at once and stops at
the last event. So the score gets silence to ring in, and where that is too loud
or too thick it is rendered in several groups of keys, which are added: the
synthesizer is linear, so the sum is the same sound.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import FileError, MissingExtra, ScoreError
from mi_theme.score import PERCUSSION, Event, Score, TimingWarning, Track
from mi_theme.score import messages as m

__all__ = ["RATE", "synthesized", "synthesizer"]

Samples = NDArray[np.float32]

RATE = 48_000
HEADER = 44  # bytes before the samples of a WAV file
FULL = 32767
LONGEST_SOUND = 30 * 60  # seconds
NOTES_AT_ONCE = (
    24  # that sound at once without taking voices from each other: 64 voices, two a note, and some that ring
)
MOST_GROUPS = 16
RELEASE = 0.5  # seconds that a note rings on, roughly
PEDAL, ALL_OFF = 64, 123
SECOND = 2  # quarters in a second of the silence at the end: 120 a minute


def synthesized(score: Score, font: bytes, ring: float) -> Samples:
    """The sound of a score.

    Parameters
    ----------
    font
        The bytes of a soundfont.
    ring
        Seconds after the score's last event, in which all keys are let go.

    Returns
    -------
    array of float32, shape (n, 2)
        Samples at 48 kHz; 1 is full scale, and more where parts add up to more.

    Raises
    ------
    MissingExtra, ScoreError, FileError
        Without midirenderer; where the score is too long; where the soundfont is damaged.
    """
    seconds = score.tempos.seconds(score.quarters)
    if seconds > LONGEST_SOUND:
        raise ScoreError(
            f"the score lasts {seconds / 60:.0f} minutes, sound at most {LONGEST_SOUND // 60}: take a passage"
        )
    ringing = _ringing(score, ring)
    count = min(max(ceil(_most_sounding(score) / NOTES_AT_ONCE), 1), MOST_GROUPS)
    while True:
        total = np.zeros((0, 2), np.float32)
        for group in _groups(ringing, count):
            sound = _rendered(group, font)
            if count < MOST_GROUPS and _is_overdriven(sound):
                break
            total = _added(total, sound)
        else:
            total /= np.float32(FULL)
            return total
        count *= 2


def synthesizer() -> Callable[[bytes, bytes], bytes]:
    """What makes a WAV file of a soundfont and a MIDI file.

    Raises
    ------
    MissingExtra
        Without midirenderer.
    """
    try:
        from midirenderer import render_wave_from
    except ImportError as error:
        raise MissingExtra.named("midirenderer", "audio") from error
    render: Callable[[bytes, bytes], bytes] = render_wave_from
    return render


def _ringing(score: Score, ring: float) -> Score:
    """The score with all keys and pedals let go at its end, and silence after it."""
    channels = sorted({part.channel for part in score.parts})
    quiet = [Event(score.end, m.control(channel, number, 0)) for channel in channels for number in (PEDAL, ALL_OFF)]
    end = score.end + round(ring * SECOND * score.ticks_per_quarter)
    closing = [Event(score.end, m.tempo(60_000_000 // (60 * SECOND))), *quiet, Event(end, m.end_of_track())]
    return replace(score, tracks=(*score.tracks, Track.of(closing)), kind=1)


def _groups(score: Score, count: int) -> Iterator[Score]:
    """The score in parts that share no key; percussion stays whole, for its strokes can stop each other."""
    if count == 1:
        yield score
        return
    for group in range(count):
        yield replace(score, tracks=tuple(_keys_of_group(track, group, count) for track in score.tracks))


def _keys_of_group(track: Track, group: int, count: int) -> Track:
    """A track with the notes of one group, and everything that is no note."""
    events = track.events
    kind, channel = events["status"] & 0xF0, events["status"] & 15
    mine = np.where(channel == PERCUSSION, 0, (events["data1"].astype(int) + channel) % count) == group
    return Track.of_array(events[mine | ((kind != m.NOTE_ON) & (kind != m.NOTE_OFF))], track.payloads)


def _most_sounding(score: Score) -> int:
    """The most notes that sound at once, pedals and ringing included."""
    if not len(score.spans):
        return 0
    quarter = score.ticks_per_quarter
    starts = score.tempos.clock(score.spans["start"] / quarter)
    ends = score.tempos.clock(_let_go(score) / quarter) + RELEASE
    order = np.concatenate([starts, ends]).argsort(kind="stable")
    return int(np.where(order < len(starts), 1, -1).cumsum().max())


def _let_go(score: Score) -> NDArray[np.int64]:
    """Ticks at which notes are let go: their ends, or where the pedal comes up after them."""
    ends: NDArray[np.int64] = score.spans["stop"].copy()
    for index, track in enumerate(score.tracks):
        events = track.events
        pedals = events[((events["status"] & 0xF0) == m.CONTROL) & (events["data1"] == PEDAL)]
        if len(pedals):
            up = np.flatnonzero(pedals["data2"] < 64)
            ticks = np.append(pedals["tick"][up], score.end)
            mine = score.spans["track"] == index
            before = np.searchsorted(pedals["tick"], ends[mine], "right") - 1
            down = (before >= 0) & (pedals["data2"][before] >= 64)
            ends[mine] = np.where(down, ticks[np.searchsorted(up, before)], ends[mine])
    return ends


def _rendered(score: Score, font: bytes) -> NDArray[np.int16]:
    """What the synthesizer makes of it, shape (n, 2)."""
    render = synthesizer()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TimingWarning)  # a millionth of a quarter is not heard
        data = score.to_bytes()
    try:
        wave = render(font, data)
    except (RuntimeError, ValueError) as error:
        raise FileError(f"the sound cannot be made: {error}") from None
    return np.frombuffer(wave, "<i2", offset=HEADER).reshape(-1, 2)


def _is_overdriven(sound: NDArray[np.int16]) -> bool:
    return bool(sound.max(initial=0) >= FULL or sound.min(initial=0) <= -FULL)


def _added(total: Samples, sound: NDArray[np.int16]) -> Samples:
    """Both; of the same score, and yet now and then one frame longer or shorter."""
    if len(total) < len(sound):
        longer = sound.astype(np.float32)
        longer[: len(total)] += total
        return longer
    total[: len(sound)] += sound
    return total

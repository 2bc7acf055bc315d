"""MIDI files through mido, message by message."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import count
from typing import TYPE_CHECKING

from mi_theme.errors import FileError, MiThemeError
from mi_theme.score import Event, Score, Track
from mi_theme.score import messages as m

if TYPE_CHECKING:
    import mido

__all__ = ["parse", "write"]

LARGEST_RESOLUTION = 32767  # ticks in a quarter that fifteen bits hold


def parse(data: bytes, source: str = "") -> Score:
    """Read the bytes of a MIDI file of type 0 or 1, losing nothing.

    Raises
    ------
    FileError
        Where it is damaged, or counts in SMPTE frames, or is of type 2.
    """
    where = source or "MIDI data"
    if data[:4] != b"MThd":
        raise FileError(f"{where}: {'an empty file' if not data else 'not a MIDI file'}")
    file = _loaded(data, where)
    _check_header(file, where)
    try:
        numbers = count()
        tracks = tuple(Track.of(_events(track, numbers)) for track in file.tracks)
        kind = 0 if file.type == 0 and len(tracks) == 1 else 1
        score = Score(file.ticks_per_beat, tracks, kind, source)
        _ = score.meters  # a signature that makes no metre is refused here, not later
    except MiThemeError as error:
        raise FileError(f"{where}: a time signature is damaged: {error}") from None
    except (IndexError, ValueError, OverflowError) as error:
        raise FileError(f"{where}: damaged: {error}") from None
    return score


def write(score: Score, *, exact: bool = False) -> bytes:
    """The bytes of a MIDI file.

    A resolution that a file cannot hold is brought down: exactly if it can be,
    else to the nearest tick, with a `TimingWarning` that gives the largest error.

    Raises
    ------
    FileError
        With `exact`, where ticks would have to be rounded.
    """
    import mido

    resolution, ticks = _fitted(score, exact)
    file = mido.MidiFile(type=score.kind, ticks_per_beat=resolution)
    for track, times in zip(score.tracks, ticks, strict=True):
        file.tracks.append(mido.MidiTrack(_mido_messages(track, times)))
    buffer = BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def _loaded(data: bytes, where: str) -> mido.MidiFile:
    import mido

    try:
        with _timed_metas():
            return mido.MidiFile(file=BytesIO(data))
    except EOFError:
        raise FileError(f"{where}: the file ends too early") from None
    except Exception as error:  # mido raises OSError, ValueError, IndexError, KeySignatureError ... on damage
        raise FileError(f"{where}: damaged: {str(error) or type(error).__name__}") from None


@contextmanager
def _timed_metas() -> Iterator[None]:
    """mido 1.3 forgets the delta time of meta events that it does not know: keep it."""
    from mido.midifiles import midifiles

    build = midifiles.build_meta_message

    def timed(kind: int, data: list[int], delta: int = 0) -> mido.MetaMessage:
        message = build(kind, data, delta)
        message.time = delta
        return message

    midifiles.build_meta_message = timed
    try:
        yield
    finally:
        midifiles.build_meta_message = build


def _check_header(file: mido.MidiFile, where: str) -> None:
    if file.type not in (0, 1, 2):
        raise FileError(f"{where}: damaged: there is no MIDI file of type {file.type}")
    if file.type == 2:
        raise FileError(f"{where}: a MIDI file of type 2 (separate songs); types 0 and 1 can be read")
    if file.ticks_per_beat < 0:
        raise FileError(f"{where}: it counts in SMPTE frames, not in beats")
    if file.ticks_per_beat == 0:
        raise FileError(f"{where}: damaged: no ticks in a quarter")
    if not file.tracks:
        raise FileError(f"{where}: no tracks")


def _events(track: mido.MidiTrack, numbers: Iterator[int]) -> Iterator[Event]:
    """The events of a track; its notes take the next numbers of the file."""
    tick = 0
    for message in track:
        tick += message.time
        data = bytes(message.bytes())
        if m.SYSEX < data[0] < m.META:
            raise ValueError(f"a system message {data[0]:X}, which no file may hold")
        begins = not message.is_meta and data[0] & 0xF0 == m.NOTE_ON and data[2] > 0
        yield Event(tick, _without_length(data), id=next(numbers) if begins else -1)


def _without_length(data: bytes) -> bytes:
    """A file's meta event without its length, its system exclusive without its closing byte."""
    if data[0] == m.META:
        start = next(i for i in range(2, len(data)) if data[i] < 0x80) + 1
        return data[:2] + data[start:]
    return data[:-1] if data[0] == m.SYSEX else data


def _mido_messages(track: Track, ticks: list[int]) -> Iterator[mido.Message | mido.MetaMessage]:
    import mido

    before = 0
    for event, tick in zip(track, ticks, strict=True):
        data, delta = event.message, tick - before
        before = tick
        if data[0] == m.META:
            message = mido.midifiles.meta.build_meta_message(data[1], list(data[2:]))
            message.time = delta
            yield message
        elif data[0] == m.SYSEX:
            yield mido.Message("sysex", data=data[1:], time=delta)
        else:
            yield mido.Message.from_bytes(data, time=delta)


def _fitted(score: Score, exact: bool) -> tuple[int, list[list[int]]]:
    """A resolution that a file can hold, and the ticks of each track in it."""
    if score.ticks_per_quarter > LARGEST_RESOLUTION:
        from mi_theme.files.resolutions import brought_down

        return brought_down(score, LARGEST_RESOLUTION, exact)
    return score.ticks_per_quarter, [[event.tick for event in track] for track in score.tracks]

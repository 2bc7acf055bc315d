"""MIDI files through mido, message by message; symusic for notes in bulk."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import FileError, MissingExtra, MiThemeError
from mi_theme.score import NOTE, Event, Score, Track
from mi_theme.score import messages as m
from mi_theme.score.building import TimingWarning

if TYPE_CHECKING:
    import mido

__all__ = ["parse", "read_notes", "write"]

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
        tracks = tuple(Track.of(_events(track)) for track in file.tracks)
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


def read_notes(path: str | PathLike[str]) -> NDArray[np.void]:
    """The notes of a MIDI file and nothing else, fast.

    Returns
    -------
    structured array, shape (n,)
        As `Score.note_table`; ``part`` counts symusic's tracks (one for each
        channel, program and track).

    Raises
    ------
    FileError
        Where the file cannot be read.
    MissingExtra
        Where symusic is not installed.
    """
    try:
        import symusic
    except ImportError:
        raise MissingExtra.named("symusic", "fast") from None
    try:
        score: Any = symusic.Score.from_file(fspath(path), ttype="tick", format="midi")
    except Exception as error:  # each version raises its own kinds
        raise FileError(f"{path}: {str(error).splitlines()[0] if str(error) else 'damaged'}") from None
    if score.ticks_per_quarter <= 0:
        raise FileError(f"{path}: no ticks in a quarter")
    return _bulk_table(score)


def _bulk_table(score: Any) -> NDArray[np.void]:
    blocks = []
    for index, track in enumerate(score.tracks):
        columns = track.notes.numpy()
        block = np.zeros(len(columns["time"]), NOTE)
        block["onset"] = columns["time"] / score.ticks_per_quarter
        block["duration"] = columns["duration"] / score.ticks_per_quarter
        block["pitch"], block["velocity"], block["part"], block["step"] = (
            columns["pitch"],
            columns["velocity"],
            index,
            -1,
        )
        blocks.append(block)
    table = np.concatenate(blocks) if blocks else np.zeros(0, NOTE)
    table["id"] = np.arange(len(table))
    return table[np.lexsort((table["part"], table["pitch"], table["onset"]))]


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


def _events(track: mido.MidiTrack) -> Iterator[Event]:
    tick = number = 0
    for message in track:
        tick += message.time
        data = bytes(message.bytes())
        if m.SYSEX < data[0] < m.META:
            raise ValueError(f"a system message {data[0]:X}, which no file may hold")
        begins = not message.is_meta and data[0] & 0xF0 == m.NOTE_ON and data[2] > 0
        yield Event(tick, _without_length(data), id=number if begins else -1)
        number += begins


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
    ticks = [track.events["tick"] for track in score.tracks]
    if score.ticks_per_quarter <= LARGEST_RESOLUTION:
        return score.ticks_per_quarter, [times.tolist() for times in ticks]
    common = int(np.gcd.reduce(np.concatenate([*ticks, np.array([score.ticks_per_quarter])])))
    if score.ticks_per_quarter // common <= LARGEST_RESOLUTION:
        return score.ticks_per_quarter // common, [(times // common).tolist() for times in ticks]
    return LARGEST_RESOLUTION, _rounded(ticks, score.ticks_per_quarter, exact)


def _rounded(ticks: list[NDArray[np.int64]], resolution: int, exact: bool) -> list[list[int]]:
    """Ticks at the largest resolution, to the nearest; in all tracks equal ones stay equal, different ones different."""
    different, place = np.unique(np.concatenate(ticks), return_inverse=True)
    steps = np.arange(len(different))
    nearest = (different * LARGEST_RESOLUTION * 2 + resolution) // (2 * resolution)
    apart = np.maximum.accumulate(nearest - steps) + steps
    error = np.abs(apart / LARGEST_RESOLUTION - different / resolution).max(initial=0)
    if error and exact:
        raise FileError(f"ticks of 1/{resolution} of a quarter do not fit into a MIDI file exactly")
    if error:
        warnings.warn(f"times rounded by at most {error:.2g} quarters to fit a MIDI file", TimingWarning, stacklevel=3)
    tracks = np.split(apart[place], np.cumsum([len(times) for times in ticks])[:-1])
    return [times.tolist() for times in tracks]

"""The notes of MIDI files and nothing else, fast: through symusic."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import FileError, MissingExtra, TextError
from mi_theme.files.bulk.sheets import Sheet, SheetHeading
from mi_theme.meter import Meter
from mi_theme.score import MeterMap
from mi_theme.score.notes import NOTE

__all__ = ["parse_notes", "parse_sheet"]

KEY_BITS = 7  # of a number that notes are sorted by
FEW_SIGNATURES = 8  # of a file: what most state is one of few, and stays known
SEPARATE_SONGS = b"\0\2"  # the type in the header of a file that symusic takes for an empty one


def parse_sheet(data: bytes, source: str = "") -> Sheet:
    """The notes, part names and metres of a MIDI file.

    Raises
    ------
    FileError
        Where it is damaged.
    MissingExtra
        Without symusic.
    """
    score = _parsed(data, source)
    tracks = list(score.tracks)
    names = tuple(track.name or f"Track {index + 1}" for index, track in enumerate(tracks))
    drums = frozenset(index for index, track in enumerate(tracks) if track.is_drum)
    signatures = tuple((said.time, said.numerator, said.denominator) for said in score.time_signatures)
    meters = (_meters if len(signatures) < FEW_SIGNATURES else _meters.__wrapped__)(score.ticks_per_quarter, signatures)
    return Sheet(_bulk_table(tracks, score.ticks_per_quarter), names, meters, source, drums, _heading(score))


def parse_notes(data: bytes, source: str = "") -> NDArray[np.void]:
    """The notes alone.

    Raises
    ------
    FileError, MissingExtra
        As `parse_sheet`.
    """
    score = _parsed(data, source)
    return _bulk_table(score.tracks, score.ticks_per_quarter)


def _parsed(data: bytes, source: str) -> Any:
    """symusic's score of the bytes, in ticks."""
    where = source or "MIDI data"
    try:
        import symusic
    except ImportError:
        raise MissingExtra.named("symusic", "fast") from None
    if data[:4] not in (b"MThd", b"RIFF"):
        raise FileError(f"{where}: not a MIDI file")
    if data[:4] == b"MThd" and data[8:10] == SEPARATE_SONGS:
        raise FileError(f"{where}: a MIDI file of type 2 (separate songs); types 0 and 1 can be read")
    if b"MTrk" not in data:
        raise FileError(f"{where}: no tracks")
    try:
        score: Any = symusic.Score.from_midi(data, ttype="tick")
    except Exception as error:  # each version raises its own kinds
        said = (str(error).splitlines() or [""])[0].removeprefix("MiniMidi: Invaild midi file! ")
        said = said.removesuffix(": iostream error")
        raise FileError(f"{where}: a damaged MIDI file{f': {said}' if said else ''}") from None
    if score.ticks_per_quarter <= 0:
        raise FileError(f"{where}: no ticks in a quarter")
    return score


def _heading(score: Any) -> SheetHeading:
    tempos, keys = score.tempos, score.key_signatures
    tempo = round(6e7 / tempos[0].mspq, 3) if len(tempos) and tempos[0].mspq > 0 else None
    key = (int(keys[0].key), bool(keys[0].tonality)) if len(keys) and -7 <= keys[0].key <= 7 else None
    return SheetHeading(tempo, key)


@lru_cache(maxsize=1024)
def _meters(ticks: int, signatures: tuple[tuple[int, int, int], ...]) -> MeterMap:
    """The metres of signatures (tick, numerator, denominator); of those that make one."""
    said = []
    for time, numerator, denominator in signatures:
        with suppress(TextError):
            said.append((Fraction(time, ticks), Meter.of(numerator, denominator)))
    return MeterMap.of(said)


def _bulk_table(tracks: Iterable[Any], ticks: int) -> NDArray[np.void]:
    """The notes of all tracks, by onset, pitch and part, those of one track in their order."""
    listed = [track.notes.numpy() for track in tracks]
    counts = [len(columns["time"]) for columns in listed]
    table = np.zeros(sum(counts), NOTE)
    if len(table):
        time, duration, pitch, velocity = (
            np.concatenate([columns[name] for columns in listed]) for name in ("time", "duration", "pitch", "velocity")
        )
        part = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        order = np.argsort(time.astype(np.int64) << KEY_BITS | pitch, kind="stable")  # parts are in order already
        table["onset"], table["duration"] = time[order] / ticks, duration[order] / ticks
        table["pitch"], table["velocity"], table["part"] = pitch[order], velocity[order], part[order]
        table["step"], table["id"] = -1, order
    table.setflags(write=False)
    return table

"""The notes of MIDI files and nothing else, fast: through symusic."""

from __future__ import annotations

from collections.abc import Iterator
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

KEY_BITS, PART_BITS = 7, 20  # of a number that notes are sorted by: a key, and more parts than a file has
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
    names = tuple(track.name or f"Track {index + 1}" for index, track in enumerate(score.tracks))
    drums = frozenset(index for index, track in enumerate(score.tracks) if track.is_drum)
    return Sheet(_bulk_table(score), names, MeterMap.of(_meters(score)), source, drums, _heading(score))


def parse_notes(data: bytes, source: str = "") -> NDArray[np.void]:
    """The notes alone.

    Raises
    ------
    FileError, MissingExtra
        As `parse_sheet`.
    """
    return _bulk_table(_parsed(data, source))


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


def _meters(score: Any) -> Iterator[tuple[Fraction, Meter]]:
    """The signatures that make a metre."""
    for signature in score.time_signatures:
        try:
            meter = _meter(signature.numerator, signature.denominator)
        except TextError:
            continue
        yield Fraction(signature.time, score.ticks_per_quarter), meter


_meter = lru_cache(maxsize=256)(Meter.of)


def _bulk_table(score: Any) -> NDArray[np.void]:
    """The notes of all tracks, by onset, pitch and part, those of one track in their order."""
    tracks = [track.notes.numpy() for track in score.tracks]
    counts = [len(columns["time"]) for columns in tracks]
    table = np.zeros(sum(counts), NOTE)
    if not len(table):
        table.setflags(write=False)
        return table
    time, duration, pitch, velocity = (
        np.concatenate([columns[name] for columns in tracks]) for name in ("time", "duration", "pitch", "velocity")
    )
    part = np.repeat(np.arange(len(tracks)), counts)
    order = np.argsort(((time.astype(np.int64) << KEY_BITS | pitch) << PART_BITS) | part, kind="stable")
    table["onset"] = time[order] / score.ticks_per_quarter
    table["duration"] = duration[order] / score.ticks_per_quarter
    table["pitch"], table["velocity"], table["part"] = pitch[order], velocity[order], part[order]
    table["step"], table["id"] = -1, order
    table.setflags(write=False)
    return table

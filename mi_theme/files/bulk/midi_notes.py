"""The notes of files and nothing else, fast: MIDI through symusic, MusicXML by lxml's events."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import FileError, MissingExtra, TextError
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.meter import Meter
from mi_theme.score import MeterMap
from mi_theme.score.notes import NOTE

__all__ = ["read_notes", "read_sheet"]


def read_notes(path: str | PathLike[str]) -> NDArray[np.void]:
    """The notes of a MIDI or MusicXML file and nothing else, fast.

    Returns
    -------
    structured array, shape (n,)
        As `Score.note_table`; in MIDI ``part`` counts symusic's tracks (one
        for each channel, program and track), in MusicXML staves.

    Raises
    ------
    FileError
        Where the file cannot be read.
    MissingExtra
        Where it is MIDI and symusic is not installed.
    """
    return read_sheet(path).table


def read_sheet(path: str | PathLike[str]) -> Sheet:
    """The notes, part names and metres of a MIDI or MusicXML file, fast.

    Raises
    ------
    FileError, MissingExtra, OSError
        As `read_notes`; where it cannot be opened.
    """
    from mi_theme.files import XML_ENDINGS, bytes_of

    if Path(path).suffix.lower() not in XML_ENDINGS:
        return _midi_sheet(path)
    from mi_theme.files.bulk.musicxml_notes import parse_partwise

    return parse_partwise(*bytes_of(path))


def _midi_sheet(path: str | PathLike[str]) -> Sheet:
    if not _is_midi(path):
        raise FileError(f"{path}: not a MIDI file")
    try:
        import symusic
    except ImportError:
        raise MissingExtra.named("symusic", "fast") from None
    try:
        score: Any = symusic.Score.from_file(fspath(path), ttype="tick", format="midi")
    except Exception as error:  # each version raises its own kinds
        raise FileError(f"{path}: a damaged MIDI file{_said(error)}") from None
    if score.ticks_per_quarter <= 0:
        raise FileError(f"{path}: no ticks in a quarter")
    names = tuple(track.name or f"Track {index + 1}" for index, track in enumerate(score.tracks))
    drums = frozenset(index for index, track in enumerate(score.tracks) if track.is_drum)
    return Sheet(_bulk_table(score), names, MeterMap.of(_meters(score)), fspath(path), drums)


def _is_midi(path: str | PathLike[str]) -> bool:
    """Whether it begins as a MIDI file does, alone or in a RIFF envelope."""
    with Path(path).open("rb") as file:
        return file.read(4) in (b"MThd", b"RIFF")


def _said(error: Exception) -> str:
    """What symusic says, without what it always says."""
    said = (
        (str(error).splitlines() or [""])[0]
        .removeprefix("MiniMidi: Invaild midi file! ")
        .removesuffix(": iostream error")
    )
    return f": {said}" if said else ""


def _meters(score: Any) -> Iterator[tuple[Fraction, Meter]]:
    """The signatures that make a metre."""
    for signature in score.time_signatures:
        try:
            meter = Meter.of(signature.numerator, signature.denominator)
        except TextError:
            continue
        yield Fraction(signature.time, score.ticks_per_quarter), meter


def _bulk_table(score: Any) -> NDArray[np.void]:
    blocks = []
    for index, track in enumerate(score.tracks):
        columns = track.notes.numpy()
        block = np.zeros(len(columns["time"]), NOTE)
        block["onset"] = columns["time"] / score.ticks_per_quarter
        block["duration"] = columns["duration"] / score.ticks_per_quarter
        block["pitch"], block["velocity"] = columns["pitch"], columns["velocity"]
        block["part"], block["step"] = index, -1
        blocks.append(block)
    table = np.concatenate(blocks) if blocks else np.zeros(0, NOTE)
    table["id"] = np.arange(len(table))
    table = table[np.lexsort((table["part"], table["pitch"], table["onset"]))]
    table.setflags(write=False)
    return table

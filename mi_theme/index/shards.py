"""Shards: some pieces of a corpus, with their seeds, in one file; and beside it a row of JSON for each piece."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cached_property, lru_cache
from hashlib import blake2b
from pathlib import Path
from zlib import crc32

import msgspec
import numpy as np
from numpy.typing import NDArray

from mi_theme.errors import FileError
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.files.disk import replace_file
from mi_theme.index.array_files import ArrayFile, write_arrays
from mi_theme.index.joining import joined_lines
from mi_theme.index.seeds import LARGEST, Postings
from mi_theme.index.stored_notes import NoteLines, table_of_rows
from mi_theme.meter import Meter
from mi_theme.score import MeterMap
from mi_theme.score.tonality import tonic_of_signature

__all__ = ["Shard", "ShardRow", "StoredPiece", "merged", "number_of_hash", "piece_row", "shard_of"]

#: arrays that are as large as the music, and whose every value can be borne: `Shard.damaged` looks at them
LARGE = ("height", "gap", "length", "step", "outer", "entry", "kept")
ENDING, ROWS_ENDING = ".shard", ".pieces.jsonl"


class ShardRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A shard, as a table of contents lists it.

    Attributes
    ----------
    name
        Of its files, without the endings ``.shard`` and ``.pieces.jsonl``.
    pieces, notes, heights, size
        How many; the places that seeds may name; bytes of both files.
    rows_sum
        The checksum of its rows of JSON.
    dropped
        The numbers of pieces that count no longer.
    """

    name: str
    pieces: int
    notes: int
    heights: int
    size: int
    rows_sum: int
    dropped: tuple[int, ...] = ()


class StoredPiece(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of a piece, as its row of JSON says it; what has its default is left out of the row.

    Attributes
    ----------
    hash
        Of the content of the file.
    tune
        Its number in a book of tunes; 0 where the file is one piece.
    notes
        How many, drums among them.
    parts, drums
        The names of its parts, and the numbers of those without pitch.
    meter
        The metre of its first whole bar, with its groups; empty where none is stated.
    meters
        Every (position in quarters, metre) as text.
    pickup, stated, whole
        As `MeterMap` has them.
    tempo
        Quarters a minute at its beginning; None where nothing is said.
    key, title, composer
        As the file says; empty where it does not.
    """

    hash: str
    tune: int = 0
    notes: int = 0
    parts: tuple[str, ...] = ()
    drums: tuple[int, ...] = ()
    meter: str = ""
    meters: tuple[tuple[str, str], ...] = ()
    pickup: str = "0"
    stated: bool = True
    whole: bool = False
    tempo: float | None = None
    key: str = ""
    title: str = ""
    composer: str = ""

    @property
    def meter_map(self) -> MeterMap:
        """Its metres."""
        changes = tuple((Fraction(at), Meter(meter)) for at, meter in self.meters)
        return MeterMap(changes, Fraction(self.pickup), self.stated, self.whole)


def piece_row(sheet: Sheet, content: str, tune: int) -> StoredPiece:
    """What there is to say of a sheet.

    Parameters
    ----------
    sheet
        As it was read.
    content, tune
        The hash of its file, and its number in a book.
    """
    meters = sheet.meters
    meter, changes, pickup = _meter_words(meters)
    return StoredPiece(
        hash=content,
        tune=tune,
        notes=len(sheet.table),
        parts=sheet.names,
        drums=tuple(sorted(sheet.drums)),
        meter=meter,
        meters=changes,
        pickup=pickup,
        stated=meters.stated,
        whole=meters.whole,
        tempo=sheet.heading.tempo,
        key=_key_words(sheet.heading.key),
        title=sheet.heading.title,
        composer=sheet.heading.composer,
    )


@lru_cache(maxsize=1024)
def _meter_words(meters: MeterMap) -> tuple[str, tuple[tuple[str, str], ...], str]:
    """The metre of the first whole bar, every change, and the pick-up: most pieces of a corpus have those of others."""
    changes = tuple((str(at), str(meter)) for at, meter in meters.changes)
    return str(meters.bar(1).meter) if meters.stated else "", changes, str(meters.pickup)


def _key_words(key: tuple[int, bool] | None) -> str:
    """Such as G minor."""
    return f"{tonic_of_signature(*key)} {'minor' if key[1] else 'major'}" if key else ""


def number_of_hash(content: str) -> int:
    """The first 64 bits of a hash."""
    return int(content[:16], 16)


def shard_of(folder: Path, lines: NoteLines, rows: Sequence[bytes], hashes: NDArray[np.uint64], notes: int) -> ShardRow:
    """Write a shard.

    Parameters
    ----------
    folder
        The index.
    lines
        The notes of its pieces.
    rows
        The row of JSON of each, without the line end.
    hashes
        The first 64 bits of the hash of each one's file.
    notes
        How many there are.

    Raises
    ------
    OSError
        Where it cannot be written.
    """
    if len(lines.height) > LARGEST:
        raise FileError(f"{folder}: a shard of {len(lines.height):,} places is too large")
    said = b"".join(row + b"\n" for row in rows)
    starts = np.cumsum([0, *(len(row) + 1 for row in rows)])
    postings = Postings.of(lines)
    kinds, kind = _kinds_of_meters(rows)
    arrays, seeds = ({field.name: getattr(part, field.name) for field in fields(part)} for part in (lines, postings))
    sums = [crc32(np.ascontiguousarray(array).data) for array in arrays.values()]
    name = blake2b(said + bytes(np.array(sums, "<u4")), digest_size=8).hexdigest()  # the same pieces, the same name
    try:
        replace_file(folder / f"{name}{ROWS_ENDING}", said)
        size = write_arrays(
            folder / f"{name}{ENDING}",
            {**arrays, "piece_hash": hashes, "piece_meters": kind, "row_start": starts, **seeds},
            kind="shard",
            meters=kinds,
            notes=notes,
        )
    except BaseException:
        for ending in (ENDING, ROWS_ENDING):
            with suppress(OSError):
                os.unlink(folder / f"{name}{ending}")
        raise
    return ShardRow(name, len(rows), notes, len(lines.height), size + len(said), crc32(said))


def _kinds_of_meters(rows: Sequence[bytes]) -> tuple[list[list[str]], NDArray[np.int32]]:
    """Every set of metres that a piece states, as text, and which of them each piece has; none where it states none."""
    decoder = msgspec.json.Decoder(StoredPiece)
    kinds: dict[tuple[str, ...], int] = {}
    numbers = []
    for row in rows:
        piece = decoder.decode(row)
        stated = tuple(dict.fromkeys(meter for _, meter in piece.meters)) if piece.stated else ()
        numbers.append(kinds.setdefault(stated, len(kinds)))
    return [list(kind) for kind in kinds], np.array(numbers, np.int32)


@dataclass(frozen=True, eq=False)
class Shard:
    """An open shard.

    Attributes
    ----------
    row
        As the table of contents lists it.
    file
        Its arrays.
    rows
        Its rows of JSON, mapped into memory.
    """

    row: ShardRow
    file: ArrayFile
    rows: NDArray[np.uint8]

    @classmethod
    def open(cls, folder: Path, row: ShardRow) -> Shard:
        """Map the files of a shard.

        Raises
        ------
        FileError
            Where one is missing, damaged or of another version.
        """
        path = folder / f"{row.name}{ENDING}"
        try:
            file = ArrayFile.open(path)
            rows = (
                np.memmap(folder / f"{row.name}{ROWS_ENDING}", np.uint8, "r") if row.pieces else np.zeros(0, np.uint8)
            )
        except FileNotFoundError as error:
            raise FileError(f"{error.filename}: missing; build the index again") from None
        if len(file["row_start"]) != row.pieces + 1 or int(file["row_start"][-1]) != len(rows):
            raise FileError(f"{path}: not what the table of contents says; build the index again")
        if damaged := file.damaged(but=LARGE):
            raise FileError(f"{path}: damaged ({damaged[0]}); build the index again")
        return cls(row, file, rows)

    @property
    def rows_path(self) -> Path:
        """Where its rows of JSON are."""
        return self.file.path.with_name(f"{self.row.name}{ROWS_ENDING}")

    @cached_property
    def lines(self) -> NoteLines:
        """Its notes."""
        return NoteLines(**{field.name: self.file[field.name] for field in fields(NoteLines)})

    @cached_property
    def postings(self) -> Postings:
        """Its seeds."""
        return Postings(**{field.name: self.file[field.name] for field in fields(Postings)})

    @cached_property
    def piece_start(self) -> NDArray[np.int64]:
        """The first row of each piece, and the end of the last."""
        found: NDArray[np.int64] = self.lines.line_start[self.lines.piece_line]
        return found

    @cached_property
    def counts(self) -> NDArray[np.bool_]:
        """Whether each piece still counts."""
        found = np.ones(self.row.pieces, bool)
        found[list(self.row.dropped)] = False
        return found

    @property
    def meters(self) -> list[tuple[str, ...]]:
        """Every set of metres that one of its pieces states; ``file["piece_meters"]`` says which one has."""
        return [tuple(kind) for kind in self.file.facts["meters"]]

    def piece_kinds(self) -> NDArray[np.int64]:
        """How many of its pieces that count state each of `meters`."""
        return np.bincount(self.file["piece_meters"][self.counts], minlength=len(self.meters))

    @cached_property
    def piece_notes(self) -> NDArray[np.int64]:
        """The notes of each piece."""
        rows = np.diff(self.piece_start)
        found: NDArray[np.int64] = rows - np.diff(self.lines.piece_line)  # without those between lines
        return found

    def texture(self, number: int) -> tuple[float, int]:
        """The share of a piece's notes in voices of more than one line, and how many notes it has.

        Parameters
        ----------
        number
            Of the piece.
        """
        lines = self.lines
        own = slice(int(lines.piece_line[number]), int(lines.piece_line[number + 1]))
        sizes = np.diff(lines.line_start[own.start : own.stop + 1]) - 1
        voice = lines.line_part[own].astype(np.int64) << 16 | lines.line_voice[own]
        same = np.append(np.diff(voice) == 0, False)[: len(voice)]
        thick = same | np.append(False, same)[: len(voice)]
        return float(sizes[thick].sum() / max(sizes.sum(), 1)), int(sizes.sum())

    def piece(self, number: int) -> StoredPiece:
        """What is known of a piece."""
        begin, end = self.file["row_start"][number : number + 2].tolist()
        try:
            found = msgspec.json.decode(self.rows[begin:end].tobytes(), type=StoredPiece)
            if number_of_hash(found.hash) == self.file["piece_hash"][number]:
                return found
        except (msgspec.MsgspecError, ValueError):
            pass
        raise FileError(f"{self.rows_path}: damaged; build the index again")

    def sheet(self, number: int, source: str) -> tuple[Sheet, NDArray[np.int64]]:
        """A piece as it was read, and the row of each stored note in its table.

        Parameters
        ----------
        number
            Of the piece.
        source
            What it is to be called.
        """
        known = self.piece(number)
        table, place = table_of_rows(self.lines, number)
        return Sheet(table, known.parts, known.meter_map, source, frozenset(known.drums)), place

    def damaged(self) -> list[str]:
        """What of it is not as it was written."""
        found = [f"{self.file.path.name}: {name}" for name in self.file.damaged()]
        if crc32(self.rows.data) != self.row.rows_sum:
            found.append(f"{self.row.name}{ROWS_ENDING}")
        return found

    def row_bytes(self) -> list[bytes]:
        """Its rows of JSON, one for each piece."""
        return self.rows.tobytes().splitlines()


def merged(folder: Path, rows: Sequence[ShardRow]) -> ShardRow:
    """Write some shards as one, without what counts no longer.

    Parameters
    ----------
    folder
        The index.
    rows
        As the table of contents lists them.
    """
    shards = [Shard.open(folder, row) for row in rows]
    lines = joined_lines([(shard.lines, shard.counts) for shard in shards])
    said = [
        row for shard in shards for row, counts in zip(shard.row_bytes(), shard.counts.tolist(), strict=True) if counts
    ]
    hashes = np.concatenate([shard.file["piece_hash"][shard.counts] for shard in shards])
    decoder = msgspec.json.Decoder(StoredPiece)
    notes = sum(decoder.decode(row).notes for row in said)
    return shard_of(folder, lines, said, hashes, notes)

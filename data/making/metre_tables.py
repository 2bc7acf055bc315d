"""Tables of the plain metres, counted on folk tunes: what falls where in a bar, and what follows what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from folksongs import TRAINING, Song, songs

from mi_theme.rhythm.lines import Floats, line_of
from mi_theme.rhythm.meter_candidates import PLAIN_METERS, Candidates
from mi_theme.rhythm.meter_evidence import MeterTables, Ticks, ioi_bins, melody_bins, ticks_of
from mi_theme.rhythm.meter_model import SHAPES, packed, unpacked

__all__ = ["AMONG", "BLOCK", "FOLDS", "Tune", "count", "stored", "training_tunes", "tune_of", "usual_of"]

AMONG = Candidates(PLAIN_METERS)
FOLDS = 5
BLOCK = 20  # neighbours in a book are variants of one another: they go into one fold
FEWEST = 4  # notes
RELATIVES = {  # metres that look alike in other note values: (metre, its length over the other's)
    "2/4": (("4/4", 0.5), ("2/2", 0.5)), "4/4": (("2/4", 2), ("2/2", 1)), "2/2": (("4/4", 1), ("2/4", 2)),
    "3/4": (("3/8", 2), ("3/2", 0.5)), "3/8": (("3/4", 0.5),), "3/2": (("3/4", 2),),
    "6/8": (("6/4", 0.5),), "6/4": (("6/8", 2),), "9/8": (),
}  # fmt: skip
RELATIVE_WEIGHT = 0.1


@dataclass(frozen=True)
class Tune:
    """A tune ready to count: its line, its metre's number, whether its bar lines are sure."""

    id: str
    line: Ticks
    meter: int
    steady: bool


def tune_of(song: Song) -> Tune | None:
    """A tune in one of the plain metres; None for any other."""
    if not song.has_one_meter or song.meter not in PLAIN_METERS or len(song.ticks) < FEWEST:
        return None
    scale = 1 / song.per_quarter
    line = line_of(np.array(song.ticks) * scale, np.array(song.lengths) * scale, np.array(song.pitches))
    return Tune(song.id, ticks_of(line), PLAIN_METERS.index(song.meter), song.steady)


def training_tunes(collections: Sequence[str] = TRAINING) -> list[Tune]:
    """The tunes of some collections in plain metres."""
    return [tune for name in collections for song in songs(name) if (tune := tune_of(song))]


def count(tunes: Sequence[Tune]) -> MeterTables:
    """Tables from the steady tunes; a relative in other note values counts a tenth."""
    size = int(AMONG.bases[-1])
    counts = [np.zeros((size, *shape)) for shape in SHAPES]
    for tune in tunes:
        if tune.steady:
            _add(counts, tune.line, tune.meter, 1.0)
            for index, name in enumerate(PLAIN_METERS):
                for other, scale in RELATIVES[name]:
                    if other == PLAIN_METERS[tune.meter]:
                        _add(counts, _rescaled(tune.line, scale), index, RELATIVE_WEIGHT)
    return _smoothed(*counts)


def _add(counts: list[Floats], line: Ticks, meter: int, weight: float) -> None:
    places = line.onsets % AMONG.bars[meter]
    rows = AMONG.bases[meter] + places // 6 * 2 + (places % 6 > 0)
    now, before = ioi_bins(line)
    assert line.pitches is not None
    steps, turns = melody_bins(line.pitches)
    for table, index in zip(counts, ((rows, before, now), rows, (rows, steps), (rows, turns)), strict=True):
        np.add.at(table, index, weight)


def _rescaled(line: Ticks, scale: float) -> Ticks:
    onsets, iois = (np.rint(ticks * scale).astype(np.int64) for ticks in (line.onsets, line.iois))
    return line._replace(onsets=onsets, iois=iois)


def _smoothed(rhythm: Floats, places: Floats, steps: Floats, turns: Floats) -> MeterTables:
    """Log probabilities: of an IOI given place and IOI before, backing off to the place, then to anywhere."""
    usual = rhythm.sum((0, 1)) + 0.1 * len(rhythm[0])
    usual /= usual.sum()
    here = rhythm.sum(1)
    here = (here + 2 * usual) / (here.sum(1, keepdims=True) + 2)
    given = (rhythm + 4 * here[:, None]) / (rhythm.sum(2, keepdims=True) + 4)
    occupied = np.concatenate([
        (places[a:b] + 1) / (places[a:b].sum() + b - a) * (b - a) for a, b in zip(AMONG.bases, AMONG.bases[1:], strict=False)
    ])  # fmt: skip
    return MeterTables(np.log(given), np.log(occupied), _against_usual(steps), _against_usual(turns))


def _against_usual(counts: Floats) -> Floats:
    usual = counts.sum(0) + 1
    usual /= usual.sum()
    return np.log((counts + 5 * usual) / (counts.sum(1, keepdims=True) + 5) / usual)


def stored(tables: MeterTables) -> MeterTables:
    """The tables as they come back from the file: what is fitted is what is used."""
    columns = (tables.rhythm, tables.places, tables.steps, tables.turns)
    return MeterTables(*(unpacked(packed(table), shape) for table, shape in zip(columns, SHAPES, strict=True)))


def usual_of(tunes: Sequence[Tune]) -> Floats:
    """How likely each IOI is after the one before it, anywhere, as it comes back from the file: shape (19, 18)."""
    counts = np.zeros(SHAPES[0])
    for tune in tunes:
        if tune.steady:
            now, before = ioi_bins(tune.line)
            np.add.at(counts, (before, now), 1)
    usual = counts.sum(0) + 0.1 * len(counts)
    given = (counts + 4 * usual / usual.sum()) / (counts.sum(1, keepdims=True) + 4)
    return np.exp(unpacked(packed(np.log(given)), (18,)))

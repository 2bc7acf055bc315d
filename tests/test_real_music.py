"""Pieces of music21's own corpus, made into MIDI by music21 in a temporary folder: read and saved unchanged.

A fixed list; twelve in the default run, all with ``--everything``. Nothing
of the corpus is copied into the project.
"""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from midi_making import parsed

import mi_theme as mi
from mi_theme.files.bulk import read_notes
from mi_theme.score import Score

PIECES = (
    *(f"bach/bwv{number}" for number in range(253, 294) if number != 277),
    *(f"monteverdi/madrigal.3.{number}.mxl" for number in range(1, 14)),
    *(f"palestrina/Agnus_{number:02}.krn" for number in range(17)),
    *(f"mozart/k155/movement{number}.mxl" for number in (1, 2, 3)),
    *(f"mozart/k156/movement{number}.mxl" for number in (1, 2, 3, 4)),
    "mozart/k458/movement3.mxl",
    *(f"haydn/opus1no1/movement{number}.mxl" for number in (1, 2, 3, 4, 5)),
    "haydn/opus74no1/movement2.mxl",
    *(f"beethoven/opus18no1/movement{number}.mxl" for number in (1, 2, 3)),
    *(f"schumann_robert/opus41no1/movement{number}.mxl" for number in (2, 3)),
    *(f"schoenberg/opus19/movement{number}.mxl" for number in (2, 6)),
    "schumann_robert/opus48no2.mxl", "joplin/maple_leaf_rag.mxl", "handel/rinaldo/Lascia_chio_pianga.mxl",
    "verdi/laDonnaEMobile.mxl", "leadSheet/fosterBrownHair.mxl", "liliuokalani/aloha_oe.mxl", "johnson_j_r/lift_every_voice.mxl",
    "webern/webern_dormi_jesu_op_16_no_2.mxl", "ciconia/quod_jactatur.xml",
)  # fmt: skip
SAMPLE = (
    "bach/bwv253", "bach/bwv262", "bach/bwv271", "bach/bwv280", "monteverdi/madrigal.3.6.mxl", "palestrina/Agnus_00.krn",
    "palestrina/Agnus_09.krn", "mozart/k156/movement4.mxl", "haydn/opus1no1/movement2.mxl", "schoenberg/opus19/movement2.mxl",
    "liliuokalani/aloha_oe.mxl", "verdi/laDonnaEMobile.mxl",
)  # fmt: skip


def written_by_music21(piece: str, folder: Path) -> Path:
    """A MIDI file of a corpus piece."""
    import music21

    path = folder / "piece.mid"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs
        music21.corpus.parse(piece).write("midi", path)
    return path


def test_there_are_a_hundred_pieces() -> None:
    assert len(set(PIECES)) == len(PIECES) == 100
    assert set(SAMPLE) < set(PIECES)


@pytest.mark.tool("music21", "symusic")
@pytest.mark.parametrize(
    "piece", [piece if piece in SAMPLE else pytest.param(piece, marks=pytest.mark.slow) for piece in PIECES]
)
def test_a_piece_survives_reading_and_saving(piece: str, tmp_path: Path) -> None:
    before = written_by_music21(piece, tmp_path)
    score, after = mi.read(before), tmp_path / "after.mid"
    score.save(after)
    assert len(score.note_table()) > 10
    assert parsed(after.read_bytes()) == parsed(before.read_bytes())
    assert _messages(after) == _messages(before)
    assert mi.read(after) == score
    _agrees_with_symusic(score, before)
    _has_whole_bars(score)


def _messages(path: Path) -> list[list[object]]:
    import mido

    return [list(track) for track in mido.MidiFile(file=BytesIO(path.read_bytes())).tracks]


def _agrees_with_symusic(score: Score, path: Path) -> None:
    """Note by note, but for keys with a note that nothing ends or that ends before it begins.

    music21 writes grace notes so, and readers differ on them: symusic drops some and stretches others.
    """
    notes = [(score.tracks[span["track"]].events[span["on"]], span) for span in score.spans]
    unsure = {int(event["data1"]) for event, span in notes if span["off"] < span["on"]}
    ours = [
        (event["data1"], span["start"], span["stop"] - span["start"], event["data2"])
        for event, span in notes
        if event["data1"] not in unsure
    ]
    bulk, ticks = read_notes(path), score.ticks_per_quarter
    bulk = bulk[~np.isin(bulk["pitch"], list(unsure))]
    theirs = np.array([bulk["pitch"], bulk["onset"] * ticks, bulk["duration"] * ticks, bulk["velocity"]]).T
    assert len(ours) > 0.2 * len(score.spans)
    assert sorted(map(tuple, ours)) == sorted(map(tuple, theirs.round().astype(int)))


def _has_whole_bars(score: Score) -> None:
    """Every note begins in the bar that the metres say it does."""
    bars = list(score.bars())
    for onset in score.note_table()["onset"][:: max(len(score.note_table()) // 20, 1)]:
        position = round(onset * score.ticks_per_quarter) / score.ticks_per_quarter
        bar = next(bar for bar in bars if bar.start <= position < bar.end)
        assert score.bar(bar.number) == bar

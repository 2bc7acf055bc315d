"""An index: the hits of a search of the files, whatever happens to the files, the index, or who writes it."""

from __future__ import annotations

import errno
import json
import random
import re
import shutil
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from guarded import run as guarded
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import mi_theme as mi
from mi_theme.cli import main
from mi_theme.errors import FileError
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.index import building
from mi_theme.index.array_files import ArrayFile, write_arrays
from mi_theme.index.generations import CONTENTS, Generation
from mi_theme.index.joining import joined_lines
from mi_theme.index.line_making import order_of, taken_apart
from mi_theme.index.query_lines import lines_of
from mi_theme.index.seed_windows import rare_windows, windows
from mi_theme.index.seeds import BASE, INTERVALS, Postings, span_of
from mi_theme.index.stored_notes import BETWEEN, NoteLines, table_of_rows
from mi_theme.index.write_lock import sole_writer
from mi_theme.score.notes import NOTE
from mi_theme.search.corpus.folders import search_files
from mi_theme.search.kernels import extension_numpy
from mi_theme.search.kernels.kernel_inputs import ExtendedLine, LineEvidence
from mi_theme.search.match.evidence import COPY_MODEL

COLUMNS = ["onset", "duration", "pitch", "part", "voice", "step"]
THEME = [(0, 60), (1, 67), (1.5, 65), (2, 64), (2.5, 62), (3, 69), (4, 60), (4.5, 71), (5, 72), (6, 64), (7, 65), (7.5, 62), (8, 74)]  # fmt: skip
PATTERN = mi.Pattern.of(THEME)
MOMENTS = 3  # at which a writer is stopped, of each kind


def piece(seed: int, *, theme: bool = False, notes: int = 700) -> mi.Score:
    """Two parts that wander, the lower in chords; in one of them the theme."""
    chosen = random.Random(seed)
    rows, pitch = [], 67
    for at in range(notes):
        pitch = min(max(pitch + chosen.choice([-4, -2, -2, -1, 0, 1, 2, 2, 3, 5]), 55), 84)
        rows.append((at / 2, 0.5, pitch, 0))
        if at % 2:
            rows += [(at / 2, 1.0, 36 + (pitch + k) % 19, 1) for k in (0, 5, 9)]
    if theme:
        start, up = 4 * chosen.randrange(5, 60), chosen.choice([-5, 0, 3])
        rows = [row for row in rows if not (row[3] == 0 and start <= row[0] <= start + 8)]
        rows += [(start + at, 0.5, key + up, 0) for at, key in THEME]
    onset, length, key, part = zip(*sorted(rows), strict=True)
    return mi.Score.from_notes(onset, length, key, part=part, names=["Melody", "Chords"], meter="4/4")


def corpus(place: Path, count: int = 16) -> Path:
    """Some pieces, the theme in every fourth; a copy, and a file that is none."""
    (place / "deep").mkdir(parents=True)
    for number in range(count):
        piece(number, theme=number % 4 == 0).save(place / ("deep" if number % 2 else "") / f"{number:02}.mid")
    shutil.copy(place / "00.mid", place / "copy.mid")
    (place / "broken.mid").write_bytes(b"MThd and no more")
    return place


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus(tmp_path_factory.mktemp("music") / "corpus")


@pytest.fixture(scope="module")
def made(music: Path) -> Path:
    path = music.parent / "made.idx"
    mi.build_index(music, path)
    return path


@pytest.fixture
def own(made: Path, music: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A corpus and its index that a test may spoil."""
    shutil.copytree(music, tmp_path / "corpus")
    mi.build_index(tmp_path / "corpus", tmp_path / "own.idx")
    return tmp_path / "corpus", tmp_path / "own.idx"


def found(path: Path) -> list[tuple[str, tuple[int, ...]]]:
    """Where the theme is, without the folder."""
    return sorted((Path(hit.source).name, hit.notes) for hit in mi.find(PATTERN, mi.open_index(path)))


# The notes


def sheets_of_all_kinds() -> list[Sheet]:
    """Voices, chords, unisons, drums, long rests, odd times, nothing at all."""
    chosen = random.Random(3)
    tables = []
    for times in (480, 384, 1024, 7, 10080, 34, 1001):
        table = np.zeros(200, NOTE)
        table["onset"] = np.sort([chosen.randrange(2000) / times for _ in table])
        table["duration"] = [chosen.randrange(1, 3000) / times for _ in table]
        table["pitch"] = [chosen.randrange(40, 60) for _ in table]
        table["part"], table["voice"] = [chosen.randrange(3) for _ in table], [chosen.randrange(2) for _ in table]
        table["step"] = [chosen.randrange(-1, 60) for _ in table]
        tables.append(table[np.lexsort((table["part"], table["pitch"], table["onset"]))])
    far = tables[0].copy()
    far["onset"][100:] += 5000.0
    wrong = tables[0].copy()
    wrong["pitch"][3], wrong["onset"] = 300, wrong["onset"] + 1 / 3
    return [
        *(Sheet(table, ("a", "b", "c"), drums=frozenset({2})) for table in (*tables, far, wrong)),
        Sheet(np.zeros(0, NOTE)),
        Sheet(tables[1][:1]),
    ]


def test_a_score_without_notes_is_indexed(tmp_path: Path) -> None:
    """Tracks in which nothing sounds: it takes no room in a shard."""
    silent = mi.Score(480, mi.Score.from_notes([0], 1, 60).tracks[:1])
    silent.save(tmp_path / "silent.mid")
    assert building.built(tmp_path / "silent.mid", tmp_path / "made.idx").added == 1
    assert mi.find(mi.theme(), tmp_path / "made.idx") == mi.find(mi.theme(), tmp_path / "silent.mid") == []


def test_notes_come_back_to_the_last_bit() -> None:
    sheets = sheets_of_all_kinds()
    lines = taken_apart(sheets)
    assert lines.piece_ticks.tolist()[3:7] == [10080, 10080, 8160, 0], "of 7, 10080, 34 and 1001 in a quarter"
    for number, sheet in enumerate(sheets):
        table, place = table_of_rows(lines, number)
        assert all((table[name] == sheet.table[name]).all() for name in COLUMNS)
        rows = lines.rows_of(number)
        assert ((place < 0) == (lines.height[rows] == BETWEEN)).all()
        if lines.piece_ticks[number]:
            assert (table["pitch"][place[place >= 0]] == lines.height[rows][place >= 0]).all()


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3), st.integers(50, 56)), min_size=1, max_size=60))
def test_every_note_is_in_one_line_and_lines_are_one_voice(rows: list[tuple[int, int, int]]) -> None:
    table = np.zeros(len(rows), NOTE)
    table["onset"], table["part"], table["pitch"] = zip(*rows, strict=True)
    table["duration"], table["step"] = 1, -1
    table = table[np.lexsort((table["part"], table["pitch"], table["onset"]))]
    lines = taken_apart([Sheet(table, ("a", "b", "c", "d"))], fast=False)
    assert (lines.height[: len(lines.gap)] != BETWEEN).sum() == len(rows)
    again, place = table_of_rows(lines, 0)
    assert (again[COLUMNS] == table[COLUMNS]).all()
    for first, last in zip(lines.line_start[:-1], lines.line_start[1:], strict=True):
        own = again[place[first : last - 1]]
        assert len(set(own["part"].tolist())) == 1
        assert (np.diff(own["onset"]) >= 0).all()


@given(st.lists(st.integers(0, 2**40), max_size=50))
def test_an_order_is_stable(keys: list[int]) -> None:
    order = order_of(np.array(keys, np.int64))
    assert order.tolist() == sorted(range(len(keys)), key=lambda row: keys[row])


def places_of(postings: Postings, first: int, last: int) -> NDArray[np.int64]:
    ((begin, end),) = postings.spans(np.array([[first, last]], np.uint32)).tolist()
    return extension_numpy.places_of(postings.entry[3 * begin : 3 * end])


def test_seeds_are_where_they_say() -> None:
    lines = taken_apart([Sheet.of(piece(1)), Sheet.of(piece(2))])
    postings, height = Postings.of(lines), lines.height.astype(int)
    whole = places_of(postings, 0, BASE**INTERVALS)
    assert len(set(whole.tolist())) == len(whole) == len(postings)
    melody = height[: lines.line_start[1] - 1]
    for first in range(0, len(melody) - INTERVALS, 17):
        rises = np.diff(melody[first : first + INTERVALS + 1]).tolist()
        for many in (2, 3, 4):
            places = places_of(postings, *span_of(rises[:many]))
            assert first in places
            assert all((np.diff(height[at : at + many + 1]) == rises[:many]).all() for at in places.tolist())
    rows = lines.row_of(whole)
    assert (height[rows] == height[whole]).all()
    assert lines.outer_row.size, "chords have outer lines"


def test_seeds_of_little_music_take_little_room() -> None:
    lines = taken_apart([Sheet.of(piece(1))])
    postings = Postings.of(lines)
    room = sum(column.nbytes for column in (postings.seed_gap, postings.seed_count, postings.entry))
    assert room < 8 * len(lines.height)
    assert postings.starts[-1] == len(postings)
    assert len(places_of(Postings.of(taken_apart([])), 0, BASE**INTERVALS)) == 0


def test_with_numba_and_without_the_same() -> None:
    pytest.importorskip("numba")
    from mi_theme.search.kernels import extension_numba

    sheets = [*sheets_of_all_kinds(), Sheet.of(piece(5, theme=True))]
    plain, fast = taken_apart(sheets, fast=False), taken_apart(sheets, fast=True)
    assert all((getattr(plain, name) == getattr(fast, name)).all() for name in plain.__dataclass_fields__)
    (line,) = lines_of(PATTERN)
    postings, model = Postings.of(plain), line.evidence(mapped=True)
    for most, least in ((-1, -20.0), (-1, 2.0), (3, -20.0), (2, 0.0), (1, 8.0), (0, 8.0)):
        way = line.extended(least)
        told = [told_of(kernel, plain, postings, way, model, most) for kernel in (extension_numpy, extension_numba)]
        assert all(np.array_equal(here, there) for here, there in zip(*told, strict=True))
        assert len(told[0][0]), "the theme is there"


def told_of(
    kernel: Any, lines: NoteLines, postings: Postings, way: ExtendedLine, model: LineEvidence, most: int
) -> list[NDArray[Any]]:
    """What is found of some windows, and what it says."""
    rises = np.diff(way.pitch).tolist()
    windows = [(first + before, first, notes + before) for notes in (4, 5) for first in (0, 2, 7) for before in (0, 1)]
    seeds = np.array([span_of(rises[seed : first + notes - 1]) for seed, first, notes in windows], np.uint32)
    asked = np.concatenate([postings.spans(seeds), [(*window, most) for window in windows]], axis=1)
    found = kernel.extended(lines.height, postings.entry, asked, way)
    path = kernel.paths(lines.height, found, way)
    time = kernel.times(path[1], path[2], lines.timed)
    tune, rhythm = kernel.tunes(lines.height, path, way, model), kernel.rhythms(path[0], time, path[2], model)
    return [found, *path, time, tune.round(9), rhythm.round(9)]


@given(st.lists(st.integers(-5, 5), min_size=3, max_size=24), st.randoms(use_true_random=False))
def test_changes_leave_a_window_whole(rises: list[int], chosen: random.Random) -> None:
    height = np.cumsum([0, *rises]).tolist()
    every, apart = windows(height)
    counts = [chosen.randrange(10**6) for _ in every]
    looked_up = rare_windows(every, apart, counts)
    for row in looked_up:
        seed = every[row.window]
        assert 0 <= row.number <= seed.number < seed.end <= row.number + row.notes <= len(height)
    for changed in combinations(range(len(height)), apart - 1):
        spans = [range(row.number, row.number + row.notes) for row in looked_up]
        assert any(not {*changed} & {*span} for span in spans)


@pytest.mark.parametrize(("stretch", "paid"), [(1, 0.0), (2, COPY_MODEL.stretched), (1 / 3, COPY_MODEL.stretched)])
def test_a_whole_copy_says_what_the_pattern_does(stretch: float, paid: float) -> None:
    rows = [(4 + stretch * at, key - 3, 0) for at, key in THEME]
    onset, pitch, part = zip(*sorted(rows), strict=True)
    lines = taken_apart([Sheet.of(mi.Score.from_notes(onset, [0.1] * len(rows), pitch, part=part))])
    (line,) = lines_of(PATTERN)
    found, note, _, count, time, tune, rhythm = told_of(
        extension_numpy, lines, Postings.of(lines), line.extended(20.0), line.evidence(mapped=False), 3
    )
    best = int((tune + rhythm).argmax())
    assert note[best, : count[best]].tolist() == [*range(len(THEME))]
    assert time[best, : count[best]] == pytest.approx([4 + stretch * at for at, _ in THEME], abs=0.01)
    assert tune[best] + rhythm[best] == pytest.approx(line.whole + paid)
    assert len(found)


def test_places_of_seeds_tell_when_their_notes_begin() -> None:
    lines = taken_apart([*sheets_of_all_kinds(), Sheet.of(piece(1))])
    places = extension_numpy.places_of(Postings.of(lines).entry)
    rows = lines.row_of(places)
    assert (rows != places).any(), "some are of outer lines"
    time = extension_numpy.times(places[:, None], np.ones(len(places), np.int64), lines.timed)[:, 0]
    for number in np.flatnonzero(lines.piece_ticks).tolist():
        table, place = table_of_rows(lines, number)
        span = lines.rows_of(number)
        own = (rows >= span.start) & (rows < span.stop)
        assert (time[own] == table["onset"][place[rows[own] - span.start]]).all()
    pairs = np.array(sorted(zip(rows.tolist(), places.tolist(), strict=True)))[:400, 1].reshape(-1, 2)
    both = extension_numpy.times(pairs, np.full(len(pairs), 2), lines.timed)
    order = np.argsort(places)
    assert (both == time[order][np.searchsorted(places[order], pairs)]).all(), "one after another, and back"


def test_shards_put_together_are_the_shard_of_all() -> None:
    sheets = sheets_of_all_kinds()
    parts = [taken_apart(sheets[:4]), taken_apart(sheets[4:])]
    whole = taken_apart(sheets)
    joined = joined_lines([(part, np.ones(len(part.piece_ticks), bool)) for part in parts])
    assert all((getattr(joined, name) == getattr(whole, name)).all() for name in whole.__dataclass_fields__)
    counts = np.array([number % 3 != 1 for number in range(len(sheets))])
    left = joined_lines([(whole, counts)])
    some = taken_apart([sheet for sheet, counted in zip(sheets, counts, strict=True) if counted])
    assert all((getattr(left, name) == getattr(some, name)).all() for name in whole.__dataclass_fields__)


# The hits


def test_an_index_finds_what_a_search_of_the_files_finds(music: Path, made: Path) -> None:
    index = mi.open_index(made)
    assert index.notes > 20_000, "enough that only what is proposed is aligned"
    there = search_files(PATTERN, music)
    here = mi.find(PATTERN, index)
    times = index.notes / there.notes  # a copy is counted once
    assert {(hit.source, hit.notes) for hit in here} == {(hit.source, hit.notes) for hit in there.hits}
    assert len(here) == 5
    values = {(hit.source, hit.notes): hit for hit in there.hits}
    for hit in here:
        other = values[hit.source, hit.notes]
        assert hit.evalue == pytest.approx(other.evalue * times)
        assert (hit.reasons, hit.bar, hit.part, hit.transposition) == (
            other.reasons,
            other.bar,
            other.part,
            other.transposition,
        )


@pytest.mark.parametrize(
    "rows",
    [
        [(2 * at, key) for at, key in THEME],
        [(at, key + 4) for at, key in THEME if at != 4],
        [(at, key + 2 * (at == 3)) for at, key in THEME],
        sorted([*THEME, (2.25, 66)]),
        [(at, 127 - key) for at, key in THEME],
        [*THEME[:-1], (THEME[-1][0] + 6, THEME[-1][1])],
    ],
)
def test_changed_themes_are_found(made: Path, rows: list[tuple[float, int]]) -> None:
    hits = mi.find(rows, mi.open_index(made), invert=rows[0][1] == 67)
    assert {Path(hit.source).name for hit in hits} == {"00.mid", "04.mid", "08.mid", "12.mid", "copy.mid"}


def test_what_is_small_is_aligned_whole(music: Path, tmp_path: Path) -> None:
    files = [music / "00.mid", music / "02.mid"]
    index = mi.build_index(files, tmp_path / "small.idx")
    assert list(mi.find(PATTERN, index)) == search_files(PATTERN, files).hits


def test_an_index_answers_by_its_path_too(made: Path) -> None:
    assert mi.find(PATTERN, made) == mi.find(PATTERN, mi.open_index(made)) == mi.find(PATTERN, str(made))
    assert len(mi.find(PATTERN, made, top=2)) == 2
    with pytest.warns(match="too few"):
        assert mi.find(THEME[:3], made) == []


def test_real_music_is_found_through_the_index(tmp_path: Path) -> None:
    from real_music import chorales, others

    files = [*chorales(20), *others(20)]
    index = mi.build_index(files, tmp_path / "real.idx")
    chosen = np.random.default_rng(4)
    counted = [0, 0]
    for _ in range(4):
        place = [*index.all_pieces()][int(chosen.integers(index.pieces))]
        sheet, _ = index.sheet(*place)
        part = sheet.table[sheet.table["part"] == 0]
        line = part[np.append(np.diff(part["onset"]) > 0, True)]
        first = int(chosen.integers(max(len(line) - 12, 1)))
        pattern = mi.Pattern.of(
            [*zip(line["onset"][first : first + 12].tolist(), line["pitch"][first : first + 12].tolist(), strict=True)]
        )
        here = {(hit.source, hit.notes) for hit in mi.find(pattern, index)}
        there = {(hit.source, hit.notes) for hit in search_files(pattern, files).hits if hit.evalue <= 0.01}
        counted[0] += len(there & here)
        counted[1] += len(there - here)
    assert counted[0] >= 4
    assert counted[1] <= 1


# What changes


def test_what_is_in_it_is_said(made: Path, music: Path) -> None:
    index = mi.open_index(made)
    assert (index.files, index.pieces) == (18, 16)
    (unread,) = index.unread()
    assert (Path(unread.file).name, unread.reason) == ("broken.mid", "no tracks")
    assert index.damaged() == []
    assert index.changed() == ([], [])
    assert "18 files, 16 pieces" in repr(index)
    assert sorted(Path(source).name for source in index.sources(0, 0)) == ["00.mid", "copy.mid"]
    rows = [json.loads(line) for path in made.glob("*.pieces.jsonl") for line in path.read_text().splitlines()]
    assert {(row["meter"], row["tempo"]) for row in rows} == {("4/4", 120.0)}
    assert sum(row["notes"] for row in rows) == index.notes


def test_an_update_adds_replaces_and_removes(own: tuple[Path, Path]) -> None:
    music, path = own
    before = found(path)
    assert mi.update_index(path) == mi.IndexChanges(0, 0, 0, 18, 1, ())
    assert Generation.read(path).number == 1, "nothing changed, nothing written"
    piece(100, theme=True).save(music / "new.mid")
    piece(101).save(music / "04.mid")
    (music / "08.mid").unlink()
    changes = mi.update_index(path)
    assert (changes.added, changes.replaced, changes.removed, changes.unchanged) == (1, 1, 1, 16)
    after = found(path)
    assert [row for row in after if row[0] != "new.mid"] == [
        row for row in before if row[0] not in ("04.mid", "08.mid")
    ]
    assert len([row for row in after if row[0] == "new.mid"]) == 1
    assert mi.open_index(path).damaged() == []
    assert {(hit.source, hit.notes) for hit in search_files(PATTERN, music).hits} == {
        (hit.source, hit.notes) for hit in mi.find(PATTERN, path)
    }


def test_many_updates_leave_few_shards_and_the_same_music(own: tuple[Path, Path]) -> None:
    music, path = own
    for number in range(building.MANY_SHARDS + 2):
        piece(200 + number, theme=number == 3).save(music / f"more{number}.mid")
        mi.update_index(path)
    index = mi.open_index(path)
    assert len(index.shards) <= building.MANY_SHARDS
    assert index.pieces == 16 + building.MANY_SHARDS + 2
    assert ("more3.mid" in {name for name, _ in found(path)}) is True
    known = {path.name.partition(".")[0] for path in path.iterdir()} - {"index", "lock"}
    assert known == index.generation.names


def test_copies_are_indexed_once_and_told_by_every_name(own: tuple[Path, Path]) -> None:
    music, path = own
    for name in ("a.mid", "b.mid"):
        shutil.copy(music / "12.mid", music / "deep" / name)
    changes = mi.update_index(path)
    assert (changes.added, changes.duplicates) == (2, 3)
    assert mi.open_index(path).pieces == 16
    assert {"a.mid", "b.mid", "12.mid"} <= {name for name, _ in found(path)}
    (music / "12.mid").unlink()
    mi.update_index(path)
    assert {"a.mid", "b.mid"} <= {name for name, _ in found(path)}
    assert "12.mid" not in {name for name, _ in found(path)}


def test_a_folder_is_added_and_a_book_is_read_tune_by_tune(own: tuple[Path, Path], tmp_path: Path) -> None:
    _, path = own
    (tmp_path / "books").mkdir()
    tunes = [
        "X:1\nT:One\nM:5/4\nL:1/4\nK:G\nG A B c d | e d c B A |",
        "X:2\nT:Two\nC:Somebody\nM:3/4\nL:1/4\nK:Am\nA B c | d e f |",
    ]
    (tmp_path / "books" / "two.abc").write_text("\n\n".join(tunes) + "\n")
    assert mi.update_index(path, tmp_path / "books").added == 1
    index = mi.open_index(path)
    names = {source.rpartition("/")[2] for place in index.all_pieces() for source in index.sources(*place)}
    assert {"two.abc#1", "two.abc#2"} <= names
    told = {index.piece(*place).title: index.piece(*place) for place in index.all_pieces()}
    assert (told["One"].meter, told["One"].key) == ("5/4", "G major")
    assert (told["Two"].meter, told["Two"].key, told["Two"].composer) == ("3/4", "A minor", "Somebody")
    assert len(index.generation.roots) == 2
    (tmp_path / "books" / "two.abc").write_text(tunes[0] + "\n")
    assert mi.update_index(path).replaced == 1
    assert mi.open_index(path).pieces == 17


def test_a_folder_that_is_gone_takes_nothing_along(own: tuple[Path, Path]) -> None:
    music, path = own
    music.rename(music.with_name("elsewhere"))
    with pytest.raises(FileError, match="no such file or folder"):
        mi.update_index(path)
    assert len(found(path)) == 5, "what was indexed is found without the files"


# What goes wrong


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("fault", ["kill", "refuse", "interrupt"])
def test_whatever_stops_a_writer_the_last_state_opens(tmp_path: Path, fault: str) -> None:
    """A build, then an update, stopped at moments of all their course."""
    home = tmp_path / "in"
    corpus(home / "corpus", 4)
    makes = ("made.idx/",)
    whole = guarded(home, ["index", "build", "corpus", "-o", "made.idx", "--workers", "1"], makes)
    assert whole.code == 1, whole.said  # one file cannot be read
    before = found(home / "made.idx")
    assert before
    for number in range(3):
        piece(300 + number, theme=True).save(home / "corpus" / f"new{number}.mid")
    shutil.copytree(home / "made.idx", tmp_path / "kept.idx")
    words = ["index", "update", "made.idx", "--workers", "1"]
    course = guarded(home, words, makes)
    after = found(home / "made.idx")
    assert len(after) == len(before) + 3
    moments = course.events if fault == "interrupt" else course.acts
    chosen = random.Random(7).sample(range(1, moments + 1), min(MOMENTS, moments))
    for at in chosen:
        shutil.rmtree(home / "made.idx")
        shutil.copytree(tmp_path / "kept.idx", home / "made.idx")
        ended = guarded(home, words, makes, fault=fault, at=at, number=errno.ENOSPC)
        assert "Traceback" not in ended.said
        assert ended.code in {"kill": (-signal.SIGKILL,), "refuse": (0, 1), "interrupt": (0, 1, 130)}[fault], ended.said
        if fault == "refuse" and ended.code == 1:
            assert "No space left on device" in ended.said or "left out" in ended.said
        assert found(home / "made.idx") in (before, after), f"stopped at {at}"
        assert mi.open_index(home / "made.idx").damaged() == []
        mi.update_index(home / "made.idx")
        assert found(home / "made.idx") == after
        names = {path.name.lstrip(".").partition(".")[0] for path in (home / "made.idx").iterdir()} - {"index", "lock"}
        assert names == Generation.read(home / "made.idx").names, "nothing is left over"


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_build_that_is_killed_can_be_begun_again(tmp_path: Path) -> None:
    home = tmp_path / "in"
    corpus(home / "corpus", 4)
    words = ["index", "build", "corpus", "-o", "made.idx", "--workers", "1"]
    for at in (2, 4, 6):
        ended = guarded(home, words, ("made.idx/",), fault="kill", at=at)
        assert ended.code == -signal.SIGKILL
        if not (home / "made.idx" / CONTENTS).exists():
            with pytest.raises(FileError, match="no index"):
                mi.open_index(home / "made.idx")
    ended = guarded(home, words, ("made.idx/",))
    assert "added" in ended.said
    assert mi.open_index(home / "made.idx").pieces == 4


def test_a_second_writer_is_told_in_a_line(own: tuple[Path, Path]) -> None:
    _, path = own
    with sole_writer(path):
        with pytest.raises(FileError, match="another process is writing into this index"):
            mi.update_index(path)
        assert len(found(path)) == 5
        result = run("index", "update", str(path))
        assert result.exit_code == 1
        assert len(result.stderr.splitlines()) == 1
    assert mi.update_index(path).unchanged == 18


def test_an_index_that_is_changed_stays_what_it_was_for_who_has_it_open(own: tuple[Path, Path]) -> None:
    music, path = own
    index = mi.open_index(path)
    hits = mi.find(PATTERN, index)
    (music / "00.mid").unlink()
    (music / "copy.mid").unlink()
    piece(400, theme=True).save(music / "new.mid")
    mi.update_index(path)
    assert mi.find(PATTERN, index) == hits
    assert len(found(path)) == 4


def spoilt(path: Path, at: float) -> None:
    data = bytearray(path.read_bytes())
    data[int(at * (len(data) - 1))] ^= 0x55
    path.write_bytes(data)


def test_what_is_damaged_is_said_in_a_line(own: tuple[Path, Path]) -> None:
    _, path = own
    for name in sorted(entry.name for entry in path.iterdir() if entry.name != "lock"):
        whole = (path / name).read_bytes()
        for spoil in ("byte", "cut", "gone"):
            if spoil == "byte":
                spoilt(path / name, 0.6)
            elif spoil == "cut":
                (path / name).write_bytes(whole[: len(whole) // 2])
            else:
                (path / name).unlink()
            result = run("index", "check", str(path))
            assert result.exit_code == 1, (name, spoil, result.output)
            assert str(path) in result.stderr
            assert "build the index again" in result.stderr or "no index" in result.stderr, result.stderr
            if spoil != "byte":
                with pytest.raises(FileError):
                    mi.open_index(path)
            (path / name).write_bytes(whole)
    assert mi.open_index(path).damaged() == []


def test_a_search_in_what_is_damaged_ends_in_hits_or_in_a_line(own: tuple[Path, Path]) -> None:
    """Bytes anywhere in the notes and seeds: no traceback, no crash."""
    _, path = own
    (shard,) = path.glob("*.shard")
    whole = shard.read_bytes()
    for number in range(40):
        spoilt(shard, number / 39)
        with suppress(FileError):
            mi.find(PATTERN, path)
        shard.write_bytes(whole)


def test_a_row_that_is_of_no_file_is_damaged(own: tuple[Path, Path]) -> None:
    """The hash of a piece is written in two places, and both are looked at."""
    _, path = own
    (rows,) = path.glob("*.pieces.jsonl")
    whole = rows.read_bytes()
    rows.write_bytes(re.sub(rb'("hash":")(.)', lambda hash_: hash_[1] + (b"1" if hash_[2] == b"0" else b"0"), whole))
    with pytest.raises(FileError, match="damaged; build the index again"):
        mi.find(PATTERN, path)
    rows.write_bytes(whole)
    assert mi.find(PATTERN, path)


def test_another_version_is_refused(own: tuple[Path, Path]) -> None:
    _, path = own
    known = json.loads((path / CONTENTS).read_text())
    (path / CONTENTS).write_text(json.dumps(known | {"version": 0, "made_by": "0.0.1"}))
    with pytest.raises(FileError, match=r"made by an older version of mi_theme \(0.0.1, format 0, this is 2\)"):
        mi.open_index(path)
    with pytest.raises(FileError, match="an older version"):
        mi.update_index(path)
    (path / CONTENTS).write_text(json.dumps({"kind": "something else"}))
    with pytest.raises(FileError, match="no table of contents"):
        mi.open_index(path)


def test_a_file_of_arrays_is_as_it_was_written_or_refused(tmp_path: Path) -> None:
    arrays = {"a": np.arange(5, dtype=np.int64), "b": np.zeros(0, np.uint8), "c": np.array([1, 255], np.uint8)}
    path = tmp_path / "arrays"
    write_arrays(path, arrays, kind="test", more=[1, "two"])
    file = ArrayFile.open(path)
    assert dict(file.facts) == {"kind": "test", "more": [1, "two"]}
    assert all((file[name] == array).all() and file[name].dtype == array.dtype for name, array in arrays.items())
    assert file.damaged() == []
    with pytest.raises(ValueError, match="read-only"):
        file["a"][0] = 1
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with suppress(FileError):
            assert ArrayFile.open(path).damaged() or at >= 64, at


def test_workers_of_any_kind_make_the_same_index(music: Path, made: Path, tmp_path: Path) -> None:
    names = {path.name for path in made.iterdir()}
    executors = (ThreadPoolExecutor(2), ProcessPoolExecutor(2, mp_context=get_context("spawn")))
    for number, executor in enumerate(executors):
        with executor:
            mi.build_index(music, tmp_path / f"{number}.idx", executor=executor)
        assert {path.name for path in (tmp_path / f"{number}.idx").iterdir()} == names


def test_what_is_interrupted_is_kept(music: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = building.in_batches

    def stopped(*given: object, **options: object) -> Iterator[object]:
        yield next(iter(real(*given, size=5, **options)))  # type: ignore[call-overload]
        raise KeyboardInterrupt

    monkeypatch.setattr(building, "in_batches", stopped)
    changes = building.built(music, tmp_path / "part.idx", partial=True)
    assert not changes.complete
    assert changes.added == 5
    with pytest.raises(KeyboardInterrupt):
        mi.update_index(tmp_path / "part.idx")
    monkeypatch.undo()
    assert mi.update_index(tmp_path / "part.idx").added == 8
    assert len(found(tmp_path / "part.idx")) == 5


# From the command line


def run(*words: str) -> Result:
    result = CliRunner().invoke(main, words)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def test_the_commands(music: Path, tmp_path: Path) -> None:
    path = str(tmp_path / "corpus.idx")
    result = run("index", "build", str(music), "-o", path, "--workers", "1")
    assert result.exit_code == 1, "one file could not be read"
    assert "broken.mid: no tracks" in result.stderr
    assert "18 added" in result.stderr
    assert run("index", "build", str(music), "-o", path).exit_code == 1
    result = run("index", "update", path, "--workers", "1")
    assert result.exit_code == 0
    assert "18 unchanged" in result.stderr
    facts = json.loads(run("index", "info", path, "--json", "--unread").stdout)
    assert (facts["files"], facts["pieces"], facts["metres"]) == (18, 16, ["4/4 (16)"])
    assert [row["reason"] for row in facts["unread"]] == ["no tracks"]
    assert "sound, 16 pieces" in run("index", "check", path).stderr
    mi.Score.from_notes(*zip(*((at, 0.5, key) for at, key in THEME), strict=True)).save(tmp_path / "theme.mid")
    asked = ["--theme", str(tmp_path / "theme.mid")]
    here, there = (json.loads(run("find", place, *asked, "--json").stdout) for place in (path, str(music)))
    assert [(hit["source"], hit["notes"]) for hit in here] == [(hit["source"], hit["notes"]) for hit in there]
    assert "together" in run("find", path, *asked, "--explain", "--top", "1").stdout
    (music / "00.mid").rename(music / "moved")
    try:
        result = run("find", path, *asked, "--midi-out", str(tmp_path / "bars"))
    finally:
        (music / "moved").rename(music / "00.mid")
    assert len(list((tmp_path / "bars").iterdir())) == 5, "of files that are gone too"


def test_an_index_is_put_over_nothing_else(music: Path, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to my aunt.txt").write_text("dear aunt")
    (tmp_path / "file").write_text("what was there")
    for name in ("letters", "file"):
        with pytest.raises(FileError, match="something else"):
            mi.build_index(music, tmp_path / name)
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["to my aunt.txt"]
    assert (tmp_path / "file").read_text() == "what was there"
    with pytest.raises(FileError, match="no such file or folder"):
        mi.build_index(tmp_path / "nowhere", tmp_path / "none.idx")
    assert not (tmp_path / "none.idx").exists()


def test_tables_are_asked_in_sql(made: Path) -> None:
    pytest.importorskip("duckdb")
    index = mi.open_index(made)
    assert index.sql("select count(*) n, sum(notes) notes from pieces") == [{"n": 16, "notes": index.notes}]
    assert index.sql("select reason from files where reason <> ''") == [{"reason": "no tracks"}]
    assert index.sql("select distinct drums, pickup, stated, title from pieces") == [
        {"drums": [], "pickup": "0", "stated": True, "title": ""}
    ], "what rows leave out"
    joined = index.sql("select count(*) n from files join pieces using (hash) where meter = '4/4'")
    assert joined == [{"n": 17}]
    with pytest.raises(FileError, match="Parser Error"):
        index.sql("choose what you like")
    assert (
        run("index", "query", str(made), "select meter, count(*) n from pieces group by all", "--csv").stdout
        == "meter,n\n4/4,16\n"
    )

"""Searching folders: every kind of file, the same answers each time, and nothing that hangs."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from planted_notes import THEME, noise, planted

import mi_theme as mi
from mi_theme.errors import FileError
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.search.corpus.folders import files_in, search_files
from mi_theme.search.corpus.readers import Unread, sheets_of_file
from mi_theme.search.music import SearchWarning

ABC = """%abc-2.1
X:1
T:One
M:4/4
L:1/8
K:C
C2 G F E D A2|C B c2 E F D2|
X:2
T:Broken
M:4/4
L:1/8
K:C
((((
X:3
T:Three
M:4/4
L:1/8
K:G
G2 d c B A e2|G f g2 B c A2|
"""
KERN = "**kern\n*M4/4\n*C:\n=1\n4c\n8g\n8f\n8e\n8d\n4a\n=2\n8c\n8b\n4cc\n4e\n8f\n4.d\n==\n*-\n"


def score(rows: list[tuple[float, int]]) -> mi.Score:
    onset, pitch = zip(*rows, strict=True)
    return mi.Score.from_notes(onset, 0.5, pitch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    score([*noise(1), *planted(THEME, 5)]).save(tmp_path / "b.mid")
    score(planted(THEME, -3, 2.0)).save(tmp_path / "deep" / "a.musicxml")
    score(planted(THEME, 2)).save(tmp_path / "deep" / "er" / "c.mxl")
    score(noise(7)).save(tmp_path / "nothing.mid")
    (tmp_path / "tunes.abc").write_text(ABC, "utf-8")
    (tmp_path / "song.krn").write_text(KERN, "utf-8")
    (tmp_path / "broken.mid").write_bytes(b"MThd\0\0")
    (tmp_path / "notes.txt").write_text("no music", "utf-8")
    (tmp_path / ".hidden.mid").write_bytes(b"")
    return tmp_path


def test_files_come_in_order_and_hidden_ones_not(folder: Path) -> None:
    names = [path.relative_to(folder).as_posix() for path in files_in(folder)]
    assert names == ["b.mid", "broken.mid", "deep/a.musicxml", "deep/er/c.mxl", "nothing.mid", "song.krn", "tunes.abc"]
    assert files_in([folder / "b.mid", folder]) == [folder / "b.mid", *files_in(folder)[1:]]


def test_every_kind_of_file_is_searched(folder: Path) -> None:
    searched = search_files(THEME, folder)
    places = {Path(hit.source).relative_to(folder).as_posix() for hit in searched.hits}
    assert places == {"b.mid", "deep/a.musicxml", "deep/er/c.mxl", "song.krn", "tunes.abc#1", "tunes.abc#3"}
    assert [Path(failure.source).name for failure in searched.unread] == ["broken.mid", "tunes.abc#2"]
    assert all("\n" not in failure.reason and failure.reason for failure in searched.unread)
    assert searched.files == 6
    up = {Path(hit.source).name: hit.transposition for hit in searched.hits}
    assert up["b.mid"] == 5
    assert up["c.mxl"] == 2


def test_hits_say_where(folder: Path) -> None:
    (hit,) = search_files(THEME, folder / "deep" / "a.musicxml").hits
    (sheet,) = sheets_of_file(folder / "deep" / "a.musicxml")
    assert isinstance(sheet, Sheet)
    rows = sheet.note_table()[list(hit.notes)]
    assert rows["pitch"].tolist() == [pitch - 3 for _, pitch in THEME]
    assert hit.stretch == 2
    assert hit.onset == 20
    assert hit.bar == 6


def test_find_takes_a_folder_and_warns_of_what_it_cannot_read(folder: Path) -> None:
    with pytest.warns(SearchWarning, match=r"2 could not be read, the first: .*broken\.mid"):
        hits = mi.find(THEME, folder)
    assert hits == search_files(THEME, folder).hits
    (folder / "broken.mid").unlink()
    (folder / "tunes.abc").unlink()
    assert [Path(hit.source).name for hit in mi.find(THEME, [folder / "b.mid", folder / "nothing.mid"])] == ["b.mid"]
    assert len(mi.find(THEME, folder, top=2)) == 2


def test_evalues_grow_with_what_is_searched(folder: Path) -> None:
    (alone,) = search_files(THEME, folder / "b.mid").hits
    among = next(
        hit for hit in search_files(THEME, [folder / "b.mid", folder / "nothing.mid"]).hits if "b.mid" in hit.source
    )
    assert among.evalue == pytest.approx(alone.evalue * 812 / 412, rel=0.02)


def test_a_folder_full_of_quotations_keeps_none_of_them_back(tmp_path: Path) -> None:
    for number in range(60):
        rows = sorted([*noise(number, 120), *planted(THEME, number % 5)])
        onsets, pitches = zip(*rows, strict=True)
        mi.Score.from_notes(onsets, np.full(len(rows), 0.5), pitches).save(tmp_path / f"{number:02}.mid")
    found = [len({hit.source for hit in search_files(THEME, tmp_path, max_evalue=most).hits}) for most in (1, 0.01)]
    assert found[0] >= 56  # of 60: none is crowded out by the others
    assert found[1] >= 48  # some lie so deep in noise of four voices that they say little


def test_an_executor_finds_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mi_theme.search.corpus import folders

    monkeypatch.setattr(folders, "BATCH_FILES", 2)
    seen: list[tuple[int, int]] = []
    alone = search_files(THEME, folder, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(done, 7) for done in range(1, 8)]
    with ThreadPoolExecutor(2) as pool:
        assert search_files(THEME, folder, executor=pool) == alone


def test_places_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no such file or folder"):
        search_files(THEME, tmp_path / "nowhere")
    with pytest.raises(FileError, match="no files that end in"):
        search_files(THEME, tmp_path)


def test_without_symusic_midi_is_read_all_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "symusic", None)
    assert [Path(hit.source).name for hit in search_files(THEME, folder / "b.mid").hits] == ["b.mid"]


def test_a_damaged_tune_of_a_book_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "long.abc"
    path.write_text(ABC.replace("((((", "Z99999999"), "utf-8")
    found = list(sheets_of_file(path))
    assert [isinstance(tune, Sheet) for tune in found] == [True, False, True]
    assert found[1] == Unread(f"{path}#2", "line 6: more than 20000 bars of rest")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("ending", [".mid", ".xml", ".abc"])
def test_nobody_waits_for_a_pipe(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"pipe{ending}"
    os.mkfifo(path)
    assert list(sheets_of_file(path)) == [
        Unread(str(path), "a pipe or a device, and no file: save what comes out of it first")
    ]


def test_a_file_that_is_too_large_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.mid"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 65 * 2**20)
    assert list(sheets_of_file(path)) == [Unread(str(path), "larger than 64 MiB")]


def test_drums_are_not_searched(tmp_path: Path) -> None:
    onset, pitch = zip(*planted(THEME), strict=True)
    music = mi.Score.from_notes(onset, 0.5, pitch)
    track = music.tracks[1].events.copy()
    notes = (track["status"] >= 0x80) & (track["status"] < 0xF0)
    track["status"][notes] |= 9
    from mi_theme.score import Track

    drums = mi.Score(music.ticks_per_quarter, (music.tracks[0], Track.of_array(track, music.tracks[1].payloads)))
    drums.save(tmp_path / "a.mid")
    assert search_files(THEME, tmp_path / "a.mid", max_evalue=np.inf).hits == []


# Books of ABC


def test_a_tune_of_a_book_with_a_metre_that_music21_makes_up() -> None:
    """A bar of three triplets by themselves is 1/6 to music21; an x that carries a fermata takes an eighth."""
    import music21

    book = Path(music21.__file__).parent / "corpus" / "oneills1850" / "0301-0350.abc"
    score = mi.read(f"{book}#17")
    assert len(score.note_table()) == 46
    assert {str(meter) for _, meter in score.meters.changes} == {"1/4", "3/4", "5/8"}
    assert score.source == f"{book}#17"


@pytest.mark.parametrize("number", [0, 9, 10**8])
def test_there_is_no_such_tune_in_the_book(tmp_path: Path, number: int) -> None:
    (tmp_path / "book.abc").write_text("X:1\nK:G\nG2|]\n\nX:2\nK:G\nA2|]\n", "utf-8")
    with pytest.raises((mi.MiThemeError, OSError)):
        mi.read(tmp_path / f"book.abc#{number}")

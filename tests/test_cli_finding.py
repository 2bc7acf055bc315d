"""``mi-theme find`` and ``mi-theme rank`` as a stranger calls them."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path

import mido
import numpy as np
import pytest
from click.testing import CliRunner, Result

import mi_theme as mi
from mi_theme.cli import main
from mi_theme.search.corpus.readers import sheets_of_file

TUNE = [67, 69, 71, 72, 74, 71, 67, 66, 64, 69, 67, 62, 67, 74, 76, 71]
LENGTHS = [1, 0.5, 0.5, 1, 1, 0.5, 0.5, 1, 1.5, 0.5, 1, 1, 0.5, 0.5, 1, 2]


def tune(shift: int = 0, lead: float = 0.0, stretch: float = 1.0) -> mi.Score:
    onset = [lead + stretch * sum(LENGTHS[:row]) for row in range(len(TUNE))]
    return mi.Score.from_notes(
        onset, [stretch * n for n in LENGTHS], [pitch + shift for pitch in TUNE], names=["Flute"]
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A theme in two keys and tempos, something else, and a file that is none."""
    place = tmp_path / "tunes"
    place.mkdir()
    tune().save(place / "a.mid")
    tune(5, 8.0, 2.0).save(place / "b.mid")
    mi.Score.from_notes(range(16), 1, [60 + (7 * row) % 11 for row in range(16)]).save(place / "other.mid")
    return place


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def test_a_folder(folder: Path) -> None:
    result = run("find", folder, "--theme", folder / "a.mid")
    assert result.exit_code == 0
    assert "2 hits in 3 files, 48 notes" in result.stderr
    rows = result.stdout.splitlines()
    assert rows[0].split() == ["E", "file", "part", "bar", "how"]
    assert len(rows) == 3
    assert "b.mid" in result.stdout
    assert "transposed +5, 2 as long" in result.stdout


def test_what_cannot_be_read_is_counted_and_named(folder: Path) -> None:
    (folder / "broken.mid").write_bytes(b"MThd\0\0")
    result = run("find", folder, "--theme", folder / "a.mid")
    assert result.exit_code == 1
    assert "2 hits in 3 files" in result.stderr
    assert "left out:" in result.stderr
    assert "broken.mid" in result.stderr


def test_one_file_and_the_quoted_theme(tmp_path: Path) -> None:
    mi.render(meter="4/4").save(tmp_path / "x.mid")
    result = run("find", tmp_path / "x.mid", "--top", 2)
    assert result.exit_code == 0
    assert result.stdout.count("regroup") == 2
    nothing = run("find", tmp_path / "x.mid", "--theme", "ostinato", "--max-evalue", "1e-300")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "0 hits in 1 file" in nothing.stderr


def test_why_is_said_term_by_term(folder: Path) -> None:
    result = run("find", folder, "--theme", folder / "a.mid", "--explain")
    assert result.exit_code == 0
    rows = result.stdout.splitlines()
    why = rows[rows.index(next(row for row in rows if row.split()[:3] == ["hit", "nats", "term"])) + 1 :]
    for number in ("1", "2"):
        *terms, together = [row.split() for row in why if row.split()[0] == number]
        assert together[2] == "together"
        assert sum(float(row[1]) for row in terms) == pytest.approx(float(together[1]), abs=0.5)
        assert [row[2] for row in terms][:2] == ["pitch", "rhythm"]
    assert {"tempo", "bar"} & {row.split()[2] for row in why}  # of twice as slow: a tempo, or a map of the bar


def test_json_and_csv_say_the_same(folder: Path) -> None:
    rows = json.loads(run("find", folder, "--theme", folder / "a.mid", "--json").stdout)
    table = list(csv.DictReader(io.StringIO(run("find", folder, "--theme", folder / "a.mid", "--csv").stdout)))
    assert len(rows) == len(table) == 2
    for row, line in zip(rows, table, strict=True):
        assert line["source"] == row["source"]
        assert line["notes"] == " ".join(map(str, row["notes"]))
        assert float(line["evalue"]) == row["evalue"]
        assert int(line["transposition"]) == row["transposition"]


def test_bars_and_part_choose_the_theme(folder: Path) -> None:
    result = run(
        "find", folder, "--theme", folder / "a.mid", "--bars", "1-3", "--part", "flute", "--max-evalue", 1, "--json"
    )
    assert result.exit_code == 0
    assert {len(row["notes"]) for row in json.loads(result.stdout)} == {len(tune().passage((1, 3)).note_table())}
    wrong = run("find", folder, "--bars", "1-3")
    assert wrong.exit_code == 2
    assert "--theme" in wrong.stderr
    assert run("find", folder, "--theme", folder / "a.mid", "--part", "Tuba").exit_code == 1


def test_excerpts(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run("find", folder, "--theme", folder / "a.mid", "--midi-out", out)
    assert "wrote 2 excerpts" in result.stderr
    files = sorted(out.iterdir())
    assert [file.name[:4] for file in files] == ["001 ", "002 "]
    for file in files:
        score = mi.read(file)
        assert [part.name for part in score.parts] == ["Theme", "Flute"]
        theme, found = score.notes("Theme"), score.notes("Flute")
        loud = found[found["velocity"] == found["velocity"].max()]
        assert theme["pitch"].tolist() == loud["pitch"].tolist()
        assert theme["onset"] == pytest.approx(loud["onset"])


def test_a_hash_in_the_name_of_a_file_is_no_tune_of_a_book(folder: Path, tmp_path: Path) -> None:
    (folder / "b.mid").rename(folder / "b#1.mid")
    result = run("find", folder, "--theme", folder / "a.mid", "--midi-out", tmp_path / "out")
    assert result.exit_code == 0
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_an_abc_book_is_searched_tune_by_tune(tmp_path: Path) -> None:
    head = "X:{}\nT:{}\nM:4/4\nL:1/8\nK:G\n"
    (tmp_path / "book.abc").write_text(
        head.format(1, "One") + "G2ABc2d2BGF2E3A|G2D2GdeBB4|]\n\n" + head.format(2, "Two") + "G4 G4|A4 A4|B4 B4|]\n"
    )
    result = run("find", tmp_path / "book.abc", "--theme", tmp_path / "book.abc", "--max-evalue", 1, "--json")
    assert result.exit_code == 0
    assert [row["source"].partition("#")[2] for row in json.loads(result.stdout)][:1] == ["1"]


def test_rank(folder: Path) -> None:
    result = run("rank", folder / "a.mid", folder)
    assert result.exit_code == 0
    assert "3 tunes ranked" in result.stderr
    rows = result.stdout.splitlines()
    assert [Path(row.split()[-1]).name for row in rows[1:]] == ["a.mid", "b.mid", "other.mid"]
    found = json.loads(run("rank", folder / "a.mid", folder, "--json", "--top", 2).stdout)
    assert [row["transposition"] for row in found] == [0, 5]
    table = list(csv.DictReader(io.StringIO(run("rank", folder / "a.mid", folder, "--csv").stdout)))
    assert [row["rank"] for row in table] == ["1", "2", "3"]


def test_a_passage_of_a_recording_is_ranked_without_a_warning(folder: Path) -> None:
    track = mido.MidiTrack()
    for row, wait in enumerate(np.random.default_rng(1).integers(100, 300, 64).tolist()):
        track.append(mido.Message("note_on", note=60 + row % 7, velocity=70, time=wait))
        track.append(mido.Message("note_off", note=60 + row % 7, time=91))
    mido.MidiFile(ticks_per_beat=384, tracks=[track]).save(folder / "played.mid")
    result = run("rank", folder / "played.mid", folder, "--bars", "2-4", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)[0]["source"].endswith("played.mid")
    assert "Warning" not in result.stderr


def test_wrong_calls(folder: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for call, code in (
        (("find",), 2),
        (("find", folder, "--top", 0), 2),
        (("find", folder, "--max-evalue", "much"), 2),
        (("find", empty), 1),
        (("find", tmp_path / "nowhere"), 1),
        (("find", folder, "--theme", tmp_path / "nowhere.mid"), 1),
        (("rank", folder / "a.mid"), 2),
        (("rank", folder / "a.mid", empty), 1),
        (("rank", folder / "a.mid", folder, "--how", "best"), 2),
    ):
        result = run(*call)
        assert result.exit_code == code, call
        assert result.stdout == ""
        assert "Traceback" not in result.stderr
        assert not isinstance(result.exception, AssertionError)


# Garbage


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--max-evalue", "-1"), 2, "not in the range"),
        (("--max-evalue", "nan"), 2, "nan is no number"),
        (("--json", "--csv"), 2, "not both"),
        (("--midi-out", "a.mid"), 2, "is no folder"),
        (("--midi-out", ""), 2, "is no folder"),
        (("--theme", "one.mid"), 1, "one note"),
        (("--theme", "chord.mid"), 1, "one chord"),
        (("--theme", "drums.mid"), 1, "no pitched notes"),
        (("--theme", "text.mid"), 1, "not a MIDI file"),
        (("--theme", "."), 1, "folder"),
        (("--theme", "ostinat"), 1, "neither a file nor a motif"),
        (("--theme", "a.mid", "--bars", "90-91"), 1, "no bar 90"),
        (("--theme", "a.mid", "--bars", "3-1"), 1, "the first comes after the last"),
        (("--theme", "a.mid", "--bars", "x"), 2, "no range of bars"),
        (("--theme", "a.mid", "--bars", "1-2", "--part", "Kazoo"), 1, "there are: Flute"),
        (("--theme", "nowhere.abc#3"), 1, "neither a file nor a motif"),
        (("--theme", "book.abc#3"), 1, "2 tunes in it, and no #3"),
    ],
    ids=str,
)
def test_garbage_is_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], code: int, said: str
) -> None:
    monkeypatch.chdir(folder)
    mi.Score.from_notes([0], [1], [60]).save("one.mid")
    mi.Score.from_notes([0, 0, 0], 1, [60, 64, 67]).save("chord.mid")
    drums = mido.MidiFile(type=0)
    drums.add_track().extend(mido.Message(kind, note=36, channel=9, time=240) for kind in ("note_on", "note_off") * 4)
    drums.save("drums.mid")
    Path("text.mid").write_text("no music", "utf-8")
    Path("book.abc").write_text(BOOK, "utf-8")
    for place in (".", "a.mid"):
        result = run("find", place, *options)
        assert result.exit_code == code
        assert said in result.stderr
        assert result.stdout == ""
        assert len(result.stderr.strip().splitlines()) == 1


BOOK = (
    "X:1\nT:One\nM:4/4\nL:1/8\nK:G\nG2ABc2d2BGF2E3A|G2D2GdeBB4|]\n\n"
    "X:2\nT:Two\nM:4/4\nL:1/8\nK:G\nG4 B4|A4 d4|B4 g4|e4 d4|c4 A4|G8|]\n"
)


def test_an_empty_name_is_not_the_folder_one_is_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for call in (("find", ""), ("find", "a.mid", ""), ("rank", "", "a.mid")):
        result = run(*call)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "empty name" in result.stderr


def test_what_cannot_be_opened_is_named(folder: Path) -> None:
    (folder / "gone.mid").symlink_to(folder / "nowhere.mid")
    (folder / "round").symlink_to(folder)
    os.mkfifo(folder / "pipe.mid")
    result = run("find", folder, "--theme", folder / "a.mid")
    assert result.exit_code == 1
    assert "2 hits in 3 files" in result.stderr
    assert result.stderr.count("left out") == 1
    assert "gone.mid: No such file" in result.stderr


def test_folders_that_are_closed_are_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def refuse(path: str) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    (folder / "closed").mkdir()
    monkeypatch.setattr(os, "scandir", refuse)
    result = run("find", folder, "--theme", folder / "a.mid")
    assert result.exit_code == 1
    assert "2 hits in 3 files" in result.stderr
    assert f"left out: {folder / 'closed'}: " in result.stderr


def test_files_that_vanish_are_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mi_theme.search.corpus import folders

    known = folders.files_in(folder)
    monkeypatch.setattr(folders, "files_in", lambda places: known)
    theme = tune().passage((1, 4))
    theme.save(folder.parent / "theme.mid")
    (folder / "b.mid").unlink()
    result = run("find", folder, "--theme", folder.parent / "theme.mid")
    assert result.exit_code == 1
    assert "b.mid: No such file" in result.stderr
    assert "a.mid" in result.stdout


# A theme that is too short, and other numbers


@pytest.mark.parametrize("place", [".", "a.mid"])
def test_a_short_theme_is_told_that_it_is_one(folder: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.chdir(folder)
    result = run("find", place, "--theme", "a.mid", "--bars", "1-1", "--max-evalue", "1e-9")
    assert (result.exit_code, result.stdout) == (0, "")
    (line,) = [line for line in result.stderr.splitlines() if "too few to be significant" in line]
    assert "--max-evalue inf --top 20" in line
    ranked = run("find", place, "--theme", "a.mid", "--bars", "1-1", "--max-evalue", "inf", "--top", 3)
    assert "a.mid" in ranked.stdout.splitlines()[1]
    assert "too few" not in ranked.stderr
    long = run("find", place, "--theme", "head", "--max-evalue", "inf")
    assert "too few" not in long.stderr


def test_find_warns_of_a_short_theme(folder: Path) -> None:
    from mi_theme.search.music import SearchWarning

    for where in (folder, tune()):
        with pytest.warns(SearchWarning, match="too few to be significant"):
            assert mi.find([(0, 60), (1, 66), (2, 61)], where, max_evalue=1e-9) == []


def test_several_parts_at_once_are_told(folder: Path, tmp_path: Path) -> None:
    from mi_theme.search.music import SearchWarning

    duet = mi.Score.from_notes(
        [0, 0.5, 2, 3, 0, 1, 2, 3.5], [1] * 8, [60, 71, 62, 73, 40, 51, 42, 53], part=[0] * 4 + [1] * 4
    )
    name = duet.parts[0].name
    with pytest.warns(SearchWarning, match=f"looked for 2 parts of the score at once; for one of them: part='{name}'"):
        assert mi.find(duet, tune(), max_evalue=1e-9) == []
    duet.save(tmp_path / "duet.mid")
    told = run("find", folder, "--theme", tmp_path / "duet.mid", "--max-evalue", "1e-9").stderr
    assert f"looked for 2 parts of {tmp_path / 'duet.mid'} at once; for one of them: --part" in told


def test_tables_have_numbers_and_json_four_digits(folder: Path) -> None:
    call = ("find", folder, "--theme", folder / "a.mid")
    for row in json.loads(run(*call, "--json").stdout):
        for name in ("evalue", "score", "share"):
            assert float(f"{row[name]:.4g}") == row[name]
        assert isinstance(row["onset"], str)
    for line in csv.DictReader(io.StringIO(run(*call, "--csv").stdout)):
        for name in ("onset", "end", "stretch", "evalue", "share"):
            float(line[name])
        assert line["doubled"] == ""


def test_a_tune_of_a_book_is_a_theme_a_place_and_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("book.abc").write_text(BOOK, "utf-8")
    (row,) = json.loads(run("find", "book.abc", "--theme", "book.abc#2", "--json").stdout)
    assert row["source"] == "book.abc#2"
    assert json.loads(run("find", "book.abc#2", "--theme", "book.abc#2", "--json").stdout)[0]["bar"] == 1
    assert run("rank", "book.abc#1", "book.abc").stdout.splitlines()[1].endswith("book.abc#1")
    assert run("find", "book.abc", "--theme", "book.abc#2", "--midi-out", "out").exit_code == 0
    assert [file.name for file in Path("out").iterdir()] == ["001 book 2 Part 1 bar 1.mid"]
    assert mi.read("book.abc#1").note_table()["pitch"].tolist() != mi.read("book.abc#2").note_table()["pitch"].tolist()


def test_an_interrupt_keeps_what_was_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Someone grows tired when the last file of the folder is read."""
    from mi_theme.search.corpus import folders

    def tiring(path: Path) -> Iterator[object]:
        if path.name == "z.abc":
            raise KeyboardInterrupt
        yield from sheets_of_file(path)

    (folder / "z.abc").write_text(BOOK, "utf-8")
    monkeypatch.setattr(folders, "sheets_of_file", tiring)
    result = run("find", folder, "--theme", folder / "a.mid")
    assert result.exit_code == 130
    assert "interrupted" in result.stderr
    assert "Traceback" not in result.stderr
    assert "a.mid" in result.stdout
    assert "b.mid" in result.stdout

"""Files that are no music and no tables, wherever a command takes one: one line, at once, and nothing beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import fuzzing
import pytest
from click.testing import CliRunner
from musicxml_making import measure, partwise, tone

import mi_theme as mi
from mi_theme.catalog import load_file
from mi_theme.cli import main
from mi_theme.codec import plain_of_json
from mi_theme.engraving import engraver
from mi_theme.errors import FileError
from mi_theme.file_bytes import file_text
from mi_theme.files.musicxml.from_score import write
from mi_theme.themes.quotation import ThemeRow

SONG = mi.Score.from_notes(range(8), 1, range(60, 68), meter="4/4")
OTHER_FILES = (  # a command, and the option of it that takes a file which is no music
    "convert song.mid --to 3/4 --plan FILE -o -",
    "quantize song.mid --beats FILE -o out.mid",
    "render --style FILE -o out.mid",
    "render --form FILE -o out.mid",
    "lineage --data FILE",
    "sound song.mid --soundfont FILE -o out.wav",
)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    SONG.save(tmp_path / "song.mid")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(line: str) -> str:
    """The one line that a command says which fails."""
    result = CliRunner().invoke(main, line.split())
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1, result.output
    lines = result.output.splitlines()
    assert len(lines) == 1, result.output
    return lines[0]


@pytest.mark.skipif(sys.platform == "win32", reason="pipes with names are of POSIX")
@pytest.mark.parametrize("line", OTHER_FILES)
def test_a_pipe_is_not_waited_for(line: str, desk: Path) -> None:
    os.mkfifo(desk / "pipe.toml")
    assert "pipe.toml: a pipe or a device" in said(line.replace("FILE", "pipe.toml"))


@pytest.mark.skipif(sys.platform == "win32", reason="pipes with names are of POSIX")
def test_a_file_that_becomes_a_pipe_is_not_waited_for(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = (desk / "song.mid").stat()
    os.mkfifo(desk / "pipe.mid")
    monkeypatch.setattr(Path, "stat", lambda *_, **__: known)  # as it was a moment ago
    with pytest.raises(FileError, match=r"pipe\.mid: an empty file"):
        mi.read(desk / "pipe.mid")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file that cannot be read is of Linux")
def test_a_file_that_breaks_while_it_is_read_is_named() -> None:
    with pytest.raises(OSError, match="/proc/self/mem"):
        mi.read("/proc/self/mem")


@pytest.mark.parametrize("line", OTHER_FILES)
@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"[" * 100_000, b"x = " + b"[" * 100_000, b"x = " + b"9" * 5000])
def test_what_is_no_such_file_is_one_line(line: str, data: bytes, desk: Path) -> None:
    (desk / "other.toml").write_bytes(data)
    assert "other.toml" in said(line.replace("FILE", "other.toml"))
    assert sorted(path.name for path in desk.iterdir()) == ["other.toml", "song.mid"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = " + "9" * 5000, "digits"),
        ("x = " + "[" * 100_000, "nested too deeply"),
        ("x = 1e400", "x"),
        ("= 1", "line 1"),
    ],
)
def test_a_table_that_is_none(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(FileError, match=f"mine.toml: .*{words}"):
        load_file(path, ThemeRow)


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5000, "{", ""])
@pytest.mark.parametrize("read", [plain_of_json, mi.Plan.from_json, mi.ScorePlan.from_json, mi.Hit.from_json])
def test_text_that_is_no_json(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(FileError, match="this is no "):
        read(text)


def test_a_mark_of_byte_order_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfa = 1\n")
    assert file_text(tmp_path / "a.txt") == "a = 1\n"


@pytest.mark.filterwarnings("ignore")  # times are rounded
def test_lengths_that_no_reader_can_count_are_not_written() -> None:
    """Bars of prime parts of a quarter: all of them together are counted in more parts than a float tells apart."""
    primes = [1009, 1013, 1019, 1021, 1031, 1033, 1039]
    bars = [
        measure(number, tone("C5", 4) * 4, *[("4", "4")][: number == 1], attributes=f"<divisions>{prime}</divisions>")
        for number, prime in enumerate(primes, 1)
    ]
    score = mi.read(partwise(bars))
    assert len(score.note_table()) == 4 * len(primes)
    with pytest.raises(FileError, match="no reader takes so fine parts"):
        write(score)


def test_one_key_very_often_at_one_moment_is_said_at_once() -> None:
    """As a chord of one voice it would be a voice for each."""
    score = mi.Score.from_notes([0] * 5000 + [1], 1, 60, meter="4/4")
    assert len(score.note_table()) == 5001
    kern = mi.read(b"**kern\n*M4/4\n=1\n" + b" ".join([b"4c"] * 5000) + b"\n4d\n*-\n")
    with pytest.raises(mi.MiThemeError, match="more than 256 voices in a part"):
        write(kern)


def test_a_key_a_few_times_at_one_moment_is_a_voice_for_each() -> None:
    kern = mi.read(b"**kern\n*M4/4\n=1\n4c 4c 4e 4c\n4d\n*-\n")
    assert (
        mi.read(write(kern)).note_table()["pitch"].tolist()
        == kern.note_table()["pitch"].tolist()
        == [60, 60, 60, 64, 62]
    )


def test_thousands_of_tracks_with_syllables() -> None:
    tracks = [fuzzing.events([fuzzing.meta(5, b"la"), b"\0\x90\x3c\x50", b"\x60\x80\x3c\0"])[2:] for _ in range(600)]
    score = mi.read(fuzzing.midi_of(fuzzing.events(*tracks)))
    assert write(score).count(b"<text>la</text>") == 600


def test_a_text_of_megabytes_is_shown_by_its_beginning(desk: Path) -> None:
    texts = [fuzzing.meta(kind, b"x" * 2_000_000) for kind in (1, 3, 6)]
    (desk / "long.mid").write_bytes(fuzzing.midi_of(fuzzing.events([*texts, b"\0\x90\x3c\x50", b"\x60\x80\x3c\0"])))
    shown = CliRunner().invoke(main, ["info", "long.mid"])
    assert shown.exit_code == 0
    assert shown.output.count("... (of 2,000,000 letters; --json has all)") == 3
    assert len(shown.output) < 5000
    whole = CliRunner().invoke(main, ["info", "long.mid", "--json"])
    assert whole.output.count("x" * 2_000_000) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="no standard output is of POSIX")
@pytest.mark.parametrize("line", ["info song.mid", "find song.mid", "strategies", "report", "info song.mid --json"])
def test_no_standard_output_at_all(line: str, desk: Path) -> None:
    command = [sys.executable, "-m", "mi_theme", *line.split()]
    path = os.pathsep.join(filter(None, sys.path))
    ended = subprocess.run(
        command,
        cwd=desk,
        env=os.environ | {"PYTHONPATH": path},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.close(1),
    )
    assert ended.returncode in (0, 1)
    assert "Traceback" not in ended.stderr


@pytest.mark.tool("duckdb")
@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes are of Linux")
def test_a_name_that_is_no_text_is_left_out_of_an_index(desk: Path) -> None:
    (desk / "music").mkdir()
    mi.theme().to_score().save(desk / "music" / "theme.mid")
    SONG.save(Path(os.fsdecode(os.fsencode(desk / "music") + b"/\xff\xfe.mid")))
    result = CliRunner().invoke(main, ["index", "build", "music", "-o", "made.idx"])
    assert result.exit_code == 1, result.output
    assert "its name is not in UTF-8" in result.output
    assert mi.find(mi.theme(), desk / "made.idx")


@pytest.mark.tool("verovio")
def test_a_picture_of_thousands_of_notes_is_refused(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bar of them would be drawn for minutes."""
    monkeypatch.setattr(engraver, "MOST_NOTES", 7)
    assert "8 notes are too many for one picture" in said("draw song.mid --as notation -o out.svg")

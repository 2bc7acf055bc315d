"""The command line: what it prints, and one clear line for whatever is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import mi_theme as mi
from mi_theme.cli import COMMANDS, main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def process(*arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "mi_theme", *arguments]
    return subprocess.run(command, capture_output=True, **options)  # type: ignore[call-overload,no-any-return]


def refused(result: Result, code: int = 1) -> str:
    """The one line that a refusal prints."""
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    assert not isinstance(result.exception, Exception) or isinstance(result.exception, SystemExit)
    return result.stderr.strip()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert COMMANDS[name][1].rstrip(".") in " ".join(result.output.split())


def test_adapt_prints_the_plan_and_its_json_reads_back() -> None:
    from mi_theme.adaptation.plans import Plan

    assert run("adapt", "--to", "4/4").output.strip() == str(mi.theme().to_meter("4/4"))
    assert Plan.from_json(run("adapt", "--to", "4/4", "--json").output) == mi.theme().to_meter("4/4").plan


def test_adapt_compares_every_strategy() -> None:
    rows = json.loads(run("adapt", "--to", "4/4", "--all", "--json").output)
    from mi_theme.adaptation.strategies import STRATEGIES

    assert [row["strategy"] for row in rows] == list(STRATEGIES)
    assert {row["strategy"]: row["shape"] for row in rows}["regroup"] == "3+3+1+1"


def test_adapt_takes_a_tune_of_ones_own(tmp_path: Path) -> None:
    tune = mi.Score.from_notes([0, 1, 2, 3, 4, 5], [1] * 6, [60, 62, 64, 65, 64, 62], meter="3/4", names=["Tune"])
    tune.save(tmp_path / "tune.mid")
    output = run("adapt", "--theme", str(tmp_path / "tune.mid"), "--to", "4/4").output
    assert "C . D . E ." in output
    assert "LONG ONE" in output


def test_meter_draws_and_says_json() -> None:
    assert "3" in run("meter", "5/4:3+3+2+2").output
    assert json.loads(run("meter", "5/4:3+3+2+2", "--json").output)["groups"] == [3, 3, 2, 2]


def test_info_reads_back_what_was_written(tmp_path: Path) -> None:
    assert run("adapt", "--to", "7/8:2+2+3", "-o", str(tmp_path / "seven.mid")).exit_code == 0
    described = json.loads(run("info", str(tmp_path / "seven.mid"), "--json").output)
    assert described["metres"] == [{"bar": 1, "quarter": 0.0, "meter": "7/8:2+2+3"}]
    assert described["bars"] == 4
    assert "7/8:2+2+3" in run("info", str(tmp_path / "seven.mid")).output


def test_standard_output_is_the_file_itself(tmp_path: Path) -> None:
    run("adapt", "--to", "4/4", "-o", str(tmp_path / "a.mid"))
    assert process("adapt", "--to", "4/4", "-o", "-").stdout == (tmp_path / "a.mid").read_bytes()


def test_lineage_takes_claims_away_and_adds_them() -> None:
    def count(*options: str) -> int:
        return int(run("lineage", "--readings", *options).output.split()[0])

    assert count() == 5
    assert count("--without", "M17 M18") == 15
    assert count("--assume", "order-preserved,consecutive-runs,score-implies-opening,one-earlier-score") == 4
    assert count("--add", "film 4 opening by Giacchino") == 3


def test_annotate_writes_what_info_reads(tmp_path: Path) -> None:
    path = str(tmp_path / "a.mid")
    run("adapt", "--to", "4/4", "-o", path)
    before = len(mi.read(path).note_table())
    assert run("annotate", path, "--film", "3", "--in-place").exit_code == 0
    assert "Giacchino" in run("info", path).output
    assert len(mi.read(path).note_table()) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["adapt", "--to", "5/3"], "'5/3', column 3"),
        (["adapt", "--to", "0/4"], "column 1"),
        (["adapt", "--to", ""], "no metre"),
        (["adapt", "--to", "1" * 1000], "column 1001"),
        (["adapt", "--to", "4/4", "--how", "regruop"], "did you mean 'regroup'?"),
        (["adapt", "--to", "4/4", "--how", "rest"], "not longer"),
        (["adapt", "--to", "4/4", "--tonic", "H"], "tonic"),
        (["adapt", "--to", "4/4", "--mode", "blue"], "no mode"),
        (["adapt", "--to", "4/4", "--ratio", "3"], "ratio 3"),
        (["adapt", "--to", "4/4", "--theme", "/nowhere/at/all.mid"], "No such file"),
        (["meter", "5/4:3+3+1"], "add up to 7"),
        (["info", "/nowhere/at/all.mid"], "No such file"),
        (["info", "/"], "directory"),
        (["lineage", "--film", "9"], "no film '9'"),
        (["lineage", "--readings", "--add", "nonsense"], "is no claim"),
        (["lineage", "verify", "/nowhere"], "/nowhere"),
        (["render", "--keep", "nothing", "-o", "-"], "no tempo equation 'nothing'"),
        (["annotate", "/nowhere/at/all.mid", "--film", "3", "--in-place"], "No such file"),
        (["adapt", "--to", "4/4", "-o", "/proc/a.mid"], "/proc/a.mid: No such file"),
        (["report", "-o", "dossier.doc"], "end the name in .html or .pdf"),
    ],
)
def test_wrong_input_is_one_clear_line(arguments: list[str], words: str) -> None:
    line = refused(run(*arguments))
    assert line.startswith("mi-theme: ")
    assert "\n" not in line
    assert words in line


def test_a_wrong_call_is_exit_code_2() -> None:
    assert "did you mean 'adapt'?" in refused(run("adapte"), 2)
    refused(run("adapt"), 2)
    refused(run("adapt", "--to", "4/4", "--ratio", "x"), 2)
    refused(run("adapt", "--to", "4/4", "--ratio", "1e999999999"), 2)


@pytest.mark.parametrize("data", [b"", b"MThd", b"RIFF1234", b"MThd\0\0\0\6\0\1\0\1\0\0MTrk\0\0\0\4\0\xff\x2f\0"])
def test_a_damaged_file_is_one_clear_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "damaged.mid"
    path.write_bytes(data)
    assert str(path) in refused(run("info", str(path)))


def test_output_that_cannot_be_written(tmp_path: Path) -> None:
    assert "directory" in refused(run("adapt", "--to", "4/4", "-o", str(tmp_path)))
    lost = str(tmp_path / "no" / "where.mid")
    assert (
        refused(run("adapt", "--to", "4/4", "-o", lost))
        == f"mi-theme: {lost}: there is no folder {tmp_path / 'no'}; --parents makes it"
    )
    assert "end the name in .mid" in refused(run("adapt", "--to", "4/4", "-o", str(tmp_path / "a.txt")))
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "Permission denied" in refused(run("adapt", "--to", "4/4", "-o", str(tmp_path / "a.mid")))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_and_a_closed_pipe() -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        result = subprocess.run([sys.executable, "-m", "mi_theme", "strategies"], stdout=full, stderr=subprocess.PIPE)
    assert result.returncode == 1
    assert b"Traceback" not in result.stderr
    assert b"No space left" in result.stderr
    piped = subprocess.run(
        f"{sys.executable} -m mi_theme adapt --to 4/4 --all --json | head -c 1", shell=True, capture_output=True
    )
    assert b"Traceback" not in piped.stderr


def test_an_existing_file_is_kept_until_the_new_one_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "old.mid"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert "No space left" in refused(run("adapt", "--to", "4/4", "-o", str(path)))
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["old.mid"]


@pytest.fixture
def pieces(tmp_path: Path) -> Path:
    """A folder with one tune in three forms, and one more below."""
    folder = tmp_path / "pieces"
    (folder / "more").mkdir(parents=True)
    tune = mi.Score.from_notes(range(8), [1] * 8, [60, 62, 64, 65, 67, 65, 64, 62], meter="4/4", names=["Tune"])
    tune.save(folder / "a.mid")
    tune.save(folder / "a.musicxml")
    (folder / "a.abc").write_text("X:1\nM:4/4\nL:1/4\nK:C\nCDEF|GFED|]\n", "utf-8")
    tune.save(folder / "more" / "b.mid")
    return folder


def test_every_score_of_a_folder_has_a_place_of_its_own(pieces: Path) -> None:
    """And what is in it already is not converted once more."""
    for _ in range(2):
        result = run("convert", str(pieces), "--to", "3/4", "-o", str(pieces / "out"))
        assert result.exit_code == 0
        assert "4 of 4 files" in result.stderr
    written = sorted(p.relative_to(pieces / "out").as_posix() for p in (pieces / "out").rglob("*") if p.is_file())
    assert written == ["a.abc.musicxml", "a.mid", "a.musicxml", "more/b.mid"]


def test_what_is_converted_is_not_written_over(pieces: Path) -> None:
    before = {path: path.read_bytes() for path in pieces.rglob("*") if path.is_file()}
    for out in (pieces, pieces / "more" / ".."):
        assert "this is what is converted" in refused(run("convert", str(pieces), "--to", "3/4", "-o", str(out)))
    one = str(pieces / "a.mid")
    assert "this is what is converted" in refused(run("convert", one, "--to", "3/4", "-o", one))
    assert before == {path: path.read_bytes() for path in pieces.rglob("*") if path.is_file()}


def test_a_folder_without_scores(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("none", "utf-8")
    assert "no scores in it" in refused(run("convert", str(tmp_path), "--to", "3/4", "-o", str(tmp_path / "out")))
    assert "no scores" in refused(run("which-meter", str(tmp_path)))
    assert refused(run("which-meter", "nowhere.mid")) == "nowhere.mid: No such file or directory"


def test_a_failing_file_of_a_folder_is_named_once(pieces: Path) -> None:
    (pieces / "bad.mid").write_bytes(b"no music")
    result = run("convert", str(pieces), "--to", "3/4", "-o", str(pieces / "out"))
    assert result.exit_code == 1
    assert f"  left out: {pieces / 'bad.mid'}: not a MIDI file" in result.stderr.splitlines()


def test_what_is_no_note_is_one_line_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "a.krn"
    path.write_text("**kern\n4zz\n*-\n", "utf-8")
    result = process("info", str(path))
    assert result.stderr.decode().splitlines()[-1] == f"mi-theme: {path}: there are no notes in it"
    path.write_text("**kern\n*M4/4\n4zz\n4c\n4d\n4e\n4f\n*-\n", "utf-8")
    result = process("info", str(path))
    assert result.returncode == 0
    assert b"Traceback" not in result.stderr
    assert b"4zz" in result.stderr  # what is left out is said


def test_notes_out_of_range_are_those_of_a_file(tmp_path: Path, pieces: Path) -> None:
    text = (pieces / "a.musicxml").read_text("utf-8").replace("<duration>", "<duration>99999999999")
    path = tmp_path / "late.musicxml"
    path.write_text(text, "utf-8")
    assert refused(run("info", str(path))).startswith(f"mi-theme: {path}: damaged: ")


@pytest.mark.parametrize("target", ["1/64", "1/32", "3/64", "5/32", "2/1"])
def test_best_reaches_the_shortest_bars(target: str, pieces: Path) -> None:
    assert run("convert", str(pieces / "a.mid"), "--to", target, "--how", "best").exit_code == 0

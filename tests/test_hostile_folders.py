"""A folder with hostile files among good ones: every command finishes, and names each that it leaves out."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from musicxml_making import measure, partwise, scale

import mi_theme as mi
from mi_theme.cli import main

GOOD, HOSTILE = 60, 20
ENTITIES = b'<!DOCTYPE score-partwise [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]><score-partwise>&b;</score-partwise>'


def midi(track: bytes, kind: int = 0, division: int = 480, tracks: int = 1) -> bytes:
    head = b"".join(number.to_bytes(2, "big") for number in (kind, tracks, division))
    return b"MThd\0\0\0\6" + head + b"MTrk" + len(track).to_bytes(4, "big") + track


def hostile() -> dict[str, bytes]:
    """Twenty files that cannot be read, by their names."""
    whole = mi.Score.from_notes([0, 1, 2, 3], 1, [60, 62, 64, 65]).to_bytes()
    page = partwise([measure(1, scale(0, 4), ("4", "4"))])
    return {
        "empty.mid": b"",
        "cut.mid": whole[: len(whole) // 2],
        "zeros.mid": bytes(400),
        "noise.mid": random.Random(1).randbytes(400),
        "songs.mid": midi(b"\0\xff\x2f\0", kind=2),
        "no_time.mid": midi(b"\0\xff\x2f\0", division=0),
        "no_tracks.mid": b"MThd\0\0\0\6\0\1\0\0\1\xe0",
        "status.mid": midi(b"\0\x3c\x40\0\xff\x2f\0"),
        "empty.musicxml": b"",
        "cut.musicxml": page[: len(page) // 2],
        "page.xml": b"<html><body>no music</body></html>",
        "entities.musicxml": ENTITIES,
        "silent.musicxml": partwise(['<measure number="1"></measure>']),
        "endless.musicxml": page.replace(b"<duration>2</duration>", b"<duration>1e300</duration>"),
        "letters.musicxml": page.replace(b"<octave>5</octave>", b"<octave>five</octave>"),
        "metre.musicxml": page.replace(b"<beats>4</beats>", b"<beats>0</beats>"),
        "deep.musicxml": b"<score-partwise>" + b"<part>" * 20000,
        "no_zip.mxl": b"PK\x03\x04" + bytes(50),
        "nothing.abc": b"no tune at all\n",
        "spines.krn": b"**kern\n*M4/4\n",
    }


def folder(place: Path) -> Path:
    """So many good files and so many others, in folders of their own."""
    random_ = random.Random(2)
    (place / "deep" / "er").mkdir(parents=True)
    for number in range(GOOD):
        pitches = [60 + random_.choice([0, 2, 4, 5, 7, 9, 11]) for _ in range(16)]
        score = mi.Score.from_notes([k / 2 for k in range(16)], 0.5, pitches, step=-1)
        home = [place, place / "deep", place / "deep" / "er"][number % 3]
        score.save(home / f"good{number}{('.mid', '.musicxml', '.mxl')[number % 3]}")
    for name, data in hostile().items():
        (place / "deep" / name).write_bytes(data)
    return place


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder(tmp_path_factory.mktemp("corpus"))


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def names_all(text: str) -> None:
    lines = text.splitlines()
    missing = [name for name in hostile() if not any(name in line for line in lines)]
    assert not missing, missing


def test_there_are_twenty_and_each_is_refused_in_one_line(tmp_path: Path) -> None:
    assert len(hostile()) == HOSTILE
    for name, data in hostile().items():
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(mi.MiThemeError) as caught:
            mi.read(path)
        assert name in str(caught.value)
        assert "\n" not in str(caught.value)


def test_which_meter(corpus: Path) -> None:
    result = run("which-meter", "--details", str(corpus))
    names_all(result.output)
    assert sum("good" in line for line in result.output.splitlines()) >= GOOD
    assert result.exit_code == 1


def test_convert(corpus: Path, tmp_path: Path) -> None:
    result = run("convert", str(corpus), "--to", "5/4", "-o", str(tmp_path / "out"))
    names_all(result.output)
    made = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(made) == GOOD
    assert all(path.stat().st_size for path in made)
    assert result.exit_code == 1


def test_find(corpus: Path) -> None:
    result = run("find", str(corpus))
    names_all(result.output)
    assert f"in {GOOD} files" in result.output


def test_rank(corpus: Path) -> None:
    result = run("rank", str(corpus / "good0.mid"), str(corpus))
    names_all(result.output)
    assert f"{GOOD} tunes ranked" in result.output


def test_an_archive_that_is_a_bomb(tmp_path: Path) -> None:
    path = tmp_path / "bomb.mxl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("score.musicxml", b" " * (80 * 2**20))
    with pytest.raises(mi.MiThemeError, match="larger than"):
        mi.read(path)

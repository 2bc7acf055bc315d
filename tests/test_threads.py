"""Reading in threads: the music that one thread reads, and nothing of the program changed by it."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from midi_making import END, written

import mi_theme as mi

READS = 100
NOTE = "<note><pitch><step>{}</step><octave>4</octave></pitch><duration>1</duration><type>quarter</type></note>"
XML = f"""<score-partwise><part-list><score-part id="P1"><part-name>P</part-name></score-part></part-list><part id="P1">
<measure number="1"><attributes><divisions>1</divisions><time><beats>4</beats><beat-type>4</beat-type></time></attributes>{"".join(NOTE.format(step) for step in "CDEF")}</measure>
</part></score-partwise>"""
UNKNOWN = [
    (10 * k + i, message)
    for k in range(300)
    for i, message in enumerate((b"\xff\x60ab", b"\x90\x3c\x50", b"\x80\x3c\x00"))
]
FILES = {
    "MIDI with unknown meta events": written((1, 96, [[*UNKNOWN, (4000, END)]])),
    "MusicXML": XML.encode(),
    "ABC": b"X:1\nM:4/4\nL:1/4\nK:C\nCDEF|GABc|\n",
    "kern": b"**kern\n*M4/4\n4c\n4d\n4e\n4f\n*-\n",
}


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads take turns a thousand times as often."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_eight_threads_read_what_one_reads(data: bytes, tmp_path: Path) -> None:
    wanted = mi.read(data).to_bytes()
    errors, shown, filters = sys.stderr, warnings.showwarning, list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(lambda _: mi.read(data).to_bytes(), range(READS)))
    assert read == [wanted] * READS
    assert sys.stderr is errors
    assert warnings.showwarning is shown
    assert warnings.filters == filters


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("ending", [".mid", ".musicxml"])
def test_eight_threads_write_one_file_and_it_is_whole(ending: str, tmp_path: Path) -> None:
    score = mi.Score.from_notes([0, 1, 2, 3], 1, [60, 62, 64, 65])
    path = tmp_path / f"a{ending}"
    score.save(path)
    wanted = path.read_bytes()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: score.save(path), range(24)))
    assert path.read_bytes() == wanted
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.tool("verovio")
def test_a_picture_is_drawn_in_any_thread() -> None:
    """verovio has a place for its data in each thread; a notebook's widgets live in another than its cells."""
    version = mi.theme().to_meter("4/4")
    wanted = mi.draw(version).to_svg()
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda _: mi.draw(version).to_svg(), range(4))) == [wanted] * 4

"""Reading in threads: the music that one thread reads, and nothing of the program changed by it."""

from __future__ import annotations

import subprocess
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


FIRST_USES = """
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
{first}
import mi_theme as mi

def tune():
    return mi.Score.from_notes(range(8), 1, range(60, 68), meter="4/4")

USES = [
    lambda: mi.convert(tune(), "5/4").to_bytes(), lambda: mi.draw("4/4").to_svg(), lambda: mi.render(seed=1).to_bytes(),
    lambda: mi.theme().to_meter("4/4"), lambda: mi.find(mi.theme(), mi.theme().to_score()), lambda: mi.quantize(tune()),
    lambda: mi.induce_meter(tune()), lambda: mi.film(1).credits(), lambda: mi.read(b"X:1\\nK:C\\nCDEF|"), lambda: mi.measure(tune()),
]
sys.setswitchinterval(1e-5)
together = threading.Barrier(2 * len(USES))

def used(use):
    together.wait()
    return str(use())

with ThreadPoolExecutor(2 * len(USES)) as pool:
    made = list(pool.map(used, USES * 2))
assert made[: len(USES)] == made[len(USES) :] == [str(use()) for use in USES]
"""


@pytest.mark.parametrize("first", ["", "from mi_theme import convert, find, render"])
def test_many_threads_may_be_the_first_to_use_anything(first: str) -> None:
    """In a new process: each loads what it needs while the others do."""
    for _ in range(3):
        command = [sys.executable, "-W", "ignore", "-c", FIRST_USES.format(first=first)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        assert ended.returncode == 0, ended.stderr

"""Whatever happens while a command runs: its files are whole or as they were, it says so in one line, and nothing else is touched.

What is run is the table in `command_rows.py`, guarded as `guarded.py` has it. A sample meets a few moments of a few
commands; ``--everything`` meets many moments of all.
"""

from __future__ import annotations

import errno
import os
import resource
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Container, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from random import Random

import click
import pytest
from command_rows import ROWS, Row, inputs
from guarded import Ended, run

import mi_theme as mi
from mi_theme.cli import main

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals, limits and folders of POSIX")

OLD = b"what was there before"
SAMPLE = ("annotate tune.mid 3 --in-place", "convert music --to 5/4 -o out")
STEADY = [row for row in ROWS if row.steady]
WRITING = [row for row in STEADY if row.makes]
FIRST = {" ".join(row.line.split()[: 2 if "lineage" in row.line else 1]): row.line for row in reversed(ROWS)}.values()
MOMENTS = 12  # of one command at which it is interrupted or killed, where everything is run
CAP_DAC_OVERRIDE, PR_CAPBSET_DROP = 1, 24  # of Linux: what lets root write where nobody may, and how it is given up

Files = dict[str, bytes]


def rows(all_rows: Iterable[Row] = WRITING, sample: Container[str] = SAMPLE) -> list[object]:
    """All, of which most are slow."""
    return [pytest.param(row, marks=() if row.line in sample else pytest.mark.slow, id=row.line) for row in all_rows]


def words(row: Row) -> list[str]:
    if row.needs and find_spec(row.needs) is None:
        pytest.skip(f"{row.needs} is not installed")
    return shlex.split(row.line)


def files(place: Path) -> Files:
    """Every file below a folder, with its bytes."""
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()}


def is_made(name: str, row: Row) -> bool:
    return any(name == made or (made.endswith("/") and name.startswith(made)) for made in row.makes)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return inputs(tmp_path / "in")


@cache
def made_by(row: Row, base: Path) -> tuple[Files, Ended]:
    """What a row leaves that nothing happens to, and how it ends."""
    home = inputs(base / str(ROWS.index(row)) / "in")
    ended = run(home, words(row), row.makes, sockets=row.sockets)
    return files(home), ended


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Row], tuple[Files, Ended]]:
    base = tmp_path_factory.mktemp("whole")
    return lambda row: made_by(row, base)


def check(row: Row, ended: Ended, place: Path, before: Files, wanted: Files, *, left: bool = False) -> None:
    """Each file is as it was before, or as it is to be; nothing else is there, but what a killed program could not take away."""
    after = files(place)
    for name, data in after.items():
        if left and Path(name).name.startswith("."):  # the file that was to take the place of another
            continue
        if is_made(name, row):
            assert data in (before.get(name), wanted.get(name)), f"{name}: neither old nor new, {len(data)} bytes"
        else:
            assert data == before.get(name), f"{name} was not asked for"
    assert set(before) <= set(after)
    assert ended.forbidden == []
    if not left:
        assert files(place.parent / "tmp") == {}
    assert files(place.parent / "home") == {}


def one_line(ended: Ended) -> None:
    """What went wrong is said in a line that begins as ours do; of a folder's files each has its own."""
    assert "Traceback" not in ended.said, ended.said
    assert "Exception ignored" not in ended.said, ended.said
    assert any(line.startswith(("mi-theme: ", "  left out: ")) for line in ended.said.splitlines()), ended.said


def leaves(command: click.Command, name: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The names of all commands, those of a group too where it does something by itself."""
    if not isinstance(command, click.Group):
        yield name
        return
    if command.invoke_without_command:
        yield name
    with click.Context(command) as context:
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None
            yield from leaves(found, (*name, below))


def test_every_command_has_a_row() -> None:
    """Of `command_rows.ROWS`: add one for a new command."""
    typed = [[word for word in shlex.split(row.line) if not word.startswith("-")] for row in ROWS]
    missing = [name for name in leaves(main) if not any(set(name) <= set(line) for line in typed)]
    assert missing == []
    assert set(SAMPLE) <= {row.line for row in ROWS}


@pytest.mark.parametrize("row", rows(ROWS, FIRST))
def test_a_command_writes_what_was_asked_and_calls_nobody(row: Row, place: Path) -> None:
    """No socket, no program, no file elsewhere; its inputs stay as they are."""
    before = files(place)
    ended = run(place, words(row), row.makes, sockets=row.sockets)
    assert ended.forbidden == []
    assert "Traceback" not in ended.said
    assert ended.code == row.code, ended.said
    after = files(place)
    changed = {name for name in after if after[name] != before.get(name)}
    assert [name for name in changed if not is_made(name, row)] == []
    assert [made for made in row.makes if not any(is_made(name, Row("", (made,))) for name in changed)] == []
    assert set(before) <= set(after)
    assert files(place.parent / "home") == {}
    assert files(place.parent / "tmp") == {}


def test_the_guard_sees_and_forbids(tmp_path: Path) -> None:
    """A guard that cannot fail would be none: what it is for is done, by the plain interpreter."""
    (tmp_path / "in").mkdir()
    for act in (
        "socket.socket()",
        "open('elsewhere', 'w')",
        "os.mkdir('elsewhere')",
        "os.remove('kept')",
        "subprocess.run(['true'])",
        "urllib.request.urlopen('http://localhost:9')",
        "pathlib.Path('kept').rename('out.mid')",
    ):
        (tmp_path / "in" / "kept").touch()
        code = f"import guarded, os, pathlib, socket, subprocess, sys, urllib.request\ng = guarded.Guard(guarded.Orders(os.getcwd(), ('out.mid',), '../log'))\nsys.addaudithook(g)\n{act}"
        path = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parent.parent)])
        ended = subprocess.run([sys.executable, "-c", code], cwd=tmp_path / "in", env=os.environ | {"PYTHONPATH": path, "TMPDIR": str(tmp_path / "t")}, capture_output=True, check=False)  # fmt: skip
        assert b"forbidden" in ended.stderr, (act, ended.stderr)
        assert list((tmp_path / "in").iterdir()) == [tmp_path / "in" / "kept"], act
    assert (tmp_path / "log").read_text().count("\n") >= 7


def moments(count: int, row: Row, everything: bool, few: int = 2) -> list[int]:
    """All of so many, or some of them, the same each time."""
    most = MOMENTS if everything else few
    return list(range(1, count + 1)) if count <= most else sorted(Random(row.line).sample(range(1, count + 1), most))


@pytest.fixture
def everything(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("everything"))


def with_old_files(row: Row, place: Path) -> Files:
    """The inputs, and something where the files are to be."""
    for name in row.makes:
        if not name.endswith("/") and not (place / name).exists():
            (place / name).write_bytes(OLD)
    return files(place)


@pytest.mark.parametrize("row", rows())
def test_a_command_that_is_killed_leaves_files_whole(
    row: Row, tmp_path: Path, whole: Callable[[Row], tuple[Files, Ended]], everything: bool
) -> None:
    """At each act: a file opened for writing, a name changed or removed."""
    wanted, reference = whole(row)
    assert reference.acts > 1
    for at in moments(reference.acts, row, everything, 4):
        place = inputs(tmp_path / str(at) / "in")
        before = with_old_files(row, place)
        ended = run(place, words(row), row.makes, sockets=row.sockets, fault="kill", at=at)
        assert ended.code == -signal.SIGKILL, (at, ended.said)
        check(row, ended, place, before, wanted, left=True)


@pytest.mark.parametrize("row", rows())
def test_a_command_that_is_killed_at_any_time_leaves_files_whole(
    row: Row, tmp_path: Path, whole: Callable[[Row], tuple[Files, Ended]], everything: bool
) -> None:
    """By the clock, for what happens between two acts: bytes on their way to the disk."""
    wanted, _ = whole(row)
    began = time.monotonic()
    run(inputs(tmp_path / "timed" / "in"), words(row), row.makes, sockets=row.sockets)
    lasts = time.monotonic() - began
    for number in range(MOMENTS if everything else 1):
        place = inputs(tmp_path / str(number) / "in")
        before = with_old_files(row, place)
        late = {"timeout": lasts * Random(f"{row.line} {number}").uniform(0.5, 1)}  # subprocess.run kills it then
        try:
            ended = run(place, words(row), row.makes, sockets=row.sockets, process=late)
        except subprocess.TimeoutExpired:
            ended = Ended(-9, b"", "", [], 0, 0, 0)
        check(row, ended, place, before, wanted, left=True)


@pytest.mark.parametrize("row", rows(STEADY))
def test_an_interrupt_at_any_moment(
    row: Row, tmp_path: Path, whole: Callable[[Row], tuple[Files, Ended]], everything: bool
) -> None:
    """Ctrl-C: 130, one line, and no file half written or temporary; or it came too late, and all is done."""
    wanted, reference = whole(row)
    codes = []
    for at in moments(reference.events - 1, row, everything, 5):
        place = inputs(tmp_path / str(at) / "in")
        before = with_old_files(row, place)
        ended = run(place, words(row), row.makes, sockets=row.sockets, fault="interrupt", at=at)
        codes.append(ended.code)
        assert ended.code in (130, reference.code), (at, ended.said)
        assert "Aborted" not in ended.said, at
        check(row, ended, place, before, wanted)
        if ended.code == 130:
            one_line(ended)
    assert 130 in codes


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))


@pytest.mark.parametrize("row", rows())
def test_a_full_disk(row: Row, place: Path, whole: Callable[[Row], tuple[Files, Ended]]) -> None:
    """No file may grow beyond 200 bytes: its beginning is written, and then no more."""
    wanted, _ = whole(row)
    before = with_old_files(row, place)
    ended = run(place, words(row), row.makes, sockets=row.sockets, process={"preexec_fn": limited})
    assert ended.code == 1, ended.said
    one_line(ended)
    check(row, ended, place, before, wanted)
    assert "File too large" in ended.said


@pytest.mark.parametrize("row", rows())
@pytest.mark.parametrize(
    "number",
    [errno.ENOSPC, *(pytest.param(other, marks=pytest.mark.slow) for other in (errno.EROFS, errno.EACCES, errno.EIO))],
)
def test_an_act_that_the_system_refuses(
    row: Row, number: int, tmp_path: Path, whole: Callable[[Row], tuple[Files, Ended]], everything: bool
) -> None:
    """No space, read-only, no right, a broken disk, when a file is opened for writing or is to get its name."""
    wanted, reference = whole(row)
    for at in moments(reference.acts, row, everything):
        place = inputs(tmp_path / str(at) / "in")
        before = with_old_files(row, place)
        ended = run(place, words(row), row.makes, sockets=row.sockets, fault="refuse", at=at, number=number)
        assert ended.code in (1, reference.code), (at, ended.said)
        check(row, ended, place, before, wanted)
        if ended.code:
            one_line(ended)


def powerless() -> None:
    """Where root tests: what follows may not write where its owner may not."""
    if os.geteuid() == 0:
        import ctypes

        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE)


@pytest.mark.skipif(os.geteuid() == 0 and sys.platform != "linux", reason="root may write anywhere")
@pytest.mark.parametrize("row", rows())
def test_a_folder_that_takes_no_files(row: Row, place: Path, whole: Callable[[Row], tuple[Files, Ended]]) -> None:
    before, homes = files(place), {place, *(place / name for name in row.makes if name.endswith("/"))}
    for folder in homes:
        if folder.is_dir():
            for path in [*folder.iterdir(), folder]:
                path.chmod(0o555 if path.is_dir() else 0o444)
    ended = run(place, words(row), row.makes, sockets=row.sockets, process={"preexec_fn": powerless})
    for folder in homes:
        if folder.is_dir():
            folder.chmod(0o755)
    assert ended.code == 1
    one_line(ended)
    assert "ermission denied" in ended.said
    check(row, ended, place, before, whole(row)[0])


@pytest.mark.parametrize("fault", ["vanish", "shrink", "scribble"])
@pytest.mark.parametrize("row", rows(STEADY))
def test_an_input_that_is_another_when_it_is_opened(
    row: Row, fault: str, tmp_path: Path, whole: Callable[[Row], tuple[Files, Ended]], everything: bool
) -> None:
    """Gone, cut in half, overwritten: said in one line, and the other files of a folder are done."""
    wanted, reference = whole(row)
    for at in moments(reference.reads, row, everything):
        place = inputs(tmp_path / str(at) / "in")
        ended = run(place, words(row), row.makes, sockets=row.sockets, fault=fault, at=at)
        assert ended.code in (0, 1), (at, ended.said)
        assert "Traceback" not in ended.said, (at, ended.said)
        assert ended.forbidden == []
        if ended.code:
            one_line(ended)
        made = {name: data for name, data in files(place).items() if is_made(name, row)}
        if "music" in words(row) and row.makes:
            same = [name for name in made if wanted.get(name) == made[name]]
            assert len(same) >= 2 or not ended.code, "one bad file is one file"
        assert not [name for name in made if Path(name).name.startswith(".")]
    assert files(tmp_path / "tmp") == {}


@pytest.mark.parametrize("row", rows(STEADY))
def test_nobody_reads_what_is_printed(row: Row, place: Path, whole: Callable[[Row], tuple[Files, Ended]]) -> None:
    """A pipe whose other end is closed, and a device that is full: no traceback, and files as they should be."""
    wanted, reference = whole(row)
    ours, its = os.pipe()
    os.close(ours)
    targets = [its, *([os.open("/dev/full", os.O_WRONLY)] if Path("/dev/full").exists() else [])]
    for target in targets:
        before = files(place)
        ended = run(place, words(row), row.makes, sockets=row.sockets, process={"stdout": target})
        os.close(target)
        assert ended.code == (1 if reference.out else reference.code), ended.said
        assert "Traceback" not in ended.said, ended.said
        assert "Exception ignored" not in ended.said, ended.said
        check(row, ended, place, before, wanted)


# Threads and processes


def tune(number: int) -> mi.Score:
    pitches = [60 + (step * number) % 12 for step in range(32)]
    return mi.Score.from_notes([k / 2 for k in range(32)], 0.5, pitches, meter="4/4")


WORK: dict[str, Callable[[int], object]] = {
    "convert": lambda n: mi.convert(tune(n), ("5/4", "3/4", "7/8")[n % 3]).to_bytes(),
    "render": lambda n: mi.render(seed=n).to_bytes(),
    "quantize": lambda n: mi.quantize(tune(n)).score().to_bytes(),
    "measure": lambda n: str(mi.measure(tune(n))),
    "induce_meter": lambda n: str(mi.induce_meter(tune(n))),
    "find": lambda n: str(mi.find(mi.theme(), mi.theme().to_score())),
    "adapt": lambda n: mi.theme().to_meter(("4/4", "7/8", "3/4", "6/8")[n % 4]).plan.to_json(),
    "draw": lambda n: mi.draw(("5/4:3+3+2+2", "7/8:2+2+3", "4/4")[n % 3]).to_svg(),
    "lineage": lambda n: str(mi.film(1 + n % 4).credits()),
}


def worked(name: str, number: int) -> object:
    return WORK[name](number)


def at_once(pool: Executor, names: Iterable[str]) -> None:
    """Each piece of work twice, all names in turn, and what one thread makes of it."""
    asked = [(name, number) for number in [0, 1, 2, 3, 0, 1, 2, 3] for name in names]
    wanted = {(name, number): worked(name, number) for name, number in asked}
    assert all(wanted.values())
    with pool:
        made = list(pool.map(worked, *zip(*asked, strict=True)))
    assert [key for key, value in zip(asked, made, strict=True) if value != wanted[key]] == []


@pytest.mark.parametrize("names", [[name] for name in WORK] + [list(WORK)], ids="-".join)
def test_threads_make_what_one_thread_makes(names: list[str]) -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    try:
        at_once(ThreadPoolExecutor(8), names)
    finally:
        sys.setswitchinterval(before)


def test_processes_make_what_one_process_makes() -> None:
    at_once(ProcessPoolExecutor(2, get_context("spawn")), WORK)

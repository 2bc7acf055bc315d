"""Folders on any executor: the same answers in the same order, whoever is killed or interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from planted_notes import THEME, noise, planted
from worker_tasks import ITEMS, deadly, deadly_once, process_of, squares, warned

import mi_theme as mi
from mi_theme.cli import main
from mi_theme.conversion.converted_files import convert_files
from mi_theme.errors import FileError, MiThemeError
from mi_theme.executors import Failed, LocalProcesses, dask_workers, in_batches, one_by_one, workers_for
from mi_theme.rhythm import measure_files, which_meters
from mi_theme.search.corpus import folders, readers
from mi_theme.search.corpus.folders import search_files
from mi_theme.search.corpus.readers import sheets_of_file, with_books_divided


def process_pool() -> Executor:
    return ProcessPoolExecutor(2, get_context("spawn"))


POOLS: list[Callable[[], Executor]] = [partial(LocalProcesses, 2), process_pool, partial(ThreadPoolExecutor, 2)]


def flat(found: Iterator[object]) -> list[object]:
    return [one for part in found for one in (part if isinstance(part, list) else [part])]


@pytest.fixture(autouse=True)
def _parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARENT", str(os.getpid()))


@pytest.mark.parametrize("make", POOLS)
def test_an_item_that_raises_is_named_and_the_others_are_done(make: Callable[[], Executor]) -> None:
    expected = [Failed(17, "KeyError: 'seventeen'") if item == 17 else item * item for item in ITEMS]
    seen: list[tuple[int, int]] = []
    assert flat(in_batches(squares, ITEMS, size=8)) == expected
    with make() as pool:
        found = in_batches(squares, ITEMS, size=8, executor=pool, progress=lambda *told: seen.append(told))
        assert flat(found) == expected
    assert seen == [(done, 20) for done in range(8, 17, 8)] + [(20, 20)]


@pytest.mark.parametrize("make", POOLS[:2])
def test_an_item_that_kills_its_worker_is_named_and_the_others_are_done(make: Callable[[], Executor]) -> None:
    with make() as pool:
        found = flat(in_batches(deadly, ITEMS, size=8, executor=pool))
    assert [one for one in found if not isinstance(one, Failed)] == [n * n for n in ITEMS if n not in (13, 17)]
    failed = [one for one in found if isinstance(one, Failed)]
    assert [one.item for one in failed] == [13, 17]
    assert "lost" in failed[0].reason


@pytest.mark.parametrize("make", POOLS[:2])
def test_a_worker_that_is_killed_costs_a_retry(make: Callable[[], Executor], tmp_path: Path) -> None:
    with make() as pool:
        found = list(in_batches(partial(deadly_once, tmp_path), ITEMS, size=8, executor=pool))
    assert found == [[item * item for item in ITEMS[first : first + 8]] for first in range(0, 20, 8)]
    assert (tmp_path / "killed").exists()


def test_what_a_worker_warns_of_is_told_here() -> None:
    with LocalProcesses(1) as pool, pytest.warns(UserWarning, match="an item"):
        assert [found for _, found in one_by_one(warned, [1, 2, 3], executor=pool)] == [1, 2, 3]


def test_work_that_cannot_be_sent_is_refused_in_one_line() -> None:
    with LocalProcesses(1) as pool, pytest.raises(MiThemeError, match="cannot do this work"):
        list(in_batches(lambda batch: batch, ITEMS, executor=pool))


def test_one_worker_is_none_and_by_default_processes_come_late() -> None:
    with workers_for(1) as here:
        assert here is None
    with LocalProcesses(2, patience=60) as pool:
        (found,) = {pid for _, pid in one_by_one(process_of, ITEMS, executor=pool)}
    assert found == os.getpid()


def test_where_no_process_can_be_started_all_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*args: object) -> object:
        raise OSError("no semaphores")

    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", refused)
    with LocalProcesses(2, patience=1e-9) as pool:
        assert {found for _, found in one_by_one(process_of, ITEMS, executor=pool)} == {os.getpid()}
    with LocalProcesses(2) as pool, pytest.raises(MiThemeError, match="no semaphores"):  # asked for
        list(one_by_one(process_of, ITEMS, executor=pool))


# Commands


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("music")
    for number in range(24):
        rows = sorted([*noise(number, 60), *(planted(THEME, number % 5) if number % 3 else [])])
        onsets, pitches = zip(*rows, strict=True)
        score = mi.Score.from_notes(onsets, np.full(len(rows), 0.5), pitches, step=-1)
        score.save(place / f"{number:02}{('.mid', '.musicxml')[number % 2]}")
    (place / "05.musicxml").write_bytes(b"<score-partwise>")
    onsets, pitches = zip(*THEME, strict=True)
    mi.Score.from_notes(onsets, 0.5, pitches).save(place / ".theme.mid")  # hidden: it is not searched
    return place


COMMANDS = [
    "find {} --theme {}/.theme.mid --json",
    "rank {}/00.mid {} --how theme --json",
    "which-meter {} --json",
    "measure {} --csv",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_say_the_same_with_workers(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "BATCH_FILES", 4)
    words = command.format(*[folder] * command.count("{}")).split()
    alone, together = (CliRunner().invoke(main, [*words, "--workers", number]) for number in ("1", "2"))
    assert alone.stdout == together.stdout != ""
    told = [[line for line in each.stderr.splitlines() if " of 24" not in line] for each in (alone, together)]
    assert told[0] == told[1]
    assert "05.musicxml" in alone.stderr
    assert alone.exit_code == together.exit_code == 1


def converted(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_conversion_writes_the_same_with_workers(folder: Path, tmp_path: Path) -> None:
    for number in ("1", "2"):
        out = tmp_path / number
        result = CliRunner().invoke(main, ["convert", str(folder), "3/4", "-o", str(out), "--workers", number])
        assert result.exit_code == 1
        assert "23 of 24 files converted" in result.stderr
    assert converted(tmp_path / "1") == converted(tmp_path / "2")
    assert len(converted(tmp_path / "1")) == 23


def test_a_strategy_of_no_name_is_refused_before_anything_is_done(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(MiThemeError, match="regrup"):
        list(convert_files(folder, tmp_path / "out", "3/4", how="regrup"))
    with pytest.raises(FileError, match="no scores in it"):
        list(convert_files(tmp_path, tmp_path / "out", "3/4"))
    assert not (tmp_path / "out").exists()


def test_measures_are_those_of_each_file(folder: Path) -> None:
    found = dict(measure_files([folder], "4/4"))
    assert found[str(folder / "00.mid")] == mi.measure(mi.read(folder / "00.mid"), "4/4")
    assert isinstance(found[str(folder / "05.musicxml")], FileError)
    assert [*found] == [name for name, _ in which_meters([folder])]


def test_workers_or_a_cluster_not_both(folder: Path) -> None:
    result = CliRunner().invoke(main, ["find", str(folder), "--workers", "2", "--dask", "tcp://127.0.0.1:1"])
    assert result.exit_code == 2
    assert "not both" in result.stderr


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(word) for word in listed.stdout.split()]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes as Linux lists them")
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_no_worker_outlives_its_maker(sent: signal.Signals, code: int, folder: Path, tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / str(number)).mkdir()
        for path in folder.glob("*.mid"):
            (tmp_path / str(number) / path.name).write_bytes(path.read_bytes())
    command = [sys.executable, "-m", "mi_theme", "convert", str(tmp_path), "3/4", "-o", str(tmp_path / "out")]
    with subprocess.Popen([*command, "--workers", "2"], stderr=subprocess.PIPE, text=True) as process:
        while not any((tmp_path / "out").rglob("*.mid")):
            assert process.poll() is None
            time.sleep(0.05)
        started = children(process.pid)
        process.send_signal(sent)
        said = process.communicate(timeout=60)[1]
    assert started
    assert process.returncode == code
    assert "Traceback" not in said
    until = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in started):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert not list((tmp_path / "out").rglob(".*"))  # no file half written


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hundred tunes, one of which nobody can read; the tenth and the last have what is looked for."""
    monkeypatch.setattr(readers, "SMALL_BOOK", 1000)
    monkeypatch.setattr(readers, "PART_TUNES", 40)
    motif = "D2 A2 ^G A2 c B|"
    tunes = [f"X:{n}\nT:t{n}\nM:4/4\nL:1/8\nK:C\n{'CDEF GABc|cBAG FEDC|' * 4}\n" for n in range(1, 101)]
    tunes[9] += f"{motif}\n"
    tunes[99] += f"{motif}\n"
    tunes[49] = "X:50\nM:0/4\nK:C\nCDE|\n"
    path = tmp_path / "book.abc"
    path.write_text("\n".join(tunes))
    return path


def test_a_long_book_is_divided_among_workers(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what is found is what is found in it as a whole, or in its tunes."""
    wanted = mi.Theme.of("X:1\nM:4/4\nL:1/8\nK:C\nD2 A2 ^G A2 c B|\n")
    parts = list(with_books_divided([book, book.with_name("none.abc")]))
    assert [str(part).partition("#")[2] for part in parts] == ["1-40", "41-80", "81-", ""]
    with LocalProcesses(2) as pool:
        elsewhere = search_files(wanted, [book], executor=pool)
        sheets = [str(sheet.source) for sheet in folders.sheets_in([book], executor=pool)]
    here = search_files(wanted, [book])
    assert elsewhere == here
    assert (here.files, [failure.source for failure in here.unread]) == (1, [f"{book}#50"])
    assert sheets == [f"{book}#{number}" for number in range(1, 101)]
    assert {hit.source for hit in here.hits} == {f"{book}#10", f"{book}#100"}
    monkeypatch.setattr(readers, "SMALL_BOOK", 10**9)
    whole = search_files(wanted, [book])
    assert (whole.files, whole.notes, whole.unread) == (here.files, here.notes, here.unread)
    assert [(hit.source, hit.onset, hit.share) for hit in whole.hits] == [
        (hit.source, hit.onset, hit.share) for hit in here.hits
    ]


def test_a_book_that_is_gone_is_named_once(book: Path) -> None:
    parts = list(with_books_divided([book]))
    book.unlink()
    assert [[str(found) for found in sheets_of_file(part)] for part in parts[1:]] == [[], []]
    assert [found.source for found in sheets_of_file(parts[0])] == [str(book)]


LATE = """
import os, sys, time
if any("spawn_main" in word for word in sys.orig_argv):
    try:
        os.open(os.environ["FIRST"], os.O_CREAT | os.O_EXCL)
    except FileExistsError:
        time.sleep(1)
"""
SQUARED = """
from mi_theme.executors import LocalProcesses
if __name__ == "__main__":
    with LocalProcesses(2) as pool:
        print(sum(each.result() for each in [pool.submit(abs, -4), pool.submit(abs, 4)]))
"""


def test_a_worker_that_comes_when_all_is_done_says_nothing(tmp_path: Path) -> None:
    """Nobody takes a part of what the others are told, such as that there is no more."""
    (tmp_path / "sitecustomize.py").write_text(LATE)
    (tmp_path / "run.py").write_text(SQUARED)
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    for number in range(4):
        environment = os.environ | {"PYTHONPATH": path, "FIRST": str(tmp_path / str(number))}
        command = [sys.executable, str(tmp_path / "run.py")]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
        assert (ended.stdout, ended.stderr) == ("8\n", "")


# A cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[object]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as found:
        yield found


def kill_a_worker(cluster: object) -> None:
    os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)  # type: ignore[attr-defined]


def test_a_cluster_finds_the_same_though_a_worker_is_killed(
    cluster: object, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "BATCH_FILES", 2)
    alone = search_files(THEME, folder)
    with dask_workers(cluster.scheduler_address) as executor:  # type: ignore[attr-defined]
        told = [0]

        def killing(done: int, total: int) -> None:
            told.append(done)
            if len(told) == 3:
                kill_a_worker(cluster)

        assert search_files(THEME, folder, executor=executor, progress=killing) == alone
    assert told == list(range(0, 25, 2))
    assert len(alone.hits) >= 12


def test_a_cluster_converts_the_same(cluster: object, folder: Path, tmp_path: Path) -> None:
    list(convert_files(folder, tmp_path / "here", "3/4"))
    words = ["convert", str(folder), "3/4", "-o", str(tmp_path / "there"), "--dask"]
    result = CliRunner().invoke(main, [*words, cluster.scheduler_address])  # type: ignore[attr-defined]
    assert "23 of 24 files converted" in result.stderr, result.output
    assert converted(tmp_path / "here") == converted(tmp_path / "there")


def test_a_cluster_converts_the_same_though_a_worker_is_killed(cluster: object, folder: Path, tmp_path: Path) -> None:
    for part in ("a", "b"):  # so many that a batch has several: of one that is lost some were written
        (tmp_path / "in" / part).mkdir(parents=True)
        for path in folder.glob("[0-9]*"):
            (tmp_path / "in" / part / path.name).write_bytes(path.read_bytes())
    alone = list(convert_files(tmp_path / "in", tmp_path / "here", "3/4"))
    told: list[int] = []

    def killing(done: int, total: int) -> None:
        told.append(done)
        if len(told) == 3:
            kill_a_worker(cluster)

    with dask_workers(cluster.scheduler_address) as executor:  # type: ignore[attr-defined]
        found = list(convert_files(tmp_path / "in", tmp_path / "there", "3/4", executor=executor, progress=killing))
    assert told == list(range(2, 49, 2))
    assert [(each.source, str(each.error)) for each in found] == [(each.source, str(each.error)) for each in alone]
    assert [each.source.name for each in found if each.error] == ["05.musicxml"] * 2
    for part in ("a", "b"):
        here, there = converted(tmp_path / "here" / part), converted(tmp_path / "there" / part)
        assert here == {name: data for name, data in there.items() if not name.startswith(".")}
        assert len(here) == 23


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://x", ""])
def test_a_scheduler_that_is_not_there_is_one_line(address: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("mi_theme.executors.clusters.ANSWERING", 1.0)
    result = CliRunner().invoke(main, ["find", str(folder), "--dask", address])
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" not in result.output

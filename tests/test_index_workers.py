"""An index built and searched by workers: the same one, whoever is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from planted_notes import THEME, noise, planted

import mi_theme as mi
from mi_theme.errors import FileError, ScoreError
from mi_theme.executors import LocalProcesses, dask_workers
from mi_theme.index import building, find_each, index_search

FILES = 450  # three batches


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("corpus")
    for number in range(FILES):
        rows = sorted([*noise(number, 40), *(planted(THEME, number % 7) if number % 90 == 3 else [])])
        onsets, pitches = zip(*rows, strict=True)
        mi.Score.from_notes(onsets, np.full(len(rows), 0.5), pitches, step=-1).save(place / f"{number:03}.mid")
    (place / "300.mid").write_bytes(b"MThd\0\0")
    return place


@contextmanager
def local() -> Iterator[tuple[Executor, Any]]:
    with LocalProcesses(2) as pool:
        yield pool, lambda: os.kill(next(iter(pool._pool._processes)), signal.SIGKILL)


@contextmanager
def cluster() -> Iterator[tuple[Executor, Any]]:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
        ) as made,
        dask_workers(made.scheduler_address) as executor,
    ):
        yield executor, lambda: os.kill(next(iter(made.workers.values())).pid, signal.SIGKILL)


@pytest.mark.parametrize("where", [local, cluster])
def test_an_index_is_the_same_though_a_worker_is_killed(
    where: Any, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_search, "SMALL_BATCH", 0)  # seeds are looked up, as in a corpus of a size
    alone = mi.build_index(folder, tmp_path / "alone")
    monkeypatch.setattr(building, "COMMIT_SECONDS", 0.0)  # after every batch, while others are being written
    with where() as (executor, kill):
        told: list[int] = []

        def killing(done: int, total: int) -> None:
            told.append(done)
            if len(told) == 1:
                kill()

        index = mi.build_index(folder, tmp_path / "together", executor=executor, progress=killing)
    assert told[-1] == FILES
    assert [row.file for row in index.unread()] == [row.file for row in alone.unread()] == [str(folder / "300.mid")]
    hits = mi.find(THEME, index)
    assert hits == mi.find(THEME, alone)
    assert len({hit.source for hit in hits}) == 5


@pytest.mark.parametrize("where", [local, cluster])
def test_an_update_takes_workers_too(where: Any, folder: Path, tmp_path: Path) -> None:
    with where() as (executor, _):
        mi.build_index([folder / f"{number:03}.mid" for number in range(10)], tmp_path / "index", executor=executor)
        changes = mi.update_index(tmp_path / "index", folder, executor=executor)
    assert (changes.added, changes.unchanged, len(changes.unread)) == (FILES - 10, 10, 1)
    assert mi.open_index(tmp_path / "index").files == FILES


@pytest.mark.parametrize("where", [local, cluster])
def test_many_themes_are_found_by_workers_though_one_is_killed(where: Any, folder: Path, tmp_path: Path) -> None:
    files = [folder / f"{number:03}.mid" for number in (3, 5, 93, 101, 183)]
    mi.build_index(files, tmp_path / "index")
    themes = [mi.read(path).note_table()[:9] for path in files]
    alone = [mi.find(theme, mi.open_index(tmp_path / "index")) for theme in themes]
    with where() as (executor, kill):
        found, seen = [], list[int]()
        for hits in find_each(
            themes, tmp_path / "index", executor=executor, progress=lambda done, _: seen.append(done)
        ):
            found.append(hits)
            if len(found) == 2:
                kill()
    assert found == alone
    assert seen[-1] == len(themes)
    assert any(alone)
    with pytest.raises(ScoreError, match="nothing to look for"):
        list(find_each([[(0, 60)]], tmp_path / "index"))
    with pytest.raises(FileError):
        list(find_each(themes, folder))


class Prompt(Executor):
    """Does all at once, long before anybody asks for the first result."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def test_what_workers_wrote_stays_until_it_is_listed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "COMMIT_SECONDS", 0.0)
    index = mi.build_index(folder, tmp_path / "index", executor=Prompt())
    assert (index.files, len([*index.unread()])) == (FILES, 1)

"""What a million files need, and a hundred million: hours, cores, disk and memory, from rates that are measured here.

    python tests/benchmarks/scaling.py [--files 400] [--notes 2000] [--convert 12] [--no-cluster]

Makes so many MIDI files of so many notes, two voices of tunes at random, and measures on them, in seconds of processor time (what
else the machine does hardly matters): a search of the folder, the making of an index, a conversion; bytes of the index for a
note; memory of a worker that has done two batches; and, on a Dask cluster of two local workers, what a batch costs the driver. The table is
arithmetic: files over rates. Its hours assume that workers have nothing else to do and that disks keep up.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import mi_theme as mi
from mi_theme.conversion.converted_files import convert_files
from mi_theme.executors import LocalProcesses, in_batches
from mi_theme.executors.batched_work import BATCH_FILES
from mi_theme.index.generations import FileRow
from mi_theme.search.corpus.folders import search_files

SIZES = (1_000_000, 100_000_000)
CORES = (16, 256, 4096)
SEED = 11


class Rates(NamedTuple):
    """What was measured: processor seconds a file, bytes a note and a file, MiB of a worker, seconds of a driver a batch and its bytes a file."""

    search: float
    index: float
    convert: float
    bytes_a_note: float
    bytes_a_file: float
    worker: float
    driver: float
    held: float


def make(folder: Path, files: int, notes: int) -> None:
    rng = np.random.default_rng(SEED)
    for number in range(files):
        voices = []
        for voice in range(2):
            count = notes // 2
            degree = np.cumsum(rng.choice([-3, -2, -1, 0, 1, 2, 3], count, p=[0.05, 0.12, 0.28, 0.1, 0.28, 0.12, 0.05]))
            degree = np.abs((degree + 12) % 48 - 24) - 12  # turned back at the ends of the range
            pitch = 67 - 19 * voice + 12 * (degree // 7) + np.array([0, 2, 4, 5, 7, 9, 11])[degree % 7]
            times = rng.choice([0.25, 0.5, 1.0, 1.5], count, p=[0.4, 0.4, 0.15, 0.05])
            voices.append((np.concatenate([[0], np.cumsum(times)[:-1]]), times, pitch, np.full(count, voice)))
        onset, duration, pitch, part = map(np.concatenate, zip(*voices, strict=True))
        mi.Score.from_notes(onset, duration, pitch, part=part).save(folder / f"{number:05}.mid")


def spent(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.process_time()
    found = work()
    return time.process_time() - began, found


def indexed(folder: str, batch: Sequence[Path], done: object = None) -> float:
    """A batch in a worker of its own; what memory it took, in MiB."""
    with tempfile.TemporaryDirectory() as place:
        mi.build_index(list(batch), Path(place) / "index")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def nothing(batch: Sequence[Path], done: object = None) -> int:
    """As much as goes to a worker and comes back, and no work."""
    return len(batch)


def drivers_share(paths: Sequence[Path]) -> float:
    """Seconds of the driver's processor for a batch on a Dask cluster."""
    from distributed import LocalCluster

    from mi_theme.executors import dask_workers

    many = [path for _ in range(-(-200 * BATCH_FILES // len(paths))) for path in paths]
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50) as cluster,
        dask_workers(cluster.scheduler_address) as executor,
    ):
        seconds, found = spent(lambda: list(in_batches(nothing, many, executor=executor)))
    return seconds / len(found)


def held_by_driver(count: int = 20_000) -> float:
    """Bytes of a driver that builds an index, for each file: its path, and its row in the table of contents."""
    tracemalloc.start()
    paths = [Path(f"/archive/collection/{number // 1000:05}/{number:08}.mid") for number in range(count)]
    rows = {str(path): FileRow(str(path), 17_000, 1, hash=f"{k:032x}", tunes=1) for k, path in enumerate(paths)}
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return size / len(rows)


def measured(folder: Path, files: int, notes: int, converted: int, cluster: bool) -> Rates:
    make(folder, files, notes)
    paths = sorted(folder.glob("*.mid"))
    search_files(mi.theme(), paths[:20])  # what is loaded once is loaded
    search, _ = spent(lambda: search_files(mi.theme(), paths))
    with tempfile.TemporaryDirectory() as place:
        mi.build_index(paths[:20], Path(place) / "first")
        index, made = spent(lambda: mi.build_index(paths, Path(place) / "index"))
        size = sum(path.stat().st_size for path in (Path(place) / "index").iterdir())
    with tempfile.TemporaryDirectory() as place:
        few = Path(place) / "few"
        few.mkdir()
        for path in paths[: converted + 1]:
            (few / path.name).write_bytes(path.read_bytes())
        mi.convert(paths[0], "3/4")
        convert, _ = spent(lambda: list(convert_files(few, Path(place) / "out", "3/4")))
    with LocalProcesses(1) as pool:
        worker = max(in_batches(partial(indexed, str(folder)), paths, executor=pool))
    return Rates(
        search=search / files,
        index=index / files,
        convert=convert / (converted + 1),
        bytes_a_note=size / made.notes,
        bytes_a_file=sum(path.stat().st_size for path in paths) / files,
        worker=worker,
        driver=drivers_share(paths) if cluster else float("nan"),
        held=held_by_driver(),
    )


def hours(seconds: float) -> str:
    if seconds < 2 * 3600:
        return f"{seconds / 60:,.1f} min"
    return f"{seconds / 3600:,.1f} h" if seconds < 48 * 3600 else f"{seconds / 86400:,.1f} days"


def disk(size: float) -> str:
    return f"{size / 1e9:,.0f} GB" if size < 1e12 else f"{size / 1e12:,.1f} TB"


def table(rates: Rates, notes: int) -> None:
    print(f"measured, one core: search {1 / rates.search:,.0f} files/s ({notes / rates.search:,.0f} notes/s), ", end="")
    print(f"index {1 / rates.index:,.0f} files/s ({notes / rates.index:,.0f} notes/s), ", end="")
    print(f"convert {1 / rates.convert:,.1f} files/s; index {rates.bytes_a_note:.1f} bytes a note; ", end="")
    print(f"a worker {rates.worker:,.0f} MiB; a driver {1000 * rates.driver:.1f} ms a batch of {BATCH_FILES}\n")
    head = "".join(f"{f'{cores:,} cores':>14}" for cores in CORES)
    for files in SIZES:
        print(f"{files:,} files, {files * notes:,} notes: {disk(files * rates.bytes_a_file)} of files")
        print(f"  {'':10}{'one core':>14}{head}")
        for name in ("search", "index", "convert"):
            whole = files * getattr(rates, name)
            cells = "".join(f"{hours(whole / cores):>14}" for cores in CORES)
            print(f"  {name:10}{hours(whole):>14}{cells}")
        print(f"  the index: {disk(files * notes * rates.bytes_a_note)} on disk, which is what memory holds it whole")
        said = f"{hours(files / BATCH_FILES * rates.driver)} of its core, {disk(files * rates.held)} of its memory"
        print(f"  the driver: {said}, whatever the workers are\n")
    feeds = BATCH_FILES * rates.index / rates.driver
    print(
        f"a driver feeds {feeds:,.0f} workers that index and {BATCH_FILES * rates.search / rates.driver:,.0f} that search"
    )


def main() -> None:
    """Print what was measured, and the table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--files", type=int, default=2 * BATCH_FILES)
    asked.add_argument("--notes", type=int, default=2000)
    asked.add_argument("--convert", type=int, default=12)
    asked.add_argument("--no-cluster", action="store_true")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rates = measured(Path(folder), options.files, options.notes, options.convert, not options.no_cluster)
    table(rates, options.notes)


if __name__ == "__main__":
    main()

"""What a note costs in seconds and bytes, from a thousand notes to a million, in folders, and in a long run.

    python tests/benchmarks/load.py [--sizes 1000 10000 100000 1000000] [--only find convert] [--budget 120]
    python tests/benchmarks/load.py --files 20000
    python tests/benchmarks/load.py --soak 10000

Each figure comes from a process of its own that has the package and its tables
loaded: seconds of the processor, and how far the peak of its memory rose above
what it had before, over the notes. Linear means that the microseconds a note
stay as they are down a column. What would take longer than the budget, going by
ten times fewer notes, is left out.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

SIZES = (1_000, 10_000, 100_000, 1_000_000)
PARTS = 4
MOST_NOTATED = 100_000  # notes whose MusicXML is below the 64 MiB that are read; more are written
WARM = 600  # notes that are worked on first, for what is loaded and compiled once
FOLDER_NOTES = 48  # in each file of the folder: a tune of twelve bars


def music(count: int, seed: int = 1) -> Any:
    """A score of four parts, 4/4: lines that move by step, values from a sixteenth to a half, some chords."""
    import mi_theme as mi

    rng = np.random.default_rng(seed)
    onsets, lasts, pitches, parts = [], [], [], []
    for part in range(PARTS):
        size = count // PARTS + (part < count % PARTS)
        values = rng.choice([0.25, 0.5, 0.5, 1.0, 1.0, 2.0], size)
        chord = rng.random(size) < 0.1  # this note stands with the one before it
        onset = np.append(0, np.cumsum(np.where(chord[1:], 0, values[:-1])))
        walk = 36 + 12 * part + (np.cumsum(rng.integers(-2, 3, size)) % 17) + 4 * chord
        onsets.append(onset), lasts.append(values), pitches.append(walk), parts.append(np.full(size, part))
    order = np.argsort(np.concatenate(onsets), kind="stable")
    table = [np.concatenate(column)[order] for column in (onsets, lasts, pitches, parts)]
    return mi.Score.from_notes(table[0], table[1], table[2], part=table[3], meter="4/4")


def played(count: int) -> Any:
    """The same as it is played: each onset and end up to 25 ms beside its place."""
    import mi_theme as mi

    notes, rng = music(count).note_table(), np.random.default_rng(2)
    onset = np.maximum(notes["onset"] + rng.uniform(-0.05, 0.05, len(notes)), 0)
    return mi.Score.from_notes(onset, notes["duration"] * 0.9, notes["pitch"], part=notes["part"], meter="4/4")


def saved(make: Callable[[int], Any], name: str) -> Callable[[int, Path], Path]:
    """What makes the input: a file."""

    def input_(count: int, place: Path) -> Path:
        path = place / name
        make(count).save(path)
        return path

    return input_


def loaded(make: Callable[[int], Any]) -> Callable[[int, Path], Any]:
    """What makes the input: a score that was read."""

    def input_(count: int, place: Path) -> Any:
        import mi_theme as mi

        return mi.read(saved(make, "in.mid")(count, place))

    return input_


def _read(path: Path) -> Any:
    import mi_theme as mi

    return mi.read(path).note_table()


def _info(path: Path) -> Any:
    import mi_theme as mi
    from mi_theme.cli.info_commands import describe

    return describe(mi.read(path))


def _bulk(path: Path) -> Any:
    from mi_theme.files.bulk import read_notes

    return read_notes(path)


def _find_file(path: Path) -> Any:
    import mi_theme as mi

    return mi.find(mi.theme(), path)


def ours(name: str, *more: object, **options: object) -> Callable[[Any], Any]:
    """A function of the front door."""

    def call(value: Any) -> Any:
        import mi_theme as mi

        return getattr(mi, name)(value, *more, **options)

    return call


def _find_score(score: Any) -> Any:
    import mi_theme as mi

    return mi.find(mi.theme(), score)


def _save(ending: str) -> Callable[[Any], Any]:
    def save(score: Any) -> None:
        with tempfile.TemporaryDirectory() as place:
            score.save(Path(place) / f"out{ending}")

    return save


def _columns(count: int, place: Path) -> Any:
    return music(count).note_table()


def _from_notes(notes: Any) -> Any:
    import mi_theme as mi

    return mi.Score.from_notes(notes["onset"], notes["duration"], notes["pitch"], part=notes["part"], meter="4/4")


# operation: what makes its input, what is done with it, the most notes it is for
OPERATIONS: dict[str, tuple[Callable[[int, Path], Any], Callable[[Any], Any], int]] = {
    "notes to score": (_columns, _from_notes, 10**9),
    "read MIDI": (saved(music, "in.mid"), _read, 10**9),
    "read notes only": (saved(music, "in.mid"), _bulk, 10**9),
    "info": (saved(music, "in.mid"), _info, 10**9),
    "write MIDI": (loaded(music), _save(".mid"), 10**9),
    "write MusicXML": (loaded(music), _save(".musicxml"), 10**9),
    "read MusicXML": (saved(music, "in.musicxml"), _read, MOST_NOTATED),
    "read MusicXML notes only": (saved(music, "in.musicxml"), _bulk, MOST_NOTATED),
    "convert": (loaded(music), ours("convert", "5/4"), 10**9),
    "re-bar": (loaded(music), ours("convert", "3/4", how="rebar"), 10**9),
    "measure": (loaded(music), ours("measure"), 10**9),
    "which-meter": (loaded(music), ours("induce_meter"), 10**9),
    "find in a score": (loaded(music), _find_score, 10**9),
    "find in a file": (saved(music, "in.mid"), _find_file, 10**9),
    "quantise": (loaded(played), lambda score: ours("quantize")(score).score(), 10**9),
}


def one(name: str, count: int) -> dict[str, float]:
    """Seconds, and bytes that the peak rose, of one operation on so many notes, in this process."""
    make, act, _ = OPERATIONS[name]
    with tempfile.TemporaryDirectory() as folder:
        act(make(WARM, Path(folder)))
        value = made_elsewhere(name, count, Path(folder))
        gc.collect()
        before = resident()
        forget_peak()
        began = time.process_time()
        kept = act(value)
        took = time.process_time() - began
        rose = peak() - before
        del kept
    return {"seconds": took, "bytes": rose}


def made_elsewhere(name: str, count: int, place: Path) -> Any:
    """The input, whose file another process makes, so that its memory is not in the way."""
    make, _, _ = OPERATIONS[name]
    kind = "in.musicxml" if name.startswith("read MusicXML") else "in.mid"
    if name == "notes to score":
        return make(count, place)
    subprocess.run([sys.executable, __file__, "--make", name, str(count), str(place / kind)], check=True)
    import mi_theme as mi

    score_wanted = make.__qualname__.startswith("loaded")
    return mi.read(place / kind) if score_wanted else place / kind


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def peak() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def growth(sizes: list[int], only: list[str], budget: float) -> dict[str, dict[str, dict[str, float]]]:
    """Print the table, and return it."""
    print(f"{'':26}" + "".join(f"{size:>24,}" for size in sizes))
    print(f"{'':26}" + "".join(f"{'s':>8}{'us/note':>8}{'B/note':>8}" for _ in sizes))
    table: dict[str, dict[str, dict[str, float]]] = {}
    for name, (_, _, most) in OPERATIONS.items():
        if only and not any(word in name for word in only):
            continue
        row, last = f"{name:26}", 0.0
        for size in sizes:
            if size > most or last * 10 > budget:
                row += f"{'-':>8}" * 3
                continue
            command = [sys.executable, __file__, "--one", name, str(size)]
            said = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
            figures = json.loads(said.splitlines()[-1])
            last = figures["seconds"]
            table.setdefault(name, {})[str(size)] = figures
            row += f"{last:8.3f}{last / size * 1e6:8.2f}{figures['bytes'] / size:8.0f}"
        print(row, flush=True)
    return table


def folder_of(count: int, place: Path) -> None:
    """So many tunes in folders of 200, the theme in one of a hundred."""
    import mi_theme as mi

    quoted = mi.theme().to_score().note_table()
    for number in range(count):
        notes = music(FOLDER_NOTES, number).note_table()
        rows = [(n["onset"], n["duration"], n["pitch"]) for n in notes if n["part"] < 2]
        if number % 100 == 0:
            end = max(row[0] + row[1] for row in rows)
            rows += [(end + n["onset"], n["duration"], n["pitch"] + number % 7) for n in quoted]
        home = place / f"{number // 200:04}"
        home.mkdir(parents=True, exist_ok=True)
        onset, duration, pitch = zip(*rows, strict=True)
        mi.Score.from_notes(onset, duration, pitch, meter="4/4").save(home / f"{number:06}.mid")


def folders(count: int) -> None:
    """Whole commands on a folder of so many files."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "in")
        folder_of(count, place)
        print(f"{count:,} files: seconds (children included), milliseconds a file, most MB")
        for words in (("find",), ("which-meter",), ("convert", "--to", "5/4", "-o", str(Path(folder, "out")))):
            began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            command = [sys.executable, "-m", "mi_theme", words[0], str(place), *words[1:]]
            ended = subprocess.run(command, capture_output=True, text=True, check=False)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            wall = time.perf_counter() - began
            print(
                f"{words[0]:14} {cpu:8.1f} ({wall:.1f} on the wall) {cpu / count * 1e3:8.2f} {after.ru_maxrss / 1024:8.0f}  exit {ended.returncode}"
            )
            print("   ", (ended.stderr.strip().splitlines() or ["nothing said"])[-1][:150], flush=True)
        made = sum(1 for path in Path(folder, "out").rglob("*") if path.is_file())
        print(f"{made:,} files written")


def soak(count: int) -> None:
    """So many conversions in one process, of all kinds of file in turn; memory and open files as it goes."""
    import mi_theme as mi

    metres = ("5/4", "3/4", "7/8:2+2+3", "6/8", "4/4")
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        sources = []
        for number in range(20):
            path = place / f"{number}{('.mid', '.musicxml', '.mxl', '.abc')[number % 4]}"
            if path.suffix == ".abc":
                path.write_text(f"X:1\nM:4/4\nL:1/8\nK:G\n{'GABc dedB|' * (number + 4)}\n")
            else:
                music(120 + number, number).save(path)
            sources.append(path)
        print(f"{'conversions':>12}{'MB':>8}{'open files':>12}{'threads':>9}{'ms each':>9}")
        began = time.perf_counter()
        for done in range(count + 1):
            if done % max(count // 20, 1) == 0:
                gc.collect()
                each = (time.perf_counter() - began) * 1e3 / max(done, 1)
                handles = len(list(Path("/proc/self/fd").iterdir()))
                threads = len(list(Path("/proc/self/task").iterdir()))
                print(f"{done:12,}{resident() / 2**20:8.1f}{handles:12}{threads:9}{each:9.1f}", flush=True)
            source = rng.choice(sources)
            out = place / f"out{rng.choice(('.mid', '.musicxml'))}"
            mi.convert(mi.read(source), rng.choice(metres)).save(out)


def main() -> None:
    """What the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--only", nargs="+", default=[], help="operations whose names have one of these words")
    parser.add_argument("--budget", type=float, default=120, help="seconds that one figure may take")
    parser.add_argument("--files", type=int, help="whole commands on a folder of so many files instead")
    parser.add_argument("--soak", type=int, help="so many conversions in one process instead")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--make", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one(options.one[0], int(options.one[1]))))
    elif options.make:
        name, count, path = options.make
        (played if name == "quantise" else music)(int(count)).save(path)
    elif options.files:
        folders(options.files)
    elif options.soak:
        soak(options.soak)
    else:
        growth(options.sizes, options.only, options.budget)


if __name__ == "__main__":
    main()

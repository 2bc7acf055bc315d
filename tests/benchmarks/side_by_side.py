"""The same work by mi_theme and by others, in one run: python tests/benchmarks/side_by_side.py [--files 30] [--rounds 7]

    --only WORD ...     rows whose names have one of these words
    --growth SIZE ...   and what a note costs at these sizes (`load.py`); with no size, none
    --save              write the figures to docs/explanation/speed.json, and the page beside it
    --page              write the page from the figures that are there, and measure nothing

The music is Bach's chorales as music21 carries them, and what is made of them. All
tools of a row take turns, round by round, so that a busy machine is busy for each;
a ratio is theirs to ours within one round. Printed are the medians and the
quartiles. Seconds are those of the processor, of children too.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from load import SIZES, growth

DOCS = Path(__file__).parent.parent.parent / "docs" / "explanation"
FIGURES, PAGE = DOCS / "speed.json", DOCS / "speed.md"
TOOLS = ("mi-theme", "music21", "mido", "pretty_midi", "partitura", "symusic", "numba", "numpy")
UNHURRIED = 4.0  # seconds of a call above which fewer rounds are made
FEW = 3
SILENCE = "import warnings; warnings.simplefilter('ignore'); "


class Task(NamedTuple):
    """Some work, and who does it: ours first."""

    name: str
    does: dict[str, Callable[[], object]]
    remark: str = ""


def seconds() -> float:
    """Of the processor, those of ended children too."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def process(code: str) -> Callable[[], object]:
    """A new interpreter that runs this."""
    return lambda: subprocess.run([sys.executable, "-c", SILENCE + code], check=True, capture_output=True)


class Music:
    """The chorales as files, and as what each tool makes of them."""

    def __init__(self, place: Path, files: int) -> None:
        import music21
        import partitura

        import mi_theme as mi

        chorales = (Path(path) for path in music21.corpus.getComposer("bach"))
        self.place, self.packed = place, [path for path in sorted(chorales) if path.suffix == ".mxl"][:files]
        self.scores = [mi.read(path) for path in self.packed]
        self.midi = [place / f"{number}.mid" for number in range(len(self.scores))]
        self.texts = [path.with_suffix(".musicxml") for path in self.midi]
        for score, midi, text in zip(self.scores, self.midi, self.texts, strict=True):
            score.save(midi)
            score.save(text)
        self.notes = sum(len(score.note_table()) for score in self.scores)
        self.streams = [music21.converter.parse(path, forceSource=True) for path in self.texts]
        self.parts = [partitura.load_musicxml(path) for path in self.texts]


def tasks(music: Music) -> Iterator[Task]:
    """All rows."""
    yield from starting()
    yield from midi(music)
    yield from musicxml(music)
    yield from making(music)
    yield from thinking(music)


def starting() -> Iterator[Task]:
    modules = ("mi_theme", "music21", "mido", "pretty_midi", "partitura", "symusic")
    yield Task("import", {name: process(f"import {name}") for name in modules}, "a whole process")
    ours = "from mi_theme.cli import main; main(['adapt', '--to', '4/4'])"
    theirs = (
        "from music21 import converter; s = converter.parse('tinynotation: 5/4 c4. c4. e-4 f4'); "
        "s.flatten().getElementsByClass('Note'); s.show('text')"
    )
    yield Task("a command from the shell", {"mi_theme": process(ours), "music21": process(theirs)}, "a whole process")


def midi(music: Music) -> Iterator[Task]:
    import mido
    import music21
    import partitura
    import pretty_midi
    import symusic

    import mi_theme as mi
    from mi_theme.files.bulk import read_notes

    files = music.midi

    def each(act: Callable[[Any], object], values: list[Any]) -> Callable[[], object]:
        return lambda: [act(value) for value in values]

    yield Task(
        "MIDI read, every event",
        {
            "mi_theme": each(mi.read, files),
            "mido": each(mido.MidiFile, files),
            "music21": each(lambda path: music21.converter.parse(path, forceSource=True), files),
        },
        "music21 makes notation of it",
    )
    yield Task(
        "MIDI read, notes as arrays",
        {
            "mi_theme": each(read_notes, files),
            "symusic": each(lambda path: [track.notes.numpy() for track in symusic.Score(str(path)).tracks], files),
            "pretty_midi": each(lambda path: [t.notes for t in pretty_midi.PrettyMIDI(str(path)).instruments], files),
            "partitura": each(lambda path: partitura.load_performance_midi(path).note_array(), files),
        },
    )
    made = {
        "mido": [mido.MidiFile(path) for path in files],
        "symusic": [symusic.Score(str(path)) for path in files],
        "pretty_midi": [pretty_midi.PrettyMIDI(str(path)) for path in files],
    }
    yield Task(
        "MIDI written",
        {
            "mi_theme": each(lambda score: score.to_bytes(), music.scores),
            "symusic": each(lambda score: score.dumps_midi(), made["symusic"]),
            "mido": each(lambda file: file.save(file=BytesIO()), made["mido"]),
            "pretty_midi": each(lambda score: score.write(BytesIO()), made["pretty_midi"]),
            "music21": each(lambda stream: music21.midi.translate.streamToMidiFile(stream).writestr(), music.streams),
        },
        "to memory",
    )


def musicxml(music: Music) -> Iterator[Task]:
    import music21
    import partitura
    from music21.musicxml.m21ToXml import GeneralObjectExporter

    import mi_theme as mi
    from mi_theme.files.bulk import read_notes
    from mi_theme.files.musicxml.from_score import write

    yield Task(
        "MusicXML read, everything",
        {
            "mi_theme": lambda: [mi.read(path) for path in music.texts],
            "partitura": lambda: [partitura.load_musicxml(path) for path in music.texts],
            "music21": lambda: [music21.converter.parse(path, forceSource=True) for path in music.texts],
        },
    )
    yield Task(
        "MusicXML read, notes as arrays",
        {
            "mi_theme": lambda: [read_notes(path) for path in music.texts],
            "partitura": lambda: [partitura.load_musicxml(path).note_array() for path in music.texts],
        },
    )
    yield Task(
        "MusicXML written",
        {
            "mi_theme": lambda: [write(score) for score in music.scores],
            "partitura": lambda: [partitura.save_musicxml(score) for score in music.parts],
            "music21": lambda: [GeneralObjectExporter(stream).parse() for stream in music.streams],
        },
        "to memory; ours from events, which it spells, beams and parts into voices first",
    )


def making(music: Music) -> Iterator[Task]:
    import music21
    from music21 import meter, note, stream

    import mi_theme as mi

    count = len(mi.render(form="clayton-mullen", seed=1).note_table())

    def as_many() -> bytes:
        part = stream.Part()
        for number in range(count):
            part.append(note.Note(36 + number % 24, quarterLength=0.5))
        return bytes(music21.midi.translate.streamToMidiFile(part).writestr())

    yield Task(
        "a rendition",
        {"mi_theme": lambda: mi.render(form="clayton-mullen", seed=1).to_bytes(), "music21": as_many},
        f"{count} notes; music21 writes as many, one after the other",
    )

    def barred(source: Any) -> Any:
        bare = source.flatten().getElementsByClass(["Note", "Rest", "Chord"]).stream()
        bare.insert(0, meter.TimeSignature("3/4"))
        return bare.makeMeasures().makeTies()

    yield Task(
        "re-barred",
        {
            "mi_theme": lambda: [mi.convert(score, "3/4", how="rebar") for score in music.scores],
            "music21": lambda: [barred(part) for source in music.streams for part in source.parts],
        },
        "new bar lines under the same notes",
    )
    yield Task(
        "converted",
        {"mi_theme": lambda: [mi.convert(score, "5/4") for score in music.scores]},
        "to 5/4, with the plan; none of the others does it",
    )


def thinking(music: Music) -> Iterator[Task]:
    import music21
    import partitura
    from music21 import search

    import mi_theme as mi

    wanted = mi.Score.of(music.midi[0]).note_table()
    tune = mi.Score.from_notes(*(wanted[wanted["part"] == 0][name][:8] for name in ("onset", "duration", "pitch")))
    theirs = list(music.streams[0].parts[0].flatten().notes)[:8]

    def read_and_searched() -> object:
        read = (music21.converter.parse(path, forceSource=True) for path in music.midi)
        return [search.noteNameRhythmicSearch(p.flatten().notes.stream(), theirs) for s in read for p in s.parts]

    yield Task(
        "a theme found in files",
        {"mi_theme": lambda: mi.find(tune, music.midi), "music21": read_and_searched},
        "ours in every key and tempo, with notes changed; music21 for these names and values",
    )
    flat = [part.flatten().notes.stream() for source in music.streams for part in source.parts]
    yield Task(
        "a theme found in a score that is read",
        {
            "mi_theme": lambda: mi.find(tune, music.scores[0]),
            "music21": lambda: [search.noteNameRhythmicSearch(part, theirs) for part in flat[:4]],
        },
        "the same two questions",
    )

    def similar() -> object:
        heads = [search.segment.translateMonophonicPartToSegments(part)[0][0] for part in flat]
        own = search.segment.getDifflibOrPyLev(heads[0])
        ratios = []
        for head in heads:
            own.set_seq1(head)
            ratios.append(own.ratio())
        return ratios

    yield Task(
        "tunes ranked",
        {"mi_theme": lambda: mi.rank(music.midi[0], music.midi), "music21": similar},
        "music21 compares the first segments of parts that it has read, as text",
    )
    yield Task(
        "the metre told from the notes",
        {
            "mi_theme": lambda: [mi.induce_meter(score) for score in music.scores],
            "partitura": lambda: [partitura.musicanalysis.estimate_time(note_seconds(score)) for score in music.scores],
        },
        "partitura tells tempo and beats of a bar",
    )
    features = [
        getattr(music21.features.jSymbolic, name)
        for name in (
            "NoteDensityFeature",
            "AverageNoteDurationFeature",
            "VariabilityOfNoteDurationFeature",
            "AverageTimeBetweenAttacksFeature",
            "VariabilityOfTimeBetweenAttacksFeature",
        )
    ]
    yield Task(
        "rhythm measured",
        {
            "mi_theme": lambda: [mi.measure(score, score.meters.changes[0][1]) for score in music.scores],
            "music21": lambda: [feature(source).extract() for source in music.streams for feature in features],
        },
        f"music21: {len(features)} features of jSymbolic, which only count and average",
    )


def note_seconds(score: Any) -> Any:
    """The notes as partitura has those of a performance."""
    import numpy as np

    notes = score.note_table()
    made = np.zeros(len(notes), [("onset_sec", "f4"), ("duration_sec", "f4"), ("pitch", "i4"), ("velocity", "i4")])
    made["onset_sec"], made["duration_sec"], made["pitch"], made["velocity"] = (
        notes["onset"] / 2, notes["duration"] / 2, notes["pitch"], notes["velocity"],
    )  # fmt: skip
    return made


def timed(task: Task, rounds: int) -> dict[str, Any]:
    """Seconds of each, and ratios to ours."""
    took: dict[str, list[float]] = {name: [] for name in task.does}
    for does in task.does.values():  # what is loaded or compiled once
        began = seconds()
        does()
        if seconds() - began > UNHURRIED:
            rounds = min(rounds, FEW)
    for _ in range(rounds):
        for name, does in task.does.items():
            began = seconds()
            does()
            took[name].append(max(seconds() - began, 1e-4))
    ours, *rivals = took
    row: dict[str, Any] = {
        "task": task.name,
        "remark": task.remark,
        "seconds": statistics.median(took[ours]),
        "rivals": {},
    }
    for name in rivals:
        ratios = [theirs / own for theirs, own in zip(took[name], took[ours], strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
        row["rivals"][name] = {"seconds": statistics.median(took[name]), "ratio": middle, "low": low, "high": high}
    return row


def show(row: dict[str, Any]) -> None:
    """A line for us, and one for each other."""
    print(f"{row['task']:34}{'mi_theme':14}{row['seconds'] * 1e3:10.1f} ms   {row['remark']}")
    for name, figures in row["rivals"].items():
        spread = f"{figures['ratio']:8.2f}  ({figures['low']:.2f} to {figures['high']:.2f})"
        print(f"{'':34}{name:14}{figures['seconds'] * 1e3:10.1f} ms {spread}", flush=True)


def page(data: dict[str, Any]) -> str:
    """The page of the figures."""
    return TEMPLATE.format(
        date=data["date"],
        files=data["files"],
        notes=f"{data['notes']:,}",
        rounds=data["rounds"],
        machine=data["machine"],
        versions=", ".join(f"{name} {number}" for name, number in data["versions"].items()),
        table="\n".join(page_rows(data["rows"])),
        growth="\n".join(growth_rows(data["growth"])),
    )


def page_rows(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield "| work | ours | | theirs | times ours | half of the rounds |"
    yield "|---|--:|---|--:|--:|--:|"
    for row in rows:
        start = f"| {row['task']}{': ' + row['remark'] if row['remark'] else ''} | {row['seconds'] * 1e3:,.1f} ms |"
        if not row["rivals"]:
            yield f"{start} | | | |"
        for name, f in row["rivals"].items():
            yield f"{start} {name} | {f['seconds'] * 1e3:,.1f} ms | {f['ratio']:.2f} | {f['low']:.2f} to {f['high']:.2f} |"
            start = "| | |"


def growth_rows(table: dict[str, dict[str, dict[str, float]]]) -> Iterator[str]:
    sizes = sorted({int(size) for row in table.values() for size in row})
    yield "| | " + " | ".join(f"{size:,}" for size in sizes) + " |"
    yield "|---|" + "--:|" * len(sizes)
    for name, row in table.items():
        cells = (row.get(str(size)) for size in sizes)
        yield (
            f"| {name} | "
            + " | ".join(
                f"{cell['seconds'] / size * 1e6:,.2f} us, {cell['bytes'] / size:,.0f} B" if cell else ""
                for size, cell in zip(sizes, cells, strict=True)
            )
            + " |"
        )


TEMPLATE = """# Speed

What the same work takes here and elsewhere, and what a note costs as music grows. `make bench` measures it on your machine;
this page is made from the figures of {date} in `docs/explanation/speed.json`:

    python tests/benchmarks/side_by_side.py --save

{machine}; {versions}. The music is {files} chorales of Bach ({notes} notes) as music21 carries them, and the MIDI and MusicXML
made of them. In each of {rounds} rounds all tools take turns ({few} rounds where a call takes long); a ratio is theirs to ours
within one round, so above 1 ours is faster. It is the median, beside it the quartiles. Seconds are those of the processor.

## Beside others

{table}

## What a note costs

Microseconds of the processor, and bytes by which the most memory rose, for each note, in music of four parts. Linear is what
stays as it is along a row. MusicXML of a million notes is larger than the 64 MiB that are read.

{growth}

## Where others are first

symusic reads and writes MIDI in C++ and has no metre map, no names of parts that stand for more than a channel, no checks: our
reader of notes alone is symusic, plus one sorted table, plus the metres. Its writing writes notes; ours writes every event of the file
as it was.

music21 and partitura read and write notation as objects that they hold already; what we write, we first spell, beam and part into
voices from the events.
""".replace("{few}", str(FEW))


def main() -> None:
    """What the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--growth", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--save", action="store_true")
    parser.add_argument("--page", action="store_true")
    options = parser.parse_args()
    if not options.page:
        data = measured(options)
        if not options.save:
            return
        FIGURES.write_text(json.dumps(data, indent=1) + "\n")
    PAGE.write_text(page(json.loads(FIGURES.read_text())))


def measured(options: argparse.Namespace) -> dict[str, Any]:
    """All figures, printed as they come."""
    warnings.simplefilter("ignore")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        music = Music(Path(folder), options.files)
        print(f"{'':34}{'':14}{'':10}        times ours (quartiles)")
        for task in tasks(music):
            if not options.only or any(word in task.name for word in options.only):
                rows.append(timed(task, options.rounds))
                show(rows[-1])
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"Python {platform.python_version()} on {platform.system()} {platform.machine()}",
        "versions": {name: version(name) for name in TOOLS if find_spec(name.replace("-", "_"))},
        "files": options.files,
        "notes": music.notes,
        "rounds": options.rounds,
        "rows": rows,
        "growth": growth(options.growth, [], 120) if options.growth else {},
    }


if __name__ == "__main__":
    main()

"""What else finds a melody in scores, side by side: how fast, and which copies of a pattern.

    python tests/benchmarks/rivals.py [--files 60] [--copies 3] [--seed 1] [--abcmatch PROGRAM] [--crim PYTHON]

Copies of three patterns are put into real music (MusicXML of music21's corpus)
in place of what a part plays there, each at a bar line of 4/4, in one of these
ways: as it is; transposed; twice as slow; twice as fast; with one ornament; with
one note left out. Each tool gets the same music in the form that it wants, made
beforehand: the polyphonic tools all notes, the others each voice of each part by
itself, of notes struck together the highest. A copy counts as found when
something is found in the bar where it begins; `elsewhere` counts other bars.
Times are seconds of the processor, of the tool's own work. What is not installed
is named and left out.
"""

from __future__ import annotations

import argparse
import pickle
import re
import resource
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from importlib.metadata import version
from importlib.util import find_spec
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from exact.scan import scan

import mi_theme as mi
from mi_theme.files.bulk import read_sheet
from mi_theme.files.bulk.sheets import Sheet
from mi_theme.search.corpus.batches import Batch, proposed_hits
from mi_theme.search.corpus.proposals import TICKS, NoteArrays
from mi_theme.search.patterns import Pattern

BAR = 4  # quarters
QUICK = 10  # seconds
FAR = 7  # bars from one copy to the next
SHIFTS = ((2, 1), (-3, -2), (5, 3), (-5, -3), (7, 4), (-7, -4))  # semitones and steps
PATTERNS = {
    "the ostinato": Pattern.of(mi.theme()),
    "a turn": Pattern.of([(number / 2, 67 + up) for number, up in enumerate((0, 2, 0, -1, 0, 4, 2, 0, 7, 5))]),
    "a theme of 12 notes": Pattern.of(
        [(0, 60), (1, 67), (1.5, 65), (2, 64), (2.5, 62), (3, 69), (4, 60), (4.5, 71), (5, 72), (6, 64), (7, 65), (7.5, 62)]
    ),
}  # fmt: skip

Row = tuple[float, int, int]  # onset in quarters, MIDI pitch, diatonic step
Bar = tuple[str, int]  # the name of a piece, and the number of a bar in it, from 0


class Voice(NamedTuple):
    """A line of notes, each until the next."""

    source: str
    rows: list[Row]


class Tool(NamedTuple):
    """Its name and version, what it makes of the music, and how it looks for a pattern there."""

    name: str
    prepare: Callable[[list[Sheet], list[Voice]], Any]
    search: Callable[[Any, Pattern], set[Bar]]


# Copies


def as_it_is(random: np.random.Generator, rows: list[Row]) -> list[Row]:
    return rows


def transposed(random: np.random.Generator, rows: list[Row]) -> list[Row]:
    up, steps = SHIFTS[int(random.integers(len(SHIFTS)))]
    return [(at, pitch + up, step + steps) for at, pitch, step in rows]


def stretched(factor: float) -> Callable[[np.random.Generator, list[Row]], list[Row]]:
    return lambda random, rows: [(factor * at, pitch, step) for at, pitch, step in rows]


def ornamented(random: np.random.Generator, rows: list[Row]) -> list[Row]:
    """The upper neighbour half way between two notes."""
    after = int(random.integers(1, len(rows) - 1))
    at, pitch, step = rows[after]
    return [*rows[: after + 1], ((at + rows[after + 1][0]) / 2, pitch + 2, step + 1), *rows[after + 1 :]]


def left_out(random: np.random.Generator, rows: list[Row]) -> list[Row]:
    gone = int(random.integers(1, len(rows) - 1))
    return [*rows[:gone], *rows[gone + 1 :]]


KINDS = {
    "as it is": as_it_is, "transposed": transposed, "slower": stretched(2), "faster": stretched(0.5),
    "ornament": ornamented, "one missing": left_out,
}  # fmt: skip


def music(files: int) -> list[Sheet]:
    """Some files of music21's corpus."""
    from music21 import corpus

    paths = [Path(path) for path in corpus.getCorePaths() if Path(path).suffix in (".mxl", ".xml", ".musicxml")]
    return [read_sheet(path) for path in sorted(paths)[:: max(len(paths) // files, 1)]]


def plant(
    random: np.random.Generator, sheets: list[Sheet], copies: int
) -> tuple[list[Sheet], dict[tuple[str, str], list[Bar]]]:
    """The music with the copies in it; the bars where they begin by pattern and kind."""
    changed, places, taken = list(sheets), {}, set[Bar]()
    for name, pattern in PATTERNS.items():
        rows = list(zip(pattern.onsets.tolist(), pattern.pitch, pattern.steps.tolist(), strict=True))
        for kind, change in KINDS.items():
            places[name, kind] = [planted(changed, change(random, rows), random, taken) for _ in range(copies)]
    return changed, places


def planted(sheets: list[Sheet], rows: list[Row], random: np.random.Generator, taken: set[Bar]) -> Bar:
    """A copy in place of what a part plays from a bar line on, where there is none yet in that piece or near it."""
    number, bar = _free(sheets, random, taken)
    table = sheets[number].table
    part = int(random.choice(np.unique(table["part"][(table["step"] >= 0) & (table["onset"] // BAR == bar)])))
    mine = table["part"] == part
    start, end = bar * BAR, bar * BAR + rows[-1][0] + 1
    kept = table[~(mine & (table["onset"] >= start) & (table["onset"] < end))]
    copy = np.zeros(len(rows), table.dtype)
    copy["onset"], copy["pitch"], copy["step"] = (np.array(column) for column in zip(*rows, strict=True))
    copy["onset"] += start
    copy["duration"], copy["part"], copy["voice"] = [*np.diff(copy["onset"]), 1], part, table["voice"][mine][0]
    joined = np.concatenate([kept, copy])
    joined = joined[np.lexsort((joined["part"], joined["pitch"], joined["onset"]))]
    sheets[number] = replace(sheets[number], table=joined)
    return sheets[number].source, bar


def _free(sheets: list[Sheet], random: np.random.Generator, taken: set[Bar]) -> tuple[int, int]:
    """A sheet and a bar of it in which notes with pitch begin, far from others."""
    while True:
        number = int(random.integers(len(sheets)))
        table = sheets[number].table
        bar = int(random.choice(table["onset"][table["step"] >= 0]) // BAR)
        near = {(sheets[number].source, bar + by) for by in range(-FAR, FAR + 1)}
        if not near & taken:
            taken.add((sheets[number].source, bar))
            return number, bar


def voices_of(sheets: list[Sheet]) -> list[Voice]:
    """Each voice of each part by itself."""
    found = []
    for sheet in sheets:
        table = sheet.table[sheet.table["step"] >= 0]
        for part, voice in sorted(set(zip(table["part"].tolist(), table["voice"].tolist(), strict=True))):
            mine = table[(table["part"] == part) & (table["voice"] == voice)]
            highest = {at: (at, pitch, step) for at, pitch, step in mine[["onset", "pitch", "step"]].tolist()}
            found.append(Voice(sheet.source, list(highest.values())))
    return [voice for voice in found if len(voice.rows) > 1]


# Ours


def scanned(missing: int, fast: bool) -> Tool:
    def search(state: tuple[NoteArrays, list[str]], pattern: Pattern) -> set[Bar]:
        arrays, sources = state
        firsts = ((found.piece, min(place for place in found.places if place >= 0)) for found in scan(pattern, arrays, missing=missing, fast=fast))  # fmt: skip
        return {(sources[piece], int(arrays.onset[first] / TICKS // BAR)) for piece, first in firsts}

    return Tool(
        f"mi_theme scan, {'one' if missing else 'none'} missing{'' if fast else ', numpy'}",
        lambda sheets, voices: (NoteArrays.of(sheet.table for sheet in sheets), [sheet.source for sheet in sheets]),
        search,
    )


def found_by_us(most: float) -> Tool:
    def search(batch: Batch, pattern: Pattern) -> set[Bar]:
        hits = proposed_hits(pattern, batch)
        own = {sheet.source: len(sheet.table) for sheet in batch.sheets}
        sure = (hit for hit in hits if hit.evalue * len(batch.arrays) / own[hit.source] <= most)
        return {(hit.source, int(hit.onset // BAR)) for hit in sure}

    return Tool(f"mi_theme find, E <= {most}", lambda sheets, voices: Batch.of(sheets), search)


def translations(share: float, diatonic: bool, name: str) -> Tool:
    """P1 and P2 of Ukkonen, Lemström and Mäkinen (2003), as in `fugues.py`: every translation that keeps so many notes."""

    def prepare(sheets: list[Sheet], voices: list[Voice]) -> Any:
        columns = (
            (sheet.source, *np.rint(sheet.table["onset"] * 480).astype(int)[None], sheet.table) for sheet in sheets
        )
        return [
            (source, list(zip(time.tolist(), table["step" if diatonic else "pitch"].tolist(), strict=True)))
            for source, time, table in columns
        ]

    def search(state: Any, pattern: Pattern) -> set[Bar]:
        heights = pattern.steps.tolist() if diatonic else pattern.pitch
        query = [(round(at * 480), height) for at, height in zip(pattern.onsets.tolist(), heights, strict=True)]
        found = set()
        for source, notes in state:
            shifts = Counter((t - a, h - b) for t, h in set(notes) for a, b in query)
            found |= {(source, t // 480 // BAR) for (t, _), count in shifts.items() if count >= share * len(query)}
        return found

    return Tool(name, prepare, search)


# music21


def music21_names() -> Tool:
    """`noteNameSearch`: names of notes in a row."""

    def search(lines: Any, pattern: Pattern) -> set[Bar]:
        from music21 import note
        from music21 import search as searching

        wanted = [note.Note(pitch).name for pitch in pattern.pitch]
        names = [note.Note(name) for name in wanted]
        return {
            (voice.source, int(voice.rows[index][0] // BAR))
            for voice, line in lines
            for index in searching.noteNameSearch(line, names)
        }

    return Tool(f"music21 {version('music21')} noteNameSearch", streams, search)


def music21_speeds() -> Tool:
    """`translateIntervalsAndSpeed`: intervals and whether notes get longer or shorter, as text."""

    def prepare(sheets: list[Sheet], voices: list[Voice]) -> Any:
        from music21 import search

        return [(voice, search.translateIntervalsAndSpeed(line)) for voice, line in streams(sheets, voices)]

    def search(lines: Any, pattern: Pattern) -> set[Bar]:
        from music21 import search as searching

        rows = list(zip(pattern.onsets.tolist(), pattern.pitch, pattern.steps.tolist(), strict=True))
        key = searching.translateIntervalsAndSpeed(stream_of(Voice("", rows)))[1:]  # its first sign says nothing
        return {
            (voice.source, int(voice.rows[match.start() - 1][0] // BAR))
            for voice, text in lines
            for match in re.finditer(f"(?={re.escape(key)})", text)
            if match.start()
        }

    return Tool(f"music21 {version('music21')} intervals and speed", prepare, search)


def streams(sheets: list[Sheet], voices: list[Voice]) -> list[tuple[Voice, Any]]:
    return [(voice, stream_of(voice)) for voice in voices]


def stream_of(voice: Voice) -> Any:
    from music21 import note, stream

    line = stream.Stream()
    for (at, pitch, _), lasts in zip(voice.rows, lengths(voice.rows), strict=True):
        line.coreInsert(at, note.Note(pitch, quarterLength=lasts))
    line.coreElementsChanged()
    return line


def lengths(rows: Sequence[Row]) -> list[float]:
    """Until the next note; of the last a quarter."""
    return [*np.diff([at for at, _, _ in rows]).tolist(), 1.0]


# humlib, which verovio holds


def humlib() -> Tool:
    """`msearch` for diatonic intervals, run as a filter of a humdrum file."""

    def search(texts: list[tuple[Voice, str]], pattern: Pattern) -> set[Bar]:
        import verovio

        tools, found = verovio.toolkit(), set()
        tools.setOptions({"inputFrom": "humdrum"})
        query = " ".join(str(rise + (1 if rise >= 0 else -1)) for rise in np.diff(pattern.steps).tolist())
        for voice, text in texts:
            tools.loadData(f'{text}!!!filter: msearch -i " {query}"\n')
            found |= {(voice.source, bar) for bar in marked(humdrum_of(tools))}
        return found

    return Tool(
        f"humlib msearch (verovio {version('verovio')})", lambda sheets, voices: [(v, kern(v)) for v in voices], search
    )


def humdrum_of(tools: Any) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "made.krn")
        tools.getHumdrumFile(str(path))
        return path.read_text("utf-8")


def marked(text: str) -> Iterator[int]:
    """The bars in which notes marked as found begin; the list of matches leaves out those that end a piece."""
    bar, inside = -1, False
    for line in text.splitlines():
        if line[0] == "=" and line[1:].isdigit():
            bar = int(line[1:]) - 1
        elif line[0].isdigit():
            if "@" in line and not inside:
                yield bar
            inside = "@" in line


def kern(voice: Voice) -> str:
    """A voice as one spine, bar lines every four quarters."""
    lines, bar = ["**kern", "*M4/4"], -1
    for (at, pitch, step), lasts in zip(voice.rows, lengths(voice.rows), strict=True):
        while bar < at // BAR:
            bar += 1
            lines.append(f"={bar + 1}")
        share = 4 / Fraction(lasts).limit_denominator(48) if lasts > 1 / 48 else Fraction(192)
        octave, letter = divmod(step, 7)
        name = "CDEFGAB"[letter]
        sharps = pitch - (12 * (octave + 1) + (0, 2, 4, 5, 7, 9, 11)[letter])
        name = name.lower() * (octave - 3) if octave > 3 else name * (4 - octave)
        recip = f"{share.numerator}%{share.denominator}" if share.denominator > 1 else str(share)
        lines.append(recip + name + ("#" * sharps if sharps > 0 else "-" * -sharps))
    return "\n".join([*lines, "==", "*-", ""])


# abcmatch, of abcmidi


def abcmatch(program: str) -> Tool:
    """Whole bars of intervals and rhythm, run as a program on one file."""

    def search(state: tuple[list[tuple[str, int]], str], pattern: Pattern) -> set[Bar]:
        bars, text = state
        at, pitch = pattern.onsets.tolist(), pattern.pitch
        template, _ = abc(list(zip(at, pitch, pitch, strict=True)), 0)
        kept = [bar for bar in template.splitlines()[-1].split("|") if bar][: int(at[-1] + 1) // BAR or 1]
        with tempfile.TemporaryDirectory() as folder:
            head = "\n".join(template.splitlines()[:-1])
            Path(folder, "match.abc").write_text(f"{head}\n{'|'.join(kept)}|\n")
            Path(folder, "all.abc").write_text(text)
            said = subprocess.run(
                [program, "all.abc", "-con", "-r", "0"], cwd=folder, capture_output=True, check=False
            ).stdout.decode("latin-1")  # fmt: skip
        return set(_matched(said, bars, len(kept)))

    def prepare(sheets: list[Sheet], voices: list[Voice]) -> tuple[list[tuple[str, int]], str]:
        made = [(voice, *abc(voice.rows, number)) for number, voice in enumerate(voices, 1)]
        return [(voice.source, first) for voice, _, first in made], "\n".join(text for _, text, _ in made)

    said = subprocess.run([program, "-ver"], capture_output=True, text=True, check=False).stdout.split()
    return Tool(f"abcmatch {said[0] if said else ''}", prepare, search)


def _matched(said: str, starts: list[tuple[str, int]], count: int) -> Iterator[Bar]:
    """What abcmatch answers: the number of a tune, its name, and the bars of all matches."""
    for line in said.splitlines():
        tune, _, *bars = map(int, line.split())
        source, first = starts[tune]
        yield from ((source, first + bar) for bar in bars[::count])


def abc(rows: Sequence[Row], number: int) -> tuple[str, int]:
    """A voice as a tune in bars of 4/4, in units of 1/24 of a quarter; and the number of its first bar."""
    first = int(rows[0][0] // BAR)
    bars: dict[int, list[str]] = {}
    for (at, pitch, _), lasts in zip(rows, lengths(rows), strict=True):
        begin, end = round(24 * at), round(24 * (at + lasts))
        while begin < end:
            bar = begin // (24 * BAR)
            stop = min(end, (bar + 1) * 24 * BAR)
            tie = "-" if stop < end else ""
            bars.setdefault(bar, []).append(f"{abc_name(pitch)}{stop - begin}{tie}")
            begin = stop
    last = max(bars, default=first)
    text = "|".join("".join(bars.get(bar, ["z96"])) for bar in range(first, last + 1))
    return f"X:{number}\nT:{number}\nM:4/4\nL:1/96\nK:C\n{text}|\n", first


def abc_name(pitch: int) -> str:
    octave, tone = divmod(pitch, 12)
    sign, letter = ("=C", "^C", "=D", "^D", "=E", "=F", "^F", "=G", "^G", "=A", "^A", "=B")[tone]
    return sign + (letter + "," * (5 - octave) if octave <= 5 else letter.lower() + "'" * (octave - 6))


# crim_intervals, which wants a python of its own

CRIM = """
import pickle, sys, time, warnings
warnings.simplefilter("ignore")
from importlib.metadata import version
from crim_intervals.main_objs import ImportedPiece
from music21 import metadata, note, stream
voices, queries = pickle.load(sys.stdin.buffer)
pieces = []
for number, rows in enumerate(voices):
    part = stream.Part()
    for (at, pitch, _), (after, *_) in zip(rows, [*rows[1:], (rows[-1][0] + 1,)]):
        part.insert(at, note.Note(pitch, quarterLength=after - at))
    score = stream.Score([part])
    score.metadata = metadata.Metadata()
    score.metadata.title, score.metadata.composer = str(number), "none"
    pieces.append(ImportedPiece(score, f"{number}.xml"))
began = time.process_time()
melodies = [piece.melodic(kind="c", end=False) for piece in pieces]
prepared, answers = time.process_time() - began, []
for query in queries:
    began, found = time.process_time(), []
    for number, (piece, melody) in enumerate(zip(pieces, melodies)):
        if len(melody) >= len(query):
            grams = piece.ngrams(df=melody, n=len(query)).iloc[:, 0].dropna()
            found += [(number, float(at)) for at, gram in grams.items() if str(gram) == ", ".join(query)]
    answers.append((time.process_time() - began, found))
sys.stdout.buffer.write(pickle.dumps((version("crim_intervals"), prepared, answers)))
"""


def crim_intervals(python: str, voices: list[Voice]) -> tuple[str, float, list[tuple[float, set[Bar]]]]:
    """n-grams of chromatic intervals: version, seconds to make the intervals, and for each pattern seconds and bars."""
    queries = [[str(rise) for rise in np.diff(pattern.pitch).tolist()] for pattern in PATTERNS.values()]
    asked = pickle.dumps(([voice.rows for voice in voices], queries))
    said = subprocess.run(
        [python, "-c", CRIM], input=asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
    )
    known, prepared, answers = pickle.loads(said.stdout)
    found = [(took, {(voices[v].source, int(at // BAR)) for v, at in hits}) for took, hits in answers]
    return f"crim_intervals {known} n-grams", prepared, found


# The table


def main() -> None:
    """Plant, search, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--copies", type=int, default=3, help="copies of each pattern in each way")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--abcmatch", default=shutil.which("abcmatch"), help="the program, of abcmidi")
    parser.add_argument("--crim", help="a python that has crim_intervals")
    side_by_side(parser.parse_args())


def side_by_side(options: argparse.Namespace) -> None:
    """Each tool on the same music with the same copies."""
    sheets, places = plant(np.random.default_rng(options.seed), music(options.files), options.copies)
    voices = voices_of(sheets)
    notes = sum(len(sheet.table) for sheet in sheets)
    print(
        f"{len(sheets)} files, {notes} notes; {len(voices)} voices; {options.copies} copies of {len(PATTERNS)} patterns in each way"
    )
    print(f"{'':40}{'prepared':>12}{'searched':>14}" + "".join(f"{kind:>12}" for kind in KINDS) + "   elsewhere")
    for tool in tools(options):
        show(tool.name, notes, places, *run(tool, sheets, voices))
    if options.crim:
        name, prepared, answers = crim_intervals(options.crim, voices)
        show(name, notes, places, prepared, answers)
    else:
        print("crim_intervals: left out, no --crim given")


def tools(options: argparse.Namespace) -> Iterator[Tool]:
    """Those that are installed."""
    fast = find_spec("numba") is not None
    yield from (scanned(0, fast), scanned(1, fast), found_by_us(0.01), found_by_us(1))
    yield translations(1.0, False, "P1, ours in Python")
    yield translations(0.8, True, "P2, ours in Python, diatonic, 80 %")
    yield from (music21_names(), music21_speeds())
    if find_spec("verovio"):
        yield humlib()
    else:
        print("humlib: left out, verovio is not installed")
    if options.abcmatch:
        yield abcmatch(options.abcmatch)
    else:
        print("abcmatch: left out, abcmidi is not installed")


def run(tool: Tool, sheets: list[Sheet], voices: list[Voice]) -> tuple[float, list[tuple[float, set[Bar]]]]:
    """Seconds to prepare; seconds and bars for each pattern, the best of three more where that is quick."""
    began = seconds()
    state = tool.prepare(sheets, voices)
    prepared, answers = seconds() - began, []
    for pattern in PATTERNS.values():
        answers.append(timed(tool.search, state, pattern))
        if answers[-1][0] < QUICK:  # nothing is to be loaded or compiled any more
            answers[-1] = min((timed(tool.search, state, pattern) for _ in range(3)), key=itemgetter(0))
    return prepared, answers


def timed(search: Callable[[Any, Pattern], set[Bar]], state: Any, pattern: Pattern) -> tuple[float, set[Bar]]:
    began = seconds()
    found = search(state, pattern)
    return seconds() - began, found


def seconds() -> float:
    """Of the processor, those of ended children too."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def show(
    name: str,
    notes: int,
    places: dict[tuple[str, str], list[Bar]],
    prepared: float,
    answers: list[tuple[float, set[Bar]]],
) -> None:
    """A line: notes a second, copies found of each kind, other bars."""
    took = sum(each for each, _ in answers) / len(answers)
    counts: Counter[str] = Counter()
    elsewhere = 0
    for pattern, (_, found) in zip(PATTERNS, answers, strict=True):
        for kind in KINDS:
            counts[kind] += sum(place in found for place in places[pattern, kind])
        elsewhere += len(found - {place for kind in KINDS for place in places[pattern, kind]})
    total = sum(map(len, places.values())) // len(KINDS)
    speeds = "".join(f"{notes / max(spent, 1e-6):{width},.0f}" for spent, width in ((prepared, 12), (took, 14)))
    print(
        f"{name:40}{speeds}" + "".join(f"{f'{counts[kind]}/{total}':>12}" for kind in KINDS) + f"{elsewhere:12}",
        flush=True,
    )


if __name__ == "__main__":
    main()

"""Where a tune's notes and chords stand after a conversion: folk tunes of music21's corpus, with chords made by rule.

python tests/benchmarks/arranging.py [tunes of a kind, 20 without it]

Shares of the lead's onsets on beats and on eighths, as shares of the source's and, after
the bar, as shares of what there is room for: a bar of 3/4 has three beats and six
eighths, so of eight notes that all stay three at most stand on a beat. Chord
changes on beats and on bar lines. The tunes are reels, hornpipes, jigs, slip jigs and
tunes in 2/4 of Ryan's Mammoth Collection (1883), taken evenly from each kind; and songs in
4/4 of the Essen collection, which leave more room: a reel is all eighths, so that of its beats
three quarters can stay where every note does. They have
no chords: each half bar of four beats, each bar of any other metre, gets
the chord of I, IV or V that has most of its notes; a pick-up has none.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import mi_theme as mi
from mi_theme.score import Bar

KINDS = {  # the signature as it is written, and what the name of the tune has in it
    "reel": (r"(C|4/4|C\|)", "reel"),
    "hornpipe": (r"(C|4/4|C\|)", "hornpipe"),
    "jig": ("6/8", "jig"),
    "slip jig": ("9/8", ""),
    "2/4": ("2/4", ""),
}
SONG = re.compile(r"^M: *(C|4/4)\s*$", re.MULTILINE)
DIRECTIONS: list[tuple[str, str, dict[str, Any]]] = [
    ("reel", "3/4", {}),
    ("reel", "3/4", {"runs": "keep"}),
    ("hornpipe", "3/4", {}),
    ("hornpipe", "3/4", {"runs": "keep"}),
    ("song", "3/4", {}),
    ("song", "3/4", {"runs": "keep"}),
    ("reel", "7/8", {}),
    ("reel", "5/4", {}),
    ("reel", "6/8", {}),
    ("2/4", "3/4", {}),
    ("jig", "2/4", {}),
    ("jig", "4/4", {}),
    ("jig", "3/4", {}),
    ("slip jig", "4/4", {}),
    ("slip jig", "3/4", {}),
]
TRIADS = [{0, 4, 7}, {5, 9, 0}, {7, 11, 2}]  # I, IV, V above the tonic
PROFILE = np.array(
    [6.4, 2.2, 3.5, 2.3, 4.4, 4.1, 2.5, 5.2, 2.4, 3.7, 2.3, 2.9]
)  # of major (Krumhansl and Kessler, 1982)


def tunes(count: int) -> dict[str, list[mi.Score]]:
    """Tunes of each kind with chords, evenly from the corpus."""
    from music21 import corpus

    paths = [Path(path) for path in corpus.getComposer("ryansMammoth")]
    texts = {path: path.read_text("utf-8", "replace") for path in paths}
    found = {}
    for kind, (meter, word) in KINDS.items():
        stated = re.compile(rf"^M: *{meter}\s*$", re.MULTILINE)
        mine = [path for path, text in texts.items() if word in path.stem.casefold() and stated.search(text)]
        chosen = mine[:: max(len(mine) // count, 1)][:count]
        found[kind] = [with_chords(mi.read(path)) for path in chosen]
    return found | {"song": list(songs(count))}


def songs(count: int) -> Iterator[mi.Score]:
    """Songs in 4/4 with chords, evenly from the books of the Essen collection."""
    from music21 import corpus

    books = [Path(path) for path in corpus.getComposer("essenFolksong") if str(path).endswith(".abc")]
    texts = [text for book in sorted(books) for text in re.split(r"\n(?=X:)", book.read_text("utf-8", "replace"))]
    mine = [text for text in texts if SONG.search(text) and "K:" in text]
    with TemporaryDirectory() as folder:
        for number, text in enumerate(mine[:: max(len(mine) // count, 1)][:count]):
            path = Path(folder) / f"{number}.abc"
            path.write_text(text, "utf-8")
            yield with_chords(mi.read(path))


def with_chords(score: mi.Score) -> mi.Score:
    """The tune with a part of chords under it."""
    notes = score.notes(0)
    weights = np.bincount(notes["pitch"] % 12, notes["duration"], minlength=12)
    tonic = int(np.argmax([np.corrcoef(np.roll(PROFILE, shift), weights)[0, 1] for shift in range(12)]))
    bars = [bar for bar in score.meters.bars(score.quarters) if bar.number]
    halves = [2 if bar.meter.bar == 4 else 1 for bar in bars]
    stretches = [
        (bar.start + bar.length * half / many, bar.length / many)
        for bar, many in zip(bars, halves, strict=True)
        for half in range(many)
    ]
    rows: list[tuple[float, float, int]] = []
    for begin, step in stretches:
        mine = notes[(notes["onset"] >= float(begin)) & (notes["onset"] < float(begin + step))]
        if len(mine):
            degrees = set(((mine["pitch"] - tonic) % 12).tolist())
            triad = max(TRIADS, key=lambda triad: len(triad & degrees))
            rows += [(float(begin), float(step), 48 + (degree + tonic) % 12) for degree in triad]
    chords = np.array(rows)
    return mi.Score.from_notes(
        np.concatenate([notes["onset"], chords[:, 0]]),
        np.concatenate([notes["duration"], chords[:, 1]]),
        np.concatenate([notes["pitch"], chords[:, 2].astype(int)]),
        part=np.repeat([0, 1], [len(notes), len(chords)]),
        meter=score.meters,
        names=["Melody", "Chords"],
    )


def shares(score: mi.Score) -> tuple[float, float, float, float]:
    """Of the lead's onsets those on beats and on eighths; of the chords' those on beats and on bar lines."""
    bars = list(score.meters.bars(score.quarters))
    cut_time = str(bars[-1].meter) == "2/2"  # a reel in cut time is counted in quarters here
    beats = np.array([float(beat) for bar in bars for beat in beats_of(bar, cut_time)])
    lines = np.array([float(bar.start) for bar in bars])
    lead, chords = (np.unique(score.notes(part)["onset"].round(4)) for part in ("Melody", "Chords"))

    def on(places: np.ndarray, marks: np.ndarray) -> float:
        return float(np.mean([np.abs(marks - at).min() < 0.01 for at in places])) if len(places) else 1.0

    eighths = float(np.mean(np.abs(lead * 2 - np.round(lead * 2)) < 0.02))
    return on(lead, beats), eighths, on(chords, beats), on(chords, lines)


def beats_of(bar: Bar, cut_time: bool) -> list[Any]:
    """Where the beats of a bar fall: quarters in cut time."""
    return [bar.start + at for at in range(int(bar.length))] if cut_time else list(bar.beats)


def room(score: mi.Score) -> tuple[float, float]:
    """What shares of the lead's onsets could stand on beats and on eighths if each bar were written best."""
    lead = np.unique(score.notes("Melody")["onset"].round(4))
    on_beats = on_eighths = 0.0
    for bar in score.meters.bars(score.quarters):
        mine = ((lead >= float(bar.start)) & (lead < float(bar.end))).sum()
        on_beats += min(mine, len(bar.beats))
        on_eighths += min(mine, float(bar.length) * 2)
    return on_beats / len(lead), on_eighths / len(lead)


def table(count: int) -> Iterator[str]:
    found = tunes(count)
    yield f"{'tunes':10} {'to':5} {'':5} {'n':>3}  {'how':10} {'beats':>18}  {'eighths':>18}  {'kept':>5}  {'chords on beats':>15}  {'bar lines':>11}"
    for kind, to, options in DIRECTIONS:
        before, after, rooms, kept, hows = [], [], [], [], []
        for score in found[kind]:
            plan = mi.plan(score, to, **options)
            before.append(shares(score))
            result = plan.apply(score)
            after.append(shares(result))
            rooms.append(room(result))
            notes = len(score.notes("Melody"))
            kept.append(1 - sum(change.part == "Melody" for change in plan.dropped) / notes)
            hows.append(plan.how)
        if not after:
            continue
        old, new, most = np.mean(before, 0), np.mean(after, 0), np.mean(rooms, 0)
        how = max(set(hows), key=hows.count)
        yield (
            f"{kind:10} {to:5} {options.get('runs', ''):5} {len(after):3}  {how:10} "
            f"{new[0]:4.2f} = {new[0] / old[0]:4.2f} | {new[0] / most[0]:4.2f}  "
            f"{new[1]:4.2f} = {new[1] / old[1]:4.2f} | {new[1] / most[1]:4.2f}  {np.mean(kept):5.2f}  "
            f"{new[2]:7.2f} = {new[2] / old[2]:5.2f}  {new[3]:4.2f} = {new[3] / old[3]:4.2f}"
        )


def main() -> None:
    warnings.simplefilter("ignore")
    for line in table(int(sys.argv[1]) if len(sys.argv) > 1 else 20):
        print(line, flush=True)


if __name__ == "__main__":
    main()

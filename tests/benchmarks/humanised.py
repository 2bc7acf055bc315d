"""Whether a player's timing changes what is decided: python tests/benchmarks/humanised.py [--pieces N] [--seed N] [--late MS] [--meters] [--theme]

Pieces of music21's corpus are taken as MIDI and played: every note so many milliseconds
early or late at most, sounding for 50 to 95 % of its value, at 60 to 180 quarters a
minute. Printed by kind of music: in how many bars the plan for the played file is that
for the exact one, note for note (`places`: strategy, and where every note goes, which go
and which come), and map for map (`maps`: the bar map and the groups too).

``--meters`` prints how often `induce_meter` is right of the exact and of the played
file; ``--theme`` how often the theme in a plain 5/4 is read as 3+3+2+2.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from humanising import humanised
from playing import TEMPI, pieces

import mi_theme as mi
from mi_theme.conversion.parts.edits import edits_under, struck
from mi_theme.conversion.scoreplan import ScorePlan
from mi_theme.files import read
from mi_theme.quantising import written_music
from mi_theme.score import Event, Score, Track
from mi_theme.score import messages as m

TARGETS = ("3/4", "5/4:3+3+2+2", "7/8:2+2+3", "6/8", "4/4")
GATES = (0.5, 0.95)


def at_tempo(score: Score, tempo: float) -> Score:
    """The score in one tempo, as a sequencer's file: nothing says that it was notation."""
    tracks = []
    for index, track in enumerate(score.tracks):
        said = {m.TEMPO} | ({m.SEQUENCER} if score.is_notation else set())
        kept = [event for event in track if event.message[0] != m.META or event.message[1] not in said]
        head = [] if index else [Event(0, m.tempo(round(6e7 / tempo)))]
        tracks.append(Track.of([*head, *kept]))
    return Score(score.ticks_per_quarter, tuple(tracks), score.kind, score.source)


def decided(plan: ScorePlan, score: Score) -> dict[int, tuple[Counter, Counter]]:
    """For each source bar where its notes go, and by which map: (places, maps)."""
    edits, twin = edits_under(plan, score), written_music(score).score
    quarter, spans = twin.ticks_per_quarter, twin.spans
    pitch = np.zeros(len(spans), int)
    for index, track in enumerate(twin.tracks):
        mine = spans["track"] == index
        pitch[mine] = track.events["data1"][spans["on"][mine]]
    where = {row: at for row, extra, at, _ in struck(twin, edits) if row >= 0}
    gone = set(edits.dropped.tolist())
    found: dict[int, tuple[Counter, Counter]] = defaultdict(lambda: (Counter(), Counter()))

    def bar_of(at: Fraction) -> int:
        span = edits.timeline.span_at(at)
        return span.first + int((at - span.start) // span.source.bar) if span.how else span.first

    for row, (start, part) in enumerate(zip(spans["start"].tolist(), twin.span_parts.tolist(), strict=True)):
        at = Fraction(start, quarter)
        image = None if row in gone else where.get(row, edits.timeline.onset(at))
        found[bar_of(at)][0][part, int(pitch[row]), at, image] += 1
    for extra in edits.extras:
        model = Fraction(int(spans["start"][extra.row]), quarter) if extra.row >= 0 else Fraction(0)
        found[bar_of(model)][0][extra.part, extra.pitch, extra.at, "added"] += 1
    for span in plan.spans:
        for bar in range(span.first, span.last + 1):
            found[bar][0][span.how] += 1
            found[bar][1][span.how, span.warp, span.figure] += 1
    return found


def same_bars(exact: Score, played: Score, to: str) -> tuple[int, int, int, str]:
    """(bars, those that go alike, those by the same map, what differs)."""
    plans = [mi.plan(score, to) for score in (exact, played)]
    mine, theirs = (decided(plan, score) for plan, score in zip(plans, (exact, played), strict=True))
    bars = sorted({*mine, *theirs})
    empty = (Counter(), Counter())
    places = [bar for bar in bars if mine.get(bar, empty)[0] == theirs.get(bar, empty)[0]]
    maps = sum(mine.get(bar, empty) == theirs.get(bar, empty) for bar in bars)
    why = "" if len(places) == len(bars) else f"bars {[bar for bar in bars if bar not in set(places)][:6]}"
    if plans[0].lead != plans[1].lead or plans[0].how != plans[1].how:
        why += f" lead {plans[0].lead} {plans[1].lead}, {plans[0].how} {plans[1].how}"
    return len(bars), len(places), maps, why


def scores(count: int) -> Iterator[tuple[str, str, Score]]:
    """Pieces as MIDI."""
    for number, (kind, path) in enumerate(pieces(count)):
        try:
            score = read(read(path).to_bytes())
            yield kind, path.name, at_tempo(score, TEMPI[number % len(TEMPI)])
        except mi.MiThemeError:
            continue


def print_plans(count: int, seed: int, late: float, gates: tuple[float, float] | None, verbose: bool) -> None:
    table: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for number, (kind, name, score) in enumerate(scores(count)):
        to = next(
            to for to in TARGETS[number % 5 :] + TARGETS if mi.Meter(to).plain != score.meters.changes[-1][1].plain
        )
        played = humanised(score, np.random.default_rng(seed + number), late, gates)
        try:
            bars, places, maps, why = same_bars(score, played, to)
        except mi.MiThemeError as error:
            print(name, to, error)
            continue
        table[kind].append((bars, places, maps))
        if verbose and why:
            print(f"{name} -> {to}: {places} and {maps} of {bars}; {why}")
    table["all"] = [row for rows in table.values() for row in rows]
    print(f"{'':12} pieces   bars  places    maps  pieces whole")
    for kind, rows in table.items():
        bars, places, maps = np.array(rows).sum(0)
        shares = np.array([(p / max(b, 1), q / max(b, 1)) for b, p, q in rows]).mean(0)
        whole = np.mean([p == b for b, p, _ in rows])
        print(
            f"{kind:12} {len(rows):6} {bars:6}  {places / bars:.3f}   {maps / bars:.3f}  {whole:.3f}  means of pieces {shares[0]:.3f} {shares[1]:.3f}"
        )


def print_meters(count: int, late: float, gates: tuple[float, float] | None) -> None:
    right, kept, changed, total = 0, 0, 0, 0
    for number, (_, _, score) in enumerate(scores(count)):
        said = {meter.plain for _, meter in score.meters.changes}
        played = humanised(score, np.random.default_rng(number), late, gates)
        first, second = (next(iter(mi.induce_meter(one)), None) for one in (score, played))
        if first is None or len(said) > 1:
            continue
        total += 1
        mine = first.meter.plain in said
        right += mine
        kept += bool(mine and second and second.meter == first.meter and second.phase == first.phase)
        changed += bool(not mine and second and second.meter.plain in said)
    print(
        f"which metre: {right} of {total} right when exact; of these {kept} ({kept / right:.3f}) the same when played; {changed} right only when played"
    )


def print_theme(late: float) -> None:
    table = mi.theme().to_score(repeats=8).note_table()
    table = table[table["pitch"] < 60]
    kept = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        onset = np.maximum(table["onset"] + random.uniform(-late, late, len(table)) * 2, 0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            score = mi.Score.from_notes(onset, table["duration"] * 0.95, table["pitch"], meter="5/4")
        kept += all(span.figure == (Fraction(3, 2), Fraction(3, 2), 1, 1) for span in mi.plan(score, "4/4").spans)
    print(f"the theme in a plain 5/4: 3+3+2+2 in {kept} of 100 seeds")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pieces", type=int, default=40, help="of each kind")
    parser.add_argument("--seed", type=int, default=0, help="of the first piece: how it is played")
    parser.add_argument("--late", type=float, default=20.0, help="milliseconds")
    parser.add_argument("--whole", action="store_true", help="notes sound as long as written")
    parser.add_argument("--meters", action="store_true")
    parser.add_argument("--theme", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    given = parser.parse_args()
    gates = None if given.whole else GATES
    if given.meters:
        print_meters(given.pieces, given.late / 1000, gates)
    if given.theme:
        print_theme(given.late / 1000)
    if not (given.meters or given.theme):
        print_plans(given.pieces, given.seed, given.late / 1000, gates, given.verbose)

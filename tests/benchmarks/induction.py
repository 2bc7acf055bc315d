"""Which metre is it? Everything that is claimed of `mi_theme.induce_meter`, measured.

``python tests/benchmarks/induction.py`` (about twenty minutes; ``--quick`` leaves
out training inside Essen and scores of several parts). Needs music21 and scipy. The shipped model was trained on
O'Neill, Ryan's Mammoth and Aird; it is tested on Essen. Every second tune of
Essen was looked at while the model was designed (choice of evidence, the margin
for odd metres); the other half was not, and is the line to quote.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "data" / "making")]

import metre_tables  # noqa: E402
import metres  # noqa: E402
from folksongs import EVALUATION, TRAINING, Song, songs  # noqa: E402

import mi_theme as mi  # noqa: E402
from mi_theme.rhythm.induction import SURE, certainty_of  # noqa: E402
from mi_theme.rhythm.lines import NoteLine, line_of, lines_of  # noqa: E402
from mi_theme.rhythm.meter_candidates import PLAIN_METERS, family  # noqa: E402
from mi_theme.rhythm.meter_evidence import lag_profile, ticks_of  # noqa: E402
from mi_theme.rhythm.meter_model import MeterModel, candidates, model, plain_candidates, softmax  # noqa: E402
from mi_theme.score.tracks import PERCUSSION  # noqa: E402

FAMILY = np.array(
    [0, 1, 0, 0, 1, 2, 3, 1, 2]
)  # of PLAIN_METERS: simple duple, simple triple, compound duple, compound triple
TERNARY = FAMILY > 0
COMPOSERS = {  # every so many pieces of each
    "bach": 8, "palestrina": 60, "trecento": 7, "mozart": 4, "haydn": 4, "beethoven": 6, "monteverdi": 6, "corelli": 1, "schumann_robert": 4,
}  # fmt: skip
PEAKS = {3: "3/8", 4: "2/4", 6: "3/4", 8: "4/4", 9: "9/8", 12: "3/2"}  # bar in eighths: metre


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--quick", action="store_true", help="leave out training inside Essen and scores of several parts"
    )
    parser.add_argument("--every", type=int, default=1, help="take only every so many tunes of Essen")
    parser.add_argument("--additive", metavar="FILE", help="score such melodies instead: JSON lines, gzipped")
    parser.add_argument("--drums", metavar="FILE", help="score such drummers instead: JSON, gzipped")
    options = parser.parse_args()
    if options.additive or options.drums:
        additive(Path(options.additive)) if options.additive else drummers(Path(options.drums))
        return
    quick = options.quick
    sets()
    essen = metres.training_tunes(EVALUATION)
    halves = {"half looked at": essen[:: 2 * options.every], "other half": essen[1 :: 2 * options.every]}
    print("\nTrained on O'Neill, Ryan's, Aird; share right       tunes  two classes  exact  family  phase")
    answers = {name: shares(tunes) for name, tunes in halves.items()}
    unpitched = shares(halves["other half"], pitched=False)
    for name, tunes in halves.items():
        line(f"Essen, {name}", tunes, *answers[name][:2])
        line("  by the plain model alone", tunes, *shares(tunes, plain=model())[:2])
    other = halves["other half"]
    line("  without pitches", other, *unpitched[:2])
    baselines(other)
    confusion(other, answers["other half"][0])
    reliability(other, *answers["other half"])
    for kind, found in (("with pitches", answers["other half"][0]), ("without", unpitched[0])):
        alarms(kind, found)
    odd_songs()
    ostinato()
    speed(essen)
    if not quick:
        polyphony()
        inside(essen)


def sets() -> None:
    """What was used and what was left out."""
    print("collection      tunes   used  steady  left out")
    for name in (*TRAINING, *EVALUATION):
        tunes = list(songs(name))
        used = [tune for song in tunes if (tune := metre_tables.tune_of(song))]
        kept = {tune.id for tune in used}
        why = Counter(reason(song) for song in tunes if song.id not in kept)
        print(
            f"{name:14} {len(tunes):6} {len(used):6} {sum(t.steady for t in used):7}  "
            + ", ".join(f"{n} {w}" for w, n in why.most_common())
        )
    print("(steady: bar lines where the metre puts them; phase is judged, and tables counted, on these only)")


def reason(song: Song) -> str:
    """Why a tune is not used."""
    if not song.has_one_meter:
        return "free or changing metre"
    return f"in {song.meter}" if song.meter not in PLAIN_METERS else "too short"


def shares(tunes: list[metres.Tune], pitched: bool = True, plain: MeterModel | None = None):
    """The probability of each metre for each tune, and whether the bar line of the true metre is right (nan: unsure).

    By the plain model alone where one is given.
    """
    among = plain_candidates() if plain else candidates()
    found, phases, certain = [], [], []
    for tune in tunes:
        line = tune.line if pitched else tune.line._replace(pitches=None)
        heard = None if plain else model().hear(line)
        joint = plain.plain(line) if plain else heard.joint
        first = np.bincount(among.index, joint).argmax()
        certain.append(certainty_of(np.stack([joint, *heard.halves]), heard.cue)[first] if heard else np.nan)
        mine = np.flatnonzero(among.index == tune.meter)
        found.append(np.bincount(among.index, joint))
        phases.append(among.phases[mine[joint[mine].argmax()]] == 0 if tune.steady else np.nan)
    return np.array(found), np.array(phases, float), np.array(certain)


def rates(tunes: list[metres.Tune], found: np.ndarray) -> tuple[float, float, float]:
    """Shares of right answers: two classes, exact, family. An odd first guess is wrong everywhere."""
    truth = np.array([tune.meter for tune in tunes])
    plain, odd = found[:, : len(PLAIN_METERS)], found.argmax(1) >= len(PLAIN_METERS)
    two = (plain[:, TERNARY].sum(1) > plain[:, ~TERNARY].sum(1)) == TERNARY[truth]
    family = np.stack([plain[:, f == FAMILY].sum(1) for f in range(4)], 1).argmax(1) == FAMILY[truth]
    exact = plain.argmax(1) == truth
    return tuple(float((right & ~odd).mean()) for right in (two, exact, family))


def line(name: str, tunes: list[metres.Tune], found: np.ndarray, phases: np.ndarray | None = None) -> None:
    """One line of the main table."""
    two, exact, family = rates(tunes, found)
    phase = f"{np.nanmean(phases):7.3f}" if phases is not None else "      -"
    print(f"{name:50} {len(tunes):6} {two:12.3f} {exact:6.3f} {family:7.3f} {phase}")


RULE = {"8/8": "2/4", "8/4": "2/4", "9/4": "9/8", "7/4": "7/8", "10/8": "5/4"}  # notational doubles count as right


def bar_of(meter: str) -> str:
    """What counts as the same bar."""
    signature = meter.partition(":")[0]
    return RULE.get(signature, family(signature))


def additive(path: Path) -> None:
    """Melodies with their metre and, where it is known, their grouping: bar, grouping, and what is said surely.

    A line of the file has ``meter``, ``grouping`` ("" for none) and ``notes``, rows of onset, duration, pitch.
    """
    rows = []
    with gzip.open(path) as lines:
        for text in lines:
            tune = json.loads(text)
            guess = mi.induce_meter(*np.array(tune["notes"], float).T)[0]
            right = bar_of(str(guess.meter)) == bar_of(tune["meter"])
            grouped = right and str(guess.meter.grouping or "") == tune["grouping"]
            rows.append((right, grouped if tune["grouping"] else np.nan, guess.certainty, bool(tune["grouping"])))
    right, grouped, certainty, is_additive = np.array(rows, float).T
    print(f"{len(rows)} melodies: bar {right.mean():.3f}; of {is_additive.sum():.0f} additive ones "
          f"bar {right[is_additive > 0].mean():.3f}, grouping {np.nanmean(grouped):.3f}")  # fmt: skip
    for least in sorted({SURE, 0.75, 0.8, 0.85, 0.9, 0.95}):
        sure = certainty >= least
        print(f"  certain {least:.2f} or more: {sure.mean():.3f} of them, wrong {1 - right[sure].mean():.3f}")


def drummers(path: Path) -> None:
    """Drummers alone, to a click: their metre and the first guesses."""
    with gzip.open(path) as file:
        played = json.load(file)
    for one in played if isinstance(played, list) else played.values():
        onset, key, velocity = np.array(one["strokes"], float).T
        score = mi.Score.from_notes(np.round(onset, 2), 0.1, key.astype(int), velocity=velocity.astype(int))
        head, *parts = score.tracks
        score = mi.Score(score.ticks_per_quarter, (head, *(part.on_channel(PERCUSSION) for part in parts)), score.kind)
        said = ", ".join(f"{g.meter} {g.probability:.2f} (bar {g.certainty:.2f})" for g in mi.induce_meter(score)[:3])
        print(f"{one.get('meter', '')!s:6} {said}")


def baselines(tunes: list[metres.Tune]) -> None:
    """Autocorrelation alone: its highest peak, and a regression on 24 lags trained on the same tunes."""
    profiles = np.array([lag_profile(tune.line)[0] for tune in tunes])
    lags = np.array(list(PEAKS))
    guesses = np.array([PLAIN_METERS.index(name) for name in PEAKS.values()])[profiles[:, lags - 1].argmax(1)]
    line("  autocorrelation, highest peak", tunes, np.eye(len(PLAIN_METERS))[guesses])
    train = metres.training_tunes()
    inputs = np.array([np.append(5 * lag_profile(tune.line)[0, :24], 1) for tune in train])
    weights = metres._regression(inputs, np.array([tune.meter for tune in train]))
    line(
        "  autocorrelation, regression on 24 lags",
        tunes,
        softmax(np.column_stack([5 * profiles[:, :24], np.ones(len(tunes))]) @ weights),
    )


def confusion(tunes: list[metres.Tune], found: np.ndarray) -> None:
    """First guesses by true metre."""
    names = candidates().names
    table = Counter(
        (PLAIN_METERS[tune.meter], names[k] if k < len(PLAIN_METERS) else "odd")
        for tune, k in zip(tunes, found.argmax(1), strict=True)
    )
    columns = (*PLAIN_METERS, "odd")
    print("\nOther half of Essen, true metre by first guess\n      " + "".join(f"{c:>6}" for c in columns))
    for row in PLAIN_METERS:
        print(f"{row:6}" + "".join(f"{table[row, column]:6}" for column in columns))


def reliability(tunes: list[metres.Tune], found: np.ndarray, _: np.ndarray, certain: np.ndarray) -> None:
    """How often the first guess and its bar are right, by its certainty."""
    truth = np.array([tune.meter for tune in tunes])
    right = found.argmax(1) == truth
    bars = np.array([family(name).removesuffix("+") for name in candidates().names])
    bar = bars[found.argmax(1)] == bars[truth]
    print("\nReliability, other half of Essen\ncertainty     share of tunes   said   bar right   metre right")
    for low, high in ((0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, SURE), (SURE, 0.95), (0.95, 1.01)):
        inside_bin = (certain >= low) & (certain < high)
        if inside_bin.any():
            shown = (inside_bin.mean(), certain[inside_bin].mean(), bar[inside_bin].mean(), right[inside_bin].mean())
            print(f"{low:.2f}-{min(high, 1):.2f} {shown[0]:18.3f} {shown[1]:6.3f} {shown[2]:11.3f} {shown[3]:13.3f}")
    sure = certain >= SURE
    print(f"said surely: {sure.mean():.3f} of tunes, the bar wrong in {1 - bar[sure].mean():.3f}")


def alarms(kind: str, found: np.ndarray) -> None:
    """How often a plain tune comes out additive."""
    first = Counter(candidates().names[k].partition(":")[0] for k in found.argmax(1) if k >= len(PLAIN_METERS))
    said = ", ".join(f"{name} {number / len(found):.2%}" for name, number in first.most_common())
    print(f"\nFalse alarms over {len(found)} tunes, {kind}: {sum(first.values()) / len(found):.2%} ({said})")


def odd_songs() -> None:
    """Each real odd song."""
    print("\nReal odd songs of Essen: title, written metre, first guesses")
    for song in songs("essenFolksong"):
        if song.has_one_meter and song.meter in ("5/4", "5/8", "7/8", "7/4"):
            guesses = mi.induce_meter(np.array(song.onsets, float), np.array(song.durations, float), song.pitches)
            said = "; ".join(f"{guess.meter} {guess.probability:.2f}" for guess in guesses[:3])
            print(f"  {song.id.partition('/')[2]:18} {song.title[:34]:34} {song.meter}   {said}")


def ostinato() -> None:
    """The theme's rhythm alone, repeated; begun on each of its notes."""
    onsets = np.array([0, 1.5, 3, 4])
    print("\nThe ostinato's rhythm alone, eight bars, begun on each of its notes")
    for start in onsets:
        turned = np.sort((onsets - start) % 5)
        guesses = mi.induce_meter(np.concatenate([turned + 5 * bar for bar in range(8)]))
        print(
            f"  from {start:3}: "
            + "; ".join(f"{g.meter} {g.probability:.3f} bar line at {float(g.phase):g}" for g in guesses[:4])
        )


def speed(tunes: list[metres.Tune]) -> None:
    """Files a second, reading included."""
    some = list(songs("essenFolksong"))[:2000:10]
    files = [
        mi.Score.from_notes(
            np.array(s.onsets, float) - float(min(s.onsets)), np.array(s.durations, float), s.pitches
        ).to_bytes()
        for s in some
    ]
    begun = time.perf_counter()
    for data in files:
        mi.induce_meter(mi.read(data))
    took = time.perf_counter() - begun
    line_ = tunes[0].line
    begun = time.perf_counter()
    for tune in tunes[:500]:
        model().hear(tune.line)
    alone = (time.perf_counter() - begun) / 500
    print(
        f"\nSpeed, one process: {len(files) / took:.0f} MIDI files a second (mean {np.mean([len(s.ticks) for s in some]):.0f} notes), {1 / alone:.0f} tunes a second without reading ({len(line_.onsets)} notes in the first)"
    )


def inside(tunes: list[metres.Tune]) -> None:
    """Trained on Essen itself, five folds by sub-collection, as published figures were."""
    names = sorted({sub_collection(tune.id) for tune in tunes})
    sizes = Counter(sub_collection(tune.id) for tune in tunes)
    folds: list[list[str]] = [[] for _ in range(5)]
    for name in sorted(names, key=lambda n: -sizes[n]):
        min(folds, key=lambda fold: sum(sizes[n] for n in fold)).append(name)
    found, phases, order = [], [], []
    for fold in folds:
        held = [tune for tune in tunes if sub_collection(tune.id) in fold]
        trained = metres.fit_plain([tune for tune in tunes if sub_collection(tune.id) not in fold], both=False)
        some, right, _ = shares(held, plain=trained)
        found.append(some), phases.append(right), order.extend(held)
    print("\nTrained inside Essen, five folds by sub-collection: " + " | ".join(" ".join(fold) for fold in folds))
    line("Essen in itself", order, np.concatenate(found), np.concatenate(phases))
    print("published, inside one collection (Toiviainen and Eerola 2006): two classes .96, nine classes .75")


def polyphony() -> None:
    """Scores of several parts in music21's corpus, every part asked, against ways of asking one line."""
    asked: dict[str, list[tuple[bool, ...]]] = {}
    count = Counter()
    for score, meter, pickup in part_scores():
        parts = [joint_of(line_) for line_ in lines_of(score) if len(line_.onsets) >= 4]
        together = line_of(score)
        ways = {
            "mean of the parts (default)": np.mean(parts, 0), "highest part": parts[0], "lowest part": parts[-1],
            "all onsets, highest notes": joint_of(together), "all onsets, no pitches": joint_of(together._replace(pitches=None)),
            "as one part: highest and lowest": np.mean([joint_of(edge) for edge in lines_of(one_part(score))], 0),
        }  # fmt: skip
        count[meter] += 1
        for way, joint in ways.items():
            asked.setdefault(way, []).append(judged(joint, PLAIN_METERS.index(meter), pickup))
    said = ", ".join(f"{meter} {n}" for meter, n in count.most_common())
    print(f"\nScores of several parts ({said}): two classes, exact, family, phase")
    for way, right in asked.items():
        print(f"  {way:30}" + "".join(f"{share:8.3f}" for share in np.mean(right, 0)))


def one_part(score: mi.Score) -> mi.Score:
    """The same notes in a single part, as a piano plays them."""
    rows = score.note_table()
    return mi.Score.from_notes(rows["onset"], rows["duration"], rows["pitch"])


def joint_of(one: NoteLine) -> np.ndarray:
    """The probability of each candidate for one line."""
    return model().hear(ticks_of(one)).joint


def judged(joint: np.ndarray, truth: int, pickup: float) -> tuple[bool, ...]:
    """Whether classes, metre, family and bar line are right."""
    among = candidates()
    plain = np.bincount(among.index, joint)[: len(PLAIN_METERS)]
    mine = np.flatnonzero(among.index == truth)
    bar_line = among.phases[mine[joint[mine].argmax()]]
    return (
        bool((plain[TERNARY].sum() > plain[~TERNARY].sum()) == TERNARY[truth]),
        bool(plain.argmax() == truth),
        bool((plain @ np.eye(4)[FAMILY]).argmax() == FAMILY[truth]),
        bool(abs(bar_line - pickup * 24 % among.bars[truth]) < 1e-6),
    )


def part_scores() -> Iterator[tuple[mi.Score, str, float]]:
    """(score, metre, pick-up) of every few pieces by some composers, in one plain metre; a part is its highest line."""
    from music21 import corpus
    from music21.exceptions21 import Music21Exception

    for composer, step in COMPOSERS.items():
        for path in corpus.getComposer(composer)[::step]:
            try:
                piece = corpus.parse(path)
                metres_of = {one.ratioString for one in piece.recurse().getElementsByClass("TimeSignature")}
                parts = list(piece.parts)
                rows = [(float(n.offset), float(n.quarterLength), max(p.midi for p in n.pitches), i)
                        for i, part in enumerate(parts) for n in part.flatten().notes if n.quarterLength]  # fmt: skip
                pickup = float(parts[0].getElementsByClass("Measure")[0].duration.quarterLength)
            except (Music21Exception, AttributeError, IndexError, ValueError):
                continue
            if len(parts) > 1 and len(metres_of) == 1 and metres_of <= set(PLAIN_METERS):
                onset, duration, pitch, part = np.array(rows).T
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # tuplets of 9 and 11 are rounded
                    score = mi.Score.from_notes(onset, duration, pitch, part=part.astype(int))
                yield score, metres_of.pop(), pickup


def sub_collection(name: str) -> str:
    """``erk`` of ``essenFolksong/erk10.abc#395``."""
    return re.sub(r"\d*\.abc.*", "", name.partition("/")[2])


if __name__ == "__main__":
    main()

"""Does a machine hear the beat that we mean: ``python tests/benchmarks/beats_heard.py [--seeds N] [--soundfont FILE]``.

Every style is rendered in 5/4 all through (tv) and in a record's form, whose 4/4 sections
are taken; the sound goes to librosa's tracker (Ellis 2007), which knows nothing of metre,
and mir_eval compares its beats with ours, the quarter notes. Neither is asked for by the
project: ``pip install librosa mir_eval``. A row for each style and metre, means over seeds:

F        beats within 70 ms of ours (F-measure; Davies, Degara and Plumbley 2009)
level    the same, the best of our beats, twice as many, half as many in either phase
steady   the share of the piece in which beats follow one another right, at any of these levels (AMLt)
told     F where the tracker is told the tempo and has only to find the place
tempo    the tempo that it hears by itself as a multiple of ours, in the first seed
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import numpy as np

import mi_theme as mi
from mi_theme.renditions import styles
from mi_theme.score import Score
from mi_theme.sound import find_soundfont, record

RATE = 22050  # librosa's own
MEASURES = ("F", "level", "steady", "told")
FORMS = {"5/4": "tv", "4/4": "clayton-mullen"}
LISTENING = "the beat tracker needs two libraries more: pip install librosa mir_eval"


def quarters_in(score: Score, signature: str) -> np.ndarray:
    """Places in quarters of the beats of the longest stretch of bars in one metre."""
    stretches: list[list[Fraction]] = [[]]
    for bar in score.bars():
        if str(bar.meter).split(":")[0] == signature:
            stretches[-1] += [bar.start + k for k in range(int(bar.length))]
        elif stretches[-1]:
            stretches.append([])
    return np.array([float(place) for place in max(stretches, key=len)])


def heard(score: Score, signature: str, font: Path) -> dict[str, float]:
    """What the tracker hears in that stretch, against what is meant."""
    import librosa
    import mir_eval.beat as scores

    meant = score.tempos.clock(quarters_in(score, signature))
    recording = record(score, rate=RATE, channels=1, soundfont=font)
    sound = np.asarray(recording.samples, dtype=np.float32).reshape(-1)[int(meant[0] * RATE) : int(meant[-1] * RATE)]
    ours = 60 / float(np.median(np.diff(meant)))
    tempo, found = librosa.beat.beat_track(y=sound, sr=RATE, units="time")
    _, told = librosa.beat.beat_track(y=sound, sr=RATE, units="time", bpm=ours)
    meant, found, told = (scores.trim_beats(beats) for beats in (meant - meant[0], found, told))
    double = np.sort(np.concatenate([meant, (meant[1:] + meant[:-1]) / 2]))
    levels = [scores.f_measure(truth, found) for truth in (meant, double, meant[::2], meant[1::2])]
    *_, steady = scores.continuity(meant, found)
    return {
        "F": levels[0],
        "level": max(levels),
        "steady": steady,
        "told": scores.f_measure(meant, told),
        "tempo": float(np.atleast_1d(tempo)[0]) / ours,
    }


def line(name: str, signature: str, means: list[float]) -> str:
    """A row of the table."""
    return f"{name:20} {signature:5} {means[0]:6.2f} {means[1]:6.2f} {means[2]:7.2f} {means[3]:5.2f}"


def main(arguments: list[str]) -> None:
    """Print the table."""
    seeds = int(arguments[arguments.index("--seeds") + 1]) if "--seeds" in arguments else 3
    font = Path(arguments[arguments.index("--soundfont") + 1]) if "--soundfont" in arguments else find_soundfont()
    try:
        import librosa  # noqa: F401
        import mir_eval  # noqa: F401
    except ImportError:
        sys.exit(LISTENING)
    totals: dict[str, list[list[float]]] = {signature: [] for signature in FORMS}
    print(f"{'style':20} metre      F  level  steady  told  tempo")
    for style in styles():
        for signature, form in FORMS.items():
            rows = [heard(mi.render(form=form, style=style, seed=n), signature, font) for n in range(1, seeds + 1)]
            means = [float(np.mean([row[name] for row in rows])) for name in MEASURES]
            totals[signature].append(means)
            print(line(style, signature, means), f"{rows[0]['tempo']:6.2f}", flush=True)
    for signature, rows in totals.items():
        print(line("all styles", signature, np.mean(rows, axis=0).tolist()))


if __name__ == "__main__":
    main(sys.argv[1:])
